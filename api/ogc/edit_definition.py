"""API definition of edits: what may be done to the features of a draft, as OpenAPI describes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.errors import PROBLEM_TYPE
from api.ogc.collection import Collection
from api.ogc.geojson import MEDIA_TYPE as GEOJSON
from api.ogc.links import JSON

Described = dict[str, Any]

MERGE_PATCH: Final = "application/merge-patch+json"

REFUSALS: Final[Mapping[str, str]] = {
    "400": "The body doesn't say what it is, or a header says nothing that can be meant.",
    "404": "There is no such feature.",
    "409": "The draft was published or dropped.",
    "412": "The feature is not any more what was read.",
    "415": "Bodies of this kind are not taken.",
    "422": "The layer can't hold what was sent.",
    "428": "Somebody else edited the draft last: If-Match has to say what was read.",
}
"""What may stand against an edit, besides what may stand against reading."""

_FEATURE: Final[Described] = {"$ref": "#/components/schemas/featureGeoJSON"}
_SENT: Final[Described] = {
    "type": "object",
    "required": ["type", "geometry", "properties"],
    "properties": {
        "type": {"type": "string", "enum": ["Feature"]},
        "geometry": {"type": "object", "nullable": True},
        "properties": {"type": "object", "nullable": True},
    },
}
_PART: Final[Described] = {
    "type": "object",
    "properties": {name: _SENT["properties"][name] for name in ("geometry", "properties")},
}


def edits_of(collection: Collection) -> tuple[Described, Described]:
    """
    Describe what may be done to the features of a draft.

    Parameters
    ----------
    collection
        That of the draft.

    Returns
    -------
    of_items, of_item
        Operations by verb, of its items and of one of them.
    """
    name, columns = collection.name, [one.name for one in collection.columns]
    about = f"属性 Properties: {', '.join(columns)}"
    feature = _parameter("featureId", "path", required=True)
    crs, match = _parameter("Content-Crs", "header"), _parameter("If-Match", "header")
    whole = {GEOJSON: {"schema": _SENT}, JSON: {"schema": _SENT}}
    part = {MERGE_PATCH: {"schema": _PART}}
    create = _edit(f"create_{name}", "新增要素 Add a feature", about, [crs], whole, "201")
    replace = _edit(f"replace_{name}", "替换要素 Replace", about, [feature, crs, match], whole)
    update = _edit(f"update_{name}", "修改要素 Change", about, [feature, crs, match], part)
    delete = _edit(f"delete_{name}", "删除要素 Delete", about, [feature, match])
    return {"post": create}, {"put": replace, "patch": update, "delete": delete}


def _parameter(name: str, place: str, *, required: bool = False) -> Described:
    return {"name": name, "in": place, "required": required, "schema": {"type": "string"}}


def _edit(  # noqa: PLR0913, PLR0917 -- the parts of an operation
    operation: str,
    summary: str,
    description: str,
    parameters: list[Described],
    body: Described | None = None,
    status: str = "200",
) -> Described:
    """An operation that changes a draft."""
    kind = GEOJSON if body else JSON
    done = {"description": "Done.", "content": {kind: {"schema": _FEATURE if body else {}}}}
    refused = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/problem"}}}
    said = {code: {"description": text, "content": refused} for code, text in REFUSALS.items()}
    described: Described = {
        "operationId": operation.replace("-", "_"),
        "summary": summary,
        "description": description,
        "parameters": parameters,
        "responses": {status: done} | said,
    }
    return described if body is None else described | {"requestBody": {"content": body}}
