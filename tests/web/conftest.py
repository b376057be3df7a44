"""The pages in real Chromium, on a server that `grid-dispatch demo` started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from api.pages import DIST

START_S = 180
DRAWN_S = 60
QUIET_ROUNDS = 4
DRAWN = """() => Boolean(
    window.gridDispatchMap?.areTilesLoaded() && !window.gridDispatchMap.isMoving()
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
    environment = {**os.environ, "GRID_DISPATCH_HOME": str(home), "PYTHONPATH": str(Path.cwd())}
    environment.pop("GRID_DISPATCH_STORE", None)
    with (home / "log.txt").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_ready(f"{address}/readyz", server, home / "log.txt")
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


@pytest.fixture
def settled() -> Callable[[Page], None]:
    """Hand out `settle`."""
    return settle


@pytest.fixture
def page(address: str, need_program: Callable[[str], str]) -> Iterator[Page]:
    """The page, opened and drawn; whatever it complains of fails the test."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=need_program("chromium"), args=CHROMIUM_FLAGS
        )
        page = browser.new_page(viewport=VIEW, locale="zh-CN")
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if is_complaint(message) else None,
        )
        page.goto(address)
        page.wait_for_selector("[data-testid=stream].stream-live")
        settle(page)
        yield page
        browser.close()
    assert complaints == []


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


def wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the server, and show its log if it gives up."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urlopen(url) as answer:  # noqa: S310 -- our own server on this machine
                assert answer.status == 200
                return
        except URLError:
            time.sleep(0.3)
    pytest.fail(f"The server was not ready after {START_S} s:\n{log.read_text(encoding='utf-8')}")
