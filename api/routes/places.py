"""The gazetteer: which places may be meant by a name or an address."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import may
from api.place_table import read_place
from api.schemas import Crs, Text
from api.schemas_place import PlacesFoundOut
from api.service import ServiceDep
from dispatch.access import Act, Person
from dispatch.place_words import words_of
from geo.errors import BadValue

LONGEST_QUESTION = 120
MOST_CANDIDATES = 50

router = APIRouter(prefix="/api/v1/places", tags=["city"])


@router.get("")
def search(
    service: ServiceDep,
    q: Annotated[
        Text,
        Query(max_length=LONGEST_QUESTION, description="Name or address.", examples=["中心小学"]),
    ],
    _: Annotated[Person, Depends(may(Act.SEE_CITY))],
    near: Annotated[
        Text | None,
        Query(max_length=80, description="lon,lat in `crs`: of equals the nearest comes first."),
    ] = None,
    crs: Crs = "wgs84",
    limit: Annotated[int, Query(ge=1, le=MOST_CANDIDATES, description="Most candidates.")] = 10,
) -> PlacesFoundOut:
    """Places that may be meant, the likeliest first; several of one name are told apart."""
    if not words_of(q):
        raise BadValue(f"{q!r} holds no word: ask for a name or an address.")
    city = service.city
    lon_lat = None
    if near is not None:
        lon, lat = read_place(near, crs=crs)[0].tolist()
        lon_lat = (lon, lat)
    return PlacesFoundOut.of(city.gazetteer.search(q, near=lon_lat, limit=limit), city)
