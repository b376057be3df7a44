"""Nobody is kept out: what axe finds serious by WCAG 2.2 AA, in both themes and languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

Barriers = Callable[[Page], list[str]]


@pytest.mark.parametrize(
    "english", [False, pytest.param(True, marks=pytest.mark.verify)], ids=["zh", "en"]
)
def test_the_command_view_has_no_barriers(open_view, barriers_of: Barriers, english: bool):  # noqa: FBT001 -- a parameter of the test
    page = open_view("/", english=english)
    page.wait_for_selector("[data-testid=stream].stream-live")
    assert barriers_of(page) == []
    page.get_by_test_id("theme").click()
    assert barriers_of(page) == []
