"""The kernel that counts a run; `dispatch.planning.simulation.tally` says what it counts."""

# ruff: noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation.layout import (
    ARRIVES,
    CASE,
    CREW,
    GRID,
    GUARD,
    ITS_TARGET,
    ON_SCENE,
    RANK,
    REPORTED,
    SECURED,
    SENT,
    STANDS,
)
from dispatch.planning.simulation.world import DAY_MS, HOUR_MS
from geo.road.kernel import kernel

WEEK_MS = 7 * DAY_MS


@kernel
def count_all(
    times_ms: NDArray[np.int64],
    facts: NDArray[np.int32],
    days: NDArray[np.uint8],
    zone_of: NDArray[np.int32],
    domain_of: NDArray[np.int32],
    unit_of: NDArray[np.int32],
    target_ms: NDArray[np.int64],
    secure_ms: NDArray[np.int64],
    block_weeks: int,
    bin_ms: int,
    cube: NDArray[np.int32],
    timely: NDArray[np.int32],
    spent_ms: NDArray[np.float64],
    week_hours: NDArray[np.int64],
    grids: NDArray[np.int32],
    bins: NDArray[np.int32],
    domain_bins: NDArray[np.int64],
    rank_bins: NDArray[np.int64],
    flows: NDArray[np.int64],
    states: NDArray[np.int64],
    secured: NDArray[np.int64],
) -> None:
    """
    Count incidents one by one.

    Parameters
    ----------
    times_ms, facts
        See `dispatch.planning.simulation.layout`.
    days
        Day of the week that each day counts as.
    zone_of
        Zone of each grid; the last for none.
    domain_of, unit_of
        Domain of each case, and unit of each crew; the last unit for none.
    target_ms
        Arrival targets, int64[n_targets].
    secure_ms
        Target to secure a place by case and zone, int64[n_cases, n_zones + 1]; -1 where nobody is
        to secure it.
    block_weeks, bin_ms
        Weeks of a block, and milliseconds of a bin.
    cube, timely, spent_ms, week_hours, grids, bins, domain_bins, rank_bins, flows, states, secured
        Receive the counts of `dispatch.planning.simulation.tally.Tally`; come in as 0.
    """
    last_block, last_bin = len(grids) - 1, bins.shape[2] - 1
    for row in range(len(facts)):
        reported, sent = times_ms[row, REPORTED], facts[row, CREW] >= 0
        day, hour = reported // DAY_MS, reported % DAY_MS // HOUR_MS
        week, of_week = reported // WEEK_MS, np.int64(days[day]) * 24 + hour
        grid, case, rank = facts[row, GRID], facts[row, CASE], facts[row, RANK]
        zone, domain = zone_of[grid], domain_of[case]
        block = min(week // block_weeks, last_block)
        response = times_ms[row, ARRIVES] - reported
        in_time = sent and response <= target_ms[facts[row, ITS_TARGET]]
        cube[week, zone, hour, domain, rank] += 1
        week_hours[0, zone, of_week] += 1
        grids[block, 0, grid] += 1
        states[facts[row, STANDS], domain, zone] += 1
        if in_time:
            timely[week, zone, hour, domain, rank] += 1
            week_hours[1, zone, of_week] += 1
            grids[block, 1, grid] += 1
        if sent:
            spent_ms[week, 0, zone] += 1
            spent_ms[week, 1, zone] += times_ms[row, SENT] - reported
            spent_ms[week, 2, zone] += times_ms[row, ARRIVES] - times_ms[row, SENT]
            spent_ms[week, 3, zone] += times_ms[row, ON_SCENE]
            place = min(response // bin_ms, last_bin)
            bins[week, zone, place] += 1
            domain_bins[domain, place] += 1
            rank_bins[rank, place] += 1
            flows[zone, unit_of[facts[row, CREW]]] += 1
        if secure_ms[case, zone] >= 0:
            secured[0] += 1
            after = times_ms[row, SECURED] - reported
            secured[1] += facts[row, GUARD] >= 0 and after <= secure_ms[case, zone]
