"""Fields of foreign messages: numbers, instants, names and objects, read or refused."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from geo.errors import BadValue

MOST_NAME = 128
"""Longest name of a device: a topic of OwnTracks with two identifiers goes into it."""

MILLISECONDS_FROM = 1e11
"""Seconds since 1970 reach this in the year 5138; so a larger count is of milliseconds."""

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Clocks that say anything else have never been set."""

FULL_TURN_DEG = 360.0
MOST_SHOWN = 40
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Fields = dict[str, Any]
"""An object of JSON."""


def object_in(body: bytes) -> Fields:
    """
    Read an object of JSON.

    Parameters
    ----------
    body
        As it was sent.

    Returns
    -------
    fields
        By name.

    Raises
    ------
    BadValue
        It is no JSON, or no object.
    """
    try:
        given = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadValue("The message is no JSON that can be read.") from error
    return object_of(given, "The message")


def object_of(given: object, name: str) -> Fields:
    """
    Take a value for an object.

    Parameters
    ----------
    given
        What JSON says.
    name
        What it is called in the sentence.

    Returns
    -------
    fields
        By name.

    Raises
    ------
    BadValue
        It is none.
    """
    if not isinstance(given, dict):
        raise BadValue(f"{name} is no object with named fields.")
    return given


def number(given: object, name: str) -> float | None:
    """
    Read a number, which may also stand in a text.

    Parameters
    ----------
    given
        What was sent.
    name
        What it is called in the sentence.

    Returns
    -------
    value
        None where nothing was sent.

    Raises
    ------
    BadValue
        It is no finite number.
    """
    if given is None or given == "":
        return None
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise BadValue(f"{name} is no number.")
    try:
        value = float(given)
    except (ValueError, OverflowError):
        value = math.nan
    if not math.isfinite(value):
        raise BadValue(f"{name} {_shown(given)} is no number.")
    return value


def measured(given: object, name: str) -> float | None:
    """
    Read a number that is never negative: terminals say −1 where they do not know.

    Parameters
    ----------
    given
        What was sent.
    name
        What it is called in the sentence.

    Returns
    -------
    value
        None where it is not known.
    """
    value = number(given, name)
    return None if value is None or value < 0 else value


def accuracy_m(given: object) -> float | None:
    """
    Read an accuracy: 0 is said where none is known, for nobody knows a place so exactly.

    Parameters
    ----------
    given
        What was sent, metres.

    Returns
    -------
    accuracy_m
        None where it is not known.
    """
    return measured(given, "accuracy") or None


def heading_deg(given: object) -> float | None:
    """
    Read a course; one that is none is not known.

    Parameters
    ----------
    given
        What was sent, degrees.

    Returns
    -------
    heading_deg
        From 0 to 360, or None.
    """
    value = measured(given, "heading")
    return None if value is None or value > FULL_TURN_DEG else value


def lon_lat(lon: object, lat: object) -> tuple[float, float]:
    """
    Read a place; whether it lies on Earth is judged with its datum.

    Parameters
    ----------
    lon, lat
        What was sent, degrees.

    Returns
    -------
    lon_lat
        As said.

    Raises
    ------
    BadValue
        One of them is missing or no number.
    """
    x, y = number(lon, "longitude"), number(lat, "latitude")
    if x is None or y is None:
        raise BadValue("The message names no place: it takes a longitude and a latitude.")
    return x, y


def instant(given: object) -> datetime | None:
    """
    Read an instant: seconds or milliseconds since 1970, or ISO 8601.

    Parameters
    ----------
    given
        What was sent.

    Returns
    -------
    time
        With offset, or without where none was said; None where nothing was sent.

    Raises
    ------
    BadValue
        It is none, or lies outside 2000 to 2199.
    """
    if given is None or given == "":
        return None
    time = _since_1970(given) or _written(given)
    if time is None or not EARLIEST <= (time if time.tzinfo else time.replace(tzinfo=UTC)) < LATEST:
        raise BadValue(f"{_shown(given)} is no time of this century or the next.")
    return time


def device(given: object) -> str:
    """
    Read the name of a device.

    Parameters
    ----------
    given
        What was sent.

    Returns
    -------
    device
        Without blanks around it.

    Raises
    ------
    BadValue
        There is none, or it is no text that can be shown.
    """
    name = str(given).strip() if isinstance(given, str | int) else ""
    if isinstance(given, bool) or not name:
        raise BadValue("The message does not say which device it is from.")
    if len(name) > MOST_NAME or not name.isprintable():
        raise BadValue(f"A device is called by {MOST_NAME} letters and digits or fewer.")
    return name


def _since_1970(given: object) -> datetime | None:
    """An instant by a count of seconds or milliseconds; None if it is not one."""
    try:
        count = number(given, "time")
    except BadValue:
        return None
    if count is None:
        return None
    try:
        return _EPOCH + timedelta(seconds=count / 1000 if count >= MILLISECONDS_FROM else count)
    except OverflowError:
        return None


def _written(given: object) -> datetime | None:
    """An instant in ISO 8601; None if it is not one."""
    if not isinstance(given, str):
        return None
    try:
        time = datetime.fromisoformat(given.strip())
        return time if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _refuse_constant(word: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
    raise ValueError(word)


def _shown(given: object) -> str:
    """What was sent, as far as a sentence repeats it."""
    text = repr(given)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
