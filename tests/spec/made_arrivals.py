"""Arrivals whose law a test knows: turn-out, pace and spread are stated, the rest is drawn."""

from __future__ import annotations

import numpy as np

from dispatch.arrival_fit import Arrivals, completed

MONDAY_S = 1_767_542_400.0  # 2026-01-05 00:00 in Asia/Shanghai


def made_arrivals(
    n: int,
    *,
    seed: int,
    mode: str = "car",
    turn_out_s: float = 80.0,
    pace: float = 1.5,
    rush_pace: float | None = None,
    spread: float = 0.3,
    weeks: int = 10,
) -> Arrivals:
    """Log-normal ratios; from 17 to 19 h the pace is another, if one is given."""
    rng = np.random.default_rng(seed)
    dispatched_s = np.floor(MONDAY_S + np.sort(rng.uniform(0, weeks * 7 * 86_400, n)))
    hour = (dispatched_s - MONDAY_S) // 3600 % 24
    travel_time_s = np.round(np.exp(rng.normal(5.5, 0.8, n)))
    paces = np.where((hour == 17) | (hour == 18), rush_pace or pace, pace)
    expected_s = turn_out_s + travel_time_s * paces
    taken_s = expected_s * np.exp(rng.normal(0, spread, n))
    return completed(
        mode=np.full(n, mode),
        dispatched_s=dispatched_s,
        arrived_s=dispatched_s + taken_s,
        travel_time_s=travel_time_s,
    )
