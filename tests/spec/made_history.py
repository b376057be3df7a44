"""Histories of incidents whose law a test knows: what is stated is planted, the rest is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from shapely import box

from dispatch.matter import Matter, MatterKind, Triage
from dispatch.planning.incident_history import DAY_S, IncidentHistory
from geo.zone import UnitGrid

MONDAY_S = 1_767_542_400.0
"""2026-01-05 00:00 in Asia/Shanghai."""

SIDE_DEG = 0.01
GRIDS_A_ROW = 10


def made_grids(zones: Sequence[str], *, people: Sequence[int] | None = None) -> list[UnitGrid]:
    """Squares in rows of ten from 121° E 30° N on, each of the zone named."""
    grids = []
    for row, zone in enumerate(zones):
        west, south = 121 + row % GRIDS_A_ROW * SIDE_DEG, 30 + row // GRIDS_A_ROW * SIDE_DEG
        shape = box(west, south, west + SIDE_DEG, south + SIDE_DEG)
        population = None if people is None else people[row]
        grids.append(UnitGrid(f"g{row:03d}", f"c{row}", zone or None, shape, population))
    return grids


def made_matters(domain_of: Mapping[str, str]) -> dict[str, Matter]:
    """Matters by code, of the domain named."""
    return {
        code: Matter(code, code, code, domain, MatterKind.PENALTY, 1, Triage.GENERAL)
        for code, domain in domain_of.items()
    }


@dataclass(frozen=True, slots=True)
class Law:
    """
    What is planted.

    Attributes
    ----------
    level
        Relative number of incidents of each grid.
    week
        Relative number of incidents in each hour of the week, by kind of grid, [kinds, 168].
    kind
        Kind of each grid.
    stay_s
        Mean seconds at the scene of each matter.
    day_off
        Factor of reports on the days in `days_off`.
    """

    level: Sequence[float] = (1.0,) * 12
    week: Sequence[Sequence[float]] = ((1.0,) * 168,)
    kind: Sequence[int] | None = None
    stay_s: Mapping[str, float] = field(default_factory=lambda: {"A1": 900.0, "B1": 2_700.0})
    days_off: frozenset[int] = frozenset()
    day_off: float = 1.0


def made_history(
    law: Law, n: int, *, seed: int, weeks: int = 10, start_s: float = MONDAY_S, lost: float = 0.0
) -> IncidentHistory:
    """Draw so many incidents of so many whole weeks; a share of the stamps is lost."""
    rng = np.random.default_rng(seed)
    level = np.asarray(law.level, dtype=float)
    kind = np.zeros(len(level), dtype=int) if law.kind is None else np.asarray(law.kind)
    grid = rng.choice(len(level), n, p=level / level.sum())
    hours = _hours(law, weeks)
    hour = np.empty(n, dtype=np.int64)
    for each in np.unique(kind):
        rows = np.flatnonzero(kind[grid] == each)
        chance = hours[each] / hours[each].sum()
        hour[rows] = rng.choice(len(chance), len(rows), p=chance)
    reported_s = np.floor(start_s + hour * 3600.0 + rng.uniform(0, 3600, n))
    order = np.argsort(reported_s, kind="stable")
    reported_s, grid = reported_s[order], grid[order]
    matters = tuple(sorted(law.stay_s))
    matter = rng.integers(0, len(matters), n)
    arrived_s = reported_s + np.round(rng.uniform(200, 1_000, n))
    stay_s = np.array([law.stay_s[code] for code in matters])[matter] * rng.gamma(2.0, 0.5, n)
    handled_s = arrived_s + np.maximum(np.round(stay_s), 1.0)
    corner = np.stack([121 + grid % GRIDS_A_ROW * SIDE_DEG, 30 + grid // GRIDS_A_ROW * SIDE_DEG], 1)
    nothing = np.full(n, np.nan)
    return IncidentHistory(
        grids=tuple(f"g{row:03d}" for row in range(len(level))),
        matters=matters, crews=("k1",), modes=("car",),
        grid=grid.astype(np.int32), matter=matter.astype(np.int32),
        crew=np.zeros(n, dtype=np.int32), mode=np.zeros(n, dtype=np.int32),
        lon_lat=corner + rng.uniform(0.1, 0.9, (n, 2)) * SIDE_DEG,
        reported_s=reported_s, dispatched_s=reported_s + 10.0, first_on_scene_s=nothing,
        arrived_s=_lose(arrived_s, lost, rng), handled_s=_lose(handled_s, lost, rng),
        closed_s=handled_s + DAY_S, estimated_s=(arrived_s - reported_s) / 1.5,
        from_lon_lat=np.full((n, 2), np.nan), several=np.zeros(n, dtype=bool),
        visit=np.zeros(n, dtype=bool),
    )  # fmt: skip


def _hours(law: Law, weeks: int) -> NDArray[np.float64]:
    """Relative number of incidents in each hour of all weeks, by kind of grid."""
    hours = np.tile(np.asarray(law.week, dtype=float), weeks)
    day = np.arange(hours.shape[1]) // 24
    return hours * np.where(np.isin(day, sorted(law.days_off)), law.day_off, 1.0)


def _lose(
    stamp_s: NDArray[np.float64], share: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    return np.where(rng.random(len(stamp_s)) < share, np.nan, stamp_s)
