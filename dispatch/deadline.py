"""
Deadline: the clocks that run on a case (时限), each with its start and where it comes from.

The squad that has a cross-domain case and the grid crew that secures the place first have a
clock each.  A row of the authority list that states a time comes before the zone's arrival
target, and that before the usual fifteen minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.authority import AuthorityRow
from dispatch.reason import minutes
from geo.remark import Remark
from geo.zone import ARRIVAL_TARGET_S, Zone

HOUR_S = 3600


class ClockKind(StrEnum):
    """What is to be done before the time is over."""

    ACKNOWLEDGE = "acknowledge"
    SECURE = "secure"
    ARRIVE = "arrive"
    HANDLE = "handle"
    FEED_BACK = "feed_back"
    VERIFY = "verify"
    ANSWER = "answer"


class ClockStart(StrEnum):
    """What starts a clock."""

    DISPATCHED = "dispatched"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Clock:
    """
    A time within which something is to be done.

    Attributes
    ----------
    kind
        What: the place secured, the crew with the case there, the case handled.
    within_s
        Seconds.
    starts
        From when they count.
    row
        Id of the authority row that states the time, or None.
    rule
        The clock in words, and where its time comes from.
    """

    kind: ClockKind
    within_s: float
    starts: ClockStart
    row: str | None
    rule: Remark

    def due(self, start: datetime) -> datetime:
        """
        Tell when the time is over.

        Parameters
        ----------
        start
            The instant from which it counts.

        Returns
        -------
        due
            The last instant in time.
        """
        return start + timedelta(seconds=self.within_s)


def clocks_of(
    rows: Sequence[AuthorityRow], zone: Zone | None, *, acts: bool, secures: bool
) -> tuple[Clock, ...]:
    """
    Set the clocks of a case.

    Parameters
    ----------
    rows
        The rows that decide who holds its matters.
    zone
        Where it lies, or None outside every zone.
    acts
        Whether somebody may act on it.
    secures
        Whether a grid crew is to secure the place first.

    Returns
    -------
    clocks
        Securing first, then arrival, then handling.
    """
    clocks = []
    if secures:
        clocks.append(_on_the_road(ClockKind.SECURE, _stated(rows, "secure_target_s"), zone))
    if acts:
        clocks.append(_on_the_road(ClockKind.ARRIVE, _stated(rows, "arrival_target_s"), zone))
        handle = _stated(rows, "handle_within_s")
        if handle is not None:
            clocks.append(_to_handle(*handle))
    return tuple(clocks)


def _stated(rows: Sequence[AuthorityRow], column: str) -> tuple[int, str] | None:
    """The shortest time that any row states, and the row."""
    stated = [(within_s, row.id) for row in rows if (within_s := getattr(row, column)) is not None]
    return min(stated, default=None)


def _on_the_road(kind: ClockKind, stated: tuple[int, str] | None, zone: Zone | None) -> Clock:
    """Set a clock for an arrival."""
    if stated is not None:
        within_s, row = stated
        zh, en = f"清单第 {row} 行", f"row {row}"
    else:
        row = None
        within_s = zone.arrival_target_s if zone else ARRIVAL_TARGET_S
        zh, en = (f"责任区 {zone.code}", f"zone {zone.code}") if zone else ("通用", "usual")
    what_zh, what_en = _ARRIVALS[kind]
    rule = Remark(
        f"{kind}_clock",
        f"{what_zh}：派单后 {minutes(within_s)} 分钟内（{zh}时限）。",
        f"{what_en} within {minutes(within_s)} min of dispatch ({en} target).",
    )
    return Clock(kind, float(within_s), ClockStart.DISPATCHED, row, rule)


_ARRIVALS = {
    ClockKind.SECURE: ("先期处置到场", "The place is to be secured"),
    ClockKind.ARRIVE: ("办案人员到场", "The crew with the case is to be there"),
}


def _to_handle(within_s: int, row: str) -> Clock:
    """Set the clock for handling a case."""
    hours = f"{within_s / HOUR_S:g}"
    rule = Remark(
        "handle_clock",
        f"办结：受理后 {hours} 小时内（清单第 {row} 行时限）。",
        f"The case is to be handled within {hours} h of the report (row {row}).",
    )
    return Clock(ClockKind.HANDLE, float(within_s), ClockStart.REPORTED, row, rule)
