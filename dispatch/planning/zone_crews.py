"""Zone crews: who works for a zone, from which base, and in which hours of the week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dispatch.base_coverage import base_of, crews_of_grid_brigades
from dispatch.city import City
from dispatch.duty import DutyBook, draw_up_duty
from dispatch.duty_columns import DutyColumns
from dispatch.planning.road_week import monday
from dispatch.planning.travel_table import Sites
from dispatch.unit import Unit, commanding_brigade
from geo.road.frozen import freeze
from geo.road.road_class import Mode
from geo.road.week import HOURS_OF_WEEK

LEAST_OFFICERS: Final = 2
"""A crew sets out with two or more officers on shift; with all of them, if it has fewer."""

LonLat = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class ZoneCrews:
    """
    Crews that grid brigades command and that have a base.

    Attributes
    ----------
    crews
        Codes, ascending.
    brigades
        Code of the brigade that commands each.
    site
        Row of the site that each sets out from, int64[n_crews].
    officers
        Officers of each, int64[n_crews].
    on_duty
        Which are on duty in each hour of the week, bool[168, n_crews].
    brigade_of
        Brigade that is responsible for each zone, by the code of the zone.
    """

    crews: tuple[str, ...]
    brigades: tuple[str, ...]
    site: NDArray[np.int64]
    officers: NDArray[np.int64]
    on_duty: NDArray[np.bool_]
    brigade_of: Mapping[str, str]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    def of_zone(self, zone: str) -> NDArray[np.int64]:
        """
        List the crews that work for a zone.

        Parameters
        ----------
        zone
            Its code; a zone that nobody is responsible for yet has no crew.

        Returns
        -------
        rows
            Rows of crews, ascending, int64[k].
        """
        brigade = self.brigade_of.get(zone)
        return np.flatnonzero([one == brigade for one in self.brigades]).astype(np.int64)


def zone_crews(city: City, book: DutyBook, *, at: datetime) -> tuple[ZoneCrews, Sites]:
    """
    Find the crews of all zones and the sites that they set out from.

    Parameters
    ----------
    city
        The city.
    book
        Rosters; a crew without one is always on duty.
    at
        An instant, with offset; duty is that of its week, holidays left out.

    Returns
    -------
    crews
        Those of grid brigades that have a base, a mode and roads for it.
    sites
        Each place that crews of one mode set out from, named by the unit whose base it is.
    """
    found = [
        (crew, brigade, base)
        for crew in crews_of_grid_brigades(city.units)
        if (brigade := commanding_brigade(crew, city.units)) is not None
        and (base := base_of(crew, city.units)) is not None
        and crew.mode in city.travel_times
    ]
    place_of: dict[tuple[Mode | None, LonLat], int] = {}
    site = [place_of.setdefault((crew.mode, base), len(place_of)) for crew, _, base in found]
    named: dict[int, str] = {}
    for row, (crew, _, _) in zip(site, found, strict=True):
        named.setdefault(row, crew.code)
    sites = Sites(
        tuple(named[row] for row in range(len(place_of))),
        tuple(mode for mode, _ in place_of if mode is not None),
        np.array([base for _, base in place_of], dtype=np.float64).reshape(-1, 2),
    )
    crews = [crew for crew, _, _ in found]
    roster = city.roster
    members = [len(roster.members(roster.crew_row[crew.code])) for crew in crews]
    return (
        ZoneCrews(
            tuple(crew.code for crew in crews),
            tuple(brigade for _, brigade, _ in found),
            np.array(site, dtype=np.int64),
            np.array(members, dtype=np.int64),
            _on_duty(city, crews, book, at),
            {zone.code: zone.brigade for zone in city.zones if zone.brigade is not None},
        ),
        sites,
    )


def _on_duty(city: City, crews: list[Unit], book: DutyBook, at: datetime) -> NDArray[np.bool_]:
    """Which crews have enough officers on shift in the middle of each hour, bool[168, n]."""
    plain = DutyBook(shifts=book.shifts, rest=book.rest)  # no holidays, and no job in hand
    roster, begins = city.roster, monday(at)
    rows = np.array([roster.crew_row[crew.code] for crew in crews], dtype=np.int64)
    size = np.bincount(roster.crew_of, minlength=len(roster.crews))
    needed = np.minimum(size, LEAST_OFFICERS)
    table = np.zeros((HOURS_OF_WEEK, len(crews)), dtype=np.bool_)
    drawn: tuple[DutyColumns, datetime] | None = None
    for hour in range(HOURS_OF_WEEK):
        now = begins + timedelta(hours=hour, minutes=30)
        if drawn is None or now >= drawn[1]:
            fresh = draw_up_duty(plain, roster, now=now)
            drawn = fresh.columns, fresh.until
        there = drawn[0].on_shift(now.timestamp())
        count = np.bincount(roster.crew_of[there], minlength=len(roster.crews))
        table[hour] = ((count >= needed) & (size > 0))[rows]
    return table
