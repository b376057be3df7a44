"""
G4: deadlines fire once, never early, and none is lost; how late they are is printed.

Two processes keep the same deadlines and are killed (kill -9) one after the other.  What counts
is what a step leaves behind: one row of what was told, one link of the audit, one live event and
one message.  `test_without_its_guard_a_step_is_told_twice` takes the claim of
`dispatch.store.deadlines.claim_step` out of both processes, and shows that this test would see it.
"""

from __future__ import annotations

import json
import math
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import numpy as np
from faults.keeping import FileClock, keep_deadlines
from faults.running_server import PATIENCE_S, forked
from spec.served_town import RIVER, SEVEN
from sqlalchemy import func, select

from api.deadline_watch import DeadlineWatch
from api.settings import Settings
from api.starting import start_service
from dispatch import supervision
from dispatch.deadline import ClockKind
from dispatch.deadline_plan import Deadline, PlanStep, Telling, whole_ms
from dispatch.incident import Incident
from dispatch.store.deadlines import DEADLINE_STEPS, DEADLINES, add_deadline
from dispatch.store.engine import Store, open_store
from dispatch.store.incidents import add_incident
from dispatch.store.ledger_tables import AUDIT, EVENTS, OUTBOX
from dispatch.work_calendar import Counts

KEEPERS = 2
STEPS = (
    (Telling.REMIND, Telling.MISSED, Telling.SUPERVISE, Telling.SUPERVISE),
    ("K1", "110101", "1101", "11"),
)
"""What is told to whom: each a timer."""

INCIDENTS = 12


