"""Joint operations in drawn towns: who goes where, and what is said when it can't be done."""

from dataclasses import replace
from datetime import timedelta

import pytest
from spec.town import town
from spec.town_city import NOW, Crew, TownCity

from dispatch.call_up import CallUp, Operation, call_up
from dispatch.joint import Site
from dispatch.unit import DutyStatus
from geo.errors import BadValue, OutsideNetwork, UnknownName

STREET = town("x---1---2---3---4---y")
DRAWN = TownCity(STREET, home="12", squad="34", skills={"3-0": ["lab"], "1-0": ["photo"]})


def operation(*sites: Site, at: str, minutes: float | None = None, **more: object) -> Operation:
    return Operation(
        sites=sites,
        lon_lat=tuple(STREET.lon_lat[name] for name in at),
        arrive_by=None if minutes is None else NOW + timedelta(minutes=minutes),
        **more,
    )


def plan(asked: Operation, drawn: TownCity = DRAWN) -> CallUp:
    return call_up(asked, drawn.whereabouts(), now=NOW)


def parties(made: CallUp) -> str:
    """Write a plan as ``x: 1-0 1-1``, each officer with minutes."""
    return "; ".join(
        f"{party.site}: "
        + " ".join(f"{who.officer} {who.travel_ms / 60_000:g}min" for who in party.members)
        for party in made.plan.parties
    )


def test_officers_go_where_they_are_first():
    made = plan(operation(Site("X", 2), Site("Y", 2), at="xy"))
    assert parties(made) == "X: 1-0 1min 1-1 1min; Y: 4-0 1min 4-1 1min"
    assert made.plan.feasible
    assert made.plan.proven
    assert made.crew_of == {"1-0": "1", "1-1": "1", "4-0": "4", "4-1": "4"}


def test_a_skill_is_fetched_from_where_it_is_and_sets_the_last_arrival():
    made = plan(operation(Site("X", 2, (("lab", 1),)), at="x"))
    assert made.plan.last_ms == 3 * 60_000
    assert parties(made).startswith("X: 3-0 3min ")


def test_within_the_last_arrival_the_squad_goes_so_that_the_zone_keeps_its_officers():
    made = plan(operation(Site("X", 3, (("lab", 1),)), at="x"))
    (zone,) = made.plan.zones
    assert parties(made) == "X: 3-0 3min 1-0 1min 3-1 3min"
    assert (zone.zone, zone.before, zone.after) == ("Z1", 4, 3)


def test_what_is_missing_is_named_by_site_and_skill():
    made = plan(operation(Site("X", 2), Site("Y", 3, (("lab", 2),)), at="xy"))
    assert not made.plan.feasible
    (short,) = made.plan.shortages
    assert (short.site, short.skill, short.needed, short.missing, short.able) == (
        "Y", "lab", 2, 1, 1,
    )  # fmt: skip
    assert made.plan.parties == ()


def test_too_late_for_the_time_allowed_says_how_many_and_how_late():
    made = plan(operation(Site("X", 4), at="x", minutes=1.5))
    assert not made.plan.feasible
    (short,) = made.plan.shortages
    assert (short.skill, short.missing, short.able) == (None, 2, 2)
    assert made.plan.last_ms == 2 * 60_000, "the soonest plan that is possible"


def test_just_in_time_spares_the_zone():
    soon = plan(operation(Site("X", 2), at="x", minutes=10))
    spared = plan(operation(Site("X", 2), at="x", minutes=10, soonest=False))
    assert soon.plan.zones[0].after == 2
    assert spared.plan.zones[0].after == 4
    assert parties(spared) == "X: 3-0 3min 3-1 3min"


def test_a_zone_keeps_what_must_stay():
    asked = operation(Site("X", 5), at="x", keep={"Z1": 3})
    assert plan(asked).plan.zones[0].after == 3
    assert parties(plan(asked)) == "X: 1-0 1min 3-0 3min 3-1 3min 4-0 4min 4-1 4min"
    (short,) = plan(replace(asked, sites=(Site("X", 6),))).plan.shortages
    assert (short.missing, short.able) == (1, 8)


def test_one_domain_is_called_up():
    made = plan(operation(Site("X", 2), at="x", domains=("TRANSPORT",)))
    assert parties(made) == "X: 3-0 3min 3-1 3min"
    assert made.available == 4
    assert plan(operation(Site("X", 1), at="x", domains=("HOUSING",))).available == 0


def test_who_cannot_go_is_counted_by_what_keeps_them():
    crews = {
        "1": Crew(status=DutyStatus.BUSY),
        "2": Crew(position_age_s=1300),
        "3": Crew(position_age_s=None, auxiliaries=2),
    }
    made = plan(operation(Site("X", 3), at="x"), replace(DRAWN, crews=crews, off_duty=("4-1",)))
    assert made.left_out == {"busy": 2, "no_position": 2, "off_duty": 1, "stale_position": 2}
    assert made.available == 1
    assert [(s.needed, s.missing) for s in made.plan.shortages] == [(3, 2)]


def test_an_island_is_out_of_reach():
    drawn = TownCity(town("x---1   2---3"), home="12")
    asked = replace(operation(Site("X", 3), at="x"), lon_lat=(drawn.town.lon_lat["x"],))
    made = plan(asked, drawn)
    assert [(short.missing, short.able) for short in made.plan.shortages] == [(1, 2)]


@pytest.mark.parametrize(
    ("changed", "error", "named"),
    [
        ({"arrive_by": NOW}, BadValue, "already"),
        ({"domains": ("FIRE",)}, UnknownName, "FIRE"),
        ({"keep": {"Z9": 1}}, UnknownName, "Z9"),
        ({"keep": {"Z1": -1}}, BadValue, "Z1"),
        ({"lon_lat": ((100.0, 0.0),)}, OutsideNetwork, "Site X"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(changed, error, named):
    asked = operation(Site("X", 1), at="x")
    with pytest.raises(error, match=named):
        plan(replace(asked, **changed))


def test_the_same_question_gives_the_same_plan():
    asked = operation(Site("X", 3), Site("Y", 3), at="xy")
    assert plan(asked) == plan(asked)
