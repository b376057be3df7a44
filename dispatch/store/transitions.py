"""
What happened to incidents, in the store: steps, edits and hand-offs, added to and never changed.

No statement of this program updates or deletes a row of these tables, and the store refuses one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Double,
    ForeignKey,
    Integer,
    Row,
    Text,
    bindparam,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Session

from dispatch.hand_off import HandOff
from dispatch.incident import Change, Edit
from dispatch.incident_state import State
from dispatch.step import Step, Transition
from dispatch.store.append_only import OnlyAdded
from dispatch.store.column import Instant
from dispatch.store.declare import table, text
from dispatch.store.record import read_record, write_record
from dispatch.store.tables import INCIDENTS

TRANSITIONS = table(
    "transitions",
    "办理过程 / Steps of incidents through their life cycle, append-only",
    Column("incident", Text, ForeignKey(INCIDENTS.c.id), nullable=False, index=True),
    text("before", nullable=True),
    text("after"),
    Column("at", Instant, nullable=False),
    text("by"),
    text("reason"),
    Column("lon", Double),
    Column("lat", Double),
    text("about", nullable=True),
    Column("rating", Integer),
    kept=OnlyAdded(),
)

EDITS = table(
    "edits",
    "更正记录 / What was corrected about incidents, append-only",
    Column("incident", Text, ForeignKey(INCIDENTS.c.id), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    text("by"),
    text("reason"),
    text("record"),
    kept=OnlyAdded(),
)

HAND_OFFS = table(
    "hand_offs",
    "移送记录 / Records with which cases went to other cities, append-only",
    Column("incident", Text, ForeignKey(INCIDENTS.c.id), nullable=False, index=True),
    text("record"),
    kept=OnlyAdded(),
)


_LAST = select(func.max(TRANSITIONS.c.fid)).where(TRANSITIONS.c.incident == bindparam("named"))
_LAST_INSTANT = select(TRANSITIONS.c.at).where(TRANSITIONS.c.fid == _LAST.scalar_subquery())
_ADDED = insert(TRANSITIONS).returning(TRANSITIONS.c.fid)


@dataclass(frozen=True, slots=True)
class Changes:
    """
    All that one correction changed.

    Attributes
    ----------
    changes
        One for each field.
    """

    changes: tuple[Change, ...]


def add_transition(session: Session, incident: str, before: State | None, step: Step) -> Transition:
    """
    Put a step on record.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    incident
        Id of the incident.
    before
        State before it; None for the report itself.
    step
        The step.

    Returns
    -------
    transition
        With its number.
    """
    lon, lat = step.lon_lat or (None, None)
    row = {
        "incident": incident,
        "before": before,
        "after": step.to,
        "at": step.at,
        "by": step.by,
        "reason": step.reason,
        "lon": lon,
        "lat": lat,
        "about": step.about,
        "rating": step.rating,
    }
    number: int = session.execute(_ADDED, row).scalar_one()
    return Transition(number, incident, before, step)


def transitions_of(session: Session, incident: str) -> tuple[Transition, ...]:
    """
    Read the steps of an incident.

    Parameters
    ----------
    session
        A session.
    incident
        Its id.

    Returns
    -------
    transitions
        The oldest first.
    """
    query = select(TRANSITIONS).where(TRANSITIONS.c.incident == incident)
    return tuple(_transition(row) for row in session.execute(query.order_by(TRANSITIONS.c.fid)))


def last_instant(session: Session, incident: str) -> datetime | None:
    """
    Tell when the last step of an incident was taken.

    Parameters
    ----------
    session
        A session.
    incident
        Its id.

    Returns
    -------
    at
        The instant, or None before the first one.
    """
    at: datetime | None = session.scalar(_LAST_INSTANT, {"named": incident})
    return at


def add_edit(session: Session, incident: str, edit: Edit) -> None:
    """
    Put a correction on record.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    incident
        Id of the incident.
    edit
        What was changed, by whom and why.
    """
    record = write_record(Changes(edit.changes))
    row = insert(EDITS).values(
        incident=incident, at=edit.at, by=edit.by, reason=edit.reason, record=record
    )
    session.execute(row)


def edits_of(session: Session, incident: str) -> tuple[Edit, ...]:
    """
    Read the corrections of an incident.

    Parameters
    ----------
    session
        A session.
    incident
        Its id.

    Returns
    -------
    edits
        The oldest first.
    """
    query = select(EDITS).where(EDITS.c.incident == incident).order_by(EDITS.c.fid)
    return tuple(
        Edit(row.at, row.by, row.reason, read_record(Changes, row.record).changes)
        for row in session.execute(query)
    )


def add_hand_off(session: Session, record: HandOff) -> None:
    """
    Keep the record with which a case goes to another city.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    record
        Of an incident on record.
    """
    row = insert(HAND_OFFS).values(incident=record.incident, record=write_record(record))
    session.execute(row)


def hand_offs_of(session: Session, incident: str) -> tuple[HandOff, ...]:
    """
    Read the hand-offs of an incident.

    Parameters
    ----------
    session
        A session.
    incident
        Its id.

    Returns
    -------
    records
        The oldest first; a case that was returned may be handed off again.
    """
    query = select(HAND_OFFS.c.record).where(HAND_OFFS.c.incident == incident)
    rows = session.scalars(query.order_by(HAND_OFFS.c.fid))
    return tuple(read_record(HandOff, record) for record in rows)


def _transition(row: Row[Any]) -> Transition:
    """Read a step."""
    return Transition(
        number=row.fid,
        incident=row.incident,
        before=None if row.before is None else State(row.before),
        step=Step(
            to=State(row.after),
            by=row.by,
            at=row.at,
            reason=row.reason,
            lon_lat=None if row.lon is None else (row.lon, row.lat),
            about=row.about,
            rating=row.rating,
        ),
    )
