"""Coverage now: counts kept through changes against counting anew, and what leaving costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.coverage import Coverage, Demand, price_of, survey
from dispatch.coverage_gap import by_zone, gaps
from geo.errors import BadValue

CREWS = ("A", "B", "C", "D")
NEAR = 2


def street(text: str) -> Coverage:
    """
    Draw demand and crews along a street; a crew reaches two places to either side.

    The first line has a figure for each place: incidents an hour.  The second has zones.  The
    third has crews where they stand: capital letters are free, small ones busy.
    """
    rates, zones, crews = (line.strip() for line in text.strip("\n").splitlines())
    names = tuple(sorted({*zones} - {"."}))
    standing = {mark: at for at, mark in enumerate(crews) if mark != "."}
    ranked = sorted(standing, key=str.upper)
    places = np.arange(len(rates))
    return survey(
        Demand(
            points=tuple(f"p{at}" for at in places),
            zones=names,
            zone=np.array([-1 if zone == "." else names.index(zone) for zone in zones]),
            weight=np.array([float(rate) for rate in rates]),
            incidents_per_h=np.array([float(rate) for rate in rates]),
        ),
        [mark.upper() for mark in ranked],
        np.array([np.abs(places - standing[mark]) <= NEAR for mark in ranked]).reshape(
            len(ranked), len(rates)
        ),
        np.array([mark.isupper() for mark in ranked], dtype=np.bool_),
    )


TOWN = """
    1111122223
    nnnnnsssss
    .A..B..c..
