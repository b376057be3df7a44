"""Stores for the fault tests: a drawn town in which everybody was seen just now."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults.towns import embedded_copy, server_copy
from spec.served_town import write_town
from store_servers import KINDS


@pytest.fixture(scope="session")
def town_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Store of the town; to be copied, not written to.  Its city folder lies beside it."""
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def embedded_url(town_store: Path, tmp_path: Path) -> str:
    """An embedded store of the test's own."""
    return embedded_copy(town_store, tmp_path)


@pytest.fixture
def server_url(town_store: Path, tmp_path: Path, database: str) -> str:
    """A store of the test's own on PostgreSQL."""
    return server_copy(town_store, tmp_path, database)


@pytest.fixture(params=KINDS)
def store_url(request: pytest.FixtureRequest) -> str:
    """A store of the test's own, of each kind in turn."""
    kind = "embedded_url" if request.param == "embedded" else "server_url"
    return str(request.getfixturevalue(kind))