def test_killed_keepers_tell_every_step_once_and_none_early(
    store_url, tmp_path, count, record_property
):
    timers = count(reduced=300, full=10_000, long=40_000)
    kills = count(reduced=3, full=20, long=80)
    over_s = count(reduced=4, full=90, long=360)
    clock = clock_in(tmp_path)
    with closing(open_store(store_url)) as store, keepers(store_url, clock, tmp_path) as kept:
        due_from = clock() + timedelta(seconds=1)
        begin(store, timers // len(STEPS[0]), due_from, over_s)
        for _ in range(kills):
            time.sleep(over_s / (kills + 1))
            kept.kill_one()
        wait_until_all_is_told(store)
        told = Told(store)
    assert_each_once(told, timers)
    assert len(kept.looked) == kills
    assert all(told_at >= at for at, told_at in told.instants.values()), "told early"
    figures = lateness(told, kept)
    record_property("table", f"deadlines: {timers} timers, {kills} kills; {figures}")


def lateness(told: Told, kept: Keepers) -> str:
    """How late steps were told, from when they were due and somebody looked: 5 s are promised."""
    late_s = [told_at - kept.looking_from(at) for at, told_at in told.instants.values()]
    middle, most = np.quantile(late_s, [0.5, 0.99])
    return (
        f"late by {middle:.2f} s in the middle, {most:.2f} in 99 of 100, {max(late_s):.2f} at most"
    )


def test_a_clock_that_jumps_neither_loses_a_step_nor_tells_it_twice_or_early(
    store_url, tmp_path, count
):
    timers = count(reduced=200, full=2_000)
    clock = clock_in(tmp_path)
    with closing(open_store(store_url)) as store, keepers(store_url, clock, tmp_path) as kept:
        begin(store, timers // len(STEPS[0]), clock() + timedelta(seconds=1), over_s=4)
        until = time.monotonic() + PATIENCE_S
        while not steps_told(store):
            assert time.monotonic() < until, "nothing is told"
            time.sleep(0.1)
        clock.move(-2 * 3600)
        time.sleep(1)
        kept.kill_one()
        time.sleep(1)
        assert steps_told(store) < timers
        clock.move(24 * 3600)
        wait_until_all_is_told(store)
        clock.move(0)
        time.sleep(1)
        told = Told(store)
    assert_each_once(told, timers)
    assert all(told_at >= at for at, told_at in told.instants.values()), "told early"


def test_simulated_years_of_deadlines_with_a_keeper_that_falls_over(
    embedded_url, monkeypatch, count
):
    """The clock is a number here, jumps about, and every tenth step fails after it is claimed."""
    timers = count(reduced=400, full=8_000, long=1_000_000)
    random, now = np.random.default_rng(7), SEVEN
    with closing(open_store(embedded_url)) as store:
        begin(store, timers // len(STEPS[0]), SEVEN, over_s=timers * 60)
        keeper = start_service(Settings(store=embedded_url), lambda: now)
        with closing(keeper.store):
            watch = DeadlineWatch(keeper)
            monkeypatch.setattr(supervision, "post", falling_over(random, supervision.post))
            while any_waiting(store):
                jump_s = random.choice([-7200, 60, 3600, 86_400, timers * 3])
                now += timedelta(seconds=float(jump_s))
                watch.beat()
        told = Told(store)
    assert_each_once(told, timers)
    assert all(told_at >= at for at, told_at in told.instants.values()), "told early"


def falling_over(random: np.random.Generator, post: Callable[..., None]) -> Callable[..., None]:
    """Post messages, but for one in ten, where everything is undone."""

    def careless(*given: object, **named: object) -> None:
        if random.random() < 0.1:
            raise RuntimeError("the keeper falls over")
        post(*given, **named)

    return careless


def test_without_its_guard_a_step_is_told_twice(embedded_url, tmp_path):
    clock = clock_in(tmp_path)
    with (
        closing(open_store(embedded_url)) as store,
        keepers(embedded_url, clock, tmp_path, weakened=take_the_claim_out),
    ):
        begin(store, 50, clock() + timedelta(seconds=1), over_s=1)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            links = Told(store).links
            if links and max(links.values()) > 1:
                return
            time.sleep(0.2)
    raise AssertionError("Nothing was told twice without the guard: this test can't see it.")


def take_the_claim_out() -> None:
    """Tell a step because it was read, whoever else has read it."""

    def careless(_session: object, deadline: Deadline, *, now: datetime) -> PlanStep | None:
        step = deadline.next_step
        return step if step is not None and step.at <= now else None

    supervision.claim_step = careless  # type: ignore[assignment] -- it never looks


def clock_in(folder: Path) -> FileClock:
    clock = FileClock(folder / "clock")
    clock.move(0)
    return clock


class Keepers:
    """Processes that keep deadlines; a killed one is followed by another."""

    def __init__(self, folder: Path, start: Callable[[], ForkServerProcess]) -> None:
        self.folder, self.start = folder, start
        self.processes = [start() for _ in range(KEEPERS)]
        self.looked: list[tuple[float, float]] = []
        for process in self.processes:
            self.ready_at(process, wait=True)

    def ready_at(self, process: ForkServerProcess, *, wait: bool = False) -> float:
        """When a process began to look; never, if it has not yet."""
        file, until = self.folder / f"{process.pid}.ready", time.monotonic() + PATIENCE_S
        while wait and not (file.is_file() and file.read_text()):
            assert time.monotonic() < until, (self.folder / "keepers.log").read_text()
            time.sleep(0.02)
        return float(file.read_text()) if file.is_file() else math.inf

    def kill_one(self) -> None:
        """Kill the one that has run longest, wherever it is in its work."""
        oldest = self.processes.pop(0)
        os.kill(oldest.pid, signal.SIGKILL)
        oldest.join(PATIENCE_S)
        assert oldest.exitcode == -signal.SIGKILL, "it had ended before"
        self.looked.append((self.ready_at(oldest), time.time()))
        self.processes.append(self.start())

    def looking_from(self, at: float) -> float:
        """The first instant from then on at which somebody looked."""
        spans = [*self.looked, *((self.ready_at(one), math.inf) for one in self.processes)]
        return min(max(at, ready_at) for ready_at, killed_at in spans if killed_at >= at)

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.join(PATIENCE_S)


@contextmanager
def keepers(
    url: str, clock: FileClock, folder: Path, weakened: Callable[[], None] | None = None
) -> Iterator[Keepers]:
    def start() -> ForkServerProcess:
        process = forked().Process(target=keep_deadlines, args=(url, clock, folder, weakened))
        process.start()
        return process

    kept = Keepers(folder, start)
    try:
        yield kept
    finally:
        kept.end()


def begin(store: Store, deadlines: int, due_from: datetime, over_s: float) -> None:
    """Begin deadlines whose steps fall evenly into a span of time."""
    random = np.random.default_rng(4)
    report = Incident(RIVER.lon_lat["x"], ("H1",), due_from)
    with store.session() as session:
        incidents = [
            str(add_incident(session, report, filed_under=()).id) for _ in range(INCIDENTS)
        ]
        for row in range(deadlines):
            after_s = np.sort(random.uniform(0, over_s, len(STEPS[0]))).tolist()
            at = [whole_ms(due_from + timedelta(seconds=one)) for one in after_s]
            deadline = Deadline(
                incident=incidents[row % INCIDENTS],
                kind=ClockKind.VERIFY,
                begins_at=due_from,
                due_at=at[1],
                counts=Counts.CONTINUOUS,
                amount=after_s[1],
                plan=tuple(map(PlanStep, at, *STEPS)),
            )
            add_deadline(session, deadline)
        session.commit()


class Told:
    """What steps have left behind."""

    def __init__(self, store: Store) -> None:
        with store.reading() as session:
            rows = session.execute(select(DEADLINE_STEPS)).all()
            self.steps = Counter((row.deadline, row.step) for row in rows)
            self.instants = {
                (row.deadline, row.step): (row.at.timestamp(), row.told_at.timestamp())
                for row in rows
            }
            details = session.scalars(
                select(AUDIT.c.detail).where(AUDIT.c.act.like("deadline_%"))
            ).all()
            abouts = session.scalars(select(AUDIT.c.about).where(AUDIT.c.act.like("deadline_%")))
            self.links = Counter(
                (about, json.loads(detail)["generation"], json.loads(detail)["to"])
                for about, detail in zip(abouts, details, strict=True)
            )
            events = select(func.count()).select_from(EVENTS).where(EVENTS.c.kind == "deadline")
            self.events = session.scalar(events)
            self.messages = session.scalar(select(func.count()).select_from(OUTBOX))


def assert_each_once(told: Told, timers: int) -> None:
    assert len(told.steps) == timers, "some are missed"
    assert set(told.steps.values()) == {1}
    assert len(told.links) == timers
    assert set(told.links.values()) == {1}, "told twice"
    assert told.events == timers
    assert told.messages == timers


def wait_until_all_is_told(store: Store) -> None:
    """Wait for as long as somebody gets on with it, however slow the machine is."""
    told, until = -1, math.inf
    while waiting := any_waiting(store):
        before, told = told, steps_told(store)
        if told > before:
            until = time.monotonic() + PATIENCE_S
        assert time.monotonic() < until, f"{waiting} deadlines are waiting still"
        time.sleep(0.1)


def steps_told(store: Store) -> int:
    """How many steps have been told."""
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(DEADLINE_STEPS)) or 0


def any_waiting(store: Store) -> int:
    """How many deadlines have something left to tell."""
    with store.reading() as session:
        waiting = DEADLINES.c.next_at.is_not(None)
        return session.scalar(select(func.count()).select_from(DEADLINES).where(waiting)) or 0
