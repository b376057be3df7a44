"""
Deadline plan: what is told when, before and after a time is over (催办、督办).

A deadline is drawn up once, with every step that it may take: reminders before, the notice that
it is missed, and supervision by one command centre after the other, up to the city.  Who keeps
it steps through the plan; whatever ends the deadline ends the rest.  Instants are whole
milliseconds and rounded up, so that nothing is told early.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.deadline import ClockKind
from dispatch.deadline_terms import Term
from dispatch.work_calendar import Counts, WorkCalendar, add_working, working_between
from geo.remark import Remark


class DeadlineState(StrEnum):
    """Where a deadline stands."""

    WAITING = "waiting"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Telling(StrEnum):
    """What a step of a plan tells."""

    REMIND = "remind"
    MISSED = "missed"
    SUPERVISE = "supervise"


@dataclass(frozen=True, slots=True)
class PlanStep:
    """
    One step of a plan.

    Attributes
    ----------
    at
        From when it is told.
    tells
        What.
    to
        Code of the unit, or of the area whose command centre is told.
    """

    at: datetime
    tells: Telling
    to: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """
    Something that is to be done by a certain time.

    Attributes
    ----------
    incident
        Id of the incident.
    kind
        What is to be done.
    begins_at, due_at
        From when it counts, and the last instant in time.
    counts, amount
        In which time it counts, and how much of it: seconds or working days.
    plan
        What is told when, the first step first.
    about
        Id of the assignment that it waits for, or None for the incident itself.
    unit
        Code of the unit that is to do it, or None.
    generation
        How many of this kind the incident has had with this one.
    told
        How many steps have been told.
    state
        Where it stands.
    ended_at
        When it was met, late or not, or cancelled; None while it is open.
    left
        What was left when it was suspended, in which it counts; None otherwise.
    id
        Its number, or None before it is kept.
    """

    incident: str
    kind: ClockKind
    begins_at: datetime
    due_at: datetime
    counts: Counts
    amount: float
    plan: tuple[PlanStep, ...]
    about: str | None = None
    unit: str | None = None
    generation: int = 1
    told: int = 0
    state: DeadlineState = DeadlineState.WAITING
    ended_at: datetime | None = None
    left: float | None = None
    id: int | None = None

    @property
    def open(self) -> bool:
        """Whether what it is about is still to be done."""
        return self.ended_at is None

    @property
    def next_step(self) -> PlanStep | None:
        """What is told next, or None once everything has been."""
        return self.plan[self.told] if self.open and self.told < len(self.plan) else None

    def left_s(self, now: datetime) -> float:
        """
        Tell what is left.

        Parameters
        ----------
        now
            The present, with offset.

        Returns
        -------
        left_s
            Seconds until it is due, by the clock on the wall; negative once that has passed.  Of
            one that has ended, what was left then.
        """
        return (self.due_at - (self.ended_at or now)).total_seconds()


def draw_up(  # noqa: PLR0913 -- what it is about, and how it is counted, as keywords
    incident: str,
    kind: ClockKind,
    term: Term,
    calendar: WorkCalendar,
    *,
    begins_at: datetime,
    amount: float,
    counts: Counts,
    centres: Sequence[str],
    about: str | None = None,
    unit: str | None = None,
) -> Deadline:
    """
    Draw up a deadline with its plan.

    Parameters
    ----------
    incident
        Id of the incident.
    kind
        What is to be done.
    term
        Who is reminded and told.
    calendar
        When the city works.
    begins_at
        From when it counts, with offset.
    amount, counts
        How much, and in which time: seconds or working days.
    centres
        Codes of the areas whose command centres are told, the lowest first.
    about, unit
        Id of the assignment, and code of the unit that is to do it, or None.

    Returns
    -------
    deadline
        Not yet kept.
    """
    due_at = whole_ms(add_working(begins_at, amount, calendar, counts))
    plan = plan_steps(term, calendar, begins_at, due_at, counts, unit=unit, centres=centres)
    return Deadline(
        incident, kind, begins_at, due_at, counts, amount, tuple(plan), about=about, unit=unit
    )


def plan_steps(  # noqa: PLR0913 -- both ends, and how and whom it is told, as keywords
    term: Term,
    calendar: WorkCalendar,
    begins_at: datetime,
    due_at: datetime,
    counts: Counts,
    *,
    unit: str | None,
    centres: Sequence[str],
) -> Iterator[PlanStep]:
    """
    List what is told when.

    Parameters
    ----------
    term
        Who is reminded and told.
    calendar
        When the city works.
    begins_at, due_at
        From when it counts, and the last instant in time.
    counts
        In which time it counts; reminders and supervision of working days go by working hours.
    unit
        Code of the unit that is reminded; without one the lowest command centre is.
    centres
        Codes of the areas whose command centres are told, the lowest first.

    Yields
    ------
    step
        In order of time.
    """
    by = Counts.CONTINUOUS if counts == Counts.CONTINUOUS else Counts.WORKING_HOURS
    whole_s = working_between(begins_at, due_at, calendar, by)
    gone = {whole_s * one if one < 1 else whole_s - one for one in term.remind}
    to = unit or (centres[0] if centres else None)
    for gone_s in sorted(one for one in gone if 0 < one < whole_s):
        if to is not None:
            at = whole_ms(add_working(begins_at, gone_s, calendar, by))
            yield PlanStep(at, Telling.REMIND, to)
    for above, centre in enumerate(centres):
        at = whole_ms(add_working(due_at, term.next_above_after * above, calendar, by))
        yield PlanStep(at, Telling.SUPERVISE if above else Telling.MISSED, centre)


def whole_ms(instant: datetime) -> datetime:
    """
    Round an instant up to milliseconds, which is what the store keeps.

    Parameters
    ----------
    instant
        Any instant.

    Returns
    -------
    rounded
        Not earlier.
    """
    return instant + timedelta(microseconds=-instant.microsecond % 1000)


def tell_step(deadline: Deadline, step: PlanStep, title: Remark) -> Remark:
    """
    Say what a step tells.

    Parameters
    ----------
    deadline
        The deadline.
    step
        One step of its plan.
    title
        What is to be done.

    Returns
    -------
    said
        In both languages, without personal data.
    """
    due = deadline.due_at.isoformat(timespec="seconds")
    zh, en = _SAID[step.tells]
    of = {"incident": deadline.incident, "zh": title.zh, "en": title.en, "due": due, "to": step.to}
    return Remark(f"deadline_{step.tells}", zh.format(**of), en.format(**of))


_SAID = {
    Telling.REMIND: (
        "催办：事件 {incident} 的“{zh}”应于 {due} 前完成。",
        "Reminder: incident {incident}: {en} by {due}.",
    ),
    Telling.MISSED: (
        "逾期：事件 {incident} 的“{zh}”未在 {due} 前完成，由 {to} 指挥中心督办。",
        "Missed: incident {incident}: {en} was due by {due}; the centre of {to} sees to it.",
    ),
    Telling.SUPERVISE: (
        "督办：事件 {incident} 的“{zh}”仍未完成（时限 {due}），上报 {to} 指挥中心。",
        "Supervision: incident {incident}: {en} is still open (due by {due}); up to {to}.",
    ),
}
