"""Shifts: kernels of what ends and begins with time alone: jobs, rest, breaks, half-hours."""

# ruff: noqa: PLR0913, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation.event_heap import push
from dispatch.planning.simulation.layout import (
    AT_SCENE,
    BASE_GRID,
    BETWEEN_MS,
    BREAK,
    BREAK_DUE,
    BREAK_MS,
    BREAKS,
    DRIVING,
    EVENT,
    FOR_CASE,
    FREE_FROM,
    FROM,
    JOB,
    LEFT,
    LONG_JOB_MS,
    MODE,
    MOST_WORK_MS,
    NEVER,
    OFFICERS,
    ON_DUTY,
    OVERTIME,
    PACE,
    REST_MS,
    RESTS,
    RETURNS,
    ROLE,
    SHIFT,
    SINCE,
    STANDS,
    TABLE,
    THERE,
    TO,
    WORK,
)
from dispatch.planning.simulation.outcome import State
from dispatch.planning.simulation.world import NOBODY, SLOT_MS, UNREACHABLE_S
from geo.road.kernel import Whole, kernel

_SERVED = int(State.SERVED)


@kernel
def change_shifts(
    week: NDArray[np.uint8],
    settings: NDArray[np.int64],
    crews: NDArray[np.int64],
    heap: NDArray[np.int64],
    slot: Whole,
    before: Whole,
    now: Whole,
) -> None:
    """
    Begin a half-hour: shifts change, and breaks fall due.

    Parameters
    ----------
    week, settings, crews
        See `dispatch.planning.simulation.layout`.
    heap
        See `dispatch.planning.simulation.event_heap`.
    slot, before
        The half-hour of the week that begins, and the one that ends.
    now
        The present, milliseconds.
    """
    for crew in range(crews.shape[1]):
        if week[OFFICERS, slot, crew] == 0:
            continue
        crews[ON_DUTY, crew] += SLOT_MS
        if week[SHIFT, slot, crew] != week[SHIFT, before, crew]:
            crews[WORK, crew], crews[BREAK_DUE, crew] = 0, 0
        if week[BREAK, slot, crew] == 1 and settings[BREAK_MS] > 0:
            if crews[JOB, crew] == NOBODY and crews[FREE_FROM, crew] <= now:
                _rest(crews, heap, crew, now + settings[BREAK_MS])
                crews[BREAKS, crew] += 1
            else:
                crews[BREAK_DUE, crew] = 1


@kernel
def _rest(crews: NDArray[np.int64], heap: NDArray[np.int64], crew: Whole, until: Whole) -> None:
    """Let a crew rest until an instant."""
    crews[FREE_FROM, crew], crews[EVENT, crew] = until, until
    push(heap, crews, until, crew)


@kernel
def come_free(
    travel_s: NDArray[np.uint16],
    hours: NDArray[np.float64],
    week: NDArray[np.uint8],
    slot_of: NDArray[np.int64],
    settings: NDArray[np.int64],
    crews: NDArray[np.int64],
    facts: NDArray[np.int32],
    heap: NDArray[np.int64],
    crew: Whole,
    now: Whole,
) -> None:
    """
    End the job of a crew, or its rest.

    Parameters
    ----------
    travel_s
        See `dispatch.planning.simulation.world.Roads`.
    hours, week
        See `dispatch.planning.simulation.layout`.
    slot_of
        See `dispatch.planning.simulation.tables.Tables`.
    settings, crews, facts
        See `dispatch.planning.simulation.layout`.
    heap
        See `dispatch.planning.simulation.event_heap`.
    crew
        Whose event it is.
    now
        The present, milliseconds.
    """
    job = crews[JOB, crew]
    crews[EVENT, crew], crews[FREE_FROM, crew] = NEVER, now
    if job == NOBODY:
        return
    if crews[ROLE, crew] == FOR_CASE:
        facts[job, STANDS] = _SERVED
    account(crews, crew, now)
    crews[JOB, crew] = NOBODY
    # Off for the base, at the pace of the hour and without any luck.
    scene, mode, hour = crews[TO, crew], crews[MODE, crew], slot_of[now // SLOT_MS] // 2
    crews[FROM, crew], crews[LEFT, crew], crews[THERE, crew] = scene, now, now
    if settings[RETURNS] == 1:
        table = np.int64(hours[mode, hour, TABLE])
        way_s = travel_s[table, crews[BASE_GRID, crew], scene]
        if way_s < UNREACHABLE_S:
            crews[TO, crew] = travel_s.shape[1] + crew
            crews[THERE, crew] = now + np.int64(1000.0 * way_s * hours[mode, hour, PACE] + 0.5)
    until = _rest_due(week, slot_of, settings, crews, crew, now)
    if until > now:
        _rest(crews, heap, crew, until)
        crews[RESTS, crew] += 1


@kernel
def account(crews: NDArray[np.int64], crew: Whole, now: Whole) -> None:
    """
    Put the time of a job that ends now on record.

    Parameters
    ----------
    crews
        See `dispatch.planning.simulation.layout`.
    crew
        Whose job.
    now
        The present, milliseconds.
    """
    since = crews[SINCE, crew]
    there = min(crews[THERE, crew], now)
    crews[DRIVING, crew] += there - since
    crews[AT_SCENE, crew] += now - there
    crews[WORK, crew] += now - since


@kernel
def _rest_due(
    week: NDArray[np.uint8],
    slot_of: NDArray[np.int64],
    settings: NDArray[np.int64],
    crews: NDArray[np.int64],
    crew: Whole,
    now: Whole,
) -> Whole:
    """Until when a crew that has just ended a job must rest; now if it need not."""
    until, since, count = now, crews[SINCE, crew], now // SLOT_MS
    slot = slot_of[count]
    if now - since >= crews[LONG_JOB_MS, crew]:
        until = now + crews[REST_MS, crew]
    if week[OFFICERS, slot, crew] == 0:
        begun = count
        while begun > 0 and begun * SLOT_MS > since:
            if week[OFFICERS, slot_of[begun - 1], crew] > 0:
                break
            begun -= 1
        crews[OVERTIME, crew] += now - max(begun * SLOT_MS, since)
        until = max(until, now + crews[BETWEEN_MS, crew])
        crews[BREAK_DUE, crew] = 0
    elif crews[WORK, crew] >= crews[MOST_WORK_MS, crew]:
        ends = count + 1
        while ends < len(slot_of) and week[SHIFT, slot_of[ends], crew] == week[SHIFT, slot, crew]:
            ends += 1
        until = max(until, ends * SLOT_MS)
    elif crews[BREAK_DUE, crew] == 1:
        until = max(until, now + settings[BREAK_MS])
        crews[BREAK_DUE, crew] = 0
        crews[BREAKS, crew] += 1
    return until
