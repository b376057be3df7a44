"""
Batch of a city: its open incidents and standing crews, and who goes where for the best of all.

An incident wants a crew for the case if anybody may act on it, and a grid crew to secure the
place where a squad has the case or nobody may act.  Crews of the unit that has the case may go;
those of its neighbours, as mutual aid, where none of its own is in time, or where more crews may be
wanted of it than it has.  Who goes one by one is held to the same.

A target counts from the dispatch, or from the report where a row says so; then what has passed
since is taken off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.batch import NO_CREW, Assigned, Batch, Slot, assign, assign_one_by_one
from dispatch.candidate import Candidates, Need, candidates
from dispatch.choice import neighbours
from dispatch.city import City
from dispatch.crew_eta import arrivals_ms
from dispatch.deadline import ClockKind, ClockStart
from dispatch.destination import MOST_TIMES, join_places, officers_to_places_ms
from dispatch.incident import Incident
from dispatch.lineup import Lineup, line_up
from dispatch.scene import Scene, look_at
from dispatch.unit import UnitKind
from dispatch.whereabouts import Whereabouts
from geo.errors import BadValue

LEAD, SECURE = "lead", "secure"


@dataclass(frozen=True, slots=True)
class SlotChoice:
    """
    Which crew goes to an incident, and for what.

    Attributes
    ----------
    role
        ``lead`` for the case, ``secure`` for securing the place.
    crew
        Code of the crew; None if nobody is left who may go.
    eta_s
        Seconds until it is legally complete there, or None.
    late_s
        Seconds by which that misses the target, or None.
    """

    role: str
    crew: str | None
    eta_s: float | None
    late_s: float | None


@dataclass(frozen=True, slots=True, eq=False)
class CityBatch:
    """
    The best for all open incidents, beside what one by one would come to.

    Attributes
    ----------
    batch
        Slots and crews.
    best
        The best assignment, proven.
    one_by_one
        Each incident its first crew, the gravest incident first.
    """

    batch: Batch
    best: Assigned
    one_by_one: Assigned

    def of(self, incident: str, assigned: Assigned) -> tuple[SlotChoice, ...]:
        """
        Say who goes to one incident.

        Parameters
        ----------
        incident
            Its id.
        assigned
            `best` or `one_by_one`.

        Returns
        -------
        assignments
            One for each crew that it wants.
        """
        rows = [row for row, slot in enumerate(self.batch.slots) if slot.incident == incident]
        return tuple(self._assignment(row, int(assigned.crew[row])) for row in rows)

    def _assignment(self, slot: int, crew: int) -> SlotChoice:
        """Who goes to one slot."""
        role = self.batch.slots[slot].role
        if crew == NO_CREW:
            return SlotChoice(role, None, None, None)
        eta_s = int(self.batch.arrival_ms[slot, crew]) / 1000
        late_s = int(self.batch.late_ms[slot, crew]) / 1000
        return SlotChoice(role, self.batch.crews[crew], eta_s, late_s)


@dataclass(frozen=True, slots=True, eq=False)
class _Want:
    """One slot with all crews of the city."""

    slot: Slot
    unit: str | None
    gravity: int
    due_ms: int
    arrival_ms: NDArray[np.int64]
    own: NDArray[np.bool_]
    aid: NDArray[np.bool_]

    @property
    def own_in_time(self) -> bool:
        """Whether a crew of its own is there in time."""
        return bool((self.own & (self.arrival_ms <= self.due_ms)).any())


def assign_city(
    incidents: Sequence[Incident], whereabouts: Whereabouts, *, now: datetime
) -> CityBatch:
    """
    Assign the standing crews of a city to its open incidents, by one version of its roads.

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
    scenes = [look_at(incident, whereabouts.city, now=now) for incident in incidents]
    every_crew = line_up(whereabouts, np.arange(len(whereabouts.city.roster.crews)), now=now)
    wants = [
        want
        for incident, scene, travel_ms in zip(
            incidents, scenes, _travel_ms(scenes, every_crew), strict=True
        )
        for want in _wants(incident, scene, travel_ms, every_crew, now)
    ]
    batch = _batch(sorted(wants, key=lambda want: want.slot), whereabouts.city)
    return CityBatch(batch, assign(batch), assign_one_by_one(batch))


