"""Default deny, at the door: every route names the act that it takes, or is listed as open here."""

from collections.abc import Iterator

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.access import May
from api.app import create_app
from api.settings import Settings
from dispatch.access import Act

OPEN = {
    "GET /": "the page, which asks to sign in",
    "GET /sign-in": "the page that asks who is there",
    "GET /sign-in.js": "its script",
    "GET /sign-in.css": "its style",
    "POST /api/v1/session": "whoever signs in has no session yet",
    "GET /api/v1/session/provider": "the same, for the button on the page",
    "GET /api/v1/session/provider/begin": "the same, on the way to the identity provider",
    "GET /api/v1/session/provider/return": "the same, on the way back",
    "MOUNT /assets": "scripts, styles and icons of the page",
    "GET /openapi.json": "what may be asked is no secret",
    "GET /healthz": "whether the process lives",
    "GET /readyz": "whether it should be sent work",
}
"""Routes that anybody may ask, and why."""


def test_every_route_has_a_rule_or_is_open_by_name():
    app = create_app(Settings())
    assert not without_rule(flat(app.routes))


def test_nothing_is_listed_as_open_that_is_not_there():
    assert not OPEN.keys() - set(names(flat(create_app(Settings()).routes)))


@pytest.mark.parametrize("plant", ["route", "mount"])
def test_a_planted_offender_is_caught(plant):
    app = create_app(Settings())
    if plant == "route":
        router = APIRouter()
        router.add_api_route("/api/v1/secrets", lambda: "all of them")
        app.include_router(router)
    else:
        app.mount("/secrets", FastAPI())
    assert [name.rpartition("/")[2] for name in without_rule(flat(app.routes))] == ["secrets"]


def test_every_act_that_a_route_takes_is_granted_to_somebody():
    taken = {act for route in flat(create_app(Settings()).routes) for act in acts(route)}
    assert len(taken) > 15
    assert taken <= set(Act)


def flat(routes: list[BaseRoute]) -> list[BaseRoute]:
    """Routes and, in place of every router that was included, those of the router."""
    return [
        inner
        for route in routes
        for inner in (
            flat(route.original_router.routes) if hasattr(route, "original_router") else [route]
        )
    ]


def without_rule(routes: list[BaseRoute]) -> list[str]:
    """Names of the routes that neither take an act nor stand in the list."""
    return [
        name
        for route in routes
        if not list(acts(route))
        for name in names([route])
        if name not in OPEN
    ]


def names(routes: list[BaseRoute]) -> Iterator[str]:
    """Method and path of every route."""
    for route in routes:
        methods = getattr(route, "methods", None) or {"MOUNT"}
        yield from (f"{method} {route.path}" for method in sorted(methods - {"HEAD"}))


def acts(route: BaseRoute) -> Iterator[Act]:
    """Acts that a route takes, by whatever dependency asks for them."""
    if isinstance(route, APIRoute):
        yield from _acts(route.dependant)


def _acts(dependant: Dependant) -> Iterator[Act]:
    if isinstance(dependant.call, May):
        yield dependant.call.act
    for below in dependant.dependencies:
        yield from _acts(below)
