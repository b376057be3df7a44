"""Nobody is kept out: what axe finds serious by WCAG 2.2 AA, in both themes and languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.web.conftest import PHONE, VIEW

pytestmark = pytest.mark.browser

Barriers = Callable[[Page], list[str]]

VIEWS = {
    "/": VIEW,
    "/wall": VIEW,
    "/planner": VIEW,
    "/layers": VIEW,
    "/leader": VIEW,
    "/officer": PHONE,
    "/report": PHONE,
}
BEFORE = ("/sign-in", "/account")
"""Pages before the screen, which are as light or dark as the system is."""

PRESS = "(name) => document.querySelector(`[data-testid=${name}]`).click()"
"""Pressed by script, for the wall hides its header."""

TOO_WIDE = """() => {
    const room = document.documentElement;
    const held = (one) => one && (/auto|scroll/.test(getComputedStyle(one).overflowX)
        || held(one.parentElement));
    const out = [...document.querySelectorAll("button, a, input, select, summary")]
        .filter((one) => one.checkVisibility())
        .filter((one) => !one.closest(".maplibregl-map, [class*=hidden]"))
        .filter((one) => {
            const { left, right, width } = one.getBoundingClientRect();
            return width > 0 && (left < -1 || right > innerWidth + 1) && !held(one.parentElement);
        });
    const cut = [...document.querySelectorAll("header, header *, .wall-side")]
        .filter((one) => one.checkVisibility() && !one.closest("svg"))
        .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0);
    const told = [...out, ...cut].map((one) => one.outerHTML.slice(0, 120));
    return room.scrollWidth > room.clientWidth ? ["the page itself", ...told] : told;
}"""
"""What sticks out of the window at a side where nothing scrolls it, and words of a head cut off."""


def both_themes(page: Page, barriers_of: Barriers) -> list[str]:
    """Look at a page as it is and in the other theme."""
    found = barriers_of(page)
    was = page.locator("html").get_attribute("data-theme")
    page.evaluate(PRESS, "theme")
    expect(page.locator("html")).not_to_have_attribute("data-theme", was or "")
    return found + barriers_of(page)


def opened(open_view, path: str, size: ViewportSize) -> Page:
    """Open a view, and wait until it has come."""
    page: Page = open_view(path, size=size)
    page.wait_for_selector("main:not(.opening)")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    return page


@pytest.mark.parametrize("path", ["/", "/officer"])
def test_the_views_that_stay_open_for_a_shift_have_no_barriers(
    open_view, barriers_of: Barriers, path: str
):
    page = opened(open_view, path, VIEWS[path])
    assert both_themes(page, barriers_of) == []
    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.verify
@pytest.mark.parametrize(("path", "size"), VIEWS.items(), ids=VIEWS)
def test_no_view_has_barriers_or_is_wider_than_its_window(
    open_view, barriers_of: Barriers, path: str, size: ViewportSize
):
    page = opened(open_view, path, size)
    for english in (False, True):
        if english:
            page.evaluate(PRESS, "language")
            expect(page.locator("html")).to_have_attribute("lang", "en")
        assert both_themes(page, barriers_of) == []
        assert page.evaluate(TOO_WIDE) == []
    page.set_viewport_size(PHONE if size == VIEW else VIEW)
    assert both_themes(page, barriers_of) == []


@pytest.mark.parametrize("path", BEFORE)
@pytest.mark.parametrize("size", [PHONE, pytest.param(VIEW, marks=pytest.mark.verify)])
def test_the_pages_before_the_screen_have_no_barriers(
    open_view, barriers_of: Barriers, path: str, size: ViewportSize
):
    page: Page = open_view("/sign-in", size=size)
    if path == "/account":
        who = {"name": "demo-gis", "password": "demo"}
        assert page.request.post(page.url.replace("/sign-in", "/api/v1/session"), data=who).ok
        page.goto(page.url.replace("/sign-in", path))
    page.wait_for_load_state("networkidle")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert barriers_of(page) == []
    page.locator("#language").click()
    assert page.evaluate(TOO_WIDE) == []
    assert barriers_of(page) == []
