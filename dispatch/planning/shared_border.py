"""
Shared borders: how many metres of border two polygons of a tiling have in common.

Neighbours that were drawn together share their corners, and their sides are found equal.  Where
one has a corner that the other has not, or where converting each by itself left rounding, sides
lie along each other within `ALONG_M` and the part along which they do is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

ALONG_M = 0.1
"""Sides nearer than this are one border; wider slivers are mended in the layer of unit grids."""

EQUAL_M = 0.01
"""Corners are compared to the centimetre."""

Sides = NDArray[np.float64]
"""Sides of polygons from corner to corner, metres, float64[n, 4]: x, y, x, y."""


@dataclass(frozen=True, slots=True, eq=False)
class SharedBorders:
    """
    Pairs of polygons with a common border, each pair once.

    Attributes
    ----------
    left, right
        Positions of the two, the lower first, int64[n]; pairs ascend.
    border_m
        Metres that they share, float64[n].
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    border_m: NDArray[np.float64]


def shared_borders(polygons: NDArray[np.object_], *, least_m: float) -> SharedBorders:
    """
    Measure what every two polygons share.

    Parameters
    ----------
    polygons
        Polygons and multipolygons in metres, object[n].
    least_m
        Less is no border but a corner.

    Returns
    -------
    borders
        All pairs that share more than `least_m` metres.
    """
    sides, owner = _sides(polygons)
    twin = _twins(sides, owner)
    here = np.flatnonzero(twin > np.arange(len(twin)))
    length_m = np.hypot(*(sides[here, 2:] - sides[here, :2]).T)
    alone = np.flatnonzero(twin < 0)
    one, other, along_m = _along(sides[alone], owner[alone])
    left = np.concatenate([owner[here], owner[alone[one]]])
    right = np.concatenate([owner[twin[here]], owner[alone[other]]])
    return _sum_pairs(left, right, np.concatenate([length_m, along_m]), least_m, len(polygons))


def _sides(polygons: NDArray[np.object_]) -> tuple[Sides, NDArray[np.int64]]:
    """Every side of every ring, and whose it is."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(corners):
        return np.empty((0, 4)), np.empty(0, dtype=np.int64)
    within = ring[1:] == ring[:-1]
    sides = np.concatenate([corners[:-1][within], corners[1:][within]], axis=1)
    has_length = np.hypot(*(sides[:, 2:] - sides[:, :2]).T) > 0
    of = owner[part[ring[:-1][within]]].astype(np.int64)
    return sides[has_length], of[has_length]


def _twins(sides: Sides, owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Position of the side of another polygon with the same corners, -1 where there is none."""
    corner = np.round(sides / EQUAL_M).astype(np.int64)
    swap = (corner[:, 0] > corner[:, 2]) | (
        (corner[:, 0] == corner[:, 2]) & (corner[:, 1] > corner[:, 3])
    )
    corner[swap] = corner[swap][:, [2, 3, 0, 1]]
    order = np.lexsort(corner.T)
    same = np.all(corner[order][1:] == corner[order][:-1], axis=1)
    # Three alike are an overlap, which is measured with the rest.
    before, after = np.append(False, same[:-1]), np.append(same[1:], False)
    pair = same & ~before & ~after & (owner[order[1:]] != owner[order[:-1]])
    twin = np.full(len(sides), -1, dtype=np.int64)
    twin[order[:-1][pair]] = order[1:][pair]
    twin[order[1:][pair]] = order[:-1][pair]
    return twin


def _along(
    sides: Sides, owner: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of sides of two polygons, and the metres along which they lie together."""
    lines = np.asarray(shapely.linestrings(sides.reshape(-1, 2, 2)), dtype=object)
    one, other = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=ALONG_M)
    apart = (one < other) & (owner[one] != owner[other])
    one, other = one[apart], other[apart]
    return one, other, _together_m(sides[one], sides[other])


def _together_m(side: Sides, other: Sides) -> NDArray[np.float64]:
    """Length of the part of a side over which the other is within `ALONG_M`."""
    whole = side[:, 2:] - side[:, :2]
    length = np.hypot(*whole.T)
    east, north = (whole / length[:, None]).T
    ends = other.reshape(-1, 2, 2) - side[:, None, :2]
    at = ends[:, :, 0] * east[:, None] + ends[:, :, 1] * north[:, None]
    off = ends[:, :, 1] * east[:, None] - ends[:, :, 0] * north[:, None]
    first = np.take_along_axis(at, np.argsort(at, axis=1), axis=1)
    lean = off[:, 1] - off[:, 0]
    run = at[:, 1] - at[:, 0]
    start, end = np.maximum(first[:, 0], 0.0), np.minimum(first[:, 1], length)
    # The distance grows evenly along a straight side: where it passes ±ALONG_M the border ends.
    with np.errstate(divide="ignore", invalid="ignore"):
        passes = at[:, :1] + (np.array([-ALONG_M, ALONG_M]) - off[:, :1]) * (run / lean)[:, None]
    level = np.abs(lean) < 1e-9
    passes[level] = [-np.inf, np.inf]
    passes.sort(axis=1)
    near = np.minimum(end, passes[:, 1]) - np.maximum(start, passes[:, 0])
    near[level & (np.abs(off[:, 0]) > ALONG_M)] = 0.0
    together_m: NDArray[np.float64] = np.maximum(np.nan_to_num(near, nan=0.0), 0.0)
    return together_m


def _sum_pairs(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    length_m: NDArray[np.float64],
    least_m: float,
    polygons: int,
) -> SharedBorders:
    """Add up what belongs to one pair."""
    key = np.minimum(left, right) * polygons + np.maximum(left, right)
    pairs, at = np.unique(key, return_inverse=True)
    border_m = np.bincount(at, weights=length_m, minlength=len(pairs)).astype(np.float64)
    kept = border_m > least_m
    return SharedBorders(pairs[kept] // polygons, pairs[kept] % polygons, border_m[kept])
