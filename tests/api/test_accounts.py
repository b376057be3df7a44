"""Accounts: sign in and out, wrong tries, second factor, sessions, invitations, keys."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from spec.served_town import MovedClock, served, write_town

from api.auth import COOKIE
from dispatch.account import FREE_TRIES, totp_code
from dispatch.store.audit import read_chain
from dispatch.store.engine import open_store

ADMIN = {"authorization": "Bearer demo-admin"}
GOOD = "correct horse 7"
SESSION = "/api/v1/session"


@pytest.fixture(scope="module")
def town_store(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"), crews={"K1": "1"})


@pytest.fixture
def clock():
    return MovedClock()


@pytest.fixture
def client(town_url, clock):
    with served(town_url, clock) as client:
        del client.headers["authorization"]
        yield client


def invited(client: TestClient, name: str, *roles: str, areas=("C",), **more: object) -> str:
    """An account and its one-time link, made by the demo's administrator."""
    body = {"name": name, "roles": roles, "areas": areas} | more
    answer = client.post("/api/v1/users", json=body, headers=ADMIN)
    assert answer.status_code == 201, answer.text
    return answer.json()["link"]


def member(client: TestClient, name: str, *roles: str, **more: object) -> None:
    """An account whose holder has set a password."""
    body = {"link": invited(client, name, *roles, **more), "password": GOOD, "deliver": "token"}
    assert client.post(SESSION, json=body).status_code == 201


def sign_in(client: TestClient, name: str, password: str = GOOD, **more: object):
    body = {"name": name, "password": password, "deliver": "token"} | more
    return client.post(SESSION, json=body)


def bearer(answer) -> dict[str, str]:
    assert answer.status_code == 201, answer.text
    return {"authorization": f"Bearer {answer.json()['token']}"}


def changed(client: TestClient, name: str, **changes: object):
    return client.patch(f"/api/v1/users/{name}", json=changes, headers=ADMIN)


def test_without_credentials_nobody_is_asking(client):
    answer = client.get("/api/v1/city")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_an_invitation_sets_a_password_once(client):
    link = invited(client, "li.na", "dispatcher")
    first = client.post(SESSION, json={"link": link, "password": GOOD, "deliver": "token"})
    who = client.get(SESSION, headers=bearer(first)).json()
    assert (who["name"], who["roles"], who["areas"]) == ("li.na", ["dispatcher"], ["C"])
    again = client.post(SESSION, json={"link": link, "password": "other horse 99"})
    assert again.status_code == 401
    assert sign_in(client, "li.na").status_code == 201


def test_an_invitation_runs_out_after_a_day(client, clock):
    link = invited(client, "li.na", "dispatcher")
    clock.now += timedelta(hours=24)
    late = client.post(SESSION, json={"link": link, "password": GOOD})
    assert late.status_code == 401


@pytest.mark.parametrize("password", ["short 1", "aaaaaaaaaaaa", "xx li.na xx"])
def test_a_password_that_is_guessed_at_once_is_refused(client, password):
    link = invited(client, "li.na", "dispatcher")
    answer = client.post(SESSION, json={"link": link, "password": password})
    assert (answer.status_code, answer.json()["code"]) == (422, "weak_password")


def test_who_a_name_belongs_to_cannot_be_found_out(client):
    member(client, "li.na", "dispatcher")
    wrong, nobody = sign_in(client, "li.na", "wrong horse 1"), sign_in(client, "nobody")
    assert wrong.status_code == nobody.status_code == 401
    for answer in (wrong, nobody):
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
    number = {"request_id": None}
    assert wrong.json() | number == nobody.json() | number


def test_wrong_tries_lock_an_account_for_longer_and_longer(client, clock):
    """Thirty seconds, then a minute; the right password does not help before."""
    member(client, "li.na", "dispatcher")
    for _ in range(FREE_TRIES + 1):
        assert sign_in(client, "li.na", "wrong horse 1").status_code == 401
    assert sign_in(client, "li.na").status_code == 401
    clock.now += timedelta(seconds=30)
    assert sign_in(client, "li.na", "wrong horse 1").status_code == 401
    clock.now += timedelta(seconds=59)
    assert sign_in(client, "li.na").status_code == 401
    clock.now += timedelta(seconds=1)
    assert sign_in(client, "li.na").status_code == 201
    assert sign_in(client, "li.na", "wrong horse 1").status_code == 401
    assert sign_in(client, "li.na").status_code == 201


