"""A drawn town with crews as a served city, whose clock stands still until a test moves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from demo_service import DISPATCHER
from fastapi.testclient import TestClient
from spec.city_files import TABLES, write_city, write_table
from spec.town import Town, town

from api.app import create_app
from api.settings import Settings
from dispatch.store.city_folder import load_city_folder
from dispatch.store.engine import open_store
from geo.road.road_class import Mode
from geo.road.storage import save_network

SEVEN = datetime(2026, 11, 19, 23, 0, tzinfo=UTC)  # Friday morning in China

A_DAY_S = 86_400.0
"""Deadlines are looked at when a test says so: crews of the town acknowledge nothing."""

RIVER = town("""
    1---2---3---x---y---4---5
        |       |
        c---d---e
""")
"""A gap of four columns takes a minute by car, and so does one of two rows."""

CREWS = {"K1": "1", "K2": "2", "K4": "4", "K5": "5", "S1": "1"}
"""Where each crew stands; S1 is the squad's, the others the grid brigade's."""

MATTERS = [
    {"code": "H1", "domain": "H", "gravity": "2", "triage": "simple"},
    {"code": "H5", "domain": "H", "gravity": "5", "triage": "complex"},
    {"code": "T1", "domain": "T", "gravity": "3", "triage": "general"},
]


class MovedClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = SEVEN

    def __call__(self) -> datetime:
        return self.now


def write_town(
    folder: Path,
    drawn: Town = RIVER,
    crews: Mapping[str, str] = CREWS,
    drones: Mapping[str, str] | None = None,
    *,
    invented: bool = True,
) -> Path:
    """Load the town into a store; each crew K has officers Ka and Kb; drones stand at junctions."""
    city = write_city(folder / "city", invented=invented)
    matter = TABLES["matters.csv"][0]
    write_table(city, "matters.csv", [matter | row for row in MATTERS])
    authority = TABLES["authority.csv"][0] | {"assisting": "", "skills": ""}
    rows = [{"id": f"R-{row['code']}", "matter": row["code"]} for row in MATTERS]
    write_table(city, "authority.csv", [authority | row for row in rows])
    units = [
        {"code": "B1", "kind": "grid_brigade", "zone": "Z1"},
        {"code": "SQ", "kind": "specialist_squad", "domains": "H;T"},
    ]
    units += [
        {"code": crew, "kind": "crew", "mode": "car", "parent": "SQ" if crew[0] == "S" else "B1"}
        for crew in crews
    ]
    for drone, place in (drones or {}).items():
        lon, lat = drawn.lon_lat[place]
        base = {"lon": f"{lon}", "lat": f"{lat}"}
        units.append({"code": drone, "kind": "drone", "parent": "B1", "mode": "air"} | base)
    write_table(city, "units.csv", units)
    officers = []
    for crew, place in crews.items():
        lon, lat = drawn.lon_lat[place]
        seen = {"lon": f"{lon}", "lat": f"{lat}", "fix_time": SEVEN.isoformat()}
        officers += [{"id": f"{crew}{one}", "crew": crew, "skills": ""} | seen for one in "ab"]
    write_table(city, "officers.csv", officers)
    for mode in (Mode.CAR, Mode.FOOT):
        save_network(drawn.network(mode=mode), city / f"network-{mode}")
    path = folder / "town.gpkg"
    with closing(open_store(f"sqlite:///{path}", create=True)) as store, store.session() as session:
        load_city_folder(city, session)
        session.commit()
    return path


def copy_town(store: Path, folder: Path) -> Path:
    """Copy a store, so that what a test writes is nobody else's; the roads are shared."""
    copy = folder / store.name
    copy.write_bytes(store.read_bytes())
    roads = f"{store.stem}-roads"
    (folder / roads).symlink_to(store.parent / roads)
    return copy


@contextmanager
def served(store: Path | str, clock: MovedClock) -> Iterator[TestClient]:
    """Serve a store, by its file or its address, to a client on this machine."""
    url = store if isinstance(store, str) else f"sqlite:///{store}"
    app = create_app(Settings(store=url), clock=clock)
    looks = patch("api.beats.DEADLINES_S", A_DAY_S)
    with (
        looks,
        TestClient(
            app,
            base_url="http://127.0.0.1",
            client=("127.0.0.1", 50000),
            headers=DISPATCHER,
            raise_server_exceptions=False,
        ) as client,
    ):
        yield client


def reported(client: TestClient, *matters: str, at: str = "x", drawn: Town = RIVER) -> str:
    """Report an incident at a junction, and answer its number."""
    body = {"lon_lat": drawn.lon_lat[at], "matters": matters or ("H1",)}
    answer = client.post("/api/v1/incidents", json=body)
    assert answer.status_code == 201, answer.text
    number: str = answer.json()["id"]
    return number


def asked(client: TestClient, incident: str, **more: object) -> dict[str, object]:
    """Ask who goes to an incident on record."""
    answer = client.post(f"/api/v1/incidents/{incident}/suggestions", json=more)
    assert answer.status_code == 200, answer.text
    suggestion: dict[str, object] = answer.json()
    return suggestion


def seen(client: TestClient, clock: MovedClock, **places: str) -> None:
    """Let crews be seen at junctions."""
    fixes = [
        {"officer": f"{crew}{one}", "time": clock.now.isoformat()}
        | dict(zip(("lon", "lat"), RIVER.lon_lat[place], strict=True))
        for crew, place in places.items()
        for one in "ab"
    ]
    results = client.post("/api/v1/positions", json=fixes).json()
    assert "teleport" not in str(results), results
