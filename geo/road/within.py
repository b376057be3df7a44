"""Within: a limit in seconds, as people give it, in the milliseconds that searches count."""

from __future__ import annotations

from collections.abc import Sequence

from geo.errors import BadValue
from geo.road.customise import NEVER

MOST_MS = int(NEVER) - 1
"""The longest way that is told from none: twelve days."""


def limit_ms(within_s: float | None) -> int:
    """
    Read a limit.

    Parameters
    ----------
    within_s
        Seconds, 0 or more; None for no limit.

    Returns
    -------
    limit_ms
        Whole milliseconds, `MOST_MS` at most.

    Raises
    ------
    BadValue
        It is negative or not a number.
    """
    if within_s is None:
        return MOST_MS
    if not within_s >= 0:
        raise BadValue(f"A limit of {within_s:g} seconds is none; give 0 or more.")
    return round(min(within_s * 1000.0, MOST_MS))


def reach_times_s(within_s: Sequence[float]) -> list[float]:
    """
    Put the times of a reach in order.

    Parameters
    ----------
    within_s
        Seconds.

    Returns
    -------
    within_s
        Ascending, each once.

    Raises
    ------
    BadValue
        There is none, or one is not above 0, or longer than twelve days.
    """
    if not within_s or not all(0 < time_s * 1000.0 <= MOST_MS for time_s in within_s):
        raise BadValue("Reach needs one or more times above 0 seconds, and none above twelve days.")
    return sorted(set(within_s))
