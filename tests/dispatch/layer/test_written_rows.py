"""Roads and closures written as a layer are, read back, what they were: exported and handed in."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pyogrio
import pytest
import shapely
from shapely import LineString, box
from spec.city_drafts import NOW, load
from spec.city_files import STREET, write_city
from spec.layer_table import BEIHAI, layer
from store_servers import load_city

from api.layer_export import write_published
from api.layer_reading import read_layer_file
from dispatch.atlas import publish_drafts, read_published
from dispatch.layer.check import check_against
from dispatch.layer.closure_findings import new_closures
from dispatch.layer.kind import KindName
from dispatch.layer.kinds import KINDS
from dispatch.layer.road_build import build_roads
from dispatch.layer.rows import read_rows
from dispatch.store.cities import read_city
from dispatch.store.city_versions import Publishing
from dispatch.store.closures import add_closure
from dispatch.store.engine import open_store
from geo.errors import BadInput, BadValue
from geo.road.closure import Closure
from geo.road.extent import Direction, Extent
from geo.road.road_class import Mode

SQUARE = box(109.1001, -0.001, 109.104, 0.001)


@pytest.fixture
def store(empty_store_url, tmp_path):
    with closing(open_store(empty_store_url)) as store:
        load_city(write_city(tmp_path / "city"), store)
        yield store


def roads():
    """A main road in both directions, a side street one way with a limit, and a path."""
    lines = [LineString(BEIHAI.to_xy(STREET.places(one))) for one in ("12x", "x3", "23")]
    columns = {
        "id": ["7", "8", "9"],
        "class": ["primary", "residential", "footway"],
        "direction": ["no", "-1", "no"],
        "speed": ["", "20", ""],
        "name": ["大道", "小街", ""],
    }
    return layer("roads", columns, lines)


def exported(store, kind: str, out: Path, version=None):
    """The layer as it was written, read as if it had been handed in."""
    with store.reading() as session:
        count = write_published(session, KindName(kind), version, out, "EPSG:4490", now=NOW)
    table, note = read_layer_file(out)
    rows = read_rows(KINDS[KindName(kind)], out.name, table, note, None)
    assert len(rows) == count
    return rows


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_roads_that_are_exported_build_the_networks_that_are_published(store, tmp_path, ending):
    with store.session() as session:
        drafts = (load(session, roads()),)
        publish_drafts(session, read_city(store), Publishing(NOW, "gis", "新路", drafts))
        session.commit()
    published = read_published(store, now=NOW)
    checked = check_against(exported(store, "roads", tmp_path / f"r.{ending}"), published)
    assert checked.may_be_published
    cells = checked.rows.cells
    assert cells["id"] == ["7", "8", "9"]
    assert cells["direction"] == ["no", "-1", "no"]
    assert cells["speed"] == ["", "20", ""]
    assert cells["name"] == ["大道", "小街", ""]
    for mode, network in build_roads(checked, published.networks).items():
        assert network.version == published.networks[mode].version


def test_an_index_may_order_roads_otherwise(store, tmp_path):
    streamed, indexed = (exported(store, "roads", tmp_path / f"r.{one}") for one in ("csv", "fgb"))
    ways = [
        sorted(zip(one.cells["id"], map(str, one.shapes), strict=True))
        for one in (streamed, indexed)
    ]
    assert ways[0] == ways[1]


def test_roads_of_an_earlier_version_are_those_of_then(store, tmp_path):
    before = exported(store, "roads", tmp_path / "before.gpkg")
    with store.session() as session:
        drafts = (load(session, roads()),)
        publish_drafts(session, read_city(store), Publishing(NOW, "gis", "新路", drafts))
        session.commit()
    then = exported(store, "roads", tmp_path / "then.gpkg", version=1)
    assert then.cells["id"] == before.cells["id"]
    assert shapely.equals_exact(then.shapes, before.shapes).all()
    assert exported(store, "roads", tmp_path / "now.gpkg").cells["id"] == ["7", "8", "9"]


def closures():
    later = NOW + timedelta(days=2)
    return [
        Closure("1", Extent(polygon=SQUARE), NOW, later, (Mode.CAR,), reason="修路"),
        Closure("2", Extent(ways=(1,), direction=Direction.FORWARD), NOW, speed_factor=0.3),
        Closure("3", Extent(polygon=SQUARE), later, speed_cap_mps=25 / 3.6),
        Closure("4", Extent(polygon=SQUARE), NOW - timedelta(days=3), NOW - timedelta(days=1)),
    ]


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "csv"])
def test_closures_that_are_exported_are_entered_already(store, tmp_path, ending):
    with store.session() as session:
        numbers = [add_closure(session, one, now=NOW, by="gis").closure.id for one in closures()]
        session.commit()
    published = read_published(store, now=NOW)
    checked = check_against(exported(store, "closures", tmp_path / f"c.{ending}"), published)
    assert [(one.code, one.feature) for one in checked.findings if one.code != "crs_not_said"] == [
        ("closure_entered", number) for number in numbers[:3]
    ]
    assert new_closures(list(checked.values.values()), published) == ()
    assert [one.reason for one in checked.values.values()] == ["修路", "", ""]


def test_a_row_without_a_shape_is_refused_where_the_format_has_no_room_for_it(store, tmp_path):
    with store.session() as session:
        for one in closures():
            add_closure(session, one, now=NOW, by="gis")
        session.commit()
    with pytest.raises(BadInput, match="without a shape, such as C20261122-000002: write"):
        exported(store, "closures", tmp_path / "c.fgb")
    assert not (tmp_path / "c.fgb").exists()


def test_closures_are_no_part_of_a_version(store, tmp_path):
    with pytest.raises(BadValue, match="no part of a version"):
        exported(store, "closures", tmp_path / "c.gpkg", version=1)


def test_what_is_exported_says_what_it_is(store, tmp_path):
    exported(store, "roads", tmp_path / "r.gpkg")
    info = pyogrio.read_info(tmp_path / "r.gpkg")
    assert info["crs"] == "EPSG:4490"
    assert info["layer_metadata"]["kind"] == "roads"
