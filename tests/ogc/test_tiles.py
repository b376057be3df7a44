"""
OGC API – Tiles – Part 1 (20-057), test by test.

Each test is called after the abstract test of annex A that it carries out: the class, then the
name, with underscores for hyphens.  What follows them is ours: who is given what, and what may be
kept.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from ogc.reader import Content, Reader, linked
from shapely.geometry import shape

from api import routes
from api.ogc import tile_layers
from api.ogc.city_collections import ROADS
from api.ogc.conformance import TILES_1
from api.tile import MAX_ZOOM
from dispatch.access import Person
from geo.tile_cut import BUFFER, EXTENT
from geo.tile_matrix import TILE_MATRIX_SETS, WEB_MERCATOR_QUAD

MVT = "application/vnd.mapbox-vector-tile"
TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
PUBLISHED = ["areas", "zones", "grids", "no-fly", "units", "places", "roads"]
SETS = list(TILE_MATRIX_SETS)
OFFICER = [109.0, 0.0]


def tile(reader: Reader, path: str, **query: object) -> dict[str, Any]:
    """Layers of a tile, by name; their shapes in the tile's units, y running south."""
    answer = reader.ask(path, **query)
    assert answer.headers["content-type"] == MVT
    layers: dict[str, Any] = mapbox_vector_tile.decode(
        answer.content, default_options={"y_coord_down": True}
    )
    return layers


def tileset(reader: Reader, base: str, matrix: str = "WebMercatorQuad") -> Content:
    return reader.json(f"{base}/tiles/{matrix}")


def addresses(described: Content, zoom: int) -> list[str]:
    """Addresses of the tiles of a level, from the template and the limits that a client is told."""
    template = linked(described, "item")
    assert template is not None
    (limits,) = (one for one in described["tileMatrixSetLimits"] if one["tileMatrix"] == str(zoom))
    return [
        template["href"]
        .replace("{tileMatrix}", str(zoom))
        .replace("{tileRow}", str(row))
        .replace("{tileCol}", str(column))
        for row in range(limits["minTileRow"], limits["maxTileRow"] + 1)
        for column in range(limits["minTileCol"], limits["maxTileCol"] + 1)
    ]


def place(address: str) -> tuple[str, int, int, int]:
    """Set, level, row and column of a tile's address."""
    *_, matrix, zoom, row, column = address.partition("?")[0].split("/")
    return matrix, int(zoom), int(row), int(column)


def on_the_ground(drawn: shapely.Geometry, address: str) -> shapely.Geometry:
    """A shape of a tile in units of the set's plane."""
    name, zoom, row, column = place(address)
    matrix = TILE_MATRIX_SETS[name]
    corner, side = matrix.corner(zoom, row, column), matrix.side_at(zoom)
    return shapely.transform(
        drawn, lambda point: np.array(corner) + point * np.array([side, -side]) / EXTENT
    )


# A.1 Core


def test_core_conformance_success(reader: Reader):
    declared = reader.json("/conformance")["conformsTo"]
    for one in (
        "core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets",
        "collections-selection", "oas30", "mvt",
    ):  # fmt: skip
        assert f"{TILES_1}/{one}" in declared


@pytest.mark.parametrize("name", ["tileMatrix", "tileRow", "tileCol"])
def test_core_tc_definitions(reader: Reader, name):
    """``tc-tilematrix-definition``, ``tc-tilerow-definition`` and ``tc-tilecol-definition``."""
    paths = {path: one for path, one in reader.json("/api")["paths"].items() if "{tileCol}" in path}
    assert {"/tiles", "/collections/zones/tiles"} <= {path.partition("/{")[0] for path in paths}
    for one in paths.values():
        (said,) = (each for each in one["get"]["parameters"] if each["name"] == name)
        assert said["in"] == "path"
        assert said["required"] is True
        assert said["schema"]["type"] == ("string" if name == "tileMatrix" else "integer")


@pytest.mark.parametrize("matrix", SETS)
def test_core_tc_op(reader: Reader, matrix):
    """Every tile that a template and limits lead to is answered, and so is the template given."""
    described = tileset(reader, "/collections/zones", matrix)
    for zoom in (0, 8, 12, MAX_ZOOM):
        for address in addresses(described, zoom)[:20]:
            answer = reader.client.get(address, headers={"authorization": "Bearer demo-admin"})
            assert answer.status_code in {200, 204}


