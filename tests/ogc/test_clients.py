"""Programs that people use: GDAL, pyogrio and OWSLib read a real server on this machine."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
from faults.running_server import RunningServer, running
from owslib.ogcapi.features import Features
from spec.served_town import RIVER, write_town

SIGNED_IN = "Authorization: Bearer demo-admin"
EVERY = {
    "areas", "zones", "grids", "no-fly", "units", "places", "roads", "closures", "officers",
    "incidents",
}  # fmt: skip
PAGE = 3
"""Features on a page, so that a town takes several."""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[RunningServer]:
    """The town, served by a process of its own, with a few incidents and a closure."""
    folder = tmp_path_factory.mktemp("clients")
    with running(f"sqlite:///{write_town(folder)}", folder, warm=False) as server:
        with server.caller("admin") as admin:
            for at in "1x45":
                body = {"lon_lat": RIVER.lon_lat[at], "matters": ["H1"], "text": "摊位"}
                assert admin.post("/api/v1/incidents", body).status == 201
            lon, lat = RIVER.lon_lat["3"]
            ring = [[lon, lat], [lon + 1e-3, lat], [lon, lat + 1e-3], [lon, lat]]
            drawn = {"geometry": {"type": "Polygon", "coordinates": [ring]}}
            assert admin.post("/api/v1/closures", drawn).status == 201
        yield server


@pytest.fixture
def address(server) -> str:
    return f"http://127.0.0.1:{server.port}/ogc"


@pytest.fixture
def counts(server) -> dict[str, int]:
    """How many features each collection has, as the service counts them."""
    with server.caller("admin") as admin:
        items = {name: admin.get(f"/ogc/collections/{name}/items?limit=1") for name in EVERY}
        return {name: answer.body["numberMatched"] for name, answer in items.items()}


def run(*command: str) -> str:
    """Run a program of GDAL with the token; what it complains of fails the test."""
    done = subprocess.run(
        [*command, "--config", "GDAL_HTTP_HEADERS", SIGNED_IN],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout


def test_gdal_lists_every_collection(address, need_program):
    listed = run(need_program("ogrinfo"), "-ro", f"OAPIF:{address}")
    named = {line.split(": ")[1].split(" (")[0] for line in listed.splitlines() if ": " in line}
    assert named >= EVERY


def test_gdal_copies_every_collection_page_by_page(address, counts, need_program, tmp_path):
    copy = tmp_path / "copy.gpkg"
    run(need_program("ogr2ogr"), str(copy), f"OAPIF:{address}", "-oo", f"PAGE_SIZE={PAGE}")
    copied = {name: len(pyogrio.read_dataframe(copy, layer=name)) for name in counts}
    assert copied == counts
    assert counts["roads"] > 3 * PAGE
    zones = geopandas.read_file(copy, layer="zones")
    assert zones.crs.to_epsg() == 4326
    assert zones.total_bounds.round(6).tolist() == [109.0, -0.1, 109.3, 0.1]
    assert list(zones["name"]) == ["一区"]


def test_gdal_filters_by_box_and_by_column(address, need_program):
    asked = [need_program("ogrinfo"), "-ro", "-al", "-so", f"OAPIF:{address}", "units"]
    assert "Feature Count: 5" in run(*asked, "-where", "kind = 'crew'")
    lon, lat = RIVER.lon_lat["x"]
    box = ["-spat", *(f"{side:.6f}" for side in (lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4))]
    assert "Feature Count: 1" in run(
        need_program("ogrinfo"), "-ro", "-al", "-so", f"OAPIF:{address}", "incidents", *box
    )


def test_gdal_without_credentials_is_told_nothing(address, need_program):
    refused = subprocess.run(
        [need_program("ogrinfo"), "-ro", f"OAPIF:{address}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0
    assert "zones" not in refused.stdout


@pytest.fixture
def token() -> Iterator[None]:
    """The token for the GDAL that pyogrio brings along, whose driver takes no other headers."""
    options = {"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": "demo-admin"}
    pyogrio.set_gdal_config_options(options)
    yield
    pyogrio.set_gdal_config_options(dict.fromkeys(options))


@pytest.mark.usefixtures("token")
def test_pyogrio_reads_every_collection_page_by_page(address, counts):
    listed = {name for name, _ in pyogrio.list_layers(f"OAPIF:{address}")}
    assert listed == EVERY
    for name, count in counts.items():
        read = pyogrio.read_dataframe(f"OAPIF:{address}", layer=name, PAGE_SIZE=PAGE)
        assert len(read) == count, name


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize(("code", "metres"), [(4490, False), (4547, True), (4549, True)])
def test_pyogrio_reads_systems_with_their_axes_and_puts_the_easting_first(address, code, metres):
    """GDAL hands eastings before northings to whoever draws, having read them the other way."""
    plain = pyogrio.read_dataframe(f"OAPIF:{address}", layer="roads")
    moved = pyogrio.read_dataframe(f"OAPIF:{address}", layer="roads", CRS=f"EPSG:{code}")
    assert moved.crs.to_epsg() == code
    wanted = plain.to_crs(code).get_coordinates().to_numpy()
    off = np.abs(moved.get_coordinates().to_numpy() - wanted).max()
    assert off < (1e-3 if metres else 1e-8)


@pytest.fixture
def owslib(address) -> Features:
    return Features(address, headers={"Authorization": "Bearer demo-admin"})


def test_owslib_lists(owslib):
    assert set(owslib.feature_collections()) == EVERY
    assert owslib.collection("zones")["title"] == "责任区 Zones"
    assert any(uri.endswith("/conf/core") for uri in owslib.conformance()["conformsTo"])
    assert owslib.api()["openapi"] == "3.0.3"


def test_owslib_filters_and_pages(owslib, counts):
    crews = owslib.collection_items("units", kind="crew")
    assert [one["id"] for one in crews["features"]] == ["K1", "K2", "K4", "K5", "S1"]
    lon, lat = RIVER.lon_lat["x"]
    near = owslib.collection_items(
        "incidents", bbox=[lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4]
    )
    assert near["numberMatched"] == 1
    page = owslib.collection_items("roads", limit=PAGE)
    assert page["numberReturned"] == PAGE
    assert page["numberMatched"] == counts["roads"]
    one = owslib.collection_item("roads", "7")
    assert one["id"] == "7"


def test_texts_arrive_as_they_are(owslib, address, need_program, tmp_path: Path):
    told = owslib.collection_items("incidents", limit=100)["features"]
    out = tmp_path / "incidents.geojson"
    run(need_program("ogr2ogr"), str(out), f"OAPIF:{address}", "incidents")
    read = json.loads(out.read_text(encoding="utf-8"))["features"]
    texts = [[one["properties"]["text"] for one in some] for some in (told, read)]
    assert sorted(texts[0]) == sorted(texts[1])
    assert "摊位" in texts[0]
