"""The kernels of the event loop; `dispatch.planning.simulation.loop` says what they do."""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.arrival_chance import KNOTS_S
from dispatch.eta import LEVELS
from dispatch.planning.simulation.event_heap import CREW_BITS, pop, push
from dispatch.planning.simulation.layout import (
    AFTER,
    AID_JOBS,
    ARRIVES,
    AT_SCENE,
    AWAY_FROM,
    AWAY_TO,
    BASE_GRID,
    BETWEEN_MS,
    BREAK,
    BREAK_DUE,
    BREAK_MS,
    BREAKS,
    BY_WAY,
    CALLED_OFF,
    CARD,
    CASE,
    CHANGES,
    CREW,
    DONE,
    DRIVING,
    EARLIER_BY_MS,
    END_MS,
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
    LONG_JOB_MS,
    MODE,
    MODELLED,
    MOST_WORK_MS,
    N_PRIORITIES,
    NEED,
    NEVER,
    OFFICERS,
    ON_DUTY,
    ON_SCENE,
    OVERTIME,
    PACE,
    POOL,
    PREEMPTS,
    RANK,
    REPORTED,
    REST_MS,
    RESTS,
    RETURNS,
    ROLE,
    SECURE_NEED,
    SECURED,
    SECURED_JOBS,
    SECURES,
    SECURES_AT_MOST_MS,
    SENT,
    SET_OUT,
    SHIFT,
    SINCE,
    SPARE_WITHIN_MS,
    STANDS,
    TABLE,
    THERE,
    TO,
    TO_SECURE,
    TURN_OUT,
    UNIT_OF,
    WAITS,
    WORK,
)
from dispatch.planning.simulation.outcome import State
from dispatch.planning.simulation.pick import (
    median_ms,
    pick_for_case,
    pick_nearest,
    seconds_to,
    way_of,
)
from dispatch.planning.simulation.queue_kernel import queue_up, unqueue
from dispatch.planning.simulation.world import NOBODY, SLOT_MS, UNREACHABLE_S
from geo.road.kernel import Whole, kernel

_WAITING, _UNDER_WAY, _SERVED, _NOBODY_EVER, _LOST = (int(one) for one in State)

EVERYBODY = 4
"""Half-hours after which whoever is free is asked about all that wait: where a crew has come home
since, another way may be open."""

_FIRST_LOG = float(np.log(KNOTS_S[0]))
_LOG_STEP = float(np.log(KNOTS_S[1]) - np.log(KNOTS_S[0]))
_HALF_PERCENTS = 200
_LEVEL_BELOW = np.searchsorted(LEVELS, np.arange(_HALF_PERCENTS + 1) / 200 + 1e-9) - 1


