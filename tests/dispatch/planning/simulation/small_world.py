"""A world of four grids in two zones, with two crews each, for tests of the simulation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.arrival_chance import MODES
from dispatch.planning.simulation.world import (
    NOBODY,
    SLOTS_OF_WEEK,
    Cases,
    Crews,
    IncidentType,
    Reports,
    Roads,
    Rules,
    World,
    Zoning,
)
from dispatch.policy_file import as_policy

HOURS = 168
DAYS = 28

TRAVEL_S = 300 * np.abs(np.arange(4)[:, None] - np.arange(4)[None, :]) + 120


def small_world(
    *,
    rate_per_h: float = 2.0,
    on_scene_s: float = 1_800.0,
    exponential: bool = False,
    crews_per_zone: int = 2,
    days: int = DAYS,
    travel_s: NDArray[np.int64] = TRAVEL_S,
    rules: Rules | None = None,
    policy: str = "nearest",
) -> World:
    """
    Lay out a small world: grids on a line, five minutes apart, all crews always on duty.

    Parameters
    ----------
    rate_per_h
        Incidents an hour in the whole world.
    on_scene_s
        Seconds on the scene, always the same or the mean of an exponential law.
    exponential
        Which of the two.
    crews_per_zone
        Crews of each of the two brigades.
    days
        How many days.
    travel_s
        Seconds between grids.
    rules, policy
        How it is dispatched.

    Returns
    -------
    world
        Zone 0 holds grids 0 and 1, zone 1 grids 2 and 3.
    """
    n_grids, n = len(travel_s), 2 * crews_per_zone
    base_grid = np.repeat([0, n_grids - 1], crews_per_zone).astype(np.int32)
    table = np.concatenate([travel_s, travel_s[base_grid]]).T.astype(np.uint16)
    zone_of = (np.arange(n_grids) >= n_grids // 2).astype(np.int32)
    return World(
        grids=tuple(f"G{row + 1}" for row in range(n_grids)),
        reports=_reports(n_grids, rate_per_h, on_scene_s, days, exponential=exponential),
        roads=Roads(table[None], np.zeros((len(MODES), HOURS), dtype=np.int32)),
        crews=_crews(n, base_grid, np.repeat([0, 1], crews_per_zone)),
        cases=_cases(n_grids, n),
        zoning=Zoning(
            ("Z1", "Z2"), zone_of, np.array([0, 1], np.int32), np.array([900, 900], np.int32)
        ),
        policy=as_policy(policy),
        rules=rules or Rules(),
    )


def _reports(
    n_grids: int, rate_per_h: float, on_scene_s: float, days: int, *, exponential: bool
) -> Reports:
    """One stream of two types of report, the second graver, everywhere alike."""
    return Reports(
        types=(IncidentType(("M1",)), IncidentType(("M2",))),
        rate_per_h=np.full((1, HOURS), rate_per_h),
        grid_share=np.full((1, n_grids), 1 / n_grids),
        type_share=np.array([[0.75, 0.25]]),
        service_of=np.zeros(2, dtype=np.int32),
        on_scene_s=np.full((1, 2), on_scene_s),
        priority_of=np.array([4, 0], dtype=np.uint8),
        days=(np.arange(days) % 7).astype(np.uint8),
        from_ms=np.zeros(1, dtype=np.int64),
        to_ms=np.full(1, days * 86_400_000, dtype=np.int64),
        exponential=exponential,
    )


def _crews(n: int, base_grid: NDArray[np.int32], unit_of: NDArray[np.int64]) -> Crews:
    """Crews of two who are on duty all the time and never rest."""
    never = np.full(n, np.iinfo(np.int64).max // 4)
    none = np.zeros(n, dtype=np.int64)
    day = np.repeat(np.arange(7, dtype=np.uint8), SLOTS_OF_WEEK // 7)
    return Crews(
        codes=tuple(f"B{unit + 1}-C{row + 1}" for row, unit in enumerate(unit_of.tolist())),
        units=("B1", "B2"),
        unit_of=unit_of.astype(np.int32),
        grid_crew=np.ones(n, dtype=np.bool_),
        mode_of=np.zeros(n, dtype=np.uint8),
        base_grid=base_grid,
        officers=np.full((SLOTS_OF_WEEK, n), 2, dtype=np.uint8),
        ready=np.ones((1, SLOTS_OF_WEEK, n), dtype=np.bool_),
        shift_of=np.repeat(day[:, None], n, axis=1),
        break_at=np.zeros((SLOTS_OF_WEEK, n), dtype=np.bool_),
        between_shifts_ms=none,
        most_work_ms=never,
        long_job_ms=never,
        rest_ms=none,
        away_from_ms=none,
        away_to_ms=none,
    )


def _cases(n_grids: int, n_crews: int) -> Cases:
    """One kind of ground; both types are cases of the brigade of the zone."""
    one = np.zeros(1, dtype=np.int32)
    yes, no = np.ones(1, dtype=np.bool_), np.zeros(1, dtype=np.bool_)
    return Cases(
        domains=("D1", ""),
        ground_of=np.zeros(n_grids, dtype=np.int32),
        case_of=np.zeros((2, 1), dtype=np.int32),
        unit=one + NOBODY,
        pool=one,
        need=one,
        target_s=one + NOBODY,
        secure_target_s=one + NOBODY,
        acts=yes,
        secures=no,
        by_squad=no,
        card=one + NOBODY,
        domain=one,
        pools=np.ones((1, n_crews), dtype=np.bool_),
        card_step=np.full((0, 3, n_crews), -1, dtype=np.int16),
        secure_need=0,
    )
