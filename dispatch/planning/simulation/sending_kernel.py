"""Sending: kernels that send a crew to an incident, or call it off for a graver one."""

# ruff: noqa: PLR0913, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.arrival_chance import KNOTS_S
from dispatch.eta import LEVELS
from dispatch.planning.simulation.event_heap import push
from dispatch.planning.simulation.layout import (
    AID_JOBS,
    ARRIVES,
    CALLED_OFF,
    CASE,
    CREW,
    DONE,
    EARLIER_BY_MS,
    EVENT,
    FIRST_TARGET,
    FOR_CASE,
    FREE_FROM,
    FROM,
    GRAVER_BY,
    GRID,
    GUARD,
    HAND_OVER_MS,
    HOLDER,
    ITS_TARGET,
    JOB,
    JOBS,
    LEFT,
    MODE,
    MODELLED,
    N_PRIORITIES,
    NEED,
    NEVER,
    ON_SCENE,
    PACE,
    RANK,
    ROLE,
    SECURED,
    SECURED_JOBS,
    SECURES_AT_MOST_MS,
    SENT,
    SET_OUT,
    SINCE,
    SPARE_WITHIN_MS,
    STANDS,
    THERE,
    TO,
    TO_SECURE,
    TURN_OUT,
    UNIT_OF,
)
from dispatch.planning.simulation.outcome import State
from dispatch.planning.simulation.shift_kernel import account
from dispatch.planning.simulation.way import median_ms, seconds_to
from dispatch.planning.simulation.world import NOBODY, UNREACHABLE_S
from geo.road.kernel import Whole, kernel

_WAITING, _UNDER_WAY = int(State.WAITING), int(State.UNDER_WAY)

_FIRST_LOG = float(np.log(KNOTS_S[0]))
_LOG_STEP = float(np.log(KNOTS_S[1]) - np.log(KNOTS_S[0]))
_HALF_PERCENTS = 200
_LEVEL_BELOW = np.searchsorted(LEVELS, np.arange(_HALF_PERCENTS + 1) / 200 + 1e-9) - 1


@kernel
def to_call_off(
    travel_s: NDArray[np.uint16],
    ready: NDArray[np.bool_],
    hours: NDArray[np.float64],
    eta_ms: NDArray[np.int32],
    may: NDArray[np.bool_],
    cases: NDArray[np.int32],
    settings: NDArray[np.int64],
    crews: NDArray[np.int64],
    facts: NDArray[np.int32],
    incident: Whole,
    crew: Whole,
    way_s: Whole,
    slot: Whole,
    now: Whole,
) -> tuple[Whole, Whole]:
    """
    Pick who may be called off for an incident that nobody free reaches in time.

    Parameters
    ----------
    travel_s, ready
        See `dispatch.planning.simulation.world`.
    hours
        See `dispatch.planning.simulation.layout`.
    eta_ms, may
        See `dispatch.planning.simulation.tables.Tables`.
    cases, settings, crews, facts
        See `dispatch.planning.simulation.layout`.
    incident
        The graver incident.
    crew, way_s
        Who would go otherwise, or `NOBODY`, and the seconds on the road.
    slot
        Half-hour of the week.
    now
        The present, milliseconds.

    Returns
    -------
    crew, way_s
        `NOBODY` and `UNREACHABLE_S` if everybody is let alone.
    """
    hour = slot // 2
    best: Whole = np.int64(NOBODY)
    best_s: Whole = np.int64(UNREACHABLE_S)
    least = facts[incident, RANK] + settings[GRAVER_BY]
    if least >= settings[N_PRIORITIES]:
        return best, best_s
    case = facts[incident, CASE]
    free_ms: Whole = np.int64(NEVER)
    if crew != NOBODY:
        free_ms = median_ms(hours, eta_ms, crews[MODE, crew], hour, way_s)
        if free_ms <= settings[FIRST_TARGET + facts[incident, ITS_TARGET]]:
            return best, best_s
    best_ms = free_ms - settings[EARLIER_BY_MS] + 1
    for other in range(crews.shape[1]):
        job = crews[JOB, other]
        if job == NOBODY or crews[ROLE, other] != FOR_CASE or facts[job, RANK] < least:
            continue
        if crews[THERE, other] - now <= settings[SPARE_WITHIN_MS] or not may[case, other]:
            continue
        if not ready[cases[NEED, case], slot, other]:
            continue
        grid = np.int64(facts[incident, GRID])
        other_s = seconds_to(travel_s, hours, crews, other, grid, hour, now)
        if other_s < UNREACHABLE_S:
            eta = median_ms(hours, eta_ms, crews[MODE, other], hour, other_s)
            if eta < best_ms:
                best, best_s, best_ms = other, other_s, eta
    return best, best_s