@pytest.mark.parametrize("matrix", SETS)
@pytest.mark.parametrize("name", ["areas", "zones", "grids", "officers", "incidents"])
def test_core_tc_success(reader: Reader, name, matrix):
    """A tile holds what the items within it are, where they are, and nothing else."""
    items = {
        one["id"]: one for one in reader.features(name, limit=1000) if one["geometry"] is not None
    }
    zoom = 12
    limits = TILE_MATRIX_SETS[matrix].limits(zoom, (109.0, -0.01, 109.1, 0.01))
    seen = set()
    for row, column in itertools.product(
        range(limits.first_row, limits.last_row + 1),
        range(limits.first_column, limits.last_column + 1),
    ):
        path = f"/collections/{name}/tiles/{matrix}/{zoom}/{row}/{column}"
        if reader.client.get(f"/ogc{path}", headers=bearer(reader)).status_code != 200:
            continue
        layers = tile(reader, path)
        assert list(layers) == [name]
        assert layers[name]["extent"] == EXTENT
        for feature in layers[name]["features"]:
            item = items[feature["properties"]["id"]]
            seen.add(item["id"])
            drawn = on_the_ground(shape(feature["geometry"]), path)
            truth = shapely.transform(shape(item["geometry"]), TILE_MATRIX_SETS[matrix].to_plane)
            unit = TILE_MATRIX_SETS[matrix].side_at(zoom) / EXTENT
            assert drawn.difference(truth.buffer(1.5 * unit)).area < unit**2
            assert drawn.distance(truth) < 1.5 * unit
            told = {key: one for key, one in item["properties"].items() if one is not None}
            assert feature["properties"] == {"id": item["id"]} | told
    assert seen


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"WebMercatorQuad/{MAX_ZOOM + 1}/0/0", 404),
        ("WebMercatorQuad/99/0/0", 404),
        ("WebMercatorQuad/2/4/0", 404),
        ("WebMercatorQuad/2/0/4", 404),
        ("WebMercatorQuad/10/0/0", 404),
        ("NoSuchQuad/0/0/0", 404),
        ("WebMercatorQuad/-1/0/0", 400),
        ("WebMercatorQuad/x/0/0", 400),
        ("WebMercatorQuad/0/1.5/0", 400),
        ("WebMercatorQuad/0/0/٣", 400),
        ("WebMercatorQuad/0/0/99999999999999999999", 400),
        ("WebMercatorQuad/0/0/0?f=png", 400),
        ("WebMercatorQuad/0/0/0?colour=red", 400),
    ],
)
def test_core_tc_error_out_of_range(reader: Reader, address, status):
    for base in ("/collections/zones/tiles", "/tiles"):
        refused = reader.ask(f"{base}/{address}", status)
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["zh"]


def test_core_tc_error_empty(reader: Reader):
    """Within the limits, and nothing there: 204."""
    nowhere = [
        address
        for address in addresses(tileset(reader, "/collections/incidents"), 3)
        if reader.client.get(address, headers=bearer(reader)).status_code == 204
    ]
    assert 0 < 64 - len(nowhere) <= 2  # the town lies about the equator


# A.2 TileSet


@pytest.mark.parametrize("matrix", SETS)
@pytest.mark.parametrize("base", ["", "/collections/zones", "/collections/officers"])
def test_tileset_description(reader: Reader, base, matrix):
    described = tileset(reader, base, matrix)
    known = TILE_MATRIX_SETS[matrix]
    assert described["dataType"] == "vector"
    assert described["crs"] == known.crs
    assert described.get("tileMatrixSetURI") == known.uri
    scheme = linked(described, SCHEME)
    assert scheme is not None
    assert reader.json(scheme["href"])["id"] == matrix
    template = linked(described, "item")
    assert template is not None
    assert template["templated"] is True
    assert template["type"] == MVT
    for part in ("{tileMatrix}", "{tileRow}", "{tileCol}"):
        assert part in template["href"]
    levels = reader.json(scheme["href"])["tileMatrices"]
    for one, level in zip(described["tileMatrixSetLimits"], levels, strict=False):
        assert one["tileMatrix"] == level["id"]
        assert 0 <= one["minTileRow"] <= one["maxTileRow"] < level["matrixHeight"]
        assert 0 <= one["minTileCol"] <= one["maxTileCol"] < level["matrixWidth"]
    for layer in described["layers"]:
        assert layer["geometryDimension"] in {0, 1, 2}
        about = linked(layer, "http://www.opengis.net/def/rel/ogc/1.0/geodata")
        assert about is not None
        assert reader.json(about["href"])["id"] == layer["id"]


