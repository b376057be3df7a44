"""Valhalla's matrix, on the same roads; it prices them by its own costs in whole km/h."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from geo.road.network import RoadNetwork
from tests.bench import _valhalla
from tests.bench.peer import cache
from tests.bench.peer.asking import Nodes, Times
from tests.bench.peer.osm_file import write_osm
from tests.bench.peer.server import Server

MOST_PAIRS = 2_000_000
FARTHEST_M = 400_000


def prepared(network: RoadNetwork) -> tuple[Path, dict[str, Any]]:
    """Build tiles of a network, once; the configuration and the seconds it took."""
    home = cache.folder() / f"valhalla-{_valhalla.VERSION}-{cache.digest(network)}"
    home.mkdir(exist_ok=True)
    stamp, config = home / "prepared.json", home / "valhalla.json"
    taken = cache.recall(stamp)
    if taken is None:
        print(f"building Valhalla's tiles, once; see {home}", flush=True)
        write_osm(network, home / "roads.osm.pbf")
        start = time.perf_counter()
        _valhalla.tiles(home / "roads.osm.pbf", home)
        _widen(config)
        taken = cache.note(stamp, {"tiles": time.perf_counter() - start})
    return config, taken


class Valhalla:
    """Valhalla's matrix service."""

    matrix = None
    renew = None
    change = None

    def __init__(self, server: Server, lon_lat: np.ndarray) -> None:
        self._server, self._lon_lat = server, lon_lat
        self._officers: list[dict[str, float]] = []

    def gather(self, officers: Nodes) -> None:
        """Keep them; see that the server runs."""
        self._officers = self._places(officers)
        self._server.start()

    def ask(self, incident: int) -> Times:
        """Ask for a matrix of one column."""
        question = {
            "sources": self._officers,
            "targets": self._places(np.array([incident])),
            "costing": "auto",
            "verbose": False,
        }
        answer = self._server.post("/sources_to_targets", question)["sources_to_targets"]
        seconds = np.array(answer["durations"], dtype=np.float64).ravel()
        return np.where(np.isnan(seconds), np.inf, seconds * 1000)

    def _places(self, nodes: Nodes) -> list[dict[str, float]]:
        return [{"lon": lon, "lat": lat} for lon, lat in self._lon_lat[nodes].tolist()]


def _widen(config: Path) -> None:
    """Lift the limits that keep a public service from large questions."""
    settings = json.loads(config.read_text(encoding="utf-8"))
    settings["service_limits"]["auto"] |= {
        "max_matrix_location_pairs": MOST_PAIRS,
        "max_matrix_distance": FARTHEST_M,
        "max_locations": 30_000,
    }
    config.write_text(json.dumps(settings), encoding="utf-8")
