"""
Bad layer files without end: each a good one that was hurt, or one of rows that no city has.

Which is drawn by format and number alone, so that any of them can be made again.  What is hurt is
a file, or one of those in an archive: bits, lengths, ends, runs of bytes, figures, and parts that
come from another file.  What no city has are shapes, texts, columns, types and encodings.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import shapely
from faults.good_layers import FORMATS, ROWS, frame, good, members_of
from faults.hostile_files import archive
from shapely import GeometryCollection, LineString, MultiPoint, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

Draw = np.random.Generator
SHARE_OF_ROWS = 0.3
"""How many bad layers are written from rows; the others are good files that were hurt."""

LENGTHS = (0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 40, (1 << 63) - 1)
FIGURES = (b"NaN", b"1e999", b"-0", b"9" * 30, b"", "甲".encode(), b"\0", b"1.2.3", b"\xff\xfe")


@dataclass(frozen=True, slots=True)
class BadLayer:
    """
    One bad layer.

    Attributes
    ----------
    format
        Of `FORMATS`.
    number
        By which it was drawn.
    kind
        Kind of layer that it is handed in as.
    deed
        What was done to a good file, or to its rows.
    content
        Its bytes.
    """

    format: str
    number: int
    kind: str
    deed: str
    content: bytes

    @property
    def cut_short(self) -> bool:
        """Whether it is the beginning of a whole file that says how long that is."""
        return self.deed.startswith("cut") and not FORMATS[self.format].ends_anywhere


def bad_layer(name: str, number: int) -> BadLayer:
    """Draw one of a format."""
    at = list(FORMATS).index(name)
    draw = np.random.default_rng([at, number])
    kind = str(draw.choice(FORMATS[name].kinds))
    if kind != "roads" and draw.random() < SHARE_OF_ROWS:
        deed, content = written(name, kind, draw)
    else:
        deed, content = hurt(name, kind, draw)
    return BadLayer(name, number, kind, deed, content)


def hurt(name: str, kind: str, draw: Draw) -> tuple[str, bytes]:
    """A good file that was hurt, in one place or two; an archive sometimes as it is packed."""
    whole = good(name, kind)
    if whole[:2] != b"PK" or draw.random() < 0.2:
        return hurt_bytes(whole, draw)
    members = members_of(whole)
    if draw.random() < 0.2:
        return "members", archive(mixed_up(members, draw))
    of = str(draw.choice(list(members)))
    deed, members[of] = hurt_bytes(members[of], draw)
    return f"{deed} {of}", archive(members)


def hurt_bytes(content: bytes, draw: Draw) -> tuple[str, bytes]:
    """Do one deed to bytes."""
    deed = str(draw.choice(list(DEEDS)))
    return deed, bytes(DEEDS[deed](bytearray(content), draw)) if content else content


def mixed_up(members: Mapping[str, bytes], draw: Draw) -> dict[str, bytes]:
    """Two files of an archive with each other's names, one left out, or one of no bytes."""
    names = list(members)
    one, other = (str(name) for name in draw.choice(names, 2, replace=len(names) < 2))
    deed = draw.integers(3)
    if deed == 0:
        return dict(members) | {one: members[other], other: members[one]}
    if deed == 1:
        return {name: content for name, content in members.items() if name != one}
    return dict(members) | {one: b""}


def _flip(content: bytearray, draw: Draw) -> bytearray:
    for at in draw.integers(len(content), size=draw.integers(1, 9)):
        content[at] ^= 1 << int(draw.integers(8))
    return content


def _run(content: bytearray, draw: Draw) -> tuple[int, int]:
    start = int(draw.integers(len(content)))
    return start, min(len(content), start + int(draw.integers(1, 200)))


def _noise(content: bytearray, draw: Draw) -> bytearray:
    start, end = _run(content, draw)
    content[start:end] = draw.bytes(end - start)
    return content


def _nothing(content: bytearray, draw: Draw) -> bytearray:
    start, end = _run(content, draw)
    content[start:end] = bytes(end - start)
    return content


def _twice(content: bytearray, draw: Draw) -> bytearray:
    start, end = _run(content, draw)
    return content[:end] + content[start:end] * int(draw.choice([1, 3, 200])) + content[end:]


def _left_out(content: bytearray, draw: Draw) -> bytearray:
    start, end = _run(content, draw)
    return content[:start] + content[end:]


def _cut(content: bytearray, draw: Draw) -> bytearray:
    return content[: int(draw.integers(len(content)))]


def _spliced(content: bytearray, draw: Draw) -> bytearray:
    """Two halves that don't belong together, of one file or of files of two formats."""
    other = content if draw.random() < 0.5 else good(str(draw.choice([*FORMATS][:-1])), "zones")
    return content[: int(draw.integers(len(content)))] + other[int(draw.integers(len(other))) :]


