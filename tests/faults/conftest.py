"""Stores for the fault tests: a drawn town in which everybody was seen just now."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from spec.served_town import copy_town, write_town
from store_servers import KINDS, load_city

from api.clock import system_clock
from dispatch.store.engine import open_store
from dispatch.store.standstill import resume


@pytest.fixture(scope="session")
def town_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Store of the town; to be copied, not written to.  Its city folder lies beside it."""
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def embedded_url(town_store: Path, tmp_path: Path) -> str:
    """An embedded store of the test's own."""
    url = f"sqlite:///{copy_town(town_store, tmp_path)}"
    go_on_now(url)
    return url


@pytest.fixture
def server_url(town_store: Path, tmp_path: Path, database: str) -> str:
    """A store of the test's own on PostgreSQL."""
    city = shutil.copytree(town_store.parent / "city", tmp_path / "city")
    with closing(open_store(database, create=True)) as opened:
        load_city(city, opened)
    go_on_now(database)
    return database


@pytest.fixture(params=KINDS)
def store_url(request: pytest.FixtureRequest) -> str:
    """A store of the test's own, of each kind in turn."""
    kind = "embedded_url" if request.param == "embedded" else "server_url"
    return str(request.getfixturevalue(kind))


def go_on_now(url: str) -> None:
    """Let the town go on now, from where it stands still."""
    with closing(open_store(url)) as opened, opened.session() as session:
        resume(session, now=system_clock())
        session.commit()
