"""Default deny, at the door: every route names the act that it takes, or is listed as open here."""

from collections.abc import Iterator

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.access import May, may
from api.app import create_app
from api.settings import Settings
from dispatch.access import Act

OPEN = {
    "GET /": "the page, which asks to sign in",
    "GET /wall": "the same, for the wall of a command room",
    "GET /planner": "the same page, for whoever draws plans",
    "GET /layers": "the same, for GIS staff",
    "GET /leader": "the same, for leaders",
    "GET /sign-in": "the page that asks who is there",
    "GET /sign-in.js": "its script",
    "GET /sign-in.css": "its style",
    "GET /sign-in.svg": "its mark",
    "GET /account": "the page of one's own account, which asks to sign in",
    "GET /account.js": "its script",
    "GET /session.js": "what both pages share",
    "POST /api/v1/session": "whoever signs in has no session yet",
    "GET /api/v1/session/provider": "the same, for the button on the page",
    "GET /api/v1/session/provider/begin": "the same, on the way to the identity provider",
    "GET /api/v1/session/provider/return": "the same, on the way back",
    "MOUNT /assets": "scripts, styles and icons of the page",
    "GET /api/v1/public/city": "whoever reports without an account sees a map",
    "GET /api/v1/public/backdrop": "the same",
    "GET /api/v1/public/tiles/{zoom}/{column}/{row}.mvt": "the same",
    "GET /api/v1/public/places": "the same, and finds a place on it by its name",
    "GET /api/v1/public/matters": "the same, and finds what the matter is called",
    "GET /api/v1/public/nearby": "kind, distance and age of reports, so that none is made twice",
    "POST /api/v1/public/reports": "no account is needed for a report; how often is limited",
    "GET /api/v1/public/reports/{receipt}": "whoever has the secret of its receipt",
    "POST /api/v1/public/reports/{receipt}/photos": "the same",
    "POST /api/v1/public/reports/{receipt}/rating": "the same",
    "POST /intake/hotline": "whoever signs with the secret that the hotline shares",
    "GET /open311/v2/discovery.{form}": "Open311 is public: what may be reported is no secret",
    "GET /open311/v2/services.{form}": "the same",
    "GET /open311/v2/services/{code}.{form}": "the same",
    "GET /open311/v2/requests.{form}": "without a key roughly, and nothing that was said",
    "GET /open311/v2/requests/{number}.{form}": "the same",
    "GET /open311/v2/tokens/{token}.{form}": "the same",
    "GET /report": "the page on which one reports without an account",
    "GET /officer": "the page, which asks to sign in",
    "GET /officer-keeper.js": "what keeps that page on the phone; it says nothing of the city",
    "GET /openapi.json": "what may be asked is no secret",
    "GET /healthz": "whether the process lives",
    "GET /readyz": "whether it should be sent work",
}
"""Routes that anybody may ask, and why."""

