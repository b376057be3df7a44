"""Smaller and larger cities than the one at hand: cut out of it, or tiled with joining roads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geo.road.noding import lengths_m
from geo.road.road_class import CLASS_CODE, RoadClass
from geo.road.streets import Streets

JOINS = 60
"""Roads that cross each border between two tiles."""

GAP_DEGREES = 0.002
"""Between the outermost junctions of neighbouring tiles."""

DETOUR = 1.3
"""Joining roads are this much longer than the straight line."""

JOIN_KMH = 50.0


def cut_out(streets: Streets, n_nodes: int) -> Streets:
    """Keep about this many junctions around the middle, and the streets between them."""
    place = streets.node_lon_lat
    off = np.abs(place - np.median(place, axis=0)).max(axis=1)
    kept = np.sort(np.argsort(off, kind="stable")[:n_nodes])
    row = np.full(len(place), -1, dtype=np.int32)
    row[kept] = np.arange(len(kept))
    within = np.flatnonzero((row[streets.tail] >= 0) & (row[streets.head] >= 0))
    return _picked(streets, kept, row, within)


def tiled(streets: Streets, across: int, *, seed: int) -> Streets:
    """Lay a city out again and again in a square, and join neighbours by seeded roads."""
    place = streets.node_lon_lat
    side = np.ptp(place, axis=0) + GAP_DEGREES
    corner = np.array([[east, north] for north in range(across) for east in range(across)])
    n_tiles, n_nodes, n_streets = len(corner), len(place), len(streets.tail)
    shift = np.repeat(np.arange(n_tiles) * n_nodes, n_streets).astype(np.int32)
    points = streets.first_point[-1]
    starts = [streets.first_point[:-1] + tile * points for tile in range(n_tiles)]
    copied = {
        name: np.tile(getattr(streets, name), n_tiles)
        for name in ("road_class", "length_m", "forward_ms", "backward_ms", "name")
    }
    laid = replace(
        streets,
        node_lon_lat=np.concatenate([place + at * side for at in corner]),
        node_source_id=np.arange(n_tiles * n_nodes),
        tail=np.tile(streets.tail, n_tiles) + shift,
        head=np.tile(streets.head, n_tiles) + shift,
        point=np.concatenate([streets.point + at * side for at in corner]),
        first_point=np.concatenate([*starts, [points * n_tiles]]),
        way_id=np.arange(n_tiles * n_streets),
        turn_rules=(),
        source=f"{streets.source}, {across} × {across} times",
        **copied,
    )
    return _joined(laid, _crossings(place, across, np.random.default_rng(seed)))


def _crossings(
    place: NDArray[np.float64], across: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Pairs of junctions on both sides of every border, int64[n, 2]."""
    n_nodes, pairs = len(place), []
    for tile in range(across * across):
        north, east = divmod(tile, across)
        for axis, there in ((0, tile + 1), (1, tile + across)):
            if (east, north)[axis] + 1 < across:
                here = _shore(place, axis, rng, far=True) + tile * n_nodes
                over = _shore(place, axis, np.random.default_rng(tile), far=False)
                pairs.append(np.stack([here, over + there * n_nodes], axis=1))
    return np.concatenate(pairs) if pairs else np.empty((0, 2), dtype=np.int64)


def _shore(
    place: NDArray[np.float64], axis: int, rng: np.random.Generator, *, far: bool
) -> NDArray[np.int64]:
    """In each of many strips across a border, the outermost junction; a few are left to chance."""
    along = place[:, 1 - axis]
    strip = np.minimum((along - along.min()) / np.ptp(along) * JOINS, JOINS - 1).astype(np.int64)
    outward = place[:, axis] if far else -place[:, axis]
    outermost = np.lexsort((-outward - rng.uniform(0, 1e-3, len(place)), strip))
    _, first = np.unique(strip[outermost], return_index=True)
    return outermost[first]


def _joined(streets: Streets, pairs: NDArray[np.int64]) -> Streets:
    """Add straight two-way roads between pairs of junctions."""
    count = len(pairs)
    ends = streets.node_lon_lat[pairs.ravel()]
    length_m = DETOUR * lengths_m(ends, np.arange(0, 2 * count + 1, 2))
    ms = np.rint(length_m / JOIN_KMH * 3600).astype(np.int64)
    code = np.full(count, CLASS_CODE[RoadClass.SECONDARY], dtype=np.uint8)
    last = streets.first_point[-1]
    return replace(
        streets,
        tail=np.r_[streets.tail, pairs[:, 0].astype(np.int32)],
        head=np.r_[streets.head, pairs[:, 1].astype(np.int32)],
        road_class=np.r_[streets.road_class, code],
        length_m=np.r_[streets.length_m, length_m],
        forward_ms=np.r_[streets.forward_ms, ms],
        backward_ms=np.r_[streets.backward_ms, ms],
        point=np.concatenate([streets.point, ends]),
        first_point=np.r_[streets.first_point, last + 2 * np.arange(1, count + 1)],
        way_id=np.arange(len(streets.tail) + count),
        name=np.r_[streets.name, np.full(count, -1, dtype=np.int32)],
    )


def _picked(
    streets: Streets, nodes: NDArray[np.int64], row: NDArray[np.int32], kept: NDArray[np.int64]
) -> Streets:
    """Take some streets with all that belongs to them; turn rules are left out."""
    counts = np.diff(streets.first_point)[kept]
    first = np.r_[0, np.cumsum(counts)]
    point = np.repeat(streets.first_point[kept] - first[:-1], counts) + np.arange(first[-1])
    columns = ("road_class", "length_m", "forward_ms", "backward_ms", "way_id", "name")
    return replace(
        streets,
        node_lon_lat=streets.node_lon_lat[nodes],
        node_source_id=streets.node_source_id[nodes],
        tail=row[streets.tail[kept]],
        head=row[streets.head[kept]],
        point=streets.point[point],
        first_point=first,
        turn_rules=(),
        **{name: getattr(streets, name)[kept] for name in columns},
    )
