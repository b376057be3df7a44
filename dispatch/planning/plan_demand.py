"""
Demand of a plan: how many incidents a year each unit grid has in each hour of the week.

From history a grid's count is shrunk towards its share of the people, and its week towards that
of its zone, and that towards the city's, so that no cell is empty for want of luck:

    per_year[h, g] = N · level[g] · week[g][h]
    level[g]       = (n[g] + k · share[g]) / (n + k),         k = `GRID_WEIGHT` · number of grids
    week[g]        = (n[h, g] + w · week[zone of g][h]) / (n[g] + w),         w = `WEEK_WEIGHT`

and a zone's week likewise towards the city's.  Every hour counts by how often it occurred.  The
time on the scene of a grid is that of the matters reported there, each as it takes anywhere in
the city: a new plan must not inherit who was slow where.

Without history a stated number of incidents a year is spread by `dispatch.demand_point`, evenly
over the week, and `PlanDemand.source` says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dispatch.city import City
from dispatch.demand_point import points_of_demand
from dispatch.matter import Matter
from dispatch.planning.incident_history import IncidentHistory, on_grids, span_of
from geo.errors import BadValue
from geo.remark import Remark
from geo.road.frozen import freeze
from geo.road.week import HOURS_OF_WEEK
from geo.zone import UnitGrid

OF_HISTORY = Remark(
    "history",
    "按历史事件统计，向人口份额和所在责任区的周规律收缩，避免出现空格。",
    "Counted from past incidents, shrunk towards shares of people and the week of the zone, so "
    "that no cell is empty.",
)

GRID_WEIGHT = 1.0
"""Incidents that its share of the people counts for in the level of a grid, in the mean."""

WEEK_WEIGHT = 1_680.0
"""
Incidents that a wider group's week counts for.  With ten in each hour of the week, an hour's
share is known to a third, which is about by how much zones differ from the city.
"""

MATTER_WEIGHT = 20.0
"""Incidents that a domain's time on the scene counts for in that of a matter."""

ON_SCENE_S = 1_800.0
"""Seconds at the scene, before any record."""

MOST_ON_SCENE_S = 12 * 3600.0
"""Longer on the scene than that is a button pressed on another day."""

CREW_SIZE = 2.0
"""Officers of a crew where nothing else is known: the law asks for two (art. 42)."""

NO_DOMAIN = ""
"""Domain of incidents whose matter is not in the list of powers."""


@dataclass(frozen=True, slots=True, eq=False)
class PlanDemand:
    """
    Expected incidents of a year.

    Attributes
    ----------
    grids
        Codes of the unit grids, sorted, n of them.
    per_year
        Incidents a year by hour of the local week (Asia/Shanghai, 0 = Monday 00:00) and grid,
        float64[168, n].
    on_scene_s
        Mean seconds that a crew is at the scene in each grid, float64[n].
    domains
        Codes of the domains, sorted; empty where demand is not known by domain.
    domain_per_year
        Incidents a year by domain and grid, float64[n_domains, n]; sums to `per_year`'s.
    source
        What it was counted from.
    crew_size
        Mean number of officers who are at a scene.
    years
        How many years it was counted from; 0 where it was stated.
    """

    grids: tuple[str, ...]
    per_year: NDArray[np.float64]
    on_scene_s: NDArray[np.float64]
    domains: tuple[str, ...]
    domain_per_year: NDArray[np.float64]
    source: Remark
    crew_size: float = CREW_SIZE
    years: float = 0.0

    def __post_init__(self) -> None:
        """Make the arrays read-only; refuse shapes and figures that cannot be."""
        freeze(self)
        n, n_domains = len(self.grids), len(self.domains)
        shapes = self.per_year.shape, self.on_scene_s.shape, self.domain_per_year.shape
        if shapes != ((HOURS_OF_WEEK, n), (n,), (n_domains, n)):
            raise BadValue("The tables of a demand do not have the shape they need.")
        tables = self.per_year, self.on_scene_s, self.domain_per_year
        if not all(np.isfinite(table).all() and (table >= 0).all() for table in tables):
            raise BadValue("A demand holds figures below nothing, or none at all.")
        if tuple(sorted(set(self.grids))) != self.grids:
            raise BadValue("Unit grids of a demand stand once each, in the order of their codes.")

    @property
    def total(self) -> float:
        """Incidents a year in the whole city."""
        return float(self.per_year.sum())

    @property
    def by_grid(self) -> NDArray[np.float64]:
        """Incidents a year of each grid, float64[n]."""
        total: NDArray[np.float64] = self.per_year.sum(axis=0)
        return total

    def scaled(self, factor: float) -> PlanDemand:
        """
        Give the same demand, more or less of it.

        Parameters
        ----------
        factor
            1.2 for a fifth more.

        Returns
        -------
        demand
            Of the same places and hours.
        """
        return replace(
            self, per_year=self.per_year * factor, domain_per_year=self.domain_per_year * factor
        )


