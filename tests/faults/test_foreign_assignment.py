"""Somebody of the next town tries another's assignment by its number: not there, and unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from secrets import token_hex

import pytest
from faults.running_server import Caller, RunningServer, running
from faults.towns import embedded_copy
from spec.served_town import RIVER
from spec.sibling_towns import EAST_JUNCTION, WEST_JUNCTION, write_sibling_towns
from sqlalchemy import select

from api.clock import system_clock
from dispatch.access import Role
from dispatch.account import Account, CredentialKind
from dispatch.store.accounts import add_account
from dispatch.store.credentials import add_credential
from dispatch.store.engine import Store, open_store
from dispatch.store.ledger_tables import AUDIT
from dispatch.store.order_tables import ASSIGNMENTS
from dispatch.store.tables import INCIDENTS

ATTEMPTS = {
    "ask": ("GET", "assignments/{assignment}", None),
    "release": ("POST", "assignments/{assignment}/release", {"outcome": "done"}),
    "arrive": ("POST", "assignments/{assignment}/arrival", {}),
    "acknowledge": ("POST", "incidents/{incident}/transitions", {"to": "acknowledged"}),
    "call off": ("POST", "assignments", {"suggestion": "{own}", "calls_off": "{assignment}"}),
    "reinforce": (
        "POST",
        "assignments",
        {"suggestion": "{placed}", "incident": "{incident}", "unit": "KW"},
    ),
    "look for crews": ("POST", "suggestions/{suggestion}/diversions", {}),
}
MAY = {
    "ask": {"dispatcher", "planner", "officer", "auditor", "leader", "admin"},
    "release": {"dispatcher", "officer", "admin"},
    "arrive": {"dispatcher", "officer", "admin"},
    "acknowledge": {"dispatcher", "officer", "leader", "admin"},
    "call off": {"dispatcher", "admin"},
    "reinforce": {"dispatcher", "admin"},
    "look for crews": {"dispatcher", "planner", "leader", "admin"},
}
"""Whose role would do it at home; any other is denied before anything is looked up."""

IN_THE_BODY = {"call off", "reinforce"}
"""What a body names and is not there is refused as an unknown name."""


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """A running server, its store, and the tokens of a person of each role in the western town."""
    folder = tmp_path_factory.mktemp("towns")
    copies = tmp_path_factory.mktemp("attacked")
    url = embedded_copy(write_sibling_towns(folder), copies)
    tokens = westerners(url)
    with running(url, copies) as server:
        with server.caller() as whole, Caller(server.port, token=tokens["dispatcher"]) as west:
            names = {**eastern(whole), **western(west)}
        with closing(open_store(url)) as store:
            yield server, store, tokens | names


Names = dict[str, str]
Attacked = tuple[RunningServer, Store, Names]


def westerners(url: str) -> Names:
    """An account of each role in the western town, signed in."""
    tokens, now = {str(role): token_hex(16) for role in Role}, system_clock()
    with closing(open_store(url)) as store, store.session() as session:
        for role in Role:
            officer = "KWa" if role == Role.OFFICER else None
            account = Account(f"west-{role}", frozenset({role}), frozenset({"TW"}), officer=officer)
            add_account(session, account)
            what = {"account": account.name, "kind": CredentialKind.SESSION}
            add_credential(session, tokens[role], **what, now=now, until=None)
        session.commit()
    return tokens


def eastern(caller: Caller) -> Names:
    """A crew under way in the eastern town."""
    body = {"lon_lat": RIVER.lon_lat[EAST_JUNCTION], "matters": ["H1"]}
    incident = caller.post("/api/v1/incidents", body).body["id"]
    suggestion = caller.post(f"/api/v1/incidents/{incident}/suggestions", {}).body
    taken = {"suggestion": suggestion["id"], "unit": "KE", "reason": "knows_the_case", "note": "x"}
    made = caller.post("/api/v1/assignments", taken)
    assert made.status == 201, made.body
    numbers = {"incident": incident, "suggestion": suggestion["id"]}
    return numbers | {"assignment": made.body["id"]}


def western(caller: Caller) -> Names:
    """Suggestions of the western town's own: for an incident, and for a place alone."""
    place = {"lon_lat": RIVER.lon_lat[WEST_JUNCTION], "matters": ["H1"]}
    incident = caller.post("/api/v1/incidents", place).body["id"]
    own = caller.post(f"/api/v1/incidents/{incident}/suggestions", {}).body["id"]
    placed = caller.post("/api/v1/suggestions", place).body["id"]
    return {"own": own, "placed": placed}


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("role", Role)
def test_a_foreign_assignment_is_not_there_and_stays_as_it_is(attacked, role, attempt):
    """Seen to fail for `reinforce` before the incident that a body names was looked up."""
    server, store, names = attacked
    method, path, body = ATTEMPTS[attempt]
    filled = {key: value.format(**names) for key, value in (body or {}).items()}
    before = everything(store)
    with Caller(server.port, token=names[role]) as caller:
        answer = caller.ask(method, f"/api/v1/{path.format(**names)}", filled if body else None)
    if role not in MAY[attempt]:
        assert (answer.status, answer.body["code"]) == (403, "forbidden"), answer.body
        assert "may not do this" in answer.body["en"]
    elif attempt in IN_THE_BODY:
        assert (answer.status, answer.body["code"]) == (422, "unknown_name"), answer.body
    else:
        assert (answer.status, answer.body["code"]) == (404, "not_found"), answer.body
    assert everything(store) == before


def test_its_own_room_may(attacked):
    """The same requests are answered where they come from the room above both towns."""
    server, _, names = attacked
    with server.caller() as whole:
        path = f"/api/v1/assignments/{names['assignment']}"
        assert whole.get(path).status == 200
        assert whole.post(f"{path}/release", {"outcome": "done"}).status == 200


def everything(store: Store) -> list[object]:
    """Assignments with all of their columns, incidents, and what the audit says was done."""
    with store.reading() as session:
        tables = (ASSIGNMENTS, INCIDENTS, AUDIT)
        return [session.execute(select(table).order_by(table.c.fid)).all() for table in tables]
