"""One pass over an OpenStreetMap file: the ways, barriers and restrictions of a mode."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import osmium
from osmium.osm import Node, Relation, Way

from geo.errors import UnreadableFile
from geo.road.osm_access import LeftOut, Passage, Tags, passage, stops
from geo.road.osm_turns import Outcome, Restriction, parse_restriction
from geo.road.road_class import Mode

Progress = Callable[[str, float], None]
"""Told what is being done and how much of it is, from 0 to 1."""

BYTES_PER_ROAD = 280
"""Of a PBF, as met in extracts; it only paces the progress."""

READ_WITHOUT_HOURS = "ways whose access changes by the hour, read without it"


@dataclass(slots=True)
class Scan:
    """
    What one pass finds.

    Attributes
    ----------
    passages, way_id, name
        One per way that the mode may use; an empty name where it has none.
    n_points
        Points of each way.
    node_id, x, y
        Points of all ways end to end, positions in OpenStreetMap's fixed point.
    closed_ways
        Ways that the mode may not use.
    barriers
        Nodes that stop the mode.
    restrictions
        Turn restrictions that bind it.
    notes
        What was left out, and why.
    """

    passages: list[Passage] = field(default_factory=list)
    way_id: list[int] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    n_points: list[int] = field(default_factory=list)
    node_id: array[int] = field(default_factory=lambda: array("q"))
    x: array[int] = field(default_factory=lambda: array("q"))
    y: array[int] = field(default_factory=lambda: array("q"))
    closed_ways: set[int] = field(default_factory=set)
    barriers: list[int] = field(default_factory=list)
    restrictions: list[Restriction] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)


def scan(path: Path, mode: Mode, report: Progress) -> Scan:
    """
    Read a file once.

    Parameters
    ----------
    path
        PBF or XML.
    mode
        Who travels.
    report
        Told how far it is, estimated from the size of the file.

    Returns
    -------
    scan
        Everything the mode needs.

    Raises
    ------
    UnreadableFile
        No such file, or not OpenStreetMap data.
    """
    if not path.is_file():
        raise UnreadableFile(f"There is no file {path}.")
    found, label = Scan(), f"reading {path.name}"
    expected = 1 + path.stat().st_size / BYTES_PER_ROAD
    tagged = osmium.filter.KeyFilter("highway", "route", "barrier", "type")
    report(label, 0.0)
    try:
        for thing in osmium.FileProcessor(str(path)).with_locations().with_filter(tagged):
            if isinstance(thing, Way):
                _take_way(thing, mode, found)
                if len(found.way_id) % 5000 == 0:
                    report(label, min(len(found.way_id) / expected, 0.9))
            elif isinstance(thing, Node):
                _take_node(thing, mode, found)
            elif isinstance(thing, Relation):
                _take_relation(thing, mode, found)
    except RuntimeError as error:
        raise UnreadableFile(
            f"{path.name} is not readable as OpenStreetMap data ({error}); "
            "an .osm.pbf or .osm file is needed."
        ) from None
    return found


def _take_way(way: Way, mode: Mode, found: Scan) -> None:
    """Keep a way that the mode may use, count any other."""
    tags = dict(way.tags)
    if "highway" not in tags and tags.get("route") != "ferry":
        return
    judged = passage(tags, mode)
    if isinstance(judged, LeftOut):
        found.notes[judged] += 1
        found.closed_ways.add(way.id)
        return
    found.notes[READ_WITHOUT_HOURS] += _changes_by_hour(tags)
    found.passages.append(judged)
    found.way_id.append(way.id)
    found.name.append(tags.get("name", ""))
    found.n_points.append(len(way.nodes))
    for node in way.nodes:
        found.node_id.append(node.ref)
        found.x.append(node.x)
        found.y.append(node.y)


def _take_node(node: Node, mode: Mode, found: Scan) -> None:
    """Keep a barrier that stops the mode."""
    tags = dict(node.tags)
    if "barrier" in tags and stops(tags, mode):
        found.barriers.append(node.id)


def _take_relation(relation: Relation, mode: Mode, found: Scan) -> None:
    """Keep a turn restriction that binds the mode, count any other."""
    tags = dict(relation.tags)
    if mode is Mode.FOOT or tags.get("type") != "restriction":
        return
    members = [(member.type, member.ref, member.role) for member in relation.members]
    restriction = parse_restriction(tags, members, mode)
    if isinstance(restriction, Outcome):
        found.notes[restriction] += 1
        return
    found.restrictions.append(restriction)


def _changes_by_hour(tags: Tags) -> bool:
    """Tell whether access or direction is also given by the hour."""
    return any(key.endswith(":conditional") and "maxspeed" not in key for key in tags)