def test_a_crowd_of_tries_gets_no_further_than_one_after_the_other(client, monkeypatch):
    """Each try is counted before its password is compared: no more than five are."""
    member(client, "li.na", "dispatcher")
    compared = []
    monkeypatch.setattr(
        "api.sign_in.is_password", lambda _, hashed: compared.append(hashed) or False
    )
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: sign_in(client, "li.na", "guess").status_code, range(40)))
    assert set(answers) == {401}
    assert sum(hashed is not None for hashed in compared) == FREE_TRIES + 1


def test_an_administrator_ends_the_wait(client):
    member(client, "li.na", "dispatcher")
    for _ in range(FREE_TRIES + 1):
        sign_in(client, "li.na", "wrong horse 1")
    assert sign_in(client, "li.na").status_code == 401
    assert changed(client, "li.na", locked=False).status_code == 200
    assert sign_in(client, "li.na").status_code == 201


def test_whoever_is_locked_is_signed_out_at_once(client):
    member(client, "li.na", "dispatcher")
    headers = bearer(sign_in(client, "li.na"))
    assert changed(client, "li.na", locked=True).json()["locked"]
    assert client.get(SESSION, headers=headers).status_code == 401
    assert sign_in(client, "li.na").status_code == 401
    changed(client, "li.na", locked=False)
    assert client.get(SESSION, headers=headers).status_code == 401


def test_a_session_ends_by_itself(client, clock):
    member(client, "li.na", "dispatcher")
    headers = bearer(sign_in(client, "li.na"))
    clock.now += timedelta(hours=12) - timedelta(seconds=1)
    assert client.get(SESSION, headers=headers).status_code == 200
    clock.now += timedelta(seconds=1)
    assert client.get(SESSION, headers=headers).status_code == 401


def test_signing_out_ends_the_session_for_whoever_has_copied_it(client):
    member(client, "li.na", "dispatcher")
    headers = bearer(sign_in(client, "li.na"))
    assert client.delete(SESSION, headers=headers).status_code == 204
    assert client.get(SESSION, headers=headers).status_code == 401


def test_a_cookie_is_for_pages_alone_and_no_script_reads_it(client):
    member(client, "li.na", "dispatcher")
    answer = sign_in(client, "li.na", deliver="cookie")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert answer.json()["token"] is None
    assert client.get(SESSION).json()["name"] == "li.na"


def test_over_tls_a_cookie_never_leaves_it(client):
    member(client, "li.na", "dispatcher")
    body = {"name": "li.na", "password": GOOD}
    answer = client.post(SESSION.join(["https://127.0.0.1", ""]), json=body)
    assert "secure" in answer.headers["set-cookie"].lower()


def test_a_session_that_somebody_planted_is_not_the_one_that_begins(client):
    """Session fixation: signing in draws a new secret, and ends the session that was there."""
    member(client, "li.na", "dispatcher")
    member(client, "wang", "planner")
    planted = bearer(sign_in(client, "wang"))["authorization"].removeprefix("Bearer ")
    client.cookies.set(COOKIE, planted)
    answer = sign_in(client, "li.na", deliver="cookie")
    assert planted not in answer.headers["set-cookie"]
    stale = client.get(SESSION, headers={"authorization": f"Bearer {planted}"})
    assert stale.status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1"}, 200),
        ({"origin": "http://127.0.0.1"}, 200),
    ],
)
def test_another_sites_page_does_not_act_for_whoever_is_signed_in(client, headers, status):
    client.cookies.set(COOKIE, "demo-dispatcher")
    body = {"lon_lat": [109.12, 21.45], "matters": ["H1"]}
    answer = client.post("/api/v1/suggestions", json=body, headers=headers)
    assert answer.status_code in ({status} if status == 403 else {200, 422}), answer.text
    assert client.get("/api/v1/city", headers=headers).status_code == 200


def test_another_sites_page_signs_nobody_in(client):
    body = {"name": "demo-dispatcher", "password": "demo"}
    forged = client.post(SESSION, json=body, headers={"sec-fetch-site": "cross-site"})
    assert forged.status_code == 403
    assert "set-cookie" not in forged.headers


def test_a_bearer_token_is_no_matter_of_pages(client):
    headers = {"authorization": "Bearer demo-admin", "origin": "https://gateway.example"}
    body = {"name": "m", "roles": ["officer"]}
    assert client.post("/api/v1/users", json=body, headers=headers).status_code == 201


