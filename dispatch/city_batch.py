"""
Batch of a city: its open incidents and standing crews, and who goes where for the best of all.

Each incident wants one crew or two (`dispatch.want`).  Crews of the unit that has the case may go;
those of its neighbours, as mutual aid, where none of its own is in time, or where more crews may be
wanted of it than it has (`dispatch.slot_crews`).  Who goes one by one is held to the same.

What stays open is filled with officers brought together from crews of the unit, the gravest first.
That part is a heuristic, and the answer says so.

A target counts from the dispatch, or from the report where a row says so; then what has passed
since is taken off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dispatch.batch import NO_CREW, Assigned, Batch, assign, assign_one_by_one
from dispatch.brought_together import BroughtTogether, Completed, bring_together
from dispatch.crew_eta import ArrivalTarget
from dispatch.enquiry import Enquiry
from dispatch.gathering import gather
from dispatch.incident import Incident
from dispatch.lineup import STALE_AFTER_S
from dispatch.scene import Scene, look_at_all
from dispatch.slot_crews import SlotCrews, crews_of_slots
from dispatch.want import Want, wants_of
from dispatch.whereabouts import Whereabouts
from geo.errors import BadValue


@dataclass(frozen=True, slots=True)
class SlotChoice:
    """
    Who goes to an incident, and for what.

    Attributes
    ----------
    role
        ``lead`` for the case, ``secure`` for securing the place.
    crew
        Code of the crew; None if nobody is left who may go, or officers are brought together.
    eta_s
        Seconds until it is legally complete there, or None.
    late_s
        Seconds by which that misses the target, or None.
    officers
        Ids of officers brought together, the first to arrive first; else none.
    brought_from
        Codes of the crews from which they come.
    """

    role: str
    crew: str | None
    eta_s: float | None
    late_s: float | None
    officers: tuple[str, ...] = ()
    brought_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class CityBatch:
    """
    The best for all open incidents, beside what one by one would come to.

    Attributes
    ----------
    batch
        Slots, and the crews that matter.
    completed
        The best assignment of standing crews, proven, and the officers brought together for
        what it leaves open.
    one_by_one
        Each incident its first crew, the gravest incident first.
    """

    batch: Batch
    completed: Completed
    one_by_one: Assigned

    @property
    def best(self) -> Assigned:
        """The best assignment of standing crews."""
        return self.completed.standing

    def of(self, incident: str, assigned: Assigned) -> tuple[SlotChoice, ...]:
        """
        Say who goes to one incident.

        Parameters
        ----------
        incident
            Its id.
        assigned
            `best`, with those brought together, or `one_by_one`.

        Returns
        -------
        assignments
            One for each crew that it wants.
        """
        rows = [row for row, slot in enumerate(self.batch.slots) if slot.incident == incident]
        return tuple(self._choice(row, assigned) for row in rows)

    def _choice(self, slot: int, assigned: Assigned) -> SlotChoice:
        """Who goes to one slot."""
        role, crew = self.batch.slots[slot].role, int(assigned.crew[slot])
        if crew != NO_CREW:
            arrival_ms = int(self.batch.arrival_ms[slot, crew])
            return SlotChoice(role, self.batch.crews[crew], *self._times_s(slot, arrival_ms))
        for added in self.completed.brought_together if assigned is self.best else ():
            if added.slot == slot:
                times_s = self._times_s(slot, added.arrival_ms)
                return SlotChoice(role, None, *times_s, added.officers, added.crews)
        return SlotChoice(role, None, None, None)

    def _times_s(self, slot: int, arrival_ms: int) -> tuple[float, float]:
        """Arrival and lateness in seconds."""
        late_ms = max(arrival_ms - int(self.batch.due_ms[slot]), 0)
        return arrival_ms / 1000, late_ms / 1000


def assign_city(
    incidents: Sequence[Incident], whereabouts: Whereabouts, *, now: datetime
) -> CityBatch:
    """
    Assign the crews of a city to its open incidents, by one version of its roads.

    Parameters
    ----------
    incidents
        Open incidents, each with an id of its own.
    whereabouts
        Where the officers are.
    now
        The present, with offset.

    Returns
    -------
    assigned
        The best, and what one by one would come to.

    Raises
    ------
    BadValue
        Two incidents share an id, or one has none.
    OutsideNetwork
        A place is too far from the roads of every mode.
    """
    ids = [incident.id for incident in incidents]
    if None in ids or len(set(ids)) < len(ids):
        raise BadValue("Incidents of a batch need an id each, and no two the same.")
    whereabouts = whereabouts.pinned()
    city = whereabouts.city
    scenes, joins = look_at_all(incidents, city, now=now)
    wants = wants_of(incidents, scenes, city, now=now)
    batch = _batch(wants, crews_of_slots(wants, whereabouts, joins, now=now), whereabouts)

    def form(slot: int, taken: frozenset[str]) -> BroughtTogether | None:
        want = wants[slot]
        return _form(slot, want, scenes[want.place], incidents[want.place], whereabouts, now, taken)

    completed = bring_together(batch, assign(batch), form)
    return CityBatch(batch, completed, assign_one_by_one(batch))


def _batch(wants: Sequence[Want], found: Sequence[SlotCrews], whereabouts: Whereabouts) -> Batch:
    """Lay the slots out, with the crews that any of them may need."""
    crews = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(one.crews for one in found)]))
    arrival_ms = np.zeros((len(wants), len(crews)), dtype=np.int64)
    may_go = np.zeros(arrival_ms.shape, dtype=np.bool_)
    for slot, one in enumerate(found):
        columns = np.searchsorted(crews, one.crews)
        arrival_ms[slot, columns], may_go[slot, columns] = one.arrival_ms, True
    roster = whereabouts.city.roster
    return Batch(
        slots=tuple(want.slot for want in wants),
        crews=tuple(roster.crews[row].code for row in crews.tolist()),
        gravity=np.array([want.gravity for want in wants], dtype=np.int64),
        due_ms=np.array([want.due_ms for want in wants], dtype=np.int64),
        arrival_ms=arrival_ms,
        may_go=may_go,
    )


def _form(  # noqa: PLR0913, PLR0917 -- a slot with all that it is about
    slot: int,
    want: Want,
    scene: Scene,
    incident: Incident,
    whereabouts: Whereabouts,
    now: datetime,
    taken: frozenset[str],
) -> BroughtTogether | None:
    """Bring officers of the unit together for a slot that is left open."""
    roster = whereabouts.city.roster
    free = [
        row for row in roster.commands(want.home).tolist() if roster.crews[row].code not in taken
    ]
    enquiry = Enquiry(whereabouts, scene.destination, now, STALE_AFTER_S)
    target = ArrivalTarget(want.due_ms / 1000, now, incident.reported_at)
    gathered = gather(enquiry, np.array(free, dtype=np.int64), want.need, target)
    if gathered is None:
        return None
    return BroughtTogether(
        slot=slot,
        crews=tuple(roster.crews[row].code for row in gathered.formed.crews),
        officers=tuple(roster.officers[row].id for row in gathered.formed.officers),
        arrival_ms=round(gathered.eta.eta_s * 1000),
    )
