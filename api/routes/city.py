"""The city: its versions, domains, matters, units and officers, and what a point lies in."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import may
from api.basemap import basemap_of
from api.errors import NotFound
from api.paging import CutDep, page
from api.schemas import (
    BasemapOut,
    CityOut,
    Crs,
    DomainOut,
    MatterOut,
    OfficerOut,
    Page,
    PlaceOut,
    UnitOut,
    degraded_of,
    lon_lat_wgs84,
)
from api.service import ServiceDep
from dispatch.access import Act, Person, acts_of
from dispatch.sight import masked_phone
from dispatch.store.duty import signed_by_hand
from dispatch.unit import Unit

router = APIRouter(prefix="/api/v1")

SeeCityDep = Annotated[Person, Depends(may(Act.SEE_CITY))]
SeeUnitsDep = Annotated[Person, Depends(may(Act.SEE_UNITS))]


@router.get("/city", tags=["city"])
def read_city(service: ServiceDep, _: SeeCityDep) -> CityOut:
    """Which city is served, at which versions, and what time it is there."""
    city = service.city
    version = service.tiles.version if service.tiles else ""
    basemap = basemap_of(service.settings)
    return CityOut(
        code=city.code,
        name=city.name,
        name_en=city.name_en,
        invented=city.invented,
        now=service.clock(),
        city_version=city.version,
        weight_version=city.weight_version,
        degraded=degraded_of(city),
        bounds=list(service.layers.bounds),
        tiles=f"/tiles/roads/{{z}}/{{x}}/{{y}}.mvt?v={version}",
        basemap=None if basemap is None else BasemapOut.of(basemap),
    )


@router.get("/domains", tags=["city"])
def list_domains(service: ServiceDep, cut: CutDep, _: SeeCityDep) -> Page[DomainOut]:
    """Fields of enforcement, by code."""
    domains = sorted(service.city.domains.values(), key=lambda domain: domain.code)
    rows, following = page(domains, lambda domain: domain.code, cut)
    items = [DomainOut(code=row.code, name=row.name, name_en=row.name_en) for row in rows]
    return Page(items=items, next=following)


@router.get("/matters", tags=["city"])
def list_matters(service: ServiceDep, cut: CutDep, _: SeeCityDep) -> Page[MatterOut]:
    """The list of powers, by code."""
    matters = sorted(service.city.matters.values(), key=lambda matter: matter.code)
    rows, following = page(matters, lambda matter: matter.code, cut)
    return Page(items=[MatterOut.of(row) for row in rows], next=following)


@router.get("/units", tags=["units"])
def list_units(service: ServiceDep, cut: CutDep, person: SeeUnitsDep) -> Page[UnitOut]:
    """Brigades, squads, posts, crews and drones, by code."""
    units = sorted(service.city.units.values(), key=lambda unit: unit.code)
    rows, following = page(units, lambda unit: unit.code, cut)
    return Page(items=[_shown(row, person) for row in rows], next=following)


@router.get("/units/{code}", tags=["units"])
def read_unit(code: str, service: ServiceDep, person: SeeUnitsDep) -> UnitOut:
    """One unit."""
    if code not in service.city.units:
        raise NotFound(f"There is no unit {code!r} in this city.")
    return _shown(service.city.units[code], person)


@router.get("/officers", tags=["units"])
def list_officers(service: ServiceDep, cut: CutDep, _: SeeUnitsDep) -> Page[OfficerOut]:
    """Officers, by id, and whether each is free."""
    statuses = service.live.present.statuses()
    rows, following = page(service.city.roster.officers, lambda officer: officer.id, cut)
    with service.store.reading() as session:
        by_hand = signed_by_hand(session)
    items = [OfficerOut.of(row, statuses[row.id], by_hand=row.id in by_hand) for row in rows]
    return Page(items=items, next=following)


@router.get("/places/at", tags=["city"])
def read_place(
    service: ServiceDep,
    lon: Annotated[float, Query(allow_inf_nan=False, examples=[109.1689])],
    lat: Annotated[float, Query(allow_inf_nan=False, examples=[21.4627])],
    _: SeeCityDep,
    crs: Crs = "wgs84",
) -> PlaceOut:
    """Areas, zone and unit grid that hold a point; being outside is an answer, not an error."""
    lon_lat = lon_lat_wgs84((lon, lat), crs)
    return PlaceOut.of(service.city.place_index.locate(lon_lat))


def _shown(unit: Unit, person: Person) -> UnitOut:
    """Copy a unit; its number in full for whoever may call it."""
    if Act.SEE_PHONES in acts_of(person):
        return UnitOut.of(unit)
    return UnitOut.of(replace(unit, phone=masked_phone(unit.phone)))