def test_a_new_password_ends_every_other_session(client):
    member(client, "li.na", "dispatcher")
    one, other = bearer(sign_in(client, "li.na")), bearer(sign_in(client, "li.na"))
    body = {"old": GOOD, "new": "fresh horse 88"}
    answer = client.put(f"{SESSION}/password", json=body, headers=one)
    assert answer.status_code == 200, answer.text
    assert {client.get(SESSION, headers=old).status_code for old in (one, other)} == {401}
    assert sign_in(client, "li.na").status_code == 401
    assert sign_in(client, "li.na", "fresh horse 88").status_code == 201


def test_a_second_factor_is_asked_for_and_no_code_is_taken_twice(client, clock):
    member(client, "li.na", "dispatcher")
    headers = bearer(sign_in(client, "li.na"))
    drawn = client.post(f"{SESSION}/second-factor", headers=headers).json()
    assert drawn["secret"] in drawn["address"]
    assert sign_in(client, "li.na").status_code == 201, "not confirmed yet"
    step = int(clock.now.timestamp()) // 30
    code = totp_code(drawn["secret"], step)
    confirmed = client.put(f"{SESSION}/second-factor", json={"code": code}, headers=headers)
    assert confirmed.json()["second_factor"]
    assert sign_in(client, "li.na").status_code == 401, "no code"
    assert sign_in(client, "li.na", code=code).status_code == 401, "the one that confirmed"
    clock.now += timedelta(seconds=30)
    code = totp_code(drawn["secret"], step + 1)
    assert sign_in(client, "li.na", code=code).status_code == 201
    assert sign_in(client, "li.na", code=code).status_code == 401, "replayed"


def test_a_second_factor_is_given_up_by_the_password(client, clock):
    member(client, "li.na", "dispatcher")
    headers = bearer(sign_in(client, "li.na"))
    secret = client.post(f"{SESSION}/second-factor", headers=headers).json()["secret"]
    code = totp_code(secret, int(clock.now.timestamp()) // 30)
    client.put(f"{SESSION}/second-factor", json={"code": code}, headers=headers)
    end = f"{SESSION}/second-factor/end"
    wrong = client.post(end, json={"password": "wrong horse 1"}, headers=headers)
    assert wrong.status_code == 401
    assert client.post(end, json={"password": GOOD}, headers=headers).status_code == 200
    assert sign_in(client, "li.na").status_code == 201


def test_a_key_does_what_its_scope_says_until_it_ends(client, clock):
    member(client, "gateway", "officer", officer="K1a")
    until = (clock.now + timedelta(days=1)).isoformat()
    body = {"account": "gateway", "label": "GPS", "scope": ["send_positions"], "until": until}
    made = client.post("/api/v1/api-keys", json=body, headers=ADMIN).json()
    key = {"authorization": f"Bearer {made['key']}"}
    assert client.post("/api/v1/positions", json=[], headers=key).status_code == 200
    assert client.get("/api/v1/positions", headers=key).status_code == 403
    listed = client.get("/api/v1/api-keys", headers=ADMIN)
    assert [one["label"] for one in listed.json()["items"]] == ["GPS"]
    assert made["key"] not in listed.text
    clock.now += timedelta(days=1)
    assert client.post("/api/v1/positions", json=[], headers=key).status_code == 401


def test_a_key_that_was_ended_opens_nothing(client):
    member(client, "gateway", "officer", officer="K1a")
    body = {"account": "gateway", "label": "GPS"}
    made = client.post("/api/v1/api-keys", json=body, headers=ADMIN).json()
    key = {"authorization": f"Bearer {made['key']}"}
    assert client.get("/api/v1/city", headers=key).status_code == 200
    own = {"old": GOOD, "new": "fresh horse 88"}
    assert client.put(f"{SESSION}/password", json=own, headers=key).status_code == 403
    path = f"/api/v1/api-keys/{made['number']}"
    assert client.delete(path, headers=ADMIN).status_code == 204
    assert client.delete(path, headers=ADMIN).status_code == 404
    assert client.get("/api/v1/city", headers=key).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"roles": ["admin", "auditor"]}, 422),
        ({"roles": []}, 422),
        ({"roles": ["king"]}, 422),
        ({"roles": ["officer"], "areas": ["NOWHERE"]}, 422),
        ({"roles": ["officer"], "officer": "NOBODY"}, 422),
        ({"roles": ["officer"], "password": GOOD}, 422),
    ],
)
def test_an_account_that_could_not_mean_what_it_says_is_refused(client, body, status):
    answer = client.post("/api/v1/users", json={"name": "x"} | body, headers=ADMIN)
    assert answer.status_code == status, answer.text


