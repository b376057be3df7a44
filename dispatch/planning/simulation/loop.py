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
        np.empty((4, n_crews), dtype=np.int64),
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
    times_ms = np.full((n, layout.SECURED + 1), -1, dtype=np.int64)
    times_ms[:, layout.REPORTED] = incidents.reported_ms
    times_ms[:, layout.ON_SCENE] = incidents.on_scene_ms
    facts = np.full((n, layout.AFTER + 1), NOBODY, dtype=np.int32)
    facts[:, layout.GRID] = incidents.grid
    # One lookup for each type on each grid is far fewer than one for each incident.
    case_of = world.cases.case_of[:, world.cases.ground_of]
    case = case_of[incidents.type, incidents.grid]
    zone = world.zoning.zone_of[incidents.grid]
    brigade = np.append(world.zoning.brigade_of, NOBODY)[zone]
    by_zone = np.append(tables.zone_target, 0)[zone]
    unit, target = world.cases.unit[case], tables.case_target[case]
    facts[:, layout.CASE] = case
    facts[:, layout.HOLDER] = np.where(unit == NOBODY, brigade, unit)
    facts[:, layout.ITS_TARGET] = np.where(target == NOBODY, by_zone, target)
    facts[:, layout.RANK] = world.reports.priority_of[incidents.type]
    facts[:, [layout.STANDS, layout.CALLED_OFF]] = 0
    return times_ms, facts
