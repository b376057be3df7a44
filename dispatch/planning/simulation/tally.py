"""
Tally: one run counted, by week, so that intervals can be drawn from weeks.

Everything that is reported of a year is a sum of these counts or a ratio of two.  An incident
counts where and when it was reported; one to which nobody came counts as not in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation import layout
from dispatch.planning.simulation.outcome import Outcome, State
from dispatch.planning.simulation.world import DAY_MS, HOUR_MS
from geo.road.frozen import freeze
from geo.road.week import HOURS_OF_WEEK

WEEK_MS: Final = 7 * DAY_MS
BLOCK_WEEKS: Final = 4
"""Weeks of a block by which grids that are late again and again are told."""

BIN_S: Final = 10
N_BINS: Final = 721
"""Seconds of response in bins of ten up to two hours; the last bin holds all that is longer."""


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """
    Counts of one run, or of several put together.

    Zones, domains and units have one more row than there are, the last, for none.

    Attributes
    ----------
    cube, timely
        Incidents, and those reached in time, int32[n_weeks, n_zones + 1, 24, n_domains,
        n_ranks] by hour of the day.
    spent_ms
        Of incidents to which a crew was sent: how many, their waiting, travel and time on the
        scene, float64[n_weeks, 4, n_zones + 1].
    week_hours
        Incidents and those in time, int64[2, n_zones + 1, 168] by hour of the week.
    grids
        Incidents and those in time by block of four weeks, int32[n_blocks, 2, n_grids].
    bins
        Responses, int32[n_weeks, n_zones + 1, N_BINS].
    domain_bins, rank_bins
        Responses, int64[n_domains, N_BINS] and int64[n_ranks, N_BINS].
    flows
        Incidents by zone and by unit of the crew that went, int64[n_zones + 1, n_units + 1].
    states
        Incidents by `State`, domain and zone, int64[5, n_domains, n_zones + 1].
    secured
        Of places to be secured: how many, and how many in time, int64[2].
    called_off
        Crews called off.
    crews
        Sums of crews, int64[9, n_crews], rows from `layout.FIRST_SUM` on.
    end_ms
        Simulated time, all runs together.
    """

    cube: NDArray[np.int32]
    timely: NDArray[np.int32]
    spent_ms: NDArray[np.float64]
    week_hours: NDArray[np.int64]
    grids: NDArray[np.int32]
    bins: NDArray[np.int32]
    domain_bins: NDArray[np.int64]
    rank_bins: NDArray[np.int64]
    flows: NDArray[np.int64]
    states: NDArray[np.int64]
    secured: NDArray[np.int64]
    called_off: int
    crews: NDArray[np.int64]
    end_ms: int

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    @property
    def n_weeks(self) -> int:
        """How many weeks were counted."""
        return len(self.cube)


BY_WEEK = ("cube", "timely", "spent_ms", "grids", "bins")
"""Counts whose first side is time: they are put one after the other, all others added up."""


def tally(outcome: Outcome) -> Tally:
    """
    Count a run.

    Parameters
    ----------
    outcome
        The run.

    Returns
    -------
    tally
        Its counts.
    """
    world, facts = outcome.world, outcome.facts
    n_zones, n_units = len(world.zoning.zones) + 1, len(world.crews.units) + 1
    n_domains = len(world.cases.domains)
    n_ranks = int(outcome.tables.settings[layout.N_PRIORITIES])
    reported_ms, grid = outcome.incidents.reported_ms, outcome.incidents.grid
    week = reported_ms // WEEK_MS
    n_weeks = -(-world.reports.end_ms // WEEK_MS)
    zone = outcome.zone.astype(np.int64) % n_zones  # -1 is the last
    domain = world.cases.domain[facts[:, layout.CASE]].astype(np.int64)
    rank, timely, sent = facts[:, layout.RANK].astype(np.int64), outcome.in_time, outcome.sent
    day_hour = reported_ms % DAY_MS // HOUR_MS
    days = world.reports.days[reported_ms // DAY_MS].astype(np.int64)
    shape = (n_weeks, n_zones, 24, n_domains, n_ranks)
    cell = (((week * n_zones + zone) * 24 + day_hour) * n_domains + domain) * n_ranks + rank
    hour_cell = zone * HOURS_OF_WEEK + days * 24 + day_hour
    by_zone = week * n_zones + zone
    block = np.minimum(week // BLOCK_WEEKS, max(n_weeks // BLOCK_WEEKS - 1, 0))
    n_blocks, n_grids = max(n_weeks // BLOCK_WEEKS, 1), len(world.grids)
    grid_cell = block * n_grids + grid
    bin_of = np.minimum(outcome.response_ms[sent] // (1000 * BIN_S), N_BINS - 1)
    unit = np.append(world.crews.unit_of, -1)[facts[:, layout.CREW]].astype(np.int64) % n_units
    spent = (sent, outcome.wait_ms, outcome.travel_ms, outcome.incidents.on_scene_ms)
    guarded, guard_in_time = _secured(outcome)
    return Tally(
        cube=_count(cell, shape),
        timely=_count(cell[timely], shape),
        spent_ms=np.stack(
            [
                np.bincount(by_zone[sent], weights=one[sent], minlength=n_weeks * n_zones).reshape(
                    n_weeks, n_zones
                )
                for one in spent
            ],
            axis=1,
        ),
        week_hours=np.stack(
            [
                _count(hour_cell, (n_zones, HOURS_OF_WEEK)),
                _count(hour_cell[timely], (n_zones, HOURS_OF_WEEK)),
            ]
        ).astype(np.int64),
        grids=np.stack(
            [
                _count(grid_cell, (n_blocks, n_grids)),
                _count(grid_cell[timely], (n_blocks, n_grids)),
            ],
            axis=1,
        ),
        bins=_count(by_zone[sent] * N_BINS + bin_of, (n_weeks, n_zones, N_BINS)),
        domain_bins=_count(domain[sent] * N_BINS + bin_of, (n_domains, N_BINS)).astype(np.int64),
        rank_bins=_count(rank[sent] * N_BINS + bin_of, (n_ranks, N_BINS)).astype(np.int64),
        flows=_count(zone[sent] * n_units + unit[sent], (n_zones, n_units)).astype(np.int64),
        states=_count(
            (outcome.state * n_domains + domain) * n_zones + zone, (len(State), n_domains, n_zones)
        ).astype(np.int64),
        secured=np.array([guarded, guard_in_time], dtype=np.int64),
        called_off=len(outcome.calls),
        crews=outcome.crews[layout.FIRST_SUM :],
        end_ms=world.reports.end_ms,
    )


def _count(cell: NDArray[np.integer], shape: tuple[int, ...]) -> NDArray[np.int32]:
    """How many fall into each cell."""
    counted = np.bincount(cell, minlength=int(np.prod(shape)))
    return counted.astype(np.int32).reshape(shape)


def _secured(outcome: Outcome) -> tuple[int, int]:
    """How many places were to be secured, and how many were in time."""
    cases = outcome.tables.cases[layout.SECURES, outcome.facts[:, layout.CASE]] == 1
    after_ms = outcome.times_ms[:, layout.SECURED] - outcome.times_ms[:, layout.REPORTED]
    stated = outcome.tables.secure_target[outcome.facts[:, layout.CASE]]
    by_zone = np.append(outcome.tables.zone_target, 0)[outcome.zone]
    target = outcome.tables.target_s[np.where(stated < 0, by_zone, stated)]
    guarded = cases & (outcome.facts[:, layout.GUARD] >= 0)
    return int(cases.sum()), int((guarded & (after_ms <= 1000 * target)).sum())


def put_together(tallies: Sequence[Tally]) -> Tally:
    """
    Put runs together.

    Parameters
    ----------
    tallies
        One or more, of the same world.

    Returns
    -------
    tally
        Weeks of one after those of the other; sums added up.
    """
    if len(tallies) == 1:
        return tallies[0]
    parts: dict[str, Any] = {}
    for field in fields(Tally):
        values = [getattr(one, field.name) for one in tallies]
        parts[field.name] = np.concatenate(values) if field.name in BY_WEEK else sum(values)
    return Tally(**parts)
