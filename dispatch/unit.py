"""Units and officers: brigades, squads, posts, crews and drones, and the people in crews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from geo.road.road_class import Mode


class UnitKind(StrEnum):
    """Kinds of unit; crews and drones are dispatched, the others command them."""

    GRID_BRIGADE = "grid_brigade"
    SPECIALIST_SQUAD = "specialist_squad"
    VILLAGE_POST = "village_post"
    CREW = "crew"
    DRONE = "drone"


BRIGADES = (UnitKind.GRID_BRIGADE, UnitKind.SPECIALIST_SQUAD)
"""Kinds of unit that can be given a case."""


class DutyStatus(StrEnum):
    """Whether an officer can be sent."""

    AVAILABLE = "available"
    BUSY = "busy"
    OFF_DUTY = "off_duty"


@dataclass(frozen=True, slots=True)
class Unit:
    """
    A unit (执法单元).

    Attributes
    ----------
    code
        Its code, unique in the city.
    name, name_en
        Its names.
    kind
        What it is.
    parent
        Code of the unit that commands it, or None.
    zone
        Code of the zone a grid brigade is responsible for, or None.
    domains
        Codes of the domains a specialist squad is responsible for.
    mode
        How a crew travels; None for units that do not travel by road.
    lon_lat
        Its base, WGS-84 degrees, or None.
    call_sign, phone
        How to reach it.
    equipment
        Codes of what its vehicle carries; whoever goes in a crew brings it along.
    air_speed_mps, range_m, launch_s
        How a drone flies: metres per second, metres on one charge, and seconds until it is in
        the air; None for what `dispatch.drone` takes to be usual.
    """

    code: str
    name: str
    name_en: str
    kind: UnitKind
    parent: str | None = None
    zone: str | None = None
    domains: tuple[str, ...] = ()
    mode: Mode | None = None
    lon_lat: tuple[float, float] | None = None
    call_sign: str = ""
    phone: str = ""
    equipment: tuple[str, ...] = ()
    air_speed_mps: float | None = None
    range_m: float | None = None
    launch_s: float | None = None


@dataclass(frozen=True, slots=True)
class Officer:
    """
    An officer (执法队员).

    Attributes
    ----------
    id
        Service number.
    name
        Name.
    crew
        Code of the crew he or she belongs to.
    certified
        Whether he or she holds the enforcement certificate; auxiliaries do not.
    skills
        Codes of skills.
    phone
        How to reach him or her.
    equipment
        Codes of what he or she carries.
    """

    id: str
    name: str
    crew: str
    certified: bool
    skills: tuple[str, ...] = ()
    phone: str = ""
    equipment: tuple[str, ...] = ()


def commanding_brigade(unit: Unit, units: Mapping[str, Unit]) -> str | None:
    """
    Climb from a unit, by way of its post if it has one, to the brigade or squad above it.

    Parameters
    ----------
    unit
        The unit.
    units
        Every unit by code.

    Returns
    -------
    brigade
        Its code, or None where none commands the unit.
    """
    seen: set[str] = set()
    above = unit.parent
    while above is not None and above in units and above not in seen:
        if units[above].kind in BRIGADES:
            return above
        seen.add(above)
        above = units[above].parent
    return None