def _length(content: bytearray, draw: Draw) -> bytearray:
    """A length that lies, in the head of a file more often than elsewhere."""
    size = int(draw.choice([1, 2, 4, 8]))
    lie = LENGTHS[draw.integers(len(LENGTHS))] & ((1 << 8 * size) - 1)
    at = int(draw.integers(min(len(content), int(draw.choice([128, len(content)])))))
    content[at : at + size] = lie.to_bytes(size, "little" if draw.random() < 0.5 else "big")
    return content


def _figure(content: bytearray, draw: Draw) -> bytearray:
    """A figure of a text that is none, or more than any."""
    digits = np.isin(
        np.frombuffer(bytes(content), np.uint8), np.frombuffer(b"0123456789", np.uint8)
    )
    places = np.flatnonzero(digits)
    if not len(places):
        return _flip(content, draw)
    start = end = int(draw.choice(places))
    while end < len(content) and digits[end]:
        end += 1
    return content[:start] + FIGURES[draw.integers(len(FIGURES))] + content[end:]


DEEDS: Mapping[str, Callable[[bytearray, Draw], bytearray]] = MappingProxyType(
    {
        "flip": _flip,
        "noise": _noise,
        "nothing": _nothing,
        "twice": _twice,
        "left out": _left_out,
        "cut": _cut,
        "spliced": _spliced,
        "length": _length,
        "figure": _figure,
    }
)


def written(name: str, kind: str, draw: Draw) -> tuple[str, bytes]:
    """A file of rows that no city has; where no such file can be written, one that was hurt."""
    deed = str(draw.choice(list(ROW_DEEDS)))
    rows = frame(kind)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return deed, FORMATS[name].write(ROW_DEEDS[deed](rows, draw))
    except Exception:  # noqa: BLE001 -- whatever its writer has against it
        return hurt(name, kind, draw)


NAN, HUGE = float("nan"), 1e308
with np.errstate(invalid="ignore"):
    NO_NUMBER = shapely.from_wkt("POLYGON ((109.1 21.4, nan 21.4, 109.2 21.5, 109.1 21.4))")
SHAPES: tuple[BaseGeometry | None, ...] = (
    None,
    Point(),
    Polygon(),
    GeometryCollection(),
    GeometryCollection([box(0, 0, 1, 1), Point(0, 0)]),
    GeometryCollection([GeometryCollection([GeometryCollection([Point(1, 1)])])]),
    Point(NAN, 21),
    Point(109, float("inf")),
    Point(HUGE, -HUGE),
    Point(500, 91),
    Point(0, 0),
    Point(109.1, 21.4, NAN),
    MultiPoint([(109.1, 21.4), (109.2, 21.4)]),
    LineString([(109.1, 21.4), (109.1, 21.4)]),
    LineString([(109.1, 21.4), (109.2, 21.4), (109.2, 21.5), (109.1, 21.5)]),
    Polygon([(109.1, 21.4), (109.2, 21.5), (109.2, 21.4), (109.1, 21.5)]),
    Polygon([(109.1, 21.4), (109.1, 21.4), (109.1, 21.4)]),
    Polygon([(109.1, 21.4), (109.2, 21.4), (109.15, 21.4)]),
    NO_NUMBER,
    shapely.from_wkt("POLYGON ((-1e308 -1e308, 1e308 -1e308, 0 1e308, -1e308 -1e308))"),
    Polygon(box(109.1, 21.4, 109.2, 21.5).exterior, [box(110, 22, 111, 23).exterior]),
    Polygon(box(109.1, 21.4, 109.2, 21.5).exterior, [box(109.1, 21.4, 109.2, 21.5).exterior]),
    MultiPolygon([box(109.1, 21.4, 109.2, 21.5), box(109.15, 21.4, 109.25, 21.5)]),
    box(-180, -90, 180, 90),
    box(109.1, 21.4, 109.1 + 1e-12, 21.4 + 1e-12),
    box(179.9, 0, 180.1, 1),
    shapely.from_wkt("POINT ZM (109.1 21.4 1 2)"),
)
TEXTS = (
    "", " ", "\t\n", "a" * 70_000, "=1+1", "@SUM(A1)", "'; DROP TABLE zones; --", "\u202egnp.",
    "\ufeff", "𠮷野家" * 20, "\x01\x1b[31m", "null", "None", "nan", "-", "/", "0", "007", "7.0",
    "９９", "a;b,c、d", "<b>", "&amp;", "{}", "%s%n", "../../x", "\\", '"', "'", "é" * 300,
)  # fmt: skip
NAMES = (
    "", "code ", "CODE", "fid", "FID", "ogc_fid", "geom", "geometry", "wkb_shape", "wkb_repaired",
    "crs", "lon", "lat", "编码", "name", "rowid", "a" * 200, "select", 'a"b', "wkt", "shape",
)  # fmt: skip
SYSTEMS = (
    "EPSG:4490", "EPSG:4547", "EPSG:4524", "EPSG:3857", "EPSG:4214", "EPSG:4610", "EPSG:32649",
    "EPSG:4979", "EPSG:5773", "EPSG:2154", "ESRI:54030", None,
)  # fmt: skip


