"""What the doors say of a city: its units, places and positions, as JSON."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

import numpy as np
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat

from api.basemap import Basemap
from dispatch.city import City
from dispatch.drone import flight_of
from dispatch.matter import Matter
from dispatch.sight import without_phones
from dispatch.unit import DutyStatus, Officer, Unit, UnitKind
from geo.area import Area
from geo.datum import to_wgs84
from geo.place_index import Place
from geo.remark import Remark
from geo.zone import Zone

Item = TypeVar("Item")

_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """
    Tell whether a text is one that every store and program can hold.

    Parameters
    ----------
    text
        What JSON has said.

    Returns
    -------
    storable
        False for NUL and for half of a surrogate pair, which JSON can escape.
    """
    return _NO_TEXT.search(text) is None


def _storable(text: str) -> str:
    """Refuse what JSON can escape but no store and no other program can hold."""
    if not is_storable(text):
        raise ValueError("holds a character that is no text (NUL or half of a pair)")
    return text


Text = Annotated[str, AfterValidator(_storable)]

Quoted = Annotated[str, AfterValidator(without_phones)]
"""What somebody wrote, as others are shown it: with mobile numbers in stars."""

Instant = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC)),
]
"""An instant of this century or the next; those at the ends of the calendar have no UTC."""

FARTHEST_LON, FARTHEST_LAT = 180.0, 90.0

Crs = Annotated[
    Text,
    Field(max_length=64, description="wgs84, cgcs2000, gcj02, bd09 or EPSG:n.", examples=["wgs84"]),
]
GivenLonLat = Annotated[
    tuple[FiniteFloat, FiniteFloat],
    Field(description="Longitude, latitude, in degrees of `crs`.", examples=[[109.1689, 21.4627]]),
]
Bounds = Annotated[
    list[float], Field(min_length=4, max_length=4, description="West, south, east, north.")
]

LonLat = Annotated[tuple[float, float], Field(description="Longitude, latitude, WGS-84 degrees.")]


class Asked(BaseModel):
    """A body of a request: fields that are not known are refused."""

    model_config = ConfigDict(extra="forbid")


class Page(BaseModel, Generic[Item]):
    """A page of a list; ``next`` is the cursor of the page after it, null on the last."""

    items: list[Item]
    next: str | None


class ReasonOut(BaseModel):
    """One thing said to a person, with a code for machines."""

    code: str
    zh: str
    en: str

    @classmethod
    def of(cls, remark: Remark) -> ReasonOut:
        """Copy a remark."""
        return cls(code=remark.code, zh=remark.zh, en=remark.en)

    @classmethod
    def quoting(cls, remark: Remark) -> ReasonOut:
        """Copy a remark that repeats what somebody wrote, with mobile numbers in stars."""
        zh, en = without_phones(remark.zh), without_phones(remark.en)
        return cls(code=remark.code, zh=zh, en=en)


class BasemapOut(BaseModel):
    """A base map of one's own network, in Web Mercator."""

    tiles: str = Field(description="Template of its tiles.")
    crs: str = Field(description="System in which they were drawn: wgs84, cgcs2000 or gcj02.")
    attribution: str

    @classmethod
    def of(cls, basemap: Basemap) -> BasemapOut:
        """Copy a base map."""
        return cls(tiles=basemap.tiles, crs=basemap.crs, attribution=basemap.attribution)


class CityOut(BaseModel):
    """The city that is served."""

    code: str
    name: str
    name_en: str
    invented: bool = Field(description="True for a generated city; every screen must say so.")
    now: datetime = Field(description="The service's clock.")
    city_version: str
    weight_version: str
    degraded: ReasonOut | None
    bounds: Bounds
    tiles: str = Field(description="Template of the road tiles.")
    basemap: BasemapOut | None = Field(description="To be shown instead, where one is set.")


class DomainOut(BaseModel):
    """A field of enforcement."""

    code: str
    name: str
    name_en: str


class MatterOut(BaseModel):
    """One item of the list of powers."""

    code: str
    name: str
    name_en: str
    domain: str
    kind: str
    gravity: int
    triage: str

    @classmethod
    def of(cls, matter: Matter) -> MatterOut:
        """Copy a matter."""
        return cls(
            code=matter.code,
            name=matter.name,
            name_en=matter.name_en,
            domain=matter.domain,
            kind=matter.kind,
            gravity=matter.gravity,
            triage=matter.triage,
        )


class AreaOut(BaseModel):
    """An administrative area."""

    code: str
    name: str
    name_en: str
    tier: str

    @classmethod
    def of(cls, area: Area) -> AreaOut:
        """Copy an area without its polygon."""
        return cls(code=area.code, name=area.name, name_en=area.name_en, tier=area.tier)


