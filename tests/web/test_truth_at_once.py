"""Two at one incident: each sees at once what the other did, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.desk import Desk

OpenView = Callable[..., Page]

pytestmark = pytest.mark.browser

SIGN_IN = """async (name) => (await fetch("/api/v1/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, password: "demo" }),
})).status"""


@pytest.fixture
def at_once(count: Callable[..., int]) -> int:
    """Milliseconds in which the truth is shown: two seconds, where nothing else runs."""
    return count(reduced=15_000, full=2_000)


def at_work(page: Page) -> Page:
    page.wait_for_selector("[data-testid=stream].stream-live")
    return page


def open_by_keys(page: Page, incident: str) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type(incident)
    expect(page.locator(f".incident[data-id='{incident}']")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".detail h2").first).to_have_text(incident)


def type_note(page: Page, text: str) -> None:
    """Begin a note and leave it in its field."""
    page.keyboard.press("a")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.type(text)


def test_of_two_dispatchers_the_second_sees_at_once_who_has_it_and_is_told_when_too_late(
    open_view: OpenView, desk: Desk, at_once: int
):
    incident = desk.report(desk.label_of("Z07"), text="两人同办")
    first = at_work(open_view("/"))
    second = open_view("/")
    assert second.evaluate(SIGN_IN, "demo-admin") == 201
    second.reload()
    for page in (first, at_work(second)):
        open_by_keys(page, incident)
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
