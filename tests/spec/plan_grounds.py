"""Grounds made for tests: a drawn board with bases, crews and demand thrown over it."""

from __future__ import annotations

import numpy as np
from spec.board import Board, board

from dispatch.planning.plan_ground import PlanGround
from dispatch.planning.road_week import Period, hours_text
from dispatch.planning.travel_table import UNREACHABLE_S

PLAN = """
    AAABBB
    AACCBB
    DDCC.B
    DDDC~B
"""
TOWNSHIPS = """
    112222
    113322
    113322
    1113~2
"""
STAGES = 3


def drawn_board() -> Board:
    """Four zones, of which D is nobody's; a grid in no zone, and a hole."""
    return board(PLAN, townships=TOWNSHIPS)


def made_ground(
    *, seed: int = 1, drawn: Board | None = None, zones: str = "ABC", shared: bool = False
) -> PlanGround:
    """
    A ground of three stages; some grids can't be reached, some have no incidents.

    Each zone has at most four crews; A and B share theirs where `shared` says so.
    """
    graph, rng = (drawn or drawn_board()).graph, np.random.default_rng(seed)
    n, rows = len(graph), len(zones) + 1
    from_base_s = rng.integers(0, 1500, (STAGES, rows, 4, n)).astype(np.uint16)
    from_base_s[:, rng.random((rows, 4, n)) < 0.3] = UNREACHABLE_S
    target_s = np.array([*rng.choice([600, 900], len(zones)), 900])
    on_duty = rng.random((STAGES, rows, 4)) < 0.8
    if shared:
        for array in (from_base_s, on_duty):
            array[:, 1] = array[:, 0]
    from_base_s[:, -1], on_duty[:, -1] = UNREACHABLE_S, False
    in_time = (from_base_s <= target_s[:, None, None]) & on_duty[..., None]
    stage_of = rng.integers(0, STAGES, 168)
    stage_of[:STAGES] = np.arange(STAGES)
    per_year = rng.random((168, n)) * rng.choice([0.0, 1.0, 60.0], n)
    periods = [tuple(np.flatnonzero(stage_of == stage).tolist()) for stage in range(STAGES)]
    pools = [0, 0, *range(2, rows)] if shared else range(rows)
    return PlanGround(
        graph=graph,
        zones=tuple(zones),
        pool=np.array(pools, dtype=np.int64),
        target_s=target_s,
        targets=dict(zip(zones, target_s.tolist(), strict=False)),
        hours=np.arange(168),
        stage_of=stage_of,
        periods=tuple(Period(hours_text(hours), hours) for hours in periods),
        per_year=per_year,
        travel_s=from_base_s.min(axis=2),
        any_travel_s=from_base_s.min(axis=(1, 2)),
        crews_in_time=in_time.sum(axis=2, dtype=np.int32),
        crews=on_duty.sum(axis=2),
        on_scene_s=rng.uniform(300, 3000, n),
        crew_size=2.5,
        population=rng.integers(0, 500, n).astype(np.float64),
        outline_m=np.full(n, 400.0),
    )
