"""Positions after kill -9: a moment of the near past, whole, and the same in table and memory."""

from __future__ import annotations

import os
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

from faults.running_server import Caller, running

from dispatch.deadline_plan import whole_ms
from dispatch.store import positions
from dispatch.store.engine import open_store
from geo.position import Fix

AT = "/api/v1/positions"
SAVE_S = 0.3
LATE_S = 5.0
"""What a beat may be late on two cores that are shared with other tests."""


def save_often() -> None:
    """Save positions several times a second, so that a test need not wait for ten."""
    os.environ["GRID_DISPATCH_POSITION_SAVE_S"] = str(SAVE_S)


def test_after_kill_9_the_table_is_one_moment_of_the_near_past_and_memory_agrees(
    store_url, tmp_path, count
):
    """
    Each batch moves everybody to one instant, so that a mixture of two saves would show.

    On a server memory may know more than the table: what processes tell each other once a second
    outlives whoever told it.
    """
    embedded = store_url.startswith("sqlite")
    acknowledged: dict[datetime, float] = {}
    with running(store_url, tmp_path, weakened=save_often) as server:
        for _ in range(count(reduced=1, full=8, long=60)):
            with server.caller() as caller:
                everybody, before = listed(caller), saved(store_url)
                at = whole_ms(datetime.now(UTC))  # later than all that was sent before
                until = time.monotonic() + 3 * SAVE_S
                while time.monotonic() < until or saved(store_url) == before:
                    at += timedelta(milliseconds=1)
                    taken = caller.post(AT, [moved(one, at) for one in everybody])
                    assert taken.body["accepted"] == len(everybody), taken.body["results"]
                    acknowledged[at] = time.monotonic()
            server.kill()
            fell = time.monotonic()
            kept = saved(store_url)
            (at,) = {fix.time for fix in kept.values()}
            lost = [said for when, said in acknowledged.items() if when > at]
            assert all(fell - said < SAVE_S + LATE_S for said in lost)
            server.start()
            with server.caller() as caller:
                known = {
                    one["officer"]: datetime.fromisoformat(one["time"]) for one in listed(caller)
                }
            assert known.keys() == kept.keys()
            (since,) = set(known.values())
            assert since == at or (not embedded and since in acknowledged and since > at)


def listed(caller: Caller) -> list[dict]:
    return caller.get(f"{AT}?limit=1000").body["items"]


def moved(one: dict, at: datetime) -> dict:
    return {name: one[name] for name in ("officer", "lon", "lat")} | {"time": at.isoformat()}


def saved(url: str) -> dict[str, Fix]:
    with closing(open_store(url)) as opened, opened.reading() as session:
        return dict(positions.read_positions(session).fixes)
