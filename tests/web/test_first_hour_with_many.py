"""Cases 4 and 5 of a chief's first hour, by keyboard alone, in a city of six hundred officers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from demo_service import client_of, make_store
from playwright.sync_api import Browser, Page, expect
from served_process import serving
from sqlalchemy import update

from api.clock import system_clock
from dispatch.store.engine import open_store
from dispatch.store.tables import POSITIONS
from tests.web.by_keys import SITES, LonLat, ask_by_keys, plan_by_keys, why_not_by_keys
from tests.web.desk import Desk

pytestmark = pytest.mark.browser

BEIJING = ZoneInfo("Asia/Shanghai")


def in_an_hour() -> datetime:
    """A whole minute on the clock of the city, as it is typed."""
    return (system_clock().astimezone(BEIJING) + timedelta(hours=1)).replace(
        second=0, microsecond=0
    )


def test_4_where_six_sites_ask_for_more_than_there_are_the_screen_says_who_is_missing(
    shift: Page, desk: Desk
):
    when = in_an_hour()
    answer = plan_by_keys(shift, desk, officers=17, arrive_by=when)
    assert datetime.fromisoformat(answer["arrive_by"]) == when
    plan = shift.get_by_test_id("plan")
    expect(plan).to_have_attribute("data-feasible", "false")
    assert answer["shortages"]
    for short in answer["shortages"]:
        expect(plan).to_contain_text(short["reason"]["zh"])


@dataclass(frozen=True)
class Manned:
    """A served city of six hundred officers; the best crew of a place was not seen for long."""

    desk: Desk
    at: LonLat
    matter: str
    unit: str


@pytest.fixture(scope="module")
def manned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manned]:
    """Whom the service would have sent was seen forty minutes ago, as it is started again."""
    folder = tmp_path_factory.mktemp("manned")
    store = make_store(folder, officers=600)
    with client_of(store) as client:
        zones = client.get("/api/v1/layers/zones/published").json()["features"]
        [zone] = [one["properties"] for one in zones if one["properties"]["code"] == "Z07"]
        at = (float(zone["label_lon_lat"][0]), float(zone["label_lon_lat"][1]))
        matters = client.get("/api/v1/matters?limit=1000").json()["items"]
        matter = min(one["code"] for one in matters if one["kind"] == "penalty")
        body = {"lon_lat": at, "matters": [matter]}
        best = client.post("/api/v1/suggestions", json=body).json()["proposals"][0]
    with closing(open_store(f"sqlite:///{store}")) as opened, opened.session() as session:
        crew = POSITIONS.c.officer.in_(best["crew"])
        old = system_clock() - timedelta(minutes=40)
        session.execute(update(POSITIONS).where(crew).values(time=old))
        session.commit()
    with serving(f"sqlite:///{store}", folder) as served:
        yield Manned(Desk(served.address), at, matter, best["unit"])


@pytest.fixture
def chief(
    manned: Manned,
    launch: Callable[[str], Browser],
    need_program: Callable[[str], str],
    screen: dict[str, Any],
) -> Iterator[Page]:
    """The page of that city."""
    context = launch(need_program("chromium")).new_context(**screen)
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(manned.desk.address)
    page.wait_for_selector("[data-testid=stream].stream-live")
    yield page
    context.close()


@pytest.mark.verify
def test_4_102_officers_are_at_six_sites_by_one_time(chief: Page, manned: Manned):
    when = in_an_hour()
    answer = plan_by_keys(chief, manned.desk, officers=17, arrive_by=when)
    assert answer["feasible"]
    assert datetime.fromisoformat(answer["arrive_by"]) == when
    sent = [who["officer"] for party in answer["parties"] for who in party["officers"]]
    assert len(set(sent)) == len(sent) == 102
    plan = chief.get_by_test_id("plan")
    expect(plan).to_have_attribute("data-feasible", "true")
    expect(plan.locator(".party")).to_have_count(len(SITES))
    for party in answer["parties"]:
        row = plan.locator(f".party[data-site='{party['site']}']")
        expect(row).to_contain_text("· 17 ·")


@pytest.mark.verify
def test_5_a_best_position_of_40_minutes_ago_is_not_counted_on(chief: Page, manned: Manned):
    answer = ask_by_keys(chief, manned.desk, manned.at, manned.matter)
    assert manned.unit not in {one["unit"] for one in answer["proposals"]}
    why_not_by_keys(chief, manned.unit)
    why = manned.desk.ask("GET", f"/suggestions/{answer['id']}/why-not/{manned.unit}")
    assert "stale_position" in {one["code"] for one in why["reasons"]}
    for reason in why["reasons"]:
        expect(chief.get_by_test_id("why-not-answer")).to_contain_text(reason["zh"])
