"""Coordinate systems: against an independent implementation, out and back, and refusals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import prcoords
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.datum import SevenParameters, from_wgs84, parse_crs, to_wgs84, to_wgs84_or_nowhere
from geo.errors import BadValue, UnknownCrs

BEIHAI = np.array([[109.1193, 21.4733]])
TENTH_OF_A_MILLIMETRE_DEG = 1e-9

in_china = st.tuples(st.floats(72.1, 137.7), st.floats(1.0, 55.7))


def offset_m(left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    return float(pyproj.Geod(ellps="WGS84").inv(*left[0], *right[0])[2])


@pytest.mark.parametrize(
    ("crs", "oracle"), [("gcj02", prcoords.wgs_gcj), ("bd09", prcoords.wgs_bd)]
)
@given(lon_lat=in_china)
def test_offset_systems_agree_with_an_independent_implementation(
    crs: str,
    oracle: Callable[[tuple[float, float]], tuple[float, float]],
    lon_lat: tuple[float, float],
):
    lon, lat = lon_lat
    expected = oracle((lat, lon))
    assert from_wgs84(np.array([lon_lat]), crs)[0] == pytest.approx(expected[::-1], abs=1e-11)


@pytest.mark.parametrize("crs", ["wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:4547", "EPSG:3857"])
@given(lon_lat=in_china)
def test_out_and_back_is_the_same_place(crs: str, lon_lat: tuple[float, float]):
    place = np.array([lon_lat])
    back = to_wgs84(from_wgs84(place, crs), crs)
    assert np.abs(back - place).max() < TENTH_OF_A_MILLIMETRE_DEG


def test_a_phone_map_is_half_a_kilometre_off_and_baidu_more():
    assert 400 < offset_m(BEIHAI, from_wgs84(BEIHAI, "gcj02")) < 700
    assert 1_000 < offset_m(BEIHAI, from_wgs84(BEIHAI, "bd09")) < 1_500


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_outside_china_nothing_is_shifted(crs: str):
    abroad = np.array([[24.94, 60.17], [-73.9, 40.7], [151.2, -33.9]])
    assert (from_wgs84(abroad, crs) == abroad).all()
    assert (to_wgs84(abroad, crs) == abroad).all()


def test_a_gauss_krueger_zone_of_cgcs2000_is_exact():
    grid = from_wgs84(np.array([[114.0, 30.0]]), "EPSG:4547")
    assert grid[0] == pytest.approx([500_000.0, 3_320_113.398], abs=1e-3)


@pytest.mark.parametrize("word", ["wgs84", " WGS-84 ", "EPSG:4326", "epsg:4326", "wgs_84"])
def test_words_are_read_whatever_their_case(word: str):
    assert parse_crs(word).name == "wgs84"


@pytest.mark.parametrize("form", ["WKT1_ESRI", "WKT2_2019"])
def test_the_text_inside_a_layer_file_is_read(form: str):
    assert parse_crs(pyproj.CRS.from_epsg(4490).to_wkt(form)).name == "cgcs2000"
    zone = parse_crs(pyproj.CRS.from_epsg(4547).to_wkt(form))
    assert to_wgs84(np.array([[500_000.0, 3_320_113.398]]), zone)[0] == pytest.approx([114.0, 30.0])


@pytest.mark.parametrize(
    ("code", "name"), [("EPSG:4214", "Beijing 54"), ("EPSG:2383", "Xi'an 80"), ("EPSG:4555", "New")]
)
def test_old_chinese_datums_are_refused_with_the_way_out(code: str, name: str):
    with pytest.raises(UnknownCrs, match=f"{name}.*seven parameters.*EPSG:4490"):
        parse_crs(code)


@pytest.mark.parametrize("word", ["", "nonsense", "EPSG:999999", "x" * 100])
def test_an_unknown_word_names_those_that_are_known(word: str):
    with pytest.raises(UnknownCrs, match="give wgs84, cgcs2000, gcj02, bd09 or EPSG:n"):
        parse_crs(word)


def test_a_system_without_a_place_on_earth_is_refused():
    local = 'LOCAL_CS["plan of the site",UNIT["metre",1]]'
    with pytest.raises(UnknownCrs, match="No operation leads from"):
        parse_crs(local)


@pytest.mark.parametrize("crs", ["wgs84", "gcj02", "bd09"])
@pytest.mark.parametrize(
    ("lon", "lat", "hint"),
    [
        (500.0, 40.0, "check its coordinate system"),
        (39.9, 116.4, "longitude comes first"),
        (np.nan, 40.0, "check its coordinate system"),
        (np.inf, 40.0, "check its coordinate system"),
    ],
)
def test_what_is_no_position_is_refused_by_its_row(crs: str, lon: float, lat: float, hint: str):
    with pytest.raises(BadValue, match=rf"Position 2 \(.*{hint}"):
        to_wgs84(np.array([[116.4, 39.9], [lon, lat]]), crs)


def test_a_grid_position_far_outside_its_zone_quotes_what_was_given():
    with pytest.raises(BadValue, match=r"Position 1 \(1e\+30, 0\)"):
        to_wgs84(np.array([[1e30, 0.0]]), "EPSG:4547")


def test_positions_must_come_in_pairs():
    with pytest.raises(BadValue, match="n rows of two numbers"):
        to_wgs84(np.zeros(3), "wgs84")


def test_no_positions_are_no_positions():
    assert to_wgs84(np.zeros((0, 2)), "bd09").shape == (0, 2)


def test_of_many_positions_those_that_are_none_are_nowhere_and_the_others_keep_their_place():
    given_in = np.array([[109.1, 21.4], [np.nan, 21.4], [500.0, 21.4], [109.1, np.inf]])
    for crs in ("wgs84", "gcj02", "bd09"):
        found = to_wgs84_or_nowhere(given_in, crs)
        assert np.array_equal(np.isnan(found).all(axis=1), [False, True, True, True])
        assert np.array_equal(found[:1], to_wgs84(given_in[:1], crs))


def geocentric(lon_lat, semi_major_m, flattening):
    """By the book: degrees on an ellipsoid to metres from its centre."""
    lon, lat = np.radians(lon_lat).T
    squared = flattening * (2 - flattening)
    normal = semi_major_m / np.sqrt(1 - squared * np.sin(lat) ** 2)
    return np.stack(
        [
            normal * np.cos(lat) * np.cos(lon),
            normal * np.cos(lat) * np.sin(lon),
            normal * (1 - squared) * np.sin(lat),
        ]
    )


@pytest.mark.parametrize(
    ("code", "semi_major_m", "flattening"),
    [("EPSG:4214", 6_378_245.0, 1 / 298.3), ("EPSG:4610", 6_378_140.0, 1 / 298.257)],
)
def test_seven_parameters_bring_an_old_datum_where_they_say(code, semi_major_m, flattening):
    seven = SevenParameters.parse("12.5,-130.2,-84.1,0.4,-0.3,1.2,-3.5")
    found = to_wgs84(BEIHAI, parse_crs(code, seven))
    x, y, z = geocentric(BEIHAI, semi_major_m, flattening)
    rx, ry, rz = np.radians(np.array([seven.rx_s, seven.ry_s, seven.rz_s]) / 3600)
    grown = 1 + seven.scale_ppm * 1e-6
    moved = np.stack(
        [
            seven.dx_m + grown * (x - rz * y + ry * z),
            seven.dy_m + grown * (rz * x + y - rx * z),
            seven.dz_m + grown * (-ry * x + rx * y + z),
        ]
    )
    there = geocentric(found, 6_378_137.0, 1 / 298.257223563)
    # Heights are not kept, so only the direction from the centre is to be the same.
    along = np.abs(moved / np.linalg.norm(moved) - there / np.linalg.norm(there)).max()
    assert along < 2e-7
    assert 50 < offset_m(BEIHAI, found) < 300


def test_seven_parameters_are_for_old_datums_only_and_are_seven():
    seven = SevenParameters.parse("0,0,0,0,0,0,0")
    with pytest.raises(BadValue, match="needs no seven parameters"):
        parse_crs("EPSG:4547", seven)
    for text in ("1,2,3", "1,2,3,4,5,6,x", "1,2,3,4,5,6,nan"):
        with pytest.raises(BadValue, match="is not seven numbers"):
            SevenParameters.parse(text)
