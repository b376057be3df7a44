"""Debian's QGIS, without a screen: layers, tiles, the project file and the embedded store."""

from __future__ import annotations

import json
import os
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from xml.etree import ElementTree as ET

import pytest
from faults.running_server import RunningServer, running
from ogc.reader import ADMIN, Reader
from spec.served_town import RIVER, write_town

PYTHON = Path("/usr/bin/python3")
SESSION = Path(__file__).with_name("qgis_session.py")
EVERY = (
    "areas", "zones", "grids", "no-fly", "units", "places", "roads", "closures", "officers",
    "incidents",
)  # fmt: skip
TILED = ("areas", "zones", "grids", "no-fly", "roads")


def source(address: str, name: str) -> str:
    """Where QGIS finds a collection, as its dialog writes it."""
    return f"authcfg=gridogc typename='{name}' url='{address}' pagingEnabled='true' pageSize='3'"


def tile_source(address: str, name: str) -> str:
    tiles = f"{address}/collections/{name}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}"
    return f"authcfg=gridogc&type=xyz&url={tiles}&zmin=0&zmax=15"


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Path:
    return write_town(tmp_path_factory.mktemp("qgis-town"))


@pytest.fixture(scope="module")
def server(town, tmp_path_factory) -> Iterator[RunningServer]:
    """The town, served by a process of its own, with two incidents."""
    with running(f"sqlite:///{town}", tmp_path_factory.mktemp("qgis-log"), warm=False) as server:
        with server.caller("admin") as admin:
            for at in "1x":
                body = {"lon_lat": RIVER.lon_lat[at], "matters": ["H1"], "text": "摊位"}
                assert admin.post("/api/v1/incidents", body).status == 201
        yield server


@pytest.fixture
def qgis(need_qgis, server, town, tmp_path) -> dict[str, Any]:
    """What QGIS saw of a real server, its project file and its store."""
    address = f"http://127.0.0.1:{server.port}/ogc"
    project = tmp_path / "town.qgs"
    asked = Request(f"{address}/qgis-project", headers=ADMIN)  # noqa: S310 -- a server of our own on loopback
    with urlopen(asked) as answer:  # noqa: S310 -- a server of our own on loopback
        project.write_bytes(answer.read())
    orders = {
        "token": "demo-admin",
        "project": str(project),
        "features": {name: source(address, name) for name in EVERY},
        "tiles": {name: tile_source(address, name) for name in TILED},
        "store": {name: f"{town}|layername={name}" for name in ("areas", "zones", "grids")},
    }
    return need_qgis(orders, tmp_path)


@pytest.fixture
def need_qgis(leave_out):
    """Run a session in QGIS; without one the test fails under CI and is left out elsewhere."""
    wanted = "Debian's QGIS (package python3-qgis)"
    has = (
        PYTHON.is_file()
        and not subprocess.run(
            [PYTHON, "-c", "import qgis.core"], capture_output=True, check=False
        ).returncode
    )
    if not has and os.environ.get("CI") == "true":
        pytest.fail(f"This machine lacks {wanted}; .ci/debian installs it.")
    if not has:
        leave_out(wanted)

    def run(orders: dict[str, Any], folder: Path) -> dict[str, Any]:
        told, seen = folder / "orders.json", folder / "seen.json"
        told.write_text(json.dumps(orders), encoding="utf-8")
        own = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "QT_QPA_PLATFORM": "offscreen"}
        done = subprocess.run(
            [PYTHON, SESSION, told, seen],
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **own},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert seen.is_file(), (done.returncode, done.stderr)
        content: dict[str, Any] = json.loads(seen.read_text(encoding="utf-8"))
        return content

    return run


