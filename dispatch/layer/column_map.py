"""
Which column of a file is which of ours: guessed by what files call them, shown, and overridden.

A guess is never more than a word: it goes by names alone, of which Shapefiles keep the first ten
bytes, and the answer says of each column how it was found, with the first cells as a sample.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dispatch.layer.kind import Column, Kind, Placed
from geo.errors import MissingColumn, UnknownName

CUT_BYTES: Final = 10
"""Names of columns in a Shapefile are no longer."""

SHORTEST_CUT: Final = 8
"""A name of fewer bytes was not cut: two bytes of a letter may have fallen off, no more."""

LON = Column(
    "lon",
    "经度或横坐标",
    "longitude, or easting",
    called="lng long longitude x 经度 东经 lon_ jd 横坐标 e east easting 坐标x x坐标 point_x",
)
LAT = Column(
    "lat",
    "纬度或纵坐标",
    "latitude, or northing",
    called="latitude y 纬度 北纬 lat_ wd 纵坐标 n north northing 坐标y y坐标 point_y",
)
PLACE_COLUMNS: Final = (LON, LAT)
"""Columns that place the rows of a table without shapes."""


class Found(StrEnum):
    """How a column was found."""

    SAID = "said"
    SAME = "same"
    CALLED = "called"
    CUT = "cut"
    SAVED = "saved"


@dataclass(frozen=True, slots=True)
class Mapped:
    """
    One of our columns and what the file calls it.

    Attributes
    ----------
    column
        Ours.
    theirs
        The file's.
    found
        How it was found.
    """

    column: Column
    theirs: str
    found: Found


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """
    What a file calls our columns.

    Attributes
    ----------
    mapped
        In the order of our columns.
    missing
        Columns of ours that the file doesn't have.
    unused
        Columns of the file that are none of ours.
    """

    mapped: tuple[Mapped, ...]
    missing: tuple[Column, ...]
    unused: tuple[str, ...]

    def theirs(self, name: str) -> str | None:
        """
        Tell what the file calls a column.

        Parameters
        ----------
        name
            What we call it.

        Returns
        -------
        theirs
            What the file calls it, or None if it has none.
        """
        return next((one.theirs for one in self.mapped if one.column.name == name), None)


def map_columns(
    kind: Kind,
    there: Sequence[str],
    *,
    said: Mapping[str, str] | None = None,
    saved: Mapping[str, str] | None = None,
    shaped: bool = True,
) -> ColumnMap:
    """
    Find out what a file calls our columns.

    Parameters
    ----------
    kind
        Kind of the layer.
    there
        Columns of the file.
    said
        Ours to the file's, as somebody says; outranks all else.
    saved
        Ours to the file's, as it was for an earlier file of the same source; what is no longer
        there doesn't count.
    shaped
        Whether its rows have shapes; without, columns that place them are looked for.

    Returns
    -------
    columns
        What was found.

    Raises
    ------
    UnknownName
        A column is said that the kind doesn't have.
    MissingColumn
        A column is said that the file doesn't have.
    """
    places = () if shaped or kind.placed is Placed.NEVER else PLACE_COLUMNS
    ours = {column.name: column for column in (*kind.columns, *places)}
    found = {
        name: Mapped(ours[name], theirs, Found.SAID)
        for name, theirs in _checked(kind, ours, there, said or {})
    }
    for name, theirs in (saved or {}).items():
        if name in ours and name not in found and theirs in there:
            found[name] = Mapped(ours[name], theirs, Found.SAVED)
    for one in _guessed(ours.values(), there, found):
        found.setdefault(one.column.name, one)
    used = {one.theirs for one in found.values()}
    return ColumnMap(
        tuple(found[name] for name in ours if name in found),
        tuple(column for name, column in ours.items() if name not in found),
        tuple(name for name in there if name not in used),
    )


def _checked(
    kind: Kind, ours: Mapping[str, Column], there: Sequence[str], said: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Refuse what is said of columns that are not there."""
    for name, theirs in said.items():
        if name not in ours:
            known = ", ".join(ours)
            raise UnknownName(f"A layer of {kind.name} has no column {name!r}; it has {known}.")
        if theirs not in there:
            raise MissingColumn(
                f"The file has no column {theirs!r} to take the {name} from; it has "
                f"{', '.join(there) or 'none'}."
            )
        yield name, theirs


def _guessed(
    ours: Iterable[Column], there: Sequence[str], found: Mapping[str, Mapped]
) -> Iterator[Mapped]:
    """Guess by names: first the same, then what files call it, then what may have been cut."""
    taken = {one.theirs for one in found.values()}
    wanted = [column for column in ours if column.name not in found]
    for how in (Found.SAME, Found.CALLED, Found.CUT):
        for column in list(wanted):
            theirs = next((one for one in _named(column, there, how) if one not in taken), None)
            if theirs is not None:
                taken.add(theirs)
                wanted.remove(column)
                yield Mapped(column, theirs, how)


def _named(column: Column, there: Sequence[str], how: Found) -> Iterator[str]:
    """Columns of the file that may be ours, the likeliest first."""
    names = [column.name] if how is Found.SAME else [column.name, *column.called.split()]
    fits = _is_cut if how is Found.CUT else _is_same
    for name in names:
        yield from (theirs for theirs in there if fits(theirs, name))


def _is_same(theirs: str, name: str) -> bool:
    """Whether two names are one, however they are written."""
    return _plain(theirs) == _plain(name)


def _is_cut(theirs: str, name: str) -> bool:
    """Whether a name is what a Shapefile left of another, in UTF-8 or in GBK."""
    short, whole = theirs.lower(), name.lower()
    if short == whole or not whole.startswith(short):
        return False
    lengths = {len(short.encode()), len(short.encode("gb18030"))}
    return any(SHORTEST_CUT <= length <= CUT_BYTES for length in lengths)


def _plain(name: str) -> str:
    """A name without what people write differently: case, width, blanks, underscores, brackets."""
    bare = unicodedata.normalize("NFKC", name).lower().partition("(")[0]
    return "".join(one for one in bare if one.isalnum())
