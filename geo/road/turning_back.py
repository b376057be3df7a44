"""
The price of turning back, wherever that would dodge a ban.

Where no turn is banned, no shortest way ever turns back in mid-road.  Near a ban it does:
straight on past the forbidden left turn, about on the spot, and back to turn right.  Drivers
do that too, but not for nothing.  So near every ban turning back is charged for.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection

from geo.road.arcs import Arcs
from geo.road.streets import CLOSED, TurnRule

TURNING_BACK_MS = 120_000
"""Enough to make a way round the block worth its while, as the law wants it."""

REACH_MS = 30_000
"""Further from the ban than this, the way there and back costs a minute by itself."""


def turning_back_rules(bans: Collection[TurnRule], arcs: Arcs) -> tuple[TurnRule, ...]:
    """
    Charge for turning back within reach of bans.

    Parameters
    ----------
    bans
        Banned chains of arcs.
    arcs
        The streets they speak of.

    Returns
    -------
    rules
        One for each arc within `REACH_MS` of a junction inside a banned chain, in ascending
        order; none where turning back is banned already.
    """
    places = {arcs.end(ref) for ban in bans for ref in ban.refs[:-1]}
    near = {ref for place in places for ref in _within_reach(place, arcs)}
    banned = {ban.refs for ban in bans}
    about = ((ref, ref ^ 1) for ref in sorted(near) if arcs.time_ms(ref ^ 1) != CLOSED)
    return tuple(TurnRule(chain, TURNING_BACK_MS) for chain in about if chain not in banned)


def _within_reach(place: int, arcs: Arcs) -> set[int]:
    """Arcs that can be entered soon after leaving a junction."""
    queue, settled, entered = [(0, place)], set[int](), set[int]()
    while queue:
        ms, node = heapq.heappop(queue)
        if node in settled or ms > REACH_MS:
            continue
        settled.add(node)
        for ref in arcs.leaving(node):
            entered.add(ref)
            heapq.heappush(queue, (ms + arcs.time_ms(ref), arcs.end(ref)))
    return entered
