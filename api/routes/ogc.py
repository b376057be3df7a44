"""OGC API – Features: layers of the city, as GIS programs read them, and as pages for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Request, Response

from api.access import may
from api.errors import NotFound
from api.ogc import html
from api.ogc.answer import Asked, keeping
from api.ogc.collection import Collection
from api.ogc.collections import collection_of, collections_of
from api.ogc.conformance import CLASSES
from api.ogc.definition import definition, items_parameters
from api.ogc.describe import describe
from api.ogc.etag import feature_etag, page_etag
from api.ogc.geojson import MEDIA_TYPE as GEOJSON
from api.ogc.geojson import properties, write_feature, write_page
from api.ogc.links import (
    HTML,
    JSON,
    OPENAPI,
    SCHEMES_NAME,
    TILESETS_NAME,
    TILESETS_VECTOR,
    TILING_SCHEMES,
    Addresses,
    Link,
    link,
    self_and_alternate,
    with_format,
)
from api.ogc.query import ITEMS_PARAMETERS, read_crs, read_query
from api.ogc.tile_definition import tile_paths
from api.service import Service, ServiceDep
from dispatch.access import Act, Person
from geo.feature_table import FeatureTable, Rows
from geo.registry_crs import RegistryCrs, systems_at

router = APIRouter(prefix="/ogc", tags=["ogc"])

SeeCityDep = Annotated[Person, Depends(may(Act.SEE_CITY))]

ABOUT = "图层要素服务（OGC API）。 Layers of the city, feature by feature."
ROOT_NAME = "首页 Start"
COLLECTIONS_NAME = "图层 Collections"
"""What the way to a page calls what it lies in."""


def _described(media_type: str = JSON, *parameters: dict[str, Any]) -> dict[str, Any]:
    """Say of a route in which formats it answers, and what it may be asked."""
    written = {
        "name": "f",
        "in": "query",
        "required": False,
        "schema": {"type": "string", "enum": ["json", "html"]},
    }
    return {
        "response_class": Response,
        "responses": {200: {"content": {media_type: {}, HTML: {}}}, 304: {"description": "Known."}},
        "openapi_extra": {"parameters": [*parameters, written]},
    }


_CRS = items_parameters()[-1]


@router.get("/", **_described())
@router.get("", include_in_schema=False)
def read_root(request: Request, service: ServiceDep, _: SeeCityDep) -> Response:
    """What there is: the definition of this interface, the standards it follows, the layers."""
    asked, addresses = Asked.of(request), Addresses.of(request)
    city = service.city
    title = f"{city.name} {city.name_en}"
    links = [
        *self_and_alternate(f"{addresses.root}/", asked.query, asked.written),
        *_main_links(addresses),
    ]
    content = {"title": title, "description": ABOUT, "links": links}
    return asked.answer_dict(
        content,
        lambda: html.page(title, [], html.paragraph(ABOUT), html.link_list(links)),
    )


@router.get("/conformance", **_described())
def read_conformance(request: Request, _: SeeCityDep) -> Response:
    """Which classes of which standards the service conforms to."""
    asked, addresses = Asked.of(request), Addresses.of(request)
    address = f"{addresses.root}/conformance"
    links = self_and_alternate(address, asked.query, asked.written)
    return asked.answer_dict(
        {"conformsTo": CLASSES, "links": links},
        lambda: html.page(
            "符合的标准 Conformance",
            _way(addresses),
            html.table(["URI"], [[html.cell(one)] for one in CLASSES]),
            html.link_list(links),
        ),
    )


@router.get("/api", **_described(OPENAPI))
def read_definition(request: Request, service: ServiceDep, person: SeeCityDep) -> Response:
    """Describe this interface as OpenAPI 3.0 does, with the layers that the person may see."""
    asked, addresses = Asked.of(request), Addresses.of(request)
    offered = collections_of(service, person).values()
    content = definition(addresses, offered, _systems(service))
    content["paths"] |= tile_paths(offered)

    def as_page() -> bytes:
        rows = [
            [html.cell(verb.upper()), html.cell(path), html.cell(operation["summary"])]
            for path, verbs in content["paths"].items()
            for verb, operation in verbs.items()
        ]
        return html.page(
            "接口说明 API definition",
            _way(addresses),
            html.table(["", "地址 Path", ""], rows),
            html.link_list(_main_links(addresses)),
        )

    return asked.answer_dict(content, as_page, media_type=OPENAPI)


@router.get("/collections", **_described())
def list_collections(request: Request, service: ServiceDep, person: SeeCityDep) -> Response:
    """List the layers that the person may see."""
    asked, addresses = Asked.of(request), Addresses.of(request)
    systems = _systems(service)
    offered = collections_of(service, person).values()
    links = self_and_alternate(f"{addresses.root}/collections", asked.query, asked.written)
    described = [
        describe(one, service, person, addresses, systems, _links_to(addresses, one))
        for one in offered
    ]
    content = {
        "links": links,
        "crs": [system.uri for system in systems],
        "collections": described,
    }
    return asked.answer_dict(
        content,
        lambda: html.page(
            COLLECTIONS_NAME,
            _way(addresses),
            html.table(
                ["图层 Collection", "内容 Content"],
                (
                    [html.anchor(addresses.collection(one.name), one.title), html.cell(one.about)]
                    for one in offered
                ),
            ),
            html.link_list(links),
        ),
    )


@router.get("/collections/{name}", **_described())
def read_collection(
    name: str, request: Request, service: ServiceDep, person: SeeCityDep
) -> Response:
    """Describe one layer."""
    asked, addresses = Asked.of(request), Addresses.of(request)
    collection = collection_of(service, person, name)
    address = addresses.collection(name)
    links = self_and_alternate(address, asked.query, asked.written)
    content = describe(collection, service, person, addresses, _systems(service), links)
    columns = (
        [html.cell(one.name), html.cell(f"{one.zh} {one.en}"), html.cell(one.type)]
        for one in collection.columns
    )
    return asked.answer_dict(
        content,
        lambda: html.page(
            collection.title,
            _way(addresses, COLLECTIONS_NAME),
            html.paragraph(collection.about),
            html.table(["属性 Property", "含义 Meaning", "类型 Type"], columns),
            html.link_list(content["links"]),
        ),
    )


@router.get("/collections/{name}/items", **_described(GEOJSON, *items_parameters()))
def list_items(name: str, request: Request, service: ServiceDep, person: SeeCityDep) -> Response:
    """Read a page of features; the link `next` leads on, whatever is published in between."""
    collection = collection_of(service, person, name)
    asked = Asked.of(request, *ITEMS_PARAMETERS, more=frozenset(collection.by_name))
    addresses = Addresses.of(request)
    query = read_query(asked.query, collection, _systems(service))
    table = collection.table(service, person)
    matched = query.rows(collection, table)
    begins = int(np.searchsorted(matched, table.first_after(query.after)))
    rows = matched[begins : begins + query.limit]
    more = begins + query.limit < len(matched)
    links = _links_of_page(addresses, asked, collection, table, rows if more else rows[:0])
    return asked.answer(
        lambda: _items_page(addresses, collection, table, rows, len(matched), links),
        lambda: write_page(
            table, rows, query.crs, matched=len(matched), now=service.clock(), links=links
        ),
        media_type=GEOJSON,
        etag=page_etag(table.version, str(request.url), asked.written),
        headers=_beside(collection, query.crs),
    )


@router.get("/collections/{name}/items/{feature:path}", **_described(GEOJSON, _CRS))
def read_item(
    name: str, feature: str, request: Request, service: ServiceDep, person: SeeCityDep
) -> Response:
    """Read one feature."""
    asked, addresses = Asked.of(request, "crs"), Addresses.of(request)
    collection = collection_of(service, person, name)
    crs = read_crs("crs", asked.given.get("crs"), _systems(service))
    table = collection.table(service, person)
    row = table.row_of(feature)
    if row is None:
        raise NotFound(f"The collection {name} has no feature {feature!r}.")
    address = addresses.feature(name, feature)
    links = [
        *self_and_alternate(address, asked.query, asked.written, GEOJSON),
        link(addresses.collection(name), "collection", JSON, collection.title),
    ]
    return asked.answer(
        lambda: html.page(
            f"{collection.title} {feature}",
            [*_way(addresses, COLLECTIONS_NAME), (collection.title, addresses.collection(name))],
            html.feature_table(collection, properties(table, row)),
            html.link_list(links),
        ),
        lambda: write_feature(table, row, crs, links),
        media_type=GEOJSON,
        etag=feature_etag(table, row, asked.written, crs.uri),
        headers=_beside(collection, crs),
    )


def _beside(collection: Collection, crs: RegistryCrs) -> dict[str, str]:
    """What is said beside features: their system, and whether anybody may keep them."""
    return {"content-crs": f"<{crs.uri}>", "cache-control": keeping(live=collection.live)}


def _systems(service: Service) -> tuple[RegistryCrs, ...]:
    return systems_at(service.city.lon_lat[0])


def _main_links(addresses: Addresses) -> list[Link]:
    """Links of the landing page to what lies below it."""
    root = addresses.root
    return [
        link(f"{root}/api?f=json", "service-desc", OPENAPI, "接口定义 API definition"),
        link(f"{root}/api?f=html", "service-doc", HTML, "接口说明 API documentation"),
        link(f"{root}/conformance", "conformance", JSON, "符合的标准 Conformance"),
        link(f"{root}/collections", "data", JSON, COLLECTIONS_NAME),
        link(f"{root}/tiles?f=json", TILESETS_VECTOR, JSON, TILESETS_NAME),
        link(f"{root}/tileMatrixSets?f=json", TILING_SCHEMES, JSON, SCHEMES_NAME),
    ]


def _links_to(addresses: Addresses, collection: Collection) -> list[Link]:
    """Links to the description of a collection, from where all are listed."""
    address = addresses.collection(collection.name)
    return [
        link(with_format(address, (), "json"), "self", JSON, collection.title),
        link(with_format(address, (), "html"), "alternate", HTML, collection.title),
    ]


def _links_of_page(
    addresses: Addresses,
    asked: Asked,
    collection: Collection,
    table: FeatureTable,
    before_more: Rows,
) -> list[Link]:
    """Links of a page of items; ``next`` goes on after the last feature of this one."""
    address = addresses.items(collection.name)
    links = self_and_alternate(address, asked.query, asked.written, GEOJSON)
    if len(before_more):
        last = table.ids[int(before_more[-1])]
        query = [(name, value) for name, value in asked.query if name not in {"after", "f"}]
        onward = with_format(address, [*query, ("after", last)], asked.written)
        media_type = HTML if asked.written == "html" else GEOJSON
        links.append(link(onward, "next", media_type, "下一页 Next page"))
    about = addresses.collection(collection.name)
    return [*links, link(about, "collection", JSON, collection.title)]


def _items_page(  # noqa: PLR0913, PLR0917 -- what stands on the page
    addresses: Addresses,
    collection: Collection,
    table: FeatureTable,
    rows: Rows,
    matched: int,
    links: Sequence[Link],
) -> bytes:
    """A page of features for people."""
    return html.page(
        collection.title,
        [
            *_way(addresses, COLLECTIONS_NAME),
            (collection.title, addresses.collection(collection.name)),
        ],
        html.paragraph(f"{len(rows)} / {matched}"),
        html.items_table(addresses, collection, table, rows),
        html.link_list(links),
    )


def _way(addresses: Addresses, *below: str) -> list[tuple[str, str]]:
    """The way to a page: the landing page, and the list of collections where it lies in that."""
    return [
        (ROOT_NAME, f"{addresses.root}/"),
        *((name, f"{addresses.root}/collections") for name in below),
    ]
