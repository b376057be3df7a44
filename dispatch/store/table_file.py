"""Table files of a city folder: CSV and GeoPackage rows as plain text values and polygons."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pyogrio
from pyproj import CRS
from shapely import MultiPolygon, Polygon, is_valid_reason

from geo.errors import BadInput
from geo.finding import Finding
from geo.remark import Remark

Row = dict[str, Any]
Value = TypeVar("Value")

POLYGON = "polygon"
"""Under which name a row holds its polygon."""


def read_table(path: Path, columns: Sequence[str], findings: list[Finding]) -> list[Row] | None:
    """
    Read a CSV file.

    Parameters
    ----------
    path
        The file, UTF-8 with a header.
    columns
        Columns that it must have.
    findings
        What is wrong is added here.

    Returns
    -------
    rows
        Texts by column, empty where missing; None when the file cannot be used.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = [{name: text or "" for name, text in row.items()} for row in reader]
            found = reader.fieldnames or ()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        findings.append(_unreadable(path, error))
        return None
    return rows if _has_columns(path, columns, found, findings) else None


def read_layer(path: Path, columns: Sequence[str], findings: list[Finding]) -> list[Row] | None:
    """
    Read the layer of a GeoPackage that is called like the file.

    Parameters
    ----------
    path
        The file; its layer is in WGS-84.
    columns
        Columns that it must have.
    findings
        What is wrong is added here.

    Returns
    -------
    rows
        Texts by column and a ``polygon``; None when the file cannot be used.
    """
    try:
        frame = pyogrio.read_dataframe(path, layer=path.stem)
    except (OSError, ValueError, RuntimeError) as error:  # pyogrio's errors are RuntimeErrors
        findings.append(_unreadable(path, error))
        return None
    if not _has_columns(path, columns, list(frame.columns), findings):
        return None
    if frame.crs is None or not CRS(frame.crs).equals(CRS.from_epsg(4326), ignore_axis_order=True):
        findings.append(_wrong_crs(path, str(frame.crs)))
        return None
    texts = frame.drop(columns="geometry").astype(object).where(frame.notna(), "")
    rows = texts.astype(str).to_dict("records")
    return [row | {POLYGON: shape} for row, shape in zip(rows, frame.geometry, strict=True)]


def values(
    where: str,
    rows: Sequence[Row] | None,
    make: Callable[[Row], Value],
    findings: list[Finding],
    *,
    key: str = "code",
) -> tuple[Value, ...]:
    """
    Make a value of every row.

    Parameters
    ----------
    where
        Name of the file.
    rows
        Its rows, or None when the file could not be used.
    make
        Makes a value of a row, or raises ValueError or BadInput.
    findings
        What is wrong is added here.
    key
        Column that names a row in findings.

    Returns
    -------
    values
        Of all rows that are sound.
    """
    made = []
    for row in rows or ():
        try:
            made.append(make(row))
        except (ValueError, BadInput) as error:
            remark = Remark("bad_value", f"取值无效：{error}", f"A value cannot be used: {error}")
            findings.append(Finding(where, str(row.get(key, "")), remark))
    return tuple(made)


def polygon_of(row: Row) -> Polygon | MultiPolygon:
    """
    Take the polygon of a row.

    Parameters
    ----------
    row
        A row of a layer.

    Returns
    -------
    polygon
        Not empty, and valid.

    Raises
    ------
    ValueError
        The geometry is missing, of another kind, or crosses itself.
    """
    shape = row[POLYGON]
    if not isinstance(shape, Polygon | MultiPolygon) or shape.is_empty:
        raise ValueError("the geometry is not a polygon")
    if not shape.is_valid:
        raise ValueError(f"the polygon is not valid ({is_valid_reason(shape)})")
    return shape


def _has_columns(
    path: Path, columns: Sequence[str], found: Sequence[str], findings: list[Finding]
) -> bool:
    """Report the columns that a file lacks."""
    missing = [name for name in columns if name not in found]
    for name in missing:
        remark = Remark(
            "missing_column",
            f"缺少列 {name}；现有列：{'、'.join(found)}。",
            f"Column {name} is missing; it has {', '.join(found)}.",
        )
        findings.append(Finding(path.name, None, remark))
    return not missing


def _unreadable(path: Path, error: Exception) -> Finding:
    if not path.exists():
        missing = Remark("missing_file", "文件不存在。", "The file is missing.")
        return Finding(path.name, None, missing)
    remark = Remark("unreadable_file", f"无法读取：{error}", f"It cannot be read: {error}")
    return Finding(path.name, None, remark)


def _wrong_crs(path: Path, crs: str) -> Finding:
    remark = Remark(
        "wrong_crs",
        f"坐标系为 {crs}，城市目录只接受 WGS-84（EPSG:4326）。",
        f"It is in {crs}; layers of a city folder are in WGS-84 (EPSG:4326).",
    )
    return Finding(path.name, None, remark)
