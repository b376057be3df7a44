"""Coverage on a beat of its own: the last count is at hand, and counting rests."""

from dataclasses import replace
from datetime import timedelta

from spec.town import town
from spec.town_city import NOW, TownCity

from api import coverage_now
from api.coverage_now import CoverageNow
from dispatch.unit import DutyStatus

STREET = TownCity(town("a---1---b"), home="1", grids="ab", arrival_target_s=120)
START = STREET.whereabouts()
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
