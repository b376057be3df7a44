"""A steady load: positions, reports and suggestions together, with a hundred open pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

import numpy as np

from api.clock import system_clock
from dispatch.store.city_folder import load_city_folder
from dispatch.store.engine import open_store
from dispatch.store.standstill import resume
from fixtures.demo_city import Preset, cached_demo_city
from tests.bench._report import Report, figure, mark, table
from tests.bench._roads import new_york
from tests.bench._yardstick import QUIET_S_MS, Yardstick
from tests.free_port import free_port
from tests.store_servers import TemporaryServer, server_programs

OFFICERS = 5_000
FIXES_A_SECOND, BATCH = 5_000, 50
REPORTS_A_SECOND = SUGGESTIONS_A_SECOND = 20
PAGES = 100
SECONDS, WARM_S = 30.0, 5.0
SUGGESTION_P99_MS, ACKNOWLEDGEMENT_P99_MS = 150.0, 100.0
"""To be reached on a quiet machine, server and load on one core each."""

SERVER_CORE, LOAD_CORE = 0, 1
READY_WITHIN_S = 180
JITTER_DEG = 0.0003
PEOPLE = {"authorization": "Bearer demo-dispatcher"}
KINDS = {"suggestions": SUGGESTION_P99_MS, "reports": ACKNOWLEDGEMENT_P99_MS, "positions": None}

Offered = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Outcome:
    """Milliseconds of each kind of request, refusals by status, and what pages heard."""

    kinds: Mapping[str, Mapping[str, Any]]
    heard: Sequence[int]
    open: int
    s_ms: float = QUIET_S_MS
    """The yardstick around the run: on a shared machine it differs from one run to the next."""

    def p(self, kind: str, percent: float) -> float:
        """A percentile of one kind, in milliseconds; endless where nothing was answered."""
        ms = self.kinds[kind]["ms"]
        return float(np.percentile(ms, percent)) if ms else float("inf")


def measure(data: Path) -> Report:
    """Load both stores, and a stub that does nothing."""
    yardstick = Yardstick(new_york(data))
    with TemporaryDirectory(prefix="grid-dispatch-bench-") as folder:
        outcomes = measured(Path(folder), yardstick)
    return told(outcomes, seconds=SECONDS)


def measured(folder: Path, yardstick: Yardstick) -> dict[str, Outcome]:
    """Load the standard city on every store, with the yardstick before and after each."""
    city = cached_demo_city(folder, preset=Preset.STANDARD, officers=OFFICERS)
    outcomes: dict[str, Outcome] = {}
    with database() as postgresql:
        urls = {"embedded": f"sqlite:///{folder / 'city.gpkg'}"} | (
            {} if postgresql is None else {"PostgreSQL": postgresql}
        )
        for name, url in urls.items():
            fill(url, city)
            with served(url, folder / f"{name}.log") as port:
                offered, before = load(port), yardstick.ms()
                outcome = offer(port, offered, seconds=SECONDS, pages=PAGES)
                s_ms = float(np.median([*before, *yardstick.ms()]))
                outcomes[name] = replace(outcome, s_ms=s_ms)
    with stubbed() as port:
        outcomes["bare stub"] = offer(port, offered, seconds=SECONDS, pages=0)
    return outcomes


def fill(url: str, folder: Path) -> None:
    """Load the city into a store in which everybody was seen just now."""
    with closing(open_store(url, create=True)) as store:
        roads = None if store.path is not None else folder.parent / "roads-of-the-server"
        with store.session() as session:
            load_city_folder(folder, session, keep_roads_in=roads)
            resume(session, now=system_clock())
            session.commit()


def load(port: int) -> Offered:
    """Draw the requests: every officer's positions, and incidents where officers are about."""
    rng = np.random.default_rng(1)
    seen = listed(port, "positions")
    matters = sorted(row["code"] for row in listed(port, "matters"))
    fixes = [
        {"officer": one["officer"], "time": "NOW", "accuracy_m": 8}
        | dict(zip(("lon", "lat"), jittered(one, rng), strict=True))
        for one in seen
    ]
    batches = [fixes[row : row + BATCH] for row in range(0, len(fixes), BATCH)]
    places = [seen[row] for row in rng.integers(0, len(seen), 500)]
    asked = [
        {"lon_lat": jittered(place, rng), "matters": [matters[row % len(matters)]]}
        for row, place in enumerate(places)
    ]
    reports = [body | {"text": "占道经营，请派员处理"} for body in asked]
    return {
        "suggestions": kind("suggestions", SUGGESTIONS_A_SECOND, asked),
        "reports": kind("incidents", REPORTS_A_SECOND, reports),
        "positions": kind("positions", FIXES_A_SECOND / BATCH, batches),
    }


def kind(path: str, rate: float, bodies: Sequence[object]) -> Mapping[str, Any]:
    """Describe one kind of request for the generator."""
    return {"path": f"/api/v1/{path}", "rate": rate, "bodies": bodies}


def jittered(place: Mapping[str, Any], rng: np.random.Generator) -> list[float]:
    """A place a few dozen metres off."""
    lon, lat = np.array([place["lon"], place["lat"]]) + rng.normal(0.0, JITTER_DEG, 2)
    return [round(float(lon), 6), round(float(lat), 6)]


