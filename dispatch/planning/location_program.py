"""
Mixed-integer programs of locating: who serves whom with capacities, and what is covered how often.

Every program has one y per site first, so that rules about sites are written once.
"""

# ruff: noqa: PLR0913 -- a program is written from all that it depends on

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from dispatch.planning.location_task import LocationRule, LocationTask
from dispatch.planning.mixed_program import MixedProgram

Entries = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """
    Rows of a program: places and values of their entries, and their bounds.

    Attributes
    ----------
    entries
        Row, column and value, each of one length.
    low, high
        float64[n_rows].
    """

    entries: Entries
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def stack(rows: Sequence[Rows], n_columns: int) -> tuple[csc_array, Rows]:
    """
    Set rows below each other.

    Parameters
    ----------
    rows
        Each counted from 0.
    n_columns
        Columns of the program.

    Returns
    -------
    matrix, all_rows
        As HiGHS reads them.
    """
    parts, base = [], 0
    for some in rows:
        row, column, value = some.entries
        parts.append((row + base, column, value))
        base += len(some.low)
    row, column, value = (np.concatenate(part) for part in zip(*parts, strict=True))
    matrix = csc_array((value, (row, column)), shape=(base, n_columns))
    low, high = (np.concatenate([getattr(some, end) for some in rows]) for end in ("low", "high"))
    return matrix, Rows((row, column, value), low, high)


def site_rows(task: LocationTask, rule: LocationRule, *, least: int, most: float) -> list[Rows]:
    """
    Write how many sites are open, and how many closable ones at least.

    Parameters
    ----------
    task, rule
        What is asked.
    least, most
        Number of open sites.

    Returns
    -------
    rows
        Of the first columns of a program.
    """
    site = np.arange(len(task.sites))
    row = np.zeros(len(site), dtype=np.int64)
    count = Rows((row, site, np.ones(len(site))), np.array([float(least)]), np.array([most]))
    stay = kept(task, rule)
    if not stay:
        return [count]
    today = task.closable.astype(np.float64)
    return [count, Rows((row, site, today), np.array([float(stay)]), np.array([np.inf]))]


def kept(task: LocationTask, rule: LocationRule) -> int:
    """
    Say how many closable sites stay open at least.

    Parameters
    ----------
    task, rule
        What is asked.

    Returns
    -------
    kept
        0 or more.
    """
    n_closable = int(task.closable.sum())
    return 0 if rule.most_closed is None else max(0, n_closable - rule.most_closed)


def may_serve(task: LocationTask, radius_s: float) -> NDArray[np.bool_]:
    """
    Say which site may serve which demand point by itself.

    Parameters
    ----------
    task
        Sites and demand.
    radius_s
        Within so many seconds; infinite for wherever a road leads.

    Returns
    -------
    may
        bool[n_sites, n_demand].
    """
    near = np.isfinite(task.travel_s) & (task.travel_s <= radius_s)
    return np.asarray(near & (task.weight <= task.capacity[:, None] * (1 + 1e-12)))


