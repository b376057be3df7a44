"""A layer looked at before it is handed in; and fixes taken one by one afterwards."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from demo_service import client_of, copy_of

from geo.datum import from_wgs84

GIS = {"authorization": "Bearer demo-gis"}


@pytest.fixture(scope="module")
def client(small_store, tmp_path_factory):
    with client_of(copy_of(small_store, tmp_path_factory.mktemp("previews"))) as client:
        client.headers.update(GIS)
        yield client


@pytest.fixture(scope="module")
def grids(client):
    return client.get("/api/v1/layers/grids/published").json()


def look(client, content, *, name="网格.geojson", **fields: str):
    return client.post("/api/v1/layers/preview", data=fields, files={"file": (name, content)})


def as_read(layer, datum="wgs84", *, code="网格编码", first=10_000):
    """The layer as an office draws it: its own names of columns, its own datum."""
    features = []
    for feature in layer["features"][:first]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        moved = shapely.transform(shape, lambda xy: from_wgs84(np.asarray(xy), datum))
        geometry = json.loads(shapely.to_geojson(moved))
        properties = {code: feature["properties"]["code"], "备注": "甲"}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_a_file_is_told_kind_columns_and_datum_and_nothing_is_kept(client, grids):
    before = client.get("/api/v1/layers").json()["items"]
    answer = look(client, as_read(grids, "bd09"))
    assert answer.status_code == 200, answer.text
    seen = answer.json()
    assert (seen["kind"], seen["rows"]) == ("grids", len(grids["features"]))
    assert seen["kinds"][0] == {"kind": "grids", "columns": 1, "usable": True}
    code = seen["columns"][0]
    assert (code["column"], code["theirs"], code["found"]) == ("code", "网格编码", "called")
    assert code["needed"]
    assert seen["theirs"][1] == {"name": "备注", "sample": ["甲"]}
    datum = seen["datum"]
    assert (datum["datum"], datum["sureness"]) == ("bd09", "high")
    assert 600 < datum["shift_m"] < 1500
    assert datum["tried"][0]["datum"] == "bd09"
    assert 0 < len(seen["drawn"]["features"]) <= 800
    assert client.get("/api/v1/layers").json()["items"] == before


def test_read_in_the_datum_that_it_is_in_it_lies_where_it_belongs(client, grids):
    seen = look(client, as_read(grids, "gcj02"), crs="gcj02", kind="grids").json()
    assert (seen["crs"], seen["datum"]["datum"]) == ("gcj02", "gcj02")
    at = {one["properties"]["code"]: one["geometry"] for one in grids["features"]}
    drawn = seen["drawn"]["features"][0]
    here = shapely.from_geojson(json.dumps(drawn["geometry"]))
    there = shapely.from_geojson(json.dumps(at[drawn["properties"]["code"]]))
    assert shapely.hausdorff_distance(here, there) < 1e-4


def test_metres_without_a_system_still_show_their_columns(client):
    table = "编码,名称,x,y\nP1,码头,440000,2370000\n".encode("gb18030")
    seen = look(client, table, name="地名.csv", kind="places").json()
    assert (seen["crs"], seen["encoding"], seen["datum"]) == (None, "GB18030", None)
    assert seen["unplaced"]["zh"]
    assert {one["column"]: one["theirs"] for one in seen["columns"]}["name"] == "名称"
    read = look(client, table, name="地名.csv", kind="places", crs="EPSG:4544").json()
    assert read["unplaced"] is None
    assert "105E" in read["crs"]


def test_what_can_be_nothing_at_all_is_asked_for_its_kind(client):
    answer = look(client, "甲,乙\n1,2\n".encode(), name="x.csv")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")


def test_what_a_source_called_a_column_is_seen_in_the_preview(client, grids):
    sent = as_read(grids, code="甲", first=3)
    data = {"kind": "grids", "crs": "cgcs2000", "source": "测绘院", "map": "code=甲"}
    draft = client.post("/api/v1/layers", data=data, files={"file": ("x.geojson", sent)}).json()
    seen = look(client, sent, name="x.geojson", kind="grids", source="测绘院").json()
    assert (seen["columns"][0]["theirs"], seen["columns"][0]["found"]) == ("甲", "saved")
    client.delete(f"/api/v1/layers/{draft['id']}")


@pytest.fixture
def flawed(client, grids):
    """A draft in BD-09 with two codes of another scheme."""
    codes = [grids["features"][at]["properties"]["code"] for at in (3, 60)]
    content = as_read(grids, "bd09")
    for code in codes:
        content = content.replace(code.encode(), f"{code[:12]}0{code[12:]}".encode())
    sent = {"kind": "grids"}
    draft = client.post("/api/v1/layers", data=sent, files={"file": ("x.geojson", content)}).json()
    yield draft
    client.delete(f"/api/v1/layers/{draft['id']}")


def findings_of(client, draft, code):
    found = client.get(f"/api/v1/layers/{draft['id']}/report").json()["findings"]
    return [one for one in found if one["code"] == code]


@pytest.mark.verify
def test_one_fix_is_taken_with_the_datum_first_and_the_others_are_left(client, flawed):
    first, second = findings_of(client, flawed, "code_other_scheme")
    only = [{name: first[name] for name in ("code", "feature", "others")}]
    fixed = client.post(f"/api/v1/layers/{flawed['id']}/fixes", json={"only": only})
    assert fixed.status_code == 200, fixed.text
    assert (fixed.json()["crs"], fixed.json()["version"]) == ("bd09", 2)
    assert findings_of(client, flawed, "datum_other") == []
    assert findings_of(client, flawed, "code_other_scheme") == [second]


@pytest.mark.verify
def test_the_fix_of_nothing_that_is_found_changes_no_row(client, flawed):
    only = [{"code": "tiling_sliver", "feature": "nowhere"}]
    kept = client.post(f"/api/v1/layers/{flawed['id']}/fixes", json={"only": only}).json()
    assert kept["crs"] == flawed["crs"]
    assert len(findings_of(client, flawed, "code_other_scheme")) == 2
