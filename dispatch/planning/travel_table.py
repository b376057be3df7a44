"""Travel tables: seconds from every site to every unit grid, in every period of the week."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.road_week import Period, RoadWeek
from geo.errors import BadValue, UnknownName
from geo.road.frozen import freeze
from geo.road.road_class import Mode
from geo.road.snap import FARTHEST_M, Joins
from geo.road.travel_time import UNREACHABLE_MS, NetworkTravelTimes
from geo.road.week import HOURS_OF_WEEK

UNREACHABLE_S: Final = 65_535
"""Seconds in a table where no road leads."""

LONGEST_S: Final = UNREACHABLE_S - 1
"""The longest way that a table tells apart: eighteen hours."""

PLACES_AT_ONCE: Final = 512
"""Places that are asked for at once, so that progress shows and memory stays small."""

Told = Callable[[float], None]
"""Called with the share that is done, 0…1."""


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """
    Places from which somebody drives.

    Attributes
    ----------
    codes
        A code each, none twice.
    modes
        How one travels from each.
    lon_lat
        Where they are, float64[n_sites, 2], WGS-84 degrees.
    """

    codes: tuple[str, ...]
    modes: tuple[Mode, ...]
    lon_lat: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Refuse columns of different lengths, and a code that stands for two sites."""
        freeze(self)
        if not len(self.codes) == len(self.modes) == len(self.lon_lat):
            raise BadValue("Sites need a code, a mode and a place each.")
        if len(set(self.codes)) < len(self.codes):
            twice = next(code for code in self.codes if self.codes.count(code) > 1)
            raise BadValue(f"The site {twice} is listed twice; give each a code of its own.")


@dataclass(frozen=True, slots=True, eq=False)
class TravelTable:
    """
    Seconds from sites to unit grids by period of the week.

    Attributes
    ----------
    periods
        Hours of the week that are alike.
    period_of
        Period of each hour of the week, int64[168].
    site_codes
        Codes of the sites.
    travel_s
        Whole seconds, rounded up, uint16[n_periods, n_sites, n_grids]; `UNREACHABLE_S` where
        no road leads.  So a grid is reached within a target of whole seconds exactly where the
        rounded time is, too.
    digest
        Of the roads, their weights, the sites and the places: equal questions, equal digest.
    """

    periods: tuple[Period, ...]
    period_of: NDArray[np.int64]
    site_codes: tuple[str, ...]
    travel_s: NDArray[np.uint16]
    digest: str

    def __post_init__(self) -> None:
        """Make the arrays read-only; refuse a table whose sides do not fit."""
        freeze(self)
        sides = (len(self.periods), len(self.site_codes))
        if self.travel_s.shape[:2] != sides or self.travel_s.dtype != np.uint16:
            raise BadValue(
                f"A travel table of {sides[0]} periods and {sides[1]} sites needs uint16 of that "
                f"shape, not {self.travel_s.dtype}{list(self.travel_s.shape)}."
            )
        if len(self.period_of) != HOURS_OF_WEEK:
            raise BadValue(f"A week has {HOURS_OF_WEEK} hours, not {len(self.period_of)}.")

    def at(self, hour: int) -> NDArray[np.uint16]:
        """
        Give the times of an hour.

        Parameters
        ----------
        hour
            Hour of the week.

        Returns
        -------
        travel_s
            uint16[n_sites, n_grids].
        """
        travel_s: NDArray[np.uint16] = self.travel_s[self.period_of[hour]]
        return travel_s

    def rows(self, codes: Sequence[str]) -> NDArray[np.int64]:
        """
        Find sites.

        Parameters
        ----------
        codes
            Codes of sites.

        Returns
        -------
        rows
            Their rows, int64[n].

        Raises
        ------
        UnknownName
            A site is not in the table.
        """
        row_of = {code: row for row, code in enumerate(self.site_codes)}
        unknown = [code for code in codes if code not in row_of]
        if unknown:
            raise UnknownName(f"No travel times are known from {unknown[0]}.")
        return np.array([row_of[code] for code in codes], dtype=np.int64)


