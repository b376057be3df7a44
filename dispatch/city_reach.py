"""Reach of a city's crews: which of them can be legally complete at points of demand in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.city import City
from dispatch.crew_eta import travel_limits_ms
from dispatch.demand_point import Ground
from dispatch.held import DEPTH, add_crews, put_in_order
from dispatch.matter import MIN_CERTIFIED
from dispatch.roster import MODES
from dispatch.whereabouts import Whereabouts
from geo.road.frozen import freeze
from geo.road.road_class import Mode
from geo.road.snap import Joins
from geo.road.teams import NO_TEAM, Teams, find_teams, in_time_from
from geo.road.travel_time import UNREACHABLE_MS, NetworkTravelTimes

POINTS_PER_OFFICER = 6
"""
Asking one officer for all points costs as much as asking about so many points.

Of points that few crews reach, which must be searched around to the limit, it is the other way
round: one of those costs as much as asking so many officers.
"""


@dataclass(frozen=True, slots=True, eq=False)
class CityReach:
    """
    Crews that may cover demand, and within what time they must.

    Attributes
    ----------
    ground
        The points of demand.
    whereabouts
        Where the officers are; its city is pinned to one version of the weights.
    counts
        Officers who count: certified, free to be sent, of crews that have enough of them,
        bool[n_officers].
    limit_ms
        How long a crew may drive to each point, by mode, int64[n_points]; below 0 where even
        the turn-out takes longer.
    apart
        Officers of crews that no search backward finds, for somebody of theirs stands within a
        closure or their mode has no road engine, bool[n_officers].
    """

    ground: Ground
    whereabouts: Whereabouts
    counts: NDArray[np.bool_]
    limit_ms: Mapping[Mode, NDArray[np.int64]]
    apart: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    def find(self, points: NDArray[np.int64], depth: int) -> NDArray[np.int32]:
        """
        Find crews that are in time at some points.

        Parameters
        ----------
        points
            Rows of points, int64[n].
        depth
            How many crews to name at most for each.

        Returns
        -------
        lists
            int32[n, depth], ascending and filled up with `NO_TEAM`; a list that is full may
            not name all.
        """
        lists = np.full((len(points), depth), NO_TEAM, dtype=np.int32)
        few = np.count_nonzero(self.counts) * POINTS_PER_OFFICER * DEPTH <= len(points) * depth
        if not few:
            for mode in self.whereabouts.fleets:
                rows = np.flatnonzero(lists[:, -1] == NO_TEAM)
                if len(rows) and mode in self.limit_ms:
                    lists[rows] = self._searched(mode, points[rows], lists[rows])
        lists = put_in_order(lists)
        rows = np.flatnonzero(lists[:, -1] == NO_TEAM)
        one_by_one = self.counts & (self.apart | few)
        crews = np.unique(self.whereabouts.city.roster.crew_of[one_by_one]).astype(np.int64)
        if len(rows) and len(crews):
            lists[rows] = add_crews(lists[rows], crews, self.reaches(crews, points[rows]))
        return lists

    def reaches(self, crews: NDArray[np.int64], points: NDArray[np.int64]) -> NDArray[np.bool_]:
        """
        Say which points some crews reach in time.

        Parameters
        ----------
        crews
            Rows of crews, ascending, int64[n].
        points
            Rows of points, int64[n_points].

        Returns
        -------
        reaches
            bool[n, n_points].
        """
        crew_modes = self.whereabouts.city.crew_modes[crews]
        reached = np.zeros((len(crews), len(points)), dtype=np.bool_)
        for mode in self.limit_ms:
            rows = np.flatnonzero(crew_modes == MODES.index(mode))
            if len(rows):
                reached[rows] = self._reached(mode, crews[rows], points)
        return reached

    def reaches_from(
        self, mode: Mode, places: Joins, points: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """
        Say which points a crew that stood at each of some places would reach in time.

        Parameters
        ----------
        mode
            How it travels.
        places
            Where it might stand; a place that joins no road reaches nothing.
        points
            Rows of points, int64[n_points].

        Returns
        -------
        reaches
            bool[n_places, n_points].
        """
        engine = self.whereabouts.city.travel_times[mode]
        reached = np.zeros((len(places), len(points)), dtype=np.bool_)
        here = self.ground.joins[mode].take(points)
        limit_ms = self.limit_ms[mode][points]
        if isinstance(engine, NetworkTravelTimes):
            return in_time_from(engine.roads, engine.metric, places, here, limit_ms, engine.room)
        start, end = (np.flatnonzero(~np.isnan(joins.lon_lat[:, 0])) for joins in (places, here))
        if len(start) and len(end):
            ms = engine.matrix(places.take(start), here.take(end))
            reached[np.ix_(start, end)] = (ms != UNREACHABLE_MS) & (ms <= limit_ms[end])
        return reached

    def _searched(
        self, mode: Mode, points: NDArray[np.int64], lists: NDArray[np.int32]
    ) -> NDArray[np.int32]:
        """Lists of some points with crews of one mode added."""
        roster, engine = self.whereabouts.city.roster, self.whereabouts.city.travel_times[mode]
        rows, found = roster.mode_rows[mode], lists.copy()
        rows = rows[self.counts[rows] & ~self.apart[rows]]
        if not isinstance(engine, NetworkTravelTimes) or not len(rows):
            return lists
        team = np.full(len(roster.officers), NO_TEAM, dtype=np.int32)
        team[rows] = roster.crew_of[rows]
        fleet = self.whereabouts.fleets[mode]
        with fleet.held():
            find_teams(
                engine.roads,
                engine.metric,
                fleet.hung,
                Teams(team, MIN_CERTIFIED),
                self.ground.joins[mode].take(points),
                self.limit_ms[mode][points],
                found,
                engine.room,
            )
        return found

    def _reached(
        self, mode: Mode, crews: NDArray[np.int64], points: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Which points crews of one mode reach in time."""
        roster = self.whereabouts.city.roster
        row_of = np.full(len(roster.crews), NO_TEAM)
        row_of[crews] = np.arange(len(crews))
        row = row_of[roster.crew_of]
        officers = np.flatnonzero(self.counts & (row != NO_TEAM))
        in_time = self.reaches_from(mode, self.whereabouts.joins.take(officers), points)
        there = np.zeros((len(crews), len(points)), dtype=np.int64)
        np.add.at(there, row[officers], in_time)
        return there >= MIN_CERTIFIED


