"""Ground around stretches of road, painted on cells and traced into polygons, band by band."""

# ruff: noqa: PLR0913, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon

from geo.road.kernel import kernel
from geo.road.ring import fill_corners, trace
from geo.road.snap import METRES_PER_DEGREE

CELL_M = 40.0
"""Side of the square cells that ground is made of."""

MOST_CELLS = 1 << 26
"""Ground that would need more cells, 320 km square, is made of cells twice as wide."""

DECIMALS = 6
"""Corners of cells are whole multiples of this decimal of a degree, a tenth of a metre."""

MARGIN = 2
"""Cells around what is painted: one that is reached, one that never is."""

NOT_REACHED = 255


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """
    Square cells and the first band that reaches each.

    Attributes
    ----------
    size
        Width and height of a cell in degrees, float64[2].
    corner
        Column and row of the first cell, counted from longitude 0 and latitude 0, int64[2].
    band
        First band of each cell, uint8[n_rows, n_columns]; `NOT_REACHED` outside all.
    """

    size: NDArray[np.float64]
    corner: NDArray[np.int64]
    band: NDArray[np.uint8]

    def mark(self, lon_lat: NDArray[np.float64], band: int) -> None:
        """
        Let a band reach the cell of a point, unless an earlier one does.

        Parameters
        ----------
        lon_lat
            The point, float64[2].
        band
            The band; one beyond the last is harmless.
        """
        column, row = np.floor(lon_lat / self.size).astype(np.int64) - self.corner
        self.band[row, column] = min(self.band[row, column], band)


def cells_over(low: NDArray[np.float64], high: NDArray[np.float64]) -> Cells:
    """
    Lay empty cells over a box.

    Parameters
    ----------
    low, high
        Corners of the box, float64[2] each, WGS-84 degrees.

    Returns
    -------
    cells
        None of them reached, with a margin around the box.
    """
    squeeze = max(np.cos(np.radians((low[1] + high[1]) / 2)), 0.01)
    degrees = 1.0 / (METRES_PER_DEGREE * np.array([squeeze, 1.0]))
    side_m = CELL_M
    while np.prod((high - low) / (side_m * degrees) + 1) > MOST_CELLS:
        side_m *= 2
    size = np.round(side_m * degrees, DECIMALS)
    corner = np.floor(low / size).astype(np.int64) - MARGIN
    columns, rows = np.floor(high / size).astype(np.int64) - corner + 1 + MARGIN
    return Cells(size, corner, np.full((rows, columns), NOT_REACHED, dtype=np.uint8))


def widen(cells: Cells) -> Cells:
    """
    Let every cell reach the eight around it.

    Parameters
    ----------
    cells
        Painted; nothing in the margin.

    Returns
    -------
    cells
        The least band of each cell and those around it.
    """
    band = cells.band
    wide, tall = band.copy(), np.empty_like(band)
    wide[:, 1:-1] = np.minimum(np.minimum(band[:, :-2], band[:, 1:-1]), band[:, 2:])
    tall[:1], tall[-1:] = wide[:1], wide[-1:]
    tall[1:-1] = np.minimum(np.minimum(wide[:-2], wide[1:-1]), wide[2:])
    return Cells(cells.size, cells.corner, tall)


def polygons(cells: Cells, n_bands: int) -> list[MultiPolygon]:
    """
    Trace the ground of each band.

    Parameters
    ----------
    cells
        Painted and widened; cells that touch at a corner only are joined here, in place.
    n_bands
        How many bands there are.

    Returns
    -------
    ground
        One per band, valid, each holding those before it.
    """
    grounds = []
    for band in range(n_bands):
        fill_corners(cells.band, band)
        corner, ring_of, polygon_of = trace(cells.band, band)
        lon_lat = np.round((corner + cells.corner) * cells.size, DECIMALS)
        if not len(lon_lat):
            grounds.append(MultiPolygon())
            continue
        rings = np.asarray(shapely.linearrings(lon_lat, indices=ring_of))
        shells_first = np.argsort(polygon_of, kind="stable")
        parts = shapely.polygons(rings[shells_first], indices=polygon_of[shells_first])
        grounds.append(MultiPolygon(np.asarray(parts).tolist()))
    return grounds


