"""Intake with automatic dispatch: 20 reports/s for a minute on the large demo city, all on duty."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from api.clock import system_clock
from dispatch.store.city_folder import load_city_folder
from dispatch.store.engine import open_store
from dispatch.store.standstill import resume
from fixtures.demo_city import Preset, cached_demo_city
from tests.bench._report import Report, figure, mark, table
from tests.bench._roads import new_york
from tests.bench._yardstick import QUIET_S_MS, Yardstick
from tests.bench.load import Offered, jittered, kind, listed, offer, until_it_answers
from tests.free_port import free_port

REPORTS_A_SECOND = 20
SECONDS, WARM_S, WAIT_S = 60.0, 5.0, 60.0
LEAST_SHARE, MOST_S = 0.9, 1.0
"""Of the simple ones so many go without a person, the median order so long after its report."""

KEEPS_OFF_DUTY = ("rosters.csv", "calendars.csv", "rest_rules.csv", "jobs.csv")
"""Without these files everybody is always on shift."""

CITIES = "GRID_DISPATCH_BENCH_CITIES"
"""Names a folder in which generated cities and their stores are kept from run to run."""


@dataclass(frozen=True)
class Taken:
    """What became of the reports of one run."""

    offered: int
    refused: Mapping[str, int]
    incidents: int
    acknowledged_ms: tuple[float, ...]
    simple: int
    simple_sent: int
    sent: int
    sent_after_s: tuple[float, ...]
    left: Mapping[str, int]
    s_ms: float = QUIET_S_MS


def measure(data: Path) -> Report:
    """Serve the city, report, and look at what was sent."""
    with TemporaryDirectory(prefix="grid-dispatch-bench-") as folder:
        kept = Path(os.environ.get(CITIES, folder))
        served = Path(folder) / "served"
        served.mkdir()
        yardstick = Yardstick(new_york(data))
        before = yardstick.ms()
        with served_city(prepared(kept), served) as port:
            taken = run(port, seconds=SECONDS)
        s_ms = float(np.median([*before, *yardstick.ms()]))
    return told(Taken(**{**vars(taken), "s_ms": s_ms}))


def prepared(folder: Path, *, preset: Preset = Preset.LARGE) -> Path:
    """Load the city, all on duty, into a store that is made once."""
    store = folder / f"on-duty-{preset}.gpkg"
    if not store.exists():
        city = all_on_duty(cached_demo_city(folder, preset=preset), folder / f"on-duty-{preset}")
        fresh = store.with_suffix(".new.gpkg")
        with (
            closing(open_store(f"sqlite:///{fresh}", create=True)) as opened,
            opened.session() as session,
        ):
            load_city_folder(city, session, keep_roads_in=folder / f"{store.stem}-roads")
            session.commit()
        fresh.rename(store)
    return store


def all_on_duty(city: Path, folder: Path) -> Path:
    """A city folder like another in which every officer is free and always on shift."""
    folder.mkdir(exist_ok=True)
    for path in city.iterdir():
        linked = folder / path.name
        if path.name not in (*KEEPS_OFF_DUTY, "officers.csv") and not linked.exists():
            linked.symlink_to(path)
    with (
        (city / "officers.csv").open(encoding="utf-8-sig", newline="") as given,
        (folder / "officers.csv").open("w", encoding="utf-8", newline="") as free,
    ):
        rows = csv.DictReader(given)
        writer = csv.DictWriter(free, rows.fieldnames or [])
        writer.writeheader()
        writer.writerows(row | {"status": "available"} for row in rows)
    return folder


@contextmanager
def served_city(store: Path, folder: Path) -> Iterator[int]:
    """Serve a copy of the store whose rules decide."""
    copy = folder / store.name
    shutil.copy(store, copy)
    (folder / f"{store.stem}-roads").symlink_to(store.parent / f"{store.stem}-roads")
    with closing(open_store(f"sqlite:///{copy}")) as opened, opened.session() as session:
        resume(session, now=system_clock())
        session.commit()
    port = free_port()
    verb = ["-c", "from api.cli import main; main()", "serve", "--store", f"sqlite:///{copy}"]
    settings = os.environ | {"GRID_DISPATCH_AUTOMATIC": "true"}
    with (folder / "server.log").open("ab") as said:
        server = subprocess.Popen(
            [sys.executable, *verb, "--port", str(port)], stdout=said, stderr=said, env=settings
        )
        try:
            until_it_answers(f"http://127.0.0.1:{port}/readyz")
            yield port
        finally:
            server.terminate()
            server.wait(timeout=60)


def run(port: int, *, seconds: float, warm_s: float = WARM_S) -> Taken:
    """Report at a steady pace, wait until all are judged, and read what became of them."""
    offered = load(port, number=round((seconds + warm_s) * REPORTS_A_SECOND))
    outcome = offer(port, offered, seconds=seconds, pages=0, warm_s=warm_s).kinds["reports"]
    incidents = judged(port)
    triage = {row["code"]: row["triage"] for row in listed(port, "matters")}
    simple = [one for one in incidents if triage[one["matters"][0]] == "simple"]
    sent = {one["incident"]: one for one in listed(port, "assignments") if one["by_rule"]}
    after_s = [
        seconds_between(one["reported_at"], sent[one["id"]]["decided_at"])
        for one in incidents
        if one["id"] in sent
    ]
    left = [
        one["automatic"]["said"]["code"] if one["automatic"] else "waits_still"
        for one in incidents
        if one["id"] not in sent
    ]
    return Taken(
        offered=round((seconds + warm_s) * REPORTS_A_SECOND),
        refused=outcome["refused"],
        incidents=len(incidents),
        acknowledged_ms=tuple(outcome["ms"]),
        simple=len(simple),
        simple_sent=sum(one["id"] in sent for one in simple),
        sent=len(after_s),
        sent_after_s=tuple(after_s),
        left={code: left.count(code) for code in sorted(set(left))},
    )


def load(port: int, *, number: int) -> Offered:
    """Draw reports where officers are about, of every matter in turn."""
    rng = np.random.default_rng(1)
    seen = listed(port, "positions")
    matters = sorted(row["code"] for row in listed(port, "matters") if row["kind"] == "penalty")
    rows = rng.permutation(len(seen))[:number] if number <= len(seen) else range(number)
    bodies = [
        {
            "lon_lat": jittered(seen[row % len(seen)], rng),
            "matters": [matters[at % len(matters)]],
            "text": f"压测 {at}",
        }
        for at, row in enumerate(rows)
    ]
    return {"reports": kind("incidents", REPORTS_A_SECOND, bodies)}


def judged(port: int) -> list[dict[str, Any]]:
    """Incidents that were reported, once rules have judged them all, or nothing more is awaited."""
    until = time.monotonic() + WAIT_S
    while True:
        every = [one for one in listed(port, "incidents") if one["text"].startswith("压测")]
        if all(one["automatic"] for one in every) or time.monotonic() > until:
            return every
        time.sleep(1.0)


def seconds_between(earlier: str, later: str) -> float:
    """Seconds from one instant to another."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


