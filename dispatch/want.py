"""
Wants: the crews that open incidents ask for, one slot for each.

An incident wants a crew for the case if anybody may act on it, and a grid crew to secure the
place where a squad has the case or nobody may act; one that is handed over wants nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.batch import Slot
from dispatch.candidate import Need
from dispatch.choice import neighbours
from dispatch.city import City
from dispatch.deadline import ClockKind, ClockStart
from dispatch.incident import Incident
from dispatch.scene import Scene
from dispatch.unit import UnitKind

LEAD, SECURE = "lead", "secure"
"""What a crew is wanted for: the case, or the place."""


@dataclass(frozen=True, slots=True)
class Want:
    """
    One slot, and who may fill it.

    Attributes
    ----------
    slot
        Its incident and role.
    place
        Row of the incident among those asked.
    need
        What a crew must bring.
    unit
        Code of the unit that has the case; None where any grid crew will do.
    home
        Code of the unit whose officers may be brought together for it, or None.
    own
        Codes of units whose crews may go.
    aid
        Codes of those whose crews may go, too, where the former do not do.
    gravity
        That of its gravest matter, from 1 on.
    due_ms
        What is left until the arrival target.
    """

    slot: Slot
    place: int
    need: Need
    unit: str | None
    home: str | None
    own: tuple[str, ...]
    aid: tuple[str, ...]
    gravity: int
    due_ms: int


def wants_of(
    incidents: Sequence[Incident], scenes: Sequence[Scene], city: City, *, now: datetime
) -> list[Want]:
    """
    List what open incidents want.

    Parameters
    ----------
    incidents
        The incidents, each with an id of its own.
    scenes
        Where each lies and who has it.
    city
        The city.
    now
        The present, with offset.

    Returns
    -------
    wants
        In the order of their slots.
    """
    grid = tuple(unit.code for unit in city.units_of(UnitKind.GRID_BRIGADE))
    wants = []
    for place, (incident, scene) in enumerate(zip(incidents, scenes, strict=True)):
        if scene.case.may_act:
            wants.append(_for_case(place, incident, scene, city, now))
        if scene.case.to_secure:
            wants.append(_to_secure(place, incident, scene, city, now, grid))
    return sorted(wants, key=lambda want: want.slot)


def _for_case(place: int, incident: Incident, scene: Scene, city: City, now: datetime) -> Want:
    """Want a crew of the unit that has the case, or of its neighbours."""
    unit = scene.case.unit
    return Want(
        slot=Slot(incident.id or "", LEAD),
        place=place,
        need=scene.case.need,
        unit=unit,
        home=unit,
        own=(unit,) if unit else (),
        aid=tuple(code for code in neighbours(scene.case, city) if code != unit),
        gravity=_gravity(incident, city),
        due_ms=_due_ms(incident, scene, ClockKind.ARRIVE, now),
    )


def _to_secure(  # noqa: PLR0913, PLR0917 -- as above, and the brigades, looked up once
    place: int,
    incident: Incident,
    scene: Scene,
    city: City,
    now: datetime,
    grid: tuple[str, ...],
) -> Want:
    """Want a grid crew of any brigade."""
    return Want(
        slot=Slot(incident.id or "", SECURE),
        place=place,
        need=Need(),
        unit=None,
        home=scene.place.zone.brigade if scene.place.zone else None,
        own=grid,
        aid=(),
        gravity=_gravity(incident, city),
        due_ms=_due_ms(incident, scene, ClockKind.SECURE, now),
    )


def _gravity(incident: Incident, city: City) -> int:
    """Gravity of the gravest matter that is known."""
    known = [city.matters[code].gravity for code in incident.matters if code in city.matters]
    return max([1, *known])


def _due_ms(incident: Incident, scene: Scene, kind: ClockKind, now: datetime) -> int:
    """What is left of a target; one that counts from the report has been running since."""
    starts = {clock.kind: clock.starts for clock in scene.case.clocks}
    waited_s = (now - incident.reported_at).total_seconds()
    passed_s = waited_s if starts.get(kind) == ClockStart.REPORTED else 0.0
    return round((scene.targets_s[kind] - passed_s) * 1000)
