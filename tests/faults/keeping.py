"""A process that only keeps deadlines, by a clock that a test can move, until it is killed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from faults.running_server import end_with_parent

from api.deadline_watch import DeadlineWatch
from api.settings import Settings
from api.starting import start_service

LOOKS_EVERY_S = 0.2


class FileClock:
    """The clock of this machine, moved by as many seconds as stand in a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def move(self, by_s: float) -> None:
        """Move it, for every process at once."""
        aside = self.file.with_suffix(f".{os.getpid()}")
        aside.write_text(str(by_s), encoding="utf-8")
        aside.replace(self.file)

    def __call__(self) -> datetime:
        moved_s = float(self.file.read_text(encoding="utf-8"))
        return datetime.now(UTC) + timedelta(seconds=moved_s)


def keep_deadlines(
    url: str, clock: FileClock, folder: Path, weakened: Callable[[], None] | None = None
) -> None:
    """
    Tell whatever is due, beat after beat; ``weakened`` takes a guard out first.

    When it begins to look stands in a file named after the process.
    """
    end_with_parent()
    said = os.open(folder / "keepers.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    if weakened is not None:
        weakened()
    watch = DeadlineWatch(start_service(Settings(store=url), clock))
    (folder / f"{os.getpid()}.ready").write_text(str(time.time()), encoding="utf-8")
    while True:
        watch.beat()
        time.sleep(LOOKS_EVERY_S)
