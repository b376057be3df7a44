"""
Tiling: polygons that should fill a ground, each place belonging to exactly one of them.

Unit grids tile a city, zones tile what brigades answer for, areas of one tier tile the tier above.
`tiling_flaws` finds where they don't: two polygons over one place, places under none, polygons that
stick out.  What is narrower than `SLIVER_M` is a sliver, which nobody drew on purpose and which a
neighbour may have; what is as large as a polygon is a polygon that is missing.

All of it is in metres on a plane; the caller keeps codes and degrees.

The quick test of GEOS for coverages finds the polygons that are worth comparing.  It can't stand
alone: it passes a hole of any size, and it complains about a corner that only one of two
neighbours has, which moves nobody's border.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

SLIVER_M = 5.0
"""Narrower than any street: the trace of two people drawing one border."""

TOLERATED_M2 = 0.01
TOLERATED_WIDTH_M = 0.01
"""Smaller, or narrower, is rounding: neighbours that were converted each by itself differ so."""

WITHOUT_THREADS = 0.9
"""A place whose border is so much of what it was had no threads."""

DECIMALS = 3
"""To the millimetre corners of neighbours are one, or nothing would fit anything."""

LIKE_A_POLYGON = 0.5
"""A gap of at least so much of the median polygon is one that is missing."""

Tile = Polygon | MultiPolygon
Tiles = NDArray[np.object_]
"""Valid polygons and multipolygons in metres."""


class FlawKind(StrEnum):
    """What is wrong with a place."""

    OVERLAP = "overlap"
    GAP = "gap"
    SLIVER = "sliver"
    MISSING = "missing"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class TilingFlaw:
    """
    A place that belongs to no polygon, to two, or to one that should not have it.

    Attributes
    ----------
    kind
        What is wrong: slivers are gaps or overlaps that are too narrow to be meant.
    tiles
        Positions of the polygons that lie over it, or border on it, the lowest first.
    place
        Its extent, in metres.
    width_m
        How wide it is on average: twice its area by its border.
    remedy
        Polygons as they would be without the flaw, by position; empty where only a person can say.
    """

    kind: FlawKind
    tiles: tuple[int, ...]
    place: Polygon
    width_m: float
    remedy: dict[int, Tile]


def tiling_flaws(tiles: Tiles, ground: Tile | None = None) -> list[TilingFlaw]:
    """
    Find every place that is not under exactly one polygon.

    Parameters
    ----------
    tiles
        The polygons.
    ground
        What they should fill; without it only holes between them are gaps.

    Returns
    -------
    flaws
        Overlaps by their polygons, then gaps and what lies outside from the largest to the
        smallest.

    Notes
    -----
    A remedy repairs its own flaw: where two flaws touch the same polygon, the one is to be
    repaired before the other is looked at again.
    """
    if not len(tiles):
        return []
    tiles = _to_the_millimetre(tiles)
    if ground is not None:
        ground = _to_the_millimetre(np.array([ground], dtype=object))[0]
    rough = ~shapely.is_empty(shapely.coverage_invalid_edges(tiles))
    smooth = shapely.coverage_union_all(tiles[~rough])
    filled = shapely.union_all([smooth, *tiles[rough]]) if rough.any() else smooth
    flaws = list(_overlaps(tiles, np.flatnonzero(rough)))
    flaws += _gaps(tiles, filled, ground)
    if ground is not None:
        flaws += _outside(tiles, shapely.difference(filled, ground))
    return flaws


def mean_width_m(place: BaseGeometry) -> float:
    """
    Tell how wide a long shape is: twice its area by its border.

    Parameters
    ----------
    place
        A polygon in metres.

    Returns
    -------
    width_m
        Right for a strip; for a square half its side.
    """
    return float(2 * place.area / place.length) if place.length else 0.0


def _to_the_millimetre(tiles: Tiles) -> Tiles:
    """Round corners, but of polygons that would not survive it."""
    corners = shapely.get_coordinates(tiles)
    rounded: Tiles = shapely.set_coordinates(tiles.copy(), np.round(corners, DECIMALS))
    return np.where(shapely.is_valid(rounded), rounded, tiles)


def _overlaps(tiles: Tiles, rough: NDArray[np.intp]) -> Iterator[TilingFlaw]:
    """Compare the polygons whose borders don't match."""
    if not len(rough):
        return
    shapely.prepare(tiles)
    tree = shapely.STRtree(tiles)
    one, other = tree.query(tiles[rough], predicate="intersects")
    one = rough[one]
    ordered = np.unique(np.sort(np.stack([one, other], axis=1)[one != other], axis=1), axis=0)
    if not len(ordered):
        return
    shared = shapely.intersection(tiles[ordered[:, 0]], tiles[ordered[:, 1]])
    for pair in np.flatnonzero(shapely.area(shared) > TOLERATED_M2):
        first, second = (int(at) for at in ordered[pair])
        for place in _pieces(shared[pair]):
            width_m = mean_width_m(place)
            kind = FlawKind.SLIVER if width_m < SLIVER_M else FlawKind.OVERLAP
            # It stays with the smaller one, of which it is the greater part.
            loser = max(first, second, key=lambda at: float(shapely.area(tiles[at])))
            left = _polygonal(shapely.difference(tiles[loser], place))
            remedy = {} if left is None else {loser: left}
            yield TilingFlaw(kind, (first, second), place, width_m, remedy)


