"""Everything that is done by rule in a zone is switched off in one click, and shares are told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.desk import Desk

TakePicture = Callable[[Page, str], None]
Barriers = Callable[[Page], list[str]]

pytestmark = pytest.mark.browser


def switches(desk: Desk) -> dict[str, dict]:
    """Every zone's switch, as the service has it."""
    return {one["zone"]: one for one in desk.ask("GET", "/automation")["zones"]}


def test_a_zone_is_switched_off_in_one_click_and_others_see_it(
    open_view, desk: Desk, barriers_of: Barriers, take_picture: TakePicture
):
    zone = min(switches(desk))
    page = open_view("/")
    page.wait_for_selector("[data-testid=stream].stream-live")
    page.get_by_test_id("automation-button").click()
    dialog = page.get_by_test_id("automation")
    row = dialog.get_by_test_id(f"automation-{zone}")
    switch = row.get_by_role("switch")
    expect(switch).to_be_checked()
    dialog.get_by_test_id("automation-why").fill("台风")
    switch.click()
    expect(switch).not_to_be_checked()
    told = switches(desk)[zone]
    assert (told["on"], told["by"], told["why"]) == (False, "demo-dispatcher", "台风")
    expect(row).to_contain_text("台风")
    expect(dialog.get_by_test_id("automation-why")).to_have_value("")
    assert barriers_of(page) == []
    take_picture(page, "automation")
    desk.ask("PUT", f"/automation/zones/{zone}", {"on": True})  # somebody else
    expect(switch).to_be_checked()
    page.keyboard.press("Escape")
    page.get_by_test_id("theme").click()
    page.get_by_test_id("language").click()
    page.get_by_test_id("automation-button").click()
    expect(dialog).to_contain_text("Automatic dispatch")
    assert barriers_of(page) == []


def test_the_share_of_each_rule_is_what_the_service_says(open_view, desk: Desk):
    """The demo's rules sleep, so the answer is one of a city whose rules have decided."""
    share = {"hits": 9, "of": 12, "share": 0.75, "interval": [0.468, 0.911]}
    zone = min(switches(desk))
    told = desk.ask("GET", "/reports/automation") | {
        "dispatched": share,
        "by_zone": {zone: share},
        "by_rule": {"simple_reports": 9},
        "left": [
            {"code": "not_simple", "latest": {"zh": "较复杂", "en": "Not simple"}, "count": 3}
        ],
    }
    page = open_view("/")
    page.route("**/api/v1/reports/automation", lambda route: route.fulfill(json=told))
    page.get_by_test_id("automation-button").click()
    dialog = page.get_by_test_id("automation")
    expect(dialog.get_by_test_id("automation-share")).to_contain_text("75% 9 / 12")
    expect(dialog.get_by_test_id(f"automation-{zone}")).to_contain_text("9 / 12")
    expect(dialog.get_by_text("较复杂")).to_be_visible()
    expect(dialog.get_by_text("3 · 25%")).to_be_visible()
    page.unroute("**/api/v1/reports/automation")
