"""What the doors say of positions, as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError
from pydantic_core import to_json

from api.errors import finding
from api.schemas import Asked, Crs, Instant, ReasonOut, Text, is_storable, lon_lat_wgs84
from dispatch.unit import DutyStatus
from dispatch.whereabouts import STATUSES, Whereabouts
from geo.errors import BadValue, GridDispatchError, UnknownName
from geo.position import Fix, FixResult
from geo.remark import Remark

MOST_NAME = 64
"""Longest name of an officer or a device."""


class FixIn(Asked):
    """A position report of a terminal or phone."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "officer": "P0001",
                    "time": "2026-11-22T09:30:00+08:00",
                    "lon": 109.1689,
                    "lat": 21.4627,
                    "accuracy_m": 8,
                    "speed_mps": 6.5,
                    "heading_deg": 90,
                }
            ]
        },
    )

    officer: Text | None = Field(default=None, max_length=MOST_NAME)
    device: Text | None = Field(
        default=None,
        max_length=MOST_NAME,
        description="A terminal that was given to an officer, or is called by the officer's id.",
    )
    time: Instant
    lon: FiniteFloat
    lat: FiniteFloat
    accuracy_m: FiniteFloat | None = None
    speed_mps: FiniteFloat | None = None
    heading_deg: FiniteFloat | None = None
    by_hand: bool = Field(default=False, description="A person says so, and no terminal.")
    crs: Crs = "wgs84"


FlawedFix = dict[str, Any]
"""An object of a list that is no fix; the others of the list are none the worse for it."""

ListedFix = Annotated[FixIn | FlawedFix, Field(union_mode="left_to_right")]


class FixResultOut(BaseModel):
    """What became of one fix, as the door describes it; `results_json` writes many at once."""

    officer: str
    time: datetime | None = Field(description="Null for a fix whose time cannot be read.")
    accepted: bool
    remark: ReasonOut


@dataclass(frozen=True, slots=True)
class FixRefused:
    """
    A fix that was not even judged.

    Attributes
    ----------
    officer, time
        As far as they can be read.
    remark
        Why.
    """

    officer: str
    time: datetime | None
    remark: Remark

    @classmethod
    def of(cls, given: FixIn | FlawedFix, error: GridDispatchError) -> FixRefused:
        """Say why."""
        zh = "没有这名队员。" if isinstance(error, UnknownName) else "定位数据无法使用。"
        said = Remark(error.code, zh, str(error))
        if isinstance(given, FixIn):
            return cls(given.officer or given.device or "", given.time, said)
        return cls(_name_in(given), None, said)


def results_json(results: Iterable[FixResult | FixRefused]) -> bytes:
    """
    Write what became of fixes, as `FixResultsOut` describes it.

    Parameters
    ----------
    results
        Of each, in the order given.

    Returns
    -------
    body
        JSON.
    """
    items = [
        _result(one.fix.officer, one.fix.time, one.remark, accepted=one.accepted)
        if isinstance(one, FixResult)
        else _result(one.officer, one.time, one.remark, accepted=False)
        for one in results
    ]
    return to_json({"accepted": sum(item["accepted"] for item in items), "results": items})


def _result(
    officer: str, time: datetime | None, remark: Remark, *, accepted: bool
) -> dict[str, Any]:
    """Lay out the result of one fix."""
    said = {"code": remark.code, "zh": remark.zh, "en": remark.en}
    return {"officer": officer, "time": time, "accepted": accepted, "remark": said}


class FixResultsOut(BaseModel):
    """What became of each fix, in the order given; one bad fix never fails its batch."""

    accepted: int
    results: list[FixResultOut]


class PositionOut(BaseModel):
    """Where an officer is; the same in lists and in the live stream."""

    officer: str
    time: datetime
    lon: float
    lat: float
    accuracy_m: float | None
    speed_mps: float | None
    heading_deg: float | None
    by_hand: bool = Field(description="Set by a person, and by no terminal.")
    status: DutyStatus

    @classmethod
    def of(cls, fix: Fix, status: DutyStatus) -> PositionOut:
        """Copy a fix and add whether the officer is free."""
        return cls(
            officer=fix.officer,
            time=fix.time,
            lon=fix.lon_lat[0],
            lat=fix.lon_lat[1],
            accuracy_m=fix.accuracy_m,
            speed_mps=fix.speed_mps,
            heading_deg=fix.heading_deg,
            by_hand=fix.by_hand,
            status=status,
        )


def positions_of(whereabouts: Whereabouts, officers: list[str]) -> list[PositionOut]:
    """
    Say where some officers are.

    Parameters
    ----------
    whereabouts
        The present snapshot.
    officers
        Ids; those without a position, or not of this city, are left out.

    Returns
    -------
    positions
        In the order given.
    """
    row_of = whereabouts.city.roster.officer_row
    fixes = whereabouts.positions.fixes
    return [
        PositionOut.of(fixes[officer], STATUSES[whereabouts.status[row_of[officer]]])
        for officer in officers
        if officer in fixes and officer in row_of
    ]


def position_texts(whereabouts: Whereabouts, officers: Iterable[str]) -> dict[str, str]:
    """
    Write where some officers are, for the live stream: as `PositionOut` is written, and sooner.

    Parameters
    ----------
    whereabouts
        The present snapshot.
    officers
        Ids; those without a position, or not of this city, are left out.

    Returns
    -------
    texts
        JSON by officer.
    """
    row_of = whereabouts.city.roster.officer_row
    fixes, status = whereabouts.positions.fixes, whereabouts.status
    return {
        officer: _written(fixes[officer], STATUSES[status[row_of[officer]]])
        for officer in officers
        if officer in fixes and officer in row_of
    }


def _written(fix: Fix, status: DutyStatus) -> str:
    """Write one position."""
    position = {
        "officer": fix.officer,
        "time": fix.time,
        "lon": fix.lon_lat[0],
        "lat": fix.lon_lat[1],
        "accuracy_m": fix.accuracy_m,
        "speed_mps": fix.speed_mps,
        "heading_deg": fix.heading_deg,
        "by_hand": fix.by_hand,
        "status": status.value,
    }
    return to_json(position).decode()


def fix_of(given: FixIn | FlawedFix) -> Fix:
    """
    Bring a position report through the door.

    Parameters
    ----------
    given
        The report.

    Returns
    -------
    fix
        The fix in WGS-84; whether it is believed is judged later.

    Raises
    ------
    BadValue
        It is no fix; it names neither an officer nor a device, or both, or no place on Earth.
    UnknownCrs
        Its coordinate system is not known.
    """
    if not isinstance(given, FixIn):
        raise BadValue(_flaw_of(given))
    if (given.officer is None) == (given.device is None):
        raise BadValue("A fix names either its officer or its device.")
    return Fix(
        officer=given.officer or given.device or "",
        lon_lat=lon_lat_wgs84((given.lon, given.lat), given.crs),
        time=given.time,
        accuracy_m=given.accuracy_m,
        speed_mps=given.speed_mps,
        heading_deg=given.heading_deg,
        by_hand=given.by_hand,
    )


def _name_in(given: FlawedFix) -> str:
    """Name that an object gives, as far as it can be repeated."""
    named = given.get("officer") or given.get("device")
    return named[:MOST_NAME] if isinstance(named, str) and is_storable(named) else ""


def _flaw_of(given: FlawedFix) -> str:
    """Name the first thing that keeps an object from being a fix."""
    try:
        FixIn.model_validate(given)
    except ValidationError as error:
        first = finding(error.errors()[0])
        return f"{first['where']}: {first['message']}."
    return "This is no fix."
