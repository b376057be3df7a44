"""
Who has the power and who has the case, as a table that a lawyer could read.

The city C has two districts, D1 with the townships T1 and T2, D2 with T3.  Each row of the
authority list is written ``id: matter @ area, tier, body`` with what is special about it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from shapely import box

from dispatch.authority import AuthorityRow
from dispatch.city import City
from dispatch.incident import Incident, IncidentKind
from dispatch.jurisdiction import Jurisdiction, decide
from dispatch.matter import Domain, Matter, MatterKind, Triage
from dispatch.unit import Unit, UnitKind
from geo.area import Area, Tier
from geo.errors import BadValue
from geo.zone import Zone

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
IN_T1, IN_T2, IN_T3, AT_SEA = (0.5, 0.5), (0.5, 1.5), (1.5, 0.5), (9.0, 9.0)

AREAS = (
    Area("C", "市", Tier.CITY, None, box(0, 0, 2, 2)),
    Area("D1", "一区", Tier.DISTRICT, "C", box(0, 0, 1, 2)),
    Area("D2", "二区", Tier.DISTRICT, "C", box(1, 0, 2, 2)),
    Area("T1", "甲镇", Tier.TOWNSHIP, "D1", box(0, 0, 1, 1)),
    Area("T2", "乙镇", Tier.TOWNSHIP, "D1", box(0, 1, 1, 2)),
    Area("T3", "丙镇", Tier.TOWNSHIP, "D2", box(1, 0, 2, 1)),
)
ZONES = (
    Zone("Z1", "一号责任区", "B1", box(0, 0, 1, 2)),
    Zone("Z2", "二号责任区", "B2", box(1, 0, 2, 1)),
)
MATTERS = {
    "STALL": ("HOUSING", MatterKind.PENALTY, 1),
    "SHED": ("HOUSING", MatterKind.PENALTY, 3),
    "RAZE": ("HOUSING", MatterKind.COMPULSORY, 4),
    "OVERLOAD": ("TRANSPORT", MatterKind.PENALTY, 3),
    "SPILL": ("ECOLOGY", MatterKind.PENALTY, 5),
    "DUST": ("ECOLOGY", MatterKind.PENALTY, 3),
}
SQUAD = UnitKind.SPECIALIST_SQUAD
UNITS = (
    Unit("B1", "一大队", "one", UnitKind.GRID_BRIGADE, zone="Z1"),
    Unit("B2", "二大队", "two", UnitKind.GRID_BRIGADE, zone="Z2"),
    Unit("SQ-ECO", "环境大队", "eco", UnitKind.SPECIALIST_SQUAD, domains=("ECOLOGY",)),
    Unit(
        "SQ-HT", "住建交通大队", "ht", UnitKind.SPECIALIST_SQUAD, domains=("HOUSING", "TRANSPORT")
    ),
)
DISTRICT_ROWS = tuple(
    AuthorityRow(f"{matter}-{area}", matter, area, Tier.DISTRICT, f"{area} bureau")
    for matter in MATTERS
    for area in ("D1", "D2")
)


def city_with(*rows: AuthorityRow, without: str = "") -> City:
    """The city with further rows; `without` is a matter whose district rows are taken out."""
    kept = tuple(row for row in DISTRICT_ROWS if row.matter != without)
    return City(
        code="C",
        name="市",
        name_en="city",
        lon_lat=(1, 1),
        areas=AREAS,
        zones=ZONES,
        grids=(),
        domains={code: Domain(code, code, code) for code in ("HOUSING", "TRANSPORT", "ECOLOGY")},
        matters={
            code: Matter(code, code, code, domain, kind, gravity, Triage.GENERAL)
            for code, (domain, kind, gravity) in MATTERS.items()
        },
        authority=(*kept, *rows),
        units={unit.code: unit for unit in UNITS},
        officers=(),
        travel_times={},
    )


def case(at, *matters: str, city: City | None = None, kind=IncidentKind.REPORT) -> Jurisdiction:
    city = city or city_with()
    incident = Incident(at, matters, NOW, kind)
    return decide(incident, city.place_index.locate(at), city, now=NOW)


def decided(found: Jurisdiction) -> str:
    """What was decided, as text: body by rule, row; unit by rule."""
    holder = found.holder
    return (
        f"{holder.acting_body} by {holder.rule.code}, row {holder.row}; "
        f"{found.unit} by {found.routing.code}"
    )


def codes(found: Jurisdiction) -> list[str]:
    return [finding.code for finding in found.findings]


TOWN_ROW = AuthorityRow("T1-STALL", "STALL", "T1", Tier.TOWNSHIP, "T1 government")
CITY_ROW = AuthorityRow("C-STALL", "STALL", "C", Tier.CITY, "city bureau")


@pytest.mark.parametrize(
    ("at", "rows", "expected"),
    [
        # The township has the matter on its list: the township acts.
        (IN_T1, [TOWN_ROW], "T1 government by own_list, row T1-STALL; B1 by single_domain"),
        # The township next door has not: the tier above acts.
        (IN_T2, [TOWN_ROW], "D1 bureau by tier_above, row STALL-D1; B1 by single_domain"),
        # Another district, another body and another brigade.
        (IN_T3, [TOWN_ROW], "D2 bureau by tier_above, row STALL-D2; B2 by single_domain"),
        # Kept at city and district both: daily work is the lower one's.
        (IN_T1, [CITY_ROW], "D1 bureau by tier_above, row STALL-D1; B1 by single_domain"),
    ],
)
def test_the_lowest_tier_that_holds_the_matter_acts(at, rows, expected):
    assert decided(case(at, "STALL", city=city_with(*rows))) == expected


def test_a_domain_kept_by_the_city_is_the_citys():
    city = city_with(CITY_ROW, without="STALL")
    expected = "city bureau by tier_above, row C-STALL; B1 by single_domain"
    assert decided(case(IN_T1, "STALL", city=city)) == expected


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        (None, None, True),
        (date(2026, 11, 20), date(2026, 11, 21), True),
        (date(2026, 11, 21), None, False),
        (None, date(2026, 11, 20), False),
    ],
)
def test_a_row_holds_from_its_first_day_until_the_day_of_its_end(first, last, holds):
    row = replace(TOWN_ROW, valid_from=first, valid_to=last)
    found = case(IN_T1, "STALL", city=city_with(row))
    assert found.holder.acting_body == ("T1 government" if holds else "D1 bureau")


def test_the_day_is_that_of_shanghai():
    city = city_with(replace(TOWN_ROW, valid_to=date(2026, 11, 21)))
    place = city.place_index.locate(IN_T1)
    incident = Incident(IN_T1, ("STALL",), NOW)
    evening = datetime(2026, 11, 20, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    midnight = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert decide(incident, place, city, now=evening).holder.row == "T1-STALL"
    assert decide(incident, place, city, now=midnight).holder.row == "STALL-D1"


def test_a_compulsory_measure_is_never_the_townships():
    expected = "D1 bureau by compulsory_above_township, row RAZE-D1; B1 by single_domain"
    assert decided(case(IN_T1, "RAZE")) == expected
    wrong = AuthorityRow("WRONG", "RAZE", "T1", Tier.TOWNSHIP, "T1 government")
    found = case(IN_T1, "RAZE", city=city_with(wrong))
    assert decided(found) == expected
    assert codes(found) == ["compulsory_in_township"]


def test_nobody_is_guessed():
    found = case(IN_T1, "STALL", city=city_with(without="STALL"))
    assert found.holder.acting_body is None
    assert codes(found) == ["no_holder"]
    assert not found.may_act
    lapsed = replace(TOWN_ROW, valid_to=date(2025, 12, 31))
    found = case(IN_T1, "STALL", city=city_with(lapsed, without="STALL"))
    assert codes(found) == ["lapsed_row"]
    only_barred = AuthorityRow("WRONG", "RAZE", "T1", Tier.TOWNSHIP, "T1 government")
    found = case(IN_T1, "RAZE", city=city_with(only_barred, without="RAZE"))
    assert codes(found) == ["compulsory_in_township", "no_holder"]


def test_two_holders_are_named_and_neither_is_chosen():
    other = AuthorityRow("D1-OTHER", "STALL", "D1", Tier.DISTRICT, "D1 market bureau")
    found = case(IN_T1, "STALL", city=city_with(other))
    assert found.holder.acting_body is None
    assert codes(found) == ["two_holders"]
    assert "D1 bureau and D1 market bureau" in found.findings[0].en
    assert found.unit == "B1"
    assert not found.may_act, "nobody acts until it is settled; the place is secured"
    assert found.to_secure


def test_two_rows_for_one_body_are_no_conflict():
    again = AuthorityRow("AGAIN", "STALL", "D1", Tier.DISTRICT, "D1 bureau")
    assert case(IN_T1, "STALL", city=city_with(again)).holder.row == "AGAIN"


@pytest.mark.parametrize(
    ("matters", "unit", "routing", "lead"),
    [
        (("STALL",), "B1", "single_domain", "STALL"),
        (("STALL", "SHED"), "B1", "single_domain", "SHED"),
        # Two domains: the gravest matter's squad leads.
        (("STALL", "SPILL"), "SQ-ECO", "cross_domain", "SPILL"),
        (("STALL", "OVERLOAD"), "SQ-HT", "cross_domain", "OVERLOAD"),
        # Of equal gravity the lowest code: DUST before SHED.
        (("SHED", "DUST"), "SQ-ECO", "cross_domain", "DUST"),
        ((), "B1", "no_matter", None),
    ],
)
def test_one_domain_is_the_grid_brigades_and_more_are_a_squads(matters, unit, routing, lead):
    for order in (matters, matters[::-1]):
        found = case(IN_T1, *order)
        assert (found.unit, found.routing.code, found.holder.matter) == (unit, routing, lead)
        assert {holder.matter for holder in found.other_holders} == set(matters) - {lead}


def test_a_row_that_names_an_assisting_body_makes_the_case_a_squads():
    row = replace(TOWN_ROW, assisting=("police",))
    found = case(IN_T1, "STALL", city=city_with(row))
    assert (found.unit, found.routing.code) == ("SQ-HT", "assisting_body")
    assert case(IN_T2, "STALL", city=city_with(row)).unit == "B1", "the row holds in T1 only"


@pytest.mark.parametrize(
    ("lead", "unit"), [("SQ-HT", "SQ-HT"), ("TRANSPORT", "SQ-HT"), ("ECOLOGY", "SQ-ECO")]
)
def test_the_lead_that_a_row_names_wins_over_the_gravest_matter(lead, unit):
    row = replace(TOWN_ROW, lead=lead)
    assert case(IN_T1, "STALL", "SPILL", city=city_with(row)).unit == unit


def test_a_planned_visit_is_never_cross_domain_and_needs_the_union_of_skills():
    rows = [
        AuthorityRow("V1", "STALL", "T1", Tier.TOWNSHIP, "T1", skills=("a",), min_certified=2),
        AuthorityRow("V2", "SPILL", "T1", Tier.TOWNSHIP, "T1", skills=("b",), min_certified=3),
    ]
    city = city_with(*rows)
    found = case(IN_T1, "STALL", "SPILL", city=city, kind=IncidentKind.VISIT)
    assert (found.unit, found.routing.code) == ("B1", "planned_visit")
    assert found.need.skills == ("a", "b")
    assert found.need.certified == 3


def test_redrawing_a_zone_changes_the_brigade_and_never_the_holder():
    before = city_with(TOWN_ROW)
    redrawn = replace(ZONES[1], polygon=box(0, 0, 2, 1))
    after = replace(before, zones=(replace(ZONES[0], polygon=box(0, 1, 1, 2)), redrawn))
    assert decided(case(IN_T1, "STALL", city=before)).endswith("B1 by single_domain")
    assert decided(case(IN_T1, "STALL", city=after)).endswith("B2 by single_domain")
    assert (
        case(IN_T1, "STALL", city=before).holder.acting_body
        == case(IN_T1, "STALL", city=after).holder.acting_body
    )


def test_a_zone_without_a_brigade_and_a_place_without_a_zone_are_findings():
    unmanned = replace(city_with(), zones=(replace(ZONES[0], brigade=None),))
    assert codes(case(IN_T1, "STALL", city=unmanned)) == ["zone_without_brigade"]
    found = case(IN_T3, "STALL", city=unmanned)
    assert (found.unit, codes(found)) == (None, ["outside_zones"])


def test_a_domain_without_a_squad_is_a_finding():
    units = {unit.code: unit for unit in UNITS if unit.code != "SQ-ECO"}
    found = case(IN_T1, "STALL", "SPILL", city=replace(city_with(), units=units))
    assert (found.unit, codes(found)) == (None, ["no_squad"])


def test_outside_the_city_is_a_finding():
    found = case(AT_SEA, "STALL")
    assert "outside_city" in codes(found)
    assert not found.may_act
    assert not found.to_secure


def test_an_unknown_matter_is_a_finding_that_names_the_ones_near_it():
    found = case(IN_T1, "SHAD")
    assert codes(found) == ["unknown_matter"]
    assert "SHED" in found.findings[0].en
    assert found.holder.acting_body is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_certified": 0},
        {"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)},
    ],
)
def test_a_row_that_can_never_hold_is_refused(wrong):
    with pytest.raises(BadValue):
        replace(TOWN_ROW, **wrong)
