"""Refused fixes: what came in and could not be used, counted by device and reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from geo.remark import Remark

PASSED_OVER = frozenset({"accepted", "duplicate", "older"})
"""Codes of results that nobody needs to hear of: sent twice, or overtaken."""

SHOWN_WITH_PLACE = frozenset({"teleport", "future"})
"""Reasons for which the place is kept: of others it tells nothing, or is nobody's to know."""

UNKNOWN_DEVICE = "unknown_device"

NO_FIX = Remark(
    "no_fix",
    "终端自报未定位。",
    "The terminal itself says that it does not know where it is.",
)


def unknown_device(source: str, device: str) -> Remark:
    """
    Say that nobody carries a device.

    Parameters
    ----------
    source, device
        Which one.

    Returns
    -------
    remark
        With the way out.
    """
    return Remark(
        UNKNOWN_DEVICE,
        f"终端 {device}（来源 {source}）未登记给任何队员，请先登记。",
        f"Nobody carries the device {device} of {source}: give it to an officer first.",
    )


@dataclass(frozen=True, slots=True)
class RefusedFix:
    """
    What could not be used of one device for one reason, all of it counted.

    Attributes
    ----------
    source, device
        Where it came from; an empty device for a message that names none.
    remark
        Why, in the words of the last time.
    officer
        Who carries the device, or None.
    count
        How many there were.
    first_at, last_at
        When the first and the last of them came in.
    fix_time
        Time of the last fix, or None.
    lon_lat
        Its place, WGS-84, for some reasons; else None.
    """

    source: str
    device: str
    remark: Remark
    officer: str | None
    count: int
    first_at: datetime
    last_at: datetime
    fix_time: datetime | None = None
    lon_lat: tuple[float, float] | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is counted under."""
        return self.source, self.device, self.remark.code

    def joined(self, other: RefusedFix) -> RefusedFix:
        """
        Count two together.

        Parameters
        ----------
        other
            With the same key.

        Returns
        -------
        joined
            With what is later told by the later of the two.
        """
        latest = max(self, other, key=lambda one: one.last_at)
        return replace(
            latest,
            count=self.count + other.count,
            first_at=min(self.first_at, other.first_at),
        )
