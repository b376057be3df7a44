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
from dispatch.planning.simulation.still import still
from dispatch.planning.simulation.tables import Tables
from dispatch.planning.simulation.tally_kernel import WEEK_MS, count_all
from geo.road.frozen import freeze
from geo.road.week import HOURS_OF_WEEK

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
    world = outcome.world
    n_zones, n_units = len(world.zoning.zones) + 1, len(world.crews.units) + 1
    n_domains, n_grids = len(world.cases.domains), len(world.grids)
    n_ranks = int(outcome.tables.settings[layout.N_PRIORITIES])
    n_weeks = -(-world.reports.end_ms // WEEK_MS)
    cells = (n_weeks, n_zones, 24, n_domains, n_ranks)
    counts: dict[str, Any] = {
        "cube": np.zeros(cells, dtype=np.int32),
        "timely": np.zeros(cells, dtype=np.int32),
        "spent_ms": np.zeros((n_weeks, 4, n_zones)),
        "week_hours": np.zeros((2, n_zones, HOURS_OF_WEEK), dtype=np.int64),
        "grids": np.zeros((max(n_weeks // BLOCK_WEEKS, 1), 2, n_grids), dtype=np.int32),
        "bins": np.zeros((n_weeks, n_zones, N_BINS), dtype=np.int32),
        "domain_bins": np.zeros((n_domains, N_BINS), dtype=np.int64),
        "rank_bins": np.zeros((n_ranks, N_BINS), dtype=np.int64),
        "flows": np.zeros((n_zones, n_units), dtype=np.int64),
        "states": np.zeros((len(State), n_domains, n_zones), dtype=np.int64),
        "secured": np.zeros(2, dtype=np.int64),
    }
    count_all(
        still(outcome.times_ms),
        still(outcome.facts),
        still(world.reports.days),
        still(world.zoning.zone_of % n_zones),  # -1 is the last
        still(world.cases.domain),
        still(world.crews.unit_of % n_units),
        still(outcome.tables.settings[layout.FIRST_TARGET :]),
        still(_secure_ms(outcome.tables)),
        BLOCK_WEEKS,
        1000 * BIN_S,
        *counts.values(),
    )
    return Tally(
        **counts,
        called_off=len(outcome.calls),
        crews=outcome.crews[layout.FIRST_SUM :],
        end_ms=world.reports.end_ms,
    )


def _secure_ms(tables: Tables) -> NDArray[np.int64]:
    """Target to secure a place by case and zone; -1 where nobody is to, int64[n_cases, n + 1]."""
    stated = tables.secure_target[:, None]
    target = np.where(stated < 0, np.append(tables.zone_target, 0)[None, :], stated)
    secures = tables.cases[layout.SECURES, :, None] == 1
    return np.where(secures, 1000 * tables.target_s[target].astype(np.int64), -1)


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
