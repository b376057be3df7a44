"""OSRM, run as the programs in the wheel of its bindings: prepared once, served on loopback."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np

from geo.road.network import RoadNetwork
from tests.bench.peer import cache
from tests.bench.peer.asking import Nodes, Times
from tests.bench.peer.osm_file import write_osm
from tests.bench.peer.server import Server

REQUIREMENT = "osrm-bindings==26.10.0"
PROFILE = Path(__file__).with_name("exact.lua")
STEPS = {
    "MLD": ("osrm-extract", "osrm-partition", "osrm-customize"),
    "CH": ("osrm-extract", "osrm-contract"),
}


def prepared(network: RoadNetwork, method: str) -> tuple[Path, dict[str, Any]]:
    """
    Prepare a network for one of OSRM's methods, once; ten minutes and more for ``CH``.

    Gives the file that `osrm-routed` serves, and the seconds that each step took.
    """
    home = cache.folder() / f"osrm-{method.lower()}-{cache.digest(network)}"
    home.mkdir(exist_ok=True)
    source, stamp = home / "roads.osm.pbf", home / "prepared.json"
    taken = cache.recall(stamp)
    if taken is None:
        print(f"preparing OSRM ({method}), once, which takes a while; see {home}", flush=True)
        if not source.is_file():
            write_osm(network, source)
        taken = cache.note(stamp, {step: _run(step, home) for step in STEPS[method]})
    return home / "roads.osrm", taken


def served(roads: Path, method: str) -> Server:
    """Serve prepared roads on one thread."""
    program = str(cache.unpacked(REQUIREMENT, "osrm-routed") / "osrm-routed")
    limits = ["--max-table-size", "30000", "--keepalive-timeout", "3600", "--threads", "1"]
    listen = ["--ip", "127.0.0.1", "--algorithm", method]
    return Server(
        lambda port: [program, *listen, *limits, "--port", str(port), str(roads)],
        roads.with_name("osrm-routed.log"),
    )


class Osrm:
    """OSRM's table service."""

    renew = None
    change = None

    def __init__(self, server: Server, lon_lat: np.ndarray) -> None:
        self._server, self._lon_lat = server, lon_lat
        self._officers: Nodes = np.empty(0, dtype=np.int64)

    def gather(self, officers: Nodes) -> None:
        """Keep them; see that the server runs."""
        self._officers = officers
        self._server.start()

    def ask(self, incident: int) -> Times:
        """Ask for a table of one column."""
        return self.matrix(self._officers, np.array([incident]))[:, 0]

    def matrix(self, origins: Nodes, destinations: Nodes) -> Times:
        """Ask for a table."""
        n = len(origins)
        question = {
            "coordinates": self._lon_lat[np.r_[origins, destinations]].tolist(),
            "sources": list(range(n)),
            "destinations": list(range(n, n + len(destinations))),
            "generate_hints": False,
            "skip_waypoints": True,
        }
        answer = self._server.post("/table/v1/driving", question)["durations"]
        tenths = np.array(answer, dtype=np.float64) * 10  # no way found is null, here NaN
        return np.where(np.isnan(tenths), np.inf, np.rint(tenths))


def _run(step: str, home: Path) -> float:
    """Run one step and give its seconds."""
    program = cache.unpacked(REQUIREMENT, step) / step
    arguments = ["roads.osrm"]
    if step == "osrm-extract":
        shutil.copy(PROFILE, home)
        arguments = ["-p", PROFILE.name, "roads.osm.pbf"]
    start = time.perf_counter()
    with (home / f"{step}.log").open("w", encoding="utf-8") as log:
        command = [str(program), "--threads", "1", *arguments]
        subprocess.run(command, cwd=home, stdout=log, stderr=subprocess.STDOUT, check=True)
    return time.perf_counter() - start
