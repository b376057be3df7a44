"""
Where the rows of a layer file are: their shapes in WGS-84, and whatever was concluded for it.

A file says its system, or somebody says it for the file, or its figures tell: degrees are degrees,
and the number of a zone before eastings names the zone.  Metres without any of that are refused.
Nothing is moved in silence: each thing that was concluded and not said is a remark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.datum import WGS84, Crs, LonLat, SevenParameters, parse_crs, to_wgs84_or_nowhere
from geo.errors import UnknownCrs
from geo.gauss_krueger import are_exchanged, epsg_by_figures, with_fitting_eastings
from geo.layer_read import REPAIRED, SHAPE
from geo.remark import Remark

Shapes = NDArray[np.object_]
"""Shapes, or None where a row has none."""

FARTHEST_DEG: Final = 360.0
"""Larger figures are metres."""


@dataclass(frozen=True, slots=True)
class SaidOfPlace:
    """
    What somebody says of the places in a file.

    Attributes
    ----------
    crs
        The system, outranking what the file says; None for what the file says.
    seven
        How to bring an old datum to CGCS2000.
    """

    crs: str | None = None
    seven: SevenParameters | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PlacedShapes:
    """
    Shapes in WGS-84.

    Attributes
    ----------
    shapes
        One per row, None where a row has none.
    repaired
        The same where a shape was not sound and a repair is at hand; else None.
    nowhere
        Rows that have a position that is none in the system, bool[n]; they have no shape here.
    crs
        The system that they were read in.
    remarks
        What was concluded and not said.
    """

    shapes: Shapes
    repaired: Shapes
    nowhere: NDArray[np.bool_]
    crs: Crs
    remarks: tuple[Remark, ...] = ()


def place_shapes(
    table: pa.Table, file_crs: str | None, said: SaidOfPlace, *, columns: Mapping[str, str]
) -> PlacedShapes | None:
    """
    Place the rows of a table.

    Parameters
    ----------
    table
        As `geo.layer_read` reads it.
    file_crs
        What the file says of its system.
    said
        What somebody says of it.
    columns
        What a table without shapes calls ``lon`` and ``lat``, or ``wkt``.

    Returns
    -------
    placed
        None if nothing in the table says where its rows are.

    Raises
    ------
    UnknownCrs
        The system is not known, or nothing tells which it is.
    """
    drawn = _drawn(table, columns)
    if drawn is None:
        return None
    if file_crs is None and SHAPE not in table.column_names and _are_degrees(drawn[0]):
        file_crs = WGS84.name  # which degrees in a table are unless it says otherwise
    if "crs" not in table.column_names or said.crs is not None:
        return _placed(*drawn, file_crs, said)
    systems = np.array([cell or file_crs or "" for cell in table.column("crs").to_pylist()])
    parts = [
        (rows, _placed(drawn[0][rows], drawn[1][rows], system or None, said))
        for system in np.unique(systems)
        for rows in [np.flatnonzero(systems == system)]
    ]
    return _together(parts, len(systems))


def _are_degrees(shapes: Shapes) -> bool:
    """Whether no figure is too large for degrees."""
    xy = shapely.get_coordinates(shapes)
    return not len(xy) or bool(np.nanmax(np.abs(xy)) <= FARTHEST_DEG)


def _placed(
    shapes: Shapes, repaired: Shapes, file_crs: str | None, said: SaidOfPlace
) -> PlacedShapes:
    """Place rows that are in one system."""
    xy, of_shape = shapely.get_coordinates(shapes, return_index=True)
    sound = np.isfinite(xy).all(axis=1)
    crs, exchanged, remarks = _system(xy[sound], file_crs, said)
    lon_lat = to_wgs84_or_nowhere(xy[:, ::-1] if exchanged else xy, crs)
    nowhere = np.zeros(len(shapes), dtype=bool)
    nowhere[of_shape[np.isnan(lon_lat).any(axis=1)]] = True
    placed = _with(shapes, np.nan_to_num(lon_lat))
    placed[nowhere] = None
    repaired_xy = shapely.get_coordinates(repaired)
    moved = to_wgs84_or_nowhere(repaired_xy[:, ::-1] if exchanged else repaired_xy, crs)
    mended = _with(repaired, np.nan_to_num(moved))
    mended[nowhere] = None
    return PlacedShapes(placed, mended, nowhere, crs, remarks)


def _together(parts: Sequence[tuple[NDArray[np.intp], PlacedShapes]], rows: int) -> PlacedShapes:
    """Put rows that came in several systems together again."""
    whole = without_shapes(rows)
    nowhere = np.zeros(rows, dtype=bool)
    for at, part in parts:
        whole.shapes[at], whole.repaired[at] = part.shapes, part.repaired
        nowhere[at] = part.nowhere
    remarks = dict.fromkeys(remark for _, part in parts for remark in part.remarks)
    crs = parts[0][1].crs if parts else WGS84
    return PlacedShapes(whole.shapes, whole.repaired, nowhere, crs, tuple(remarks))


def _drawn(table: pa.Table, columns: Mapping[str, str]) -> tuple[Shapes, Shapes] | None:
    """Shapes in the system of the file, and their repairs."""
    if SHAPE in table.column_names:
        with np.errstate(invalid="ignore"):  # positions that are no numbers are told later
            shapes = shapely.from_wkb(table.column(SHAPE).to_numpy(zero_copy_only=False))
        repaired = np.full(len(shapes), None, dtype=object)
        if REPAIRED in table.column_names:
            repaired = shapely.from_wkb(table.column(REPAIRED).to_numpy(zero_copy_only=False))
        return shapes, repaired
    if "lon" not in columns or "lat" not in columns:
        return None
    figures = [_figures(table.column(columns[name]).to_pylist()) for name in ("lon", "lat")]
    xy = np.stack(figures, axis=1)
    there = np.isfinite(xy).all(axis=1)
    points = np.full(len(xy), None, dtype=object)
    points[there] = shapely.points(xy[there])
    return points, np.full(len(xy), None, dtype=object)


def _figures(cells: Sequence[object]) -> NDArray[np.float64]:
    """Read figures; what is none is NaN."""
    return np.array([_figure(cell) for cell in cells], dtype=np.float64)


def _figure(cell: object) -> float:
    try:
        return float(str(cell).strip().rstrip("°EN东经北纬"))
    except ValueError:
        return float("nan")


def _system(
    xy: LonLat, file_crs: str | None, said: SaidOfPlace
) -> tuple[Crs, bool, tuple[Remark, ...]]:
    """The system, whether its axes are exchanged, and what was concluded."""
    exchanged = are_exchanged(xy)
    remarks = [EXCHANGED] if exchanged else []
    xy = xy[:, ::-1] if exchanged else xy
    if said.crs is None and file_crs is None:
        crs, remark = _by_figures(xy)
        return crs, exchanged, (*remarks, remark)
    declared = parse_crs(said.crs or file_crs or "", said.seven)
    fitting = with_fitting_eastings(declared, xy)
    if fitting is not declared:
        remarks.append(_other_zone(declared, fitting))
    return fitting, exchanged, tuple(remarks)


def _by_figures(xy: LonLat) -> tuple[Crs, Remark]:
    """Conclude the system from the figures alone."""
    if not len(xy) or np.nanmax(np.abs(xy)) <= FARTHEST_DEG:
        return WGS84, CRS_NOT_SAID
    epsg = epsg_by_figures(xy)
    if epsg is None:
        east, north = xy[0]
        raise UnknownCrs(
            f"The file doesn't say its coordinate system, and metres such as {east:.0f} east and "
            f"{north:.0f} north could be in any zone; name it: EPSG:4534 to EPSG:4554 are those of "
            "CGCS2000 of 3 degrees without a number before eastings, EPSG:4547 that of 114° E."
        )
    crs = parse_crs(f"EPSG:{epsg}")
    return crs, _by_number(crs, epsg)


def _with(shapes: Shapes, lon_lat: LonLat) -> Shapes:
    """Shapes with other positions."""
    moved: Shapes = shapely.set_coordinates(shapes.copy(), lon_lat)
    return moved


EXCHANGED: Final = Remark(
    "axes_exchanged",
    "两个坐标次序相反（测量坐标中 X 指北、Y 指东），已按东坐标在前读取。",
    "The two coordinates come in the other order, as surveyors write them; they were read with the "
    "easting first.",
)
CRS_NOT_SAID: Final = Remark(
    "crs_not_said",
    "文件没有声明坐标系；数值是经纬度，按 WGS-84 读取。",
    "The file doesn't say its coordinate system; its figures are degrees and were read as WGS-84.",
)


def _by_number(crs: Crs, epsg: int) -> Remark:
    return Remark(
        "crs_by_zone_number",
        f"文件没有声明坐标系；横坐标前有带号，按 EPSG:{epsg}（{crs.name}）读取。",
        f"The file doesn't say its coordinate system; the number before its eastings is that of "
        f"EPSG:{epsg} ({crs.name}), and it was read as that.",
    )


def _other_zone(declared: Crs, fitting: Crs) -> Remark:
    return Remark(
        "crs_other_zone_number",
        f"声明为 {declared.name}，横坐标的带号与之不符，按 {fitting.name} 读取。",
        f"It is declared as {declared.name}, which its eastings are not written for; it was read "
        f"as {fitting.name}.",
    )


def without_shapes(rows: int) -> PlacedShapes:
    """
    Say that no row has a place.

    Parameters
    ----------
    rows
        How many there are.

    Returns
    -------
    placed
        No shapes.
    """
    nothing = np.full(rows, None, dtype=object)
    return PlacedShapes(nothing, nothing.copy(), np.zeros(rows, dtype=bool), WGS84)