@kernel
def call_off(
    settings: NDArray[np.int64],
    crews: NDArray[np.int64],
    times_ms: NDArray[np.int64],
    facts: NDArray[np.int32],
    heap: NDArray[np.int64],
    calls: NDArray[np.int64],
    counts: NDArray[np.int64],
    crew: Whole,
    now: Whole,
) -> None:
    """
    Take a crew off the incident to which it is driving.

    Parameters
    ----------
    settings, crews, times_ms, facts
        See `dispatch.planning.simulation.layout`.
    heap
        See `dispatch.planning.simulation.event_heap`.
    calls
        Receives the call, see `dispatch.planning.simulation.outcome.Outcome`.
    counts
        How many wait, and how many calls are on record.
    crew
        Who is called off.
    now
        The present, milliseconds.
    """
    left = crews[JOB, crew]
    if counts[1] < len(calls):
        call = calls[counts[1]]
        call[0], call[1], call[2], call[3] = now, crew, left, facts[left, SET_OUT]
        counts[1] += 1
    account(crews, crew, now)
    crews[JOBS, crew] -= 1
    crews[AID_JOBS, crew] -= _helps(crews, facts, left, crew)
    facts[left, STANDS], facts[left, CREW], facts[left, SET_OUT] = _WAITING, NOBODY, NOBODY
    facts[left, CALLED_OFF] += 1
    times_ms[left, SENT], times_ms[left, ARRIVES], times_ms[left, DONE] = -1, -1, -1
    guard = np.int64(facts[left, GUARD])
    if guard != NOBODY and crews[JOB, guard] == left and crews[ROLE, guard] == TO_SECURE:
        end = max(now + 1, crews[THERE, guard] + settings[SECURES_AT_MOST_MS])
        crews[EVENT, guard] = end
        push(heap, crews, end, guard)


@kernel
def _helps(
    crews: NDArray[np.int64], facts: NDArray[np.int32], incident: Whole, crew: Whole
) -> Whole:
    """1 where a crew goes as mutual aid."""
    unit = facts[incident, HOLDER]
    return int(unit != NOBODY and crews[UNIT_OF, crew] != unit)


@kernel
def _drive_ms(
    hours: NDArray[np.float64],
    log_ratio: NDArray[np.float64],
    mode: Whole,
    hour: Whole,
    way_s: Whole,
    luck: float,
) -> Whole:
    """How long it really takes to be there; luck beyond the outermost levels is as at them."""
    expected_s = max(hours[mode, hour, TURN_OUT] + way_s * hours[mode, hour, PACE], 1.0)
    n_knots, n_levels = log_ratio.shape[1], log_ratio.shape[2]
    log_s = np.log(expected_s)
    place = min(max((log_s - _FIRST_LOG) / _LOG_STEP, 0.0), n_knots - 1.0)
    knot = min(np.int64(place), n_knots - 2)
    share = place - knot
    level = min(max(_LEVEL_BELOW[np.int64(luck * _HALF_PERCENTS)], 0), n_levels - 2)
    between = (luck - LEVELS[level]) / (LEVELS[level + 1] - LEVELS[level])
    between = min(max(between, 0.0), 1.0)
    low, high = log_ratio[mode, knot, level], log_ratio[mode, knot, level + 1]
    low += share * (log_ratio[mode, knot + 1, level] - low)
    high += share * (log_ratio[mode, knot + 1, level + 1] - high)
    return np.int64(1000.0 * np.exp(log_s + low + between * (high - low)) + 0.5)


