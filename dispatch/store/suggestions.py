"""Suggestions in the store: each as the record that was given, under a digest of itself."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from dispatch.store.record import read_record, write_record
from dispatch.store.tables import SUGGESTIONS
from dispatch.suggestion import Suggestion
from geo.errors import UnknownName


def save_suggestion(session: Session, suggestion: Suggestion) -> str:
    """
    Keep a suggestion.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    suggestion
        The suggestion.

    Returns
    -------
    number
        Its id, a digest of its record: the same answer has the same id.
    """
    record = to_text(suggestion)
    number = hashlib.blake2b(record.encode(), digest_size=8).hexdigest()
    row = insert(SUGGESTIONS).values(
        id=number, incident=suggestion.incident, made_at=suggestion.now, record=record
    )
    session.execute(row.on_conflict_do_nothing(index_elements=[SUGGESTIONS.c.id]))
    return number


def get_suggestion(session: Session, number: str) -> Suggestion:
    """
    Look up a suggestion.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    suggestion
        As it was given.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    record = session.scalar(select(SUGGESTIONS.c.record).where(SUGGESTIONS.c.id == number))
    if record is None:
        raise UnknownName(f"There is no suggestion {number!r}.")
    return from_text(record)


def to_text(suggestion: Suggestion) -> str:
    """
    Write a suggestion so that equal ones are equal bytes.

    Parameters
    ----------
    suggestion
        The suggestion.

    Returns
    -------
    record
        JSON with sorted keys.
    """
    return write_record(suggestion)


def from_text(text: str) -> Suggestion:
    """
    Read a suggestion.

    Parameters
    ----------
    text
        What `to_text` wrote.

    Returns
    -------
    suggestion
        Equal to the one written.
    """
    return read_record(Suggestion, text)
