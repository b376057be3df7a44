"""The leader's view: what the figures are, what they are made of, and the table to take along."""

from __future__ import annotations

import csv
import io
import time

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

REPORT = "/api/v1/reports/indicators"
DRAWN = """() => gridDispatchMap.getStyle().sources.cases.data.features.length"""


def answer(page: Page, path: str) -> dict:
    """What the service says to whoever looks at the page."""
    answered = page.request.get(path)
    assert answered.status == 200, answered.text()
    return answered.json()


def test_a_leader_reads_the_month_opens_a_figure_and_takes_the_table_along(
    open_view, barriers_of, take_picture
):
    page = open_view("/leader")
    home = page.url.removesuffix("/leader")
    expect(page.get_by_test_id("figure-handling_rate")).to_contain_text("%")
    told = answer(page, f"{home}{REPORT}?span=month&by=zone")
    [line] = [each for each in told["indicators"] if each["code"] == "filing_rate"]
    expect(page.get_by_test_id("reported")).to_have_text(f"{told['reported'][-1]:,}")
    page.get_by_test_id("open-filing_rate").click()
    expect(page.get_by_test_id("figure-filing_rate")).to_have_text(
        f"{100 * line['found']['share']:.1f}%"
    )
    rows = page.get_by_test_id("cases").get_by_role("listitem")
    expect(rows).to_have_count(line["found"]["of"])
    expect(page.get_by_test_id("cases").get_by_label("计入", exact=True)).to_have_count(
        line["found"]["hits"]
    )
    groups = page.get_by_test_id("groups").get_by_role("button")
    expect(groups).to_have_count(1 + len(line["groups"]))
    groups.nth(1).click()  # the lowest share stands first
    lowest = min(line["groups"].values(), key=lambda share: share["share"])
    expect(rows).to_have_count(lowest["of"])
    page.wait_for_timeout(300)
    assert page.evaluate(DRAWN) == lowest["of"]
    page.get_by_role("button", name="全部").click()
    take_picture(page, "leader")

    with page.expect_download() as taken:
        page.get_by_text("下载表格").click()
    with taken.value.path().open(encoding="utf-8-sig") as file:
        table = list(csv.DictReader(io.StringIO(file.read())))
    [row] = [one for one in table if one["indicator"] == "filing_rate" and not one["group"]]
    assert (int(row["hits"]), int(row["total"])) == (line["found"]["hits"], line["found"]["of"])

    assert barriers_of(page) == []
    page.get_by_test_id("theme").click()
    page.get_by_test_id("language").click()
    expect(page.get_by_test_id("open-filing_rate")).to_have_text("Filing rate")
    assert barriers_of(page) == []


def test_a_leader_reads_the_red_and_black_list_takes_the_paper_along_and_signs(
    open_view, barriers_of, take_picture
):
    page = open_view("/leader")
    home = page.url.removesuffix("/leader")
    expect(page.get_by_test_id("figure-handling_rate")).to_contain_text("%")
    headers = {"idempotency-key": f"leader-{time.time_ns():032d}"}
    month = {"kind": "monthly", "day": "2026-10-15"}
    made = page.request.post(f"{home}/api/v1/reports", data=month, headers=headers)
    assert made.status == 201, made.text()
    report = made.json()
    page.get_by_test_id("bulletin-kind").select_option("monthly")
    page.get_by_test_id(f"bulletin-{report['id']}").click()
    ranking = report["content"]["rankings"]["brigade"]
    names = report["content"]["names"]["brigade"]
    for colour in ("red", "black"):
        rows = page.get_by_test_id(f"{colour}-list").get_by_role("listitem")
        expect(rows).to_have_count(len(ranking[colour]))
        for row, code in enumerate(ranking[colour]):
            expect(rows.nth(row)).to_contain_text(names[code]["zh"])
    for form, begins in (("PDF", b"%PDF-"), ("XLSX", b"PK")):
        with page.expect_download() as taken:
            page.get_by_label(f"{form} {report['id']}").click()
        assert taken.value.path().read_bytes().startswith(begins)
    page.get_by_label("批示").fill("已阅")
    page.get_by_test_id("sign").click()
    expect(page.get_by_test_id("bulletin")).to_contain_text("demo-leader")
    [signature] = answer(page, f"{home}/api/v1/reports/{report['id']}")["signatures"]
    assert (signature["digest"], signature["note"]) == (report["digest"], "已阅")
    page.get_by_test_id("sign").click()  # twice nobody signs
    expect(page.get_by_test_id("notices").locator(".bad")).to_be_visible()
    take_picture(page, "leader-reports")
    assert barriers_of(page) == []
    page.get_by_test_id("language").click()
    expect(page.get_by_test_id("red-list")).to_contain_text("Red list")
    page.get_by_test_id("consult").click()
    expect(page.get_by_test_id("bulletin")).to_contain_text("Pack for consultation")


def test_a_year_back_there_is_nothing_and_the_page_says_so(open_view):
    page = open_view("/leader", english=True)
    expect(page.get_by_test_id("figure-handling_rate")).to_contain_text("%")
    page.get_by_text("Year", exact=True).click()
    for _ in range(3):
        page.get_by_label("Earlier").click()
    expect(page.get_by_test_id("nothing")).to_contain_text("Nothing to count")
    page.get_by_test_id("by").select_option("matter")
    for _ in range(3):
        page.get_by_label("Later").click()
    expect(page.get_by_test_id("nothing")).to_have_count(0)


def test_a_report_that_fails_says_why_and_is_asked_for_again(open_view):
    page = open_view("/leader")
    expect(page.get_by_test_id("figure-handling_rate")).to_contain_text("%")
    problem = {"status": 422, "code": "x", "zh": "历史数据已损坏。", "en": "Damaged."}
    page.route(
        f"**{REPORT}?*",
        lambda route: route.fulfill(
            status=422, json=problem, content_type="application/problem+json"
        ),
    )
    page.get_by_text("周", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("历史数据已损坏。")
    page.unroute(f"**{REPORT}?*")
    page.get_by_text("重试").click()
    expect(page.get_by_test_id("figure-handling_rate")).to_be_visible()


def test_who_may_not_see_reports_is_told_so_and_may_come_as_somebody_else(open_view):
    page = open_view("/leader")
    expect(page.get_by_test_id("figure-handling_rate")).to_contain_text("%")
    home = page.url.removesuffix("/leader")
    signed_in = page.request.post(
        f"{home}/api/v1/session", data={"name": "demo-officer", "password": "demo"}
    )
    assert signed_in.status == 201
    page.reload()
    expect(page.get_by_test_id("denied")).to_contain_text("您的账号不能使用此页面")
    page.get_by_text("demo-leader").click()
    expect(page.get_by_test_id("figure-handling_rate")).to_contain_text("%")
