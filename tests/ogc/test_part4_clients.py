"""Drafts edited by OWSLib, and by two people at once on both stores, over real connections."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import httpx2
import owslib.ogcapi
import pytest
from ogc.listening import listening
from owslib.ogcapi.features import Features
from shapely import box, to_geojson
from spec.layer_table import layer
from spec.served_town import SEVEN, copy_town, write_town

from dispatch.layer.check import check_file
from dispatch.store.engine import open_store
from dispatch.store.layer_drafts import add_draft

MERGE_PATCH = "application/merge-patch+json"


@pytest.fixture(scope="module")
def town_store(tmp_path_factory) -> Path:
    return write_town(tmp_path_factory.mktemp("town"))


def draft_in(url: str) -> str:
    """Put a draft of two squares into a store, and answer the name of its collection."""
    columns = {"code": ["N1", "N2"], "name": ["机场", "港口"]}
    rows = layer("no-fly", columns, [box(0, 0, 500, 500), box(900, 0, 1400, 500)])
    with closing(open_store(url)) as store, store.session() as session:
        draft = add_draft(
            session, check_file(rows), source="", against=None, now=SEVEN, by="demo-gis"
        )
        session.commit()
    return f"draft-{draft.id}"


def square(code: str, at: float) -> dict[str, object]:
    return {
        "type": "Feature",
        "geometry": json.loads(to_geojson(box(109 + at, 21, 109.1 + at, 21.1))),
        "properties": {"code": code, "name": f"禁飞区{code}"},
    }


class TestOwsLib:
    """OWSLib creates, updates and deletes; it sends no condition unless it is told to."""

    @pytest.fixture
    def url(self, town_store, tmp_path) -> str:
        return f"sqlite:///{copy_town(town_store, tmp_path)}"

    @pytest.fixture(autouse=True)
    def sent(self, monkeypatch) -> dict[str, str]:
        """Headers that OWSLib sends; it keeps them for the whole process."""
        headers = {"authorization": "Bearer demo-gis"}
        monkeypatch.setattr(owslib.ogcapi, "REQUEST_HEADERS", headers)
        return headers

    def test_a_draft_is_edited_from_its_first_feature_to_the_last(self, url):
        name = draft_in(url)
        with listening(url) as address:
            client = Features(f"{address}/ogc/")
            assert name in client.feature_collections()
            assert client.collection_item_create(name, square("N3", 0.5))
            made = client.response_headers["location"]
            assert made == f"{address}/ogc/collections/{name}/items/3"
            assert client.collection_item(name, "3")["properties"]["code"] == "N3"
            assert client.collection_item_update(name, "3", square("N4", 0.7))
            changed = client.collection_item(name, "3")
            assert changed["properties"]["code"] == "N4"
            assert client.collection_item_delete(name, "1")
            left = client.collection_items(name)
            assert [one["id"] for one in left["features"]] == ["2", "3"]
            with pytest.raises(RuntimeError, match="has no feature"):
                client.collection_item(name, "1")

    def test_what_somebody_else_edited_takes_the_tag_that_was_read(self, url, sent):
        name = draft_in(url)
        sent["authorization"] = "Bearer demo-admin"
        with listening(url) as address:
            client = Features(f"{address}/ogc/")
            with pytest.raises(RuntimeError, match="precondition_required"):
                client.collection_item_delete(name, "1")
            client.collection_item(name, "1")
            sent["If-Match"] = client.response_headers["etag"]
            assert client.collection_item_update(name, "1", square("N9", 0.7))
            with pytest.raises(RuntimeError, match="outdated"):
                client.collection_item_delete(name, "1")


def test_of_two_who_edit_a_feature_at_once_one_wins(each_town_url, count):
    name = draft_in(each_town_url)
    with listening(each_town_url) as address:
        feature = f"{address}/ogc/collections/{name}/items/1"
        for turn in range(count(reduced=3, full=60)):
            with httpx2.Client(headers={"authorization": "Bearer demo-gis"}) as client:
                tag = client.get(feature).headers["etag"]
            together = Barrier(2)

            def edited(role, tag=tag, together=together, turn=turn) -> int:
                patch = {"properties": {"name": f"{role} {turn}"}}
                headers = {
                    "authorization": f"Bearer demo-{role}",
                    "content-type": MERGE_PATCH,
                    "if-match": tag,
                }
                with httpx2.Client(headers=headers, timeout=60) as client:
                    together.wait()
                    answer = client.patch(feature, content=json.dumps(patch).encode())
                return answer.status_code

            with ThreadPoolExecutor(2) as pool:
                statuses = dict(
                    zip(("gis", "admin"), pool.map(edited, ("gis", "admin")), strict=True)
                )
            assert sorted(statuses.values()) == [200, 412]
            winner = next(role for role, status in statuses.items() if status == 200)
            with httpx2.Client(headers={"authorization": "Bearer demo-gis"}) as client:
                kept = client.get(feature).json()["properties"]["name"]
            assert kept == f"{winner} {turn}"
