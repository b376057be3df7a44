"""Every door that changes something honours `Idempotency-Key`, or says here why not."""

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from test_routes_have_rules import flat

from api.app import create_app
from api.idempotency import effect_of, effect_of_anybody
from api.settings import Settings

CHANGING = {"POST", "PATCH", "DELETE"}
"""What is put is the same when it is put twice."""

UNKEYED = {
    "/api/v1/positions": "officer or device and fix time make a fix known again",
    "/intake/traccar": "the same",
    "/intake/osmand": "the same",
    "/intake/owntracks": "the same",
    "/intake/jt808": "the same",
    "/api/v1/position-sources": "what was entered is taken out once",
    "/api/v1/suggestions/batch": "nothing is kept",
    "/api/v1/suggestions/{number}/diversions": "nothing is kept",
    "/api/v1/suggestions/{number}/replay": "nothing is kept",
    "/api/v1/joint-operations": "nothing is kept",
    "/api/v1/layers/preview": "nothing is kept",
    "/api/v1/plans/{number}/figures": "nothing is kept",
    "/api/v1/whistles/escalations": "a call goes up once, however often somebody looks",
    "/api/v1/session": "the answer is a secret, which is kept nowhere",
    "/api/v1/users": "the same",
    "/api/v1/handovers/{number}/signature": "a shift is taken over once",
    "/api/v1/api-keys": "the same",
}


def test_every_door_that_changes_something_is_keyed_or_named():
    assert not [path for path in unkeyed() if not path.startswith(tuple(UNKEYED))]


def test_nothing_is_named_that_is_keyed_or_gone():
    paths = unkeyed()
    assert [name for name in UNKEYED if not any(path.startswith(name) for path in paths)] == []


def unkeyed() -> list[str]:
    routes = [route for route in flat(create_app(Settings()).routes) if isinstance(route, APIRoute)]
    return [
        route.path
        for route in routes
        if route.methods & CHANGING and not takes_effect(route.dependant)
    ]


def takes_effect(dependant: Dependant) -> bool:
    ours = dependant.call is effect_of or dependant.call is effect_of_anybody
    return ours or any(map(takes_effect, dependant.dependencies))
