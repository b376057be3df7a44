"""
Automatic dispatch (自动派单): use cases of sending by rule; the door that calls them commits.

A rule sends by the same way as a dispatcher: a suggestion is kept, its first proposal is bound, and
who decided is on record.  Whoever is taken meanwhile stays where he or she is, and the next
proposal goes.  An incident that somebody has taken up is that person's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import automation_reason as said
from dispatch import desk, follow_up
from dispatch.assignment import Assignment, Decision
from dispatch.assignment_terms import AssignmentTerms
from dispatch.automatic_verdict import AutomaticVerdict, SwitchedOff
from dispatch.automation import Automation, Case, Rule, choose_rule
from dispatch.city import City
from dispatch.desk import Draft
from dispatch.duplicates import Alike, find_duplicates, standard_rule
from dispatch.incident import Incident
from dispatch.incident_state import State
from dispatch.jurisdiction import decide
from dispatch.origin import Origin
from dispatch.picking import Pick
from dispatch.proposal import Proposal
from dispatch.store.incidents import get_incident
from dispatch.store.ledger import record
from dispatch.store.origins import recent_of_matters
from dispatch.store.verdicts import add_verdict, is_switched_off
from dispatch.suggestion import Suggestion
from dispatch.whereabouts import Whereabouts
from geo.errors import Conflict
from geo.remark import Remark

BY = "rule:"
"""Begins the name in which a rule acts; no account can be called so."""


@dataclass(frozen=True, slots=True)
class Judged:
    """
    An incident that was looked at.

    Attributes
    ----------
    case
        What was looked at.
    decided
        The rule that fits, or why it is left to a person.
    """

    case: Case
    decided: Rule | Remark


def judge(  # noqa: PLR0913 -- what is judged, by what and when
    session: Session,
    incident: Incident,
    origin: Origin,
    city: City,
    automation: Automation,
    *,
    off: Mapping[str, SwitchedOff],
    now: datetime,
) -> Judged:
    """
    Find out whether a rule sends somebody to an incident.

    Parameters
    ----------
    session
        A session; it need not write.
    incident
        As it stands.
    origin
        How it was first reported.
    city
        The city.
    automation
        The rules.
    off
        Where nothing is done by rule.
    now
        The present, with offset.

    Returns
    -------
    judged
        The rule, or the reason.
    """
    place = city.place_index.locate(incident.lon_lat)
    zone = None if place.zone is None else place.zone.code
    case = Case(
        incident,
        origin,
        decide(incident, place, city, now=now),
        zone,
        off=zone in off,
        duplicate=_duplicate(session, incident, city, now),
    )
    return Judged(case, choose_rule(case, city, automation, now=now))


def leave(session: Session, judged: Judged, why: Remark, *, now: datetime) -> Incident | None:
    """
    Leave an incident to a person, and say why.

    Parameters
    ----------
    session
        A session that may write, with the incident locked.
    judged
        The incident as it was judged.
    why
        The reason.
    now
        The present, with offset.

    Returns
    -------
    incident
        As it stands; None where it was judged already, or corrected since, and is judged anew.
    """
    number = str(judged.case.incident.id)
    incident = get_incident(session, number)
    if incident.state != State.REPORTED:
        why = said.BY_HAND
    elif incident.version != judged.case.incident.version:
        return None
    if not add_verdict(session, _verdict(judged.case, None, why, now)):
        return None
    detail = {"why": why.code}
    record(session, now=now, by=BY, act="leave_to_person", about=number, detail=detail)
    return incident


def send(  # noqa: PLR0913 -- what was judged and suggested, where everybody is, when, and the terms
    session: Session,
    judged: Judged,
    draft: Draft,
    whereabouts: Whereabouts,
    *,
    now: datetime,
    terms: AssignmentTerms,
    taken: Collection[str] = (),
) -> Assignment | Remark | None:
    """
    Send the first crew that was proposed and is free still.

    Parameters
    ----------
    session
        A session that may write, with the incident locked.
    judged
        An incident that a rule fits.
    draft
        What was suggested for it.
    whereabouts
        Where the officers of the city are, and whether free.
    now
        The present, with offset.
    terms
        How long suggestions are good for and crews stay at a scene.
    taken
        Officers whom somebody else has been given since, as the caller knows.

    Returns
    -------
    sent
        The assignment; else nothing is kept, and a reason says that its zone was switched off since
        or nobody proposed is free any more, None that it is no longer as it was judged.
    """
    rule, number = judged.decided, str(judged.case.incident.id)
    assert isinstance(rule, Rule)  # else there is nothing to send by
    incident = get_incident(session, number)
    if (incident.state, incident.version) != (State.REPORTED, judged.case.incident.version):
        return None
    if is_switched_off(session, judged.case.zone):
        return said.SWITCHED_OFF
    for proposal in of_the_case(draft.suggestion):
        late = rule.in_target and not proposal.meets_target
        if late or not set(taken).isdisjoint(proposal.crew):
            continue
        try:
            with session.begin_nested():
                desk.keep(session, draft)
                sent = _bind(session, draft, proposal, rule, whereabouts, now=now, terms=terms)
        except Conflict:  # somebody else has that crew
            continue
        why = said.dispatched(rule.title_zh, rule.title_en, proposal.unit, proposal.rank)
        add_verdict(session, _verdict(judged.case, rule, why, now, sent))
        return sent
    return said.TAKEN


def _bind(  # noqa: PLR0913 -- as above
    session: Session,
    draft: Draft,
    proposal: Proposal,
    rule: Rule,
    whereabouts: Whereabouts,
    *,
    now: datetime,
    terms: AssignmentTerms,
) -> Assignment:
    """Send a crew that was proposed, as a dispatcher does."""
    return follow_up.dispatch(
        session,
        draft.number,
        Pick(rank=proposal.rank, kind=proposal.kind),
        whereabouts,
        decision=Decision(now, f"{BY}{rule.name}", by_rule=True),
        terms=terms,
        made=draft.suggestion,
    )


def of_the_case(suggestion: Suggestion) -> list[Proposal]:
    """
    List the proposals for whoever has the case.

    Parameters
    ----------
    suggestion
        What was suggested.

    Returns
    -------
    proposals
        By rank; none to secure the place, and no drones.
    """
    return [one for one in suggestion.proposals if one.kind.value == suggestion.case.value]


def _duplicate(session: Session, incident: Incident, city: City, now: datetime) -> str | None:
    """Id of a report nearby that came in before and shares a matter."""
    rule = standard_rule()
    among = recent_of_matters(
        session, incident.matters, before=str(incident.id), looked_at=rule.shown.looked_at
    )
    found = find_duplicates(
        among,
        lon_lat=incident.lon_lat,
        matters=incident.matters,
        known=city.matters,
        now=now,
        rule=rule,
    )
    return next((str(one.incident.id) for one in found if one.alike == Alike.SAME_MATTER), None)


def _verdict(
    case: Case, rule: Rule | None, why: Remark, now: datetime, sent: Assignment | None = None
) -> AutomaticVerdict:
    """Write down what was decided."""
    return AutomaticVerdict(
        incident=str(case.incident.id),
        judged_at=now,
        source=case.origin.source,
        triage=case.triage,
        zone=case.zone,
        rule=None if rule is None else rule.name,
        said=why,
        suggestion=None if sent is None else sent.suggestion,
        assignment=None if sent is None else sent.id,
    )
