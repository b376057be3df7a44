"""What the service says of itself under ``/openapi.json``, refusals as well as answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from api.errors import PROBLEM_TYPE

ANYBODY = frozenset({"/healthz", "/readyz"})
"""Paths that take no credentials."""

OGC = "/ogc/"
"""Paths whose parameters the standard wants refused with 400."""

OPEN311 = "/open311/"
"""Paths whose refusals are laid out as GeoReport v2 has them, a wrong parameter with 400."""

GEOREPORT: dict[str, Any] = {"content": {"application/json": {}, "text/xml": {}}}

PROBLEM: dict[str, Any] = {
    "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
}
"""How a refusal is described that no rule of `_refusals` foresees, beside its words."""

METHODS = frozenset({"get", "options", "post", "put", "patch", "delete"})


class FindingOut(BaseModel):
    """One of several things that are wrong with what was sent."""

    where: str
    message: str


class Problem(BaseModel):
    """A refusal, laid out as RFC 9457 says: what happened and the way out, in both languages."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    zh: str
    en: str
    errors: list[FindingOut] = []


def install(app: FastAPI) -> None:
    """
    Let an application describe its refusals, too.

    Parameters
    ----------
    app
        With all its routes; described when it is first asked.
    """
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]  # FastAPI asks for it


def _described(app: FastAPI) -> dict[str, Any]:
    """Describe an application once, and remember it."""
    if app.openapi_schema is None:
        described = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes
        )
        for path, operations in described["paths"].items():
            for method in METHODS & operations.keys():
                _add_refusals(path, method, operations[method])
        schemas = described["components"]["schemas"]
        for replaced in ("HTTPValidationError", "ValidationError"):
            schemas.pop(replaced, None)
        own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= own.pop("$defs") | {"Problem": own}
        app.openapi_schema = described
    return app.openapi_schema


def _add_refusals(path: str, method: str, operation: dict[str, Any]) -> None:
    """Say with which statuses an operation may refuse."""
    answers = operation["responses"]
    answers.pop("422", None)
    for status in _refusals(path, method, operation):
        told = answers.setdefault(str(status.value), {"description": status.phrase})
        told |= GEOREPORT if path.startswith(OPEN311) else PROBLEM


def _refusals(path: str, method: str, operation: dict[str, Any]) -> list[HTTPStatus]:
    """Tell what can go wrong by what is asked of the caller: a name, a value, a body, a right."""
    refusals = [HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE]
    if path not in ANYBODY:
        refusals += [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN]
    if "{" in path:
        refusals.append(HTTPStatus.NOT_FOUND)
    if "parameters" in operation or "requestBody" in operation:
        refusals.append(HTTPStatus.UNPROCESSABLE_ENTITY)
    if path.startswith((OGC, OPEN311)):
        refusals.append(HTTPStatus.BAD_REQUEST)
    if any(one["name"] == "if-match" for one in operation.get("parameters", [])):
        refusals += [HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED]
    if path.startswith(OGC) and method != "get":
        refusals += [HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.UNSUPPORTED_MEDIA_TYPE]
    if method not in {"get", "options"}:
        refusals += [
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.REQUEST_TIMEOUT,
            HTTPStatus.CONFLICT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        ]
    return sorted(set(refusals))
