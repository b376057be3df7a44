"""Road tiles: what a map client decodes from them is the network."""

import mapbox_vector_tile
import numpy as np
import pytest

from api.tile import RoadTiles
from geo.errors import BadValue
from geo.road.network import RoadNetwork, assemble
from geo.road.road_class import CLASS_CODE, Mode
from geo.road.streets import Streets
from geo.tile_cut import EXTENT

# Tile 14/13155/7189 holds the point 109.0625, 21.5; two streets cross it.
ZOOM, COLUMN, ROW = 14, 13155, 7189


def town() -> RoadNetwork:
    node = np.array([[109.058, 21.500], [109.064, 21.500], [109.060, 21.498], [109.060, 21.505]])
    return assemble(
        Streets(
            node_lon_lat=node,
            node_source_id=np.arange(4),
            tail=np.array([0, 2], np.int32),
            head=np.array([1, 3], np.int32),
            road_class=np.array([CLASS_CODE["primary"], CLASS_CODE["service"]], np.uint8),
            length_m=np.array([600.0, 700.0]),
            forward_ms=np.array([60_000, 70_000]),
            backward_ms=np.array([60_000, 70_000]),
            way_id=np.array([1, 2]),
            name=np.array([0, -1], np.int32),
            names=("海城大道",),
            point=node,
            first_point=np.array([0, 2, 4]),
            turn_rules=(),
            source="drawn",
        ),
        mode=Mode.CAR,
    )


def decoded(tile: bytes) -> list[dict]:
    return mapbox_vector_tile.decode(tile)["roads"]["features"] if tile else []


def test_a_tile_holds_the_streets_with_class_and_name():
    features = decoded(RoadTiles(town()).tile(ZOOM, COLUMN, ROW))
    found = {(f["properties"]["class"], f["properties"].get("name")) for f in features}
    assert found == {("primary", "海城大道"), ("service", None)}


def test_minor_streets_appear_as_the_zoom_deepens():
    tiles = RoadTiles(town())
    classes = {
        zoom: {
            feature["properties"]["class"]
            for feature in decoded(tiles.tile(zoom, COLUMN >> (ZOOM - zoom), ROW >> (ZOOM - zoom)))
        }
        for zoom in (10, 14)
    }
    assert classes == {10: {"primary"}, 14: {"primary", "service"}}


def test_lines_are_clipped_a_little_beyond_the_tile():
    for feature in decoded(RoadTiles(town()).tile(ZOOM, COLUMN, ROW)):
        points = np.array(feature["geometry"]["coordinates"]).reshape(-1, 2)
        assert points.min() >= -EXTENT * 0.05
        assert points.max() <= EXTENT * 1.05


def test_where_no_roads_are_the_tile_is_empty():
    assert RoadTiles(town()).tile(ZOOM, 0, 0) == b""


@pytest.mark.parametrize("address", [(14, 1 << 14, 0), (14, 0, -1), (99, 0, 0), (-1, 0, 0)])
def test_an_address_outside_the_scheme_is_refused(address):
    with pytest.raises(BadValue, match="does not exist"):
        RoadTiles(town()).tile(*address)
