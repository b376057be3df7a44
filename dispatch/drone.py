"""
Drone (无人机): how it flies, as data on its unit, and where each one stands.

A drone flies at one speed, in a straight line or round no-fly polygons, and needs some time to
be launched.  It flies no farther than brings it home with a reserve; the reserve is also what
it hovers on over the place.  It has no crew and never counts as an arrival.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dispatch.unit import Unit, UnitKind, commanding_brigade
from geo.errors import BadValue, UnknownName
from geo.road.frozen import freeze

AIR_SPEED_MPS = 15.0
"""How fast a drone flies unless its unit says otherwise: 54 km/h, an everyday multicopter."""

RANGE_M = 24_000.0
"""How far it flies on one charge; a sortie of the field is 22.5 km long on average."""

LAUNCH_S = 60.0
"""From dispatch until it is in the air."""

RESERVE = 0.2
"""Share of the range that is left when it is home again."""


@dataclass(frozen=True, slots=True)
class Flight:
    """
    How a drone flies.

    Attributes
    ----------
    speed_mps
        Its speed over ground.
    range_m
        How far it flies on one charge.
    launch_s
        Seconds from dispatch until it is in the air.
    """

    speed_mps: float = AIR_SPEED_MPS
    range_m: float = RANGE_M
    launch_s: float = LAUNCH_S

    @property
    def reach_m(self) -> float:
        """How far away it may fly, so that it comes home with its reserve."""
        return self.range_m * (1 - RESERVE) / 2

    def takes_s(self, length_m: float) -> float:
        """
        Tell how long it takes from dispatch to the end of a way.

        Parameters
        ----------
        length_m
            Length of the way.

        Returns
        -------
        takes_s
            Seconds, whole milliseconds like all times.
        """
        return round(self.launch_s + length_m / self.speed_mps, 3)

    def home_after_s(self, eta_s: float | None) -> float:
        """
        Tell how long it takes home from a place.

        Parameters
        ----------
        eta_s
            How long it took from dispatch to the place, or None where that is not known.

        Returns
        -------
        home_after_s
            Seconds; from the farthest place that it may fly to where nothing is known.
        """
        if eta_s is None:
            return self.reach_m / self.speed_mps
        return max(eta_s - self.launch_s, 0.0)


@dataclass(frozen=True, slots=True)
class Drones:
    """
    The drones of a city, by code.

    Attributes
    ----------
    units
        The units.
    row_of
        Row of a drone by code.
    flight
        How each flies.
    brigade_of
        Code of the brigade or squad that commands each, or None.
    """

    units: tuple[Unit, ...]
    row_of: Mapping[str, int]
    flight: tuple[Flight, ...]
    brigade_of: tuple[str | None, ...]

    def row_named(self, code: str) -> int:
        """
        Look up a drone.

        Parameters
        ----------
        code
            Its code.

        Returns
        -------
        row
            Its row.

        Raises
        ------
        UnknownName
            There is no such drone.
        """
        if code not in self.row_of:
            known = ", ".join(self.row_of) or "none"
            raise UnknownName(f"There is no drone {code!r}; the city has {known}.")
        return self.row_of[code]


@dataclass(frozen=True, slots=True, eq=False)
class DroneColumns:
    """
    Where the drones of a city are, and until when they are in the air; rows as in `Drones`.

    Attributes
    ----------
    lon_lat
        Where each stands, WGS-84 degrees, float64[n_drones, 2]; NaN for one without a base.
    busy_until_s
        When each is home and ready again, seconds since 1970, float64[n_drones]; NaN for one
        that has never been sent.
    """

    lon_lat: NDArray[np.float64]
    busy_until_s: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    def busy(self, drones: Drones, until_s: Mapping[str, float]) -> DroneColumns:
        """
        Say which drones are out.

        Parameters
        ----------
        drones
            The drones whose rows these are.
        until_s
            When each that is out, or has been, is home and ready again, seconds since 1970, by
            code; inf where that is not known.

        Returns
        -------
        columns
            With those busy until then, and all others free.

        Raises
        ------
        UnknownName
            There is no such drone.
        """
        busy_until_s = np.full(len(self.busy_until_s), np.nan)
        for code, until in until_s.items():
            busy_until_s[drones.row_named(code)] = until
        return replace(self, busy_until_s=busy_until_s)


def muster_drones(units: Mapping[str, Unit]) -> Drones:
    """
    List the drones of a city.

    Parameters
    ----------
    units
        Every unit by code.

    Returns
    -------
    drones
        In the order of their codes.

    Raises
    ------
    BadValue
        A drone has a speed or range of nothing, or a launch time below nothing.
    """
    drones = tuple(units[code] for code in sorted(units) if units[code].kind == UnitKind.DRONE)
    return Drones(
        units=drones,
        row_of={drone.code: row for row, drone in enumerate(drones)},
        flight=tuple(map(flight_of, drones)),
        brigade_of=tuple(commanding_brigade(drone, units) for drone in drones),
    )


def at_their_bases(drones: Drones) -> DroneColumns:
    """
    Place every drone at its base, free.

    Parameters
    ----------
    drones
        The drones of a city.

    Returns
    -------
    columns
        A row for each.
    """
    nowhere = (np.nan, np.nan)
    lon_lat = [nowhere if unit.lon_lat is None else unit.lon_lat for unit in drones.units]
    return DroneColumns(
        lon_lat=np.array(lon_lat, dtype=np.float64).reshape(-1, 2),
        busy_until_s=np.full(len(drones.units), np.nan),
    )


def carried_over(columns: DroneColumns, before: Drones, drones: Drones) -> DroneColumns:
    """
    Go on with the drones of another version of the city.

    Parameters
    ----------
    columns
        Where the drones are.
    before
        The drones whose rows these are.
    drones
        Those of the new version.

    Returns
    -------
    columns
        Every drone at its base as the new version has it, busy as long as it was.
    """
    rows = [before.row_of.get(unit.code, -1) for unit in drones.units]
    at_bases = at_their_bases(drones)
    busy_until_s = np.append(columns.busy_until_s, np.nan)[rows]
    return replace(at_bases, busy_until_s=busy_until_s)


def flight_of(drone: Unit) -> Flight:
    """
    Tell how a drone flies, as its unit says or as is usual.

    Parameters
    ----------
    drone
        The drone.

    Returns
    -------
    flight
        Speed, range and launch time.

    Raises
    ------
    BadValue
        Its speed or range is nothing, or its launch time below nothing.
    """
    stated = (drone.air_speed_mps, drone.range_m, drone.launch_s)
    usual = (AIR_SPEED_MPS, RANGE_M, LAUNCH_S)
    flight = Flight(
        *(default if own is None else own for own, default in zip(stated, usual, strict=True))
    )
    if not (flight.speed_mps > 0 and flight.range_m > 0 and flight.launch_s >= 0):
        raise BadValue(
            f"Drone {drone.code} cannot fly: its speed and range must be above 0 and its "
            f"launch time must not be below 0."
        )
    return flight
