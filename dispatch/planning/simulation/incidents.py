"""
Drawing: the incidents of one run, the same under every plan, staffing and policy.

All that chance decides about an incident is a function of (seed, run, number of the incident):
draw j of incident k is the output of SplitMix64 at position ``k · DRAWS + j`` of the stream that
seed and run name.  So a plan never changes what comes in, how long it takes on the scene, or how
lucky its crew is on the road, and pairs of runs differ by the plan alone.

Streams of Poisson processes are one process whose rate is their sum: its unit exponential gaps
are spent on the rate of each hour, and each incident belongs to a stream in proportion to the
rates at its instant.  A scenario with more demand spends the same gaps faster.

References
----------
Steele, Lea & Flood (2014), fast splittable pseudorandom number generators.
Lewis & Shedler (1979); Çinlar (1975), inversion of the integrated rate.
Vose (1991), alias tables.
"""

# ruff: noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation.still import still
from dispatch.planning.simulation.world import DAY_MS, HOUR_MS, Reports
from geo.errors import BadValue
from geo.road.frozen import freeze
from geo.road.kernel import Whole, kernel
from geo.road.week import HOURS_OF_WEEK

DRAWS: Final = 8
"""Draws set aside for each incident."""

_GAP, _STREAM, _GRID, _TYPE, _SCENE, _DELAY, _SECURE_DELAY = range(7)

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_UNIT = 2.0**-53


@dataclass(frozen=True, slots=True, eq=False)
class Incidents:
    """
    What comes in during one run, in order of time; rows are incidents.

    Attributes
    ----------
    reported_ms
        When each is reported, int64[n].
    grid
        In which unit grid, int32[n].
    type
        Of what type, int32[n].
    on_scene_ms
        How long a crew is busy there, int64[n].
    delay
        Luck on the road of the crew with the case and of the one that secures the place: level
        of the distribution of arrivals, float32[n] each, 0…1.
    secure_delay
        See `delay`.
    """

    reported_ms: NDArray[np.int64]
    grid: NDArray[np.int32]
    type: NDArray[np.int32]
    on_scene_ms: NDArray[np.int64]
    delay: NDArray[np.float32]
    secure_delay: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Make the arrays read-only; refuse a wrong order."""
        freeze(self)
        if (np.diff(self.reported_ms) < 0).any():
            raise BadValue("Incidents stand in the order in which they are reported.")

    def __len__(self) -> int:
        """How many there are."""
        return len(self.reported_ms)


def draw_incidents(reports: Reports, *, seed: int, run: int = 0) -> Incidents:
    """
    Draw the incidents of one run.

    Parameters
    ----------
    reports
        What comes in.
    seed
        Source of chance.
    run
        Number of the run; runs of one seed are independent.

    Returns
    -------
    incidents
        Equal for equal reports, seed and run.

    Raises
    ------
    BadValue
        A stream does not begin and end at full hours.
    """
    if (reports.from_ms % HOUR_MS).any() or (reports.to_ms % HOUR_MS).any():
        raise BadValue("Streams of incidents begin and end at full hours.")
    rates = hourly_rates(reports)
    expected = rates.sum()
    room = int(expected + 12 * np.sqrt(expected) + 64)
    columns: tuple[Any, ...] = (
        np.empty(room, dtype=np.int64),
        np.empty(room, dtype=np.int32),
        np.empty(room, dtype=np.int32),
        np.empty(room, dtype=np.int64),
        np.empty(room, dtype=np.float32),
        np.empty(room, dtype=np.float32),
    )
    n = draw_all(
        _key(seed, run),
        rates,
        *_alias_tables(reports.grid_share),
        *_alias_tables(reports.type_share),
        still(reports.service_of),
        1000.0 * reports.on_scene_s,
        1000.0 * reports.on_scene_s.mean(axis=1),
        reports.exponential,
        *columns,
    )
    return Incidents(*(column[:n] for column in columns))


def hourly_rates(reports: Reports) -> NDArray[np.float64]:
    """
    Give the incidents that are expected in each hour of the simulated time.

    Parameters
    ----------
    reports
        What comes in.

    Returns
    -------
    rates
        float64[n_hours, n_streams].
    """
    n_hours = reports.end_ms // HOUR_MS
    hour = np.arange(n_hours)
    of_week = reports.days[hour // 24].astype(np.int64) * 24 + hour % 24
    starts = hour[:, None] * HOUR_MS
    runs = (starts >= reports.from_ms) & (starts < reports.to_ms)
    rates: NDArray[np.float64] = np.where(runs, reports.rate_per_h.T[of_week % HOURS_OF_WEEK], 0.0)
    if reports.season is not None:
        lasting = (reports.from_ms <= 0) & (reports.to_ms >= reports.end_ms)
        rates[:, lasting] *= reports.season[hour // 24, None]
    return rates


def _key(seed: int, run: int) -> np.uint64:
    """Where the stream of a run begins."""
    digest = hashlib.blake2b(f"{seed},{run}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def _alias_tables(share: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Chances and aliases of every row."""
    chance = np.ones(share.shape)
    alias = np.tile(np.arange(share.shape[1], dtype=np.int32), (len(share), 1))
    fill_alias(share * share.shape[1] / share.sum(axis=1, keepdims=True), chance, alias)
    return chance, alias


