"""An officer's phone: from the order to the result, with and without a network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from urllib.request import Request, urlopen

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.web.conftest import PHONE

pytestmark = pytest.mark.browser

WORDS = {
    "accept": ("接单", "Accept"),
    "set out": ("出发", "Set out"),
    "arrive": ("到场", "Arrived"),
    "result": ("提交结果", "Hand in the result"),
    "send": ("提交", "Send"),
    "decline": ("拒单", "Decline"),
    "way": ("从我的位置规划路线", "Show the way from where I am"),
}


@dataclass
class Service:
    """The service as others than the phone ask it; a phone without a network does not stop them."""

    address: str
    officer: str
    crew: str

    def ask(self, method: str, path: str, body: object = None, who: str = "dispatcher"):
        data = None if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer demo-{who}", "content-type": "application/json"}
        request = Request(f"{self.address}/api/v1{path}", data, headers, method=method)  # noqa: S310 -- our own server
        with urlopen(request) as answer:  # noqa: S310 -- the same
            return json.loads(answer.read() or b"null")

    def job(self):
        return self.ask("GET", "/officers/me/job", who="officer")["job"]

    def here(self) -> dict[str, float]:
        positions = self.ask("GET", "/positions?limit=1000")["items"]
        return next(one for one in positions if one["officer"] == self.officer)

    def send(self) -> str:
        """Send the officer's crew to a new incident nearby; the number of the assignment."""
        here = self.here()
        place = [here["lon"] + 0.01, here["lat"] + 0.006]
        body = {"lon_lat": place, "matters": ["EE001"], "text": "楼下烧烤店油烟很大"}
        incident = self.ask("POST", "/incidents", body)["id"]
        suggestion = self.ask("POST", f"/incidents/{incident}/suggestions", {})["id"]
        wanted = {"suggestion": suggestion, "unit": self.crew, "reason": "local_knowledge"}
        return str(self.ask("POST", "/assignments", wanted)["id"])

    def assignment(self, number: str):
        return self.ask("GET", f"/assignments/{number}")


@pytest.fixture
def service(address: str) -> Iterator[Service]:
    """The officer is on duty and free, before and after."""
    service = Service(address, "", "")
    own = service.ask("GET", "/officers/me/job", who="officer")
    service.officer, service.crew = own["officer"], own["crew"]
    service.ask("PUT", f"/officers/{service.officer}/duty", {"on": True})
    yield service
    left = service.job()
    if left is not None:
        path = f"/assignments/{left['assignment']['id']}/release"
        service.ask("POST", path, {"outcome": "mistake"})
    service.ask("PUT", f"/officers/{service.officer}/duty", {"on": True})


@pytest.fixture
def phone(open_view, service: Service) -> Callable[..., Page]:
    """Open the officer's page on a phone that knows where it is."""

    def opened(*, english: bool = False) -> Page:
        page = open_view("/officer", size=PHONE, english=english)
        here = service.here()
        page.context.grant_permissions(["geolocation"])
        page.context.set_geolocation({"longitude": here["lon"], "latitude": here["lat"]})
        return page

    return opened


def button(page: Page, word: str, *, english: bool = False):
    return page.get_by_role("button", name=WORDS[word][english], exact=True)


def picture() -> bytes:
    written = BytesIO()
    Image.new("RGB", (320, 240), "orange").save(written, "JPEG")
    return written.getvalue()


def test_an_order_is_followed_to_its_result_with_a_photo_in_chinese(
    phone, service: Service, barriers_of, take_picture
):
    follow_to_the_end(phone, service, barriers_of, take_picture, english=False)


def test_an_order_is_followed_to_its_result_with_a_photo_in_english(
    phone, service: Service, barriers_of, take_picture
):
    follow_to_the_end(phone, service, barriers_of, take_picture, english=True)


def follow_to_the_end(phone, service: Service, barriers_of, take_picture, *, english: bool) -> None:
    page = phone(english=english)
    expect(page.get_by_test_id("no-job")).to_be_visible()
    number = service.send()  # it shows by itself
    job = page.get_by_test_id("job")
    expect(job).to_contain_text("楼下烧烤店油烟很大")
    button(page, "way", english=english).click()
    expect(page.get_by_test_id("way")).to_contain_text("km")
    links = page.locator(".map-apps a").evaluate_all("all => all.map((one) => one.href)")
    told = service.job()["map_apps"]
    assert [link.split("/")[2] for link in links] == [app["url"].split("/")[2] for app in told]
    assert barriers_of(page) == []
    page.get_by_test_id("theme").click()
    assert barriers_of(page) == []
    take_picture(page, f"officer-{'en' if english else 'zh'}")
    for word, following, noted in (
        ("accept", "set out", "acknowledged_at"),
        ("set out", "arrive", "departed_at"),
        ("arrive", "result", "arrived_at"),
    ):
        button(page, word, english=english).click()
        expect(button(page, following, english=english)).to_be_visible()
        expect(page.get_by_test_id("outbox")).to_have_count(0)
        assert service.assignment(number)[noted], word
    button(page, "result", english=english).click()
    page.get_by_test_id("photo-input").set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    expect(page.get_by_test_id("photos").locator("img")).to_have_count(1)
    button(page, "send", english=english).click()
    expect(page.get_by_role("alert")).to_be_visible()  # it asks for words first
    page.locator("textarea").fill("已劝离，当场整改")
    assert barriers_of(page) == []
    button(page, "send", english=english).click()
    expect(page.get_by_test_id("no-job")).to_be_visible()
    expect(page.get_by_test_id("outbox")).to_have_count(0)
    incident = service.assignment(number)["incident"]
    assert service.ask("GET", f"/incidents/{incident}")["state"] == "feedback"
    (photo,) = service.ask("GET", f"/incidents/{incident}/attachments")
    assert (photo["purpose"], photo["by"]) == ("result", "demo-officer")


