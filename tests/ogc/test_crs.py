"""
OGC API – Features – Part 2 (18-058r1), class *Coordinate Reference Systems by Reference*.

Each test is called after the abstract test ``/conf/crs/…`` of annex A that it carries out.  PROJ
says where places are in other systems, in the order of axes that it takes from the registry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache

import numpy as np
import pyproj
import pytest
import shapely
from ogc.reader import CRS84, EPSG, Reader
from shapely import LineString, Point
from shapely.geometry import shape

from api.ogc.geojson import write_shapes
from geo import registry_crs

NORTHING_FIRST = ("4326", "4490", "4547", "4549")
OFFERED = (*NORTHING_FIRST, "3857", "4545", "4524")
URI = re.compile(r"http://www\.opengis\.net/def/crs/(OGC/1\.3/CRS84|EPSG/0/\d{4,5})", re.ASCII)
SHAPED = ("areas", "zones", "grids", "roads", "officers", "incidents")


@cache
def proj(code: str) -> Callable[[np.ndarray], np.ndarray]:
    """Bring longitudes and latitudes to a system by PROJ alone, axes as the registry has them."""
    to = pyproj.Transformer.from_crs("EPSG:4326", f"EPSG:{code}", allow_ballpark=True)
    return lambda lon_lat: np.stack(to.transform(lon_lat[:, 1], lon_lat[:, 0]), axis=1)


def test_crs_uri(reader: Reader):
    """Every system is named as OGC names systems."""
    listed = reader.json("/collections")
    named = set(listed["crs"])
    for one in listed["collections"]:
        named |= {*one["crs"], one["storageCrs"]}
    assert named == {CRS84, *(f"{EPSG}{code}" for code in OFFERED)}
    assert all(URI.fullmatch(uri) for uri in named)


def test_default_crs(reader: Reader):
    for one in reader.json("/collections")["collections"]:
        assert one["crs"][0] == CRS84


def test_storage_crs(reader: Reader):
    for one in reader.json("/collections")["collections"]:
        assert one["storageCrs"] in one["crs"]


@pytest.mark.parametrize("name", SHAPED)
@pytest.mark.parametrize("code", OFFERED)
def test_crs_parameter(reader: Reader, name, code):
    """Every system that is offered can be asked for, of all features and of one."""
    uri = f"{EPSG}{code}"
    answer = reader.ask(f"/collections/{name}/items", crs=uri)
    assert answer.headers["content-crs"] == f"<{uri}>"
    first = answer.json()["features"][0]
    alone = reader.ask(f"/collections/{name}/items/{first['id']}", crs=uri)
    assert alone.headers["content-crs"] == f"<{uri}>"
    assert alone.json()["geometry"] == first["geometry"]


@pytest.mark.parametrize("uri", ["", "EPSG:4326", f"{EPSG}4214", f"{EPSG}4490 ", "x" * 300])
def test_crs_parameter_invalid(reader: Reader, uri):
    for path in ("/collections/zones/items", "/collections/zones/items/Z1"):
        assert reader.json(path, 400, crs=uri)["code"] == "bad_parameter"


@pytest.mark.parametrize("name", SHAPED)
def test_crs_parameter_default(reader: Reader, name):
    bare, said = (
        reader.json(f"/collections/{name}/items", **asked) for asked in ({}, {"crs": CRS84})
    )
    assert bare["features"] == said["features"]


@pytest.mark.parametrize("name", SHAPED)
@pytest.mark.parametrize("code", OFFERED)
def test_crs_parameter_transform(reader: Reader, name, code):
    """Every corner is where PROJ says, with its figures in the order of the registry."""
    plain = shapes_of(reader.features(name, limit=1000))
    moved = shapes_of(reader.features(name, limit=1000, crs=f"{EPSG}{code}"))
    wanted = proj(code)(shapely.get_coordinates(plain))
    tolerance = 2e-9 if code in {"4326", "4490"} else 2e-4
    assert np.abs(shapely.get_coordinates(moved) - wanted).max() < tolerance


def shapes_of(features) -> np.ndarray:
    return np.array([shape(one["geometry"]) for one in features])


def test_axes_stand_as_the_registry_has_them(reader: Reader):
    """The town lies at 109° E and on the equator, so that nobody can mistake one for the other."""
    for code in ("4326", "4490"):
        [lat, lon] = first_corner(reader, code)
        assert abs(lat) < 0.2
        assert 108.9 < lon < 109.4
    [north_m, east_m] = first_corner(reader, "4545")
    assert abs(north_m) < 30_000
    assert 600_000 < east_m < 700_000
    [_, numbered_m] = first_corner(reader, "4524")
    assert 36_000_000 < numbered_m < 37_000_000
    [east_m, north_m] = first_corner(reader, "3857")
    assert 12_100_000 < east_m < 12_200_000
    assert abs(north_m) < 30_000


def first_corner(reader: Reader, code: str) -> list[float]:
    feature = reader.json("/collections/zones/items/Z1", crs=f"{EPSG}{code}")
    corner: list[float] = shapely.get_coordinates(shape(feature["geometry"]))[0].tolist()
    return corner


BOX = (109.1005, -0.0035, 109.107, -0.0005)
"""Some of the town's roads, and a ten-thousandth of a degree from any others."""