def told(taken: Taken) -> Report:
    """Lay the figures out with what is to be reached."""
    share = taken.simple_sent / taken.simple if taken.simple else 0.0
    median_s = float(np.median(taken.sent_after_s)) if taken.sent_after_s else float("inf")
    p99_s = float(np.percentile(taken.sent_after_s, 99)) if taken.sent_after_s else float("inf")
    lost = taken.offered - sum(taken.refused.values()) - taken.incidents
    ms = taken.acknowledged_ms
    rows = [
        ["reports lost", f"{lost} of {taken.offered:,}", "0", mark(good=lost == 0)],
        ["refused", f"{sum(taken.refused.values())}", "0", mark(good=not taken.refused)],
        [
            "simple ones dispatched without a person",
            f"{taken.simple_sent:,} of {taken.simple:,}, {share:.1%}",
            f"≥ {LEAST_SHARE:.0%}",
            mark(good=share >= LEAST_SHARE),
        ],
        [
            "report → order sent, median",
            f"{median_s:.2f} s",
            f"≤ {MOST_S:g} s",
            mark(good=median_s <= MOST_S),
        ],
        ["the same, p99", f"{p99_s:.2f} s", "", ""],
        ["acknowledgement, median", f"{figure(float(np.median(ms)))} ms", "", ""],
        ["the same, p99", f"{figure(float(np.percentile(ms, 99)))} ms", "", ""],
        ["all dispatched", f"{taken.sent:,} of {taken.incidents:,}", "", ""],
    ]
    why = ", ".join(f"{count} × {code}" for code, count in taken.left.items()) or "none"
    lead = (
        f"{REPORTS_A_SECOND} reports/s for {SECONDS:g} s after {WARM_S:g} s of the same, on the "
        "large demo city (250,000 junctions, 25,000 officers, all on duty and free), each with one "
        "of all penalty matters in turn, where an officer stands. Embedded store, one server "
        "process. An order is sent when its crew is bound; the time runs from the instant of the "
        f"report; after {WAIT_S:g} s more nothing is waited for. Left to a person: "
        f"{why}. S was {taken.s_ms:.0f} ms (quiet: {QUIET_S_MS:.0f})."
    )
    return Report(f"{lead}\n\n{table(['', 'measured', 'to reach', ''], rows)}")
