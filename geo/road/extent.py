"""Extents: which streets something covers, said without knowing the network of any one mode."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shapely import MultiPolygon, Polygon

from geo.errors import BadValue


class Direction(StrEnum):
    """One direction of a street; forward is the order of the points in the source."""

    FORWARD = "forward"
    BACKWARD = "backward"


@dataclass(frozen=True, slots=True)
class Extent:
    """
    Streets, named in one of three ways.

    Attributes
    ----------
    polygon
        Everything within, WGS-84 degrees; or None.
    ways
        What the source of the roads calls them; a way is one or more streets, and means
        the same on the network of every mode.
    edges
        Edge ids, which mean something on one network only.
    direction
        Which direction of the ways; both by default.
    network
        Version of the network that the edges belong to, on any other they mean nothing; by
        default they belong to whichever is asked.
    """

    polygon: Polygon | MultiPolygon | None = None
    ways: tuple[int, ...] = ()
    edges: tuple[int, ...] = ()
    direction: Direction | None = None
    network: str | None = None

    def __post_init__(self) -> None:
        """Refuse streets named in no way or in several."""
        named = (self.polygon is not None) + bool(self.ways) + bool(self.edges)
        if named != 1:
            raise BadValue("Name streets by a polygon, by ways or by edges: by exactly one.")
        if self.polygon is not None and (self.polygon.is_empty or not self.polygon.is_valid):
            raise BadValue("The polygon is empty or crosses itself; draw it anew.")
        if self.direction is not None and not self.ways:
            raise BadValue("A direction goes with ways; edges have one of their own.")
        if self.network is not None and not self.edges:
            raise BadValue("A version of the network goes with edges; ways outlive it.")
