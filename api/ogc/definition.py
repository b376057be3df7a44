"""API definition: what a person may ask below ``/ogc``, as OpenAPI 3.0 describes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from api.errors import PROBLEM_TYPE
from api.ogc.collection import Collection, Property
from api.ogc.edit_definition import edits_of
from api.ogc.geojson import MEDIA_TYPE as GEOJSON
from api.ogc.links import HTML, JSON, OPENAPI, Addresses
from api.ogc.query import FORMATS, MOST_ITEMS, USUAL_LIMIT
from geo.registry_crs import CRS84_URI, RegistryCrs

Described = dict[str, Any]

_TEXT: Final = {"type": "string"}

SCHEMAS: Final[Mapping[str, Described]] = {
    "link": {
        "type": "object",
        "required": ["href", "rel", "type"],
        "properties": dict.fromkeys(("href", "rel", "type", "title"), _TEXT),
    },
    "problem": {
        "type": "object",
        "required": ["status", "code", "zh", "en"],
        "properties": {
            "status": {"type": "integer"},
            **dict.fromkeys(("type", "title", "detail", "code", "zh", "en"), _TEXT),
        },
    },
    "featureGeoJSON": {
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": _TEXT,
            "geometry": {"type": "object", "nullable": True},
            "properties": {"type": "object"},
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
        },
    },
    "featureCollectionGeoJSON": {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/featureGeoJSON"},
            },
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
            "version": {"type": "string", "description": "Names the content of the layer."},
        },
    },
}

REFUSALS: Final = {
    "400": "A parameter is not known, or says nothing that can be meant.",
    "401": "Nobody has signed in.",
    "403": "Not granted.",
    "404": "There is nothing under this address for whoever asks.",
    "429": "Too much is asked at the moment.",
    "503": "The service can't answer at the moment.",
}


def definition(
    addresses: Addresses, collections: Iterable[Collection], systems: Sequence[RegistryCrs]
) -> Described:
    """
    Describe what can be asked.

    Parameters
    ----------
    addresses
        Addresses of the request.
    collections
        Those that whoever asks may see.
    systems
        Systems in which features are offered.

    Returns
    -------
    definition
        An OpenAPI 3.0 document.
    """
    paths: Described = {
        "/": reading("getLandingPage", "首页 Landing page", JSON),
        "/conformance": reading("getConformance", "符合的标准 Conformance", JSON),
        "/api": reading("getApi", "接口说明 API definition", OPENAPI),
        "/collections": reading("getCollections", "图层 Collections", JSON),
    }
    for collection in collections:
        paths |= _paths_of(collection, systems)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "grid-dispatch OGC API",
            "description": "图层要素服务。Layers of the city, feature by feature.",
            "version": "1",
        },
        "servers": [{"url": addresses.root}],
        "security": [{"bearer": []}, {"cookie": []}],
        "paths": paths,
        "components": {
            "schemas": dict(SCHEMAS),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "grid_dispatch_session"},
            },
        },
    }


def _paths_of(collection: Collection, systems: Sequence[RegistryCrs]) -> Described:
    """What can be asked of one collection."""
    name, tag = f"/collections/{collection.name}", collection.title
    crs = parameter("crs", "坐标系 System of the answer", _one_of(systems))
    feature = parameter("featureId", "要素编号 Id of the feature", _TEXT, place="path")
    paths: Described = {
        name: reading(f"getCollection_{collection.name}", tag, JSON),
        f"{name}/items": reading(
            f"getItems_{collection.name}",
            tag,
            GEOJSON,
            [*items_parameters(systems), *map(_filter, collection.columns)],
            schema="featureCollectionGeoJSON",
        ),
        f"{name}/items/{{featureId}}": reading(
            f"getItem_{collection.name}", tag, GEOJSON, [feature, crs], schema="featureGeoJSON"
        ),
    }
    if collection.draft is not None:
        of_items, of_item = edits_of(collection)
        paths[f"{name}/items"] |= of_items
        paths[f"{name}/items/{{featureId}}"] |= of_item
    return paths


def items_parameters(systems: Sequence[RegistryCrs] = ()) -> list[Described]:
    """
    Describe the parameters of items, those that no column is behind.

    Parameters
    ----------
    systems
        Systems in which features are offered; any text is taken for one without them.

    Returns
    -------
    parameters
        As OpenAPI has them.
    """
    limit = {"type": "integer", "minimum": 1, "maximum": MOST_ITEMS, "default": USUAL_LIMIT}
    corners: Described = {"type": "array", "items": {"type": "number"}}
    corners["oneOf"] = [{"minItems": count, "maxItems": count} for count in (4, 6)]
    return [
        parameter("limit", "每页要素数，超出上限按上限 Features on a page; more is cut", limit),
        parameter("after", "从此编号之后开始 Id after which the page begins", _TEXT),
        parameter("bbox", "范围：下角点，上角点 Lower corner, upper corner", corners),
        parameter("bbox-crs", "bbox 的坐标系 System of bbox", _one_of(systems)),
        parameter("datetime", "时刻或时段 Instant or interval, .. for an open end", _TEXT),
        parameter("crs", "坐标系 System of the answer", _one_of(systems)),
    ]


def _filter(column: Property) -> Described:
    """The parameter that a column is."""
    return parameter(column.name, f"{column.zh} {column.en}", {"type": str(column.type)})


def _one_of(systems: Sequence[RegistryCrs]) -> Described:
    schema: Described = {"type": "string", "format": "uri", "default": CRS84_URI}
    return schema | {"enum": [one.uri for one in systems]} if systems else schema


def parameter(name: str, text: str, schema: Described, *, place: str = "query") -> Described:
    """
    Describe a parameter.

    Parameters
    ----------
    name
        What it is called.
    text
        What it means, in both languages.
    schema
        Its values; several are written with commas between.
    place
        ``query`` or ``path``.

    Returns
    -------
    parameter
        As OpenAPI has it.
    """
    said: Described = {"name": name, "in": place, "description": text, "schema": schema}
    said |= {"required": place == "path"}
    return said if place == "path" else said | {"style": "form", "explode": False}


def reading(  # noqa: PLR0913, PLR0917 -- what an operation is told by
    operation: str,
    summary: str,
    media_type: str,
    parameters: Sequence[Described] = (),
    schema: str | None = None,
    formats: Sequence[str] = FORMATS,
) -> Described:
    """
    Describe an operation that reads.

    Parameters
    ----------
    operation
        Its name, of which the last part says what it is.
    summary
        What it is for, in both languages.
    media_type
        What it answers with, besides a page for people.
    parameters
        What it may be asked.
    schema
        Name of the schema of its answer, or None for any object.
    formats
        What ``f`` may say.

    Returns
    -------
    path
        With what may come of it.
    """
    content: Described = {"$ref": f"#/components/schemas/{schema}"} if schema else {}
    refused = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/problem"}}}
    answered: Described = {media_type: {"schema": content or {"type": "object"}}}
    if "html" in formats:
        answered[HTML] = {"schema": _TEXT}
    written = parameter("f", "格式 Format", {"type": "string", "enum": list(formats)})
    return {
        "get": {
            "operationId": operation.replace("-", "_"),
            "summary": summary,
            "parameters": [*parameters, written],
            "responses": {
                "200": {"description": "OK", "content": answered},
                "304": {"description": "Nothing has changed since the ETag that was sent."},
                **{
                    status: {"description": text, "content": refused}
                    for status, text in REFUSALS.items()
                },
            },
        }
    }
