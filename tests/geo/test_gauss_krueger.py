"""Zones by their figures: what a number before eastings tells, and what nothing can tell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.datum import from_wgs84, parse_crs, to_wgs84
from geo.gauss_krueger import (
    are_exchanged,
    epsg_by_figures,
    narrow_epsg,
    with_fitting_eastings,
    zone_epsg,
)

IN_CHINA = st.tuples(st.floats(74.5, 134.5), st.floats(18.2, 53.0))
BEIHAI = np.array([[109.12, 21.48], [109.2, 21.5]])


@given(IN_CHINA)
def test_a_place_with_its_zone_before_the_easting_is_found_again(lon_lat):
    narrow = zone_epsg(round(lon_lat[0] / 3))
    wide = zone_epsg(int(lon_lat[0] // 6) + 1)
    for epsg in (narrow, wide):
        xy = from_wgs84(np.array([lon_lat]), f"EPSG:{epsg}")
        assert epsg_by_figures(xy) == epsg
        assert np.allclose(to_wgs84(xy, f"EPSG:{epsg}"), [lon_lat], atol=1e-9)


@given(IN_CHINA)
def test_without_the_zone_nothing_is_guessed_and_the_place_says_which_it_would_be(lon_lat):
    epsg = narrow_epsg(lon_lat[0])
    xy = from_wgs84(np.array([lon_lat]), f"EPSG:{epsg}")
    assert epsg_by_figures(xy) is None
    assert abs(xy[0, 0] - 500_000) < 170_000


def test_places_of_two_zones_and_degrees_are_in_no_zone():
    xy = from_wgs84(BEIHAI, "EPSG:4524")
    assert epsg_by_figures(xy) == 4524
    assert epsg_by_figures(np.concatenate([xy, xy + np.array([1e6, 0])])) is None
    assert epsg_by_figures(BEIHAI) is None


def test_outside_china_no_zone_is_named():
    assert narrow_epsg(10.0) is None
    assert zone_epsg(24) is None


@pytest.mark.parametrize("crs", ["wgs84", "EPSG:4524", "EPSG:4545", "EPSG:4497"])
def test_northings_before_eastings_are_noticed(crs):
    xy = from_wgs84(BEIHAI, crs)
    assert not are_exchanged(xy)
    assert are_exchanged(xy[:, ::-1])


@given(IN_CHINA, st.sampled_from(["wgs84", "narrow", "bare"]))
def test_no_place_in_china_is_thought_exchanged_unless_it_is(lon_lat, how):
    crs = {
        "wgs84": "wgs84",
        "narrow": f"EPSG:{zone_epsg(round(lon_lat[0] / 3))}",
        "bare": f"EPSG:{narrow_epsg(lon_lat[0])}",
    }[how]
    xy = from_wgs84(np.array([lon_lat]), crs)
    assert not are_exchanged(xy)
    assert are_exchanged(xy[:, ::-1])


@pytest.mark.parametrize(("numbered", "bare"), [(4524, 4545), (4497, 4546)])
def test_a_declared_zone_is_taken_with_or_without_its_number_as_the_figures_have_it(numbered, bare):
    with_number = from_wgs84(BEIHAI, f"EPSG:{numbered}")
    without = from_wgs84(BEIHAI, f"EPSG:{bare}")
    for declared in (numbered, bare):
        crs = parse_crs(f"EPSG:{declared}")
        for xy in (with_number, without):
            assert np.allclose(to_wgs84(xy, with_fitting_eastings(crs, xy)), BEIHAI, atol=1e-9)


def test_systems_that_are_no_such_zones_are_left_alone():
    for name in ("wgs84", "EPSG:3857", "EPSG:32649", "EPSG:4490"):
        crs = parse_crs(name)
        assert with_fitting_eastings(crs, from_wgs84(BEIHAI, crs)) is crs
