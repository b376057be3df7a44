"""
Zone plans drawn in characters: each character is a unit grid of 100 m, and names its zone.

::

    AAAB        row 0, grids 00 01 02 03: in zones A and B
    AA.B        a point is a grid in no zone
    ~~BB        a wave or a blank is no grid: water, or beyond the city

Grids are called by row and column, `12` lies in row 1 and column 2; with more than ten rows or
columns each number has two digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from textwrap import dedent

import numpy as np
import shapely
from shapely import Polygon, box

from dispatch.planning.grid_graph import GridGraph, grid_graph
from dispatch.planning.zone_plan import ZonePlan
from geo.area import Area, Tier
from geo.plane import Plane
from geo.zone import UnitGrid

SIDE_M = 100.0
PLANE = Plane((109.1, 0.0))  # on the equator a degree is the same length both ways
NO_GRID, NO_ZONE = "~ ", "."


@dataclass(frozen=True)
class Board:
    """Grids by code, with the character drawn for each."""

    drawn: Mapping[str, str]
    grids: tuple[UnitGrid, ...]
    areas: tuple[Area, ...]

    @cached_property
    def graph(self) -> GridGraph:
        return grid_graph(self.grids, self.areas)

    @cached_property
    def plan(self) -> ZonePlan:
        zones = [None if self.drawn[code] == NO_ZONE else self.drawn[code] for code in self.codes]
        return ZonePlan.of(self.codes, zones)

    @property
    def codes(self) -> tuple[str, ...]:
        return self.graph.codes


def board(drawing: str, *, townships: str = "") -> Board:
    """Read a drawing, and perhaps a second one that names the township of each grid."""
    drawn = _cells(drawing)
    lies_in = _cells(townships) if townships else {}
    areas = [
        Area(name, name, Tier.TOWNSHIP, None, _square(0, 0)) for name in sorted({*lies_in.values()})
    ]
    width = 2 if max((max(place) for place in drawn), default=0) > 9 else 1
    code = {place: "".join(str(at).zfill(width) for at in place) for place in drawn}
    grids = [
        UnitGrid(code[place], lies_in.get(place, "?"), zone if zone != NO_ZONE else None, square)
        for place, zone in drawn.items()
        for square in [_square(*place)]
    ]
    return Board({code[place]: zone for place, zone in drawn.items()}, tuple(grids), tuple(areas))


def drawn_as(plan: ZonePlan, like: str) -> str:
    """Draw a plan on the board of another drawing."""
    zones = iter(plan.zone_codes)
    return "\n".join(
        "".join(one if one in NO_GRID else next(zones) or NO_ZONE for one in line)
        for line in _lines(like)
    )


def checkers(rows: int, columns: int, zones: int = 1) -> Board:
    """A board of many grids, with zones side by side."""
    places = [(row, column) for row in range(rows) for column in range(columns)]
    grids = [
        UnitGrid(f"{row:03d}{column:03d}", "?", None, _square(row, column))
        for row, column in places
    ]
    drawn = {
        grid.code: f"Z{column * zones // columns:02d}"
        for grid, (_, column) in zip(grids, places, strict=True)
    }
    return Board(drawn, tuple(grids), ())


def lon_lat_of(row: float, column: float) -> tuple[float, float]:
    """A place on the board; 0.5, 0.5 is the middle of its first grid."""
    lon, lat = PLANE.to_lon_lat(np.array([column * SIDE_M, -row * SIDE_M])).tolist()
    return lon, lat


def _cells(drawing: str) -> dict[tuple[int, int], str]:
    return {
        (row, column): one
        for row, line in enumerate(_lines(drawing))
        for column, one in enumerate(line)
        if one not in NO_GRID
    }


def _lines(drawing: str) -> list[str]:
    return dedent(drawing).strip("\n").split("\n")


def _square(row: int, column: int) -> Polygon:
    west, north = column * SIDE_M, -row * SIDE_M
    return shapely.transform(box(west, north - SIDE_M, west + SIDE_M, north), PLANE.to_lon_lat)
