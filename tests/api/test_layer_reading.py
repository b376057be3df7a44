"""Layer files as they come in: each format gives the same rows, hostile ones give none."""

from __future__ import annotations

import io
import socket
import zipfile
from contextlib import suppress

import geopandas as gpd
import osmium
import pytest
import shapely
from osm_file import write_osm
from shapely import box

from api.confined import Limits, Walls, walls
from api.layer_reading import read_layer_file
from geo.errors import BadInput, UnreadableFile
from geo.layer_read import REPAIRED, SHAPE

NAMES = ["北海老街", "侨港"]
ZONES = gpd.GeoDataFrame(
    {"code": ["Z01", "Z02"], "name": NAMES},
    geometry=[box(109, 21, 109.1, 21.1), box(109.1, 21, 109.2, 21.1)],
    crs="EPSG:4490",
)


def rows_of(table):
    """Names by code, and the area of the shapes."""
    area = shapely.area(shapely.from_wkb(table.column(SHAPE).to_numpy())).sum()
    return dict(zip(*(table.column(name).to_pylist() for name in ("code", "name")), strict=True)), (
        round(float(area), 6)
    )


EXPECTED = (dict(zip(["Z01", "Z02"], NAMES, strict=True)), 0.02)


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "fgb", "gml"])
def test_each_format_gives_the_same_rows(tmp_path, ending):
    path = tmp_path / f"zones.{ending}"
    ZONES.to_file(path)
    table, note = read_layer_file(path)
    assert rows_of(table) == EXPECTED
    assert note.crs is not None