def _gaps(tiles: Tiles, filled: BaseGeometry, ground: Tile | None) -> list[TilingFlaw]:
    """Look for places under no polygon."""
    wanted = _without_holes(filled) if ground is None else ground
    places = sorted(_pieces(shapely.difference(wanted, filled)), key=lambda one: -one.area)
    usual_m2 = float(np.median(shapely.area(tiles)))
    tree = shapely.STRtree(tiles)
    return [_gap(place, tiles, tree, usual_m2) for place in places]


def _gap(place: Polygon, tiles: Tiles, tree: shapely.STRtree, usual_m2: float) -> TilingFlaw:
    """Judge a gap, and find who could have it."""
    beside = np.sort(tree.query(place, predicate="dwithin", distance=TOLERATED_M2))
    width_m = mean_width_m(place)
    if place.area >= LIKE_A_POLYGON * usual_m2:
        kind = FlawKind.MISSING
    else:
        kind = FlawKind.SLIVER if width_m < SLIVER_M else FlawKind.GAP
    remedy: dict[int, Tile] = {}
    if kind is FlawKind.SLIVER and len(beside):
        borders = shapely.length(shapely.intersection(tiles[beside], place.exterior))
        taker = int(beside[np.argmax(borders)])
        joined = _polygonal(shapely.union(tiles[taker], place))
        remedy = {} if joined is None else {taker: joined}
    return TilingFlaw(kind, tuple(map(int, beside)), place, width_m, remedy)


def _outside(tiles: Tiles, beyond: BaseGeometry) -> list[TilingFlaw]:
    """Look for polygons that stick out of the ground."""
    tree = shapely.STRtree(tiles)
    flaws = []
    for place in sorted(_pieces(beyond), key=lambda one: -one.area):
        over = [
            int(at)
            for at in np.sort(tree.query(place, predicate="intersects"))
            if shapely.intersection(tiles[at], place).area > TOLERATED_M2
        ]
        width_m = mean_width_m(place)
        kind = FlawKind.SLIVER if width_m < SLIVER_M else FlawKind.OUTSIDE
        cut = {at: _polygonal(shapely.difference(tiles[at], place)) for at in over}
        remedy = {at: left for at, left in cut.items() if left is not None}
        flaws.append(TilingFlaw(kind, tuple(over), place, width_m, remedy))
    return flaws


def _pieces(shape: BaseGeometry) -> Iterator[Polygon]:
    """Places of a shape that are more than rounding, without the threads that tie them together."""
    half = TOLERATED_WIDTH_M / 2
    for part in _polygons(shape):
        opened = part.buffer(-half, join_style="mitre").buffer(half, join_style="mitre")
        yield from [part] if opened.length > WITHOUT_THREADS * part.length else _polygons(opened)


def _polygons(shape: BaseGeometry) -> list[Polygon]:
    """Polygons of a shape that are more than rounding."""
    return [
        part
        for part in shapely.get_parts(shape)
        if isinstance(part, Polygon) and part.area > TOLERATED_M2
    ]


def _polygonal(shape: BaseGeometry) -> Tile | None:
    """The polygons of a shape as one, or nothing."""
    pieces = _polygons(shape)
    if len(pieces) > 1:
        return MultiPolygon(pieces)
    return pieces[0] if pieces else None


def _without_holes(shape: BaseGeometry) -> BaseGeometry:
    """A shape with its holes filled."""
    shells = [Polygon(part.exterior) for part in _polygons(shape)]
    return shapely.union_all(shells)
