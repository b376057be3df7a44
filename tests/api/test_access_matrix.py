"""Every route for every role: whom each door lets in, by a table written out here."""

import re

import pytest
from demo_service import client_of, copy_of
from fastapi.testclient import TestClient

from dispatch.access import Role

EVERYBODY = set(Role)
INSIDE = EVERYBODY - {Role.REPORTER}
D, P, G, O, R, A, L, X = (  # noqa: E741 -- O is the officers' column
    Role.DISPATCHER,
    Role.PLANNER,
    Role.GIS,
    Role.OFFICER,
    Role.REPORTER,
    Role.AUDITOR,
    Role.LEADER,
    Role.ADMIN,
)
EXPECTED = [
    (r"POST /api/v1/session", None),
    (r"GET /api/v1/session/provider.*", None),
    (r"GET /(healthz|readyz)", None),
    (r"\w+ /api/v1/public/.*", None),
    (r"GET /open311/.*", None),
    (r"POST /open311/.*", {D, O, R, L, X}),
    (r"POST /intake/hotline", None),
    (r"\w+ /api/v1/hotline/.*", {D, L, X}),
    (r"POST /api/v1/findings", {D, O, R, L, X}),
    (r"\w+ /api/v1/session.*", EVERYBODY),
    (r"\w+ /api/v1/(users|api-keys).*", {X}),
    (r"GET /api/v1/audit.*", {A}),
    (r"\w+ /api/v1/messages.*", {X}),
    (r"\w+ /api/v1/channels.*", {X}),
    (r"\w+ /api/v1/calls.*", {D}),
    (r"GET /api/v1/contacts/\{person\}", {D}),
    (r"\w+ /api/v1/contacts.*", {X}),
    (r"GET /api/v1/(city|domains|matters|places|places/at)", EVERYBODY),
    (r"GET /api/v1/layers/coverage/now", {D, P, G, L, X}),
    (r"GET /(api/v1/layers/\{kind\}/published|tiles/.*)", EVERYBODY),
    (r"(GET|OPTIONS) /ogc/.*", EVERYBODY),
    (r"(POST|PUT|PATCH|DELETE) /ogc/.*", {G, X}),
    (r"\w+ /api/v1/(layers|city/versions|city/checklist).*", {G, X}),
    (r"GET /api/v1/(plans|simulations|proposals).*", {P, G, A, L, X}),
    (r"\w+ /api/v1/(plans|simulations|proposals).*", {P, X}),
    (r"GET /api/v1/units/\{code\}/reach", {D, O, L, X}),
    (r"GET /api/v1/(units|officers|policies)(/\{code\})?", INSIDE),
    (r"PUT /api/v1/policies/.*", {D, X}),
    (r"GET /api/v1/automation", {D, P, O, A, L, X}),
    (r"PUT /api/v1/automation/.*", {D, X}),
    (r"GET /api/v1/(events)", INSIDE),
    (r"GET /api/v1/closures.*", INSIDE),
    (r"\w+ /api/v1/closures.*", {D, G, X}),
    (r"GET /api/v1/(coverage.*|move-ups)", {D, P, G, L, X}),
    (r"POST /api/v1/joint-operations", {D, P, L, X}),
    (r"GET /api/v1/positions", {D, O, L, X}),
    (r"POST /api/v1/positions", {D, O, X}),
    (r"\w+ /intake/(traccar|osmand|owntracks|jt808).*", {D, O, X}),
    (r"\w+ /api/v1/(devices.*|positions/refused)", {D, X}),
    (r"\w+ /api/v1/position-sources.*", {X}),
    (r"GET /api/v1/(duty|officers/\{officer\}/duty)", {D, P, O, A, L, X}),
    (r"PUT /api/v1/officers/.*", {D, O, X}),
    (r"GET /api/v1/officers/me/.*", {D, O, X}),
    (r"GET /api/v1/incidents/\{number\}/attachments/\{attachment\}", {D, O, L, X}),
    (r"GET /api/v1/handovers/present", {D, X}),
    (r"GET /api/v1/handovers.*", {D, P, A, L, X}),
    (r"POST /api/v1/handovers.*", {D, X}),
    (r"POST /api/v1/reports/(\{number\}/signatures|appeals/\{number\}/ruling)", {L}),
    (r"POST /api/v1/reports.*", {D, L, X}),
    (r"GET /api/v1/reports.*", {D, P, A, L, X}),
    (r"GET /api/v1/whistles.*", {D, P, A, L, X}),
    (r"POST /api/v1/whistles.*", {D, X}),
    (r"GET /api/v1/assignments.*", {D, P, O, A, L, X}),
    (r"POST /api/v1/assignments", {D, X}),
    (r"POST /api/v1/assignments/.*", {D, O, X}),
    (r"\w+ /api/v1/suggestions/\{number\}/(replay|why-not/.*)", {D, P, O, A, L, X}),
    (r"GET /api/v1/suggestions/.*", {D, P, O, A, L, X}),
    (r"POST /api/v1/suggestions.*", {D, P, L, X}),
    (r"POST /api/v1/incidents", {D, O, R, L, X}),
    (r"POST /api/v1/incidents/\{number\}/suggestions", {D, P, L, X}),
    (r"GET /api/v1/incidents/\{number\}/progress", {D, R, L, X}),
    (r"POST /api/v1/incidents/\{number\}/rating", {D, R, L, X}),
    (r"(POST|PATCH) /api/v1/incidents/\{number\}.*", {D, O, L, X}),
    (r"GET /api/v1/(incidents|deadlines).*", {D, P, O, A, L, X}),
    (r"GET /metrics", None),
]
"""The first line that fits a route says which roles may; None is open to all."""