def test_a_name_is_given_once(client):
    invited(client, "li.na", "dispatcher")
    body = {"name": "li.na", "roles": ["auditor"]}
    assert client.post("/api/v1/users", json=body, headers=ADMIN).status_code == 409


def test_administrators_reach_as_far_as_their_areas(client):
    """One of the town neither sees nor makes accounts of the city."""
    member(client, "town.admin", "admin", areas=["T"])
    headers = bearer(sign_in(client, "town.admin"))
    invited(client, "city.one", "leader", areas=["C"])
    invited(client, "nowhere.one", "reporter", areas=[])
    body = {"name": "up", "roles": ["leader"], "areas": ["C"]}
    assert client.post("/api/v1/users", json=body, headers=headers).status_code == 422
    below = {"name": "down", "roles": ["leader"], "areas": ["T"]}
    assert client.post("/api/v1/users", json=below, headers=headers).status_code == 201
    listed = client.get("/api/v1/users", headers=headers).json()["items"]
    assert [one["name"] for one in listed] == ["down", "town.admin"]
    for name in ("city.one", "nowhere.one", "nobody"):
        assert client.get(f"/api/v1/users/{name}", headers=headers).status_code == 404
        assert client.post(f"/api/v1/users/{name}/link", headers=headers).status_code == 404
    assert client.patch("/api/v1/users/down", json={"areas": ["C"]}, headers=headers).status_code


def test_nobody_changes_their_own_roles(client):
    member(client, "chief", "admin", areas=["C"])
    headers = bearer(sign_in(client, "chief"))
    answer = client.patch("/api/v1/users/chief", json={"roles": ["auditor"]}, headers=headers)
    assert answer.status_code == 409


def test_users_come_in_pages(client):
    for name in ("a", "b", "c"):
        invited(client, name, "reporter")
    first = client.get("/api/v1/users", params={"limit": 2}, headers=ADMIN).json()
    assert ([one["name"] for one in first["items"]], first["next"]) == (["a", "b"], "b")
    query = {"limit": 2, "cursor": first["next"]}
    second = client.get("/api/v1/users", params=query, headers=ADMIN).json()
    assert ([one["name"] for one in second["items"]], second["next"]) == (["c"], None)


def test_the_audit_says_who_did_what_and_no_secret(client, town_url):
    link = invited(client, "li.na", "dispatcher")
    client.post(SESSION, json={"link": link, "password": GOOD})
    sign_in(client, "li.na")
    changed(client, "li.na", roles=["planner"], areas=["T"])
    with closing(open_store(town_url)) as store, store.reading() as session:
        links = list(read_chain(session))
    done = [(one.by, one.act, one.about) for one in links]
    assert done == [
        ("demo-admin", "user_added", "li.na"),
        ("li.na", "password_set", "li.na"),
        ("li.na", "signed_in", "li.na"),
        ("demo-admin", "user_changed", "li.na"),
    ]
    assert link not in str(links)
    if town_url.startswith("sqlite"):
        file = Path(town_url.removeprefix("sqlite:///")).read_bytes().decode("latin-1")
        assert GOOD not in file
        assert link not in file


def test_the_page_of_the_demo_is_signed_in_as_dispatcher(client):
    client.get("/")
    assert client.get(SESSION).json()["name"] == "demo-dispatcher"


def test_demo_people_have_the_password_demo(client):
    assert bearer(sign_in(client, "demo-planner", "demo"))
    assert sign_in(client, "demo-planner", "other").status_code == 401


@pytest.mark.parametrize("path", ["/sign-in", "/account"])
def test_the_pages_before_the_screen_are_there(client, path):
    page = client.get(path)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    parts = re.findall(r'(?:src|href)="(/[\w-]+\.\w+)"', page.text)
    assert len(parts) >= 3
    assert {client.get(part).status_code for part in parts} == {200}


def test_where_an_account_is_can_be_said_of_any_name(client):
    body = {"name": "李娜", "roles": ["dispatcher"], "areas": ["C"]}
    answer = client.post("/api/v1/users", json=body, headers=ADMIN)
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/users/%E6%9D%8E%E5%A8%9C"
    assert client.get(answer.headers["location"], headers=ADMIN).json()["name"] == "李娜"


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a\u0019b", "a\u007fb"])
def test_a_name_that_could_be_taken_for_something_else_is_refused(client, name):
    body = {"name": name, "roles": ["dispatcher"]}
    assert client.post("/api/v1/users", json=body, headers=ADMIN).status_code == 422
