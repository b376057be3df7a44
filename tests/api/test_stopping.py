"""A stop, and a restart of one process after the other, lose nothing that was acknowledged."""

from __future__ import annotations

import signal
import time
from contextlib import closing

import httpx2
import pytest
from free_port import free_port
from reporters import AS_DISPATCHER, Reporters
from served_process import serving
from spec.served_town import RIVER, copy_town, write_town
from store_servers import load_city

from api.cli import run
from dispatch.store.engine import open_store
from dispatch.store.incidents import list_incidents
from dispatch.store.positions import read_positions

MOST_S = 10.0


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def url(town, tmp_path):
    return f"sqlite:///{copy_town(town, tmp_path)}"


@pytest.fixture
def on_server(town, database):
    with closing(open_store(database, create=True)) as store:
        load_city(town.parent / "city", store)
    return database


def kept_in(url) -> set[str]:
    with closing(open_store(url)) as store, store.reading() as session:
        return {incident.id for incident in list_incidents(session, limit=1_000_000)}


def test_a_stop_under_load_is_unready_at_once_and_loses_nothing(url, tmp_path):
    with serving(url, tmp_path) as served, Reporters(served.address, keeps=True) as reporters:  # noqa: SIM117 -- clients hang up first
        with (
            httpx2.Client(base_url=served.address, headers=AS_DISPATCHER, timeout=60) as client,
            httpx2.stream(
                "GET", f"{served.address}/api/v1/events", headers=AS_DISPATCHER, timeout=60
            ) as stream,
        ):
            fix = {"officer": "K1a", "lon": RIVER.lon_lat["2"][0], "lat": RIVER.lon_lat["2"][1]}
            now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            sent = client.post("/api/v1/positions", json=fix | {"time": now})
            assert sent.json()["accepted"] == 1, sent.text
            reporters.wait_for(5)
            began = time.monotonic()
            served.signal(signal.SIGTERM)
            time.sleep(0.1)
            unready = client.get("/readyz")
            assert (unready.status_code, unready.headers["connection"]) == (503, "close")
            assert "stopping" in unready.json()["en"]
            for _ in stream.iter_raw():  # it ends by itself
                pass
            assert served.process.wait(timeout=30) == 0
            assert time.monotonic() - began < MOST_S
    assert len(reporters.acknowledged) >= 5
    assert not set(reporters.acknowledged) - kept_in(url)
    assert {why.partition(":")[0] for why in reporters.failed} <= {"ConnectError"}
    with closing(open_store(url)) as store, store.reading() as session:
        (last,) = [one for one in read_positions(session).fixes.values() if one.officer == "K1a"]
    assert list(last.lon_lat) == pytest.approx(RIVER.lon_lat["2"])


@pytest.mark.verify
def test_a_rolling_restart_under_load_refuses_nobody_and_loses_nothing(on_server, tmp_path):
    with serving(on_server, tmp_path, "--workers", "2") as served:
        with Reporters(served.address, keeps=False) as reporters:
            reporters.wait_for(5)
            served.signal(signal.SIGHUP)
            until = time.monotonic() + 1200
            while served.log.read_text("utf-8").count("is ready") < 4:
                assert time.monotonic() < until, served.log.read_text("utf-8")
                assert served.somebody_is_ready(), "never fewer than one"
                time.sleep(0.2)
            reporters.wait_for(len(reporters.acknowledged) + 5)
        assert reporters.failed == []
        assert not set(reporters.acknowledged) - kept_in(on_server)


def test_an_embedded_store_has_one_process(url, capsys):
    assert run(["serve", "--store", url, "--workers", "2", "--port", str(free_port())]) == 2
    assert "PostgreSQL" in capsys.readouterr().err
