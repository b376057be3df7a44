"""What hotlines call their columns, from TOML: read whole, or with every finding at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dispatch.hotline import FIELDS, HotlineMapping
from dispatch.toml_keys import Key, flaws, read_operators_file, text, texts
from geo.errors import FlawedData, UnknownName
from geo.finding import Finding
from geo.remark import Remark

FILE = "hotline.toml"
"""The file that comes with the program."""

STANDARD = "standard"
"""The mapping that counts where none is named."""

_TABLE = Key(lambda value: isinstance(value, dict), "表", "a table", needed=True)
_MAPPING = {
    "title_zh": text(needed=True),
    "title_en": text(needed=True),
    "crs": text(needed=True),
    "columns": _TABLE,
    "matters": Key(
        lambda value: isinstance(value, dict) and all(isinstance(v, str) for v in value.values()),
        "名称到事项编码的表",
        "a table of names and codes",
    ),
}
_COLUMNS = {name: Key(texts().holds, texts().zh, texts().en, name == "number") for name in FIELDS}


@cache
def standard_mappings() -> Mapping[str, HotlineMapping]:
    """
    Read the mappings that come with the program.

    Returns
    -------
    mappings
        By name.
    """
    return read_mappings(files("dispatch").joinpath(FILE).read_text("utf-8"), FILE)


def known_mappings(path: Path | None) -> Mapping[str, HotlineMapping]:
    """
    Give the mappings that come with the program, and those of an operator's file.

    Parameters
    ----------
    path
        The file, or None where the operator has none.

    Returns
    -------
    mappings
        By name; one of the file takes the place of a standard one of the same name.

    Raises
    ------
    UnreadableFile
        The file is missing, or no text in UTF-8.
    FlawedData
        It says something that is no mapping; every finding at once.
    """
    if path is None:
        return standard_mappings()
    own = read_mappings(read_operators_file(path, "mappings"), path.name)
    return MappingProxyType({**standard_mappings(), **own})


def mapping_named(name: str, mappings: Mapping[str, HotlineMapping]) -> HotlineMapping:
    """
    Look up a mapping.

    Parameters
    ----------
    name
        Its name.
    mappings
        Those that are known.

    Returns
    -------
    mapping
        The mapping.

    Raises
    ------
    UnknownName
        There is none of this name.
    """
    if name not in mappings:
        known = ", ".join(sorted(mappings))
        raise UnknownName(f"There is no mapping {name!r} of hotline orders; there are {known}.")
    return mappings[name]


def read_mappings(content: str, where: str = FILE) -> Mapping[str, HotlineMapping]:
    """
    Read mappings.

    Parameters
    ----------
    content
        TOML with tables ``mapping.NAME``.
    where
        What findings call the text.

    Returns
    -------
    mappings
        By name, in the order of the text.

    Raises
    ------
    FlawedData
        It is no TOML, or says something that is no mapping; every finding at once.
    """
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        remark = Remark("no_toml", f"不是有效的 TOML：{error}。", f"It is no TOML: {error}.")
        raise _flawed(where, [Finding(where, None, remark)]) from error
    findings = [Finding(where, place, flaw) for place, flaw in _all_flaws(data)]
    if findings:
        raise _flawed(where, findings)
    return MappingProxyType(
        {name: _mapping(name, table) for name, table in data["mapping"].items()}
    )


def _flawed(where: str, findings: list[Finding]) -> FlawedData:
    """Refuse a file as a whole."""
    said = f"The mappings in {where} have {len(findings)} finding(s); none of them is used."
    return FlawedData(said, findings)


def _all_flaws(data: Mapping[str, Any]) -> Iterator[tuple[str | None, Remark]]:
    """Find what is wrong with a file, each with the table in which it stands."""
    yield from flaws(data, {"mapping": _TABLE})
    tables = data.get("mapping")
    for name, table in tables.items() if isinstance(tables, dict) else ():
        for key, flaw in flaws(table, _MAPPING):
            yield f"mapping.{name}.{key}", flaw
        columns = table.get("columns") if isinstance(table, dict) else None
        for key, flaw in flaws(columns, _COLUMNS) if isinstance(columns, dict) else ():
            yield f"mapping.{name}.columns.{key}", flaw


def _mapping(name: str, table: Mapping[str, Any]) -> HotlineMapping:
    """Make a mapping of a table without flaws."""
    columns = {field: tuple(called) for field, called in table["columns"].items()}
    return HotlineMapping(
        name=name,
        title_zh=table["title_zh"],
        title_en=table["title_en"],
        crs=table["crs"],
        columns=MappingProxyType(columns),
        matters=MappingProxyType(dict(table.get("matters", {}))),
    )
