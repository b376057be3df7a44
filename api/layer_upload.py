"""Layers that come in over HTTP: a file under its sender's name, in a folder that goes with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import UploadFile

from geo.errors import BadValue

LONGEST_NAME = 120


@contextmanager
def uploaded(file: UploadFile) -> Iterator[Path]:
    """
    Lay a file down where it can be read.

    Parameters
    ----------
    file
        What was sent.

    Yields
    ------
    path
        The file, under the last part of the name that its sender gave it.

    Raises
    ------
    BadValue
        The name is none that a file can have.
    """
    name = file_name(file.filename or "")
    with TemporaryDirectory(prefix="grid-dispatch-upload-") as folder:
        path = Path(folder) / name
        with path.open("wb") as target:
            shutil.copyfileobj(file.file, target)
        yield path


def file_name(sent: str) -> str:
    """
    Take the name of a file from what a sender calls it; a string of others is never a path.

    Parameters
    ----------
    sent
        As it was sent: browsers of old send whole paths.

    Returns
    -------
    name
        Its last part.

    Raises
    ------
    BadValue
        There is none, or it is no name.
    """
    name = sent.replace("\\", "/").rpartition("/")[2].strip()
    if name in {"", ".", ".."} or not name.isprintable() or len(name.encode()) > LONGEST_NAME:
        raise BadValue("Give the file a name of at most 120 bytes, whose ending says its format.")
    return name
