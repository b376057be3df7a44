"""A served demo city; generated once per process."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_service import client_of, copy_of, make_store
from fastapi.testclient import TestClient


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Store of the small demo city; to be copied, not written to."""
    return make_store(tmp_path_factory.mktemp("small-city"))


@pytest.fixture(scope="module")
def client(small_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Client of a service on a copy of the small demo city."""
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    with client_of(copy_of(small_store, tmp_path_factory.mktemp("served"))) as client:
        yield client
