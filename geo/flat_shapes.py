"""
Flat shapes: the corners of many geometries in a few arrays, which threads read without a lock.

A *run* is an unbroken row of corners: a line, a ring without its closing corner, or all points of
a feature.  Runs stand in the order of the features (rows) that they belong to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

POINT, LINE, POLYGON = 1, 2, 3
"""Kinds of shapes, by the numbers that vector tiles have for them; 0 is a row without one."""

_COLLECTIONS = 4
"""Geometry types from here on are made of others."""


@dataclass(frozen=True, slots=True)
class Runs:
    """
    Runs of corners, one after another.

    Attributes
    ----------
    point
        Corners, float64[2, n]: x of all, and y of all.
    first
        Where each run starts, and where the last one ends.
    row
        Row of the feature that each run belongs to, ascending.
    kind
        `POINT`, `LINE` or `POLYGON`.
    ring_of
        What rings of one polygon have in common; a number of its own for every other run.
    hole
        Whether it is an inner ring.
    """

    point: NDArray[np.float64]
    first: NDArray[np.int64]
    row: NDArray[np.int64]
    kind: NDArray[np.int8]
    ring_of: NDArray[np.int64]
    hole: NDArray[np.bool_]

    def __len__(self) -> int:
        """How many runs there are."""
        return len(self.row)

    @property
    def run_of_point(self) -> NDArray[np.int64]:
        """Number of the run that each corner belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))

    def take(self, chosen: NDArray[np.int64]) -> Runs:
        """
        Take some runs.

        Parameters
        ----------
        chosen
            Their numbers, each once.

        Returns
        -------
        runs
            Those, in this order.
        """
        if np.array_equal(chosen, np.arange(len(self))):
            return self
        size = np.diff(self.first)[chosen]
        first = starts(size)
        place = np.arange(first[-1]) + np.repeat(self.first[chosen] - first[:-1], size)
        return self.with_points(self.point[:, place], first, chosen)

    def moved(self, point: NDArray[np.float64]) -> Runs:
        """
        Put every corner elsewhere.

        Parameters
        ----------
        point
            As many corners as there are.

        Returns
        -------
        runs
            Otherwise the same.
        """
        return Runs(point, self.first, self.row, self.kind, self.ring_of, self.hole)

    def with_points(
        self, point: NDArray[np.float64], first: NDArray[np.int64], of: NDArray[np.int64]
    ) -> Runs:
        """
        Say what belongs to whom after corners were dropped or added.

        Parameters
        ----------
        point, first
            The corners, and where runs start.
        of
            Which of the present runs each new one comes from.

        Returns
        -------
        runs
            With what else was known of them.
        """
        return Runs(point, first, self.row[of], self.kind[of], self.ring_of[of], self.hole[of])


@dataclass(frozen=True, slots=True)
class FlatShapes:
    """
    Shapes of many features on a plane.

    Attributes
    ----------
    runs
        Their corners.
    box
        West, south, east and north of each row; NaN for a row without a shape, or with
        a corner that is nowhere.
    """

    runs: Runs
    box: NDArray[np.float64]


def starts(size: NDArray[np.int64]) -> NDArray[np.int64]:
    """
    Lay runs of given sizes end to end.

    Parameters
    ----------
    size
        How many belong to each.

    Returns
    -------
    first
        Where each starts, and where the last one ends.
    """
    first = np.zeros(len(size) + 1, dtype=np.int64)
    np.cumsum(size, out=first[1:])
    return first


