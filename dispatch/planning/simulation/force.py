"""
Force: the crews of a city as a simulated week knows them.

Who is on duty is asked of `dispatch.duty.draw_up_duty`, the same code that live dispatch asks, at
each half-hour of a week without holidays; weekly patterns, rotas and residents count, and dated
entries and appointments don't, for they pass.  A shift that begins between two half-hours begins
at the later one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from dispatch.candidate import Need, holdings
from dispatch.city import City
from dispatch.duty import DutyBook, draw_up_duty
from dispatch.duty_calendar import Presence
from dispatch.duty_rest import RestRule
from dispatch.duty_shift import ShiftKind
from dispatch.planning.simulation.world import (
    NOBODY,
    SLOT_MS,
    SLOTS_OF_DAY,
    SLOTS_OF_WEEK,
    Crews,
)
from dispatch.roster import Roster
from dispatch.unit import UnitKind
from geo.road.week import CITY_TIME, hour_of_week

_SPACE = 6
"""Half-hours before and after which an on-duty stretch has its break at the earliest: three."""

BREAKS_OF_DAY = (24, 36)
"""Half-hours of noon and of six in the evening: when those who are always on duty have breaks."""


def muster_crews(
    city: City,
    needs: Sequence[Need],
    base_grid: NDArray[np.int32],
    *,
    now: datetime,
    book: DutyBook | None = None,
) -> Crews:
    """
    Lay out the crews of a city.

    Parameters
    ----------
    city
        The city.
    needs
        What crews must bring, see `dispatch.planning.simulation.verdicts`.
    base_grid
        Unit grid of the base of each crew of the roster, int32[n_crews].
    now
        An instant of the week that stands for all, with offset.
    book
        Rosters, calendars and rest rules; without one everybody is always on duty.

    Returns
    -------
    crews
        In the order of the roster.
    """
    roster, written = city.roster, book or DutyBook()
    on_duty = duty_week(written, roster, now=now)
    officers = np.add.reduceat(
        np.append(on_duty[:, roster.by_crew], np.zeros((SLOTS_OF_WEEK, 1), np.bool_), axis=1),
        np.minimum(roster.first[:-1], len(roster.by_crew)),
        axis=1,
        dtype=np.int64,
    )
    officers[:, np.diff(roster.first) == 0] = 0
    shift_of = number_shifts(officers > 0)
    grid_brigades = {unit.code for unit in city.units_of(UnitKind.GRID_BRIGADE)}
    away = np.zeros(len(roster.crews), dtype=np.int64)
    return Crews(
        codes=tuple(crew.code for crew in roster.crews),
        units=roster.brigades,
        unit_of=roster.brigade_row.astype(np.int32),
        grid_crew=roster.commanded_by(grid_brigades),
        mode_of=city.crew_modes.astype(np.uint8),
        base_grid=base_grid.astype(np.int32),
        officers=officers.astype(np.uint8),
        ready=readiness(roster, on_duty, needs),
        shift_of=shift_of,
        break_at=staggered_breaks(officers > 0),
        **_rest_rules(written, roster),
        away_from_ms=away,
        away_to_ms=away,
    )


def duty_week(book: DutyBook, roster: Roster, *, now: datetime) -> NDArray[np.bool_]:
    """
    Tell which officers are on duty and not engaged elsewhere in each half-hour of a week.

    Parameters
    ----------
    book
        Rosters and calendars.
    roster
        Officers and crews.
    now
        An instant of the week, with offset.

    Returns
    -------
    on_duty
        bool[SLOTS_OF_WEEK, n_officers], from Monday at midnight.
    """
    lasting = replace(
        book,
        shifts=tuple(one for one in book.shifts if one.pattern.kind == ShiftKind.WEEKLY),
        calendar=tuple(one for one in book.calendar if one.kind != Presence.APPOINTMENT),
        special_days=(),
        jobs=(),
    )
    local = now.astimezone(CITY_TIME).replace(minute=0, second=0, microsecond=0)
    monday = local - timedelta(hours=hour_of_week(local))
    on_duty = np.ones((SLOTS_OF_WEEK, len(roster.officers)), dtype=np.bool_)
    drawn = None
    for slot in range(SLOTS_OF_WEEK):
        at = monday + timedelta(milliseconds=slot * SLOT_MS)
        if drawn is None or at >= drawn.until:
            drawn = draw_up_duty(lasting, roster, now=at)
        columns, at_s = drawn.columns, at.timestamp()
        on_duty[slot] = columns.on_shift(at_s) & columns.unengaged(at_s)
    return on_duty


def readiness(
    roster: Roster, on_duty: NDArray[np.bool_], needs: Sequence[Need]
) -> NDArray[np.bool_]:
    """
    Tell whether those of a crew who are on duty meet each need.

    Parameters
    ----------
    roster
        Officers and crews.
    on_duty
        bool[n_slots, n_officers].
    needs
        What crews must bring.

    Returns
    -------
    ready
        bool[n_needs, n_slots, n_crews].
    """
    patterns, pattern_of = np.unique(on_duty, axis=0, return_inverse=True)
    ready = np.zeros((len(needs), len(patterns), len(roster.crews)), dtype=np.bool_)
    everyone = np.arange(len(roster.officers))
    for row, need in enumerate(needs):
        holds, wanted = holdings(roster, everyone, need), np.uint64(need.bits)
        for column, pattern in enumerate(patterns):
            counts = np.flatnonzero(pattern & roster.certified)
            number = np.bincount(roster.crew_of[counts], minlength=len(roster.crews))
            held = np.zeros(len(roster.crews), dtype=np.uint64)
            np.bitwise_or.at(held, roster.crew_of[counts], holds[counts])
            ready[row, column] = (number >= need.certified) & (held & wanted == wanted)
    return ready[:, pattern_of.reshape(-1)]


def number_shifts(on_duty: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """
    Number the shifts of crews.

    Parameters
    ----------
    on_duty
        Whether anybody of each crew is on duty, bool[SLOTS_OF_WEEK, n_crews].

    Returns
    -------
    shift_of
        Number of the stretch on duty that each half-hour lies in, uint8 of the same shape; of
        whoever is always on duty, the day.
    """
    begins = on_duty & ~np.roll(on_duty, 1, axis=0)
    number = np.cumsum(begins, axis=0)
    number = np.where(number == 0, number[-1], number)  # it began on Sunday
    day = np.arange(SLOTS_OF_WEEK) // SLOTS_OF_DAY
    return np.where(on_duty.all(axis=0), day[:, None], number).astype(np.uint8)


def staggered_breaks(on_duty: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """
    Give every stretch on duty of six hours or more one break, in its middle.

    Parameters
    ----------
    on_duty
        See `number_shifts`.

    Returns
    -------
    break_at
        Half-hours in which breaks begin, bool[SLOTS_OF_WEEK, n_crews]; neighbouring crews take
        turns, and whoever is always on duty has two a day, see `BREAKS_OF_DAY`.
    """
    break_at = np.zeros(on_duty.shape, dtype=np.bool_)
    for crew in range(on_duty.shape[1]):
        turn = crew % 4 - 2
        if on_duty[:, crew].all():
            for day in range(7):
                break_at[[day * SLOTS_OF_DAY + slot + turn for slot in BREAKS_OF_DAY], crew] = True
            continue
        starts = np.flatnonzero(on_duty[:, crew] & ~np.roll(on_duty[:, crew], 1))
        for start in starts.tolist():
            length = int(np.argmin(np.roll(on_duty[:, crew], -start)))
            if length >= 2 * _SPACE:
                break_at[(start + length // 2 + turn // 2) % SLOTS_OF_WEEK, crew] = True
    return break_at


def _rest_rules(book: DutyBook, roster: Roster) -> dict[str, NDArray[np.int64]]:
    """Rest rules of the brigade of each crew, in milliseconds."""
    rules = {rule.unit: rule for rule in book.rest}
    default = rules.get(None, RestRule())
    of_crew = [rules.get(brigade, default) for brigade in roster.brigade_of]
    names = {
        "between_shifts_ms": "between_shifts_s",
        "most_work_ms": "most_work_s",
        "long_job_ms": "long_job_s",
        "rest_ms": "break_s",
    }
    return {
        column: np.array([round(1000 * getattr(rule, name)) for rule in of_crew], dtype=np.int64)
        for column, name in names.items()
    }


def grids_of_bases(
    city: City, codes: Sequence[str], lon_lat: NDArray[np.float64]
) -> NDArray[np.int32]:
    """
    Find the unit grid of each base.

    Parameters
    ----------
    city
        The city.
    codes, lon_lat
        Unit grids in the order of their codes, and a place inside each, float64[n_grids, 2].

    Returns
    -------
    base_grid
        Grid in which the crew's base lies, else that of its brigade, else the one whose place is
        nearest, int32[n_crews].
    """
    row_of = {code: row for row, code in enumerate(codes)}
    base_grid = np.full(len(city.roster.crews), NOBODY, dtype=np.int32)
    for row, at in enumerate(base_places(city, lon_lat).tolist()):
        grid = city.place_index.locate((at[0], at[1])).grid
        nearest = int(np.argmin(((lon_lat - at) ** 2).sum(axis=1)))
        base_grid[row] = nearest if grid is None else row_of[grid.code]
    return base_grid


def base_places(city: City, lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Say where crews set out from.

    Parameters
    ----------
    city
        The city.
    lon_lat
        A place inside each unit grid, float64[n_grids, 2].

    Returns
    -------
    places
        The base of each crew, else of its brigade or squad, else the middle of all grids,
        float64[n_crews, 2].
    """
    middle = (float(lon_lat[:, 0].mean()), float(lon_lat[:, 1].mean()))
    roster = city.roster
    above = [city.units.get(code or "") for code in roster.brigade_of]
    places = [
        crew.lon_lat or (unit.lon_lat if unit else None) or middle
        for crew, unit in zip(roster.crews, above, strict=True)
    ]
    return np.array(places, dtype=np.float64).reshape(-1, 2)
