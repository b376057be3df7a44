"""
Every route for every role in every place: own, below, whole city, sibling, above, and nowhere.

The table is written out by hand from `docs/access.md`, as what somebody is answered who has the
role that a route takes.  West and East are towns beside each other in the city C.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from fastapi.testclient import TestClient
from spec.served_town import RIVER, MovedClock, copy_town, served
from spec.sibling_towns import EAST_JUNCTION, WEST_JUNCTION, write_sibling_towns

from api.earshot import Earshot
from api.event_feed import opening_for
from api.secret import draw_secret
from dispatch.access import Person, Role
from dispatch.account import Account, CredentialKind
from dispatch.city import City
from dispatch.notify import PHONE, MessageState
from dispatch.store.accounts import add_account
from dispatch.store.credentials import add_credential
from dispatch.store.ledger import post
from dispatch.store.letters import add_letter
from dispatch.store.outbox import list_messages
from geo.remark import Remark
from tests.api.test_access_matrix import expected as roles_of
from tests.api.test_access_matrix import routes
from tests.api.test_events import read

PLACES = {
    "own": ("TW", "west"),
    "below": ("C", "west"),
    "whole": ("C", "city"),
    "sibling": ("TW", "east"),
    "above": ("TW", "city"),
    "nowhere": (None, "west"),
}
"""Where somebody belongs, and whose the thing is that they ask for."""

SEEN = {"own", "below", "whole"}
TABLE = [
    # route, what its address names, what those are answered who don't see it
    (r"\w+ /incidents/\{number\}.*", "incident", 404),
    (r"\w+ /suggestions/\{number\}.*", "suggestion", 404),
    (r"\w+ /assignments/\{number\}.*", "assignment", 404),
    (r"\w+ /whistles/\{number\}.*", "whistle", 404),
    (r"GET /deadlines/\{number\}", "deadline", 404),
    (r"\w+ /messages/\{number\}.*", "message", 404),
    (r"\w+ /calls/\{number\}.*", "call", 404),
    (r"\w+ /contacts/\{person\}", "contact", 404),
    (r"\w+ /channels.*", None, None),
    (r"GET /(calls|contacts)", None, None),
    (r"\w+ /handovers/\{number\}.*", "handover", 404),
    (r"\w+ /reports/\{number\}.*", "report", 404),
    (r"POST /reports/appeals/\{number\}/ruling", "appeal", 404),
    (r"\w+ /handovers(/present)?", None, None),
    (r"\w+ /officers/\{officer\}/duty", "officer", 404),
    (r"GET /units/\{code\}/reach", "unit", 404),
    (r"PUT /policies/centres/\{area\}", "area", 404),
    (r"\w+ /users/\{name\}.*", "user", 404),
    (r"DELETE /api-keys/\{number\}", "key", 404),
    (r"DELETE /closures/\{number\}", "closure", 403),
    # the same for everybody whose role it is, wherever they belong
    (r"GET /reports/shadow", None, 403),
    (r"GET /(units/\{code\}|closures/\{number\}|layers/\{kind\}/published)", None, None),
    (
        r"(GET|DELETE) /(layers(/\{number\}.*|/\{kind\}/export)?|city/versions.*|city/checklist)",
        None,
        403,
    ),
    (r"POST /(city/versions/rollback|layers/\{number\}/fixes)", None, 403),
    (r"(GET|DELETE) /(plans|simulations|proposals).*", None, 403),
    (r"POST /plans/(rollback|\{number\}/(undo|redo|rebase))", None, 403),
    (r"GET /(city|domains|matters|places|places/at|units|officers|policies|closures)", None, None),
    (r"GET /(reports/overrides|assignments/reasons|audit.*)", None, None),
    (r"GET /reports/indicators.*", None, None),
    (r"GET /(reports/automation|automation|hotline/mappings)", None, None),
    (r"PUT /automation/zones/\{zone\}", "zone", 404),
    (r"POST /(findings|hotline/orders)", None, None),
    (r"(GET|POST) /reports", None, None),
    (r"POST /whistles/escalations", None, None),
    # lists, of which everybody sees a part: see the second table
    (
        r"GET /(incidents|assignments|whistles|deadlines|positions|duty|users|api-keys|messages)",
        None,
        None,
    ),
    (r"GET /(coverage|coverage/marks|layers/coverage/now|move-ups)", None, None),
    (r"GET /(devices|devices/terms|positions/refused)", None, None),
    (r"\w+ /position-sources.*", None, 403),
    (r"\w+ /intake/(traccar|osmand|owntracks|jt808).*", None, None),
    # what is named stands in the body, which is looked at first: see `test_sight`
    (
        r"POST /(suggestions|suggestions/batch|joint-operations|incidents|closures|layers)",
        None,
        None,
    ),
    (r"POST /(assignments|whistles|positions|users|api-keys|devices)", None, None),
    (r"POST /layers(/preview|/\{number\}/review)?", None, None),
    (r"POST /city/versions(/planned)?", None, None),
    (r"POST /(plans|simulations|plans/\{number\}/(edits|publications|figures))", None, None),
    (r"POST /proposals", None, None),
]
"""The first line that fits a route; `None` for whoever is let through everywhere."""

NOT_OF_PLACES = re.compile(
    r"\w+ (/api/v1/(session|public|officers/me).*|/healthz|/readyz|/metrics"
    r"|/tiles/.*|/ogc/.*|.*/events|/open311/.*|/intake/hotline)"
)
"""
What is one's own, the process's, or the map that everybody has; `test_live` hears the stream, and
`tests/ogc/test_collections.py` looks who sees what of the layers.
"""

LISTS = {
    "incidents": ("id", "incident"),
    "assignments": ("id", "assignment"),
    "whistles": ("id", "whistle"),
    "deadlines": ("incident", "incident"),
    "messages": ("about", "incident"),
    "calls": ("about", "incident"),
    "handovers": ("id", "handover"),
    "reports": ("id", "report"),
    "positions": ("officer", "officer"),
    "duty": ("officer", "officer"),
    "users": ("name", "user"),
    "api-keys": ("account", "user"),
}
"""Lists, the field that says what a row is of, and of which kind that is."""


@dataclass
class Towns:
    """The served city, who asks, and what there is to be asked for."""

    client: TestClient
    tokens: dict[tuple[Role, str | None], str] = field(default_factory=dict)
    things: dict[tuple[str, str], str] = field(default_factory=dict)

    def ask(self, route: str, role: Role, area: str | None, named: str | None):
        """Ask with a body that changes nothing of what matters here."""
        method, path = route.split(" ")
        filled = re.sub(r"\{unit\}", "KW", path)
        filled = re.sub(r"\{kind\}", "zones", filled)
        filled = re.sub(r"\{[^}]*\}", named or "1", filled)
        sent = {"rating": 5} if path.endswith("/rating") else {}
        body = {} if method in {"GET", "DELETE"} else {"json": sent}
        filled += "?policy=nearest" if path.endswith("/shadow") else ""
        filled += "?format=csv" if path.endswith("/export") else ""
        return self.client.request(method, filled, headers=self.headers(role, area), **body)

    def headers(self, role: Role, area: str | None = None) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens[role, area]}"}

    def thing(self, kind: str, side: str) -> str | None:
        """The id of a thing on one side; those that are ended by asking are made anew."""
        made = {"key": self.new_key, "closure": self.new_closure}.get(kind)
        return made(side) if made else self.things.get((kind, side))

    def new_key(self, side: str) -> str:
        body = {"account": self.things["user", side], "label": "gateway"}
        made = self.client.post(
            "/api/v1/api-keys", json=body, headers=self.headers(Role.ADMIN, "C")
        )
        return str(made.json()["number"])

    def new_closure(self, side: str) -> str | None:
        """A closed street of a town; those of the whole city are whoever's they touch."""
        if side == "city":
            return None
        lon, lat = RIVER.lon_lat[WEST_JUNCTION if side == "west" else EAST_JUNCTION]
        ring = [[lon + 1e-4, lat + 1e-4], [lon + 2e-4, lat + 1e-4], [lon + 1e-4, lat + 2e-4]]
        body = {"geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}}
        made = self.client.post("/api/v1/closures", json=body, headers=self.headers(Role.GIS, "C"))
        assert made.status_code == 201, made.text
        return made.json()["id"]

    def all_of(self, kind: str, side: str) -> set[str]:
        return {name for (of, where), name in self.things.items() if (of, where) == (kind, side)}


@pytest.fixture(scope="module")
def towns(tmp_path_factory) -> Iterator[Towns]:
    store = write_sibling_towns(tmp_path_factory.mktemp("towns"))
    with served(copy_town(store, tmp_path_factory.mktemp("matrix")), MovedClock()) as client:
        towns = Towns(client)
        let_in_everybody(towns)
        fill(towns)
        yield towns


def let_in_everybody(towns: Towns) -> None:
    """An account of each role in the western town, in the city, and in no area."""
    service = towns.client.app.state.service
    with service.store.session() as session:
        for role in Role:
            for area in ("TW", "C", "TE", None):
                name = f"{role}-{area}"
                areas = frozenset() if area is None else frozenset({area})
                officer = "KWa" if role == Role.OFFICER and area in {"TW", "C"} else None
                add_account(session, Account(name, frozenset({role}), areas, officer=officer))
                secret = towns.tokens[role, area] = draw_secret()
                end = {"now": service.clock(), "until": None}
                add_credential(session, secret, account=name, kind=CredentialKind.SESSION, **end)
        session.commit()


def fill(towns: Towns) -> None:
    """An incident in each town with all that hangs on it, and what needs no incident."""
    for side, at, town in (("west", WEST_JUNCTION, "TW"), ("east", EAST_JUNCTION, "TE")):
        headers = towns.headers(Role.DISPATCHER, town)

        def made(path: str, body: object, headers: object = headers) -> dict:
            answer = towns.client.post(f"/api/v1/{path}", json=body, headers=headers)
            assert answer.is_success, answer.text
            return answer.json()

        incident = made("incidents", {"lon_lat": RIVER.lon_lat[at], "matters": ["H1"]})["id"]
        suggestion = made(f"incidents/{incident}/suggestions", {})
        first = {"suggestion": suggestion["id"], "rank": 1}
        kind = suggestion["proposals"][0]["kind"]
        assignment = made("assignments", first | {"kind": kind})["id"]
        of_it = {"params": {"incident": incident}, "headers": headers}
        deadlines = towns.client.get("/api/v1/deadlines", **of_it).json()["items"]
        report = made("reports", {"kind": "consultation"})["id"]
        objection = {"figure": "open", "reason": "?"}
        towns.things |= {
            ("report", side): report,
            ("appeal", side): made(f"reports/{report}/appeals", objection)["id"],
            ("incident", side): incident,
            ("suggestion", side): suggestion["id"],
            ("assignment", side): assignment,
            ("deadline", side): str(deadlines[0]["id"]),
            ("message", side): posted(towns, incident),
            ("call", side): to_be_called(towns, incident, f"K{side[0].upper()}"),
            ("contact", side): f"officer:K{side[0].upper()}a",
            ("handover", side): made("handovers", {})["id"],
            ("whistle", side): made("whistles", {"incident": incident, "by": town})["id"],
            ("officer", side): f"K{side[0].upper()}a",
            ("unit", side): f"K{side[0].upper()}",
            ("area", side): town,
            ("zone", side): f"Z{side[0].upper()}",
            ("user", side): f"planner-{town}",
        }
    towns.things |= {
        ("officer", "city"): "KSa",
        ("contact", "city"): "officer:KSa",
        ("unit", "city"): "KS",
        ("area", "city"): "C",
        ("user", "city"): "planner-C",
    }


def posted(towns: Towns, incident: str) -> str:
    """A message to the outside about an incident."""
    service = towns.client.app.state.service
    with service.store.session() as session:
        said, to = Remark("try", "试。", "A try."), {"to": "room", "dedupe_key": f"try {incident}"}
        post(session, now=service.clock(), said=said, about=incident, **to)
        session.flush()
        [message] = list_messages(session, about=incident, limit=1)
        session.commit()
    return str(message.number)


def to_be_called(towns: Towns, incident: str, unit: str) -> str:
    """An entry of the list of people to be called about an incident."""
    service = towns.client.app.state.service
    with service.store.session() as session:
        [message] = [
            one
            for one in list_messages(session, about=incident, limit=99)
            if one.dedupe_key == f"try {incident}"
        ]
        add_letter(session, message, f"unit:{unit}", PHONE, from_at=service.clock())
        session.flush()
        [call] = list_messages(session, about=incident, state=MessageState.TO_CALL, limit=9)
        session.commit()
    return str(call.number)


def line_of(route: str) -> tuple[str | None, int | None]:
    plain = route.replace(" /api/v1", " ")
    fits = [(named, status) for pattern, named, status in TABLE if re.fullmatch(pattern, plain)]
    assert fits, f"{route} stands in no line of the table."
    return fits[0]


def wanted(named: str | None, status: int | None, place: str, role: Role) -> int | None:
    """Status that a cell must have; None for anybody who is let through."""
    if named is None:
        return status if status is None or PLACES[place][0] != "C" else None
    if role == Role.REPORTER:
        return 404  # it was somebody else who reported it
    return None if place in SEEN else status


def cells(towns: Towns) -> Iterator[tuple[str, Role, str]]:
    """Route, role and place of every cell in which the role may ask at all."""
    for route in routes(towns.client):
        able = None if NOT_OF_PLACES.fullmatch(route) else roles_of(route)
        for role in sorted(able or ()):
            yield from ((route, role, place) for place in PLACES)


def test_every_route_for_every_role_in_every_place(towns: Towns, count: Callable[..., int]):
    """Reduced to every seventh cell, which over the rows meets each role and each place."""
    wrong, asked = [], 0
    for number, (route, role, place) in enumerate(cells(towns)):
        named, status = line_of(route)
        if number % count(reduced=11, full=1):
            continue
        area, side = PLACES[place]
        name = None if named is None else towns.thing(named, side)
        if named is not None and name is None:
            continue  # nothing of this kind is the city's alone
        answer = towns.ask(route, role, area, name)
        want, asked = wanted(named, status, place, role), asked + 1
        let_through = answer.status_code not in {401, 403, 404} or named is None is want
        right = let_through if want is None else answer.status_code == want
        if not right:
            wrong.append((route, str(role), place, want, answer.status_code, answer.text[-160:]))
    assert not wrong
    assert asked > count(reduced=75, full=900)


def test_every_route_stands_in_the_table(towns: Towns):
    assert len(list(cells(towns))) > 1000
    for route, _, _ in cells(towns):
        assert line_of(route)


@pytest.mark.parametrize("path", LISTS)
def test_every_list_for_every_role_in_every_place(towns: Towns, path):
    """All of one's own is there, and nothing of a sibling's."""
    key, kind = LISTS[path]
    west, east = towns.all_of(kind, "west"), towns.all_of(kind, "east")
    if path == "api-keys":
        towns.new_key("west"), towns.new_key("east")
    for role in sorted(roles_of(f"GET /api/v1/{path}")):
        shown = {area: listed(towns, path, key, role, area) for area in ("TW", "TE", "C", None)}
        assert west <= shown["TW"], role
        assert not east & shown["TW"], role
        assert east <= shown["TE"], role
        assert not west & shown["TE"], role
        assert west | east <= shown["C"], role
        assert not (west | east) & shown[None], role


def listed(towns: Towns, path: str, key: str, role: Role, area: str | None) -> set[str]:
    query = {"limit": 1000}
    answer = towns.client.get(f"/api/v1/{path}", params=query, headers=towns.headers(role, area))
    assert answer.status_code == 200, answer.text
    return {row[key] for row in answer.json()["items"]}


@pytest.mark.parametrize("role", sorted(roles_of("GET /api/v1/coverage")))
def test_coverage_is_that_of_ones_own_ground(towns: Towns, role):
    zones = {"TW": {"ZW"}, "TE": {"ZE"}, "C": {"ZW", "ZE"}, None: set()}
    grids = {area: {code.replace("Z", "G") for code in own} for area, own in zones.items()}
    for area, own in zones.items():
        headers = towns.headers(role, area)
        said = towns.client.get("/api/v1/coverage", headers=headers).json()
        assert {zone["zone"] for zone in said["zones"]} == own
        points = {one["properties"]["point"] for one in said["layer"]["features"]}
        assert points == grids[area]
        assert said["points"] == len(points)
        marks = towns.client.get("/api/v1/coverage/marks", headers=headers).json()
        assert {zone["zone"] for zone in marks["zones"]} == own
        assert {*marks["uncovered"], *marks["by_one"]} <= grids[area]
        layer = towns.client.get("/api/v1/layers/coverage/now", headers=headers).json()
        codes = {one["properties"]["code"] for one in layer["features"]}
        assert codes == own | grids[area]
        moved = towns.client.get("/api/v1/move-ups", headers=headers)
        assert moved.status_code == 200, moved.text
        crews = {"TW": {"KW"}, "TE": {"KE", "KF"}, "C": {"KW", "KE", "KF"}, None: set()}[area]
        assert {move["crew"] for move in moved.json()["moves"]} <= crews


@pytest.mark.parametrize("role", sorted(roles_of("POST /api/v1/joint-operations")))
def test_a_joint_operation_tells_of_others_officers_crew_and_eta(towns: Towns, role):
    sites = [{"id": "gate", "lon_lat": RIVER.lon_lat[WEST_JUNCTION], "officers": 4}]
    told = {}
    for area in ("TW", "C"):
        answer = towns.client.post(
            "/api/v1/joint-operations", json={"sites": sites}, headers=towns.headers(role, area)
        )
        assert answer.status_code == 200, answer.text
        told[area] = answer.json()
    [party] = told["TW"]["parties"]
    assert len(party["officers"]) == 4
    assert all(one["eta_s"] >= 0 and one["unit"] for one in party["officers"])
    named = {one["unit"] for one in party["officers"] if one["officer"] is not None}
    assert named <= {"KW"}
    assert any(one["officer"] is None for one in party["officers"])
    assert {zone["zone"] for zone in told["TW"]["zones"]} == {"ZW"}
    assert all(one["officer"] for one in told["C"]["parties"][0]["officers"])
    assert {zone["zone"] for zone in told["C"]["zones"]} == {"ZW", "ZE"}


AREAS = ("TW", "TE", "C", None)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.REPORTER])
def test_live_coverage_is_that_of_ones_own_ground(towns: Towns, role):
    """The share that a page hears when it opens, and whether it hears of one at all."""
    service = towns.client.app.state.service
    may_see = role in roles_of("GET /api/v1/coverage")
    for area in AREAS:
        earshot = earshot_of(role, area, service.city)
        headers = towns.headers(role, area)
        over_http = towns.client.get("/api/v1/coverage", headers=headers).json()
        opened = [read(each) for each in opening_for(service, earshot, None).frames]
        heard = [said["share"] for kind, _, said in opened if kind == "coverage"]
        assert heard == ([over_http["share"]] if may_see else [])


def person_of(role: Role, area: str | None) -> Person:
    return Person("p", frozenset({role}), frozenset() if area is None else frozenset({area}))


def earshot_of(role: Role, area: str | None, city: City) -> Earshot:
    return Earshot.of(person_of(role, area), city)
