"""Stores for the fault tests: a drawn town in which everybody was seen just now."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest
from faults.own_network import NAMESPACE, unshared
from faults.towns import embedded_copy, server_copy
from spec.served_town import write_town
from store_servers import EMBEDDED_FIRST

PATIENCE_S = 3600
"""Some two hundred files, each read by a process of its own, on a machine with other work."""


@pytest.fixture(scope="session")
def town_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Store of the town; to be copied, not written to.  Its city folder lies beside it."""
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def told_by_hands(
    tmp_path: Path, need_program: Callable[[str], str], leave_out: Callable[[str], NoReturn]
) -> Callable[[str, Sequence[Mapping[str, str]]], Mapping[str, Any]]:
    """Have layers handed in at a store, in a network of its own; answers what was told of it."""
    for program in ("unshare", "ip"):
        need_program(program)
    if subprocess.run([*unshared(), "true"], check=False, capture_output=True).returncode:
        if os.environ.get("CI") == "true":
            pytest.fail(f"Packets can't be counted: it takes {NAMESPACE}.")
        leave_out(NAMESPACE)
    (tmp_path / "tmp").mkdir()

    def run(store: str, plan: Sequence[Mapping[str, str]]) -> Mapping[str, Any]:
        (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        path = {"PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path / "tmp")}
        done = subprocess.run(
            [*unshared(), sys.executable, "-m", "faults.hostile_hands", store, str(tmp_path)],
            env=dict(os.environ) | path,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        told: Mapping[str, Any] = json.loads((tmp_path / "told.json").read_text(encoding="utf-8"))
        return told

    return run


@pytest.fixture
def embedded_url(town_store: Path, tmp_path: Path) -> str:
    """An embedded store of the test's own."""
    return embedded_copy(town_store, tmp_path)


@pytest.fixture
def server_url(town_store: Path, tmp_path: Path, database: str) -> str:
    """A store of the test's own on PostgreSQL."""
    return server_copy(town_store, tmp_path, database)


@pytest.fixture(params=EMBEDDED_FIRST)
def store_url(request: pytest.FixtureRequest) -> str:
    """A store of the test's own: embedded in `make test`, of each kind in turn in `make verify`."""
    kind = "embedded_url" if request.param == "embedded" else "server_url"
    return str(request.getfixturevalue(kind))
