"""A drawn town as a store of a test's own, embedded or on PostgreSQL, that goes on now."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

from spec.served_town import copy_town
from store_servers import load_city

from api.clock import system_clock
from dispatch.store.engine import open_store
from dispatch.store.standstill import resume


def embedded_copy(town_store: Path, folder: Path) -> str:
    """Copy the town into a folder; answers the address of the store."""
    url = f"sqlite:///{copy_town(town_store, folder)}"
    go_on_now(url)
    return url


def server_copy(town_store: Path, folder: Path, database: str) -> str:
    """Load the town into an empty database; answers the address of the store."""
    city = shutil.copytree(town_store.parent / "city", folder / "city")
    with closing(open_store(database, create=True)) as opened:
        load_city(city, opened)
    go_on_now(database)
    return database


def go_on_now(url: str) -> None:
    """Let the town go on now, from where it stands still."""
    with closing(open_store(url)) as opened, opened.session() as session:
        resume(session, now=system_clock())
        session.commit()
