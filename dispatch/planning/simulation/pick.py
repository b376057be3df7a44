"""
Pick: the first crew of the live suggestion, compiled.

What `dispatch.case_choice.choose_for_case` and `dispatch.choice.choose_to_secure` would propose
first of standing crews, for a situation in which the officers of a crew are together and their
positions fresh.  Officers of several crews are never brought together here: crews stay whole.
A test holds the two against each other on thousands of random situations.
"""

# ruff: noqa: C901, PLR0913, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation.event_heap import CREW_BITS
from dispatch.planning.simulation.inlined import inlined
from dispatch.planning.simulation.layout import (
    AMONG,
    FIRST_LIMIT,
    FIRST_TARGET,
    GRID_CREWS,
    GROWS,
    MODE,
    MODELLED,
    MOST_EXTRA_MS,
    N_ASKED,
    N_UNITS,
    RANK_BY,
    REACH,
    UNIT_OF,
    WORK,
)
from dispatch.planning.simulation.way import (
    ASKED_CREWS,
    ASKED_SECONDS,
    NO_UNIT,
    ask_ways,
    median_ms,
    way_of,
)
from dispatch.planning.simulation.world import NOBODY, UNREACHABLE_S
from geo.road.kernel import Whole, kernel

_SOONER_AID, _AID_AFTER, _ALL = range(3)
_BY_ETA, _BY_CHANCE, _BY_WORK = range(3)

_CREWS, _SECONDS, _GROUPS, _MEDIANS = ASKED_CREWS, ASKED_SECONDS, 2, 3
"""Rows of the room for candidates."""

_GROUP_BIT = 32
_CREW, _WAY = (1 << CREW_BITS) - 1, 0xFFFF
"""Where the group stands in the key of a candidate; masks of its crew and of its seconds."""

_OFF_CARD = 30_000
"""Step of those whom no step of the run card names."""