def serving_program(
    task: LocationTask,
    rule: LocationRule,
    *,
    may: NDArray[np.bool_],
    pair_cost: NDArray[np.float64],
    site_cost: float,
    sites: tuple[int, float],
    must: bool,
) -> tuple[MixedProgram, NDArray[np.int64], NDArray[np.int64]]:
    """
    Write the program in which each demand point is served whole by one site.

    Parameters
    ----------
    task, rule
        What is asked.
    may
        Pairs that are allowed, bool[n_sites, n_demand].
    pair_cost
        What serving costs, float64[n_sites, n_demand].
    site_cost
        What an open site costs.
    sites
        Least and largest number of open sites.
    must
        Whether every demand point has to be served.

    Returns
    -------
    program, site, point
        Columns are the sites, then pairs of these sites and points.
    """
    n_sites, n_points = may.shape
    site, point = np.nonzero(may)
    n_pairs = len(site)
    x, pair = n_sites + np.arange(n_pairs), np.arange(n_pairs)
    served = Rows((point, x, np.ones(n_pairs)), np.full(n_points, float(must)), np.ones(n_points))
    where_open = Rows(
        (np.tile(pair, 2), np.concatenate([x, site]), np.repeat([1.0, -1.0], n_pairs)),
        np.full(n_pairs, -np.inf),
        np.zeros(n_pairs),
    )
    matrix, rows = stack(
        [
            served,
            where_open,
            *_capacity_rows(task, site, point),
            *site_rows(task, rule, least=sites[0], most=sites[1]),
        ],
        n_sites + n_pairs,
    )
    program = MixedProgram(
        cost=np.concatenate([np.full(n_sites, site_cost), pair_cost[site, point]]),
        whole=np.ones(n_sites + n_pairs, dtype=np.bool_),
        least=np.concatenate([task.fixed.astype(np.float64), np.zeros(n_pairs)]),
        most=np.ones(n_sites + n_pairs),
        rows=matrix,
        low=rows.low,
        high=rows.high,
    )
    return program, site, point


def _capacity_rows(
    task: LocationTask, site: NDArray[np.int64], point: NDArray[np.int64]
) -> list[Rows]:
    """Write that no site serves more than it can."""
    limited = np.flatnonzero(np.isfinite(task.capacity))
    if not len(limited):
        return []
    row_of = np.full(len(task.sites), -1)
    row_of[limited] = np.arange(len(limited))
    mine = np.flatnonzero(row_of[site] >= 0)
    row = np.concatenate([row_of[site[mine]], np.arange(len(limited))])
    column = np.concatenate([len(task.sites) + mine, limited])
    value = np.concatenate([task.weight[point[mine]], -task.capacity[limited]])
    low = np.full(len(limited), -np.inf)
    return [Rows((row, column, value), low, np.zeros(len(limited)))]


def level_program(
    task: LocationTask,
    rule: LocationRule,
    covers: NDArray[np.bool_],
    worth: NDArray[np.float64],
    level: NDArray[np.float64],
    *,
    must: bool,
    most_at_site: int,
) -> MixedProgram:
    """
    Write the program in which each cover of a point is worth less than the one before.

    Parameters
    ----------
    task, rule
        What is asked.
    covers
        Which site covers which point, bool[n_sites, n_points].
    worth
        What points are worth, float64[n_points].
    level
        What the first cover counts, and each further one, falling, float64[n_levels].
    must
        Whether every point has to be covered once more than is counted.
    most_at_site
        Crews that one site may hold.

    Returns
    -------
    program
        Columns are the sites, then levels of the points, point by point.
    """
    n_sites, n_points, n_levels = *covers.shape, len(level)
    site, point = np.nonzero(covers)
    z = n_sites + np.arange(n_points * n_levels)
    of_point = np.repeat(np.arange(n_points), n_levels)
    reached = Rows(
        (
            np.concatenate([of_point, point]),
            np.concatenate([z, site]),
            np.concatenate([np.ones(len(z)), -np.ones(len(site))]),
        ),
        np.full(n_points, -np.inf),
        np.full(n_points, -float(must)),
    )
    once = Rows((point, site, np.ones(len(site))), np.ones(n_points), np.full(n_points, np.inf))
    p = rule.p or n_sites
    parts = [reached, *([once] if must else []), *site_rows(task, rule, least=p, most=p)]
    n_columns = n_sites + len(z)
    matrix, rows = stack(parts, n_columns)
    return MixedProgram(
        cost=np.concatenate([np.zeros(n_sites), -np.outer(worth, level).ravel()]),
        whole=np.arange(n_columns) < n_sites,
        least=np.concatenate([task.fixed.astype(np.float64), np.zeros(len(z))]),
        most=np.concatenate([np.full(n_sites, float(most_at_site)), np.ones(len(z))]),
        rows=matrix,
        low=rows.low,
        high=rows.high,
    )
