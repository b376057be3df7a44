"""What is wrong with the rows of a layer by themselves: columns, cells, codes and names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import box

from dispatch.layer.kind import Kind, KindName, Placed
from dispatch.layer.rows import LayerRows
from dispatch.store.table_file import POLYGON
from geo.errors import BadInput
from geo.finding import Finding, Severity
from geo.remark import Remark

STAND_IN = box(0, 0, 1, 1)
"""For shapes that are not sound, so that the cells beside them are read all the same."""

NAMED_WITHIN = {KindName.AREAS: "parent", KindName.ZONES: "", KindName.UNITS: "parent"}
"""Kinds whose names should tell rows apart, and the column within which they should."""


def column_findings(rows: LayerRows) -> Iterator[Finding]:
    """
    Say what was concluded of a file, and what it lacks.

    Parameters
    ----------
    rows
        The layer.

    Yields
    ------
    finding
        Remarks, columns that are missing, places that are missing, and that it is empty.
    """
    for remark in rows.remarks:
        yield Finding(rows.file, None, remark, Severity.WARNING)
    for column in missing_columns(rows):
        yield _missing_column(rows, column)
    if not len(rows):
        remark = Remark("empty_file", "文件没有任何行。", "The file has no rows.")
        yield Finding(rows.file, None, remark)
    elif _has_no_place(rows):
        zh, en = rows.kind.zh, rows.kind.en
        remark = Remark(
            "no_place",
            f"没有图形，也没有经纬度或 WKT 列；{zh}需要位置。",
            f"It has no shapes, nor columns lon and lat or wkt; {en.partition(':')[0]} need a "
            "place.",
        )
        yield Finding(rows.file, None, remark)


def missing_columns(rows: LayerRows) -> list[str]:
    """
    Name the columns without which rows can't become values.

    Parameters
    ----------
    rows
        The layer.

    Returns
    -------
    columns
        In the order of the kind.
    """
    return [column.name for column in rows.columns.missing if column.needed]


def value_findings(
    rows: LayerRows, usable: NDArray[np.bool_]
) -> tuple[list[Finding], dict[int, Any]]:
    """
    Make a value of every row.

    Parameters
    ----------
    rows
        The layer.
    usable
        Rows whose shape is sound, bool[n].

    Returns
    -------
    findings
        Cells that can't be used.
    values
        By row, of those that are sound; none if a column is missing.
    """
    if missing_columns(rows):
        return [], {}
    findings, made = [], {}
    for at in range(len(rows)):
        row = rows.row(at)
        if not usable[at]:
            _stand_in(rows.kind, row)
        try:
            value = rows.kind.source.make(row)
        except (ValueError, BadInput) as error:
            why = " ".join(str(error).split()).rstrip(".")
            remark = Remark("bad_value", f"取值无效：{why}。", f"A value cannot be used: {why}.")
            findings.append(Finding(rows.file, rows.features[at], remark))
            continue
        if usable[at] or rows.kind.placed is not Placed.ALWAYS:
            made[at] = value
    return findings, made


def code_findings(rows: LayerRows) -> Iterator[Finding]:
    """
    Find codes that name several rows or none, and names that don't tell rows apart.

    Parameters
    ----------
    rows
        The layer.

    Yields
    ------
    finding
        Codes that are missing, codes used more than once, then names.
    """
    codes = rows.cells[rows.kind.key]
    if rows.kind.by_name[rows.kind.key].needed and rows.columns.theirs(rows.kind.key):
        for row, code in enumerate(codes):
            if not code:
                remark = Remark("no_code", "没有编码。", "It has no code.")
                yield Finding(rows.file, rows.features[row], remark)
    if rows.kind.name is not KindName.ROADS:  # pieces of one road may have its number
        yield from _used_twice(rows)
    yield from _names(rows)


def _used_twice(rows: LayerRows) -> Iterator[Finding]:
    by_code: dict[str, int] = defaultdict(int)
    for code in rows.cells[rows.kind.key]:
        by_code[code] += bool(code)
    for code, count in by_code.items():
        if count > 1:
            remark = Remark(
                "duplicate_code",
                f"编码 {code} 用于 {count} 行。",
                f"The code {code} is used by {count} rows.",
            )
            yield Finding(rows.file, code, remark)


def _names(rows: LayerRows) -> Iterator[Finding]:
    """Names that several rows have where one is meant to tell them apart."""
    within = NAMED_WITHIN.get(rows.kind.name)
    if within is None:
        return
    groups = rows.cells[within] if within else [""] * len(rows)
    by_name: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, named in enumerate(zip(groups, rows.cells["name"], strict=True)):
        by_name[named].append(row)
    for (_, name), having in by_name.items():
        codes = {rows.cells["code"][row] for row in having}
        if name and len(codes) > 1:
            remark = Remark(
                "name_clash",
                f"名称“{name}”用于 {len(having)} 行，容易混淆。",
                f"The name {name!r} is that of {len(having)} rows, which nobody can tell apart.",
            )
            first, *others = (rows.features[row] for row in having)
            yield Finding(rows.file, first, remark, Severity.WARNING, others=tuple(others))


def _stand_in(kind: Kind, row: dict[str, Any]) -> None:
    """Give a row a place, so that its cells can be read."""
    if kind.placed is Placed.ALWAYS:
        row |= {POLYGON: STAND_IN, "lon": "0", "lat": "0"}


def _missing_column(rows: LayerRows, name: str) -> Finding:
    there = [one.theirs for one in rows.columns.mapped] + list(rows.columns.unused)
    remark = Remark(
        "missing_column",
        f"缺少列 {name}；现有列：{'、'.join(there)}。可用 --map {name}=列名 指定。",
        f"Column {name} is missing; it has {', '.join(there)}. Say which one it is: "
        f"--map {name}=COLUMN.",
    )
    return Finding(rows.file, None, remark)


def _has_no_place(rows: LayerRows) -> bool:
    """Whether no row of a kind that needs a place has one, or lost it."""
    if rows.kind.placed is not Placed.ALWAYS or rows.nowhere.any():
        return False
    return all(shape is None for shape in rows.shapes)
