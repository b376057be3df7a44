"""
OGC API – Features – Part 1 (17-069r4), conformance class *Core*, test by test.

Each test is called after the abstract test ``/conf/core/…`` of annex A that it carries out, with
underscores for hyphens.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ogc.conftest import CLOSED
from ogc.reader import CRS84, GEOJSON, OPENAPI, Reader, linked
from shapely.geometry import LineString, box, shape
from spec.served_town import SEVEN

NAMES = (
    "areas", "zones", "grids", "no-fly", "units", "places", "roads", "closures", "officers",
    "incidents",
)  # fmt: skip
WORLD = (-180, -90, 180, 90)
NO_TOWN = (-10, 40, 10, 50)


def test_http(reader: Reader):
    """Every address that a link gives is answered, and what is no address is not."""
    for path in ("/", "/conformance", "/collections", "/collections/zones"):
        for one in reader.json(path)["links"]:
            reader.ask(one["href"])
    reader.ask("/nowhere", 404)
    assert reader.client.post("/ogc/", headers={"accept": "*/*"}).status_code == 405


@pytest.mark.parametrize("name", NAMES)
def test_crs84(reader: Reader, name):
    """Without another word coordinates are longitude and latitude of WGS 84."""
    answer = reader.ask(f"/collections/{name}/items")
    assert answer.headers["content-crs"] == f"<{CRS84}>"
    for feature in answer.json()["features"]:
        if feature["geometry"] is not None:
            west, south, east, north = shape(feature["geometry"]).bounds
            assert 108.9 < west <= east < 109.4
            assert -0.2 < south <= north < 0.2


def test_root_op(reader: Reader):
    for accept in ("application/json", "text/html", "*/*"):
        reader.ask("/", accept=accept)


def test_root_success(reader: Reader):
    content = reader.json("/")
    assert content["title"]
    assert linked(content, "self", "application/json")
    assert linked(content, "alternate", "text/html")
    for rel in ("service-desc", "service-doc", "conformance", "data"):
        assert linked(content, rel), rel


def test_api_definition_op(reader: Reader):
    content = reader.json("/")
    for rel in ("service-desc", "service-doc"):
        reader.ask(linked(content, rel)["href"])


def test_api_definition_success(reader: Reader):
    content = reader.json("/")
    described = linked(content, "service-desc", OPENAPI)
    answer = reader.ask(described["href"])
    assert answer.headers["content-type"] == OPENAPI
    assert answer.json()["openapi"].startswith("3.0.")
    page = reader.ask(linked(content, "service-doc", "text/html")["href"])
    assert page.headers["content-type"].startswith("text/html")


def test_conformance_op(reader: Reader):
    reader.ask(linked(reader.json("/"), "conformance")["href"])


def test_conformance_success(reader: Reader):
    declared = reader.json("/conformance")["conformsTo"]
    part_1 = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
    assert {f"{part_1}{name}" for name in ("core", "geojson", "html", "oas30")} <= set(declared)
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in declared


def test_fc_md_op(reader: Reader):
    reader.ask(linked(reader.json("/"), "data")["href"])


def test_fc_md_success(reader: Reader):
    content = reader.json("/collections")
    assert isinstance(content["links"], list)
    assert isinstance(content["collections"], list)


def test_fc_md_links(reader: Reader):
    content = reader.json("/collections")
    assert linked(content, "self", "application/json")
    assert linked(content, "alternate", "text/html")
    assert all(one["rel"] and one["type"] for one in content["links"])


def test_fc_md_items(reader: Reader):
    """Every collection there is, is listed, and once."""
    listed = [one["id"] for one in reader.json("/collections")["collections"]]
    assert len(listed) == len(set(listed))
    assert set(NAMES) <= set(listed)
    assert [name for name in listed if name not in NAMES and not name.startswith("draft-")] == []


def test_fc_md_items_links(reader: Reader):
    for collection in reader.json("/collections")["collections"]:
        assert linked(collection, "items", GEOJSON)
        assert linked(collection, "items", "text/html")
        assert all(one["rel"] and one["type"] for one in collection["links"])


def test_fc_md_extent(reader: Reader):
    """Where an extent is said, all features lie in it."""
    said = {
        name: one["extent"]["spatial"]
        for name, one in reader.collections().items()
        if "spatial" in one.get("extent", {})
    }
    assert {"areas", "zones", "grids", "roads"} <= set(said)
    for name, extent in said.items():
        assert extent["crs"] == CRS84
        [bounds] = extent["bbox"]
        whole = box(*bounds).buffer(1e-8)
        shapes = [one["geometry"] for one in reader.features(name, limit=1000)]
        assert all(whole.covers(shape(one)) for one in shapes if one is not None)
    for name in ("closures", "officers", "incidents"):
        assert reader.collections()[name]["extent"]["temporal"]["interval"] == [[None, None]]


@pytest.mark.parametrize("name", NAMES)
def test_sfc_md_op(reader: Reader, name):
    reader.ask(f"/collections/{name}")


def test_sfc_md_op_of_a_collection_that_is_not_there(reader: Reader):
    assert reader.json("/collections/nothing", 404)["code"] == "not_found"


@pytest.mark.parametrize("name", NAMES)
def test_sfc_md_success(reader: Reader, name):
    """It is described by itself as it is in the list, but for its links."""
    listed, alone = reader.collections()[name], reader.json(f"/collections/{name}")
    for said in ("id", "title", "description", "crs", "storageCrs"):
        assert alone[said] == listed[said]
    assert alone.get("extent") == listed.get("extent")
    assert alone["itemType"] == "feature"


@pytest.mark.parametrize("name", NAMES)
def test_fc_op(reader: Reader, name):
    href = linked(reader.collections()[name], "items", GEOJSON)["href"]
    assert reader.ask(href).headers["content-type"] == GEOJSON


def parameter(reader: Reader, wanted: str, name: str = "units"):
    """What the definition of the interface says of a parameter of items."""
    paths = reader.json("/api", f="json")["paths"]
    [found] = [
        one
        for one in paths[f"/collections/{name}/items"]["get"]["parameters"]
        if one["name"] == wanted
    ]
    return found


def test_fc_bbox_definition(reader: Reader):
    said = parameter(reader, "bbox")
    assert (said["in"], said["required"], said["style"], said["explode"]) == (
        "query", False, "form", False,
    )  # fmt: skip
    assert said["schema"]["type"] == "array"
    assert said["schema"]["items"] == {"type": "number"}
    counts = [(one["minItems"], one["maxItems"]) for one in said["schema"]["oneOf"]]
    assert counts == [(4, 4), (6, 6)]


def joined(figures) -> str:
    return ",".join(map(str, figures))


@pytest.mark.parametrize("name", NAMES)
def test_fc_bbox_response(reader: Reader, name):
    """Features that touch the box are there, others are not, and those without shape are."""
    every = reader.features(name, limit=1000)
    boxes = [WORLD, NO_TOWN, (109.0, -0.01, 109.051, 0.01), (109.1, 0, 109.1, 0)]
    for sides in boxes:
        wanted = [
            one["id"]
            for one in every
            if one["geometry"] is None or shape(one["geometry"]).intersects(box(*sides).envelope)
        ]
        assert reader.ids(name, bbox=joined(sides), limit=1000) == wanted


def test_fc_bbox_response_with_six_figures_passes_heights_over(reader: Reader):
    flat = reader.ids("roads", bbox="109.0,-0.01,109.11,0.01", limit=1000)
    assert reader.ids("roads", bbox="109.0,-0.01,-50,109.11,0.01,900", limit=1000) == flat
    assert flat


def test_fc_bbox_response_across_the_180th_meridian(reader: Reader):
    assert reader.ids("zones", bbox="170,-1,-170,1") == []
    assert reader.ids("zones", bbox="100,-1,-170,1") == reader.ids("zones")


def test_fc_limit_definition(reader: Reader):
    said = parameter(reader, "limit")
    assert (said["in"], said["required"]) == ("query", False)
    schema = said["schema"]
    assert schema == {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 10}


@pytest.mark.parametrize("limit", [1, 2, 5, 10, 1000, 10_000, 10_001, 10**30])
def test_fc_limit_response(reader: Reader, limit):
    """No page is longer than asked for, and what is asked beyond the most is cut to it."""
    page = reader.json("/collections/roads/items", limit=limit)
    assert page["numberReturned"] == min(limit, page["numberMatched"], 10_000)
    assert len(page["features"]) == page["numberReturned"]


def test_fc_limit_response_without_a_limit_has_ten(reader: Reader):
    page = reader.json("/collections/roads/items")
    assert page["numberReturned"] == 10 < page["numberMatched"]


def test_fc_time_definition(reader: Reader):
    said = parameter(reader, "datetime")
    assert said["schema"] == {"type": "string"}
    assert (said["in"], said["required"], said["style"], said["explode"]) == (
        "query", False, "form", False,
    )  # fmt: skip


def at(hours: float) -> str:
    """An instant so many hours after the clock's first hour, in the time of the city."""
    return (SEVEN + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (at(1), [1]),
        (at(1.5), []),
        (f"{at(1)}/{at(2)}", [1, 2]),
        (f"{at(0.5)}/{at(2.5)}", [1, 2]),
        (f"../{at(1)}", [-21, 0, 1]),
        (f"/{at(1)}", [-21, 0, 1]),
        (f"{at(2)}/..", [2, 3]),
        (f"{at(2)}/", [2, 3]),
        ("../..", [-21, 0, 1, 2, 3]),
        ("2026-11-20T08:00:00+08:00", [1]),
        ("2026-11-20t00:00:00z", [1]),
    ],
)
def test_fc_time_response(reader: Reader, asked, wanted):
    """Incidents were reported in each of four hours, and one of the files the day before."""
    times = sorted(
        datetime.fromisoformat(one["properties"]["reported_at"])
        for one in reader.features("incidents", datetime=asked)
    )
    assert times == [SEVEN + timedelta(hours=hour) for hour in wanted]


