"""The kernels of the event loop; `dispatch.planning.simulation.loop` says what they do."""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation.event_heap import CREW_BITS, pop
from dispatch.planning.simulation.layout import (
    AFTER,
    AWAY_FROM,
    AWAY_TO,
    BY_WAY,
    CARD,
    CASE,
    CHANGES,
    CREW,
    END_MS,
    EVENT,
    FOR_CASE,
    FREE_FROM,
    GRID,
    HOLDER,
    ITS_TARGET,
    JOB,
    MODE,
    N_PRIORITIES,
    NEED,
    NEVER,
    POOL,
    PREEMPTS,
    REPORTED,
    SECURE_NEED,
    SECURES,
    STANDS,
    TABLE,
    TO_SECURE,
    WAITS,
    WANTED,
)
from dispatch.planning.simulation.outcome import State
from dispatch.planning.simulation.pick import pick_for_case, pick_nearest
from dispatch.planning.simulation.queue_kernel import queue_up, unqueue
from dispatch.planning.simulation.sending_kernel import call_off, send, to_call_off
from dispatch.planning.simulation.shift_kernel import account, change_shifts, come_free
from dispatch.planning.simulation.way import way_of
from dispatch.planning.simulation.world import NOBODY, SLOT_MS, UNREACHABLE_S
from geo.road.kernel import Whole, kernel

_NOBODY_EVER, _LOST = int(State.NOBODY_EVER), int(State.LOST)

EVERYBODY = 4
"""Half-hours after which whoever is free is asked about all that wait: where a crew has come home
since, another way may be open."""


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
        Room for candidates, int64[4, n_crews + 1].
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
            change_shifts(week, settings, crews, heap, slot, before, now)
            tick += SLOT_MS
            ends = crews.shape[1] if counts[0] > 0 else 0
            waiting[now // SLOT_MS] = counts[0]
        elif now == event_ms:
            starts = pop(heap) & ((1 << CREW_BITS) - 1)
            job_ends = 1
            if crews[EVENT, starts] != now:
                continue
            come_free(travel_s, hours, week, slot_of, settings, crews, facts, heap, starts, now)
            ends = starts + 1 if counts[0] > 0 else 0
        else:
            job = incident
            incident += 1
        for crew in range(int(starts), int(ends)):
            if crews[WANTED, crew] == 0 or crews[FREE_FROM, crew] > now:
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
                send(
                    hours, log_ratio, settings, luck, crews, times_ms, facts, heap,
                    taken, crew, way_s, for_case, slot, now,
                )  # fmt: skip
        reported = job != NOBODY
        while job != NOBODY:
            case, grid = np.int64(facts[job, CASE]), np.int64(facts[job, GRID])
            left = nobody
            if cases[BY_WAY, case] == 1:
                crew, way_s = pick_nearest(
                    travel_s, ready, hours, first, members, settings, crews, room,
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
                other, other_s = to_call_off(
                    travel_s, ready, hours, eta_ms, may, cases, settings, crews, facts,
                    job, crew, way_s, slot, now,
                )  # fmt: skip
                if other != NOBODY:
                    crew, way_s, left = other, other_s, crews[JOB, other]
                    call_off(settings, crews, times_ms, facts, heap, calls, counts, crew, now)
            if crew != NOBODY:
                send(
                    hours, log_ratio, settings, luck, crews, times_ms, facts, heap,
                    job, crew, way_s, for_case, slot, now,
                )  # fmt: skip
            elif settings[WAITS] == 0:
                facts[job, STANDS] = _LOST
            elif _somebody_ever(travel_s, hours, may, crews, case, grid):
                queue_up(settings, crews, may, facts, queue, in_use, counts, job)
            else:
                facts[job, STANDS] = _NOBODY_EVER
            job = left  # whoever was left is given to another crew, which is not called off
        if reported and cases[SECURES, facts[incident - 1, CASE]] == 1:
            last = incident - 1
            crew, way_s = pick_nearest(
                travel_s, ready, hours, first, members, settings, crews, room,
                settings[SECURE_NEED], np.int64(facts[last, CREW]), np.int64(facts[last, GRID]),
                slot, now,
            )  # fmt: skip
            if crew != NOBODY:
                send(
                    hours, log_ratio, settings, luck, crews, times_ms, facts, heap,
                    last, crew, way_s, to_secure, slot, now,
                )  # fmt: skip
    for crew in range(crews.shape[1]):
        if crews[JOB, crew] != NOBODY:
            account(crews, crew, settings[END_MS])


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
        unqueue(crews, may, facts, queue, in_use, counts, best, best_row, best_before)
    return best, best_s
