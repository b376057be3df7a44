"""
G7: where a road engine fails, arrivals are by air and say so; it is had back once it works again.

Nothing is restarted, and no question that was asked meanwhile is answered with an error.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from faults import careless
from faults.running_server import PATIENCE_S, Answer, Caller, RunningServer, running
from faults.test_store_down import within
from spec.served_town import RIVER

from api import beats, road_watch

PLACE = RIVER.lon_lat["x"]


def impatient(fuse: Path) -> None:
    """Fail while a file is there, and look for an engine that works again without a rest."""
    beats.ROADS_S, road_watch.HELD_S = 0.2, 0.0
    careless.lose_the_roads(fuse)


def suggested(caller: Caller) -> dict:
    """Ask who goes to a place across the river, and be answered."""
    answer = caller.post("/api/v1/suggestions", {"lon_lat": PLACE, "matters": ["H1"]})
    assert answer.status == 200, answer.body
    return answer.body


def by_road(caller: Caller) -> bool:
    return suggested(caller)["degraded"] is None


def roads(ready: Answer) -> dict:
    """What is said of the roads by an answer of ``/readyz``."""
    return next(part for part in ready.body["parts"] if part["part"] == "roads")


def assert_by_air(server: RunningServer, caller: Caller) -> dict:
    """Hold a suggestion to what it must say, and whoever watches the service to what they see."""
    guessed = suggested(caller)
    assert guessed["degraded"]["code"] == "straight_line"
    assert "road engine" in guessed["degraded"]["why"]
    assert guessed["proposals"]
    ready = caller.get("/readyz")
    assert (ready.status, ready.body["status"]) == (200, "degraded")
    assert "road engine" in roads(ready)["why"]
    with server.caller("admin") as admin:
        assert "grid_dispatch_degraded 1.0" in admin.get("/metrics").body
    return guessed


def test_a_question_that_fails_on_the_road_is_answered_by_air(embedded_url, tmp_path):
    """Seen to fail with `try_again` taken out of `api.errors`: the first one is a 503."""
    fuse = tmp_path / "fuse"
    weakened = partial(impatient, fuse)
    with running(embedded_url, tmp_path, weakened=weakened) as server, server.caller() as caller:
        before = suggested(caller)
        assert before["degraded"] is None
        fuse.touch()
        guessed = assert_by_air(server, caller)
        for rank in (0, 1):
            assert guessed["proposals"][rank]["travel_time_s"] > 0
        assert guessed["proposals"][0]["route"] != before["proposals"][0]["route"]
        place = caller.get("/api/v1/positions").body["items"][0]
        moved = {name: place[name] for name in ("officer", "lon", "lat", "time")}
        assert caller.post("/api/v1/positions", [moved]).status == 200
        assert caller.get("/api/v1/coverage").status == 200
        fuse.unlink()
        assert within(lambda: by_road(caller))
        after = suggested(caller)
        times = [[one["travel_time_s"] for one in said["proposals"]] for said in (before, after)]
        assert times[0] == times[1]
        assert caller.get("/readyz").body["status"] == "ready"
        replayed = caller.get(f"/api/v1/suggestions/{guessed['id']}/replay")
        assert replayed.body["same"], replayed.body
        assert "has failed" in server.said()
        assert "works again" in server.said()


@pytest.fixture
def roads_of(embedded_url):
    """Folder with the networks of the store, the test's own."""
    store = Path(embedded_url.removeprefix("sqlite:///"))
    shared = store.with_name(f"{store.stem}-roads")
    networks = shared.resolve()
    shared.unlink()
    return Path(shutil.copytree(networks, shared))


def move_away(network: Path) -> Callable[[], None]:
    aside = network.with_name("aside")
    network.rename(aside)
    return lambda: aside.rename(network)


def cut_short(network: Path) -> Callable[[], None]:
    largest = max(network.glob("*.npy"), key=lambda file: file.stat().st_size)
    whole = largest.read_bytes()
    largest.write_bytes(whole[: len(whole) // 2])
    return lambda: largest.write_bytes(whole) and None


@pytest.mark.parametrize("harm", [move_away, cut_short])
def test_a_service_whose_network_cannot_be_read_starts_and_goes_by_air(
    embedded_url, roads_of, tmp_path, harm
):
    mend = harm(next(roads_of.glob("*car*")))
    weakened = partial(impatient, tmp_path / "never")
    with running(embedded_url, tmp_path, weakened=weakened) as server, server.caller() as caller:
        assert_by_air(server, caller)
        mend()
        until = time.monotonic() + PATIENCE_S
        while not by_road(caller):
            assert time.monotonic() < until, server.said()
            time.sleep(0.2)
        assert caller.get("/readyz").body["status"] == "ready"
        assert caller.get("/tiles/roads/15/0/0.mvt").status in {200, 204}
