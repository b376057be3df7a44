"""Case records in the store: the case book that reports count from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.assignment import Outcome
from dispatch.case_book import CaseBook, book_of_history, zones_of
from dispatch.cases import Case, Limit, Stage, tabulate
from dispatch.deadline import ClockKind
from dispatch.incident_state import State
from dispatch.store.deadlines import DEADLINES
from dispatch.store.order_tables import ASSIGNMENTS
from dispatch.store.past_incidents import read_parts
from dispatch.store.tables import INCIDENTS
from dispatch.store.transitions import EDITS, TRANSITIONS
from geo.zone import Zone

LIMITS = {
    ClockKind.ACKNOWLEDGE: Limit.ACKNOWLEDGE,
    ClockKind.HANDLE: Limit.HANDLE,
    ClockKind.ANSWER: Limit.CLOSE,
}
"""Deadlines that indicators know: a case is to be closed when its reporter is to be answered."""

_WRONG = (Outcome.REFUSED, Outcome.MISTAKE)
"""Outcomes that say that the dispatch was not right."""

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


def read_own_book(session: Session, zones: Sequence[Zone]) -> CaseBook:
    """
    Read the cases that a store has seen itself.

    Parameters
    ----------
    session
        A session.
    zones
        Zones of today, by which cases are grouped.

    Returns
    -------
    book
        In the order of their numbers.
    """
    query = select(
        INCIDENTS.c.id, INCIDENTS.c.kind, INCIDENTS.c.matters, INCIDENTS.c.reported_at,
        INCIDENTS.c.place,
    ).order_by(INCIDENTS.c.fid)  # fmt: skip
    rows = list(session.execute(query).yield_per(AT_ONCE))
    lon_lat = np.array([(row.place.x, row.place.y) for row in rows], dtype=float).reshape(-1, 2)
    zone, target_s = zones_of(lon_lat, zones)
    steps, due, sent = _steps(session), _due(session), _sent(session)
    cases = [
        steps[row.id].case(row.id, row.reported_at, due[row.id], sent[row.id],
            kind=str(row.kind), zone=str(zone[at]), target_s=float(target_s[at]),
            matter=row.matters[0] if row.matters else "")
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
        self.at[Stage(after)] = at
        self.rating = self.rating if rating is None else rating

    def case(  # noqa: PLR0913 -- columns of one row
        self, number: str, reported_at: datetime, due: dict[Limit, datetime], sent: _Sent,
        *, kind: str, zone: str, target_s: float, matter: str,
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
            arrival_target_s=target_s if sent.target_s is None else sent.target_s,
            kind=kind,
            zone=zone,
            unit=sent.unit,
            matter=matter,
        )


def _steps(session: Session) -> defaultdict[str, _Steps]:
    """Steps of every incident, in the order in which they were taken."""
    steps: defaultdict[str, _Steps] = defaultdict(_Steps)
    query = select(
        TRANSITIONS.c.incident, TRANSITIONS.c.after, TRANSITIONS.c.at, TRANSITIONS.c.rating
    ).order_by(TRANSITIONS.c.fid)
    for row in session.execute(query).yield_per(AT_ONCE):
        steps[row.incident].take(State(row.after), row.at, row.rating)
    return steps


def _due(session: Session) -> defaultdict[str, dict[Limit, datetime]]:
    """Deadlines in force of every incident: the last of each kind."""
    due: defaultdict[str, dict[Limit, datetime]] = defaultdict(dict)
    query = (
        select(DEADLINES.c.incident, DEADLINES.c.kind, DEADLINES.c.due_at)
        .where(DEADLINES.c.kind.in_(tuple(LIMITS)))
        .order_by(DEADLINES.c.generation, DEADLINES.c.fid)
    )
    for row in session.execute(query).yield_per(AT_ONCE):
        due[row.incident][LIMITS[ClockKind(row.kind)]] = row.due_at
    return due


def _sent(session: Session) -> defaultdict[str, _Sent]:
    """Crews sent to every incident; those that only reinforce are no dispatch of the case."""
    sent: defaultdict[str, _Sent] = defaultdict(_Sent)
    query = (
        select(
            ASSIGNMENTS.c.incident, ASSIGNMENTS.c.unit, ASSIGNMENTS.c.outcome,
            ASSIGNMENTS.c.target_s,
        )
        .where(~ASSIGNMENTS.c.reinforces)
        .order_by(ASSIGNMENTS.c.fid)
    )  # fmt: skip
    for row in session.execute(query).yield_per(AT_ONCE):
        one = sent[row.incident]
        one.dispatches += 1
        one.accurate += row.outcome not in _WRONG
        one.unit, one.target_s = row.unit, row.target_s
    return sent
