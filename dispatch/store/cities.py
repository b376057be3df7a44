"""The city of a store, read as the City that decisions use."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Row, Table, or_, select
from sqlalchemy.orm import Session

from dispatch.authority import DEADLINES, AuthorityRow
from dispatch.city import City
from dispatch.matter import CaseScale, Domain, KeptAt, Matter, MatterKind, Triage
from dispatch.partner import PartnerCity
from dispatch.place_entry import PlaceEntry, StatedDemand
from dispatch.store import tables
from dispatch.store.arrival_models import in_force
from dispatch.store.city_contents import Backdrop
from dispatch.store.engine import Store
from dispatch.store.run_cards import read_run_cards
from dispatch.store.table_content import LISTED
from dispatch.unit import DutyStatus, Officer, Unit, UnitKind
from geo.area import Area, Tier
from geo.errors import UnreadableFile
from geo.no_fly import NoFly
from geo.road.road_class import Mode
from geo.road.straight_line import straight_line
from geo.road.travel_time import NetworkTravelTimes, TravelTimes, open_travel_times
from geo.zone import UnitGrid, Zone

log = logging.getLogger(__name__)

ROADS = "roads:"
"""Before the mode in the name of the entry that says where its network lies."""


def holds_city(session: Session) -> bool:
    """
    Tell whether a city has been loaded.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    holds_city
        Whether the store names a city.
    """
    named = select(tables.META.c.value).where(tables.META.c.name == "code")
    return session.scalar(named) is not None


NO_CITY: Final[Mapping[str, str]] = MappingProxyType(
    {"code": "", "name": "尚无城市", "name_en": "No city yet", "lon": "105.0", "lat": "35.0",
     "invented": "0"}
)  # fmt: skip
"""What is said of a city that has not been published yet: it lies in the middle of the country."""


def read_city(
    store: Store,
    *,
    or_by_air: bool = False,
    or_none_yet: bool = False,
    travel_times: Mapping[Mode, TravelTimes] | None = None,
) -> City:
    """
    Read the city of a store, its roads mapped from disk.

    Parameters
    ----------
    store
        The store.
    or_by_air
        Whether straight lines stand in for roads that are gone or damaged.
    or_none_yet
        Whether a store may hold no city yet; it is read as one without a name or anything else.
    travel_times
        Road engines that are open already, in the place of those that the store names.

    Returns
    -------
    city
        Ready for decisions.

    Raises
    ------
    UnreadableFile
        No city has been loaded, or its road networks are gone and nothing stands in for them.
    """
    with store.reading() as session:
        meta = _meta(session)
        if "code" not in meta and not or_none_yet:
            raise UnreadableFile(f"The store {store.name} holds no city; load one first.")
        engines = travel_times or _engines(store, meta, or_by_air=or_by_air)
        return city_in(session, engines)


def city_in(
    session: Session,
    travel_times: Mapping[Mode, TravelTimes],
    rows: Callable[[Table], Iterable[Any]] | None = None,
) -> City:
    """
    Read the city as one session sees it.

    Parameters
    ----------
    session
        A session.
    travel_times
        The road engine of each mode.
    rows
        Gives the rows of a table that versions of the city keep; as they are now by default.

    Returns
    -------
    city
        Ready for decisions; nameless where the store holds no city yet.
    """
    meta = {**NO_CITY, **_meta(session)}
    rows = rows or partial(_rows, session)
    return City(
        code=meta["code"],
        name=meta["name"],
        name_en=meta["name_en"],
        lon_lat=(float(meta["lon"]), float(meta["lat"])),
        areas=tuple(map(_area, rows(tables.AREAS))),
        zones=tuple(map(_zone, rows(tables.ZONES))),
        grids=tuple(map(_grid, rows(tables.GRIDS))),
        domains={domain.code: domain for domain in map(_domain, rows(tables.DOMAINS))},
        matters={matter.code: matter for matter in map(_matter, rows(tables.MATTERS))},
        authority=tuple(map(_authority, rows(tables.AUTHORITY))),
        units={row.code: _unit(row) for row in rows(tables.UNITS)},
        officers=tuple(map(_officer, rows(tables.OFFICERS))),
        travel_times=travel_times,
        invented=meta["invented"] == "1",
        partners=tuple(map(_partner, _rows(session, tables.PARTNERS))),
        no_fly=tuple(map(_no_fly, rows(tables.NO_FLY))),
        places=tuple(map(_place, rows(tables.PLACES))),
        run_cards=read_run_cards(session),
        demand=tuple(map(_demand, rows(tables.DEMAND))),
        arrival_model=in_force(session),
    )


def _meta(session: Session) -> dict[str, str]:
    """What the store says of the city in a word each."""
    entries = session.execute(select(tables.META.c.name, tables.META.c.value))
    return {row.name: row.value for row in entries}


def open_roads(store: Store, mode: Mode) -> NetworkTravelTimes:
    """
    Open the road engine of one mode.

    Parameters
    ----------
    store
        The store of the city.
    mode
        How crews travel.

    Returns
    -------
    times
        At the weights of the network itself.

    Raises
    ------
    UnreadableFile
        The network is gone or damaged.
    """
    with store.reading() as session:
        named = select(tables.META.c.value).where(tables.META.c.name == f"{ROADS}{mode}")
        path = session.scalar(named)
    if path is None:
        raise UnreadableFile(f"The store {store.name} names no roads for {mode}.")
    return open_travel_times(_roads_folder(store, path))


def read_backdrop(session: Session) -> tuple[Backdrop, ...]:
    """
    Read what is drawn under the map.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    backdrop
        Sea, rivers, bays and parks.
    """
    rows = _rows(session, tables.BACKDROP)
    return tuple(Backdrop(row.kind, row.name, row.polygon) for row in rows)


def read_statuses(session: Session) -> dict[str, DutyStatus]:
    """
    Read who is free.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    statuses
        Status by officer id, of those whom the city lists.
    """
    officers = tables.OFFICERS.c
    rows = session.execute(select(officers.id, officers.status).where(officers.listed))
    status_of = {status.value: status for status in DutyStatus}  # looked up 25,000 times a second
    return {officer: status_of[status] for officer, status in rows}


def read_not_free(session: Session) -> dict[str, DutyStatus | None]:
    """
    Read who is not free, which of a large city costs a fraction of reading everybody.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    statuses
        Status by officer id, of those who are not available; None of those whom the city does not
        list any more.  All others are available.
    """
    officers = tables.OFFICERS.c
    others = or_(officers.status != DutyStatus.AVAILABLE, ~officers.listed)
    rows = session.execute(select(officers.id, officers.status, officers.listed).where(others))
    status_of = {status.value: status for status in DutyStatus}
    return {row.id: status_of[row.status] if row.listed else None for row in rows}


def _engines(store: Store, meta: Mapping[str, str], *, or_by_air: bool) -> dict[Mode, TravelTimes]:
    """Open the road engine of every mode."""
    engines: dict[Mode, TravelTimes] = {}
    for name in meta:
        if not name.startswith(ROADS):
            continue
        mode = Mode(name.removeprefix(ROADS))
        try:
            engines[mode] = open_travel_times(_roads_folder(store, meta[name]))
        except UnreadableFile as error:
            if not or_by_air:
                raise
            log.warning("The roads for %s cannot be read: arrivals are by air. %s", mode, error)
            engines[mode] = straight_line(mode)
    return engines


def _roads_folder(store: Store, path: str) -> Path:
    """Where a network lies; paths are relative to an embedded store."""
    return (Path("/") if store.path is None else store.path.parent) / path


def _rows(session: Session, table: Table) -> Sequence[Row[Any]]:
    """All rows of a table that are published, in the order in which they were written."""
    query = select(table).order_by(table.c.fid)
    return session.execute(query.where(table.c[LISTED]) if LISTED in table.c else query).all()


def _area(row: Row[Any]) -> Area:
    return Area(row.code, row.name, Tier(row.tier), row.parent, row.polygon, row.name_en)


def _zone(row: Row[Any]) -> Zone:
    return Zone(
        code=row.code,
        name=row.name,
        brigade=row.brigade,
        polygon=row.polygon,
        arrival_target_s=row.arrival_target_s,
        name_en=row.name_en,
        acknowledge_within_s=row.acknowledge_within_s,
    )


def _grid(row: Row[Any]) -> UnitGrid:
    return UnitGrid(row.code, row.community, row.zone, row.polygon, row.population)


def _domain(row: Row[Any]) -> Domain:
    kept_at = None if row.kept_at is None else KeptAt(row.kept_at)
    return Domain(row.code, row.name, row.name_en, kept_at)


def _matter(row: Row[Any]) -> Matter:
    return Matter(
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        domain=row.domain,
        kind=MatterKind(row.kind),
        gravity=row.gravity,
        triage=Triage(row.triage),
    )


def _authority(row: Row[Any]) -> AuthorityRow:
    return AuthorityRow(
        id=row.id,
        matter=row.matter,
        area=row.area,
        tier=Tier(row.tier),
        acting_body=row.acting_body,
        lead=row.lead,
        assisting=row.assisting,
        legal_basis=row.legal_basis,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        min_certified=row.min_certified,
        skills=row.skills,
        excluding=row.excluding,
        scale=None if row.scale is None else CaseScale(row.scale),
        triage=None if row.triage is None else Triage(row.triage),
        equipment=row.equipment,
        **{name: getattr(row, name) for name in DEADLINES},
    )


def _partner(row: Row[Any]) -> PartnerCity:
    return PartnerCity(row.code, row.name, row.name_en, row.desk, row.phone, row.polygon)


def _no_fly(row: Row[Any]) -> NoFly:
    return NoFly(row.code, row.name, row.polygon, row.name_en)


def _demand(row: Row[Any]) -> StatedDemand:
    return StatedDemand(row.id, (row.place.x, row.place.y), row.weight)


def _place(row: Row[Any]) -> PlaceEntry:
    return PlaceEntry(
        code=row.code,
        name=row.name,
        lon_lat=(row.place.x, row.place.y),
        address=row.address,
        kind=row.kind,
        also=row.also,
        name_en=row.name_en,
    )


def _unit(row: Row[Any]) -> Unit:
    return Unit(
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        kind=UnitKind(row.kind),
        parent=row.parent,
        zone=row.zone,
        domains=row.domains,
        mode=None if row.mode is None else Mode(row.mode),
        lon_lat=None if row.base is None else (row.base.x, row.base.y),
        call_sign=row.call_sign,
        phone=row.phone,
        equipment=row.equipment,
        air_speed_mps=row.air_speed_mps,
        range_m=row.range_m,
        launch_s=row.launch_s,
    )


def _officer(row: Row[Any]) -> Officer:
    return Officer(row.id, row.name, row.crew, row.certified, row.skills, row.phone, row.equipment)
