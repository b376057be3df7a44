"""Noting: what somebody adds about an incident stays as it was written; the door commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.handling import take_up
from dispatch.incident import Edit
from dispatch.store.ledger import record
from dispatch.store.transitions import add_edit
from geo.errors import BadValue


def add_note(session: Session, number: str, text: str, *, by: str, now: datetime) -> Edit:
    """
    Put a note on record: an edit that changes nothing, at whatever state the incident stands.

    Parameters
    ----------
    session
        A session that may write.
    number
        Id of the incident.
    text
        What is noted, in words.
    by
        Account of whoever notes it.
    now
        The present, with offset.

    Returns
    -------
    note
        As it is kept; the incident stays the version that it was.

    Raises
    ------
    UnknownName
        There is no such incident.
    BadValue
        The note is empty.
    """
    _, at = take_up(session, number, now=now)
    if not text.strip():
        raise BadValue(f"A note on incident {number} is empty: write what is to be kept.")
    note = Edit(at, by, text.strip(), ())
    add_edit(session, number, note)
    record(session, now=at, by=by, act="note_incident", about=number)
    return note
