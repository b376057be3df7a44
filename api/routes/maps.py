"""What the map draws: layers as GeoJSON, roads as vector tiles."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.access import may
from api.errors import NotFound
from api.layers import LayerKind
from api.service import Service, ServiceDep
from dispatch.access import Act, Person

router = APIRouter()

SeeCityDep = Annotated[Person, Depends(may(Act.SEE_CITY))]

TILE_TYPE = "application/vnd.mapbox-vector-tile"


@router.get(
    "/api/v1/layers/{kind}/published",
    tags=["layers"],
    responses={200: {"content": {"application/geo+json": {}}}},
    response_class=Response,
)
def read_layer(kind: LayerKind, request: Request, service: ServiceDep, _: SeeCityDep) -> Response:
    """A published layer as a GeoJSON feature collection, WGS-84."""
    return published_layer(kind, request, service)


def published_layer(kind: LayerKind, request: Request, service: Service) -> Response:
    """
    Answer with a published layer.

    Parameters
    ----------
    kind
        Which layer.
    request
        Says which version the caller has already.
    service
        The service.

    Returns
    -------
    response
        GeoJSON; 304 where the caller has it.
    """
    etag = f'"{service.layers.version}-{kind}"'
    if request.headers.get("if-none-match") == etag:
        return _unchanged(etag)
    return Response(
        service.layers.geojson(kind),
        media_type="application/geo+json",
        headers={"etag": etag, "cache-control": "no-cache"},
    )


@router.get(
    "/tiles/roads/{zoom}/{column}/{row}.mvt",
    tags=["layers"],
    responses={200: {"content": {TILE_TYPE: {}}}, 204: {"description": "No roads here."}},
    response_class=Response,
)
def read_road_tile(
    zoom: int, column: int, row: int, request: Request, service: ServiceDep, _: SeeCityDep
) -> Response:
    """A vector tile of roads; minor classes appear as the zoom deepens."""
    return road_tile((zoom, column, row), request, service)


def road_tile(place: tuple[int, int, int], request: Request, service: Service) -> Response:
    """
    Answer with a vector tile of roads.

    Parameters
    ----------
    place
        Zoom, column and row.
    request
        Says which version the caller has already.
    service
        The service.

    Returns
    -------
    response
        The tile; 304 where the caller has it, 204 where there is no road.

    Raises
    ------
    NotFound
        The city has no roads to draw.
    """
    zoom, column, row = place
    if service.tiles is None:
        raise NotFound("This city has no road network to draw.")
    etag = f'"{service.tiles.version}-{zoom}-{column}-{row}"'
    if request.headers.get("if-none-match") == etag:
        return _unchanged(etag)
    tile = service.tiles.tile(zoom, column, row)
    headers = {"etag": etag, "cache-control": "private, max-age=3600"}
    if not tile:
        return Response(status_code=204, headers=headers)
    return Response(tile, media_type=TILE_TYPE, headers=headers)


def _unchanged(etag: str) -> Response:
    return Response(status_code=304, headers={"etag": etag})
