"""Reach: the ground that a crew covers within some minutes from where it is now."""

from __future__ import annotations

from typing import Annotated, Literal

import shapely
import shapely.geometry
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from api.access import may
from api.errors import NotFound
from api.named_thing import Thing
from api.service import ServiceDep
from dispatch.access import Act, Person
from dispatch.whereabouts import Whereabouts
from geo.errors import BadValue, Conflict
from geo.road.road_class import Mode
from geo.road.snap import Joins

router = APIRouter(prefix="/api/v1", tags=["units"])

SeePositionsDep = Annotated[Person, Depends(may(Act.SEE_POSITIONS, Thing.UNIT))]

MOST_TIMES = 6
LONGEST_S = 3600
DECIMALS = 5
"""A metre: bands are drawn from cells of forty."""


class BandProperties(BaseModel):
    """How long it takes."""

    within_s: float


class BandFeature(BaseModel):
    """Ground reached within a time, as a GeoJSON feature."""

    type: Literal["Feature"] = "Feature"
    properties: BandProperties
    geometry: dict[str, object]


class BandCollection(BaseModel):
    """Bands, cumulative, the shortest time first."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    weight_version: str = Field(description="Weights of the roads that this comes from.")
    features: list[BandFeature]


@router.get("/units/{code}/reach")
def read_reach(
    code: str,
    service: ServiceDep,
    _: SeePositionsDep,
    within: Annotated[
        str, Query(max_length=60, description="Seconds, with commas.")
    ] = "300,600,900",
) -> BandCollection:
    """Ground that a crew reaches by road from its present position."""
    whereabouts = service.live.present
    mode, origin = _origin(code, whereabouts)
    times = whereabouts.city.travel_times[mode].pinned()
    bands = times.reach(origin, _times_s(within))
    return BandCollection(
        weight_version=f"{mode}={times.version}",
        features=[
            BandFeature(
                properties=BandProperties(within_s=band.within_s),
                geometry=shapely.geometry.mapping(
                    shapely.set_precision(band.polygon, 10**-DECIMALS)
                ),
            )
            for band in bands
        ],
    )


def _origin(code: str, whereabouts: Whereabouts) -> tuple[Mode, Joins]:
    """Mode of a crew, and where the first of its officers who is on a road stands."""
    roster = whereabouts.city.roster
    if code not in roster.crew_row:
        raise NotFound(f"There is no crew {code!r} in this city.")
    crew = roster.crew_row[code]
    located = [row for row in roster.members(crew).tolist() if whereabouts.on_road[row]]
    mode = roster.crews[crew].mode
    if not located or mode is None:
        raise Conflict(f"Nobody of crew {code} has a position on a road now.")
    return mode, whereabouts.joins.take(slice(located[0], located[0] + 1))


def _times_s(within: str) -> list[float]:
    """Read times, or say which are wanted."""
    try:
        times_s = [float(part) for part in within.split(",")]
    except ValueError:
        times_s = []
    sound = all(0 < time_s <= LONGEST_S for time_s in times_s)
    if not times_s or len(times_s) > MOST_TIMES or not sound:
        raise BadValue(
            f"within takes 1 to {MOST_TIMES} times from 1 to {LONGEST_S} s: 300,600,900."
        )
    return times_s
