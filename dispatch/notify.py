"""
Notify: messages on their way out, and what becomes of one that is not taken.

A message is written with its cause, so that it is there once however often its cause is told.
Going out it is sent at least once: whoever sends it may be killed before it says so.  The key
of the message is the same each time, by which a receiver knows it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import numpy as np

from geo.remark import Remark


class MessageState(StrEnum):
    """What has become of a message."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    PASSED_ON = "passed_on"
    TO_CALL = "to_call"


PHONE = "phone"
"""Channel on which nothing is sent: whoever it names is on the list of people to be called."""

NOBODY = "nobody"
"""Channel of a letter to somebody whom no channel reaches: it is dead from the beginning."""


@dataclass(frozen=True, slots=True)
class Message:
    """
    A message to the outside, or one letter of it to one person, as the store has it.

    Attributes
    ----------
    number
        Its number in the store.
    dedupe_key
        Names it for ever: what is sent again has the same.
    to
        An account, a unit, or the area whose command room is told; of a letter, the person
        (see `dispatch.contact`).  Never a phone number.
    said
        What it says.
    about
        Number of the incident.
    posted_at
        When its cause was; of a letter that is held back, the end of the quiet hours.
    tries
        How often it was taken out to be sent, the present time among them.
    due_at
        When it is tried next, or again if nobody comes back from the present try; None once it
        is sent or given up.
    sent_at
        When it was taken; None before.
    given_up_at
        When it was given up; None unless it was.
    failure
        Why it was not taken last time, or None.
    also
        Officers and units whom it concerns besides.
    addressed_at
        When its letters were written; None where there are none, as before and without channels.
    channel
        Of a letter, the channel by which it goes; None for a message.
    letter_of
        Of a letter, the key of its message.
    passed_to
        The channel by which another letter follows in its place, once it was given up.
    """

    number: int
    dedupe_key: str
    to: str
    said: Remark
    about: str
    posted_at: datetime
    tries: int
    due_at: datetime | None = None
    sent_at: datetime | None = None
    given_up_at: datetime | None = None
    failure: str | None = None
    also: tuple[str, ...] = ()
    addressed_at: datetime | None = None
    channel: str | None = None
    letter_of: str | None = None
    passed_to: str | None = None

    @property
    def state(self) -> MessageState:
        """What has become of it."""
        if self.sent_at is not None:
            return MessageState.SENT
        if self.given_up_at is not None:
            return MessageState.DEAD if self.passed_to is None else MessageState.PASSED_ON
        return MessageState.TO_CALL if self.channel == PHONE else MessageState.WAITING


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    What became of one try.

    Attributes
    ----------
    failure
        Why it was not taken; None if it was.
    not_before_s
        So many seconds the receiver wants to be left alone; 0 if it said nothing.
    for_good
        Whether another try would fail as well: there is no such channel or address.
    of_channel
        Whether it was the channel that failed, so that it would have failed for anybody.
    """

    failure: str | None = None
    not_before_s: float = 0.0
    for_good: bool = False
    of_channel: bool = False


TAKEN = Delivery()
"""The receiver has it."""


class Notifier(Protocol):
    """Hands messages to whoever brings them to people."""

    async def deliver(self, message: Message, *, now: datetime) -> Delivery:
        """
        Try once to hand a message over.

        Parameters
        ----------
        message
            The message.
        now
            The present, with offset.

        Returns
        -------
        delivery
            What became of it.
        """

    async def close(self) -> None:
        """Let go of connections."""


@dataclass(frozen=True, slots=True)
class SendingTerms:
    """
    How often and how soon a message is tried again.

    Attributes
    ----------
    most_tries
        After so many it is given up.
    first_wait_s
        Longest wait after the first try; it doubles with each.
    longest_wait_s
        It grows no longer than this, whatever the receiver asks for.
    send_within_s
        A try that takes longer has failed.
    lease_s
        Whoever takes a message out and does not come back holds it up for so long.
    """

    most_tries: int = 12
    first_wait_s: float = 5.0
    longest_wait_s: float = 900.0
    send_within_s: float = 15.0
    lease_s: float = 60.0


def wait_s(message: Message, delivery: Delivery, terms: SendingTerms, *, seed: int) -> float | None:
    """
    Say how long to wait before a message is tried again.

    Parameters
    ----------
    message
        A message that was not taken.
    delivery
        What became of the last try.
    terms
        How often and how soon.
    seed
        Spreads the waits, so that what failed together is not tried together; each process
        has another.

    Returns
    -------
    wait_s
        Between half of the longest wait of this try and all of it, and never before the
        receiver wants; None where it is given up.
    """
    if delivery.for_good or message.tries >= terms.most_tries:
        return None
    doubled = terms.first_wait_s * 2.0 ** (message.tries - 1)
    longest = min(doubled, terms.longest_wait_s)
    drawn = float(np.random.default_rng([seed, message.number, message.tries]).random())
    asked = min(delivery.not_before_s, terms.longest_wait_s)
    return max(longest * (0.5 + drawn / 2), asked)
