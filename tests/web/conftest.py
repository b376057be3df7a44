"""The pages in real Chromium, on a server that `grid-dispatch demo` started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from api.pages import DIST

START_S = 180
DRAWN_S = 60
QUIET_ROUNDS = 4
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
VIEW = {"width": 1366, "height": 768}


@pytest.fixture(scope="session")
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of a served demo city: the small one, or for pictures the standard one."""
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
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_ready(f"{address}/readyz", server, home / "log.txt")
            yield address
            assert server.poll() is None, how_it_ended(server, home / "log.txt")
        finally:
            server.terminate()
            server.wait(timeout=20)


@pytest.fixture
def settled() -> Callable[[Page], None]:
    """Hand out `settle`."""
    return settle


@pytest.fixture(scope="module")
def launch() -> Iterator[Callable[[str], Browser]]:
    """Launch a browser once; closed with the module, since its loop would disturb other tests."""
    opened: dict[str, Browser] = {}
    with sync_playwright() as playwright:

        def open_once(path: str) -> Browser:
            if path not in opened:
                opened[path] = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
            return opened[path]

        yield open_once
        for browser in opened.values():
            browser.close()


@pytest.fixture
def page(
    address: str, launch: Callable[[str], Browser], need_program: Callable[[str], str]
) -> Iterator[Page]:
    """The page, opened and drawn; whatever it complains of fails the test."""
    complaints: list[str] = []
    context = launch(need_program("chromium")).new_context(viewport=VIEW, locale="zh-CN")
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if is_complaint(message) else None,
    )
    page.goto(address)
    page.wait_for_selector("[data-testid=stream].stream-live")
    settle(page)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def take_picture(pictures: Path | None) -> Callable[[Page, str], None]:
    """Leave a picture of the page under a name, where pictures are wanted."""

    def take(page: Page, name: str) -> None:
        if pictures is None:
            return
        shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
        # A palette makes a third of the size; this method keeps the colours of small marks.
        palette = shot.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        palette.save(pictures / f"{name}.png", optimize=True)

    return take


def is_complaint(message: ConsoleMessage) -> bool:
    """Errors, but for those that a test provokes: a refusal, a stream that is cut."""
    provoked = any(text in message.text for text in ("status of 422", "ERR_FAILED"))
    return message.type == "error" and not provoked


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


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def how_it_ended(server: subprocess.Popen[bytes], log: Path) -> str:
    """Exit code (a signal, where negative) and log of a server that ended unasked."""
    return f"The server ended with {server.returncode}:\n{log.read_text(encoding='utf-8')}"


def wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the server, and show its log if it gives up."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert server.poll() is None, how_it_ended(server, log)
        try:
            with urlopen(url) as answer:  # noqa: S310 -- our own server on this machine
                assert answer.status == 200
                return
        except URLError:
            time.sleep(0.3)
    pytest.fail(f"The server was not ready after {START_S} s:\n{log.read_text(encoding='utf-8')}")
