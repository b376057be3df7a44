"""The small demo city, generated once, and a service on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from fastapi.testclient import TestClient

from api.app import create_app
from api.clock import system_clock
from api.settings import Settings
from dispatch.store.city_folder import load_city_folder
from dispatch.store.engine import open_store
from dispatch.store.standstill import resume
from fixtures.demo_city import write_demo_city
from fixtures.preset import Preset

DISPATCHER = {"authorization": "Bearer demo-dispatcher"}
"""Who asks, unless a test says otherwise."""


def make_store(folder: Path, *, officers: int | None = None) -> Path:
    """Generate the small city, with as many officers as are asked for, and load it into a store."""
    city = write_demo_city(folder / "city", preset=Preset.SMALL, officers=officers)
    path = folder / "small.gpkg"
    with closing(open_store(f"sqlite:///{path}", create=True)) as store, store.session() as session:
        load_city_folder(city, session)
        session.commit()
    return path


def copy_of(store: Path, folder: Path) -> Path:
    """
    Copy a store, so that what a test writes is nobody else's.

    Shared are the roads and the tables for planning, which lie there under digests of what they
    were made from.
    """
    copy = folder / store.name
    shutil.copy(store, copy)
    for beside in (f"{store.stem}-roads", f"{store.stem}-planning"):
        (store.parent / beside).mkdir(exist_ok=True)
        (folder / beside).symlink_to(store.parent / beside)
    return copy


@contextmanager
def client_of(store: Path) -> Iterator[TestClient]:
    """Serve a store whose clock goes on now, to a client on this machine."""
    url = f"sqlite:///{store}"
    with closing(open_store(url)) as opened, opened.session() as session:
        resume(session, now=system_clock())
        session.commit()
    app = create_app(Settings(store=url))
    with TestClient(
        app,
        base_url="http://127.0.0.1",
        client=("127.0.0.1", 50000),
        headers=DISPATCHER,
        raise_server_exceptions=False,
    ) as client:
        yield client
