"""Things with an address, and whether they are within the sight of whoever asks for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from dispatch.access import Act, Person, acts_of, areas_seen, sees
from dispatch.assignment import Assignment
from dispatch.city import City
from dispatch.contact import Whose, whose_is
from dispatch.escalation import Call
from dispatch.incident import Incident
from dispatch.notify import Message
from dispatch.sight import officers_seen, sees_place, sees_unit, sees_whole_city
from dispatch.store.accounts import find_account
from dispatch.store.appeals import get_appeal
from dispatch.store.assignments import get_assignment, list_assignments
from dispatch.store.bulletins import get_bulletin
from dispatch.store.handovers import Handover, get_handover
from dispatch.store.incidents import get_incident
from dispatch.store.outbox import get_message
from dispatch.store.suggestions import get_suggestion
from dispatch.store.whistles import get_call
from geo.errors import BadValue, UnknownName


class Thing(StrEnum):
    """Kinds of things that have an address."""

    INCIDENT = "incident"
    REPORT = "report"
    ASSIGNMENT = "assignment"
    SUGGESTION = "suggestion"
    WHISTLE = "whistle"
    MESSAGE = "message"
    OFFICER = "officer"
    UNIT = "unit"
    AREA = "area"
    HANDOVER = "handover"
    CONTACT = "contact"
    BULLETIN = "bulletin"
    APPEAL = "appeal"


def in_sight(
    thing: Thing, named: Mapping[str, Any], session: Session, person: Person, city: City
) -> bool:
    """
    Tell whether what an address names is within a person's sight.

    Parameters
    ----------
    thing
        What is named.
    named
        Parameters of the address.
    session
        A session.
    person
        Who asks.
    city
        The city.

    Returns
    -------
    seen
        False for what is not there as well: whoever may not see it does not learn the difference.
    """
    if thing in _BY_NAME:
        parameter, seen = _BY_NAME[thing]
        return seen(str(named[parameter]), person, city)
    if thing is Thing.CONTACT:
        return sees_contact(session, str(named["person"]), person, city)
    try:
        return _IN_STORE[thing](session, str(named["number"]), person, city)
    except UnknownName:
        return False


def sees_incident(session: Session, incident: Incident, person: Person, city: City) -> bool:
    """
    Tell whether an incident is within a person's sight.

    Parameters
    ----------
    session
        A session.
    incident
        The incident.
    person
        Who asks.
    city
        The city.

    Returns
    -------
    seen
        Whether its place is, or a crew of theirs is bound to it.
    """
    if sees_place(person, city, incident.lon_lat):
        return True
    sent = list_assignments(session, incident=incident.id, bound=True, limit=None)
    return any(sees_unit(person, city, one.picked.unit) for one in sent)


def sees_assignment(session: Session, assignment: Assignment, person: Person, city: City) -> bool:
    """
    Tell whether an assignment is within a person's sight.

    Parameters
    ----------
    session
        A session.
    assignment
        The assignment.
    person
        Who asks.
    city
        The city.

    Returns
    -------
    seen
        Whether its crew is theirs, or its incident lies in an area of theirs.
    """
    if sees_unit(person, city, assignment.picked.unit):
        return True
    return sees_place(person, city, get_incident(session, assignment.incident).lon_lat)


def sees_call(session: Session, call: Call, person: Person, city: City) -> bool:
    """
    Tell whether a whistle is within a person's sight.

    Parameters
    ----------
    session
        A session.
    call
        The whistle.
    person
        Who asks.
    city
        The city.

    Returns
    -------
    seen
        Whether its incident's place is, or one of those called is theirs.
    """
    if any(speaks_for(person, city, one) for one in call.parties):
        return True
    return sees_place(person, city, get_incident(session, call.incident).lon_lat)


def sees_message(session: Session, message: Message, person: Person, city: City) -> bool:
    """
    Tell whether a message to the outside is within a person's sight.

    Parameters
    ----------
    session
        A session.
    message
        The message.
    person
        Who asks.
    city
        The city.

    Returns
    -------
    seen
        Whether the incident, or the report, is that it is about.
    """
    try:
        incident = get_incident(session, message.about)
    except UnknownName:
        return _bulletin(session, message.about, person, city)
    return sees_incident(session, incident, person, city)


def sees_contact(session: Session, whom: str, person: Person, city: City) -> bool:
    """
    Tell whether how somebody is reached is within a person's sight.

    Parameters
    ----------
    session
        A session.
    whom
        Kind and name, such as ``officer:P0007``.
    person
        Who asks.
    city
        The city.

    Returns
    -------
    seen
        Whether officer, unit, area or account is theirs; bodies are the whole city's.
    """
    try:
        whose, name = whose_is(whom)
    except BadValue:
        return False
    if whose == Whose.ACCOUNT:
        account = find_account(session, name)
        areas = city.roots if account is None else account.areas or city.roots
        return areas <= areas_seen(person, city)
    seen = {
        Whose.OFFICER: lambda: name in officers_seen(person, city),
        Whose.UNIT: lambda: sees_unit(person, city, name),
        Whose.AREA: lambda: name in areas_seen(person, city),
    }
    return seen.get(whose, lambda: sees_whole_city(person, city))()


def sees_handover(handover: Handover, person: Person, city: City) -> bool:
    """
    Tell whether a sheet of one shift to the next is within a person's sight.

    Parameters
    ----------
    handover
        The sheet.
    person
        Who asks.
    city
        The city.

    Returns
    -------
    seen
        Whether every area is that it tells of.
    """
    return areas_seen(person, city) >= set(handover.areas)


def speaks_for(person: Person, city: City, party: str) -> bool:
    """
    Tell whether a person may answer for somebody who is called.

    Parameters
    ----------
    person
        Who answers.
    city
        The city.
    party
        Code of a unit, or name of a body.

    Returns
    -------
    may
        Whether the unit is theirs; for bodies without units the whole city's room answers.
    """
    if party in city.units:
        return sees_unit(person, city, party)
    return sees_whole_city(person, city)


def _incident(session: Session, number: str, person: Person, city: City) -> bool:
    return sees_incident(session, get_incident(session, number), person, city)


def _report(session: Session, number: str, person: Person, city: City) -> bool:
    """Whose report it is, the door asks of those who see no incidents."""
    if Act.SEE_INCIDENTS not in acts_of(person):
        return True
    return _incident(session, number, person, city)


def _assignment(session: Session, number: str, person: Person, city: City) -> bool:
    return sees_assignment(session, get_assignment(session, number), person, city)


def _suggestion(session: Session, number: str, person: Person, city: City) -> bool:
    return sees_place(person, city, get_suggestion(session, number).lon_lat)


def _whistle(session: Session, number: str, person: Person, city: City) -> bool:
    return sees_call(session, get_call(session, number), person, city)


def _message(session: Session, number: str, person: Person, city: City) -> bool:
    if not number.isdecimal() or len(number) > _LONGEST_NUMBER:
        return False
    return sees_message(session, get_message(session, int(number)), person, city)


def _handover(session: Session, number: str, person: Person, city: City) -> bool:
    return sees_handover(get_handover(session, number), person, city)


def _bulletin(session: Session, number: str, person: Person, city: City) -> bool:
    """A report is seen by whoever sees all of its area, which need not be there any more."""
    return sees(person, city, [get_bulletin(session, number).scope.area])


def _appeal(session: Session, number: str, person: Person, city: City) -> bool:
    return _bulletin(session, get_appeal(session, number).bulletin, person, city)


_LONGEST_NUMBER = 9
_IN_STORE: Mapping[Thing, Callable[[Session, str, Person, City], bool]] = {
    Thing.INCIDENT: _incident,
    Thing.REPORT: _report,
    Thing.ASSIGNMENT: _assignment,
    Thing.SUGGESTION: _suggestion,
    Thing.WHISTLE: _whistle,
    Thing.MESSAGE: _message,
    Thing.HANDOVER: _handover,
    Thing.BULLETIN: _bulletin,
    Thing.APPEAL: _appeal,
}
_BY_NAME: Mapping[Thing, tuple[str, Callable[[str, Person, City], bool]]] = {
    Thing.OFFICER: ("officer", lambda name, person, city: name in officers_seen(person, city)),
    Thing.UNIT: ("code", lambda name, person, city: sees_unit(person, city, name)),
    Thing.AREA: ("area", lambda name, person, city: name in areas_seen(person, city)),
}
