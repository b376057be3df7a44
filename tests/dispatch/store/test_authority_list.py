"""The authority list and the partner cities, from their files through the store and back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from shapely import box
from spec.city_files import EVERYWHERE, LAYERS, TABLES, write_layer, write_table
from store_servers import load_city

from dispatch.authority import AuthorityRow
from dispatch.incident import Filing, Incident
from dispatch.matter import CaseScale, KeptAt, Triage
from dispatch.store.cities import read_city, read_statuses
from dispatch.store.engine import Store
from dispatch.store.incidents import add_incident, get_incident
from dispatch.store.positions import read_positions
from dispatch.store.suggestions import from_text, to_text
from dispatch.suggestion import Suggestion, suggest
from dispatch.whereabouts import locate_officers
from geo.area import Tier
from geo.errors import FlawedData

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
IN_TOWN, BEYOND = (109.1, 0.0), (109.31, 0.0)

EMPTY = {
    "id": "",
    "matter": "H1",
    "area": "C",
    "tier": "city",
    "acting_body": "市局",
    "lead": "",
    "assisting": "",
    "legal_basis": "",
    "valid_from": "",
    "valid_to": "",
    "min_certified": "2",
    "skills": "",
    "excluding": "",
    "scale": "",
    "triage": "",
    "arrival_target_s": "",
    "secure_target_s": "",
    "handle_within_s": "",
    "answer_within_s": "",
    "equipment": "",
}
FULL = {
    "id": "R1",
    "lead": "SQ",
    "assisting": "公安局",
    "legal_basis": "《条例》第八条",
    "valid_from": "2026-01-01",
    "valid_to": "2027-01-01",
    "skills": "lab",
    "scale": "major",
    "triage": "complex",
    "arrival_target_s": "1800",
    "secure_target_s": "600",
    "handle_within_s": "86400",
    "answer_within_s": "1200",
    "equipment": "camera;ladder",
}
MATTERS = [
    {**TABLES["matters.csv"][0]},
    {**TABLES["matters.csv"][0], "code": "H2", "kind": "compulsory"},
    {**TABLES["matters.csv"][0], "code": "T1", "domain": "T"},
]
DOMAINS = [
    row | {"kept_at": kept} for row, kept in zip(TABLES["domains.csv"], ("", "city"), strict=True)
]
AREAS = [
    *LAYERS["areas"],
    {"code": "D", "name": "区", "name_en": "district", "tier": "district", "parent": "C"},
]


def write_list(folder: Path, *rows: dict[str, str]) -> None:
    """Put an authority list into a city folder, with matters, domains and a district."""
    write_table(folder, "authority.csv", [EMPTY | row for row in rows])
    write_table(folder, "matters.csv", MATTERS)
    write_table(folder, "domains.csv", DOMAINS)
    write_layer(folder, "areas", AREAS)


def test_every_column_of_a_row_comes_out_as_it_went_in(city_folder, empty_store):
    write_list(city_folder, FULL, {"id": "R2", "excluding": "T; D", "valid_from": "2027-01-01"})
    load_city(city_folder, empty_store)
    city = read_city(empty_store)
    assert city.authority == (
        AuthorityRow(
            id="R1",
            matter="H1",
            area="C",
            tier=Tier.CITY,
            acting_body="市局",
            lead="SQ",
            assisting=("公安局",),
            legal_basis="《条例》第八条",
            valid_from=date(2026, 1, 1),
            valid_to=date(2027, 1, 1),
            skills=("lab",),
            scale=CaseScale.MAJOR,
            triage=Triage.COMPLEX,
            arrival_target_s=1800,
            secure_target_s=600,
            handle_within_s=86400,
            answer_within_s=1200,
            equipment=("camera", "ladder"),
        ),
        AuthorityRow(
            "R2",
            "H1",
            "C",
            Tier.CITY,
            "市局",
            valid_from=date(2027, 1, 1),
            excluding=("T", "D"),
        ),
    )
    assert [city.domains[code].kept_at for code in "HT"] == [None, KeptAt.CITY]


def test_a_list_of_the_first_columns_only_still_loads(store: Store):
    (row,) = read_city(store).authority
    assert (row.excluding, row.scale, row.triage, row.handle_within_s) == ((), None, None, None)
    assert read_city(store).partners == ()


def test_partner_cities_come_out_as_they_went_in(city_folder, empty_store):
    write_partner(city_folder)
    load_city(city_folder, empty_store)
    (partner,) = read_city(empty_store).partners
    assert (partner.code, partner.name, partner.name_en) == ("N", "邻市", "next city")
    assert (partner.desk, partner.phone) == ("协查办", "0999-1")
    assert partner.polygon.equals(box(109.3, -0.1, 109.6, 0.1))


def write_partner(folder: Path) -> None:
    row: dict[str, object] = {
        "code": "N",
        "name": "邻市",
        "name_en": "next city",
        "desk": "协查办",
        "phone": "0999-1",
    }
    write_layer(folder, "partners", [row], shapes=[box(109.3, -0.1, 109.6, 0.1)])


def test_how_grave_an_incident_is_and_who_filed_it_survive_the_store(store: Store):
    filings = (Filing("市局", NOW), Filing("镇政府", NOW.replace(hour=1)))
    incident = Incident(IN_TOWN, ("H1",), NOW, scale=CaseScale.MAJOR, filings=filings)
    with store.session() as session:
        kept = get_incident(session, add_incident(session, incident, filed_under=()).id)
    assert (kept.scale, kept.filings) == (CaseScale.MAJOR, filings)


def ask(store: Store, at: tuple[float, float], *, asked_by: str | None = None) -> Suggestion:
    city = read_city(store)
    with store.reading() as session:
        officers = locate_officers(city, read_positions(session), read_statuses(session))
    return suggest(Incident(at, ("H1",), NOW), officers, now=NOW, asked_by=asked_by)


def test_clocks_and_whistle_of_a_suggestion_survive_its_record(city_folder, empty_store):
    write_list(city_folder, FULL | {"scale": ""})
    load_city(city_folder, empty_store)
    suggestion = ask(empty_store, IN_TOWN, asked_by="T")
    assert suggestion.whistle.units == ("SQ",)
    assert suggestion.whistle.bodies == ("市局", "公安局")
    assert suggestion.whistle.escalates_to == "C"
    assert [(clock.kind, clock.within_s) for clock in suggestion.clocks] == [
        ("secure", 600),
        ("arrive", 1800),
        ("handle", 86400),
    ]
    assert suggestion.arrival_target_s == 1800
    told = " ".join(remark.zh for remark in suggestion.grounds)
    assert "第 R1 行" in told
    assert "《条例》第八条" in told
    assert "10.0 分钟" in told
    assert "30.0 分钟" in told
    assert from_text(to_text(suggestion)) == suggestion


def test_a_hand_off_survives_its_record_and_needs_no_road(city_folder, empty_store):
    write_partner(city_folder)
    load_city(city_folder, empty_store)
    suggestion = ask(empty_store, BEYOND)
    assert (suggestion.hand_off.partner, suggestion.hand_off.desk) == ("N", "协查办")
    assert suggestion.hand_off.made_at == NOW
    assert suggestion.proposals == ()
    assert from_text(to_text(suggestion)) == suggestion
    far = ask(empty_store, (109.59, 0.0))
    assert far.hand_off.partner == "N", "far from every road of ours"


FLAWS = [
    ({"scale": "huge"}, "authority.csv R1: bad_value"),
    ({"triage": "hard"}, "authority.csv R1: bad_value"),
    ({"handle_within_s": "0"}, "authority.csv R1: bad_value"),
    ({"answer_within_s": "soon"}, "authority.csv R1: bad_value"),
    ({"acting_body": ""}, "authority.csv R1: bad_value"),
    ({"valid_from": "2026-01-01", "valid_to": "2026-01-01"}, "authority.csv R1: bad_value"),
    ({"excluding": "C"}, "authority.csv R1: bad_value"),
    ({"excluding": "X"}, "authority.csv R1: unknown_reference"),
    ({"area": "D", "tier": "district", "excluding": "T"}, "authority.csv R1: excludes_elsewhere"),
    ({"tier": "township"}, "authority.csv R1: tier_below_area"),
    (
        {"matter": "H2", "area": "T", "tier": "township"},
        "authority.csv R1: compulsory_in_township",
    ),
    ({"matter": "T1", "area": "D", "tier": "district"}, "authority.csv R1: contradicts_domain"),
]


def findings_of(folder: Path, store: Store) -> list[str]:
    with pytest.raises(FlawedData) as caught:
        load_city(folder, store)
    return [
        f"{found.layer} {found.feature}: {found.message.code}" for found in caught.value.findings
    ]


@pytest.mark.parametrize(("change", "finding"), FLAWS)
def test_each_flaw_of_a_row_is_one_finding(change, finding, city_folder, empty_file):
    write_list(city_folder, {"id": "R1"} | change)
    assert findings_of(city_folder, empty_file) == [finding]


def test_a_district_may_act_in_a_domain_of_the_city_where_the_citys_row_leaves_it_out(
    city_folder, empty_file
):
    county = {"id": "R2", "matter": "T1", "area": "D", "tier": "district", "acting_body": "县局"}
    write_list(city_folder, {"id": "R1", "matter": "T1", "excluding": "D"}, county)
    load_city(city_folder, empty_file)
    assert len(read_city(empty_file).authority) == 2


@pytest.mark.parametrize(
    ("other", "findings"),
    [
        ({"min_certified": "3"}, ["authority.csv R1: contradictory_rows"]),
        ({"handle_within_s": "60"}, ["authority.csv R1: contradictory_rows"]),
        ({"min_certified": "3", "acting_body": "另一局"}, []),
        ({"min_certified": "3", "valid_from": "2027-01-01"}, []),
        ({"min_certified": "3", "scale": "daily"}, []),
        ({"min_certified": "3", "area": "T", "tier": "township"}, []),
        ({}, []),
    ],
)
def test_two_rows_contradict_each_other_where_both_hold_on_some_day(
    other, findings, city_folder, empty_file
):
    first = {"id": "R1", "valid_to": "2027-01-01", "scale": "major"}
    write_list(city_folder, first, {"id": "R2"} | other)
    if findings:
        assert findings_of(city_folder, empty_file) == findings
    else:
        load_city(city_folder, empty_file)


def test_all_flaws_are_told_at_once(city_folder, empty_file):
    write_list(
        city_folder,
        {"id": "R1", "scale": "huge"},
        {"id": "R2", "tier": "township"},
        {"id": "R3", "excluding": "X"},
    )
    assert sorted(findings_of(city_folder, empty_file)) == [
        "authority.csv R1: bad_value",
        "authority.csv R2: tier_below_area",
        "authority.csv R3: unknown_reference",
    ]


def test_a_partner_named_twice_is_a_finding(city_folder, empty_file):
    write_partner(city_folder)
    other: dict[str, object] = {"code": "N", "name": "邻", "name_en": "n", "desk": "", "phone": ""}
    write_layer(city_folder, "partners", [other, other], shapes=[EVERYWHERE, EVERYWHERE])
    assert findings_of(city_folder, empty_file) == ["partners.gpkg N: duplicate_code"]
