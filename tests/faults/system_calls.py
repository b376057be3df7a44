"""System calls of running processes, as ``strace`` tells them: what is written, synced and sent."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

TRACED = "write,writev,pwrite64,pwritev,sendto,sendmsg,fsync,fdatasync"
LONGEST_TEXT = 20_000
ATTACHED_WITHIN_S = 30
CALL = re.compile(r"^(?P<pid>\d+)\s+(?P<name>\w+)\((?P<rest>.*)$")
RESUMED = re.compile(r"^(?P<pid>\d+)\s+<\.\.\. (?P<name>\w+) resumed>")
SYNCS = {"fsync", "fdatasync"}


class Kind(Enum):
    """What a call means for the order that is looked at."""

    LOGGED = auto()
    SYNCED = auto()
    ANSWERED = auto()


@dataclass(frozen=True, slots=True)
class Event:
    """A record went into the log, the log was synced, or an answer went out."""

    kind: Kind
    text: str = ""


class NotAllowedError(Exception):
    """This machine does not let one process watch another."""


@contextmanager
def watched(strace: str, pids: Iterable[int], said: Path) -> Iterator[Callable[[], list[str]]]:
    """Watch processes and all that they start; hands out what tells their calls so far."""
    options = ["-f", "-y", "-e", f"trace={TRACED}", "-s", str(LONGEST_TEXT), "-o", str(said)]
    attach = [word for pid in pids for word in ("-p", str(pid))]
    process = subprocess.Popen(
        [strace, *options, *attach], stderr=subprocess.PIPE, text=True, errors="replace"
    )
    assert process.stderr is not None
    try:
        first = process.stderr.readline()
        if "attached" not in first:
            raise NotAllowedError(first.strip())
        yield lambda: said.read_text(encoding="utf-8", errors="replace").splitlines()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=ATTACHED_WITHIN_S)


def events(lines: Iterable[str], *, log: str) -> Iterator[Event]:
    """
    Read a trace: writes count when they begin, syncs of the log when they have returned.

    So an answer that overlaps the sync of its record is one that came too early.
    """
    syncing: set[str] = set()
    for line in lines:
        if (again := RESUMED.match(line)) is not None:
            if again["name"] in SYNCS and again["pid"] in syncing:
                syncing.discard(again["pid"])
                yield Event(Kind.SYNCED)
            continue
        call = CALL.match(line)
        if call is None:
            continue
        to_log = re.match(rf"\d+<[^>]*{log}[^>]*>", call["rest"]) is not None
        if call["name"] in SYNCS and to_log:
            if "<unfinished" in line:
                syncing.add(call["pid"])
            else:
                yield Event(Kind.SYNCED)
        elif to_log:
            yield Event(Kind.LOGGED, call["rest"])
        elif "HTTP/1.1 2" in call["rest"]:
            yield Event(Kind.ANSWERED)


def answered_before_sync(happened: Iterable[Event], marks: Iterable[str]) -> list[str]:
    """Of marked requests, made one after the other: those answered before their record was safe."""
    too_early, waiting = [], iter(marks)
    mark = next(waiting, None)
    logged = safe = False
    for event in happened:
        if mark is None:
            break
        if event.kind == Kind.LOGGED and mark in event.text:
            logged, safe = True, False
        elif event.kind == Kind.SYNCED:
            safe = logged
        elif event.kind == Kind.ANSWERED:
            too_early += [] if safe else [mark]
            mark, logged, safe = next(waiting, None), False, False
    return too_early if mark is None else [*too_early, mark, *waiting]


def wait_for(told: Callable[[], list[str]], text: str) -> None:
    """Wait until a trace holds a text: strace writes behind what it watches."""
    deadline = time.monotonic() + ATTACHED_WITHIN_S
    while not any(text in line for line in told()):
        assert time.monotonic() < deadline, f"{text!r} is in no traced call"
        time.sleep(0.05)