def flatten(
    shapes: NDArray[np.object_],
    to_plane: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> FlatShapes:
    """
    Lay geometries out as arrays.

    Parameters
    ----------
    shapes
        Geometries of any type, or None; of a collection what has the most dimensions counts.
    to_plane
        Brings longitude and latitude onto the plane.

    Returns
    -------
    flat
        Each row's corners on the plane.
    """
    part, row = _simple_parts(shapes)
    piece, piece_row, polygon, hole = _pieces(part, row)
    dimension = shapely.get_dimensions(piece)
    dimension = np.where(polygon >= 0, 2, dimension)
    lon_lat, piece_of_point = shapely.get_coordinates(piece, return_index=True)
    size = np.bincount(piece_of_point, minlength=len(piece))
    kept = np.ones(len(lon_lat), dtype=bool)
    ends = np.cumsum(size) - 1
    kept[ends[polygon >= 0]] = False  # the closing corner
    size = size - (polygon >= 0)
    joined = np.zeros(len(piece), dtype=bool)
    joined[1:] = (dimension[1:] == 0) & (piece_row[1:] == piece_row[:-1])
    head = np.flatnonzero(~joined)
    runs = Runs(
        np.ascontiguousarray(to_plane(lon_lat[kept]).T),
        np.append(starts(size)[:-1][head], size.sum()).astype(np.int64),
        piece_row[head].astype(np.int64),
        (dimension[head] + 1).astype(np.int8),
        np.where(polygon >= 0, polygon, polygon.max(initial=-1) + 1 + np.arange(len(piece)))[head],
        hole[head],
    )
    return FlatShapes(runs, _boxes(runs, len(shapes)))


def flat_lines(point: NDArray[np.float64], first: NDArray[np.int64]) -> FlatShapes:
    """
    Take lines over that are flat already, one for each row.

    Parameters
    ----------
    point
        Corners on the plane, float64[n, 2].
    first
        Where each line starts, and where the last one ends.

    Returns
    -------
    flat
        The lines.
    """
    row = np.arange(len(first) - 1)
    kind, hole = np.full(len(row), LINE, dtype=np.int8), np.zeros(len(row), dtype=bool)
    runs = Runs(np.ascontiguousarray(point.T), first.astype(np.int64), row, kind, row, hole)
    return FlatShapes(runs, _boxes(runs, len(row)))


def _simple_parts(
    shapes: NDArray[np.object_],
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Points, lines and polygons of each row, of which those with the most dimensions stay."""
    part, row = shapely.get_parts(shapes, return_index=True)
    while (shapely.get_type_id(part) >= _COLLECTIONS).any():
        inner, outer = shapely.get_parts(part, return_index=True)
        part, row = inner, row[outer]
    filled = ~shapely.is_empty(part)
    part, row = part[filled], row[filled]
    dimension = shapely.get_dimensions(part)
    highest = np.zeros(len(shapes), dtype=dimension.dtype)
    np.maximum.at(highest, row, dimension)
    kept = dimension == highest[row]
    return part[kept], row[kept].astype(np.int64)


def _pieces(
    part: NDArray[np.object_], row: NDArray[np.int64]
) -> tuple[NDArray[np.object_], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Rings in place of polygons: pieces, row of each, its polygon or -1, whether it is a hole."""
    solid = shapely.get_dimensions(part) == 2
    ring, polygon = shapely.get_rings(part[solid], return_index=True)
    hole = np.zeros(len(ring), dtype=bool)
    hole[1:] = polygon[1:] == polygon[:-1]
    plain = part[~solid]
    piece = np.concatenate([ring, plain])
    piece_row = np.concatenate([row[solid][polygon], row[~solid]])
    order = np.argsort(piece_row, kind="stable")
    none = np.full(len(plain), -1, dtype=np.int64)
    return (
        piece[order],
        piece_row[order],
        np.concatenate([polygon, none])[order],
        np.concatenate([hole, np.zeros(len(plain), dtype=bool)])[order],
    )


def _boxes(runs: Runs, n_rows: int) -> NDArray[np.float64]:
    """Box of each row; none where a corner is nowhere."""
    box = np.full((n_rows, 4), np.nan)
    if len(runs):
        row, run = np.unique(runs.row, return_index=True)
        first = runs.first[run]
        low = np.minimum.reduceat(runs.point, first, axis=1)
        high = np.maximum.reduceat(runs.point, first, axis=1)
        found = np.concatenate([low, high]).T
        box[row] = np.where(np.isfinite(found).all(axis=1, keepdims=True), found, np.nan)
    return box
