"""Read OpenStreetMap (PBF or XML) into a street table for one mode."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.errors import EmptyNetwork
from geo.road.arcs import Arcs
from geo.road.drawn import Roads, priced
from geo.road.noding import Lines, cut_at_junctions, without_repeats
from geo.road.osm_scan import Progress, Scan, scan
from geo.road.osm_turns import turn_rules
from geo.road.road_class import CLASS_CODE, Mode
from geo.road.streets import Streets
from geo.road.turning_back import turning_back_rules

UNITS_PER_DEGREE = 1e7
NO_POSITION = 2**31 - 1
"""OpenStreetMap's fixed-point positions, and the one that stands for a node not in the file."""

BARRIERS = "barriers that close a road"
TURNING_BACK = "turns on the spot near bans, charged for"
CLIPPED = "ways with points missing from the file, left out"


def read_osm(path: Path, *, mode: Mode, progress: Progress | None = None) -> Streets:
    """
    Read the roads that a mode may use.

    Ways are cut where two of them share a node, and at barriers that stop the mode:
    there each side gets a junction of its own, so that both remain and none leads to the
    other.  Parts without a connection are kept.  A way of which points are missing is left
    out whole, as other engines do: cut your extract with complete ways.  What tags mean is in
    `geo.road.osm_access`, turn restrictions in `geo.road.osm_turns`, what turning back
    near them costs in `geo.road.turning_back`, speeds in `geo.road.limit`.

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
    way = way_of_line[cut.line]
    streets = priced(_roads(found), cut, way, mode=mode, node_source_id=node_id[cut.node_vertex])
    rules, outcomes = turn_rules(found.restrictions, streets, closed_ways=found.closed_ways)
    about = turning_back_rules(rules, Arcs(streets))
    found.notes += outcomes + Counter({TURNING_BACK: len(about)})
    report("roads read", 1.0)
    return replace(
        streets,
        turn_rules=(*rules, *about),
        source=path.name,
        notes={str(why): n for why, n in sorted(found.notes.items()) if n} | streets.notes,
    )


def _silent(_label: str, _share: float) -> None:
    """Tell nobody."""


def _lines(found: Scan) -> tuple[Lines, NDArray[np.int64]]:
    """Lay out the points of the ways that lie whole in the file, and tell the way of each line."""
    n_points = np.array(found.n_points, dtype=np.int64)
    way = np.repeat(np.arange(len(n_points)), n_points)
    x, y, node_id = (np.array(axis, dtype=np.int64) for axis in (found.x, found.y, found.node_id))
    whole = np.bincount(way[x == NO_POSITION], minlength=len(n_points)) == 0
    found.notes[CLIPPED] = int((~whole).sum())
    there = whole[way]
    lon_lat = np.stack([x[there], y[there]], axis=1) / UNITS_PER_DEGREE
    first = np.concatenate([[0], np.cumsum(n_points[whole])]).astype(np.int64)
    lines, kept = without_repeats(Lines(node_id[there], lon_lat, first))
    return lines, np.flatnonzero(whole)[kept]


def _roads(found: Scan) -> Roads:
    """Tabulate the ways."""
    used = found.passages
    return Roads(
        class_code=np.array([CLASS_CODE[way.road_class] for way in used], dtype=np.uint8),
        is_open=np.array([(way.forward, way.backward) for way in used]),
        limit_kph=np.array([(way.forward_limit_kph, way.backward_limit_kph) for way in used]),
        pace=np.array([way.pace for way in used]),
        duration_s=np.array([way.duration_s for way in used]),
        way_id=np.array(found.way_id, dtype=np.int64),
        name=found.name,
    )
