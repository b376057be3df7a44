"""
Batch: which standing crew goes to which open incident, when there are many of both.

Formulation
-----------
An incident has one *slot* for each crew that it needs: who has the case, who secures the place.
Slots s with gravity g[s] >= 1 and due[s], what is left until the arrival target; crews c that
would arrive after t[s, c]; x[s, c] and the slot left open o[s] are 0 or 1::

    lexmin   sum of g[s] o[s],                                   left open, by gravity
             sum of g[s] max(0, t[s, c] - due[s]) x[s, c],       lateness, by gravity
             sum of t[s, c] x[s, c]                              travel time
    subject to
        sum over c of x[s, c]  +  o[s]  =  1    each slot has a crew, or is left open
        sum over s of x[s, c]          <=  1    each crew has one slot at most
        x[s, c] = 0 where crew c may not go to slot s

The first line serves as many of the gravest as can be served, then as many of the next
gravity, and so on, and as many as possible in all.  For the sets of slots that can be served
together are a matroid (transversal), and in a matroid the heaviest basis depends on the
order of the weights only, not on how far apart they are.

Times are whole milliseconds and costs are pairs in lexicographic order, so the answer is
exact; its prices prove it (`dispatch.matching`).  Ties break by slot, then by crew.

Crews brought together from several are no part of this model: `dispatch.brought_together`
adds them afterwards, and says that it is a heuristic.

References
----------
Edmonds and Fulkerson (1965), Transversals and matroid partition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.matching import ALONE, Costs, is_proven, match
from geo.errors import BadValue
from geo.road.frozen import freeze

NO_CREW = ALONE
"""Crew row of a slot that is left open."""


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """
    The place of one crew at one incident.

    Attributes
    ----------
    incident
        Id of the incident.
    role
        What the crew is wanted for: ``lead``, ``secure``.
    """

    incident: str
    role: str = "lead"


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """
    Open slots and standing crews.

    Attributes
    ----------
    slots
        In ascending order, each once.
    crews
        Codes in ascending order, each once.
    gravity
        How grave, from 1 on, int64[n_slots].
    due_ms
        What is left until the arrival target, int64[n_slots]; negative once it has passed.
        The clock of an incident runs from its start until somebody is there, whoever was on
        the way in between.
    arrival_ms
        When each crew would be complete at each slot, from now, int64[n_slots, n_crews].
    may_go
        Which crew may go to which slot, bool[n_slots, n_crews]; never where it can't arrive.
    """

    slots: tuple[Slot, ...]
    crews: tuple[str, ...]
    gravity: NDArray[np.int64]
    due_ms: NDArray[np.int64]
    arrival_ms: NDArray[np.int64]
    may_go: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Refuse what is out of order or of different sizes."""
        shape = (len(self.slots), len(self.crews))
        if self.arrival_ms.shape != shape or self.may_go.shape != shape:
            raise BadValue(
                f"A batch of {shape[0]} slots and {shape[1]} crews needs arrival times and "
                f"permissions of that shape, not {self.arrival_ms.shape} and {self.may_go.shape}."
            )
        if self.gravity.shape != shape[:1] or self.due_ms.shape != shape[:1]:
            raise BadValue("A batch needs one gravity and one target for each slot.")
        if list(self.slots) != sorted(set(self.slots)) or list(self.crews) != sorted(
            set(self.crews)
        ):
            raise BadValue("Slots and crews of a batch come in ascending order, each once.")
        if self.gravity.min(initial=1) < 1:
            raise BadValue("Gravity begins at 1; a slot of no gravity would never be served.")
        freeze(self)

    @property
    def late_ms(self) -> NDArray[np.int64]:
        """Lateness of each crew at each slot, int64[n_slots, n_crews]."""
        late_ms: NDArray[np.int64] = np.maximum(self.arrival_ms - self.due_ms[:, None], 0)
        return late_ms


@dataclass(frozen=True, slots=True, order=True)
class Score:
    """
    What an assignment is worth; the smaller is the better.

    Attributes
    ----------
    left_open
        Slots left open of each gravity, the gravest first.
    weighted_late_ms
        Lateness past the targets, times gravity.
    arrival_ms
        Sum of all arrivals.
    """

    left_open: tuple[int, ...]
    weighted_late_ms: int
    arrival_ms: int


@dataclass(frozen=True, slots=True, eq=False)
class Assigned:
    """
    Which crew goes where.

    Attributes
    ----------
    crew
        Row of the crew of each slot, int64[n_slots]; `NO_CREW` where it is left open.
    score
        What that is worth.
    proven
        Whether it is proven that nothing is better.
    """

    crew: NDArray[np.int64]
    score: Score
    proven: bool

    def __post_init__(self) -> None:
        """Make the array read-only."""
        freeze(self)


def assign(batch: Batch) -> Assigned:
    """
    Find the best assignment.

    Parameters
    ----------
    batch
        Open slots and standing crews.

    Returns
    -------
    assigned
        The best, proven; of several the one whose first slot has the lowest crew, and so on.
    """
    costs = _costs(batch)
    matching = match(costs)
    return Assigned(
        crew=matching.column,
        score=score(batch, matching.column),
        proven=is_proven(costs, matching),
    )


def assign_one_by_one(batch: Batch) -> Assigned:
    """
    Send each incident the crew that is there first, the gravest incident first.

    Parameters
    ----------
    batch
        Open slots and standing crews.

    Returns
    -------
    assigned
        What a dispatcher would do who looks at one incident at a time; never proven.
    """
    crew = np.full(len(batch.slots), NO_CREW, dtype=np.int64)
    free = np.ones(len(batch.crews), dtype=np.bool_)
    for slot in np.argsort(-batch.gravity, kind="stable"):
        able = np.flatnonzero(free & batch.may_go[slot])
        if len(able):
            crew[slot] = able[np.argmin(batch.arrival_ms[slot, able])]
            free[crew[slot]] = False
    return Assigned(crew=crew, score=score(batch, crew), proven=False)


def score(batch: Batch, crew: NDArray[np.int64]) -> Score:
    """
    Say what an assignment is worth.

    Parameters
    ----------
    batch
        Open slots and standing crews.
    crew
        Row of the crew of each slot, int64[n_slots]; `NO_CREW` where it is left open.

    Returns
    -------
    score
        The smaller, the better.
    """
    served = np.flatnonzero(crew != NO_CREW)
    left = batch.gravity[crew == NO_CREW]
    late_ms = batch.late_ms[served, crew[served]]
    return Score(
        left_open=tuple(int(np.sum(left == g)) for g in np.unique(batch.gravity)[::-1]),
        weighted_late_ms=int(late_ms @ batch.gravity[served]),
        arrival_ms=int(batch.arrival_ms[served, crew[served]].sum()),
    )


def _costs(batch: Batch) -> Costs:
    """Lateness first, then travel; a slot left open weighs more than all lateness together."""
    late = np.where(batch.may_go, batch.late_ms, 0) * batch.gravity[:, None]
    more_than_all = int(late.max(axis=1, initial=0).sum()) + 1
    return Costs(
        hi=late,
        lo=np.where(batch.may_go, batch.arrival_ms, 0),
        alone=more_than_all * batch.gravity,
        may=batch.may_go,
    )
