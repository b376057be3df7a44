"""A place that a dispatcher sets by hand: believed, marked, and given up to the next fix."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from spec.served_town import RIVER, MovedClock, copy_town, seen, served, write_town

from api.position_saving import save_positions
from dispatch.store.positions import read_positions


@pytest.fixture(scope="module")
def town_store(tmp_path_factory) -> Path:
    return write_town(tmp_path_factory.mktemp("town"))


def place_of(client, officer: str) -> dict:
    items = client.get("/api/v1/positions?limit=1000").json()["items"]
    return next(one for one in items if one["officer"] == officer)


def test_a_place_set_by_hand_is_believed_marked_kept_and_replaced(town_store, tmp_path):
    clock = MovedClock()
    with served(copy_town(town_store, tmp_path), clock) as client:
        clock.now += timedelta(seconds=1)
        lon, lat = RIVER.lon_lat["5"]
        fix = {"officer": "K1a", "time": clock.now.isoformat(), "lon": lon + 1, "lat": lat}
        [far] = client.post("/api/v1/positions", json=[fix]).json()["results"]
        assert far["remark"]["code"] == "teleport"
        clock.now += timedelta(seconds=1)
        later = fix | {"time": clock.now.isoformat(), "lon": lon, "by_hand": True}
        [result] = client.post("/api/v1/positions", json=[later]).json()["results"]
        assert result["accepted"], result
        assert place_of(client, "K1a")["by_hand"]
        service = client.app.state.service
        save_positions(service)
        with service.store.reading() as session:
            assert read_positions(session).fixes["K1a"].by_hand
        clock.now += timedelta(seconds=1)
        seen(client, clock, K1="1")
        assert not place_of(client, "K1a")["by_hand"]
