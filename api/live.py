"""Live stream: numbered events, and positions once a second, to every page that may hear them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from anyio import CapacityLimiter, to_thread

from api.earshot import Earshot
from dispatch.store.events import Told

MOST_WAITING = 64
"""Messages that wait for a slow listener before it is let go; it reconnects and resumes."""

MOST_OPENING = 2
"""Openings that are made at once: a hundred pages that connect anew leave others their threads."""

RETRY_MS = 1000
"""How soon a browser reconnects."""

LONGEST_S = 900.0
"""A listener is let go after this time and resumes, so that its rights are looked at again."""


@dataclass(frozen=True, slots=True)
class Message:
    """
    An event in the wire format.

    Attributes
    ----------
    frame
        Its bytes.
    number
        Up to which event the page knows all once it has this; 0 if that says nothing.
    told
        Whether it is the event of that number itself.
    """

    frame: bytes
    number: int = 0
    told: bool = False

    def is_news_after(self, number: int) -> bool:
        """
        Tell whether a page that knows all up to some event has not been sent this.

        Parameters
        ----------
        number
            Number of that event.

        Returns
        -------
        news
            Whether to send it.
        """
        return not self.number or self.number > number or (self.number == number and not self.told)


@dataclass(frozen=True, slots=True)
class Opening:
    """
    What a listener is sent first.

    Attributes
    ----------
    frames
        What it has missed, then the present.
    number
        Number of the last event that these take into account.
    """

    frames: tuple[bytes, ...]
    number: int


@dataclass(slots=True, eq=False)
class _Listener:
    """An open page: what it may hear, what waits for it, and up to where it knows all."""

    earshot: Earshot
    waiting: asyncio.Queue[Message | None] = field(
        default_factory=lambda: asyncio.Queue(MOST_WAITING)
    )


def frame(event: str, data: object, number: int = 0) -> bytes:
    """
    Write one server-sent event.

    Parameters
    ----------
    event
        Its name.
    data
        Anything JSON can say.
    number
        Its number, or 0 for an event without one.

    Returns
    -------
    frame
        The event in the wire format of the HTML standard.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return written(event, text, number)


def told_frame(told: Told) -> bytes:
    """
    Write one event of the store.

    Parameters
    ----------
    told
        The event.

    Returns
    -------
    frame
        The event in the wire format of the HTML standard, with its number.
    """
    return written(told.kind, told.payload, told.number)


def written(event: str, text: str, number: int = 0) -> bytes:
    """
    Write one server-sent event whose data are JSON already.

    Parameters
    ----------
    event
        Its name.
    text
        JSON in one line.
    number
        Its number, or 0 for an event without one.

    Returns
    -------
    frame
        The event in the wire format of the HTML standard.
    """
    numbered = f"id: {number}\n" if number else ""
    return f"{numbered}event: {event}\ndata: {text}\n\n".encode()


