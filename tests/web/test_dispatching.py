"""The dispatch workflow on the screen: each key does what the service then has on record."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.desk import Desk

Barriers = Callable[[Page], list[str]]
OpenView = Callable[..., Page]

pytestmark = pytest.mark.browser


def work(open_view: OpenView, *, english: bool = False) -> Page:
    page = open_view("/", english=english)
    page.wait_for_selector("[data-testid=stream].stream-live")
    return page


def open_by_keys(page: Page, incident: str) -> None:
    """Search, Enter: the incident is worked on."""
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type(incident)
    expect(page.locator(f".incident[data-id='{incident}']")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".detail h2").first).to_have_text(incident)


def test_one_key_dispatches_the_first_proposal_and_one_takes_it_back(
    open_view: OpenView, desk: Desk, barriers_of: Barriers
):
    incident = desk.report(desk.label_of("Z07"), text="一键派单")
    page = work(open_view)
    open_by_keys(page, incident)
    first = page.get_by_test_id("proposal").first
    expect(first).to_contain_text(re.compile(r"九成不超过 \d+:\d\d.*时限内概率 \d+%.*覆盖损失"))
    expect(first).to_contain_text(re.compile(r"呼号 .+ · 电话 \d+"))
    page.keyboard.press("d")
    crew = page.get_by_test_id("crew")
    expect(crew).to_contain_text(re.compile("呼号.+电话"))
    [sent] = desk.sent(incident)
    assert (sent["departure"], sent["rank"], sent["decided_by"]) == (
        "followed",
        1,
        "demo-dispatcher",
    )
    expect(page.get_by_test_id("state")).to_have_text("已派出")
    row = page.locator(f".incident[data-id='{incident}']")
    expect(row.get_by_test_id("going")).to_contain_text("预计")
    expect(page.get_by_test_id("notices")).to_contain_text("电话")
    assert barriers_of(page) == []
    page.keyboard.press("u")
    expect(crew).to_have_count(0)
    expect(page.get_by_test_id("state")).to_have_text("待派")
    assert desk.sent(incident)[0]["outcome"] == "mistake"
    assert desk.state(incident) == "accepted"


def test_filters_help_and_alarms(open_view: OpenView, desk: Desk, barriers_of: Barriers):
    """What is new is seen and rung; the list of keys names every key once."""
    at = desk.label_of("Z07")
    page = work(open_view)
    all_rows = page.locator(".incident").count()
    sound = page.get_by_test_id("sound")
    expect(sound).to_have_attribute("aria-label", re.compile("待启用"))
    page.keyboard.press("f")
    expect(sound).to_have_attribute("aria-label", "告警音开")
    assert barriers_of(page) == []
    page.locator("[aria-label=责任区]").select_option("Z07")
    fewer = page.locator(".incident").count()
    assert fewer < all_rows
    fresh = desk.report(at, text="刚刚发生")
    expect(page.locator(".incident")).to_have_count(fewer + 1)
    expect(page.get_by_test_id("alarm-new")).to_contain_text("1")
    expect(sound).to_have_attribute("data-tune", "new")
    page.locator("#filter-whose").select_option("mine")
    expect(page.locator(".incident")).to_have_count(0)
    page.get_by_text("清除筛选").click()
    page.get_by_test_id("alarm-new").click()
    expect(page.locator(".detail h2").first).to_have_text(fresh)
    expect(page.get_by_test_id("alarm-new")).to_have_count(0)
    sound.click()
    assert page.evaluate("() => localStorage.getItem('alarm-sound')") == "off"
    page.locator(".detail h2").first.click()
    page.keyboard.press("?")
    keys = page.get_by_test_id("help").locator("dt").all_inner_texts()
    assert {"j", "k", "Enter", "Esc", "/", "1 – 9", "d", "u", "w", "m", "n", "?"} <= set(keys)
    assert barriers_of(page) == []