def listed(port: int, name: str) -> list[dict[str, Any]]:
    """Read a whole list over HTTP."""
    rows: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        address = f"http://127.0.0.1:{port}/api/v1/{name}?limit=1000&cursor={cursor}"
        with urlopen(Request(address, headers=PEOPLE)) as answer:
            page = json.load(answer)
        rows += page["items"]
        cursor = page["next"]
    return rows


def offer(
    port: int, offered: Offered, *, seconds: float, pages: int, warm_s: float = WARM_S
) -> Outcome:
    """Run the generator on its core."""
    words = [str(number) for number in (port, seconds, warm_s, pages)]
    command = [sys.executable, "-m", "tests.bench._load_generator", *words]
    done = subprocess.run(
        pinned(command, LOAD_CORE),
        input=json.dumps(offered),
        capture_output=True,
        text=True,
        check=True,
    )
    return Outcome(**json.loads(done.stdout))


def pinned(command: Sequence[str], core: int) -> list[str]:
    """Keep a command on one core, where there are several."""
    if (os.cpu_count() or 1) < 2:
        return list(command)
    return ["taskset", "--cpu-list", str(core), *command]


@contextmanager
def served(url: str, log: Path) -> Iterator[int]:
    """Serve a store on one core until the block ends."""
    port = free_port()
    verb = ["-c", "from api.cli import main; main()", "serve", "--store", url]
    with running([*verb, "--port", str(port)], log):
        until_it_answers(f"http://127.0.0.1:{port}/readyz")
        yield port


@contextmanager
def stubbed() -> Iterator[int]:
    """Run the bare stub on the server's core."""
    port = free_port()
    with running(["-m", "tests.bench._bare_stub", str(port)], Path(os.devnull)):
        until_it_answers(f"http://127.0.0.1:{port}/")
        yield port


@contextmanager
def running(arguments: Sequence[str], log: Path) -> Iterator[None]:
    """Run a Python process on the server's core."""
    with log.open("ab") as said:
        process = subprocess.Popen(
            pinned([sys.executable, *arguments], SERVER_CORE), stdout=said, stderr=said
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=60)


def until_it_answers(address: str) -> None:
    """Wait for a server."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        with suppress(OSError), urlopen(address):  # noqa: S310 -- our own server
            return
        time.sleep(0.2)
    raise SystemExit(f"{address} does not answer within {READY_WITHIN_S} s.")


@contextmanager
def database() -> Iterator[str | None]:
    """Run PostgreSQL on the server's core, where it is installed; answers an empty database."""
    programs = server_programs()
    if programs is None:
        yield None
        return
    server = TemporaryServer(programs)
    try:
        if (os.cpu_count() or 1) > 1 and server.process is not None:
            os.sched_setaffinity(server.process.pid, {SERVER_CORE})
        yield server.url(server.make_database())
    finally:
        server.remove()


def told(outcomes: Mapping[str, Outcome], *, seconds: float) -> Report:
    """Lay the figures out, with goals and shares of the stub's."""
    stub = outcomes["bare stub"]
    head = ["", "median ms", "p99 ms", "to reach", "", "S ms", "× stub"]
    head += ["answered", "refused", "pages"]
    rows = []
    for name, outcome in outcomes.items():
        for asked, goal_ms in KINDS.items():
            p99, refused = outcome.p(asked, 99), outcome.kinds[asked]["refused"]
            judged = outcome is not stub and goal_ms is not None
            here_ms = (goal_ms or 0.0) * outcome.s_ms / QUIET_S_MS
            rows.append(
                [
                    f"{name}, {asked}",
                    figure(outcome.p(asked, 50)),
                    figure(p99),
                    figure(here_ms) if judged else "",
                    mark(good=p99 <= here_ms and not refused) if judged else "",
                    "" if outcome is stub else figure(outcome.s_ms),
                    "" if outcome is stub else f"{p99 / stub.p(asked, 99):.1f}",
                    f"{len(outcome.kinds[asked]['ms']) / seconds:.1f}/s",
                    ", ".join(f"{count} × {why}" for why, count in refused.items()) or "none",
                    "" if outcome is stub else pages(outcome, seconds),
                ]
            )
    lead = (
        f"{FIXES_A_SECOND:,} fixes/s in batches of {BATCH}, {REPORTS_A_SECOND} reports/s and "
        f"{SUGGESTIONS_A_SECOND} suggestions/s for {seconds:g} s after {WARM_S:g} s of the same, "
        f"{OFFICERS:,} officers, {PAGES} open pages. Server (with "
        "PostgreSQL, where it is the store) and load have one core each. Times run from the "
        "moment a request was due. The stub reads the same requests by the same HTTP server, "
        "keeps nothing and has no pages. S is one search of all nodes of New York by scipy, timed "
        "before and after each store; to reach is what a quiet machine should do "
        f"({SUGGESTION_P99_MS:.0f} and {ACKNOWLEDGEMENT_P99_MS:.0f} ms) × S / {QUIET_S_MS:.0f} ms."
    )
    return Report(f"{lead}\n\n{table(head, rows)}")


def pages(outcome: Outcome, seconds: float) -> str:
    """How many pages stayed open, and what each of them heard."""
    heard = np.median(outcome.heard) / (seconds + WARM_S) / 1000 if outcome.heard else 0.0
    return f"{outcome.open} open, {heard:,.0f} kB/s each"
