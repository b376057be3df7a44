"""Read OpenStreetMap (PBF or XML) into a street table for one mode."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.errors import EmptyNetwork
from geo.road.drawn import Roads, priced
from geo.road.noding import Lines, cut_at_junctions, without_repeats
from geo.road.osm_scan import Progress, Scan, scan
from geo.road.osm_turns import turn_rules
from geo.road.road_class import CLASS_CODE, Mode
from geo.road.streets import Streets

UNITS_PER_DEGREE = 1e7
NO_POSITION = 2**31 - 1
"""OpenStreetMap's fixed-point positions, and the one that stands for a node not in the file."""

BARRIERS = "barriers that close a road"
CLIPPED = "ways that leave the file, cut short"


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
    streets = priced(
        _roads(found),
        cut,
        way_of_line[cut.line],
        mode=mode,
        node_source_id=node_id[cut.node_vertex],
    )
    rules, outcomes = turn_rules(found.restrictions, streets)
    notes = sorted((found.notes + outcomes).items())
    report("roads read", 1.0)
    return replace(
        streets,
        turn_rules=rules,
        source=path.name,
        notes={str(why): n for why, n in notes} | streets.notes,
    )


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


def _roads(found: Scan) -> Roads:
    """Tabulate the ways; a ferry that leaves the file has lost its duration."""
    used = found.passages
    duration_s = np.array([way.duration_s for way in used])
    way_of_point = np.repeat(np.arange(len(used)), found.n_points)
    duration_s[way_of_point[np.array(found.x) == NO_POSITION]] = np.nan
    return Roads(
        class_code=np.array([CLASS_CODE[way.road_class] for way in used], dtype=np.uint8),
        is_open=np.array([(way.forward, way.backward) for way in used]),
        limit_kph=np.array([(way.forward_limit_kph, way.backward_limit_kph) for way in used]),
        duration_s=duration_s,
        way_id=np.array(found.way_id, dtype=np.int64),
        name=found.name,
    )
