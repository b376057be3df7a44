"""Cells of city folders and layers: numbers, days, instants and positions read from text."""

from __future__ import annotations

import math
from datetime import date, datetime

from dispatch.store.table_file import Row


def read_day(text: str) -> date | None:
    """
    Read a date.

    Parameters
    ----------
    text
        ISO 8601; empty for open.

    Returns
    -------
    day
        The date, or None for open.

    Raises
    ------
    ValueError
        It is no date.
    """
    return date.fromisoformat(text) if text else None


def read_instant(text: str) -> datetime:
    """
    Read an instant.

    Parameters
    ----------
    text
        ISO 8601, which must say its offset.

    Returns
    -------
    instant
        With its offset.

    Raises
    ------
    ValueError
        It is no instant, or has no offset.
    """
    instant = datetime.fromisoformat(text)
    if instant.utcoffset() is None:
        raise ValueError(f"the time {text} has no offset from UTC")
    return instant


def whole(text: str, name: str, *, least: int) -> int:
    """
    Read a whole number; layers may write it as 900.0.

    Parameters
    ----------
    text
        The number.
    name
        Of its column.
    least
        The smallest that is sound.

    Returns
    -------
    number
        The number.

    Raises
    ------
    ValueError
        It is none, or too small.
    """
    number = float(text)
    if not number.is_integer() or number < least:
        raise ValueError(f"{name} is {text}, not a whole number of {least} or more")
    return int(number)


def seconds(text: str, name: str) -> int | None:
    """
    Read a time in whole seconds.

    Parameters
    ----------
    text
        The seconds; empty where none are stated.
    name
        Of its column.

    Returns
    -------
    seconds
        One or more, or None where none are stated.

    Raises
    ------
    ValueError
        They are none.
    """
    return whole(text, name, least=1) if text else None


def positive(text: str, name: str) -> float | None:
    """
    Read a number above nothing.

    Parameters
    ----------
    text
        The number; empty where none is stated.
    name
        Of its column.

    Returns
    -------
    number
        The number, or None where none is stated.

    Raises
    ------
    ValueError
        It is none, or not above nothing.
    """
    number = float(text) if text else None
    if number is not None and not (number > 0 and math.isfinite(number)):
        raise ValueError(f"{name} is {text}, not a number above 0")
    return number


def yes(text: str, name: str) -> bool:
    """
    Read a yes or no.

    Parameters
    ----------
    text
        ``1`` or ``0``.
    name
        Of its column.

    Returns
    -------
    yes
        Whether it is yes.

    Raises
    ------
    ValueError
        It is neither.
    """
    if text not in {"0", "1"}:
        raise ValueError(f"{name} is {text!r}, not 0 or 1")
    return text == "1"


def lon_lat_of(row: Row) -> tuple[float, float]:
    """
    Read a longitude and latitude.

    Parameters
    ----------
    row
        A row with ``lon`` and ``lat``.

    Returns
    -------
    lon_lat
        Degrees.

    Raises
    ------
    ValueError
        They are none.
    """
    lon, lat = float(row["lon"]), float(row["lat"])
    if not (math.isfinite(lon) and abs(lon) <= 180 and abs(lat) <= 90):
        raise ValueError(f"{lon:g},{lat:g} is not a longitude and latitude")
    return lon, lat