def test_without_a_network_acts_wait_in_their_order_and_are_sent_once_it_is_back(
    phone, service: Service, settled, take_picture
):
    number = service.send()
    page = phone()
    expect(button(page, "accept")).to_be_visible()
    settled(page)
    page.context.set_offline(offline=True)
    expect(page.get_by_test_id("offline")).to_be_visible()
    button(page, "accept").click()
    button(page, "set out").click()
    waiting = page.get_by_test_id("outbox").locator("li")
    expect(waiting).to_have_count(2)
    expect(waiting.first).to_contain_text("待发送")
    expect(button(page, "arrive")).to_be_visible()
    take_picture(page, "officer-offline")
    assert service.assignment(number)["acknowledged_at"] is None
    page.context.set_offline(offline=False)
    expect(page.get_by_test_id("outbox")).to_have_count(0)
    told = service.assignment(number)
    assert told["acknowledged_at"] <= told["departed_at"]
    steps = service.ask("GET", f"/incidents/{told['incident']}/timeline")
    assert "离线操作，实际时间" in json.dumps(steps, ensure_ascii=False)


KEPT = """async () => {
    const shelf = await caches.open("officer-page");
    return (await shelf.keys()).map(({ url }) => new URL(url).pathname);
}"""


@pytest.mark.verify
def test_the_page_opens_again_without_a_network_and_what_waited_is_sent_afterwards(
    phone, service: Service, settled
):
    number = service.send()
    page = phone()
    expect(button(page, "accept")).to_be_visible()
    settled(page)
    kept: list[str] = []
    for _ in range(100):
        kept = page.evaluate(KEPT)
        if {"/officer", "/api/v1/session", "/api/v1/city", "/api/v1/officers/me/job"} <= {*kept}:
            break
        page.wait_for_timeout(100)
    assert any(path.startswith("/assets/") for path in kept)
    page.context.set_offline(offline=True)
    button(page, "accept").click()
    expect(page.get_by_test_id("outbox").locator("li")).to_have_count(1)
    page.reload()
    expect(page.get_by_test_id("offline")).to_be_visible()
    expect(page.get_by_test_id("job")).to_contain_text("楼下烧烤店油烟很大")
    expect(page.get_by_test_id("outbox").locator("li")).to_have_count(1)
    button(page, "set out").click()
    expect(page.get_by_test_id("outbox").locator("li")).to_have_count(2)
    page.context.set_offline(offline=False)
    expect(page.get_by_test_id("outbox")).to_have_count(0)
    expect(page.get_by_test_id("offline")).to_have_count(0)
    told = service.assignment(number)
    assert told["acknowledged_at"] <= told["departed_at"]
    page.goto(f"{service.address}/account")
    page.locator("#sign-out").click()
    page.wait_for_url("**/sign-in")
    assert page.evaluate(KEPT) == []


def test_what_the_service_refuses_later_is_shown_and_can_be_read(phone, service: Service, settled):
    number = service.send()
    page = phone()
    expect(button(page, "decline")).to_be_visible()
    settled(page)
    page.context.set_offline(offline=True)
    button(page, "decline").click()
    page.locator("textarea").fill("车辆故障，无法出动")
    page.get_by_test_id("decline").get_by_role("button", name="拒单").click()
    expect(page.get_by_test_id("no-job")).to_be_visible()
    service.ask("POST", f"/assignments/{number}/release", {"outcome": "called_off"})
    page.context.set_offline(offline=False)
    refused = page.get_by_test_id("outbox").get_by_role("alert")
    expect(refused).to_contain_text("未被接受")
    expect(refused).to_contain_text("车辆故障")
    refused.get_by_role("button").click()
    expect(page.get_by_test_id("outbox")).to_have_count(0)


def test_signing_off_and_on_and_sharing_where_the_phone_is(phone, service: Service):
    page = phone()
    duty = page.get_by_test_id("duty")
    expect(duty).to_have_text("在岗")
    with page.expect_request("**/api/v1/positions") as sent:
        page.get_by_role("button", name="开启位置共享").click()
    assert sent.value.post_data_json[0]["officer"] == service.officer
    assert sent.value.response().status == 200
    expect(page.get_by_test_id("last-sent")).to_be_visible()
    page.get_by_role("button", name="下岗").click()
    expect(duty).to_have_text("离岗")
    expect(page.get_by_test_id("outbox")).to_have_count(0)
    expect(page.get_by_test_id("sharing")).to_contain_text("未发送位置")
    state = service.ask("GET", f"/officers/{service.officer}/duty")
    assert state["status"] == "off_duty"
    page.get_by_role("button", name="上岗").click()
    expect(duty).to_have_text("在岗")
    expect(page.get_by_test_id("outbox")).to_have_count(0)
    assert service.ask("GET", f"/officers/{service.officer}/duty")["status"] != "off_duty"
