"""Every view in both languages and at night; `make screenshots` keeps the pictures."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.web.conftest import PHONE, VIEW

Settled = Callable[[Page], None]
TakePicture = Callable[[Page, str], None]

pytestmark = [pytest.mark.browser, pytest.mark.verify]

WALL: ViewportSize = {"width": 1920, "height": 1080}
PRESS = "(name) => document.querySelector(`[data-testid=${name}]`).click()"
"""Pressed by script, for the wall hides its header."""


def command(page: Page) -> None:
    """An incident, with who is proposed and the way of the first."""
    page.wait_for_selector("[data-testid=stream].stream-live")
    page.locator(".incident").first.click()
    expect(page.get_by_test_id("proposal").first).to_be_visible()


def planner(page: Page) -> None:
    """A draft begun from what is published, with the balance of its zones."""
    page.get_by_role("button", name="新建草稿").click()
    dialog = page.get_by_test_id("new-draft")
    dialog.locator("[name=name]").fill("春季调整")
    dialog.locator("[type=submit]").click()
    expect(page.locator("tr[data-zone]").first).to_be_visible()


def leader(page: Page) -> None:
    """A rate, opened to its zones and cases."""
    page.get_by_test_id("open-filing_rate").click()
    expect(page.get_by_test_id("cases").get_by_role("listitem").first).to_be_visible()


def as_it_opens(page: Page) -> None:
    """Nothing is done."""
    expect(page.locator("main:not(.opening)")).to_be_visible()


VIEWS = {
    "command": ("/", VIEW, command),
    "wall": ("/wall", WALL, as_it_opens),
    "planner": ("/planner", VIEW, planner),
    "layers": ("/layers", VIEW, as_it_opens),
    "leader": ("/leader", VIEW, leader),
    "officer": ("/officer", PHONE, as_it_opens),
    "reporter": ("/report", PHONE, as_it_opens),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_stands_in_both_languages_and_at_night(
    open_view, settled: Settled, take_picture: TakePicture, name: str
):
    path, size, begin = VIEWS[name]
    page: Page = open_view(path, size=size)
    begin(page)
    for language, lang in (("zh", "zh-CN"), ("en", "en")):
        expect(page.locator("html")).to_have_attribute("lang", lang)
        finish(page, settled)
        take_picture(page, f"{name}-{language}")
        page.evaluate(PRESS, "language")
    page.evaluate(PRESS, "theme")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    finish(page, settled)
    take_picture(page, f"{name}-night")
    if name == "planner":
        draft = page.get_by_test_id("open-draft").get_attribute("data-id")
        page.request.delete(page.url.partition("/planner")[0] + f"/api/v1/plans/{draft}")


def finish(page: Page, settled: Settled) -> None:
    """Wait until nothing is loading, and the map, where there is one, is drawn."""
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    if page.evaluate("() => Boolean(window.gridDispatchMap)"):
        settled(page)