@kernel
def bounds(
    edge: NDArray[np.int32],
    edge_ref: NDArray[np.int32],
    first_point: NDArray[np.int64],
    point: NDArray[np.float64],
    also: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Give the box around some edges.

    Parameters
    ----------
    edge
        The edges.
    edge_ref, first_point, point
        Of the roads.
    also
        One more point.

    Returns
    -------
    low, high
        Its corners, float64[2] each.
    """
    low, high = also.copy(), also.copy()
    for place in range(len(edge)):
        street = edge_ref[edge[place]] >> 1
        for at in range(first_point[street], first_point[street + 1]):
            for axis in range(2):
                low[axis] = min(low[axis], point[at, axis])
                high[axis] = max(high[axis], point[at, axis])
    return low, high


@kernel
def paint(
    edge: NDArray[np.int32],
    enter_ms: NDArray[np.int32],
    begin: NDArray[np.float64],
    limit_ms: NDArray[np.int64],
    edge_ref: NDArray[np.int32],
    edge_ms: NDArray[np.int32],
    first_point: NDArray[np.int64],
    point: NDArray[np.float64],
    size: NDArray[np.float64],
    corner: NDArray[np.int64],
    band: NDArray[np.uint8],
) -> None:
    """
    Mark the cells under stretches of road with the first band that reaches them, in place.

    Parameters
    ----------
    edge, enter_ms, begin
        Edges, when each is entered, and at which share of it.
    limit_ms
        Bands, ascending.
    edge_ref, edge_ms, first_point, point
        Of the roads and their weights.
    size, corner, band
        See `Cells`.

    Notes
    -----
    A point is looked at every half cell, at every bend and where a band ends.
    """
    width, height = size
    column, row = corner
    for place in range(len(edge)):
        ref = edge_ref[edge[place]]
        street, backward = ref >> 1, ref & 1
        low, high = first_point[street], first_point[street + 1]
        whole = 0.0
        for at in range(low + 1, high):
            across = (point[at, 0] - point[at - 1, 0]) / width
            up = (point[at, 1] - point[at - 1, 1]) / height
            whole += np.hypot(across, up)
        pace = edge_ms[edge[place]] / whole if whole > 0 else 0.0
        start = begin[place] * whole
        whole_ms = np.int64(edge_ms[edge[place]])
        end_ms = enter_ms[place] + whole_ms - np.int64(np.rint(whole_ms * begin[place]))
        driven, reached = 0.0, 0
        for step in range(high - low - 1):
            here = high - 1 - step if backward else low + step
            there = here - 1 if backward else here + 1
            x, y = point[here, 0] / width - column, point[here, 1] / height - row
            across = (point[there, 0] - point[here, 0]) / width
            up = (point[there, 1] - point[here, 1]) / height
            length = np.hypot(across, up)
            parts = int(np.ceil(2 * length)) + 1
            for part in range(parts + 1):
                share = part / parts
                at_ms = enter_ms[place] + (driven + share * length - start) * pace
                if driven + share * length < start:
                    continue
                while reached < len(limit_ms) and at_ms > limit_ms[reached] < end_ms:
                    if limit_ms[reached] >= enter_ms[place]:  # here the band ends
                        end = (
                            start + (limit_ms[reached] - enter_ms[place]) / pace - driven
                        ) / length
                        on_row, on_column = int(y + end * up), int(x + end * across)
                        band[on_row, on_column] = min(band[on_row, on_column], reached)
                    reached += 1
                if reached == len(limit_ms):
                    break
                on_row, on_column = int(y + share * up), int(x + share * across)
                band[on_row, on_column] = min(band[on_row, on_column], reached)
            driven += length
