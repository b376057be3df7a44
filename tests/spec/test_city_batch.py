"""Batches in drawn towns: who goes where for all together; a gap takes a minute by car."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec.town import town
from spec.town_city import NOW, Crew, TownCity

from dispatch.batch import Assigned
from dispatch.city_batch import CityBatch, assign_city
from dispatch.incident import Incident
from dispatch.suggestion import suggest
from dispatch.unit import DutyStatus
from geo.errors import BadValue

STREET = town("y---1---x---2---a---b---3")
DRAWN = TownCity(STREET, home="12", next_door="3")


def batch(drawn: TownCity, *asked: str) -> CityBatch:
    """Assign crews to incidents such as ``x H1``; each is called by its junction."""
    incidents = [
        Incident(drawn.town.lon_lat[at], (matter,), NOW, id=at)
        for at, matter in (question.split() for question in asked)
    ]
    return assign_city(incidents, drawn.whereabouts(), now=NOW)


def sent(made: CityBatch, assigned: Assigned) -> str:
    """Write an assignment as ``x/lead 1 60s``; officers brought together as ``1-0+2-0``."""
    incidents = sorted({slot.incident for slot in made.batch.slots})
    return ", ".join(
        f"{incident}/{row.role} {row.crew or '+'.join(row.officers) or '-'}"
        + ("" if row.eta_s is None else f" {row.eta_s:g}s")
        for incident in incidents
        for row in made.of(incident, assigned)
    )


def test_alone_each_goes_to_the_crew_that_is_first():
    made = batch(DRAWN, "y H1")
    assert sent(made, made.best) == "y/lead 1 60s"
    assert made.best.proven


def test_together_a_crew_is_left_to_the_incident_that_nobody_else_reaches_soon():
    made = batch(DRAWN, "x H2", "y H1")
    assert sent(made, made.one_by_one) == "x/lead 1 60s, y/lead 2 180s"
    assert sent(made, made.best) == "x/lead 2 60s, y/lead 1 60s"
    assert made.best.score < made.one_by_one.score


def test_neighbours_come_where_the_brigade_has_more_incidents_than_crews():
    made = batch(DRAWN, "x H1", "y H1", "b H1")
    assert sent(made, made.best) == "b/lead 3 60s, x/lead 2 60s, y/lead 1 60s"
    made = batch(DRAWN, "b H1")
    assert sent(made, made.best) == "b/lead 2 120s", "its own is in time"
    made = batch(replace(DRAWN, arrival_target_s=90), "b H1")
    assert sent(made, made.best) == "b/lead 3 60s", "its own would be late"


def test_the_gravest_is_served_where_crews_do_not_suffice():
    made = batch(replace(DRAWN, home="1", next_door=""), "x H1", "y H2")
    assert sent(made, made.best) == "x/lead -, y/lead 1 60s"
    assert made.best.score.left_open == (0, 1)


def test_a_squad_has_the_case_and_a_grid_crew_secures_the_place():
    crossing = Incident(STREET.lon_lat["x"], ("H1", "T1"), NOW, id="x")
    drawn = replace(DRAWN, squad="b")
    made = assign_city([crossing], drawn.whereabouts(), now=NOW)
    assert sent(made, made.best) == "x/lead b 180s, x/secure 1 60s"


def test_crews_that_cannot_go_are_not_sent():
    crews = {"1": Crew(status=DutyStatus.BUSY), "2": Crew(certified=1)}
    made = batch(replace(DRAWN, crews=crews, next_door=""), "x H1")
    assert sent(made, made.best) == "x/lead -"


ONE = Crew(certified=1)


def test_what_stays_open_is_filled_with_officers_brought_together():
    drawn = replace(DRAWN, home="12a", next_door="", crews={"2": ONE, "a": ONE})
    made = batch(drawn, "x H1", "y H2")
    assert sent(made, made.best) == "x/lead 2-0+a-0 120s, y/lead 1 60s"
    assert sent(made, made.one_by_one) == "x/lead -, y/lead 1 60s"
    assert made.best.proven, "of standing crews"
    assert made.completed.heuristic
    (row,) = made.of("x", made.best)
    assert (row.crew, row.brought_from, row.late_s) == (None, ("2", "a"), 0)
    assert not batch(DRAWN, "y H1").completed.heuristic


def test_nobody_is_brought_together_twice_nor_from_a_crew_that_is_sent():
    drawn = replace(DRAWN, home="12ab", next_door="", crews=dict.fromkeys("2ab", ONE))
    made = batch(drawn, "x H2", "y H1", "b H2")
    assert sent(made, made.best) == "b/lead b-0+a-0 60s, x/lead 1 60s, y/lead -"


def test_officers_of_the_zones_brigade_secure_together_where_no_grid_crew_is_left():
    drawn = replace(DRAWN, home="12", next_door="", squad="b", crews={"1": ONE, "2": ONE})
    crossing = Incident(STREET.lon_lat["x"], ("H1", "T1"), NOW, id="x")
    made = assign_city([crossing], drawn.whereabouts(), now=NOW)
    assert sent(made, made.best) == "x/lead b 180s, x/secure 1-0+2-0 60s"


def test_no_incident_and_no_id():
    assert batch(DRAWN).batch.slots == ()
    with pytest.raises(BadValue, match="id"):
        assign_city([Incident((109.1, 0.0), (), NOW)], DRAWN.whereabouts(), now=NOW)


BLOCKS = town("""
    a---1---b---c
    |   |   |   |
    d---2---e---4
    |   |   |   |
    f---g---3---5