def test_a_file_database_gives_the_same_rows_as_a_folder_and_zipped(tmp_path):
    folder = tmp_path / "city.gdb"
    ZONES.to_file(folder, driver="OpenFileGDB", layer="zones")
    table, note = read_layer_file(folder)
    assert rows_of(table) == EXPECTED
    assert note.layer == "zones"
    with zipfile.ZipFile(tmp_path / "city.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"数据/city.gdb/{file.name}")
    assert rows_of(read_layer_file(tmp_path / "city.zip")[0]) == EXPECTED


def test_a_kml_gives_the_same_shapes_with_the_names_that_it_keeps(tmp_path):
    ZONES.rename(columns={"name": "Name"}).to_crs(4326).to_file(tmp_path / "z.kml", driver="KML")
    table, note = read_layer_file(tmp_path / "z.kml")
    assert table.column("Name").to_pylist() == NAMES
    assert len(shapely.from_wkb(table.column(SHAPE).to_pylist())) == 2
    assert note.crs is not None


def test_a_drawing_gives_its_shapes_and_says_no_system(tmp_path):
    ZONES[["geometry"]].to_file(tmp_path / "z.dxf", driver="DXF")
    table, note = read_layer_file(tmp_path / "z.dxf")
    assert len(table) == 2
    assert note.crs is None


def test_an_openstreetmap_extract_gives_its_roads(tmp_path):
    osm = write_osm(tmp_path / "t.osm", "a--b--c", ways={"abc": {"highway": "primary"}})
    with osmium.SimpleWriter(str(tmp_path / "t.osm.pbf")) as writer:
        for thing in osmium.FileProcessor(str(osm)):
            writer.add(thing)
    table, note = read_layer_file(tmp_path / "t.osm.pbf")
    assert table.drop_columns([SHAPE, REPAIRED]).to_pylist() == [
        {"id": "1", "class": "primary", "name": "", "direction": "no"}
    ]
    assert note.crs == "EPSG:4326"


def test_geoparquet_gives_the_same_rows(tmp_path):
    ZONES.to_parquet(tmp_path / "zones.parquet")
    table, note = read_layer_file(tmp_path / "zones.parquet")
    assert rows_of(table) == EXPECTED
    assert '"code": 4490' in note.crs


@pytest.mark.parametrize("declared", [True, False])
def test_a_shapefile_in_gbk_is_read_whether_it_says_so_or_not(tmp_path, declared):
    ZONES.to_file(tmp_path / "zones.shp", encoding="GB18030")
    if not declared:
        (tmp_path / "zones.cpg").unlink()
    with zipfile.ZipFile(tmp_path / "zones.zip", "w") as archive:
        for file in tmp_path.glob("zones.[!z]*"):
            archive.write(file, f"责任区/{file.name}")
    table, note = read_layer_file(tmp_path / "zones.zip")
    assert rows_of(table) == EXPECTED
    assert note.encoding == (None if declared else "GB18030")


def test_a_table_keeps_its_codes_as_texts(tmp_path):
    (tmp_path / "units.csv").write_bytes("代码;名称\n007;侨港中队\n".encode("gbk"))
    table, note = read_layer_file(tmp_path / "units.csv")
    assert table.to_pylist() == [{"代码": "007", "名称": "侨港中队"}]
    assert (note.encoding, note.crs) == ("GB18030", None)


def test_one_of_several_layers_must_be_named(tmp_path):
    path = tmp_path / "city.gpkg"
    ZONES.to_file(path, layer="zones")
    ZONES.to_file(path, layer="areas", mode="a")
    with pytest.raises(BadInput, match="several layers; name one of zones, areas"):
        read_layer_file(path)
    assert read_layer_file(path, layer="areas")[1].layer == "areas"
    with pytest.raises(BadInput, match="no layer 'roads'; it has zones, areas"):
        read_layer_file(path, layer="roads")


def test_a_file_that_names_the_network_asks_nobody(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        path = tmp_path / "zones.geojson"
        link = f"http://127.0.0.1:{port}/crs"
        path.write_text(
            '{"type":"FeatureCollection","crs":{"type":"link","properties":{"href":"'
            + link
            + '"}},"features":[]}'
        )
        with suppress(BadInput):
            read_layer_file(path)
        listening.settimeout(0)
        if walls() is not Walls.LIMITS_ONLY:
            with pytest.raises(BlockingIOError):
                listening.accept()


def test_only_the_driver_of_the_format_opens_a_file(tmp_path):
    path = tmp_path / "zones.geojson"
    path.write_text('{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! x"}')
    with pytest.raises(BadInput, match="can't be read as GeoJSON"):
        read_layer_file(path)


def test_a_file_that_needs_too_much_is_refused_in_words(tmp_path):
    ZONES.to_file(tmp_path / "zones.gpkg")
    with pytest.raises(UnreadableFile, match="takes too long to read"):
        read_layer_file(tmp_path / "zones.gpkg", limits=Limits(within_s=0))


def test_a_shape_that_is_not_sound_comes_with_its_repair(tmp_path):
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    gpd.GeoDataFrame(
        {"code": ["1", "2"]}, geometry=[bow, box(0, 0, 1, 1)], crs="EPSG:4326"
    ).to_file(tmp_path / "bow.gpkg")
    table, _ = read_layer_file(tmp_path / "bow.gpkg")
    repaired = shapely.from_wkb(table.column(REPAIRED).to_pylist())
    assert repaired[0].is_valid
    assert repaired[0].area == pytest.approx(0.5)
    assert repaired[1] is None


def test_shapes_come_out_plain_whatever_they_were(tmp_path):
    texts = {
        "POINT Z (1 2 3)": "POINT (1 2)",
        "GEOMETRYCOLLECTION (POLYGON ((0 0, 1 0, 0 1, 0 0)))": (
            "MULTIPOLYGON (((0 0, 1 0, 0 1, 0 0)))"
        ),
        "GEOMETRYCOLLECTION (POINT (1 1), LINESTRING (0 0, 1 1))": "GEOMETRYCOLLECTION EMPTY",
        "POLYGON ((0 0, 1": None,
        "": None,
    }
    rows = "\n".join(f'{row},"{text}"' for row, text in enumerate(texts))
    (tmp_path / "places.csv").write_text(f"code,WKT\n{rows}\n", encoding="utf-8")
    table, _ = read_layer_file(tmp_path / "places.csv")
    shapes = shapely.from_wkb(table.column(SHAPE).to_pylist())
    assert [None if one is None else one.wkt for one in shapes] == list(texts.values())
    assert table.column_names == ["code", SHAPE, REPAIRED]


def test_a_shape_made_to_hurt_the_parser_hurts_only_the_confined_process(tmp_path):
    deep = "GEOMETRYCOLLECTION (" * 200_000 + ")" * 200_000
    (tmp_path / "deep.csv").write_text(f'code,wkt\n1,"{deep}"\n', encoding="utf-8")
    with pytest.raises(UnreadableFile, match="fell over it"):
        read_layer_file(tmp_path / "deep.csv")


def test_a_workbook_is_read_with_its_codes_days_and_the_one_sheet_that_has_rows(tmp_path):
    book = zipped_workbook(
        ["编号", "人员编号", "生效日期"], [["001", "O7", "2026-03-01"], ["002", "O8", "2026/3/2"]]
    )
    (tmp_path / "排班.xlsx").write_bytes(book)
    table, note = read_layer_file(tmp_path / "排班.xlsx")
    assert table.to_pylist() == [
        {"编号": "001", "人员编号": "O7", "生效日期": "2026-03-01"},
        {"编号": "002", "人员编号": "O8", "生效日期": "2026/3/2"},
    ]
    assert note.layer == "Sheet1"


def zipped_workbook(names, rows):
    """The least that a spreadsheet program writes: one sheet with texts, and an empty one."""
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>"
        for row in (names, *rows)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheet = f'<worksheet xmlns="{main}"><sheetData>{{}}</sheetData></worksheet>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{at}.xml" '
            f'ContentType="{types}.worksheet+xml"/>'
            for at in (1, 2)
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="s1"/><sheet name="Sheet2" sheetId="2" r:id="s2"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        + "".join(
            f'<Relationship Id="s{at}" Type="{office}/worksheet" '
            f'Target="worksheets/sheet{at}.xml"/>'
            for at in (1, 2)
        )
        + "</Relationships>",
        "xl/worksheets/sheet1.xml": sheet.format(cells),
        "xl/worksheets/sheet2.xml": sheet.format(""),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return packed.getvalue()
