"""The degraded twin of the road engine: travel times by air, for when there is no other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geo.errors import BadValue
from geo.road.reach import ReachBand, Stretches
from geo.road.road_class import Mode
from geo.road.route import Route
from geo.road.snap import METRES_PER_DEGREE, Joins, check_lon_lat
from geo.road.speed import edge_time_ms
from geo.road.travel_time import Arrival
from geo.road.within import limit_ms, reach_times_s

ALONG_THE_LINE_MPS = {Mode.CAR: 6.0, Mode.EBIKE: 4.0, Mode.FOOT: 1.0}
"""What is made good along the straight line where roads wind and crossings hold up."""

NO_EDGES = np.zeros(0, dtype=np.int32)
NO_STRETCHES = Stretches(NO_EDGES, np.zeros(0), np.zeros(0))


class StraightLineTravelTimes:
    """
    Travel times by air; every answer is degraded, and nothing else in the project does this.

    Parameters
    ----------
    speed_mps
        Metres a second along the straight line.
    why
        Whole sentence that says why no road answer exists.

    Raises
    ------
    BadValue
        The speed is not above 0.
    """

    def __init__(self, *, speed_mps: float, why: str) -> None:
        if not speed_mps > 0:
            raise BadValue(f"A speed of {speed_mps} m/s leads nowhere; give one above 0.")
        self._speed_mps = speed_mps
        self.degraded: str | None = why

    @property
    def version(self) -> str:
        """Name of the weights: the speed along the line."""
        return f"straight-line-{self._speed_mps:g}mps"

    def pinned(self) -> StraightLineTravelTimes:
        """Give itself, whose speed never changes; see `geo.road.travel_time.TravelTimes.pinned`."""
        return self

    def join(self, lon_lat: NDArray[np.float64]) -> Joins:
        """Take places as they are; see `geo.road.travel_time.TravelTimes.join`."""
        check_lon_lat(lon_lat)
        nowhere = np.full(len(lon_lat), -1, dtype=np.int32)
        zeros = np.zeros(len(lon_lat))
        return Joins(lon_lat, nowhere, nowhere, zeros, zeros, zeros.astype(np.int64))

    def nearest(
        self,
        units: Joins,
        incident: Joins,
        *,
        k: int,
        within_s: float | None = None,
        eligible: NDArray[np.bool_] | None = None,
    ) -> list[Arrival]:
        """Rank units by air; see `geo.road.travel_time.TravelTimes.nearest`."""
        rows = np.arange(len(units)) if eligible is None else np.flatnonzero(eligible)
        time_ms = self.matrix(units.take(rows), incident)[:, 0]
        within_ms = limit_ms(within_s)
        ranked = np.lexsort((rows, time_ms))[: max(k, 0)]
        near = ranked[time_ms[ranked] <= within_ms]
        return [Arrival(int(rows[row]), int(time_ms[row])) for row in near]

    def matrix(self, origins: Joins, destinations: Joins) -> NDArray[np.int64]:
        """Give all travel times by air; see `geo.road.travel_time.TravelTimes.matrix`."""
        metres = distance_m(origins.lon_lat[:, None], destinations.lon_lat[None, :])
        return edge_time_ms(metres, self._speed_mps)

    def reach(self, origin: Joins, within_s: Sequence[float]) -> list[ReachBand]:
        """Draw circles; see `geo.road.travel_time.TravelTimes.reach`."""
        return [
            ReachBand(limit_s, _circle(origin.lon_lat[0], limit_s * self._speed_mps), NO_STRETCHES)
            for limit_s in reach_times_s(within_s)
        ]

    def route(self, origin: Joins, destination: Joins) -> Route | None:
        """Draw a straight line; see `geo.road.travel_time.TravelTimes.route`."""
        metres = distance_m(origin.lon_lat, destination.lon_lat)
        return Route(
            travel_time_ms=int(edge_time_ms(metres, self._speed_mps)[0]),
            length_m=float(metres[0]),
            walk_m=(0.0, 0.0),
            lon_lat=np.concatenate([origin.lon_lat, destination.lon_lat]),
            edges=NO_EDGES,
        )


def straight_line(mode: Mode) -> StraightLineTravelTimes:
    """
    Stand in for the road engine of a mode.

    Parameters
    ----------
    mode
        How crews travel.

    Returns
    -------
    times
        By air, at what that mode makes good along the line.
    """
    speed_mps = ALONG_THE_LINE_MPS[mode]
    why = f"The road engine for {mode} does not answer: times are by air, at {speed_mps:g} m/s."
    return StraightLineTravelTimes(speed_mps=speed_mps, why=why)


def distance_m(
    lon_lat: NDArray[np.float64], other_lon_lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    """
    Metres by air.

    Parameters
    ----------
    lon_lat, other_lon_lat
        Places, float64[..., 2], WGS-84 degrees; shapes broadcast.

    Returns
    -------
    distance_m
        Along the great circle of the sphere of mean Earth radius, float64[...].
    """
    lon, lat = np.moveaxis(np.radians(lon_lat), -1, 0)
    other_lon, other_lat = np.moveaxis(np.radians(other_lon_lat), -1, 0)
    chord = (
        np.sin((other_lat - lat) / 2) ** 2
        + np.cos(lat) * np.cos(other_lat) * np.sin((other_lon - lon) / 2) ** 2
    )
    arc: NDArray[np.float64] = 2.0 * np.degrees(np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0))))
    return arc * METRES_PER_DEGREE


def _circle(centre: NDArray[np.float64], radius_m: float) -> MultiPolygon:
    """Circle on the ground as a polygon of 64 corners."""
    disc = shapely.get_coordinates(shapely.Point(0.0, 0.0).buffer(radius_m, quad_segs=16))
    scale = METRES_PER_DEGREE * np.array([np.cos(np.radians(centre[1])), 1.0])
    return MultiPolygon([Polygon(centre + disc / scale)])
