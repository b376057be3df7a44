"""Teams in time: both searches against the whole matrix of travel times."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from spec.made_networks import networks, places_in
from spec.town import town

from geo.road.closed_street import closed_streets
from geo.road.customise import NEVER
from geo.road.metric import weigh
from geo.road.snap import Joins
from geo.road.teams import NO_TEAM, Teams, find_teams, in_time_from
from geo.road.travel_time import UNREACHABLE_MS, NetworkTravelTimes
from geo.road.workspace import LAST_STAMP

TEAMS = 3


def reached(times: NetworkTravelTimes, units: Joins, places: Joins, limit_ms) -> np.ndarray:
    """Which unit is in time where, bool[n_units, n_places]."""
    rows = [
        [
            int(times.matrix(units.take([unit]), places.take([place]))[0, 0])
            for place in range(len(places))
        ]
        for unit in range(len(units))
    ]
    ms = np.array(rows).reshape(len(units), len(places))
    return (ms != UNREACHABLE_MS) & (ms <= limit_ms)


def find(times, units, teams, places, limit_ms, *, most):
    found = np.full((len(places), most), NO_TEAM, dtype=np.int32)
    hung = times.fleet(units).hung
    find_teams(times.roads, times.metric, hung, teams, places, limit_ms, found, times.room)
    return found


@st.composite
def questions(draw):
    network = draw(networks())
    times = NetworkTravelTimes(network)
    edges = draw(st.sets(st.integers(0, max(network.n_edges - 1, 0)), max_size=4))
    if network.n_edges and edges:
        edge_ms = network.edge_ms.copy()
        edge_ms[sorted(edges)] = NEVER
        shut = weigh(times.roads, edge_ms, version="shut")
        times = times.under(replace(shut, closed=closed_streets(network, shut.edge_ms)))
    units = draw(places_in(network, size=draw(st.integers(1, 6))))
    places = draw(places_in(network, size=draw(st.integers(1, 4))))
    limit = st.sampled_from([-1, 0, 7, 20, 60, 200, 9_000])
    limits = draw(st.lists(limit, min_size=len(places), max_size=len(places)))
    team = st.integers(NO_TEAM, TEAMS - 1)
    of = draw(st.lists(team, min_size=len(units), max_size=len(units)))
    return times, units, places, np.array(limits), np.array(of, dtype=np.int32)


@given(questions(), st.integers(1, 2), st.integers(1, 3))
def test_a_team_is_found_where_enough_of_its_units_are_in_time(question, need, most):
    times, units, places, limit_ms, of = question
    if times.metric.closed is not None:
        of[times.metric.closed.locked(units, onward=True)] = NO_TEAM
    in_time = reached(times, units, places, limit_ms)
    found = find(times, units, Teams(of, need), places, limit_ms, most=most)
    for place, row in enumerate(found.tolist()):
        complete = {team for team in range(TEAMS) if in_time[of == team, place].sum() >= need}
        named = [team for team in row if team != NO_TEAM]
        assert len(set(named)) == len(named) == min(len(complete), most)
        assert set(named) <= complete
        assert row == named + [NO_TEAM] * (most - len(named))


@given(questions())
def test_a_unit_is_in_time_where_the_matrix_says_so(question):
    times, units, places, limit_ms, _ = question
    expected = reached(times, units, places, limit_ms)
    found = in_time_from(times.roads, times.metric, units, places, limit_ms, times.room)
    assert found.tolist() == expected.tolist()


STREET = town("a---b---c---d")
TIMES = NetworkTravelTimes(STREET.network())
ENDS = TIMES.join(np.array([STREET.lon_lat[name] for name in "aad"]))
MIDDLE = TIMES.join(np.array([STREET.lon_lat["b"]]))
MINUTE_MS = np.array([60_000])


def test_what_is_on_the_list_already_stays_and_is_added_to():
    found = np.array([[7, NO_TEAM]], dtype=np.int32)
    hung, teams = TIMES.fleet(ENDS).hung, Teams(np.array([0, 0, 1], dtype=np.int32), 2)
    find_teams(TIMES.roads, TIMES.metric, hung, teams, MIDDLE, MINUTE_MS, found, TIMES.room)
    assert found.tolist() == [[7, 0]]


def test_labels_of_earlier_questions_count_for_nothing_when_stamps_run_out():
    teams = Teams(np.array([0, 0, 1], dtype=np.int32), 1)
    for left in range(4):
        TIMES.room.stamp = LAST_STAMP - left
        for place, expected in (("b", [[0, NO_TEAM]]), ("c", [[1, NO_TEAM]])):
            here = TIMES.join(np.array([STREET.lon_lat[place]] * 2))
            found = find(TIMES, ENDS, teams, here, MINUTE_MS.repeat(2), most=2)
            assert found.tolist() == expected * 2