def test_tile_matrix_sets_are_those_of_the_register(reader: Reader):
    """Figures of 17-083r4, annex D, and of CGCS2000 the same in its own order of axes."""
    listed = reader.json("/tileMatrixSets")["tileMatrixSets"]
    assert [one["id"] for one in listed] == SETS
    for one in listed:
        about = linked(one, "self")
        assert about is not None
        assert reader.json(about["href"])["id"] == one["id"]
    web = reader.json("/tileMatrixSets/WebMercatorQuad")
    assert web["uri"] == "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
    assert len(web["tileMatrices"]) == 25
    near(web["tileMatrices"][0], 559082264.028717, 156543.033928041)
    near(web["tileMatrices"][24], 33.3238997476528, 0.0093306919293428)
    np.testing.assert_allclose(
        web["tileMatrices"][3]["pointOfOrigin"], [-20037508.3427892, 20037508.3427892]
    )
    world = reader.json("/tileMatrixSets/WorldCRS84Quad")
    official = reader.json("/tileMatrixSets/CGCS2000Quad")
    assert world["tileMatrices"][0]["matrixWidth"] == 2
    near(world["tileMatrices"][5], 8735660.37544871, 0.02197265625)
    near(official["tileMatrices"][5], 8735660.37544871, 0.02197265625)
    assert world["tileMatrices"][0]["pointOfOrigin"] == [-180, 90]
    assert official["tileMatrices"][0]["pointOfOrigin"] == [90, -180]
    assert official["orderedAxes"] == ["Lat", "Lon"]
    assert official["crs"] == "http://www.opengis.net/def/crs/EPSG/0/4490"
    assert "uri" not in official
    reader.ask("/tileMatrixSets/NoSuchQuad", 404)


def near(level: Content, scale: float, cell: float) -> None:
    np.testing.assert_allclose([level["scaleDenominator"], level["cellSize"]], [scale, cell])


# A.3 TileSets List


@pytest.mark.parametrize("base", ["", "/collections/zones", "/collections/roads"])
def test_tilesets_list_tileset_links(reader: Reader, base):
    listed = reader.json(f"{base}/tiles")["tilesets"]
    assert len(listed) == len(SETS)
    for one, matrix in zip(listed, TILE_MATRIX_SETS.values(), strict=True):
        assert one["dataType"] == "vector"
        assert one["crs"] == matrix.crs
        assert one.get("tileMatrixSetURI") == matrix.uri
        itself, scheme = linked(one, "self"), linked(one, SCHEME)
        assert itself is not None
        assert scheme is not None
        assert itself["href"].partition("?")[0].endswith(f"/ogc{base}/tiles/{matrix.name}")
        assert reader.json(itself["href"]) | one == reader.json(itself["href"]) | {
            "links": one["links"]
        }


# A.4 Dataset tilesets, A.6 Geo data tilesets


def test_dataset_tilesets_landingpage_and_operation(reader: Reader):
    tiles = linked(reader.json("/"), TILESETS)
    assert tiles is not None
    assert tiles["href"].partition("?")[0].endswith("/ogc/tiles")
    assert reader.json(tiles["href"])["tilesets"]


def test_geodata_tilesets_desc_links_and_operation(reader: Reader):
    for name, collection in reader.collections().items():
        tiles = linked(collection, TILESETS)
        assert tiles is not None
        assert tiles["href"].partition("?")[0].endswith(f"/ogc/collections/{name}/tiles")
        assert reader.json(tiles["href"])["tilesets"]


def test_geodata_tilesets_of_a_draft(reader: Reader):
    """A draft has tiles for those who may see it."""
    (draft,) = (name for name in reader.collections() if name.startswith("draft-"))
    (address,) = addresses(tileset(reader, f"/collections/{draft}"), 10)
    assert len(tile(reader, address)[draft]["features"]) == 5
    Reader(reader.client, "dispatcher").ask(f"/collections/{draft}/tiles", 404)


# A.5 Collections selection


def test_collections_selection_query_collections(reader: Reader):
    for path in ("/tiles", "/tiles/WebMercatorQuad", "/tiles/WebMercatorQuad/0/0/0"):
        for wrong in ("nothing", "zones,nothing", "zones,zones", ""):
            reader.ask(path, 400, collections=wrong)
        reader.ask(path, collections="zones,areas")
        whole = str(reader.client.base_url).rstrip("/") + "/ogc/collections/"
        reader.ask(path, collections=f"{whole}zones,{whole}areas")
    reader.ask("/collections/zones/tiles/WebMercatorQuad", 400, collections="zones")


