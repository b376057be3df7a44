"""The live stream on the screen: what was missed is read again, and what is old is said to be."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser

DOWN_SINCE = "2026-11-20T02:03:04+00:00"
STREAM = "**/api/v1/events"
LIST = "**/api/v1/incidents?*"

CUT = "() => dispatchEvent(new Event('offline'))"
BACK = "() => dispatchEvent(new Event('online'))"


SHOWN = """async (wanted) => {
    const rows = [...document.querySelectorAll(".incident")].slice(0, wanted);
    const read = async ({ dataset }) =>
        (await fetch(`/api/v1/incidents/${encodeURIComponent(dataset.id)}`)).json();
    return Promise.all(rows.map(read));
}"""
"""Incidents that the queue shows: other tests have ended some of the city's."""


def told(*events: tuple[str, object]) -> str:
    """A stream that says this and breaks off; the browser takes it up again after a while."""
    return "retry: 600000\n\n" + "".join(
        f"event: {kind}\ndata: {json.dumps(data)}\n\n" for kind, data in events
    )


def test_after_a_reset_the_queue_is_read_again_and_old_answers_are_said_to_be_old(page: Page):
    """Of a kind that it does not know the page takes no notice."""
    rows = page.locator(".incident")
    before = rows.count()
    assert before > 1
    first = page.evaluate(SHOWN, 1)
    beat = {"now": DOWN_SINCE, "city_version": "1", "stale_since": DOWN_SINCE}
    said = told(("news from nowhere", {"x": 1}), ("beat", beat), ("reset", {"number": 7}))

    def one_incident(route: Route) -> None:
        only = {"items": first, "next": None}
        route.fulfill(json=only, headers={"x-stale-since": DOWN_SINCE})

    page.route(LIST, one_incident)
    page.route(STREAM, lambda route: route.fulfill(content_type="text/event-stream", body=said))
    page.evaluate(BACK)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(first[0]["id"])
    expect(page.get_by_test_id("stale")).to_contain_text("存储中断")
    expect(page.get_by_test_id("stale")).to_contain_text("10:03:04")
    expect(page.get_by_test_id("stream")).to_contain_text("中断")
    page.get_by_test_id("language").click()
    expect(page.get_by_test_id("stale")).to_contain_text("Store down")
    expect(page.get_by_test_id("stream")).to_contain_text("reconnecting")
    page.unroute(STREAM)
    page.unroute(LIST)
    page.evaluate(BACK)
    expect(page.get_by_test_id("stream")).to_contain_text("Live")
    expect(page.get_by_test_id("stale")).to_have_count(0)
    expect(rows).to_have_count(before)


def test_an_incident_that_ends_or_is_gone_leaves_the_queue_and_an_old_word_changes_nothing(
    page: Page,
):
    rows = page.locator(".incident")
    before = rows.count()
    ended, gone, kept = page.evaluate(SHOWN, 3)
    said = told(
        ("incident", ended | {"state": "closed", "version": ended["version"] + 1}),
        ("incident", ended),
        ("incident_gone", {"id": gone["id"]}),
        ("incident", kept | {"text": "改过的说明", "version": kept["version"] + 1}),
    )
    page.route(STREAM, lambda route: route.fulfill(content_type="text/event-stream", body=said))
    page.evaluate(CUT)
    page.evaluate(BACK)
    expect(rows).to_have_count(before - 2)
    expect(rows.filter(has_text="改过的说明")).to_have_count(1)
    page.unroute(STREAM)
    page.evaluate(BACK)
    expect(rows).to_have_count(before)
