"""The clock: the only place where the service asks what time it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers the present instant, in UTC."""


def system_clock() -> datetime:
    """
    Ask the machine for the present instant.

    Returns
    -------
    now
        In UTC.
    """
    return datetime.now(UTC)
