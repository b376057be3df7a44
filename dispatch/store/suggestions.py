"""Suggestions in the store: what was given, what was asked, and where everybody was then."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.frozen import Frozen
from dispatch.question import Question
from dispatch.store.frozen import drop_frozen_but, keep_frozen
from dispatch.store.numbered import row_of
from dispatch.store.record import read_record, write_record
from dispatch.store.tables import SUGGESTIONS
from dispatch.store.upsert import insert_or_ignore
from dispatch.suggestion import Suggestion


@dataclass(frozen=True, slots=True)
class KeptSuggestion:
    """
    A suggestion with all that it was made from.

    Attributes
    ----------
    number
        Its id.
    record
        The answer, as `to_text` wrote it.
    question
        What was asked.
    snapshot
        Digest of the frozen whereabouts.
    counted
        Digest of those from which coverage had been counted, or None.
    """

    number: str
    record: str
    question: Question
    snapshot: str
    counted: str | None


@dataclass(frozen=True, slots=True, eq=False)
class WrittenSuggestion:
    """
    A suggestion with all that it was made from, ready to be kept.

    Attributes
    ----------
    number
        Its id, a digest of its record: the same answer has the same id.
    row
        Its columns.
    snapshots
        Where everybody was, and was when coverage had been counted.
    """

    number: str
    row: Mapping[str, Any]
    snapshots: tuple[Frozen, ...]


def write_suggestion(
    suggestion: Suggestion,
    question: Question,
    snapshot: Frozen,
    counted: Frozen | None = None,
) -> WrittenSuggestion:
    """
    Write a suggestion down, before anybody has to wait for the store.

    Parameters
    ----------
    suggestion
        The suggestion.
    question
        What was asked.
    snapshot
        Where everybody was.
    counted
        Where everybody was when coverage was counted, if its price was asked for.

    Returns
    -------
    written
        For `save_suggestion`.
    """
    record = to_text(suggestion)
    number = hashlib.blake2b(record.encode(), digest_size=8).hexdigest()
    row = {
        "id": number,
        "incident": suggestion.incident,
        "made_at": suggestion.now,
        "record": record,
        "question": write_record(question.nameless()),
        "snapshot": snapshot.digest,
        "counted": None if counted is None else counted.digest,
    }
    snapshots = (snapshot,) if counted is None else (snapshot, counted)
    return WrittenSuggestion(number, row, snapshots)


def save_suggestion(session: Session, written: WrittenSuggestion) -> None:
    """
    Keep a suggestion with all that it was made from.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    written
        The suggestion.
    """
    insert_or_ignore(session, SUGGESTIONS, written.row)
    for frozen in written.snapshots:
        keep_frozen(session, frozen)


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
    return from_text(row_of(session, SUGGESTIONS, number, "suggestion").record)


def get_kept(session: Session, number: str) -> KeptSuggestion:
    """
    Look up a suggestion with all that it was made from.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    kept
        As it was kept; its snapshots may be gone.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    row = row_of(session, SUGGESTIONS, number, "suggestion")
    question = read_record(Question, row.question)
    return KeptSuggestion(number, row.record, question, row.snapshot, row.counted)


def numbers_between(
    session: Session, *, since: datetime | None = None, until: datetime | None = None
) -> tuple[str, ...]:
    """
    List the suggestions that were made in a period.

    Parameters
    ----------
    session
        A session.
    since, until
        From when, and before when; None for no bound.

    Returns
    -------
    numbers
        Their ids, the oldest first.
    """
    query = select(SUGGESTIONS.c.id).order_by(SUGGESTIONS.c.made_at, SUGGESTIONS.c.id)
    if since is not None:
        query = query.where(SUGGESTIONS.c.made_at >= since)
    if until is not None:
        query = query.where(SUGGESTIONS.c.made_at < until)
    return tuple(session.scalars(query))


def prune_tracks(session: Session, *, before: datetime) -> int:
    """
    Drop where everybody was when suggestions were made that are older than the audit is kept.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    before
        Of suggestions made earlier only answer and question stay; they are not made again.

    Returns
    -------
    n_dropped
        How many parts of snapshots have gone.
    """
    later = SUGGESTIONS.c.made_at >= before
    kept = select(SUGGESTIONS.c.snapshot, SUGGESTIONS.c.counted).where(later)
    digests = {digest for row in session.execute(kept) for digest in row}
    return drop_frozen_but(session, (digest for digest in digests if digest is not None))


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
