"""
Twelve hard cases of a chief's first hour, each through the command line and over HTTP.

Both doors are asked of the same store at the instant for which its city stands still.  The
eleventh, a whistle that nobody answers, needs an hour that passes: `test_whistles` tells it over
HTTP, `test_cli_incident` on the command line, where the twelfth is told with names and reasons too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from demo_service import DISPATCHER, copy_of, make_store
from fastapi.testclient import TestClient
from shapely.geometry.base import BaseGeometry
from sqlalchemy import update

from api.app import create_app
from api.cli import run
from api.settings import Settings
from dispatch.city import City
from dispatch.matter import MatterKind
from dispatch.store.cities import read_city
from dispatch.store.engine import open_store
from dispatch.store.positions import read_positions
from dispatch.store.tables import OFFICERS, POSITIONS
from fixtures.coast import across_the_bay, island_centre
from fixtures.demo_city import AS_OF
from geo.area import Area, Tier
from geo.road.straight_line import StraightLineTravelTimes

NOW = AS_OF
Answer = dict[str, Any]
LonLat = tuple[float, float]
Door = Callable[..., Answer]


@pytest.fixture
def store(small_store: Path, tmp_path: Path) -> Path:
    """A store of its own for each case, at the instant of its last fix."""
    return copy_of(small_store, tmp_path)


@pytest.fixture(scope="module")
def city(small_store: Path) -> City:
    with closing(open_store(f"sqlite:///{small_store}")) as opened:
        return read_city(opened)


@pytest.fixture(params=["command line", "http"])
def door(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Door:
    """Ask who goes, by one door or the other; the answers have one shape."""
    return asks_by_verb(capsys) if request.param == "command line" else ask_over_http


def asks_by_verb(capsys: pytest.CaptureFixture[str]) -> Door:
    def ask(store: Path, at: LonLat, *matters: str, visit: bool = False) -> Answer:
        capsys.readouterr()
        lon, lat = at
        asked = ["suggest", "--store", url(store), "--at", f"{lon!r},{lat!r}", "--json"]
        asked += ["--matter", ",".join(matters), "--now", NOW.isoformat()]
        code = run([*asked, "--visit"] if visit else asked)
        answer: Answer = json.loads(capsys.readouterr().out)
        assert code == (0 if answer["proposals"] else 1)
        return answer

    return ask


def ask_over_http(store: Path, at: LonLat, *matters: str, visit: bool = False) -> Answer:
    kind = "visit" if visit else "report"
    body = {"lon_lat": at, "matters": matters, "kind": kind}
    with served(store) as client:
        # The command line counts coverage itself; here the first beat may be yet to come.
        assert client.get("/api/v1/coverage").status_code == 200
        response = client.post("/api/v1/suggestions", json=body)
    assert response.status_code == 200, response.text
    answer: Answer = response.json()
    return answer


def url(store: Path) -> str:
    return f"sqlite:///{store}"


@contextmanager
def served(store: Path) -> Iterator[TestClient]:
    app = create_app(Settings(store=url(store)), clock=lambda: NOW)
    with TestClient(
        app, base_url="http://127.0.0.1", client=("127.0.0.1", 50000), headers=DISPATCHER
    ) as client:
        yield client


def penalty_of(city: City, domain: str) -> str:
    """The first penalty matter of a domain that asks for no more than two officers."""
    return min(
        matter.code
        for matter in city.matters.values()
        if matter.domain == domain
        and matter.kind == MatterKind.PENALTY
        and all(row.min_certified <= 2 for row in city.authority if row.matter == matter.code)
    )


def zone_place(city: City, code: str) -> LonLat:
    zone = next(zone for zone in city.zones if zone.code == code)
    point = zone.polygon.representative_point()
    return (point.x, point.y)


def of_kind(answer: Answer, *kinds: str) -> list[Answer]:
    return [proposal for proposal in answer["proposals"] if proposal["kind"] in kinds]


def reason_of(answer: Answer, unit: str) -> str | None:
    codes = {entry["unit"]: entry["reason"]["code"] for entry in answer["passed_over"]}
    return codes.get(unit)


def codes(remarks: list[Answer]) -> set[str]:
    return {remark["code"] for remark in remarks}


def set_status(store: Path, officers: list[str], status: str) -> None:
    with closing(open_store(url(store))) as opened, opened.session() as session:
        session.execute(update(OFFICERS).where(OFFICERS.c.id.in_(officers)).values(status=status))
        session.commit()


def age_positions(store: Path, officers: list[str], minutes: float) -> None:
    with closing(open_store(url(store))) as opened, opened.session() as session:
        old = NOW - timedelta(minutes=minutes)
        session.execute(update(POSITIONS).where(POSITIONS.c.officer.in_(officers)).values(time=old))
        session.commit()


def test_1_across_the_bay_the_nearest_by_air_is_not_sent(door, store, city):
    at = across_the_bay()
    answer = door(store, at, min(city.matters))
    best = answer["proposals"][0]
    with closing(open_store(url(store))) as opened, opened.reading() as session:
        fixes = read_positions(session).fixes
    air = StraightLineTravelTimes(speed_mps=10, why="to compare")
    ids = sorted(fixes)
    here = air.join(np.array([fixes[officer].lon_lat for officer in ids]))
    by_air = dict(zip(ids, air.matrix(here, air.join(np.array([at])))[:, 0], strict=True))
    best_by_air = min(by_air[officer] for officer in best["crew"])
    nearer = {officer for officer, ms in by_air.items() if ms < best_by_air}
    assert len(nearer) >= 6
    assert not nearer & set(best["crew"])


def test_2_a_town_without_the_power_the_tier_above_acts(door, store, city):
    towns = {area.code: area for area in city.areas if area.tier == Tier.TOWNSHIP}
    held = {(row.matter, row.area) for row in city.authority}
    matter, has_it, lacks_it = next(
        (row.matter, towns[row.area], town)
        for row in city.authority
        for town in towns.values()
        if row.area in towns
        and (row.matter, town.code) not in held
        and (row.matter, town.parent) in held
    )
    own = door(store, inside(has_it), matter)["holder"]
    assert (own["rule"]["code"], own["tier"], own["area"]) == ("own_list", "township", has_it.code)
    above = door(store, inside(lacks_it), matter)["holder"]
    assert (above["tier"], above["area"]) == ("district", lacks_it.parent)
    assert above["row"] in above["rule"]["en"]


def inside(area: Area) -> LonLat:
    point = area.polygon.representative_point()
    return (point.x, point.y)


def test_3_cross_domain_in_zone_7_a_squad_has_it_and_a_grid_crew_secures(door, store, city):
    at = zone_place(city, "Z07")
    domains = sorted(city.domains)
    answer = door(store, at, *(penalty_of(city, domain) for domain in domains[:2]))
    assert (answer["zone"], answer["case"]) == ("Z07", "specialist")
    assert answer["routing"]["code"] in {"cross_domain", "assisting_body"}
    kinds = [proposal["kind"] for proposal in answer["proposals"]]
    assert "secure" in kinds
    assert kinds == sorted(kinds, key=["specialist", "secure", "first_look"].index)
    assert {clock["kind"] for clock in answer["clocks"]} >= {"arrive", "secure"}
    assert len(answer["other_holders"]) == 1


@pytest.fixture(scope="module")
def manned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small city with six hundred officers."""
    return make_store(tmp_path_factory.mktemp("many"), officers=600)


