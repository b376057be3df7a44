"""
Tile cut: what of many shapes lies in one tile, in the tile's own whole units.

Nothing here looks at one shape alone.  Borders are clipped half-plane by half-plane (Sutherland
and Hodgman, over all rings at once), and thinned only by rounding to units and by dropping corners
that lie exactly on the line between their neighbours.  Both treat a corner or a crossing
alike whichever neighbour it belongs to, so zones that meet in the layer meet in the tile.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.flat_shapes import POINT, POLYGON, FlatShapes, Runs, starts
from geo.tile_matrix import TileMatrixSet

EXTENT = 4096
"""Units along one side of a tile."""

BUFFER = 64
"""Units beyond the tile's edges that are kept, so that strokes meet between tiles."""

_LOW, _HIGH = -float(BUFFER), float(EXTENT + BUFFER)
_SIDES = ((0, _LOW, -1.0), (0, _HIGH, 1.0), (1, _LOW, -1.0), (1, _HIGH, 1.0))
"""Axis, bound, and on which side of it is outside."""


def cut(  # noqa: PLR0913 -- a tile has an address of three
    shapes: FlatShapes,
    matrix: TileMatrixSet,
    zoom: int,
    row: int,
    column: int,
    *,
    small: bool = True,
    rows: NDArray[np.bool_] | None = None,
) -> Runs:
    """
    Cut out what lies in a tile and `BUFFER` units around it.

    Parameters
    ----------
    shapes
        On the plane of the set.
    matrix, zoom, row, column
        The set, and the tile's address in it.
    small
        Whether what is narrower than a unit is drawn one unit wide instead of left out.
    rows
        Which rows count at all; None for all.

    Returns
    -------
    runs
        In the order of the rows, in units of the tile: x runs east and y south from its
        north-western corner, whole numbers.  Outer rings run clockwise on the screen.
    """
    corner, units = matrix.corner(zoom, row, column), EXTENT / matrix.side_at(zoom)
    west, south, east, north = shapes.box.T
    west, north = _in_units(west, north, corner, units)
    east, south = _in_units(east, south, corner, units)
    near = (west <= _HIGH) & (east >= _LOW) & (north <= _HIGH) & (south >= _LOW)
    if rows is not None:
        near &= rows
    inside = (west >= _LOW) & (east <= _HIGH) & (north >= _LOW) & (south <= _HIGH)
    runs = shapes.runs.take(np.flatnonzero(near[shapes.runs.row]))
    x, y = runs.point
    runs = runs.moved(np.stack(_in_units(x, y, corner, units)))
    return _oriented(_thinned(_clipped(runs, ~inside[runs.row]), small=small))


