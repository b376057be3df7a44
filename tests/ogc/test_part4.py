"""
Abstract test suite of OGC API – Features part 4 (20-002), class by class, numbered as there.

Mutable resources are the features of drafts of layers.  Tests of GML, JSON-FG and timestamps are
not here: the service declares none of these classes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import shapely
from fastapi.testclient import TestClient
from shapely import box
from spec.layer_table import layer
from spec.served_town import SEVEN, MovedClock, copy_town, served, write_town

from dispatch.layer.check import check_file
from dispatch.store.layer_drafts import add_draft

GEOJSON, MERGE_PATCH = "application/geo+json", "application/merge-patch+json"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CONF = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf"
GIS, ADMIN = ({"authorization": f"Bearer demo-{role}"} for role in ("gis", "admin"))


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> Iterator[TestClient]:
    store = write_town(tmp_path_factory.mktemp("town"))
    with served(copy_town(store, tmp_path_factory.mktemp("served")), MovedClock()) as client:
        client.headers.update(GIS)
        yield client


def square(at: float) -> dict[str, object]:
    drawn: dict[str, object] = json.loads(shapely.to_geojson(box(109 + at, 21, 109.1 + at, 21.1)))
    return drawn


def feature(code: str, at: float = 0, **properties: object) -> dict[str, object]:
    return {
        "type": "Feature",
        "geometry": square(at),
        "properties": {"code": code, "name": f"禁飞区{code}"} | properties,
    }


def load(client: TestClient, count: int = 3) -> str:
    """Load a draft of that many squares, and answer the address of its items."""
    service = client.app.state.service
    columns = {
        "code": [f"N{at}" for at in range(count)],
        "name": [f"禁飞区{at}" for at in range(count)],
        "name_en": [f"no-fly {at}" for at in range(count)],
    }
    rows = layer("no-fly", columns, [box(900 * at, 0, 900 * at + 500, 500) for at in range(count)])
    with service.store.session() as session:
        draft = add_draft(
            session, check_file(rows), source="", against=None, now=SEVEN, by="demo-gis"
        )
        session.commit()
    return f"/ogc/collections/draft-{draft.id}/items"


@pytest.fixture
def items(client) -> str:
    return load(client)


def send(client, method, address, body, media_type=GEOJSON, **headers: str):
    said = {"content-type": media_type} | {name.replace("_", "-"): v for name, v in headers.items()}
    return client.request(method, address, content=json.dumps(body).encode(), headers=said)


def read(client, address, **query: str):
    answer = client.get(address, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(client, items) -> list[str]:
    return [one["id"] for one in read(client, items, limit="1000")["features"]]


def same_place(one, other, within_m: float = 0.01) -> bool:
    drawn = [shapely.from_geojson(json.dumps(given)).normalize() for given in (one, other)]
    return bool(shapely.hausdorff_distance(*drawn) < within_m / 100_000)


def test_the_definition_tells_what_may_be_done_with_a_draft(client, items):
    paths = read(client, "/ogc/api")["paths"]
    name = items.removeprefix("/ogc")
    assert set(paths[name]) == {"get", "post"}
    assert set(paths[f"{name}/{{featureId}}"]) == {"get", "put", "patch", "delete"}
    assert set(paths["/collections/zones/items"]) == {"get"}


def test_the_classes_are_declared(client):
    declared = read(client, "/ogc/conformance")["conformsTo"]
    held = {"create-replace-delete", "update", "optimistic-locking-etags", "features"}
    assert {one.removeprefix(f"{CONF}/") for one in declared if one.startswith(CONF)} == held


class TestCreateReplaceDelete:
    """/conf/create-replace-delete."""

    def test_1_options(self, client, items):
        answer = client.options(items)
        assert (answer.status_code, answer.headers["allow"]) == (200, "GET, OPTIONS, POST")
        assert answer.headers["accept-post"].startswith(GEOJSON)
        answer = client.options(f"{items}/1")
        assert answer.status_code == 200
        assert answer.headers["allow"] == "GET, OPTIONS, PUT, PATCH, DELETE"

    def test_2_create(self, client, items):
        before = ids(client, items)
        for sent in (feature("N8", 3), feature("N9", 4) | {"id": "77"}):
            answer = send(client, "POST", items, sent)
            assert answer.status_code == 201, answer.text
            made = read(client, answer.headers["location"])
            assert made["properties"]["code"] == sent["properties"]["code"]
            assert same_place(made["geometry"], sent["geometry"])
            assert made["id"] not in before
            assert answer.headers["location"].endswith(f"{items}/{made['id']}")
            assert answer.json()["id"] == made["id"]
        assert ids(client, items) == [*before, "4", "5"]

    def test_3_create_content_type(self, client, items):
        answer = client.post(items, content=json.dumps(feature("N9")).encode())
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")

    def test_4_replace(self, client, items):
        answer = send(client, "PUT", f"{items}/2", feature("N7", 5))
        assert answer.status_code == 200, answer.text
        now = read(client, f"{items}/2")
        assert now["properties"] == {"code": "N7", "name": "禁飞区N7", "name_en": None}
        assert same_place(now["geometry"], square(5))
        assert answer.headers["content-type"] == GEOJSON

    def test_5_replace_content_type(self, client, items):
        answer = client.put(f"{items}/2", content=json.dumps(feature("N9")).encode())
        assert answer.status_code == 400

    def test_6_replace_rid(self, client, items):
        other = read(client, f"{items}/1")
        answer = send(client, "PUT", f"{items}/2", feature("N7", 5) | {"id": "1"})
        assert answer.status_code == 200
        assert read(client, f"{items}/2")["id"] == "2"
        assert read(client, f"{items}/1")["properties"] == other["properties"]

    def test_7_replace_exceptions(self, client, items):
        first = send(client, "PUT", f"{items}/90", feature("N7", 5))
        second = send(client, "PUT", f"{items}/91", feature("N7", 5), if_match='"xyz"')
        assert (first.status_code, second.status_code) == (404, 404)
        assert client.get(f"{items}/91").status_code == 404

    def test_8_delete(self, client, items):
        assert client.delete(f"{items}/2").status_code == 200
        assert client.get(f"{items}/2").status_code == 404
        assert client.delete(f"{items}/2").status_code == 404
        assert ids(client, items) == ["1", "3"]


class TestUpdate:
    """/conf/update."""

    def test_1_options(self, client, items):
        answer = client.options(f"{items}/1")
        assert answer.headers["accept-patch"] == MERGE_PATCH

    def test_2_update(self, client, items):
        before = read(client, f"{items}/2")
        patch = {"properties": {"name": "机场"}}
        answer = send(client, "PATCH", f"{items}/2", patch, MERGE_PATCH)
        assert answer.status_code == 200, answer.text
        after = read(client, f"{items}/2")
        assert after["properties"] == before["properties"] | {"name": "机场"}
        assert (after["geometry"], after["id"]) == (before["geometry"], "2")

    def test_3_update_content_type(self, client, items):
        answer = client.patch(f"{items}/2", content=b'{"properties": {}}')
        assert answer.status_code == 400

    def test_4_update_rid(self, client, items):
        answer = send(client, "PATCH", f"{items}/2", {"id": "9"}, MERGE_PATCH)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_value")


class TestOptimisticLockingEtags:
    """/conf/optimistic-locking-etags."""

    def test_1_get_etag(self, client, items):
        tags = {client.get(f"{items}/{one}").headers["etag"] for one in ids(client, items)}
        assert len(tags) == 3
        assert all(re.fullmatch(r'"[0-9a-f]+-[0-9a-f]+"', tag) for tag in tags)

    @pytest.mark.parametrize(
        ("method", "body", "media_type"),
        [
            ("PUT", feature("N7", 5), GEOJSON),
            ("PATCH", {"properties": {"name": "机场"}}, MERGE_PATCH),
        ],
    )
    def test_2_and_3_replace_and_update(self, client, items, method, body, media_type):
        address = f"{items}/2"
        read_before = client.get(address)
        tag = read_before.headers["etag"]
        stale = send(client, method, address, body, media_type, if_match='"0"')
        assert (stale.status_code, stale.json()["code"]) == (412, "outdated")
        assert client.get(address).json() == read_before.json()
        done = send(client, method, address, body, media_type, if_match=tag)
        assert done.status_code == 200, done.text
        assert done.headers["etag"] == client.get(address).headers["etag"] != tag
        assert send(client, method, address, body, media_type).status_code == 200

    def test_4_delete(self, client, items):
        address = f"{items}/2"
        tag = client.get(address).headers["etag"]
        assert client.delete(address, headers={"if-match": '"0"'}).status_code == 412
        assert client.get(address).status_code == 200
        assert client.delete(address, headers={"if-match": tag}).status_code == 200
        assert client.get(address).status_code == 404
        assert client.delete(f"{items}/3").status_code == 200

    def test_a_condition_is_required_once_somebody_else_edited_last(self, client, items):
        address, patch = f"{items}/2", {"properties": {"name": "机场"}}
        refused = client.patch(address, json=patch, headers=ADMIN | {"content-type": MERGE_PATCH})
        assert (refused.status_code, refused.json()["code"]) == (428, "precondition_required")
        assert "demo-gis edited the layer draft" in refused.json()["en"]
        tag = client.get(address).headers["etag"]
        headers = ADMIN | {"content-type": MERGE_PATCH, "if-match": tag}
        assert client.patch(address, json=patch, headers=headers).status_code == 200
        assert send(client, "PATCH", address, patch, MERGE_PATCH).status_code == 428

    def test_the_tag_of_any_writing_will_do_and_a_weak_one_will_not(self, client, items):
        address, patch = f"{items}/2", {"properties": {"name": "机场"}}
        tag = client.get(address, params={"crs": f"{EPSG}4490"}).headers["etag"]
        assert tag != client.get(address).headers["etag"]
        weak = send(client, "PATCH", address, patch, MERGE_PATCH, if_match=f"W/{tag}")
        assert weak.status_code == 412
        several = f'"other", {tag}'
        done = send(client, "PATCH", address, patch, MERGE_PATCH, if_match=several)
        assert done.status_code == 200
        anything = send(client, "PATCH", address, patch, MERGE_PATCH, if_match="*")
        assert anything.status_code == 200

    def test_an_edit_of_another_feature_is_in_nobodys_way(self, client, items):
        tag = client.get(f"{items}/2").headers["etag"]
        send(client, "PUT", f"{items}/1", feature("N7", 5))
        patch = {"properties": {"name": "机场"}}
        done = send(client, "PATCH", f"{items}/2", patch, MERGE_PATCH, if_match=tag)
        assert done.status_code == 200


class TestFeatures:
    """/conf/features."""

    def test_1_endpoints(self, client, items):
        listed = read(client, "/ogc/collections")["collections"]
        name = items.split("/")[3]
        assert name in {one["id"] for one in listed if one["itemType"] == "feature"}
        assert client.get(f"/ogc/collections/{name}/items/1").status_code == 200

    def test_4_crs(self, client, items):
        """North comes first in EPSG:4490, as its registry has it."""
        swapped = feature("N9", 3)
        ring = square(3)["coordinates"][0]
        swapped["geometry"] = {
            "type": "Polygon",
            "coordinates": [[[lat, lon] for lon, lat in ring]],
        }
        plain = send(client, "POST", items, feature("N8", 3))
        other = send(client, "POST", items, swapped, content_crs=f"<{EPSG}4490>")
        assert (plain.status_code, other.status_code) == (201, 201), other.text
        for query in ({}, {"crs": f"{EPSG}4549"}):
            one, same = (read(client, made.headers["location"], **query) for made in (plain, other))
            assert same_place(one["geometry"], same["geometry"], within_m=1)
        unknown = send(client, "POST", items, swapped, content_crs=f"<{EPSG}2056>")
        assert (unknown.status_code, unknown.json()["code"]) == (400, "bad_parameter")

    def test_7_geojson(self, client, items):
        answer = send(client, "PUT", f"{items}/3", feature("N3", 6) | {"id": "other"})
        assert answer.status_code == 200
        now = read(client, f"{items}/3")
        assert now["id"] == "3"
        assert same_place(now["geometry"], square(6))

    def test_8_json_merge_patch(self, client, items):
        patch = {
            "geometry": square(7),
            "properties": {"name": "机场", "name_en": None, "code": "N77"},
        }
        answer = send(client, "PATCH", f"{items}/1", patch, MERGE_PATCH)
        assert answer.status_code == 200, answer.text
        now = read(client, f"{items}/1")
        assert now["properties"] == {"code": "N77", "name": "机场", "name_en": None}
        assert same_place(now["geometry"], square(7))
        emptied = send(client, "PATCH", f"{items}/1", {"geometry": None}, MERGE_PATCH)
        assert emptied.json()["geometry"] is None


class TestBeyondTheSuite:
    """What the standard leaves to the service."""

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"type": "Feature", "geometry": {"type": "Circle"}}, "bad_value"),
            ({"type": "Feature", "geometry": {"type": "Point", "coordinates": []}}, "bad_value"),
            ({"type": "Feature", "geometry": {"type": "Point", "coordinates": "x"}}, "bad_value"),
            ({"type": "Feature", "geometry": {"type": "Point", "coordinates": [500, 1]}},
             "bad_value"),
            ({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[1, 1]]]}},
             "bad_value"),
            ({"type": "Feature", "geometry": {"type": ["Point"]}}, "bad_value"),
            ({"type": "Feature", "properties": {"colour": "red"}}, "bad_value"),
            ({"type": "Feature", "properties": {"name": {"zh": "x"}}}, "invalid"),
            ({"type": "Feature", "properties": {"name": "\ud800"}}, "invalid"),
            ({"type": "FeatureCollection", "features": []}, "invalid"),
            ([], "invalid"),
        ],
    )  # fmt: skip
    def test_what_is_no_feature_of_the_layer_is_refused(self, client, items, body, code):
        answer = send(client, "POST", items, body)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
        assert ids(client, items) == ["1", "2", "3"]

    def test_a_single_corner_that_is_nowhere_is_enough_to_be_refused(self, client, items):
        line = [[2_378_000, 517_000], [1e9, 1e12]]
        body = feature("N9") | {"geometry": {"type": "LineString", "coordinates": line}}
        answer = send(client, "POST", items, body, content_crs=f"<{EPSG}4547>")
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_value"), answer.text

    def test_another_kind_of_body_is_refused(self, client, items):
        answer = send(client, "POST", items, feature("N9"), "application/gml+xml")
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media")

    def test_findings_are_counted_anew(self, client, items):
        number = items.split("draft-")[1].removesuffix("/items")
        assert client.get(f"/api/v1/layers/{number}").json()["counts"]["error"] == 0
        send(client, "PATCH", f"{items}/2", {"properties": {"code": "N0"}}, MERGE_PATCH)
        draft = client.get(f"/api/v1/layers/{number}").json()
        assert (draft["counts"]["error"], draft["version"]) == (1, 2)
        found = client.get(f"/api/v1/layers/{number}/findings").json()["items"]
        assert [one["code"] for one in found if one["severity"] == "error"] == ["duplicate_code"]

    def test_every_edit_stands_in_the_audit(self, client, items):
        number = items.split("draft-")[1].removesuffix("/items")
        made = send(client, "POST", items, feature("N9", 3))
        client.delete(made.headers["location"])
        auditor = {"authorization": "Bearer demo-auditor"}
        links = client.get("/api/v1/audit", headers=auditor, params={"limit": 1000}).json()["items"]
        told = [one["detail"] for one in links if one["act"] == "edit_layer"]
        mine = [one["about"] for one in links if one["act"] == "edit_layer"]
        assert mine.count(number) == 2
        assert {"did": "delete", "feature": 4, "version": 3} in told

    def test_the_same_sent_twice_with_one_key_is_one_feature(self, client, items):
        keyed = {"idempotency_key": items}
        first = send(client, "POST", items, feature("N9", 3), **keyed)
        again = send(client, "POST", items, feature("N9", 3), **keyed)
        assert again.json() == first.json()
        assert again.headers["location"] == first.headers["location"]
        assert ids(client, items) == ["1", "2", "3", "4"]

    def test_what_was_dropped_is_no_longer_edited(self, client, items):
        number = items.split("draft-")[1].removesuffix("/items")
        client.delete(f"/api/v1/layers/{number}")
        answer = send(client, "PUT", f"{items}/1", feature("N9"))
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")

    def test_what_is_published_is_not_edited_in_place(self, client, items):
        number = items.split("draft-")[1].removesuffix("/items")
        published = client.post("/api/v1/city/versions", json={"drafts": [number]})
        assert published.status_code == 201, published.text
        assert send(client, "PUT", f"{items}/1", feature("N9")).status_code == 409
        zones = "/ogc/collections/no-fly/items"
        assert client.options(zones).headers["allow"] == "GET, OPTIONS"
        refused = send(client, "POST", zones, feature("N9"))
        assert (refused.status_code, refused.json()["code"]) == (405, "method_not_allowed")
        assert refused.headers["allow"] == "GET, OPTIONS"

    def test_only_who_loads_layers_edits_them(self, client, items):
        headers = {"authorization": "Bearer demo-dispatcher"}
        assert client.delete(f"{items}/1", headers=headers).status_code == 403
        assert client.options(items, headers=headers).status_code == 404
        assert client.delete(f"{items}/1", headers={"authorization": "Bearer x"}).status_code == 401

    def test_a_draft_that_is_not_there_is_not_found(self, client):
        assert client.delete("/ogc/collections/draft-L9/items/1").status_code == 404
        assert client.delete("/ogc/collections/nothing/items/1").status_code == 404
