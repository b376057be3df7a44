"""
LSCP and p-center: the fewest sites that reach everybody in time, and the least time for p sites.

Covers are made smaller before they are solved: a site that covers no more than another is left
out, and so is a demand point that is covered whenever another one is.  p-center is a search by
halves among the travel times there are: is the cover within this time possible with p sites?

References
----------
Toregas, Swain, ReVelle and Bergman (1971), The location of emergency service facilities.
Daskin (2013), Network and discrete location, chapter 5: p-center by bisection on the cover.
"""

# ruff: noqa: PLR0913, PLR0917 -- a program is written from all that it depends on

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.location_kernel import superfluous
from dispatch.planning.location_program import Rows, kept, site_rows, stack
from dispatch.planning.location_task import LocationRule, LocationTask
from dispatch.planning.mixed_program import Answer, MixedProgram, Stop, minimise


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """
    The fewest sites that were found.

    Attributes
    ----------
    open
        Rows of the sites, ascending; None where nothing covers everybody, or nothing was found.
    bound
        No cover has fewer; infinite where there is none.
    stopped
        Whether the search was ended before it was through.
    """

    open: NDArray[np.int64] | None
    bound: float
    stopped: bool


def smallest_cover(
    task: LocationTask,
    rule: LocationRule,
    covers: NDArray[np.bool_],
    *,
    enough: float,
    stop: Stop,
) -> Cover:
    """
    Find the fewest sites that cover every demand point.

    Parameters
    ----------
    task, rule
        What is asked.
    covers
        Which site covers which point, bool[n_sites, n_demand].
    enough
        No more sites than this are wanted; infinite for no limit.
    stop
        Ends the search.

    Returns
    -------
    cover
        Fixed sites, and the closable ones that have to stay, are among its sites.
    """
    if not covers.any(axis=0).all():
        return Cover(None, np.inf, stopped=False)
    sites, points = _reduced(task, rule, covers)
    answer = _fewest(task, rule, covers, sites, points, enough, stop)
    if answer.x is None:
        return Cover(None, max(answer.bound, 0.0), answer.stopped)
    chosen = sites[answer.x > 0.5]
    bound = float(np.ceil(answer.bound - 1e-6))
    return Cover(np.sort(chosen), bound, answer.stopped)


def least_radius(
    task: LocationTask,
    decide: Callable[[float], Cover],
    known: NDArray[np.int64] | None,
    told: Callable[[float], None],
) -> tuple[NDArray[np.int64] | None, float, bool]:
    """
    Find the least time within which p sites reach everybody.

    Parameters
    ----------
    task
        Sites and demand.
    decide
        Says with which p sites a time is enough.
    known
        Sites that reach everybody, to begin with.
    told
        Is given the share that is done.

    Returns
    -------
    open, bound, stopped
        The sites or None, a time below which there is no plan, and whether it was ended.
    """
    times = np.unique(task.travel_s[np.isfinite(task.travel_s)])
    low = int(np.searchsorted(times, task.travel_s.min(axis=0).max()))
    high, best = len(times) - 1, known
    if known is not None:
        high = int(np.searchsorted(times, task.travel_s[known].min(axis=0).max()))
    span, searched = max(1.0, np.log2(high - low + 2)), known is not None
    while low < high or not searched:
        middle = (low + high) // 2 if searched else high
        searched = True
        cover = decide(float(times[middle]))
        if cover.open is not None:
            best, high = cover.open, middle
        elif cover.stopped:
            return best, float(times[low]), True
        elif middle == high:
            return None, np.inf, False
        else:
            low = middle + 1
        told(1.0 - float(np.log2(high - low + 1)) / span)
    return best, float(times[low]), False


def _reduced(
    task: LocationTask, rule: LocationRule, covers: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of sites and points that are left when those are gone that others speak for."""
    sites, points = np.arange(covers.shape[0]), np.arange(covers.shape[1])
    rank = np.where(task.closable, 1, 0) if kept(task, rule) else np.zeros(len(sites), np.int64)
    rank = np.where(task.fixed, 2, rank)
    while True:
        size = len(sites), len(points)
        part = covers[np.ix_(sites, points)]
        sites = sites[~_within_others(part, rank[sites]) | task.fixed[sites]]
        part = covers[np.ix_(sites, points)]
        alike = np.zeros(len(points), dtype=np.int64)
        points = points[~_within_others(~part.T, alike)]
        if (len(sites), len(points)) == size:
            break
    if kept(task, rule):  # rules count all of them
        sites = np.union1d(sites, np.flatnonzero(task.closable))
    return sites, points


def _within_others(marks: NDArray[np.bool_], rank: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which rows of marks lie within another row of no lower rank."""
    packed = np.packbits(marks, axis=1)
    words = np.zeros((len(packed), max(1, -(-packed.shape[1] // 8)) * 8), dtype=np.uint8)
    words[:, : packed.shape[1]] = packed
    gone = np.zeros(len(marks), dtype=np.bool_)
    superfluous(words.view(np.uint64), rank.astype(np.int64), gone)
    return gone


def _fewest(
    task: LocationTask,
    rule: LocationRule,
    covers: NDArray[np.bool_],
    sites: NDArray[np.int64],
    points: NDArray[np.int64],
    enough: float,
    stop: Stop,
) -> Answer:
    """Solve the cover of what is left; a cover found one by one may be good enough already."""
    part = covers[np.ix_(sites, points)]
    fixed = task.fixed[sites]
    first = _one_by_one(part, fixed)
    if first.sum() <= enough < np.inf and not kept(task, rule):
        return Answer(first.astype(np.float64), float(first.sum()), 0.0, stopped=False)
    site, point = np.nonzero(part)
    n_points = len(points)
    covered = Rows((point, site, np.ones(len(site))), np.ones(n_points), np.full(n_points, np.inf))
    rules = [
        Rows(_only(one, sites), one.low, one.high)
        for one in site_rows(task, rule, least=0, most=enough)
    ]
    matrix, rows = stack([covered, *rules], len(sites))
    program = MixedProgram(
        cost=np.ones(len(sites)),
        whole=np.ones(len(sites), dtype=np.bool_),
        least=fixed.astype(np.float64),
        most=np.ones(len(sites)),
        rows=matrix,
        low=rows.low,
        high=rows.high,
    )
    return minimise(program, stop=stop, target=enough if np.isfinite(enough) else None)


def _only(
    rows: Rows, sites: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Entries of rules about sites for some of them, the others left out."""
    row, column, value = rows.entries
    at = np.searchsorted(sites, column)
    here = (at < len(sites)) & (sites[np.minimum(at, len(sites) - 1)] == column)
    return row[here], at[here], value[here]


def _one_by_one(part: NDArray[np.bool_], fixed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cover greedily, each time by the site that covers most of what is left."""
    is_open = fixed.copy()
    left = ~part[fixed].any(axis=0)
    while left.any():
        best = int(np.argmax(part[:, left].sum(axis=1)))
        is_open[best] = True
        left &= ~part[best]
    return is_open
