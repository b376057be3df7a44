"""
Telling: live events of what a door has just done, written in its own transaction.

An event says what a list would say of the same thing, and names the areas that it concerns, down
from the city: whoever sees one of them hears of it.  No event names a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from api.schemas_assignment import AssignmentOut
from api.schemas_closure import ClosureOut
from api.schemas_message import MessageOut
from api.schemas_second_thought import SecondThoughtOut
from api.schemas_suggestion import IncidentOut, as_json
from api.schemas_whistle import WhistleRecordOut
from dispatch.assignment import Assignment, running_clock
from dispatch.city import City
from dispatch.deadline_plan import Deadline
from dispatch.escalation import Call, clocks_of_call
from dispatch.incident import Incident
from dispatch.notify import Message
from dispatch.origin import DESK
from dispatch.reconsidering import SecondThought
from dispatch.sight import areas_of_place
from dispatch.store.assignments import all_assignments, units_bound
from dispatch.store.bulletins import get_bulletin
from dispatch.store.deadlines import list_deadlines
from dispatch.store.incidents import get_incident, get_incidents
from dispatch.store.ledger import tell
from dispatch.store.origins import first_origins
from dispatch.store.verdicts import verdicts_of
from dispatch.store.whistles import steps_of
from geo.errors import UnknownName


def tell_incident(
    session: Session,
    incident: Incident,
    city: City,
    *,
    now: datetime,
    seen_in: frozenset[str] = frozenset(),
) -> IncidentOut:
    """
    Tell of an incident as it stands, and first of all that it is gone from where it was seen.

    Parameters
    ----------
    session
        The session that changes it.
    incident
        The incident.
    city
        The city.
    now
        The present.
    seen_in
        Areas in which it was seen until now; whoever sees others besides hears of it as it stands.

    Returns
    -------
    shown
        The same for the answer.
    """
    return tell_incidents(session, [incident], city, now=now, seen_in={str(incident.id): seen_in})[
        0
    ]


def tell_incidents(
    session: Session,
    incidents: Sequence[Incident],
    city: City,
    *,
    now: datetime,
    seen_in: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> list[IncidentOut]:
    """
    Tell of incidents as they stand, as of one; the store is asked once for all of them.

    Parameters
    ----------
    session
        The session that changes them.
    incidents
        The incidents.
    city
        The city.
    now
        The present.
    seen_in
        By incident, areas in which it was seen until now.

    Returns
    -------
    shown
        The same for the answer, in the same order.
    """
    bound, shown = (
        units_bound(session, [str(one.id) for one in incidents]),
        show_incidents(session, incidents),
    )
    for incident, out in zip(incidents, shown, strict=True):
        crews = areas_of_units(bound.get(out.id, ()), city)
        areas = _areas_of_incident(incident, city) | crews
        gone = seen_in.get(out.id, frozenset()) - areas
        if gone:
            tell(session, "incident_gone", {"id": incident.id}, now=now, areas=gone)
        tell(session, "incident", as_json(out), now=now, areas=areas)
    return shown


def tell_correction(
    session: Session, before: Incident, after: Incident, city: City, *, now: datetime
) -> IncidentOut:
    """
    Tell that an incident was corrected, perhaps to another place.

    Parameters
    ----------
    session
        The session that corrects it.
    before, after
        As it was, and as it is.
    city
        The city.
    now
        The present.

    Returns
    -------
    shown
        As it is, for the answer.
    """
    return tell_incident(session, after, city, now=now, seen_in=_areas_of_incident(before, city))


def tell_moves(
    session: Session,
    assignments: Iterable[Assignment],
    city: City,
    *,
    now: datetime,
    incidents: Iterable[Incident] = (),
) -> None:
    """
    Tell of assignments that began, went on or ended, and of how incidents stand after that.

    Parameters
    ----------
    session
        The session that changes them.
    assignments
        As they stand now.
    city
        The city.
    now
        The present.
    incidents
        Incidents that moved without any of these.
    """
    crews: dict[str, list[str]] = {str(one.id): [] for one in incidents}
    listed = list(assignments)
    for one in listed:
        crews.setdefault(one.incident, []).append(one.picked.unit)
    moved = get_incidents(session, crews)
    for one in listed:
        tell_assignment(session, one, city, now=now, incident=moved[one.incident])
    seen_in = {number: areas_of_units(units, city) for number, units in crews.items()}
    tell_incidents(session, list(moved.values()), city, now=now, seen_in=seen_in)


def show_incident(session: Session, incident: Incident) -> IncidentOut:
    """
    Show an incident as it stands.

    Parameters
    ----------
    session
        A session.
    incident
        The incident.

    Returns
    -------
    shown
        With the deadlines that run, how it came in, and what rules decided of it.
    """
    return show_incidents(session, [incident])[0]


def show_incidents(session: Session, incidents: Sequence[Incident]) -> list[IncidentOut]:
    """
    Show incidents as they stand.

    Parameters
    ----------
    session
        A session.
    incidents
        The incidents.

    Returns
    -------
    shown
        Each with the deadlines that run, in the same order.
    """
    running: dict[str, list[Deadline]] = {str(one.id): [] for one in incidents}
    for deadline in reversed(list_deadlines(session, incidents=running, running=True, limit=None)):
        running[deadline.incident].append(deadline)
    origins, verdicts = first_origins(session, running), verdicts_of(session, running)
    return [
        IncidentOut.of(one, running[number], origins.get(number, DESK), verdicts.get(number))
        for number, one in ((str(one.id), one) for one in incidents)
    ]


def tell_assignment(
    session: Session,
    assignment: Assignment,
    city: City,
    *,
    now: datetime,
    incident: Incident | None = None,
) -> None:
    """
    Tell of an assignment as it stands: where the incident is, and where the crew is from.

    Parameters
    ----------
    session
        The session that changes it.
    assignment
        The assignment.
    city
        The city.
    now
        The present.
    incident
        Its incident, where it has just been read.
    """
    incident = incident or get_incident(session, assignment.incident)
    areas = _areas_of_incident(incident, city) | areas_of_units([assignment.picked.unit], city)
    tell(session, "assignment", as_json(AssignmentOut.of(assignment)), now=now, areas=areas)


def tell_call(session: Session, call: Call, city: City, *, now: datetime) -> WhistleRecordOut:
    """
    Tell of a whistle as it stands: the caller, those called, and whoever it has gone up to.

    Parameters
    ----------
    session
        The session that changes it.
    call
        The whistle.
    city
        The city.
    now
        The present.

    Returns
    -------
    shown
        The same for the answer.
    """
    shown = show_call(session, call, now)
    incident = get_incident(session, call.incident)
    concerned = [call.whistle.by, *(step.to for step in steps_of(session, str(call.id)))]
    areas = _areas_of_incident(incident, city) | areas_of_units(call.whistle.units, city)
    tell(session, "whistle", as_json(shown), now=now, areas=areas.union(concerned))
    return shown


def show_call(session: Session, call: Call, now: datetime) -> WhistleRecordOut:
    """
    Show a call as it stands.

    Parameters
    ----------
    session
        A session.
    call
        The call.
    now
        The present.

    Returns
    -------
    shown
        With its steps up and both clocks.
    """
    running = running_clock(all_assignments(session, incident=call.incident))
    reported_at = get_incident(session, call.incident).reported_at
    clocks = clocks_of_call(call, reported_at, running, now=now)
    return WhistleRecordOut.of(call, steps_of(session, str(call.id)), clocks, now)


def tell_closure(session: Session, shown: ClosureOut, *, now: datetime) -> None:
    """
    Tell of a closure: everybody's way may lead along there.

    Parameters
    ----------
    session
        The session that changes it.
    shown
        The closure.
    now
        The present.
    """
    tell(session, "closure", as_json(shown), now=now)


def tell_policy(session: Session, area: str, policy: str | None, *, now: datetime) -> None:
    """
    Tell that a command room ranks otherwise from now on, which everybody may know.

    Parameters
    ----------
    session
        The session that changes it.
    area
        Code of its area.
    policy
        Name of the policy; None if it follows the area above.
    now
        The present.
    """
    tell(session, "policy", {"area": area, "policy": policy}, now=now)


def tell_sign_on(  # noqa: PLR0913 -- who is on or off, until when, and where that is heard
    session: Session,
    officer: str,
    city: City,
    *,
    on: bool,
    until: datetime | None,
    now: datetime,
) -> None:
    """
    Tell that an officer has signed on or off.

    Parameters
    ----------
    session
        The session that does it.
    officer
        Id of the officer.
    city
        The city.
    on
        Whether on.
    until
        End of an extra shift.
    now
        The present.
    """
    crew = city.roster.officers[city.roster.officer_row[officer]].crew
    said = {"officer": officer, "on": on, "until": None if until is None else until.isoformat()}
    tell(session, "duty", said, now=now, areas=areas_of_units([crew], city))


def tell_thought(session: Session, thought: SecondThought, city: City) -> None:
    """
    Tell that a dispatch was suggested anew, and why.

    Parameters
    ----------
    session
        The session that keeps it.
    thought
        Why, and how it stood.
    city
        The city.
    """
    areas = _areas_of_incident(get_incident(session, thought.incident), city)
    shown = as_json(SecondThoughtOut.of(thought))
    tell(session, "resuggest", shown, now=thought.at, areas=areas)


def tell_message(session: Session, message: Message, city: City, *, now: datetime) -> None:
    """
    Tell whoever runs the service that a message was given up, or is no longer.

    Parameters
    ----------
    session
        The session that changes it.
    message
        The message as it stands.
    city
        The city.
    now
        The present.
    """
    areas = _areas_of_subject(session, message.about, city)
    tell(session, "message", as_json(MessageOut.of(message)), now=now, areas=areas)


def areas_of_units(units: Iterable[str], city: City) -> frozenset[str]:
    """
    List the areas that units work for.

    Parameters
    ----------
    units
        Codes; units of another city are passed over.
    city
        The city.

    Returns
    -------
    areas
        Codes.
    """
    known = (city.home_areas[unit] for unit in units if unit in city.home_areas)
    return frozenset().union(*known)


def _areas_of_subject(session: Session, about: str, city: City) -> frozenset[str]:
    """Areas of what a message is about: of an incident, or of a report."""
    try:
        return _areas_of_incident(get_incident(session, about), city)
    except UnknownName:
        return frozenset({get_bulletin(session, about).scope.area})


def _areas_of_incident(incident: Incident, city: City) -> frozenset[str]:
    """Areas that an incident lies in, or the whole city's where it lies in none."""
    return areas_of_place(city.place_index.locate(incident.lon_lat), city)
