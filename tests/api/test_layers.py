"""Layers over HTTP: loaded as drafts, their findings paged through, dropped."""

from __future__ import annotations

import json

import pytest
import shapely
from demo_service import client_of, copy_of
from shapely import box

from api.layer_upload import file_name
from geo.errors import BadValue

GIS = {"authorization": "Bearer demo-gis"}


@pytest.fixture(scope="module")
def client(small_store, tmp_path_factory):
    with client_of(copy_of(small_store, tmp_path_factory.mktemp("layers"))) as client:
        client.headers.update(GIS)
        yield client


def no_fly(*names: str, code="编号"):
    """A layer of squares that cross nothing."""
    features = [
        {
            "type": "Feature",
            "properties": {code: f"N{at}", "名称": name},
            "geometry": json.loads(shapely.to_geojson(box(109 + at, 21, 109.1 + at, 21.1))),
        }
        for at, name in enumerate(names)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def load(client, content, *, name="禁飞区.geojson", headers=None, **fields: str):
    return client.post(
        "/api/v1/layers",
        data={"kind": "no-fly", "crs": "cgcs2000"} | fields,
        files={"file": (name, content)},
        headers=headers,
    )


def test_a_layer_is_loaded_as_a_draft_and_found_again(client):
    answer = load(client, no_fly("机场", "港口"))
    assert answer.status_code == 201, answer.text
    draft = answer.json()
    assert draft["kind"] == "no-fly"
    assert (draft["file"], draft["rows"], draft["state"]) == ("禁飞区.geojson", 2, "draft")
    assert draft["loaded_by"] == "demo-gis"
    assert answer.headers["location"] == f"/api/v1/layers/{draft['id']}"
    assert client.get(answer.headers["location"]).json() == draft
    assert client.get("/api/v1/layers").json()["items"][0] == draft


def test_the_system_is_said_in_the_form_and_outranks_the_file(client):
    draft = load(client, no_fly("机场"), crs="gcj02").json()
    assert draft["crs"] == "gcj02"
    refused = load(client, no_fly("机场"), layer="没有")
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_input")


def test_findings_are_paged_and_the_report_has_all(client):
    flawed = no_fly("机场", "港口", "码头").replace(b"N2", b"N1").replace(b"N1", b"N0")
    number = load(client, flawed).json()["id"]
    first = client.get(f"/api/v1/layers/{number}/findings", params={"limit": 1}).json()
    (finding,) = first["items"]
    assert (finding["code"], finding["severity"], finding["feature"]) == (
        "duplicate_code", "error", "N0",
    )  # fmt: skip
    assert finding["message"]["zh"]
    report = client.get(f"/api/v1/layers/{number}/report").json()
    assert report["findings"][0] == finding
    assert not report["may_be_published"]
    assert report["difference"]["added"] == ["N0"]
    warnings = client.get(f"/api/v1/layers/{number}/findings", params={"severity": "warning"})
    assert {one["severity"] for one in warnings.json()["items"]} <= {"warning"}


def test_the_report_tells_coverage_before_and_after(client):
    """Of zones that ask for five minutes less is covered."""
    zones = client.get("/api/v1/layers/zones/published").json()
    for feature in zones["features"]:
        feature["properties"] = {
            name: feature["properties"][name] for name in ("code", "name", "brigade")
        } | {"arrival_target_s": 300}
    content = json.dumps(zones).encode()
    number = load(client, content, name="zones.geojson", kind="zones").json()["id"]
    report = client.get(f"/api/v1/layers/{number}/report").json()["coverage"]
    before, after = report["before"], report["after"]
    assert report["coverage"] == "potential"
    assert before["weighting"]["code"] == "people"
    assert 0 < after["share"] < before["share"] <= 1
    lost = before["points_in_time"] - after["points_in_time"]
    assert report["lost"]["count"] == lost
    assert len(report["lost"]["codes"]) == min(lost, 100)


def test_a_kind_that_changes_no_coverage_tells_none(client):
    number = load(client, no_fly("机场")).json()["id"]
    assert client.get(f"/api/v1/layers/{number}/report").json()["coverage"] is None


def test_the_same_file_sent_twice_with_one_key_is_one_draft(client):
    keyed = {"idempotency-key": "layer-1"}
    first = load(client, no_fly("机场"), headers=keyed)
    again = load(client, no_fly("机场"), headers=keyed)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    other = load(client, no_fly("港口"), headers=keyed)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


def test_what_a_source_calls_a_column_is_remembered(client):
    said = load(client, no_fly("机场", code="甲"), source="测绘院", map="code=甲").json()
    assert said["counts"]["error"] == 0
    again = load(client, no_fly("机场", code="甲"), source="测绘院").json()
    report = client.get(f"/api/v1/layers/{again['id']}/report").json()
    assert report["columns"][0] == {
        "column": "code", "theirs": "甲", "found": "saved", "sample": ["N0"],
    }  # fmt: skip


def test_a_dropped_draft_has_no_findings_any_more(client):
    number = load(client, no_fly("机场")).json()["id"]
    assert client.delete(f"/api/v1/layers/{number}").json()["state"] == "dropped"
    assert client.get(f"/api/v1/layers/{number}/findings").status_code == 409
    assert client.get("/api/v1/layers/L9").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("禁飞区.geojson", b"no json at all", "bad_input"),
        ("禁飞区.dwg", b"AC1032", "unreadable_file"),
        ("..", b"{}", "bad_value"),
    ],
)
def test_what_cannot_be_read_is_a_problem_in_both_languages(client, name, content, code):
    answer = load(client, content, name=name)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["zh"]


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("zones.zip", "zones.zip"),
        ("/etc/passwd", "passwd"),
        ("C:\\数据\\责任区.zip", "责任区.zip"),
        ("../../x.gpkg", "x.gpkg"),
    ],
)
def test_a_name_is_never_a_path(sent, name):
    assert file_name(sent) == name


@pytest.mark.parametrize("sent", ["", ".", "..", "a/..", "x\0.gpkg", "长" * 41])
def test_a_name_that_no_file_has_is_refused(sent):
    with pytest.raises(BadValue, match="at most 120 bytes"):
        file_name(sent)
