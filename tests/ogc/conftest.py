"""A town that is served below ``/ogc``, with something in every collection."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from ogc.reader import ADMIN, Reader
from spec.served_town import RIVER, SEVEN, MovedClock, copy_town, reported, served, write_town

CLOSED = [[109.0, -0.01], [109.05, -0.01], [109.05, 0.01], [109.0, 0.01], [109.0, -0.01]]
"""Ground of the one closure, west of every junction."""


@pytest.fixture(scope="session")
def served_layers(tmp_path_factory) -> Iterator[TestClient]:
    """A service that tests of this folder read and don't write to."""
    store = write_town(tmp_path_factory.mktemp("ogc-town"))
    clock = MovedClock()
    with served(copy_town(store, tmp_path_factory.mktemp("ogc-served")), clock) as client:
        for hour, at in enumerate("1x45"):
            clock.now = SEVEN + timedelta(hours=hour)
            reported(client, "H1", at=at)
        close_ground(client)
        load_draft(client)
        yield client


@pytest.fixture
def reader(served_layers) -> Reader:
    """An administrator, who sees every collection."""
    return Reader(served_layers)


def close_ground(client: TestClient) -> None:
    """Close some ground from now on, until somebody lifts it."""
    body = {"geometry": {"type": "Polygon", "coordinates": [CLOSED]}, "reason": "施工"}
    made = client.post("/api/v1/closures", json=body, headers=ADMIN)
    assert made.status_code == 201, made.text


def load_draft(client: TestClient) -> None:
    """Hand in a layer whose texts are as bad as texts get."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"P{number}", "name": name},
            "geometry": {"type": "Point", "coordinates": RIVER.lon_lat["x"]},
        }
        for number, name in enumerate(HOSTILE)
    ]
    layer = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    sent = {"file": ("a<b>.geojson", layer)}
    made = client.post("/api/v1/layers", data={"kind": "places"}, files=sent, headers=ADMIN)
    assert made.status_code == 201, made.text


HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a'b&c", "</table>", "桥")