class ZoneOut(BaseModel):
    """A responsibility zone."""

    code: str
    name: str
    name_en: str
    brigade: str | None
    arrival_target_s: int

    @classmethod
    def of(cls, zone: Zone) -> ZoneOut:
        """Copy a zone without its polygon."""
        return cls(
            code=zone.code,
            name=zone.name,
            name_en=zone.name_en,
            brigade=zone.brigade,
            arrival_target_s=zone.arrival_target_s,
        )


class PlaceOut(BaseModel):
    """What a point lies in."""

    lon_lat: LonLat
    areas: list[AreaOut]
    zone: ZoneOut | None
    grid: str | None
    remarks: list[ReasonOut]

    @classmethod
    def of(cls, place: Place) -> PlaceOut:
        """Copy a place."""
        return cls(
            lon_lat=place.lon_lat,
            areas=[AreaOut.of(area) for area in place.areas],
            zone=ZoneOut.of(place.zone) if place.zone else None,
            grid=place.grid.code if place.grid else None,
            remarks=[ReasonOut.of(remark) for remark in place.remarks],
        )


class FlightOut(BaseModel):
    """How a drone flies, as its unit says or as is usual."""

    air_speed_mps: float
    range_m: float = Field(description="On one charge.")
    reach_m: float = Field(description="How far it may fly and come home with its reserve.")
    launch_s: float

    @classmethod
    def of(cls, drone: Unit) -> FlightOut:
        """Copy how a drone flies."""
        flight = flight_of(drone)
        return cls(
            air_speed_mps=flight.speed_mps,
            range_m=flight.range_m,
            reach_m=round(flight.reach_m, 1),
            launch_s=flight.launch_s,
        )


class UnitOut(BaseModel):
    """A brigade, squad, post, crew or drone."""

    code: str
    name: str
    name_en: str
    kind: str
    parent: str | None
    zone: str | None
    domains: list[str]
    mode: str | None
    lon_lat: LonLat | None
    call_sign: str
    phone: str
    equipment: list[str]
    flight: FlightOut | None = Field(description="How a drone flies; null for all others.")

    @classmethod
    def of(cls, unit: Unit) -> UnitOut:
        """Copy a unit."""
        return cls(
            code=unit.code,
            name=unit.name,
            name_en=unit.name_en,
            kind=unit.kind,
            parent=unit.parent,
            zone=unit.zone,
            domains=list(unit.domains),
            mode=unit.mode,
            lon_lat=unit.lon_lat,
            call_sign=unit.call_sign,
            phone=unit.phone,
            equipment=list(unit.equipment),
            flight=FlightOut.of(unit) if unit.kind == UnitKind.DRONE else None,
        )


class OfficerOut(BaseModel):
    """An officer; the private phone number stays inside."""

    id: str
    name: str
    crew: str
    certified: bool
    skills: list[str]
    equipment: list[str]
    status: DutyStatus
    by_hand: bool = Field(description="Somebody else signed the officer on or off last.")

    @classmethod
    def of(cls, officer: Officer, status: DutyStatus, *, by_hand: bool) -> OfficerOut:
        """Copy an officer and add whether he or she is free."""
        return cls(
            id=officer.id,
            name=officer.name,
            crew=officer.crew,
            certified=officer.certified,
            skills=list(officer.skills),
            equipment=list(officer.equipment),
            status=status,
            by_hand=by_hand,
        )


def degraded_of(city: City) -> ReasonOut | None:
    """
    Say whether travel times are not by road, and why.

    Parameters
    ----------
    city
        The city with its road engines.

    Returns
    -------
    degraded
        None when every engine answers by road.
    """
    for engine in city.travel_times.values():
        if engine.degraded is not None:
            return ReasonOut(
                code="straight_line", zh="行程时间按直线估算，未走路网。", en=engine.degraded
            )
    return None


def lon_lat_wgs84(lon_lat: tuple[float, float], crs: str) -> tuple[float, float]:
    """
    Bring one position through the door.

    Parameters
    ----------
    lon_lat
        As given, in the system.
    crs
        The system's name.

    Returns
    -------
    lon_lat
        WGS-84 degrees.

    Raises
    ------
    UnknownCrs
        The system is not known.
    BadValue
        The position is no place in it.
    """
    lon, lat = lon_lat
    if crs == "wgs84" and abs(lon) <= FARTHEST_LON and abs(lat) <= FARTHEST_LAT:
        return lon_lat  # thousands of fixes a second come through here
    lon, lat = to_wgs84(np.array([lon_lat], dtype=np.float64), crs)[0]
    return float(lon), float(lat)
