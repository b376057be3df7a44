"""
Sight: which corners of obstacles on a plane see each other, and the shortest way along them.

A shortest way round polygons is a taut string: it bends only at corners that jut out, and runs
along a tangent into and out of each.  So the graph of such corners that see each other along
tangents at both ends holds every shortest way between corners, and a question adds its own two
ends to it.

References
----------
Lozano-Pérez, Wesley (1979), shortest paths among polygonal obstacles by visibility graph.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry

Points = NDArray[np.float64]
"""Places on the plane, metres, float64[n, 2]."""

GRAZE_M = 1e-3
"""How deep a way may graze an obstacle: what rounding puts inside is let through."""

ROWS_AT_ONCE = 256
"""Corners whose lines to all others are looked at together."""


@dataclass(frozen=True, slots=True, eq=False)
class Corners:
    """
    Corners of obstacles that jut out.

    Attributes
    ----------
    xy
        Where, float64[n, 2].
    before, after
        Their neighbours along the border, float64[n, 2].
    """

    xy: Points
    before: Points
    after: Points

    def touched_by(self, xy: Points) -> NDArray[np.bool_]:
        """
        Tell from which places a straight line to a corner is a tangent there.

        Parameters
        ----------
        xy
            Places, float64[m, 2].

        Returns
        -------
        touched
            bool[m, n]: both neighbours of the corner lie on one side of the line, or on it.
        """
        line = xy[:, None, :] - self.xy
        slack = GRAZE_M * np.hypot(line[..., 0], line[..., 1])
        one, other = _cross(line, self.before - self.xy), _cross(line, self.after - self.xy)
        apart: NDArray[np.bool_] = (np.minimum(one, other) < -slack) & (
            np.maximum(one, other) > slack
        )
        return ~apart


def corners_of(obstacles: Geometry) -> Corners:
    """
    Find the corners of obstacles that jut out, those of holes included.

    Parameters
    ----------
    obstacles
        A valid polygon or multipolygon; its parts touch in points at most.

    Returns
    -------
    corners
        Ring by ring.
    """
    smooth = shapely.remove_repeated_points(obstacles)
    found = [np.empty((0, 3, 2))]
    for polygon in shapely.get_parts(shapely.orient_polygons(smooth)).tolist():
        for ring in (polygon.exterior, *polygon.interiors):
            xy = shapely.get_coordinates(ring)[:-1]
            trio = np.stack([xy, np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0)], axis=1)
            # Obstacles lie to the left of their borders, so a corner juts out at a left turn.
            juts = _cross(trio[:, 0] - trio[:, 1], trio[:, 2] - trio[:, 0]) > 0
            found.append(trio[juts])
    every = np.concatenate(found)
    return Corners(every[:, 0], every[:, 1], every[:, 2])


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """
    Corners and the lines of sight between them.

    Attributes
    ----------
    core
        The obstacles without a rim of `GRAZE_M`, prepared: what no line may meet.
    corners
        Where ways bend.
    sees
        Corners that each corner sees along a tangent at both ends, ascending, int64[] each.
    """

    core: Geometry
    corners: Corners
    sees: tuple[NDArray[np.int64], ...]

    def shortest(self, start: Points, end: Points) -> Points | None:
        """
        Find the shortest way between two places that do not see each other.

        Parameters
        ----------
        start, end
            Places outside the obstacles, float64[2].

        Returns
        -------
        way
            From start to end, float64[n, 2]; None where the obstacles close one of them in.
            Of equally short ways always the same one.
        """
        first, last = self._seen_from(start), set(self._seen_from(end).tolist())
        xy = np.vstack([self.corners.xy, end])
        left_m = np.hypot(*(xy - end).T)
        goal = len(xy) - 1
        length_m = np.full(len(xy), np.inf)
        came_from = np.full(len(xy), -1)
        length_m[first] = np.hypot(*(xy[first] - start).T)
        queue = [(length_m[row] + left_m[row], row) for row in first.tolist()]
        heapq.heapify(queue)
        done: set[int] = set()
        while queue:
            _, here = heapq.heappop(queue)
            if here == goal:
                return np.vstack([start, xy[_walk_back(came_from, here)]])
            if here in done:
                continue
            done.add(here)
            ahead = self.sees[here].tolist() + ([goal] if here in last else [])
            for there in ahead:
                there_m = length_m[here] + float(np.hypot(*(xy[there] - xy[here])))
                if there_m < length_m[there]:
                    length_m[there], came_from[there] = there_m, here
                    heapq.heappush(queue, (there_m + left_m[there], there))
        return None

    def _seen_from(self, place: Points) -> NDArray[np.int64]:
        """Corners that a place sees along a tangent, ascending."""
        rows = np.flatnonzero(self.corners.touched_by(place[None, :])[0])
        lines = _lines(np.broadcast_to(place, (len(rows), 2)), self.corners.xy[rows])
        return rows[are_free(self.core, lines)]


def look_around(obstacles: Geometry, core: Geometry) -> Sight:
    """
    Draw every line of sight between corners along which a shortest way may run.

    Parameters
    ----------
    obstacles
        A valid polygon or multipolygon; its parts touch in points at most.
    core
        The same without its rim, see `Sight`.

    Returns
    -------
    sight
        Ready for questions.
    """
    corners = corners_of(obstacles)
    xy, n = corners.xy, len(corners.xy)
    pairs = [np.empty((0, 2), dtype=np.int64)]
    for begin in range(0, n, ROWS_AT_ONCE):
        rows = np.arange(begin, min(begin + ROWS_AT_ONCE, n))
        part = Corners(xy[rows], corners.before[rows], corners.after[rows])
        both = corners.touched_by(xy[rows]) & part.touched_by(xy).T
        both &= np.arange(n) > rows[:, None]
        one, other = np.nonzero(both)
        free = are_free(core, _lines(xy[rows[one]], xy[other]))
        pairs.append(np.stack([rows[one[free]], other[free]], axis=1))
    return Sight(core, corners, _neighbours(np.concatenate(pairs), n))


def are_free(core: Geometry, lines: NDArray[np.object_]) -> NDArray[np.bool_]:
    """
    Tell which lines keep clear of obstacles.

    Parameters
    ----------
    core
        The obstacles without their rim, prepared.
    lines
        Straight lines.

    Returns
    -------
    free
        bool[n].
    """
    free: NDArray[np.bool_] = ~shapely.intersects(core, lines)
    return free


def _lines(start: Points, end: Points) -> NDArray[np.object_]:
    """Straight lines between places."""
    return cast("NDArray[np.object_]", shapely.linestrings(np.stack([start, end], axis=1)))


def _neighbours(pairs: NDArray[np.int64], n: int) -> tuple[NDArray[np.int64], ...]:
    """Whom each corner is paired with, ascending."""
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    return tuple(np.split(both[:, 1], np.searchsorted(both[:, 0], np.arange(1, n))))


def _walk_back(came_from: NDArray[np.int64], last: int) -> list[int]:
    """Rows of a way in order, from where each was reached."""
    rows = [last]
    while came_from[rows[-1]] >= 0:
        rows.append(int(came_from[rows[-1]]))
    return rows[::-1]


def _cross(one: Points, other: Points) -> NDArray[np.float64]:
    """Twice the area between vectors; positive where the other points to the left."""
    area: NDArray[np.float64] = one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
    return area
