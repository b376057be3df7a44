"""
Letters: what a message becomes for each person on each channel, in the outbox beside the message.

The key of a letter is made of that of its message, the person and the channel: however often a
message is addressed, or a letter passed on, there is one of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from dispatch.notify import NOBODY, PHONE, Message, MessageState
from dispatch.store.ledger_tables import OUTBOX
from dispatch.store.outbox import ALIVE, IN_STATE, UNSENT, get_message, settle
from dispatch.store.upsert import insert_or_ignore
from geo.errors import Conflict


def letter_key(of: str, person: str, channel: str) -> str:
    """
    Name a letter.

    Parameters
    ----------
    of
        Key of its message.
    person
        To whom.
    channel
        By which channel.

    Returns
    -------
    key
        The same for ever.
    """
    return f"{of}>{person}>{channel}"


def claim_addressing(session: Session, message: Message, *, now: datetime) -> bool:
    """
    Take it on to write the letters of a message; nobody else does.

    Parameters
    ----------
    session
        A session that may write; the caller commits, with all letters.
    message
        The message.
    now
        The present, with offset.

    Returns
    -------
    claimed
        False if they are written already.
    """
    not_yet = (OUTBOX.c.fid == message.number, OUTBOX.c.addressed_at.is_(None))
    claim = update(OUTBOX).where(*not_yet).values(addressed_at=now).returning(OUTBOX.c.fid)
    return session.execute(claim).scalar() is not None


def add_letter(
    session: Session, message: Message, person: str, channel: str, *, from_at: datetime
) -> None:
    """
    Write a letter, if there is none of its key.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    message
        Of which it is, or another letter of that.
    person
        To whom.
    channel
        By which channel; on the list of calls it waits for a person to call, and what reaches
        nobody is dead at once.
    from_at
        From when it may go out, with offset.
    """
    of = message.letter_of or message.dedupe_key
    nobody = channel == NOBODY
    columns = {
        "dedupe_key": letter_key(of, person, channel),
        "addressee": person,
        "said": (message.said,),
        "about": message.about,
        "posted_at": from_at,
        "tries": 0,
        "due_at": None if nobody or channel == PHONE else from_at,
        "given_up_at": from_at if nobody else None,
        "failure": f"No channel reaches {person}: enter how." if nobody else None,
        "also": (),
        "addressed_at": from_at,
        "channel": channel,
        "letter_of": of,
    }
    insert_or_ignore(session, OUTBOX, columns)


def is_written(session: Session, key: str) -> bool:
    """
    Tell whether there is a letter of a key, whatever became of it.

    Parameters
    ----------
    session
        A session.
    key
        Its key.

    Returns
    -------
    written
        Until it is forgotten.
    """
    return bool(session.scalar(select(exists().where(OUTBOX.c.dedupe_key == key))))


def end_for(
    session: Session, letter: Message, channel: str, *, now: datetime, failure: str | None
) -> bool:
    """
    Give a letter up because another one follows by the next channel.

    Parameters
    ----------
    session
        A session that may write; the caller writes the other letter, and commits.
    letter
        As it was taken out.
    channel
        The next channel.
    now
        The present, with offset.
    failure
        Why it was not taken.

    Returns
    -------
    ended
        False if somebody else has it in hand by now.
    """
    return settle(session, letter, due_at=None, given_up_at=now, failure=failure, passed_to=channel)


def note_call(session: Session, number: int, *, now: datetime, reached: bool) -> Message:
    """
    Note that somebody on the list was called.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Number of the letter.
    now
        The present, with offset.
    reached
        Whether they heard it; else they stay on the list.

    Returns
    -------
    letter
        As it is now.

    Raises
    ------
    UnknownName
        There is no such letter.
    Conflict
        Nobody is to be called for it, or somebody has been reached already.
    """
    listed = (OUTBOX.c.fid == number, *IN_STATE[MessageState.TO_CALL])
    values: dict[str, object] = {"tries": OUTBOX.c.tries + 1}
    values |= {"sent_at": now, "failure": None} if reached else {"failure": "Not reached by phone."}
    noted = update(OUTBOX).where(*listed).values(values).returning(OUTBOX.c.fid)
    found = session.execute(noted).scalar()
    letter = get_message(session, number)
    if found is None:
        raise Conflict(f"Nobody is to be called for message {number}: it is {letter.state}.")
    return letter


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """
    How a channel does, in letters.

    Attributes
    ----------
    waiting, sent, passed_on, dead
        Yet to be taken; taken; given up because another followed by the next channel; given up.
    last_failure
        Why the last one that failed was not taken, or None.
    """

    waiting: int = 0
    sent: int = 0
    passed_on: int = 0
    dead: int = 0
    last_failure: str | None = None


def channel_figures(session: Session, channel: str) -> ChannelFigures:
    """
    Count the letters of a channel.

    Parameters
    ----------
    session
        A session.
    channel
        Its name.

    Returns
    -------
    figures
        As far back as letters are kept.
    """
    of_it = OUTBOX.c.channel == channel
    waits = session.scalar(select(func.count()).where(of_it, UNSENT, ALIVE)) or 0
    sent, passed_on, dead = (
        session.scalar(select(func.count()).where(of_it, *IN_STATE[state])) or 0
        for state in (MessageState.SENT, MessageState.PASSED_ON, MessageState.DEAD)
    )
    failed = select(OUTBOX.c.failure).where(of_it, OUTBOX.c.failure.is_not(None))
    last = session.scalar(failed.order_by(OUTBOX.c.fid.desc()).limit(1))
    return ChannelFigures(waits, sent, passed_on, dead, last)
