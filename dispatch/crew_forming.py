"""
Crew forming: officers of several crews brought together for one incident.

Formulation
-----------
Officers o who could go, each of a standing crew k(o), there after t[o], holding the codes H[o]
of skills and equipment; x[o] is 0 or 1.  An incident asks for `certified` officers and for the
codes N between them::

    lexmin   max over x[o] = 1 of t[o],            when the last one is there
             sum of x[o],                          how many go
             crews that could act alone, and afterwards can't
             crews that anybody is taken from
             sum of t[o] x[o],                     travel, of all who go
             the rows of those who go
    subject to
        sum of x[o]                  >=  certified
        union of H[o] with x[o] = 1  >=  N

Who may go is for the caller to say: certified officers alone, for auxiliaries count toward nothing.

Solved exactly.  The first line is the shortest prefix of the officers by t that suffices.  The
second is the smallest cover of N from that prefix, or `certified` where that is more.  The rest
is a table over (codes held, officers taken) that goes from crew to crew.  Every line is a sum
over crews, and the lower of two sets of rows stays the lower when the same rows join both; so
the best of each entry is all that is kept.  The table has 2^|N| rows: cases ask for few codes.

References
----------
Bellman (1957), Dynamic programming.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.matter import MIN_CERTIFIED
from geo.errors import BadValue
from geo.road.frozen import freeze

MOST_CODES = 8
"""Codes that a case asks for at most when a crew is formed for it."""

_State = tuple[int, int]
"""Bits of the codes held, and officers taken."""

_Cost = tuple[int, int, int, tuple[int, ...]]
"""Crews broken up, crews drawn on, milliseconds of travel, rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Hands:
    """
    Officers who could be brought together at a place.

    Attributes
    ----------
    officer
        Their rows in the roster, each once, int64[n].
    crew
        Row of the standing crew of each, int64[n].
    arrival_ms
        When each is there, int64[n].
    holds
        Bits of the codes that each brings, int64[n].
    """

    officer: NDArray[np.int64]
    crew: NDArray[np.int64]
    arrival_ms: NDArray[np.int64]
    holds: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Refuse columns of different lengths, and officers named twice."""
        columns = (self.crew, self.arrival_ms, self.holds)
        if any(column.shape != self.officer.shape for column in columns):
            raise BadValue("Hands need one crew, one arrival and one set of codes per officer.")
        if len(np.unique(self.officer)) < len(self.officer):
            raise BadValue("An officer can lend a hand once only; name each row once.")
        freeze(self)


@dataclass(frozen=True, slots=True)
class Formed:
    """
    A crew brought together.

    Attributes
    ----------
    officers
        Rows in the roster, the first to arrive first.
    crews
        Rows of the standing crews they are taken from, ascending.
    broken_up
        Those of them that could act alone before and can't afterwards.
    arrival_ms
        When the last one is there.
    """

    officers: tuple[int, ...]
    crews: tuple[int, ...]
    broken_up: tuple[int, ...]
    arrival_ms: int


def form_crew(hands: Hands, *, certified: int, needed: int = 0) -> Formed | None:
    """
    Form the crew that is complete soonest.

    Parameters
    ----------
    hands
        Officers who could go.
    certified
        How many of them the law asks for.
    needed
        Bits of the codes that they must hold between them.

    Returns
    -------
    formed
        Of all that suffice the one that comes first by the module's formulation; None if all
        together do not suffice.

    Raises
    ------
    BadValue
        More codes are asked for than a crew can be formed for.
    """
    if needed.bit_count() > MOST_CODES:
        raise BadValue(
            f"{needed.bit_count()} skills and pieces of equipment are asked for at once; a crew "
            f"can be brought together for {MOST_CODES} at most."
        )
    prefix = _soonest(hands, certified, needed)
    if prefix is None:
        return None
    size = max(certified, _fewest({int(held) & needed for held in hands.holds[prefix]}, needed))
    chosen = _least_disturbing(hands, prefix, size, needed)
    chosen = chosen[np.lexsort((hands.officer[chosen], hands.arrival_ms[chosen]))]
    crews, taken = np.unique(hands.crew[chosen], return_counts=True)
    at_hand = (hands.crew[:, None] == crews).sum(axis=0)
    return Formed(
        officers=tuple(hands.officer[chosen].tolist()),
        crews=tuple(crews.tolist()),
        broken_up=tuple(crews[_breaks(at_hand, taken)].tolist()),
        arrival_ms=int(hands.arrival_ms[chosen].max(initial=0)),
    )


def _breaks(at_hand: NDArray[np.int64], taken: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which crews could act alone and can't any more once so many are taken."""
    broken: NDArray[np.bool_] = (at_hand >= MIN_CERTIFIED) & (at_hand - taken < MIN_CERTIFIED)
    return broken


