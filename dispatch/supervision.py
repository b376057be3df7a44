"""
Supervision (催办、督办): use cases of deadlines that run out; the door that calls them commits.

Each step of a plan is claimed and told in one transaction, so that it happens once whoever is
killed, and however many look.  A crew that has not said in time that it goes is released as
silent, and the next proposal follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import follow_up
from dispatch.assignment import Outcome
from dispatch.assignment_terms import AssignmentTerms
from dispatch.deadline import ClockKind
from dispatch.deadline_plan import Deadline, PlanStep, Telling, tell_step
from dispatch.deadline_terms import DeadlineTerms, terms_of
from dispatch.escalation import Call
from dispatch.offer import Offer, pass_on
from dispatch.sight import areas_of_place
from dispatch.store.assignments import get_assignment
from dispatch.store.deadlines import claim_step
from dispatch.store.incidents import get_incident, lock_incidents
from dispatch.store.ledger import post, record, tell
from dispatch.whereabouts import Whereabouts
from dispatch.whistle_desk import escalate
from geo.remark import Remark

KEEPER = "deadlines"
"""Name under which steps of plans are on record."""

OF_CREWS = frozenset({ClockKind.ACKNOWLEDGE, ClockKind.SECURE, ClockKind.ARRIVE})
"""Kinds of deadlines that a crew has to keep that was sent."""


@dataclass(frozen=True, slots=True)
class Supervised:
    """
    A step that was told.

    Attributes
    ----------
    deadline
        The deadline, as it was before.
    step
        The step.
    offer
        What followed silence, or None.
    call
        The whistle that went up with it, or None.
    """

    deadline: Deadline
    step: PlanStep
    offer: Offer | None = None
    call: Call | None = None


def supervise(
    session: Session,
    deadline: Deadline,
    whereabouts: Whereabouts,
    *,
    now: datetime,
    sending: AssignmentTerms,
) -> Supervised | None:
    """
    Tell the next step of a deadline, if it is time and nobody else has.

    Parameters
    ----------
    session
        A session that may write.
    deadline
        As it was read.
    whereabouts
        Where the officers of the city are, and whether free.
    now
        The present, with offset.
    sending
        Terms of assignments, for the next proposal.

    Returns
    -------
    supervised
        What was told, or None.
    """
    lock_incidents(session, deadline.incident)
    step = claim_step(session, deadline, now=now)
    if step is None:
        return None
    terms = terms_of(whereabouts.city)
    said = tell_step(deadline, step, terms.of[deadline.kind].title)
    _spread(session, deadline, step, said, whereabouts, now)
    if deadline.kind == ClockKind.ANSWER and step.tells != Telling.REMIND:
        within_s, city = terms.of[deadline.kind].next_above_after, whereabouts.city
        call = escalate(session, deadline, step, city, now=now, take_up_within_s=within_s)
        return Supervised(deadline, step, call=call)
    silent = deadline.kind == ClockKind.ACKNOWLEDGE and step.tells == Telling.MISSED
    if not silent or deadline.about is None:
        return Supervised(deadline, step)
    return Supervised(
        deadline, step, _after_silence(session, deadline, whereabouts, now, terms, sending)
    )


def _spread(  # noqa: PLR0913, PLR0917 -- everything that is told of a step
    session: Session,
    deadline: Deadline,
    step: PlanStep,
    said: Remark,
    whereabouts: Whereabouts,
    now: datetime,
) -> None:
    """Put a step in the audit, on open pages, and on its way to whom it concerns."""
    place = whereabouts.city.place_index.locate(get_incident(session, deadline.incident).lon_lat)
    detail = {
        "kind": deadline.kind,
        "generation": deadline.generation,
        "tells": step.tells,
        "to": step.to,
        "due_at": deadline.due_at.isoformat(),
    }
    about = deadline.incident
    record(session, now=now, by=KEEPER, act=said.code, about=about, detail=detail)
    shown = detail | {
        "incident": about,
        "said": {"code": said.code, "zh": said.zh, "en": said.en},
        "left_s": deadline.left_s(now),
    }
    areas = areas_of_place(place, whereabouts.city) | {step.to}
    tell(session, "deadline", shown, now=now, areas=areas)
    key = f"deadline:{deadline.id}:{deadline.told + 1}"
    also = _concerned(session, deadline)
    post(session, now=now, to=step.to, said=said, dedupe_key=key, about=about, also=also)


def _concerned(session: Session, deadline: Deadline) -> tuple[str, ...]:
    """Who is to do it: the officers who were sent, else the unit or body."""
    if deadline.kind in OF_CREWS and deadline.about is not None:
        return get_assignment(session, deadline.about).picked.officers
    return () if deadline.unit is None else (deadline.unit,)


def _after_silence(  # noqa: PLR0913, PLR0917 -- as above
    session: Session,
    deadline: Deadline,
    whereabouts: Whereabouts,
    now: datetime,
    terms: DeadlineTerms,
    sending: AssignmentTerms,
) -> Offer:
    """Release a crew that has not said that it goes, and offer or send the next."""
    ended = follow_up.release(
        session,
        str(deadline.about),
        now=now,
        by=KEEPER,
        outcome=Outcome.SILENT,
        city=whereabouts.city,
    )
    on_silence = terms.of[ClockKind.ACKNOWLEDGE].on_silence
    return pass_on(session, ended, whereabouts, now=now, on_silence=on_silence, terms=sending)
