"""What is asked of the items of a collection: every parameter read, and refused by its name."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from api.errors import BadParameter
from api.ogc.collection import Collection, JsonType, Property
from geo.feature_table import FeatureTable, Rows, ground_of_box
from geo.registry_crs import CRS84, CRS84H_URI, RegistryCrs

USUAL_LIMIT: Final = 10
MOST_ITEMS: Final = 10_000
"""Features on one page; whoever asks for more is given so many."""

FORMATS: Final = ("json", "html")

PARTS_OF_A_SIDE: Final = 32
"""Sides of a box on a projected plane are curves in degrees; so many chords stand for one."""

INSTANT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
"""A date and time of RFC 3339."""

Span = tuple[datetime | None, datetime | None]
"""From when and until when; None where it is open."""


@dataclass(frozen=True, slots=True)
class ItemsQuery:
    """
    Which features of a collection are wanted, and how they are to be written.

    Attributes
    ----------
    limit
        How many at most.
    after
        Id of the feature after which the page begins; empty for the first page.
    box
        What they have to touch, WGS-84 longitude and latitude, or None.
    span
        When they have to count, or None.
    filters
        Columns and the values that they have to have.
    crs
        System in which they are written.
    """

    limit: int = USUAL_LIMIT
    after: str = ""
    box: BaseGeometry | None = None
    span: Span | None = None
    filters: Mapping[str, object] = field(default_factory=dict)
    crs: RegistryCrs = CRS84

    def rows(self, collection: Collection, table: FeatureTable) -> Rows:
        """
        Pick the features, those of all pages.

        Parameters
        ----------
        collection
            The collection.
        table
            Its features.

        Returns
        -------
        rows
            In order; what has no place is in every box, and what has no time in every span.
        """
        rows = np.arange(len(table))
        if self.box is not None:
            nowhere = np.flatnonzero(shapely.is_missing(table.shapes))
            rows = np.union1d(table.touching(self.box), nowhere)
        for name, wanted in self.filters.items():
            column = table.columns[name]
            rows = rows[[_equal(column[row], wanted) for row in rows.tolist()]]
        if self.span is not None and collection.times is not None:
            begins, ends = (table.columns[name] for name in collection.times)
            kept = [_within(self.span, begins[row], ends[row]) for row in rows.tolist()]
            rows = rows[kept]
        return rows


def read_query(
    asked: Sequence[tuple[str, str]], collection: Collection, systems: Sequence[RegistryCrs]
) -> ItemsQuery:
    """
    Read the parameters of a request for items.

    Parameters
    ----------
    asked
        Names and values as they came.
    collection
        Whose items are asked for.
    systems
        Systems that are offered.

    Returns
    -------
    query
        What is wanted.

    Raises
    ------
    BadParameter
        A parameter is not known, comes twice, or says nothing that can be meant.
    """
    known = {*ITEMS_PARAMETERS, *collection.by_name}
    given = read_parameters(asked, known)
    bbox_crs = read_crs("bbox-crs", given.get("bbox-crs"), systems)
    if "bbox-crs" in given and "bbox" not in given:
        raise BadParameter("bbox-crs says how bbox is written, and there is no bbox.")
    return ItemsQuery(
        limit=_limit(given.get("limit", str(USUAL_LIMIT))),
        after=given.get("after", ""),
        box=_box(given["bbox"], bbox_crs) if "bbox" in given else None,
        span=_span(given["datetime"]) if "datetime" in given else None,
        filters={
            name: _value(column, given[name])
            for name, column in collection.by_name.items()
            if name in given
        },
        crs=read_crs("crs", given.get("crs"), systems),
    )


ITEMS_PARAMETERS: Final = ("f", "limit", "after", "bbox", "bbox-crs", "datetime", "crs")
"""Parameters of items besides the columns of their collection."""


def read_parameters(asked: Sequence[tuple[str, str]], known: set[str]) -> dict[str, str]:
    """
    Take the parameters of a request that are known, and refuse all others.

    Parameters
    ----------
    asked
        Names and values as they came.
    known
        Names that mean something there.

    Returns
    -------
    given
        Values by name.

    Raises
    ------
    BadParameter
        One is not known, or comes twice.
    """
    names = [name for name, _ in asked]
    strange = sorted(set(names) - known)
    if strange:
        raise BadParameter(
            f"There is no parameter {strange[0]!r} here; there are {', '.join(sorted(known))}."
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadParameter(f"The parameter {twice[0]!r} comes more than once; give it once.")
    given = dict(asked)
    if given.get("f", FORMATS[0]) not in FORMATS:
        raise BadParameter(f"f is {given['f']!r}; there are {' and '.join(FORMATS)}.")
    return given


def read_crs(name: str, uri: str | None, systems: Sequence[RegistryCrs]) -> RegistryCrs:
    """
    Find the system that a parameter names.

    Parameters
    ----------
    name
        Name of the parameter.
    uri
        What it says, or None: then it is CRS84.
    systems
        Systems that are offered.

    Returns
    -------
    crs
        The system.

    Raises
    ------
    BadParameter
        It is none of these.
    """
    if uri is None or (name == "bbox-crs" and uri == CRS84H_URI):
        return CRS84
    for system in systems:
        if system.uri == uri:
            return system
    offered = ", ".join(system.uri for system in systems)
    raise BadParameter(f"{name} {uri!r} is none of the systems offered here: {offered}.")


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text[:20]) < 1:
        raise BadParameter(f"limit is {text!r}; it is a whole number from 1 on.")
    return min(int(text[:20]), MOST_ITEMS)


def _box(text: str, crs: RegistryCrs) -> BaseGeometry:
    """Ground of a box: its lower and its upper corner, axis by axis, heights passed over."""
    figures = [_figure("bbox", part) for part in text.split(",")]
    if len(figures) not in {4, 6}:
        raise BadParameter(
            f"bbox has {len(figures)} figures; it takes the lower and then the upper corner, two "
            "or three figures each, with commas between."
        )
    low, high = figures[:2], figures[len(figures) // 2 :][:2]
    if crs.north_first:
        low, high = low[::-1], high[::-1]
    (west, south), (east, north) = low, high
    if south > north or (west > east and not crs.in_degrees):
        raise BadParameter("bbox has its upper corner first; the lower one comes first.")
    if crs.in_degrees:
        if not (max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90):
            raise BadParameter(
                f"bbox {text} lies beyond 180 degrees of longitude or 90 of latitude."
            )
        return ground_of_box(west, south, east, north)
    return _curved(ground_of_box(west, south, east, north), text, crs)


def _curved(box: BaseGeometry, text: str, crs: RegistryCrs) -> BaseGeometry:
    """Ground of a box on a projected plane, whose sides are curves in degrees."""
    longest_m = max(np.ptp(shapely.get_coordinates(box), axis=0).tolist())
    chords = shapely.segmentize(box, longest_m / PARTS_OF_A_SIDE) if longest_m else box
    corners = shapely.get_coordinates(chords)
    lon_lat = crs.to_lon_lat(corners[:, ::-1] if crs.north_first else corners)
    if not np.isfinite(lon_lat).all():
        raise BadParameter(f"bbox {text} lies outside the range of {crs.uri}.")
    ground: BaseGeometry = shapely.set_coordinates(chords, lon_lat)
    return ground


def _figure(name: str, text: str) -> float:
    try:
        figure = float(text) if PLAIN_FIGURE.fullmatch(text) else math.nan
    except ValueError:
        figure = math.nan
    if not math.isfinite(figure):
        raise BadParameter(f"{name} holds {text[:40]!r}, which is no number.")
    return figure


PLAIN_FIGURE: Final = re.compile(r"[-+.\deE]+", re.ASCII)


def _span(text: str) -> Span:
    """An instant, or an interval that may be open on either side."""
    parts = text.split("/")
    if len(parts) == 1:
        at = _instant(text)
        return at, at
    if len(parts) > 2:
        raise BadParameter(f"datetime is {text[:80]!r}; it has one / at most.")
    begins, ends = (None if part in {"", ".."} else _instant(part) for part in parts)
    if begins is not None and ends is not None and begins > ends:
        raise BadParameter(f"datetime {text!r} ends before it begins.")
    return begins, ends


def _instant(text: str) -> datetime:
    try:
        if INSTANT.fullmatch(text):
            return datetime.fromisoformat(text.upper())
    except ValueError:
        raise BadParameter(f"datetime names {text!r}, which is no day or no hour.") from None
    raise BadParameter(
        f"datetime holds {text[:40]!r}; write 2026-11-22T09:30:00Z, or two of these with a / "
        "between and .. for an open end."
    )


def _value(column: Property, text: str) -> object:
    """What a column is compared with."""
    if column.type is JsonType.STRING:
        return text
    if column.type is JsonType.BOOLEAN:
        if text not in {"true", "false"}:
            raise BadParameter(f"{column.name} is {text[:40]!r}; it is true or false.")
        return text == "true"
    return _figure(column.name, text)


def _equal(value: object, wanted: object) -> bool:
    """Whether a feature has what is wanted; nothing is written as an empty text."""
    return (value or "") == wanted if isinstance(wanted, str) else value == wanted


def _within(span: Span, begins: object, ends: object) -> bool:
    """Whether a feature counts at some time of a span; without times it always does."""
    since, until = _read(begins), _read(ends)
    return (until is None or span[0] is None or until >= span[0]) and (
        since is None or span[1] is None or since <= span[1]
    )


def _read(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None
