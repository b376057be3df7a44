"""
Signing in by an identity provider: the way there and back, and everything that is refused.

Seen to fail with each of these guards taken out by itself: the end of a state, its second use, the
browser, the address and the issuer of the way back, a refusal by the provider; of the ID token
its issuer, audience, party, nonce, subject, expiry, signature, algorithm and length; the verifier
and its challenge; what is drawn anew for each; the provider's own name, new keys and TLS; a locked
account.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey
from open_id_provider import CLIENT, SECRET, OpenIdProvider, new_key, provided
from spec.served_town import MovedClock, copy_town, served, write_town
from store_servers import EMBEDDED_FIRST, TemporaryServer

from api.auth import COOKIE
from api.oidc import provider_of
from api.oidc_claims import LONGEST_NAME, claim_rules
from api.oidc_token import LONGEST
from api.routes.provider import BACK, BROWSER
from api.schemas_account import UserIn
from api.settings import Settings
from dispatch.access import Role
from geo.errors import BadValue

ADMIN = {"authorization": "Bearer demo-admin"}
AUDITOR = {"authorization": "Bearer demo-auditor"}
BEGIN = "/api/v1/session/provider/begin"
GOOD = "correct horse 7"
PAGE = {"accept": "text/html"}
SESSION = "/api/v1/session"
SUBJECT = "4711"


@pytest.fixture(scope="module")
def town_store(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"), crews={"K1": "1"})


@pytest.fixture(scope="module")
def provider():
    with provided() as provider:
        yield provider


@pytest.fixture(scope="module")
def clock():
    return MovedClock()


@contextmanager
def set_by_operator(provider: OpenIdProvider, **more: str) -> Iterator[None]:
    """Set where people sign in."""
    plain = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (plain | {"title": "市统一认证"} | more).items():
            patch.setenv(f"GRID_DISPATCH_OIDC_{name.upper()}", value)
        yield


@pytest.fixture(scope="module")
def shared(provider, clock) -> Iterator[Callable[[str], TestClient]]:
    """Give out one service of each store for all who are refused; li.na has an account there."""
    with ExitStack() as stack:

        @cache
        def open_once(url: str) -> TestClient:
            with set_by_operator(provider):
                client = stack.enter_context(opened(url, clock))
            member(client, "li.na", "dispatcher")
            return client

        yield open_once


@pytest.fixture(scope="module")
def embedded_url(town_store, tmp_path_factory) -> str:
    return f"sqlite:///{copy_town(town_store, tmp_path_factory.mktemp('shared'))}"


@pytest.fixture(scope="module")
def database_of() -> Callable[[TemporaryServer, Path], str]:
    """Make one database with a town, for all who ask."""
    return cache(lambda server, city: server.url(server.database_with(city)))


@pytest.fixture(params=EMBEDDED_FIRST)
def shared_url(request, town_store, embedded_url, database_of) -> str:
    """Address of the store that tests share, of each kind in turn."""
    if request.param == "embedded":
        return embedded_url
    server = request.getfixturevalue("postgresql")
    return database_of(server, town_store.parent / "city")


@pytest.fixture
def client(shared, shared_url, provider, clock):
    client = shared(shared_url)
    yield client
    client.cookies.clear()
    provider.token = None
    clock.now = MovedClock().now


@pytest.fixture
def own_client(provider, town_url, clock):
    """A service of the test's own."""
    with set_by_operator(provider), opened(town_url, clock) as client:
        yield client


@contextmanager
def opened(url: str, clock: MovedClock) -> Iterator[TestClient]:
    """The service as the settings have it, asked by a browser that shows each redirect."""
    with served(url, clock) as client:
        del client.headers["authorization"]
        client.follow_redirects = False
        client.told = set()
        yield client


def member(client: TestClient, name: str, *roles: str, **more: object) -> dict[str, Any]:
    body = {"name": name, "roles": roles, "areas": ["C"], "subject": SUBJECT} | more
    made = client.post("/api/v1/users", json=body, headers=ADMIN)
    assert made.status_code == 201, made.text
    return made.json()


def begun(client: TestClient) -> str:
    """Address at the provider to which a browser is sent."""
    sent = client.get(BEGIN)
    assert sent.status_code == 303, sent.text
    return sent.headers["location"]


