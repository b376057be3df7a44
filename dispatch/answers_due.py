"""
Answers that are due: each of those whom a whistle calls has a deadline of its own (吹哨报到).

It runs until that one says that it comes.  A refusal is known at once, so the time is over then.
From there it goes up as every deadline does that is missed, from the command centre of the lowest
area above caller and called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from dispatch.city import City
from dispatch.deadline import ClockKind
from dispatch.deadline_plan import Deadline, DeadlineState, draw_up, whole_ms
from dispatch.deadline_terms import Term
from dispatch.escalation import Call, Says
from dispatch.work_calendar import WorkCalendar


def answer_done(deadline: Deadline, calls: Iterable[Call]) -> bool | None:
    """
    Tell whether the deadline of an answer ends.

    Parameters
    ----------
    deadline
        One of this kind, open.
    calls
        Whistles for its incident.

    Returns
    -------
    met
        Whether it was met (true), is void (false), or runs on (None).
    """
    call = next((one for one in calls if one.id == deadline.about), None)
    if call is None or deadline.unit is None:
        return False
    if call.says(deadline.unit) == Says.COMES:
        return True
    if call.closed_at is not None:
        return False
    waits = deadline.state == DeadlineState.WAITING
    brought_forward = call.says(deadline.unit) == Says.REFUSES and (
        whole_ms(call.due_at(deadline.unit)) < deadline.due_at
    )
    return False if waits and brought_forward else None


def answers_due(  # noqa: PLR0913, PLR0917 -- the calls, what runs, and how it is drawn up
    calls: Iterable[Call],
    deadlines: Sequence[Deadline],
    running: Iterable[Deadline],
    term: Term,
    calendar: WorkCalendar,
    city: City,
    *,
    now: datetime,
) -> Iterator[Deadline]:
    """
    Draw up the deadlines of answers that are awaited.

    Parameters
    ----------
    calls
        Whistles for an incident.
    deadlines
        All of this kind that it has had, the newest first.
    running
        Those of them that run on.
    term
        Who is reminded and told.
    calendar
        When the city works.
    city
        The city.
    now
        The present, with offset.

    Yields
    ------
    deadline
        Not yet kept.
    """
    kept = {(one.about, one.unit) for one in running}
    for call in calls:
        for party in call.parties:
            awaited = call.closed_at is None and call.says(party) != Says.COMES
            if not awaited or (call.id, party) in kept:
                continue
            begins_at = call.whistle.raised_at
            within_s = (call.due_at(party) - begins_at).total_seconds()
            left_s = _left_over(deadlines, call, party)
            if left_s is not None:
                begins_at, within_s = now, left_s
            yield draw_up(
                call.incident,
                ClockKind.ANSWER,
                term,
                calendar,
                begins_at=begins_at,
                amount=within_s,
                counts=term.counts,
                centres=centres_above(call, city),
                about=call.id,
                unit=party,
            )


def _left_over(deadlines: Iterable[Deadline], call: Call, party: str) -> float | None:
    """What was left of the last one when it was suspended; a refusal leaves nothing."""
    if call.says(party) == Says.REFUSES:
        return None
    mine = (one for one in deadlines if (one.about, one.unit) == (call.id, party))
    return next((one.left for one in mine), None)


def centres_above(call: Call, city: City) -> tuple[str, ...]:
    """
    List the command centres to which a call goes up.

    Parameters
    ----------
    call
        The call.
    city
        The city, whose areas may have changed since.

    Returns
    -------
    centres
        Codes of areas, the lowest first.
    """
    lowest = call.whistle.escalates_to
    if lowest not in {area.code for area in city.areas}:
        return tuple(sorted(city.roots))
    return tuple(area.code for area in reversed(city.chain_of(lowest)))
