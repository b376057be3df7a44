"""The wall of a command room: read from two metres, no controls, the same stream."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

TakePicture = Callable[[Page, str], None]
Barriers = Callable[[Page], list[str]]

pytestmark = pytest.mark.browser

ASK = "async (path) => (await fetch(path)).json()"


@pytest.mark.parametrize(
    "english", [False, pytest.param(True, marks=pytest.mark.verify)], ids=["zh", "en"]
)
def test_the_wall_is_large_has_no_controls_and_follows_the_stream(
    open_view, barriers_of: Barriers, take_picture: TakePicture, english: bool  # noqa: FBT001 -- a parameter of the test
):  # fmt: skip
    page = open_view("/wall", english=english, size={"width": 1920, "height": 1080})
    page.wait_for_selector("[data-testid=wall] .stream-live")
    figures = page.get_by_test_id("wall-figures")
    listed = page.evaluate(ASK, "/api/v1/incidents?limit=1000")["items"]
    ended = {"closed", "rated", "merged", "handed_off", "cancelled"}
    alive = sum(one["state"] not in ended for one in listed)
    expect(figures.locator("[data-figure=open] dd")).to_have_text(str(alive))
    size = page.evaluate(
        "() => parseFloat(getComputedStyle(document.querySelector('.wall-list li')).fontSize)"
    )
    assert size >= 24
    buttons = "() => [...document.querySelectorAll('button, input')].filter(e => e.offsetParent)"
    assert page.evaluate(f"{buttons.replace('() => ', '() => (')}).length") == 0
    assert barriers_of(page) == []
    take_picture(page, f"wall-{'en' if english else 'zh'}")
