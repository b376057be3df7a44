"""A small city folder, and a store that holds it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from spec.city_files import write_city

from dispatch.store.city_folder import load_city_folder
from dispatch.store.engine import Store, open_store


@pytest.fixture(scope="session")
def sound_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_city(tmp_path_factory.mktemp("sound") / "city")


@pytest.fixture
def city_folder(sound_city: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound_city, tmp_path / "city"))


@pytest.fixture
def empty_store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path / 'store.gpkg'}", create=True)
    yield store
    store.close()


@pytest.fixture
def store(empty_store: Store, city_folder: Path) -> Store:
    with empty_store.session() as session:
        load_city_folder(city_folder, session)
        session.commit()
    return empty_store
