"""Speed tables: CSV files that lay hours and measurements over the base speeds."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from geo.errors import BadValue, MissingColumn, UnreadableFile
from geo.road.road_class import Mode

Line = TypeVar("Line")


def read_table(
    path: Path, columns: Sequence[str], make: Callable[[Mapping[str, str]], Line]
) -> list[Line]:
    """
    Read a CSV file line by line.

    Parameters
    ----------
    path
        The file, UTF-8 with a header.
    columns
        Columns that it must have.
    make
        Makes a value of a line.

    Returns
    -------
    lines
        One value each, in order.

    Raises
    ------
    UnreadableFile, MissingColumn
        There is no such table.
    BadValue
        A line cannot be used; the sentence names it.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            names = reader.fieldnames or ()
            rows = [{name: text or "" for name, text in row.items() if name} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(f"{path} cannot be read as a table: {error}.") from error
    missing = [name for name in columns if name not in names]
    if missing:
        raise MissingColumn(f"{path} lacks {' and '.join(missing)}; it needs {','.join(columns)}.")
    return [_line(path, number, row, make) for number, row in enumerate(rows, start=2)]


def read_modes(text: str) -> tuple[Mode, ...]:
    """
    Read modes of travel.

    Parameters
    ----------
    text
        Names with ``;`` between them; empty for all.

    Returns
    -------
    modes
        One or more.

    Raises
    ------
    BadValue
        A name is no mode.
    """
    words = [word.strip() for word in text.split(";") if word.strip()]
    unknown = [word for word in words if word not in list(Mode)]
    if unknown:
        raise BadValue(f"“{unknown[0]}” is no mode of travel; they are {', '.join(Mode)}.")
    return tuple(map(Mode, words)) or tuple(Mode)


def _line(
    path: Path, number: int, row: Mapping[str, str], make: Callable[[Mapping[str, str]], Line]
) -> Line:
    """Make a value of one line; whatever is wrong with it is told with its number."""
    try:
        return make(row)
    except BadValue as error:
        raise BadValue(f"{path}, line {number}: {error}") from error
