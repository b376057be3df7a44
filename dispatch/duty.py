"""
Duty: rosters, calendars, rest rules and jobs drawn up as columns for a whole city.

Reading a roster takes far longer than a suggestion may.  So what it says is drawn up for an
instant and holds until the next shift, engagement or day begins or ends; between those only
the comparison with the present changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.duty_calendar import CalendarEntry, engaged_around
from dispatch.duty_columns import DutyColumns
from dispatch.duty_days import Span, SpecialDay, WorkingDays, day_span, local_day, working_days
from dispatch.duty_job import Job
from dispatch.duty_rest import RestRule, rest_until_s, work_in
from dispatch.duty_shift import Patterns, Shift, ShiftEntry, shifts_around
from dispatch.roster import Roster

NEVER = (np.inf, np.inf)
"""Shift of whoever has a roster but none to come."""

ALWAYS = (np.nan, np.nan)
"""Shift of whoever has no roster."""


@dataclass(frozen=True, slots=True)
class DutyBook:
    """
    All that is written down about the duty of a city's officers.

    Attributes
    ----------
    shifts
        Rosters.
    calendar
        Residents, rotas and appointments.
    rest
        Rules of rest; without one for a unit, nor one for all, the defaults count.
    special_days
        Holidays and moved working days.
    jobs
        Jobs in hand, and those that ended in the last days.
    """

    shifts: tuple[ShiftEntry, ...] = ()
    calendar: tuple[CalendarEntry, ...] = ()
    rest: tuple[RestRule, ...] = ()
    special_days: tuple[SpecialDay, ...] = ()
    jobs: tuple[Job, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class DrawnDuty:
    """
    Duty as drawn up for an instant.

    Attributes
    ----------
    columns
        One row per officer.
    until
        From when on they have to be drawn up anew, in UTC; sooner if the book changes.
    """

    columns: DutyColumns
    until: datetime


class _Terms(NamedTuple):
    """What officers have in common whose shifts are the same."""

    own: Patterns
    crew: Patterns
    rule: RestRule


@dataclass(frozen=True, slots=True)
class _Watch:
    """Shifts of some terms as seen from now; none are listed where one is always on shift."""

    rule: RestRule
    shifts: tuple[Shift, ...]
    begun: tuple[Shift, ...]
    shown: Span
    running: Span | None
    rest_until_s: float


@dataclass(slots=True)
class _Draft:
    """Columns while they are drawn up, and the instants at which they will change."""

    columns: dict[str, NDArray[np.float64]]
    changes_s: set[float] = field(default_factory=set)


def draw_up_duty(book: DutyBook, roster: Roster, *, now: datetime) -> DrawnDuty:
    """
    Draw up who is on shift, has to rest, is engaged or has a job in hand.

    Parameters
    ----------
    book
        Rosters, calendars, rest rules and jobs; entries of officers and crews that the
        roster does not know are passed over.
    roster
        Officers and crews of the city.
    now
        The present, with offset.

    Returns
    -------
    drawn
        Columns, and until when they hold.
    """
    calendar, now_s = working_days(book.special_days), now.timestamp()
    terms, terms_of = _terms(book, roster)
    watches = [_watch(one, calendar, now) for one in terms]
    table = np.array([(*watch.shown, watch.rest_until_s) for watch in watches]).reshape(-1, 3)
    n_officers = len(roster.officers)
    blank = np.full(n_officers, np.nan)
    draft = _Draft(
        {
            "shift_from_s": table[terms_of, 0],
            "shift_to_s": table[terms_of, 1],
            "rest_until_s": table[terms_of, 2],
            "engaged_from_s": blank,
            "engaged_to_s": blank.copy(),
            "job_until_s": blank.copy(),
            "work_s": np.zeros(n_officers),
        },
        {day_span(local_day(now))[1]},
    )
    for watch in watches:
        draft.changes_s |= {edge for shift in watch.shifts for edge in _edges(shift)}
    _enter_engagements(draft, book.calendar, roster, calendar, now)
    for row, jobs in _by_row(book.jobs, roster).items():
        _enter_jobs(draft, row, jobs, watches[terms_of[row]], now_s)
    until_s = min(edge for edge in draft.changes_s if edge > now_s)
    return DrawnDuty(DutyColumns(**draft.columns), datetime.fromtimestamp(until_s, UTC))


def _terms(book: DutyBook, roster: Roster) -> tuple[list[_Terms], NDArray[np.int64]]:
    """Tell officers apart by roster and rest rule; the terms, and those of each officer."""
    of_officer, of_crew = _patterns(book.shifts)
    rules = {rule.unit: rule for rule in book.rest}
    default = rules.get(None, RestRule())
    known: dict[_Terms, int] = {}

    def number(own: Patterns, crew: int) -> int:
        rule = rules.get(roster.brigade_of[crew], default)
        terms = _Terms(own, of_crew.get(roster.crews[crew].code, ()), rule)
        return known.setdefault(terms, len(known))

    of_crews = np.full(len(roster.crews), _common(known, default), dtype=np.int64)
    for crew, unit in enumerate(roster.crews):  # of a large city nearly all have no terms of theirs
        if unit.code in of_crew or roster.brigade_of[crew] in rules:
            of_crews[crew] = number((), crew)
    terms_of = of_crews[roster.crew_of]
    for officer, own in of_officer.items():
        row = roster.officer_row.get(officer)
        if row is not None:
            terms_of[row] = number(own, int(roster.crew_of[row]))
    return list(known), terms_of


def _common(known: dict[_Terms, int], rule: RestRule) -> int:
    """Number of the terms of crews that have none of their own."""
    return known.setdefault(_Terms((), (), rule), len(known))


def _patterns(shifts: Iterable[ShiftEntry]) -> tuple[dict[str, Patterns], dict[str, Patterns]]:
    """Patterns by officer, and by crew."""
    by_officer, by_crew = defaultdict(list), defaultdict(list)
    for entry in shifts:
        if entry.officer is not None:
            by_officer[entry.officer].append(entry.pattern)
        elif entry.crew is not None:
            by_crew[entry.crew].append(entry.pattern)
    return (
        {officer: tuple(patterns) for officer, patterns in by_officer.items()},
        {crew: tuple(patterns) for crew, patterns in by_crew.items()},
    )


def _watch(terms: _Terms, calendar: WorkingDays, now: datetime) -> _Watch:
    """Look at the shifts of some terms from now."""
    shifts, now_s = shifts_around(terms.own, terms.crew, calendar, now=now), now.timestamp()
    if shifts is None:
        return _Watch(terms.rule, (), (), ALWAYS, day_span(local_day(now)), np.nan)
    pieces = [piece for shift in shifts for piece in shift.pieces if piece[1] > now_s]
    running = [piece for piece in pieces if piece[0] <= now_s]
    shown = max(running, key=_end) if running else min(pieces, default=NEVER)
    spans = [shift.span for shift in shifts if shift.span[0] <= now_s < shift.span[1]]
    begun = tuple(shift for shift in shifts if shift.span[0] <= now_s)
    rest_s = rest_until_s(begun, None, (), terms.rule, now_s)
    return _Watch(terms.rule, shifts, begun, shown, max(spans, default=None), rest_s)


def _end(span: Span) -> float:
    """When a span ends."""
    return span[1]


def _edges(shift: Shift) -> Iterable[float]:
    """Instants at which a shift or a piece of it begins or ends."""
    return (edge for piece in shift.pieces for edge in piece)


def _enter_engagements(
    draft: _Draft,
    entries: Sequence[CalendarEntry],
    roster: Roster,
    calendar: WorkingDays,
    now: datetime,
) -> None:
    """Enter who is engaged elsewhere, now or next."""
    held: defaultdict[int, list[CalendarEntry]] = defaultdict(list)
    for entry in entries:
        for row in _rows(entry, roster):
            held[row].append(entry)
    for row, of_row in held.items():
        engaged = engaged_around(of_row, calendar, now=now)
        if engaged is not None:
            draft.columns["engaged_from_s"][row], draft.columns["engaged_to_s"][row] = engaged
            draft.changes_s.add(engaged[1])


def _rows(entry: CalendarEntry, roster: Roster) -> Sequence[int]:
    """Rows of the officers that an entry is about."""
    if entry.crew is not None:
        crew = roster.crew_row.get(entry.crew)
        return [] if crew is None else list(map(int, roster.members(crew)))
    row = roster.officer_row.get(entry.officer or "")
    return [] if row is None else [row]


def _by_row(jobs: Iterable[Job], roster: Roster) -> dict[int, list[Job]]:
    """Jobs by row of the officer."""
    by_row: defaultdict[int, list[Job]] = defaultdict(list)
    for job in jobs:
        row = roster.officer_row.get(job.officer)
        if row is not None:
            by_row[row].append(job)
    return by_row


def _enter_jobs(draft: _Draft, row: int, jobs: Sequence[Job], watch: _Watch, now_s: float) -> None:
    """Enter the job in hand of one officer, the work so far, and the rest that it asks for."""
    columns = draft.columns
    in_hand = [job.expected_end.timestamp() for job in jobs if job.in_hand(now_s)]
    if in_hand:
        columns["job_until_s"][row] = max(in_hand)
    if watch.running is not None:
        columns["work_s"][row] = work_in(watch.running, jobs, now_s=now_s)
    columns["rest_until_s"][row] = rest_until_s(watch.begun, watch.running, jobs, watch.rule, now_s)
    for job in jobs:
        draft.changes_s.add(job.started_at.timestamp())
        if job.ended_at is not None:
            draft.changes_s.add(job.ended_at.timestamp())
