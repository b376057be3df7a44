"""An everyday of a city, told to a server: people move, report, ask, are sent, and finish cases."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from threading import Event, Thread
from uuid import uuid4

from faults.running_server import Answer, Caller, RunningServer
from spec.served_town import CREWS, RIVER

from dispatch.deadline_plan import whole_ms

SENDERS, REPORTERS, ASKERS = 1, 2, 1
EVERY_S = {"moves": 0.2, "cases": 0.3, "questions": 0.2}
"""From one of a kind to the next, of each who does it."""

TEXT = "占道经营，请派员处理。" * 180
"""Long, so that pages have something to read."""

STRIDE_DEG = 1e-6
"""About a hand's breadth: so far everybody walks between two fixes."""

FINISHED = ("feedback", "verified", "closed")


@dataclass
class Everyday:
    """
    What goes on, and what came of it.

    Attributes
    ----------
    done
        How often each thing was done.
    reported
        Incidents whose report was acknowledged.
    last_seen
        Instant of the newest fix of each officer that was acknowledged.
    broken
        What nobody should have been answered.
    """

    server: RunningServer
    done: Counter[str] = field(default_factory=Counter)
    reported: set[str] = field(default_factory=set)
    last_seen: dict[str, datetime] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    _over: Event = field(default_factory=Event)

    def keep_on(self, kind: str, act: Callable[[Caller], None]) -> None:
        """Do one thing at its pace until the day is over."""
        due = time.monotonic()
        with self.server.caller() as caller:
            while not self._over.wait(due - time.monotonic()):
                try:
                    act(caller)
                except (OSError, HTTPException, AssertionError) as error:
                    self.broken.append(f"{kind}: {type(error).__name__} {error}")
                    return
                self.done[kind] += 1
                due = max(due + EVERY_S[kind], time.monotonic())

    def move(self, caller: Caller) -> None:
        """Let everybody walk a step."""
        now, walked = whole_ms(datetime.now(UTC)), self.done["moves"] % 1000 * STRIDE_DEG
        fixes = [
            {
                "officer": f"{crew}{one}",
                "time": now.isoformat(),
                "lon": RIVER.lon_lat[place][0] + walked,
                "lat": RIVER.lon_lat[place][1],
            }
            for crew, place in CREWS.items()
            for one in "ab"
        ]
        taken = self._insist(caller, "/api/v1/positions", fixes)
        assert taken.body["accepted"] == len(fixes), taken.body
        self.last_seen |= {str(fix["officer"]): now for fix in fixes}

    def ask(self, caller: Caller) -> None:
        """Ask who could go to a place."""
        self._insist(caller, "/api/v1/suggestions", report_at("y"))

    def see_to_a_case(self, caller: Caller) -> None:
        """Report, twice with the same key; send whoever is proposed, and finish the case."""
        body, key = report_at("x") | {"text": TEXT}, uuid4().hex
        first, again = (
            self._insist(caller, "/api/v1/incidents", body, idempotency_key=key) for _ in range(2)
        )
        assert first.body["id"] == again.body["id"], "one key, two incidents"
        number = first.body["id"]
        self.reported.add(number)
        asked = self._insist(caller, f"/api/v1/incidents/{number}/suggestions", {})
        sent = caller.insist("/api/v1/assignments", {"suggestion": asked.body["id"], "rank": 1})
        if sent.good:
            release = f"/api/v1/assignments/{sent.body['id']}/release"
            self._insist(caller, release, {"outcome": "done"})
            self.done["crews sent"] += 1
        else:
            assert sent.status in {404, 409}, sent.body  # nobody is free, or was taken meanwhile
        for to in FINISHED if sent.good else ("cancelled",):
            moves = f"/api/v1/incidents/{number}/transitions"
            self._insist(caller, moves, {"to": to, "reason": "as told"})

    def end(self) -> None:
        """Let everybody finish what they are at."""
        self._over.set()

    def _insist(self, caller: Caller, path: str, body: object, **headers: str) -> Answer:
        answer = caller.insist(path, body, **headers)
        assert answer.good, (path, answer.status, answer.body)
        return answer


def report_at(place: str) -> dict[str, object]:
    return {"lon_lat": RIVER.lon_lat[place], "matters": ["H1"]}


@contextmanager
def everyday(server: RunningServer) -> Iterator[Everyday]:
    """Let the day go on until the block ends."""
    day = Everyday(server)
    parts = [("moves", day.move)] * SENDERS
    parts += [("cases", day.see_to_a_case)] * REPORTERS + [("questions", day.ask)] * ASKERS
    threads = [Thread(target=day.keep_on, args=part) for part in parts]
    try:
        for thread in threads:
            thread.start()
        yield day
    finally:
        day.end()
        for thread in threads:
            thread.join()
