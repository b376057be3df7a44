"""Items while the city changes: pages go on, ETags hold as long as what they stand for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from ogc.reader import ADMIN, EPSG, Content, Reader, linked
from spec.served_town import MovedClock, copy_town, served, write_town


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> Iterator[TestClient]:
    store = write_town(tmp_path_factory.mktemp("town"))
    with served(copy_town(store, tmp_path_factory.mktemp("served")), MovedClock()) as client:
        yield client


@pytest.fixture
def reader(client) -> Reader:
    return Reader(client)


def publish_units(client: TestClient, *codes: str, crews: str = "小组") -> None:
    """Publish other posts beside the brigades, squads and crews of the town."""
    kept = ["code,name,kind,parent,zone,domains,mode", "B1,大队,grid_brigade,,Z1,,"]
    kept += ["SQ,支队,specialist_squad,,,H;T,"]
    kept += [f"{crew},{crews},crew,{'SQ' if crew[0] == 'S' else 'B1'},,,car" for crew in CREWS]
    kept += [f"{code},执法点,village_post,B1,,," for code in codes]
    sent = {"file": ("units.csv", "\n".join(kept).encode())}
    made = client.post("/api/v1/layers", data={"kind": "units"}, files=sent, headers=ADMIN)
    assert made.status_code == 201, made.text
    body = {"drafts": [made.json()["id"]], "why": "新执法点"}
    done = client.post("/api/v1/city/versions", json=body, headers=ADMIN)
    assert done.status_code == 201, done.text


CREWS = ("K1", "K2", "K4", "K5", "S1")


def test_pages_neither_lose_nor_repeat_a_feature_when_a_version_is_published(client, reader):
    """Before the first page that comes after it, posts are added on both sides of where it ends."""
    publish_units(client, "P1", "P3", "P5")
    page = reader.json("/collections/units/items", limit=4)
    before, version = ids_of(page), page["version"]
    assert before == ["B1", "K1", "K2", "K4"]
    publish_units(client, "A0", "P2", "P3", "P9")
    page = reader.json(linked(page, "next")["href"])
    assert page["version"] != version
    read = [*before, *ids_of(page)]
    while onward := linked(page, "next"):
        page = reader.json(onward["href"])
        read += ids_of(page)
    assert read == ["B1", "K1", "K2", "K4", "K5", "P2", "P3", "P9", "S1", "SQ"]


def ids_of(page: Content) -> list[str]:
    return [feature["id"] for feature in page["features"]]


def test_a_page_goes_on_after_a_feature_that_is_gone(reader):
    """Ids of roads are figures; 05 is none, and would stand between 9 and 10."""
    page = reader.json("/collections/roads/items", limit=3, after="05")
    assert ids_of(page) == ["10", "11", "12"]


def test_an_etag_holds_until_what_it_stands_for_is_other(client, reader):
    """A page is other with each version of the city, a feature where it is changed itself."""
    items = "/ogc/collections/units/items?limit=3"
    etag = client.get(items).headers["etag"]
    crew, zone = "/collections/units/items/K1", "/collections/zones/items/Z1"
    features = [reader.ask(path).headers["etag"] for path in (crew, zone)]
    for sent in (etag, f'"other", {etag}', "*"):
        known = client.get(items, headers={"if-none-match": sent})
        assert known.status_code == 304
        assert known.headers["etag"] == etag
        assert not known.content
    publish_units(client, "P1", crews="新小组")
    changed = client.get(items, headers={"if-none-match": etag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag
    crew_after, zone_after = (reader.ask(path).headers["etag"] for path in (crew, zone))
    assert crew_after != features[0]
    assert zone_after == features[1]


def test_etags_tell_formats_systems_and_pages_apart(reader):
    zones = "/collections/zones/items"
    asked = [{}, {"limit": 3}, {"f": "html"}, {"crs": f"{EPSG}4490"}, {"crs": f"{EPSG}4547"}]
    for path in (zones, f"{zones}/Z1"):
        told = [query for query in asked if path == zones or "limit" not in query]
        etags = [reader.ask(path, **query).headers["etag"] for query in told]
        assert len(set(etags)) == len(told)


def test_live_collections_have_another_etag_once_something_moves(client, reader):
    items = "/collections/incidents/items"
    before = reader.ask(items).headers["etag"]
    assert reader.ask(items).headers["etag"] == before
    body = {"lon_lat": [109.1, 0.0], "matters": ["H1"]}
    assert client.post("/api/v1/incidents", json=body).status_code == 201
    assert reader.ask(items).headers["etag"] != before


def test_nobody_but_the_caller_may_keep_an_answer(reader):
    officers = "/collections/officers/items"
    [one] = reader.json(officers, limit=1)["features"]
    for path in (
        "/",
        "/collections",
        "/collections/zones/items",
        officers,
        f"{officers}/{one['id']}",
    ):
        answer = reader.ask(path)
        kept = "no-store" if path.startswith(officers) else "no-cache"
        assert answer.headers["cache-control"] == f"private, {kept}"
        assert "authorization" in answer.headers["vary"]
