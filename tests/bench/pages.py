"""
The command view in Chromium: first map, 25,000 moving officers, keypress to proposals, memory.

Everything is drawn by software here (SwiftShader), so that the graphics process has much more to do
than on a command room's machine.  Of a tick the main thread's own time is judged, without its waits
for cores that are drawing; between two keypresses or drags a person looks for a moment.
"""

from __future__ import annotations

import gzip
import http.server
import json
import math
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from urllib.error import URLError
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, CDPSession, Page, expect, sync_playwright

from api.pages import DIST
from tests.bench._report import Report, mark, table
from tests.bench._roads import new_york
from tests.bench._yardstick import QUIET_S_MS, Yardstick
from tests.free_port import free_port
from tests.web.planner_hand import Hand

OFFICERS = 25_000
WATCHED_S = 60.0
MEMORY_MIN = 4.0
KEYPRESSES = 15
DRAGS = 10
LOOKS_MS = 600
START_S = 240
FLAGS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--enable-precise-memory-info",
    "--disable-features=LocalNetworkAccessChecks",
)
DRAWN = """() => Boolean(window.gridDispatchMap?.isStyleLoaded() && gridDispatchMap.areTilesLoaded()
    && document.querySelector('.incident'))"""
MAP_DRAWN = "() => Boolean(window.gridDispatchMap?.areTilesLoaded())"
WATCH_FIGURES = """(row) => { window.took = [];
    const told = () => document.querySelector(row).textContent;
    addEventListener('mousedown', () => {
        const [begun, before] = [performance.now(), told()];
        const look = () => told() === before
            ? requestAnimationFrame(look) : took.push(performance.now() - begun);
        requestAnimationFrame(look);
    }, { capture: true }); }"""
WATCH_TASKS = """() => { window.longTasks = [];
    const note = (list) => longTasks.push(...list.getEntries().map((one) => one.duration));
    new PerformanceObserver(note).observe({ type: 'longtask' }); }"""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen of one served city; `s_ms` is the yardstick in the same run."""

    first_s: float
    keyed_ms: float
    dragged_ms: float
    crowd: Crowd
    size_kb: float
    s_ms: float


def measure(data: Path) -> Report:
    """Serve the standard demo city, and look at it."""
    yardstick = Yardstick(new_york(data))
    before = yardstick.ms()
    with served("standard") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS])
        try:
            scripts: set[str] = set()
            first_s = statistics.median(first_map_s(browser, address, scripts) for _ in range(3))
            looked = Looked(
                first_s=first_s,
                keyed_ms=keypress_ms(browser, address, KEYPRESSES),
                dragged_ms=dragged_ms(browser, address, DRAGS),
                crowd=crowd_of(browser, address, OFFICERS, WATCHED_S, MEMORY_MIN),
                size_kb=script_kb(scripts),
                s_ms=statistics.median([*before, *yardstick.ms()]),
            )
        finally:
            browser.close()
    return report_of(looked)


def report_of(looked: Looked) -> Report:
    """Write what was seen beside what is to be reached."""
    crowd = looked.crowd
    minutes, slow = f"{crowd.minutes:g} min", max(1.0, looked.s_ms / QUIET_S_MS)
    lines = [
        row("first useful map, cold", looked.first_s, 2.5, "{:.2f} s", slow),
        row(f"{OFFICERS:,} moving officers at 1 Hz: main thread a tick, median", crowd.tick_ms, 8.0,
            "{:.1f} ms", slow),
        row(f"longest task in {crowd.ticks} s of it", crowd.longest_ms, 50.0, "{:.0f} ms", slow),
        row("keypress to proposals, median", looked.keyed_ms, 150.0, "{:.0f} ms", slow),
        row("a grid dragged: its figures, median", looked.dragged_ms, 100.0, "{:.0f} ms", slow),
        row("initial script, gzip, map library and its worker included", looked.size_kb, 450.0,
            "{:.0f} KB"),
        row(f"heap after {minutes} of live updates, beside that at their begin", crowd.growth, 0.05,
            "{:+.1%}"),
    ]  # fmt: skip
    head = ["", "measured", "quiet", "to reach", ""]
    lead = (
        "Chromium without a graphics card: everything is drawn by software (SwiftShader), which "
        f"takes the same cores. S took {looked.s_ms:.0f} ms in the same run, on a quiet machine "
        f"{QUIET_S_MS:.0f} ms: *quiet* is what was measured × {QUIET_S_MS:.0f} / S, and is judged. "
        f"Of a tick that is the main thread's own time; its waits for cores that were drawing "
        f"included, it had {crowd.with_waits_ms:.0f} ms of tasks. "
        f"The stream of {OFFICERS:,} officers is made up and sent by a server of the bench; the "
        "rest is the demo's."
    )
    short = table(["the pages", *head[1:]], lines)
    return Report(f"{lead}\n\n{table(head, lines)}", short)


def row(name: str, value: float, goal: float, pattern: str, slow: float = 1.0) -> list[str]:
    """Write one figure, what a quiet machine would show, its goal, and whether it was reached."""
    figures = [pattern.format(one) for one in (value, value / slow, goal)]
    return [name, *figures, mark(good=value / slow <= goal)]


@contextmanager
def served(preset: str) -> Iterator[str]:
    """A served demo city."""
    home, port = Path(mkdtemp(prefix="grid-dispatch-pages-")), free_port()
    command = [sys.executable, "-c", "from api.cli import main; main()", "demo"]
    environment = {**os.environ, "GRID_DISPATCH_HOME": str(home), "PYTHONPATH": str(Path.cwd())}
    environment.pop("GRID_DISPATCH_STORE", None)
    with (home / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--preset", preset, "--port", str(port)],
            env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            wait_until_ready(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=60)


def wait_until_ready(address: str) -> None:
    """Ask until the server answers that it is."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with suppress(URLError), urlopen(f"{address}/readyz") as answer:  # noqa: S310 -- our own
            if answer.status == 200:
                return
        time.sleep(0.3)
    raise SystemExit(f"The demo city was not ready after {START_S} s.")


