"""
Calibration: the simulator is told of the records, from weeks by which it is not judged.

Who was sent, how many are at hand, roads as driven and times on the scene are read off the records
one by one.  What then is left over is what no single one of them shows: that the soonest of those
at hand is soonest by the table and not at the door.  So the weeks of training are replayed, and the
ground of each community is moved by the ratio of recorded to replayed median, `ROUNDS` times.

References
----------
Gourieroux, Monfort & Renault (1993), indirect inference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dispatch.arrival_chance import MODES
from dispatch.arrival_fit import MOST_TAKEN_S
from dispatch.planning.incident_history import IncidentHistory, Span
from dispatch.planning.recorded_force import at_hand_shares, ranks_of
from dispatch.planning.replay_world import (
    PlanCalibration,
    Records,
    holders,
    replay_world,
    replayed_incidents,
)
from dispatch.planning.road_fit import LEAST, MOST, Trips, fit_roads, shrunk_factors
from dispatch.planning.simulation.loop import simulate
from dispatch.planning.stay_fit import fit_stays
from dispatch.planning.travel_table import UNREACHABLE_S

ROUNDS = 3
"""Replays of the weeks of training; each halves what is left over, or better."""

GROUND_WEIGHT = 100.0
"""Arrivals that no change counts for when a community's ground is moved."""

Told = Callable[[float], None]


def calibrate_plan(
    records: Records, trained: Span, *, seed: int = 1, told: Told | None = None
) -> PlanCalibration:
    """
    Tell the simulator of the records.

    Parameters
    ----------
    records
        What is on record.
    trained
        Days to learn from.
    seed
        Source of chance of the replays.
    told
        Told how far the work is, 0…1.

    Returns
    -------
    calibration
        Learnt from those days alone.
    """
    told = told or (lambda _: None)
    history, force = records.history, records.force
    learnt = (history.reported_s >= trained.start_s) & (history.reported_s < trained.end_s)
    rows = np.flatnonzero(learnt & (force.crew_of >= 0) & (records.grid >= 0))
    mode = np.array([MODES.index(one) for one in force.modes], dtype=np.int64)
    trips = Trips(
        grid=records.grid[rows],
        mode=mode[force.crew_of[rows]],
        dispatched_s=history.dispatched_s[rows],
        arrived_s=history.arrived_s[rows],
        table_s=_table_s(records, rows),
    )
    roads = fit_roads(trips, records.ground.communities)
    told(0.4)
    _, aid = holders(records.ground, force, records.grid)
    calibration = PlanCalibration(
        force=force,
        table=records.table,
        at_hand=_at_hand(records, rows),
        roads=roads,
        stays=fit_stays(history.take(learnt), records.matters),
        aid_share=float(aid[rows].mean()) if len(rows) else 0.0,
        trained=trained,
    )
    for number in range(ROUNDS):
        moved = _moved_ground(records, calibration, seed=seed + number)
        calibration = replace(calibration, roads=replace(calibration.roads, ground=moved))
        told(0.4 + 0.6 * (number + 1) / ROUNDS)
    return calibration


def taken_s(history: IncidentHistory) -> NDArray[np.float64]:
    """
    Give the seconds from dispatch to arrival.

    Parameters
    ----------
    history
        Past incidents.

    Returns
    -------
    taken_s
        float64[n]; NaN where it was not recorded, or cannot be meant.
    """
    seconds = history.arrived_s - history.dispatched_s
    credible = (seconds > 0) & (seconds <= MOST_TAKEN_S)
    taken: NDArray[np.float64] = np.where(credible, seconds, np.nan)
    return taken


def replayed_s(
    records: Records, calibration: PlanCalibration, span: Span, *, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Replay some days once.

    Parameters
    ----------
    records
        What is on record.
    calibration
        What the simulator is told of it.
    span
        Days to replay.
    seed
        Source of chance.

    Returns
    -------
    taken_s, wait_s
        Seconds from the dispatch on record to the simulated arrival, and how many of them were
        spent waiting for a crew, float64[n] for the rows of the history; NaN where an incident is
        not replayed, inf where nobody came.
    """
    world = replay_world(records.ground, calibration, span, seed=seed)
    incidents, rows = replayed_incidents(records, calibration, span, seed=seed)
    outcome = simulate(world, incidents)
    response, wait = outcome.response_ms, outcome.wait_ms
    taken, waited = (np.full(len(records.history), np.nan) for _ in range(2))
    taken[rows] = np.where(response < 0, np.inf, response / 1000.0)
    waited[rows] = np.where(wait < 0, np.inf, wait / 1000.0)
    return taken, waited


def _table_s(records: Records, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Seconds of the table for the crews that were sent; inf where no road leads."""
    table = records.table
    period = table.period_of[records.history.hour[rows]]
    found = table.travel_s[period, records.force.crew_of[rows], records.grid[rows]]
    return np.where(found == UNREACHABLE_S, np.inf, found)


def _at_hand(records: Records, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], ...]:
    """How many of each unit's crews are at hand, from the ranks of those who went."""
    force, table = records.force, records.table
    period, unit = table.period_of[records.history.hour], force.unit_of[force.crew_of[rows]]
    shares = []
    for number in range(len(force.units)):
        crews, own = np.flatnonzero(force.unit_of == number), rows[unit == number]
        grid = records.grid[own]
        travel_s = table.travel_s[period[own][:, None], crews[None, :], grid[:, None]]
        sent = np.searchsorted(crews, force.crew_of[own])
        shares.append(at_hand_shares(ranks_of(travel_s.astype(np.float64), sent), len(crews)))
    return tuple(shares)


def _moved_ground(
    records: Records, calibration: PlanCalibration, *, seed: int
) -> NDArray[np.float64]:
    """Ground moved by the ratio of recorded to replayed medians of communities."""
    again_s, _ = replayed_s(records, calibration, calibration.trained, seed=seed)
    on_record_s = taken_s(records.history)
    both = np.flatnonzero(np.isfinite(on_record_s) & np.isfinite(again_s))
    _, community = np.unique(np.array(records.ground.communities, dtype=str), return_inverse=True)
    n = int(community.max()) + 1
    of = community[records.grid[both]]
    there, here = (_medians(of, column[both], n) for column in (on_record_s, again_s))
    count = np.bincount(of, minlength=n).astype(np.float64)
    everyone = np.zeros(n, dtype=np.int64)
    factor = shrunk_factors(np.log(there / here), count, everyone, GROUND_WEIGHT)
    return np.clip(calibration.roads.ground * factor[community], LEAST, MOST)


def _medians(
    group: NDArray[np.int64], value: NDArray[np.float64], n_groups: int
) -> NDArray[np.float64]:
    """Median of each group, NaN of an empty one."""
    order = np.lexsort((value, group))
    ends = np.searchsorted(group[order], np.arange(n_groups + 1))
    middle = (ends[:-1] + ends[1:]) // 2
    found = value[order[np.minimum(middle, len(order) - 1)]] if len(order) else np.zeros(n_groups)
    return np.where(ends[1:] > ends[:-1], found, np.nan)
