"""
What is due: which deadlines begin and end as an incident takes a step.

Deadlines follow from the state, the crews that are bound, and what is open already.  So they are
reconciled rather than scripted: asking twice changes nothing, and the first clock of an arrival
runs on while one crew takes over from another.  The door that takes the step commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.answers_due import answer_done, answers_due
from dispatch.assignment import ArrivalClock, Assignment, running_clock
from dispatch.choice import ProposalKind
from dispatch.city import City
from dispatch.deadline import ClockKind
from dispatch.deadline_plan import Deadline, draw_up
from dispatch.deadline_terms import DeadlineTerms, Term, terms_of
from dispatch.escalation import Call
from dispatch.incident import Incident
from dispatch.incident_state import State
from dispatch.jurisdiction import Jurisdiction, decide
from dispatch.store.assignments import all_assignments
from dispatch.store.deadlines import add_deadline, deadlines_of, end_deadline
from dispatch.store.duty import read_special_days
from dispatch.store.whistles import list_calls
from dispatch.work_calendar import Counts, WorkCalendar, working_between
from geo.area import Tier
from geo.place_index import Place
from geo.zone import Zone

ARRIVALS = {ClockKind.ARRIVE: ClockKind.ARRIVE, ClockKind.SECURE: ProposalKind.SECURE}
"""Kinds that go by the clock of an assignment, and for what that one is."""


@dataclass(frozen=True, slots=True)
class Standing:
    """
    An incident as its deadlines see it.

    Attributes
    ----------
    incident
        The incident.
    state
        Where it stands after the step; suspended, nothing runs, and what is left is kept.
    now
        The present, with offset.
    assignments
        All assignments to it, the oldest first.
    deadlines
        All its deadlines, the newest first.
    calls
        All whistles for it.
    calendar
        When the city works.
    terms
        Terms of all deadlines.
    centres
        Codes of the areas whose command centres are told, the lowest first.
    zone
        Where it lies, or None outside every zone.
    city
        The city.
    """

    incident: Incident
    state: State
    now: datetime
    assignments: tuple[Assignment, ...]
    deadlines: tuple[Deadline, ...]
    calls: tuple[Call, ...]
    calendar: WorkCalendar
    terms: DeadlineTerms
    centres: tuple[str, ...]
    zone: Zone | None
    city: City


@dataclass(frozen=True, slots=True)
class Around:
    """
    What else deadlines go by, and what no step changes.

    Attributes
    ----------
    assignments
        All assignments to the incident, the oldest first.
    calls
        All whistles for it.
    calendar
        When the city works.
    """

    assignments: tuple[Assignment, ...]
    calls: tuple[Call, ...]
    calendar: WorkCalendar


@dataclass(frozen=True, slots=True)
class Ending:
    """
    How a deadline ends.

    Attributes
    ----------
    deadline
        The deadline.
    met
        Whether it was done, late or not.
    left
        What is left of one that is suspended, in the time in which it counts.
    """

    deadline: Deadline
    met: bool
    left: float | None = None


def follow_step(  # noqa: PLR0913 -- the step, and what it is judged by, as keywords
    session: Session,
    incident: Incident,
    before: State | None,
    after: State,
    *,
    now: datetime,
    city: City,
    around: Around | None = None,
) -> tuple[Deadline, ...]:
    """
    Begin and end deadlines as an incident takes a step, or as its crews do.

    Parameters
    ----------
    session
        A session that may write.
    incident
        The incident.
    before, after
        State before and after; the same where only a crew has moved.
    now
        When, with offset.
    city
        The city.
    around
        For whoever takes several steps at once; without it the store is asked.

    Returns
    -------
    begun
        Deadlines that begin with the step.
    """
    terms = terms_of(city)
    place = city.place_index.locate(incident.lon_lat)
    number = str(incident.id)
    around = around or look_around(session, number, city)
    standing = Standing(
        incident=incident,
        state=after,
        now=now,
        assignments=around.assignments,
        deadlines=deadlines_of(session, number),
        calls=around.calls,
        calendar=around.calendar,
        terms=terms,
        centres=centres_of(place, city),
        zone=place.zone,
        city=city,
    )
    for ending in endings(standing):
        end_deadline(session, ending.deadline, now=now, met=ending.met, left=ending.left)
    if before == after and not (standing.assignments or standing.calls):
        return ()
    case = decide(incident, place, city, now=now)
    return tuple(add_deadline(session, one) for one in beginnings(standing, case))


def look_around(session: Session, number: str, city: City) -> Around:
    """
    Read what the deadlines of an incident go by besides its state.

    Parameters
    ----------
    session
        A session.
    number
        Id of the incident.
    city
        The city.

    Returns
    -------
    around
        For `follow_step`, until a crew is bound or moves, or somebody whistles.
    """
    return Around(
        all_assignments(session, incident=number),
        tuple(list_calls(session, incident=number, limit=None)),
        terms_of(city).calendar(read_special_days(session)),
    )


def centres_of(place: Place, city: City) -> tuple[str, ...]:
    """
    List the command centres that see to a place.

    Parameters
    ----------
    place
        Where it is.
    city
        The city.

    Returns
    -------
    centres
        Codes of areas from the township up; outside every area those that lie in no other.
    """
    chain = [area.code for area in reversed(place.areas) if area.tier != Tier.COMMUNITY]
    return tuple(chain or sorted(area.code for area in city.areas if area.parent is None))


def endings(standing: Standing) -> Iterator[Ending]:
    """
    Find deadlines that end.

    Parameters
    ----------
    standing
        The incident.

    Yields
    ------
    ending
        The deadline, and whether it was met.
    """
    for deadline in standing.deadlines:
        if not deadline.open:
            continue
        if standing.state == State.SUSPENDED:
            yield Ending(deadline, met=False, left=_left(deadline, standing))
            continue
        done = _done(deadline, standing)
        if done is not None:
            yield Ending(deadline, met=done)


def beginnings(standing: Standing, case: Jurisdiction) -> Iterator[Deadline]:
    """
    Draw up deadlines that begin.

    Parameters
    ----------
    standing
        The incident, as it is once `endings` have ended.
    case
        Who has it, and the clocks that the authority list states.

    Yields
    ------
    deadline
        Not yet kept.
    """
    for kind, term in standing.terms.of.items():
        if standing.state not in term.runs_in:
            continue
        if kind == ClockKind.ACKNOWLEDGE:
            yield from _acknowledgements(standing, term)
        elif kind in ARRIVALS:
            yield from _arrival(standing, kind, term)
        elif kind == ClockKind.ANSWER:
            yield from _answers(standing, term)
        elif not any(_still_open(standing, kind)):
            yield _case_deadline(standing, kind, term, case)


def _done(deadline: Deadline, standing: Standing) -> bool | None:
    """Whether a deadline was met (true), is void (false), or runs on (None)."""
    term = standing.terms.of[deadline.kind]
    if deadline.kind == ClockKind.ACKNOWLEDGE:
        crew = next((one for one in standing.assignments if one.id == deadline.about), None)
        if crew is None or not crew.bound:
            return False
        return None if crew.stage == State.DISPATCHED else True
    if deadline.kind in ARRIVALS and _arrived(deadline, standing):
        return True
    if deadline.kind == ClockKind.ANSWER and standing.state in term.runs_in:
        return answer_done(deadline, standing.calls)
    if standing.state in term.met_by:
        return True
    return None if standing.state in term.runs_in | term.kept_in else False


def _arrived(deadline: Deadline, standing: Standing) -> bool:
    """Whether somebody who was sent since has arrived for what the deadline is about."""
    return any(
        one.arrived_at is not None and one.arrived_at >= deadline.begins_at
        for one in _sent_for(standing.assignments, deadline.kind)
    )


def _sent_for(assignments: Iterable[Assignment], kind: ClockKind) -> Iterator[Assignment]:
    """Assignments for an arrival: of whoever has the case, or to secure the place."""
    aside = {ProposalKind.SECURE, ProposalKind.FIRST_LOOK}
    for one in assignments:
        purpose = one.picked.kind if one.picked.kind in aside else ClockKind.ARRIVE
        if purpose == ARRIVALS[kind]:
            yield one


def _still_open(standing: Standing, kind: ClockKind) -> Iterator[Deadline]:
    """Deadlines of a kind that run on."""
    ended = {ending.deadline.id for ending in endings(standing)}
    for one in standing.deadlines:
        if one.kind == kind and one.open and one.id not in ended:
            yield one


def _acknowledgements(standing: Standing, term: Term) -> Iterator[Deadline]:
    """One for each crew that is to say that it goes."""
    waited_for = {one.about for one in standing.deadlines if one.kind == ClockKind.ACKNOWLEDGE}
    within_s = (standing.zone and standing.zone.acknowledge_within_s) or term.within
    for crew in standing.assignments:
        silent = crew.bound and crew.stage == State.DISPATCHED
        if silent and crew.picked.officers and crew.id not in waited_for:
            yield draw_up(
                crew.incident,
                ClockKind.ACKNOWLEDGE,
                term,
                standing.calendar,
                begins_at=crew.decision.at,
                amount=within_s,
                counts=term.counts,
                centres=standing.centres,
                about=crew.id,
                unit=crew.picked.unit,
            )


def _arrival(standing: Standing, kind: ClockKind, term: Term) -> Iterator[Deadline]:
    """The first clock of those who are on their way, unless it is kept already."""
    going = [one for one in _sent_for(standing.assignments, kind) if one.under_way]
    if not going or any(_still_open(standing, kind)):
        return
    clock = running_clock(standing.assignments, ARRIVALS[kind]) or _first(going)
    left = _left_over(standing, kind)
    yield draw_up(
        going[0].incident,
        kind,
        term,
        standing.calendar,
        begins_at=clock.dispatched_at if left is None else standing.now,
        amount=clock.target_s if left is None else left,
        counts=Counts.CONTINUOUS,
        centres=standing.centres,
        about=going[0].id,
        unit=going[0].picked.unit,
    )


def _answers(standing: Standing, term: Term) -> Iterator[Deadline]:
    """One for each who is called and has not said that it comes."""
    return answers_due(
        standing.calls,
        [one for one in standing.deadlines if one.kind == ClockKind.ANSWER],
        _still_open(standing, ClockKind.ANSWER),
        term,
        standing.calendar,
        standing.city,
        now=standing.now,
    )


def _first(going: Sequence[Assignment]) -> ArrivalClock:
    """The clock that was started first."""
    return min((one.clock for one in going), key=lambda clock: clock.dispatched_at)


def _case_deadline(standing: Standing, kind: ClockKind, term: Term, case: Jurisdiction) -> Deadline:
    """A deadline of the case itself; what the authority list states comes before the terms."""
    stated = next((one for one in case.clocks if one.kind == kind), None)
    from_report = kind == ClockKind.HANDLE and all(one.kind != kind for one in standing.deadlines)
    begins_at = standing.incident.reported_at if from_report else standing.now
    amount, counts = term.amount(case.holder.triage), term.counts
    if stated is not None:
        amount, counts = stated.within_s, Counts.CONTINUOUS
    left = _left_over(standing, kind)
    if left is not None:
        begins_at, amount = standing.now, left
    return draw_up(
        str(standing.incident.id),
        kind,
        term,
        standing.calendar,
        begins_at=begins_at,
        amount=amount,
        counts=counts,
        centres=standing.centres,
        unit=case.unit,
    )


def _left(deadline: Deadline, standing: Standing) -> float:
    """What is left of a deadline, in the time in which it counts."""
    return working_between(standing.now, deadline.due_at, standing.calendar, deadline.counts)


def _left_over(standing: Standing, kind: ClockKind) -> float | None:
    """What was left of the last one of a kind when it was suspended, if it was."""
    last = next((one for one in standing.deadlines if one.kind == kind), None)
    return None if last is None else last.left