@kernel
def fill_alias(
    scaled: NDArray[np.float64], chance: NDArray[np.float64], alias: NDArray[np.int32]
) -> None:
    """
    Lay out alias tables.

    Parameters
    ----------
    scaled
        Shares times their number, float64[n_rows, n]; used up.
    chance, alias
        Receive the chance of each column to stand for itself, and who it stands for otherwise,
        [n_rows, n]; come in as 1 and as the columns themselves.
    """
    n = scaled.shape[1]
    small, large = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    for row in range(scaled.shape[0]):
        n_small, n_large = 0, 0
        for column in range(n):
            if scaled[row, column] < 1.0:
                small[n_small] = column
                n_small += 1
            else:
                large[n_large] = column
                n_large += 1
        while n_small > 0 and n_large > 0:
            n_small -= 1
            few, many = small[n_small], large[n_large - 1]
            chance[row, few], alias[row, few] = scaled[row, few], many
            scaled[row, many] -= 1.0 - scaled[row, few]
            if scaled[row, many] < 1.0:
                n_large -= 1
                small[n_small] = many
                n_small += 1


@kernel
def uniform(key: np.uint64, draw: Whole) -> float:
    """
    Give one draw of a run.

    Parameters
    ----------
    key
        Where the stream of the run begins.
    draw
        Its number; those of incident k begin at ``k · DRAWS``.

    Returns
    -------
    u
        0 or more, below 1.
    """
    z = key + np.uint64(draw + 1) * _GAMMA
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    z ^= z >> np.uint64(31)
    return np.float64(z >> np.uint64(11)) * _UNIT


@kernel
def _from_alias(
    u: float, chance: NDArray[np.float64], alias: NDArray[np.int32], row: Whole
) -> np.int32:
    """Column that a draw picks from an alias table."""
    place = u * chance.shape[1]
    column = np.int64(place)
    if place - column < chance[row, column]:
        return np.int32(column)
    return np.int32(alias[row, column])


@kernel
def draw_all(
    key: np.uint64,
    rates: NDArray[np.float64],
    grid_chance: NDArray[np.float64],
    grid_alias: NDArray[np.int32],
    type_chance: NDArray[np.float64],
    type_alias: NDArray[np.int32],
    service_of: NDArray[np.int32],
    on_scene_ms: NDArray[np.float64],
    mean_ms: NDArray[np.float64],
    exponential: bool,  # noqa: FBT001 -- as above
    reported_ms: NDArray[np.int64],
    grid: NDArray[np.int32],
    kind: NDArray[np.int32],
    scene_ms: NDArray[np.int64],
    delay: NDArray[np.float32],
    secure_delay: NDArray[np.float32],
) -> Whole:
    """
    Draw incidents until the time is over.

    Parameters
    ----------
    key
        Where the stream of the run begins.
    rates
        Incidents expected in each hour, float64[n_hours, n_streams].
    grid_chance, grid_alias, type_chance, type_alias
        Alias tables of places and types by stream.
    service_of, on_scene_ms, mean_ms, exponential
        Times on the scene by type: quantiles, or the mean of an exponential law.
    reported_ms, grid, kind, scene_ms, delay, secure_delay
        Receive the columns of `Incidents`.

    Returns
    -------
    n
        How many; never more than there is room for.
    """
    n_hours, n_streams = rates.shape
    n_levels = on_scene_ms.shape[1]
    hour, used, total, n = 0, 0.0, rates[0].sum(), 0
    while n < len(reported_ms):
        base = np.int64(n) * DRAWS
        gap = -np.log(1.0 - uniform(key, base + _GAP))
        while used + gap > total:
            gap -= total - used
            hour += 1
            if hour == n_hours:
                return n
            used, total = 0.0, rates[hour].sum()
        used += gap
        past = np.int64(used / total * HOUR_MS)
        reported_ms[n] = hour * HOUR_MS + min(past, np.int64(HOUR_MS - 1))
        left, stream = uniform(key, base + _STREAM) * total, 0
        while stream < n_streams - 1 and left >= rates[hour, stream]:
            left -= rates[hour, stream]
            stream += 1
        while rates[hour, stream] == 0.0 and stream > 0:  # rounding ran past the last one
            stream -= 1
        grid[n] = _from_alias(uniform(key, base + _GRID), grid_chance, grid_alias, stream)
        kind[n] = _from_alias(uniform(key, base + _TYPE), type_chance, type_alias, stream)
        service, u = service_of[kind[n]], uniform(key, base + _SCENE)
        if exponential:
            scene_ms[n] = np.int64(-np.log(1.0 - u) * mean_ms[service] + 0.5)
        else:
            place = u * (n_levels - 1)
            lower = min(np.int64(place), n_levels - 2)
            below, above = on_scene_ms[service, lower], on_scene_ms[service, lower + 1]
            scene_ms[n] = np.int64(below + (place - lower) * (above - below) + 0.5)
        delay[n] = uniform(key, base + _DELAY)
        secure_delay[n] = uniform(key, base + _SECURE_DELAY)
        n += 1
    return n


YEAR_DAYS: Final = 364
"""A simulated year: 52 whole weeks, so that every hour of the week counts as often."""

assert YEAR_DAYS * DAY_MS % (7 * DAY_MS) == 0
