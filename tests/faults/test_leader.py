"""The leading process is killed (kill -9): another leads, and never two at once."""

from __future__ import annotations

import os
import signal
import time
from contextlib import closing, suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from faults.running_server import PATIENCE_S, end_with_parent, forked

from dispatch.store.engine import open_store
from dispatch.store.leader import Leadership

PROCESSES = 3
LOOKS_EVERY_S = 0.05


def look_on(url: str, folder: Path) -> None:
    """Look whether this process leads until it is killed; who does says so in a file."""
    end_with_parent()
    with closing(open_store(url)) as store:
        leadership = Leadership(store)
        while True:
            leadership.look()
            if leadership.leads:
                (folder / str(os.getpid())).touch()
            time.sleep(LOOKS_EVERY_S)


def test_when_the_leader_is_killed_another_leads(server_url, tmp_path):
    """All are killed in the end, each of them only once it leads."""
    folder = tmp_path / "leaders"
    folder.mkdir()
    context = forked()
    processes = [
        context.Process(target=look_on, args=(server_url, folder)) for _ in range(PROCESSES)
    ]
    waiting: dict[str, ForkServerProcess] = {}
    try:
        for process in processes:
            process.start()
            waiting[str(process.pid)] = process
        led: list[str] = []
        while waiting:
            (leader,) = leaders(folder, after=led)
            time.sleep(5 * LOOKS_EVERY_S)
            assert said_in(folder) == {*led, leader}, "two lead at once"
            waiting[leader].kill()
            waiting.pop(leader).join(PATIENCE_S)
            led.append(leader)
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)


def said_in(folder: Path) -> set[str]:
    """Who has said that they lead, by the numbers of their processes."""
    return {file.name for file in folder.iterdir()}


def leaders(folder: Path, *, after: list[str]) -> set[str]:
    """Wait until somebody leads who has not led before."""
    until = time.monotonic() + PATIENCE_S
    while not (fresh := said_in(folder) - set(after)):
        assert time.monotonic() < until, "nobody leads"
        time.sleep(LOOKS_EVERY_S)
    return fresh
