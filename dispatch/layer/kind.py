"""Kind of layer: what its rows are, what its columns mean, and what files call them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any

from dispatch.layer.cell import Reading
from dispatch.store.city_rows import Source
from geo.shape_check import Dimension


class KindName(StrEnum):
    """Layers that can be handed in."""

    AREAS = "areas"
    ZONES = "zones"
    GRIDS = "grids"
    ROADS = "roads"
    CLOSURES = "closures"
    UNITS = "units"
    BASES = "bases"
    OFFICERS = "officers"
    ROSTERS = "rosters"
    CALENDARS = "calendars"
    MATTERS = "matters"
    AUTHORITY = "authority"
    PLACES = "places"
    DEMAND = "demand"
    NO_FLY = "no-fly"
    BOUNDARY = "boundary"


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column of a kind.

    Attributes
    ----------
    name
        What we call it.
    zh, en
        What it means.
    reading
        How its cells are read.
    called
        What else files call it, with spaces between.
    needed
        Whether a layer without it can't be used.
    otherwise
        What an empty cell means.
    words
        For words: ours, to what else files write, with spaces between.
    """

    name: str
    zh: str
    en: str
    reading: Reading = Reading.TEXT
    called: str = ""
    needed: bool = False
    otherwise: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    def vocabulary(self) -> Mapping[str, str]:
        """
        Turn the words round.

        Returns
        -------
        words
            Ours by those that files write, in small letters.
        """
        return {
            other.lower(): ours
            for ours, others in self.words.items()
            for other in (ours, *others.split())
        }


class Placed(StrEnum):
    """Whether the rows of a kind have shapes."""

    ALWAYS = "always"
    MAYBE = "maybe"
    NEVER = "never"


@dataclass(frozen=True)
class Kind:
    """
    A kind of layer.

    Attributes
    ----------
    name
        What the doors call it.
    zh, en
        What it is.
    source
        How its rows become values; the same that city folders are read by.
    columns
        What its columns mean, in the order in which they are shown.
    dimension
        What its shapes are; None where it has none.
    placed
        Whether its rows have shapes.
    parts
        Whether a row may have several parts.
    """

    name: KindName
    zh: str
    en: str
    source: Source[Any]
    columns: tuple[Column, ...]
    dimension: Dimension | None = None
    placed: Placed = Placed.ALWAYS
    parts: bool = True

    @property
    def key(self) -> str:
        """Column that names a row."""
        return self.source.key

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Columns by what we call them."""
        return MappingProxyType({column.name: column for column in self.columns})
