"""Cases one by one as a bulletin lists them, read from the store as known at an instant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.bulletin import Evidence
from dispatch.bulletin_content import CaseLine, Correction
from dispatch.cases import Limit, Stage, Word
from dispatch.city import City
from dispatch.incident_state import State
from dispatch.sight import without_phones
from dispatch.store.case_disputes import disputes_on_record, filed_by, two_filings
from dispatch.store.record import read_record
from dispatch.store.tables import INCIDENTS
from dispatch.store.transitions import EDITS, TRANSITIONS, Changes
from geo.remark import Remark

AT_ONCE = 500
"""Numbers that are named in one question: every store takes so many."""

_HOUR_S = 3600.0


def read_lines(
    session: Session, evidence: Evidence, city: City, numbers: Collection[str]
) -> Mapping[str, CaseLine]:
    """
    Read what a bulletin says of cases that it lists.

    Parameters
    ----------
    session
        A session.
    evidence
        The cases.
    city
        The city by which places are named.
    numbers
        Of the incidents.

    Returns
    -------
    lines
        By number; reasons are without phone numbers.
    """
    states, returned = _steps(session, numbers, evidence.known_at)
    disputes = _disputes(session, numbers, evidence.known_at, city)
    cases, now_s = evidence.book.cases, evidence.known_at.timestamp()
    due_s = np.fmin(cases.limit_s(Limit.CLOSE), np.where(
        np.isnan(cases.reached_s(Stage.HANDLED, now_s)), cases.limit_s(Limit.HANDLE), np.nan
    ))  # fmt: skip
    rows = np.flatnonzero(np.isin(evidence.book.ids, sorted(numbers)))
    lines = {}
    for row in rows.tolist():
        number, due = str(evidence.book.ids[row]), float(due_s[row])
        late_h = None if np.isnan(due) or due > now_s else round((now_s - due) / _HOUR_S, 1)
        lon, lat = evidence.book.lon_lat[row].tolist()
        areas = city.place_index.locate((lon, lat)).areas
        lines[number] = CaseLine(
            incident=number,
            matter=str(cases.word(Word.MATTER)[row]),
            zone=str(cases.word(Word.ZONE)[row]),
            unit=str(cases.word(Word.UNIT)[row]),
            area=areas[-1].code if areas else "",
            state=states.get(number, State.REPORTED),
            reported_at=_instant(float(cases.at_s[Stage.REPORTED][row])),
            due_at=None if np.isnan(due) else _instant(due),
            overdue_h=late_h,
            why=(*disputes.get(number, ()), *returned.get(number, ())),
        )
    return lines


def read_corrections(
    session: Session, evidence: Evidence, *, since: datetime
) -> tuple[Correction, ...]:
    """
    Read what was corrected about cases since the issue of a bulletin before.

    Parameters
    ----------
    session
        A session.
    evidence
        The cases.
    since
        As known then.

    Returns
    -------
    corrections
        The first first.
    """
    of_book = frozenset(evidence.book.ids.tolist())
    query = select(EDITS).where(EDITS.c.at > since, EDITS.c.at <= evidence.known_at)
    return tuple(
        Correction(
            row.incident,
            row.at,
            row.by,
            without_phones(row.reason),
            tuple(change.field for change in read_record(Changes, row.record).changes),
        )
        for row in session.execute(query.order_by(EDITS.c.fid))
        if row.incident in of_book
    )


def _steps(
    session: Session, numbers: Collection[str], known_at: datetime
) -> tuple[Mapping[str, str], Mapping[str, tuple[Remark, ...]]]:
    """Where each stood, and why it was returned, each time."""
    states: dict[str, str] = {}
    returned: defaultdict[str, tuple[Remark, ...]] = defaultdict(tuple)
    taken = TRANSITIONS.c
    for some in _parts(numbers):
        query = select(taken.incident, taken.after, taken.at, taken.reason).where(
            taken.incident.in_(some), taken.at <= known_at
        )
        for row in session.execute(query.order_by(taken.fid)):
            states[row.incident] = row.after
            if row.after == State.RETURNED:
                said = without_phones(row.reason)
                remark = Remark("returned", f"退回：{said}", f"Returned: {said}")
                returned[row.incident] += (remark,)
    return states, returned


def _disputes(
    session: Session, numbers: Collection[str], known_at: datetime, city: City
) -> Mapping[str, tuple[Remark, ...]]:
    """Why each is disputed."""
    disputes = dict(disputes_on_record(session, known_at, city.units))
    for some in _parts(numbers):
        query = select(INCIDENTS.c.id, INCIDENTS.c.filings).where(INCIDENTS.c.id.in_(some))
        for row in session.execute(query):
            bodies = filed_by(row.filings, known_at)
            if len(bodies) > 1:
                disputes[row.id] = (two_filings(bodies), *disputes.get(row.id, ()))
    return disputes


def _parts(numbers: Collection[str]) -> Iterable[list[str]]:
    """Some at a time."""
    every = sorted(numbers)
    for first in range(0, len(every), AT_ONCE):
        yield every[first : first + AT_ONCE]


def _instant(seconds: float) -> datetime:
    """An instant by its seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)
