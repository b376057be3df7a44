"""Sources of positions: in which datum, by which clock and in which unit each of them speaks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from geo.datum import parse_crs, to_wgs84
from geo.errors import BadValue
from geo.position import Fix
from geo.tracker.report import Report, SpeedUnit

LARGEST_OFFSET_S = 14 * 3600.0
"""No place on Earth is further from UTC."""

LARGEST_DRIFT_S = 366 * 86_400.0
"""A clock that is further off is set, and not allowed for."""


class Protocol(StrEnum):
    """In which language a source speaks."""

    NATIVE = "native"
    TRACCAR = "traccar"
    OSMAND = "osmand"
    OWNTRACKS = "owntracks"
    JT808 = "jt808"


@dataclass(frozen=True, slots=True)
class Source:
    """
    Where reports come from, and how they are to be understood.

    Attributes
    ----------
    code
        Its name.
    protocol
        Language that it speaks.
    crs
        Datum of its places: ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:n``.
    clock_ahead_s
        By how much its clock runs ahead; negative if it is slow.
    utc_offset_s
        Offset of times that say none.
    speed_unit
        Unit of speeds whose message says none.
    account
        Account whose key stands for this source; None for all keys that no other source has.
    """

    code: str
    protocol: Protocol
    crs: str = "wgs84"
    clock_ahead_s: float = 0.0
    utc_offset_s: float = 0.0
    speed_unit: SpeedUnit = SpeedUnit.MPS
    account: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no source can be."""
        parse_crs(self.crs)
        for name, value, most in (
            ("clock_ahead_s", self.clock_ahead_s, LARGEST_DRIFT_S),
            ("utc_offset_s", self.utc_offset_s, LARGEST_OFFSET_S),
        ):
            if not (math.isfinite(value) and abs(value) <= most):
                raise BadValue(f"{name} of source {self.code} lies from {-most:g} to {most:g}.")


def standard_sources() -> Mapping[str, Source]:
    """
    Give the sources that are there without anybody having said so, one for each protocol.

    Returns
    -------
    sources
        By code, which is that of the protocol.
    """
    return MappingProxyType(
        {
            source.code: source
            for source in (
                Source("native", Protocol.NATIVE),
                Source("traccar", Protocol.TRACCAR, speed_unit=SpeedUnit.KNOTS),
                Source("osmand", Protocol.OSMAND, speed_unit=SpeedUnit.KNOTS),
                Source("owntracks", Protocol.OWNTRACKS, speed_unit=SpeedUnit.KMH),
                Source("jt808", Protocol.JT808, utc_offset_s=8 * 3600, speed_unit=SpeedUnit.KMH),
            )
        }
    )


def true_time(time: datetime | None, source: Source, *, now: datetime) -> datetime:
    """
    Tell when something was, by a clock that is right.

    Parameters
    ----------
    time
        As the source said it.
    source
        Whose clock it is.
    now
        The present, for what says no time.

    Returns
    -------
    time
        In UTC.
    """
    if time is None:
        return now
    if time.tzinfo is None:
        time = time.replace(tzinfo=timezone(timedelta(seconds=source.utc_offset_s)))
    return time.astimezone(UTC) - timedelta(seconds=source.clock_ahead_s)


def fix_of(report: Report, officer: str, source: Source, *, now: datetime) -> Fix:
    """
    Bring a report to the units, the clock and the datum that hold inside.

    Parameters
    ----------
    report
        What a terminal said.
    officer
        Who carries it.
    source
        How it is to be understood.
    now
        The present.

    Returns
    -------
    fix
        Whether it is believed is judged later.

    Raises
    ------
    BadValue
        Its place lies outside the datum.
    """
    lon_lat = report.lon_lat
    if source.crs != "wgs84":
        lon, lat = to_wgs84(np.array([lon_lat], dtype=np.float64), source.crs)[0]
        lon_lat = (float(lon), float(lat))
    unit = report.speed_unit or source.speed_unit
    return Fix(
        officer=officer,
        lon_lat=lon_lat,
        time=true_time(report.time, source, now=now),
        accuracy_m=report.accuracy_m,
        speed_mps=None if report.speed is None else report.speed * unit.mps,
        heading_deg=report.heading_deg,
    )
