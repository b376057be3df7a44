"""Lists beside the queue: closures, joint operations, move-ups; the map follows them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Settled = Callable[[Page], None]
TakePicture = Callable[[Page, str], None]

pytestmark = pytest.mark.browser

DRAWN = """(source) => {
    const { data } = gridDispatchMap.getStyle().sources[source];
    return data.features.length;
}"""
ASK = "async (path) => (await fetch(path)).json()"


def opened(open_view, tab: str, *, english: bool = False) -> Page:
    page = open_view("/", english=english)
    page.wait_for_selector("[data-testid=stream].stream-live")
    page.get_by_test_id(f"tab-{tab}").click()
    return page


def test_a_street_is_closed_by_clicks_and_lifted_by_one_key(
    open_view, settled: Settled, take_picture: TakePicture
):
    page = opened(open_view, "closures", english=True)
    settled(page)
    version = page.evaluate(ASK, "/api/v1/city")["weight_version"]
    page.evaluate("() => gridDispatchMap.jumpTo({ zoom: 14 })")
    settled(page)
    page.get_by_test_id("draw-polygon").click()
    frame = page.get_by_test_id("map").bounding_box()
    assert frame is not None
    middle = (frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    for across, down in ((-150, -60), (150, -60), (150, 120), (-150, 120)):
        page.mouse.click(middle[0] + across, middle[1] + down)
    page.get_by_test_id("pick").get_by_role("button", name="Done").click()
    form = page.get_by_test_id("closure-form")
    form.get_by_label("Why").fill("Bridge works")
    form.get_by_role("button", name="Enter").click()
    row = page.locator(".closure", has_text="Bridge works")
    expect(row).to_have_attribute("data-state", "in_force")
    expect(row).to_contain_text(re.compile(r"Streets \d+"))
    settled(page)
    assert page.evaluate(DRAWN, "closures") == 1
    assert page.evaluate(ASK, "/api/v1/city")["weight_version"] != version
    take_picture(page, "closures")
    page.get_by_test_id("layer-closures").uncheck()
    page.reload()
    page.wait_for_selector("[data-testid=stream].stream-live")
    expect(page.get_by_test_id("layer-closures")).not_to_be_checked()
    page.get_by_test_id("layer-closures").check()
    page.get_by_test_id("tab-closures").click()
    page.get_by_role("button", name="Lift Bridge works").press("Enter")
    expect(row).to_have_count(0)
    left = page.evaluate(ASK, "/api/v1/closures?over=false")["items"]
    assert [one for one in left if one["reason"] == "Bridge works"] == []


def test_a_joint_operation_is_planned_and_sent_and_moves_are_proposed(
    open_view, settled: Settled, take_picture: TakePicture
):
    page = opened(open_view, "operations")
    settled(page)
    page.get_by_test_id("add-sites").click()
    places = page.evaluate("() => [0, 9].map((row) => gridDispatchFleet.at("
                           "gridDispatchFleet.ids[row]).lonLat)")  # fmt: skip
    typed = page.get_by_test_id("pick").get_by_role("textbox")
    for lon, lat in places:
        typed.fill(f"{lon:.5f}, {lat:.5f}")
        typed.press("Enter")
    page.get_by_test_id("pick").get_by_role("button", name="完成").click()
    sites = page.get_by_test_id("sites").locator("li")
    expect(sites).to_have_count(2)
    sites.nth(0).get_by_label("人数").fill("900")
    page.get_by_test_id("make-plan").click()
    plan = page.get_by_test_id("plan")
    expect(plan).to_have_attribute("data-feasible", "false")
    expect(plan).to_contain_text("缺")
    for row in range(2):
        sites.nth(row).get_by_label("人数").fill("2")
    page.get_by_test_id("make-plan").click()
    expect(plan).to_have_attribute("data-feasible", "true")
    settled(page)
    assert page.evaluate(DRAWN, "sites") == 2
    take_picture(page, "joint-operation")
    page.get_by_test_id("plan").click()
    page.keyboard.press("o")
    for row in plan.locator(".party").all():
        expect(row).to_have_attribute("data-outcome", "sent")
    bound = page.evaluate(ASK, "/api/v1/assignments?bound=true&limit=1000")["items"]
    mine = [one for one in bound if one["note"].startswith("联合行动")]
    assert sorted(len(one["crew"]) for one in mine) == [2, 2]
    for one in mine:  # leave nobody bound
        page.evaluate(
            "(id) => fetch(`/api/v1/assignments/${id}/release`, {method: 'POST', headers: "
            "{'content-type': 'application/json'}, body: JSON.stringify({outcome: 'done'})})",
            one["id"],
        )

    page.get_by_test_id("tab-moveups").click()
    moves = page.evaluate(ASK, "/api/v1/move-ups?limit=3")["moves"]
    expect(page.get_by_test_id("move-ups")).to_contain_text("覆盖")
    if moves:
        settled(page)
        assert page.evaluate(DRAWN, "moves") >= 1
