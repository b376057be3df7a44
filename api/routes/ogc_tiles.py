"""OGC API – Tiles: layers as vector tiles, one by one and several in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from api.errors import BadParameter, NotFound
from api.ogc import html
from api.ogc.answer import VARY, Asked, is_known, keeping
from api.ogc.collection import Collection
from api.ogc.collections import city_of, collection_of
from api.ogc.etag import page_etag
from api.ogc.links import HTML, JSON, SCHEMES_NAME, TILESETS_NAME, Addresses, self_and_alternate
from api.ogc.query import read_parameters
from api.ogc.tile_address import MatrixSetDep, SeeCityDep, TileAddress, TileAddressDep
from api.ogc.tile_layers import TileLayer, bounds_of, limits_of, tile_layer
from api.ogc.tileset import (
    MVT,
    describe_matrix_set,
    describe_tileset,
    limits_together,
    list_matrix_sets,
    list_tilesets,
)
from api.service import Service, ServiceDep
from dispatch.access import Person
from geo.tile_matrix import TileMatrixSet

router = APIRouter(prefix="/ogc", tags=["ogc"])

_WRITTEN = "1"
"""Changes with the way in which tiles are written, so that nobody keeps those of before."""

_CHOICE = {
    "name": "collections",
    "in": "query",
    "required": False,
    "description": "图层，以逗号分隔，缺省为已发布的全部图层 Collections, commas between",
    "style": "form",
    "explode": False,
    "schema": {"type": "array", "items": {"type": "string"}},
}


def _described(*parameters: dict[str, Any]) -> dict[str, Any]:
    """Say of a route in which formats it answers, and what it may be asked."""
    written = {
        "name": "f",
        "in": "query",
        "required": False,
        "schema": {"type": "string", "enum": ["json", "html"]},
    }
    return {
        "response_class": Response,
        "responses": {200: {"content": {JSON: {}, HTML: {}}}},
        "openapi_extra": {"parameters": [*parameters, written]},
    }


def _drawn(*parameters: dict[str, Any]) -> dict[str, Any]:
    """Say of a route that it answers with a tile."""
    written = {
        "name": "f",
        "in": "query",
        "required": False,
        "schema": {"type": "string", "enum": ["mvt"]},
    }
    return {
        "response_class": Response,
        "responses": {
            200: {"content": {MVT: {}}},
            204: {"description": "Nothing lies here."},
            304: {"description": "Known."},
        },
        "openapi_extra": {"parameters": [*parameters, written]},
    }


@router.get("/tileMatrixSets", **_described())
def list_tile_matrix_sets(request: Request, _: SeeCityDep) -> Response:
    """Ways in which the plane is cut into tiles."""
    asked, addresses = Asked.of(request), Addresses.of(request)
    links = self_and_alternate(f"{addresses.root}/tileMatrixSets", asked.query, asked.written)
    listed = list_matrix_sets(addresses)
    rows = [
        [html.anchor(one["links"][0]["href"], one["id"]), html.cell(one["crs"])] for one in listed
    ]
    return asked.answer_dict(
        {"tileMatrixSets": listed, "links": links},
        lambda: html.page(
            SCHEMES_NAME,
            _way(addresses),
            html.table(["方案 Set", "坐标系 System"], rows),
            html.link_list(links),
        ),
    )


@router.get("/tileMatrixSets/{matrix}", **_described())
def read_tile_matrix_set(matrix: MatrixSetDep, request: Request, _: SeeCityDep) -> Response:
    """One of them, level by level."""
    asked, addresses = Asked.of(request), Addresses.of(request)
    described = describe_matrix_set(matrix)
    shown = ("id", "cellSize", "scaleDenominator", "matrixWidth", "matrixHeight")
    rows = ([html.cell(level[name]) for name in shown] for level in described["tileMatrices"])
    return asked.answer_dict(
        described,
        lambda: html.page(
            matrix.title,
            [*_way(addresses), (SCHEMES_NAME, f"{addresses.root}/tileMatrixSets")],
            html.paragraph(matrix.crs),
            html.table(shown, rows),
        ),
    )


@router.get("/collections/{name}/tiles", **_described())
def list_tilesets_of_collection(
    name: str, request: Request, service: ServiceDep, person: SeeCityDep
) -> Response:
    """Tilesets of one layer."""
    collection = collection_of(service, person, name)
    base = f"{Addresses.of(request).collection(name)}/tiles"
    return _tilesets(request, base, collection.title, "")


@router.get("/collections/{name}/tiles/{matrix}", **_described())
def read_tileset_of_collection(
    name: str, matrix: MatrixSetDep, request: Request, service: ServiceDep, person: SeeCityDep
) -> Response:
    """One tileset of one layer."""
    collection = collection_of(service, person, name)
    base = f"{Addresses.of(request).collection(name)}/tiles"
    return _tileset(request, service, person, matrix, base, collection.title, [collection], "")


@router.get(
    "/collections/{name}/tiles/{matrix}/{zoom}/{row}/{column}",  # noqa: FAST003 -- TileAddressDep reads them
    **_drawn(),
)
def read_tile_of_collection(
    name: str,
    address: TileAddressDep,
    request: Request,
    service: ServiceDep,
    person: SeeCityDep,
) -> Response:
    """A tile of one layer."""
    collection = collection_of(service, person, name)
    _tile_parameters(request)
    return _tile(request, service, person, [collection], address)


@router.get("/tiles", **_described(_CHOICE))
def list_tilesets_of_city(request: Request, service: ServiceDep, person: SeeCityDep) -> Response:
    """Tilesets of the published layers together, or of those that are chosen."""
    chosen = _chosen(request, service, person)
    base = f"{Addresses.of(request).root}/tiles"
    return _tilesets(request, base, TILESETS_NAME, _names(request, chosen))


@router.get("/tiles/{matrix}", **_described(_CHOICE))
def read_tileset_of_city(
    matrix: MatrixSetDep, request: Request, service: ServiceDep, person: SeeCityDep
) -> Response:
    """One tileset of the published layers together, or of those that are chosen."""
    chosen = _chosen(request, service, person)
    base, names = f"{Addresses.of(request).root}/tiles", _names(request, chosen)
    return _tileset(request, service, person, matrix, base, TILESETS_NAME, chosen, names)


@router.get(
    "/tiles/{matrix}/{zoom}/{row}/{column}",  # noqa: FAST003 -- TileAddressDep reads them
    **_drawn(_CHOICE),
)
def read_tile_of_city(
    address: TileAddressDep,
    request: Request,
    service: ServiceDep,
    person: SeeCityDep,
) -> Response:
    """A tile of the published layers together, or of those that are chosen, in that order."""
    _tile_parameters(request, "collections")
    chosen = _chosen(request, service, person)
    return _tile(request, service, person, chosen, address)


def _tilesets(request: Request, base: str, title: str, names: str) -> Response:
    """Answer with a list of tilesets."""
    asked, addresses = Asked.of(request, *_known(base)), Addresses.of(request)
    links = self_and_alternate(base, asked.query, asked.written)
    listed = list_tilesets(addresses, base, title, names)
    rows = [
        [html.anchor(one["links"][0]["href"], one["title"]), html.cell(one["crs"])]
        for one in listed
    ]
    return asked.answer_dict(
        {"tilesets": listed, "links": links},
        lambda: html.page(
            f"{title}：{TILESETS_NAME}",
            _way(addresses),
            html.table(["切片集 Tileset", "坐标系 System"], rows),
            html.link_list(links),
        ),
    )


def _tileset(  # noqa: PLR0913, PLR0917 -- what it shows, for whom, and under which address
    request: Request,
    service: Service,
    person: Person,
    matrix: TileMatrixSet,
    base: str,
    title: str,
    collections: Sequence[Collection],
    names: str,
) -> Response:
    """Answer with the description of a tileset."""
    asked, addresses = Asked.of(request, *_known(base)), Addresses.of(request)
    layers = [(each, bounds_of(each, service, person)) for each in collections]
    limits = limits_together(limits_of(each, service, person, matrix) for each in collections)
    described = describe_tileset(addresses, matrix, base, title, names, layers, limits)
    shown = ("tileMatrix", "minTileRow", "maxTileRow", "minTileCol", "maxTileCol")
    rows = ([html.cell(one[name]) for name in shown] for one in described["tileMatrixSetLimits"])
    template = described["links"][-1]["href"]
    return asked.answer_dict(
        described,
        lambda: html.page(
            described["title"],
            [*_way(addresses), (TILESETS_NAME, base)],
            html.paragraph(template),
            html.table(shown, rows),
        ),
    )


def _tile(
    request: Request,
    service: Service,
    person: Person,
    collections: Sequence[Collection],
    address: TileAddress,
) -> Response:
    """Answer with a tile; what changes by itself, or differs by person, is nobody's to keep."""
    within = [each for each in collections if _may_hold(each, service, person, address)]
    if not within:
        raise NotFound(
            f"There is no tile {address.zoom}/{address.row}/{address.column}: the description of "
            f"the tileset {address.matrix.name} says how far it goes."
        )
    layers = _of_one_city(within, service, person)
    headers = _headers(layers, request)
    if is_known(request, headers["etag"]):
        return Response(status_code=304, headers=headers)
    tile = b"".join(
        layer.cut(address.matrix, address.zoom, address.row, address.column) for layer in layers
    )
    if not tile:
        return Response(status_code=204, headers=headers)
    return Response(tile, media_type=MVT, headers=headers)