""")
CREWS = TownCity(
    BLOCKS,
    home="12",
    next_door="34",
    squad="5",
    crews={"4": Crew(certified=3)},
    arrival_target_s=90,
)
START = CREWS.whereabouts()


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefg"), st.sets(st.sampled_from(["H1", "H2", "T1", "C1"]))),
        max_size=5,
    )
)
def test_all_together_is_never_worse_than_one_by_one(asked):
    incidents = [
        Incident(BLOCKS.lon_lat[at], tuple(matters), NOW - timedelta(minutes=row), id=str(row))
        for row, (at, matters) in enumerate(asked)
    ]
    made = assign_city(incidents, START, now=NOW)
    assert made.best.proven
    assert made.best.score <= made.one_by_one.score
    for row, slot in enumerate(made.batch.slots):
        alone = suggest(incidents[int(slot.incident)], START, now=NOW, k=20)
        for proposal in alone.proposals:
            if (proposal.kind == "secure") == (slot.role == "secure"):
                crew = made.batch.crews.index(proposal.unit)
                assert made.batch.may_go[row, crew], "whoever is proposed alone may go"
                assert made.batch.arrival_ms[row, crew] == round(proposal.eta_s * 1000)
    for row, crew in enumerate(made.best.crew.tolist()):
        assert crew < 0 or made.batch.may_go[row, crew]


def test_many_incidents_are_asked_in_parts(monkeypatch):
    asked = [
        Incident(BLOCKS.lon_lat[at], ("H1",), NOW, id=str(row)) for row, at in enumerate("aeg")
    ]
    whole = assign_city(asked, START, now=NOW)
    monkeypatch.setattr("dispatch.slot_crews.MOST_TIMES", 1)
    parts = assign_city(asked, START, now=NOW)
    assert parts.batch.arrival_ms.tolist() == whole.batch.arrival_ms.tolist()
    assert sent(parts, parts.best) == sent(whole, whole.best)


@given(st.lists(st.sampled_from("abcdefg"), max_size=4))
def test_crews_that_cannot_matter_are_left_out_at_no_loss(asked):
    incidents = [
        Incident(BLOCKS.lon_lat[at], ("H1",), NOW, id=str(row)) for row, at in enumerate(asked)
    ]
    whole = assign_city(incidents, START, now=NOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dispatch.slot_crews.FEWEST_KEPT", 0)
        pruned = assign_city(incidents, START, now=NOW)
    assert sent(pruned, pruned.best) == sent(whole, whole.best)
    assert sent(pruned, pruned.one_by_one) == sent(whole, whole.one_by_one)
    assert pruned.batch.may_go.sum(axis=1).max(initial=0) <= len(asked)
