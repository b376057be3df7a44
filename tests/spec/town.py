"""
Towns drawn in characters, so that a scenario can be read.

::

    a---b---c        letters and digits are junctions (but not v)
    |   v            - | are streets, > < ^ v make them one-way
    d---e ~~~ f      anything else, like the river ~, is no street

A gap of four columns or two rows takes one minute on a residential street by car; longer
streets take longer in proportion.  A town becomes a network at once (`Town.network`), or an
OpenStreetMap file first (`Town.write_osm`), so that reading is part of the scenario.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from geo.road.network import RoadNetwork, assemble
from geo.road.road_class import CLASS_CODE, Mode, RoadClass
from geo.road.snap import METRES_PER_DEGREE
from geo.road.speed import SPEED_KPH
from geo.road.streets import BANNED, CLOSED, Streets, TurnRule, arc_ref

GAP_M = SPEED_KPH[Mode.CAR][RoadClass.RESIDENTIAL] / 3.6 * 60
COLUMNS, ROWS = 4, 2
CORNER_LON_LAT = (109.1, 0.0)  # on the equator a degree is the same length both ways
ACROSS, DOWN = "-><", "|^v"
CLOSED_BACKWARD, CLOSED_FORWARD = ">v", "<^"


@dataclass(frozen=True)
class Connection:
    """A street of the drawing, from the left or upper junction to the other."""

    start: str
    end: str
    gaps: float
    forward: bool = True
    backward: bool = True


@dataclass(frozen=True)
class Town:
    """Junctions by name, in reading order, and the streets between them."""

    lon_lat: Mapping[str, tuple[float, float]]
    connections: Sequence[Connection]

    @property
    def names(self) -> str:
        return "".join(self.lon_lat)

    def places(self, names: str) -> NDArray[np.float64]:
        """Positions of junctions, float64[n, 2]."""
        return np.array([self.lon_lat[name] for name in names], dtype=np.float64)

    def between(self, start: str, end: str, share: float = 0.5) -> NDArray[np.float64]:
        """A place on the straight line between two junctions, float64[1, 2]."""
        first, last = self.places(start + end)
        return (first + share * (last - first))[None, :]

    def network(
        self,
        *,
        seconds: Mapping[str, float] | None = None,
        bans: Sequence[str] = (),
        turn_costs: Mapping[str, float] | None = None,
        mode: Mode = Mode.CAR,
    ) -> RoadNetwork:
        """The town as a network, with what `streets` is told of it."""
        return assemble(self.streets(seconds=seconds, bans=bans, turn_costs=turn_costs), mode=mode)

    def streets(
        self,
        *,
        seconds: Mapping[str, float] | None = None,
        bans: Sequence[str] = (),
        turn_costs: Mapping[str, float] | None = None,
    ) -> Streets:
        """
        The town's streets: `seconds` by street ("ab": 90), bans as junctions driven ("abc").

        `turn_costs` charges seconds for a chain of junctions, as `bans` forbids it.
        """
        seconds = dict(seconds or {})
        index = {name: row for row, name in enumerate(self.names)}
        ms = [self._milliseconds(street, seconds) for street in self.connections]
        assert not seconds, f"no such streets in the drawing: {sorted(seconds)}"
        tail = [index[street.start] for street in self.connections]
        head = [index[street.end] for street in self.connections]
        node_lon_lat = self.places(self.names).reshape(-1, 2)
        count = len(ms)
        rules = [TurnRule(self._refs(chain), BANNED) for chain in bans]
        rules += [
            TurnRule(self._refs(chain), round(cost * 1000))
            for chain, cost in (turn_costs or {}).items()
        ]
        return Streets(
            node_lon_lat=node_lon_lat,
            node_source_id=np.arange(len(index)),
            tail=np.array(tail, np.int32),
            head=np.array(head, np.int32),
            road_class=np.full(count, CLASS_CODE["residential"], np.uint8),
            length_m=np.array([street.gaps * GAP_M for street in self.connections]),
            forward_ms=np.array(
                [m if s.forward else CLOSED for m, s in zip(ms, self.connections, strict=True)],
                np.int64,
            ),
            backward_ms=np.array(
                [m if s.backward else CLOSED for m, s in zip(ms, self.connections, strict=True)],
                np.int64,
            ),
            point=np.stack([node_lon_lat[tail], node_lon_lat[head]], axis=1).reshape(-1, 2),
            first_point=np.arange(count + 1) * 2,
            way_id=np.arange(count),
            name=np.full(count, -1, np.int32),
            turn_rules=rules,
            source="a town drawn in a test",
        )

    def write_osm(
        self,
        path: Path,
        *,
        ways: Mapping[str, Mapping[str, str]] | None = None,
        nodes: Mapping[str, Mapping[str, str]] | None = None,
        restrictions: Sequence[tuple[str, str]] = (),
    ) -> Path:
        """
        Write the town as OpenStreetMap XML; every street is a residential way of its own.

        `ways` and `nodes` give further tags by name ("ab", "b"); a restriction is a pair of
        its kind and the junctions driven: ("no_left_turn", "abc").
        """
        ways, nodes = dict(ways or {}), nodes or {}
        number = {name: row + 1 for row, name in enumerate(self.names)}
        lines = ['<osm version="0.6">']
        for name, (lon, lat) in self.lon_lat.items():
            tags = _tags(nodes.get(name, {}))
            place = f'lon="{lon:.9f}" lat="{lat:.9f}"'
            lines.append(f'<node id="{number[name]}" {place} version="1">{tags}</node>')
        for row, street in enumerate(self.connections):
            tags = {"highway": "residential"} | self._drawn_oneway(street)
            tags |= ways.pop(street.start + street.end, {})
            refs = "".join(f'<nd ref="{number[name]}"/>' for name in (street.start, street.end))
            tagged = _tags({key: value for key, value in tags.items() if value})
            lines.append(f'<way id="{row + 1}" version="1">{refs}{tagged}</way>')
        assert not ways, f"no such streets in the drawing: {sorted(ways)}"
        for row, (kind, chain) in enumerate(restrictions):
            lines.append(self._restriction(row + 1, kind, chain, number))
        path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
        return path

    def _milliseconds(self, street: Connection, seconds: dict[str, float]) -> int:
        own = seconds.pop(street.start + street.end, None)
        return round((street.gaps * 60 if own is None else own) * 1000)

    def _refs(self, chain: str) -> tuple[int, ...]:
        """Arc references of the streets driven along a chain of junctions."""
        return tuple(self._ref(start, end) for start, end in pairwise(chain))

    def _ref(self, start: str, end: str) -> int:
        for row, street in enumerate(self.connections):
            if (street.start, street.end) == (start, end):
                return arc_ref(row, 0)
            if (street.start, street.end) == (end, start):
                return arc_ref(row, 1)
        raise AssertionError(f"no street {start}{end} in the drawing")

    @staticmethod
    def _drawn_oneway(street: Connection) -> dict[str, str]:
        if street.forward and street.backward:
            return {}
        return {"oneway": "yes" if street.forward else "-1"}

    def _restriction(self, row: int, kind: str, chain: str, number: Mapping[str, int]) -> str:
        way = [(ref >> 1) + 1 for ref in self._refs(chain)]
        via = (
            f'<member type="node" ref="{number[chain[1]]}" role="via"/>'
            if len(way) == 2
            else "".join(f'<member type="way" ref="{ref}" role="via"/>' for ref in way[1:-1])
        )
        ends = [
            f'<member type="way" ref="{ref}" role="{role}"/>'
            for ref, role in ((way[0], "from"), (way[-1], "to"))
        ]
        tags = _tags({"type": "restriction", "restriction": kind})
        return f'<relation id="{row}" version="1">{ends[0]}{via}{ends[1]}{tags}</relation>'


def town(drawing: str) -> Town:
    """Read a drawing."""
    rows = dedent(drawing).strip("\n").splitlines()
    width = max(map(len, rows))
    rows = [row.ljust(width) for row in rows]
    junctions = {
        char: (x, y) for y, row in enumerate(rows) for x, char in enumerate(row) if _junction(char)
    }
    drawn = sum(_junction(char) for row in rows for char in row)
    assert len(junctions) == drawn, "a junction's name stands twice in the drawing"
    connections = []
    for name, (x, y) in junctions.items():
        connections += _follow(name, rows[y][x + 1 :], ACROSS, COLUMNS)
        connections += _follow(name, "".join(row[x] for row in rows[y + 1 :]), DOWN, ROWS)
    degrees = GAP_M / METRES_PER_DEGREE
    lon, lat = CORNER_LON_LAT
    lon_lat = {
        name: (lon + x / COLUMNS * degrees, lat - y / ROWS * degrees)
        for name, (x, y) in junctions.items()
    }
    return Town(lon_lat, connections)


def _junction(char: str) -> bool:
    return char.isalnum() and char != "v"


def _follow(start: str, line: str, marks: str, per_gap: int) -> list[Connection]:
    """The street that leaves a junction along a line of characters, if there is one."""
    run = len(line) - len(line.lstrip(marks))
    if run == 0 or run == len(line) or not _junction(line[run]):
        return []
    drawn = line[:run]
    return [
        Connection(
            start,
            line[run],
            gaps=(run + 1) / per_gap,
            forward=not set(drawn) & set(CLOSED_FORWARD),
            backward=not set(drawn) & set(CLOSED_BACKWARD),
        )
    ]


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())