def test_collections_selection_collections_response(reader: Reader):
    """Layers in the order of the choice; without one all that is published and stays as it is."""
    described = reader.json("/tiles/WebMercatorQuad", collections="zones,areas")
    assert [layer["id"] for layer in described["layers"]] == ["zones", "areas"]
    assert list(tile(reader, addresses(described, 8)[0])) == ["zones", "areas"]
    every = tileset(reader, "")
    assert [layer["id"] for layer in every["layers"]] == PUBLISHED
    assert set(tile(reader, addresses(every, 8)[0])) <= set(PUBLISHED)
    address = addresses(every, 8)[0]
    alone = [
        f"/collections/{name}/tiles/{'/'.join(map(str, place(address)))}" for name in PUBLISHED
    ]
    parts = [reader.client.get(f"/ogc{path}", headers=bearer(reader)) for path in alone]
    assert reader.ask(address).content == b"".join(
        part.content for part in parts if part.is_success
    )


# A.7.1 OpenAPI


def test_oas30_completeness(reader: Reader):
    """Every resource of tiles stands in the definition, with what it may be asked."""
    paths = reader.json("/api")["paths"]
    bases = ["/tiles", *(f"/collections/{name}/tiles" for name in reader.collections())]
    tail = "/{tileMatrixSetId}", "/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
    for base in bases:
        assert {base, *(base + one for one in tail)} <= paths.keys()
    assert {"/tileMatrixSets", "/tileMatrixSets/{tileMatrixSetId}"} <= paths.keys()
    for path in ("/tiles", *("/tiles" + one for one in tail)):
        assert "collections" in [each["name"] for each in paths[path]["get"]["parameters"]]


def test_oas30_operation_id(reader: Reader):
    """Names of operations end as table 11 has them, and none comes twice."""
    paths = reader.json("/api")["paths"]
    named = {path: one["get"]["operationId"] for path, one in paths.items()}
    assert len(set(named.values())) == len(named)
    for path, name in named.items():
        kind = "dataset" if path.startswith("/tiles") else "collection"
        if path.endswith("/tiles"):
            assert name.endswith(f".{kind}.vector.getTileSetsList")
        elif path.endswith("/tiles/{tileMatrixSetId}"):
            assert name.endswith(f".{kind}.vector.getTileSet")
        elif path.endswith("{tileCol}"):
            assert name.endswith(f".{kind}.vector.getTile")


# A.7.3 Mapbox Vector Tiles


def test_mvt_content(reader: Reader):
    """Whole units run from the tile's north-western corner to its south-eastern one."""
    matched = 0
    for address in addresses(tileset(reader, "/collections/grids"), 12):
        answer = reader.ask(address)
        for feature in mapbox_vector_tile.decode(
            answer.content, default_options={"y_coord_down": True}
        )["grids"]["features"]:
            assert feature["geometry"]["type"] in {"Polygon", "MultiPolygon"}
            west, north, east, south = shape(feature["geometry"]).bounds
            assert -BUFFER <= west <= east <= EXTENT + BUFFER
            assert -BUFFER <= north <= south <= EXTENT + BUFFER
            matched += 1
    assert matched


# Ours: what may be kept, and who is given what


def bearer(reader: Reader) -> dict[str, str]:
    return {"authorization": f"Bearer demo-{reader.role}"}


def test_what_is_published_is_not_sent_again_to_whoever_has_it(reader: Reader):
    address = addresses(tileset(reader, "/collections/zones"), 8)[0]
    first = reader.ask(address)
    assert first.headers["cache-control"] == "private, no-cache"
    again = reader.client.get(
        address, headers=bearer(reader) | {"if-none-match": first.headers["etag"]}
    )
    assert again.status_code == 304
    assert not again.content
    other = addresses(tileset(reader, "/collections/areas"), 8)[0]
    stale = reader.client.get(
        other, headers=bearer(reader) | {"if-none-match": first.headers["etag"]}
    )
    assert stale.status_code == 200


def test_an_empty_tile_is_named_like_any_other(reader: Reader):
    headers = bearer(reader)
    empty = reader.client.get(
        "/ogc/collections/incidents/tiles/WebMercatorQuad/3/0/0", headers=headers
    )
    assert empty.status_code == 204
    again = reader.client.get(
        str(empty.url), headers=headers | {"if-none-match": empty.headers["etag"]}
    )
    assert again.status_code == 304


