"""Travel tables against their definition: one question of the roads for each site and period."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spec.town import town

from dispatch.planning.road_week import road_week
from dispatch.planning.travel_table import (
    LONGEST_S,
    PLACES_AT_ONCE,
    UNREACHABLE_S,
    Sites,
    table_digest,
    travel_table,
    whole_seconds,
)
from dispatch.planning.travel_table_file import ABOUT, TABLE, load_table, save_table
from geo.errors import BadValue, UnknownName, UnreadableFile
from geo.road.hourly_speed import hourly_rule, hourly_speeds
from geo.road.layered_weights import WeightLayers
from geo.road.road_class import Mode
from geo.road.travel_time import NetworkTravelTimes

TOWN = town(
    """
    a---b->-c---d
    |       |
    e---f   g---h   x---y
    """
)
ROADS = {mode: NetworkTravelTimes(TOWN.network(mode=mode)) for mode in (Mode.CAR, Mode.FOOT)}
SLOW = {"mode": "car", "class": "", "days": "mon-fri", "hours": "7-9", "speed_factor": "0.7"}
WEEK = road_week(
    ROADS,
    WeightLayers(hourly_speeds([hourly_rule(SLOW)])),
    at=datetime(2026, 11, 5, 3, 0, tzinfo=UTC),
)
EVERYWHERE = TOWN.places(TOWN.names)


def sites(names, modes=Mode.CAR):
    each = (modes,) * len(names) if isinstance(modes, Mode) else tuple(modes)
    return Sites(tuple(names), each, TOWN.places(names).reshape(-1, 2))


def by_definition(one, period):
    """Each site asked by itself, in whole milliseconds."""
    rows = []
    for mode, place in zip(one.modes, one.lon_lat, strict=True):
        times = WEEK.engine(ROADS[mode], period)
        rows.append(times.matrix(times.join(place[None, :]), times.join(EVERYWHERE))[0])
    return np.array(rows)


@settings(max_examples=20)
@given(st.data())
def test_a_table_is_what_the_roads_say_from_each_site_in_each_period(data):
    names = data.draw(st.lists(st.sampled_from(TOWN.names), min_size=1, max_size=4, unique=True))
    modes = data.draw(st.lists(st.sampled_from(sorted(ROADS)), min_size=4, max_size=4))
    asked = sites("".join(names), modes[: len(names)])
    table = travel_table(ROADS, WEEK, asked, EVERYWHERE)
    for period in range(len(WEEK.periods)):
        expected = np.array(
            [
                UNREACHABLE_S if ms < 0 else -(-ms // 1000)
                for ms in by_definition(asked, period).flat
            ]
        )
        assert table.travel_s[period].ravel().tolist() == expected.tolist()


@given(st.integers(0, 70_000_000), st.integers(1, 7_200))
def test_rounding_up_keeps_who_is_in_time(time_ms, target_s):
    rounded = int(whole_seconds(np.array([time_ms]))[0])
    assert (rounded <= target_s) == (time_ms <= target_s * 1000)
    assert rounded <= LONGEST_S < UNREACHABLE_S


def test_slow_hours_take_longer_and_the_unreachable_stays_so():
    table = travel_table(ROADS, WEEK, sites("a"), EVERYWHERE)
    to = {name: column for column, name in enumerate(TOWN.names)}
    assert table.at(0)[0, to["b"]] == 60
    assert table.at(7)[0, to["b"]] == 86
    assert (table.travel_s[:, 0, [to["x"], to["y"]]] == UNREACHABLE_S).all()


def test_a_place_far_from_every_road_is_unreachable():
    far = np.array([[109.9, 0.5]])
    table = travel_table(ROADS, WEEK, sites("ab"), far)
    assert (table.travel_s == UNREACHABLE_S).all()


def test_places_are_asked_in_blocks_and_progress_ends_at_one():
    many = np.tile(EVERYWHERE, (PLACES_AT_ONCE // 8, 1))[: PLACES_AT_ONCE + 5]
    heard = []
    table = travel_table(ROADS, WEEK, sites("ae"), many, told=heard.append)
    few = travel_table(ROADS, WEEK, sites("ae"), EVERYWHERE)
    assert (table.travel_s == np.tile(few.travel_s, (1, 1, 100))[:, :, : len(many)]).all()
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_tables_are_named_after_what_they_are_made_from():
    names = {
        table_digest(WEEK, sites("ab"), EVERYWHERE),
        table_digest(WEEK, sites("ab", Mode.FOOT), EVERYWHERE),
        table_digest(WEEK, sites("ac"), EVERYWHERE),
        table_digest(WEEK, sites("ab"), EVERYWHERE[::-1]),
    }
    assert len(names) == 4
    assert travel_table(ROADS, WEEK, sites("ab"), EVERYWHERE).digest in names


def test_a_table_is_read_as_it_was_written(tmp_path):
    table = travel_table(ROADS, WEEK, sites("ab"), EVERYWHERE)
    for _ in range(2):  # the second time it is there already
        save_table(table, tmp_path / "kept")
    again = load_table(tmp_path / "kept")
    assert (again.travel_s == table.travel_s).all()
    assert (again.periods, again.site_codes, again.digest) == (
        table.periods, table.site_codes, table.digest,
    )  # fmt: skip
    assert sorted(one.name for one in tmp_path.iterdir()) == ["kept"]


@pytest.mark.parametrize("name", [TABLE, ABOUT])
def test_a_damaged_table_is_refused(tmp_path, name):
    save_table(travel_table(ROADS, WEEK, sites("a"), EVERYWHERE), tmp_path / "kept")
    (tmp_path / "kept" / name).write_bytes(b"{}")
    with pytest.raises(UnreadableFile, match=r"travel table .*kept"):
        load_table(tmp_path / "kept")


def test_sites_are_found_by_code():
    table = travel_table(ROADS, WEEK, sites("ab"), EVERYWHERE)
    assert table.rows(["b", "a"]).tolist() == [1, 0]
    with pytest.raises(UnknownName, match="from z"):
        table.rows(["z"])


def test_what_cannot_be_a_table_is_refused():
    table = travel_table(ROADS, WEEK, sites("ab"), EVERYWHERE)
    with pytest.raises(BadValue, match="uint16"):
        replace(table, travel_s=table.travel_s.astype(np.float64))
    with pytest.raises(BadValue, match="168"):
        replace(table, period_of=table.period_of[:5])
    with pytest.raises(BadValue, match="listed twice"):
        sites("aa")
    with pytest.raises(BadValue, match="a code, a mode and a place"):
        Sites(("a",), (Mode.CAR,), EVERYWHERE)
    with pytest.raises(BadValue, match="no roads"):
        travel_table(ROADS, WEEK, sites("a", Mode.EBIKE), EVERYWHERE)
