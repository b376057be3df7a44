"""Give lines a shared point wherever they cross or touch without one."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def add_crossings(
    lon_lat: Floats, first: Ints, *, level: Ints, tolerance_deg: float
) -> tuple[Floats, Ints]:
    """
    Add a point to each of two lines where they cross, or where one ends on the other.

    Parameters
    ----------
    lon_lat
        Points of all lines end to end, float64[n_points, 2].
    first
        Where each line starts, int64[n_lines + 1].
    level
        Storey of each line, int64[n_lines]: a bridge (1) crosses a street (0) unjoined.
    tolerance_deg
        A point this near to a line lies on it.

    Returns
    -------
    lon_lat, first
        The same lines with more points.
    """
    line = np.repeat(np.arange(len(first) - 1), np.diff(first))
    start = np.flatnonzero(line[:-1] == line[1:]) if len(line) else line
    a, b = lon_lat[start], lon_lat[start + 1]
    i, j = _near_pairs(a, b, level[line[start]], tolerance_deg)
    added = [_crossings(a, b, i, j, tolerance_deg)]
    for one, other in ((i, j), (j, i)):
        along = (b - a)[other]
        added += [_ends_on(end[one], other, a[other], along, tolerance_deg) for end in (a, b)]
    segment = np.concatenate([found[0] for found in added])
    share = np.concatenate([found[1] for found in added])
    point = np.concatenate([found[2] for found in added])
    order = np.lexsort((share, segment))
    after = start[segment[order]]
    n_added = np.bincount(line[after], minlength=len(first) - 1)
    moved = first + np.concatenate([[0], np.cumsum(n_added)])
    return np.insert(lon_lat, after + 1, point[order], axis=0), moved.astype(np.int64)


def _near_pairs(a: Floats, b: Floats, level: Ints, tolerance_deg: float) -> tuple[Ints, Ints]:
    """List pairs of segments on one level that touch or cross, each pair once."""
    segments = np.atleast_1d(np.asarray(shapely.linestrings(np.stack([a, b], axis=1))))
    tree = shapely.STRtree(segments)
    i, j = tree.query(segments, predicate="dwithin", distance=tolerance_deg)
    wanted = (i < j) & (level[i] == level[j])
    return i[wanted].astype(np.int64), j[wanted].astype(np.int64)


def _crossings(
    a: Floats, b: Floats, i: Ints, j: Ints, tolerance_deg: float
) -> tuple[Ints, Floats, Floats]:
    """Find where segments cross away from all four ends: segment, share along it, point."""
    along_i, along_j, apart = b[i] - a[i], b[j] - a[j], a[j] - a[i]
    sine = _cross(along_i, along_j)
    slanted = sine != 0
    divisor = np.where(slanted, sine, 1.0)
    share_i, share_j = _cross(apart, along_j) / divisor, _cross(apart, along_i) / divisor
    inside = slanted & _is_inside(share_i, along_i, tolerance_deg)
    inside &= _is_inside(share_j, along_j, tolerance_deg)
    point = (a[i] + share_i[:, None] * along_i)[inside]
    return (
        np.concatenate([i[inside], j[inside]]),
        np.concatenate([share_i[inside], share_j[inside]]),
        np.concatenate([point, point]),
    )


def _ends_on(
    point: Floats, segment: Ints, origin: Floats, along: Floats, tolerance_deg: float
) -> tuple[Ints, Floats, Floats]:
    """Find points that lie inside the segment they are held against, and where along it."""
    squared = np.maximum((along**2).sum(axis=1), np.finfo(float).tiny)
    share = ((point - origin) * along).sum(axis=1) / squared
    distance = np.hypot(*(origin + share[:, None] * along - point).T)
    inside = (distance <= tolerance_deg) & _is_inside(share, along, tolerance_deg)
    return segment[inside], share[inside], point[inside]


def _is_inside(share: Floats, along: Floats, tolerance_deg: float) -> NDArray[np.bool_]:
    """Tell a place inside a segment from one at its ends."""
    length = np.hypot(along[:, 0], along[:, 1])
    place = share * length
    inside: NDArray[np.bool_] = (place > tolerance_deg) & (place < length - tolerance_deg)
    return inside


def _cross(left: Floats, right: Floats) -> Floats:
    """Cross product of vectors in the plane."""
    return left[:, 0] * right[:, 1] - left[:, 1] * right[:, 0]
