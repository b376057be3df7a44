"""A run of tests that is killed (kill -9) leaves no server behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from faults.test_store_down import within

STARTING = """
import sys, time
from pathlib import Path
from faults.running_server import RunningServer

server = RunningServer(sys.argv[1], Path(sys.argv[2]))
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.verify
def test_a_server_ends_with_the_run_that_forked_it(embedded_url, tmp_path):
    command = [sys.executable, "-c", STARTING, embedded_url, str(tmp_path / "server.log")]
    paths = os.pathsep.join(path for path in sys.path if path)
    run = subprocess.Popen(
        command, env=os.environ | {"PYTHONPATH": paths}, stdout=subprocess.PIPE, text=True
    )
    with run:
        pid = int(run.stdout.readline())
        assert lives(pid)
        run.kill()
    assert within(lambda: not lives(pid))


def lives(pid: int) -> bool:
    """Whether a process runs, and is no corpse that waits to be buried."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
