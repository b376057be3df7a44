"""
Positions: the latest believed fix of every officer, and the rules by which fixes enter.

The rules, in the order in which they are asked:

* a value that cannot be (longitude 500, not a number, a time without offset, a negative
  speed or accuracy) is ``bad_value``;
* a fix more than `FUTURE_LIMIT_S` ahead of ``now`` is ``future``;
* the same officer and fix time again is a ``duplicate`` and changes nothing;
* a fix older than the newest is ``older`` and changes nothing;
* a fix that would need more than `FASTEST_MPS` in a straight line from the last believed one,
  the accuracies of both allowed for, is a ``teleport``: it is set aside, and believed after
  all as soon as a later fix agrees with it and not with the old place;
* what somebody has set by hand is believed whatever lies before it, and so is the first fix
  after it: whoever looks where a crew is knows better than its last fix;
* anything else is ``accepted``: the newest fix wins.

One bad fix never fails its batch: every fix gets a value as its answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from geo.remark import Remark

FUTURE_LIMIT_S = 60.0
"""How far a terminal's clock may run ahead."""

FASTEST_MPS = 70.0
"""Faster than any crew travels by land or water: 252 km/h."""

JITTER_M = 100.0
"""Allowed for on each fix whose terminal does not state an accuracy."""

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth."""


@dataclass(frozen=True, slots=True)
class Fix:
    """
    One position report; nothing is checked before `Positions.updated` judges it.

    Attributes
    ----------
    officer
        Id of the officer.
    lon_lat
        Where, WGS-84 degrees.
    time
        When, with offset.
    accuracy_m
        Radius within which the terminal believes itself, or None.
    speed_mps
        Speed over ground, or None.
    heading_deg
        Course, degrees clockwise from north, or None.
    by_hand
        Whether a person said so, and no terminal.
    """

    officer: str
    lon_lat: tuple[float, float]
    time: datetime
    accuracy_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class FixResult:
    """
    What became of one fix.

    Attributes
    ----------
    fix
        The fix.
    remark
        Why; its code is ``accepted``, ``duplicate``, ``older``, ``future``, ``teleport``
        or ``bad_value``.
    """

    fix: Fix
    remark: Remark

    @property
    def accepted(self) -> bool:
        """Whether the fix is now the officer's position."""
        return self.remark.code == ACCEPTED.code


ACCEPTED = Remark("accepted", "定位已采用。", "The fix is the officer's position now.")
DUPLICATE = Remark("duplicate", "同一时刻的定位已收到。", "A fix of this moment is known already.")
OLDER = Remark("older", "已有更新的定位。", "A newer fix is known already.")
FUTURE = Remark(
    "future",
    f"定位时间超前 {FUTURE_LIMIT_S:g} 秒以上，请校准终端时钟。",
    f"The fix is more than {FUTURE_LIMIT_S:g} s in the future; set the terminal's clock.",
)
TELEPORT = Remark(
    "teleport",
    f"与上一定位之间需超过每秒 {FASTEST_MPS:g} 米，暂存待下一定位印证。",
    f"From the last fix this needs more than {FASTEST_MPS:g} m/s; "
    "it is set aside until another fix confirms it.",
)


