"""Files that appear whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geo.errors import BadValue


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """
    Write a file beside its place and move it there when the block ends well.

    Parameters
    ----------
    path
        Where the file will stand; an older one is replaced.

    Yields
    ------
    fresh
        Where to write meanwhile; it has the same name.

    Raises
    ------
    BadValue
        The folder does not exist, or the path is a folder.
    """
    if not path.parent.is_dir():
        raise BadValue(f"{path}: the folder {path.parent} does not exist; make it first.")
    if path.is_dir():
        raise BadValue(f"{path} is a folder; name a file.")
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        fresh = Path(folder) / path.name
        yield fresh
        fresh.replace(path)