def _travel_ms(scenes: Sequence[Scene], every_crew: Lineup) -> Iterator[NDArray[np.int64]]:
    """Travel times of all officers to each scene in turn, int64[n_officers]; many asked at once."""
    officers, whereabouts = every_crew.officers, every_crew.whereabouts
    at_once = max(MOST_TIMES // max(len(officers), 1), 1)
    for first in range(0, len(scenes), at_once):
        part = scenes[first : first + at_once]
        lon_lat = np.array([scene.place.lon_lat for scene in part], dtype=np.float64)
        joins = join_places(whereabouts.city, lon_lat)
        yield from np.ascontiguousarray(officers_to_places_ms(whereabouts, officers, joins).T)


def _wants(
    incident: Incident,
    scene: Scene,
    travel_ms: NDArray[np.int64],
    every_crew: Lineup,
    now: datetime,
) -> list[_Want]:
    """Slots of one incident; one that is handed over has none."""
    city = every_crew.whereabouts.city
    wants = []
    if scene.case.may_act:
        judged = candidates(every_crew, travel_ms, scene.case.need)
        own = city.roster.commanded_by([scene.case.unit] if scene.case.unit else [])
        aid = city.roster.commanded_by(neighbours(scene.case, city))
        wants.append(_want(incident, LEAD, scene, city, judged, own, aid, now))
    if scene.case.to_secure:
        judged = candidates(every_crew, travel_ms, Need())
        grid = city.roster.commanded_by(unit.code for unit in city.units_of(UnitKind.GRID_BRIGADE))
        wants.append(_want(incident, SECURE, scene, city, judged, grid, grid, now))
    return wants


def _want(  # noqa: PLR0913, PLR0917 -- everything that a slot is made from
    incident: Incident,
    role: str,
    scene: Scene,
    city: City,
    judged: Candidates,
    own: NDArray[np.bool_],
    aid: NDArray[np.bool_],
    now: datetime,
) -> _Want:
    """Make one slot."""
    known = [city.matters[code].gravity for code in incident.matters if code in city.matters]
    return _Want(
        slot=Slot(incident.id or "", role),
        unit=scene.case.unit if role == LEAD else None,
        gravity=max([1, *known]),
        due_ms=_due_ms(incident, scene, role, now),
        arrival_ms=arrivals_ms(judged, now=now),
        own=own & judged.able,
        aid=aid & judged.able,
    )


def _due_ms(incident: Incident, scene: Scene, role: str, now: datetime) -> int:
    """What is left of the target."""
    kind = ClockKind.ARRIVE if role == LEAD else ClockKind.SECURE
    starts = {clock.kind: clock.starts for clock in scene.case.clocks}
    waited_s = (now - incident.reported_at).total_seconds()
    passed_s = waited_s if starts.get(kind) == ClockStart.REPORTED else 0.0
    return round((scene.targets_s[kind] - passed_s) * 1000)


def _batch(wants: Sequence[_Want], city: City) -> Batch:
    """Lay the slots out."""
    shape = (len(wants), len(city.roster.crews))
    may_go = np.array([_may_go(want, wants) for want in wants], dtype=np.bool_)
    return Batch(
        slots=tuple(want.slot for want in wants),
        crews=tuple(crew.code for crew in city.roster.crews),
        gravity=np.array([want.gravity for want in wants], dtype=np.int64),
        due_ms=np.array([want.due_ms for want in wants], dtype=np.int64),
        arrival_ms=np.array([want.arrival_ms for want in wants], dtype=np.int64).reshape(shape),
        may_go=may_go.reshape(shape),
    )


def _may_go(want: _Want, wants: Sequence[_Want]) -> NDArray[np.bool_]:
    """Crews that may fill a slot: its own, and mutual aid where those do not do."""
    asked = Counter(other.unit for other in wants)
    scarce = asked[want.unit] + asked[None] > np.count_nonzero(want.own)
    return want.own | want.aid if scarce or not want.own_in_time else want.own
