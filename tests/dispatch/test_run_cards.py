"""Which run card holds for a case, and the step at which each crew goes by it."""

from dataclasses import replace
from datetime import date

import pytest
from spec.town import town
from spec.town_city import NOW, Crew, TownCity

from dispatch.city import City
from dispatch.incident import Incident
from dispatch.jurisdiction import Jurisdiction, decide
from dispatch.run_card import RunCard, Step
from dispatch.run_order import NOT_ON_CARD, card_for, crews_at, on_card, steps_of
from dispatch.unit import Unit, UnitKind
from geo.errors import BadValue

DAY = date(2026, 11, 20)
CREWS = "12345"
DRAWN = TownCity(
    town("1---2---3---4---5---x"),
    home="12",
    next_door="3",
    squad="45",
    crews={"2": Crew(skills=["lab"]), "5": Crew(skills=["lab"], certified=0, auxiliaries=2)},
)


def step(**who: object) -> Step:
    return Step("某步", "a step", **who)


def card(*steps: Step, **terms: object) -> RunCard:
    return RunCard("RC", "H1", "某预案", "a card", steps or (step(units=("1",)),), **terms)


def at(one: Step, city: City | None = None) -> str:
    """Names of the crews of a step; HOME has the case."""
    city = city or DRAWN.city()
    return "".join(city.roster.crews[row].code for row in crews_at(one, city, "HOME"))


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ({"units": ("3",)}, "3"),
        ({"units": ("NEXT", "1")}, "13"),
        ({"units": ("SQUAD",)}, "45"),
        ({"kind": UnitKind.GRID_BRIGADE}, "123"),
        ({"kind": UnitKind.SPECIALIST_SQUAD}, "45"),
        ({"kind": UnitKind.SPECIALIST_SQUAD, "domains": ("ECOLOGY", "HOUSING")}, "45"),
        ({"kind": UnitKind.SPECIALIST_SQUAD, "domains": ("HOUSING",)}, ""),
        ({"kind": UnitKind.VILLAGE_POST}, ""),
        ({"responsible": True}, "12"),
        ({"kind": UnitKind.GRID_BRIGADE, "skills": ("lab",)}, "2"),
        ({"units": ("SQUAD",), "skills": ("lab",)}, ""),  # auxiliaries hold it, who don't count
        ({"units": ("1",), "skills": ("nobody's",)}, ""),
    ],
)
def test_a_step_names_crews_by_unit_kind_and_skill(who, expected):
    assert at(step(**who)) == expected


def test_crews_of_a_post_are_those_of_its_brigade_too():
    city = DRAWN.city()
    post = Unit("POST", "驻村点", "post", UnitKind.VILLAGE_POST, parent="NEXT")
    units = {**city.units, "POST": post, "3": replace(city.units["3"], parent="POST")}
    city = replace(city, units=units)
    assert at(step(kind=UnitKind.VILLAGE_POST), city) == "3"
    assert at(step(units=("NEXT",)), city) == "3"


def test_a_crew_goes_at_the_first_step_that_names_it():
    made = card(step(units=("4",)), step(kind=UnitKind.GRID_BRIGADE), step(units=("SQUAD",)))
    assert steps_of(made, DRAWN.city()).tolist() == [1, 1, 1, 0, 2]


def test_crews_that_no_step_names_are_not_on_the_card():
    none = NOT_ON_CARD
    made = card(step(units=("2",)), step(responsible=True))
    assert steps_of(made, DRAWN.city(), "NEXT").tolist() == [none, 0, 1, none, none]
    assert steps_of(made, DRAWN.city()).tolist() == [none, 0, none, none, none]


def case(city: City, *matters: str) -> Jurisdiction:
    incident = Incident(DRAWN.town.lon_lat["x"], matters, NOW)
    return decide(incident, city.place_index.locate(incident.lon_lat), city, now=NOW)


def holding(*cards: RunCard, matters: tuple[str, ...] = ("H1",), day: date = DAY) -> str | None:
    """Code of the card that holds for a case in the township T, district D, city C."""
    city = replace(DRAWN.city(), run_cards=cards)
    areas = city.place_index.locate(DRAWN.town.lon_lat["x"]).areas
    found = card_for(case(city, *matters), areas, city, day=day)
    return None if found is None else found.code


def test_the_card_is_that_of_the_matter_that_leads():
    assert holding(card()) == "RC"
    assert holding(card(), matters=("H2",)) is None
    assert holding(card(), matters=()) is None
    assert holding(card(), matters=("H1", "H2")) is None, "H2 is graver, and leads"


def test_the_card_of_the_smallest_area_holds():
    whole, district = card(), replace(card(area="D"), code="RD")
    elsewhere = replace(card(area="OTHER"), code="RE")
    assert holding(whole, district, elsewhere) == "RD"
    assert holding(whole, elsewhere) == "RC"
    assert holding(elsewhere) is None


@pytest.mark.parametrize(
    ("terms", "holds"),
    [
        ({}, True),
        ({"valid_from": DAY}, True),
        ({"valid_from": date(2026, 11, 21)}, False),
        ({"valid_to": DAY}, False),
        ({"valid_to": date(2026, 11, 21)}, True),
    ],
)
def test_a_card_holds_from_its_first_day_until_before_the_day_named(terms, holds):
    assert (holding(card(**terms)) == "RC") == holds


def test_a_crew_says_by_which_card_and_step_it_goes():
    made = card(step(units=("1",)), step(responsible=True))
    assert on_card(made, 1).en == "Run card RC, “a card”, step 2 of 2: a step."
    assert "第 2 步（共 2 步）" in on_card(made, 1).zh
    assert on_card(made, NOT_ON_CARD).code == "not_on_run_card"


def test_run_cards_are_part_of_the_version_of_a_city():
    city = DRAWN.city()
    versions = {replace(city, run_cards=cards).version for cards in [(), (card(),)]}
    other = replace(card(), steps=(step(units=("2",)),))
    versions |= {replace(city, run_cards=(other,)).version}
    assert len(versions) == 3


@pytest.mark.parametrize("who", [{}, {"units": ("1",), "responsible": True}])
def test_a_step_that_says_who_goes_in_no_way_or_in_two_is_refused(who):
    with pytest.raises(BadValue, match="one of three"):
        step(**who)
