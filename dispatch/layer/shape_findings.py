"""What is wrong with the shapes of a layer, in words, with the place and the shape mended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.layer.kind import KindName, Placed
from dispatch.layer.rows import LayerRows
from geo.finding import SHAPE_COLUMN, Change, Finding, Severity
from geo.remark import Remark
from geo.shape_check import Dimension, ShapeFlaw, ShapeFlawKind, shape_flaws, usable

WHAT = {
    Dimension.POINT: ("点", "a point"),
    Dimension.LINE: ("线", "a line"),
    Dimension.POLYGON: ("面", "a polygon"),
}


def shape_findings(rows: LayerRows) -> tuple[list[Finding], NDArray[np.bool_]]:
    """
    Check the shapes by themselves.

    Parameters
    ----------
    rows
        The layer.

    Returns
    -------
    findings
        By row, then those that stand twice.
    usable
        Rows whose shape later checks may be given, each shape once, bool[n].
    """
    wanted = rows.kind.dimension
    if wanted is None or shapely.is_missing(rows.shapes).all():
        return [*_nowhere(rows)], np.zeros(len(rows), dtype=bool)
    # Not `rows.shapes_m`, which would stay: of a million places nothing else asks for metres.
    shapes_m = shapely.transform(rows.shapes, rows.plane.to_xy)
    repaired_m = shapely.transform(rows.repaired, rows.plane.to_xy)
    flaws = shape_flaws(shapes_m, wanted, repaired=repaired_m, parts=rows.kind.parts)
    fine = usable(rows.shapes, flaws)
    findings = [*_nowhere(rows)]
    for flaw in flaws:
        if flaw.kind is not ShapeFlawKind.TWICE and not _is_no_flaw(rows, flaw):
            findings.append(_finding(rows, flaw, wanted))
        for twins in _twins(rows, flaw):
            fine[list(twins[1:])] = False
            findings.append(_finding(rows, replace(flaw, rows=twins), wanted))
    return findings, fine


def _twins(rows: LayerRows, flaw: ShapeFlaw) -> Iterator[tuple[int, ...]]:
    """Rows that may not have one shape: points may, closures, and areas of different tiers."""
    may = rows.kind.dimension is Dimension.POINT or rows.kind.name is KindName.CLOSURES
    if flaw.kind is not ShapeFlawKind.TWICE or may:
        return
    groups: dict[str, list[int]] = defaultdict(list)
    for row in flaw.rows:
        groups[rows.cells["parent"][row] if rows.kind.name is KindName.AREAS else ""].append(row)
    yield from (tuple(group) for group in groups.values() if len(group) > 1)


def _is_no_flaw(rows: LayerRows, flaw: ShapeFlaw) -> bool:
    """Rows that need no place, and those of which it was said already that they have none."""
    if flaw.kind is not ShapeFlawKind.NONE:
        return False
    return rows.kind.placed is Placed.MAYBE or bool(rows.nowhere[flaw.rows[0]])


def _nowhere(rows: LayerRows) -> Iterator[Finding]:
    """Rows with a position that is none."""
    remark = Remark(
        "position_nowhere",
        f"含有在坐标系 {rows.crs.name} 中不存在的坐标。",
        f"It has a position that is none in {rows.crs.name}.",
    )
    for row in np.flatnonzero(rows.nowhere):
        yield Finding(rows.file, rows.features[row], remark)


def _finding(rows: LayerRows, flaw: ShapeFlaw, wanted: Dimension) -> Finding:
    """One flaw in words."""
    first, *others = flaw.rows
    severity = Severity.WARNING if flaw.kind is ShapeFlawKind.MULTIPART else Severity.ERROR
    return Finding(
        rows.file,
        rows.features[first],
        _remark(flaw, wanted, rows.shapes[first]),
        severity,
        None if flaw.place is None else rows.lon_lat(flaw.place),
        tuple(rows.features[row] for row in others),
        tuple(_remedy(rows, flaw)),
    )


def _remark(flaw: ShapeFlaw, wanted: Dimension, shape: object) -> Remark:
    zh, en = WHAT[wanted]
    kind = getattr(shape, "geom_type", "nothing")
    said = {
        ShapeFlawKind.NONE: ("没有图形。", "It has no shape."),
        ShapeFlawKind.NOT_FINITE: (
            "坐标不是有限数值。",
            "A coordinate is no finite number.",
        ),
        ShapeFlawKind.OTHER_DIMENSION: (
            f"图形是 {kind}，应为{zh}。",
            f"Its shape is a {kind}, not {en}.",
        ),
        ShapeFlawKind.UNCLOSED: (
            "边界线没有闭合。",
            "Its border does not close.",
        ),
        ShapeFlawKind.INVALID: (
            f"图形无效：{flaw.why}。",
            f"Its shape is not valid: {flaw.why}.",
        ),
        ShapeFlawKind.MULTIPART: (
            "由几个分开的部分组成。",
            "It has several parts.",
        ),
        ShapeFlawKind.TWICE: (
            f"同一图形出现 {len(flaw.rows)} 次。",
            f"The same shape stands {len(flaw.rows)} times.",
        ),
    }
    return Remark(flaw.kind.value, *said[flaw.kind])


def _remedy(rows: LayerRows, flaw: ShapeFlaw) -> Iterator[Change]:
    """The shape as it would be; of rows that are the same in every cell, the first stays."""
    if flaw.remedy is not None:
        row = flaw.rows[0]
        mended = shapely.transform(flaw.remedy, rows.plane.to_lon_lat)
        yield Change(row, rows.features[row], SHAPE_COLUMN, rows.shapes[row], mended)
    if flaw.kind is ShapeFlawKind.TWICE:
        first, *others = flaw.rows
        for row in others:
            if all(cells[row] == cells[first] for cells in rows.cells.values()):
                yield Change(row, rows.features[row], None, rows.shapes[row], None)
