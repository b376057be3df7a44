"""Suggestions of an earlier version of the city are made again, bit for bit, on both stores."""

from __future__ import annotations

from datetime import datetime, timedelta

from spec.city_drafts import NOW, WESTERN, in_metres, officers, publish, second_brigade, two_zones
from spec.city_files import STREET
from spec.layer_table import layer

from dispatch import desk
from dispatch.city_coverage import survey_city
from dispatch.demand_point import lay_out_demand
from dispatch.incident import Incident
from dispatch.policy_file import standard_policies
from dispatch.replay import Replay, ask_why_not, reopen, replay
from dispatch.store.cities import read_city
from dispatch.store.city_versions import Publishing, go_back
from dispatch.store.engine import Store
from dispatch.unit import DutyStatus
from dispatch.whereabouts import Whereabouts, locate_officers
from geo.position import Fix, Positions

PLACE = STREET.lon_lat["x"]


def everybody(store: Store) -> Whereabouts:
    """Officers of the city as it is now, free, at the beginning of the street."""
    city = read_city(store)
    ids = [officer.id for officer in city.officers]
    fixes = {one: Fix(one, STREET.lon_lat["1"], NOW) for one in ids}
    return locate_officers(city, Positions(fixes), dict.fromkeys(ids, DutyStatus.AVAILABLE))


def ask(store: Store, *, now: datetime = NOW) -> str:
    """Ask for a suggestion, with what it would uncover."""
    found = everybody(store)
    covered = survey_city(lay_out_demand(found.city), found, now=now)
    incident = Incident(PLACE, ("H1",), now)
    policy = standard_policies()["sparing_cover"]
    with store.session() as session:
        draft = desk.draw_up(incident, found, now=now, policy=policy, covered=covered)
        number, _ = desk.keep(session, draft)
        session.commit()
    return number


def again(store: Store, number: str) -> Replay:
    city = read_city(store)
    with store.reading() as session:
        return replay(reopen(session, number, city))


def demand():
    places = [in_metres(WESTERN).representative_point()]
    return layer("demand", {"id": ["1"], "weight": ["5"]}, places)


def test_suggestions_of_every_version_are_made_again_from_every_other(store: Store):
    steps = [
        (two_zones(), second_brigade()),
        (officers("001", "002", "004"),),
        (demand(),),
        (officers("002", "005"),),
    ]
    asked = [ask(store)]
    for at, layers in enumerate(steps, start=1):
        publish(store, *layers)
        asked.append(ask(store, now=NOW + timedelta(minutes=at)))
        for number in (asked[0], asked[-1]):
            assert again(store, number) == Replay(number, same=True)
    with store.session() as session:
        go_back(session, 1, Publishing(NOW, "gis"))
        session.commit()
    assert [again(store, number).same for number in asked] == [True] * len(asked)


def test_what_was_uncovered_then_is_counted_on_the_demand_of_then(store: Store):
    publish(store, demand())
    number = ask(store)
    publish(store, layer("demand", {"id": ["1"], "weight": ["0"]}, [in_metres(WESTERN).centroid]))
    with store.reading() as session:
        reopened = reopen(session, number, read_city(store))
    assert reopened.covered.ground.demand.weight.tolist() == [5, 0]
    assert replay(reopened).same


def test_an_officer_who_has_left_is_still_known_to_the_suggestions_of_then(store: Store):
    number = ask(store)
    publish(store, officers("002", "003"))
    with store.reading() as session:
        reopened = reopen(session, number, read_city(store))
    assert "001" in reopened.whereabouts.city.roster.officer_row
    assert ask_why_not(reopened, "001").reasons


def test_a_city_is_read_once_for_all_of_its_suggestions(store: Store):
    numbers = [ask(store), ask(store, now=NOW + timedelta(minutes=1))]
    publish(store, officers("002", "003"))
    city, known = read_city(store), {}
    with store.reading() as session:
        worlds = [reopen(session, number, city, known).whereabouts.city for number in numbers]
    assert list(known) == [worlds[0].version]
    assert known[worlds[0].version].version != city.version
