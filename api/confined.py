"""
Confinement: code that reads what strangers send runs once, walled in, and may die of it.

A file can name other files, ask the network for more, or be made to eat all memory; libraries that
read dozens of formats do what it says.  So a reader runs in a process of its own that sees its
program, one file and one empty folder: no network, no store, no home, no secret of the
environment.  It has so much memory, so many seconds and so large a result, and no second chance.

`walls` says how high the walls are that this machine can build: bubblewrap, or namespaces by
``unshare``; where a kernel allows neither there are limits alone, and that is said aloud.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final

PROGRAM: Final = Path(__file__).resolve().parents[1]
"""Folder of our packages, from which the confined process imports."""

GIVEN, RESULT = "/given", "/result"
"""What the confined process calls its file's folder and the folder for its answer."""

MIB: Final = 1 << 20
TRIAL_S: Final = 20
KILLED_BY_LIMIT: Final = {-signal.SIGKILL, -signal.SIGXCPU, 128 + signal.SIGKILL}


class Walls(StrEnum):
    """What stands between a confined process and the machine."""

    BUBBLEWRAP = "bubblewrap"
    NAMESPACES = "namespaces"
    LIMITS_ONLY = "limits_only"


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What a confined process may use.

    Attributes
    ----------
    memory_bytes
        Address space.
    cpu_s
        Seconds of a processor.
    within_s
        Seconds by the clock.
    file_bytes
        Longest file that it writes.
    """

    memory_bytes: int = 3072 * MIB
    cpu_s: int = 120
    within_s: int = 150
    file_bytes: int = 2048 * MIB


@dataclass(frozen=True, slots=True)
class Errand:
    """
    What a confined process is to do.

    Attributes
    ----------
    module
        Name of the module of which it runs ``main``.
    arguments
        What it is told; paths as the process sees them, in `given_as` and ``/result``.
    given
        The file it reads; nothing else of the machine's data can be seen.
    result
        An empty folder for its answer.
    environment
        Variables that it finds set, beside those that every program needs.
    """

    module: str
    arguments: tuple[str, ...]
    given: Path
    result: Path
    environment: Mapping[str, str] = field(default_factory=dict)


class Ending(StrEnum):
    """How a confined process ended."""

    DONE = "done"
    FAILED = "failed"
    OUT_OF_TIME = "out_of_time"
    OUT_OF_MEMORY = "out_of_memory"


@dataclass(frozen=True, slots=True)
class Confined:
    """
    What became of a confined process.

    Attributes
    ----------
    ending
        How it ended; its folder holds an answer only if it is done.
    walls
        What stood around it.
    said
        The last of what it wrote to its errors, for the log; never for a caller.
    """

    ending: Ending
    walls: Walls
    said: str


@lru_cache(maxsize=1)
def walls() -> Walls:
    """
    Find out, by trying, what walls this machine can build.

    Returns
    -------
    walls
        The highest that a trial process got through.
    """
    for kind in (Walls.BUBBLEWRAP, Walls.NAMESPACES):
        command = _walled(kind, None, None, [sys.executable, "-I", "-c", "pass"])
        if command is not None and _succeeds(command):
            return kind
    return Walls.LIMITS_ONLY


def run_confined(errand: Errand, limits: Limits | None = None) -> Confined:
    """
    Run ``main(arguments)`` of one of our modules, walled in.

    Parameters
    ----------
    errand
        What is to be run, on what.
    limits
        What it may use.

    Returns
    -------
    confined
        How it ended.

    Notes
    -----
    Where only limits are to be had, the process sees the machine's files: the paths it is told
    are then the true ones.
    """
    limits = limits or Limits()
    kind = walls()
    start = (
        f"import resource, sys; {_limiting(limits)}; sys.path.insert(0, {str(PROGRAM)!r}); "
        f"from {errand.module} import main; main(sys.argv[1:])"
    )
    # It starts in another folder, from which a relative path leads nowhere.
    given, result = errand.given.absolute(), errand.result.absolute()
    told = [_as_seen(argument, kind, given, result) for argument in errand.arguments]
    inner = [sys.executable, "-I", "-B", "-c", start, *told]
    command = _walled(kind, given, result, inner) or inner
    try:
        done = subprocess.run(
            command,
            cwd="/",
            env=_environment() | dict(errand.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=limits.within_s,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return Confined(Ending.OUT_OF_TIME, kind, "")
    said = done.stderr[-4000:].decode(errors="replace")
    return Confined(ending_of(done.returncode, said), kind, said)


def given_as(file: Path) -> str:
    """
    Name a file as the confined process sees it.

    Parameters
    ----------
    file
        The file.

    Returns
    -------
    path
        Its path behind the walls.
    """
    return f"{GIVEN}/{file.name}"


def _as_seen(argument: str, kind: Walls, given: Path, result: Path) -> str:
    """A path behind the walls, or the true one where there are none."""
    if kind is Walls.BUBBLEWRAP:
        return argument
    if argument == given_as(given):
        return str(given)
    return str(result) + argument[len(RESULT) :] if argument.startswith(RESULT) else argument


def ending_of(code: int, said: str) -> Ending:
    """
    Tell how a confined process ended.

    Parameters
    ----------
    code
        Its exit code.
    said
        The last of what it wrote to its errors.

    Returns
    -------
    ending
        What became of it.
    """
    if code == 0:
        return Ending.DONE
    if code in {-signal.SIGXCPU, 128 + signal.SIGXCPU}:
        return Ending.OUT_OF_TIME
    if code in KILLED_BY_LIMIT or "MemoryError" in said or "bad_alloc" in said:
        return Ending.OUT_OF_MEMORY
    return Ending.FAILED


def _walled(
    kind: Walls, given: Path | None, result: Path | None, inner: Sequence[str]
) -> list[str] | None:
    """The command that builds walls and runs another within; None if it isn't installed."""
    if kind is Walls.NAMESPACES:
        unshare = shutil.which("unshare")
        wanted = ["--user", "--map-root-user", "--net", "--ipc", "--pid", "--fork", "--kill-child"]
        return None if unshare is None else [unshare, *wanted, "--", *inner]
    bubblewrap = shutil.which("bwrap")
    if kind is not Walls.BUBBLEWRAP or bubblewrap is None:
        return None
    command = [bubblewrap, "--unshare-all", "--die-with-parent", "--cap-drop", "ALL"]
    command += ["--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108 -- a folder of its own
    for folder in _program_folders():
        command += ["--ro-bind", folder, folder]
    for link in ("/bin", "/lib", "/lib64"):
        path = Path(link)
        if path.is_symlink():
            command += ["--symlink", str(path.readlink()), link]
        elif path.exists():
            command += ["--ro-bind", link, link]
    if given is not None and result is not None:
        command += ["--ro-bind", str(given), given_as(given), "--bind", str(result), RESULT]
    return [*command, "--chdir", "/", "--", *inner]


def _program_folders() -> list[str]:
    """Where Python, its packages and ours are, the outermost folders only."""
    named = {Path("/usr"), Path(sys.prefix), Path(sys.base_prefix), PROGRAM}
    named |= {Path(sys.executable).resolve().parents[1]}
    outermost = [one for one in named if not any(other in one.parents for other in named)]
    return sorted(map(str, outermost))


def _environment() -> dict[str, str]:
    """Nothing of ours but where programs are; libraries shall not start threads by the core."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8", **threads}


def _limiting(limits: Limits) -> str:
    """What the process does first of all: lower what it may use, for good."""
    most = {
        "AS": (limits.memory_bytes, limits.memory_bytes),
        "CPU": (limits.cpu_s, limits.cpu_s + 1),  # the first is a signal that can be told apart
        "FSIZE": (limits.file_bytes, limits.file_bytes),
        "CORE": (0, 0),
    }
    calls = [f"resource.setrlimit(resource.RLIMIT_{what}, {both})" for what, both in most.items()]
    return "; ".join(calls)


def _succeeds(command: Sequence[str]) -> bool:
    """Whether a trial process gets through the walls."""
    try:
        done = subprocess.run(
            command, cwd="/", env=_environment(), capture_output=True, timeout=TRIAL_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
