"""
Remedies applied: a layer as it would be if every remedy that is plain were taken.

A remedy mends its own finding.  Where two touch one row, the first is taken and the layer is
checked anew before the other is looked at again: cutting an overlap may close a gap beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from shapely.geometry.base import BaseGeometry

from dispatch.layer.check import CheckedLayer
from dispatch.layer.datum_findings import read_as
from dispatch.layer.edit import RowEdit, with_row
from dispatch.layer.rows import LayerRows
from geo.finding import SHAPE_COLUMN, Change, Finding
from geo.layer_place import CRS_NOT_SAID

MOST_ROUNDS: Final = 12
"""A row beside which so many flaws lie is not mended by rules."""


@dataclass(frozen=True, slots=True, eq=False)
class Mended:
    """
    A layer after its remedies.

    Attributes
    ----------
    checked
        The layer as it is now, with the findings that are left.
    taken
        Findings whose remedies were taken, in the order in which they were.
    """

    checked: CheckedLayer
    taken: tuple[Finding, ...]


def mend(
    checked: CheckedLayer,
    check: Callable[[LayerRows], CheckedLayer],
    wanted: Callable[[Finding], bool] | None = None,
) -> Mended:
    """
    Take every remedy that is plain, or those that are wanted.

    Parameters
    ----------
    checked
        A layer with its findings.
    check
        Checks it anew, as it was checked before.
    wanted
        Which remedies are taken; None for all.  The datum of a layer comes first in any case:
        all others are told as they would be in it.

    Returns
    -------
    mended
        The layer without these flaws; the one handed in is not changed.
    """
    taken: list[Finding] = []
    for _ in range(MOST_ROUNDS):
        chosen = _apart(_wanted(checked.findings, wanted))
        if not chosen:
            break
        taken += chosen
        changes = [change for finding in chosen for change in finding.remedy]
        checked = check(changed(checked.rows, changes))
    return Mended(checked, tuple(taken))


def _wanted(findings: Iterable[Finding], wanted: Callable[[Finding], bool] | None) -> list[Finding]:
    """Findings of which the remedies are to be taken, with the datum that they were told in."""
    plain = [finding for finding in findings if finding.remedy]
    if wanted is None:
        return plain
    if not any(map(wanted, plain)):
        return []
    return [finding for finding in plain if wanted(finding) or _of_all_rows(finding)]


def _of_all_rows(finding: Finding) -> bool:
    """Whether a remedy changes the layer and not one row of it."""
    return any(change.feature is None and change.row is None for change in finding.remedy)


def changed(rows: LayerRows, changes: Iterable[Change]) -> LayerRows:
    """
    Make the same layer with some cells and shapes changed.

    Parameters
    ----------
    rows
        The layer.
    changes
        No two of them of one cell.  A datum of the whole layer is changed first; what has no
        row yet is put behind the others.

    Returns
    -------
    rows
        Another layer.
    """
    of_rows: list[tuple[int, Change]] = []
    added: dict[str, dict[str, str | BaseGeometry | None]] = defaultdict(dict)
    for change in changes:
        if change.row is not None:
            of_rows.append((change.row, change))
        elif change.feature is None:
            rows = _read_as(rows, str(change.becomes))
        elif change.column is not None:
            added[change.feature][change.column] = change.becomes
    shapes, repaired = rows.shapes.copy(), rows.repaired.copy()
    cells = {name: list(column) for name, column in rows.cells.items()}
    stays = np.ones(len(rows), dtype=bool)
    for row, change in of_rows:
        if change.column is None:
            stays[row] = False
        elif change.column == SHAPE_COLUMN:
            assert isinstance(change.becomes, BaseGeometry)
            shapes[row], repaired[row] = change.becomes, None
        else:
            cells[change.column][row] = str(change.becomes or "")
    kept = np.flatnonzero(stays).tolist()
    cells = {name: [column[row] for row in kept] for name, column in cells.items()}
    rows = replace(
        rows,
        cells=cells,
        features=_names(rows, cells, kept),
        shapes=shapes[kept],
        repaired=repaired[kept],
        nowhere=rows.nowhere[kept],
        numbers=tuple(rows.numbers[row] for row in kept),
    )
    for cells_of_one in added.values():
        shape = cells_of_one.pop(SHAPE_COLUMN)
        assert isinstance(shape, BaseGeometry)
        rows = with_row(rows, RowEdit(cells_of_one, shape))
    return rows


def _read_as(rows: LayerRows, datum: str) -> LayerRows:
    """A layer in the datum that somebody has now said; that none was said is not to be told."""
    remarks = tuple(remark for remark in rows.remarks if remark.code != CRS_NOT_SAID.code)
    return read_as(replace(rows, remarks=remarks), datum)


def _names(rows: LayerRows, cells: dict[str, list[str]], kept: Sequence[int]) -> tuple[str, ...]:
    """What names each row now: its code, or what it was called before it had any."""
    codes = cells[rows.kind.key]
    return tuple(code or rows.features[row] for code, row in zip(codes, kept, strict=True))


def _apart(findings: Iterable[Finding]) -> list[Finding]:
    """Findings with remedies of which no two touch one row; what moves all rows comes alone."""
    touched: set[int | str | None] = set()
    chosen: list[Finding] = []
    for finding in findings:
        at = {change.feature if change.row is None else change.row for change in finding.remedy}
        if None in at:
            return [finding]
        if at and not at & touched:
            touched |= at
            chosen.append(finding)
    return chosen
