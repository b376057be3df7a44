"""
Offer: what follows when a crew refuses, or does not say that it goes.

Its suggestion has other proposals.  The next one that is free still is offered to the command
room, or sent by rule; the clock of the arrival that began with the first crew runs on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import follow_up
from dispatch.assignment import Assignment, Decision, Outcome, running_clock
from dispatch.assignment_terms import AssignmentTerms, standard_terms
from dispatch.deadline import ClockKind
from dispatch.deadline_terms import OnSilence, terms_of
from dispatch.due import ARRIVALS, centres_of
from dispatch.picking import Pick, pick
from dispatch.proposal import Proposal
from dispatch.sight import areas_of_place
from dispatch.store.assignments import all_assignments
from dispatch.store.ledger import post, record, tell
from dispatch.store.suggestions import get_suggestion
from dispatch.store.verdicts import is_switched_off
from dispatch.suggestion import Suggestion
from dispatch.whereabouts import Whereabouts
from geo.errors import Conflict
from geo.remark import Remark

RULE = "next_proposal"
"""Who decides where no person does."""

UNWILLING = frozenset({Outcome.REFUSED, Outcome.SILENT})
"""How an assignment ends for a crew that did not go."""


@dataclass(frozen=True, slots=True)
class Offer:
    """
    What follows a refusal or silence.

    Attributes
    ----------
    ended
        The assignment that ended.
    proposal
        The next one, or None: nobody is left of the suggestion, or it is too old.
    sent
        The assignment to it, where it was sent by rule.
    said
        The same in words.
    """

    ended: Assignment
    proposal: Proposal | None
    sent: Assignment | None
    said: Remark

    @property
    def moved(self) -> tuple[Assignment, ...]:
        """The assignment that ended, and the one that began if there is one."""
        return (self.ended,) if self.sent is None else (self.ended, self.sent)


def pass_on(  # noqa: PLR0913 -- what ended, where everybody is, and by which terms
    session: Session,
    ended: Assignment,
    whereabouts: Whereabouts,
    *,
    now: datetime,
    on_silence: OnSilence,
    terms: AssignmentTerms,
) -> Offer:
    """
    Offer or send the next proposal after a crew did not go.

    Parameters
    ----------
    session
        A session that may write.
    ended
        The assignment, released as refused or silent.
    whereabouts
        Where the officers of the city are, and whether free.
    now
        The present, with offset.
    on_silence
        Whether it is offered or sent; never sent where what is done by rule is switched off.
    terms
        How long suggestions are good for and crews stay at a scene.

    Returns
    -------
    offer
        It is told to open pages and to the command room, and is in the audit.
    """
    place = whereabouts.city.place_index.locate(get_suggestion(session, ended.suggestion).lon_lat)
    if place.zone is not None and is_switched_off(session, place.zone.code):
        on_silence = OnSilence.OFFER
    offer = _find(session, ended, whereabouts, now=now, on_silence=on_silence, terms=terms)
    areas = areas_of_place(place, whereabouts.city)
    centre = centres_of(place, whereabouts.city)[0]
    detail = _detail(session, offer, now)
    record(session, now=now, by=RULE, act="offer_next", about=ended.incident, detail=detail)
    tell(session, "offer", detail | {"said": _texts(offer.said)}, now=now, areas=areas)
    key = f"offer:{ended.id}"
    post(session, now=now, to=centre, said=offer.said, dedupe_key=key, about=ended.incident)
    return offer


def after_release(
    session: Session, ended: Assignment, whereabouts: Whereabouts, *, now: datetime
) -> Offer | None:
    """
    Offer or send the next proposal if an assignment ended because the crew would not go.

    Parameters
    ----------
    session
        A session that may write.
    ended
        The assignment, released.
    whereabouts
        Where the officers of the city are, and whether free.
    now
        The present, with offset.

    Returns
    -------
    offer
        What followed, or None after any other end.
    """
    if ended.outcome not in UNWILLING or ended.arrived_at is not None:
        return None
    on_silence = terms_of(whereabouts.city).of[ClockKind.ACKNOWLEDGE].on_silence
    terms = standard_terms()
    return pass_on(session, ended, whereabouts, now=now, on_silence=on_silence, terms=terms)


def _find(  # noqa: PLR0913 -- as above
    session: Session,
    ended: Assignment,
    whereabouts: Whereabouts,
    *,
    now: datetime,
    on_silence: OnSilence,
    terms: AssignmentTerms,
) -> Offer:
    """Find the next proposal, and send it if that is the rule."""
    made = get_suggestion(session, ended.suggestion)
    try:
        follow_up.must_be_fresh(made, terms, now)
    except Conflict:
        return Offer(ended, None, None, _nobody(ended))
    for proposal in left_of(made, ended, all_assignments(session, incident=ended.incident)):
        wanted = Pick(rank=proposal.rank, kind=proposal.kind)
        try:
            if on_silence == OnSilence.SEND:
                sent = _send(session, ended, wanted, whereabouts, now=now, terms=terms)
                return Offer(ended, proposal, sent, _sent(ended, proposal))
            pick(wanted, made, whereabouts)
        except Conflict:  # that crew is taken, too
            continue
        return Offer(ended, proposal, None, _offered(ended, proposal))
    return Offer(ended, None, None, _nobody(ended))


def left_of(
    made: Suggestion, ended: Assignment, assignments: tuple[Assignment, ...]
) -> list[Proposal]:
    """
    List proposals that have not been tried.

    Parameters
    ----------
    made
        The suggestion.
    ended
        The assignment that ended.
    assignments
        All assignments to the incident.

    Returns
    -------
    proposals
        For the same purpose, in the order of the suggestion, without officers who would not go.
    """
    unwilling = {
        officer
        for one in (*assignments, ended)
        if one.outcome in UNWILLING
        for officer in one.picked.officers
    }
    return [
        one
        for one in made.proposals
        if one.kind == ended.picked.kind and unwilling.isdisjoint(one.crew)
    ]


def _send(  # noqa: PLR0913 -- as above
    session: Session,
    ended: Assignment,
    wanted: Pick,
    whereabouts: Whereabouts,
    *,
    now: datetime,
    terms: AssignmentTerms,
) -> Assignment:
    """Send the next crew by rule, all of it or nothing."""
    with session.begin_nested():
        return follow_up.dispatch(
            session,
            ended.suggestion,
            wanted,
            whereabouts,
            decision=Decision(now, RULE, by_rule=True),
            terms=terms,
            incident=ended.incident,
            reinforces=ended.reinforces,
        )


def _detail(session: Session, offer: Offer, now: datetime) -> dict[str, object]:
    """What pages and the audit are told, without personal data."""
    ended, proposal = offer.ended, offer.proposal
    assignments = all_assignments(session, incident=ended.incident)
    purpose = ended.picked.kind if ended.picked.kind in ARRIVALS.values() else "arrive"
    clock = running_clock(assignments, purpose)
    return {
        "incident": ended.incident,
        "suggestion": ended.suggestion,
        "assignment": ended.id,
        "outcome": ended.outcome,
        "rank": proposal and proposal.rank,
        "kind": ended.picked.kind,
        "unit": proposal and proposal.unit,
        "eta_s": proposal and proposal.eta_s,
        "sent": offer.sent and offer.sent.id,
        "arrival_left_s": clock and clock.left_s(now),
    }


def _texts(said: Remark) -> dict[str, str]:
    """A remark as JSON."""
    return {"code": said.code, "zh": said.zh, "en": said.en}


def _why(ended: Assignment) -> tuple[str, str]:
    """Why somebody else is looked for."""
    unit = ended.picked.unit
    if ended.outcome == Outcome.REFUSED:
        return f"{unit} 拒绝派单", f"{unit} refuses"
    return f"{unit} 未按时接单", f"{unit} did not acknowledge"


def _offered(ended: Assignment, proposal: Proposal) -> Remark:
    zh, en = _why(ended)
    return Remark(
        "next_offered",
        f"事件 {ended.incident}：{zh}，请派下一建议 {proposal.unit}（第 {proposal.rank} 位）。",
        f"Incident {ended.incident}: {en}; send {proposal.unit} next (rank {proposal.rank}).",
    )


def _sent(ended: Assignment, proposal: Proposal) -> Remark:
    zh, en = _why(ended)
    return Remark(
        "next_sent",
        f"事件 {ended.incident}：{zh}，已按规则派出 {proposal.unit}（第 {proposal.rank} 位）。",
        f"Incident {ended.incident}: {en}; {proposal.unit} (rank {proposal.rank}) is sent by rule.",
    )


def _nobody(ended: Assignment) -> Remark:
    zh, en = _why(ended)
    return Remark(
        "nobody_left",
        f"事件 {ended.incident}：{zh}，原建议已无可派小组，请重新生成建议。",
        f"Incident {ended.incident}: {en}, and nobody is left of its suggestion: ask for another.",
    )
