"""Check of a layer: every finding at once, those of the file alone and those against a city."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.layer.grid_code_findings import grid_code_findings
from dispatch.layer.row_findings import code_findings, column_findings, value_findings
from dispatch.layer.rows import LayerRows
from dispatch.layer.shape_findings import shape_findings
from dispatch.layer.street_findings import street_findings
from dispatch.layer.tiling_findings import tiling_findings
from geo.finding import Finding, Severity, blocks


@dataclass(frozen=True, slots=True, eq=False)
class CheckedLayer:
    """
    A layer with all that was found of it.

    Attributes
    ----------
    rows
        The layer.
    findings
        Errors before warnings before notes, else as they were found.
    usable
        Rows whose shape is sound, bool[n].
    values
        What rows became, by row; those that are not sound became nothing.
    """

    rows: LayerRows
    findings: tuple[Finding, ...]
    usable: NDArray[np.bool_]
    values: Mapping[int, Any]

    @property
    def may_be_published(self) -> bool:
        """Whether nothing that was found stands against it."""
        return not blocks(self.findings)


def check_file(rows: LayerRows) -> CheckedLayer:
    """
    Check a layer by itself, with no city at hand.

    Parameters
    ----------
    rows
        The layer.

    Returns
    -------
    checked
        With every finding at once.
    """
    of_shapes, usable = shape_findings(rows)
    of_values, values = value_findings(rows, usable)
    findings = [
        *column_findings(rows),
        *of_shapes,
        *code_findings(rows),
        *of_values,
        *tiling_findings(rows, usable),
        *grid_code_findings(rows),
        *street_findings(rows, usable),
    ]
    return CheckedLayer(rows, in_order(findings), usable, values)


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """
    Sort findings by weight.

    Parameters
    ----------
    findings
        In the order in which they were found.

    Returns
    -------
    findings
        Errors first, then warnings, then notes.
    """
    weight = list(Severity)
    return tuple(sorted(findings, key=lambda finding: weight.index(finding.severity)))
