"""Follow-up: use cases after a suggestion is made; the door that calls them commits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dispatch import desk
from dispatch.assignment import (
    Assignment,
    Decision,
    Departure,
    Outcome,
    Picked,
    clock_for,
    running_clock,
)
from dispatch.assignment_terms import AssignmentTerms
from dispatch.city import City
from dispatch.city_coverage import CityCoverage
from dispatch.crew_notice import tell_ended
from dispatch.desk import Freezer, freeze_anew
from dispatch.handling import crew_sent, follow_crews, take_up
from dispatch.incident import Incident
from dispatch.incident_state import WORKED_ON, State
from dispatch.picking import Pick, pick
from dispatch.policy import Policy
from dispatch.run_order import GOES_BY_RUN_CARD
from dispatch.scene import look_at
from dispatch.step import Step, not_from_here
from dispatch.store.assignments import (
    add_assignment,
    all_assignments,
    bound_officers,
    get_assignment,
    note_stage,
    release_assignment,
)
from dispatch.store.incidents import get_incident
from dispatch.store.ledger import record
from dispatch.store.suggestions import get_suggestion
from dispatch.suggestion import Suggestion
from dispatch.under_way import complete_after_s
from dispatch.whereabouts import Whereabouts
from geo.errors import BadValue, Conflict


def dispatch(  # noqa: PLR0913 -- what is accepted, by whom, and options that are keywords only
    session: Session,
    suggestion: str,
    wanted: Pick,
    whereabouts: Whereabouts,
    *,
    decision: Decision,
    terms: AssignmentTerms,
    incident: str | None = None,
    reinforces: bool = False,
    made: Suggestion | None = None,
) -> Assignment:
    """
    Bind a crew to an incident.

    Parameters
    ----------
    session
        A session that may write.
    suggestion
        Id of the suggestion that is accepted or overridden.
    wanted
        Who is to go.
    whereabouts
        Where the officers of the city are, and whether free.
    decision
        Who decides, when, and why.
    terms
        Reasons for overrides, how long suggestions are good for and crews stay at a scene.
    incident
        Id of the incident, where the suggestion was made for its place alone.
    reinforces
        Whether they go beside others who are bound for the same.
    made
        The suggestion, for whoever has just kept it; without it the store is asked.

    Returns
    -------
    assignment
        With its id.

    Raises
    ------
    UnknownName
        There is no such suggestion, incident, rank, crew, officer or reason.
    BadValue
        The suggestion is of another incident, or an override gives no reason.
    Conflict
        The suggestion is too old, or somebody is bound or off duty already.
    """
    made = made or get_suggestion(session, suggestion)
    reported, decision = begin(session, made, decision, incident)
    must_be_fresh(made, terms, decision.at)
    proposed = {officer for one in made.proposals for officer in one.crew}
    bound_now = bound_officers(session, None if wanted.rank is None else proposed)
    picked = pick(wanted, made, whereabouts, bound=bound_now)
    if picked.departure == Departure.OVERRIDE or decision.reason is not None:
        terms.check(decision.reason, decision.note)
    if picked.departure == Departure.OVERRIDE:
        picked = _timed(picked, reported, whereabouts, decision.at)
    bound = draw_up(session, suggestion, made, reported, picked, decision, terms)
    sent = add_assignment(session, replace(bound, reinforces=reinforces))
    crew_sent(session, sent, whereabouts.city)
    record_decision(session, sent)
    return sent


def record_decision(session: Session, sent: Assignment) -> None:
    """
    Leave in the audit who sent which crew, and whether as was suggested.

    Parameters
    ----------
    session
        A session that may write.
    sent
        The assignment.
    """
    decision, picked = sent.decision, sent.picked
    detail = {
        "incident": sent.incident,
        "suggestion": sent.suggestion,
        "unit": picked.unit,
        "departure": picked.departure,
        "instead_of": sent.instead_of,
    }
    about = str(sent.id)
    record(
        session, now=decision.at, by=decision.by, act="dispatch_crew", about=about, detail=detail
    )


def begin(
    session: Session, made: Suggestion, decision: Decision, named: str | None = None
) -> tuple[Incident, Decision]:
    """
    Begin to act on a suggestion.

    Parameters
    ----------
    session
        A session that may write.
    made
        The suggestion.
    decision
        Who decides, when, and why.
    named
        Id of the incident that is meant, or None where the suggestion names it.

    Returns
    -------
    incident
        As it stands; nobody else moves it until this piece of work ends.
    decision
        Not before the last step of the incident.

    Raises
    ------
    BadValue
        It is for another incident, or for a place and no incident is named.
    Conflict
        Nobody can be sent to the incident any more, or it has been corrected since.
    """
    number = _named_by(made, named)
    incident, at = take_up(session, number, now=decision.at)
    _must_be_of(made, incident)
    if incident.state not in WORKED_ON:
        raise Conflict(not_from_here(number, incident.state, State.DISPATCHED, incident.resumes_to))
    return incident, replace(decision, at=at)


def draw_up(  # noqa: PLR0913, PLR0917 -- everything that an assignment is made from
    session: Session,
    suggestion: str,
    made: Suggestion,
    reported: Incident,
    picked: Picked,
    decision: Decision,
    terms: AssignmentTerms,
) -> Assignment:
    """
    Draw up an assignment; nothing is bound yet.

    Parameters
    ----------
    session
        A session.
    suggestion, made
        Id of the suggestion, and the suggestion.
    reported
        The incident.
    picked
        Who goes.
    decision
        Who decides, when, and why.
    terms
        How long crews stay at a scene.

    Returns
    -------
    assignment
        By the clock that runs for the incident, or a new one.
    """
    at, received_at = decision.at, reported.reported_at
    earlier = all_assignments(session, incident=reported.id)
    clock = clock_for(picked.kind, made, earlier, received_at=received_at, now=at)
    busy_s = (picked.eta_s or clock.target_s) + terms.stays_s(made.holder.triage)
    return Assignment(
        incident=str(reported.id),
        suggestion=suggestion,
        picked=picked,
        decision=decision,
        clock=clock,
        expected_end=at + timedelta(seconds=busy_s),
        policy=made.policy,
        routing=made.routing.code,
        matters=made.matters,
        run_card=_run_card(made),
    )


def _named_by(made: Suggestion, named: str | None) -> str:
    """Id of the incident for which a suggestion is taken."""
    if made.incident is not None and named not in {None, made.incident}:
        raise BadValue(f"The suggestion is for incident {made.incident}, not for {named}.")
    number = made.incident or named
    if number is None:
        raise BadValue("The suggestion was made for a place: say for which incident it is taken.")
    return number


def _must_be_of(made: Suggestion, incident: Incident) -> None:
    """Refuse a suggestion that is not of an incident as it stands."""
    if (incident.lon_lat, tuple(sorted(set(incident.matters)))) == (made.lon_lat, made.matters):
        return
    if made.incident is not None:
        raise Conflict(f"Incident {incident.id} was corrected since: ask for a new suggestion.")
    raise BadValue(f"The suggestion is for another place or other matters than {incident.id}.")


def _run_card(made: Suggestion) -> str | None:
    """The lead matter, if the suggestion went by its run card."""
    by_card = any(ground.code == GOES_BY_RUN_CARD for ground in made.grounds)
    return made.holder.matter if by_card else None


def draft_for(  # noqa: PLR0913 -- the question, and three options that are keywords only
    session: Session,
    incident: str,
    whereabouts: Whereabouts,
    *,
    now: datetime,
    policy: Policy | str,
    asked_by: str | None = None,
    freezer: Freezer = freeze_anew,
    covered: CityCoverage | None = None,
) -> desk.Draft:
    """
    Suggest who goes to an incident on record.

    Parameters
    ----------
    session
        A session; it need not write.
    incident
        Its id.
    whereabouts
        Where the officers of the city are.
    now
        The present, with offset.
    policy
        The ranking, or the name of one that comes with the program.
    asked_by
        Code of the area whose command room asks, or None.
    freezer
        Freezes where the officers are.
    covered
        What is covered now or was a moment ago, if its price is asked for.

    Returns
    -------
    draft
        For `dispatch.desk.keep`.  If somebody has been sent and nobody is there, its target is
        what is left of the first one's: that clock runs on.

    Raises
    ------
    UnknownName
        There is no such incident, policy or area.
    OutsideNetwork
        The place is too far from the roads of every mode.
    """
    clock = running_clock(all_assignments(session, incident=incident))
    return desk.draw_up(
        get_incident(session, incident),
        whereabouts,
        now=now,
        policy=policy,
        asked_by=asked_by,
        arrival_target_s=None if clock is None else max(clock.left_s(now), 0.0),
        freezer=freezer,
        covered=covered,
    )


def progress(session: Session, assignment: str, step: Step, city: City) -> Assignment:
    """
    Note how far a crew is: it has acknowledged, has set out, or is complete at the place.

    Parameters
    ----------
    session
        A session that may write.
    assignment
        Id of the assignment.
    step
        How far, who says so, and when; the clock of its arrival stops once it is there.
    city
        The city.

    Returns
    -------
    assignment
        With the instant; the first one noted stays.

    Raises
    ------
    UnknownName
        There is none with this id.
    Conflict
        It has ended already, or the crew is further than that.
    """
    number = get_assignment(session, assignment).incident
    _, at = take_up(session, number, now=step.at)
    crew = get_assignment(session, assignment)
    if crew.bound and crew.stage != step.to and crew.is_as_far_as(step.to):
        raise Conflict(
            f"Crew {crew.picked.unit} of assignment {assignment} is {crew.stage} already."
        )
    noted = note_stage(session, assignment, step.to, now=at)
    follow_crews(session, number, replace(step, at=at, about=assignment), city)
    detail = {"stage": step.to}
    record(session, now=at, by=step.by, act="follow_crew", about=assignment, detail=detail)
    return noted


def release(  # noqa: PLR0913 -- which one, and the columns of its end
    session: Session,
    assignment: str,
    *,
    now: datetime,
    by: str,
    outcome: Outcome,
    city: City,
    reason: str = "",
) -> Assignment:
    """
    Set a crew free.

    Parameters
    ----------
    session
        A session that may write.
    assignment
        Id of the assignment.
    now
        When, with offset.
    by
        Name of whoever says so.
    outcome
        How it ended.
    city
        The city.
    reason
        Why, in words; the outcome where nothing is said.

    Returns
    -------
    assignment
        As it ended; its officers are available again, unless they went off duty.  With the
        last crew of the case the incident is handled if one has done its work, and else waits
        to be assigned anew.

    Raises
    ------
    UnknownName
        There is none with this id.
    Conflict
        It has ended already.
    """
    number = get_assignment(session, assignment).incident
    _, at = take_up(session, number, now=now)
    ended = release_assignment(session, assignment, now=at, by=by, outcome=outcome)
    because = Step(State.ACCEPTED, by, at, reason or outcome.value, about=assignment)
    follow_crews(session, number, because, city)
    detail = {"outcome": outcome}
    record(session, now=at, by=by, act="release_crew", about=assignment, detail=detail)
    tell_ended(session, ended, city)
    return ended


def incident_of(session: Session, made: Suggestion, named: str | None = None) -> Incident:
    """
    Find the incident for which a suggestion was made; one for a place alone fits any there.

    Parameters
    ----------
    session
        A session.
    made
        The suggestion.
    named
        Id of the incident that is meant, or None where the suggestion names it.

    Returns
    -------
    incident
        As it is on record.

    Raises
    ------
    BadValue
        It is for another incident, or for a place and no incident is named.
    Conflict
        Place or matters of the incident were corrected since.
    """
    incident = get_incident(session, _named_by(made, named))
    _must_be_of(made, incident)
    return incident


def must_be_fresh(made: Suggestion, terms: AssignmentTerms, now: datetime) -> None:
    """
    Refuse a suggestion that the city has moved on from.

    Parameters
    ----------
    made
        The suggestion.
    terms
        How long it is good for.
    now
        The present, with offset.

    Raises
    ------
    Conflict
        It is too old.
    """
    age_s = (now - made.now).total_seconds()
    if age_s > terms.valid_s:
        raise Conflict(
            f"The suggestion is {age_s / 60:.0f} min old, and good for {terms.valid_s / 60:g}: "
            "ask for a new one."
        )


def _timed(picked: Picked, incident: Incident, whereabouts: Whereabouts, now: datetime) -> Picked:
    """Tell when somebody who was not proposed would be there, as far as that is known."""
    city = whereabouts.city
    scene = look_at(incident, city, now=now)
    eta_s = complete_after_s(
        whereabouts.pinned(), picked.officers, scene.destination, scene.case.need, now=now
    )
    return replace(picked, eta_s=eta_s)