@kernel
def run_through(
    travel_s: NDArray[np.uint16],
    ready: NDArray[np.bool_],
    hours: NDArray[np.float64],
    eta_ms: NDArray[np.int32],
    chance: NDArray[np.uint16],
    log_ratio: NDArray[np.float64],
    first: NDArray[np.int64],
    members: NDArray[np.int64],
    cases: NDArray[np.int32],
    may: NDArray[np.bool_],
    card_step: NDArray[np.int16],
    week: NDArray[np.uint8],
    slot_of: NDArray[np.int64],
    settings: NDArray[np.int64],
    luck: NDArray[np.float32],
    crews: NDArray[np.int64],
    times_ms: NDArray[np.int64],
    facts: NDArray[np.int32],
    heap: NDArray[np.int64],
    room: NDArray[np.int64],
    queue: NDArray[np.int32],
    in_use: NDArray[np.int32],
    waiting: NDArray[np.int32],
    calls: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> None:
    """
    Run through all events.

    Parameters
    ----------
    travel_s, ready
        See `dispatch.planning.simulation.world`.
    hours, eta_ms, chance, log_ratio, first, members, cases, may
        See `dispatch.planning.simulation.tables.Tables`.
    card_step
        See `dispatch.planning.simulation.world.Cases`.
    week, slot_of, settings
        See `dispatch.planning.simulation.tables.Tables`.
    luck
        Levels of delay of each incident, for the case and to secure it, float32[2, n].
    crews, times_ms, facts
        See `dispatch.planning.simulation.layout`; come in as at the beginning.
    heap
        Room for events, empty.
    room
        Room for candidates, int64[4, n_crews].
    queue, in_use
        See `dispatch.planning.simulation.queue_kernel`; empty.
    waiting, calls
        Receive columns of `dispatch.planning.simulation.outcome.Outcome`.
    counts
        Receives how many wait, and how many calls are on record, int64[2].
    """
    n, incident, tick = len(times_ms), np.int64(0), np.int64(0)
    nobody, for_case, to_secure = np.int64(NOBODY), np.int64(FOR_CASE), np.int64(TO_SECURE)
    while True:
        next_ms: Whole = times_ms[incident, REPORTED] if incident < n else NEVER
        event_ms: Whole = heap[1] >> CREW_BITS if heap[0] > 0 else NEVER
        now: Whole = tick
        now = min(now, event_ms)
        now = min(now, next_ms)
        if now >= settings[END_MS]:
            break
        slot = slot_of[now // SLOT_MS]
        starts: Whole = np.int64(0)
        ends: Whole = np.int64(0)
        crew: Whole = nobody
        job, left, before, job_ends = nobody, nobody, slot, 1
        if now == tick:
            before = slot_of[(tick - 1) // SLOT_MS] if tick > 0 else slot
            job_ends = 0
            _change_shifts(week, settings, crews, heap, slot, before, now)
            tick += SLOT_MS
            ends = crews.shape[1] if counts[0] > 0 else 0
            waiting[now // SLOT_MS] = counts[0]
        elif now == event_ms:
            starts = pop(heap) & ((1 << CREW_BITS) - 1)
            job_ends = 1
            if crews[EVENT, starts] != now:
                continue
            _come_free(travel_s, hours, week, slot_of, settings, crews, facts, heap, starts, now)
            ends = starts + 1 if counts[0] > 0 else 0
        else:
            job = incident
            incident += 1
        for crew in range(int(starts), int(ends)):
            if counts[0] == 0 or crews[FREE_FROM, crew] > now:
                continue
            # At a half-hour only those are asked who can do more now, and everybody at times.
            if job_ends == 0 and slot % EVERYBODY != 0 and slot == before + 1:
                back = now - SLOT_MS < crews[AWAY_TO, crew] <= now
                if week[CHANGES, slot, crew] == 0 and not back:
                    continue
            taken, way_s = _first_waiting(
                travel_s, ready, hours, cases, may, settings, crews, facts, queue, in_use, counts,
                crew, slot, now,
            )  # fmt: skip
            if taken != NOBODY:
                _send(
                    hours, log_ratio, settings, luck, crews, times_ms, facts, heap,
                    taken, crew, way_s, for_case, slot, now,
                )  # fmt: skip
        reported = job != NOBODY
        while job != NOBODY:
            case, grid = np.int64(facts[job, CASE]), np.int64(facts[job, GRID])
            left = nobody
            if cases[BY_WAY, case] == 1:
                crew, way_s = pick_nearest(
                    travel_s, ready, hours, first, members, settings, crews,
                    np.int64(cases[NEED, case]), nobody, grid, slot, now,
                )  # fmt: skip
            else:
                crew, way_s = pick_for_case(
                    travel_s, ready, hours, eta_ms, chance, first, members, card_step, settings,
                    crews, room, np.int64(facts[job, HOLDER]), np.int64(cases[POOL, case]),
                    np.int64(cases[NEED, case]), np.int64(cases[CARD, case]),
                    np.int64(facts[job, ITS_TARGET]), grid, slot, now,
                )  # fmt: skip
            if settings[PREEMPTS] == 1 and job == incident - 1:
                other, other_s = _to_call_off(
                    travel_s, ready, hours, eta_ms, may, cases, settings, crews, facts,
                    job, crew, way_s, slot, now,
                )  # fmt: skip
                if other != NOBODY:
                    crew, way_s, left = other, other_s, crews[JOB, other]
                    _call_off(settings, crews, times_ms, facts, heap, calls, counts, crew, now)
            if crew != NOBODY:
                _send(
                    hours, log_ratio, settings, luck, crews, times_ms, facts, heap,
                    job, crew, way_s, for_case, slot, now,
                )  # fmt: skip
            elif settings[WAITS] == 0:
                facts[job, STANDS] = _LOST
            elif _somebody_ever(travel_s, hours, may, crews, case, grid):
                queue_up(settings, facts, queue, in_use, counts, job)
            else:
                facts[job, STANDS] = _NOBODY_EVER
            job = left  # whoever was left is given to another crew, which is not called off
        if reported and cases[SECURES, facts[incident - 1, CASE]] == 1:
            last = incident - 1
            crew, way_s = pick_nearest(
                travel_s, ready, hours, first, members, settings, crews,
                settings[SECURE_NEED], np.int64(facts[last, CREW]), np.int64(facts[last, GRID]),
                slot, now,
            )  # fmt: skip
            if crew != NOBODY:
                _send(
                    hours, log_ratio, settings, luck, crews, times_ms, facts, heap,
                    last, crew, way_s, to_secure, slot, now,
                )  # fmt: skip
    for crew in range(crews.shape[1]):
        if crews[JOB, crew] != NOBODY:
            _account(crews, crew, settings[END_MS])


@kernel
def _change_shifts(
    week: NDArray[np.uint8],
    settings: NDArray[np.int64],
    crews: NDArray[np.int64],
    heap: NDArray[np.int64],
    slot: Whole,
    before: Whole,
    now: Whole,
) -> None:
    """Begin a half-hour: shifts change, and breaks fall due."""
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
def _come_free(
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
    """End the job of a crew, or its rest."""
    job = crews[JOB, crew]
    crews[EVENT, crew], crews[FREE_FROM, crew] = NEVER, now
    if job == NOBODY:
        return
    if crews[ROLE, crew] == FOR_CASE:
        facts[job, STANDS] = _SERVED
    _account(crews, crew, now)
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
def _account(crews: NDArray[np.int64], crew: Whole, now: Whole) -> None:
    """Put the time of a job that ends now on record."""
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


@kernel
def _to_call_off(
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
    """Who may be called off for an incident that nobody free reaches in time."""
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
def _call_off(
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
    """Take a crew off the incident to which it is driving."""
    left = crews[JOB, crew]
    if counts[1] < len(calls):
        call = calls[counts[1]]
        call[0], call[1], call[2], call[3] = now, crew, left, facts[left, SET_OUT]
        counts[1] += 1
    _account(crews, crew, now)
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
def _send(
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
    """Send a crew to an incident."""
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


@kernel
def _somebody_ever(
    travel_s: NDArray[np.uint16],
    hours: NDArray[np.float64],
    may: NDArray[np.bool_],
    crews: NDArray[np.int64],
    case: Whole,
    grid: Whole,
) -> bool:
    """Whether anybody who may ever take a case gets there."""
    n_grids = travel_s.shape[1]
    for crew in range(may.shape[1]):
        table = np.int64(hours[crews[MODE, crew], 0, TABLE])
        if may[case, crew] and travel_s[table, grid, n_grids + crew] < UNREACHABLE_S:
            return True
    return False


@kernel
def _first_waiting(
    travel_s: NDArray[np.uint16],
    ready: NDArray[np.bool_],
    hours: NDArray[np.float64],
    cases: NDArray[np.int32],
    may: NDArray[np.bool_],
    settings: NDArray[np.int64],
    crews: NDArray[np.int64],
    facts: NDArray[np.int32],
    queue: NDArray[np.int32],
    in_use: NDArray[np.int32],
    counts: NDArray[np.int64],
    crew: Whole,
    slot: Whole,
    now: Whole,
) -> tuple[Whole, Whole]:
    """Take the gravest incident that a crew may go to from its queue, of those the oldest."""
    nobody = np.int64(NOBODY)
    best, best_row, best_before, best_rank = nobody, nobody, nobody, nobody
    best_s: Whole = np.int64(UNREACHABLE_S)
    for place in range(1, in_use[0, 0] + 1):
        row = np.int64(in_use[0, place])
        case, rank = row // settings[N_PRIORITIES], row % settings[N_PRIORITIES]
        if not may[case, crew] or (best != NOBODY and rank > best_rank):
            continue
        # Who can't go to any of a queue need not be asked about each: queues get long.
        need = np.int64(cases[NEED, case])
        if not ready[need, slot, crew] or crews[AWAY_FROM, crew] <= now < crews[AWAY_TO, crew]:
            continue
        before, incident = np.int64(NOBODY), np.int64(queue[0, row])
        while incident != NOBODY:
            if best != NOBODY and rank == best_rank and incident > best:
                break
            grid = np.int64(facts[incident, GRID])
            way_s = way_of(travel_s, ready, hours, crews, crew, need, grid, slot, now)
            if way_s < UNREACHABLE_S:
                best, best_row, best_before = incident, row, before
                best_s, best_rank = way_s, rank
                break
            before, incident = incident, np.int64(facts[incident, AFTER])
    if best != NOBODY:
        unqueue(facts, queue, in_use, counts, best, best_row, best_before)
    return best, best_s
