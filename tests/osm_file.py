"""Write a town drawn in letters as an OpenStreetMap file, and read streets back as letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np

from geo.road.streets import BANNED, CLOSED, Streets

STEP_DEG = 0.001
"""Columns and rows of the drawing are this far apart."""

Tags = Mapping[str, str]
Relation = tuple[str, Tags]


def write_osm(
    path: Path,
    town: str,
    *,
    ways: Mapping[str, Tags | str],
    nodes: Mapping[str, Tags] | None = None,
    restrictions: Sequence[Relation] = (),
    missing: str = "",
) -> Path:
    """
    Write a file in which each letter of the drawing is a node at its place.

    ``ways`` maps the letters a way passes to its tags, or to its ``highway`` alone; ways
    are numbered 1, 2, ….  A restriction is ``"abc b bd"``: from, via (a letter or ways
    joined by ``+``) and to, with its tags.  Letters in ``missing`` are left out of the
    file though ways pass them.
    """
    root = ET.Element("osm", version="0.6", generator="drawn")
    tags_of_node = nodes or {}
    for letter, (lon, lat) in sorted(_places(town).items()):
        if letter not in missing:
            element = ET.SubElement(
                root, "node", id=str(ord(letter)), version="1", lon=f"{lon:.7f}", lat=f"{lat:.7f}"
            )
            _add_tags(element, tags_of_node.get(letter, {}))
    for number, (letters, tags) in enumerate(ways.items(), 1):
        element = ET.SubElement(root, "way", id=str(number), version="1")
        for letter in letters:
            ET.SubElement(element, "nd", ref=str(ord(letter)))
        _add_tags(element, {"highway": tags} if isinstance(tags, str) else tags)
    for number, (members, tags) in enumerate(restrictions, 1):
        element = ET.SubElement(root, "relation", id=str(number), version="1")
        _add_members(element, members, list(ways))
        _add_tags(element, {"type": "restriction", **tags})
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    return path


def arcs(streets: Streets) -> list[str]:
    """Every open direction of every street by the letters it passes, in order."""
    return sorted(filter(None, (_arc(streets, ref) for ref in range(2 * len(streets.tail)))))


def bans(streets: Streets) -> list[str]:
    """Every ban (not every price) by the letters of its arcs, as in ``ab bc``."""
    return sorted(
        " ".join(_arc(streets, ref, closed_too=True) for ref in rule.refs)
        for rule in streets.turn_rules
        if rule.cost_ms == BANNED
    )


def _arc(streets: Streets, ref: int, *, closed_too: bool = False) -> str:
    street, backward = divmod(ref, 2)
    ms = (streets.backward_ms if backward else streets.forward_ms)[street]
    if ms == CLOSED and not closed_too:
        return ""
    first, last = streets.first_point[street], streets.first_point[street + 1]
    letters = "".join(_letter(streets, point) for point in streets.point[first:last])
    return letters[::-1] if backward else letters


def _letter(streets: Streets, point: np.ndarray) -> str:
    at_node = np.flatnonzero((streets.node_lon_lat == point).all(axis=1))
    return chr(streets.node_source_id[at_node[0]]) if len(at_node) else "."


def _places(town: str) -> dict[str, tuple[float, float]]:
    rows = town.splitlines()
    return {
        letter: (116.0 + column * STEP_DEG, 40.0 - row * STEP_DEG)
        for row, text in enumerate(rows)
        for column, letter in enumerate(text)
        if letter.isalnum()
    }


def _add_tags(element: ET.Element, tags: Tags) -> None:
    for key, value in tags.items():
        ET.SubElement(element, "tag", k=key, v=value)


def _add_members(element: ET.Element, members: str, ways: list[str]) -> None:
    start, via, end = members.split()

    def add(kind: str, ref: int, role: str) -> None:
        ET.SubElement(element, "member", type=kind, ref=str(ref), role=role)

    def number(letters: str) -> int:
        return ways.index(letters) + 1 if letters in ways else 999

    for way in start.split("+"):
        add("way", number(way), "from")
    for part in via.split("+"):
        add(
            "node" if len(part) == 1 else "way",
            ord(part) if len(part) == 1 else number(part),
            "via",
        )
    for way in end.split("+"):
        add("way", number(way), "to")
