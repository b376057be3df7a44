"""
The price of driving through a road that is open to its own destinations only.

Who has business there may drive in and out, from any side.  Who comes from elsewhere and
goes elsewhere may not drive through.  That is a matter of the whole chain from the street
before to the street after, so each such chain is charged for; it is not banned, because
careless tags would then cut towns apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from geo.road.arcs import Arcs
from geo.road.streets import TurnRule

THROUGH_MS = 120_000
"""Enough to make any way round worth its while."""

LONGEST_THROUGH_MS = 120_000
"""Chains are followed this far; what takes longer is no short cut."""

MOST_CHAINS = 200
"""Of one way in; estates with more are charged for the first of them."""


def through_rules(arcs: Arcs, own_traffic_only: NDArray[np.bool_]) -> tuple[TurnRule, ...]:
    """
    Charge for every way through roads that are open to their own destinations only.

    Parameters
    ----------
    arcs
        The streets.
    own_traffic_only
        Streets that must not be driven through, bool[n_streets].

    Returns
    -------
    rules
        Chains from the last ordinary street through to the next one, in ascending order.
    """
    chains = set[tuple[int, ...]]()
    for street in np.flatnonzero(own_traffic_only).tolist():
        for inside in (2 * street, 2 * street + 1):
            if arcs.is_open(inside):
                chains.update(_through(inside, arcs, own_traffic_only))
    return tuple(TurnRule(chain, THROUGH_MS) for chain in sorted(chains))


def _through(
    inside: int, arcs: Arcs, own_traffic_only: NDArray[np.bool_]
) -> Iterator[tuple[int, ...]]:
    """Follow every way in by one arc, and on through to an ordinary street."""
    entries = [ref for ref in arcs.arriving(arcs.end(inside ^ 1)) if not own_traffic_only[ref >> 1]]
    if entries:
        for chain in islice(_onward((inside,), arcs, own_traffic_only), MOST_CHAINS):
            yield from ((entry, *chain) for entry in entries if entry ^ 1 != chain[-1])


def _onward(
    lead: tuple[int, ...], arcs: Arcs, own_traffic_only: NDArray[np.bool_]
) -> Iterator[tuple[int, ...]]:
    """Drive on from a chain of such roads until it leads out, passing no junction twice."""
    passed = {arcs.end(lead[0] ^ 1), *(arcs.end(ref) for ref in lead)}
    too_far = sum(map(arcs.time_ms, lead)) > LONGEST_THROUGH_MS
    for ref in arcs.leaving(arcs.end(lead[-1])):
        if not own_traffic_only[ref >> 1]:
            yield (*lead, ref)
        elif not too_far and arcs.end(ref) not in passed:
            yield from _onward((*lead, ref), arcs, own_traffic_only)
