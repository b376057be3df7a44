"""Officers posted in villages: a crew under a post goes as one of its brigade's."""

from __future__ import annotations

from spec.town import town
from spec.town_city import Crew, TownCity, passed_over, proposals

STREET = town("1---2---3---4---x---5---6---7")


def test_a_crew_under_a_post_belongs_to_the_brigade_above_the_post():
    drawn = TownCity(STREET, home="25", posts={"5": "POST"})
    suggestion = drawn.suggest("x")
    assert proposals(suggestion) == "5 after 60 s, 2 after 180 s"
    assert {one.brigade for one in suggestion.proposals} == {"HOME"}
    assert not any(one.mutual_aid for one in suggestion.proposals)


def test_the_post_of_a_neighbour_comes_as_mutual_aid():
    drawn = TownCity(STREET, home="1", next_door="5", posts={"5": "POST"}, arrival_target_s=100)
    assert proposals(drawn.suggest("x")) == "5 after 60 s aid, 1 after 240 s late"


def test_a_post_secures_the_place_before_the_squad_is_there():
    drawn = TownCity(STREET, home="5", squad="1", posts={"5": "POST"})
    suggestion = drawn.suggest("x", "T1", "H1")
    assert proposals(suggestion, "specialist") == "1 after 240 s"
    assert proposals(suggestion, "secure") == "5 after 60 s"


def test_a_post_is_no_position():
    silent = {"5": Crew(position_age_s=None)}
    drawn = TownCity(STREET, home="25", posts={"5": "POST"}, crews=silent)
    suggestion = drawn.suggest("x")
    assert proposals(suggestion) == "2 after 180 s", "nobody is taken to be where he is based"
    assert passed_over(suggestion) == "5 no_position"


def test_the_post_is_named_among_the_reasons():
    drawn = TownCity(STREET, home="25", posts={"5": "POST"})
    first, second = drawn.suggest("x").proposals
    (posted,) = [one for one in first.reasons if one.code == "from_post"]
    assert "POST" in posted.en
    assert "from_post" not in [one.code for one in second.reasons]


def test_a_post_stands_between_crew_and_brigade():
    city = TownCity(STREET, home="25", posts={"5": "POST"}).city()
    assert (city.units["5"].parent, city.units["POST"].parent) == ("POST", "HOME")
    assert city.units["POST"].lon_lat == STREET.lon_lat["5"]
    assert city.roster.brigade_of[city.roster.crew_row["5"]] == "HOME"
