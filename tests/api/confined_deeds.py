"""What a reader could be made to do by a file: each deed is told how it went in a small file."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path


def main(arguments: Sequence[str]) -> None:
    """Do a deed, and write what came of it."""
    deed, file, *more = arguments
    Path("/result/said" if Path("/result").is_dir() else more[-1]).write_text(
        str(DEEDS[deed](file, *more)), encoding="utf-8"
    )


def _read(file: str, *_: str) -> str:
    return Path(file).read_text(encoding="utf-8")


def _call_out(_: str, port: str, *__: str) -> str:
    try:
        with socket.create_connection(("127.0.0.1", int(port)), timeout=5):
            return "connected"
    except OSError as error:
        return type(error).__name__


def _look(_: str, path: str, *__: str) -> str:
    return "seen" if Path(path).exists() else "not there"


def _write(_: str, path: str, *__: str) -> str:
    try:
        Path(path).write_text("mine", encoding="utf-8")
    except OSError as error:
        return type(error).__name__
    return "written"


def _environment(_: str, name: str, *__: str) -> str:
    return os.environ.get(name, "not set")


def _devour(*_: str) -> int:
    return len(bytearray(1 << 40))


def _grind(*_: str) -> None:
    while True:
        pass


def _fall(*_: str) -> None:
    os.abort()


DEEDS: dict[str, Callable[..., object]] = {
    "read": _read,
    "call out": _call_out,
    "look": _look,
    "write": _write,
    "environment": _environment,
    "devour": _devour,
    "grind": _grind,
    "fall": _fall,
}

if __name__ == "__main__":
    main(sys.argv[1:])
