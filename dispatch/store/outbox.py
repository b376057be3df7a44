"""
Outbox: messages that wait to be sent, each taken out by one sender at a time.

To take one out is to put off when it is due: a sender that is killed on the way holds it up until
then, and the next one sends it again.  `tries` tells one taking from the next, so that nobody
puts off or gives up what another has in hand by now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, or_, select, update
from sqlalchemy.orm import Session

from dispatch.notify import PHONE, Message, MessageState
from dispatch.sight import Sight
from dispatch.store.bulletin_tables import BULLETINS
from dispatch.store.ledger_tables import OUTBOX
from dispatch.store.numbered import newest_first, row_of
from dispatch.store.seen import incident_seen
from geo.errors import Conflict

UNSENT = OUTBOX.c.sent_at.is_(None)
ALIVE = OUTBOX.c.given_up_at.is_(None)

IN_STATE = {
    MessageState.WAITING: (UNSENT, ALIVE, OUTBOX.c.channel.is_distinct_from(PHONE)),
    MessageState.SENT: (OUTBOX.c.sent_at.is_not(None),),
    MessageState.DEAD: (UNSENT, OUTBOX.c.given_up_at.is_not(None), OUTBOX.c.passed_to.is_(None)),
    MessageState.PASSED_ON: (UNSENT, OUTBOX.c.passed_to.is_not(None)),
    MessageState.TO_CALL: (UNSENT, ALIVE, OUTBOX.c.channel == PHONE),
}


@dataclass(frozen=True, slots=True)
class Outbox:
    """
    How much waits to be sent.

    Attributes
    ----------
    waiting
        Messages that have yet to be taken.
    oldest_at
        When the oldest of them was posted; None if none waits.
    due_at
        When the next one is to be tried; None if none waits.
    dead
        Messages that were given up.
    to_call
        People to be called by phone because no message has reached them.
    """

    waiting: int = 0
    oldest_at: datetime | None = None
    due_at: datetime | None = None
    dead: int = 0
    to_call: int = 0

    def waits_s(self, now: datetime) -> float:
        """
        Tell for how long the oldest has waited.

        Parameters
        ----------
        now
            The present, with offset.

        Returns
        -------
        waits_s
            Seconds; 0 where none waits.
        """
        return 0.0 if self.oldest_at is None else max(0.0, (now - self.oldest_at).total_seconds())


def read_outbox(session: Session) -> Outbox:
    """
    Count what waits.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    outbox
        How much, and since when.
    """
    oldest, due = func.min(OUTBOX.c.posted_at), func.min(OUTBOX.c.due_at)
    waiting = select(func.count(), oldest, due).where(*IN_STATE[MessageState.WAITING])
    dead, to_call = (
        select(func.count()).where(*IN_STATE[state]).scalar_subquery()
        for state in (MessageState.DEAD, MessageState.TO_CALL)
    )
    count, oldest_at, due_at = session.execute(waiting).one()
    return Outbox(count, oldest_at, due_at, *session.execute(select(dead, to_call)).one())


def take_out(session: Session, *, now: datetime, lease_s: float, limit: int) -> list[Message]:
    """
    Take messages out to send them; until the lease is over nobody else does.

    Parameters
    ----------
    session
        A session that may write; the caller commits, and sends only then.
    now
        The present, with offset.
    lease_s
        For how long they are the caller's.
    limit
        How many at most.

    Returns
    -------
    messages
        Whatever is due longest first; what another sender takes at this moment is passed over.
    """
    due = select(OUTBOX.c.fid).where(OUTBOX.c.due_at <= now, *IN_STATE[MessageState.WAITING])
    due = due.order_by(OUTBOX.c.due_at, OUTBOX.c.fid).limit(limit)
    first = due.with_for_update(skip_locked=True).cte("first")  # as a table it is asked once
    taken = (
        update(OUTBOX)
        .where(OUTBOX.c.fid.in_(select(first.c.fid)))
        .values(due_at=now + timedelta(seconds=lease_s), tries=OUTBOX.c.tries + 1)
        .returning(OUTBOX)
    )
    return sorted(map(_message, session.execute(taken)), key=lambda one: one.number)


def mark_sent(session: Session, message: Message, *, now: datetime) -> None:
    """
    Note that a message was taken, whoever has it in hand by now.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    message
        As it was taken out.
    now
        The present, with offset.
    """
    sent = update(OUTBOX).where(OUTBOX.c.fid == message.number, UNSENT)
    session.execute(sent.values(sent_at=now, due_at=None, given_up_at=None, failure=None))


def put_off(session: Session, message: Message, *, until: datetime, failure: str | None) -> bool:
    """
    Put a message back, to be tried again later.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    message
        As it was taken out.
    until
        When it is due again, with offset.
    failure
        Why it was not taken, or None where nobody knows.

    Returns
    -------
    put_off
        False if somebody else has it in hand by now.
    """
    return settle(session, message, due_at=until, failure=failure)


def give_up(session: Session, message: Message, *, now: datetime, failure: str | None) -> bool:
    """
    Give a message up: it is tried no more until somebody asks for it.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    message
        As it was taken out.
    now
        The present, with offset.
    failure
        Why it was not taken, or None where nobody knows.

    Returns
    -------
    given_up
        False if somebody else has it in hand by now.
    """
    return settle(session, message, due_at=None, given_up_at=now, failure=failure)


def settle(session: Session, message: Message, **values: object) -> bool:
    """
    Change a message unless another sender has taken it out since, or it has been sent.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    message
        As it was taken out.
    **values
        Columns of the outbox, and what stands there from now on.

    Returns
    -------
    settled
        False if somebody else has it in hand by now.
    """
    ours = (OUTBOX.c.fid == message.number, OUTBOX.c.tries == message.tries, UNSENT, ALIVE)
    changed = update(OUTBOX).where(*ours).values(values).returning(OUTBOX.c.fid)
    return session.execute(changed).scalar() is not None


def send_again(session: Session, number: int, *, now: datetime) -> Message:
    """
    Let a message that was given up be tried again from the beginning, under the same key.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its number.
    now
        The present, with offset.

    Returns
    -------
    message
        As it is now.

    Raises
    ------
    UnknownName
        There is no such message.
    Conflict
        It waits to be sent by itself, or has been sent.
    """
    dead = (OUTBOX.c.fid == number, *IN_STATE[MessageState.DEAD])
    again = update(OUTBOX).where(*dead).values(given_up_at=None, due_at=now, tries=0)
    row = session.execute(again.returning(OUTBOX)).one_or_none()
    if row is None:
        raise _not_dead(get_message(session, number))
    return _message(row)


def drop_message(session: Session, number: int) -> Message:
    """
    Drop a message that was given up: nobody needs it any more.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its number.

    Returns
    -------
    message
        As it was.

    Raises
    ------
    UnknownName
        There is no such message.
    Conflict
        It waits to be sent by itself, or has been sent.
    """
    gone = delete(OUTBOX).where(OUTBOX.c.fid == number, *IN_STATE[MessageState.DEAD])
    row = session.execute(gone.returning(OUTBOX)).one_or_none()
    if row is None:
        raise _not_dead(get_message(session, number))
    return _message(row)


def get_message(session: Session, number: int) -> Message:
    """
    Look up a message.

    Parameters
    ----------
    session
        A session.
    number
        Its number.

    Returns
    -------
    message
        The message.

    Raises
    ------
    UnknownName
        There is none with this number.
    """
    return _message(row_of(session, OUTBOX, number, "message"))


def list_messages(  # noqa: PLR0913 -- what to leave out, as keywords
    session: Session,
    *,
    state: MessageState | None = None,
    about: str | None = None,
    sight: Sight | None = None,
    before: int | None = None,
    limit: int,
) -> list[Message]:
    """
    List messages, the newest first.

    Parameters
    ----------
    session
        A session.
    state, about
        In one state, or about one incident only.
    sight
        Only those about an incident within it, or a report of one's own area; None for the whole
        city.
    before
        Number of the last one of the page before, or None for the first page.
    limit
        How many at most.

    Returns
    -------
    messages
        One page.
    """
    query = newest_first(session, OUTBOX, "message", before=before, limit=limit)
    if state is not None:
        query = query.where(*IN_STATE[state])
    if about is not None:
        query = query.where(OUTBOX.c.about == about)
    if sight is not None:
        reports = select(BULLETINS.c.id).where(BULLETINS.c.area.in_(sorted(sight.within)))
        about_own = or_(incident_seen(sight, OUTBOX.c.about), OUTBOX.c.about.in_(reports))
        query = query.where(about_own)
    return [_message(row) for row in session.execute(query)]


def _not_dead(message: Message) -> Conflict:
    """Why there is nothing to send again or to drop."""
    return Conflict(
        f"Message {message.number} is {message.state}, not dead: "
        "it is sent by itself, and what was sent stays sent."
    )


def _message(row: Row[Any]) -> Message:
    """Read a message."""
    (said,) = row.said
    return Message(
        number=row.fid,
        dedupe_key=row.dedupe_key,
        to=row.addressee,
        said=said,
        about=row.about,
        posted_at=row.posted_at,
        tries=row.tries,
        due_at=row.due_at,
        sent_at=row.sent_at,
        given_up_at=row.given_up_at,
        failure=row.failure,
        also=row.also,
        addressed_at=row.addressed_at,
        channel=row.channel,
        letter_of=row.letter_of,
        passed_to=row.passed_to,
    )
