"""
Air path: the shortest flight between two places round no-fly polygons.

Nearly every flight is a straight line, so that is asked first; only a line that meets a
polygon needs the lines of sight between its corners (`geo.sight`), which are drawn once.
Lengths are metres on a local plane.  A border may be flown along, and two polygons that touch
in a point leave a way between them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from threading import Lock

import numpy as np
import shapely
from shapely import Geometry, MultiPolygon

from geo.no_fly import NoFly
from geo.plane import Plane
from geo.sight import GRAZE_M, Sight, look_around

LonLat = tuple[float, float]
Xy = tuple[float, float]


@dataclass(frozen=True, slots=True)
class AirPath:
    """
    A way through the air.

    Attributes
    ----------
    lon_lat
        Its places, WGS-84 degrees; between them it is straight.
    length_m
        Metres from end to end.
    """

    lon_lat: tuple[LonLat, ...]
    length_m: float


class Closed(StrEnum):
    """Why no way through the air leads from one place to another."""

    START_INSIDE = "start_inside"
    END_INSIDE = "end_inside"
    ENCLOSED = "enclosed"


@dataclass(frozen=True, slots=True)
class NoAirPath:
    """
    There is no way through the air.

    Attributes
    ----------
    why
        Whether an end lies in a no-fly polygon, or they leave no gap between the ends.
    no_fly
        The polygon that an end lies in, the one with the lowest code; None where it is
        between the ends.
    """

    why: Closed
    no_fly: NoFly | None = None


@dataclass(frozen=True, eq=False)
class AirSpace:
    """
    The air over a city; what is prepared of it is shared by all questions.

    Attributes
    ----------
    no_fly
        Where nobody flies, by code.
    plane
        On which lengths are measured.

    Notes
    -----
    One thread at a time asks for a path: a prepared polygon keeps a state of its own while
    it is asked.
    """

    no_fly: tuple[NoFly, ...]
    plane: Plane
    _asking: Lock = field(default_factory=Lock, init=False, repr=False)

    @classmethod
    def over(cls, centre: LonLat, no_fly: Iterable[NoFly]) -> AirSpace:
        """
        Lay out the air over a city.

        Parameters
        ----------
        centre
            Centre of the city, WGS-84 degrees.
        no_fly
            Where nobody flies; polygons may overlap.

        Returns
        -------
        air_space
            Ready for questions.
        """
        return cls(tuple(sorted(no_fly, key=lambda one: one.code)), Plane(centre))

    def path(self, start: LonLat, end: LonLat) -> AirPath | NoAirPath:
        """
        Find the shortest flight.

        Parameters
        ----------
        start, end
            Two places, WGS-84 degrees.

        Returns
        -------
        path
            The straight line where that is free, else the shortest way round; or why there
            is none.
        """
        with self._asking:
            return self._path(start, end)

    def _path(self, start: LonLat, end: LonLat) -> AirPath | NoAirPath:
        """Find the shortest flight while nobody else asks."""
        ends = self.plane.point(start), self.plane.point(end)
        if self._is_free(*ends):
            return AirPath((start, end), math.dist(*ends))
        for why, xy in zip((Closed.START_INSIDE, Closed.END_INSIDE), ends, strict=True):
            if shapely.intersects_xy(self._core, *xy):
                return NoAirPath(why, self._around(xy))
        way = self.sight.shortest(*np.array(ends))
        if way is None:
            return NoAirPath(Closed.ENCLOSED)
        between = [(lon, lat) for lon, lat in self.plane.to_lon_lat(way[1:-1]).tolist()]
        return AirPath((start, *between, end), float(np.hypot(*np.diff(way, axis=0).T).sum()))

    def distance_m(self, start: LonLat, end: LonLat) -> float:
        """
        Measure the straight line; no flight is shorter.

        Parameters
        ----------
        start, end
            Two places, WGS-84 degrees.

        Returns
        -------
        distance_m
            Metres.
        """
        return math.dist(self.plane.point(start), self.plane.point(end))

    @cached_property
    def sight(self) -> Sight:
        """Lines of sight between the corners of the polygons."""
        return look_around(self._obstacles, self._core)

    @cached_property
    def _shapes(self) -> tuple[Geometry, ...]:
        """Each no-fly polygon on the plane, in the order of `no_fly`."""
        return tuple(shapely.transform(one.polygon, self.plane.to_xy) for one in self.no_fly)

    @cached_property
    def _obstacles(self) -> Geometry:
        """All polygons as one, on the plane."""
        return shapely.union_all(self._shapes) if self._shapes else MultiPolygon()

    @cached_property
    def _core(self) -> Geometry:
        """The same without a rim, see `geo.sight.Sight`."""
        core = shapely.buffer(self._obstacles, -GRAZE_M, join_style="mitre")
        shapely.prepare(core)
        return core

    @cached_property
    def _boxes(self) -> list[tuple[float, float, float, float]]:
        """West, south, east and north of each part of the obstacles."""
        bounds = shapely.bounds(shapely.get_parts(self._obstacles)).tolist()
        return [(west, south, east, north) for west, south, east, north in bounds]

    def _is_free(self, start: Xy, end: Xy) -> bool:
        """Whether the straight line between two places keeps clear of every polygon."""
        west, east = sorted((start[0], end[0]))
        south, north = sorted((start[1], end[1]))
        for left, low, right, high in self._boxes:
            if west < right and left < east and south < high and low < north:
                break
        else:
            return True
        return not shapely.intersects(self._core, shapely.linestrings((start, end)))

    def _around(self, xy: Xy) -> NoFly:
        """The no-fly polygon that a place lies in, the first of several."""
        away_m = shapely.distance(np.array(self._shapes), shapely.points(xy))
        return self.no_fly[int(np.argmin(away_m))]
