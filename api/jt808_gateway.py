"""
The gateway of JT/T 808: a small process of its own that terminals connect to.

Each connection is a task with bounds of its own: what it may leave unread, how long it may be
silent, how much noise it may send.  So one that misbehaves is hung up on, and none waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from api.jt808_forwarding import Forwarding
from geo.tracker.jt808_session import Session

logger = logging.getLogger(__name__)

PIECE_BYTES = 8192
"""Read at a time, so that nobody is dealt with for long while others wait."""

MOST_UNREAD_BYTES = 65_536

MOST_UNWRITTEN_BYTES = 16_384
"""Answers that a terminal has not read; beyond them it is heard no further."""

WRITTEN_WITHIN_S = 20.0
"""A terminal that does not read its answers for so long is hung up on."""

FIRST_WITHIN_S = 60.0
"""A connection that has not brought one frame by then is no terminal's."""

CLOSED_WITHIN_S = 2.0
"""Answers that are not read within so long are thrown away with their connection."""

MOST_BAD = 50
"""Frames in a row that are none, after which a connection is given up."""

LISTEN_BACKLOG = 1024
TELL_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class GatewayTerms:
    """
    What a gateway allows.

    Attributes
    ----------
    secret
        From which the codes of terminals are made.
    open
        Whether terminals report without authenticating themselves.
    idle_s
        A connection that brings no frame for so long is given up, whatever else it brings.
    most_connections
        At the same time.
    written_within_s
        A connection that does not read its answers for so long is given up.
    """

    secret: bytes
    open: bool = False
    idle_s: float = 900.0
    most_connections: int = 10_000
    written_within_s: float = WRITTEN_WITHIN_S


class Gateway:
    """
    Listens to terminals, and hands on what they report.

    Parameters
    ----------
    forwarding
        Where reports go.
    terms
        What is allowed.
    """

    def __init__(self, forwarding: Forwarding, terms: GatewayTerms) -> None:
        self._forwarding, self._terms = forwarding, terms
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.counted: Counter[str] = Counter()

    async def listen(self, host: str, port: int) -> int:
        """
        Begin to listen.

        Parameters
        ----------
        host, port
            Where; port 0 for any that is free.

        Returns
        -------
        port
            The one that it listens on.
        """
        self._server = await asyncio.start_server(
            self._serve, host, port, limit=MOST_UNREAD_BYTES, backlog=LISTEN_BACKLOG
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take no more connections, and end those that are open."""
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*(_end(writer) for writer in tuple(self._writers)))
        if self._server is not None:
            await self._server.wait_closed()

    async def tell(self, every_s: float = TELL_EVERY_S) -> None:
        """
        Say in the log how it stands, again and again.

        Parameters
        ----------
        every_s
            How often.
        """
        while True:
            await asyncio.sleep(every_s)
            logger.info("%s", self.figures())

    def figures(self) -> dict[str, int]:
        """
        Say how it stands.

        Returns
        -------
        figures
            Connections that are open, reports that wait, and what came in and went out since the
            start.
        """
        here = {"connections": len(self._writers), "waiting": self._forwarding.waiting}
        return here | dict(sorted((self.counted + self._forwarding.counted).items()))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end, however that comes about."""
        if len(self._writers) >= self._terms.most_connections:
            self.counted["turned_away"] += 1
            writer.transport.abort()
            return
        self._writers.add(writer)
        writer.transport.set_write_buffer_limits(MOST_UNWRITTEN_BYTES)
        session = Session(self._forwarding.take, self._terms.secret, self._terms.open, self.counted)
        try:
            with suppress(ConnectionError):
                await self._talk(session, reader, writer)
        except TimeoutError:
            self.counted["hung_up"] += 1
            writer.transport.abort()  # to close would wait for what is never read
        finally:
            await _end(writer)
            self._writers.discard(writer)

    async def _talk(
        self, session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer what comes until the terminal goes, is silent for too long, or talks nonsense."""
        now = asyncio.get_running_loop().time
        until = now() + min(FIRST_WITHIN_S, self._terms.idle_s)
        while session.bad < MOST_BAD:
            async with asyncio.timeout_at(until):
                arrived = await reader.read(PIECE_BYTES)
            if not arrived:
                return
            heard = session.frames
            answers = session.receive(arrived)
            if session.frames > heard:
                until = now() + self._terms.idle_s
            if answers:
                writer.write(answers)
                async with asyncio.timeout(self._terms.written_within_s):
                    await writer.drain()
        self.counted["given_up"] += 1


async def _end(writer: asyncio.StreamWriter) -> None:
    """Close a connection, and let go of what is not read soon."""
    writer.close()
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(CLOSED_WITHIN_S):
            await writer.wait_closed()
    writer.transport.abort()