@kernel
def send(
    hours: NDArray[np.float64],
    log_ratio: NDArray[np.float64],
    settings: NDArray[np.int64],
    luck: NDArray[np.float32],
    crews: NDArray[np.int64],
    times_ms: NDArray[np.int64],
    facts: NDArray[np.int32],
    heap: NDArray[np.int64],
    incident: Whole,
    crew: Whole,
    way_s: Whole,
    role: Whole,
    slot: Whole,
    now: Whole,
) -> None:
    """
    Send a crew to an incident.

    Parameters
    ----------
    hours
        See `dispatch.planning.simulation.layout`.
    log_ratio
        See `dispatch.planning.simulation.tables.Tables`.
    settings
        See `dispatch.planning.simulation.layout`.
    luck
        Levels of delay of each incident, for the case and to secure it, float32[2, n].
    crews, times_ms, facts
        See `dispatch.planning.simulation.layout`.
    heap
        See `dispatch.planning.simulation.event_heap`.
    incident, crew
        Where to, and who.
    way_s
        Seconds on the road.
    role
        What for, see `dispatch.planning.simulation.layout`.
    slot
        Half-hour of the week.
    now
        The present, milliseconds.
    """
    there = now + way_s * 1000
    if settings[MODELLED] == 1:
        of_case = np.float64(luck[role, incident])
        there = now + _drive_ms(hours, log_ratio, crews[MODE, crew], slot // 2, way_s, of_case)
    origin = crews[TO, crew] if crews[THERE, crew] <= now else crews[FROM, crew]
    crews[FROM, crew], crews[TO, crew] = origin, facts[incident, GRID]
    crews[LEFT, crew], crews[THERE, crew], crews[SINCE, crew] = now, there, now
    crews[JOB, crew], crews[ROLE, crew], crews[FREE_FROM, crew] = incident, role, NEVER
    crews[JOBS, crew] += 1
    guard = np.int64(facts[incident, GUARD])
    if role == FOR_CASE:
        crews[AID_JOBS, crew] += _helps(crews, facts, incident, crew)
        end = there + times_ms[incident, ON_SCENE]
        facts[incident, STANDS] = _UNDER_WAY
        facts[incident, CREW], facts[incident, SET_OUT] = crew, origin
        times_ms[incident, SENT], times_ms[incident, ARRIVES] = now, there
        times_ms[incident, DONE] = end
    else:
        crews[SECURED_JOBS, crew] += 1
        facts[incident, GUARD], times_ms[incident, SECURED] = crew, there
        end = _relieved(settings, crews, times_ms, incident, crew, now)
    crews[EVENT, crew] = end
    push(heap, crews, end, crew)
    guarded = guard != NOBODY and crews[JOB, guard] == incident
    if role == FOR_CASE and guarded and crews[ROLE, guard] == TO_SECURE:
        end = _relieved(settings, crews, times_ms, incident, guard, now)
        crews[EVENT, guard] = end
        push(heap, crews, end, guard)


@kernel
def _relieved(
    settings: NDArray[np.int64],
    crews: NDArray[np.int64],
    times_ms: NDArray[np.int64],
    incident: Whole,
    guard: Whole,
    now: Whole,
) -> Whole:
    """When a crew leaves the place it secures: the other one is there, or given up."""
    there: Whole = crews[THERE, guard]
    comes: Whole = times_ms[incident, ARRIVES]
    last: Whole = there + settings[SECURES_AT_MOST_MS]
    if comes >= 0:
        last = min(last, max(there, comes) + settings[HAND_OVER_MS])
    return max(last, now + 1)
