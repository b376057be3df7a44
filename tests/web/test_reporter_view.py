"""Reporting without an account, on a phone: from a tap on the map to the rating."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any
from urllib.request import Request, urlopen

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.web.conftest import PHONE

pytestmark = pytest.mark.browser


class Centre:
    """The command centre, to which the report comes."""

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(self, method: str, path: str, body: object = None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"authorization": "Bearer demo-dispatcher", "content-type": "application/json"}
        request = Request(f"{self.address}/api/v1{path}", data, headers, method=method)  # noqa: S310 -- our own server
        with urlopen(request) as answer:  # noqa: S310 -- the same
            return json.loads(answer.read() or b"null")

    def newest(self):
        return self.ask("GET", "/incidents?limit=1")["items"][0]

    def close(self, number: str) -> None:
        """Take the incident to its end, with a crew that is free again afterwards."""
        suggestion = self.ask("POST", f"/incidents/{number}/suggestions", {})
        self.ask("POST", "/assignments", {"suggestion": suggestion["id"], "rank": 1})
        for to in ("handled", "feedback", "verified", "closed"):
            self.ask("POST", f"/incidents/{number}/transitions", {"to": to})


@pytest.fixture
def centre(address: str) -> Centre:
    return Centre(address)


def picture() -> dict[str, Any]:
    written = BytesIO()
    Image.new("RGB", (320, 240), "orange").save(written, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


def tap(page: Page, settled, *, x: int, y: int) -> None:
    """Choose a place on the map."""
    settled(page)
    page.get_by_test_id("map").click(position={"x": x, "y": y})
    expect(page.get_by_test_id("chosen")).to_contain_text("109.")


def test_a_report_is_made_followed_and_rated(
    open_view, centre: Centre, settled, barriers_of, take_picture
):
    page = open_view("/report", size=PHONE)
    page.get_by_test_id("send").click()
    expect(page.get_by_role("alert")).to_have_text("请先选择地点")
    tap(page, settled, x=150, y=95)
    page.get_by_test_id("send").click()
    expect(page.get_by_role("alert")).to_have_text("请说明情况或选择事项")
    page.get_by_label("情况说明").fill("楼下烧烤店油烟很大")
    choice = page.get_by_test_id("matters").locator(".choice").first
    expect(choice).to_contain_text("餐饮油烟")
    expect(choice).to_contain_text("因提到“油烟”")
    choice.click()
    page.get_by_test_id("photo-input").set_input_files(picture())
    expect(page.get_by_test_id("photos").locator("img")).to_have_count(1)
    page.get_by_label("称呼").fill("王女士")
    assert barriers_of(page) == []
    page.get_by_test_id("theme").click()
    assert barriers_of(page) == []
    take_picture(page, "report-zh")
    page.get_by_test_id("send").click()
    receipt = page.get_by_test_id("receipt")
    expect(receipt).to_contain_text("R2")
    incident = centre.newest()
    assert (incident["text"], len(incident["matters"])) == ("楼下烧烤店油烟很大", 1)
    who = centre.ask("GET", f"/incidents/{incident['id']}/reporter")
    assert who["name"] == "王女士"
    expect(page.get_by_role("button", name="查看进度")).to_be_visible()  # the photo is there by now
    assert len(centre.ask("GET", f"/incidents/{incident['id']}/attachments")) == 1
    centre.close(incident["id"])
    page.get_by_role("button", name="查看进度").click()
    expect(page.get_by_test_id("steps")).to_contain_text("结案。")
    assert barriers_of(page) == []
    take_picture(page, "report-progress")
    page.locator(".star").nth(3).click()
    page.get_by_role("button", name="评价").click()
    expect(page.get_by_test_id("rated")).to_contain_text("4")
    assert centre.ask("GET", f"/incidents/{incident['id']}")["state"] == "rated"


def test_in_english_by_a_name_and_what_is_reported_already_is_joined(
    open_view, centre: Centre, barriers_of
):
    name = centre.ask("GET", "/places?q=%E5%B0%8F%E5%AD%A6")["items"][0]["name"]
    pages = []
    for _ in range(2):
        page = open_view("/report", size=PHONE, english=True)
        page.get_by_label("Search a place or an address").fill(name)
        page.get_by_test_id("places").get_by_role("button").first.click()
        expect(page.get_by_test_id("chosen")).to_contain_text("109.")
        page.get_by_label("What you see").fill("fireworks are sold here, 烟花爆竹")
        page.get_by_test_id("matters").locator(".choice").first.click()
        pages.append(page)
        if len(pages) == 1:
            page.get_by_test_id("send").click()
            expect(page.get_by_test_id("receipt")).to_contain_text("R2")
    near = page.get_by_test_id("nearby")
    expect(near).to_contain_text("within 50 m")
    near.get_by_role("button", name="It is the same: join").click()
    expect(page.get_by_label("Phone")).to_have_count(0)
    assert barriers_of(page) == []
    before = centre.newest()["id"]
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("receipt")).to_contain_text("R2")
    assert centre.newest()["id"] == before
    receipts = centre.ask("GET", f"/incidents/{before}/receipts")
    assert [one["joined"] for one in receipts] == [False, True]
    page.get_by_role("button", name="See how far it is").click()
    expect(page.get_by_test_id("progress")).to_contain_text("Joined another's report")
    page.get_by_test_id("theme").click()
    assert barriers_of(page) == []


def test_a_wrong_code_is_said_and_what_was_typed_stays_and_the_phone_says_where_it_is(open_view):
    page = open_view("/report", size=PHONE)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": 109.1, "latitude": 21.47})
    page.get_by_role("button", name="用我的位置").click()
    expect(page.get_by_test_id("chosen")).to_contain_text("109.10000, 21.47000")
    page.get_by_label("情况说明").fill("写到一半")
    page.get_by_role("tab", name="查询进度").click()
    page.get_by_label("回执号").fill("R20260101-000001")
    page.get_by_label("查询码").fill("0000-0000-0000-0000")
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.get_by_test_id("problem")).to_be_visible()
    expect(page.get_by_label("查询码")).to_have_value("0000-0000-0000-0000")
    page.get_by_role("tab", name="我要举报").click()
    expect(page.get_by_label("情况说明")).to_have_value("写到一半")
    expect(page.get_by_test_id("chosen")).to_contain_text("109.10000")


def test_the_page_asks_for_nothing_that_needs_an_account(open_view, settled):
    asked: list[str] = []
    page = open_view("/report", size=PHONE)
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    settled(page)
    paths = {url.split("/", 3)[3] for url in asked if "/api/" in url or "/tiles/" in url}
    assert paths
    assert all(path.startswith("api/v1/public/") for path in paths)
