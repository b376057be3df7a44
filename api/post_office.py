"""
Post office: sends what waits in the outbox, some at a time, and holds nobody up meanwhile.

Every process has one; a message is one sender's at a time, as the store sees to.  A receiver that
hangs costs places, not requests: sends wait on the event loop, the store is asked in
threads of their own.

Where there are channels, a message that is taken out is addressed first: a letter to each person is
written beside it, and sent in its turn.  A letter that its channel does not take goes on by the
next one, in the transaction that gives it up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from api.service import Service
from api.telling import tell_message
from dispatch import addressing
from dispatch.addressing import Sealed
from dispatch.notice_rules import notices_of
from dispatch.notify import Delivery, Message, SendingTerms, wait_s
from dispatch.store.outbox import (
    get_message,
    give_up,
    mark_sent,
    put_off,
    read_outbox,
    take_out,
)

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

MOST_AT_ONCE = 16
"""Messages under way; so many may hang at one time."""

LOOK_S = 1.0
"""How often it is looked whether something is due."""

STOPS_S = 1.0
"""Sends under way when the service stops have so long; then others send them."""

LOST = "No sender came back from the last tries."


class PostOffice:
    """
    Sends messages by the service's notifier until it is stopped.

    Parameters
    ----------
    service
        The service.
    terms
        How often and how soon a message is tried again.
    seed
        Spreads the waits; each process has another.
    """

    def __init__(self, service: Service, terms: SendingTerms, *, seed: int) -> None:
        self._service, self._terms, self._seed = service, terms, seed
        self._threads = ThreadPoolExecutor(2, "post-office")
        self._under_way: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Take nothing more out, let sends end, and give back those that don't."""
        self._stop.set()
        if self._task is not None:
            await self._task
        if self._under_way:
            _, hanging = await asyncio.wait(self._under_way, timeout=STOPS_S)
            for send in hanging:
                send.cancel()
            await asyncio.gather(*hanging, return_exceptions=True)
        await self._service.notifier.close()
        if self._service.channels is not None:
            self._service.channels.close()
        self._threads.shutdown()

    async def _run(self) -> None:
        """Take out as much as there is room for, whenever there is room."""
        while not self._stop.is_set():
            taken: list[Message] = []
            with self._service.store_watch.trying("The post office"):
                taken = await self._in_thread(self._take_out)
            for message in taken:
                send = asyncio.create_task(self._send(message))
                self._under_way.add(send)
                send.add_done_callback(self._under_way.discard)
            await self._wait()

    async def _wait(self) -> None:
        """Wait for room, or for the next look, and no longer than until the stop."""
        stopped = asyncio.create_task(self._stop.wait())
        full = len(self._under_way) >= MOST_AT_ONCE
        awaited = {stopped, *self._under_way} if full else {stopped}
        timeout = None if full else LOOK_S
        await asyncio.wait(awaited, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()

    def _take_out(self) -> list[Message]:
        """Look what waits, and take out what is due; the store is written to only then."""
        service, now = self._service, self._service.clock()
        with service.store.reading() as session:
            service.outbox = read_outbox(session)
        due_at = service.outbox.due_at
        if service.stopping or due_at is None or due_at > now:
            return []
        room = MOST_AT_ONCE - len(self._under_way)
        with service.store.session() as session:
            taken = take_out(session, now=now, lease_s=self._terms.lease_s, limit=room)
            session.commit()
        return taken

    async def _send(self, message: Message) -> None:
        """Send a message and note what became of it; if that fails, it is sent again."""
        try:
            with self._service.store_watch.trying(f"Message {message.number}"):
                if self._service.channels is not None and message.addressed_at is None:
                    await self._in_thread(lambda: self._address(message))
                delivery = await self._deliver(message)
                await self._in_thread(lambda: self._note(message, delivery))
        except asyncio.CancelledError:
            await self._in_thread(lambda: self._give_back(message))
            raise

    async def _deliver(self, message: Message) -> Delivery:
        """Try once, within a time."""
        if message.tries > self._terms.most_tries:
            return Delivery(LOST)
        within_s = self._terms.send_within_s
        try:
            async with asyncio.timeout(within_s):
                if message.channel is not None:
                    return await self._deliver_letter(message)
                return await self._service.notifier.deliver(message, now=self._service.clock())
        except TimeoutError:
            return Delivery(f"No answer within {within_s:g} s.")
        except Exception as error:  # a receiver may do anything; the message is tried again
            logger.exception("Message %d could not be sent", message.number)
            return Delivery(f"{type(error).__name__}")

    async def _deliver_letter(self, letter: Message) -> Delivery:
        """Look up where a letter goes, and try once to send it there."""
        channels = self._service.channels
        if channels is None:
            return Delivery("No channels are set.", for_good=True)
        sealed = await self._in_thread(lambda: self._seal(letter))
        if sealed is None:
            failure = f"{letter.to} has no address on {letter.channel}."
            return Delivery(failure, for_good=True)
        return await channels.deliver(letter.dedupe_key, sealed)

    def _address(self, message: Message) -> None:
        """Write the letters of a message."""
        service, now = self._service, self._service.clock()
        with service.store.session() as session:
            addressing.address(session, message, service.city, service.kinds, now=now)
            session.commit()

    def _seal(self, letter: Message) -> Sealed | None:
        """Put a letter into words, and look up where it goes."""
        service = self._service
        with service.store.reading() as session:
            return addressing.seal(session, letter, service.city, service.kinds)

    def _next_channel(self, session: Session, message: Message) -> str | None:
        """The channel by which a letter goes on, if it is one."""
        if message.channel is None:
            return None
        service = self._service
        return addressing.next_channel(session, message, service.city, service.kinds)

    def _note(self, message: Message, delivery: Delivery) -> None:
        """Keep what became of a message."""
        service, now = self._service, self._service.clock()
        failure = delivery.failure
        with service.store.session() as session:
            if failure is None:
                mark_sent(session, message, now=now)
                session.commit()
                return
            channel, terms = self._next_channel(session, message), self._terms
            if channel is not None:
                tries = min(notices_of(service.city).tries, terms.most_tries)
                terms = replace(terms, most_tries=tries)
            after_s = wait_s(message, delivery, terms, seed=self._seed)
            if after_s is not None:
                until = now + timedelta(seconds=after_s)
                put_off(session, message, until=until, failure=failure)
            elif channel is not None:
                logger.warning("Message %d goes on by %s: %s", message.number, channel, failure)
                addressing.pass_on(
                    session, message, channel, service.city, now=now, failure=failure
                )
            elif give_up(session, message, now=now, failure=failure):
                logger.error("Message %d is given up: %s", message.number, failure)
                tell_message(session, get_message(session, message.number), service.city, now=now)
            session.commit()

    def _give_back(self, message: Message) -> None:
        """Let another process send a message at once; nobody knows whether this one was taken."""
        now = self._service.clock()
        with self._service.store.session() as session:
            put_off(session, message, until=now, failure=message.failure)
            session.commit()

    async def _in_thread(self, work: Callable[[], Answer]) -> Answer:
        """Ask the store in a thread of the post office's own."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
