"""City contents: everything that a city folder holds, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
from shapely import MultiPolygon, Polygon

from dispatch.arrival_chance import ArrivalModel, prior
from dispatch.authority import AuthorityRow
from dispatch.duty import DutyBook
from dispatch.incident import Incident
from dispatch.matter import Domain, Matter
from dispatch.partner import PartnerCity
from dispatch.place_entry import PlaceEntry, StatedDemand
from dispatch.run_card import RunCard
from dispatch.unit import DutyStatus, Officer, Unit
from geo.area import Area
from geo.no_fly import NoFly
from geo.position import Fix
from geo.road.network import RoadNetwork
from geo.road.road_class import Mode
from geo.zone import UnitGrid, Zone


@dataclass(frozen=True, slots=True)
class CityName:
    """
    What a city is called, and how it came to be.

    Attributes
    ----------
    code, name, name_en
        Its code and names.
    lon_lat
        Its centre, WGS-84 degrees.
    invented
        Whether a generator made it, which every screen must say.
    as_of
        Instant of the newest fixes.
    """

    code: str
    name: str
    name_en: str
    lon_lat: tuple[float, float]
    invented: bool
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Backdrop:
    """
    Sea, river, bay or park, drawn under the map and read by nothing else.

    Attributes
    ----------
    kind, name
        What it is.
    polygon
        Its extent, WGS-84 degrees.
    """

    kind: str
    name: str
    polygon: Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class PostedOfficer:
    """
    An officer as the folder has him or her at its instant.

    Attributes
    ----------
    officer
        The officer.
    status
        Whether free.
    fix
        Where, or None.
    """

    officer: Officer
    status: DutyStatus
    fix: Fix | None


@dataclass(frozen=True, slots=True, eq=False)
class CityContents:
    """
    Everything that a city folder holds.

    Attributes
    ----------
    about
        What the city is called; None only in contents that have findings.
    areas, zones, grids, backdrop
        Its layers.
    domains, matters, authority, units, officers
        Its tables.
    partners
        Neighbouring cities with which cases are exchanged.
    incidents
        Incidents that are open.
    networks
        Roads by mode.
    no_fly
        Where drones may not fly.
    places
        The gazetteer.
    hourly_speeds, measured_speeds
        Lines of the tables that lie over their speeds, each sound.
    run_cards
        Who goes first, second, third for named matters.
    demand
        Places at which demand is stated.
    duty
        Rosters, calendars, rest rules, special days and jobs.
    arrival_model
        Fitted to its completed assignments, or the prior where it has none.
    past_incidents
        Incidents of past years as columns, None where it brings none along.
    """

    about: CityName | None
    areas: tuple[Area, ...]
    zones: tuple[Zone, ...]
    grids: tuple[UnitGrid, ...]
    backdrop: tuple[Backdrop, ...]
    domains: tuple[Domain, ...]
    matters: tuple[Matter, ...]
    authority: tuple[AuthorityRow, ...]
    units: tuple[Unit, ...]
    officers: tuple[PostedOfficer, ...]
    partners: tuple[PartnerCity, ...]
    incidents: tuple[Incident, ...]
    networks: Mapping[Mode, RoadNetwork]
    no_fly: tuple[NoFly, ...] = ()
    places: tuple[PlaceEntry, ...] = ()
    hourly_speeds: tuple[Mapping[str, str], ...] = ()
    measured_speeds: tuple[Mapping[str, str], ...] = ()
    run_cards: tuple[RunCard, ...] = ()
    demand: tuple[StatedDemand, ...] = ()
    duty: DutyBook = field(default_factory=DutyBook)
    arrival_model: ArrivalModel = field(default_factory=prior)
    past_incidents: pa.Table | None = None
