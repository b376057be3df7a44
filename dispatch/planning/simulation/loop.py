"""
Loop: one compiled pass over the events of a simulated time.

Events are, in the order of time and, at one instant, in this order: half-hours at which shifts
change and breaks fall due, crews that are done or rested, and incidents that are reported.  A
crew has one event to come at most; a binary heap holds them, keyed by time and row, and an entry
whose time is no longer that of its crew is passed over.  Return trips need no events: where a
crew is follows from when it left.

An incident is given to the crew that the live suggestion would put first.  If nobody can go it
waits, and crews that come free take the gravest of what they may take, then the oldest.  A
crew under way is called off for a much graver incident by the rule of live dispatch
(`dispatch.diversion`).  Where a squad has the case, the nearest grid crew secures the place until
the squad is there.  Work, breaks and rest follow `dispatch.duty_rest`; a job that is in hand when
the shift ends is finished, as overtime.
"""

# ruff: noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation import layout
from dispatch.planning.simulation.incidents import Incidents
from dispatch.planning.simulation.loop_kernel import run_through
from dispatch.planning.simulation.outcome import Outcome
from dispatch.planning.simulation.still import still
from dispatch.planning.simulation.tables import Tables, prepare
from dispatch.planning.simulation.world import NOBODY, World
from geo.road.kernel import kernel


def simulate(world: World | Tables, incidents: Incidents) -> Outcome:
    """
    Run a world over its incidents.

    Parameters
    ----------
    world
        The world, or what `dispatch.planning.simulation.tables.prepare` made of it.
    incidents
        What comes in.

    Returns
    -------
    outcome
        Equal for equal worlds and incidents.
    """
    tables = world if isinstance(world, Tables) else prepare(world)
    n, n_crews = len(incidents), tables.crews.shape[1]
    n_queues = tables.cases.shape[1] * int(tables.settings[layout.N_PRIORITIES])
    crews = tables.crews.copy()
    times_ms, facts = _columns(tables, incidents)
    waiting = np.zeros(len(tables.slot_of), dtype=np.int32)
    calls = np.empty((n // 4 + 64, 4), dtype=np.int64)
    counts = np.zeros(2, dtype=np.int64)
    run_through(
        still(tables.world.roads.travel_s),
        still(tables.world.crews.ready),
        still(tables.hours),
        still(tables.eta_ms),
        still(tables.chance),
        still(tables.log_ratio),
        still(tables.first),
        still(tables.members),
        still(tables.cases),
        still(tables.may),
        still(tables.world.cases.card_step),
        still(tables.week),
        still(tables.slot_of),
        still(tables.settings),
        np.stack([incidents.delay, incidents.secure_delay]),
        crews,
        times_ms,
        facts,
        np.zeros(16 * n_crews + 1024, dtype=np.int64),
        np.empty((4, n_crews + 1), dtype=np.int64),
        np.full((2, n_queues), NOBODY, dtype=np.int32),
        np.zeros((2, n_queues + 1), dtype=np.int32),
        waiting,
        calls,
        counts,
    )
    return Outcome(tables, incidents, times_ms, facts, waiting, calls[: counts[1]], crews)


def _columns(tables: Tables, incidents: Incidents) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """What is known of incidents before anybody is sent: case, holder, target and priority."""
    world, n = tables.world, len(incidents)
    times_ms = np.empty((n, layout.SECURED + 1), dtype=np.int64)
    facts = np.empty((n, layout.AFTER + 1), dtype=np.int32)
    zone_of, brigade_of = world.zoning.zone_of, np.append(world.zoning.brigade_of, NOBODY)
    lay_out(
        still(incidents.reported_ms),
        still(incidents.on_scene_ms),
        still(incidents.grid),
        still(incidents.type),
        still(world.cases.case_of),
        still(world.cases.ground_of),
        still(world.cases.unit),
        still(tables.case_target),
        still(brigade_of[zone_of].astype(np.int32)),
        still(np.append(tables.zone_target, 0)[zone_of].astype(np.int32)),
        still(world.reports.priority_of),
        times_ms,
        facts,
    )
    return times_ms, facts


@kernel
def lay_out(
    reported_ms: NDArray[np.int64],
    on_scene_ms: NDArray[np.int64],
    grid_of: NDArray[np.int32],
    type_of: NDArray[np.int32],
    case_of: NDArray[np.int32],
    ground_of: NDArray[np.int32],
    unit_of: NDArray[np.int32],
    target_of: NDArray[np.int32],
    brigade_of: NDArray[np.int32],
    usual_of: NDArray[np.int32],
    rank_of: NDArray[np.uint8],
    times_ms: NDArray[np.int64],
    facts: NDArray[np.int32],
) -> None:
    """
    Fill the columns of incidents to whom nobody was sent yet.

    Parameters
    ----------
    reported_ms, on_scene_ms, grid_of, type_of
        See `dispatch.planning.simulation.incidents.Incidents`.
    case_of, ground_of, unit_of
        See `dispatch.planning.simulation.world.Cases`.
    target_of
        See `dispatch.planning.simulation.tables.Tables.case_target`.
    brigade_of, usual_of
        Brigade and target of the zone of each grid.
    rank_of
        See `dispatch.planning.simulation.world.Reports.priority_of`.
    times_ms, facts
        Receive the columns, see `dispatch.planning.simulation.layout`.
    """
    times_ms[:], facts[:] = -1, NOBODY
    for row in range(len(grid_of)):
        grid, kind = grid_of[row], type_of[row]
        case = case_of[kind, ground_of[grid]]
        unit, target = unit_of[case], target_of[case]
        times_ms[row, layout.REPORTED] = reported_ms[row]
        times_ms[row, layout.ON_SCENE] = on_scene_ms[row]
        facts[row, layout.GRID], facts[row, layout.CASE] = grid, case
        facts[row, layout.HOLDER] = brigade_of[grid] if unit == NOBODY else unit
        facts[row, layout.ITS_TARGET] = usual_of[grid] if target == NOBODY else target
        facts[row, layout.RANK] = rank_of[kind]
        facts[row, layout.STANDS], facts[row, layout.CALLED_OFF] = 0, 0
