"""From an empty store to one's own city: the checklist, the first publish, the first suggestion."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

import pytest
from fastapi.testclient import TestClient
from served_process import serving
from shapely import LineString, box
from spec.layer_table import layer, on_earth
from spec.served_town import SEVEN, MovedClock

from api.app import create_app
from api.cli import run
from api.settings import Settings
from dispatch.access import Person, Role
from dispatch.layer.check import check_file
from dispatch.store.accounts import get_account
from dispatch.store.engine import open_store
from dispatch.store.layer_drafts import add_draft

CITY = box(0, 0, 2000, 1000)
PATIENCE_S = 120
WEST, EAST = box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)
SETS: Mapping[str, Mapping[str, tuple[dict[str, Sequence[object]], Sequence[object] | None]]] = {
    "areas": {
        "areas": (
            {
                "code": ["C", "D", "S", "M"],
                "name": ["滨海市", "滨海区", "滨海街道", "滨海社区"],
                "tier": ["city", "district", "township", "community"],
                "parent": ["", "C", "D", "S"],
            },
            [CITY] * 4,
        ),
    },
    "zones": {
        "zones": ({"code": ["Z1"], "name": ["东西区"], "brigade": ["B1"]}, [CITY]),
        "units": (
            {
                "code": ["B1", "K1"],
                "name": ["大队", "一组"],
                "kind": ["grid_brigade", "crew"],
                "parent": ["", "B1"],
                "zone": ["Z1", ""],
                "mode": ["", "car"],
            },
            None,
        ),
        "grids": ({"code": ["G1", "G2"], "community": ["M", "M"], "zone": ["Z1", "Z1"]},
                  [WEST, EAST]),
    },
    "roads": {
        "roads": (
            {"class": ["primary", "primary"], "id": ["1", "2"]},
            [LineString([(10, 500), (1000, 500)]), LineString([(1000, 500), (1990, 500)])],
        ),
    },
    "people": {
        "officers": (
            {"id": ["O1", "O2"], "name": ["甲", "乙"], "crew": ["K1", "K1"], "certified": [1, 1]},
            None,
        ),
        "matters": ({"code": ["X1"], "name": ["占道"], "domain": ["CG"]}, None),
        "authority": (
            {
                "id": ["R1"], "matter": ["X1"], "area": ["C"], "tier": ["city"],
                "acting_body": ["城管局"],
            },
            None,
        ),
    },
}  # fmt: skip
"""Layers that belong together, in the order in which they are published."""


@pytest.fixture
def empty_url(new_store_url, tmp_path, monkeypatch) -> str:
    monkeypatch.setenv("GRID_DISPATCH_HOME", str(tmp_path))
    open_store(new_store_url, create=True).close()
    return str(new_store_url)


@pytest.fixture
def client(empty_url) -> Iterator[TestClient]:
    app = create_app(Settings(store=empty_url), clock=MovedClock())
    with TestClient(
        app, base_url="http://127.0.0.1", client=("127.0.0.1", 5000), raise_server_exceptions=False
    ) as client:
        service = client.app.state.service
        roles = frozenset({Role.ADMIN, Role.DISPATCHER})
        app.state.asker = lambda: Person("admin", roles, service.city.roots)
        yield client


def drafted(client: TestClient, name: str) -> list[str]:
    """Load a set of layers as drafts, and answer their numbers."""
    numbers = []
    with client.app.state.service.store.session() as session:
        for kind, (columns, shapes) in SETS[name].items():
            checked = check_file(layer(kind, columns, shapes))
            draft = add_draft(session, checked, source="", against=None, now=SEVEN, by="gis")
            numbers.append(draft.id)
        session.commit()
    return numbers


def publish(client: TestClient, name: str) -> None:
    answer = client.post("/api/v1/city/versions", json={"drafts": drafted(client, name)})
    assert answer.status_code == 201, answer.text


def states(client: TestClient) -> dict[str, str]:
    told = client.get("/api/v1/city/checklist").json()
    return {part["kind"]: part["state"] for part in told["parts"]}


def suggestion(client: TestClient):
    lon, lat = on_earth(box(1490, 490, 1510, 510)).centroid.coords[0]
    return client.post("/api/v1/suggestions", json={"lon_lat": [lon, lat], "matters": ["X1"]})


def test_an_empty_store_is_served_and_says_what_is_missing(client):
    until = time.monotonic() + PATIENCE_S
    while client.get("/readyz").status_code != 200:  # the road engine finds nothing to warm up by
        assert time.monotonic() < until
        time.sleep(0.1)
    told = client.get("/api/v1/city/checklist").json()
    assert (told["city"], told["complete"]) == ("", False)
    assert list(states(client)) == [
        "boundary", "areas", "zones", "grids", "roads", "units", "officers", "matters", "authority",
    ]  # fmt: skip
    assert set(states(client).values()) == {"missing"}
    assert told["parts"][2]["next"]["en"].endswith("grid-dispatch layer load FILE --kind zones")
    refused = suggestion(client)
    assert (refused.status_code, refused.json()["code"]) == (409, "incomplete_city")
    assert "has no boundary, areas, zones, grids, roads, units" in refused.json()["en"]


def test_a_draft_stands_on_the_list_until_it_is_published(client):
    (number,) = drafted(client, "areas")
    told = {one["kind"]: one for one in client.get("/api/v1/city/checklist").json()["parts"]}
    assert (told["areas"]["state"], told["areas"]["drafts"]) == ("draft", [number])
    assert told["areas"]["next"]["en"].endswith(f"grid-dispatch layer publish {number}")


def test_the_first_publishes_bring_a_city_to_life(client, empty_url):
    publish(client, "areas")
    city = client.get("/api/v1/city").json()
    assert (city["code"], city["name"]) == ("C", "滨海市")
    assert states(client)["areas"] == "published"
    publish(client, "roads")
    publish(client, "zones")
    assert client.get("/api/v1/units").json()["items"]
    missing = suggestion(client).json()
    assert "has no officers, matters, authority." in missing["en"]
    publish(client, "people")
    told = client.get("/api/v1/city/checklist").json()
    assert (told["city"], told["complete"]) == ("滨海市", True)
    counts = {part["kind"]: part["count"] for part in told["parts"]}
    assert (counts["areas"], counts["grids"], counts["roads"], counts["officers"]) == (3, 2, 2, 2)
    lon, lat = on_earth(box(490, 490, 510, 510)).centroid.coords[0]
    seen = [
        {"officer": one, "time": SEVEN.isoformat(), "lon": lon, "lat": lat} for one in ("O1", "O2")
    ]
    for officer in ("O1", "O2"):
        on = client.put(f"/api/v1/officers/{officer}/duty", json={"on": True})
        assert on.status_code == 200, on.text
    assert client.post("/api/v1/positions", json=seen).json()["accepted"] == 2
    answer = suggestion(client)
    assert answer.status_code == 200, answer.text
    first = answer.json()["proposals"][0]
    assert (first["crew"], answer.json()["degraded"]) == (["O1", "O2"], None)
    assert first["length_m"] == pytest.approx(1000, abs=5)
    with closing(open_store(empty_url)) as store, store.reading() as session:
        assert get_account(session, "admin").areas == {"C"}


def test_the_checklist_at_the_command_line(tmp_path, capsys):
    url = f"sqlite:///{tmp_path / 'new.gpkg'}"
    open_store(url, create=True).close()
    assert run(["layer", "checklist", "--store", url, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [part["state"] for part in told["parts"]] == ["missing"] * 9
    assert run(["layer", "checklist", "--store", url]) == 0
    assert "grid-dispatch layer load FILE --kind boundary" in capsys.readouterr().out


def test_a_store_that_is_named_and_not_there_is_made_and_served(tmp_path):
    store = tmp_path / "own.gpkg"
    with serving(f"sqlite:///{store}", tmp_path) as served:
        assert served.ready()
    log = (tmp_path / "serve.log").read_text("utf-8")
    assert "This store holds no city yet" in log
    assert "to set the password of admin" in log
    assert run(["layer", "checklist", "--store", f"sqlite:///{store}"]) == 0
