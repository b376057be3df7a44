"""The layers view: refusals, a second person, plans, what others do meanwhile, files, QGIS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import httpx2
import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.verify]

BEIJING = ZoneInfo("Asia/Shanghai")
LOOK = "() => document.dispatchEvent(new Event('visibilitychange'))"
DROP = """([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name));
    const dropped = { dataTransfer: data, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new DragEvent("dragover", dropped));
    document.body.dispatchEvent(new DragEvent("drop", dropped));
}"""


def no_fly(*names: str) -> str:
    """A layer of squares, as GeoJSON that calls its columns otherwise."""
    features = []
    for at, name in enumerate(names):
        west, south = 109.2 + 0.01 * at, 21.4
        ring = [(0, 0), (0.005, 0), (0.005, 0.005), (0, 0.005), (0, 0)]
        place = [[round(west + x, 6), round(south + y, 6)] for x, y in ring]
        properties = {"甲": f"TEST{at}", "乙": name}
        geometry = {"type": "Polygon", "coordinates": [place]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


class Office:
    """The GIS office by HTTP: what the page did is asked here, and drafts are cleared away."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.drafts: list[str] = []

    def ask(self, method: str, path: str, *, who: str = "demo-gis", **sent: Any) -> httpx2.Response:  # noqa: ANN401 -- whatever a request may have
        headers = {"authorization": f"Bearer {who}"} | sent.pop("headers", {})
        url = f"{self.address}{path}"
        return httpx2.request(method, url, headers=headers, timeout=60, trust_env=False, **sent)

    def load(self, *names: str) -> str:
        """Load a draft of no-fly zones that may be published."""
        fields = {"kind": "no-fly", "crs": "cgcs2000", "map": ["code=甲", "name=乙"]}
        files = {"file": ("禁飞区.geojson", no_fly(*names).encode())}
        answer = self.ask("POST", "/api/v1/layers", data=fields, files=files)
        assert answer.is_success, answer.text
        number = str(answer.json()["id"])
        self.drafts.append(number)
        return number

    def draft(self, number: str) -> dict[str, Any]:
        told: dict[str, Any] = self.ask("GET", f"/api/v1/layers/{number}").json()
        return told


@pytest.fixture
def office(address: str) -> Iterator[Office]:
    office = Office(address)
    yield office
    for number in office.drafts:
        if office.draft(number)["state"] in {"draft", "reviewed"}:
            office.ask("DELETE", f"/api/v1/layers/{number}")


def as_somebody(page: Page, name: str, path: str) -> None:
    """Sign the browser of a page in as somebody else of the demo."""
    who = {"name": name, "password": "demo"}
    answer = page.request.post(urljoin(path, "/api/v1/session"), data=who)
    assert answer.ok, answer.text()
    page.goto("about:blank")
    page.goto(path)


def test_a_refusal_keeps_all_that_was_entered_and_columns_are_said_by_hand(
    open_view, office: Office, tmp_path: Path
):
    page: Page = open_view("/layers", english=True)
    page.get_by_test_id("upload").click()
    broken = tmp_path / "broken.geojson"
    broken.write_text('{"type": "FeatureCollection", "features": [', encoding="utf-8")
    page.get_by_test_id("file").set_input_files(str(broken))
    expect(page.get_by_test_id("refused")).to_be_visible()
    page.locator("[name=source]").fill("survey office 7")

    page.evaluate(DROP, ["no-fly.geojson", no_fly("机场")])
    page.get_by_test_id("columns").wait_for()
    expect(page.locator("[name=source]")).to_have_value("survey office 7")
    expect(page.locator("[name=kind]")).to_have_value("no-fly")
    for column, theirs in (("code", "甲"), ("name", "乙")):
        chooser = page.locator(f"[data-column={column}] select")
        with page.expect_response("**/layers/preview"):
            chooser.select_option(theirs)
        expect(page.locator(f"[data-column={column}]")).to_contain_text("chosen")

    with page.expect_response("**/layers/preview"):
        page.locator("[name=crs]").fill("EPSG:1")
    expect(page.locator(".upload-pane .alert")).to_be_visible()
    expect(page.get_by_test_id("keep")).to_be_disabled()
    expect(page.locator("[name=crs]")).to_have_value("EPSG:1")
    expect(page.locator("[data-column=code] select")).to_have_value("甲")
    with page.expect_response("**/layers/preview"):
        page.locator("[name=crs]").fill("cgcs2000")
    page.get_by_test_id("keep").click()
    expect(page.locator("#draft-findings")).to_be_visible()
    number = page.get_by_test_id("draft").locator("h2").inner_text()
    office.drafts.append(number)
    draft = office.draft(number)
    assert (draft["kind"], draft["source"], draft["rows"]) == ("no-fly", "survey office 7", 1)
    assert draft["counts"]["error"] == 0

    page.evaluate(DROP, ["again.geojson", no_fly("机场")])
    expect(page.get_by_test_id("refused")).to_contain_text("say its kind")
    page.locator("[name=kind]").select_option("no-fly")
    expect(page.locator("[data-column=code]")).to_contain_text("as last time")


