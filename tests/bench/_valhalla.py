"""Valhalla from PyPI, run as the executables that its wheel ships; for comparison only."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VERSION = "3.9.1"
ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "valhalla"


def executables() -> Path:
    """Folder of the wheel's programs, fetched and unpacked once."""
    unpacked = CACHE / "unpacked" / "valhalla"
    if not (unpacked / "bin" / "valhalla_service").is_file():
        CACHE.mkdir(parents=True, exist_ok=True)
        fetch = ["download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        wanted = ["--python-version", "3.12", "--dest", str(CACHE), f"pyvalhalla=={VERSION}"]
        subprocess.run([sys.executable, "-m", "pip", *fetch, *wanted], check=True)
        (wheel,) = CACHE.glob(f"pyvalhalla-{VERSION}-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(CACHE / "unpacked")
        for program in (unpacked / "bin").iterdir():
            program.chmod(0o755)
    return unpacked


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


@contextmanager
def served(config: Path) -> Iterator[int]:
    """Run the service on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    settings = json.loads(config.read_text(encoding="utf-8"))
    settings["httpd"]["service"]["listen"] = f"tcp://127.0.0.1:{port}"
    config.write_text(json.dumps(settings), encoding="utf-8")
    command = [str(executables() / "bin" / "valhalla_service"), str(config), "1"]
    with config.with_suffix(".log").open("w", encoding="utf-8") as log:
        service = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_for(port)
            yield port
        finally:
            service.terminate()
            service.wait()


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


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("Valhalla did not start; see the log beside its configuration.")
