"""Fix columns: every field of every officer's fix in rows, exact, so that they can be frozen."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from geo.position import Fix

FIX_FIELDS = (
    "second",
    "microsecond",
    "lon",
    "lat",
    "accuracy_m",
    "speed_mps",
    "heading_deg",
    "by_hand",
)
"""Columns of a fix; the time since 1970 in two, so that it is exact; by hand is 1, else 0."""

FixTable = NDArray[np.float64]
"""A row per officer and a column per field, float64[n, 8]; NaN for what is not known."""

FixRow = tuple[float, ...]
"""One row of it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_MICROSECOND = timedelta(microseconds=1)


def no_fixes(n_officers: int) -> FixTable:
    """
    Make the table of officers of whom nothing is known.

    Parameters
    ----------
    n_officers
        How many.

    Returns
    -------
    table
        Of NaN.
    """
    return np.full((n_officers, len(FIX_FIELDS)), np.nan)


def fix_row(fix: Fix) -> FixRow:
    """
    Write a fix as a row.

    Parameters
    ----------
    fix
        The fix.

    Returns
    -------
    row
        Its fields.
    """
    since = fix.time - _EPOCH
    return (
        since.days * 86_400 + since.seconds,
        since.microseconds,
        *fix.lon_lat,
        math.nan if fix.accuracy_m is None else fix.accuracy_m,
        math.nan if fix.speed_mps is None else fix.speed_mps,
        math.nan if fix.heading_deg is None else fix.heading_deg,
        float(fix.by_hand),
    )


def read_fix(officer: str, row: FixRow | list[float]) -> Fix | None:
    """
    Read a row.

    Parameters
    ----------
    officer
        Whose it is.
    row
        The fields.

    Returns
    -------
    fix
        Equal to the one that was written; None where nothing is known.
    """
    second, microsecond, lon, lat, *measured, by_hand = row
    if math.isnan(second):
        return None
    time = _EPOCH + second * _SECOND + microsecond * _MICROSECOND
    accuracy_m, speed_mps, heading_deg = (
        None if math.isnan(value) else value for value in measured
    )
    return Fix(officer, (lon, lat), time, accuracy_m, speed_mps, heading_deg, by_hand == 1)