def travel_table(
    engines: Mapping[Mode, NetworkTravelTimes],
    week: RoadWeek,
    sites: Sites,
    lon_lat: NDArray[np.float64],
    *,
    told: Told | None = None,
) -> TravelTable:
    """
    Ask the roads for all times from sites to unit grids.

    Parameters
    ----------
    engines
        The road engine of each mode that a site travels by.
    week
        Periods and weights.
    sites
        Where from.
    lon_lat
        Where to: a place inside each unit grid, float64[n_grids, 2].
    told
        Told how far the work is.

    Returns
    -------
    table
        Exact to the rounding.  Equal weights of a mode are asked once, in however many periods
        they hold; a place farther than `geo.road.snap.FARTHEST_M` from every road is unreachable.

    Raises
    ------
    BadValue
        There are no roads for a mode of the sites.
    """
    missing = sorted(set(sites.modes) - set(engines))
    if missing:
        raise BadValue(f"Sites travel by {missing[0]}, and the city has no roads for that.")
    shape = (len(week.periods), len(sites.codes), len(lon_lat))
    travel_s = np.full(shape, UNREACHABLE_S, dtype=np.uint16)
    tasks = _tasks(week, sites)
    for done, (mode, alike, rows) in enumerate(tasks):
        times = week.engine(engines[mode], alike[0])
        for share, columns, block_s in _blocks(times, sites.lon_lat[rows], lon_lat):
            for period in alike:
                travel_s[period, rows, columns] = block_s
            if told is not None:
                told((done + share) / len(tasks))
    return TravelTable(
        week.periods, week.period_of, sites.codes, travel_s, table_digest(week, sites, lon_lat)
    )


def table_digest(week: RoadWeek, sites: Sites, lon_lat: NDArray[np.float64]) -> str:
    """
    Name a table by what it is made from, before it is made.

    Parameters
    ----------
    week, sites, lon_lat
        As for `travel_table`.

    Returns
    -------
    digest
        Thirty-two hexadecimal digits.
    """
    used = {mode: week.states[mode] for mode in sorted(set(sites.modes))}
    words = (used, week.periods, sites.codes, sites.modes)
    digest = hashlib.blake2b(repr(words).encode(), digest_size=16)
    for array in (week.period_of, sites.lon_lat, lon_lat):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def whole_seconds(time_ms: NDArray[np.int64]) -> NDArray[np.uint16]:
    """
    Round milliseconds up to the seconds of a table.

    Parameters
    ----------
    time_ms
        Milliseconds, int64; `geo.road.travel_time.UNREACHABLE_MS` where no road leads.

    Returns
    -------
    travel_s
        uint16 of the same shape.
    """
    up_s = np.minimum(-(-time_ms // 1000), LONGEST_S)
    return np.where(time_ms == UNREACHABLE_MS, UNREACHABLE_S, up_s).astype(np.uint16)


def _tasks(week: RoadWeek, sites: Sites) -> list[tuple[Mode, list[int], NDArray[np.int64]]]:
    """What is asked at one set of weights: mode, the periods that have them, rows of sites."""
    tasks = []
    for mode in sorted(set(sites.modes)):
        mine = np.flatnonzero([one == mode for one in sites.modes])
        states = week.states[mode]
        for state in dict.fromkeys(states):
            alike = [period for period, one in enumerate(states) if one == state]
            tasks.append((mode, alike, mine))
    return tasks


def _blocks(
    times: NetworkTravelTimes, origins: NDArray[np.float64], places: NDArray[np.float64]
) -> Iterator[tuple[float, slice, NDArray[np.uint16]]]:
    """
    Times to a few places after the other: the share that is done, columns, seconds.

    Places are cut up and sites are not, for the hierarchy above all sites is swept once for
    sixteen places, however many sites there are.
    """
    (start, from_rows), (end, to_rows) = _joined(times, origins), _joined(times, places)
    for first in range(0, len(places), PLACES_AT_ONCE):
        columns = slice(first, min(first + PLACES_AT_ONCE, len(places)))
        seconds = np.full((len(origins), columns.stop - first), UNREACHABLE_S, dtype=np.uint16)
        some = np.flatnonzero((to_rows >= first) & (to_rows < columns.stop))
        if len(some) and len(from_rows):
            block_ms = times.matrix(start, end.take(some))
            seconds[np.ix_(from_rows, to_rows[some] - first)] = whole_seconds(block_ms)
        yield columns.stop / len(places), columns, seconds


def _joined(
    times: NetworkTravelTimes, lon_lat: NDArray[np.float64]
) -> tuple[Joins, NDArray[np.int64]]:
    """Places near a road, joined to it, and their rows."""
    joins = times.snapper.join(lon_lat, farthest_m=np.inf)
    rows = np.flatnonzero(joins.distance_m <= FARTHEST_M)
    return joins.take(rows), rows
