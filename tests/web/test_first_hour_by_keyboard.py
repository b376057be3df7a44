"""
The hard cases of a chief's first hour that have a screen, by keyboard alone.

`tests/api/test_first_hour.py` has all twelve through the other doors.  Here each is typed, and
the suggestion that the page shows is looked up on record.  Six sites at one time (4) and a position
forty minutes old (5) take a city of their own: `test_first_hour_with_many.py`.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dispatch.city import City
from dispatch.matter import MatterKind
from dispatch.store.cities import read_city
from dispatch.store.engine import open_store
from fixtures.coast import across_the_bay, island_centre
from geo.area import Area, Tier
from tests.web.by_keys import (
    Answer,
    LonLat,
    ask_again_by_keys,
    ask_by_keys,
    why_not_by_keys,
)
from tests.web.desk import Desk

pytestmark = pytest.mark.browser


EXACTLY = 15
"""Decimals that bring back the very number."""


@pytest.fixture(scope="module")
def city(served: Any) -> City:  # noqa: ANN401 -- a served city of the conftest
    """The city that is served, as its store has it."""
    [store] = served.log.parent.glob("*.gpkg")
    with closing(open_store(f"sqlite:///{store}")) as opened:
        return read_city(opened)


@pytest.fixture
def hour(shift: Page) -> Page:
    """One page for the whole hour, as a chief would have it, with nothing begun on it."""
    return shift


def clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def shows_first(page: Page, answer: Answer) -> None:
    """The first proposal stands on top with its minutes."""
    first = answer["proposals"][0]
    expect(page.get_by_test_id("proposal").first).to_contain_text(clock(first["eta_s"]))


def penalties(city: City) -> list[str]:
    """A penalty of each domain that asks for no more than two officers, by domain."""
    found = {}
    for code, matter in sorted(city.matters.items(), reverse=True):
        rows = [row.min_certified for row in city.authority if row.matter == code]
        if matter.kind == MatterKind.PENALTY and max(rows, default=9) <= 2:
            found[matter.domain] = code
    return [found[domain] for domain in sorted(found)]


def inside(area: Area) -> LonLat:
    point = area.polygon.representative_point()
    return (point.x, point.y)


def test_1_across_the_bay_the_nearest_by_air_is_not_first(hour: Page, city: City, desk: Desk):
    at = across_the_bay()
    answer = ask_by_keys(hour, desk, at, min(city.matters))
    crew = answer["proposals"][0]["crew"]
    fixes = desk.ask("GET", "/positions?limit=1000")["items"]
    far = {one["officer"]: np.hypot(one["lon"] - at[0], one["lat"] - at[1]) for one in fixes}
    nearer = {officer for officer in far if far[officer] < min(far[one] for one in crew)}
    assert nearer
    assert not nearer & set(crew)
    shows_first(hour, answer)


def test_2_where_the_town_lacks_the_power_the_tier_above_acts(hour: Page, city: City, desk: Desk):
    towns = {area.code: area for area in city.areas if area.tier == Tier.TOWNSHIP}
    held = {(row.matter, row.area) for row in city.authority}
    matter, town = next(
        (row.matter, town)
        for row in city.authority
        for town in towns.values()
        if row.area in towns
        and (row.matter, town.code) not in held
        and (row.matter, town.parent) in held
    )
    answer = ask_by_keys(hour, desk, inside(town), matter)
    assert (answer["holder"]["tier"], answer["holder"]["area"]) == ("district", town.parent)
    holder = hour.get_by_test_id("holder")
    expect(holder).to_contain_text(answer["holder"]["acting_body"])
    expect(holder).to_contain_text(answer["holder"]["row"])


def test_3_cross_domain_in_zone_7_a_squad_has_it_and_a_grid_crew_secures(
    hour: Page, city: City, desk: Desk
):
    answer = ask_by_keys(hour, desk, desk.label_of("Z07"), *penalties(city)[:2])
    assert (answer["zone"], answer["case"]) == ("Z07", "specialist")
    expect(hour.get_by_test_id("place")).to_contain_text("Z07")
    expect(hour.locator(".kind-secure").first).to_have_text("先期处置")
    expect(hour.locator(".kind-specialist").first).to_have_text("专业")


def test_6_where_nobody_is_in_time_the_screen_says_so_and_still_ranks(
    hour: Page, city: City, desk: Desk
):
    at, matter = island_centre(), min(city.matters)
    unit = ask_by_keys(hour, desk, at, matter)["holder"]["unit"]
    islanders = [
        city.roster.officers[row].id
        for crew in city.roster.commands(unit)
        for row in city.roster.members(crew).tolist()
    ]
    off = [one for one in islanders if desk.ask("GET", f"/officers/{one}/duty")["may_be_sent"]]
    try:
        for one in off:
            desk.ask("PUT", f"/officers/{one}/duty", {"on": False})
        answer = ask_again_by_keys(hour, desk, "r")
        assert not any(one["meets_target"] for one in answer["proposals"])
        finding = next(
            one for one in answer["findings"] if one["code"] in {"none_in_time", "no_candidate"}
        )
        expect(hour.get_by_test_id("suggestion")).to_contain_text(finding["zh"])
    finally:
        for one in off:
            desk.ask("PUT", f"/officers/{one}/duty", {"on": True})


def test_7_on_the_island_its_own_crew_goes(hour: Page, city: City, desk: Desk):
    answer = ask_by_keys(hour, desk, island_centre(), min(city.matters))
    first = answer["proposals"][0]
    assert city.roster.brigade_of[city.roster.crew_row[first["unit"]]] == answer["holder"]["unit"]
    shows_first(hour, answer)
    expect(hour.get_by_test_id("proposal").first).not_to_contain_text("跨区支援")


def test_8_two_matters_on_one_visit_are_one_crew(hour: Page, city: City, desk: Desk):
    ask_by_keys(hour, desk, desk.label_of("Z07"), *penalties(city)[:2])
    hour.keyboard.press("n")
    hour.keyboard.type("综合查一次：首小时")
    for key in ("Tab", "Tab", "Tab", "Space"):
        hour.keyboard.press(key)
    expect(hour.get_by_role("checkbox", name="计划检查")).to_be_checked()
    answer = ask_again_by_keys(hour, desk, "Enter")
    incident = desk.said("综合查一次：首小时")
    assert desk.ask("GET", f"/incidents/{incident}")["kind"] == "visit"
    assert (answer["routing"]["code"], answer["case"]) == ("planned_visit", "grid")
    assert {one["kind"] for one in answer["proposals"]} <= {"grid"}
    expect(hour.locator(".kind-specialist")).to_have_count(0)
    expect(hour.locator(".kind-secure")).to_have_count(0)


def test_9_a_crew_of_one_certified_officer_does_not_go_alone(hour: Page, city: City, desk: Desk):
    at, matter = desk.label_of("Z07"), min(city.matters)
    best = ask_by_keys(hour, desk, at, matter)["proposals"][0]
    certified = [one for one in best["crew"] if city.roster.certified[city.roster.officer_row[one]]]
    try:
        for one in certified[1:]:
            desk.ask("PUT", f"/officers/{one}/duty", {"on": False})
        answer = ask_again_by_keys(hour, desk, "r")
        assert best["unit"] not in {one["unit"] for one in answer["proposals"]}
        why_not_by_keys(hour, best["unit"])
        why = desk.ask("GET", f"/suggestions/{answer['id']}/why-not/{best['unit']}")
        expect(hour.get_by_test_id("why-not-answer")).to_contain_text(why["reasons"][0]["zh"])
    finally:
        for one in certified[1:]:
            desk.ask("PUT", f"/officers/{one}/duty", {"on": True})


def test_10_a_point_on_a_border_has_one_zone_and_names_the_other(
    hour: Page, city: City, desk: Desk
):
    zones = sorted(city.zones, key=lambda zone: zone.code)
    one, other, line = next(
        (one, other, one.polygon.intersection(other.polygon))
        for one in zones
        for other in zones
        if one.code < other.code and one.polygon.intersection(other.polygon).length > 0
    )
    parts = [part for part in getattr(line, "geoms", [line]) if part.geom_type == "LineString"]
    corner = np.asarray(max(parts, key=lambda part: part.length).coords)[1]
    at = (float(corner[0]), float(corner[1]))
    answer = ask_by_keys(hour, desk, at, min(city.matters), decimals=EXACTLY)
    assert answer["zone"] in {one.code, other.code}
    border = next(one for one in answer["findings"] if one["code"] == "on_border")
    expect(hour.locator(".detail")).to_contain_text(border["zh"])


def test_11_a_town_whistles_and_12_yesterdays_dispatch_is_reopened(
    hour: Page, city: City, desk: Desk
):
    """Neither waits here: an hour is told elsewhere, and what is on record is as old as it says."""
    incident = desk.report(desk.label_of("Z07"), *penalties(city)[:2], text="首小时：吹哨与复核")
    hour.keyboard.press("/")
    hour.keyboard.type(incident)
    expect(hour.locator(f".incident[data-id='{incident}']")).to_have_count(1)
    hour.keyboard.press("Enter")
    expect(hour.get_by_test_id("proposal").first).to_be_visible()
    hour.keyboard.press("t")
    hour.keyboard.press("b")
    whistle = hour.locator(".whistle")
    expect(whistle).to_contain_text("应答时限")
    [called] = desk.ask("GET", f"/whistles?incident={incident}")["items"]
    expect(whistle).to_contain_text(called["id"])
    hour.keyboard.press("d")
    expect(hour.get_by_test_id("crew")).to_be_visible()
    [sent] = desk.sent(incident)
    for _ in range(2):
        hour.keyboard.press("Escape")
    hour.keyboard.press("/")
    hour.keyboard.press("Enter")
    hour.keyboard.press("t")
    expect(hour.get_by_test_id("timeline")).to_contain_text(f"派出 {sent['unit']}，采纳首选")
    assert desk.ask("POST", f"/suggestions/{sent['suggestion']}/replay")["same"] is True
    hour.keyboard.press("t")
    hour.keyboard.press("r")
    expect(hour.get_by_test_id("suggestion")).to_be_visible()
    why_not_by_keys(hour, "B14")
    hour.keyboard.press("Escape")
    hour.keyboard.press("/")
    hour.keyboard.press("Escape")
