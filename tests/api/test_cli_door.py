"""Verbs ask the server that holds the store, and are answered as its pages are."""

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx2
import pytest
from spec.served_town import RIVER, SEVEN, copy_town, write_town

from api.asked_plans import ask_plans
from api.cli import run
from api.lock_file import hold_store, holder_of

READY_S = 60.0


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    (folder / "copy").mkdir()
    return copy_town(write_town(folder), folder / "copy")


@pytest.fixture
def url(store):
    return f"sqlite:///{store}"


@pytest.fixture(scope="module")
def server(store):
    """The verb `serve`, as a process of its own."""
    with serving(f"sqlite:///{store}") as address:
        yield address


@contextmanager
def serving(url):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from api.cli import main; main()"]
    command += ["serve", "--store", url, "--port", str(port)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process)
        yield address
    finally:
        process.terminate()
        _, log = process.communicate(timeout=30)
    assert process.returncode == 0, log


def wait_for(address, process):
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx2.get(f"{address}/healthz", trust_env=False).raise_for_status()
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"no server at {address}: {process.poll()}")


@pytest.fixture
def told(url, capsys):
    def tell(*arguments: str) -> dict:
        code = run([*arguments, "--store", url, "--json"])
        said = capsys.readouterr()
        assert code == 0, said.err
        return json.loads(said.out)

    return tell


def where():
    lon, lat = RIVER.lon_lat["x"]
    return f"{lon},{lat}"


def refused(capsys, *arguments: str) -> str:
    assert run(list(arguments)) == 2
    return capsys.readouterr().err


def test_the_lock_file_names_the_server(server, url):
    holder = holder_of(url)
    assert (holder.address, holder.city is None) == (server, False)


def test_a_second_server_is_refused(server, url, capsys):
    said = refused(capsys, "serve", "--store", url, "--port", "1999")
    assert server in said
    assert str(holder_of(url).pid) in said


def test_a_report_by_verb_is_at_once_on_the_servers_list(server, told):
    made = told("incident", "report", "--at", where(), "--matter", "H1", "--token", "demo-officer")
    headers = {"authorization": "Bearer demo-dispatcher"}
    listed = httpx2.get(f"{server}/api/v1/incidents", headers=headers, trust_env=False).json()
    assert [one for one in listed["items"] if one["id"] == made["id"]] == [made]


def test_a_plan_that_is_evaluated_by_its_number_is_the_servers(server, told, url):
    number = told("plan", "draft", "begin", "冬季")["id"]
    answers = ask_plans([number], [], url, None).answers
    assert (
        answers[number]
        == httpx2.get(
            f"{server}/api/v1/plans/{number}",
            headers={"authorization": "Bearer demo-planner"},
            trust_env=False,
        ).json()
    )


def test_the_name_on_record_is_that_of_the_token(server, told):
    made = told("incident", "report", "--at", where(), "--matter", "H1")
    (reported, *_) = told("incident", "show", made["id"])
    assert reported["said"]["code"] == "reported"
    given = told("incident", "suggest", made["id"])
    assert given["id"]
    assert server


def test_a_role_that_may_not_is_refused_in_the_servers_words(server, url, capsys):
    asked = ["duty", "off", "K1a", "--store", url, "--token", "demo-auditor"]
    assert "demo-auditor may not" in refused(capsys, *asked)
    assert server


@pytest.mark.parametrize(
    "more", [["--now", SEVEN.isoformat()], ["--by", "wang"]], ids=["time", "name"]
)
def test_time_and_name_are_the_servers_to_say(server, url, more, capsys):
    said = refused(capsys, "duty", "off", "K1a", "--store", url, *more)
    assert f"leave {more[0]} out" in said
    assert server in said


def test_a_suggestion_may_be_asked_for_another_time(server, told):
    asked = ["suggest", "--at", where(), "--matter", "H1", "--now", SEVEN.isoformat()]
    code, given = 0, told(*asked)
    assert (code, given["now"]) == (0, "2026-11-19T23:00:00Z")
    assert server


@pytest.mark.parametrize("name", ["", "..", "a/b"])
def test_what_is_typed_leads_nowhere_but_to_what_it_names(url, name, capsys):
    assert run(["duty", "on", name, "--store", url]) == 2
    assert "is not a name that anything has here" in capsys.readouterr().err


def test_a_name_may_hold_what_an_address_would_take_for_something_else(url, capsys):
    assert run(["duty", "on", "a?b#c%2F", "--store", url]) == 2
    assert "There is no officer 'a?b#c%2F'" in capsys.readouterr().err


def test_a_real_city_asks_for_a_token(tmp_path, capsys):
    url = f"sqlite:///{tmp_path / 'real.gpkg'}"
    now = datetime.now(UTC)
    with hold_store(url, now=now, address="http://127.0.0.1:9") as lock:
        lock.name_city("实城", demo=False)
        said = refused(capsys, "duty", "off", "K1a", "--store", url)
    assert "--token" in said
    assert str(os.getpid()) in said
