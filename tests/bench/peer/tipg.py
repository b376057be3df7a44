"""Tipg on a PostGIS database: another server of OGC API, in an environment of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.peer.install import environment_with
from tests.free_port import free_port

REQUIREMENTS = ("tipg==1.6.0", "uvicorn==0.54.0")


@contextmanager
def tipg(database: str, log: Path) -> Iterator[str]:
    """
    Serve the tables of a database until the block ends.

    Gives the server's address, or what is missing as a text without a scheme.
    """
    python, lacking = environment_with("tipg", REQUIREMENTS)
    if lacking:
        yield "; ".join(f"{requirement}: {why}" for requirement, why in lacking.items())
        return
    port = free_port()
    command = [str(python), "-m", "uvicorn", "tipg.main:app", "--port", str(port)]
    own = os.environ | {"DATABASE_URL": database, "TIPG_DB_SCHEMAS": '["public"]'}
    with log.open("ab") as said:
        process = subprocess.Popen(
            [*command, "--log-level", "warning"], env=own, stdout=said, stderr=said
        )
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=60)
