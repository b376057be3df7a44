"""Closures over HTTP: entered, in force by themselves, lifted, kept."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import shapely
from demo_service import DISPATCHER
from fastapi.testclient import TestClient
from shapely import box
from spec.city_files import write_city, write_table
from spec.town import town

from api import weights_in_force
from api.app import create_app
from api.cli import run
from api.settings import Settings
from dispatch.store.city_folder import load_city_folder
from dispatch.store.closures import add_closure, closures_at
from dispatch.store.engine import open_store
from geo.datum import from_wgs84
from geo.errors import Unavailable
from geo.road.closure import Closure
from geo.road.customise import NEVER
from geo.road.extent import Extent
from geo.road.road_class import Mode
from geo.road.storage import save_network

SEVEN = datetime(2026, 11, 19, 23, 0, tzinfo=UTC)  # Friday morning in China
HOUR = timedelta(hours=1)

RIVER = town("""
    1---a---b---x
        |   |
        c ~ d
        |   |
        e---f
""")
BRIDGE = box(*RIVER.places("ab").min(axis=0), *RIVER.places("ab").max(axis=0)).buffer(5e-6)
OPEN_S, CLOSED_S = 180, 420
"""Seconds from 1 to x over the bridge, and by way of e and f."""


class MovedClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = SEVEN

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def river_store(tmp_path_factory):
    """Store of a small city with a bridge; to be copied."""
    folder = tmp_path_factory.mktemp("river")
    city = write_city(folder / "city")
    seen = (SEVEN - HOUR).isoformat()
    officers = [{"id": name, "skills": "lab", "fix_time": seen} for name in ("001", "002")]
    write_table(city, "officers.csv", officers)
    for mode in (Mode.CAR, Mode.FOOT):
        save_network(RIVER.network(mode=mode), city / f"network-{mode}")
    path = folder / "river.gpkg"
    with closing(open_store(f"sqlite:///{path}", create=True)) as store, store.session() as session:
        load_city_folder(city, session)
        session.commit()
    return path


@pytest.fixture
def store_file(river_store, tmp_path):
    copy = tmp_path / river_store.name
    copy.write_bytes(river_store.read_bytes())
    roads = f"{river_store.stem}-roads"
    (tmp_path / roads).symlink_to(river_store.parent / roads)
    return copy


@contextmanager
def served(store_file, clock):
    """A client of a service on the store, whose clock a test moves."""
    app = create_app(Settings(store=f"sqlite:///{store_file}"), clock=clock)
    with TestClient(
        app,
        base_url="http://127.0.0.1",
        client=("127.0.0.1", 50000),
        headers=DISPATCHER,
        raise_server_exceptions=False,
    ) as client:
        yield client


@pytest.fixture
def clock():
    return MovedClock()


@pytest.fixture
def client(store_file, clock):
    with served(store_file, clock) as client:
        yield client


@pytest.fixture
def told(heard):
    """Everything that open pages are told, in order."""
    return heard


def weight_version(client) -> str:
    return client.get("/api/v1/city").json()["weight_version"]


def wait_for_change(client, before: str) -> str:
    """Ask until other weights are in force, in one mode after the other."""
    patience = time.monotonic() + 10
    while set((version := weight_version(client)).split(",")) & set(before.split(",")):
        assert time.monotonic() < patience, "the weights have not changed"
        time.sleep(0.02)
    return version


def travel_time_s(client, clock) -> tuple[float, str]:
    """Seconds until the crew at 1 is at x, and by which weights."""
    lon, lat = RIVER.lon_lat["1"]
    fixes = [
        {"officer": name, "time": clock.now.isoformat(), "lon": lon, "lat": lat}
        for name in ("001", "002")
    ]
    client.post("/api/v1/positions", json=fixes)
    body = {"lon_lat": RIVER.lon_lat["x"], "matters": ["H1"]}
    answer = client.post("/api/v1/suggestions", json=body).json()
    return answer["proposals"][0]["travel_time_s"], answer["weight_version"]


def enter(client, role: str = "gis", **more: object):
    body = {"geometry": shapely.geometry.mapping(BRIDGE)} | more
    headers = {"authorization": f"Bearer demo-{role}"}
    return client.post("/api/v1/closures", json=body, headers=headers)


def test_a_bridge_closed_from_eight_to_ten_changes_etas_and_comes_back_by_itself(
    client, clock, told
):
    usual = weight_version(client)
    assert travel_time_s(client, clock) == (OPEN_S, usual)
    hours = {"starts": (SEVEN + HOUR).isoformat(), "ends": (SEVEN + 3 * HOUR).isoformat()}
    entered = enter(client, reason="桥梁检修", **hours)
    assert entered.status_code == 201
    assert entered.json()["state"] == "planned"
    clock.now = SEVEN + HOUR - timedelta(seconds=1)
    assert travel_time_s(client, clock) == (OPEN_S, usual)
    clock.now = SEVEN + HOUR
    closed = wait_for_change(client, usual)
    assert travel_time_s(client, clock) == (CLOSED_S, closed)
    assert client.get(entered.headers["location"]).json()["state"] == "in_force"
    clock.now = SEVEN + 3 * HOUR
    assert wait_for_change(client, closed) == usual
    assert travel_time_s(client, clock) == (OPEN_S, usual)
    assert client.get(entered.headers["location"]).json()["state"] == "over"
    spoken = [(event, data.get("id", data.get("weight_version"))) for event, data in told
              if event in {"closure", "weights"}]  # fmt: skip
    assert spoken == [("closure", entered.json()["id"]), ("weights", closed), ("weights", usual)]


def test_what_is_in_force_at_once_has_changed_travel_times_by_the_answer(client, clock):
    entered = enter(client).json()
    assert entered["state"] == "in_force"
    assert entered["edge_counts"] == {"car": 2, "foot": 2}
    assert travel_time_s(client, clock) == (CLOSED_S, weight_version(client))
    lifted = client.delete(f"/api/v1/closures/{entered['id']}").json()
    assert (lifted["state"], lifted["lifted_by"]) == ("over", "demo-dispatcher")
    assert travel_time_s(client, clock) == (OPEN_S, weight_version(client))
    assert client.delete(f"/api/v1/closures/{entered['id']}").json() == lifted
    assert client.get(f"/api/v1/closures/{entered['id']}").json() == lifted


def test_a_restart_brings_closures_and_versions_back(store_file, clock):
    with served(store_file, clock) as client:
        entered = enter(client, ends=(SEVEN + 2 * HOUR).isoformat()).json()
        before = travel_time_s(client, clock)
    clock.now = SEVEN + HOUR
    with served(store_file, clock) as client:
        assert travel_time_s(client, clock) == before
        assert client.get(f"/api/v1/closures/{entered['id']}").json() == entered
        clock.now = SEVEN + 2 * HOUR
        wait_for_change(client, before[1])
        assert travel_time_s(client, clock)[0] == OPEN_S


def test_a_closure_by_edges_does_not_outlive_its_network(store_file, clock, caplog):
    with served(store_file, clock) as client:
        usual = weight_version(client)
    strays = [Extent(edges=(5000,)), Extent(edges=(0,), network="another")]
    with closing(open_store(f"sqlite:///{store_file}")) as store, store.session() as session:
        numbers = [
            add_closure(
                session, Closure("", extent, SEVEN, modes=(Mode.CAR,)), now=SEVEN, by="gis"
            ).closure.id
            for extent in strays
        ]
        session.commit()
    with served(store_file, clock) as client:
        assert travel_time_s(client, clock) == (OPEN_S, usual)
        for number in numbers:
            assert f"Closure {number} changes nothing" in caplog.text
            shown = client.get(f"/api/v1/closures/{number}").json()
            assert shown["edge_counts"] == {"car": 0}
            assert shown["remark"].startswith("Its edges belong to another version of the car")
        clock.now += HOUR
        own = enter(client, geometry=None, edges=[0], modes=["car"]).json()
        assert (own["edge_counts"], own["remark"]) == ({"car": 1}, None)
        assert weight_version(client) != usual


def test_what_could_not_be_read_after_its_entry_comes_into_force_by_the_next_beat(
    client, monkeypatch
):
    usual = weight_version(client)
    fails = iter([True])

    def read(session, now) -> tuple[Closure, ...]:
        if next(fails, False):
            raise Unavailable("The store is busy.")
        return closures_at(session, now)

    monkeypatch.setattr(weights_in_force, "closures_at", read)
    assert enter(client).status_code == 503
    wait_for_change(client, usual)


def test_a_slow_zone_slows_and_names_one_mode(client, clock):
    zone = enter(client, kind="slow", speed_factor=0.5, modes=["car"]).json()
    assert zone["edge_counts"] == {"car": 2}
    assert travel_time_s(client, clock)[0] == OPEN_S + 60
    client.delete(f"/api/v1/closures/{zone['id']}")
    capped = enter(client, kind="slow", speed_cap_kph=22 / 4).json()
    assert capped["speed_cap_kph"] == 5.5
    assert travel_time_s(client, clock)[0] == OPEN_S + 180


def test_streets_are_named_by_way_or_edge_too(client):
    assert enter(client, geometry=None, ways=[1]).json()["edge_counts"] == {"car": 2, "foot": 2}
    one_way = enter(client, geometry=None, ways=[1], direction="backward").json()
    assert one_way["edge_counts"] == {"car": 1, "foot": 1}
    edges = enter(client, geometry=None, edges=[0], modes=["car"]).json()
    assert edges["edge_counts"] == {"car": 1}


def test_a_polygon_in_another_system_is_brought_through_the_door(client):
    shifted = shapely.transform(BRIDGE, lambda points: from_wgs84(points, "gcj02"))
    body = enter(client, geometry=shapely.geometry.mapping(shifted), crs="gcj02").json()
    kept = shapely.geometry.shape(body["geometry"])
    assert kept.hausdorff_distance(BRIDGE) < 1e-5


def test_closures_are_listed_page_by_page_newest_first(client):
    numbers = [enter(client, reason=str(n)).json()["id"] for n in range(3)]
    client.delete(f"/api/v1/closures/{numbers[1]}")
    listed, cursor = [], ""
    while cursor is not None:
        page = client.get("/api/v1/closures", params={"limit": 2, "cursor": cursor}).json()
        listed += [closure["id"] for closure in page["items"]]
        cursor = page["next"]
    assert listed == numbers[::-1]
    present = client.get("/api/v1/closures", params={"over": False}).json()["items"]
    assert [closure["id"] for closure in present] == [numbers[2], numbers[0]]


@pytest.mark.parametrize(
    ("role", "status"),
    [("dispatcher", 201), ("gis", 201), ("admin", 201), ("officer", 403), ("leader", 403),
     ("auditor", 403), ("planner", 403), ("nobody", 401)],
)  # fmt: skip
def test_only_dispatchers_and_gis_staff_write(client, role, status):
    response = enter(client, role=role)
    assert response.status_code == status
    if status == 201:
        number = response.json()["id"]
        headers = {"authorization": "Bearer demo-officer"}
        assert client.delete(f"/api/v1/closures/{number}", headers=headers).status_code == 403
        assert client.get(f"/api/v1/closures/{number}", headers=headers).status_code == 200
    else:
        assert response.json()["code"] == {403: "forbidden", 401: "unauthorized"}[status]
        assert client.get("/api/v1/closures").json()["items"] == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"geometry": None}, "bad_value"),
        ({"ways": [1]}, "bad_value"),
        ({"geometry": None, "ways": [4711]}, "unknown_name"),
        ({"geometry": None, "ways": [2**70]}, "invalid"),
        ({"geometry": None, "edges": [4711], "modes": ["car"]}, "unknown_name"),
        ({"geometry": None, "edges": [-1], "modes": ["car"]}, "unknown_name"),
        ({"geometry": None, "edges": [0], "modes": ["ebike"]}, "unknown_name"),
        ({"geometry": None, "edges": [1]}, "bad_value"),
        ({"kind": "slow"}, "bad_value"),
        ({"speed_factor": 0.5}, "bad_value"),
        ({"kind": "slow", "speed_factor": 1.5}, "invalid"),
        ({"kind": "slow", "speed_factor": 1e-320}, "invalid"),
        ({"kind": "slow", "speed_cap_kph": 1e-300}, "invalid"),
        ({"kind": "slow", "speed_cap_kph": 201}, "invalid"),
        ({"kind": "slow", "speed_factor": 0.5, "speed_cap_kph": 10}, "bad_value"),
        ({"starts": "2026-11-23T08:00:00"}, "invalid"),
        ({"starts": "0001-01-01T00:00:00+08:00"}, "invalid"),
        ({"ends": "2026-01-01T00:00:00+08:00"}, "bad_value"),
        ({"direction": "forward"}, "bad_value"),
        ({"crs": "EPSG:99999"}, "unknown_crs"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}}, "invalid"),
        (
            {"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1]]]}},
            "bad_value",
        ),
        (
            {
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[0, 0], [500, 1], [500, 0], [0, 0]]],
                }
            },
            "bad_value",
        ),
        ({"geometry": {"type": "Point", "coordinates": [0, 0]}}, "invalid"),
        ({"lane": 1}, "invalid"),
    ],
)
def test_a_closure_that_cannot_be_used_leaves_nothing_behind(client, wrong, code):
    before = weight_version(client)
    response = enter(client, **wrong)
    assert (response.status_code, response.json()["code"]) == (422, code), response.text
    assert client.get("/api/v1/closures").json()["items"] == []
    assert weight_version(client) == before


def test_an_unknown_closure_is_not_found(client):
    for ask in (client.get, client.delete):
        response = ask("/api/v1/closures/C20261122-000001")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_a_reach_names_its_weights(client, clock):
    travel_time_s(client, clock)
    enter(client)
    answer = client.get("/api/v1/units/K1/reach").json()
    assert answer["weight_version"] in weight_version(client).split(",")


def test_many_closures_entered_at_once_are_all_in_force(client):
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda row: enter(client, geometry=None, ways=[row % 7]), range(14))
        )
    assert {answer.status_code for answer in answers} == {201}
    service = client.app.state.service
    metric = service.city.travel_times[Mode.CAR].metric
    assert (metric.edge_ms >= NEVER).sum() == 14


def test_the_command_line_answers_with_the_closures_in_force_at_its_now(store_file, clock, capsys):
    minute = timedelta(minutes=1)
    with served(store_file, clock) as client:
        hours = {"starts": SEVEN + 5 * minute, "ends": SEVEN + 10 * minute}
        enter(client, **{name: instant.isoformat() for name, instant in hours.items()})
        travel_time_s(client, clock)
        usual = weight_version(client)
    place = "{},{}".format(*RIVER.lon_lat["x"])
    asked = ["suggest", "--store", f"sqlite:///{store_file}", "--at", place, "--matter", "H1"]
    seen = []
    for minutes in (1, 6, 11):
        capsys.readouterr()
        assert run([*asked, "--now", (SEVEN + minutes * minute).isoformat(), "--json"]) == 0
        answer = json.loads(capsys.readouterr().out)
        seen.append((answer["proposals"][0]["travel_time_s"], answer["weight_version"]))
    (_, closed) = seen[1]
    assert seen == [(OPEN_S, usual), (CLOSED_S, closed), (OPEN_S, usual)]
    clock.now = SEVEN + 5 * minute
    with served(store_file, clock) as client:
        assert weight_version(client) == closed != usual, "equal states, equal numbers"