def test_qgis_reads_every_collection_and_tile_and_opens_project_and_store(qgis, server):
    with server.caller("admin") as admin:
        items = {name: admin.get(f"/ogc/collections/{name}/items?limit=1000") for name in EVERY}
    for name, seen in qgis["features"].items():
        told = items[name].body["features"]
        assert seen["valid"], (name, seen, qgis["said"])
        assert seen["count"] == len(told), name
        assert seen["shapes"] == sum(one["geometry"] is not None for one in told)
        codes = sorted(str(one["properties"].get("code", "")) for one in told)
        assert seen["codes"] == (codes if "code" in seen["fields"] else [])

    assert all(seen["valid"] and seen["deepest"] == 15 for seen in qgis["tiles"].values())
    painted = {name: seen["painted"] for name, seen in qgis["tiles"].items()}
    assert all(painted[name] > 500 for name in ("areas", "zones", "grids", "roads")), painted

    layers = qgis["project"]["layers"]
    assert qgis["project"]["system"] == "EPSG:4490"
    assert {f"oapif_{name.replace('-', '_')}" for name in EVERY} <= layers.keys()
    assert {f"tiles_{name.replace('-', '_')}" for name in TILED} <= layers.keys()
    assert len(layers) == len(EVERY) + len(TILED)
    for name, layer in layers.items():
        assert layer["valid"], (name, layer, qgis["said"])
        assert layer["drawn"] or layer["shapes"] == 0, (name, layer)
    assert layers["oapif_zones"]["count"] == len(items["zones"].body["features"])
    assert layers["oapif_zones"]["shown"]
    assert not layers["oapif_grids"]["shown"]
    assert layers["tiles_roads"]["styled"] == ["roads"]
    assert layers["tiles_roads"]["painted"] > 500
    assert layers["tiles_zones"]["painted"] > 500

    for name, seen in qgis["store"].items():
        assert seen["valid"], (name, seen)
        assert seen["count"] == len(items[name].body["features"])


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("key:demo-admin", 200),
        (":demo-admin", 200),
        ("demo-admin:", 401),
        ("demo-admin:demo", 401),
        ("key:nothing", 401),
        ("demo-admin", 401),
    ],
)
def test_a_token_may_be_the_password_of_the_basic_scheme(reader: Reader, said, status):
    """It is the token that counts, never the password of an account."""
    basic = {"authorization": f"Basic {b64encode(said.encode()).decode()}"}
    assert reader.client.get("/ogc/collections", headers=basic).status_code == status


@pytest.mark.parametrize("said", ["Basic", "Basic !", "Basic /w==", "Digest x", "Basic ZZZ"])
def test_what_is_no_credential_is_refused_in_one_sentence(reader: Reader, said):
    answer = reader.client.get("/ogc/collections", headers={"authorization": said})
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthorized"


def test_a_page_of_another_site_may_not_change_anything_by_what_a_browser_remembers(reader: Reader):
    """A browser sends the basic scheme by itself, as it does a cookie, and bearer tokens never."""
    remembered = f"Basic {b64encode(b'key:demo-admin').decode()}"
    for authorization, status in ((remembered, 403), ("Bearer demo-admin", 422)):
        sent = {"authorization": authorization, "sec-fetch-site": "cross-site"}
        assert reader.client.post("/api/v1/closures", json={}, headers=sent).status_code == status


def test_the_project_holds_what_a_person_may_see_and_no_credentials(reader: Reader):
    for role, hidden in (("admin", set()), ("gis", {"officers", "incidents"})):
        answer = Reader(reader.client, role).ask("/qgis-project")
        assert answer.headers["content-type"] == "application/x-qgis-project"
        assert "grid-dispatch.qgs" in answer.headers["content-disposition"]
        assert "demo-" not in answer.text
        ids = {one.text for one in ET.fromstring(answer.content).iter("id")}  # noqa: S314 -- written by our own server
        named = {f"oapif_{name.replace('-', '_')}" for name in EVERY}
        assert named - ids == {f"oapif_{name}" for name in hidden}
    nobody = reader.client.get("/ogc/qgis-project", headers={"authorization": ""})
    assert nobody.status_code == 401


def test_layers_name_the_authentication_that_a_person_has(reader: Reader):
    sources = [
        one.text or ""
        for one in ET.fromstring(  # noqa: S314 -- written by our own server
            reader.ask("/qgis-project", authcfg="abc1234").content
        ).iter("datasource")
    ]
    assert sources
    assert all("authcfg=abc1234" in one for one in sources)
    assert all("/ogc" in one for one in sources)
    for wrong in ("abc", "abc12345", "abc'123", ""):
        reader.ask("/qgis-project", 400, authcfg=wrong)
    reader.ask("/qgis-project", 400, colour="red")