class Stream:
    """Fan-out of events; what is published is encoded once for all who hear the same."""

    def __init__(self) -> None:
        self._listeners: set[_Listener] = set()
        self._openings = CapacityLimiter(MOST_OPENING)
        self._number = 0

    @property
    def listeners(self) -> int:
        """Number of open pages."""
        return len(self._listeners)

    def earshots(self, event: str) -> frozenset[Earshot]:
        """
        List the different earshots of those who hear of a kind of event.

        Parameters
        ----------
        event
            Name of the event.

        Returns
        -------
        earshots
            As many as there are different ones, however many pages are open.
        """
        listeners = tuple(self._listeners)  # in one step: other threads ask, too
        return frozenset(one.earshot for one in listeners if one.earshot.hears(event))

    def publish(self, event: str, data: object) -> None:
        """
        Send what is not kept to everybody who hears of it; call it on the event loop.

        Parameters
        ----------
        event
            Its name.
        data
            Anything JSON can say.
        """
        if self._listeners:
            self._send(Message(frame(event, data)), lambda earshot: earshot.hears(event))

    def beat(self, data: object) -> None:
        """
        Send a beat, from which a page resumes that heard nothing else; call it on the event loop.

        Parameters
        ----------
        data
            Anything JSON can say.
        """
        message = Message(frame("beat", data, self._number), self._number)
        self._send(message, lambda earshot: earshot.hears("beat"))

    def publish_told(self, told: Told) -> None:
        """
        Send a numbered event to everybody who hears of it; call it on the event loop.

        Parameters
        ----------
        told
            The event.
        """
        self._number = told.number
        message = Message(told_frame(told), told.number, told=True)
        self._send(message, lambda earshot: earshot.hears(told.kind, told.areas))

    def publish_seen(self, event: str, texts: dict[Earshot, str]) -> None:
        """
        Send each earshot its own; call it on the event loop.

        Parameters
        ----------
        event
            Name of the event.
        texts
            JSON by earshot.
        """
        for earshot, text in texts.items():
            self._send(Message(written(event, text)), earshot.__eq__)

    async def listen(
        self, earshot: Earshot, opening: Callable[[], Opening]
    ) -> AsyncGenerator[bytes]:
        """
        Listen until the page goes away, falls too far behind, or has listened long enough.

        Parameters
        ----------
        earshot
            What it may hear.
        opening
            Makes what it is sent first, in a thread, once nothing new can be missed.

        Returns
        -------
        frames
            The opening, then whatever is published after it.
        """
        listener = _Listener(earshot)
        self._listeners.add(listener)
        loop = asyncio.get_running_loop()
        until = loop.time() + LONGEST_S
        try:
            yield f"retry: {RETRY_MS}\n\n".encode()
            first = await to_thread.run_sync(opening, limiter=self._openings)
            for one in first.frames:
                yield one
            while (message := await listener.waiting.get()) is not None:
                if message.is_news_after(first.number):
                    yield message.frame
                if loop.time() > until:
                    return
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """Let every listener go."""
        for listener in list(self._listeners):
            self._let_go(listener)

    def _send(self, message: Message, heard: Callable[[Earshot], bool]) -> None:
        """Put a message before those who hear it; whoever has too many waiting is let go."""
        for listener in list(self._listeners):
            if not heard(listener.earshot):
                continue
            if listener.waiting.full():
                self._let_go(listener)
            else:
                listener.waiting.put_nowait(message)

    def _let_go(self, listener: _Listener) -> None:
        """End one listener; what waited for it is dropped, and sent again when it resumes."""
        self._listeners.discard(listener)
        while not listener.waiting.empty():
            listener.waiting.get_nowait()
        listener.waiting.put_nowait(None)


BEAT = "A beat of the service"


class Heartbeat:
    """
    Does something at a steady pace, off the event loop, until it is stopped.

    Parameters
    ----------
    beat
        What to do; it runs in a thread, and a failure is told, not fatal.
    every_s
        Seconds from one beat to the next.
    trying
        Holds a beat that fails up from going further, and notes it; it is given the beat's name.
    """

    def __init__(
        self,
        beat: Callable[[], None],
        *,
        every_s: float,
        trying: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        self._beat = beat
        self._every_s = every_s
        self._trying = trying
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    def start(self) -> None:
        """Begin to beat."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop after the beat under way: when this returns, it holds nothing of the store's."""
        self._stopping.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + self._every_s
        while not await self._stops_within(due - loop.time()):
            with self._trying(BEAT):
                await asyncio.to_thread(self._beat)
            due = max(due + self._every_s, loop.time())

    async def _stops_within(self, wait_s: float) -> bool:
        """Wait for the next beat, unless it is time to stop."""
        if self._stopping.is_set():  # a wait of no time would not look
            return True
        try:
            await asyncio.wait_for(self._stopping.wait(), wait_s)
        except TimeoutError:
            return False
        return True
