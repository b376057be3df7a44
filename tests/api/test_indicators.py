"""Indicators over HTTP, and each figure back to its cases."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest
from demo_service import copy_of
from spec.served_town import SEVEN, MovedClock, asked, reported, served, write_town

from dispatch.store.engine import open_store
from dispatch.store.past_incidents import read_parts

INDICATORS = "/api/v1/reports/indicators"


@pytest.fixture(scope="module")
def town_store(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def clock():
    return MovedClock()


@pytest.fixture
def client(town_url, clock):
    with served(town_url, clock) as client:
        yield client


def ask(client, path="", **query: object):
    answer = client.get(f"{INDICATORS}{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer


def figures(report) -> dict[str, str]:
    return {
        line["code"]: f"{line['found']['hits']}/{line['found']['of']}"
        for line in report["indicators"]
    }


def test_a_case_that_is_handled_counts_where_it_should_and_its_number_stands_behind_the_figure(
    client, clock
):
    there = len(ask(client, "/filing_rate/cases").json()["items"])
    one, other = reported(client, "H1"), reported(client, "H1")
    suggestion = asked(client, one)["id"]
    sent = client.post("/api/v1/assignments", json={"suggestion": suggestion, "rank": 1}).json()
    clock.now = SEVEN + timedelta(seconds=120)
    client.post(f"/api/v1/assignments/{sent['id']}/arrival", json={})
    clock.now = SEVEN + timedelta(seconds=600)
    client.post(f"/api/v1/assignments/{sent['id']}/release", json={"outcome": "done"})
    report = ask(client).json()
    told = figures(report)
    assert (told["filing_rate"], told["handling_rate"]) == (f"1/{there + 2}", "1/1")
    assert report["reported"] == [0, 0, 0, 0, 0, 0, 0, there + 2]
    assert report["arrivals"]["in_time"]["hits"] == 1
    assert [each["value_s"] for each in report["arrivals"]["percentiles"]] == [120.0] * 3
    behind = ask(client, "/filing_rate/cases").json()["items"]
    counts = {case["id"]: case["counts"] for case in behind}
    assert (counts[one], counts[other], sum(counts.values())) == (True, False, 1)
    zone = next(case["zone"] for case in behind if case["id"] == one)
    [line] = [each for each in report["indicators"] if each["code"] == "filing_rate"]
    assert line["groups"][zone]["of"] == sum(case["zone"] == zone for case in behind)
    assert len(ask(client, "/filing_rate/cases", group="nowhere").json()["items"]) == 0
    assert figures(ask(client, day="2020-02-02").json())["filing_rate"] == "0/0"


def test_what_is_corrected_or_sent_back_counts_at_once(client):
    """A correction is no step: seen to fail with a book that only steps make anew."""
    number = reported(client, "H1")
    suggestion = asked(client, number)["id"]
    sent = client.post("/api/v1/assignments", json={"suggestion": suggestion, "rank": 1}).json()
    before = ask(client, "/filing_rate/cases", by="matter").json()["items"]
    assert {case["matter"] for case in before if case["id"] == number} == {"H1"}
    assert figures(ask(client).json())["dispatch_accuracy"] == "1/1"
    path = f"/api/v1/assignments/{sent['id']}/release"
    client.post(path, json={"outcome": "refused", "reason": "no fuel"})
    assert figures(ask(client).json())["dispatch_accuracy"] == "0/1"
    etag = {"if-match": client.get(f"/api/v1/incidents/{number}").headers["etag"]}
    body = {"matters": ["H5"], "reason": "heard again"}
    answer = client.patch(f"/api/v1/incidents/{number}", json=body, headers=etag)
    assert answer.status_code == 200, answer.text
    after = ask(client, "/filing_rate/cases").json()["items"]
    assert {case["matter"] for case in after if case["id"] == number} == {"H5"}


def test_a_page_of_cases_leads_to_the_next(client):
    """The newest first."""
    numbers = {reported(client, "H1") for _ in range(3)}
    first = ask(client, "/filing_rate/cases", limit=2).json()
    rest = ask(client, "/filing_rate/cases", limit=9, cursor=first["next"]).json()
    assert {case["id"] for case in first["items"] + rest["items"]} >= numbers
    times = [case["reported_at"] for case in first["items"] + rest["items"]]
    assert times == sorted(times, reverse=True)
    assert rest["next"] is None


def test_the_table_for_a_spreadsheet_says_what_the_report_says(client):
    reported(client, "H1")
    told = figures(ask(client).json())
    text = ask(client, format="csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {
        row["indicator"]: f"{row['hits']}/{row['total']}" for row in rows if not row["group"]
    } == told
    assert {row["指标"] for row in rows} >= {"立案率", "满意率"}


@pytest.mark.parametrize(
    ("path", "query", "status", "word"),
    [
        ("", {"span": "decade"}, 422, "span"),
        ("", {"day": "yesterday"}, 422, "day"),
        ("", {"day": "0001-01-01"}, 422, "day"),
        ("/luck/cases", {}, 404, "luck"),
        ("/filing_rate/cases", {"cursor": "x"}, 422, "cursor"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong_with_it(client, path, query, status, word):
    answer = client.get(f"{INDICATORS}{path}", params=query)
    assert answer.status_code == status
    assert word in answer.text


def test_a_month_of_the_demo_city_counts_what_its_history_has(small_store, tmp_path):
    """The same months out of the packed parts, by another way than the case book."""
    with served(copy_of(small_store, tmp_path), MovedClock()) as client:
        counted = ask(client, span="month", day="2026-10-15").json()
    store = open_store(f"sqlite:///{small_store}")
    with store.reading() as session:
        stamps = [stamp for part in read_parts(session) for stamp in part.reported_s.tolist()]
    store.close()
    first = date(2026, 10, 1)
    starts_s = [day_s(first), day_s(date(2026, 11, 1))]
    assert counted["reported"][-1] == sum(starts_s[0] <= one < starts_s[1] for one in stamps) > 0
    assert counted["reported"][-1] == next(
        line["found"]["of"] for line in counted["indicators"] if line["code"] == "filing_rate"
    ) + sum(visit_in(small_store, *starts_s))


def day_s(day: date) -> float:
    """Midnight in Asia/Shanghai, seconds since 1970."""
    return (day - date(1970, 1, 1)).days * 86_400.0 - 8 * 3600.0


def visit_in(store_file, since_s: float, until_s: float) -> list[bool]:
    """Planned visits of a span, off the file that the city was loaded from."""
    table = pq.read_table(store_file.parent / "city" / "history.parquet")
    rows = table.select(["reported_at", "kind"]).to_pylist()
    return [
        row["kind"] == "visit"
        for row in rows
        if since_s <= row["reported_at"].timestamp() < until_s
    ]