@dataclass(frozen=True, slots=True)
class Positions:
    """
    An immutable book of positions.

    Attributes
    ----------
    fixes
        Latest believed fix by officer id.
    set_aside
        Latest teleport by officer id, waiting for a fix that confirms it.
    """

    fixes: Mapping[str, Fix] = field(default_factory=lambda: MappingProxyType({}))
    set_aside: Mapping[str, Fix] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Freeze the books."""
        for name in ("fixes", "set_aside"):
            book = getattr(self, name)
            if not isinstance(book, MappingProxyType):
                object.__setattr__(self, name, MappingProxyType(dict(book)))

    def updated(
        self, fixes: Iterable[Fix], *, now: datetime
    ) -> tuple[Positions, tuple[FixResult, ...]]:
        """
        Apply fixes one after the other.

        Parameters
        ----------
        fixes
            In any order of time; those of one officer are judged in the order given.
        now
            The present, with offset.

        Returns
        -------
        positions
            The new book; this one is unchanged.
        results
            What became of each fix, in the order given.
        """
        known, aside = _copied(self.fixes), _copied(self.set_aside)
        results = []
        for fix in fixes:
            remark = _judge(fix, known, aside, now)
            if remark is ACCEPTED:
                known[fix.officer] = fix
                aside.pop(fix.officer, None)
            elif remark is TELEPORT:
                aside[fix.officer] = fix
            results.append(FixResult(fix, remark))
        return Positions(MappingProxyType(known), MappingProxyType(aside)), tuple(results)


def _copied(book: Mapping[str, Fix]) -> dict[str, Fix]:
    """Copy a frozen book; asking it for a copy is forty times as fast as reading it out."""
    assert isinstance(book, MappingProxyType)  # see Positions.__post_init__
    copied: dict[str, Fix] = book.copy()
    return copied


def _judge(fix: Fix, known: Mapping[str, Fix], aside: Mapping[str, Fix], now: datetime) -> Remark:
    """Decide about one fix by the rules at the top of this module."""
    flaw = _flaw(fix)
    if flaw is not None:
        return flaw
    if (fix.time - now).total_seconds() > FUTURE_LIMIT_S:
        return FUTURE
    last, waiting = known.get(fix.officer), aside.get(fix.officer)
    return ACCEPTED if last is None else _follow(fix, last, waiting)


def _follow(fix: Fix, last: Fix, waiting: Fix | None) -> Remark:
    """Decide about a sound fix of an officer whose last place is known."""
    if fix.time == last.time or (waiting is not None and fix.time == waiting.time):
        return DUPLICATE
    if fix.time < last.time:
        return OLDER
    if fix.by_hand or last.by_hand:
        return ACCEPTED
    confirmed = waiting is not None and waiting.time < fix.time and _possible(waiting, fix)
    return ACCEPTED if confirmed or _possible(last, fix) else TELEPORT


def _possible(before: Fix, after: Fix) -> bool:
    """Whether an officer can have moved from one fix to a later one."""
    slack_m = _slack_m(before) + _slack_m(after)
    elapsed_s = (after.time - before.time).total_seconds()
    return _distance_m(before.lon_lat, after.lon_lat) <= FASTEST_MPS * elapsed_s + slack_m


def _slack_m(fix: Fix) -> float:
    """How far off a fix may be."""
    return JITTER_M if fix.accuracy_m is None else fix.accuracy_m


def _flaw(fix: Fix) -> Remark | None:
    """Name the first value of a fix that cannot be, or None."""
    lon, lat = fix.lon_lat
    measured = (fix.accuracy_m, fix.speed_mps, fix.heading_deg)
    if not (abs(lon) <= 180 and abs(lat) <= 90):  # also false for not-a-number
        return _bad_value(f"{lon:g},{lat:g}", "不是经纬度", "is not a longitude and latitude")
    if fix.time.utcoffset() is None:
        return _bad_value(fix.time.isoformat(), "缺少时区", "has no offset from UTC")
    for value in measured:
        if value is not None and not (math.isfinite(value) and value >= 0):
            return _bad_value(
                f"{value:g}", "不是有效的精度、速度或航向", "is no accuracy, speed or heading"
            )
    if fix.heading_deg is not None and fix.heading_deg > 360:
        return _bad_value(f"{fix.heading_deg:g}", "不是有效的航向", "is no heading (0…360)")
    return None


def _bad_value(value: str, zh: str, en: str) -> Remark:
    return Remark("bad_value", f"{value} {zh}。", f"{value} {en}.")


def _distance_m(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Great-circle distance, by the haversine, of single points: arrays would be slower here."""
    (lon, lat), (other_lon, other_lat) = here, there
    half_lat = math.radians(other_lat - lat) / 2
    half_lon = math.radians(other_lon - lon) / 2
    across = math.cos(math.radians(lat)) * math.cos(math.radians(other_lat))
    haversine = math.sin(half_lat) ** 2 + across * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, haversine)))