"""
"""A reaches p0 to p3 and B p2 to p6; c, who is busy, would reach p5 to p9."""


def test_what_a_free_crew_reaches_is_covered():
    town = street(TOWN)
    assert town.count.tolist() == [1, 1, 2, 2, 1, 1, 1, 0, 0, 0]
    assert town.share == pytest.approx(9 / 16)


def test_zones_are_named_the_worst_first():
    zones = by_zone(street(TOWN))
    assert [(zone.zone, zone.share, zone.uncovered_per_h) for zone in zones] == [
        ("s", pytest.approx(4 / 11), 7.0),
        ("n", 1.0, 0.0),
    ]


def test_gaps_are_named_the_worst_first():
    town = street(TOWN)
    assert [(gap.point, gap.zone, gap.incidents_per_h) for gap in gaps(town)] == [
        ("p9", "s", 3.0),
        ("p7", "s", 2.0),
        ("p8", "s", 2.0),
    ]
    assert [gap.point for gap in gaps(town, most=1)] == ["p9"]
    assert gaps(town)[0].share == pytest.approx(3 / 16)


def test_a_crew_that_becomes_free_closes_the_gap():
    town = street(TOWN)
    assert town.with_free(2, free=True).share == 1.0
    assert town.share < 1.0, "the old value stays as it was"


def test_a_crew_is_priced_by_what_nobody_else_reaches():
    """B leaves: p4 (1 an hour), p5 and p6 (2 each) are lost; A still has p2 and p3."""
    town = street(TOWN)
    price = price_of(town, [1])
    assert price.incidents_per_h == 5.0
    assert price.share == pytest.approx(5 / 16)
    assert price_of(town, [2]).incidents_per_h == 0.0, "who is busy can't be missed"


def test_two_crews_that_leave_together_cost_more_than_each_alone():
    town = street(TOWN)
    alone = [price_of(town, [crew]).incidents_per_h for crew in (0, 1)]
    assert price_of(town, [0, 1]).incidents_per_h == 9.0 > sum(alone)


def test_a_crew_that_stands_by_has_a_price_too_if_others_may_be_busy():
    """With a quarter of the time busy, p2 and p3 lose 1 - 1/4^2 down to 1 - 1/4."""
    town = street(TOWN)
    lost = 2 * (0.75 - 0) + 2 * ((1 - 0.25**2) - 0.75)
    assert price_of(town, [0], busy_share=0.25).incidents_per_h == pytest.approx(lost)


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_a_busy_share_off_its_scale_is_refused(share):
    with pytest.raises(BadValue, match="busy share"):
        price_of(street(TOWN), [0], busy_share=share)


def test_where_nothing_is_expected_everything_is_covered():
    town = street("00\nnn\n..")
    assert town.share == 1.0
    assert [zone.share for zone in by_zone(town)] == [1.0]


@st.composite
def cities(draw):
    n_points = draw(st.integers(1, 8))
    marks = st.lists(st.booleans(), min_size=n_points, max_size=n_points)
    rates = draw(st.lists(st.integers(0, 9), min_size=n_points, max_size=n_points))
    zone = draw(st.lists(st.integers(-1, 1), min_size=n_points, max_size=n_points))
    return survey(
        Demand(
            points=tuple(f"p{at}" for at in range(n_points)),
            zones=("n", "s"),
            zone=np.array(zone, dtype=np.int64),
            weight=np.array(rates, dtype=np.float64),
            incidents_per_h=np.array(rates, dtype=np.float64) / 10,
        ),
        CREWS,
        np.array([draw(marks) for _ in CREWS], dtype=np.bool_),
        np.array([draw(st.booleans()) for _ in CREWS], dtype=np.bool_),
    )


CHANGES = st.lists(
    st.tuples(st.integers(0, len(CREWS) - 1), st.one_of(st.booleans(), st.integers(0, 255))),
    max_size=12,
)


@given(cities(), CHANGES)
def test_many_changes_leave_what_counting_anew_finds(city, changes):
    n_points = len(city.demand.points)
    for crew, change in changes:
        if isinstance(change, bool):
            city = city.with_free(crew, free=change)
        else:
            bits = np.array([change >> at & 1 for at in range(n_points)], dtype=np.bool_)
            city = city.with_reach(crew, bits)
    anew = survey(city.demand, CREWS, np.array(city.reaches), city.free)
    assert city.count.tolist() == anew.count.tolist()
    assert city.share == anew.share
    assert by_zone(city) == by_zone(anew)


@given(cities(), st.sets(st.integers(0, len(CREWS) - 1)))
def test_the_price_is_what_is_covered_before_less_what_is_covered_after(city, leaving):
    after = city
    for crew in leaving:
        after = after.with_free(crew, free=False)
    price = price_of(city, sorted(leaving))
    assert price.share * city.demand.weight.sum() == pytest.approx(
        (city.share - after.share) * city.demand.weight.sum()
    )
    lost = [gap.point for gap in gaps(after) if gap not in gaps(city)]
    rates = dict(zip(city.demand.points, city.demand.incidents_per_h, strict=True))
    assert price.incidents_per_h == pytest.approx(sum(rates[point] for point in lost))


@given(cities(), st.floats(0, 0.9), st.integers(0, len(CREWS) - 1))
def test_the_expected_price_is_the_mean_over_who_is_found_busy(city, busy_share, crew):
    """Every set of the other free crews may be found busy, by its chance."""
    standing = np.flatnonzero(city.free)
    if crew not in standing:
        assert price_of(city, [crew], busy_share=busy_share).incidents_per_h == 0
        return
    reaches = np.array(city.reaches)
    mean = 0.0
    for busy in range(2 ** len(standing)):
        here = standing[[busy >> at & 1 == 0 for at in range(len(standing))]]
        chance = busy_share ** (len(standing) - len(here)) * (1 - busy_share) ** len(here)
        with_all = reaches[here].any(axis=0)
        without = reaches[here[here != crew]].any(axis=0)
        mean += chance * city.demand.incidents_per_h @ (with_all & ~without)
    found = price_of(city, [crew], busy_share=busy_share)
    assert found.incidents_per_h == pytest.approx(mean, abs=1e-9)


def test_demand_and_crews_that_do_not_fit_are_refused():
    demand = street(TOWN).demand
    for change, says in [
        ({"weight": np.ones(3)}, "one zone, weight and rate"),
        (
            {
                "points": tuple("ba"),
                "zone": np.zeros(2, int),
                "weight": np.ones(2),
                "incidents_per_h": np.ones(2),
            },
            "ascending",
        ),
        ({"incidents_per_h": -np.ones(10)}, "never negative"),
    ]:
        with pytest.raises(BadValue, match=says):
            replace(demand, **change)
    with pytest.raises(BadValue, match="of that shape"):
        survey(demand, ("A",), np.ones((1, 3), dtype=bool), np.ones(1, dtype=bool))