def first_map_s(browser: Browser, address: str, scripts: set[str]) -> float:
    """Seconds from nothing in the cache to queue and map drawn; notes what was asked for."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.on("request", lambda asked: scripts.add(asked.url.rpartition("/")[2]))
    start = time.monotonic()
    page.goto(address, wait_until="commit")
    while not page.evaluate(DRAWN):
        page.wait_for_timeout(20)
    took_s = time.monotonic() - start
    context.close()
    return took_s


def keypress_ms(browser: Browser, address: str, presses: int) -> float:
    """Milliseconds from Enter on an incident to its proposals on screen, by the page's clock."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".incident")
    page.wait_for_timeout(3_000)
    page.evaluate(
        """() => { window.took = [];
            addEventListener('keydown', (event) => {
                if (event.key !== 'Enter') return;
                const begun = performance.now();
                const look = () => document.querySelector('.proposal')
                    ? took.push(performance.now() - begun) : requestAnimationFrame(look);
                requestAnimationFrame(look);
            }, { capture: true }); }"""
    )
    for press in range(presses):
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        for _ in range(500):
            if page.evaluate("() => took.length") > press:
                break
            page.wait_for_timeout(20)
        page.keyboard.press("Escape")
        page.wait_for_timeout(LOOKS_MS)
    took: list[float] = page.evaluate("() => took")
    context.close()
    return statistics.median(took) if took else math.inf


