"""A shift is handed over on screen, signed by both; the wall shows the same city from afar."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

TakePicture = Callable[[Page, str], None]
Barriers = Callable[[Page], list[str]]

pytestmark = pytest.mark.browser

BEGINS = "async (path) => (await (await fetch(path)).text()).slice(0, 4)"
ASK = "async (path) => (await fetch(path)).json()"


def test_both_sign_in_one_dialog_and_nothing_typed_is_lost(
    open_view, barriers_of: Barriers, take_picture: TakePicture
):
    page = open_view("/")
    page.wait_for_selector("[data-testid=stream].stream-live")
    page.get_by_test_id("tab-handover").click()
    page.get_by_test_id("hand-over").click()
    dialog = page.get_by_test_id("handover")
    expect(dialog.get_by_test_id("sheet-incidents")).to_be_visible()
    dialog.get_by_label("交接事项").fill("北桥明早六点恢复通行。")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.get_by_test_id("hand-over").click()
    expect(dialog.get_by_label("交接事项")).to_have_value("北桥明早六点恢复通行。")
    page.get_by_test_id("sign-out").click()
    expect(dialog.get_by_test_id("signatures")).to_contain_text("待接班签字")
    assert barriers_of(page) == []
    take_picture(page, "handover")
    dialog.get_by_label("账号").fill("demo-admin")
    dialog.get_by_label("密码").fill("demo")
    page.get_by_test_id("sign-in").click()
    expect(dialog.get_by_test_id("signatures")).to_contain_text("demo-admin")
    [newest, *_] = page.evaluate(ASK, "/api/v1/handovers")["items"]
    assert (newest["by"], newest["taken_by"]) == ("demo-dispatcher", "demo-admin")
    assert newest["notes"] == "北桥明早六点恢复通行。"
    printed = page.evaluate(BEGINS, f"/api/v1/handovers/{newest['id']}?format=pdf")
    assert printed == "%PDF"