def _of_one_city(
    collections: Sequence[Collection], service: Service, person: Person
) -> list[TileLayer]:
    """Layers of one version of the city: a tile shows no half of a set that is just published."""
    while True:
        city = service.city
        layers = [tile_layer(each, service, person) for each in collections]
        now = service.city
        if (now.version, now.road_versions) == (city.version, city.road_versions):
            return layers


def _may_hold(
    collection: Collection, service: Service, person: Person, address: TileAddress
) -> bool:
    """Whether a tile lies within the limits of a layer."""
    matrix, zoom = address.matrix, address.zoom
    if not matrix.has(zoom, address.row, address.column):
        return False
    limits = limits_of(collection, service, person, matrix)
    return zoom < len(limits) and limits[zoom].hold(address.row, address.column)


def _headers(layers: Sequence[TileLayer], request: Request) -> dict[str, str]:
    """What is said beside a tile."""
    live = any(layer.collection.live for layer in layers)
    versions = (f"{layer.collection.name}={layer.version}" for layer in layers)
    return {
        "etag": page_etag(_WRITTEN, request.url.path, *versions),
        "vary": VARY,
        "cache-control": keeping(live=live),
    }


def _chosen(request: Request, service: Service, person: Person) -> list[Collection]:
    """The collections that are asked for together; without a word those that are published."""
    asked = request.query_params.get("collections")
    if asked is None:
        return [one for one in city_of(service, person).values() if not one.live]
    root = f"{Addresses.of(request).root}/collections/"
    names = [name.removeprefix(root) for name in asked.split(",")]
    if len(set(names)) < len(names):
        raise BadParameter(f"collections={asked} names a collection twice.")
    try:
        return [collection_of(service, person, name) for name in names]
    except NotFound as error:
        raise BadParameter(str(error)) from error


def _names(request: Request, chosen: Sequence[Collection]) -> str:
    """Names of the collections in links, where a choice was made."""
    made = "collections" in request.query_params
    return ",".join(one.name for one in chosen) if made else ""


def _known(base: str) -> tuple[str, ...]:
    """Parameters of tilesets: those of the whole city may be chosen from."""
    return ("collections",) if base.endswith("/ogc/tiles") else ()


def _tile_parameters(request: Request, *names: str) -> None:
    """Refuse parameters that mean nothing to a tile."""
    given = read_parameters(request.query_params.multi_items(), {"f", *names})
    if given.get("f", "mvt") != "mvt":
        raise BadParameter(f"f={given['f']} is no format of tiles; there is mvt.")


def _way(addresses: Addresses) -> list[tuple[str, str]]:
    """The way to a page."""
    return [("首页 Start", f"{addresses.root}/")]
