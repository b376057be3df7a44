"""What is planted in made histories is found again: force, roads, stays, seasons."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec.made_history import MONDAY_S, Law, made_history, made_matters

from dispatch.arrival_chance import MODES
from dispatch.planning.incident_history import WEEK_S
from dispatch.planning.recorded_force import (
    at_hand_sets,
    at_hand_shares,
    ranks_of,
    record_force,
)
from dispatch.planning.road_fit import Trips, fit_roads
from dispatch.planning.stay_fit import FEWEST, fit_stays
from dispatch.unit import Unit, UnitKind
from geo.errors import BadValue
from geo.road.road_class import Mode

CAR = MODES.index(Mode.CAR)
MATTERS = made_matters({"A1": "A", "A2": "A", "B1": "B"})


def test_so_many_crews_are_at_hand_as_were_planted(count):
    """Two, three or four of nine happen to be free, and the soonest of them goes."""
    rng = np.random.default_rng(1)
    n = count(reduced=20_000, full=500_000)
    planted = np.array([0, 0.2, 0.5, 0.3, 0, 0, 0, 0, 0])
    travel_s = rng.gamma(3.0, 100.0, (n, 9))
    k = rng.choice(9, n, p=planted) + 1
    free = rng.random((n, 9)).argsort(axis=1).argsort(axis=1) < k[:, None]
    sent = np.where(free, travel_s, np.inf).argmin(axis=1)
    found = at_hand_shares(ranks_of(travel_s, sent), 9)
    assert found.sum() == pytest.approx(1)
    assert found @ np.arange(1, 10) == pytest.approx(planted @ np.arange(1, 10), rel=0.02)
    drawn = at_hand_sets(found, 400, rng=rng)
    again = np.where(drawn[rng.integers(0, 400, n)], travel_s, np.inf).min(axis=1)
    before = np.where(free, travel_s, np.inf).min(axis=1)
    np.testing.assert_allclose(
        np.quantile(again, [0.5, 0.9]), np.quantile(before, [0.5, 0.9]), rtol=0.03
    )


def test_without_a_record_all_are_at_hand():
    np.testing.assert_array_equal(at_hand_shares(np.zeros(0, dtype=int), 3), [0, 0, 1])


@given(
    shares=st.lists(st.floats(0.01, 1.0), min_size=1, max_size=12),
    n_sets=st.integers(1, 90),
    seed=st.integers(0, 99),
)
def test_sets_at_hand_have_the_sizes_and_use_everybody_alike(shares, n_sets, seed):
    share = np.array(shares) / sum(shares)
    sets = at_hand_sets(share, n_sets, rng=np.random.default_rng(seed))
    sizes = np.bincount(sets.sum(axis=1), minlength=len(share) + 1)
    assert sizes[0] == 0
    np.testing.assert_allclose(sizes[1:], share * n_sets, atol=1)
    for size in np.unique(sets.sum(axis=1)):
        used = sets[sets.sum(axis=1) == size].sum(axis=0)
        assert np.ptp(used) <= 1


def test_parties_and_overlaps_are_those_of_a_slow_count():
    history = made_history(Law(stay_s={"A1": 6_000.0}), 300, seed=2, weeks=1)
    units = {"k1": crew("k1", "b1"), "b1": SimpleNamespace(kind=UnitKind.GRID_BRIGADE, parent=None)}
    force = record_force(history, units)
    spans = list(zip(history.dispatched_s, history.handled_s, strict=True))
    in_hand = [sum(a <= at < b for a, b in spans) for at, _ in spans]
    assert force.parties.tolist() == [max(in_hand)]
    assert force.still_bound == pytest.approx(np.mean(np.array(in_hand) > 1), abs=0.02)
    assert (force.codes, force.units) == (("k1",), ("b1",))
    assert np.isnan(force.at_base)


def crew(code: str, parent: str) -> Unit:
    return Unit(
        code=code, name=code, name_en=code, kind=UnitKind.CREW, parent=parent,
        mode=Mode.CAR, lon_lat=(121.0, 30.0),
    )  # fmt: skip


def test_a_crew_that_the_city_forgot_stands_where_it_mostly_set_out():
    history = made_history(Law(), 100, seed=3)
    places = np.full((100, 2), [121.02, 30.01])
    places[:10] += 0.1
    force = record_force(replace(history, from_lon_lat=places), {})
    np.testing.assert_allclose(force.lon_lat, [[121.02, 30.01]])
    assert (force.units, force.modes) == (("k1",), (Mode.CAR,))
    assert force.at_base == pytest.approx(0.9)
    nowhere = record_force(history, {})
    assert len(nowhere) == 0
    assert (nowhere.crew_of == -1).all()


def made_trips(n: int, ground: np.ndarray, *, seed: int, pace: float = 1.4) -> Trips:
    rng = np.random.default_rng(seed)
    grid = rng.integers(0, len(ground), n)
    dispatched_s = MONDAY_S + np.sort(rng.uniform(0, 10 * WEEK_S, n))
    table_s = np.round(rng.gamma(4.0, 80.0, n)) + 20
    taken_s = (80 + table_s * ground[grid] * pace) * np.exp(rng.normal(0, 0.2, n))
    return Trips(grid, np.full(n, CAR), dispatched_s, dispatched_s + taken_s, table_s)


def test_slow_places_are_found_again_and_the_pace_of_the_rest(count):
    ground = np.array([0.8, 1.0, 1.0, 1.25] * 10)
    ground /= np.exp(np.log(ground).mean())
    fitted = fit_roads(
        made_trips(count(reduced=12_000, full=200_000), ground, seed=4),
        [f"c{row % 4}" for row in range(40)],
    )
    np.testing.assert_allclose(fitted.ground, ground, rtol=0.08)
    assert np.median(fitted.model.pace[CAR]) == pytest.approx(1.4, rel=0.05)
    assert fitted.model.turn_out_s[CAR] == pytest.approx(80, abs=15)


def test_a_place_with_few_trips_is_like_its_community():
    ground = np.array([1.0] * 9 + [1.5] * 9)
    community = ["plain"] * 9 + ["hills"] * 9
    trips = made_trips(9_000, ground, seed=5)
    few = trips.take((trips.grid != 17) | (np.arange(9_000) % 97 == 0))
    fitted = fit_roads(few, community)
    assert fitted.ground[17] / fitted.ground[0] == pytest.approx(1.5, rel=0.12)


def test_trips_without_a_way_or_a_credible_arrival_are_left_out():
    trips = made_trips(500, np.ones(3), seed=6)
    odd = replace(trips, table_s=np.where(trips.grid == 2, np.inf, trips.table_s))
    late = replace(odd, arrived_s=np.where(trips.grid == 1, odd.arrived_s + 90_000, odd.arrived_s))
    assert np.count_nonzero(late.usable) == np.count_nonzero(trips.grid == 0)
    nobody = fit_roads(trips.take(np.zeros(0, dtype=int)), ["c"] * 3)
    np.testing.assert_array_equal(nobody.ground, 1.0)
    with pytest.raises(BadValue):
        replace(trips, grid=trips.grid[:3])


def test_stays_are_drawn_by_matter_as_pandas_has_their_quantiles():
    law = Law(stay_s={"A1": 600.0, "A2": 1_200.0, "B1": 3_000.0})
    history = made_history(law, 9_000, seed=7)
    rare = np.flatnonzero(history.matter == 1)[FEWEST // 2 :]
    history = history.take(np.delete(np.arange(9_000), rare))
    stays = fit_stays(history, MATTERS)
    assert stays.services == ("A1", "B1", "domain:A", "domain:B", "all")
    assert [stays.services[row] for row in stays.rows(["A1", "A2", "B1", "?"])] == [
        "A1", "domain:A", "B1", "all",
    ]  # fmt: skip
    frame = pd.DataFrame({"m": history.matter, "s": history.handled_s - history.arrived_s}).groupby(
        "m"
    )["s"]
    level = np.random.default_rng(8).random(4_000)
    for row in (0, 2):
        drawn = stays.draw(history.matters, np.full(4_000, row, dtype=np.int32), level)
        wanted = frame.get_group(row).quantile([0.25, 0.5, 0.9])
        np.testing.assert_allclose(np.quantile(drawn, [0.25, 0.5, 0.9]), wanted, rtol=0.05)


def test_without_stays_half_an_hour_is_left():
    history = made_history(Law(), 50, seed=9, lost=1.0)
    stays = fit_stays(history, MATTERS)
    assert stays.services == ("all",)
    np.testing.assert_array_equal(stays.on_scene_s, 1_800.0)
