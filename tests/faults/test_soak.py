"""
A server that is used for as long as told: nothing lost, nothing doubled, and it doesn't grow.

``make soak HOURS=4`` says how long; each store has its turn.  Memory is what the server process
alone has (anonymous pages), fitted by a line after a quarter of the time, when caches are full.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import numpy as np
from faults.everyday import Everyday, everyday
from faults.open_page import OpenPage, never_read, pages_open
from faults.running_server import PATIENCE_S, Caller, RunningServer, running
from faults.test_kill import incidents_of
from sqlalchemy import select

from dispatch.store.audit import find_break
from dispatch.store.engine import Store, open_store
from dispatch.store.ledger_tables import EVENTS
from dispatch.store.positions import read_positions

READING, DOZING, ASLEEP = 2, 1, 3
NAP_S = 0.5
"""A dozing page reads eight kilobytes a second, and is let go now and then."""

MOST_MB_PER_H = 1.0
TELLS_FROM_S = 1800.0
"""A shorter run says nothing of a slope."""

NOISE_MB = 2.0
"""What an allocator may add by itself while one measures."""

MOST_SAMPLES = 2_000


def test_a_server_in_use_loses_nothing_and_does_not_grow(
    store_url, tmp_path, lasting, record_property
):
    for_s = lasting(reduced_s=2, full_s=60)
    with closing(open_store(store_url)) as store:
        before, told_before = incidents_of(store), newest_event(store)
    with running(store_url, tmp_path) as server, server.caller() as caller:
        with open_pages(server) as pages, everyday(server) as day:
            memory = watched(server, for_s)
            wait_until_sleepers_are_let_go(server, day)
        with closing(open_store(store_url)) as store:
            told = numbers_told(store, after=told_before)
        for page in pages:
            page.wait_until_it_knows(max(told))
        assert caller.get("/readyz").body["status"] == "ready"
        assert in_memory(caller) == day.last_seen
        said = server.said()
        server.stop()
    assert day.broken == []
    assert "Traceback" not in said
    with closing(open_store(store_url)) as store:
        assert incidents_of(store) - before == day.reported
        with store.reading() as session:
            assert find_break(session) is None
            kept = read_positions(session).fixes
        assert {name: fix.time for name, fix in kept.items()} == day.last_seen
    for page in pages:
        check_what_it_heard(page, told)
    mb_per_h, measured_h = slope(memory)
    record_property("table", told_of(store_url, day, pages, memory, mb_per_h))
    if for_s >= TELLS_FROM_S:
        assert mb_per_h < max(MOST_MB_PER_H, NOISE_MB / measured_h)


def check_what_it_heard(page: OpenPage, told: list[int]) -> None:
    """Every event once and in order; a page that missed too much was told so."""
    assert page.broken == []
    assert all(np.diff(page.heard) > 0), "an event came twice, or too late"
    if not page.resets:
        ours = set(told)
        assert [number for number in page.heard if number in ours] == told
    assert page.nap_s or not page.resets, "a page that reads on misses nothing"


@contextmanager
def open_pages(server: RunningServer) -> Iterator[list[OpenPage]]:
    """Open pages of all sorts; those that doze wake up when the block ends."""
    asleep = [never_read(server) for _ in range(ASLEEP)]
    pages = [OpenPage(server) for _ in range(READING)]
    pages += [OpenPage(server, nap_s=NAP_S) for _ in range(DOZING)]
    try:
        yield pages
    finally:
        for one in asleep:
            one.close()
        for page in pages:
            page.wake_up()


def wait_until_sleepers_are_let_go(server: RunningServer, day: Everyday) -> None:
    """Wait until the server keeps nothing more for pages that never read."""
    until = time.monotonic() + PATIENCE_S
    while (still := pages_open(server)) > READING + DOZING:
        assert not day.broken, day.broken
        assert time.monotonic() < until, f"{still} pages are open still"
        time.sleep(0.1)


def watched(server: RunningServer, for_s: float) -> list[tuple[float, float]]:
    """Let time pass; answers seconds and megabytes of the server process."""
    began, memory = time.monotonic(), []
    while (passed_s := time.monotonic() - began) < for_s:
        assert server.alive, server.said()
        memory.append((passed_s, own_mb(server.pid)))
        time.sleep(max(0.1, for_s / MOST_SAMPLES))
    return memory


def own_mb(pid: int) -> float:
    """Memory that a process has to itself, in use or swapped out."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    kb = [int(row.split()[1]) for row in status if row.startswith(("RssAnon:", "VmSwap:"))]
    return sum(kb) / 1024


def slope(memory: list[tuple[float, float]]) -> tuple[float, float]:
    """Megabytes an hour once the caches are full, and how many hours that was looked at."""
    passed_s, mb = np.array(memory).T
    late = passed_s >= passed_s[-1] / 4
    hours = passed_s[late] / 3600
    return float(np.polyfit(hours, mb[late], 1)[0]), float(np.ptp(hours))


def told_of(
    url: str,
    day: Everyday,
    pages: list[OpenPage],
    memory: list[tuple[float, float]],
    mb_per_h: float,
) -> str:
    """Say how it went."""
    kind = url.partition(":")[0]
    done = ", ".join(f"{times} {what}" for what, times in sorted(day.done.items()))
    let_go, resets = sum(page.let_go for page in pages), sum(page.resets for page in pages)
    return (
        f"soak, {kind}: {memory[-1][0]:.0f} s, {done}; pages let go {let_go} times, {resets} "
        f"told to read again; memory {memory[0][1]:.0f} to {memory[-1][1]:.0f} MB, "
        f"{mb_per_h:+.1f} MB/h after a quarter of the time"
    )


def newest_event(store: Store) -> int:
    with store.reading() as session:
        return max(session.scalars(select(EVENTS.c.fid)), default=0)


def numbers_told(store: Store, *, after: int) -> list[int]:
    """Numbers of all events of incidents and crews since then."""
    kinds = EVENTS.c.kind.in_(("incident", "assignment"))
    query = select(EVENTS.c.fid).where(EVENTS.c.fid > after, kinds).order_by(EVENTS.c.fid)
    with store.reading() as session:
        return list(session.scalars(query))


def in_memory(caller: Caller) -> dict[str, datetime]:
    """When the server saw everybody last."""
    items = caller.get("/api/v1/positions?limit=1000").body["items"]
    return {one["officer"]: datetime.fromisoformat(one["time"]) for one in items}
