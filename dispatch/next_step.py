"""Next step: what people ask an incident to become, each with what it means for its crews."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import follow_up
from dispatch.assignment import Assignment, Decision, Outcome, purpose_of, running_clock
from dispatch.assignment_terms import AssignmentTerms
from dispatch.city import City
from dispatch.hand_off import hand_off
from dispatch.handling import crew_sent, follow_crews, set_free, take_step, take_up
from dispatch.incident import Incident
from dispatch.incident_state import ENDED, WITH_CREWS, WORKED_ON, State
from dispatch.lifecycle import find_move
from dispatch.picking import Pick
from dispatch.step import Step, check_step, not_from_here
from dispatch.store.assignments import add_assignment, all_assignments, get_assignment
from dispatch.store.incidents import get_incident, lock_incidents
from dispatch.store.transitions import add_hand_off
from dispatch.whereabouts import Whereabouts
from geo.errors import BadValue, Conflict

CREW_STEPS = WITH_CREWS[1:]
"""Steps that a crew takes, rather than the incident as a whole."""


@dataclass(frozen=True, slots=True)
class Sending:
    """
    Who is to be sent.

    Attributes
    ----------
    suggestion
        Id of the suggestion that is accepted or overridden.
    pick
        Who is to go.
    reason
        Code of the reason of an override, or None.
    reinforces
        Whether they go beside others who are bound for the same.
    """

    suggestion: str
    pick: Pick
    reason: str | None = None
    reinforces: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What somebody wants an incident to become.

    Attributes
    ----------
    to
        The state.
    reason
        Why, in words.
    lon_lat
        Where whoever asks is, WGS-84 degrees, or None.
    sending
        Who is to be sent; only with ``dispatched``.
    assignment
        Id of the assignment that is meant, where there are several.
    into
        Id of the incident of which it is a duplicate; only with ``merged``.
    partner
        Code of the city that takes it over, where its place does not say; only with
        ``handed_off``.
    rating
        From 1 to 5; only with ``rated``.
    """

    to: State
    reason: str = ""
    lon_lat: tuple[float, float] | None = None
    sending: Sending | None = None
    assignment: str | None = None
    into: str | None = None
    partner: str | None = None
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """
    What came of it.

    Attributes
    ----------
    incident
        As it stands then.
    others
        Other incidents that moved with it.
    assignments
        Crews that were bound, noted or set free.
    """

    incident: Incident
    others: tuple[Incident, ...] = ()
    assignments: tuple[Assignment, ...] = ()


def move(  # noqa: PLR0913 -- what is wanted, by whom and when, as keywords
    session: Session,
    number: str,
    wanted: Wanted,
    whereabouts: Whereabouts,
    *,
    by: str,
    now: datetime,
    terms: AssignmentTerms,
) -> Moved:
    """
    Move an incident on as somebody asks.

    Parameters
    ----------
    session
        A session that may write.
    number
        Id of the incident.
    wanted
        What it is to become.
    whereabouts
        Where the officers of the city are, and whether free.
    by
        Account of whoever asks.
    now
        The present, with offset.
    terms
        Reasons for overrides, how long suggestions are good for and crews stay at a scene.

    Returns
    -------
    moved
        The incident, and whatever moved with it.

    Raises
    ------
    UnknownName
        There is no such incident, assignment, suggestion, rank, officer or partner city.
    BadValue
        Something is missing that the step needs.
    Conflict
        The incident cannot take the step from where it stands; the sentence names its state.
    """
    city = whereabouts.city
    if wanted.to == State.MERGED and wanted.into is not None:
        lock_incidents(session, number, wanted.into)
        _, now = take_up(session, wanted.into, now=now)
    incident, at = take_up(session, number, now=now)
    step = Step(wanted.to, by, at, wanted.reason, wanted.lon_lat, wanted.assignment, wanted.rating)
    rests = incident.state == State.SUSPENDED
    if rests:
        _must_send_nobody(incident, wanted)
    if wanted.to == State.DISPATCHED and not rests:
        return _send(session, incident, wanted, whereabouts, step, terms)
    if wanted.to in CREW_STEPS and not rests:
        return _go_on(session, incident, step, city)
    _must_be_open_to_people(incident, step)
    if wanted.to == State.MERGED:
        return _merge(session, incident, wanted.into, step, city)
    if wanted.to == State.HANDED_OFF:
        return _hand_off(session, incident, wanted.partner, step, city)
    return _leave(session, incident, step, city)


def _send(  # noqa: PLR0913, PLR0917 -- all that a dispatch is made from
    session: Session,
    incident: Incident,
    wanted: Wanted,
    whereabouts: Whereabouts,
    step: Step,
    terms: AssignmentTerms,
) -> Moved:
    """Bind a crew, by a suggestion."""
    number, sending = str(incident.id), wanted.sending
    if incident.state not in WORKED_ON:
        raise Conflict(not_from_here(number, incident.state, step.to))
    if sending is None:
        raise BadValue("Say by which suggestion a crew is sent: give suggestion, and rank or unit.")
    sent = follow_up.dispatch(
        session,
        sending.suggestion,
        sending.pick,
        whereabouts,
        decision=Decision(step.at, step.by, reason=sending.reason, note=step.reason),
        terms=terms,
        incident=number,
        reinforces=sending.reinforces,
    )
    return Moved(get_incident(session, number), assignments=(sent,))


