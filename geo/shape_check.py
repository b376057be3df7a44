"""
Shapes by themselves: what no later check may be given, and what is wrong with each.

Repairs of unsound shapes come from whoever has read them: they may grind for minutes on shapes made
to hurt, so they are made in a process that can be killed (`geo.layer_read`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType
from shapely.geometry.base import BaseGeometry

ALMOST_CLOSED_M: Final = 5.0
"""Ends of a line so near each other were meant to meet."""

Shapes = NDArray[np.object_]
"""Shapes in metres, or None where a row has none."""


class Dimension(StrEnum):
    """What the shapes of a kind of layer are."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"


TYPES: Final = {
    Dimension.POINT: (GeometryType.POINT, GeometryType.MULTIPOINT),
    Dimension.LINE: (
        GeometryType.LINESTRING, GeometryType.LINEARRING, GeometryType.MULTILINESTRING,
    ),
    Dimension.POLYGON: (GeometryType.POLYGON, GeometryType.MULTIPOLYGON),
}  # fmt: skip


class ShapeFlawKind(StrEnum):
    """What is wrong with a shape."""

    NONE = "no_shape"
    NOT_FINITE = "shape_not_finite"
    OTHER_DIMENSION = "shape_other_dimension"
    UNCLOSED = "shape_unclosed"
    INVALID = "shape_invalid"
    MULTIPART = "shape_multipart"
    TWICE = "shape_twice"


@dataclass(frozen=True, slots=True)
class ShapeFlaw:
    """
    A shape that can't be used as it is.

    Attributes
    ----------
    kind
        What is wrong.
    rows
        Positions of the rows that have it.
    place
        Where, in metres; None where there is no place.
    why
        In the words of GEOS, for an invalid shape; else empty.
    remedy
        The shape as it would be without the flaw, if that is plain; for rows with the same shape
        there is none but to drop all but one.
    """

    kind: ShapeFlawKind
    rows: tuple[int, ...]
    place: tuple[float, float] | None = None
    why: str = ""
    remedy: BaseGeometry | None = None


def shape_flaws(
    shapes: Shapes, wanted: Dimension, *, repaired: Shapes, parts: bool = True
) -> list[ShapeFlaw]:
    """
    Find every shape that can't be used as it is.

    Parameters
    ----------
    shapes
        Shapes in metres, row by row.
    wanted
        What they should be.
    repaired
        The same where they aren't sound and a repair is at hand, else None.
    parts
        Whether a row may have several parts.

    Returns
    -------
    flaws
        By row, one each, then those that stand twice.
    """
    if not len(shapes):
        return []
    suspect = _suspect(shapes, wanted, parts=parts)
    flaws = [_flaw(int(row), shapes[row], wanted, repaired[row]) for row in suspect]
    spoilt = [flaw.rows[0] for flaw in flaws if flaw.kind is not ShapeFlawKind.MULTIPART]
    return [*flaws, *_twice(shapes, np.setdiff1d(np.arange(len(shapes)), spoilt))]


def usable(shapes: Shapes, flaws: list[ShapeFlaw]) -> NDArray[np.bool_]:
    """
    Tell which shapes later checks may be given.

    Parameters
    ----------
    shapes
        Shapes, row by row.
    flaws
        What `shape_flaws` found.

    Returns
    -------
    usable
        False for none, for what isn't sound, and for what is no shape of the kind, bool[n].
    """
    fine = np.ones(len(shapes), dtype=bool)
    for flaw in flaws:
        if flaw.kind not in {ShapeFlawKind.MULTIPART, ShapeFlawKind.TWICE}:
            fine[list(flaw.rows)] = False
    return fine


def _suspect(shapes: Shapes, wanted: Dimension, *, parts: bool) -> NDArray[np.intp]:
    """Rows whose shapes are worth a closer look."""
    finite = np.ones(len(shapes), dtype=bool)
    xy, of_shape = shapely.get_coordinates(shapes, return_index=True)
    finite[of_shape[~np.isfinite(xy).all(axis=1)]] = False
    fine = finite & np.isin(shapely.get_type_id(shapes), TYPES[wanted]) & ~shapely.is_empty(shapes)
    fine[fine] &= shapely.is_valid(shapes[fine])
    if not parts:
        fine &= shapely.get_num_geometries(shapes) <= 1
    return np.flatnonzero(~fine)


def _flaw(
    row: int, shape: BaseGeometry | None, wanted: Dimension, repaired: BaseGeometry | None
) -> ShapeFlaw:
    """The first thing that is wrong with a suspect shape."""
    if shape is None or shape.is_empty:
        return ShapeFlaw(ShapeFlawKind.NONE, (row,))
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return ShapeFlaw(ShapeFlawKind.NOT_FINITE, (row,))
    if _dimension(shape) is not wanted:
        return _of_other_dimension(row, shape, wanted)
    if not shape.is_valid:
        return _invalid(row, shape, wanted, repaired)
    return ShapeFlaw(ShapeFlawKind.MULTIPART, (row,), _inside(shape))


def _dimension(shape: BaseGeometry) -> Dimension | None:
    """What a shape is; None for a collection."""
    kind = shapely.get_type_id(shape)
    return next((one for one, types in TYPES.items() if kind in types), None)


def _of_other_dimension(row: int, shape: BaseGeometry, wanted: Dimension) -> ShapeFlaw:
    """A shape of another kind: a line that almost closes was meant as a border."""
    if wanted is Dimension.POLYGON and shape.geom_type == "LineString":
        corners = shapely.get_coordinates(shape)
        apart_m = float(np.hypot(*(corners[-1] - corners[0])))
        closed = shapely.Polygon(corners) if len(corners) > 3 else None
        if apart_m <= ALMOST_CLOSED_M and closed is not None and closed.is_valid:
            at = (float(corners[0, 0]), float(corners[0, 1]))
            return ShapeFlaw(ShapeFlawKind.UNCLOSED, (row,), at, remedy=closed)
    return ShapeFlaw(ShapeFlawKind.OTHER_DIMENSION, (row,), _inside(shape))


def _invalid(
    row: int, shape: BaseGeometry, wanted: Dimension, repaired: BaseGeometry | None
) -> ShapeFlaw:
    """A shape that crosses itself or the like; GEOS says where."""
    why, _, at = shapely.is_valid_reason(shape).partition("[")
    lon_lat = at.rstrip("]").split()
    place = (float(lon_lat[0]), float(lon_lat[1])) if len(lon_lat) >= 2 else _inside(shape)
    if repaired is not None and (repaired.is_empty or _dimension(repaired) is not wanted):
        repaired = None
    return ShapeFlaw(ShapeFlawKind.INVALID, (row,), place, why.strip(), repaired)


def _twice(shapes: Shapes, sound: NDArray[np.intp]) -> Iterator[ShapeFlaw]:
    """Rows with one and the same shape, however it is written."""
    if not len(sound):
        return
    bounds = shapely.bounds(shapes[sound])
    _, of_row, count = np.unique(bounds, axis=0, return_inverse=True, return_counts=True)
    alike = sound[count[of_row.ravel()] > 1]
    rows: dict[bytes, list[int]] = defaultdict(list)
    for row, written in zip(alike, shapely.to_wkb(shapely.normalize(shapes[alike])), strict=True):
        rows[written].append(int(row))
    for having in rows.values():
        if len(having) > 1:
            yield ShapeFlaw(ShapeFlawKind.TWICE, tuple(having), _inside(shapes[having[0]]))


def _inside(shape: BaseGeometry) -> tuple[float, float]:
    """A place on a shape."""
    x, y = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
    return float(x), float(y)