def _shapes(rows: gpd.GeoDataFrame, draw: Draw) -> gpd.GeoDataFrame:
    """Shapes as no map has them, here and there."""
    shapes = rows.geometry.to_numpy().copy()
    for at in draw.integers(len(rows), size=draw.integers(1, 9)):
        shapes[at] = SHAPES[draw.integers(len(SHAPES))]
    return rows.set_geometry(gpd.GeoSeries(shapes, crs=rows.crs))


def _corners(rows: gpd.GeoDataFrame, draw: Draw) -> gpd.GeoDataFrame:
    """Corners moved by anything from a rounding to the size of the Earth."""
    far = 10.0 ** draw.uniform(-16, 8)
    moved = shapely.transform(
        rows.geometry.to_numpy(), lambda xy: xy + draw.normal(scale=far, size=xy.shape)
    )
    return rows.set_geometry(gpd.GeoSeries(moved, crs=rows.crs))


def _cells(rows: gpd.GeoDataFrame, draw: Draw) -> gpd.GeoDataFrame:
    """Texts that a store, a page or a spreadsheet may choke on."""
    for column in ("code", "name"):
        cells = rows[column].to_numpy().copy()
        for at in draw.integers(len(rows), size=draw.integers(1, 6)):
            cells[at] = TEXTS[draw.integers(len(TEXTS))]
        rows[column] = cells
    return rows


def _types(rows: gpd.GeoDataFrame, draw: Draw) -> gpd.GeoDataFrame:
    """Columns of another type than texts."""
    values = (
        np.arange(ROWS),
        np.full(ROWS, NAN),
        np.where(np.arange(ROWS) % 2, 1e308, -np.inf),
        np.arange(ROWS) % 2 == 0,
        np.array(["2026-02-29"] * ROWS),
        np.array([date(1, 1, 1)] * ROWS),
        np.array(["2026-11-22"] * ROWS, dtype="datetime64[ms]"),
        np.array([b"\xff\0"] * ROWS, dtype=object),
        np.array([None] * ROWS, dtype=object),
        np.full(ROWS, (1 << 63) - 1),
    )
    column = str(draw.choice(["code", "name", "brigade", "arrival_target_s", "lon"]))
    return rows.assign(**{column: values[draw.integers(len(values))]})


def _columns(rows: gpd.GeoDataFrame, draw: Draw) -> gpd.GeoDataFrame:
    """Columns that are missing, called otherwise, or called as nothing may be."""
    column, name = str(draw.choice(["code", "name"])), NAMES[draw.integers(len(NAMES))]
    if draw.random() < 0.5:
        return rows.rename(columns={column: name})
    return rows.assign(**{name: [f"{at}" for at in range(ROWS)]})


def _many_columns(rows: gpd.GeoDataFrame, draw: Draw) -> gpd.GeoDataFrame:
    more = {f"c{at}": ["x"] * ROWS for at in range(int(draw.choice([200, 255, 2100])))}
    return gpd.GeoDataFrame(dict(rows) | more, geometry="geometry", crs=rows.crs)


def _length_of_table(rows: gpd.GeoDataFrame, draw: Draw) -> gpd.GeoDataFrame:
    """No rows, one, or each many times."""
    return rows.iloc[np.resize(np.arange(ROWS), int(draw.choice([0, 1, 2, 400])))]


def _system(rows: gpd.GeoDataFrame, draw: Draw) -> gpd.GeoDataFrame:
    """A system that the figures are not of."""
    return rows.set_crs(SYSTEMS[draw.integers(len(SYSTEMS))], allow_override=True)


def _mixed(rows: gpd.GeoDataFrame, draw: Draw) -> gpd.GeoDataFrame:
    """Several of all that at once."""
    for deed in draw.choice(["cells", "shapes", "types", "system"], 2, replace=False):
        rows = ROW_DEEDS[str(deed)](rows, draw)
    return rows


ROW_DEEDS: Mapping[str, Callable[[gpd.GeoDataFrame, Draw], gpd.GeoDataFrame]] = MappingProxyType(
    {
        "shapes": _shapes,
        "corners": _corners,
        "cells": _cells,
        "types": _types,
        "columns": _columns,
        "many columns": _many_columns,
        "rows": _length_of_table,
        "system": _system,
        "mixed": _mixed,
    }
)