def _go_on(session: Session, incident: Incident, step: Step, city: City) -> Moved:
    """Note how far a crew is: the one named, or the only one that is not so far yet."""
    number = str(incident.id)
    behind = [
        one
        for one in all_assignments(session, incident=number)
        if one.bound and one.picked.officers and not one.is_as_far_as(step.to)
    ]
    if step.about is not None:
        named = get_assignment(session, step.about)
        behind = [named] if named.incident == number else []
    elif incident.state not in WITH_CREWS or not behind:
        raise Conflict(not_from_here(number, incident.state, step.to))
    if len(behind) != 1:
        said = ", ".join(f"{one.id} ({one.picked.unit})" for one in behind) or "none by that name"
        raise BadValue(f"Say which assignment of incident {number} is meant; there is {said}.")
    noted = follow_up.progress(session, str(behind[0].id), step, city)
    return Moved(get_incident(session, number), assignments=(noted,))


def _must_send_nobody(incident: Incident, wanted: Wanted) -> None:
    """Refuse to send a crew to a case that rests: resuming it would leave the crew where it is."""
    if wanted.sending is not None:
        raise Conflict(
            f"Incident {incident.id} is suspended: resume it first, then send a crew to it."
        )


def _must_be_open_to_people(incident: Incident, step: Step) -> None:
    """Refuse a step that the table does not allow, or that only follows from what crews do."""
    number, state = str(incident.id), incident.state
    check_step(number, state, step, incident.resumes_to)
    allowed = find_move(state, step.to)
    if allowed is None or not allowed.who:
        raise Conflict(not_from_here(number, state, step.to, incident.resumes_to))


def _leave(session: Session, incident: Incident, step: Step, city: City) -> Moved:
    """Take a step after which nobody is bound, unless the case is suspended or resumed."""
    number = str(incident.id)
    freed: tuple[Assignment, ...] = ()
    pauses = State.SUSPENDED in {step.to, incident.state} and step.to not in ENDED
    if not pauses:
        outcome = Outcome.DONE if step.to == State.HANDLED else Outcome.CALLED_OFF
        freed = set_free(session, number, city, now=step.at, by=step.by, outcome=outcome)
    moved = take_step(session, incident, step, city)
    if incident.state == State.SUSPENDED:
        moved = follow_crews(session, number, replace(step, reason="resumed"), city)
    return Moved(moved, assignments=freed)


def _merge(session: Session, incident: Incident, into: str | None, step: Step, city: City) -> Moved:
    """Merge a duplicate into another incident, to which its crews go on."""
    if into is None or into == incident.id:
        raise BadValue(f"Say of which other incident {incident.id} is a duplicate: give into.")
    other = get_incident(session, into)
    if other.state in {State.MERGED, State.HANDED_OFF, State.CANCELLED}:
        raise Conflict(f"Incident {into} is {other.state}: nothing can be merged into it.")
    go_on = other.state in WORKED_ON or other.resumes_to in WITH_CREWS
    outcome = Outcome.MERGED if go_on else Outcome.CALLED_OFF
    number = str(incident.id)
    freed = set_free(session, number, city, now=step.at, by=step.by, outcome=outcome)
    carried = [_carry(session, one, into, step) for one in freed] if go_on else []
    moved = take_step(session, incident, replace(step, about=into), city)
    for one in carried:
        crew_sent(session, one, city)
    return Moved(moved, (get_incident(session, into),), (*freed, *carried))


def _carry(session: Session, left: Assignment, into: str, step: Step) -> Assignment:
    """Bind a crew of the duplicate to the other incident, as far as it is, by the first clock."""
    there, kind = all_assignments(session, incident=into), left.picked.kind
    same = any(one.bound and one.picked.kind == kind for one in there)
    clocks = [clock for clock in (left.clock, running_clock(there, purpose_of(kind))) if clock]
    decision = Decision(step.at, step.by, by_rule=True, note=step.reason)  # nobody chose anew
    return add_assignment(
        session,
        replace(
            left,
            incident=into,
            decision=decision,
            clock=min(clocks, key=lambda clock: clock.dispatched_at),
            reinforces=left.reinforces or same,
            instead_of=left.id,
        ),
    )


def _hand_off(
    session: Session, incident: Incident, partner: str | None, step: Step, city: City
) -> Moved:
    """Hand a case over to another city, with the record that goes there."""
    place = city.place_index.locate(incident.lon_lat)
    record = hand_off(incident, place, city, now=step.at, partner=partner, reason=step.reason)
    if record.partner is None:
        known = ", ".join(one.code for one in city.partners) or "none is known"
        raise BadValue(
            f"Incident {incident.id} lies in no partner city: say with partner which one takes it "
            f"over ({known})."
        )
    number = str(incident.id)
    freed = set_free(session, number, city, now=step.at, by=step.by, outcome=Outcome.CALLED_OFF)
    add_hand_off(session, record)
    moved = take_step(session, incident, replace(step, about=record.partner), city)
    return Moved(moved, assignments=freed)
