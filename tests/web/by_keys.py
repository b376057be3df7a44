"""
Questions typed at the command view, and what it then shows.

What is shown is looked up on record: bodies are not read off the wire, since the page gives up an
older question when a new one is asked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from playwright.sync_api import Page, expect

from tests.web.desk import Desk

Answer = dict[str, Any]
LonLat = tuple[float, float]

CHIPS = "[data-testid=matters] li"
SITES = ("Z01", "Z03", "Z05", "Z07", "Z09", "Z11")


def ask_by_keys(page: Page, desk: Desk, at: LonLat, *matters: str, decimals: int = 6) -> Answer:
    """Type a place and its matters; the suggestion that the page then shows."""
    page.keyboard.press("n")
    page.keyboard.type(f"{at[0]:.{decimals}f},{at[1]:.{decimals}f}")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("place")).to_be_visible()
    page.keyboard.press("/")
    for _ in range(page.locator(CHIPS).count()):
        page.keyboard.press("Backspace")
    expect(page.locator(CHIPS)).to_have_count(0)
    for count, code in enumerate(matters, start=1):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        expect(page.locator(CHIPS)).to_have_count(count)
    page.keyboard.press("Escape")
    return shown(page, desk)


def ask_again_by_keys(page: Page, desk: Desk, key: str) -> Answer:
    """Press a key that asks anew; the suggestion that then stands where another stood."""
    before = shown_id(page)
    page.keyboard.press(key)
    expect(page.get_by_test_id("suggestion")).not_to_have_attribute("data-id", before)
    return shown(page, desk)


def shown_id(page: Page) -> str:
    """Number of the suggestion on the screen; with a new chip the old one is gone already."""
    return str(page.get_by_test_id("suggestion").get_attribute("data-id"))


def shown(page: Page, desk: Desk) -> Answer:
    """The suggestion on the screen, as the service has it on record."""
    answer: Answer = desk.ask("GET", f"/suggestions/{shown_id(page)}")
    expect(page.get_by_test_id("proposal")).to_have_count(len(answer["proposals"]))
    return answer


def why_not_by_keys(page: Page, unit: str) -> None:
    """Ask by keys why a unit is not proposed, and leave the answer on the screen."""
    page.keyboard.press("w")
    expect(page.locator("#why-not-search")).to_be_focused()
    page.keyboard.type(unit)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("why-not-answer")).to_be_visible()
    page.keyboard.press("Escape")


def plan_by_keys(page: Page, desk: Desk, *, officers: int, arrive_by: datetime) -> Answer:
    """Type six sites, how many at each, and one time; the plan that the service then gives."""
    for key in ("]", "]", "]", "l", "Enter"):
        page.keyboard.press(key)
    for zone in SITES:
        lon, lat = desk.label_of(zone)
        page.keyboard.type(f"{lon}, {lat}")
        page.keyboard.press("Enter")
    expect(page.get_by_test_id("sites").locator("li")).to_have_count(len(SITES))
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("add-sites")).to_be_focused()
    for _ in SITES:
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.type(f"{officers}")
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    # The browser asks for a time in the order of its own language, which the tests set.
    page.keyboard.type(f"{arrive_by:%m%d%Y}")
    page.keyboard.press("Tab")
    page.keyboard.type(f"{arrive_by:%I%M%p}")
    with page.expect_request("**/api/v1/joint-operations") as asked:
        page.keyboard.press("Enter")
    body = asked.value.post_data_json
    assert [site["officers"] for site in body["sites"]] == [officers] * len(SITES)
    expect(page.get_by_test_id("plan")).to_be_visible()
    answer: Answer = desk.ask("POST", "/joint-operations", body)
    return answer | {"arrive_by": body["arrive_by"]}