def _in_units(
    x: NDArray[np.float64], y: NDArray[np.float64], corner: tuple[float, float], units: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bring places on the plane into the units of a tile."""
    west, north = corner
    return (x - west) * units, (north - y) * units


def _clipped(runs: Runs, crossing: NDArray[np.bool_]) -> Runs:
    """Clip the runs of rows that may lie across the tile's edges; the others are left alone."""
    if not crossing.any():
        return runs
    parts = [runs.take(np.flatnonzero(~crossing))]
    for kind in np.unique(runs.kind[crossing]).tolist():
        part = runs.take(np.flatnonzero(crossing & (runs.kind == kind)))
        for side in _SIDES:
            part = _halved(part, side, kind=kind)
        parts.append(_really_there(part) if kind == POLYGON else part)
    return _in_order(parts)


def _halved(runs: Runs, side: tuple[int, float, float], *, kind: int) -> Runs:
    """Keep what lies on this side of a bound: rings stay whole, lines fall into pieces."""
    axis, bound, outward = side
    here = (runs.point[axis] - bound) * outward <= 0
    if here.all():
        return runs
    head = np.zeros(len(here), dtype=bool)
    head[runs.first[:-1]] = True
    crosses = (here != _before(runs, here)) & (kind != POINT)
    if kind != POLYGON:
        crosses &= ~head
    kept = here.astype(np.int64) + crosses
    place = starts(kept)
    point = np.empty((2, place[-1]))
    point[:, place[1:][here] - 1] = runs.point[:, here]
    point[:, place[:-1][crosses]] = _crossings(runs, crosses, here, axis, bound)
    if kind in {POLYGON, POINT}:
        return _without_empty(runs.with_points(point, place[runs.first], np.arange(len(runs))))
    opens = np.zeros(place[-1], dtype=bool)
    opens[place[:-1][here & (head | crosses)]] = True
    first = np.append(np.flatnonzero(opens), place[-1])
    return runs.with_points(point, first, np.repeat(runs.run_of_point, kept)[opens])


def _crossings(
    runs: Runs, crosses: NDArray[np.bool_], here: NDArray[np.bool_], axis: int, bound: float
) -> NDArray[np.float64]:
    """Where legs cross a bound; reckoned from the end inside, whichever way the leg is walked."""
    this = runs.point[:, crosses]
    other = np.stack([_before(runs, each)[crosses] for each in runs.point])
    near = np.where(here[crosses], this, other)
    far = np.where(here[crosses], other, this)
    share = (bound - near[axis]) / (far[axis] - near[axis])
    at: NDArray[np.float64] = near + share * (far - near)
    at[axis] = bound
    return at


def _really_there(runs: Runs) -> Runs:
    """Drop what only runs along the edges: its polygon goes round the tile, or a hole holds it."""
    if not len(runs):
        return runs
    within = np.ones(runs.point.shape[1], dtype=bool)
    for each in runs.point:
        middle = (each + _after(runs, each)) / 2
        within &= (middle > _LOW) & (middle < _HIGH)
    crossing = np.logical_or.reduceat(within, runs.first[:-1])
    area = np.abs(_areas(runs))
    there = np.isin(runs.ring_of, runs.ring_of[crossing]) | (_net(runs, area) > 1)
    return runs.take(np.flatnonzero(there & (crossing | (area > 1))))


def _net(runs: Runs, area: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each ring what its polygon covers without the holes."""
    _, polygon = np.unique(runs.ring_of, return_inverse=True)
    return np.bincount(polygon, np.where(runs.hole, -area, area)).astype(np.float64)[polygon]


def _thinned(runs: Runs, *, small: bool) -> Runs:
    """Round to units, and drop corners that say nothing more."""
    if not len(runs):
        return runs
    rounded: NDArray[np.float64] = np.rint(runs.point)
    lean = np.add.reduceat(runs.point - rounded, runs.first[:-1], axis=1)
    runs = _without_straight(_without_repeats(runs.moved(rounded)))
    return _without_degenerate(runs, np.where(lean < 0, -1.0, 1.0) if small else None)


def _without_repeats(runs: Runs) -> Runs:
    """Drop corners where the one before lies; one of each run stays."""
    x, y = runs.point
    same = (x == _before(runs, x)) & (y == _before(runs, y))
    head, ring = runs.first[:-1], runs.kind == POLYGON
    same[head] &= ring & ~np.logical_and.reduceat(same, head)
    return _dropped(runs, same)


def _without_straight(runs: Runs) -> Runs:
    """Drop corners exactly on the line from the one before to the one after."""
    x, y = runs.point
    x_come, y_come = x - _before(runs, x), y - _before(runs, y)
    x_go, y_go = _after(runs, x_come), _after(runs, y_come)
    straight = (x_come * y_go == y_come * x_go) & (x_come * x_go + y_come * y_go > 0)
    line = runs.kind != POLYGON
    straight[runs.first[:-1][line]] = straight[runs.first[1:][line] - 1] = False
    if (runs.kind == POINT).any():
        straight &= (runs.kind != POINT)[runs.run_of_point]
    return _dropped(runs, straight)


def _without_degenerate(runs: Runs, lean: NDArray[np.float64] | None) -> Runs:
    """Leave out lines of one corner and rings without ground, or draw them a unit wide."""
    size, ground, area = np.diff(runs.first), runs.kind == POLYGON, np.abs(_areas(runs))
    flat = np.where(ground, (size < 3) | (area == 0), (runs.kind != POINT) & (size < 2))
    if runs.hole.any():
        flat |= runs.hole & (_net(runs, area) <= 0)
    if not flat.any():
        return runs
    lost = flat & ~runs.hole
    flat |= np.isin(runs.ring_of, runs.ring_of[lost & ground]) & ground
    whole = runs.take(np.flatnonzero(~flat))
    if lean is None:
        return whole
    gone = np.flatnonzero(lost)
    return _in_order([whole, _unit_wide(runs.take(gone), lean[:, gone])])


def _unit_wide(runs: Runs, lean: NDArray[np.float64]) -> Runs:
    """In place of each run the line between its ends, one unit wide where it bounded ground."""
    if not len(runs):
        return runs
    turned = ((runs.point == _LOW) | (runs.point == _HIGH)).all(axis=0)  # corners of the margin
    turned &= ~np.logical_and.reduceat(turned, runs.first[:-1])[runs.run_of_point]
    runs = _dropped(runs, turned)  # along which clipping has led the ring
    order = np.lexsort((runs.point[1], runs.point[0], runs.run_of_point))
    low = runs.point[:, order[runs.first[:-1]]]
    high = runs.point[:, order[runs.first[1:] - 1]]
    steep = np.abs(high - low)[1] > np.abs(high - low)[0]
    aside = np.stack([steep, ~steep]) * lean
    high = high + np.where((low == high).all(axis=0), np.stack([~steep, steep]) * lean, 0.0)
    corners = np.stack([low, high, high + aside, low + aside], axis=2)
    size = np.where(runs.kind == POLYGON, 4, 2)
    kept = np.arange(4) < size[:, None]
    return runs.with_points(corners[:, kept], starts(size), np.arange(len(runs)))


def _oriented(runs: Runs) -> Runs:
    """Turn rings round that run the wrong way."""
    wrong = (runs.kind == POLYGON) & ((_areas(runs) > 0) == runs.hole)
    if not wrong.any():
        return runs
    run = runs.run_of_point
    place = np.arange(len(run))
    turned = (runs.first[:-1] + runs.first[1:] - 1)[run] - place
    return runs.moved(runs.point[:, np.where(wrong[run], turned, place)])


def _areas(runs: Runs) -> NDArray[np.float64]:
    """Twice the ground within each ring; above zero clockwise on the screen."""
    if not len(runs):
        return np.empty(0)
    head = np.repeat(runs.point[:, runs.first[:-1]], np.diff(runs.first), axis=1)
    x, y = runs.point - head
    leg = x * _after(runs, y) - _after(runs, x) * y
    doubled: NDArray[np.float64] = np.add.reduceat(leg, runs.first[:-1])
    return doubled


def _before(runs: Runs, value: NDArray[Any]) -> NDArray[Any]:
    """For each corner the value of the one before it, going round within its run."""
    before = np.empty_like(value)
    before[1:] = value[:-1]
    before[runs.first[:-1]] = value[runs.first[1:] - 1]
    return before


def _after(runs: Runs, value: NDArray[Any]) -> NDArray[Any]:
    """For each corner the value of the one after it, going round within its run."""
    after = np.empty_like(value)
    after[:-1] = value[1:]
    after[runs.first[1:] - 1] = value[runs.first[:-1]]
    return after


def _dropped(runs: Runs, flag: NDArray[np.bool_]) -> Runs:
    """Leave corners out."""
    if not flag.any():
        return runs
    first = starts((~flag).astype(np.int64))[runs.first]
    return runs.with_points(runs.point[:, ~flag], first, np.arange(len(runs)))


def _without_empty(runs: Runs) -> Runs:
    """Leave out runs without corners."""
    return runs.take(np.flatnonzero(np.diff(runs.first) > 0))


def _in_order(parts: list[Runs]) -> Runs:
    """Put runs together in the order of their rows, rings behind the ring that they belong to."""
    together = Runs(
        np.concatenate([part.point for part in parts], axis=1),
        starts(np.concatenate([np.diff(part.first) for part in parts])),
        np.concatenate([part.row for part in parts]),
        np.concatenate([part.kind for part in parts]),
        np.concatenate([part.ring_of for part in parts]),
        np.concatenate([part.hole for part in parts]),
    )
    return together.take(np.lexsort((together.hole, together.ring_of, together.row)))