def _soonest(hands: Hands, certified: int, needed: int) -> NDArray[np.int64] | None:
    """All officers who are there by the time at which enough of them are, or None."""
    order = np.argsort(hands.arrival_ms, kind="stable")
    held = np.bitwise_or.accumulate(hands.holds[order]) & needed
    enough = held == needed
    enough[: max(certified - 1, 0)] = False
    if not enough.any():
        return None
    last_ms = hands.arrival_ms[order[np.argmax(enough)]]
    return np.flatnonzero(hands.arrival_ms <= last_ms)


def _fewest(kinds: set[int], needed: int) -> int:
    """How few officers of these kinds hold all that is needed, who do so together."""
    reached, steps = {0}, 0
    while needed not in reached:
        reached = {held | kind for held in reached for kind in kinds} | reached
        steps += 1
    return steps


def _least_disturbing(
    hands: Hands, prefix: NDArray[np.int64], size: int, needed: int
) -> NDArray[np.int64]:
    """Positions of those who go: so many, with all that is needed, at the least disturbance."""
    best: dict[_State, _Cost] = {(0, 0): (0, 0, 0, ())}
    at_hand = dict(zip(*np.unique(hands.crew, return_counts=True), strict=True))
    for crew in np.unique(hands.crew[prefix]).tolist():
        members = prefix[hands.crew[prefix] == crew]
        options = _from_crew(hands, members, int(at_hand[crew]), size, needed)
        best = _joined(best, options, size)
    rows = best[needed, size][3]
    return np.flatnonzero(np.isin(hands.officer, rows))


def _from_crew(
    hands: Hands, members: NDArray[np.int64], at_hand: int, size: int, needed: int
) -> dict[_State, _Cost]:
    """Everybody whom one crew could give, the best of each number with each set of codes."""
    best: dict[_State, _Cost] = {(0, 0): (0, 0, 0, ())}
    for member in members.tolist():
        state = (int(hands.holds[member]) & needed, 1)
        cost = (0, 0, int(hands.arrival_ms[member]), (int(hands.officer[member]),))
        best = _joined(best, {state: cost}, size)
    del best[0, 0]
    return {
        state: (int(at_hand >= MIN_CERTIFIED > at_hand - state[1]), 1, *cost[2:])
        for state, cost in best.items()
    }


def _joined(
    best: Mapping[_State, _Cost], options: Mapping[_State, _Cost], size: int
) -> dict[_State, _Cost]:
    """Every state with nothing more, or with one option more, at the lower cost."""
    grown = dict(best)
    for (held, count), so_far in best.items():
        for (more, extra), cost in options.items():
            if count + extra > size:
                continue
            state = (held | more, count + extra)
            whole = (
                so_far[0] + cost[0],
                so_far[1] + cost[1],
                so_far[2] + cost[2],
                tuple(sorted(so_far[3] + cost[3])),
            )
            if state not in grown or whole < grown[state]:
                grown[state] = whole
    return grown
