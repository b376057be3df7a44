"""Diverting: use cases of calling a crew off for a graver incident; the door commits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.assignment import Assignment, Decision, Departure, Outcome
from dispatch.assignment_terms import AssignmentTerms
from dispatch.crew_notice import tell_ended
from dispatch.diversion import Diversion, LetAlone, UnderWay, diversions
from dispatch.follow_up import begin, draw_up, incident_of, must_be_fresh, record_decision
from dispatch.handling import crew_sent, follow_crews, take_up
from dispatch.incident_state import State
from dispatch.picking import Pick, pick
from dispatch.policy import Policy
from dispatch.second_thoughts import Rule
from dispatch.step import Step
from dispatch.store.assignments import (
    add_assignment,
    get_assignment,
    list_assignments,
    release_assignment,
)
from dispatch.store.incidents import get_incident, lock_incidents
from dispatch.store.suggestions import get_suggestion
from dispatch.whereabouts import Whereabouts
from geo.errors import Conflict


def offers(  # noqa: PLR0913 -- the question, and options that are keywords only
    session: Session,
    suggestion: str,
    whereabouts: Whereabouts,
    *,
    rule: Rule,
    now: datetime,
    policy: Policy | str | None = None,
) -> tuple[tuple[Diversion, ...], tuple[LetAlone, ...]]:
    """
    Say which crews under way the rule lets be called off for the incident of a suggestion.

    Parameters
    ----------
    session
        A session.
    suggestion
        Id of a suggestion that was made for an incident on record.
    whereabouts
        Where the officers of the city are.
    rule
        Who may be called off.
    now
        The present, with offset.
    policy
        The ranking; that of the suggestion by default.

    Returns
    -------
    offers, let_alone
        See `dispatch.diversion.diversions`.

    Raises
    ------
    UnknownName
        There is no such suggestion.
    BadValue
        It was made for a place, not for an incident.
    """
    made = get_suggestion(session, suggestion)
    reported = incident_of(session, made)
    under_way = [
        UnderWay(one, get_incident(session, one.incident))
        for one in list_assignments(session, bound=True, limit=None)
        if one.under_way
    ]
    return diversions(reported, under_way, whereabouts, rule, now=now, policy=policy or made.policy)


def divert(  # noqa: PLR0913 -- what is accepted, by whom, and options that are keywords only
    session: Session,
    suggestion: str,
    calls_off: str,
    whereabouts: Whereabouts,
    *,
    decision: Decision,
    terms: AssignmentTerms,
    rule: Rule,
    policy: Policy | str | None = None,
) -> tuple[Assignment, Assignment]:
    """
    Call a crew off, as the rule allows, and bind it to the incident of a suggestion.

    Parameters
    ----------
    session
        A session that may write.
    suggestion
        Id of the suggestion.
    calls_off
        Id of the assignment that ends.
    whereabouts
        Where the officers of the city are.
    decision
        Who decides, when, and why.
    terms
        How long suggestions are good for and crews stay at a scene.
    rule
        Who may be called off.
    policy
        The ranking; that of the suggestion by default.

    Returns
    -------
    left, assignment
        The one that ended, whose incident waits again by the clock it had, and the new one.

    Raises
    ------
    UnknownName
        There is no such suggestion or assignment.
    Conflict
        The rule does not let this crew be called off, or not any more.
    """
    made = get_suggestion(session, suggestion)
    leaves = get_assignment(session, calls_off).incident
    lock_incidents(session, leaves, str(incident_of(session, made).id))
    _, at = take_up(session, leaves, now=decision.at)
    reported, decision = begin(session, made, replace(decision, at=at))
    must_be_fresh(made, terms, decision.at)
    now = decision.at
    allowed, others = offers(session, suggestion, whereabouts, rule=rule, now=now, policy=policy)
    offer = next((one for one in allowed if one.assignment == calls_off), None)
    if offer is None:
        why = next((one.why.en for one in others if one.assignment == calls_off), "It has ended.")
        raise Conflict(f"The crew of assignment {calls_off} may not be called off: {why}")
    called = frozenset(offer.officers)
    wanted = Pick(officers=offer.officers)
    picked = pick(wanted, made, whereabouts, called_off=called)
    picked = replace(picked, departure=Departure.DIVERSION, eta_s=offer.eta_s, rank=None)
    outcome = Outcome.CALLED_OFF
    left = release_assignment(session, calls_off, now=now, by=decision.by, outcome=outcome)
    bound = draw_up(session, suggestion, made, reported, picked, decision, terms)
    sent = add_assignment(session, replace(bound, instead_of=calls_off))
    because = Step(State.ACCEPTED, decision.by, now, outcome.value, about=calls_off)
    follow_crews(session, leaves, because, whereabouts.city)
    crew_sent(session, sent, whereabouts.city)
    record_decision(session, sent)
    tell_ended(session, left, whereabouts.city)
    return left, sent
