"""Answers of the command line: on the screen, or in a file that appears whole."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from geo.whole_file import whole_file


@contextmanager
def answer_file(out: Path | None) -> Iterator[TextIO]:
    """
    Open a file that appears whole when the block ends, or the screen.

    Parameters
    ----------
    out
        The file; None for the screen.

    Yields
    ------
    file
        Where to write text.
    """
    if out is None:
        yield sys.stdout
        return
    with whole_file(out) as fresh, fresh.open("w", encoding="utf-8", newline="") as file:
        yield file


def write_json(value: Mapping[str, Any], out: Path | None) -> None:
    """
    Write JSON to a file or the screen.

    Parameters
    ----------
    value
        What to write.
    out
        The file; None for the screen.
    """
    with answer_file(out) as file:
        file.write(json.dumps(value, ensure_ascii=False) + "\n")


def seconds(milliseconds: int) -> str:
    """
    Show whole milliseconds as seconds with three decimals.

    Parameters
    ----------
    milliseconds
        0 or more.

    Returns
    -------
    text
        Such as ``60.000``.
    """
    return f"{milliseconds // 1000}.{milliseconds % 1000:03d}"