def come_back(client: TestClient, brought: dict[str, str], **more: object):
    return client.get(BACK, params=brought, **more)


def who(client: TestClient) -> str | None:
    """Name of whoever is signed in by cookie."""
    answer = client.get(SESSION)
    return answer.json()["name"] if answer.status_code == 200 else None


def newest(client: TestClient, act: str) -> list[tuple[str, str, Any]]:
    """By whom and about what, and the detail, of all entries of one kind; the newest first."""
    query = {"act": act, "limit": 1000}
    page = client.get("/api/v1/audit", params=query, headers=AUDITOR).json()
    return [(one["by"], one["about"], one["detail"]) for one in page["items"]]


def test_somebody_signs_in_by_the_provider(client, provider, clock):
    assert client.get("/api/v1/session/provider").json() == {"title": "市统一认证"}
    back = come_back(client, provider.sign_in(begun(client), clock.now))
    assert (back.status_code, back.headers["location"]) == (303, "/sign-in")
    [cookie] = [one for one in back.headers.get_list("set-cookie") if one.startswith(COOKIE)]
    assert "httponly" in cookie.lower()
    assert "samesite=strict" in cookie.lower()
    assert who(client) == "li.na"
    assert newest(client, "signed_in")[0] == ("li.na", "li.na", {"how": "openid"})
    assert client.delete(SESSION).status_code == 204
    assert who(client) is None


def test_neither_secret_nor_verifier_passes_through_the_browser(client):
    sent = client.get(BEGIN)
    told = sent.headers["location"] + str(sent.headers.get_list("set-cookie"))
    assert "code_challenge=" in told
    assert "verifier" not in told
    assert SECRET not in told
    [cookie] = [one for one in sent.headers.get_list("set-cookie") if one.startswith(BROWSER)]
    assert {"httponly", "samesite=lax", f"path={BACK}"} <= set(cookie.lower().split("; "))


def test_every_sign_in_draws_secrets_of_its_own(client):
    drawn = set()
    for _ in range(2):
        asked = parse_qs(urlsplit(begun(client)).query)
        drawn |= {asked[name][0] for name in ("state", "nonce", "code_challenge")}
        drawn.add(client.cookies[BROWSER])
    assert len(drawn) == 8


REFUSED = {
    "issuer": ({"iss": "https://somebody.example"}, "iss", "issued by somebody else"),
    "audience": ({"aud": "another-service"}, "aud", "another service"),
    "party": ({"aud": [CLIENT, "x"], "azp": "x"}, "azp", "another service"),
    "no party": ({"aud": [CLIENT, "x"]}, "azp", "another service"),
    "run out": ({"exp": 1_700_000_000}, "exp", "run out"),
    "endless": ({"exp": None}, "exp", "lacks a sound exp"),
    "not yet": ({"nbf": 4_000_000_000}, "nbf", "lacks a sound nbf"),
    "tomorrow": ({"iat": 4_000_000_000}, "iat", "lacks a sound iat"),
    "nonce": ({"nonce": "of another sign-in"}, "nonce", "another sign-in"),
    "no nonce": ({"nonce": None}, "nonce", "another sign-in"),
    "nobody": ({"sub": None}, "sub", "lacks a sound sub"),
    "stranger": ({"sub": "4712"}, "unknown", "No account here is that of '4712'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_token_that_does_not_hold_is_refused(client, provider, clock, case):
    claims, why, sentence = REFUSED[case]
    back = come_back(client, provider.sign_in(begun(client), clock.now, **claims))
    refused(client, back, why, sentence)


def refused(client: TestClient, back, why: str, sentence: str) -> None:
    """One sentence, an entry in the audit that is the newest act of all, and no session."""
    assert (back.status_code, back.json()["code"]) == (401, "sign_in_refused"), back.text
    assert sentence in back.json()["en"]
    assert "统一身份认证" in back.json()["zh"]
    [last] = client.get("/api/v1/audit", params={"limit": 1}, headers=AUDITOR).json()["items"]
    assert (last["act"], last["detail"]) == ("sign_in_refused", {"why": why})
    assert last["seq"] not in client.told
    client.told.add(last["seq"])
    assert who(client) is None


def unsigned(claims: dict[str, Any]) -> str:
    parts = [{"alg": "none", "typ": "JWT"}, claims]
    texts = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in parts]
    return b".".join([*texts, b""]).decode()


def by_shared_secret(provider: OpenIdProvider, claims: dict[str, Any]) -> str:
    """Signed with what everybody knows, the public key, as if it were a shared secret."""
    public = OctKey.import_key(json.dumps(provider.keys[-1].as_dict(private=False)).encode())
    return jwt.encode({"alg": "HS256", "kid": provider.keys[-1].kid}, claims, public, ["HS256"])


def far_too_long(provider: OpenIdProvider, claims: dict[str, Any]) -> str:
    """Signed as it should be, and with more to read than anybody has to say."""
    key = provider.keys[-1]
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims | {"more": "x" * LONGEST}, key)


