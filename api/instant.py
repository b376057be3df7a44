"""Instants on the command line."""

from __future__ import annotations

from datetime import datetime

from geo.errors import BadValue


def read_instant(text: str) -> datetime:
    """
    Read an instant, or say how to write one.

    Parameters
    ----------
    text
        ISO 8601 with offset.

    Returns
    -------
    instant
        With its offset.

    Raises
    ------
    BadValue
        It is no time, or has no offset.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadValue(
            f"{text!r} is not a time; write ISO 8601 such as 2026-11-22T09:30:00+08:00."
        ) from error
    if instant.tzinfo is None:
        raise BadValue(f"The time {text} has no offset from UTC; add one such as +08:00.")
    return instant