def test_fc_time_response_of_an_interval_that_is_open(reader: Reader):
    """The closure began in the fourth hour and has no end."""
    assert reader.ids("closures", datetime=f"../{at(2)}") == []
    for asked in (at(3), at(900), f"{at(5)}/{at(6)}", f"../{at(3)}", f"{at(9)}/.."):
        assert len(reader.ids("closures", datetime=asked)) == 1


@pytest.mark.parametrize("name", ["zones", "roads"])
def test_fc_time_response_of_what_has_no_time(reader: Reader, name):
    assert reader.ids(name, datetime="1900-01-01T00:00:00Z") == reader.ids(name)


@pytest.mark.parametrize("path", ["", "conformance", "api", "collections", "collections/zones"])
def test_query_param_unknown(reader: Reader, path):
    assert reader.json(f"/{path}", 400, no_such=1)["code"] == "bad_parameter"


def test_query_param_unknown_of_items(reader: Reader):
    for path in ("/collections/zones/items", "/collections/zones/items/Z1"):
        refused = reader.json(path, 400, no_such=1)
        assert "'no_such'" in refused["detail"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"}, {"limit": "-1"}, {"limit": "ten"}, {"limit": "1.5"}, {"limit": ""},
        {"limit": "١"},
        {"bbox": "1,2,3"}, {"bbox": "1,2,3,4,5"}, {"bbox": ""}, {"bbox": "a,b,c,d"},
        {"bbox": "1,2,nan,4"}, {"bbox": "1,2,inf,4"}, {"bbox": "1,2,3_0,4"},
        {"bbox": "109,2,110,1"}, {"bbox": "1,2,200,4"}, {"bbox": "1,-91,3,4"},
        {"bbox_crs": CRS84}, {"bbox": "1,2,3,4", "bbox_crs": "EPSG:4326"},
        {"crs": "http://www.opengis.net/def/crs/EPSG/0/4214"}, {"crs": ""},
        {"datetime": ""}, {"datetime": "now"}, {"datetime": "2026-11-20"},
        {"datetime": "2026-02-30T00:00:00Z"}, {"datetime": "2026-11-20T00:00:00"},
        {"datetime": "2026-11-21T00:00:00Z/2026-11-20T00:00:00Z"},
        {"datetime": "2026-11-20T00:00:00Z/../.."}, {"datetime": "2026-11-20T25:00:00Z"},
        {"f": "xml"}, {"f": ""},
    ],
    ids=str,
)  # fmt: skip
def test_query_param_invalid(reader: Reader, query):
    refused = reader.json("/collections/incidents/items", 400, **query)
    assert refused["code"] == "bad_parameter"
    assert refused["zh"]
    assert refused["en"].endswith(".")


