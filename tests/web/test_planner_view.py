"""The planner's view: every tool, two at one draft, proposals as a chart, a table and a map."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.planner_hand import PLANS, Hand

pytestmark = pytest.mark.browser

HUES = """() => {
  const map = gridDispatchMap;
  const hue = {};
  for (const feature of map.querySourceFeatures('plan-grids')) {
    const state = map.getFeatureState({ source: 'plan-grids', id: feature.id });
    hue[feature.properties.code] = state.hue;
  }
  return hue;
}"""
MOVED = """(grid) => gridDispatchMap.getFeatureState({ source: 'plan-grids', id: grid }).moved"""


COVERED = """() => {
  const notice = document.querySelector('.notice').getBoundingClientRect();
  const controls = [...document.querySelectorAll('button, input, select, a[href]')];
  return controls.filter((one) => !one.closest('.notices')).filter((one) => {
    const at = one.getBoundingClientRect();
    return at.width > 0 && at.left < notice.right && notice.left < at.right
      && at.top < notice.bottom && notice.top < at.bottom;
  }).map((one) => one.getAttribute('aria-label') ?? one.textContent);
}"""


@pytest.fixture
def hand(open_view, settled):
    page = open_view("/planner", english=True)
    settled(page)
    return Hand(page)


def test_of_two_planners_at_one_draft_the_second_sees_what_the_other_did(hand: Hand):
    page, number = hand.page, hand.begin("Two at once")
    mine, theirs = hand.moves()
    edit = {"op": "assign", "grids": [theirs.grid], "zone": theirs.to}
    hand.send(f"{PLANS}/{number}/edits", edit, **{"if-match": '"1"'})
    hand.paint(mine)
    conflict = page.get_by_test_id("conflict")
    expect(conflict).to_contain_text(f"Assign grids 1 → {theirs.to}")
    page.keyboard.press("Escape")  # to be decided later: nothing that was drawn is lost
    refused = page.get_by_test_id("refused")
    expect(refused).to_contain_text("was not taken")
    refused.get_by_role("button", name="Try again").click()
    expect(page.get_by_test_id("moved")).to_have_text("2")
    expect(refused).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("moved")).to_have_text("1")

    lock = {"op": "lock", "zones": [theirs.to]}
    version = hand.plan()["version"]
    hand.send(f"{PLANS}/{number}/edits", lock, **{"if-match": f'"{version}"'})
    hand.paint(mine)
    expect(conflict).to_contain_text(f"Lock {theirs.to}")
    conflict.get_by_role("button", name="Apply mine on top").click()
    expect(conflict).to_have_count(0)
    expect(page.get_by_test_id("moved")).to_have_text("2")
    assert hand.plan()["moved"] == {
        mine.grid: [mine.was, mine.to],
        theirs.grid: [theirs.was, theirs.to],
    }
    hand.close(number)


def test_a_zone_is_cut_by_a_line_and_merged_again(hand: Hand):
    page, number = hand.page, hand.begin("Cut")
    expect(page.get_by_test_id("zones")).to_be_visible()
    before = hand.plan()["zone_of"]
    box = page.evaluate(
        """(zone) => {
          const xs = [], ys = [];
          for (const {properties, geometry} of gridDispatchMap.querySourceFeatures('plan-grids')) {
            if (properties.zone !== zone) continue;
            const depth = geometry.type === 'Polygon' ? 1 : 2;
            for (const [lon, lat] of geometry.coordinates.flat(depth)) {
              const {x, y} = gridDispatchMap.project([lon, lat]);
              xs.push(x); ys.push(y);
            }
          }
          return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
        }""",
        "Z13",
    )
    left, right, top, bottom = box
    frame = page.get_by_test_id("map").bounding_box()
    assert frame is not None
    middle = frame["x"] + (left + right) / 2
    page.keyboard.press("c")
    page.mouse.move(middle, frame["y"] + top - 4)
    page.mouse.down()
    page.mouse.move(middle, frame["y"] + bottom + 4, steps=12)
    page.mouse.up()
    form = page.get_by_test_id("cut-form")
    expect(form).to_contain_text("Z13")
    expect(form.get_by_label("Code of the new zone")).to_have_value("Z15")
    form.get_by_role("button", name="Cut").click()
    taken = page.locator("tr[data-zone=Z15]")
    repair = page.get_by_role("button", name="Take it with the repair")
    expect(taken.or_(repair).first).to_be_visible()
    if repair.count():
        repair.click()
    expect(taken).to_be_visible()
    after = hand.plan()["zone_of"]
    new = {grid for grid, zone in after.items() if zone == "Z15"}
    assert new
    assert {before[grid] for grid in new} == {"Z13"}

    page.keyboard.press("v")
    hand.choose_zone("Z15")
    actions = page.get_by_test_id("zone-actions")
    actions.get_by_label("Merge into").select_option("Z13")
    actions.get_by_role("button", name="Merge", exact=True).click()
    expect(taken).to_have_count(0)
    assert hand.plan()["zone_of"] == before
    hand.close(number)


def test_grids_are_moved_without_a_pointer(hand: Hand):
    """By code and by list, as a keyboard does; neighbours never have one colour."""
    page, number = hand.page, hand.begin("By keyboard")
    expect(page.locator(".notice")).to_contain_text(number)
    expect(page.get_by_test_id("hour")).to_be_visible()
    assert page.evaluate(COVERED) == []  # the notice that it was begun lies on the map alone
    move, _ = hand.moves()
    field = page.get_by_label("Grid code")
    field.fill("nothing")
    field.press("Enter")
    expect(page.get_by_test_id("selection")).to_contain_text("No grid has this code")
    field.fill(move.grid)
    field.press("Enter")
    expect(page.get_by_test_id("chosen")).to_have_text("1")
    chosen = page.get_by_test_id("selection")
    chosen.get_by_label("Into").select_option(move.to)
    chosen.get_by_role("button", name="Assign").press("Enter")
    expect(page.get_by_test_id("moved")).to_have_text("1")
    assert hand.plan()["moved"] == {move.grid: [move.was, move.to]}
    hues = page.evaluate(HUES)
    assert hues[move.grid] is not None
    assert page.evaluate(MOVED, move.grid)
    zone_of = hand.plan()["zone_of"]
    same = {
        zone: {hues[grid] for grid in hues if zone_of[grid] == zone} for zone in zone_of.values()
    }
    assert all(len(of_zone) == 1 for of_zone in same.values())
    assert same[move.was] != same[move.to]
    hand.close(number)


def test_the_colour_of_a_grid_does_not_wait_for_figures_that_take_long(hand: Hand):
    page, number = hand.page, hand.begin("Slow figures")
    move, _ = hand.moves()
    hand.choose_zone(move.to)
    hand.take_finest_brush()
    page.route("**/figures", lambda route: None if route.request.post_data else route.continue_())
    hand.put_pointer_on(move)
    page.mouse.down()
    page.wait_for_function(MOVED, arg=move.grid)
    page.mouse.up()
    expect(page.get_by_test_id("moved")).to_have_text("1")
    hand.close(number)


def test_a_grid_that_holds_a_zone_together_is_refused_by_name_and_mended_on_demand(hand: Hand):
    page, number = hand.page, hand.begin("In pieces")
    zone_of = hand.plan()["zone_of"]
    grid, to = holding_together(hand, number, zone_of)
    field = page.get_by_label("Grid code")
    field.fill(grid)
    field.press("Enter")
    chosen = page.get_by_test_id("selection")
    chosen.get_by_label("Into").select_option(to)
    chosen.get_by_role("button", name="Assign").click()
    refused = page.get_by_test_id("refused")
    expect(refused).to_contain_text(zone_of[grid])
    assert hand.plan()["step"] == 0
    refused.get_by_role("button", name="Take it with the repair").click()
    expect(refused).to_have_count(0)
    after = hand.plan()
    assert (after["step"], after["zone_of"][grid]) == (1, to)
    told = hand.ask(f"{PLANS}/{number}/figures")["plan"]
    assert all(zone["pieces"] <= 1 for zone in told["zones"])
    hand.close(number)


def holding_together(hand: Hand, number: str, zone_of: dict[str, str]) -> tuple[str, str]:
    """A grid whose move leaves its zone in pieces, and gives the other none more."""
    for grid, was in zone_of.items():
        for to in ("Z03", "Z12"):
            if was == to:
                continue
            told = hand.send(f"{PLANS}/{number}/figures", {"zone_of": {grid: to}})
            pieces = {zone["zone"]: zone["pieces"] for zone in told["zones"]}
            if pieces[was] > 1 and pieces[to] == 1:
                return grid, to
    raise AssertionError("No grid holds its zone together.")


def test_a_table_becomes_a_draft_and_a_wrong_one_is_refused_in_words(hand: Hand):
    page = hand.page
    grids = hand.ask("/api/v1/layers/grids/published")["features"]
    rows = [(one["properties"]["code"], one["properties"]["zone"]) for one in grids]
    page.get_by_role("button", name="New draft").click()
    dialog = page.get_by_test_id("new-draft")
    dialog.get_by_label("Name").fill("From a table")
    dialog.get_by_label("Begins from").select_option("csv")

    def hand_in(lines: list[tuple[str, str]]) -> None:
        text = "grid,zone\n" + "".join(f"{grid},{zone}\n" for grid, zone in lines)
        file = {"name": "plan.csv", "mimeType": "text/csv", "buffer": text.encode()}
        dialog.get_by_label("File").set_input_files(file)
        dialog.get_by_role("button", name="New draft").click()

    hand_in([("G-1", "Z01")])
    expect(dialog.get_by_role("alert")).to_contain_text("G-1")
    expect(dialog.get_by_label("Name")).to_have_value("From a table")
    hand_in(rows)
    expect(page.get_by_test_id("open-draft")).to_contain_text("From a table")
    assert hand.plan()["zone_of"] == dict(rows)
    page.get_by_role("button", name="Close for good").click()
    page.get_by_role("dialog").get_by_role("button", name="Close for good").click()
    expect(page.get_by_test_id("open-draft")).to_have_count(0)


def proposals(moves: dict[str, str]) -> dict:
    """A search that is done, with a proposal that is feasible and one that is not."""
    figures = {
        "cost_min": 1.0, "travel_min": 1.0, "mean_travel_min": 8.2, "max_deviation": 0.8,
        "moved_grids": len(moves), "moved_share_of_grids": 0.02, "moved_share_of_incidents": 0.02,
        "border_km": 180.0, "split_townships": 1,
    }  # fmt: skip
    today = figures | {"max_deviation": 1.27, "moved_grids": 0, "moved_share_of_grids": 0.0}
    why = {"code": "choke", "zh": "网格 X 是咽喉。", "en": "The grid X is a choke point."}

    def option(code: str, en: str, **more: object) -> dict:
        name = {"code": code, "zh": en, "en": en}
        return {"option": name, "balance": 0.8, "gap": None, "why_not": []} | more

    options = [
        option("few", "Few changes", feasible=True, figures=figures, moves=moves),
        option("tight", "Tight", feasible=False, figures=None, moves=None, why_not=[why]),
    ]
    return {"today": today, "options": options, "bound_holds_for": {"zh": "", "en": ""}}


def test_a_point_of_the_chart_is_a_plan_on_the_map_and_becomes_a_draft(hand: Hand):
    page, number = hand.page, hand.begin("Proposals")
    move, _ = hand.moves()
    job = {
        "id": "R20261123-000099", "plan": None, "digest": "x", "asked": {}, "state": "done",
        "progress": 1.0, "left_s": None, "said": None, "made_by": "demo-planner", "ended_at": None,
        "made_at": "2026-11-23T00:00:00+08:00",
    }  # fmt: skip

    def answer(route: Route) -> None:
        whole = job | {"result": proposals({move.grid: move.to})}
        listed = {"items": [job], "next": None}
        route.fulfill(json=whole if job["id"] in route.request.url else listed)

    page.route("**/api/v1/proposals**", answer)
    hand.tab("Propose")
    expect(page.get_by_test_id("why-not")).to_contain_text("choke point")
    point = page.locator(".point[data-option=few]")
    expect(point).to_have_attribute("aria-label", "Few changes: 2.0%, 80%")
    assert not page.evaluate(MOVED, move.grid)
    point.focus()
    expect(page.get_by_test_id("looking")).to_contain_text("Few changes")
    assert page.evaluate(MOVED, move.grid)
    row = page.get_by_test_id("options").locator("tr[data-option=few]")
    expect(row).to_have_attribute("aria-selected", "true")
    row.get_by_role("button", name="Take as a draft").click()
    expect(page.get_by_test_id("open-draft")).to_contain_text("Few changes")
    assert hand.plan()["moved"] == {move.grid: [move.was, move.to]}
    page.unroute("**/api/v1/proposals**")
    hand.close(number, hand.number)


@pytest.mark.parametrize(
    "english", [False, pytest.param(True, marks=pytest.mark.verify)], ids=["zh-dark", "en-light"]
)
def test_no_tab_of_the_planner_has_barriers(
    open_view,
    settled,
    barriers_of: Callable[[Page], list[str]],
    english: bool,  # noqa: FBT001 -- a parameter of the test
):
    page = open_view("/planner", english=english)
    settled(page)
    if not english:
        page.get_by_test_id("theme").click()
    assert barriers_of(page) == []
    home = page.url.partition("/planner")[0]
    number = page.request.post(f"{home}{PLANS}", data={"name": "无障碍"}).json()["id"]
    page.goto(f"{home}/planner#{number}")
    page.reload()
    expect(page.get_by_test_id("zones")).to_be_visible()
    for tab in ("zones", "compare", "propose", "simulate", "handover", "publish"):
        page.locator(f"#tab-{tab}").click()
        assert barriers_of(page) == [], tab
    page.request.delete(f"{home}{PLANS}/{number}")