@pytest.mark.parametrize("by", ["command line", "http"])
def test_4_102_officers_are_at_six_sites_by_one_time(by, manned, tmp_path, city, capsys):
    zones = ("Z01", "Z03", "Z05", "Z07", "Z09", "Z11")
    sites = [
        {"id": zone, "lon_lat": zone_place(city, zone), "officers": 17, "skills": {}}
        for zone in zones
    ]
    store = copy_of(manned, tmp_path)
    operation = {"arrive_by": (NOW + timedelta(hours=1)).isoformat(), "sites": sites}
    if by == "http":
        with served(store) as client:
            response = client.post("/api/v1/joint-operations", json=operation)
        assert response.status_code == 200, response.text
        answer = response.json()
    else:
        file = tmp_path / "joint.json"
        file.write_text(json.dumps(operation), encoding="utf-8")
        capsys.readouterr()
        asked = ["joint", str(file), "--store", url(store), "--now", NOW.isoformat(), "--json"]
        assert run(asked) == 0
        answer = json.loads(capsys.readouterr().out)
    assert (answer["feasible"], answer["proven"]) == (True, True)
    sent = [who["officer"] for party in answer["parties"] for who in party["officers"]]
    assert len(set(sent)) == len(sent) == 102


def test_5_a_best_position_of_40_minutes_ago_is_not_counted_on(door, store, city):
    at, matter = zone_place(city, "Z07"), min(city.matters)
    best = door(store, at, matter)["proposals"][0]
    age_positions(store, best["crew"], minutes=40)
    answer = door(store, at, matter)
    assert best["unit"] not in {proposal["unit"] for proposal in answer["proposals"]}
    assert reason_of(answer, best["unit"]) == "stale_position"


def test_6_where_nobody_is_in_time_the_answer_says_so_and_still_ranks(door, store, city):
    at, matter = island_centre(), min(city.matters)
    everybody = set(city.roster.officer_row)
    unit = door(store, at, matter)["holder"]["unit"]
    islanders = {
        city.roster.officers[row].id
        for crew in city.roster.commands(unit)
        for row in city.roster.members(crew).tolist()
    }
    assert islanders < everybody
    set_status(store, sorted(islanders), "off_duty")
    answer = door(store, at, matter)
    assert not any(proposal["meets_target"] for proposal in answer["proposals"])
    assert codes(answer["findings"]) & {"none_in_time", "no_candidate"}


