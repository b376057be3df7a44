"""Ways: how long crews would drive to a place from wherever they are, as kernels ask it."""

# ruff: noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation.inlined import inlined
from dispatch.planning.simulation.layout import (
    AWAY_FROM,
    AWAY_TO,
    FREE_FROM,
    FROM,
    LEFT,
    MODE,
    PACE,
    TABLE,
    THERE,
    TO,
    TURN_OUT,
    UNIT_OF,
)
from dispatch.planning.simulation.world import UNREACHABLE_S
from geo.road.kernel import Whole

ASKED_CREWS, ASKED_SECONDS = 0, 1
"""Rows of the room for candidates that `ask_ways` fills."""

NO_UNIT = -2
"""No crew is of this unit, not even one that nobody commands."""


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


@inlined
def ask_ways(
    travel_s: NDArray[np.uint16],
    ready: NDArray[np.bool_],
    hours: NDArray[np.float64],
    asked: NDArray[np.int64],
    crews: NDArray[np.int64],
    room: NDArray[np.int64],
    n: Whole,
    but_unit: Whole,
    need: Whole,
    grid: Whole,
    slot: Whole,
    now: Whole,
    within: Whole,
) -> Whole:
    """
    Ask crews for their ways all at once, and keep those who can be sent and are near enough.

    Nothing branches here on who is free or where somebody is: branches that go either way cost
    more than the work, and ways that don't wait for each other come out of the memory together.

    Parameters
    ----------
    travel_s, ready, hours
        See `way_of`.
    asked
        Rows of crews, int64[m].
    crews
        See `dispatch.planning.simulation.layout`.
    room
        Receives crews and their ways in rows `ASKED_CREWS` and `ASKED_SECONDS` from `n` on; one
        column longer than there are crews, for whoever is asked last and left out.
    n
        How many candidates there are already.
    but_unit
        The unit whose crews are left out; `NO_UNIT` for none.
    need, grid, slot, now
        See `way_of`.
    within
        Seconds on the road that only a nearer crew is kept for.

    Returns
    -------
    n
        How many candidates there are then.
    """
    hour, free = slot // 2, n
    for place in range(len(asked)):
        crew = asked[place]
        room[ASKED_CREWS, free] = crew
        here = (crews[AWAY_FROM, crew] > now) | (now >= crews[AWAY_TO, crew])
        mine = crews[UNIT_OF, crew] != but_unit
        free += (crews[FREE_FROM, crew] <= now) & ready[need, slot, crew] & here & mine
    for place in range(n, free):
        crew = room[ASKED_CREWS, place]
        table, to = np.int64(hours[crews[MODE, crew], hour, TABLE]), crews[TO, crew]
        ahead_ms = max(crews[THERE, crew] - now, 0)
        # Whoever is there has nothing behind, and looks at one place twice.
        behind_ms = now - crews[LEFT, crew] if ahead_ms > 0 else 0
        whence = crews[FROM, crew] if ahead_ms > 0 else to
        onward, back = np.int64(travel_s[table, grid, to]), np.int64(travel_s[table, grid, whence])
        onward_s = min(onward + (ahead_ms + 999) // 1000, UNREACHABLE_S - 1)
        back_s = min(back + (behind_ms + 999) // 1000, UNREACHABLE_S - 1)
        onward_s = onward_s if onward < UNREACHABLE_S else UNREACHABLE_S
        back_s = back_s if back < UNREACHABLE_S else UNREACHABLE_S
        room[ASKED_SECONDS, place] = min(onward_s, back_s)
    for place in range(n, free):
        way_s = room[ASKED_SECONDS, place]
        room[ASKED_CREWS, n], room[ASKED_SECONDS, n] = room[ASKED_CREWS, place], way_s
        n += way_s < within
    return n
