"""
Streets that don't hang together: what would send a crew the long way round, or nowhere.

Readers take roads as they are drawn.  Whoever loads them wants to know before anybody drives on
them: pieces that touch no other, one-way streets that lead in and not out, ends that stop short of
the street they were meant to meet, crossings that nobody can turn at, speeds that nobody drives.
None of this is repaired in silence: a bridge crosses without a junction, and rightly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.plane import Plane
from geo.road.streets import CLOSED, Streets

STOPS_SHORT_M = 6.0
"""An end so near another street was meant to meet it; kerbs of two carriageways are further."""

SLOWEST_KMH, FASTEST_KMH = 3.0, 130.0
"""Slower than walking, or faster than any limit in the country."""

SHORTEST_TIMED_M = 20.0
"""On less, whole milliseconds and drawn corners say nothing about speed."""


class StreetFlawKind(StrEnum):
    """What is wrong with streets."""

    ISLAND = "road_island"
    NO_WAY_OUT = "one_way_no_way_out"
    NO_WAY_IN = "one_way_no_way_in"
    STOPS_SHORT = "road_stops_short"
    NO_JUNCTION = "road_crosses_without_junction"
    IMPLAUSIBLE_SPEED = "road_implausible_speed"


@dataclass(frozen=True, slots=True)
class StreetFlaw:
    """
    Streets that don't hang together, or that nobody drives as they say.

    Attributes
    ----------
    kind
        What is wrong.
    streets
        Rows of the street table, the lowest first.
    lon_lat
        Where, WGS-84 degrees.
    amount
        Metres that an end stops short by, kilometres an hour of a speed, else how many streets.
    remedy
        Where an end would meet the street, WGS-84 degrees.
    """

    kind: StreetFlawKind
    streets: tuple[int, ...]
    lon_lat: tuple[float, float]
    amount: float
    remedy: tuple[float, float] | None = None


def street_flaws(streets: Streets) -> list[StreetFlaw]:
    """
    Find what doesn't hang together.

    Parameters
    ----------
    streets
        The street table, as a reader yields it.

    Returns
    -------
    flaws
        Islands and one-way traps from the smallest to the largest, then ends, crossings, speeds.
    """
    if not len(streets.tail):
        return []
    drawn = _Drawn(streets)
    return [
        *_islands(streets),
        *_traps(streets),
        *_short_ends(drawn),
        *_crossings(drawn),
        *_speeds(streets),
    ]


class _Drawn:
    """Streets as lines on a plane, with an index."""

    def __init__(self, streets: Streets) -> None:
        self.streets = streets
        centre = streets.point.mean(axis=0)
        self.plane = Plane((float(centre[0]), float(centre[1])))
        counts = np.diff(streets.first_point)
        self.lines: NDArray[np.object_] = shapely.linestrings(  # type: ignore[assignment]  # many lines, not one
            self.plane.to_xy(streets.point), indices=np.repeat(np.arange(len(counts)), counts)
        )
        self.tree = shapely.STRtree(self.lines)

    def lon_lat(self, x: float, y: float) -> tuple[float, float]:
        """A place on the plane in degrees."""
        lon, lat = self.plane.to_lon_lat(np.array([x, y]))
        return float(lon), float(lat)


def _islands(streets: Streets) -> Iterator[StreetFlaw]:
    """Pieces that touch no other, the largest of all left out."""
    of_street = _pieces(streets)[streets.tail]
    sizes = np.bincount(of_street)
    for one in np.argsort(sizes, kind="stable")[:-1]:
        rows = np.flatnonzero(of_street == one)
        if len(rows):
            yield _about(StreetFlawKind.ISLAND, streets, rows)


def _traps(streets: Streets) -> Iterator[StreetFlaw]:
    """One-way streets into what can't be left, and out of what can't be entered."""
    forward, backward = streets.forward_ms != CLOSED, streets.backward_ms != CLOSED
    tail = np.concatenate([streets.tail[forward], streets.head[backward]])
    head = np.concatenate([streets.head[forward], streets.tail[backward]])
    row = np.concatenate([np.flatnonzero(forward), np.flatnonzero(backward)])
    group = _groups(streets, tail, head)
    main = _largest_of_each(_pieces(streets), group)
    between = group[tail] != group[head]
    left, entered = np.unique(group[tail[between]]), np.unique(group[head[between]])
    ends, starts = np.setdiff1d(entered, left), np.setdiff1d(left, entered)
    for trap in np.setdiff1d(ends, main):
        rows = np.unique(row[between & (group[head] == trap)])
        yield _about(StreetFlawKind.NO_WAY_OUT, streets, rows)
    for source in np.setdiff1d(starts, main):
        rows = np.unique(row[between & (group[tail] == source)])
        yield _about(StreetFlawKind.NO_WAY_IN, streets, rows)


def _largest_of_each(piece: NDArray[np.int32], group: NDArray[np.int32]) -> NDArray[np.int32]:
    """The group of most junctions of each piece: what can't be left for it is no trap."""
    of_group = np.zeros(int(group.max()) + 1, dtype=np.int32)
    of_group[group] = piece
    by_size = np.argsort(np.bincount(group), kind="stable")
    largest = np.zeros(int(piece.max()) + 1, dtype=np.int32)
    largest[of_group[by_size]] = by_size  # the last that is written is the largest
    return largest


