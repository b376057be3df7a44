"""Rows of work orders from files and messages: CSV, XLSX, JSON; cells as texts."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from api.json_body import flaw_of
from api.layer_reading import read_layer_file
from geo.errors import BadInput, UnreadableFile

Rows = list[dict[str, str]]


def read_rows(path: Path) -> Rows:
    """
    Read the rows of a file that a stranger may have made.

    Parameters
    ----------
    path
        CSV, XLSX or JSON, as its ending says.

    Returns
    -------
    rows
        Cells by the names of their columns, without those that are empty.

    Raises
    ------
    BadInput
        It is not what it is called, or can't be read.
    """
    ending = path.suffix.lower()
    if ending == ".json":
        return rows_of(_parsed(path.read_bytes(), path.name))
    if ending == ".csv":
        return rows_of(_separated(_decoded(path.read_bytes(), path.name), path.name))
    if ending != ".xlsx":
        raise BadInput(f"{path.name}: work orders come as CSV, XLSX or JSON.")
    table, _ = read_layer_file(path)  # a workbook is an archive of XML: behind walls
    names = [name for name in table.column_names if not name.startswith("_")]
    columns = {name: table.column(name).to_pylist() for name in names}
    rows = [{name: columns[name][row] for name in names} for row in range(table.num_rows)]
    return rows_of(rows)


def rows_of(said: object) -> Rows:
    """
    Take rows out of what JSON says: one object, a list of them, or a list under ``orders``.

    Parameters
    ----------
    said
        What JSON says.

    Returns
    -------
    rows
        Cells as texts; what is nested is left out.

    Raises
    ------
    BadInput
        It is none of these.
    """
    listed = said.get("orders", [said]) if isinstance(said, dict) else said
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        raise BadInput("Work orders are an object, a list of objects, or a list under `orders`.")
    return [
        {name.strip(): cell for name, value in row.items() if name and (cell := _cell(value))}
        for row in listed
    ]


def _cell(value: object) -> str:
    """A cell as a text; empty for nothing and for what is nested."""
    if value is None or isinstance(value, dict | list | bool | bytes):
        return ""
    text = str(value).strip()
    return "" if "\0" in text or text.lower() == "nan" else text


def _decoded(content: bytes, name: str) -> str:
    """The text of a file in UTF-8 or, as spreadsheets write it in China, GB 18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise UnreadableFile(f"{name} is no text in UTF-8 or GB 18030.")


def _separated(text: str, name: str) -> list[dict[str | Any, str | Any]]:
    """Rows of a table whose cells are separated by commas, semicolons or tabs."""
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    try:
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise UnreadableFile(f"{name} is no table: {error}.") from error


def _parsed(content: bytes, name: str) -> object:
    """Parse JSON that a body might hold."""
    bare = content.removeprefix(codecs.BOM_UTF8)  # spreadsheets write a mark at the beginning
    flaw = flaw_of(bare)
    if flaw is not None:
        raise UnreadableFile(f"{name}: {flaw}")
    try:
        return json.loads(bare)
    except ValueError as error:
        raise UnreadableFile(f"{name} is no JSON: {error}.") from error
