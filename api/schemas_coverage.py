"""What the doors say of coverage and move-ups, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import numpy as np
from pydantic import BaseModel, Field

from api.schemas import LonLat, ReasonOut, degraded_of
from dispatch.city_move_up import CityMoveUp
from dispatch.coverage_gap import Gap, ZoneCoverage, by_zone, gaps
from dispatch.move_up import Move
from dispatch.seen_coverage import SeenCoverage
from geo.road.road_class import Mode

DECIMALS = 6
"""A tenth of a metre; shares to a millionth."""


class ZoneCoverageOut(BaseModel):
    """How well a zone is covered."""

    zone: str
    share: float

    @classmethod
    def of(cls, zone: ZoneCoverage) -> ZoneCoverageOut:
        """Copy a zone."""
        return cls(zone=zone.zone, share=round(zone.share, DECIMALS))


class GapOut(BaseModel):
    """A point that no free crew reaches in time."""

    point: str
    zone: str | None
    share: float = Field(description="Its share of all demand.")

    @classmethod
    def of(cls, gap: Gap) -> GapOut:
        """Copy a gap."""
        return cls(point=gap.point, zone=gap.zone, share=round(gap.share, DECIMALS))


class PointProperties(BaseModel):
    """How a point of demand is covered."""

    point: str
    zone: str | None
    weight: float
    target_s: float
    crews: int = Field(
        description="Free crews that reach it within the target; 2 stands for two or more."
    )
    covered: bool


class PointGeometry(BaseModel):
    """A GeoJSON point."""

    type: Literal["Point"] = "Point"
    coordinates: LonLat


class PointFeature(BaseModel):
    """A point of demand as a GeoJSON feature."""

    type: Literal["Feature"] = "Feature"
    geometry: PointGeometry
    properties: PointProperties


class PointCollection(BaseModel):
    """Points of demand as a map layer."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[PointFeature]


class CoverageOut(BaseModel):
    """The share of demand that a crew which is free reaches in time."""

    now: datetime
    city_version: str
    weight_version: str
    arrival_model: str | None
    degraded: ReasonOut | None
    weighting: ReasonOut = Field(description="What shares are taken of.")
    share: float
    free_crews: int
    points: int
    uncovered: int
    zones: list[ZoneCoverageOut] = Field(description="The worst first.")
    gaps: list[GapOut] = Field(description="The worst first.")
    layer: PointCollection

    @classmethod
    def of(cls, seen: SeenCoverage, *, most_gaps: int) -> CoverageOut:
        """Copy what is covered."""
        city, held = seen.city, seen.held
        return cls(
            now=seen.whole.now,
            city_version=city.version,
            weight_version=city.weight_version,
            arrival_model=city.arrival_model.version if city.arrival_model else None,
            degraded=degraded_of(city),
            weighting=ReasonOut.of(seen.whole.ground.weighting),
            share=round(held.share, DECIMALS),
            free_crews=int(seen.free.sum()),
            points=len(held.count),
            uncovered=int((held.count == 0).sum()),
            zones=[ZoneCoverageOut.of(zone) for zone in by_zone(held)],
            gaps=[GapOut.of(gap) for gap in gaps(held, most=most_gaps)],
            layer=_layer(seen),
        )


class CoverageMarks(BaseModel):
    """What a map that has the points already needs to colour them."""

    now: datetime
    city_version: str
    share: float
    zones: list[ZoneCoverageOut] = Field(description="The worst first.")
    uncovered: list[str] = Field(description="Points that no free crew reaches in time.")
    by_one: list[str] = Field(description="Points that one free crew alone reaches in time.")

    @classmethod
    def of(cls, seen: SeenCoverage) -> CoverageMarks:
        """Copy what is covered."""
        count, points = seen.held.count, seen.held.demand.points
        return cls(
            now=seen.whole.now,
            city_version=seen.city.version,
            share=round(seen.held.share, DECIMALS),
            zones=[ZoneCoverageOut.of(zone) for zone in by_zone(seen.held)],
            uncovered=[points[row] for row in np.flatnonzero(count == 0).tolist()],
            by_one=[points[row] for row in np.flatnonzero(count == 1).tolist()],
        )


class MoveOut(BaseModel):
    """One crew to one post."""

    crew: str
    post: str
    lon_lat: LonLat
    travel_time_s: float
    gain_share: float = Field(
        description="Share of demand that would be lost again if this move alone were left out."
    )

    @classmethod
    def of(cls, move: Move, made: CityMoveUp) -> MoveOut:
        """Copy a move."""
        return cls(
            crew=move.crew,
            post=move.post,
            lon_lat=made.lon_lat_of[move.post],
            travel_time_s=move.travel_ms / 1000,
            gain_share=round(move.gain_per_h, DECIMALS),
        )


class MoveUpOut(BaseModel):
    """Which idle crews to post elsewhere; no move at all is an answer too."""

    now: datetime
    city_version: str
    weight_version: str
    weighting: ReasonOut
    mode: Mode | None = Field(description="How the crews that may be moved travel.")
    most_moves: int
    moves: list[MoveOut]
    share_before: float
    share_after: float
    travel_time_s: float
    gap: float = Field(description="Share of demand that a better plan could gain at most.")
    proven: bool

    @classmethod
    def of(cls, made: CityMoveUp, seen: SeenCoverage, *, most_moves: int) -> MoveUpOut:
        """Copy a proposal."""
        city, proposal = seen.city, made.proposal
        return cls(
            now=seen.whole.now,
            city_version=city.version,
            weight_version=city.weight_version,
            weighting=ReasonOut.of(seen.whole.ground.weighting),
            mode=made.mode,
            most_moves=most_moves,
            moves=[MoveOut.of(move, made) for move in proposal.moves],
            share_before=round(proposal.share_before, DECIMALS),
            share_after=round(proposal.share_after, DECIMALS),
            travel_time_s=proposal.travel_ms / 1000,
            gap=proposal.gap,
            proven=proposal.proven,
        )


def _layer(seen: SeenCoverage) -> PointCollection:
    """Points of demand as a map layer."""
    held, demand = seen.held, seen.held.demand
    rows = zip(
        demand.points,
        seen.lon_lat.round(DECIMALS).tolist(),
        demand.zone.tolist(),
        demand.weight.tolist(),
        seen.target_s.tolist(),
        held.count.tolist(),
        strict=True,
    )
    return PointCollection(
        features=[
            PointFeature(
                geometry=PointGeometry(coordinates=(lon, lat)),
                properties=PointProperties(
                    point=point,
                    zone=demand.zones[zone] if zone >= 0 else None,
                    weight=weight,
                    target_s=target_s,
                    crews=count,
                    covered=count > 0,
                ),
            )
            for point, (lon, lat), zone, weight, target_s, count in rows
        ]
    )