def dragged_ms(browser: Browser, address: str, drags: int) -> float:
    """Milliseconds from a grid that is taken by the brush to new figures, by the page's clock."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.add_init_script("localStorage.setItem('language', 'en')")
    page = context.new_page()
    page.goto(f"{address}/planner")
    page.wait_for_selector("main:not(.opening)")
    while not page.evaluate(MAP_DRAWN):
        page.wait_for_timeout(100)
    hand = Hand(page)
    number = hand.begin("bench")
    [move] = hand.moves(1)
    hand.choose_zone(move.to)
    hand.take_finest_brush()
    page.evaluate(WATCH_FIGURES, f"tr[data-zone={move.was}]")
    for drag in range(drags):
        page.wait_for_timeout(LOOKS_MS)
        page.mouse.move(400, 5)
        hand.put_pointer_on(move)
        page.mouse.down()
        while page.evaluate("() => took.length") <= drag:
            page.wait_for_timeout(20)
        page.mouse.up()
        expect(page.get_by_test_id("moved")).to_have_text("1")
        page.keyboard.press("Control+z")
        expect(page.get_by_test_id("moved")).to_have_text("0")
    took: list[float] = page.evaluate("() => took")
    hand.close(number)
    context.close()
    return statistics.median(took)


@dataclass(frozen=True, slots=True)
class Crowd:
    """
    What a page with very many officers did: cost of a tick, longest task, growth of the heap.

    Of a tick `with_waits_ms` is what passed while the main thread was at its tasks.
    """

    tick_ms: float
    with_waits_ms: float
    longest_ms: float
    growth: float
    ticks: int
    minutes: float


def crowd_of(
    browser: Browser, address: str, officers: int, watched_s: float, memory_min: float
) -> Crowd:
    """Send a page the positions of very many officers every second, and watch its main thread."""
    with crowd_stream(officers, bounds_of(address)) as stream:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, bypass_csp=True)
        page = context.new_page()
        # The worker that reads the stream is told of the bench's server instead.
        page.route("**/assets/worker-*.js", lambda route: route.fulfill(
            body=route.fetch().text().replace("new EventSource(", f"new EventSource('{stream}'||"),
            content_type="text/javascript",
        ))  # fmt: skip
        page.goto(address)
        page.wait_for_selector(".incident")
        for _ in range(300):
            if page.evaluate("() => gridDispatchFleet.ids.length") >= officers:
                break
            page.wait_for_timeout(200)
        page.wait_for_timeout(5_000)
        session, own = context.new_cdp_session(page), context.new_cdp_session(page)
        session.send("Performance.enable")
        own.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.evaluate(WATCH_TASKS)
        (tick_ms, with_waits_ms), ticks = watched_ticks(page, (own, session), watched_s)
        longest = max([0.0, *page.evaluate("() => longTasks")])
        growth = grown(page, session, memory_min)
        context.close()
    return Crowd(tick_ms, with_waits_ms, longest, growth, ticks, memory_min)


def watched_ticks(
    page: Page, clocks: tuple[CDPSession, CDPSession], watched_s: float
) -> tuple[tuple[float, float], int]:
    """Median milliseconds of the main thread a second by each clock, and how many were watched."""
    told = [[task_s(clock) for clock in clocks]]
    for _ in range(int(watched_s)):
        page.wait_for_timeout(1_000)
        told.append([task_s(clock) for clock in clocks])
    own, passed = (
        statistics.median([(after - before) * 1_000 for before, after in pairwise(column)])
        for column in zip(*told, strict=True)
    )
    return (own, passed), len(told) - 1


def task_s(session: CDPSession) -> float:
    """Seconds that the main thread has been at work."""
    told = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in told if one["name"] == "TaskDuration"))


def grown(page: Page, session: CDPSession, minutes: float) -> float:
    """Share by which the heap has grown after some minutes, rubbish collected before each look."""
    page.wait_for_timeout(1_000 * min(60.0, 60.0 * minutes / 10))
    before = heap_mb(session)
    page.wait_for_timeout(60_000 * minutes)
    return heap_mb(session) / before - 1


def heap_mb(session: CDPSession) -> float:
    """What is on the heap of the main thread."""
    session.send("HeapProfiler.collectGarbage")
    told = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in told if one["name"] == "JSHeapUsedSize")) / 1e6


@contextmanager
def crowd_stream(officers: int, bounds: tuple[float, ...]) -> Iterator[str]:
    """A stream of made-up officers who drive in circles about the city, once a second."""
    west, south, east, north = bounds

    def said(second: int) -> bytes:
        """Everybody, at one second."""
        now = datetime.now(UTC).isoformat()
        items = []
        for row in range(officers):
            turn = second / 20 + row
            lon = west + (east - west) * ((row * 0.618034) % 1) + 0.002 * math.cos(turn)
            lat = south + (north - south) * ((row * 0.754878) % 1) + 0.002 * math.sin(turn)
            items.append(
                {"officer": f"X{row:05}", "time": now, "lon": round(lon, 6), "lat": round(lat, 6),
                 "accuracy_m": 8.0, "speed_mps": 8.0, "heading_deg": round(turn * 57.3 % 360, 1),
                 "by_hand": False, "status": "busy" if row % 5 == 0 else "available"}
            )  # fmt: skip
        told = json.dumps({"complete": second == 0, "items": items})
        return f"event: positions\ndata: {told}\n\n".encode()

    prepared = [said(second) for second in range(4)]

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Send a second's positions every second, until nobody listens."""
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("access-control-allow-origin", "*")
            self.send_header("connection", "close")
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(prepared[0])
                for second in range(1, 1_000_000):
                    time.sleep(1.0)
                    self.wfile.write(prepared[1 + second % 3])

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def bounds_of(address: str) -> tuple[float, ...]:
    """West, south, east and north of the city that is served."""
    headers = {"authorization": "Bearer demo-dispatcher"}
    asked = Request(f"{address}/api/v1/city", headers=headers)  # noqa: S310 -- our own server
    with urlopen(asked) as answer:  # noqa: S310 -- as above
        return tuple(json.load(answer)["bounds"])


def script_kb(names: Collection[str], dist: Path = DIST) -> float:
    """Kilobytes, packed, of the scripts that a page asked for, those of its workers among them."""
    files = [one for one in (dist / "assets").glob("*.js") if one.name in names]
    return sum(len(gzip.compress(one.read_bytes(), 9)) for one in files) / 1024
