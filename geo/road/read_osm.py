"""Read OpenStreetMap (PBF or XML) into a street table for one mode."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.errors import EmptyNetwork
from geo.road.limit import travel_mps
from geo.road.network import LONGEST_EDGE_MS
from geo.road.noding import Cut, Lines, cut_at_junctions, without_repeats
from geo.road.osm_scan import Progress, Scan, scan
from geo.road.osm_turns import Arcs, turn_rules
from geo.road.road_class import CLASS_CODE, Mode
from geo.road.speed import edge_time_ms
from geo.road.streets import CLOSED, Streets

UNITS_PER_DEGREE = 1e7
NO_POSITION = 2**31 - 1
"""OpenStreetMap's fixed-point positions, and the one that stands for a node not in the file."""

BARRIERS = "barriers that close a road"
CLIPPED = "ways that leave the file, cut short"
TOO_LONG = "streets that take longer than a day, closed"


def read_osm(path: Path, *, mode: Mode, progress: Progress | None = None) -> Streets:
    """
    Read the roads that a mode may use.

    Ways are cut where two of them share a node, and at barriers that stop the mode:
    there each side gets a junction of its own, so that both remain and none leads to the
    other.  Parts without a connection are kept.  What the tags mean is told in
    `geo.road.osm_access`, turn restrictions in `geo.road.osm_turns`, speeds in
    `geo.road.limit`.

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.pbf``, ``.osm``, ``.osm.xml``, also compressed.
    mode
        Who travels.
    progress
        Told how far it is; the share is an estimate from the size of the file.

    Returns
    -------
    streets
        Streets in the order of the file; ``notes`` counts what was left out.

    Raises
    ------
    UnreadableFile
        No such file, or not OpenStreetMap data.
    EmptyNetwork
        No road that the mode may use.
    """
    report = progress or _silent
    found = scan(path, mode, report)
    report("cutting roads at junctions", 0.9)
    lines, way_of_line = _lines(found)
    if not len(way_of_line):
        raise EmptyNetwork(f"{path.name} holds no road that may be used by {mode}.")
    node_id, vertex = np.unique(lines.vertex, return_inverse=True)
    barrier = np.isin(node_id, np.array(found.barriers, dtype=np.int64))
    cut = cut_at_junctions(Lines(vertex.ravel(), lines.lon_lat, lines.first), barrier=barrier)
    found.notes[BARRIERS] = int(barrier.sum())
    streets = _streets(cut, way_of_line[cut.line], found, mode)
    streets = replace(streets, node_source_id=node_id[cut.node_vertex], source=path.name)
    rules, outcomes = turn_rules(found.restrictions, _arcs(streets))
    notes = {str(why): n for why, n in sorted((found.notes + outcomes).items())}
    report("roads read", 1.0)
    return replace(streets, turn_rules=rules, notes=notes)


def _silent(_label: str, _share: float) -> None:
    """Tell nobody."""


def _lines(found: Scan) -> tuple[Lines, NDArray[np.int64]]:
    """Lay out the points of the ways, a way that leaves the file in several lines."""
    n_points = np.array(found.n_points, dtype=np.int64)
    way = np.repeat(np.arange(len(n_points)), n_points)
    x, y = (np.array(axis, dtype=np.int64) for axis in (found.x, found.y))
    there = x != NO_POSITION
    found.notes[CLIPPED] = len(np.unique(way[~there]))
    stretch = way + np.cumsum(~there)
    _, length = np.unique(stretch[there], return_counts=True)
    first = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    lon_lat = np.stack([x[there], y[there]], axis=1) / UNITS_PER_DEGREE
    node_id = np.array(found.node_id, dtype=np.int64)[there]
    lines, kept = without_repeats(Lines(node_id, lon_lat, first))
    return lines, way[there][first[:-1]][kept]


def _streets(cut: Cut, way: NDArray[np.int64], found: Scan, mode: Mode) -> Streets:
    """Fill the street table but for sources and turn rules."""
    passages = found.passages
    codes = np.array([CLASS_CODE[used.road_class] for used in passages], dtype=np.uint8)
    is_open = np.array([(used.forward, used.backward) for used in passages])
    limits = [(used.forward_limit_kph, used.backward_limit_kph) for used in passages]
    limit_kph = np.array(limits, dtype=np.float64)
    ferry_mps = _ferry_mps(cut, way, found)
    times = []
    for direction in (0, 1):
        mps = travel_mps(mode, codes[way], limit_kph[way, direction])
        ms = edge_time_ms(cut.length_m, np.where(np.isnan(ferry_mps), mps, ferry_mps))
        too_long = ms > LONGEST_EDGE_MS
        found.notes[TOO_LONG] += int(too_long.sum())
        times.append(np.where(is_open[way, direction] & ~too_long, ms, CLOSED))
    names, name_of_way = np.unique(["", *found.name], return_inverse=True)
    return Streets(
        node_lon_lat=cut.node_lon_lat,
        node_source_id=cut.node_vertex,
        tail=cut.tail,
        head=cut.head,
        road_class=codes[way],
        length_m=cut.length_m,
        forward_ms=times[0],
        backward_ms=times[1],
        point=cut.point,
        first_point=cut.first_point,
        way_id=np.array(found.way_id, dtype=np.int64)[way],
        name=(name_of_way.ravel()[1:][way] - 1).astype(np.int32),
        names=tuple(str(name) for name in names[1:]),
    )


def _ferry_mps(cut: Cut, way: NDArray[np.int64], found: Scan) -> NDArray[np.float64]:
    """Speed of ferries that say how long they take and lie whole in the file, else NaN."""
    way_length_m = np.bincount(way, cut.length_m, minlength=len(found.passages))
    duration_s = np.array([used.duration_s for used in found.passages])
    way_of_point = np.repeat(np.arange(len(duration_s)), found.n_points)
    duration_s[way_of_point[np.array(found.x) == NO_POSITION]] = np.nan
    timed = np.flatnonzero(np.isfinite(duration_s) & (way_length_m > 0))
    mps = np.full(len(found.passages), np.nan)
    mps[timed] = way_length_m[timed] / duration_s[timed]
    return mps[way]


def _arcs(streets: Streets) -> Arcs:
    """Index the directed streets for turn restrictions."""
    ms = np.stack([streets.forward_ms, streets.backward_ms], axis=1)
    return Arcs(
        tail=streets.tail,
        head=streets.head,
        way_id=streets.way_id,
        is_open=ms != CLOSED,
        node_source_id=streets.node_source_id,
    )
