"""Closures of a layer beside those that are entered: which are new, and why others are not."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import numpy as np
import shapely

from dispatch.layer.kind import Kind, KindName
from dispatch.layer.published import Published
from geo.finding import Finding, Severity
from geo.remark import Remark
from geo.road.closure import Closure

DECIMALS = 9
"""Corners are one to a tenth of a millimetre: not every store keeps the last bit of a degree."""


def closure_findings(
    kind: Kind, file: str, values: Sequence[Any], published: Published
) -> Iterator[Finding]:
    """
    Say which closures would not be entered, and which name no road.

    Parameters
    ----------
    kind
        Kind of the layer; of others nothing is said.
    file
        Name of the file.
    values
        What its rows became.
    published
        What is published.

    Yields
    ------
    finding
        In the order of the rows.
    """
    if kind.name is not KindName.CLOSURES:
        return
    entered = {_content(one): one.id for one in published.closures}
    by_number = {one.id: one for one in published.closures}
    for one in values:
        content = _content(one)
        if one.until is not None and published.now is not None and one.until <= published.now:
            yield Finding(file, one.id, OVER, Severity.NOTE)
        elif content in entered:
            yield Finding(file, one.id, _entered(entered[content]), Severity.NOTE)
        elif one.id in by_number:
            yield Finding(file, one.id, _is_other(one.id))
        elif missing := _missing_ways(one, published):
            yield Finding(file, one.id, _no_way(missing))
        entered.setdefault(content, one.id)


def new_closures(values: Sequence[Closure], published: Published) -> tuple[Closure, ...]:
    """
    Pick the closures of a layer that are not entered yet and not over.

    Parameters
    ----------
    values
        What the rows of the layer became.
    published
        What is published.

    Returns
    -------
    closures
        In the order of the rows, each once.
    """
    entered = {_content(one) for one in published.closures}
    new: dict[Hashable, Closure] = {}
    for one in values:
        over = one.until is not None and published.now is not None and one.until <= published.now
        if not over and _content(one) not in entered:
            new.setdefault(_content(one), one)
    return tuple(new.values())


def _content(closure: Closure) -> Hashable:
    """Whom it concerns, where, when and how much: all but its number and its reason."""
    extent, polygon = closure.extent, closure.extent.polygon
    shape = None
    if polygon is not None:
        whole = shapely.MultiPolygon(list(shapely.get_parts(polygon)))
        rounded = shapely.transform(whole, lambda lon_lat: np.round(lon_lat, DECIMALS))
        shape = shapely.to_wkb(shapely.normalize(rounded))
    return (
        shape,
        tuple(sorted(extent.ways)),
        tuple(sorted(extent.edges)),
        extent.direction,
        closure.starts,
        closure.until,
        tuple(sorted(closure.modes)),
        closure.speed_factor,
        closure.speed_cap_mps,
    )


def _missing_ways(closure: Closure, published: Published) -> list[int]:
    """Ways that no network of the modes concerned has."""
    networks = [network for mode, network in published.networks.items() if closure.concerns(mode)]
    if not (closure.extent.ways and networks):
        return []
    ways = np.array(closure.extent.ways)
    known = np.any([np.isin(ways, network.street_way_id) for network in networks], axis=0)
    missing: list[int] = ways[~known].tolist()
    return missing


OVER = Remark(
    "closure_over", "已经结束，不会登记。", "It is over already and would not be entered."
)


def _entered(number: str) -> Remark:
    return Remark(
        "closure_entered",
        f"已登记为 {number}，保持不变。",
        f"It is entered already as {number}, which stays as it is.",
    )


def _is_other(number: str) -> Remark:
    return Remark(
        "closure_is_other",
        f"编号 {number} 已登记为另一封路，登记内容不可更改；请解除原封路，并换一个编号。",
        f"The number {number} is that of another closure, and none is changed: lift that one, and "
        "give this one another number.",
    )


def _no_way(ways: Sequence[int]) -> Remark:
    return Remark(
        "closure_no_way",
        f"路网中没有道路 {ways[0]}。",
        f"The roads have no way {ways[0]} for these modes.",
    )
