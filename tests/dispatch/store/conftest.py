"""A small city folder, and a store of each kind that holds it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from spec.city_files import write_city
from store_servers import load_city

from dispatch.store.engine import Store, open_store


@pytest.fixture(scope="session")
def sound_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_city(tmp_path_factory.mktemp("sound") / "city")


@pytest.fixture
def city_folder(sound_city: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound_city, tmp_path / "city"))


@pytest.fixture
def empty_store(empty_store_url: str) -> Iterator[Store]:
    store = open_store(empty_store_url)
    yield store
    store.close()


@pytest.fixture
def store(empty_store: Store, city_folder: Path) -> Store:
    load_city(city_folder, empty_store)
    return empty_store


@pytest.fixture
def empty_file(tables_alone: Path, tmp_path: Path) -> Iterator[Store]:
    """An embedded store, for tests of what no store changes."""
    path = shutil.copy(tables_alone, tmp_path / "store.gpkg")
    store = open_store(f"sqlite:///{path}")
    yield store
    store.close()


@pytest.fixture
def embedded(empty_file: Store, city_folder: Path) -> Store:
    """An embedded store that holds the city."""
    load_city(city_folder, empty_file)
    return empty_file


@pytest.fixture
def elsewhere(store: Store, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Address of another new store of the same kind."""
    if store.path is not None:
        return f"sqlite:///{tmp_path / 'elsewhere.gpkg'}"
    server = request.getfixturevalue("postgresql")
    return server.url(server.make_database())
