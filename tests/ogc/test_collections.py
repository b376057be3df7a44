"""Which collections there are for whom, and that they hold what the lists of the service hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

import pytest
from fastapi.testclient import TestClient
from spec.served_town import RIVER, MovedClock, copy_town, reported, served, write_town
from spec.sibling_towns import EAST_JUNCTION, WEST_JUNCTION, write_sibling_towns

from api.ogc.collection import Collection
from api.ogc.collections import collection_of, collections_of
from api.service import Service
from dispatch.access import Act, Person, Role
from dispatch.incident_state import State
from geo.feature_table import FeatureTable
from geo.shape_check import Dimension

PUBLISHED = ["areas", "zones", "grids", "no-fly", "units", "places", "roads"]
RESERVED = {"limit", "after", "bbox", "bbox-crs", "crs", "datetime", "f"}
"""Parameters of items, which no column may be called."""


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> Iterator[TestClient]:
    store = write_town(tmp_path_factory.mktemp("town"))
    with served(copy_town(store, tmp_path_factory.mktemp("served")), MovedClock()) as client:
        yield client


@pytest.fixture
def service(client) -> Service:
    return client.app.state.service


def somebody(service: Service, role: Role, *acts: Act, areas: frozenset[str] | None = None):
    roots = service.city.roots if areas is None else areas
    return Person("p", frozenset({role}), roots, scope=frozenset(acts) or None)


def table(service: Service, name: str, role: Role = Role.ADMIN) -> FeatureTable:
    person = somebody(service, role)
    return collection_of(service, person, name).table(service, person)


@pytest.mark.parametrize(
    ("role", "more"),
    [
        (Role.DISPATCHER, ["closures", "officers", "incidents"]),
        (Role.OFFICER, ["closures", "officers", "incidents"]),
        (Role.LEADER, ["closures", "officers", "incidents"]),
        (Role.ADMIN, ["closures", "officers", "incidents"]),
        (Role.PLANNER, ["closures", "incidents"]),
        (Role.AUDITOR, ["closures", "incidents"]),
        (Role.GIS, ["closures"]),
    ],
)
def test_every_role_has_the_collections_whose_lists_it_may_read(service, role, more):
    assert list(collections_of(service, somebody(service, role))) == PUBLISHED + more


def test_a_resident_has_the_map_alone(service):
    shown = [name for name in PUBLISHED if name != "units"]
    assert list(collections_of(service, somebody(service, Role.REPORTER))) == shown


def test_a_key_opens_no_more_than_its_scope(service):
    """Where officers are and what they are called are two lists; either alone is not enough."""
    keyed = somebody(service, Role.DISPATCHER, Act.SEE_CITY, Act.SEE_POSITIONS)
    assert "officers" not in collections_of(service, keyed)
    keyed = somebody(service, Role.DISPATCHER, Act.SEE_POSITIONS, Act.SEE_UNITS)
    assert list(collections_of(service, keyed)) == ["units", "officers"]


def test_no_column_is_called_what_a_parameter_is(service):
    for collection in collections_of(service, somebody(service, Role.ADMIN)).values():
        assert not RESERVED & set(collection.by_name)


def test_tables_have_the_columns_that_the_collection_describes(service):
    person = somebody(service, Role.ADMIN)
    types = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    for collection in collections_of(service, person).values():
        laid_out = collection.table(service, person)
        assert list(laid_out.columns) == list(collection.by_name)
        for name, values in laid_out.columns.items():
            wanted = types[collection.by_name[name].type]
            assert all(value is None or isinstance(value, wanted) for value in values), name
        json.dumps(dict(laid_out.columns))


def test_what_is_published_is_all_there(service):
    city = service.city
    assert set(table(service, "areas").ids) == {area.code for area in city.areas}
    assert set(table(service, "zones").ids) == {zone.code for zone in city.zones}
    assert set(table(service, "grids").ids) == {grid.code for grid in city.grids}
    assert set(table(service, "units").ids) == set(city.units)
    zone = city.zones[0]
    row = table(service, "zones").row_of(zone.code)
    assert table(service, "zones").columns["brigade"][row] == zone.brigade
    assert table(service, "zones").shapes[row].equals(zone.polygon)


def test_units_have_no_telephone_numbers(service):
    assert not any("phone" in name for name in table(service, "units").columns)


def test_roads_have_a_row_for_each_direction(service):
    network = service.city.travel_times["car"].network
    roads = table(service, "roads")
    assert len(roads) == network.n_edges
    assert roads.ids[:3] == ("0", "1", "2")
    row = roads.row_of("1")
    assert roads.columns["from_node"][row] == network.edge_tail[1]
    assert roads.columns["travel_time_s"][row] == network.edge_ms[1] / 1000


def test_what_is_published_is_laid_out_once_for_each_version(service):
    assert table(service, "zones") is table(service, "zones")
    assert table(service, "zones").version == service.city.version


def test_open_incidents_are_there_without_telephone_numbers(client, service):
    body = {"lon_lat": RIVER.lon_lat["x"], "matters": ["H1"], "text": "电话 13912344321"}
    number = client.post("/api/v1/incidents", json=body).json()["id"]
    shown = table(service, "incidents")
    row = shown.row_of(number)
    assert shown.columns["text"][row] == "电话 139****4321"
    assert shown.columns["matters"][row] == "H1"
    assert (shown.shapes[row].x, shown.shapes[row].y) == RIVER.lon_lat["x"]
    ended = {"to": State.CANCELLED, "reason": "duplicate"}
    moved = client.post(f"/api/v1/incidents/{number}/transitions", json=ended)
    assert moved.is_success, moved.text
    assert table(service, "incidents").row_of(number) is None


def test_the_version_of_what_changes_by_itself_changes_with_it_and_not_otherwise(client, service):
    before = table(service, "incidents").version
    assert table(service, "incidents").version == before
    reported(client, "H1")
    assert table(service, "incidents").version != before


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.OFFICER, Role.LEADER])
def test_officers_are_told_of_as_in_the_lists_and_no_more(client, service, role):
    headers = {"authorization": f"Bearer demo-{role}"}
    listed: dict[str, dict[str, object]] = {}
    for path, key in (("officers", "id"), ("positions", "officer")):
        for row in client.get(f"/api/v1/{path}?limit=1000", headers=headers).json()["items"]:
            listed.setdefault(row[key], {}).update(row)
    shown = table(service, "officers", role)
    assert set(shown.ids) == {one for one, row in listed.items() if "time" in row}
    for row, officer in enumerate(shown.ids):
        said = listed[officer]
        assert (shown.shapes[row].x, shown.shapes[row].y) == (said["lon"], said["lat"])
        for name, column in shown.columns.items():
            wanted = ";".join(said[name]) if isinstance(said[name], list) else said[name]
            if name == "time":
                assert datetime.fromisoformat(column[row]) == datetime.fromisoformat(said[name])
            else:
                assert column[row] == wanted, name


def test_closures_show_their_ground(client, service):
    lon, lat = RIVER.lon_lat["3"]
    ring = [[lon - 1e-4, lat - 1e-4], [lon + 1e-4, lat - 1e-4], [lon, lat + 1e-4]]
    drawn = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    admin = {"authorization": "Bearer demo-admin"}
    made = client.post("/api/v1/closures", json={"geometry": drawn}, headers=admin).json()
    closures = table(service, "closures")
    row = closures.row_of(made["id"])
    assert closures.columns["state"][row] == "in_force"
    assert closures.shapes[row].geom_type == "MultiPolygon"
    client.delete(f"/api/v1/closures/{made['id']}", headers=admin)
    assert table(service, "closures").row_of(made["id"]) is None


@pytest.fixture(scope="module")
def towns(tmp_path_factory) -> Iterator[TestClient]:
    store = write_sibling_towns(tmp_path_factory.mktemp("siblings"))
    with served(copy_town(store, tmp_path_factory.mktemp("beside")), MovedClock()) as client:
        for at in (WEST_JUNCTION, EAST_JUNCTION):
            reported(client, "H1", at=at)
        yield client


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.OFFICER, Role.LEADER, Role.ADMIN])
def test_officers_and_incidents_are_those_of_ones_own_ground(towns, role):
    service = towns.app.state.service
    seen = {}
    for area in ("TW", "TE", "C", None):
        person = somebody(service, role, areas=frozenset() if area is None else frozenset({area}))
        seen[area] = {
            name: set(collection_of(service, person, name).table(service, person).ids)
            for name in ("officers", "incidents")
        }
    for name, ours in (("officers", {"KWa", "KWb"}), ("incidents", None)):
        west, east = seen["TW"][name], seen["TE"][name]
        assert west
        assert east
        assert west >= (ours or set())
        assert not (west & east) - {"KSa", "KSb"}
        assert west | east <= seen["C"][name]
        assert not seen[None][name]


def test_drafts_are_for_those_who_load_layers_and_see_the_whole_city(client, service):
    layer = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code, "name": name},
                "geometry": {"type": "Point", "coordinates": [109.1, 21.4]},
            }
            for code, name in (("P1", "学校"), ("P1", ""))
        ],
    }
    sent = {"file": ("places.geojson", json.dumps(layer).encode())}
    admin = {"authorization": "Bearer demo-admin"}
    made = client.post("/api/v1/layers", data={"kind": "places"}, files=sent, headers=admin)
    assert made.status_code == 201, made.text
    name = f"draft-{made.json()['id']}"
    gis = collections_of(service, somebody(service, Role.GIS))
    assert list(gis) == [*PUBLISHED, "closures", name]
    assert name not in collections_of(service, somebody(service, Role.DISPATCHER))
    assert name not in collections_of(service, somebody(service, Role.GIS, areas=frozenset()))
    draft = table(service, name)
    assert draft.ids == ("1", "2")
    assert draft.columns["code"] == ["P1", "P1"]
    assert draft.columns["name"] == ["学校", None]
    client.delete(f"/api/v1/layers/{made.json()['id']}", headers=admin)
    assert name not in collections_of(service, somebody(service, Role.GIS))


def test_a_collection_says_what_it_is_in_both_languages(service):
    for collection in collections_of(service, somebody(service, Role.ADMIN)).values():
        assert isinstance(collection, Collection)
        assert collection.title == f"{collection.zh} {collection.en}"
        assert collection.about.startswith(collection.zh_about)
        assert all(column.zh and column.en for column in collection.columns)
        assert collection.dimension in Dimension
