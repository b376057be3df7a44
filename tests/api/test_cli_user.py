"""Accounts on the command line, without a server: added, let in, changed, locked, given a key."""

import json

import pytest
from fastapi.testclient import TestClient
from spec.served_town import MovedClock, copy_town, served, write_town

from api.cli import run

GOOD = "correct horse 7"


@pytest.fixture
def store_file(tmp_path_factory, tmp_path):
    return copy_town(write_town(tmp_path_factory.mktemp("town"), crews={"K1": "1"}), tmp_path)


@pytest.fixture
def user(store_file, capsys):
    """Run a verb of `user` and read its JSON, or what it complains of."""

    def tell(verb: str, *arguments: str, code: int = 0) -> object:
        line = ["user", verb, *arguments, "--store", f"sqlite:///{store_file}", "--json"]
        assert run(line) == code
        said = capsys.readouterr()
        return json.loads(said.out) if code == 0 else said.err

    return tell


def sign_in(client: TestClient, **body: str) -> int:
    del client.headers["authorization"]
    return client.post("/api/v1/session", json={"deliver": "token"} | body).status_code


def test_who_is_added_sets_a_password_by_the_link_and_comes_in(user, store_file):
    made = user("add", "li.na", "--role", "dispatcher", "--area", "C")
    with served(store_file, MovedClock()) as client:
        assert sign_in(client, link=made["link"], password=GOOD) == 201
    with served(store_file, MovedClock()) as client:
        assert sign_in(client, name="li.na", password=GOOD) == 201
    (listed,) = [one for one in user("list") if one["name"] == "li.na"]
    assert (listed["roles"], listed["areas"], listed["locked"]) == (["dispatcher"], ["C"], False)


def test_an_account_is_changed_locked_and_unlocked(user):
    user("add", "wang", "--role", "officer", "--area", "C")
    assert user("roles", "wang", "--role", "planner", "--role", "gis")["roles"] == [
        "gis",
        "planner",
    ]
    assert user("lock", "wang")["locked"] is True
    assert user("unlock", "wang")["locked"] is False


def test_a_token_opens_what_its_account_may_do(user, store_file):
    user("add", "gateway", "--role", "dispatcher", "--area", "C")
    key = user("token", "gateway", "--act", "see_incidents", "--days", "30")["key"]
    with served(store_file, MovedClock()) as client:
        client.headers["authorization"] = f"Bearer {key}"
        assert client.get("/api/v1/incidents").status_code == 200
        assert client.get("/api/v1/audit").status_code == 403


def test_a_stranger_and_a_name_that_is_taken_get_one_sentence(user):
    assert "nobody.here" in user("lock", "nobody.here", code=2)
    user("add", "li.na", "--role", "dispatcher", "--area", "C")
    assert "li.na" in user("add", "li.na", "--role", "leader", "--area", "C", code=2)
