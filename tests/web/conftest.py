"""The pages in real Chromium, on a server that `grid-dispatch demo` started."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError

from api.pages import DIST
from tests.free_port import free_port
from tests.web.desk import Desk

START_S = 180
DRAWN_S = 60
PATIENCE_MS = 30_000
"""A machine with two slow cores shares them with the other tests."""

QUIET_ROUNDS = 4
SHOWN_PICTURE = re.compile(r"images/([\w-]+)\.png")
DRAWN = """() => Boolean(
    window.gridDispatchMap?.isStyleLoaded() &&
    gridDispatchMap.areTilesLoaded() &&
    !gridDispatchMap.isMoving()
)"""
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
ENGLISH = {"LANGUAGE": "en_US"}
"""What a browser itself speaks: dates are typed into its fields in that order."""

VIEW: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
GRAVE = {"serious", "critical"}

PROVOKED = (
    "status of 401",
    "status of 409",
    "status of 412",
    "status of 422",
    "status of 503",
    "ERR_FAILED",
    "ERR_INTERNET",
)
"""What a browser says of a refusal that a test provokes, and of a line that it cuts."""

OpenView = Callable[..., Page]
"""Opens the view at a path: `size` of the window, `english` or Chinese."""

expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Served:
    """A served city: its address, its process, and what the process has said."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def check_alive(self, *, patience_s: float = 0.0) -> None:
        """Fail with exit code (a signal, where negative) and log if the server ended unasked."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(patience_s)
        code = self.process.poll()
        said = self.log.read_text(encoding="utf-8", errors="replace")
        assert code is None, f"The server ended with {code}:\n{said}"

    def wait_until_ready(self) -> None:
        """Wait for the server, and show its log if it gives up."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            self.check_alive()
            try:
                with urlopen(f"{self.address}/readyz") as answer:  # noqa: S310 -- our own server
                    assert answer.status == 200
                    return
            except URLError:
                time.sleep(0.3)
        said = self.log.read_text(encoding="utf-8", errors="replace")
        pytest.fail(f"The server was not ready after {START_S} s:\n{said}")


