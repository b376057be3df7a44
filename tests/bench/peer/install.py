"""The peers' own environment: a folder beside the cache, one pinned package at a time."""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Iterable
from pathlib import Path

from tests.bench.peer import cache
from tests.bench.peer.libraries import LIBRARIES

BASE = ("numpy==2.4.6", "scipy==1.17.1")


def environment() -> tuple[Path, dict[str, str]]:
    """
    Install every library that is not there yet.

    Gives the environment's Python, and why libraries could not be had, by requirement.
    What one run has installed the next one finds; what failed is tried again.
    """
    wanted = dict.fromkeys((*BASE, *(peer.requirement for peer in LIBRARIES.values())))
    return environment_with("environment", wanted)


def environment_with(name: str, wanted: Iterable[str]) -> tuple[Path, dict[str, str]]:
    """Install packages into an environment of a name; its Python, and why which can't be had."""
    home = cache.folder() / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    python = home / "bin" / "python"
    if not python.is_file():
        print(f"making an environment for peers in {home}", flush=True)
        venv.create(home, with_pip=True)
    lacking = {requirement: _installed(python, home, requirement) for requirement in wanted}
    return python, {requirement: why for requirement, why in lacking.items() if why}


def _installed(python: Path, home: Path, requirement: str) -> str:
    """Install one package from a wheel; why that failed, or nothing."""
    stamp = home / f"{requirement}.json"
    if cache.recall(stamp) is not None:
        return ""
    print(f"installing {requirement} for comparison", flush=True)
    command = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--only-binary",
        ":all:",
        requirement,
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode == 0:
        cache.note(stamp, {"installed": requirement})
        return ""
    return (run.stderr.strip().splitlines() or ["pip failed"])[-1]
