"""The week on the roads: which hours have the same travel times, and the weights of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue
from geo.road.footprint import Footprints
from geo.road.frozen import freeze
from geo.road.layered_weights import WeightLayers, WeightState, price_edges, state_at
from geo.road.metric import weigh
from geo.road.road_class import Mode
from geo.road.travel_time import NetworkTravelTimes
from geo.road.week import CITY_TIME, DAYS, HOURS_OF_WEEK, hour_of_week


@dataclass(frozen=True, slots=True)
class Period:
    """
    Hours of the week in which every road takes the same time.

    Attributes
    ----------
    name
        The hours as `geo.road.week.read_hours` writes them, ``mon-fri 7-9``; parts are parted
        by semicolons.
    hours
        Hours of the week, ascending.
    """

    name: str
    hours: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RoadWeek:
    """
    One week on the roads of every mode.

    Attributes
    ----------
    layers
        What is laid over the roads: hourly and measured speeds, and no closures, which pass.
    states
        What makes the weights of each mode in each period.
    periods
        In the order of their first hours.
    period_of
        Period of each hour of the week, int64[168].
    """

    layers: WeightLayers
    states: Mapping[Mode, tuple[WeightState, ...]]
    periods: tuple[Period, ...]
    period_of: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Make array and mapping read-only."""
        freeze(self)
        object.__setattr__(self, "states", MappingProxyType(dict(self.states)))

    def engine(self, times: NetworkTravelTimes, period: int) -> NetworkTravelTimes:
        """
        Give a road engine at the weights of a period.

        Parameters
        ----------
        times
            The engine of a mode.
        period
            Row of the period.

        Returns
        -------
        times
            A view on the same roads; weighing them takes a second on a large network.
        """
        state = self.states[times.network.mode][period]
        edge_ms = price_edges(self.layers, Footprints(times.network), state)
        version = f"{state.network}, {self.periods[period].name}"
        return times.under(weigh(times.roads, edge_ms, version=version))


def road_week(
    engines: Mapping[Mode, NetworkTravelTimes], layers: WeightLayers, *, at: datetime
) -> RoadWeek:
    """
    Lay out the week that an instant lies in.

    Parameters
    ----------
    engines
        The road engine of each mode.
    layers
        Hourly and measured speeds; closures are left out, for a plan outlives them.
    at
        An instant, with offset; measured speeds count as in its week.

    Returns
    -------
    week
        Hours are of one period where the weights of every mode are the same.
    """
    layers = WeightLayers(layers.hourly, layers.measured)
    begins = monday(at)
    marks = {mode: Footprints(times.network) for mode, times in sorted(engines.items())}
    by_hour = [
        tuple(state_at(layers, one, begins + timedelta(hours=hour)) for one in marks.values())
        for hour in range(HOURS_OF_WEEK)
    ]
    known = list(dict.fromkeys(by_hour))
    period_of = np.array([known.index(states) for states in by_hour], dtype=np.int64)
    hours = [tuple(np.flatnonzero(period_of == row).tolist()) for row in range(len(known))]
    return RoadWeek(
        layers,
        {mode: tuple(states[at] for states in known) for at, mode in enumerate(marks)},
        tuple(Period(hours_text(own), own) for own in hours),
        period_of,
    )


def monday(at: datetime) -> datetime:
    """
    Tell when a week begins.

    Parameters
    ----------
    at
        An instant, with offset.

    Returns
    -------
    begins
        Monday at midnight, by the clock of the city.
    """
    local = at.astimezone(CITY_TIME).replace(minute=0, second=0, microsecond=0)
    return local - timedelta(hours=hour_of_week(at))


def hours_text(hours: Iterable[int]) -> str:
    """
    Write hours of the week as people do.

    Parameters
    ----------
    hours
        Hours of the week.

    Returns
    -------
    text
        ``mon-fri 7-9,17-19; sat 10-18``; ``always`` for all of them.
    """
    wanted = set(hours)
    if not wanted <= set(range(HOURS_OF_WEEK)):
        raise BadValue(f"Hours of the week are 0 to {HOURS_OF_WEEK - 1}.")
    if len(wanted) == HOURS_OF_WEEK:
        return "always"
    of_day = [tuple(hour for hour in range(24) if day * 24 + hour in wanted) for day in range(7)]
    days: dict[tuple[int, ...], list[int]] = {}
    for day, own in enumerate(of_day):
        if own:
            days.setdefault(own, []).append(day)
    return "; ".join(_line(alike, own) for own, alike in days.items())


def _line(days: list[int], hours: tuple[int, ...]) -> str:
    """Days that have the same hours, and these."""
    of_days = ",".join(
        DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"
        for first, last in _runs(days)
    )
    if len(hours) == len(range(24)):
        return of_days
    return f"{of_days} {','.join(f'{first}-{last + 1}' for first, last in _runs(hours))}"


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """First and last of each run of consecutive numbers."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
