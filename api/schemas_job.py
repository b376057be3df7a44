"""What an officer's phone shows: the job, who else goes, and the way there."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.map_apps import MapApp
from api.schemas import LonLat, ReasonOut
from api.schemas_assignment import AssignmentOut
from api.schemas_duty import DutyOut
from api.schemas_suggestion import IncidentOut
from dispatch.assignment import Assignment
from dispatch.choice import ProposalKind
from dispatch.city import City
from dispatch.matter import Matter
from geo.road.road_class import Mode


class MapAppOut(BaseModel):
    """A map app of the phone, and the address that opens it with the way to the place."""

    name: str
    name_en: str
    crs: str = Field(description="Coordinate system of the app.")
    lon_lat: LonLat = Field(description="The place in that system, longitude first.")
    url: str

    @classmethod
    def of(cls, app: MapApp) -> MapAppOut:
        """Copy an app."""
        return cls(
            name=app.name, name_en=app.name_en, crs=app.crs, lon_lat=app.lon_lat, url=app.url
        )


class JobMatterOut(BaseModel):
    """A matter of the case."""

    code: str
    name: str
    name_en: str
    gravity: int

    @classmethod
    def of(cls, matter: Matter) -> JobMatterOut:
        """Copy a matter."""
        return cls(
            code=matter.code, name=matter.name, name_en=matter.name_en, gravity=matter.gravity
        )


class ColleagueOut(BaseModel):
    """Somebody of the same crew."""

    officer: str
    name: str
    certified: bool


class OtherCrewOut(BaseModel):
    """Another crew that is bound for the same incident."""

    unit: str
    name: str
    name_en: str
    kind: ProposalKind
    officers: int
    arrived_at: datetime | None

    @classmethod
    def of(cls, other: Assignment, city: City) -> OtherCrewOut:
        """Copy an assignment of others."""
        unit = city.units.get(other.picked.unit)
        return cls(
            unit=other.picked.unit,
            name=other.picked.unit if unit is None else unit.name,
            name_en=other.picked.unit if unit is None else unit.name_en,
            kind=other.picked.kind,
            officers=len(other.picked.officers),
            arrived_at=other.arrived_at,
        )


class JobOut(BaseModel):
    """What an officer is sent to."""

    assignment: AssignmentOut
    incident: IncidentOut
    matters: list[JobMatterOut]
    areas: list[str] = Field(description="Names of the areas in which the place lies.")
    crew: list[ColleagueOut] = Field(description="Who goes, the officer among them.")
    others: list[OtherCrewOut]
    map_apps: list[MapAppOut]


class OwnJobOut(BaseModel):
    """Who an officer is, whether on duty, and what the job is."""

    now: datetime
    officer: str | None = Field(description="Null for an account that belongs to no officer.")
    name: str | None
    crew: str | None
    mode: Mode | None
    duty: DutyOut | None
    job: JobOut | None = Field(description="Null while the officer is free.")


class LineOut(BaseModel):
    """A way on the map, as GeoJSON."""

    type: Literal["LineString"] = "LineString"
    coordinates: list[LonLat]


class OwnWayOut(BaseModel):
    """The way to the job from where the officer is."""

    mode: Mode
    route: LineOut | None = Field(description="Null where no road leads there.")
    travel_time_s: float | None
    length_m: float | None
    degraded: ReasonOut | None = Field(description="Why it is a straight line, else null.")
    map_apps: list[MapAppOut]