def test_a_second_person_reviews_and_both_see_what_the_other_does(open_view, office: Office):
    number = office.load("机场", "港口")
    mine: Page = open_view("/layers")
    mine.goto(f"{office.address}/layers#draft={number}&tab=release")
    expect(mine.locator("#draft-release")).to_have_attribute("aria-selected", "true")
    expect(mine.get_by_test_id("review-do")).to_have_count(0)

    theirs: Page = open_view("/layers")
    as_somebody(theirs, "demo-admin", f"{office.address}/layers#draft={number}&tab=release")
    theirs.locator("[name=remark]").fill("界线无误")
    theirs.get_by_test_id("review-do").click()
    expect(theirs.get_by_test_id("review")).to_contain_text("demo-admin")
    assert office.draft(number)["review"]["remark"] == "界线无误"
    mine.evaluate(LOOK)
    expect(mine.get_by_test_id("review")).to_contain_text("界线无误")

    feature = f"/ogc/collections/draft-{number}/items/1"
    mark = office.ask("GET", feature, who="demo-admin").headers["etag"]
    patch = {"who": "demo-admin", "content": json.dumps({"properties": {"name": "新机场"}})}
    patched = {"content-type": "application/merge-patch+json", "if-match": mark}
    assert office.ask("PATCH", feature, headers=patched, **patch).is_success
    mine.evaluate(LOOK)
    expect(mine.get_by_test_id("meanwhile")).to_contain_text("demo-admin")
    expect(mine.get_by_test_id("review")).to_have_count(0)
    assert office.draft(number)["state"] == "draft"


def test_drafts_are_planned_for_a_time_and_the_plan_is_called_off(open_view, office: Office):
    number = office.load("机场")
    page: Page = open_view("/layers", english=True)
    row = page.locator(f"[data-draft={number}]")
    row.locator("input").check()
    page.get_by_test_id("publish-chosen").click()
    page.locator("[name=why]").fill("new runway")
    page.locator("[value=later]").check()
    at = (datetime.now(BEIJING) + timedelta(days=2)).replace(second=0, microsecond=0)
    page.locator("[name=at]").fill(f"{at:%Y-%m-%dT%H:%M}")
    page.get_by_test_id("publish-do").click()
    expect(page.get_by_test_id("publish-dialog")).to_have_count(0)
    plan = office.ask("GET", "/api/v1/city/versions/planned").json()["items"][0]
    assert (plan["drafts"], plan["why"], plan["state"]) == ([number], "new runway", "planned")
    assert datetime.fromisoformat(plan["due_at"]) == at
    page.locator("#side-versions").click()
    page.locator(f"[data-plan={plan['id']}] button.small").click()
    expect(page.locator(f"[data-plan={plan['id']}]")).to_contain_text("called off")
    plan = office.ask("GET", "/api/v1/city/versions/planned").json()["items"][0]
    assert plan["state"] == "called_off"

    page.locator("#side-kinds").click()
    row.locator("button").click()
    page.locator("#draft-release").click()
    page.get_by_test_id("drop").click()
    page.get_by_test_id("drop").click()
    expect(row).to_have_count(0)
    assert office.draft(number)["state"] == "dropped"


def test_a_layer_is_taken_away_as_a_file_and_qgis_is_told_where_to_go(open_view, office: Office):
    page: Page = open_view("/layers", english=True)
    page.locator("#side-files").click()
    page.locator("[name=export-kind]").select_option("no-fly")
    with page.expect_download() as download:
        page.get_by_test_id("export").click()
    assert download.value.suggested_filename == "no-fly.gpkg"
    assert download.value.path().read_bytes().startswith(b"SQLite format 3")

    connect = page.get_by_test_id("connect")
    fields = [field.input_value() for field in connect.locator("input").all()]
    assert fields[0] == f"{office.address}/ogc"
    assert fields[-1] == "Bearer demo-gis"
    project = connect.get_by_test_id("qgis-project").get_attribute("href")
    answer = office.ask("GET", str(project))
    assert answer.is_success
    assert "<qgis" in answer.text
    assert office.ask("GET", "/ogc/", headers={"authorization": fields[-1]}).is_success