@pytest.mark.parametrize(
    ("forged", "why"),
    [
        (lambda _, claims: unsigned(claims), "alg"),
        (by_shared_secret, "alg"),
        (lambda *_: "no token at all", "token"),
        (lambda *_: "e30.e30.e30", "token"),
        (far_too_long, "alg"),
    ],
    ids=["unsigned", "shared secret", "text", "empty", "long"],
)
def test_a_token_that_anybody_could_make_is_refused(client, provider, clock, forged, why):
    brought = provider.sign_in(begun(client), clock.now)
    provider.token = forged(provider, provider.granted[brought["code"]].claims)
    back = come_back(client, brought)
    refused(client, back, why, "ID token")


def test_a_signature_by_another_key_of_the_same_name_is_refused(client, provider, clock):
    forger = new_key(provider.keys[-1].kid)
    back = come_back(client, provider.sign_in(begun(client), clock.now, key=forger))
    refused(client, back, "signature", "signature")


def test_what_came_back_once_does_not_come_back_again(client, provider, clock):
    """However often it is repeated, one entry tells of it."""
    brought = provider.sign_in(begun(client), clock.now)
    headers = {"cookie": f"{BROWSER}={client.cookies[BROWSER]}"}
    assert come_back(client, brought).status_code == 303
    client.cookies.clear()
    refused(client, come_back(client, brought, headers=headers), "replayed", "come back before")
    before = newest(client, "sign_in_refused")
    for _ in range(3):
        assert come_back(client, brought, headers=headers).status_code == 401
    assert newest(client, "sign_in_refused") == before


def test_a_sign_in_of_another_browser_is_refused(client, provider, clock):
    """Nobody is signed in to somebody else's account by a link."""
    brought = provider.sign_in(begun(client), clock.now)
    client.cookies.clear()
    refused(client, come_back(client, brought), "browser", "another browser")


def test_a_sign_in_comes_back_to_where_it_was_begun_for(client, provider, clock):
    brought = provider.sign_in(begun(client), clock.now)
    cookie = f"{BROWSER}={client.cookies[BROWSER]}"
    back = client.get(f"http://localhost{BACK}", params=brought, headers={"cookie": cookie})
    refused(client, back, "redirect", "another address")


@pytest.mark.parametrize(
    "case",
    [
        ({"iss": "https://somebody.example"}, "iss", "another identity provider"),
        ({"error": "access_denied"}, "denied", "did not let you in"),
        ({"code": ""}, "denied", "did not let you in"),
        ({"code": "guessed"}, "code", "no ID token for this code"),
    ],
)
def test_an_address_that_says_something_else_is_refused(client, provider, clock, case):
    more, why, sentence = case
    brought = provider.sign_in(begun(client), clock.now)
    refused(client, come_back(client, brought | more), why, sentence)


def test_a_sign_in_that_nobody_began_or_long_ago_is_refused_and_fills_no_audit(
    client, provider, clock
):
    brought = provider.sign_in(begun(client), clock.now)
    before = newest(client, "sign_in_refused")
    clock.now += timedelta(minutes=10)
    for late in (brought, {"state": "guessed", "code": "x"}, {}):
        back = come_back(client, late)
        assert (back.status_code, back.json()["code"]) == (401, "sign_in_refused")
    assert newest(client, "sign_in_refused") == before
    assert who(client) is None


