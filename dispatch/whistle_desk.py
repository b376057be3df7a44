"""Whistle desk: use cases of a call for help; the door that calls them commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.city import City
from dispatch.crew_notice import tell_called
from dispatch.deadline_plan import Deadline, PlanStep, Telling
from dispatch.due import follow_step
from dispatch.escalation import Answer, Call, Closing, go_up
from dispatch.incident_state import WORKED_ON
from dispatch.jurisdiction import decide
from dispatch.store.incidents import get_incident, lock_incidents
from dispatch.store.ledger import SYSTEM, record
from dispatch.store.whistles import (
    add_answer,
    add_call,
    close_call,
    get_call,
    note_step,
)
from dispatch.whistle import whistle
from geo.errors import BadValue, Conflict, UnknownName


def blow(  # noqa: PLR0913 -- who calls for what, as keywords
    session: Session, incident: str, city: City, *, by: str, raised_by: str, now: datetime
) -> Call:
    """
    Raise the call that a command room has to make for an incident.

    Parameters
    ----------
    session
        A session that may write.
    incident
        Id of the incident.
    city
        The city.
    by
        Code of the area whose command room calls.
    raised_by
        Name of the person.
    now
        The present, with offset.

    Returns
    -------
    call
        With its id.

    Raises
    ------
    UnknownName
        There is no such incident or area.
    BadValue
        The command room commands everybody whom the case needs.
    Conflict
        It has called already, or nobody can be sent to the incident any more.
    """
    lock_incidents(session, incident)
    about = get_incident(session, incident)
    if about.state not in WORKED_ON:
        raise Conflict(f"Incident {incident} is {about.state}: nobody is called to it any more.")
    place = city.place_index.locate(about.lon_lat)
    drawn_up = whistle(decide(about, place, city, now=now), place, city, by=by, now=now)
    if drawn_up is None:
        raise BadValue(f"{by} has nobody to whistle for: it commands all whom {incident} needs.")
    call = add_call(session, Call(incident, drawn_up, raised_by))
    _follow(session, call, city, now=now)
    detail = {"incident": incident, "by": by}
    record(session, now=now, by=raised_by, act="whistle", about=str(call.id), detail=detail)
    tell_called(session, call)
    return call


def answer(session: Session, number: str, given: Answer, city: City) -> Call:
    """
    Take an answer, in time or late; once everybody comes, the call is closed.

    Parameters
    ----------
    session
        A session that may write.
    number
        Id of the whistle.
    given
        Who answers what.
    city
        The city.

    Returns
    -------
    call
        As it stands then.

    Raises
    ------
    UnknownName
        There is no such whistle, or it does not call this party.
    Conflict
        It is closed.
    """
    lock_incidents(session, get_call(session, number).incident)
    call = get_call(session, number)
    if given.party not in call.parties:
        called = ", ".join(call.parties)
        raise UnknownName(f"Whistle {number} does not call {given.party!r}; it calls {called}.")
    if call.closed_at is not None:
        raise Conflict(f"Whistle {number} was closed already, as {call.closed_as}.")
    call = add_answer(session, number, given)
    if call.everybody_comes:
        call = close_call(session, number, now=given.at, by=given.by, closing=Closing.ANSWERED)
    _follow(session, call, city, now=given.at)
    detail = {"party": given.party, "says": given.says, "closed": call.closed_at is not None}
    act, at = "answer_whistle", given.at
    record(session, now=at, by=given.by, act=act, about=number, detail=detail)
    return call


def close(  # noqa: PLR0913 -- which one, and the four columns of its close
    session: Session,
    number: str,
    city: City,
    *,
    now: datetime,
    by: str,
    closing: Closing,
    note: str = "",
) -> Call:
    """
    Close a call that a command centre takes up, or that its caller withdraws.

    Parameters
    ----------
    session
        A session that may write.
    number
        Id of the whistle.
    city
        The city.
    now
        The present, with offset.
    by
        Name of whoever closes it.
    closing
        How.
    note
        What is added in words.

    Returns
    -------
    call
        As it was closed.

    Raises
    ------
    UnknownName
        There is none with this id.
    Conflict
        It is closed already.
    BadValue
        Not everybody has answered, and it is said that they have.
    """
    call = get_call(session, number)
    lock_incidents(session, call.incident)
    if closing == Closing.ANSWERED and not call.everybody_comes:
        raise BadValue(f"Whistle {number} is not answered: record who comes, or take it up.")
    call = close_call(session, number, now=now, by=by, closing=closing, note=note)
    _follow(session, call, city, now=now)
    detail = {"closing": closing}
    record(session, now=now, by=by, act="close_whistle", about=number, detail=detail)
    return call


def escalate(  # noqa: PLR0913 -- which deadline, its step, and what it is told by
    session: Session,
    deadline: Deadline,
    step: PlanStep,
    city: City,
    *,
    now: datetime,
    take_up_within_s: float,
) -> Call | None:
    """
    Take a call that has failed one step up.

    Parameters
    ----------
    session
        A session that may write.
    deadline
        Of the answer that was refused or not given.
    step
        The step of its plan that is told.
    city
        The city.
    now
        The present, with offset.
    take_up_within_s
        Seconds that each command centre has before the next one above is told.

    Returns
    -------
    call
        None if that centre has been told of it before, for another one who was called.
    """
    call = get_call(session, str(deadline.about))
    number = sum(one.tells != Telling.REMIND for one in deadline.plan[: deadline.told + 1])
    within_s = take_up_within_s
    gone = go_up(call, step.to, city, step=number, at=step.at, take_up_within_s=within_s)
    if not note_step(session, str(call.id), gone, now=now):
        return None
    detail = {"step": gone.step, "to": gone.to}
    about = str(call.id)
    record(session, now=now, by=SYSTEM, act="escalate_whistle", about=about, detail=detail)
    return call


def _follow(session: Session, call: Call, city: City, *, now: datetime) -> None:
    """Begin and end the deadlines of its answers."""
    incident = get_incident(session, call.incident)
    follow_step(session, incident, incident.state, incident.state, now=now, city=city)
