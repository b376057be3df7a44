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


def open_by_keys(page: Page, incident: str) -> None:
    """Search, Enter: the incident is worked on."""
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type(incident)
    expect(page.locator(f".incident[data-id='{incident}']")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".detail h2").first).to_have_text(incident)


def test_one_key_dispatches_the_first_proposal_and_one_takes_it_back(
    shift: Page, desk: Desk, barriers_of: Barriers
):
    page, incident = shift, desk.report(desk.label_of("Z07"), text="一键派单")
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


def test_another_than_the_first_goes_with_a_reason_and_why_not_is_answered(
    shift: Page, desk: Desk, barriers_of: Barriers
):
    """The reason is one digit; a unit that is not proposed is asked about by its name."""
    page, incident = shift, desk.report(desk.label_of("Z04"), "CT026", text="override")
    open_by_keys(page, incident)
    expect(page.get_by_test_id("proposal").nth(1)).to_be_visible()
    page.keyboard.press("w")
    page.keyboard.type("B14")
    page.keyboard.press("Enter")
    told = desk.ask("GET", f"/incidents/{incident}/timeline")
    suggestion = next(one["about"] for one in told if one["said"]["code"] == "suggested")
    why = desk.ask("GET", f"/suggestions/{suggestion}/why-not/B14")
    for reason in why["reasons"]:
        expect(page.get_by_test_id("why-not-answer")).to_contain_text(reason["zh"])
    assert barriers_of(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.keyboard.press("d")
    expect(page.get_by_test_id("send-dialog")).to_be_visible()
    assert barriers_of(page) == []
    assert desk.sent(incident) == []
    page.keyboard.press("2")
    expect(page.get_by_test_id("crew")).to_be_visible()
    expect(page.get_by_test_id("send-dialog")).to_have_count(0)
    [sent] = desk.sent(incident)
    assert (sent["departure"], sent["rank"], sent["reason"]) == ("lower_rank", 2, "knows_the_case")
    page.keyboard.press("v")
    expect(page.get_by_test_id("diversions")).to_contain_text(
        re.compile("没有可调离的小组|不可调离|调离并派出")
    )


def test_a_free_place_becomes_an_incident_and_a_crew_goes_in_one_form(shift: Page, desk: Desk):
    """Place, matter and words by keyboard; what is typed outlives a refusal."""
    page, (lon, lat) = shift, desk.label_of("Z07")
    page.keyboard.press("n")
    page.keyboard.type(f"{lon},{lat}")
    page.keyboard.press("Enter")
    page.keyboard.type("夜间施工，来电反映")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("proposal").first).to_be_visible()
    page.keyboard.press("d")
    page.keyboard.press("Tab")
    page.keyboard.type("李女士")
    page.keyboard.press("Tab")
    page.keyboard.type("10000900099")
    page.route("**/api/v1/incidents", lambda route: route.abort())
    page.keyboard.press("Enter")
    expect(page.locator(".notice.bad")).to_contain_text("无法连接服务")
    page.unroute("**/api/v1/incidents")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("crew")).to_be_visible()
    incident = desk.said("夜间施工，来电反映")
    assert desk.ask("GET", f"/incidents/{incident}/reporter")["phone"] == "10000900099"
    [sent] = desk.sent(incident)
    assert (sent["departure"], desk.state(incident)) == ("followed", "dispatched")
    page.keyboard.press("p")
    expect(page.get_by_test_id("reporter")).to_contain_text("李女士")


def test_notes_steps_and_merging_by_keyboard_stand_in_the_timeline(
    shift: Page, desk: Desk, barriers_of: Barriers
):
    page, at = shift, desk.label_of("Z07")
    stays = desk.report(at, text="主事件")
    double = desk.report(at, text="重复来电")
    open_by_keys(page, double)
    page.keyboard.press("a")
    page.keyboard.type("门卫说下午才开门")
    page.keyboard.press("Enter")
    timeline = page.get_by_test_id("timeline")
    expect(timeline).to_contain_text("门卫说下午才开门")
    assert desk.ask("GET", f"/incidents/{double}/timeline")[-1]["said"]["code"] == "note"
    expect(page.locator("#note")).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    expect(page.get_by_test_id("move-dialog")).to_be_visible()
    assert barriers_of(page) == []
    page.keyboard.press("1")
    expect(page.get_by_test_id("state")).to_have_text("待派")
    expect(timeline).to_contain_text("受理。")
    expect(page.get_by_test_id("deadlines")).to_contain_text("办结")
    assert barriers_of(page) == []
    page.keyboard.press("m")
    page.get_by_test_id("move-dialog").get_by_text("挂起").press("Enter")
    page.keyboard.type("等待开锁")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("state")).to_have_text("已挂起")
    assert desk.ask("GET", f"/incidents/{double}/timeline")[-1]["reason"] == "等待开锁"
    page.keyboard.press("y")
    expect(page.get_by_test_id("merge-banner")).to_contain_text(double)
    page.keyboard.press("/")
    page.keyboard.type(stays)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("merge-dialog")).to_contain_text(stays)
    page.keyboard.press("Enter")
    expect(page.locator(".detail h2").first).to_have_text(stays)
    assert desk.state(double) == "merged"


@pytest.mark.verify
def test_filters_help_and_alarms(open_view: OpenView, desk: Desk, barriers_of: Barriers):
    """What is new is seen and rung; the list of keys names every key once."""
    at = desk.label_of("Z07")
    page = open_view("/")
    page.wait_for_selector("[data-testid=stream].stream-live")
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
