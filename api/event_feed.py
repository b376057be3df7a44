"""Event feed: what any process has told goes out to the pages that are open in this one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from api.earshot import Earshot
from api.live import Opening, frame, told_frame, written
from api.service import Service
from dispatch.store.doorbell import Doorbell
from dispatch.store.events import Told, numbers_kept, read_told

WAIT_S = 1.0
"""How long to wait for a ring before looking all the same: a lost one costs this much."""

AT_A_TIME = 500
"""Events read together."""

MOST_MISSED = 1000
"""A page that has missed more starts afresh."""


class EventFeed:
    """
    Reads on from the last event that was published, whenever the bell rings.

    Parameters
    ----------
    service
        The service.
    follow
        What this process does besides when some kind of event was told, by itself or another.
    """

    def __init__(self, service: Service, follow: Mapping[str, Callable[[], None]]) -> None:
        self._service, self._follow = service, follow
        self._bell = Doorbell(service.store)
        self._number = 0
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._thread = ThreadPoolExecutor(1, "event-feed")  # of its own, for it waits nearly always

    def start(self) -> None:
        """Begin with what is told from now on; call it before the first page listens."""
        with self._service.store.reading() as session:
            _, self._number = numbers_kept(session)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop after the wait under way."""
        self._stopping = True
        if self._task is not None:
            await self._task
        self._bell.hang_up()
        self._thread.shutdown()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._stopping:
            caught_up = False
            with self._service.store_watch.trying("The event feed"):
                await loop.run_in_executor(self._thread, self._bell.wait, WAIT_S)
                await self._catch_up()
                caught_up = True
            if not caught_up:
                await asyncio.sleep(WAIT_S)  # then it goes on; nothing is lost by then

    async def _catch_up(self) -> None:
        """Publish everything new, in order, then do what follows from it."""
        kinds: dict[str, None] = {}
        loop = asyncio.get_running_loop()
        while batch := await loop.run_in_executor(self._thread, self._read):
            for told in batch:
                self._service.stream.publish_told(told)
                self._number = told.number
                kinds[told.kind] = None
        for kind in kinds.keys() & self._follow.keys():
            await loop.run_in_executor(self._thread, self._follow[kind])

    def _read(self) -> list[Told]:
        """Read the next few."""
        with self._service.store.reading() as session:
            return read_told(session, after=self._number, limit=AT_A_TIME)


def opening_for(service: Service, earshot: Earshot, last_seen: str | None) -> Opening:
    """
    Make what a page is sent first: what it missed, then the present.

    Parameters
    ----------
    service
        The service.
    earshot
        What the page may hear.
    last_seen
        The ``Last-Event-ID`` that it sends, or None for a page that has just been opened.

    Returns
    -------
    opening
        With a ``reset`` in the place of what was missed if that can no longer be told.
    """
    with service.store.reading() as session:
        oldest, newest = numbers_kept(session)
        missed = None
        if (after := _number(last_seen)) is not None and oldest - 1 <= after <= newest:
            missed = read_told(session, after=after, limit=MOST_MISSED + 1)
    if missed is None or len(missed) > MOST_MISSED:
        told = [] if last_seen is None else [frame("reset", {"number": newest})]
    else:
        told = [told_frame(one) for one in missed if earshot.hears(one.kind, one.areas)]
    return Opening((*told, *_present(service, earshot, newest)), newest)


def _present(service: Service, earshot: Earshot, number: int) -> Iterator[bytes]:
    """The clock, with the number to resume from, what else holds now, and where everybody is."""
    yield frame("beat", service.beat(), number)
    for kind, said in service.present(earshot.areas).items():
        if earshot.hears(kind):
            yield frame(kind, said)
    if earshot.hears("positions"):
        yield written("positions", service.positions_now.everybody(service.live.present, earshot))


def _number(last_seen: str | None) -> int | None:
    """Read the number of an event, or None for what is none."""
    if last_seen is None or not (last_seen.isascii() and last_seen.isdigit()):
        return None
    return int(last_seen) if len(last_seen) < len(str(2**63)) else None
