"""
Whereabouts: where every officer stands on the roads, whether free, and since when.

Snapping thousands of officers takes longer than a whole suggestion, so a place joins the
road once, when its fix comes in, and suggestions read the joins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.city import City
from dispatch.drone import DroneColumns, at_their_bases
from dispatch.duty_columns import DutyColumns, always_on_duty
from dispatch.fix_columns import FixTable, fix_row, no_fixes
from dispatch.joining import join_or_leave_out, nowhere
from dispatch.roster import MODES
from dispatch.unit import DutyStatus
from geo.position import Fix, FixResult, Positions
from geo.remark import Remark
from geo.road.eligible import ANYBODY, Wanted, list_eligible
from geo.road.fleet import Fleet
from geo.road.road_class import Mode
from geo.road.snap import Joins
from geo.road.travel_time import UNREACHABLE_MS, Arrival, NetworkTravelTimes

NEVER_MS = np.iinfo(np.int64).max
"""Travel time of an officer from whom no road leads to the place."""

STATUSES: tuple[DutyStatus, ...] = tuple(DutyStatus)
"""Statuses in a fixed order; arrays hold the position in this tuple as uint8."""

UNKNOWN_OFFICER = Remark("unknown_officer", "没有此队员。", "There is no such officer.")


@dataclass(frozen=True, slots=True, eq=False)
class Whereabouts:
    """
    An immutable snapshot; rows are those of the city's roster.

    Attributes
    ----------
    city
        The city whose officers these are.
    positions
        The book of fixes.
    status
        Position in `STATUSES` of each officer's status, uint8[n_officers].
    fixes
        Every field of each officer's fix, see `dispatch.fix_columns`.
    fix_time_s
        Time of each officer's fix in seconds since 1970, float64[n_officers]; NaN without one.
    joins
        Where each officer joins the roads of his or her crew's mode; the place is NaN
        without a fix and where every road is too far.
    fleets
        The officers of each mode hung on its roads, marked with what they may be sent to
        (`dispatch.marks.Marks`), a row per officer of the city; nobody moves them, a
        snapshot with later fixes has fleets of its own.  Modes without a road engine have none.
    duty
        Shifts, rests, engagements and jobs in hand.
    drones
        Where the drones of the city are, and until when they are in the air.
    """

    city: City
    positions: Positions
    status: NDArray[np.uint8]
    fixes: FixTable
    fix_time_s: NDArray[np.float64]
    joins: Joins
    fleets: Mapping[Mode, Fleet]
    duty: DutyColumns
    drones: DroneColumns

    @property
    def on_road(self) -> NDArray[np.bool_]:
        """Who is joined to a road, bool[n_officers]."""
        joined: NDArray[np.bool_] = ~np.isnan(self.joins.lon_lat[:, 0])
        return joined

    def pinned(self) -> Whereabouts:
        """
        Give the same snapshot with the weights now in force on the roads.

        Returns
        -------
        whereabouts
            See `dispatch.city.City.pinned`.
        """
        return replace(self, city=self.city.pinned())

    def moved(
        self, fixes: Iterable[Fix], *, now: datetime
    ) -> tuple[Whereabouts, tuple[FixResult, ...]]:
        """
        Take in fixes by the rules of `geo.position`.

        Parameters
        ----------
        fixes
            One or many, in any order.
        now
            The present, with offset.

        Returns
        -------
        whereabouts
            The new snapshot; only officers who moved are joined again.
        results
            What became of each fix; a fix of nobody the city knows is ``unknown_officer``.
        """
        row_of = self.city.roster.officer_row
        given = list(fixes)
        positions, judged = self.positions.updated(
            (fix for fix in given if fix.officer in row_of), now=now
        )
        rows = sorted({row_of[result.fix.officer] for result in judged if result.accepted})
        answer = iter(judged)
        results = tuple(
            next(answer) if fix.officer in row_of else FixResult(fix, UNKNOWN_OFFICER)
            for fix in given
        )
        moved = replace(self, positions=positions)
        return _joined_again(moved, np.array(rows, dtype=np.int64)), results

    def with_status(self, statuses: Mapping[str, DutyStatus]) -> Whereabouts:
        """
        Change who is free.

        Parameters
        ----------
        statuses
            New status by officer id; ids the city does not know are passed over.

        Returns
        -------
        whereabouts
            The new snapshot.
        """
        status = self.status.copy()
        for officer, value in statuses.items():
            row = self.city.roster.officer_row.get(officer)
            if row is not None:
                status[row] = STATUSES.index(value)
        return _marked_again(replace(self, status=status), np.flatnonzero(status != self.status))

    def with_duty(self, duty: DutyColumns) -> Whereabouts:
        """
        Change shifts, rests, engagements and jobs in hand.

        Parameters
        ----------
        duty
            Columns with a row per officer of the city.

        Returns
        -------
        whereabouts
            The new snapshot.
        """
        return replace(self, duty=duty)

    def with_drones(self, drones: DroneColumns) -> Whereabouts:
        """
        Put the drones elsewhere, or send some out.

        Parameters
        ----------
        drones
            Where each is and until when it is busy; rows as in the city's `drones`.

        Returns
        -------
        whereabouts
            The new snapshot.
        """
        return replace(self, drones=drones)

    def statuses(self) -> dict[str, DutyStatus]:
        """
        List who is free.

        Returns
        -------
        statuses
            Status by officer id.
        """
        codes = self.status.tolist()
        officers = self.city.roster.officers
        return {officer.id: STATUSES[code] for officer, code in zip(officers, codes, strict=True)}

    def fix_of(self, row: int) -> Fix | None:
        """
        Look up an officer's fix.

        Parameters
        ----------
        row
            Row of the officer.

        Returns
        -------
        fix
            The latest believed fix, or None.
        """
        return self.positions.fixes.get(self.city.roster.officers[row].id)

    def travel_ms(
        self, destination: Mapping[Mode, Joins], officers: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]:
        """
        Travel times of officers to one place, each by the roads of his or her mode.

        Parameters
        ----------
        destination
            The place as it joins the roads of each mode; a mode may be missing.
        officers
            Rows of officers, int64[n]; by default all of the city.

        Returns
        -------
        travel_ms
            int64[n]; `NEVER_MS` where no road leads.
        """
        rows = np.arange(len(self.status)) if officers is None else officers
        times = np.full(len(rows), NEVER_MS)
        located = self.on_road[rows]
        modes = self.city.roster.mode_of[rows]
        for mode in self.city.roster.mode_rows:
            asked = np.flatnonzero(located & (modes == MODES.index(mode)))
            if mode not in destination or not len(asked):
                continue
            here = self.joins.take(rows[asked])
            ms = self.city.travel_times[mode].matrix(here, destination[mode])[:, 0]
            times[asked] = np.where(ms == UNREACHABLE_MS, NEVER_MS, ms)
        return times

    def nearest_officers(
        self,
        destination: Mapping[Mode, Joins],
        *,
        k: int,
        wanted: NDArray[np.bool_] | Wanted = ANYBODY,
        within_s: float | None = None,
    ) -> list[tuple[int, int]]:
        """
        Rank the officers that reach a place first, each by the roads of his or her mode.

        Parameters
        ----------
        destination
            The place as it joins the roads of each mode; a mode may be missing.
        k
            How many at most.
        wanted
            Which officers, bool[n_officers], or what they are marked with, see
            `dispatch.marks.Marks.wanted`.
        within_s
            Leave out officers that take longer.

        Returns
        -------
        ranked
            Milliseconds and row of each, by time, then by row.
        """
        ranked: list[tuple[int, int]] = []
        rows_of = self.city.roster.mode_rows
        for mode in sorted(destination, key=lambda mode: -len(rows_of.get(mode, ()))):
            engine = self.city.travel_times[mode]
            if mode in self.fleets and isinstance(engine, NetworkTravelTimes):
                fleet = self.fleets[mode]
                found = engine.nearest(
                    fleet, destination[mode], k=k, within_s=within_s, eligible=wanted
                )
            else:
                found = self._nearest_in_line(mode, destination[mode], k, wanted, within_s)
            ranked += [(arrival.travel_time_ms, arrival.unit) for arrival in found]
            ranked = sorted(ranked)[:k]
            if len(ranked) == k:
                within_s = ranked[-1][0] / 1000  # whoever travels otherwise has to be sooner
        return ranked

    def within_ms(self, destination: Mapping[Mode, Joins], limit_ms: int) -> NDArray[np.int64]:
        """
        Travel times of all officers who are within a time of a place, free or not.

        Parameters
        ----------
        destination
            The place as it joins the roads of each mode; a mode may be missing.
        limit_ms
            Officers who take longer are not looked for.

        Returns
        -------
        travel_ms
            int64[n_officers]; `NEVER_MS` for everybody else.
        """
        travel_ms = np.full(len(self.status), NEVER_MS)
        for mode, place in destination.items():
            engine = self.city.travel_times[mode]
            if mode in self.fleets and isinstance(engine, NetworkTravelTimes):
                found = engine.times_within(self.fleets[mode], place, within_ms=limit_ms)
                rows = np.flatnonzero(found != UNREACHABLE_MS)
                travel_ms[rows] = found[rows]
            else:
                everyone = np.ones(len(travel_ms), dtype=np.bool_)
                for one in self._nearest_in_line(
                    mode, place, len(travel_ms), everyone, limit_ms / 1000
                ):
                    travel_ms[one.unit] = one.travel_time_ms
        return travel_ms

    def _nearest_in_line(
        self,
        mode: Mode,
        place: Joins,
        k: int,
        wanted: NDArray[np.bool_] | Wanted,
        within_s: float | None,
    ) -> list[Arrival]:
        """Rank the officers of a mode whose engine hangs nobody on roads."""
        if isinstance(wanted, Wanted):
            bits = self.city.marks.of_status(self.status, STATUSES.index(DutyStatus.AVAILABLE))
            able = np.zeros(len(bits), dtype=np.bool_)
            able[list_eligible(bits, wanted.masks())] = True
        else:
            able = wanted
        of_mode = self.city.roster.mode_rows.get(mode, np.empty(0, dtype=np.int64))
        rows = of_mode[(able & self.on_road)[of_mode]]
        found = self.city.travel_times[mode].nearest(
            self.joins.take(rows), place, k=k, within_s=within_s
        )
        return [Arrival(int(rows[arrival.unit]), arrival.travel_time_ms) for arrival in found]


def locate_officers(
    city: City,
    positions: Positions,
    statuses: Mapping[str, DutyStatus] | None = None,
) -> Whereabouts:
    """
    Place every officer of a city on its roads.

    Parameters
    ----------
    city
        The city.
    positions
        The book of fixes.
    statuses
        Status by officer id; officers without one are available.

    Returns
    -------
    whereabouts
        A first snapshot; keep it current with `Whereabouts.moved`.
    """
    n_officers = len(city.roster.officers)
    everyone_free = np.full(n_officers, STATUSES.index(DutyStatus.AVAILABLE), dtype=np.uint8)
    blank = Whereabouts(
        city=city,
        positions=positions,
        status=everyone_free,
        fixes=no_fixes(n_officers),
        fix_time_s=np.full(n_officers, np.nan),
        joins=nowhere(n_officers),
        fleets=_fleets(city, n_officers),
        duty=always_on_duty(n_officers),
        drones=at_their_bases(city.drones),
    )
    everyone = np.arange(n_officers)
    placed = _marked_again(_joined_again(blank, everyone), everyone)
    return placed.with_status(statuses or {})


def _joined_again(whereabouts: Whereabouts, rows: NDArray[np.int64]) -> Whereabouts:
    """Read the fixes of some officers anew and join them to their roads."""
    if not len(rows):
        return whereabouts
    fix_time_s = whereabouts.fix_time_s.copy()
    joins = _copied(whereabouts.joins)
    fixes = {int(row): fix for row in rows if (fix := whereabouts.fix_of(int(row))) is not None}
    located = np.array(list(fixes), dtype=np.int64)
    table = whereabouts.fixes.copy()
    table[located] = np.array([fix_row(fix) for fix in fixes.values()]).reshape(-1, table.shape[1])
    fix_time_s[located] = [fix.time.timestamp() for fix in fixes.values()]
    roster = whereabouts.city.roster
    for mode in roster.mode_rows:
        moved = roster.travelling_by(mode, located)
        if not len(moved):
            continue
        lon_lat = np.array([fixes[row].lon_lat for row in moved.tolist()], dtype=np.float64)
        for part, found in join_or_leave_out(whereabouts.city.travel_times[mode], lon_lat):
            for column in fields(Joins):
                getattr(joins, column.name)[moved[part]] = getattr(found, column.name)
    fleets = dict(whereabouts.fleets)
    for mode, fleet in whereabouts.fleets.items():
        moved = roster.travelling_by(mode, located)
        if len(moved):
            fleets[mode] = fleet.copy()
            fleets[mode].move(moved, joins.take(moved))
            fleets[mode].seal()
    return replace(whereabouts, fixes=table, fix_time_s=fix_time_s, joins=joins, fleets=fleets)


def _marked_again(whereabouts: Whereabouts, rows: NDArray[np.int64]) -> Whereabouts:
    """Mark some officers with what they may now be sent to."""
    city = whereabouts.city
    bits = city.marks.of_status(whereabouts.status, STATUSES.index(DutyStatus.AVAILABLE))
    fleets = dict(whereabouts.fleets)
    for mode, fleet in whereabouts.fleets.items():
        marked = city.roster.travelling_by(mode, rows)
        if len(marked):
            fleets[mode] = fleet.copy()
            fleets[mode].mark(marked, bits[marked])
            fleets[mode].seal()
    return replace(whereabouts, fleets=fleets)


def _fleets(city: City, n_officers: int) -> dict[Mode, Fleet]:
    """Empty fleets on the roads of every mode that officers travel in."""
    engines = {mode: city.travel_times[mode] for mode in city.roster.mode_rows}
    return {
        mode: engine.fleet(nowhere(n_officers))
        for mode, engine in engines.items()
        if isinstance(engine, NetworkTravelTimes)
    }


def _copied(joins: Joins) -> Joins:
    """Joins to write into."""
    return Joins(*(getattr(joins, column.name).copy() for column in fields(Joins)))
