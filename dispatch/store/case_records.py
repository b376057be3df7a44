"""Case records in the store: the case book that reports count from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Column, ColumnElement, func, select
from sqlalchemy.orm import Session

from dispatch.assignment import Outcome
from dispatch.case_book import CaseBook, book_of_history, zones_of
from dispatch.cases import Case, Limit, Stage, tabulate
from dispatch.deadline import ClockKind
from dispatch.incident_state import ENDED, State
from dispatch.store.case_disputes import disputes_on_record, filed_by
from dispatch.store.deadlines import DEADLINES
from dispatch.store.order_tables import ASSIGNMENTS
from dispatch.store.past_incidents import read_parts
from dispatch.store.record import read_record
from dispatch.store.tables import INCIDENTS
from dispatch.store.transitions import EDITS, TRANSITIONS, Changes
from geo.zone import Zone

LIMITS = {ClockKind.ACKNOWLEDGE: Limit.ACKNOWLEDGE, ClockKind.HANDLE: Limit.HANDLE}
"""Deadlines that indicators know by themselves."""

CASE_CLOCKS = (ClockKind.HANDLE, ClockKind.FEED_BACK, ClockKind.VERIFY)
"""Deadlines of a case itself: it is to be closed when the last of them that it has is over."""

_WRONG = (Outcome.REFUSED, Outcome.MISTAKE)
"""Outcomes that say that the dispatch was not right."""

_TAKEN_BACK = (Stage.MERGED, Stage.HANDED_OFF, Stage.CANCELLED)
"""Ends from which a case comes back."""

PLACE, MATTERS = "lon_lat", "matters"
"""Fields whose corrections reports notice."""

AT_ONCE = 5_000


def read_past_books(session: Session, zones: Sequence[Zone]) -> Iterator[CaseBook]:
    """
    Read the cases that a store's city brought along.

    Parameters
    ----------
    session
        A session.
    zones
        Zones of today, by which cases are grouped.

    Yields
    ------
    book
        Part by part, in the order of their first report.

    Raises
    ------
    UnreadableFile
        A part is damaged.
    """
    for part in read_parts(session):
        yield book_of_history(part, zones)


def read_own_book(
    session: Session,
    zones: Sequence[Zone],
    *,
    known_at: datetime | None = None,
    since: datetime | None = None,
) -> CaseBook:
    """
    Read the cases that a store has seen itself.

    Parameters
    ----------
    session
        A session.
    zones
        Zones by which cases are grouped, as a rule those of today.
    known_at
        As it was on record at this instant: a later step, correction, dispatch or deadline is not
        there yet.  None for all that is on record.
    since
        Leave out what had ended by then and was not touched after; None for none.

    Returns
    -------
    book
        In the order of their numbers.
    """
    asked = _Asked(known_at, since)
    query = select(
        INCIDENTS.c.id, INCIDENTS.c.kind, INCIDENTS.c.matters, INCIDENTS.c.reported_at,
        INCIDENTS.c.place, INCIDENTS.c.filings,
    ).where(*asked.reported()).order_by(INCIDENTS.c.fid)  # fmt: skip
    rows = list(session.execute(query).yield_per(AT_ONCE))
    then = _as_reported(session, known_at)
    places = [then[row.id].get(PLACE) or (row.place.x, row.place.y) for row in rows]
    lon_lat = np.array(places, dtype=float).reshape(-1, 2)
    zone, target_s = zones_of(lon_lat, zones)
    steps, due, sent = _steps(session, asked), _due(session, asked), _sent(session, asked)
    disputes = disputes_on_record(session, known_at)
    cases = [
        steps[row.id].case(row.id, row.reported_at, due[row.id], sent[row.id],
            kind=str(row.kind), zone=str(zone[at]), target_s=float(target_s[at]),
            matter=next(iter(then[row.id].get(MATTERS, row.matters)), ""),
            disputes=len(disputes.get(row.id, ())) + (len(filed_by(row.filings, known_at)) > 1))
        for at, row in enumerate(rows)
    ]  # fmt: skip
    return CaseBook(tabulate(cases), np.array([row.id for row in rows], dtype=str), lon_lat)


def own_book_mark(session: Session) -> str:
    """
    Name what `read_own_book` would read, without reading it.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    mark
        Another once an incident came in or was corrected, a step was taken, or a crew sent or
        released.
    """
    last = [
        session.scalar(select(func.max(each.c.fid))) for each in (INCIDENTS, TRANSITIONS, EDITS)
    ]
    sent = select(func.max(ASSIGNMENTS.c.fid), func.count(ASSIGNMENTS.c.released_at))
    return repr((*last, *session.execute(sent).one()))


class _Sent:
    """Whom a case was dispatched to."""

    def __init__(self) -> None:
        self.dispatches = 0
        self.accurate = 0
        self.unit = ""
        self.target_s: float | None = None


class _Steps:
    """What happened to a case."""

    def __init__(self) -> None:
        self.at: dict[Stage, datetime] = {}
        self.returns = 0
        self.rating: int | None = None

    def take(self, after: State, at: datetime, rating: int | None) -> None:
        """Enter a step; the last to a stage counts."""
        if after == State.RETURNED:
            self.returns += 1
        if after not in ENDED:  # taken up again, or sent back by the other city
            for ended in _TAKEN_BACK:
                self.at.pop(ended, None)
        self.at[Stage(after)] = at
        self.rating = self.rating if rating is None else rating

    def case(  # noqa: PLR0913 -- columns of one row
        self, number: str, reported_at: datetime, due: dict[Limit, datetime], sent: _Sent,
        *, kind: str, zone: str, target_s: float, matter: str, disputes: int,
    ) -> Case:  # fmt: skip
        """Write the case."""
        return Case(
            id=number,
            at={**self.at, Stage.REPORTED: reported_at},
            due=due,
            dispatches=sent.dispatches,
            accurate_dispatches=sent.accurate,
            returns=self.returns,
            rating=self.rating,
            disputes=disputes,
            arrival_target_s=target_s if sent.target_s is None else sent.target_s,
            kind=kind,
            zone=zone,
            unit=sent.unit,
            matter=matter,
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """As what is on record at an instant, and without what had ended by another."""

    known_at: datetime | None
    since: datetime | None

    def by(self, *columns: Column[Any]) -> list[ColumnElement[bool]]:
        """What had been written down by then."""
        return [] if self.known_at is None else [column <= self.known_at for column in columns]

    def knows(self, at: datetime | None) -> bool:
        """Whether something that happened at an instant had happened by then."""
        return at is not None and (self.known_at is None or at <= self.known_at)

    def reported(self) -> list[ColumnElement[bool]]:
        """Which incidents."""
        wanted = self.by(INCIDENTS.c.reported_at)
        if self.since is not None:
            touched = select(TRANSITIONS.c.incident).where(TRANSITIONS.c.at >= self.since)
            wanted.append(INCIDENTS.c.state.not_in(ENDED) | INCIDENTS.c.id.in_(touched))
        return wanted

    def of(self, incident: Column[Any]) -> list[ColumnElement[bool]]:
        """Rows of those incidents only; all are read where none is left out."""
        if self.since is None:
            return []
        return [incident.in_(select(INCIDENTS.c.id).where(*self.reported()))]


def _as_reported(session: Session, known_at: datetime | None) -> defaultdict[str, dict[str, Any]]:
    """Places and matters of incidents as they stood before later corrections."""
    then: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    if known_at is None:
        return then
    query = select(EDITS.c.incident, EDITS.c.record).where(EDITS.c.at > known_at)
    for row in session.execute(query.order_by(EDITS.c.fid.desc())):
        for change in read_record(Changes, row.record).changes:
            if change.field in {PLACE, MATTERS}:
                parts = tuple(part for part in change.before.split(",") if part)
                place = change.field == PLACE
                then[row.incident][change.field] = tuple(map(float, parts)) if place else parts
    return then


def _steps(session: Session, asked: _Asked) -> defaultdict[str, _Steps]:
    """Steps of every incident, in the order in which they were taken."""
    steps: defaultdict[str, _Steps] = defaultdict(_Steps)
    taken = TRANSITIONS.c
    query = (
        select(taken.incident, taken.after, taken.at, taken.rating)
        .where(*asked.by(taken.at), *asked.of(taken.incident))
        .order_by(taken.fid)
    )
    for row in session.execute(query).yield_per(AT_ONCE):
        steps[row.incident].take(State(row.after), row.at, row.rating)
    return steps


def _due(session: Session, asked: _Asked) -> defaultdict[str, dict[Limit, datetime]]:
    """Deadlines in force of every incident: the last of each kind."""
    due: defaultdict[str, dict[Limit, datetime]] = defaultdict(dict)
    last: dict[tuple[str, ClockKind], datetime] = {}
    drawn = DEADLINES.c
    query = (
        select(drawn.incident, drawn.kind, drawn.due_at, drawn.ended_at, drawn.left)
        .where(drawn.kind.in_((ClockKind.ACKNOWLEDGE, *CASE_CLOCKS)))
        .where(*asked.by(drawn.begins_at), *asked.of(drawn.incident))
        .order_by(drawn.generation, drawn.fid)
    )
    for row in session.execute(query).yield_per(AT_ONCE):
        which = row.incident, ClockKind(row.kind)
        if row.left is not None and asked.knows(row.ended_at):
            last.pop(which, None)  # suspended: it has no end until the case goes on
        else:
            last[which] = row.due_at
    for (incident, kind), due_at in last.items():
        mine = due[incident]
        if kind in CASE_CLOCKS:
            mine[Limit.CLOSE] = max(due_at, mine.get(Limit.CLOSE, due_at))
        if kind in LIMITS:
            mine[LIMITS[kind]] = due_at
    return due


def _sent(session: Session, asked: _Asked) -> defaultdict[str, _Sent]:
    """Crews sent to every incident; those that only reinforce are no dispatch of the case."""
    sent: defaultdict[str, _Sent] = defaultdict(_Sent)
    made = ASSIGNMENTS.c
    query = (
        select(made.incident, made.unit, made.outcome, made.target_s, made.released_at)
        .where(~made.reinforces, *asked.by(made.decided_at), *asked.of(made.incident))
        .order_by(made.fid)
    )
    for row in session.execute(query).yield_per(AT_ONCE):
        one = sent[row.incident]
        one.dispatches += 1
        one.accurate += not (row.outcome in _WRONG and asked.knows(row.released_at))
        one.unit, one.target_s = row.unit, row.target_s
    return sent
