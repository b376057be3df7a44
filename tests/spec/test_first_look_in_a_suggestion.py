"""Drones beside the crews of a suggestion, in drawn towns."""

from __future__ import annotations

from dataclasses import replace

import pytest
from shapely import Point, box
from spec.town import GAP_M, town
from spec.town_city import NOW, Crew, TownCity, passed_over, proposals

from dispatch.incident import Incident, IncidentKind
from dispatch.partner import PartnerCity
from dispatch.store.suggestions import from_text, to_text
from dispatch.suggestion import suggest
from dispatch.unit import DutyStatus, Unit, UnitKind
from dispatch.whereabouts import locate_officers
from geo.no_fly import NoFly
from geo.position import Positions

STREET = town("1---2---d---4---x---5---6---7---8---9---m")


def drone(code: str, base: str, parent: str = "HOME", **flight: float) -> Unit:
    lon_lat = STREET.lon_lat[base]
    return Unit(code, code, code, UnitKind.DRONE, parent=parent, lon_lat=lon_lat, **flight)


def test_a_drone_flies_ahead_of_the_first_crew():
    suggestion = TownCity(STREET, home="9", drones=[drone("D", "d", launch_s=30.0)]).suggest("x")
    assert proposals(suggestion, "grid") == "9 after 300 s"
    (look,) = [one for one in suggestion.proposals if one.kind == "first_look"]
    assert look is suggestion.proposals[-1], "drones come after the crews"
    assert look.rank == 1
    assert look.eta_s == pytest.approx(30 + 2 * GAP_M / 15, abs=0.1)


def test_a_drone_that_would_come_after_the_first_officer_is_passed_over():
    suggestion = TownCity(STREET, home="4", drones=[drone("D", "d")]).suggest("x")
    assert proposals(suggestion) == "4 after 60 s"
    assert passed_over(suggestion) == "D not_before_crew"


def test_a_drone_is_not_the_arrival():
    late = TownCity(STREET, home="9", drones=[drone("D", "d")], arrival_target_s=120)
    suggestion = late.suggest("x")
    assert suggestion.proposals[-1].eta_s < 130
    assert not suggestion.proposals[-1].meets_target
    assert suggestion.findings[-1].code == "none_in_time"


def test_where_no_crew_can_go_a_drone_is_proposed_and_the_answer_is_still_no():
    busy = {"9": Crew(status=DutyStatus.BUSY)}
    suggestion = TownCity(STREET, home="9", crews=busy, drones=[drone("D", "d")]).suggest("x")
    assert [one.unit for one in suggestion.proposals] == ["D"]
    assert suggestion.crew_proposals == ()
    assert suggestion.findings[-1].code == "no_candidate"


def test_the_crew_that_secures_the_place_counts_as_first():
    both = TownCity(STREET, home="4", squad="9", drones=[drone("D", "d")])
    suggestion = both.suggest("x", "T1", "H1")
    assert {one.kind for one in suggestion.proposals} == {"specialist", "secure"}


def test_drones_of_the_squad_that_has_the_case_are_no_mutual_aid():
    drones = [drone("D1", "d", parent="SQUAD"), drone("D2", "d", parent="NEXT")]
    suggestion = TownCity(STREET, squad="m", drones=drones).suggest("x", "T1", "H1")
    looks = [one for one in suggestion.proposals if one.kind == "first_look"]
    assert [(one.unit, one.mutual_aid) for one in looks] == [("D1", False), ("D2", True)]


def test_a_planned_visit_needs_no_look():
    visited = TownCity(STREET, home="9", drones=[drone("D", "d")])
    suggestion = visited.suggest("x", kind=IncidentKind.VISIT)
    assert [one.kind for one in suggestion.proposals] == ["grid"]
    assert "D" not in passed_over(suggestion)


def test_a_case_that_is_handed_over_is_not_looked_at():
    drawn = TownCity(STREET, home="9", drones=[drone("D", "m")])
    east = PartnerCity("P", "邻市", "next city", "协查办", "1", box(111, -1, 113, 1))
    stands_at_the_border = replace(drawn.drones[0], lon_lat=(110.999, 0.0))
    city = replace(drawn.city(), partners=(east,), units={"D": stands_at_the_border}, officers=())
    beyond = Incident((111.001, 0.0), ("H1",), NOW)
    suggestion = suggest(beyond, locate_officers(city, Positions()), now=NOW)
    assert suggestion.hand_off is not None
    assert suggestion.proposals == ()


def test_no_drone_is_sent_into_a_no_fly_polygon():
    around = NoFly("N1", "机场", Point(STREET.lon_lat["x"]).buffer(1e-3), "airfield")
    closed = TownCity(STREET, home="9", drones=[drone("D", "d")], no_fly=[around])
    suggestion = closed.suggest("x")
    assert proposals(suggestion) == "9 after 300 s"
    assert passed_over(suggestion) == "D no_fly_at_place"


def test_a_suggestion_with_a_drone_is_kept_as_it_was_given():
    suggestion = TownCity(STREET, home="9", drones=[drone("D", "d")]).suggest("x")
    assert from_text(to_text(suggestion)) == suggestion