def test_query_param_invalid_where_it_comes_twice(reader: Reader):
    answer = reader.client.get(
        "/ogc/collections/zones/items?limit=1&limit=2", headers={"authorization": "Bearer demo-gis"}
    )
    assert answer.status_code == 400
    assert "more than once" in answer.json()["en"]


def test_query_param_invalid_where_a_column_holds_figures(reader: Reader):
    assert reader.ids("zones", arrival_target_s=900) == ["Z1"]
    assert reader.ids("zones", arrival_target_s="9e2") == ["Z1"]
    reader.json("/collections/zones/items", 400, arrival_target_s="soon")
    reader.json("/collections/officers/items", 400, certified="perhaps")


@pytest.mark.parametrize("name", NAMES)
def test_fc_response(reader: Reader, name):
    page = reader.json(f"/collections/{name}/items", limit=3)
    assert page["type"] == "FeatureCollection"
    assert len(page["features"]) <= 3
    for feature in page["features"]:
        assert set(feature) == {"type", "id", "geometry", "properties"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_fc_links(reader: Reader, name, limit):
    """``self`` and ``alternate`` are there, and ``next`` as long as there is more."""
    pages = list(reader.pages(f"/collections/{name}/items", limit=limit))
    for page in pages:
        assert linked(page, "self", GEOJSON)
        assert linked(page, "alternate", "text/html")
        assert all(one["rel"] and one["type"] for one in page["links"])
        assert page["numberReturned"] == limit or page is pages[-1]
    ids = [feature["id"] for page in pages for feature in page["features"]]
    assert len(ids) == len(set(ids)) == pages[0]["numberMatched"]


def test_fc_links_keep_what_was_asked(reader: Reader):
    sides = "109.0,-0.01,109.3,0.05"
    page = reader.json("/collections/roads/items", limit=2, bbox=sides, datetime="../..")
    query = parse_qs(urlsplit(linked(page, "next")["href"]).query)
    assert query["limit"] == ["2"]
    assert query["bbox"] == [sides]
    assert query["datetime"] == ["../.."]
    again = reader.json(linked(page, "self")["href"])
    assert again["features"] == page["features"]


def test_fc_timestamp(reader: Reader):
    page = reader.json("/collections/zones/items")
    assert page["timeStamp"].endswith("Z")
    assert datetime.fromisoformat(page["timeStamp"]) == SEVEN + timedelta(hours=3)


@pytest.mark.parametrize("name", NAMES)
def test_fc_number_matched(reader: Reader, name):
    """It counts what fits on all pages, on every one of them."""
    for query in ({}, {"bbox": joined((109.0, -0.01, 109.11, 0.01))}):
        pages = list(reader.pages(f"/collections/{name}/items", limit=2, **query))
        found = sum(len(page["features"]) for page in pages)
        assert {page["numberMatched"] for page in pages} == {found}


@pytest.mark.parametrize("name", NAMES)
def test_fc_number_returned(reader: Reader, name):
    for page in reader.pages(f"/collections/{name}/items", limit=2):
        assert page["numberReturned"] == len(page["features"])


@pytest.mark.parametrize("name", NAMES)
def test_f_op(reader: Reader, name):
    for one in reader.json(f"/collections/{name}/items")["features"]:
        assert reader.ask(f"/collections/{name}/items/{one['id']}").json()["id"] == one["id"]


def test_f_op_of_a_feature_that_is_not_there(reader: Reader):
    assert reader.json("/collections/zones/items/none", 404)["code"] == "not_found"


@pytest.mark.parametrize("name", NAMES)
def test_f_success(reader: Reader, name):
    """A feature by itself is what it is on a page."""
    for one in reader.json(f"/collections/{name}/items")["features"]:
        alone = reader.json(f"/collections/{name}/items/{one['id']}")
        assert {**alone, "links": None} == {**one, "links": None}


@pytest.mark.parametrize("name", NAMES)
def test_f_links(reader: Reader, name):
    for one in reader.json(f"/collections/{name}/items", limit=2)["features"]:
        alone = reader.json(f"/collections/{name}/items/{one['id']}")
        assert linked(alone, "self", GEOJSON)
        assert linked(alone, "alternate", "text/html")
        about = reader.json(linked(alone, "collection")["href"])
        assert about["id"] == name
        assert all(link["rel"] and link["type"] for link in alone["links"])


def test_filters_by_column(reader: Reader):
    """Recommendation ``/rec/core/fc-filters``: columns are parameters."""
    assert reader.ids("units", kind="crew", parent="SQ") == ["S1"]
    assert reader.ids("units", parent="") == ["B1", "SQ"]
    assert reader.ids("units", kind="crew", parent="nobody") == []
    page = reader.json("/collections/units/items", kind="crew", limit=2)
    assert page["numberMatched"] == 5
    assert reader.ids("units", kind="crew", limit=2) == ["K1", "K2", "K4", "K5", "S1"]


SIDES = st.tuples(st.integers(-3, 33), st.integers(-3, 33))


@pytest.fixture(scope="module")
def streets(served_layers) -> list[tuple[str, LineString]]:
    every = Reader(served_layers).features("roads", limit=1000)
    return [(one["id"], shape(one["geometry"])) for one in every]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lon=SIDES, lat=SIDES, limit=st.integers(5, 20))
def test_any_box_read_page_by_page_is_what_touches_it(reader: Reader, streets, lon, lat, limit):
    west, east = (109.1 + side / 1500 for side in sorted(lon))
    south, north = ((side - 25) / 6000 for side in sorted(lat))
    ground = box(west, south, east, north).envelope
    wanted = [number for number, street in streets if street.intersects(ground)]
    assert reader.ids("roads", bbox=joined((west, south, east, north)), limit=limit) == wanted


def test_the_closure_of_the_town_is_where_it_was_drawn(reader: Reader):
    [closed] = reader.features("closures")
    assert closed["geometry"]["coordinates"] == [[CLOSED]]
    assert closed["properties"]["reason"] == "施工"
