"""Layers of road lines: formats, columns, datums, dirt."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely import Geometry, LineString, MultiLineString, Point, Polygon

from geo.datum import from_wgs84
from geo.errors import (
    BadInput,
    BadValue,
    EmptyNetwork,
    MissingColumn,
    UnknownCrs,
    UnknownName,
    UnreadableFile,
)
from geo.road.network import assemble
from geo.road.read_lines import read_lines
from geo.road.road_class import ROAD_CLASSES, Mode
from geo.road.speed import SPEED_KPH
from geo.road.streets import CLOSED, Streets

ACROSS = LineString([(116.0, 40.0), (116.01, 40.0), (116.02, 40.0)])
DOWN = LineString([(116.01, 40.0), (116.01, 39.99)])
OVER = LineString([(116.005, 40.01), (116.005, 39.99)])


def layer(
    geometries: list[Geometry | None], *, crs: str | None = "EPSG:4326", **columns: object
) -> gpd.GeoDataFrame:
    columns.setdefault("highway", ["residential"] * len(geometries))
    return gpd.GeoDataFrame(columns, geometry=geometries, crs=crs)


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Streets]:
    def write_and_read(
        frame: gpd.GeoDataFrame, *, mode: Mode = Mode.CAR, **options: object
    ) -> Streets:
        frame.to_file(tmp_path / "roads.gpkg", layer="roads")
        return read_lines(tmp_path / "roads.gpkg", mode=mode, **options)  # type: ignore[arg-type]  # passed on as given

    return write_and_read


def shape(streets: Streets) -> list[tuple[int, int, bool, bool]]:
    """Streets by their junctions and open directions."""
    columns = (
        streets.tail.tolist(),
        streets.head.tolist(),
        (streets.forward_ms != CLOSED).tolist(),
        (streets.backward_ms != CLOSED).tolist(),
    )
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize(
    "name", ["r.shp", "r.gpkg", "r.geojson", "r.fgb", "r.parquet", "r.gml", "r.zip", "r.shp.zip"]
)
def test_every_format_gives_the_same_streets(tmp_path: Path, name: str):
    frame = layer([ACROSS, DOWN], highway=["primary", "service"], oneway=["yes", "no"])
    path = tmp_path / name
    if name.endswith(".parquet"):
        frame.to_parquet(path)
    elif name.endswith(".zip"):
        frame.to_file(tmp_path / "inside.shp")
        with zipfile.ZipFile(path, "w") as archive:
            for part in tmp_path.glob("inside.*"):
                archive.write(part, f"道路/{part.name}")
    else:
        frame.to_file(path)
    streets = read_lines(path, mode=Mode.CAR)
    classes = sorted(ROAD_CLASSES[code] for code in streets.road_class)
    assert classes == ["primary", "primary", "service"]
    assert len(streets.node_lon_lat) == 4
    assert (streets.backward_ms == CLOSED).sum() == 2


def test_lines_meet_at_an_end_on_an_inner_point(read: Callable[..., Streets]):
    streets = read(layer([ACROSS, DOWN]))
    assert len(streets.tail) == 3
    assert assemble(streets, mode=Mode.CAR).parts.tolist() == [4]


def test_points_a_centimetre_apart_are_one_place(read: Callable[..., Streets]):
    nearly = LineString([(116.01000005, 40.0), (116.01, 39.99)])
    apart = LineString([(116.010001, 40.0), (116.01, 39.99)])
    assert len(read(layer([ACROSS, nearly])).tail) == 3
    assert len(read(layer([ACROSS, apart])).tail) == 2


def test_crossings_without_a_point_join_only_on_demand_and_on_one_level(
    read: Callable[..., Streets],
):
    flat = layer([ACROSS, OVER])
    assert len(read(flat).tail) == 2
    assert len(read(flat, node_crossings=True).tail) == 4
    raised = layer([ACROSS, OVER], bridge=["F", "T"])
    assert len(read(raised, node_crossings=True).tail) == 2


def test_the_parts_of_a_multiline_share_their_row(read: Callable[..., Streets]):
    both = MultiLineString([ACROSS.coords[:2], [(116.1, 40.0), (116.2, 40.0)]])
    streets = read(layer([both, DOWN], way=[70, 80]))
    assert streets.way_id.tolist() == [70, 70, 80]


def test_without_numbers_of_its_own_a_row_is_counted(read: Callable[..., Streets]):
    assert read(layer([ACROSS, DOWN])).way_id.tolist() == [0, 0, 1]


def test_names_and_classes_are_kept(read: Callable[..., Streets]):
    frame = layer([ACROSS, DOWN], highway=["主干路", "living_street"], name=["北京路", None])
    streets = read(frame)
    assert [ROAD_CLASSES[code] for code in streets.road_class] == [
        "primary",
        "primary",
        "living_street",
    ]
    assert [streets.names[row] if row >= 0 else None for row in streets.name] == [
        "北京路",
        "北京路",
        None,
    ]


def test_walkers_go_both_ways(read: Callable[..., Streets]):
    frame = layer([DOWN], oneway=[1])
    assert shape(read(frame)) == [(1, 0, True, False)]
    assert shape(read(frame, mode=Mode.FOOT)) == [(1, 0, True, True)]


def test_numbers_in_columns_are_read_as_words(read: Callable[..., Streets]):
    frame = layer([ACROSS, DOWN], oneway=[0.0, -1.0], maxspeed=[30.0, np.nan])
    streets = read(frame)
    assert (streets.forward_ms == CLOSED).tolist() == [False, False, True]
    kph = streets.length_m / np.maximum(streets.forward_ms, streets.backward_ms) * 3600
    own = SPEED_KPH[Mode.CAR]["residential"]
    assert kph == pytest.approx([24.0, 24.0, own], abs=0.01)


def test_columns_can_be_mapped(read: Callable[..., Streets]):
    frame = layer([ACROSS, DOWN], highway=["x", "x"], art=["primary", "footway"], run=["FT", "TF"])
    streets = read(frame, columns={"class": "art", "direction": "run"})
    assert len(streets.tail) == 1
    assert streets.notes["rows of a class that is closed to the mode"] == 1


@pytest.mark.parametrize("crs", ["gcj02", "bd09", "EPSG:4547"])
def test_positions_are_brought_to_wgs84(read: Callable[..., Streets], crs: str):
    moved = LineString(from_wgs84(np.array(ACROSS.coords), crs))
    streets = read(layer([moved]), crs=crs)
    assert np.abs(streets.point - np.array(ACROSS.coords)).max() < 1e-8


def test_a_projected_layer_knows_its_system(read: Callable[..., Streets]):
    streets = read(layer([ACROSS]).to_crs("EPSG:4547"))
    assert np.abs(streets.point - np.array(ACROSS.coords)).max() < 1e-8


def test_heights_are_dropped(read: Callable[..., Streets]):
    raised = LineString([(116.0, 40.0, 50.0), (116.01, 40.0, 51.0)])
    assert read(layer([raised])).point.shape == (2, 2)


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
@pytest.mark.parametrize("zipped", [False, True])
def test_chinese_in_a_dbf_that_does_not_tell_its_encoding(
    tmp_path: Path, encoding: str, *, zipped: bool
):
    frame = layer([ACROSS, DOWN], highway=["主干路", "支路"], 路名=["解放路", "朝阳街"])
    path = tmp_path / "roads.shp"
    frame.to_file(path, encoding=encoding)
    (tmp_path / "roads.cpg").unlink()
    table = bytearray((tmp_path / "roads.dbf").read_bytes())
    table[29] = 0
    (tmp_path / "roads.dbf").write_bytes(table)
    if zipped:
        path = tmp_path / "roads.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for part in ("shp", "shx", "dbf", "prj"):
                archive.write(tmp_path / f"roads.{part}", f"roads.{part}")
    streets = read_lines(path, mode=Mode.CAR)
    assert streets.names == ("朝阳街", "解放路")
    assert [ROAD_CLASSES[code] for code in streets.road_class] == ["primary", "primary", "tertiary"]


def test_what_is_left_out_or_not_believed_is_counted(read: Callable[..., Streets]):
    tiny = LineString([(116.5, 40.0), (116.5, 40.0)])
    rows = [
        (ACROSS, "primary", "60", "yes"),
        (DOWN, "roat", "60", "yes"),
        (OVER, "footway", "60", "yes"),
        (None, "primary", "60", "yes"),
        (Point(116.0, 40.0), "primary", "60", "yes"),
        (DOWN, "primary", "-160", "禁行"),
        (DOWN, "primary", "-160", "sometimes"),
        (tiny, "primary", "60", "yes"),
    ]
    geometries, highway, maxspeed, oneway = map(list, zip(*rows, strict=True))
    frame = layer(geometries, highway=highway, maxspeed=maxspeed, oneway=oneway)
    assert read(frame).notes == {
        "rows of a class that is no road": 1,
        "rows of a class that is closed to the mode": 1,
        "rows without geometry": 1,
        "rows whose geometry is no line": 1,
        "rows closed in both directions": 1,
        "speeds that no road has, class used instead": 2,
        "directions not understood, taken as both ways": 1,
        "lines without length": 1,
    }


def test_a_layer_without_directions_says_so(read: Callable[..., Streets]):
    notes = read(layer([ACROSS])).notes
    assert notes["rows in a layer without a column of directions, taken as both ways"] == 1


@pytest.mark.parametrize(
    ("frame", "options", "error", "message"),
    [
        (
            layer([ACROSS]).rename(columns={"highway": "kind"}),
            {},
            MissingColumn,
            "roads.gpkg has no column that tells the road class; it has kind. .*class=COLUMN",
        ),
        (
            layer([ACROSS]),
            {"columns": {"speed": "vmax"}},
            MissingColumn,
            "has no column 'vmax' to take the speed from; it has highway",
        ),
        (
            layer([ACROSS]),
            {"columns": {"klass": "highway"}},
            UnknownName,
            "no column 'klass'",
        ),
        (layer([Point(116, 40)]), {}, BadInput, "layer of lines; it has roads .Point"),
        (layer([Polygon([(0, 0), (1, 0), (1, 1)])]), {}, BadInput, "has no layer of lines"),
        (layer([ACROSS])[:0], {}, BadInput, "roads.gpkg has no "),
        (layer([None]), {}, BadInput, "holds no lines but rows without geometry"),
        (layer([ACROSS], crs=None), {}, UnknownCrs, "does not tell its coordinate system; name it"),
        (layer([ACROSS]), {"crs": "nonsense"}, UnknownCrs, "nonsense"),
        (layer([ACROSS], crs="EPSG:4214"), {}, UnknownCrs, "Beijing 54"),
        (
            layer([LineString([(500000, 4e6), (500001, 4e6)])], crs=None),
            {"crs": "wgs84"},
            BadValue,
            r"roads.gpkg: Position 1 \(500000, 4e\+06\) is no longitude and latitude",
        ),
        (
            layer([ACROSS], highway=["roat"]),
            {},
            EmptyNetwork,
            "None of the 1 rows of roads.gpkg is a road .* by car; its classes are roat",
        ),
        (layer([ACROSS], oneway=["?"]), {}, BadValue, "No direction in roads.gpkg .* such as \\?"),
        (layer([ACROSS]), {"layer": "other"}, UnknownName, "no layer 'other'; it has roads"),
    ],
)
@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_one_sentence_names_what_is_wrong(
    read: Callable[..., Streets],
    frame: gpd.GeoDataFrame,
    options: dict[str, object],
    error: type[Exception],
    message: str,
):
    with pytest.raises(error, match=message):
        read(frame, **options)


def test_several_layers_of_lines_must_be_told_apart(tmp_path: Path):
    path = tmp_path / "city.gpkg"
    layer([ACROSS]).to_file(path, layer="old")
    layer([ACROSS, DOWN]).to_file(path, layer="new")
    layer([Point(116, 40)]).to_file(path, layer="lamps")
    with pytest.raises(BadInput, match=r"several layers of lines; name one of old, new\."):
        read_lines(path, mode=Mode.CAR)
    assert len(read_lines(path, mode=Mode.CAR, layer="new").tail) == 3


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.zip", "a.geojson", "a.parquet", "a.docx"])
def test_a_file_of_another_format_is_named(tmp_path: Path, name: str):
    (tmp_path / name).write_text("hello")
    with pytest.raises(UnreadableFile, match=name):
        read_lines(tmp_path / name, mode=Mode.CAR)


def test_a_table_without_geometry_is_refused(tmp_path: Path):
    (tmp_path / "roads.csv").write_text("highway,oneway\nprimary,yes\n")
    with pytest.raises(BadInput, match=r"roads\.csv has no layer of lines"):
        read_lines(tmp_path / "roads.csv", mode=Mode.CAR)


def test_a_folder_is_no_layer(tmp_path: Path):
    (tmp_path / "places.csv").write_text("id,lon,lat\n")
    with pytest.raises(UnreadableFile, match="is a folder: name a file of roads in it"):
        read_lines(tmp_path, mode=Mode.CAR)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(UnreadableFile, match=r"There is no file .*gone\.shp"):
        read_lines(tmp_path / "gone.shp", mode=Mode.CAR)


def test_beijing_is_read_and_its_dirt_seen(need_roads_data: Callable[[str], Path]):
    streets = read_lines(need_roads_data("beijing-ways.gpkg"), mode=Mode.CAR)
    network = assemble(streets, mode=Mode.CAR)
    assert network.parts[0] > 0.95 * network.n_nodes
    assert streets.notes["rows of a class that is no road"] == 2_462
    kph = streets.length_m / np.maximum(streets.forward_ms, streets.backward_ms) * 3600
    residential = streets.road_class == ROAD_CLASSES.index("residential")
    long = residential & (streets.length_m > 50)
    assert kph[long] == pytest.approx(SPEED_KPH[Mode.CAR]["residential"], rel=1e-3)
