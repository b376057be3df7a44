"""Layer files that are damaged: never a part of their rows for all, and why in one sentence."""

from __future__ import annotations

import zipfile

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet
import pytest
from shapely import box

from geo.errors import UnreadableFile
from geo.layer_format import recognise
from geo.layer_read import read_layer
from geo.layer_whole import refuse_fewer

ROWS = gpd.GeoDataFrame(
    {"code": [f"Z{at}" for at in range(60)], "name": ["侨港"] * 60},
    geometry=[box(at, 0, at + 1, 1) for at in range(60)],
    crs="EPSG:4326",
)
DRIVERS = {"kml": "KML", "dxf": "DXF"}


def read(path):
    """As the confined process does."""
    return read_layer(path, recognise(path))[0]


@pytest.mark.parametrize("ending", ["gml", "dxf", "fgb", "kml", "geojson", "gpkg"])
def test_a_file_that_was_cut_short_never_passes_for_a_whole_one(tmp_path, ending):
    """GDAL reads what is left of the first three and says nothing: seen without `layer_whole`."""
    path = tmp_path / f"z.{ending}"
    rows = ROWS[["geometry"]] if ending == "dxf" else ROWS
    rows.to_file(path, driver=DRIVERS.get(ending))
    content = path.read_bytes()
    assert len(read(path)) == len(ROWS)
    for kept in range(len(content) // 3, len(content) - 12, len(content) // 100):
        path.write_bytes(content[:kept])
        with pytest.raises(UnreadableFile, match=rf"^z\.{ending} .*\.$"):
            read(path)


def test_markup_that_was_cut_short_in_an_archive_is_found_out_as_well(tmp_path):
    ROWS.to_file(tmp_path / "z.gml")
    content = (tmp_path / "z.gml").read_bytes()
    path = tmp_path / "z.zip"
    for kept in (content, content[:-40]):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("z.gml", kept)
        if kept is content:
            assert len(read(path)) == len(ROWS)
    with pytest.raises(UnreadableFile, match=r"can't be read as GML: .* in line"):
        read(path)


def test_a_shapefile_with_a_table_that_was_cut_short_is_refused(tmp_path):
    """Seen without: the rows that the table has left passed for all."""
    ROWS.to_file(tmp_path / "z.shp")
    parts = {one.name: one.read_bytes() for one in tmp_path.glob("z.*")}
    for lost in (0, 1, 200, 4000):
        table = parts["z.dbf"]
        hurt = parts | {"z.dbf": table[: len(table) - lost]}
        with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
            for name, content in hurt.items():
                archive.writestr(f"数据/{name}", content)
        if lost <= 1:  # the last byte is no row, only a mark
            assert len(read(tmp_path / "z.zip")) == len(ROWS)
            continue
        with pytest.raises(UnreadableFile, match=r"z\.dbf says it has 60 rows, and has room for"):
            read(tmp_path / "z.zip")


def test_markup_in_an_encoding_that_no_parser_reads_is_refused_and_not_empty(tmp_path):
    ROWS.to_file(tmp_path / "z.gml")
    said = (tmp_path / "z.gml").read_text(encoding="utf-8").replace('"utf-8"', '"GBK"')
    (tmp_path / "z.gml").write_bytes(said.encode("gbk"))
    with pytest.raises(UnreadableFile, match=r"declares an encoding .* write it in UTF-8"):
        read(tmp_path / "z.gml")


def test_geoparquet_that_is_damaged_is_refused_in_one_line_without_a_path(tmp_path):
    path = tmp_path / "z.parquet"
    ROWS.to_parquet(path, compression=None)
    content = path.read_bytes()
    foot = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    path.write_bytes(content[:foot] + b"\xff" * 20 + content[foot + 20 :])
    with pytest.raises(UnreadableFile, match=r"^z\.parquet can't be read as .*\.$") as refused:
        read(path)
    assert "\n" not in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


def test_geoparquet_with_texts_that_are_none_is_refused_by_whoever_reads_it(tmp_path):
    path = tmp_path / "z.parquet"
    ROWS.to_parquet(path, compression=None)
    path.write_bytes(path.read_bytes().replace("侨港".encode(), b"\xff" * 6))
    with pytest.raises(UnreadableFile, match=r"can't be read as GeoParquet: .*UTF8"):
        read(path)


def test_a_cell_of_several_values_is_one_text(tmp_path):
    """Seen without: whoever took such a table up fell over it, for lists have no digest."""
    path = tmp_path / "z.parquet"
    cells = {"code": [["H1", "T1"], [], None], "name": [{"zh": "街"}, None, {"zh": "路"}]}
    pa.parquet.write_table(pa.table(cells), path)
    assert read(path).to_pylist() == [
        {"code": "H1;T1", "name": "{'zh': '街'}"},
        {"code": "", "name": None},
        {"code": None, "name": "{'zh': '路'}"},
    ]


def test_rows_that_are_not_all_there_are_are_refused(tmp_path):
    refuse_fewer(tmp_path / "z.fgb", said=-1, read=2)  # it doesn't say
    refuse_fewer(tmp_path / "z.fgb", said=2, read=2)
    with pytest.raises(UnreadableFile, match="says it has 3 rows, and only 2 can be read"):
        refuse_fewer(tmp_path / "z.fgb", said=3, read=2)
