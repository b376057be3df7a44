"""Whose case it is: officers move what they were sent to, reporters follow what they reported."""

from __future__ import annotations

from collections.abc import Iterable

from api.errors import Forbidden, NotFound
from dispatch.access import Act, Person, Role, acts_of, one_of
from dispatch.assignment import Assignment
from dispatch.incident import Incident
from dispatch.incident_state import State
from dispatch.lifecycle import who_may
from dispatch.step import Transition


def must_be_open_to(
    person: Person, incident: Incident, to: State, assignments: Iterable[Assignment]
) -> None:
    """
    Refuse a step that a person may not take.

    Parameters
    ----------
    person
        Who asks.
    incident
        The incident.
    to
        What it is to become.
    assignments
        All assignments to it.

    Raises
    ------
    Forbidden
        No role of theirs may take it, or they are an officer who was not sent there.
    """
    able = who_may(incident.state, to)
    if able and able.isdisjoint(person.roles):
        raise Forbidden(
            f"{person.name} may not make incident {incident.id} {to}; it takes "
            f"{one_of(sorted(able))}."
        )
    must_be_theirs(person, assignments)


def must_be_theirs(person: Person, assignments: Iterable[Assignment]) -> None:
    """
    Refuse an officer who was not sent.

    Parameters
    ----------
    person
        Who asks; whoever may send crews may speak for them.
    assignments
        Those that are meant.

    Raises
    ------
    Forbidden
        They are of other officers.
    """
    if person.roles != {Role.OFFICER}:
        return
    if not any(person.officer in one.picked.officers for one in assignments):
        raise Forbidden(f"{person.name} was not sent there: only those who were may say this.")


def must_have_reported(person: Person, number: str, transitions: Iterable[Transition]) -> None:
    """
    Keep a reporter to what they reported themselves.

    Parameters
    ----------
    person
        Who asks.
    number
        Id of the incident.
    transitions
        Its steps.

    Raises
    ------
    NotFound
        It is somebody else's; a reporter does not even learn that it is there.
    """
    if Act.SEE_INCIDENTS in acts_of(person):
        return
    reporters = {one.step.by for one in transitions if one.before is None}
    if person.name not in reporters:
        raise NotFound(f"There is no incident {number!r} that you reported.")