def test_a_locked_account_is_locked_here_as_well(client, provider, clock):
    client.patch("/api/v1/users/li.na", json={"locked": True}, headers=ADMIN)
    back = come_back(client, provider.sign_in(begun(client), clock.now))
    refused(client, back, "locked", "locked")
    assert newest(client, "sign_in_refused")[0][:2] == ("li.na", "li.na")
    client.patch("/api/v1/users/li.na", json={"locked": False}, headers=ADMIN)


def test_a_page_is_told_on_the_sign_in_page(client, provider, clock):
    refusal = come_back(
        client, provider.sign_in(begun(client), clock.now, sub="<b>4712</b>"), headers=PAGE
    )
    assert refusal.status_code == 401
    assert refusal.headers["content-type"].startswith("text/html")
    assert "&lt;b&gt;4712" in refusal.text
    assert "<b>" not in refusal.text
    assert "统一身份认证未通过" in refusal.text


def test_keys_change_while_people_sign_in(client, provider, clock):
    """A new key is asked for when a token names it; one that is taken back is good no more."""
    first = provider.keys[-1]
    for _ in range(2):
        assert come_back(client, provider.sign_in(begun(client), clock.now)).status_code == 303
        provider.rotate()
        client.delete(SESSION)
    assert come_back(client, provider.sign_in(begun(client), clock.now)).status_code == 303
    client.delete(SESSION)
    assert first.kid not in {key.kid for key in provider.keys}
    back = come_back(client, provider.sign_in(begun(client), clock.now, key=first))
    refused(client, back, "key", "key that is not known")


def test_a_provider_that_is_down_keeps_nobody_from_a_password(own_client, provider, clock):
    client = own_client
    link = member(client, "li.na", "dispatcher")["link"]
    assert client.post(SESSION, json={"link": link, "password": GOOD}).status_code == 201
    client.delete(SESSION)
    provider.down = True
    down = client.get(BEGIN)
    assert (down.status_code, down.json()["code"]) == (503, "provider_down")
    assert down.headers["retry-after"]
    assert "password" in down.json()["en"]
    typed = {"name": "li.na", "password": GOOD}
    assert client.post(SESSION, json=typed).status_code == 201
    assert who(client) == "li.na"
    client.delete(SESSION)
    provider.down = False
    brought = provider.sign_in(begun(client), clock.now)
    provider.down = True
    assert come_back(client, brought).json()["code"] == "provider_down"
    assert who(client) is None
    provider.down = False
    assert come_back(client, provider.sign_in(begun(client), clock.now)).status_code == 303


def test_a_provider_that_calls_itself_otherwise_is_not_believed(own_client, provider, monkeypatch):
    monkeypatch.setattr(provider, "calls_itself", "https://somebody.example")
    answer = own_client.get(BEGIN)
    assert (answer.status_code, answer.json()["code"]) == (503, "provider_down")
    assert "does not call itself" in answer.json()["en"]


def test_without_a_provider_there_is_no_such_door(town_url, clock):
    with opened(town_url, clock) as client:
        assert client.get("/api/v1/session/provider").json() == {"title": None}
        assert client.get(BEGIN).status_code == 404
        assert client.get(BACK, params={"state": "x", "code": "x"}).status_code == 404
        body = {"name": "li.na", "roles": ["dispatcher"], "subject": SUBJECT}
        assert client.post("/api/v1/users", json=body, headers=ADMIN).status_code == 422


def test_one_subject_is_one_account(own_client, provider, clock):
    client = own_client
    assert member(client, "li.na", "dispatcher")["subject"] == SUBJECT
    body = {"name": "wang.li", "roles": ["leader"], "areas": ["C"], "subject": SUBJECT}
    assert client.post("/api/v1/users", json=body, headers=ADMIN).status_code == 409
    member(client, "wang.li", "leader", subject=None)
    path = "/api/v1/users/wang.li"
    assert client.patch(path, json={"subject": SUBJECT}, headers=ADMIN).status_code == 409
    freed = client.patch("/api/v1/users/li.na", json={"subject": None}, headers=ADMIN)
    assert freed.json()["subject"] is None
    assert client.patch(path, json={"subject": SUBJECT}, headers=ADMIN).status_code == 200
    assert come_back(client, provider.sign_in(begun(client), clock.now)).status_code == 303
    assert who(client) == "wang.li"


