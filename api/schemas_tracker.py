"""What the doors say of devices, of sources of positions, and of what was refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, FiniteFloat, NaiveDatetime

from api.schemas import Asked, Crs, Instant, ReasonOut, Text
from dispatch.device_book import Handout, Term
from dispatch.refused_fix import RefusedFix
from geo.tracker.field import MOST_NAME
from geo.tracker.report import Report, SpeedUnit
from geo.tracker.source import Protocol, Source

MOST_READINGS = 2000
"""Readings in one request of a gateway."""

MOST_STATED = 5000
"""Devices that are given in one request."""

DeviceName = Annotated[
    Text,
    Field(
        max_length=MOST_NAME,
        pattern=r"^[^\W_][^\x00-\x1f\x7f]*$",
        description="What the device calls itself; it begins with a letter or digit.",
        examples=["13800000001"],
    ),
]
SourceCode = Annotated[
    Text,
    Field(max_length=64, pattern=r"^[a-z][a-z0-9_-]*$", examples=["jt808"]),
]


class ReadingIn(Asked):
    """A location that a gateway has read of a terminal, as the terminal said it."""

    device: Annotated[Text, Field(min_length=1, max_length=MOST_NAME)]
    time: Annotated[
        NaiveDatetime | None,
        Field(
            ge=datetime(2000, 1, 1),  # noqa: DTZ001 -- by the terminal's clock
            lt=datetime(2200, 1, 1),  # noqa: DTZ001 -- the same
            description="By the terminal's clock, without offset; null where it knows no place.",
        ),
    ]
    lon: FiniteFloat
    lat: FiniteFloat
    speed_mps: FiniteFloat | None = None
    heading_deg: FiniteFloat | None = None
    positioned: bool = True

    def report(self) -> Report:
        """The same as a report."""
        return Report(
            device=self.device,
            lon_lat=(self.lon, self.lat),
            time=self.time,
            speed=self.speed_mps,
            speed_unit=SpeedUnit.MPS,
            heading_deg=self.heading_deg,
            positioned=self.positioned and self.time is not None,
        )


class HandoutIn(Asked):
    """Give a device to an officer, or take it back."""

    source: SourceCode
    device: DeviceName
    officer: Annotated[Text, Field(max_length=64)] | None = Field(
        description="Who carries it from then on; null for nobody."
    )
    since: Instant | None = Field(default=None, description="From when on; now without.")
    until: Instant | None = Field(
        default=None, description="Until when; from then on nobody carries it."
    )


class DeviceOut(BaseModel):
    """A device, and who carries it now."""

    source: str
    device: str
    officer: str | None
    since: datetime
    by: str

    @classmethod
    def of(cls, held: Handout) -> DeviceOut:
        """Copy a statement."""
        return cls(
            source=held.source,
            device=held.device,
            officer=held.officer,
            since=held.since,
            by=held.by,
        )


class DevicesOut(BaseModel):
    """Devices as they stand after a change."""

    stated: int = Field(description="Statements that were new.")
    devices: list[DeviceOut]


class DeviceTermOut(BaseModel):
    """A span of time in which an officer carries a device."""

    source: str
    device: str
    officer: str
    since: datetime
    until: datetime | None
    by: str

    @classmethod
    def of(cls, term: Term) -> DeviceTermOut:
        """Copy a term."""
        return cls(
            source=term.source,
            device=term.device,
            officer=term.officer,
            since=term.since,
            until=term.until,
            by=term.by,
        )


class PositionSourceIn(Asked):
    """How a source of positions speaks; what is left out stays as it is."""

    protocol: Protocol | None = Field(default=None, description="Needed for a new source.")
    crs: Crs | None = None
    clock_ahead_s: FiniteFloat | None = Field(
        default=None, description="By how much its clock runs ahead; negative if it is slow."
    )
    utc_offset_s: FiniteFloat | None = Field(
        default=None, description="Offset from UTC of times that say none."
    )
    speed_unit: SpeedUnit | None = Field(
        default=None, description="Of speeds whose message says no unit."
    )
    account: Annotated[Text, Field(max_length=64)] | None = Field(
        default=None, description="Whose keys stand for it; null for all that no other has."
    )


class PositionSourceOut(BaseModel):
    """A source of positions: datum, clock and units."""

    code: str
    protocol: Protocol
    crs: str
    clock_ahead_s: float
    utc_offset_s: float
    speed_unit: SpeedUnit
    account: str | None

    @classmethod
    def of(cls, source: Source) -> PositionSourceOut:
        """Copy a source."""
        return cls(
            code=source.code,
            protocol=source.protocol,
            crs=source.crs,
            clock_ahead_s=source.clock_ahead_s,
            utc_offset_s=source.utc_offset_s,
            speed_unit=source.speed_unit,
            account=source.account,
        )


class RefusedFixOut(BaseModel):
    """What could not be used of one device for one reason."""

    source: str
    device: str = Field(description="Empty for messages that name none.")
    reason: ReasonOut
    officer: str | None = Field(description="Who carries the device.")
    count: int
    first_at: datetime
    last_at: datetime
    fix_time: datetime | None
    lon: float | None = Field(description="Of the last one, where it is in quarantine.")
    lat: float | None

    @classmethod
    def of(cls, refused: RefusedFix) -> RefusedFixOut:
        """Copy a row."""
        lon, lat = refused.lon_lat or (None, None)
        return cls(
            source=refused.source,
            device=refused.device,
            reason=ReasonOut.of(refused.remark),
            officer=refused.officer,
            count=refused.count,
            first_at=refused.first_at,
            last_at=refused.last_at,
            fix_time=refused.fix_time,
            lon=lon,
            lat=lat,
        )
