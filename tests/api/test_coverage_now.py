"""Coverage on a beat of its own: the last count is at hand, and counting rests."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from spec.town import town
from spec.town_city import NOW, TownCity

from api import coverage_now
from api.coverage_now import CoverageNow
from dispatch.access import Person, Role
from dispatch.city import City
from dispatch.seen_coverage import coverage_seen, share_seen
from dispatch.unit import DutyStatus
from geo.zone import UnitGrid

STREET = TownCity(town("a---1---b"), home="1", grids="ab", arrival_target_s=120)
START = STREET.whereabouts()


@dataclass(frozen=True)
class Neighbours(TownCity):
    """Communities T and U beside each other, with a unit grid and a crew each."""

    def grid(self, name: str) -> UnitGrid:
        return replace(super().grid(name), community={"a": "T", "b": "U"}[name])

    def city(self) -> City:
        city = super().city()
        [community] = [area for area in city.areas if area.code == "T"]
        return replace(city, areas=(*city.areas, replace(community, code="U")))


NEIGHBOURS = Neighbours(
    town("a---1------------------2---b"), home="12", grids="ab", arrival_target_s=120
).whereabouts()
T, U = frozenset({"T"}), frozenset({"U"})
EVERYTHING = NEIGHBOURS.city.areas_below["C"]
BUSY = START.with_status({"1-1": DutyStatus.BUSY})


def test_the_last_count_is_at_hand_without_another():
    kept = CoverageNow()
    assert kept.latest(START) is None
    counted = kept.read(START, now=NOW)
    assert kept.latest(BUSY) is counted
    assert counted.held.share == 1.0
    assert kept.read(BUSY, now=NOW + timedelta(seconds=1)).held.share == 0.0


def test_a_count_of_another_city_is_not_given():
    kept = CoverageNow()
    kept.read(START, now=NOW)
    assert kept.latest(replace(STREET, grids="a").whereabouts()) is None


def test_the_beat_rests_so_that_counting_takes_a_tenth_of_a_core(monkeypatch):
    kept, clock_s = CoverageNow(), [100.0]

    def tick() -> float:
        clock_s[0] += 1.0
        return clock_s[0]

    monkeypatch.setattr(coverage_now.time, "perf_counter", tick)
    assert kept.keep(START, now=NOW) is not None, "from 101 s to 102 s: then it rests for nine"
    rested = [kept.keep(START, now=NOW) for _ in range(8)]
    assert rested == [None] * 8
    assert kept.keep(START, now=NOW) is not None


def test_a_count_is_news_to_those_whose_ground_has_changed():
    kept, sights = CoverageNow(), [T, U, EVERYTHING]
    covered = kept.read(NEIGHBOURS, now=NOW)
    assert kept.news(covered, sights) == {T: 1.0, U: 1.0, EVERYTHING: 1.0}, "nobody has heard yet"
    assert kept.news(covered, sights) == {}
    covered = kept.read(NEIGHBOURS.with_status({"2-1": DutyStatus.BUSY}), now=NOW)
    assert kept.news(covered, sights) == {U: 0.0, EVERYTHING: 0.5}
    assert kept.news(covered, [T, frozenset()]) == {frozenset(): 1.0}, "whoever listens anew"


@pytest.mark.parametrize("areas", [T, U, EVERYTHING, frozenset()])
def test_the_share_that_is_told_is_that_of_the_answer_over_http(areas):
    covered = CoverageNow().read(NEIGHBOURS.with_status({"2-1": DutyStatus.BUSY}), now=NOW)
    own = areas & {"C"} or areas
    person = Person("p", frozenset({Role.PLANNER}), own)
    assert share_seen(covered, areas) == coverage_seen(covered, person).held.share