def city_reach(
    ground: Ground, whereabouts: Whereabouts, counts: NDArray[np.bool_], *, now: datetime
) -> CityReach:
    """
    Say who may cover demand, and within what time.

    Parameters
    ----------
    ground
        The points of demand, with their targets.
    whereabouts
        Where the officers are; its city is pinned.
    counts
        Officers who count, bool[n_officers].
    now
        The present.

    Returns
    -------
    reach
        To be asked who is in time where.
    """
    city = whereabouts.city
    limit_ms = _limits_ms(city, ground, now)
    crew_apart = np.zeros(len(city.roster.crews), dtype=np.bool_)
    for mode in limit_ms:
        engine, rows = city.travel_times[mode], city.roster.mode_rows[mode]
        rows = rows[counts[rows]]
        if isinstance(engine, NetworkTravelTimes):
            if engine.metric.closed is None:
                continue
            rows = rows[engine.metric.closed.locked(whereabouts.joins.take(rows), onward=True)]
        crew_apart[city.roster.crew_of[rows]] = True
    return CityReach(ground, whereabouts, counts, limit_ms, crew_apart[city.roster.crew_of])


def _limits_ms(city: City, ground: Ground, now: datetime) -> dict[Mode, NDArray[np.int64]]:
    """How long crews may drive to each point, by the modes in which they travel."""
    targets_s, of = np.unique(ground.target_s, return_inverse=True)
    limits = [travel_limits_ms(city, target_s, now=now) for target_s in targets_s.tolist()]
    rows = {mode: np.flatnonzero(city.crew_modes == MODES.index(mode)) for mode in ground.joins}
    return {
        mode: np.floor([limit[crews[0]] for limit in limits]).astype(np.int64)[of]
        for mode, crews in rows.items()
        if len(crews)
    }