@pytest.fixture(scope="module")
def client(small_store, tmp_path_factory):
    with client_of(copy_of(small_store, tmp_path_factory.mktemp("matrix"))) as client:
        del client.headers["authorization"]
        yield client


def routes(client: TestClient) -> list[str]:
    paths = client.get("/openapi.json").json()["paths"]
    return [f"{verb.upper()} {path}" for path, verbs in paths.items() for verb in verbs]


def expected(route: str) -> set[Role] | None:
    fits = [roles for pattern, roles in EXPECTED if re.fullmatch(pattern, route)]
    assert fits, f"{route} stands in no line of the table."
    return fits[0]


def ask(client: TestClient, route: str, role: Role | None):
    """Ask with a body and with names that nothing has, so that nothing is changed."""
    method, path = route.split(" ")
    headers = {} if role is None else {"authorization": f"Bearer demo-{role}"}
    named = re.sub(r"\{(zoom|column|row)\}", "99", path)
    named = re.sub(r"\{[^}]*\}", "none", named)
    body = {} if method == "GET" else {"content": b"["}
    return client.request(method, named, headers=headers, **body)


def test_every_cell_of_the_table(client):
    """Whoever may is refused for what was sent, if at all, and never for who asks."""
    wrong, cells = [], 0
    for route in routes(client):
        able = expected(route)
        if able is None or route == "GET /api/v1/events":
            continue
        for role in (None, *Role):
            answer = ask(client, route, role)
            cells += 1
            if role is None:
                # Open311 refuses a key that is missing as one that is wrong
                right = answer.status_code == (403 if "/open311/" in route else 401)
            else:
                denied = answer.status_code == 403 and "may not do this (" in answer.text
                right = denied != (role in able) and answer.status_code != 401
            if not right:
                wrong.append((route, role, answer.status_code, answer.text[:120]))
    assert not wrong
    assert cells > 9 * 50


def test_every_refusal_is_a_problem_in_both_languages(client):
    for role, code in ((None, "unauthorized"), (Role.REPORTER, "forbidden")):
        answer = ask(client, "GET /api/v1/incidents", role)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == code
        assert answer.json()["zh"]
        assert answer.json()["en"]


def test_events_are_closed_to_whoever_has_no_credentials_and_to_reporters(client):
    assert ask(client, "GET /api/v1/events", None).status_code == 401
    assert ask(client, "GET /api/v1/events", Role.REPORTER).status_code == 403
