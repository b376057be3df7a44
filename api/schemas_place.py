"""Candidates of the gazetteer, as JSON."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.schemas import AreaOut, LonLat, ReasonOut, ZoneOut
from dispatch.city import City
from dispatch.gazetteer import Candidate, Found
from geo.remark import Remark


class CandidateOut(BaseModel):
    """A place that may be meant."""

    code: str
    name: str
    name_en: str
    address: str
    kind: str
    also: list[str] = Field(description="What else it is called.")
    lon_lat: LonLat
    areas: list[AreaOut] = Field(description="In which it lies, from the city down.")
    zone: ZoneOut | None
    match: str = Field(
        description="`is` what was asked for, `begins` with it, `holds` it, or is `like` it."
    )
    likeness: float = Field(description="Share of the neighbouring words asked for that it has.")
    distance_m: float | None = Field(description="Straight, from `near`; null without.")
    namesakes: int = Field(description="How many other places have its name.")

    @classmethod
    def of(cls, candidate: Candidate, city: City) -> CandidateOut:
        """Copy a candidate, with where it lies."""
        entry, place = candidate.entry, city.place_index.locate(candidate.entry.lon_lat)
        away_m = candidate.distance_m
        return cls(
            code=entry.code,
            name=entry.name,
            name_en=entry.name_en,
            address=entry.address,
            kind=entry.kind,
            also=list(entry.also),
            lon_lat=entry.lon_lat,
            areas=[AreaOut.of(area) for area in place.areas],
            zone=ZoneOut.of(place.zone) if place.zone else None,
            match=candidate.match,
            likeness=round(candidate.likeness, 3),
            distance_m=None if away_m is None else round(away_m, 1),
            namesakes=candidate.namesakes,
        )


class PlacesFoundOut(BaseModel):
    """Candidates for a name or an address, the likeliest first."""

    city_version: str
    total: int = Field(description="How many there are; `items` may be fewer.")
    certain: bool = Field(
        description="Whether exactly one is what was asked for. Else a person chooses, or nobody."
    )
    remarks: list[ReasonOut]
    items: list[CandidateOut]

    @classmethod
    def of(cls, found: Found, city: City) -> PlacesFoundOut:
        """Copy what a search found."""
        return cls(
            city_version=city.version,
            total=found.total,
            certain=found.exact == 1,
            remarks=[ReasonOut.of(one) for one in _remarks(found, city)],
            items=[CandidateOut.of(one, city) for one in found.candidates],
        )


def _remarks(found: Found, city: City) -> list[Remark]:
    """What must be known before one of them is taken."""
    if not city.places:
        return [
            Remark(
                "no_gazetteer",
                "本市没有发布地名地址图层，无从查找。",
                "The city has published no places: there is nothing to look in.",
            )
        ]
    if found.exact < 2:
        return []
    return [
        Remark(
            "several_of_one_name",
            f"有 {found.exact} 处与所查一致，请按所在区划和责任区选择。",
            f"{found.exact} places are just that: choose by the area and zone they lie in.",
        )
    ]
