"""Where the officers are: joined to their roads once, and kept current fix by fix."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from threading import Thread

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from spec.town import town
from spec.town_city import NOW, Crew, TownCity

from dispatch.candidate import OBSTACLES, Need, Obstacle, candidates
from dispatch.live import LiveWhereabouts
from dispatch.unit import DutyStatus
from dispatch.whereabouts import NEVER_MS, Whereabouts, locate_officers
from geo.position import Fix, Positions
from geo.road.road_class import Mode
from geo.road.snap import Joins

STREET = town("1---2---3---x")
CITY = TownCity(STREET, home="123", crews={"2": Crew(mode=Mode.FOOT)})
OFFICERS = CITY.whereabouts()
FAR_AWAY = (110.9, 0.9)


def same(one: Whereabouts, other: Whereabouts) -> bool:
    columns = [field.name for field in fields(Joins)]
    return (
        np.array_equal(one.fix_time_s, other.fix_time_s, equal_nan=True)
        and np.array_equal(one.status, other.status)
        and all(
            np.array_equal(
                getattr(one.joins, name), getattr(other.joins, name), equal_nan=name == "lon_lat"
            )
            for name in columns
        )
    )


FIXES = st.lists(
    st.builds(
        Fix,
        st.sampled_from([*(officer.id for officer in OFFICERS.city.officers), "stranger"]),
        st.sampled_from([*STREET.lon_lat.values(), tuple(STREET.between("1", "2")[0]), FAR_AWAY]),
        st.integers(-8, 300).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    ),
    max_size=12,
)


@given(FIXES)
def test_keeping_current_equals_starting_afresh(fixes):
    later = NOW + timedelta(seconds=300)
    moved, _ = OFFICERS.moved(fixes, now=later)
    afresh = locate_officers(OFFICERS.city, moved.positions, moved.statuses())
    assert same(moved, afresh)


def test_a_snapshot_never_changes():
    before = OFFICERS.joins.node.copy()
    fix = Fix("1-0", STREET.lon_lat["3"], NOW + timedelta(seconds=100))
    moved, (result,) = OFFICERS.moved([fix], now=fix.time)
    assert result.accepted
    assert (OFFICERS.joins.node == before).all()
    row = OFFICERS.city.roster.officer_row["1-0"]
    assert moved.joins.node[row] != before[row]


def test_an_officer_far_from_every_road_holds_nobody_else_up():
    positions = Positions(
        {
            officer.id: Fix(officer.id, STREET.lon_lat["1"], NOW)
            for officer in OFFICERS.city.officers
        }
        | {"1-1": Fix("1-1", FAR_AWAY, NOW)}
    )
    officers = locate_officers(OFFICERS.city, positions)
    assert np.count_nonzero(~officers.on_road) == 1
    place = {Mode.CAR: OFFICERS.city.travel_times[Mode.CAR].join(STREET.places("x"))}
    travel_ms = officers.travel_ms(place)
    judged = candidates(officers, travel_ms, Need(), now=NOW)
    assert OBSTACLES[judged.obstacle[0]] == Obstacle.OFF_ROAD


def test_each_officer_travels_by_the_roads_of_his_crew():
    place = {
        mode: OFFICERS.city.travel_times[mode].join(STREET.places("x")) for mode in (Mode.CAR,)
    }
    travel_ms = OFFICERS.travel_ms(place)
    on_foot = OFFICERS.city.roster.mode_rows[Mode.FOOT]
    assert (travel_ms[on_foot] == NEVER_MS).all(), "the place joins no footpath"
    assert (travel_ms[OFFICERS.city.roster.mode_rows[Mode.CAR]] < NEVER_MS).all()


def test_an_officer_of_whom_nothing_is_said_is_available():
    assert set(locate_officers(OFFICERS.city, Positions()).statuses().values()) == {
        DutyStatus.AVAILABLE
    }


def test_a_fix_of_a_stranger_is_said_and_passed_over():
    strange, known = Fix("stranger", (0, 0), NOW), Fix("1-0", STREET.lon_lat["1"], NOW)
    officers, results = OFFICERS.moved([strange, known, strange], now=NOW)
    assert [result.remark.code for result in results] == [
        "unknown_officer",
        "accepted",
        "unknown_officer",
    ]
    assert "stranger" not in officers.positions.fixes
    assert same(officers.with_status({"stranger": DutyStatus.BUSY}), officers)


def test_fixes_from_many_threads_are_all_taken_in():
    live = LiveWhereabouts(OFFICERS)
    ids = [officer.id for officer in OFFICERS.city.officers]

    def drive(officer: str) -> None:
        for second in range(20):
            fix = Fix(officer, STREET.lon_lat["2"], NOW + timedelta(seconds=second))
            live.take_in([fix], now=NOW + timedelta(seconds=60))

    threads = [Thread(target=drive, args=(officer,)) for officer in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    latest = {fix.time for fix in live.present.positions.fixes.values()}
    assert latest == {NOW + timedelta(seconds=19)}


def test_a_new_version_of_the_city_keeps_positions_and_statuses():
    live = LiveWhereabouts(OFFICERS)
    live.set_status({"1-0": DutyStatus.BUSY, "3-0": DutyStatus.OFF_DUTY})
    gone = replace(OFFICERS.city, officers=OFFICERS.city.officers[:-2])
    live.swap_city(gone)
    assert live.present.city is gone
    assert live.present.statuses()["1-0"] == DutyStatus.BUSY
    assert len(live.present.status) == len(gone.officers)
    assert live.present.on_road.all()
