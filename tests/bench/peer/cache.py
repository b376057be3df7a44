"""Where peers are kept between runs: outside the checkout, in the user's cache folder."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from geo.road.network import RoadNetwork


def folder() -> Path:
    """Give the cache folder, made where it is missing."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    made = Path(base) / "grid-dispatch" / "bench"
    made.mkdir(parents=True, exist_ok=True)
    return made


def unpacked(requirement: str, program: str) -> Path:
    """
    Give the folder in which a wheel's programs lie, fetching and unpacking it once.

    The wheels of OSRM and Valhalla need a newer Python than this project, but the programs
    inside need none.
    """
    name, version = requirement.split("==")
    home = folder() / f"{name}-{version}"
    found = next(home.glob(f"*/bin/{program}"), None)
    if found is None:
        fetch = ["download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        wanted = ["--python-version", "3.12", "--dest", str(folder()), requirement]
        print(f"fetching {requirement} for comparison", flush=True)
        command = [sys.executable, "-m", "pip", *fetch, *wanted]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise OSError((done.stderr.strip().splitlines() or ["pip failed"])[-1])
        (wheel,) = folder().glob(f"{name.replace('-', '_')}-{version}-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(home)
        found = next(home.glob(f"*/bin/{program}"))
        for file in found.parent.iterdir():
            file.chmod(0o755)
    return found.parent


def digest(network: RoadNetwork) -> str:
    """Name what peers see of a network: places, edges and times, no turn rules."""
    found = hashlib.blake2b(digest_size=6)
    found.update(np.ascontiguousarray(network.node_lon_lat, dtype=np.float64).tobytes())
    for column in (network.edge_tail, network.edge_head, network.edge_ms):
        found.update(column.astype(np.int64).tobytes())
    return found.hexdigest()


def recall(stamp: Path) -> dict[str, Any] | None:
    """Read what an earlier run noted when it finished a step; None where it did not."""
    if not stamp.is_file():
        return None
    facts: dict[str, Any] = json.loads(stamp.read_text(encoding="utf-8"))
    return facts


def note(stamp: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """Note that a step is finished, and what it took."""
    half = stamp.with_suffix(".half")
    half.write_text(json.dumps(facts, indent=1), encoding="utf-8")
    half.replace(stamp)
    return facts
