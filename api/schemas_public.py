"""What the public is told and may say: places, matters, reports nearby, receipts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.schemas import Asked, Bounds, Crs, GivenLonLat, LonLat, Text, lon_lat_wgs84
from api.schemas_suggestion import MatterCode
from api.schemas_timeline import ProgressOut
from dispatch.city import City
from dispatch.duplicates import Alike, Duplicate
from dispatch.gazetteer import Candidate, Found
from dispatch.incident import Reporter
from dispatch.incident_state import State
from dispatch.matter_search import FoundMatter, Heard
from dispatch.public_report import Report
from dispatch.receipt import SECRET_PATTERN

MOST_MATTERS = 3


class PublicCityOut(BaseModel):
    """The city as far as a map of it needs to be known."""

    name: str
    name_en: str
    invented: bool = Field(description="True for a generated city; every screen must say so.")
    now: datetime = Field(description="The service's clock.")
    bounds: Bounds
    tiles: str = Field(description="Template of the road tiles that need no account.")
    backdrop: str = Field(description="Sea, rivers and parks, as GeoJSON.")


class PublicPlaceOut(BaseModel):
    """A place that may be meant."""

    name: str
    name_en: str
    address: str
    within: str = Field(description="Names of the areas in which it lies, below the city.")
    lon_lat: LonLat

    @classmethod
    def of(cls, candidate: Candidate, city: City) -> PublicPlaceOut:
        """Copy a candidate, with where it lies in words."""
        entry = candidate.entry
        areas = city.place_index.locate(entry.lon_lat).areas
        return cls(
            name=entry.name,
            name_en=entry.name_en,
            address=entry.address,
            within=" ".join(area.name for area in areas[1:]),
            lon_lat=entry.lon_lat,
        )


class PublicPlacesOut(BaseModel):
    """Places that may be meant by a name or an address, the likeliest first."""

    items: list[PublicPlaceOut]

    @classmethod
    def of(cls, found: Found, city: City) -> PublicPlacesOut:
        """Copy what a search found."""
        return cls(items=[PublicPlaceOut.of(one, city) for one in found.candidates])


class HeardOut(BaseModel):
    """A word by which a matter was found."""

    said: str
    stands_for: str

    @classmethod
    def of(cls, heard: Heard) -> HeardOut:
        """Copy a word."""
        return cls(said=heard.said, stands_for=heard.stands_for)


class FoundMatterOut(BaseModel):
    """A matter that may be meant, and why."""

    code: str
    name: str
    name_en: str
    domain: str = Field(description="Name of its field.")
    domain_en: str
    score: float = Field(description="Share of the name that was found, by weight of its words.")
    heard: list[HeardOut]

    @classmethod
    def of(cls, found: FoundMatter, city: City) -> FoundMatterOut:
        """Copy a matter."""
        domain = city.domains[found.matter.domain]
        return cls(
            code=found.matter.code,
            name=found.matter.name,
            name_en=found.matter.name_en,
            domain=domain.name,
            domain_en=domain.name_en,
            score=found.score,
            heard=[HeardOut.of(one) for one in found.heard],
        )


class FoundMattersOut(BaseModel):
    """Matters that may be meant, the likeliest first."""

    items: list[FoundMatterOut]


class NearbyOut(BaseModel):
    """A report nearby: its kind, how far and how old; nothing of who reported or what was said."""

    id: str = Field(description="By which one may join it.")
    alike: Alike
    matters: list[str] = Field(description="Names of its matters.")
    matters_en: list[str]
    distance_m: float = Field(description="Rounded up.")
    age_s: float = Field(description="Rounded to minutes.")

    @classmethod
    def of(cls, duplicate: Duplicate, city: City) -> NearbyOut:
        """Copy what may be the same thing."""
        known = [city.matters[code] for code in duplicate.incident.matters if code in city.matters]
        return cls(
            id=str(duplicate.incident.id),
            alike=duplicate.alike,
            matters=[one.name for one in known],
            matters_en=[one.name_en for one in known],
            distance_m=duplicate.distance_m,
            age_s=round(duplicate.age_s / 60) * 60,
        )


class NearbyListOut(BaseModel):
    """Reports nearby that may be of the same thing, the likest first."""

    items: list[NearbyOut]


class PublicReporterIn(Asked):
    """Whom to call back, if somebody likes to be called."""

    name: Text = Field(default="", max_length=64)
    phone: Text = Field(default="", max_length=32)


class PublicReportIn(Asked):
    """Something reported without an account."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "lon_lat": [109.1689, 21.4627],
                    "matters": ["EE001"],
                    "text": "楼下烧烤店油烟很大",
                    "secret": "7K3M9QXT2PVC8WZA",
                }
            ]
        },
    )

    lon_lat: GivenLonLat
    crs: Crs = "wgs84"
    matters: list[MatterCode] = Field(default_factory=list, max_length=MOST_MATTERS)
    text: Text = Field(default="", max_length=2000)
    secret: Annotated[
        str,
        Field(
            pattern=SECRET_PATTERN,
            description="Drawn at random by whoever reports, 16 of Crockford's 32 digits; with the "
            "receipt's number it opens what became of the report. The store keeps its digest.",
        ),
    ]
    reporter: PublicReporterIn | None = None
    joins: Annotated[Text, Field(max_length=64)] | None = Field(
        default=None, description="A report nearby that this is one more of."
    )
    website: Text = Field(
        default="", max_length=200, description="Stays empty: no person sees this field."
    )

    @model_validator(mode="after")
    def _sound(self) -> PublicReportIn:
        """Refuse what programs fill in, and a second reporter of one incident."""
        if self.website:
            raise ValueError("website stays empty")
        if self.joins is not None and self.reporter is not None:
            raise ValueError("joins takes no reporter: an incident keeps the one it has")
        return self

    def report(self) -> Report:
        """Copy what is reported."""
        given = self.reporter
        named = given is not None and bool(given.name or given.phone)
        return Report(
            lon_lat=lon_lat_wgs84(self.lon_lat, self.crs),
            matters=tuple(dict.fromkeys(self.matters)),
            text=self.text,
            secret=self.secret,
            reporter=Reporter(given.name, given.phone) if given is not None and named else None,
            joins=self.joins,
        )


class PublicReceiptOut(BaseModel):
    """What whoever reported holds: the number; the secret they have themselves."""

    receipt: str
    reported_at: datetime
    joined: bool


class PublicProgressOut(BaseModel):
    """How far it is: states and instants, and nobody's name."""

    receipt: str
    reported_at: datetime
    joined: bool
    state: State
    matters: list[str] = Field(description="Names of its matters.")
    matters_en: list[str]
    photos: int = Field(description="How many came with this receipt.")
    may_rate: bool
    rating: int | None
    steps: list[ProgressOut]


class PublicPhotoOut(BaseModel):
    """A photo that was taken in."""

    width_px: int
    height_px: int
    size_bytes: int
    photos: int = Field(description="How many came with this receipt.")
