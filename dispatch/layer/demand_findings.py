"""Points of demand that would count for nothing, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dispatch.demand_point import cell_of
from dispatch.layer.kind import Kind, KindName
from dispatch.layer.published import Published
from geo.finding import Finding, Severity
from geo.remark import Remark

MOST_NAMED = 20
"""Points named in the finding; a layer of another city has thousands."""


def demand_findings(
    kind: Kind, file: str, values: Sequence[Any], published: Published
) -> Iterator[Finding]:
    """
    Say which points of demand lie in no unit grid.

    Parameters
    ----------
    kind
        Kind of the layer; of others nothing is said.
    file
        Name of the file.
    values
        What its rows became.
    published
        What is published, or would be beside the layer.

    Yields
    ------
    finding
        One for all of them.
    """
    parts = published.contents.grids or published.contents.zones
    if kind.name is not KindName.DEMAND or not (parts and values):
        return
    cell = cell_of(values, np.array([part.polygon for part in parts], dtype=object))
    outside = [values[row] for row in np.flatnonzero(cell < 0).tolist()]
    if not outside:
        return
    first, *others = outside
    remark = Remark(
        "demand_outside",
        f"{len(outside)} 个需求点不在任何单元网格内，不计入需求。",
        f"{len(outside)} point(s) of demand lie in no unit grid and count for nothing.",
    )
    named = tuple(one.id for one in others[:MOST_NAMED])
    yield Finding(file, first.id, remark, Severity.WARNING, first.lon_lat, named)