def plan_demand(
    city: City, history: IncidentHistory | None = None, *, per_year: float | None = None
) -> PlanDemand:
    """
    Draw up the demand of a city.

    Parameters
    ----------
    city
        The city.
    history
        Its past incidents, if it keeps any.
    per_year
        Incidents a year; replaces the total of history, and must be given where there is none.

    Returns
    -------
    demand
        By unit grid in the order of codes.

    Raises
    ------
    BadValue
        There are no unit grids, or neither past incidents nor a number of them.
    """
    grids = sorted(city.grids, key=lambda grid: grid.code)
    if not grids:
        raise BadValue(f"{city.name_en} has no unit grids, of which zones are made; load them.")
    if per_year is not None and per_year <= 0:
        raise BadValue(f"A year has more than {per_year:g} incidents.")
    points = points_of_demand(grids, city.zones, city.demand)
    if history is not None and len(history):
        counted = counted_demand(history, grids, city.matters, weight=points.demand.weight)
        return counted if per_year is None else counted.scaled(per_year / counted.total)
    if per_year is None:
        raise BadValue(
            f"{city.name_en} keeps no past incidents to count: say how many a year are expected."
        )
    return stated_demand(points.demand.points, points.demand.weight, per_year, points.weighting)


def stated_demand(
    grids: tuple[str, ...], weight: NDArray[np.float64], per_year: float, source: Remark
) -> PlanDemand:
    """
    Spread a stated number of incidents.

    Parameters
    ----------
    grids
        Codes of unit grids, sorted.
    weight
        What each weighs, float64[n].
    per_year
        Incidents a year.
    source
        What they are weighted by.

    Returns
    -------
    demand
        The same in every hour of the week; not told by domain.
    """
    share = _shares(weight)
    return PlanDemand(
        grids=grids,
        per_year=np.tile(per_year * share / HOURS_OF_WEEK, (HOURS_OF_WEEK, 1)),
        on_scene_s=np.full(len(grids), ON_SCENE_S),
        domains=(),
        domain_per_year=np.zeros((0, len(grids))),
        source=source,
    )


def counted_demand(
    history: IncidentHistory,
    grids: Sequence[UnitGrid],
    matters: Mapping[str, Matter],
    *,
    weight: NDArray[np.float64],
) -> PlanDemand:
    """
    Count demand from past incidents; the formulation stands at the head of the module.

    Parameters
    ----------
    history
        Past incidents, one or more.
    grids
        Unit grids in the order of their codes.
    matters
        The list of powers, by code.
    weight
        What each grid weighs where nothing was reported, float64[n].

    Returns
    -------
    demand
        By grid.
    """
    grid = on_grids(history, grids)
    inside = np.flatnonzero(grid >= 0)
    kept, grid, span = history.take(inside), grid[inside], span_of(history)
    n_grids = len(grids)
    times = span.hours()
    counts = _cross_count(kept.hour, HOURS_OF_WEEK, grid, n_grids)
    level = _levels(counts.sum(axis=0), _shares(weight))
    week = _weeks(counts, times, _zones(grids))
    by_grid = len(kept) / span.years * level
    domains, mix = _domain_mix(kept, grid, matters, n_grids)
    return PlanDemand(
        grids=tuple(each.code for each in grids),
        per_year=week * by_grid,
        on_scene_s=_on_scene_s(kept, grid, matters, n_grids),
        domains=domains,
        domain_per_year=mix * by_grid,
        source=OF_HISTORY,
        years=span.years,
    )


def on_scene_by_matter(
    history: IncidentHistory, matters: Mapping[str, Matter]
) -> NDArray[np.float64]:
    """
    Tell the mean time at the scene of every matter, anywhere in the city.

    Parameters
    ----------
    history
        Past incidents.
    matters
        The list of powers, by code.

    Returns
    -------
    on_scene_s
        Seconds, shrunk to those of the matter's domain and these to the city's,
        float64[n_matters + 1] by position in the words of the history; the last is of incidents
        without a matter.
    """
    seconds = stays_s(history)
    known = np.isfinite(seconds)
    n_matters = len(history.matters)
    matter = np.where(history.matter < 0, n_matters, history.matter)[known]
    _, domain = _domains(history, matters)
    seconds = seconds[known]
    of_all = float(seconds.mean()) if len(seconds) else ON_SCENE_S
    of_domain = _shrunk_mean(domain[matter], seconds, domain.max() + 1, of_all)
    return _shrunk_mean(matter, seconds, n_matters + 1, of_domain[domain])


