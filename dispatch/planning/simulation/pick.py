"""
Pick: the first crew of the live suggestion, compiled.

What `dispatch.case_choice.choose_for_case` and `dispatch.choice.choose_to_secure` would propose
first of standing crews, for a situation in which the officers of a crew are together and their
positions fresh.  Officers of several crews are never brought together here: crews stay whole.
A test holds the two against each other on thousands of random situations.
"""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation.inlined import inlined
from dispatch.planning.simulation.layout import (
    AMONG,
    AWAY_FROM,
    AWAY_TO,
    FIRST_LIMIT,
    FIRST_TARGET,
    FREE_FROM,
    FROM,
    GRID_CREWS,
    LEFT,
    MODE,
    MODELLED,
    MOST_EXTRA_MS,
    N_ASKED,
    N_UNITS,
    PACE,
    RANK_BY,
    REACH,
    TABLE,
    THERE,
    TO,
    TURN_OUT,
    UNIT_OF,
    WORK,
)
from dispatch.planning.simulation.world import NOBODY, UNREACHABLE_S
from geo.road.kernel import Whole, kernel

_SOONER_AID, _AID_AFTER, _ALL = range(3)
_BY_ETA, _BY_CHANCE, _BY_WORK = range(3)

_CREWS, _SECONDS, _GROUPS, _MEDIANS = range(4)
"""Rows of the room for candidates."""

_OFF_CARD = 30_000
"""Step of those whom no step of the run card names."""


@inlined
def way_of(
    travel_s: NDArray[np.uint16],
    ready: NDArray[np.bool_],
    hours: NDArray[np.float64],
    crews: NDArray[np.int64],
    crew: Whole,
    need: Whole,
    grid: Whole,
    slot: Whole,
    now: Whole,
) -> Whole:
    """
    Give the seconds on the road of a crew that can be sent.

    Parameters
    ----------
    travel_s, ready
        See `dispatch.planning.simulation.world`.
    hours, crews
        See `dispatch.planning.simulation.layout`.
    crew, need, grid, slot
        Rows: who, with what, where to, and the half-hour of the week.
    now
        The present, milliseconds.

    Returns
    -------
    way_s
        Of a crew that is driving by way of the place it left or of the one it drives to,
        whichever is sooner; `UNREACHABLE_S` where no road leads or it can't be sent.
    """
    if crews[FREE_FROM, crew] > now or not ready[need, slot, crew]:
        return UNREACHABLE_S
    if crews[AWAY_FROM, crew] <= now < crews[AWAY_TO, crew]:
        return UNREACHABLE_S
    return seconds_to(travel_s, hours, crews, crew, grid, slot // 2, now)


@inlined
def seconds_to(
    travel_s: NDArray[np.uint16],
    hours: NDArray[np.float64],
    crews: NDArray[np.int64],
    crew: Whole,
    grid: Whole,
    hour: Whole,
    now: Whole,
) -> Whole:
    """
    Give the seconds on the road from where a crew is, whatever it is doing.

    Parameters
    ----------
    travel_s, hours, crews, crew, grid
        See `way_of`.
    hour
        Hour of the week.
    now
        The present, milliseconds.

    Returns
    -------
    way_s
        `UNREACHABLE_S` where no road leads.
    """
    table = np.int64(hours[crews[MODE, crew], hour, TABLE])
    onward: Whole = np.int64(travel_s[table, grid, crews[TO, crew]])
    if crews[THERE, crew] <= now:
        return onward
    back: Whole = np.int64(travel_s[table, grid, crews[FROM, crew]])
    if onward < UNREACHABLE_S:
        onward = min(onward + (crews[THERE, crew] - now + 999) // 1000, UNREACHABLE_S - 1)
    if back < UNREACHABLE_S:
        back = min(back + (now - crews[LEFT, crew] + 999) // 1000, UNREACHABLE_S - 1)
    return min(onward, back)


@inlined
def median_ms(
    hours: NDArray[np.float64], eta_ms: NDArray[np.int32], mode: Whole, hour: Whole, way_s: Whole
) -> Whole:
    """
    Give the median arrival for a way, as live dispatch ranks by it.

    Parameters
    ----------
    hours
        See `dispatch.planning.simulation.layout`.
    eta_ms
        See `dispatch.planning.simulation.tables.Tables`.
    mode, hour
        How and when one travels.
    way_s
        Seconds on the road.

    Returns
    -------
    eta_ms
        Milliseconds from dispatch.
    """
    longest = eta_ms.shape[2] - 1
    if longest == 0:  # there is no model of arrivals
        return np.int64(way_s) * 1000
    if way_s <= longest:
        return np.int64(eta_ms[mode, hour, way_s])
    # Far beyond the last knot the ratio stays as it is there.
    turn_out_s, pace = hours[mode, hour, TURN_OUT], hours[mode, hour, PACE]
    longer = (turn_out_s + pace * way_s) / (turn_out_s + pace * longest)
    return np.int64(eta_ms[mode, hour, longest] * longer + 0.5)


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
        Room for candidates, int64[4, n_crews]; overwritten.
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
    n, timely = np.int64(0), False
    best_own: Whole = np.int64(UNREACHABLE_S)
    if unit != NOBODY and settings[REACH] != _ALL:
        for place in range(first[unit], first[unit + 1]):
            crew = members[place]
            way_s = way_of(travel_s, ready, hours, crews, crew, need, grid, slot, now)
            if way_s < UNREACHABLE_S:
                room[_CREWS, n], room[_SECONDS, n], room[_GROUPS, n] = crew, way_s, 0
                n += 1
                best_own = min(best_own, way_s)
                limit_ms = hours[crews[MODE, crew], slot // 2, FIRST_LIMIT + target]
                timely = timely or 1000.0 * way_s <= limit_ms
    if not timely:
        aid = 1 if settings[REACH] == _AID_AFTER else 0
        within = best_own if settings[REACH] == _SOONER_AID else UNREACHABLE_S
        pool += settings[N_UNITS]
        for place in range(first[pool], first[pool + 1]):
            crew = members[place]
            if settings[REACH] != _ALL and unit != NOBODY and crews[UNIT_OF, crew] == unit:
                continue
            # Most are busy or too far, which is known before their duty is looked at.
            if crews[FREE_FROM, crew] > now:
                continue
            if seconds_to(travel_s, hours, crews, crew, grid, slot // 2, now) >= within:
                continue
            way_s = way_of(travel_s, ready, hours, crews, crew, need, grid, slot, now)
            if way_s < within:
                room[_CREWS, n], room[_SECONDS, n], room[_GROUPS, n] = crew, way_s, aid
                n += 1
    if card != NOBODY:
        steps = card_step[card, unit]  # the last row is that of no unit
        asked = n
        for place in range(asked):
            step = np.int64(steps[room[_CREWS, place]])
            room[_GROUPS, place] += 2 * (_OFF_CARD if step < 0 else step)
        for crew in range(len(steps)):
            known = steps[crew] < 0
            for place in range(asked):
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
    travel_s, ready, hours, first, members, settings, crews
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
    for place in range(first[group], first[group + 1]):
        crew = members[place]
        if crew == but:
            continue
        way_s = way_of(travel_s, ready, hours, crews, crew, need, grid, slot, now)
        if way_s < best_s:
            best, best_s = crew, way_s
    return best, best_s
