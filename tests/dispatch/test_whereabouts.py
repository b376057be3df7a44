"""Where the officers are: joined to their roads once, and kept current fix by fix."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from threading import Thread

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec.town import town
from spec.town_city import NOW, Crew, TownCity

from dispatch.candidate import Need, candidates
from dispatch.lineup import line_up
from dispatch.live import LiveWhereabouts
from dispatch.obstacle import OBSTACLES, Obstacle
from dispatch.unit import DutyStatus
from dispatch.whereabouts import NEVER_MS, Whereabouts, locate_officers
from geo.position import Fix, Positions
from geo.road.eligible import ANYBODY, Wanted
from geo.road.road_class import Mode
from geo.road.snap import Joins
from geo.road.straight_line import StraightLineTravelTimes

STREET = town("1---2---3---x")
CITY = TownCity(STREET, home="123", crews={"2": Crew(mode=Mode.FOOT)})
OFFICERS = CITY.whereabouts()
FAR_AWAY = (110.9, 0.9)


def nearest(officers: Whereabouts, wanted: Wanted = ANYBODY) -> list[tuple[int, str]]:
    """Seconds and name of every officer who can come to x, the first to arrive first."""
    place = STREET.places("x")
    joins = {mode: times.join(place) for mode, times in officers.city.travel_times.items()}
    ranked = officers.nearest_officers(joins, k=99, wanted=wanted)
    return [(ms // 1000, officers.city.roster.officers[row].id) for ms, row in ranked]


def same(one: Whereabouts, other: Whereabouts) -> bool:
    columns = [field.name for field in fields(Joins)]
    return (
        np.array_equal(one.fix_time_s, other.fix_time_s, equal_nan=True)
        and np.array_equal(one.status, other.status)
        and nearest(one) == nearest(other)
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
    everybody = line_up(officers, np.arange(len(officers.city.roster.crews)), now=NOW)
    judged = candidates(everybody, travel_ms[everybody.officers], Need())
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
    live.swap_city(OFFICERS.city)
    back = [officer.id for officer in OFFICERS.city.officers[-2:]]
    assert {live.present.statuses()[one] for one in back} == {DutyStatus.OFF_DUTY}


WITH_SQUAD = TownCity(
    town("1-2-3-4-x"),
    home="12",
    next_door="3",
    squad="4",
    crews={"1": Crew(auxiliaries=1), "3": Crew(status=DutyStatus.BUSY), "4": Crew(mode=Mode.FOOT)},
    skills={"2-0": ["CRANE"]},
)


def ids(officers: Whereabouts, **names: list[str]) -> list[str]:
    """Officers with the marks named, the first to arrive at x first."""
    place = WITH_SQUAD.town.places("x")
    joins = {mode: times.join(place) for mode, times in officers.city.travel_times.items()}
    wanted = officers.city.marks.wanted(**names)
    ranked = [] if wanted is None else officers.nearest_officers(joins, k=99, wanted=wanted)
    return [officers.city.roster.officers[row].id for _, row in ranked]


@pytest.mark.parametrize("by_air", [False, True])
def test_one_question_asks_for_any_officers_by_their_marks(by_air):
    officers = WITH_SQUAD.whereabouts()
    if by_air:
        engines = dict.fromkeys(Mode, StraightLineTravelTimes(speed_mps=10, why="no roads"))
        city = replace(officers.city, travel_times=engines)
        officers = locate_officers(city, officers.positions, officers.statuses())
    certified_of_3 = ["3-0", "3-1"]
    assert ids(officers, all_of=["free", "kind:grid_brigade"]) == [
        *("2-0", "2-1"),
        *("1-0", "1-1", "1-aux0"),
    ]
    assert ids(officers, all_of=["certified"], none_of=["free"]) == certified_of_3
    by_kind = ids(officers, any_of=["domain:TRANSPORT", "skill:CRANE"])
    assert sorted(by_kind) == ["2-0", "4-0", "4-1"]
    assert ids(officers, all_of=["skill:NOBODY HAS IT"]) == []
    free_again = officers.with_status({"3-1": DutyStatus.AVAILABLE})
    assert ids(free_again, all_of=["certified"], none_of=["free"]) == ["3-0"]
    assert ids(officers, all_of=["certified"], none_of=["free"]) == certified_of_3