def test_a_tile_of_several_layers_shows_one_version_of_the_city(reader: Reader, monkeypatch):
    """Between the first layer and the second another version is published."""
    address = "/tiles/WebMercatorQuad/0/0/0?collections=zones,areas"
    service = reader.client.app.state.service
    before, whole = service.city, reader.ask(address)
    after = replace(before, zones=before.zones[:1], areas=before.areas[:1])

    def laid_out(*given: object) -> tile_layers.TileLayer:
        layer = tile_layers.tile_layer(*given)
        service.city = after
        return layer

    try:
        monkeypatch.setattr(routes.ogc_tiles, "tile_layer", laid_out)
        met = reader.ask(address)
        monkeypatch.undo()
        assert met.headers["etag"] == reader.ask(address).headers["etag"]
        assert met.content == reader.ask(address).content != whole.content
    finally:
        service.city = before


def test_streets_are_cut_once_for_all_who_ask(reader: Reader):
    service = reader.client.app.state.service
    cut = tile_layers.tile_layer(ROADS, service, Person("a", frozenset()))
    assert cut.cut == service.tiles.tile_in


@pytest.mark.parametrize("name", ["officers", "incidents", "closures"])
def test_what_changes_by_itself_is_nobodys_to_keep(reader: Reader, name):
    for path in (
        f"/collections/{name}/tiles/WebMercatorQuad/0/0/0",
        f"/tiles/WebMercatorQuad/0/0/0?collections=zones,{name}",
    ):
        answer = reader.ask(path)
        assert answer.headers["cache-control"] == "private, no-store"
        assert {"authorization", "cookie"} <= set(answer.headers["vary"].split(", "))


def test_tiles_are_closed_like_their_collections(reader: Reader):
    """Whoever has no list of incidents has no tiles of them, alone or among others."""
    for role, name in (("gis", "incidents"), ("reporter", "officers"), ("reporter", "units")):
        person = Reader(reader.client, role)
        person.ask(f"/collections/{name}/tiles/WebMercatorQuad/0/0/0", 404)
        person.ask("/tiles/WebMercatorQuad/0/0/0", 400, collections=name)
        person.ask("/tiles/WebMercatorQuad/0/0/0")
    for path in ("/tiles", "/tileMatrixSets", "/collections/zones/tiles/WebMercatorQuad/0/0/0"):
        assert reader.client.get(f"/ogc{path}", headers={"authorization": ""}).status_code == 401


def test_tiles_of_officers_are_laid_out_for_each_person_anew(reader: Reader):
    """Tiles hang on the table that they are cut from, and there is one for each who asks."""
    service = reader.client.app.state.service
    before = len(service.tile_shelf)
    for role in ("admin", "dispatcher", "officer"):
        Reader(reader.client, role).ask("/collections/officers/tiles/WebMercatorQuad/0/0/0")
    assert len(service.tile_shelf) == before
    address = addresses(tileset(reader, "/collections/grids"), 5)[0]
    for role in ("admin", "dispatcher"):
        Reader(reader.client, role).ask(address)
    assert len(service.tile_shelf) <= before + 1


def test_roads_are_the_streets_that_the_map_draws(reader: Reader):
    zoom = 14
    address = addresses(tileset(reader, "/collections/roads"), zoom)[0]
    _, _, row, column = place(address)
    drawn = reader.ask(address)
    same = reader.client.get(f"/tiles/roads/{zoom}/{column}/{row}.mvt", headers=bearer(reader))
    assert drawn.content == same.content
    assert same.headers["cache-control"] == "private, max-age=3600"


def test_every_page_of_tiles_has_one_for_people(reader: Reader):
    for path in (
        "/tileMatrixSets", "/tileMatrixSets/CGCS2000Quad", "/tiles", "/tiles/WebMercatorQuad",
        "/collections/zones/tiles", "/collections/officers/tiles/WorldCRS84Quad",
    ):  # fmt: skip
        page = reader.ask(path, accept="text/html")
        assert page.headers["content-type"].startswith("text/html")
        assert "<h1>" in page.text
    assert json.loads(reader.ask("/tiles", accept="application/json").text)
    assert WEB_MERCATOR_QUAD.title in reader.ask("/tileMatrixSets/WebMercatorQuad", f="html").text
