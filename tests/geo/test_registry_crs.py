"""Systems by the names of their registries: the order of axes, and places known from elsewhere."""

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.registry_crs import CRS84, epsg_crs, systems_at

BEIHAI = (109.1689, 21.4627)
INSIDE_CHINA = st.tuples(st.floats(74, 134), st.floats(18, 53))


@pytest.mark.parametrize(
    ("code", "north_first", "in_degrees"),
    [
        (4326, True, True),
        (4490, True, True),
        (4547, True, False),
        (4549, True, False),
        (4526, True, False),
        (3857, False, False),
    ],
)
def test_axes_stand_in_the_order_of_the_registry(code, north_first, in_degrees):
    system = epsg_crs(code)
    assert (system.north_first, system.in_degrees) == (north_first, in_degrees)
    assert system.uri == f"http://www.opengis.net/def/crs/EPSG/0/{code}"


def test_latitude_comes_first_in_cgcs2000_and_longitude_in_crs84():
    there = np.array([BEIHAI])
    assert epsg_crs(4490).from_lon_lat(there).tolist() == [[21.4627, 109.1689]]
    assert epsg_crs(4326).from_lon_lat(there).tolist() == [[21.4627, 109.1689]]
    assert CRS84.from_lon_lat(there).tolist() == [list(BEIHAI)]


def test_the_northing_comes_first_in_a_zone():
    """On the middle meridian the easting is 500 km; the northing is the length of the meridian."""
    [[north_m, east_m]] = epsg_crs(4547).from_lon_lat(np.array([[114.0, 30.0]])).tolist()
    assert east_m == 500_000
    assert north_m == pytest.approx(3_320_113.398, abs=1e-3)


@pytest.mark.parametrize("code", [4547, 4549, 4545, 4524, 3857])
def test_positions_are_those_of_proj_in_its_own_order(code):
    own_order = pyproj.Transformer.from_crs(4326, code, allow_ballpark=True)
    lat_lon = BEIHAI[1], BEIHAI[0]
    wanted = own_order.transform(*lat_lon)
    assert epsg_crs(code).from_lon_lat(np.array([BEIHAI]))[0] == pytest.approx(wanted, abs=1e-3)


@given(st.lists(INSIDE_CHINA, min_size=1, max_size=5), st.sampled_from(systems_at(109.2)))
def test_there_and_back_is_the_same_place(places, system):
    lon_lat = np.array(places)
    back = system.to_lon_lat(system.from_lon_lat(lon_lat))
    assert np.abs(back - lon_lat).max() < 1e-7


def test_what_is_no_place_is_nowhere_in_either_direction():
    nowhere = np.array([[np.nan, 20.0], [500.0, 20.0], BEIHAI])
    for system in systems_at(109.2):
        moved = system.from_lon_lat(nowhere)
        assert np.isfinite(moved).all(axis=1).tolist() == [False, False, True]
    assert np.isnan(epsg_crs(4490).to_lon_lat(np.array([[109.0, 21.0]]))).all()


def test_a_city_is_offered_in_its_own_zone_with_and_without_the_number():
    uris = [system.uri.rpartition("/")[2] for system in systems_at(109.2)]
    assert uris == ["CRS84", "4326", "4490", "3857", "4547", "4549", "4545", "4524"]
    uris = [system.uri.rpartition("/")[2] for system in systems_at(120.3)]
    assert uris == ["CRS84", "4326", "4490", "3857", "4547", "4549", "4528"]
    assert len(systems_at(24.9)) == 6
