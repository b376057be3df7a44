"""Collection: a layer as OGC API offers it: its columns, its features, and who may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any

from api.service import Service
from dispatch.access import Act, Person
from dispatch.layer.cell import Reading
from dispatch.layer.kind import Kind
from dispatch.store.column import SEPARATOR
from geo.feature_table import FeatureTable
from geo.shape_check import Dimension


class JsonType(StrEnum):
    """What JSON has for the values of a column."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Property:
    """
    A column of a collection.

    Attributes
    ----------
    name
        What it is called.
    zh, en
        What it means.
    type
        What its values are; any may be null.
    instant
        Whether its texts are instants.
    """

    name: str
    zh: str
    en: str
    type: JsonType = JsonType.STRING
    instant: bool = False


Extent = tuple[float, float, float, float]
"""West, south, east and north, WGS-84 degrees."""


@dataclass(frozen=True)
class Collection:
    """
    A layer that programs can ask for.

    Attributes
    ----------
    name
        What addresses call it.
    zh, en
        Its title.
    zh_about, en_about
        What it is, in a sentence.
    columns
        Its columns, in the order in which they are shown.
    dimension
        What its shapes are; None where it has none.
    acts
        All of these must be granted to whoever sees it.
    table
        Lays it out as a person sees it, or hands out what is kept.
    extent
        Tells the bounds of it, where that takes less than laying all of it out for each who asks.
    times
        Columns that say from when and until when a feature counts, one and the same for an
        instant; None for a layer without times.
    live
        Whether it changes by itself, so that nobody should keep an answer.
    draft
        Number of the draft that it shows, or None.
    """

    name: str
    zh: str
    en: str
    zh_about: str
    en_about: str
    columns: tuple[Property, ...]
    dimension: Dimension | None
    acts: frozenset[Act]
    table: Callable[[Service, Person], FeatureTable]
    extent: Callable[[Service, Person], Extent | None] | None = None
    times: tuple[str, str] | None = None
    live: bool = False
    draft: str | None = None

    @property
    def title(self) -> str:
        """Its title in both languages."""
        return f"{self.zh} {self.en}"

    @property
    def about(self) -> str:
        """What it is, in both languages."""
        return f"{self.zh_about} {self.en_about}"

    @cached_property
    def by_name(self) -> Mapping[str, Property]:
        """Columns by their names."""
        return MappingProxyType({column.name: column for column in self.columns})


_TYPES: Mapping[Reading, JsonType] = MappingProxyType(
    {
        Reading.WHOLE: JsonType.INTEGER,
        Reading.NUMBER: JsonType.NUMBER,
        Reading.YES: JsonType.BOOLEAN,
    }
)
"""Types of what is read so; all else is a text, several codes with semicolons between."""


def properties_of(kind: Kind, *names: str) -> tuple[Property, ...]:
    """
    Describe columns in the words of the layer that they are published from.

    Parameters
    ----------
    kind
        Kind of the layer.
    *names
        Columns; without any, all of them.

    Returns
    -------
    properties
        In the order given.
    """
    columns = [kind.by_name[name] for name in names or kind.by_name]
    return tuple(
        Property(
            column.name,
            column.zh,
            column.en,
            _TYPES.get(column.reading, JsonType.STRING),
            column.reading is Reading.INSTANT,
        )
        for column in columns
    )


def columns_of(rows: Iterable[object], columns: Iterable[Property]) -> dict[str, list[object]]:
    """
    Copy the values of things into columns.

    Parameters
    ----------
    rows
        The things; each has what the columns are called.
    columns
        Which.

    Returns
    -------
    columns
        Values as JSON has them, by column.
    """
    things = list(rows)
    return {
        column.name: [plain(getattr(thing, column.name)) for thing in things] for column in columns
    }


def plain(value: Any) -> object:  # noqa: ANN401 -- whatever a table holds
    """
    Turn a value into what JSON and tiles can say.

    Parameters
    ----------
    value
        Of a column.

    Returns
    -------
    plain
        A text, number, boolean or None; several codes become one text.
    """
    if isinstance(value, tuple | list):
        return SEPARATOR.join(map(str, value))
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, StrEnum) else value
