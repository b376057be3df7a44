"""The week on the roads: hours that are alike are one period, and say so as people write it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec.town import town

from dispatch.planning.road_week import hours_text, monday, road_week
from geo.errors import BadValue
from geo.road.hourly_speed import hourly_rule, hourly_speeds
from geo.road.layered_weights import WeightLayers
from geo.road.road_class import Mode
from geo.road.travel_time import NetworkTravelTimes
from geo.road.week import read_hours

AT = datetime(2026, 11, 5, 3, 0, tzinfo=UTC)  # a Thursday


def speeds(lines):
    return WeightLayers(
        hourly_speeds(
            hourly_rule(
                dict(zip(("mode", "class", "days", "hours", "speed_factor"), line, strict=True))
            )
            for line in lines
        )
    )


def week(*lines: tuple[str, ...], modes=(Mode.CAR, Mode.FOOT)):
    roads = {mode: NetworkTravelTimes(town("a---b").network(mode=mode)) for mode in modes}
    return road_week(roads, speeds(lines), at=AT), roads


def test_without_hourly_speeds_the_week_is_one_period():
    alike, _ = week()
    assert [one.name for one in alike.periods] == ["always"]
    assert set(alike.period_of.tolist()) == {0}


def test_hours_with_equal_speeds_are_one_period_wherever_in_the_week():
    told, _ = week(("car", "", "mon-fri", "7-9", "0.5"), ("foot", "", "sat", "", "0.9"))
    assert [one.name for one in told.periods] == ["mon-fri 0-7,9-24; sun", "mon-fri 7-9", "sat"]
    assert told.period_of[[0, 7, 8, 9, 5 * 24 + 7]].tolist() == [0, 1, 1, 0, 2]


def test_the_engine_of_a_period_drives_at_its_speeds():
    told, roads = week(("car", "", "mon-fri", "7-9", "0.5"))
    ends = roads[Mode.CAR].join(town("a---b").places("ab"))
    there, back = ends.take(slice(0, 1)), ends.take(slice(1, 2))
    taken_ms = [
        int(told.engine(roads[Mode.CAR], period).matrix(there, back)[0, 0]) for period in (0, 1)
    ]
    assert taken_ms == [60_000, 120_000]


def test_a_week_begins_on_monday_at_midnight_of_the_city():
    assert monday(AT).isoformat() == "2026-11-02T00:00:00+08:00"


@given(st.sets(st.integers(0, 167), min_size=1, max_size=167))
def test_hours_are_written_as_they_are_read(hours):
    parts = [part.split(" ") for part in hours_text(hours).split("; ")]
    read = [read_hours(part[0], part[1] if len(part) > 1 else "") for part in parts]
    assert frozenset().union(*read) == hours


def test_an_hour_beyond_the_week_is_refused():
    with pytest.raises(BadValue, match="0 to 167"):
        hours_text([168])
