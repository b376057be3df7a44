"""Layer files: name and content must agree before anything reads them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

from geo import layer_format
from geo.errors import BadInput, UnreadableFile
from geo.layer_format import LayerFile, LayerFormat, recognise

ZONE = gpd.GeoDataFrame({"code": ["Z01"]}, geometry=[box(109, 21, 109.1, 21.1)], crs="EPSG:4490")
VRT = """<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>
</OGRVRTLayer></OGRVRTDataSource>"""

Packed = Callable[..., Path]


@pytest.fixture
def packed(tmp_path: Path) -> Packed:
    """An archive with these members."""

    def pack(**members: str) -> Path:
        with zipfile.ZipFile(tmp_path / "layer.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in members.items():
                archive.writestr(name, text)
        return tmp_path / "layer.zip"

    return pack


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("zones.gpkg", LayerFormat.GEOPACKAGE),
        ("zones.shp", LayerFormat.SHAPEFILE),
        ("ZONES.GeoJSON", LayerFormat.GEOJSON),
        ("zones.fgb", LayerFormat.FLATGEOBUF),
        ("zones.kml", LayerFormat.KML),
        ("zones.gml", LayerFormat.GML),
    ],
)
def test_what_gdal_writes_is_recognised(tmp_path, name, kind):
    path = tmp_path / name
    ZONE.to_file(path, driver=layer_format.RULES[kind].driver)
    assert recognise(path) == LayerFile(kind)


def test_geoparquet_and_tables_are_recognised(tmp_path):
    ZONE.to_parquet(tmp_path / "zones.parquet")
    (tmp_path / "units.csv").write_text("代码,名称\n1,一\n", encoding="gbk")
    assert recognise(tmp_path / "zones.parquet").format is LayerFormat.GEOPARQUET
    assert recognise(tmp_path / "units.csv").format is LayerFormat.CSV


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("zones.geojson", VRT),
        ("zones.kml", VRT),
        ("zones.gpkg", '{"type": "FeatureCollection"}'),
        ("zones.csv", VRT),
        ("zones.csv", '{"type": "GDALG"}'),
        ("zones.shp", "PK\x03\x04"),
        ("zones.geojson", ""),
        ("zones.fgb", "fgb"),
        ("zones.gdb", "x"),
    ],
)
def test_a_file_that_is_not_what_it_is_called_is_refused(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(BadInput, match="is something else"):
        recognise(tmp_path / name)


def test_an_ending_that_is_not_known_is_refused_and_the_known_are_named(tmp_path):
    (tmp_path / "zones.dwg").write_text("AC1032")
    with pytest.raises(UnreadableFile, match=r"known are \.gpkg, .*\.zip"):
        recognise(tmp_path / "zones.dwg")


def test_a_file_that_is_gone_is_named(tmp_path):
    with pytest.raises(UnreadableFile, match=r"zones\.gpkg can't be read: No such file"):
        recognise(tmp_path / "zones.gpkg")


def test_json_nested_without_end_is_refused_before_it_is_parsed(tmp_path):
    path = tmp_path / "zones.geojson"
    path.write_text('{"type": "FeatureCollection", "features": ' + "[" * 100_000)
    with pytest.raises(BadInput, match="nested 100001 levels deep; 32 are allowed"):
        recognise(path)


def test_one_layer_in_an_archive_is_found_in_whatever_folder(packed):
    archive = packed(**{"责任区/zones.shp": "x", "责任区/zones.dbf": "x", "readme.txt": "x"})
    assert recognise(archive) == LayerFile(LayerFormat.SHAPEFILE, "责任区/zones.shp")


def test_a_geodatabase_is_a_folder_in_an_archive(packed):
    archive = packed(**{"city.gdb/a0001.gdbtable": "x", "city.gdb/gdb": "x"})
    assert recognise(archive) == LayerFile(LayerFormat.FILE_GDB, "city.gdb")


@pytest.mark.parametrize("names", [("a.shp", "b.shp"), ("readme.txt",)])
def test_an_archive_with_no_layer_or_two_is_refused(packed, names):
    with pytest.raises(BadInput, match="must hold one layer file"):
        recognise(packed(**dict.fromkeys(names, "x")))


@pytest.mark.parametrize("name", ["../zones.shp", "/etc/zones.shp", "a/../../zones.shp", "C:z.shp"])
def test_a_name_that_leads_out_of_the_archive_is_refused(packed, name):
    with pytest.raises(BadInput, match="leads out of it"):
        recognise(packed(**{name: "x"}))


def test_a_link_in_an_archive_is_refused(tmp_path):
    link = zipfile.ZipInfo("zones.shp")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "layer.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(BadInput, match="holds a link"):
        recognise(tmp_path / "layer.zip")


def test_an_archive_that_grows_beyond_measure_is_refused(packed, monkeypatch):
    archive = packed(**{"zones.geojson": "[" + " " * (80 << 20) + "]"})
    with pytest.raises(BadInput, match="times as it is unpacked"):
        recognise(archive)
    monkeypatch.setattr(layer_format, "MOST_UNPACKED_BYTES", 1 << 20)
    with pytest.raises(BadInput, match="1 files of 80 MiB; 500 of 1 MiB are allowed"):
        recognise(archive)


def test_a_damaged_archive_is_refused(tmp_path):
    (tmp_path / "layer.zip").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(UnreadableFile, match="no zip archive, or is damaged"):
        recognise(tmp_path / "layer.zip")
