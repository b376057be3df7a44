"""Published layers as files over HTTP, of any version, in every format that is written."""

from __future__ import annotations

import io

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from demo_service import client_of, copy_of
from spec.traced_memory import peak_bytes, write_places

GIS = {"authorization": "Bearer demo-gis"}


@pytest.fixture(scope="module")
def client(small_store, tmp_path_factory):
    with client_of(copy_of(small_store, tmp_path_factory.mktemp("exports"))) as client:
        client.headers.update(GIS)
        yield client


def export(client, kind, **asked: object):
    return client.get(f"/api/v1/layers/{kind}/export", params=asked)


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "fgb"])
def test_the_zones_as_a_file_are_the_zones_as_they_are_published(client, ending, tmp_path):
    answer = export(client, "zones", format=ending, crs="wgs84")
    assert answer.status_code == 200, answer.text
    assert f'filename="zones.{ending}"' in answer.headers["content-disposition"]
    file = tmp_path / f"zones.{ending}"
    file.write_bytes(answer.content)
    read = gpd.read_file(file).set_index("code").geometry
    published = gpd.read_file(client.get("/api/v1/layers/zones/published").text)
    there = published.set_index("code").geometry.loc[read.index]
    assert len(read) == len(published)
    off = shapely.symmetric_difference(read.to_numpy(), there.to_numpy())
    assert shapely.area(off).max() < 1e-6  # the map's layer is rounded to six digits


def test_a_table_without_shapes_is_text_that_no_spreadsheet_works_out(client):
    answer = export(client, "matters", format="csv")
    assert answer.headers["content-type"].startswith("text/csv")
    listed = pd.read_csv(io.BytesIO(answer.content), dtype=str)
    matters = client.get("/api/v1/matters", params={"limit": 1000}).json()["items"]
    assert set(listed["code"]) >= {row["code"] for row in matters}
    refused = export(client, "matters", format="gpkg")
    assert refused.status_code == 422
    assert "write it as .csv" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("kind", "asked", "status", "said"),
    [
        ("zones", {"version": 9}, 404, "no version 9"),
        ("bases", {}, 422, "keeps no versions of bases"),
        ("zones", {"crs": "EPSG:1"}, 422, "EPSG:1"),
        ("zones", {"format": "dwg"}, 422, "format"),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_sentence(client, kind, asked, status, said):
    answer = export(client, kind, **({"format": "gpkg"} | asked))
    assert answer.status_code == status, answer.text
    assert said in answer.text


@pytest.mark.parametrize("ending", ["fgb", "geojson", "csv"])
def test_a_layer_of_any_length_takes_the_room_of_a_piece(tmp_path, ending, count):
    long = count(reduced=30_000, full=100_000)
    short_peak, long_peak = (
        peak_bytes(write_places, tmp_path / f"{rows}.{ending}", rows) for rows in (long // 5, long)
    )
    assert long_peak < 1.5 * short_peak