def test_somebody_unknown_may_be_given_an_account_that_can_do_nothing_yet(
    provider, town_url, clock
):
    """Of a name that somebody else has, another one is made: nobody's account is taken over."""
    with set_by_operator(provider, unknown="add"), opened(town_url, clock) as client:
        member(client, "li.na", "admin", subject="the other li.na")
        claims = {"preferred_username": "li.na"}
        back = come_back(client, provider.sign_in(begun(client), clock.now, **claims))
        refused(client, back, "roles", "has no role yet")
        [_, made] = client.get("/api/v1/users", headers=ADMIN).json()["items"]
        assert (made["roles"], made["areas"], made["subject"]) == ([], [], SUBJECT)
        assert re.fullmatch(r"li\.na-[0-9a-f]{8}", made["name"])
        path = f"/api/v1/users/{made['name']}"
        granted = {"roles": ["planner"], "areas": ["C"]}
        assert client.patch(path, json=granted, headers=ADMIN).status_code == 200
        again = come_back(client, provider.sign_in(begun(client), clock.now, **claims))
        assert again.status_code == 303
        assert who(client) == made["name"]
        assert len(client.get("/api/v1/users", headers=ADMIN).json()["items"]) == 2


def test_an_administrators_roles_stand_until_claims_are_to_say_them(provider, town_url, clock):
    said = {"realm_access": {"roles": ["chengguan-gis", "coffee"]}, "district": "C"}
    with set_by_operator(provider), opened(town_url, clock) as client:
        member(client, "li.na", "dispatcher", areas=[])
        come_back(client, provider.sign_in(begun(client), clock.now, **said))
        session = client.get(SESSION).json()
        assert (session["roles"], session["areas"]) == (["dispatcher"], [])
    meaning = json.dumps({"chengguan-gis": "gis", "chengguan-audit": "auditor", "root": "admin"})
    said_by_claims = {"roles_claim": "realm_access.roles", "areas_claim": "district"}
    with (
        set_by_operator(provider, roles=meaning, **said_by_claims),
        opened(town_url, clock) as client,
    ):
        come_back(client, provider.sign_in(begun(client), clock.now, **said))
        session = client.get(SESSION).json()
        assert (session["roles"], session["areas"]) == (["gis"], ["C"])
        told = ("identity provider", "li.na", {"roles": ["gis"], "areas": ["C"]})
        assert newest(client, "user_changed") == [told]
        client.delete(SESSION)
        both = {"realm_access": {"roles": ["chengguan-audit", "root"]}, "district": "C"}
        back = come_back(client, provider.sign_in(begun(client), clock.now, **both))
        refused(client, back, "roles", "Nobody is admin and auditor at once")
        none = come_back(client, provider.sign_in(begun(client), clock.now))
        assert "has no role yet" in none.json()["en"]


@pytest.mark.parametrize(
    ("given_", "named"),
    [
        ({"oidc_issuer": "http://idp.example", "oidc_client_id": CLIENT}, "https"),
        ({"oidc_issuer": "idp.example", "oidc_client_id": CLIENT}, "https"),
        ({"oidc_issuer": "https://idp.example"}, "OIDC_CLIENT_ID"),
        ({"oidc_roles": {"x": "king"}}, "king"),
    ],
)
def test_settings_that_cannot_work_are_said_at_the_start(given_, named):
    settings = Settings(**given_)
    with pytest.raises(BadValue, match=named):
        claim_rules(settings), provider_of(settings)


def test_a_secret_does_not_show_in_what_is_printed_of_the_settings():
    assert SECRET not in repr(Settings(oidc_client_secret=SECRET))


@given(st.text(max_size=100) | st.none() | st.integers() | st.lists(st.text()), st.booleans())
def test_whatever_is_claimed_becomes_a_name(claimed, taken):
    rules = claim_rules(Settings())
    name = rules.name_in({"preferred_username": claimed}, "https://idp.example 4711", taken=taken)
    assert UserIn(name=name, roles=[Role.OFFICER]).name == name
    assert len(name) <= LONGEST_NAME
    assert not name.startswith("demo-")
