"""Parts of a graph that no edge joins: how many zones each of them can have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.rezoning_kernel import SLACK
from dispatch.planning.rezoning_problem import RezoningProblem
from dispatch.planning.rezoning_tree_kernel import draw


def zones_by_part(problem: RezoningProblem, random: NDArray[np.uint64]) -> list[int] | None:
    """
    Choose how many zones each part of the graph has.

    Parameters
    ----------
    problem
        What is to be divided; loads of the first zone count.
    random
        State of `dispatch.planning.rezoning_tree_kernel.draw`; it chooses where several ways
        keep the balance.

    Returns
    -------
    zones
        One number for each part.  Where no way keeps the balance it is the nearest to it; None
        where there are more parts than zones, or more zones than nodes.
    """
    count, part = problem.parts()
    if count == 1:
        return [problem.zones]
    if count > problem.zones or len(problem.names) < problem.zones:
        return None
    loads = np.bincount(part, problem.load[0], minlength=count)
    sizes = np.bincount(part, minlength=count)
    mean = loads.sum() / problem.zones
    zones = np.minimum(np.maximum(np.rint(loads / mean).astype(int), 1), sizes)
    while zones.sum() != problem.zones:
        step = 1 if zones.sum() < problem.zones else -1
        may = (zones + step >= 1) & (zones + step <= sizes)
        if not may.any():
            return None
        # Whose zones would be nearest to the mean with one more, or one less; chance among equals.
        after = np.abs(loads / np.maximum(zones + step, 1) - mean)
        after = np.where(may, after + 1e-9 * mean * draw(random), np.inf)
        zones[int(np.argmin(after))] += step
    return [int(zone) for zone in zones]


def unfit_part(problem: RezoningProblem) -> tuple[NDArray[np.int64], float, float] | None:
    """
    Find a part of the graph that no whole number of zones fits.

    Parameters
    ----------
    problem
        What is to be divided.

    Returns
    -------
    unfit
        Its nodes, its load, and the mean load of a zone; None where every part fits some number.
    """
    count, part = problem.parts()
    loads = np.bincount(part, problem.load[0], minlength=count)
    mean = loads.sum() / problem.zones
    low, high = mean * (1 - problem.balance - SLACK), mean * (1 + problem.balance + SLACK)
    for at in range(count):
        fewest = int(np.ceil(loads[at] / high))
        if fewest == 0 or loads[at] < fewest * low:
            return np.flatnonzero(part == at), float(loads[at]), float(mean)
    return None
