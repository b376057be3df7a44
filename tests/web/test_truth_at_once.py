"""Two at one incident, a session that ends, a line that is cut, a server that is started again."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from served_process import STOPS_S, Served
from spec.served_town import RIVER, write_town

from tests.free_port import free_port
from tests.web.desk import Desk

Barriers = Callable[[Page], list[str]]
OpenView = Callable[..., Page]

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000

SIGN_IN = """async (name) => (await fetch("/api/v1/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, password: "demo" }),
})).status"""

GAPS = """() => Object.values(gridDispatchMap.style.tileManagers)
    .flatMap((tiles) => tiles._inViewTiles.getAllTiles())
    .filter(({ state }) => state === "errored").length"""
"""Tiles in view that did not come; of these the library keeps no count that is public."""


@pytest.fixture
def at_once(count: Callable[..., int]) -> int:
    """Milliseconds in which the truth is shown: two seconds, where nothing else runs."""
    return count(reduced=15_000, full=2_000)


def at_work(page: Page) -> Page:
    page.wait_for_selector("[data-testid=stream].stream-live")
    return page


def open_by_keys(page: Page, incident: str, sought: str) -> None:
    """Search, Enter; the queue lists what was sought."""
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type(sought)
    expect(page.locator(f".incident[data-id='{incident}']")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".detail h2").first).to_have_text(incident)


def type_note(page: Page, text: str) -> None:
    """Begin a note and leave it in its field."""
    page.keyboard.press("a")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.type(text)


def no_gap_is_left(page: Page) -> None:
    """Tiles that did not come while the line was cut come afterwards."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while page.evaluate(GAPS):
        assert time.monotonic() < deadline, "The map has gaps still."
        page.wait_for_timeout(150)


def test_of_two_dispatchers_the_second_sees_at_once_who_has_it_and_is_told_when_too_late(
    open_view: OpenView, desk: Desk, at_once: int
):
    incident = desk.report(desk.label_of("Z07"), text="两人同办")
    first = at_work(open_view("/"))
    second = open_view("/")
    assert second.evaluate(SIGN_IN, "demo-admin") == 201
    second.reload()
    for page in (first, at_work(second)):
        open_by_keys(page, incident, incident)
        expect(page.get_by_test_id("proposal").first).to_be_visible()
    type_note(second, "已联系社区")
    first.keyboard.press("d")
    expect(first.get_by_test_id("crew")).to_be_visible()
    crew = second.get_by_test_id("crew")
    expect(crew).to_contain_text("demo-dispatcher", timeout=at_once)
    expect(second.get_by_test_id("state")).to_have_text("已派出", timeout=at_once)
    expect(second.locator("#note")).to_have_value("已联系社区")
    expect(second.locator("#note")).to_be_focused()
    second.keyboard.press("Enter")
    expect(second.locator("#note")).to_have_value("")
    second.keyboard.press("Escape")
    second.keyboard.press("d")
    expect(second.get_by_test_id("send-dialog")).to_contain_text("已有小组承办")
    second.keyboard.press("Enter")
    refused = second.locator(".notice.bad")
    expect(refused).to_contain_text("demo-dispatcher")
    expect(refused).to_contain_text(incident)
    assert len(desk.sent(incident)) == 1
    expect(first.get_by_test_id("state")).to_have_text("已派出")