NAMED = {
    "/api/v1/users/{name}": "`api.routes.users` looks among one's own",
    "/api/v1/users/{name}/link": "the same",
    "/api/v1/api-keys/{number}": "`api.routes.api_keys` looks among one's own",
    "/api/v1/deadlines/{number}": "`api.routes.deadlines` asks for sight of its incident",
    "/api/v1/closures/{number}": "closed streets are everybody's to see; who may lift one is asked",
    "/api/v1/automation/zones/{zone}": "`api.routes.automation` looks among the zones one sees",
    "/api/v1/channels/{name}/test": "channels are the operator's, whoever belongs where",
    "/api/v1/units/{code}": "that there is a unit is no secret; its numbers are masked",
    "/api/v1/reports/indicators/{code}/cases": "cases of the areas that one sees, and no others",
    "/api/v1/layers/{kind}/published": "the map is everybody's",
    "/api/v1/layers/{kind}/export": "whoever sees the whole city, which is asked first",
    "/api/v1/layers/{number}": "drafts are whoever's who sees the whole city, which is asked first",
    "/api/v1/layers/{number}/findings": "the same",
    "/api/v1/layers/{number}/review": "the same",
    "/api/v1/layers/{number}/fixes": "the same",
    "/api/v1/city/versions/planned/{number}": "the same",
    "/api/v1/layers/{number}/report": "the same",
    "/api/v1/plans/{number}": "plans are whoever's who sees the whole city, which is asked first",
    "/api/v1/plans/{number}/edits": "the same",
    "/api/v1/plans/{number}/undo": "the same",
    "/api/v1/plans/{number}/redo": "the same",
    "/api/v1/plans/{number}/rebase": "the same",
    "/api/v1/plans/{number}/gate": "the same",
    "/api/v1/plans/{number}/evaluation": "the same",
    "/api/v1/plans/{number}/handover": "the same",
    "/api/v1/plans/{number}/figures": "the same",
    "/api/v1/plans/{number}/publications": "the same",
    "/api/v1/simulations/{number}": "the same",
    "/api/v1/simulations/{number}/playback": "the same",
    "/api/v1/proposals/{number}": "the same",
    "/ogc/collections/{name}": "`api.ogc.collections` offers whoever asks what they may see",
    "/ogc/collections/{name}/items": "the same, and in it what lies within their sight",
    "/ogc/collections/{name}/items/{feature:path}": "the same",
    "/ogc/collections/{name}/tiles": "the same",
    "/ogc/collections/{name}/tiles/{matrix}": "the same",
    "/ogc/collections/{name}/tiles/{matrix}/{zoom}/{row}/{column}": "the same",
    "/ogc/tiles/{matrix}": "ways to cut the world into tiles are no secret",
    "/ogc/tiles/{matrix}/{zoom}/{row}/{column}": "of collections, which are asked for as above",
    "/ogc/tileMatrixSets/{matrix}": "ways to cut the world into tiles are no secret",
    "/open311/v2/discovery.{form}": "what may be reported is no secret",
    "/open311/v2/services.{form}": "the same",
    "/open311/v2/services/{code}.{form}": "the same",
    "/open311/v2/requests.{form}": "one's own, or what lies within sight, or roughly",
    "/open311/v2/requests/{number}.{form}": "the same",
    "/open311/v2/tokens/{token}.{form}": "the same",
    "/api/v1/public/tiles/{zoom}/{column}/{row}.mvt": "the map is everybody's",
    "/api/v1/public/reports/{receipt}": "whoever has the secret of its receipt",
    "/api/v1/public/reports/{receipt}/photos": "the same",
    "/api/v1/public/reports/{receipt}/rating": "the same",
    "/api/v1/position-sources/{code}": "whoever sees the whole city, which is asked first",
    "/intake/osmand/{key}": "the key of whoever asks",
    "/tiles/roads/": "the map is everybody's",
}
"""Addresses that name a thing without a `Thing` in the rule of their route, and why."""


def test_every_address_that_names_something_says_what():
    assert not naming_nothing(flat(create_app(Settings()).routes))


def test_an_address_that_names_something_and_does_not_say_what_is_caught():
    router = APIRouter(dependencies=[Depends(may(Act.SEE_INCIDENTS))])
    router.add_api_route("/api/v1/secrets/{number}", lambda: "one of them")
    assert naming_nothing(flat(router.routes)) == ["/api/v1/secrets/{number}"]


def naming_nothing(routes: list[BaseRoute]) -> list[str]:
    """Paths with a name in them, whose rules name no kind of thing and that stand in no list."""
    return [
        route.path
        for route in routes
        if isinstance(route, APIRoute) and "{" in route.path
        if not any(rule.of for rule in _rules(route.dependant))
        and not (route.path in NAMED or route.path.startswith(tuple(NAMED)[-1]))
    ]


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
        yield from (rule.act for rule in _rules(route.dependant))


def _rules(dependant: Dependant) -> Iterator[May]:
    if isinstance(dependant.call, May):
        yield dependant.call
    for below in dependant.dependencies:
        yield from _rules(below)
