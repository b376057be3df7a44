"""What the doors say of closures and slow zones, and what they take."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import shapely
import shapely.geometry
from pydantic import BaseModel, Field, FiniteFloat
from shapely import MultiPolygon, Polygon

from api.schemas import Asked, Crs, Instant, Quoted, Text
from dispatch.store.closures import ClosureRecord
from geo.datum import to_wgs84
from geo.errors import BadValue
from geo.road.closure import LEAST_FACTOR, Closure
from geo.road.extent import Direction, Extent
from geo.road.road_class import Mode
from geo.road.speed import LEAST_KPH, MOST_KPH

Kind = Literal["closed", "slow"]
State = Literal["planned", "in_force", "over"]

WayId = Annotated[int, Field(ge=-(2**63), lt=2**63)]

Position = Annotated[list[FiniteFloat], Field(min_length=2, max_length=3)]
Ring = Annotated[list[Position], Field(min_length=4)]


class PolygonIn(BaseModel):
    """A GeoJSON polygon: its outer ring, then holes."""

    type: Literal["Polygon"]
    coordinates: Annotated[list[Ring], Field(min_length=1)]


class MultiPolygonIn(BaseModel):
    """Several GeoJSON polygons."""

    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[Annotated[list[Ring], Field(min_length=1)]], Field(min_length=1)]


class ClosureIn(Asked):
    """A closure or slow zone to be entered; its streets are named in exactly one way."""

    kind: Kind = Field("closed", description="closed: nobody drives through; slow: slower.")
    reason: Annotated[Text, Field(max_length=500)] = ""
    modes: list[Mode] = Field([], max_length=len(Mode), description="Whom it concerns; all.")
    starts: Instant | None = Field(None, description="From when on; at once without.")
    ends: Instant | None = Field(None, description="Until when; open without.")
    geometry: Annotated[PolygonIn | MultiPolygonIn, Field(discriminator="type")] | None = Field(
        None, description="Every street of which more than a metre lies within."
    )
    crs: Crs = "wgs84"
    ways: Annotated[list[WayId], Field(max_length=10_000)] = Field(
        [], description="Ids of ways in the source of the roads."
    )
    direction: Direction | None = Field(None, description="Of the ways; both without.")
    edges: Annotated[list[int], Field(max_length=10_000)] = Field(
        [], description="Edge ids of the network of the one mode named."
    )
    speed_factor: FiniteFloat | None = Field(
        None, ge=LEAST_FACTOR, lt=1, description="Slow: this share of the speed."
    )
    speed_cap_kph: FiniteFloat | None = Field(
        None, ge=LEAST_KPH, le=MOST_KPH, description="Slow: nobody goes faster, km/h."
    )

    def closure(self, *, now: datetime, name: str = "") -> Closure:
        """
        Make the closure.

        Parameters
        ----------
        now
            The present.
        name
            Its id.

        Returns
        -------
        closure
            In force from now on unless it says otherwise.

        Raises
        ------
        BadValue
            It contradicts itself.
        UnknownCrs
            The coordinate system is not known.
        """
        slows = self.speed_factor is not None or self.speed_cap_kph is not None
        if slows != (self.kind == "slow"):
            raise BadValue(
                "A slow zone has speed_factor or speed_cap_kph, a closure has neither: "
                "say kind slow or closed to match."
            )
        cap_kph = self.speed_cap_kph
        return Closure(
            id=name,
            extent=self._extent(),
            starts=now if self.starts is None else self.starts,
            ends=self.ends,
            modes=tuple(sorted(set(self.modes))),
            speed_factor=self.speed_factor,
            speed_cap_mps=None if cap_kph is None else cap_kph / 3.6,
            reason=self.reason,
        )

    def _extent(self) -> Extent:
        """Name the streets."""
        return Extent(
            polygon=None if self.geometry is None else _polygon(self.geometry, self.crs),
            ways=tuple(sorted(set(self.ways))),
            edges=tuple(sorted(set(self.edges))),
            direction=self.direction,
        )


class ClosureOut(BaseModel):
    """A closure or slow zone, with its record."""

    id: str
    kind: Kind
    state: State
    reason: Quoted
    modes: list[Mode] = Field(description="Whom it concerns; everybody where empty.")
    starts: datetime
    ends: datetime | None
    geometry: dict[str, object] | None
    ways: list[int]
    direction: Direction | None
    edges: list[int]
    speed_factor: float | None
    speed_cap_kph: float | None
    edge_counts: dict[Mode, int] = Field(description="Edges that it covers, by mode.")
    remark: str | None = Field(description="Why it covers nothing, if that is known.")
    created_at: datetime
    created_by: str
    lifted_at: datetime | None
    lifted_by: str | None

    @classmethod
    def of(
        cls, record: ClosureRecord, edge_counts: dict[Mode, int], *, now: datetime
    ) -> ClosureOut:
        """Copy a closure and say how it stands now."""
        closure, extent = record.closure, record.closure.extent
        cap_mps = closure.speed_cap_mps
        return cls(
            id=closure.id,
            kind="closed" if closure.closes else "slow",
            state=_state(closure, now),
            reason=closure.reason,
            modes=list(closure.modes),
            starts=closure.starts,
            ends=closure.ends,
            geometry=None if extent.polygon is None else shapely.geometry.mapping(extent.polygon),
            ways=list(extent.ways),
            direction=extent.direction,
            edges=list(extent.edges),
            speed_factor=closure.speed_factor,
            speed_cap_kph=None if cap_mps is None else round(cap_mps * 3.6, 6),
            edge_counts=edge_counts,
            remark=_remark(closure, edge_counts),
            created_at=record.created_at,
            created_by=record.created_by,
            lifted_at=closure.lifted_at,
            lifted_by=record.lifted_by,
        )


def _state(closure: Closure, now: datetime) -> State:
    """How a closure stands at an instant."""
    if closure.in_force(now):
        return "in_force"
    over = closure.until is not None and closure.until <= now
    return "over" if over else "planned"


def _remark(closure: Closure, edge_counts: dict[Mode, int]) -> str | None:
    """Say it of edges that are gone with their network."""
    if not closure.extent.edges or any(edge_counts.values()):
        return None
    return (
        f"Its edges belong to another version of the {closure.modes[0]} network, so it changes "
        "nothing: enter it anew by ways or a polygon."
    )


def _polygon(given: PolygonIn | MultiPolygonIn, crs: str) -> MultiPolygon:
    """Bring a polygon through the door."""
    parts = [given.coordinates] if isinstance(given, PolygonIn) else given.coordinates
    flat = [[[(point[0], point[1]) for point in ring] for ring in part] for part in parts]
    drawn = MultiPolygon([Polygon(part[0], part[1:]) for part in flat])
    return shapely.transform(drawn, lambda points: to_wgs84(points, crs))
