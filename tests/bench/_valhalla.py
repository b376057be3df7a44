"""Valhalla from PyPI, run as the executables that its wheel ships; for comparison only."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.peer import cache
from tests.bench.peer.server import Server

VERSION = "3.9.1"
REQUIREMENT = f"pyvalhalla=={VERSION}"


def executables() -> Path:
    """Folder of the wheel's programs, fetched and unpacked once."""
    return cache.unpacked(REQUIREMENT, "valhalla_service").parent


def tiles(source: Path, folder: Path) -> Path:
    """Build Valhalla's tiles of an extract; its configuration file."""
    home = executables()
    script = [sys.executable, str(home / "valhalla_build_config.py")]
    made = subprocess.run(
        [*script, "--mjolnir-tile-dir", str(folder / "tiles")],
        capture_output=True,
        text=True,
        check=True,
    )
    config = folder / "valhalla.json"
    config.write_text(made.stdout, encoding="utf-8")
    build = [str(home / "bin" / "valhalla_build_tiles"), "-c", str(config), str(source)]
    with (folder / "build.log").open("w", encoding="utf-8") as log:
        subprocess.run(build, stdout=log, stderr=subprocess.STDOUT, check=True)
    return config


def server(config: Path) -> Server:
    """The service on one thread, ready to be started."""
    program = str(executables() / "bin" / "valhalla_service")

    def command(port: int) -> list[str]:
        settings = json.loads(config.read_text(encoding="utf-8"))
        settings["httpd"]["service"]["listen"] = f"tcp://127.0.0.1:{port}"
        config.write_text(json.dumps(settings), encoding="utf-8")
        return [program, str(config), "1"]

    return Server(command, config.with_suffix(".log"))


@contextmanager
def served(config: Path) -> Iterator[int]:
    """Run the service on a free port of this machine."""
    with server(config) as running:
        yield running.port


def drive(port: int, start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Seconds and metres by car; NaN where Valhalla finds no way."""
    places = [{"lon": lon, "lat": lat} for lon, lat in (start, end)]
    question = {"locations": places, "costing": "auto", "directions_type": "none"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/route", data=json.dumps(question).encode()
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 -- the same
            summary = json.load(answer)["trip"]["summary"]
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return float("nan"), float("nan")
    return float(summary["time"]), float(summary["length"]) * 1000
