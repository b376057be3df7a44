"""Rings around cells: what is reached on a raster becomes the outlines of valid polygons."""

# ruff: noqa: C901, PLR0912 -- a kernel is one loop over plain arrays

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.kernel import kernel


@kernel
def fill_corners(band: NDArray[np.uint8], reached: int) -> None:
    """
    Fill up two by two cells of which only two that touch at their corner are reached, in place.

    Parameters
    ----------
    band
        First band of each cell; the outermost cells are not reached.
    reached
        The band; what it fills is reached by all later ones too.

    Notes
    -----
    So no ring that is traced touches itself or another one.
    """
    again = True
    while again:
        again = False
        for row in range(len(band) - 1):
            for column in range(band.shape[1] - 1):
                low_left, low_right = band[row, column] <= reached, band[row, column + 1] <= reached
                if low_left == low_right:
                    continue
                up_left = band[row + 1, column] <= reached
                if up_left == low_left or up_left == (band[row + 1, column + 1] <= reached):
                    continue
                for y in range(row, row + 2):
                    for x in range(column, column + 2):
                        band[y, x] = min(band[y, x], reached)
                again = True


@kernel
def trace(
    band: NDArray[np.uint8], reached: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """
    Trace the rings around the cells of a band.

    Parameters
    ----------
    band
        First band of each cell; no two reached cells touch at a corner only, and the
        outermost are not reached.
    reached
        The band.

    Returns
    -------
    corner
        Columns and rows where rings turn, ring after ring, int32[n, 2].
    ring_of
        Ring of each corner, int32[n].
    polygon_of
        Polygon of each ring, int32[n_rings]; its shell comes before its holes.

    References
    ----------
    Suzuki and Abe (1985), Topological structural analysis of digitized binary images by
    border following: a hole belongs to the ring met last on the way to it along its row.
    """
    corner = np.empty((1024, 2), dtype=np.int32)
    ring_of = np.empty(1024, dtype=np.int32)
    polygon_of = np.empty(64, dtype=np.int32)
    ring_at = np.full(band.shape, np.int32(-1))  # ring of the side on the left of each cell
    count, n_rings, n_polygons = 0, 0, 0
    for row in range(len(band)):
        met = -1
        for column in range(1, band.shape[1]):
            inside = band[row, column] <= reached
            if inside == (band[row, column - 1] <= reached):
                continue
            if ring_at[row, column] < 0:
                if n_rings == len(polygon_of):
                    polygon_of = np.concatenate((polygon_of, np.empty_like(polygon_of)))
                if inside:
                    polygon_of[n_rings] = n_polygons
                    n_polygons += 1
                else:
                    polygon_of[n_rings] = polygon_of[met]
                # ground lies to the left of the way: down its western side, up its eastern
                x, y = column, row + 1 if inside else row
                across, up = 0, -1 if inside else 1
                start_x, start_y, start_up = x, y, up
                while True:
                    if up != 0:
                        ring_at[min(y, y + up), x] = n_rings
                    x, y = x + across, y + up
                    # cells ahead of the corner, on the left and on the right of the way
                    left_y, left_x = y + (up + across - 1) // 2, x + (across - up - 1) // 2
                    right_y, right_x = y + (up - across - 1) // 2, x + (across + up - 1) // 2
                    turn = 0
                    if band[right_y, right_x] <= reached:
                        turn = -1
                    elif band[left_y, left_x] > reached:
                        turn = 1
                    if turn != 0:
                        if count == len(ring_of):
                            corner = np.concatenate((corner, np.empty_like(corner)))
                            ring_of = np.concatenate((ring_of, np.empty_like(ring_of)))
                        corner[count, 0], corner[count, 1] = x, y
                        ring_of[count] = n_rings
                        count += 1
                        across, up = -turn * up, turn * across
                    if x == start_x and y == start_y and up == start_up:
                        break
                n_rings += 1
            met = ring_at[row, column]
    return corner[:count].copy(), ring_of[:count].copy(), polygon_of[:n_rings].copy()
