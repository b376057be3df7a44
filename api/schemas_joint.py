"""What the doors say of joint operations, as JSON."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import (
    Asked,
    Crs,
    GivenLonLat,
    Instant,
    ReasonOut,
    Text,
    degraded_of,
    lon_lat_wgs84,
)
from dispatch.call_up import CallUp, Operation
from dispatch.city import City
from dispatch.joint import Site
from dispatch.joint_plan import Member, Party, Shortage, ZoneStrength

Code = Annotated[Text, Field(min_length=1, max_length=64)]
Number = Annotated[int, Field(ge=1, le=100_000)]

MOST_SITES = 200


class SiteIn(Asked):
    """Where officers are wanted, and how many."""

    id: Code
    lon_lat: GivenLonLat
    officers: Number = Field(description="Certified officers in all.")
    skills: dict[Code, Number] = Field(
        default_factory=dict,
        description="How many of them for each skill; who fills one does not fill another.",
    )


class JointAsk(Asked):
    """Officers in mixed skills to several sites, all there by one time."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "arrive_by": "2026-11-22T15:30:00+08:00",
                    "sites": [
                        {"id": "gate", "lon_lat": [109.12, 21.48], "officers": 2, "skills": {}}
                    ],
                }
            ]
        },
    )

    arrive_by: Instant | None = Field(
        default=None, description="When all are to be there; without it as soon as can be."
    )
    sites: list[SiteIn] = Field(min_length=1, max_length=MOST_SITES)
    crs: Crs = "wgs84"
    soonest: bool = Field(
        default=True,
        description="All there as soon as can be; false: just by `arrive_by`, sparing the zones.",
    )
    domains: list[Code] = Field(
        default_factory=list,
        max_length=50,
        description="Call up officers of the squads for these domains only.",
    )
    keep: dict[Code, Annotated[int, Field(ge=0)]] = Field(
        default_factory=dict, description="Certified officers that must stay free, by zone."
    )

    def operation(self) -> Operation:
        """
        Turn into what the core asks for.

        Returns
        -------
        operation
            With places in WGS-84.
        """
        return Operation(
            sites=tuple(
                Site(site.id, site.officers, tuple(sorted(site.skills.items())))
                for site in self.sites
            ),
            lon_lat=tuple(lon_lat_wgs84(site.lon_lat, self.crs) for site in self.sites),
            arrive_by=self.arrive_by,
            soonest=self.soonest,
            domains=tuple(sorted(set(self.domains))),
            keep=self.keep,
        )


class MemberOut(BaseModel):
    """An officer who goes."""

    officer: str | None = Field(description="Null where the crew is another area's.")
    unit: str = Field(description="Code of his or her crew.")
    skill: str | None = Field(description="What he or she is wanted for; null for a plain place.")
    eta_s: float


class PartyOut(BaseModel):
    """All who go to one site."""

    site: str
    last_arrival_s: float
    officers: list[MemberOut]

    @classmethod
    def of(cls, party: Party, made: CallUp) -> PartyOut:
        """Copy a party."""
        return cls(
            site=party.site,
            last_arrival_s=party.last_ms / 1000,
            officers=[_member(who, made) for who in party.members],
        )


class ZoneStrengthOut(BaseModel):
    """Certified officers of a zone that are free to go, before and after."""

    zone: str
    before: int
    after: int
    keep: int

    @classmethod
    def of(cls, zone: ZoneStrength) -> ZoneStrengthOut:
        """Copy what is left of a zone."""
        return cls(zone=zone.zone, before=zone.before, after=zone.after, keep=zone.floor)


class ShortageOut(BaseModel):
    """What one site lacks at the time allowed."""

    site: str
    skill: str | None
    needed: int
    missing: int
    able: int = Field(description="Officers who could fill one, were they not wanted elsewhere.")
    reason: ReasonOut

    @classmethod
    def of(cls, short: Shortage) -> ShortageOut:
        """Copy a shortage and say it in a sentence."""
        zh = f"具备“{short.skill}”技能的队员" if short.skill else "持证队员"
        en = f"officers with the skill {short.skill}" if short.skill else "certified officers"
        return cls(
            site=short.site,
            skill=short.skill,
            needed=short.needed,
            missing=short.missing,
            able=short.able,
            reason=ReasonOut(
                code="too_few_officers",
                zh=f"{short.site} 需{zh} {short.needed} 名，缺 {short.missing} 名。",
                en=f"Site {short.site} wants {short.needed} {en}; {short.missing} are missing.",
            ),
        )


class JointOut(BaseModel):
    """Who goes where, or how much is missing; being infeasible is an answer too."""

    now: datetime
    arrive_by: datetime | None
    city_version: str
    weight_version: str
    arrival_model: str | None
    degraded: ReasonOut | None
    feasible: bool
    proven: bool = Field(description="Whether it is proven that no plan is better.")
    last_arrival_s: float | None = Field(
        description="Seconds until the last one is there; where infeasible, of the soonest plan."
    )
    last_arrival_at: datetime | None
    parties: list[PartyOut]
    shortages: list[ShortageOut]
    zones: list[ZoneStrengthOut]
    disturbance: float = Field(
        description="Sum over zones of officers given, squared, by strength."
    )
    available: int = Field(description="Certified officers who may go.")
    left_out: dict[str, int] = Field(description="How many more there are, by what keeps them.")

    @classmethod
    def of(cls, made: CallUp, city: City) -> JointOut:
        """Copy a plan."""
        plan = made.plan
        last_s = None if plan.last_ms is None else plan.last_ms / 1000
        return cls(
            now=made.now,
            arrive_by=made.operation.arrive_by,
            city_version=made.city_version,
            weight_version=made.weight_version,
            arrival_model=made.arrival_model,
            degraded=degraded_of(city),
            feasible=plan.feasible,
            proven=plan.proven,
            last_arrival_s=last_s,
            last_arrival_at=None if last_s is None else made.now + timedelta(seconds=last_s),
            parties=[PartyOut.of(party, made) for party in plan.parties],
            shortages=[ShortageOut.of(short) for short in plan.shortages],
            zones=[ZoneStrengthOut.of(zone) for zone in plan.zones],
            disturbance=round(plan.disturbance, 6),
            available=made.available,
            left_out=dict(made.left_out),
        )


def _member(who: Member, made: CallUp) -> MemberOut:
    """Copy an officer who goes."""
    return MemberOut(
        officer=who.officer,
        unit=made.crew_of[who.officer],
        skill=who.skill,
        eta_s=who.travel_ms / 1000,
    )