@kernel
def pick_for_case(
    travel_s: NDArray[np.uint16],
    ready: NDArray[np.bool_],
    hours: NDArray[np.float64],
    eta_ms: NDArray[np.int32],
    chance: NDArray[np.uint16],
    first: NDArray[np.int64],
    members: NDArray[np.int64],
    card_step: NDArray[np.int16],
    settings: NDArray[np.int64],
    crews: NDArray[np.int64],
    room: NDArray[np.int64],
    unit: Whole,
    pool: Whole,
    need: Whole,
    card: Whole,
    target: Whole,
    grid: Whole,
    slot: Whole,
    now: Whole,
) -> tuple[Whole, Whole]:
    """
    Pick the crew that live dispatch would propose first for a case.

    Parameters
    ----------
    travel_s, ready
        See `dispatch.planning.simulation.world`.
    hours
        See `dispatch.planning.simulation.layout`.
    eta_ms, chance, first, members
        See `dispatch.planning.simulation.tables.Tables`.
    card_step
        See `dispatch.planning.simulation.world.Cases`.
    settings, crews
        See `dispatch.planning.simulation.layout`.
    room
        Room for candidates, int64[4, n_crews + 1]; overwritten.
    unit, pool, need, card, target, grid, slot
        Rows: the unit that has the case or `NOBODY`, who may help, what is needed, the run card
        or `NOBODY`, the target, where it is, and the half-hour of the week.
    now
        The present, milliseconds.

    Returns
    -------
    crew, way_s
        `NOBODY` and `UNREACHABLE_S` if nobody can go.
    """
    timely = False
    n: Whole = np.int64(0)
    nowhere, best_own = np.int64(UNREACHABLE_S), np.int64(UNREACHABLE_S)
    if unit != NOBODY and settings[REACH] != _ALL:
        asked = members[first[unit] : first[unit + 1]]
        n = ask_ways(
            travel_s, ready, hours, asked, crews, room, n, np.int64(NO_UNIT), need, grid, slot,
            now, nowhere,
        )  # fmt: skip
        for place in range(n):
            way_s = room[_SECONDS, place]
            room[_GROUPS, place] = 0
            best_own = min(best_own, way_s)
            limit_ms = hours[crews[MODE, room[_CREWS, place]], slot // 2, FIRST_LIMIT + target]
            timely |= 1000.0 * way_s <= limit_ms
    if not timely:
        own, aid = n, 1 if settings[REACH] == _AID_AFTER else 0
        within = best_own if settings[REACH] == _SOONER_AID else nowhere
        but_unit = np.int64(NO_UNIT) if settings[REACH] == _ALL or unit == NOBODY else unit
        pool += settings[N_UNITS]
        asked = members[first[pool] : first[pool + 1]]
        n = ask_ways(
            travel_s, ready, hours, asked, crews, room, n, but_unit, need, grid, slot, now, within
        )
        for place in range(own, n):
            room[_GROUPS, place] = aid
    if card != NOBODY:
        steps = card_step[card, unit]  # the last row is that of no unit
        known_ones = n
        for place in range(known_ones):
            step = np.int64(steps[room[_CREWS, place]])
            room[_GROUPS, place] += 2 * (_OFF_CARD if step < 0 else step)
        for crew in range(len(steps)):
            known = steps[crew] < 0
            for place in range(known_ones):
                known = known or room[_CREWS, place] == crew
            if known:
                continue
            way_s = way_of(travel_s, ready, hours, crews, crew, need, grid, slot, now)
            if way_s < UNREACHABLE_S:
                aid = settings[REACH] == _AID_AFTER and crews[UNIT_OF, crew] != unit
                room[_CREWS, n], room[_SECONDS, n] = crew, way_s
                room[_GROUPS, n] = 2 * steps[crew] + aid
                n += 1
    if n == 0:
        return np.int64(NOBODY), np.int64(UNREACHABLE_S)
    best = _first_of(hours, eta_ms, chance, settings, crews, room, n, target, slot // 2)
    return room[_CREWS, best], room[_SECONDS, best]


@inlined
def _key(room: NDArray[np.int64], place: Whole) -> Whole:
    """Group, seconds on the road and crew of a candidate as one number that orders by them."""
    group, way_s, crew = room[_GROUPS, place], room[_SECONDS, place], room[_CREWS, place]
    return np.int64((group << _GROUP_BIT) | (way_s << CREW_BITS) | crew)


@inlined
def _soonest_of(
    hours: NDArray[np.float64],
    eta_ms: NDArray[np.int32],
    settings: NDArray[np.int64],
    crews: NDArray[np.int64],
    room: NDArray[np.int64],
    n: Whole,
    hour: Whole,
) -> Whole:
    """
    Position of the candidate with the earliest median; `NOBODY` if too many are sooner by road.

    Of those who travel alike the nearest is the earliest, so that few medians are looked up.
    """
    soonest: Whole = _key(room, 0)
    for place in range(1, n):
        soonest = min(soonest, _key(room, place))
    mode, group = crews[MODE, soonest & _CREW], soonest >> _GROUP_BIT
    best_key: Whole = soonest
    best_ms: Whole = np.int64(-1)
    best: Whole = np.int64(NOBODY)
    for place in range(n):
        key = _key(room, place)
        if key == soonest:
            best = np.int64(place) if best_key == soonest else best
        elif key >> _GROUP_BIT == group and crews[MODE, key & _CREW] != mode:
            if best_ms < 0:
                best_ms = median_ms(hours, eta_ms, mode, hour, (soonest >> CREW_BITS) & _WAY)
            eta = median_ms(hours, eta_ms, crews[MODE, key & _CREW], hour, room[_SECONDS, place])
            if eta < best_ms or (eta == best_ms and key & _CREW < best_key & _CREW):
                best, best_key, best_ms = np.int64(place), key, eta
    if best_key == soonest:
        return best
    sooner: Whole = 0
    for place in range(n):
        sooner += _key(room, place) < best_key
    return best if sooner < settings[N_ASKED] else np.int64(NOBODY)


@kernel
def _first_of(
    hours: NDArray[np.float64],
    eta_ms: NDArray[np.int32],
    chance: NDArray[np.uint16],
    settings: NDArray[np.int64],
    crews: NDArray[np.int64],
    room: NDArray[np.int64],
    n: Whole,
    target: Whole,
    hour: Whole,
) -> Whole:
    """Position of the candidate that the policy puts first; candidates are in no order."""
    if settings[RANK_BY] == _BY_ETA and settings[GROWS] == 1:
        best = _soonest_of(hours, eta_ms, settings, crews, room, n, hour)
        if best != NOBODY:
            return best
    group = room[_GROUPS, 0]
    for place in range(1, n):
        group = min(group, room[_GROUPS, place])
    best = np.int64(-1)
    for place in range(n):
        if room[_GROUPS, place] != group:
            continue
        crew = room[_CREWS, place]
        eta = median_ms(hours, eta_ms, crews[MODE, crew], hour, room[_SECONDS, place])
        room[_MEDIANS, place] = eta
        tie = best >= 0 and eta == room[_MEDIANS, best] and crew < room[_CREWS, best]
        if best < 0 or eta < room[_MEDIANS, best] or tie:
            best = np.int64(place)
    if settings[RANK_BY] == _BY_ETA:
        # Only so many of the soonest by road are ranked; is the best one among them?
        sooner, way_s = 0, room[_SECONDS, best]
        for place in range(n):
            if room[_GROUPS, place] == group and room[_SECONDS, place] <= way_s:
                before = room[_SECONDS, place] < way_s or room[_CREWS, place] < room[_CREWS, best]
                sooner += before
        if sooner < settings[N_ASKED]:
            return best
    return _compared(chance, settings, crews, room, n, group, target, hour)


@kernel
def _compared(
    chance: NDArray[np.uint16],
    settings: NDArray[np.int64],
    crews: NDArray[np.int64],
    room: NDArray[np.int64],
    n: Whole,
    group: Whole,
    target: Whole,
    hour: Whole,
) -> Whole:
    """The first of a group in full: cut to the soonest by road, then ranked by the policy."""
    places = np.empty(n, dtype=np.int64)
    size = np.int64(0)
    for place in range(n):
        if room[_GROUPS, place] == group:
            places[size] = place
            size += 1
    _sort_by(places, size, room, np.int64(_SECONDS))
    size = min(size, settings[N_ASKED])
    _sort_by(places, size, room, np.int64(_MEDIANS))
    by_chance = settings[RANK_BY] == _BY_CHANCE
    if settings[RANK_BY] == _BY_ETA or (by_chance and settings[MODELLED] == 0):
        return np.int64(places[0])
    size = min(size, settings[AMONG])
    limit_ms = room[_MEDIANS, places[0]] + settings[MOST_EXTRA_MS]
    best, best_figure = -1, np.int64(0)
    for rank in range(size):
        place = places[rank]
        crew, eta = room[_CREWS, place], room[_MEDIANS, place]
        if eta > limit_ms or (not by_chance and eta > settings[FIRST_TARGET + target]):
            continue
        figure = crews[WORK, crew]
        if by_chance:
            way_s = min(room[_SECONDS, place], chance.shape[3] - 1)
            figure = -np.int64(chance[target, crews[MODE, crew], hour, way_s])
        if best < 0 or figure < best_figure:
            best, best_figure = place, figure
    return np.int64(places[0] if best < 0 else best)


@kernel
def _sort_by(places: NDArray[np.int64], size: Whole, room: NDArray[np.int64], row: Whole) -> None:
    """Sort the first places by a row of the candidates, then by crew."""
    for end in range(1, size):
        place, at = places[end], end
        while at > 0:
            other = places[at - 1]
            if room[row, other] < room[row, place]:
                break
            if room[row, other] == room[row, place] and room[_CREWS, other] < room[_CREWS, place]:
                break
            places[at] = other
            at -= 1
        places[at] = place


@kernel
def pick_nearest(
    travel_s: NDArray[np.uint16],
    ready: NDArray[np.bool_],
    hours: NDArray[np.float64],
    first: NDArray[np.int64],
    members: NDArray[np.int64],
    settings: NDArray[np.int64],
    crews: NDArray[np.int64],
    room: NDArray[np.int64],
    need: Whole,
    but: Whole,
    grid: Whole,
    slot: Whole,
    now: Whole,
) -> tuple[Whole, Whole]:
    """
    Pick the grid crew that is first at a place, whichever brigade it belongs to.

    Parameters
    ----------
    travel_s, ready, hours, first, members, settings, crews, room
        See `pick_for_case`.
    need
        Row of what it must bring.
    but
        A crew that is taken already, or `NOBODY`.
    grid, slot, now
        Where to, and when.

    Returns
    -------
    crew, way_s
        `NOBODY` and `UNREACHABLE_S` if nobody can go.
    """
    best: Whole = np.int64(NOBODY)
    best_s: Whole = np.int64(UNREACHABLE_S)
    group = settings[GRID_CREWS]
    asked = members[first[group] : first[group + 1]]
    n = ask_ways(
        travel_s, ready, hours, asked, crews, room, np.int64(0), np.int64(NO_UNIT), need, grid,
        slot, now, best_s,
    )  # fmt: skip
    for place in range(n):
        if room[_SECONDS, place] < best_s and room[_CREWS, place] != but:
            best, best_s = room[_CREWS, place], room[_SECONDS, place]
    return best, best_s
