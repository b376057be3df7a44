"""
Handling: the one way in which an incident changes its state.

A use case locks its incidents, binds or releases crews, and takes its steps last: a step ends
with links of the ledger, whose lock is held until the door commits.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.assignment import Assignment, Outcome
from dispatch.choice import ProposalKind
from dispatch.city import City
from dispatch.crew_notice import tell_ended, tell_reporter, tell_sent
from dispatch.due import Around, follow_step, look_around
from dispatch.incident import Incident
from dispatch.incident_state import WITH_CREWS, State, state_of_crews
from dispatch.step import Step, check_step, not_from_here
from dispatch.store.assignments import all_assignments, release_assignment
from dispatch.store.incidents import get_incident, lock_incidents, move_incident
from dispatch.store.ledger import record
from dispatch.store.transitions import add_transition, last_instant, transitions_of
from geo.errors import Conflict


def take_up(session: Session, number: str, *, now: datetime) -> tuple[Incident, datetime]:
    """
    Begin a piece of work on an incident; nobody else moves it until that ends.

    Parameters
    ----------
    session
        A session that may write.
    number
        Id of the incident.
    now
        The present, with offset.

    Returns
    -------
    incident
        As it stands.
    at
        The present, or the instant of its last step if the clock has been put back since: no
        step lies before the one before it.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    lock_incidents(session, number)
    incident = get_incident(session, number)
    return incident, max(now, last_instant(session, number) or incident.reported_at)


def take_step(
    session: Session,
    incident: Incident,
    step: Step,
    city: City,
    around: Around | None = None,
) -> Incident:
    """
    Move an incident on, if it is still where it was.

    Parameters
    ----------
    session
        A session that may write.
    incident
        As it stands.
    step
        The step.
    city
        The city.
    around
        What its deadlines go by, for whoever takes several steps at once.

    Returns
    -------
    incident
        As it stands then; the step is on record.

    Raises
    ------
    Conflict
        The table does not allow the step, or somebody else moved the incident first; the
        sentence names its present state.
    BadValue
        The step needs a reason or a rating, and gives none.
    """
    number, before = str(incident.id), incident.state
    check_step(number, before, step, incident.resumes_to)
    was = before if step.to == State.SUSPENDED else None
    moved = move_incident(session, number, before, step.to, was)
    if moved is None:
        raise Conflict(not_from_here(number, get_incident(session, number).state, step.to))
    put_on_record(session, number, before, step)
    follow_step(session, moved, before, step.to, now=step.at, city=city, around=around)
    tell_reporter(session, moved, step, city)
    return moved


def put_on_record(session: Session, number: str, before: State | None, step: Step) -> None:
    """
    Write a step down, for the timeline and for the audit.

    Parameters
    ----------
    session
        A session that may write.
    number
        Id of the incident.
    before
        State before it; None for the report itself.
    step
        The step.
    """
    add_transition(session, number, before, step)
    act = "report_incident" if before is None else "move_incident"
    detail = {"from": before, "to": step.to, "about": step.about}
    record(session, now=step.at, by=step.by, act=act, about=number, detail=detail)


def crew_sent(session: Session, made: Assignment, city: City) -> Incident:
    """
    Move an incident on after a crew was bound to it; nobody need have taken it up before.

    Parameters
    ----------
    session
        A session that may write.
    made
        The assignment; a drone that looks first moves nothing.
    city
        The city.

    Returns
    -------
    incident
        As it stands then.
    """
    incident = get_incident(session, made.incident)
    if made.picked.kind == ProposalKind.FIRST_LOOK:
        return incident
    at, by = made.decision.at, made.decision.by
    around, first = look_around(session, made.incident, city), False
    if incident.state in {State.REPORTED, State.RETURNED}:
        incident = take_step(session, incident, Step(State.ACCEPTED, by, at), city, around)
    because = Step(State.DISPATCHED, by, at, about=made.id)
    if incident.state == State.ACCEPTED:
        incident, first = take_step(session, incident, because, city, around), True
    if not first or made.stage != State.DISPATCHED:  # else they are where the step has put them
        incident = follow_crews(session, made.incident, because, city)
    tell_sent(session, made, incident, city)
    return incident


def follow_crews(session: Session, number: str, because: Step, city: City) -> Incident:
    """
    Move an incident to where its crews are.

    Parameters
    ----------
    session
        A session that may write.
    number
        Id of the incident.
    because
        What a crew did; which state follows is found out here.
    city
        The city.

    Returns
    -------
    incident
        As it stands then; unmoved if its crews have changed nothing, or it is suspended.
    """
    incident = get_incident(session, number)
    if incident.state not in WITH_CREWS:
        return incident
    state = _where_crews_are(session, number)
    if state == incident.state:
        follow_step(session, incident, state, state, now=because.at, city=city)
        return incident
    return take_step(session, incident, replace(because, to=state), city)


def set_free(  # noqa: PLR0913 -- whose crews, and the columns of their end
    session: Session, number: str, city: City, *, now: datetime, by: str, outcome: Outcome
) -> tuple[Assignment, ...]:
    """
    Set all crews of an incident free.

    Parameters
    ----------
    session
        A session that may write.
    number
        Id of the incident.
    city
        The city.
    now
        The present, with offset.
    by
        Account of whoever says so.
    outcome
        How it ended for them.

    Returns
    -------
    released
        Those that were bound, the oldest first.
    """
    released = tuple(
        release_assignment(session, str(one.id), now=now, by=by, outcome=outcome)
        for one in all_assignments(session, incident=number)
        if one.bound
    )
    for one in released:
        tell_ended(session, one, city)
    return released


def _where_crews_are(session: Session, number: str) -> State:
    """The state of an incident by those who were sent since it was last dispatched."""
    sent = _this_time(session, number)
    bound = [one for one in sent if one.bound]
    leading = [one for one in bound if one.has_case] or bound
    done = any(one.has_case and one.outcome == Outcome.DONE for one in sent)
    return state_of_crews([one.stage for one in leading], done=done)


def _this_time(session: Session, number: str) -> list[Assignment]:
    """Crews sent since the incident was last dispatched; drones are no crews."""
    steps = transitions_of(session, number)
    first = next(
        one.step.about
        for one in reversed(steps)
        if (one.before, one.step.to) == (State.ACCEPTED, State.DISPATCHED)
    )
    sent = all_assignments(session, incident=number)
    start = next((row for row, one in enumerate(sent) if one.id == first), 0)
    return [one for one in sent[start:] if one.picked.kind != ProposalKind.FIRST_LOOK]
