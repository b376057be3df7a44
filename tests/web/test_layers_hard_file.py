"""The hard layer file done on screen: looked at, kept, mended, published, and taken back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import geopandas as gpd
import pytest
from playwright.sync_api import Locator, Page, expect
from spec.hard_file import PLANTED, write_hard_file

pytestmark = [pytest.mark.browser, pytest.mark.verify]

GRIDS = "/api/v1/layers/grids/published"
REMEDY = """() => gridDispatchMap.queryRenderedFeatures({
    layers: ["remedy-from", "remedy-to"],
}).map((feature) => feature.properties.as)"""
SHOWN = "() => gridDispatchMap.getBounds().toArray().flat()"


@pytest.fixture(scope="module")
def file(address: str, tmp_path_factory) -> Path:
    """The hard file of the served city, drawn from what the service exports."""
    import httpx2  # noqa: PLC0415 -- only where the fixture is used

    folder = tmp_path_factory.mktemp("hard")
    asked = f"{address}/api/v1/layers/grids/export?format=gpkg"
    headers = {"authorization": "Bearer demo-gis"}
    answer = httpx2.get(asked, headers=headers, timeout=60, trust_env=False)
    (folder / "grids.gpkg").write_bytes(answer.content)
    return write_hard_file(gpd.read_file(folder / "grids.gpkg"), folder)


def told(page: Page, path: str) -> Any:  # noqa: ANN401 -- whatever the service says
    """What the service says, asked as whoever is signed in."""
    answer = page.request.get(urljoin(page.url, path))
    assert answer.ok, answer.text()
    return answer.json()


def row_of(page: Page, code: str) -> Locator:
    return page.locator(f"[data-testid=finding][data-code={code}]").first


def planted_on(page: Page) -> Counter[tuple[str, str]]:
    """Findings that stand in the list, by severity and code."""
    found: Counter[tuple[str, str]] = Counter()
    for severity in ("error", "warning", "note"):
        page.locator(f"[data-severity={severity}]").click()
        for row in page.get_by_test_id("finding").all():
            found[severity, str(row.get_attribute("data-code"))] += 1
    page.locator("[data-severity=all]").click()
    return found


def test_the_hard_layer_file_is_done_on_screen(
    open_view,
    barriers_of: Callable[[Page], list[str]],
    settled: Callable[[Page], None],
    take_picture: Callable[[Page, str], None],
    file: Path,
):
    page: Page = open_view("/layers")
    before = told(page, GRIDS)
    look_at(page, file)
    settled(page)
    take_picture(page, "layers-preview")
    page.get_by_test_id("keep").click()

    page.get_by_test_id("finding").first.wait_for()
    number = page.get_by_test_id("draft").locator("h2").inner_text()
    assert planted_on(page) == PLANTED
    report = told(page, f"/api/v1/layers/{number}/report")
    assert len(report["findings"]) == sum(PLANTED.values())
    overlap = next(one for one in report["findings"] if one["code"] == "tiling_overlap")
    row_of(page, "tiling_overlap").locator(".finding-say").click()
    settled(page)
    is_drawn(page, overlap)
    assert barriers_of(page) == []
    take_picture(page, "layers-finding")
    says_difference(page, report["difference"])
    mend(page, number)
    publish_and_go_back(page, number)
    assert canonical(told(page, GRIDS)) == canonical(before)


def look_at(page: Page, file: Path) -> None:
    """Choose the file, and read what the preview says of it."""
    page.get_by_test_id("upload").click()
    page.get_by_test_id("file").set_input_files(str(file))
    datum, facts = page.get_by_test_id("datum"), page.get_by_test_id("facts")
    expect(datum).to_contain_text("很可能是 BD-09")
    expect(datum).to_contain_text("很有把握")
    expect(datum).to_contain_text("1,17")
    expect(facts).to_contain_text("GB18030")
    expect(page.locator("[name=kind]")).to_have_value("grids")
    code = page.locator("[data-column=code]")
    expect(code.locator("select")).to_have_value("网格编码")
    expect(code).to_contain_text("别名")


def is_drawn(page: Page, finding: dict[str, Any]) -> None:
    """The finding lies in the view, as it is and as it would be."""
    assert set(page.evaluate(REMEDY)) == {"from", "to"}
    west, south, east, north = page.evaluate(SHOWN)
    lon, lat = finding["where"]
    assert west < lon < east
    assert south < lat < north


def says_difference(page: Page, difference: dict[str, list[Any]]) -> None:
    page.locator("#draft-difference").click()
    for part in ("added", "removed", "moved"):
        rows = page.locator(f"[data-part={part}] .difference-row")
        expect(rows).to_have_count(len(difference[part]))
    page.locator("[data-part=removed] .difference-row").first.click()
    page.locator("#draft-findings").click()


def mend(page: Page, number: str) -> None:
    """Take the fix of the datum by itself, then all others at once."""
    datum = row_of(page, "datum_other")
    datum.locator(".finding-say").click()
    expect(datum).to_contain_text("BD-09")
    datum.get_by_test_id("take-one").click()
    expect(row_of(page, "datum_other")).to_have_count(0)
    assert told(page, f"/api/v1/layers/{number}")["crs"] == "bd09"
    page.get_by_test_id("take-all").click()
    expect(page.locator("[data-severity=error] b")).to_have_text("0")
    expect(page.get_by_test_id("meanwhile")).to_have_count(0)
    mended = told(page, f"/api/v1/layers/{number}/report")
    assert mended["may_be_published"]
    assert not any(mended["difference"].values())
    expect(page.locator("#draft-difference .count")).to_have_text("0")


def publish_and_go_back(page: Page, number: str) -> None:
    """Publish the draft, see it among the versions, and go back in one step."""
    page.locator("#draft-release").click()
    page.get_by_test_id("publish").click()
    page.locator("[name=why]").fill("界线改绘")
    page.get_by_test_id("publish-do").click()
    expect(page.get_by_test_id("publish-dialog")).to_have_count(0)
    newest = told(page, "/api/v1/city/versions")["items"][0]
    assert (newest["drafts"], newest["why"]) == ([number], "界线改绘")
    assert newest["published_by"] == "demo-gis"
    expect(page.locator("[data-kind=grids]")).to_contain_text(f"第{newest['number']}版")

    page.locator("#side-versions").click()
    expect(page.get_by_test_id("versions").locator("li").first).to_contain_text("界线改绘")
    page.get_by_test_id("roll-back").click()
    page.locator("[name=why]").fill("有误")
    page.get_by_test_id("roll-back-do").click()
    expect(page.get_by_test_id("roll-back-dialog")).to_have_count(0)
    back = told(page, "/api/v1/city/versions")["items"][0]
    assert (back["back_to"], back["why"]) == (newest["number"] - 1, "有误")


def canonical(layer: dict[str, Any]) -> list[str]:
    return sorted(json.dumps(one, sort_keys=True) for one in layer["features"])