def test_whose_session_ends_signs_in_over_the_page_and_the_note_is_kept_once(
    open_view: OpenView, desk: Desk, barriers_of: Barriers, at_once: int
):
    incident = desk.report(desk.label_of("Z07"), text="登录过期")
    page = at_work(open_view("/"))
    open_by_keys(page, incident, incident)
    type_note(page, "写到一半")
    page.context.clear_cookies()
    page.keyboard.press("Enter")
    again = page.get_by_test_id("sign-in-again")
    expect(again).to_be_visible(timeout=at_once)
    expect(again.locator("[name=name]")).to_have_value("demo-dispatcher")
    expect(again.locator("[name=password]")).to_be_focused()
    assert barriers_of(page) == []
    expect(page.locator("#note")).to_have_value("写到一半")
    page.keyboard.press("Escape")
    page.keyboard.type("demo")
    page.keyboard.press("Enter")
    expect(again).to_have_count(0, timeout=at_once)
    expect(page.get_by_test_id("timeline")).to_contain_text("写到一半", timeout=at_once)
    expect(page.get_by_test_id("stream")).to_contain_text("实时", timeout=at_once)
    expect(page.locator("#note")).to_have_value("")
    told = [one["said"]["zh"] for one in desk.ask("GET", f"/incidents/{incident}/timeline")]
    assert told.count("写到一半") == 1


def test_a_line_that_is_cut_says_so_at_once_and_tells_what_was_missed(
    open_view: OpenView,
    desk: Desk,
    count: Callable[..., int],
    at_once: int,
):
    at = desk.label_of("Z07")
    incident = desk.report(at, text="断线之前")
    page = at_work(open_view("/"))
    open_by_keys(page, incident, "断线")
    type_note(page, "断线时写的")
    page.context.set_offline(True)
    page.evaluate("() => gridDispatchMap.jumpTo({ zoom: gridDispatchMap.getZoom() + 2 })")
    expect(page.get_by_test_id("stream")).to_contain_text("中断", timeout=at_once)
    expect(page.get_by_test_id("sound")).to_have_attribute("data-tune", "lost")
    missed = desk.report(at, text="断线期间")
    page.wait_for_timeout(1000 * count(reduced=2, full=30))
    page.context.set_offline(False)
    expect(page.locator(f".incident[data-id='{missed}']")).to_have_count(1, timeout=at_once)
    expect(page.get_by_test_id("stream")).to_contain_text("实时", timeout=at_once)
    expect(page.locator("#note")).to_have_value("断线时写的")
    expect(page.locator("#note")).to_be_focused()
    no_gap_is_left(page)


class Restarted:
    """A served town that is stopped and started again under one address."""

    def __init__(self, folder: Path) -> None:
        self.store, self.folder, self.port = write_town(folder), folder, free_port()
        self.served = self.start()

    def start(self) -> Served:
        command = [sys.executable, "-c", "from api.cli import main; main()", "serve"]
        command += ["--store", f"sqlite:///{self.store}", "--port", str(self.port)]
        log = self.folder / "serve.log"
        with log.open("ab") as file:
            process = subprocess.Popen(command, stdout=file, stderr=file)
        self.served = Served(f"http://127.0.0.1:{self.port}", process, log)
        self.served.wait_until_ready()
        return self.served

    def stop(self) -> None:
        self.served.signal(signal.SIGTERM)
        assert self.served.process.wait(timeout=STOPS_S) == 0


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Restarted]:
    town = Restarted(tmp_path)
    yield town
    town.stop()


@pytest.mark.verify
def test_after_the_server_was_started_again_the_truth_is_shown_at_once(
    town: Restarted,
    launch: Callable[[str], Browser],
    need_program: Callable[[str], str],
    at_once: int,
):
    desk = Desk(town.served.address)
    at = RIVER.lon_lat["x"]
    incident = desk.report(at, "H1", text="重启之前")
    context = launch(need_program("chromium")).new_context(locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(town.served.address)
    at_work(page)
    open_by_keys(page, incident, "重启")
    type_note(page, "重启时写的")
    town.stop()
    expect(page.get_by_test_id("stream")).to_contain_text("中断", timeout=at_once)
    town.start()
    missed = desk.report(at, "H1", text="重启之后")
    expect(page.locator(f".incident[data-id='{missed}']")).to_have_count(1, timeout=at_once)
    expect(page.get_by_test_id("stream")).to_contain_text("实时", timeout=at_once)
    expect(page.locator("#note")).to_have_value("重启时写的")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("timeline")).to_contain_text("重启时写的")
    context.close()
