"""Unit grids that don't lie in the community or the zone that they name, in words, with the fix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.layer.kind import KindName
from dispatch.layer.rows import LayerRows
from geo.finding import Change, Finding, Severity
from geo.layer_place import Shapes
from geo.remark import Remark
from geo.tiling import SLIVER_M, mean_width_m

LARGEST_STRIP_M2 = 1.0
"""Less than a square metre on the other side is nobody's ground."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """
    Polygons that others should lie in, one in each place.

    Attributes
    ----------
    codes
        What names them.
    shapes
        In WGS-84.
    column
        Column by which a grid names its own.
    zh, en
        What they are.
    """

    codes: Sequence[str]
    shapes: Shapes
    column: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, eq=False)
class Nesting:
    """
    In which cell each row lies.

    Attributes
    ----------
    findings
        What is wrong.
    cell_of
        Code of the cell that has most of a row, by position of the row.
    """

    findings: tuple[Finding, ...]
    cell_of: dict[int, str]


def nesting_findings(rows: LayerRows, usable: NDArray[np.bool_], cells: Cells) -> Nesting:
    """
    Check that unit grids lie in the cells that they name.

    Parameters
    ----------
    rows
        Unit grids.
    usable
        Rows whose shape is sound, bool[n].
    cells
        Communities, or zones.

    Returns
    -------
    nesting
        Findings by row, and where each lies.
    """
    if rows.kind.name is not KindName.GRIDS or not len(cells.codes):
        return Nesting((), {})
    at = np.flatnonzero(usable)
    cells_m = shapely.transform(cells.shapes, rows.plane.to_xy)
    share_m2 = _shares(rows.shapes_m[at], cells_m)
    cell_of = {int(at[row]): cells.codes[cell] for row, cell in _largest(share_m2).items()}
    findings = [
        *_astray(rows, at, cells, cell_of),
        *_across(rows, at, cells, share_m2, cells_m),
    ]
    return Nesting(tuple(findings), cell_of)


def _shares(shapes_m: Shapes, cells_m: Shapes) -> dict[tuple[int, int], float]:
    """Square metres of each shape in each cell that it is more than a strip of."""
    tree = shapely.STRtree(cells_m)
    shapely.prepare(cells_m)
    row, cell = tree.query(shapes_m, predicate="intersects")
    within = shapely.covered_by(shapes_m[row], cells_m[cell])
    area_m2 = shapely.area(shapes_m[row])
    shared = shapely.intersection(shapes_m[row[~within]], cells_m[cell[~within]])
    area_m2[~within] = shapely.area(shared)
    pairs = zip(row.tolist(), cell.tolist(), area_m2.tolist(), strict=True)
    return {(one, other): m2 for one, other, m2 in pairs if m2 > LARGEST_STRIP_M2}


def _largest(share_m2: dict[tuple[int, int], float]) -> dict[int, int]:
    """The cell that has most of each row."""
    best: dict[int, tuple[float, int]] = {}
    for (row, cell), m2 in share_m2.items():
        best[row] = max(best.get(row, (0.0, 0)), (m2, -cell))
    return {row: -cell for row, (_, cell) in best.items()}


def _astray(
    rows: LayerRows, at: NDArray[np.intp], cells: Cells, cell_of: dict[int, str]
) -> Iterator[Finding]:
    """Rows that name another cell than they lie in, or none, or lie in none."""
    zh, en = cells.zh, cells.en
    for row in at.tolist():
        named, lies_in = rows.cells[cells.column][row], cell_of.get(row)
        if lies_in is None:
            remark = Remark(
                f"grid_in_no_{cells.column}", f"不在任何{zh}内。", f"It lies in no {en}."
            )
            yield Finding(rows.file, rows.features[row], remark, lon_lat=_middle(rows, row))
        elif named != lies_in:
            remark = Remark(
                f"grid_in_other_{cells.column}",
                f"所填{zh}为 {named or '空'}，实际位于 {lies_in}。",
                f"It names the {en} {named or 'none'} and lies in {lies_in}.",
            )
            change = Change(row, rows.features[row], cells.column, named, lies_in)
            severity = Severity.ERROR if named else Severity.WARNING
            yield Finding(
                rows.file,
                rows.features[row],
                remark,
                severity,
                _middle(rows, row),
                remedy=(change,),
            )


def _across(
    rows: LayerRows,
    at: NDArray[np.intp],
    cells: Cells,
    share_m2: dict[tuple[int, int], float],
    cells_m: Shapes,
) -> Iterator[Finding]:
    """Rows that lie in several cells, by more than a sliver."""
    in_cells: dict[int, list[int]] = {}
    for row, cell in share_m2:
        in_cells.setdefault(row, []).append(cell)
    for row, found in in_cells.items():
        shape = rows.shapes_m[at[row]]
        parts = {cell: shape.intersection(cells_m[cell]) for cell in found if len(found) > 1}
        wide = [cell for cell, part in parts.items() if mean_width_m(part) > SLIVER_M]
        if len(wide) < 2:
            continue
        codes = [cells.codes[cell] for cell in sorted(wide)]
        least = min(wide, key=lambda cell: float(parts[cell].area))
        inside = shapely.get_coordinates(shapely.point_on_surface(parts[least]))[0]
        remark = Remark(
            f"grid_across_{cells.column}",
            f"跨 {len(codes)} 个{cells.zh}：{'、'.join(codes)}。",
            f"It lies in {len(codes)} {cells.en}s: {', '.join(codes)}.",
        )
        where = rows.lon_lat((float(inside[0]), float(inside[1])))
        feature = rows.features[at[row]]
        yield Finding(rows.file, feature, remark, Severity.WARNING, where)


def _middle(rows: LayerRows, row: int) -> tuple[float, float]:
    """A place inside a row."""
    inside = shapely.get_coordinates(shapely.point_on_surface(rows.shapes_m[row]))[0]
    return rows.lon_lat((float(inside[0]), float(inside[1])))