def _short_ends(drawn: _Drawn) -> Iterator[StreetFlaw]:
    """Dead ends that stop short of another street."""
    streets = drawn.streets
    degree = np.bincount(
        np.concatenate([streets.tail, streets.head]), minlength=len(streets.node_lon_lat)
    )
    ends = np.flatnonzero(degree == 1)
    at_m = drawn.plane.to_xy(streets.node_lon_lat[ends])
    points = np.asarray(shapely.points(at_m))  # of no end at all, too, an array of shapes
    near, beside = drawn.tree.query(points, predicate="dwithin", distance=STOPS_SHORT_M)
    own = (streets.tail[beside] == ends[near]) | (streets.head[beside] == ends[near])
    told = set()
    for end, row in zip(near[~own].tolist(), beside[~own].tolist(), strict=True):
        if end in told:
            continue
        told.add(end)
        yield _short_end(drawn, int(ends[end]), points[end], row)


def _short_end(drawn: _Drawn, node: int, point: shapely.Point, row: int) -> StreetFlaw:
    """One dead end, and where it would meet the other street."""
    streets, line = drawn.streets, drawn.lines[row]
    meets = line.interpolate(line.project(point))
    dead_end = int(np.flatnonzero((streets.tail == node) | (streets.head == node))[0])
    lon, lat = streets.node_lon_lat[node]
    return StreetFlaw(
        StreetFlawKind.STOPS_SHORT,
        tuple(sorted((dead_end, row))),
        (float(lon), float(lat)),
        float(point.distance(line)),
        drawn.lon_lat(meets.x, meets.y),
    )


def _crossings(drawn: _Drawn) -> Iterator[StreetFlaw]:
    """Streets that cross and share no junction."""
    streets = drawn.streets
    one, other = drawn.tree.query(drawn.lines, predicate="crosses")
    one, other = one[one < other], other[one < other]
    ends = np.stack([streets.tail[one], streets.head[one]], axis=1)
    meets = (ends == streets.tail[other][:, None]) | (ends == streets.head[other][:, None])
    for first, second in zip(
        one[~meets.any(1)].tolist(), other[~meets.any(1)].tolist(), strict=True
    ):
        where = shapely.get_parts(drawn.lines[first].intersection(drawn.lines[second]))[0]
        x, y = shapely.get_coordinates(where)[0]
        lon_lat = drawn.lon_lat(float(x), float(y))
        yield StreetFlaw(StreetFlawKind.NO_JUNCTION, (first, second), lon_lat, 2)


def _speeds(streets: Streets) -> Iterator[StreetFlaw]:
    """Streets that nobody drives as fast, or as slowly."""
    for times_ms in (streets.forward_ms, streets.backward_ms):
        timed = (times_ms > 0) & (streets.length_m >= SHORTEST_TIMED_M)
        kmh = np.zeros(len(times_ms))
        kmh[timed] = streets.length_m[timed] / times_ms[timed] * 3600
        for row in np.flatnonzero(timed & ((kmh < SLOWEST_KMH) | (kmh > FASTEST_KMH))):
            at = _middle(streets, int(row))
            yield StreetFlaw(StreetFlawKind.IMPLAUSIBLE_SPEED, (int(row),), at, float(kmh[row]))


def _pieces(streets: Streets) -> NDArray[np.int32]:
    """Piece of each junction, whichever way its streets may be driven, int32[n_nodes]."""
    return _groups(streets, streets.tail, streets.head, connection="weak")


def _groups(
    streets: Streets,
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    *,
    connection: Literal["weak", "strong"] = "strong",
) -> NDArray[np.int32]:
    """Number junctions by who leads to whom and back, int32[n_nodes]."""
    nodes = len(streets.node_lon_lat)
    ones = np.ones(len(tail), dtype=np.int8)
    graph = coo_array((ones, (tail, head)), shape=(nodes, nodes)).tocsr()
    _, number = connected_components(graph, directed=True, connection=connection)
    of_node: NDArray[np.int32] = number
    return of_node


def _about(kind: StreetFlawKind, streets: Streets, rows: NDArray[np.intp]) -> StreetFlaw:
    """A flaw of several streets, told at the middle of the first."""
    return StreetFlaw(kind, tuple(rows.tolist()), _middle(streets, int(rows[0])), float(len(rows)))


def _middle(streets: Streets, row: int) -> tuple[float, float]:
    """A point in the middle of a street."""
    first, last = streets.first_point[row], streets.first_point[row + 1]
    lon, lat = streets.point[(first + last - 1) // 2]
    return float(lon), float(lat)
