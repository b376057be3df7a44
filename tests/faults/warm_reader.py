"""
A reader that is warm: one process reads many files by `geo.layer_read`, until one of them kills it.

The product starts a process for each file, and most of that is Python's start.  Here one process
starts once, in a network namespace where every packet to anywhere is counted; for each driver it
forks one that has GDAL loaded with that driver alone, and that one forks the one that reads.
Whoever reads has `Limits` anew for each file; if it crashes, hangs or runs out of them, that is
the answer to its file, as in the product, and another is forked.  What is not as in the product:
bubblewrap's walls about the file system, and that up to `RENEWED_AFTER` files share a process.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TextIO

from faults.own_network import count_packets, lead_everywhere_to_oneself, unshared

from api.confined import Confined, Ending, Errand, Limits, Walls, ending_of, given_as

Told = dict[str, Any]
WITHIN_S, CPU_S, MEMORY_BYTES = 60, 5, 3 << 30
OUT_OF_TIME = 1000
"""An exit code that no process has."""

RENEWED_AFTER = 200
"""Files that one process reads."""


class WarmReader:
    """The reader, as whoever hands it errands sees it; stands in for `run_confined`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [*unshared(), sys.executable, "-m", "faults.warm_reader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=dict(os.environ) | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(BrokenPipeError), self._process:
            pass  # which closes the pipes, at which it ends, and waits for that

    def run(self, errand: Errand, _: Limits | None = None) -> Confined:
        """Have a file read; what a confined process would be told, as it sees it."""
        seen = {given_as(errand.given): str(errand.given), "/result": str(errand.result)}
        told = [seen.get(argument, argument) for argument in errand.arguments]
        answer = self._ask({"told": told, "environment": dict(errand.environment)})
        if answer["code"] == OUT_OF_TIME:
            return Confined(Ending.OUT_OF_TIME, Walls.BUBBLEWRAP, "")
        said = answer["said"]
        return Confined(ending_of(answer["code"], said), Walls.BUBBLEWRAP, said)

    def packets(self) -> int:
        """Count what was sent by all that read."""
        return int(self._ask({"count": True})["packets"])

    def _ask(self, question: Told) -> Told:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        with self._lock:
            stdin.write(json.dumps(question) + "\n")
            stdin.flush()
            line = stdout.readline()
        assert line, "The warm reader has ended."
        answer: Told = json.loads(line)
        return answer


def main(_: Sequence[str]) -> None:
    """Be the reader: an errand on each line that comes in, what became of it on each that goes."""
    lead_everywhere_to_oneself()
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    import geo.layer_osm  # noqa: F401, PLC0415 -- once, before anybody is forked

    by_driver: dict[str, Talk] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if "count" in asked:
            answer: Told = {"packets": count_packets()}
        else:
            driver = asked["environment"]["GDAL_SKIP"]
            if driver not in by_driver:
                by_driver[driver] = _forked(asked["environment"])
            told = by_driver[driver].ask(asked)
            assert told is not None, "who knows the driver has ended"
            answer = told
        _say(out, answer)


def _forked(environment: Mapping[str, str]) -> Talk:
    """Fork a process that knows one driver; answers how to ask it."""

    def know_a_driver(talk: TextIO) -> None:
        os.environ.update(environment)
        import pyogrio.raw  # noqa: F401, PLC0415 -- GDAL looks at the environment now

        reader = Reader()
        for line in talk:
            _say(talk, reader.read(json.loads(line)["told"]))

    return Talk(know_a_driver)


class Talk:
    """A forked process and the line to it."""

    def __init__(self, task: Callable[[TextIO], None]) -> None:
        self._here, there = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            self._here.close()
            with there.makefile("rw", encoding="utf-8") as talk:
                task(talk)
            os._exit(0)
        there.close()
        self._file = self._here.makefile("rw", encoding="utf-8")

    def ask(self, question: Told, within_s: float | None = None) -> Told | None:
        """Ask, and wait for the answer; None if the process ended, or did not answer in time."""
        _say(self._file, question)
        if not select.select([self._here], [], [], within_s)[0]:
            os.kill(self.pid, signal.SIGKILL)
            return None
        line = self._file.readline()
        return json.loads(line) if line else None

    def ended(self) -> int:
        """Wait until the process has ended; answers its code as `subprocess` would."""
        self._file.close()
        self._here.close()
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class Reader:
    """Whoever reads now, and how many files it has read."""

    def __init__(self) -> None:
        self._talk: Talk | None = None
        self._count = 0

    def read(self, told: list[str]) -> Told:
        """Have one file read; answers how the process ended, or would have."""
        errors = Path(told[-1]) / "errors"
        errors.touch()
        if self._talk is None:
            self._talk, self._count = Talk(_read_on), 0
        started = time.monotonic()
        answer = self._talk.ask({"told": told}, WITHIN_S)
        self._count += 1
        code = 0 if answer is None else int(answer["code"])
        if code or answer is None or self._count >= RENEWED_AFTER:
            ended, self._talk = self._talk.ended(), None
            if answer is None:
                code = OUT_OF_TIME if time.monotonic() - started >= WITHIN_S else ended
        return {"code": code, "said": errors.read_text("utf-8", errors="replace")[-4000:]}


def _read_on(talk: TextIO) -> None:
    """Be the process that reads one file after the other."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for line in talk:
        told = json.loads(line)["told"]
        used_s = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        resource.setrlimit(resource.RLIMIT_CPU, (int(used_s) + CPU_S, resource.RLIM_INFINITY))
        with Path(told[-1], "errors").open("w", encoding="utf-8") as errors:
            os.dup2(errors.fileno(), 2)
        _say(talk, {"code": _read(told)})


def _read(told: list[str]) -> int:
    """Read one file; answers the code that the process of the product would end with."""
    from geo.layer_read import main as read  # noqa: PLC0415 -- imported long since

    try:
        read(told)
    except BaseException:  # noqa: BLE001 -- as Python ends a process
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
        return 1
    return 0


def _say(talk: TextIO, told: Told) -> None:
    talk.write(json.dumps(told) + "\n")
    talk.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