def test_7_on_the_island_its_own_crew_goes_and_no_mainland_crew_claims_to_be_sooner(
    door, store, city
):
    answer = door(store, island_centre(), min(city.matters))
    own = answer["holder"]["unit"]
    first = answer["proposals"][0]
    assert city.roster.brigade_of[city.roster.crew_row[first["unit"]]] == own
    assert not any(
        proposal["mutual_aid"] and proposal["eta_s"] < first["eta_s"]
        for proposal in answer["proposals"]
    )


def test_8_two_matters_on_one_visit_are_one_crew_with_the_skills_of_both(door, store, city):
    at = zone_place(city, "Z07")
    two = [penalty_of(city, domain) for domain in sorted(city.domains)[:2]]
    answer = door(store, at, *two, visit=True)
    assert answer["routing"]["code"] == "planned_visit"
    assert answer["case"] == "grid"
    assert not of_kind(answer, "secure", "specialist")
    needed = {
        skill
        for row in city.authority
        if row.matter in two and row.id in {h["row"] for h in holders(answer)}
        for skill in row.skills
    }
    skills = {officer.id: set(officer.skills) for officer in city.officers if officer.certified}
    for proposal in of_kind(answer, "grid"):
        assert needed <= set().union(*(skills.get(one, set()) for one in proposal["crew"]))


def holders(answer: Answer) -> list[Answer]:
    return [answer["holder"], *answer["other_holders"]]


def test_9_a_crew_of_one_certified_officer_does_not_go_alone(door, store, city):
    at, matter = zone_place(city, "Z07"), min(city.matters)
    best = door(store, at, matter)["proposals"][0]
    certified = [one for one in best["crew"] if city.roster.certified[city.roster.officer_row[one]]]
    with closing(open_store(url(store))) as opened, opened.session() as session:
        others = OFFICERS.c.id.in_(certified[1:])
        session.execute(update(OFFICERS).where(others).values(certified=False))
        session.commit()
    answer = door(store, at, matter)
    alone = [proposal["crew"] for proposal in answer["proposals"]]
    assert best["crew"] not in alone
    assert reason_of(answer, best["unit"]) == "too_few_certified"


def test_10_a_point_on_a_border_has_one_zone_and_names_the_other(door, store, city):
    zones = sorted(city.zones, key=lambda zone: zone.code)
    one, other, line = next(
        (one, other, one.polygon.intersection(other.polygon))
        for one in zones
        for other in zones
        if one.code < other.code and one.polygon.intersection(other.polygon).length > 0
    )
    corner = np.asarray(longest(line).coords)[1 if len(longest(line).coords) > 2 else 0]
    answer = door(store, (float(corner[0]), float(corner[1])), min(city.matters))
    assert answer["zone"] == one.code
    border = [remark for remark in answer["findings"] if remark["code"] == "on_border"]
    assert any(other.code in remark["en"] or other.name in remark["zh"] for remark in border)


def test_both_doors_give_the_same_answer_under_the_same_id(store, city, capsys):
    at, matter = zone_place(city, "Z07"), min(city.matters)
    assert asks_by_verb(capsys)(store, at, matter) == ask_over_http(store, at, matter)


@pytest.mark.parametrize("by", ["command line", "http"])
def test_12_a_disputed_dispatch_of_yesterday_is_reopened_as_it_was(by, store, city, capsys):
    at, matter = zone_place(city, "Z07"), min(city.matters)
    given = asks_by_verb(capsys)(store, at, matter)
    best = given["proposals"][0]
    named = {entry["unit"] for entry in (*given["proposals"], *given["passed_over"])}
    rival = next(crew.code for crew in city.roster.crews if crew.code not in named)
    set_status(store, best["crew"], "off_duty")  # what has changed since does not matter
    age_positions(store, best["crew"], minutes=24 * 60)
    if by == "http":
        with served(store) as client:
            again = client.get(f"/api/v1/suggestions/{given['id']}").json()
            replayed = client.post(f"/api/v1/suggestions/{given['id']}/replay").json()
            why = client.get(f"/api/v1/suggestions/{given['id']}/why-not/{rival}").json()
        assert again == given
    else:
        verbs = [["replay", given["id"]], ["why-not", given["id"], rival]]
        said = []
        for verb in verbs:
            capsys.readouterr()
            assert run([*verb, "--store", url(store), "--json"]) == 0
            said.append(json.loads(capsys.readouterr().out))
        replayed, why = said
    assert replayed["same"] is True
    assert why["reasons"][0]["code"] == "not_this_brigade"


def longest(line: BaseGeometry) -> BaseGeometry:
    parts = [part for part in getattr(line, "geoms", [line]) if part.geom_type == "LineString"]
    return max(parts, key=lambda part: part.length)