@pytest.mark.parametrize("code", OFFERED)
def test_bbox_crs_parameter(reader: Reader, code):
    """The same ground in another system finds what it finds in this one."""
    corners = shapely.segmentize(shapely.box(*BOX), 0.0005)
    moved = proj(code)(shapely.get_coordinates(corners))
    figures = ",".join(map(repr, [*moved.min(axis=0).tolist(), *moved.max(axis=0).tolist()]))
    found = reader.ids("roads", bbox=figures, bbox_crs=f"{EPSG}{code}", limit=1000)
    assert found == reader.ids("roads", bbox=",".join(map(str, BOX)), limit=1000)
    assert 0 < len(found) < len(reader.ids("roads", limit=1000))


def test_bbox_crs_parameter_takes_figures_in_the_order_of_its_axes(reader: Reader):
    west, south, east, north = BOX
    here, exchanged = f"{south},{west},{north},{east}", f"{west},{south},{east},{north}"
    asked = {"bbox_crs": f"{EPSG}4490", "limit": 1000}
    assert reader.ids("roads", bbox=here, **asked) == reader.ids(
        "roads", bbox=exchanged, limit=1000
    )
    reader.json("/collections/roads/items", 400, bbox=exchanged, **asked)


def test_bbox_crs_parameter_may_be_a_point_or_a_line(reader: Reader):
    [[north_m, east_m]] = proj("4547")(np.array([[109.15, 0.0]])).tolist()
    corner = f"{north_m},{east_m}"
    for box in (f"{corner},{corner}", f"{north_m - 9},{east_m},{corner}"):
        assert reader.ids("zones", bbox=box, bbox_crs=f"{EPSG}4547") == ["Z1"]


@pytest.mark.parametrize("uri", ["", "EPSG:4326", f"{EPSG}4214"])
def test_bbox_crs_parameter_invalid(reader: Reader, uri):
    refused = reader.json("/collections/zones/items", 400, bbox="109,0,110,1", bbox_crs=uri)
    assert refused["en"].startswith("bbox-crs")


@pytest.mark.parametrize("uri", [CRS84, CRS84.replace("1.3", "0") + "h"])
def test_bbox_crs_parameter_default(reader: Reader, uri):
    box = ",".join(map(str, BOX))
    assert reader.ids("roads", bbox=box) == reader.ids("roads", bbox=box, bbox_crs=uri)


def test_figures_beyond_a_system_are_refused(reader: Reader):
    asked = {"bbox": "1e30,1e30,2e30,2e30", "bbox_crs": f"{EPSG}4547"}
    assert reader.json("/collections/zones/items", 400, **asked)["code"] == "bad_parameter"


def test_what_has_a_corner_that_is_nowhere_has_no_geometry():
    """Such drafts are handed in; `null` in the place of a figure would be no GeoJSON."""
    line, point = LineString([(109, 21), (300, 21)]), Point(109, 21)
    written = write_shapes(np.array([line, point, Point(), None], dtype=object), registry_crs.CRS84)
    assert [json.loads(one) for one in written][1]["coordinates"] == [109, 21]
    assert [one == b"null" for one in written] == [True, False, True, True]