@pytest.fixture(scope="session")
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A served demo city: the small one, or for pictures the standard one."""
    assert (DIST / "index.html").is_file(), "The pages are not built: run `make pages`."
    preset = "standard" if request.config.getoption("pictures") else "small"
    home = tmp_path_factory.mktemp("home")
    port = free_port()
    verb = "from api.cli import main; main()"
    command = [sys.executable, "-c", verb, "demo", "--preset", preset, "--port", str(port)]
    environment = {
        **os.environ,
        "GRID_DISPATCH_HOME": str(home),
        "PYTHONPATH": str(Path.cwd()),
        "PYTHONFAULTHANDLER": "1",
    }
    environment.pop("GRID_DISPATCH_STORE", None)
    with (home / "log.txt").open("wb") as log:
        # In a session of its own, no signal that is meant for the tests reaches it.
        process = subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            server = Served(f"http://127.0.0.1:{port}", process, home / "log.txt")
            server.wait_until_ready()
            yield server
            server.check_alive()
        finally:
            process.terminate()
            process.wait(timeout=60)


@pytest.fixture(scope="session")
def address(served: Served) -> str:
    """Address of the served city."""
    return served.address


@pytest.fixture
def desk(address: str) -> Iterator[Desk]:
    """Ask the service what the page did; incidents of the test are called off after it."""
    desk = Desk(address)
    yield desk
    desk.clear()


@pytest.fixture
def settled() -> Callable[[Page], None]:
    """Hand out `settle`."""
    return settle


@pytest.fixture
def barriers_of() -> Callable[[Page], list[str]]:
    """Hand out `barriers`."""
    return barriers


@pytest.fixture(scope="module")
def launch() -> Iterator[Callable[[str], Browser]]:
    """Launch a browser once; closed with the module, since its loop would disturb other tests."""
    opened: dict[str, Browser] = {}
    with sync_playwright() as playwright:

        def open_once(path: str) -> Browser:
            if path not in opened:
                opened[path] = playwright.chromium.launch(
                    executable_path=path, args=CHROMIUM_FLAGS, env=os.environ | ENGLISH
                )
            return opened[path]

        yield open_once
        for browser in opened.values():
            browser.close()


@pytest.fixture(scope="session")
def screen(request: pytest.FixtureRequest) -> dict[str, Any]:
    """A screen of few dots, for a browser draws maps without a graphics card; pictures have all."""
    dots = 1.0 if request.config.getoption("pictures") else 0.5
    return {"device_scale_factor": dots, "locale": "zh-CN"}


@pytest.fixture
def open_view(
    served: Served,
    launch: Callable[[str], Browser],
    need_program: Callable[[str], str],
    screen: dict[str, Any],
) -> Iterator[OpenView]:
    """Open views, each in a browser of its own; whatever they complain of fails the test."""
    served.check_alive()
    browser, contexts, complaints = launch(need_program("chromium")), [], []

    def open_path(path: str, *, size: ViewportSize = VIEW, english: bool = False) -> Page:
        context = browser.new_context(viewport=size, **screen)
        contexts.append(context)
        context.set_default_timeout(2 * PATIENCE_MS)
        if english:
            context.add_init_script("localStorage.setItem('language', 'en')")
        page = context.new_page()
        listen(page, complaints)
        page.goto(f"{served.address}{path}")
        return page

    try:
        yield open_path
    except (PlaywrightError, AssertionError):
        served.check_alive(patience_s=5.0)
        raise
    finally:
        for context in contexts:
            context.close()
    served.check_alive()
    assert complaints == []


@pytest.fixture(scope="module")
def kept() -> dict[str, tuple[Page, list[str]]]:
    """Pages that stay open for a module, each with its complaints; closed with their browser."""
    return {}


@pytest.fixture
def shift(
    served: Served,
    launch: Callable[[str], Browser],
    need_program: Callable[[str], str],
    kept: dict[str, tuple[Page, list[str]]],
    screen: dict[str, Any],
) -> Iterator[Page]:
    """The command view as it stays open for a shift, with nothing begun on it."""
    served.check_alive()
    if "shift" not in kept:
        context = launch(need_program("chromium")).new_context(viewport=VIEW, **screen)
        context.set_default_timeout(2 * PATIENCE_MS)
        kept["shift"] = (context.new_page(), [])
        listen(*kept["shift"])
        kept["shift"][0].goto(served.address)
        kept["shift"][0].wait_for_selector("[data-testid=stream].stream-live")
    page, complaints = kept["shift"]
    complaints.clear()
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(page.locator(".idle")).to_be_visible()
    yield page
    assert complaints == []


@pytest.fixture
def page(open_view: OpenView) -> Page:
    """The command view, opened and drawn."""
    page = open_view("/")
    page.wait_for_selector("[data-testid=stream].stream-live")
    settle(page)
    return page


@pytest.fixture
def take_picture(pictures: Path | None) -> Callable[[Page, str], None]:
    """Leave a picture of the page under a name, where pictures are wanted and a document has it."""
    root = Path(__file__).resolve().parents[2]
    pages = [root / "README.md", *(root / "docs").glob("*.md")]
    shown = {
        name for page in pages for name in SHOWN_PICTURE.findall(page.read_text(encoding="utf-8"))
    }

    def take(page: Page, name: str) -> None:
        if pictures is None or name not in shown:
            return
        shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
        # A palette makes a third of the size; this method keeps the colours of small marks.
        palette = shot.quantize(
            256, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
        )
        palette.save(pictures / f"{name}.png", optimize=True)

    return take


def listen(page: Page, complaints: list[str]) -> None:
    """Write down whatever a page complains of."""
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if is_complaint(message) else None,
    )


def is_complaint(message: ConsoleMessage) -> bool:
    """
    Errors, but for those that a test provokes: a refusal, a stream that is cut.

    A service that has too much to do on a slow machine asks to be asked later, which the pages do.
    """
    provoked = any(text in message.text for text in PROVOKED)
    wrong_code = "/api/v1/public/reports/" in message.location["url"]
    return message.type == "error" and not (provoked or wrong_code)


def settle(page: Page) -> None:
    """
    Wait until the map stands still and has drawn everything that it knows of.

    Asked from outside again and again: the page's own policy forbids what
    ``wait_for_function`` would do inside it.
    """
    deadline = time.monotonic() + DRAWN_S
    quiet = 0
    while quiet < QUIET_ROUNDS:
        assert time.monotonic() < deadline, f"The map was not drawn after {DRAWN_S} s."
        quiet = quiet + 1 if page.evaluate(DRAWN) else 0
        page.wait_for_timeout(150)


def barriers(page: Page) -> list[str]:
    """What axe finds serious or critical by WCAG 2.2 AA: rule and element, one line each."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]
