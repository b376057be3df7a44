"""Live stream: positions once a second, incidents as they come in, to every open page."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress

logger = logging.getLogger(__name__)

MOST_WAITING = 64
"""Messages that wait for a slow listener before it is let go; it reconnects and starts afresh."""

RETRY_MS = 2000
"""How soon a browser reconnects."""

_CLOSED = b""


def frame(event: str, data: object) -> bytes:
    """
    Write one server-sent event.

    Parameters
    ----------
    event
        Its name.
    data
        Anything JSON can say.

    Returns
    -------
    frame
        The event in the wire format of the HTML standard.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"event: {event}\ndata: {text}\n\n".encode()


class Stream:
    """Fan-out of events; what is published is encoded once for all listeners."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Queue[bytes]] = set()

    @property
    def listeners(self) -> int:
        """Number of open pages."""
        return len(self._waiting)

    def publish(self, event: str, data: object) -> None:
        """
        Send an event to everybody who listens; call it on the event loop.

        Parameters
        ----------
        event
            Its name.
        data
            Anything JSON can say.
        """
        if not self._waiting:
            return
        message = frame(event, data)
        for queue in list(self._waiting):
            if queue.full():
                self._let_go(queue)
            else:
                queue.put_nowait(message)

    async def listen(self, opening: Iterable[bytes]) -> AsyncIterator[bytes]:
        """
        Listen until the page goes away or falls too far behind.

        Parameters
        ----------
        opening
            Frames for this listener alone, such as all positions.

        Returns
        -------
        frames
            The opening, then whatever is published.
        """
        queue: asyncio.Queue[bytes] = asyncio.Queue(MOST_WAITING)
        self._waiting.add(queue)
        try:
            yield f"retry: {RETRY_MS}\n\n".encode()
            for message in opening:
                yield message
            while (message := await queue.get()) != _CLOSED:
                yield message
        finally:
            self._waiting.discard(queue)

    def close(self) -> None:
        """Let every listener go."""
        for queue in list(self._waiting):
            self._let_go(queue)

    def _let_go(self, queue: asyncio.Queue[bytes]) -> None:
        """End one listener; what waited for it is dropped."""
        self._waiting.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(_CLOSED)


class Heartbeat:
    """
    Does something at a steady pace, off the event loop, until it is stopped.

    Parameters
    ----------
    beat
        What to do; it runs in a thread, and a failure is logged, not fatal.
    every_s
        Seconds from one beat to the next.
    """

    def __init__(self, beat: Callable[[], None], *, every_s: float) -> None:
        self._beat = beat
        self._every_s = every_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to beat."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop after the beat under way."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + self._every_s, loop.time())
            await asyncio.sleep(due - loop.time())
            try:
                await asyncio.to_thread(self._beat)
            except Exception:  # a beat that fails must not end the stream
                logger.exception("A beat of the live stream failed")
