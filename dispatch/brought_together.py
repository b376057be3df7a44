"""
Crews brought together: what a batch leaves open, filled from several crews.

A heuristic, and its answer says so: the gravest open slot first, each from the crews that are
then free.  The standing crews keep the slots that the proven assignment gave them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dispatch.batch import NO_CREW, Assigned, Batch
from geo.errors import BadValue


@dataclass(frozen=True, slots=True)
class BroughtTogether:
    """
    Officers of several crews, sent as one.

    Attributes
    ----------
    slot
        Row of the slot.
    crews
        Codes of the crews they are taken from; these count as busy.
    officers
        Ids of the officers, the first to arrive first.
    arrival_ms
        When the last one that is legally needed is there, from now.
    """

    slot: int
    crews: tuple[str, ...]
    officers: tuple[str, ...]
    arrival_ms: int


Form = Callable[[int, frozenset[str]], BroughtTogether | None]
"""Forms a crew for a slot from all crews but those taken already, by code; None if it can't."""


@dataclass(frozen=True, slots=True)
class Completed:
    """
    An assignment with the crews brought together.

    Attributes
    ----------
    standing
        The assignment of standing crews, proven by itself.
    brought_together
        What was added, the gravest first.
    heuristic
        Whether anything was added: that part is not proven to be the best.
    """

    standing: Assigned
    brought_together: tuple[BroughtTogether, ...]

    @property
    def heuristic(self) -> bool:
        """Whether a part of the answer is not proven."""
        return bool(self.brought_together)


def bring_together(batch: Batch, standing: Assigned, form: Form) -> Completed:
    """
    Fill the slots that are left open with officers of several crews.

    Parameters
    ----------
    batch
        Open slots and standing crews.
    standing
        Which crew goes where.
    form
        Forms a crew for one slot.

    Returns
    -------
    completed
        The same assignment, and what was added.

    Raises
    ------
    BadValue
        A crew was formed for another slot, or from crews that are not free.
    """
    sent = standing.crew[standing.crew != NO_CREW].tolist()
    taken = frozenset(batch.crews[row] for row in sent)
    added: list[BroughtTogether] = []
    for slot in np.argsort(-batch.gravity, kind="stable"):
        formed = form(int(slot), taken) if standing.crew[slot] == NO_CREW else None
        if formed is None:
            continue
        if formed.slot != slot or taken.intersection(formed.crews):
            raise BadValue(
                f"The crew brought together for {batch.slots[slot].incident} goes elsewhere or "
                "takes officers of crews that are not free; leave out the crews that are taken."
            )
        taken = taken.union(formed.crews)
        added.append(formed)
    return Completed(standing=standing, brought_together=tuple(added))