def stays_s(history: IncidentHistory) -> NDArray[np.float64]:
    """
    Tell how long each crew was at the scene.

    Parameters
    ----------
    history
        Past incidents.

    Returns
    -------
    on_scene_s
        Seconds from arrival to handled, float64[n]; NaN where that was not recorded, or cannot be
        meant.
    """
    seconds = history.handled_s - history.arrived_s
    usable = (seconds > 0) & (seconds <= MOST_ON_SCENE_S)
    kept: NDArray[np.float64] = np.where(usable, seconds, np.nan)
    return kept


def _cross_count(
    row: NDArray[np.int64], n_rows: int, column: NDArray[np.int64], n_columns: int
) -> NDArray[np.float64]:
    """How often each pair occurs, float64[n_rows, n_columns]."""
    cells = np.bincount(row * n_columns + column, minlength=n_rows * n_columns)
    return cells.reshape(n_rows, n_columns).astype(np.float64)


def _shares(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of a whole; equal ones where nothing weighs anything."""
    total = weight.sum()
    shares: NDArray[np.float64] = (
        weight / total if total > 0 else np.full(len(weight), 1.0 / len(weight))
    )
    return shares


def _levels(count: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of each grid in all incidents, float64[n], shrunk to its share of the people."""
    prior = GRID_WEIGHT * len(count)
    levels: NDArray[np.float64] = (count + prior * share) / (count.sum() + prior)
    return levels


def _zones(grids: Sequence[UnitGrid]) -> NDArray[np.int64]:
    """Number of the published zone of each grid; those in none share one."""
    _, zone = np.unique([grid.zone or "" for grid in grids], return_inverse=True)
    return zone.astype(np.int64)


def _weeks(
    counts: NDArray[np.float64], times: NDArray[np.float64], zone: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Share of each hour in a year of each grid, float64[168, n]; every column sums to one."""
    often = (times / times.sum())[:, np.newaxis]
    per_occurrence = np.divide(1.0, often, out=np.zeros_like(often), where=often > 0)
    steady = counts * per_occurrence / HOURS_OF_WEEK  # as if every hour had occurred as often
    of_city = _shrunk_week(
        steady.sum(axis=1, keepdims=True), np.full((HOURS_OF_WEEK, 1), 1 / HOURS_OF_WEEK)
    )
    by_zone = np.stack([np.bincount(zone, hour).astype(np.float64) for hour in steady])
    of_zone = _shrunk_week(by_zone, of_city)
    return _shrunk_week(steady, of_zone[:, zone])


def _shrunk_week(counts: NDArray[np.float64], wider: NDArray[np.float64]) -> NDArray[np.float64]:
    """Week of each column, shrunk to that of a wider group."""
    weeks: NDArray[np.float64] = (counts + WEEK_WEIGHT * wider) / (counts.sum(axis=0) + WEEK_WEIGHT)
    return weeks


def _domains(
    history: IncidentHistory, matters: Mapping[str, Matter]
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Domains, and that of each matter of a history; the last is of incidents without one."""
    codes = [matters[code].domain if code in matters else NO_DOMAIN for code in history.matters]
    codes.append(NO_DOMAIN)
    domains, rows = np.unique(codes, return_inverse=True)
    return tuple(domains.tolist()), rows.astype(np.int64)


def _domain_mix(
    history: IncidentHistory,
    grid: NDArray[np.int64],
    matters: Mapping[str, Matter],
    n_grids: int,
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Domains, and their shares in each grid shrunk to the city's, float64[n_domains, n]."""
    domains, of_matter = _domains(history, matters)
    counts = _cross_count(of_matter[history.matter], len(domains), grid, n_grids)
    present = np.flatnonzero(counts.sum(axis=1))
    domains, counts = tuple(domains[row] for row in present.tolist()), counts[present]
    of_city = counts.sum(axis=1, keepdims=True) / max(counts.sum(), 1.0)
    mix = (counts + MATTER_WEIGHT * of_city) / (counts.sum(axis=0) + MATTER_WEIGHT)
    return domains, mix


def _on_scene_s(
    history: IncidentHistory,
    grid: NDArray[np.int64],
    matters: Mapping[str, Matter],
    n_grids: int,
) -> NDArray[np.float64]:
    """Mean time at the scene in each grid by what is reported there, shrunk to the city's."""
    expected_s = on_scene_by_matter(history, matters)[history.matter]
    of_city = float(expected_s.mean()) if len(expected_s) else ON_SCENE_S
    return _shrunk_mean(grid, expected_s, n_grids, of_city)


def _shrunk_mean(
    group: NDArray[np.int64],
    value: NDArray[np.float64],
    n_groups: int,
    wider: float | NDArray[np.float64],
) -> NDArray[np.float64]:
    """Means of groups, shrunk to those of wider groups, float64[n_groups]."""
    total = np.bincount(group, value, minlength=n_groups)
    count = np.bincount(group, minlength=n_groups)
    means: NDArray[np.float64] = (total + MATTER_WEIGHT * wider) / (count + MATTER_WEIGHT)
    return means
