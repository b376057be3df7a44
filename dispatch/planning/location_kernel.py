"""Kernels of locating: interchange of sites for medians and covers, and one Lagrangian step."""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0917 -- a kernel takes its arrays one by one, in one piece

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.kernel import kernel

TINY = 1e-9
"""A change must gain more than this share of the objective, so that rounding ends no loop."""


@kernel
def nearest_two(
    cost: NDArray[np.float64],
    is_open: NDArray[np.bool_],
    first: NDArray[np.int32],
    first_cost: NDArray[np.float64],
    second_cost: NDArray[np.float64],
) -> None:
    """
    Find the cheapest open site of each demand point, and what the next one would cost.

    Parameters
    ----------
    cost
        float64[n_sites, n_points], what serving a point from a site costs.
    is_open
        Which sites are open, bool[n_sites].
    first
        Left as the cheapest open site of each point, int32[n_points]; -1 for none.
    first_cost
        Left as what that costs, float64[n_points].
    second_cost
        Left as what the next one costs, float64[n_points].
    """
    first[:] = -1
    first_cost[:] = np.inf
    second_cost[:] = np.inf
    for site in range(len(is_open)):
        if not is_open[site]:
            continue
        row = cost[site]
        for point in range(row.shape[0]):
            if row[point] < first_cost[point]:
                second_cost[point] = first_cost[point]
                first_cost[point] = row[point]
                first[point] = site
            elif row[point] < second_cost[point]:
                second_cost[point] = row[point]


@kernel
def _best_partner(
    row: NDArray[np.float64],
    first: NDArray[np.int32],
    first_cost: NDArray[np.float64],
    second_cost: NDArray[np.float64],
    loss: NDArray[np.float64],
) -> float:
    """What opening one site gains; what closing each other then loses is left in ``loss``."""
    gain = 0.0
    loss[:] = 0.0
    for point in range(row.shape[0]):
        better = first_cost[point] - row[point]
        if better > 0.0:
            gain += better
        else:
            loss[first[point]] += min(second_cost[point], row[point]) - first_cost[point]
    return gain


@kernel
def interchange(
    cost: NDArray[np.float64],
    is_open: NDArray[np.bool_],
    locked: NDArray[np.bool_],
    closable: NDArray[np.bool_],
    spare: int,
) -> float:
    """
    Swap open sites for closed ones while that makes the sum of cheapest costs smaller.

    ``is_open`` is changed in place; ``locked`` sites stay open, and ``spare`` more of the
    ``closable`` ones may be closed.  Answers the sum.  Whitaker's fast interchange: what a swap
    changes is read off the cheapest and second cheapest costs, for all partners at once.

    Parameters
    ----------
    cost
        float64[n_sites, n_points], what serving a point from a site costs.
    is_open
        Which sites are open, bool[n_sites]; changed in place.
    locked
        Which sites stay open, bool[n_sites].
    closable
        Which sites are open today, bool[n_sites].
    spare
        How many more of those may be closed.

    Returns
    -------
    total
        Sum of the cheapest costs.
    """
    n_sites, n_points = cost.shape
    first = np.empty(n_points, dtype=np.int32)
    first_cost = np.empty(n_points)
    second_cost = np.empty(n_points)
    loss = np.empty(n_sites)
    nearest_two(cost, is_open, first, first_cost, second_cost)
    total = first_cost.sum()
    since, site = 0, -1
    while since < n_sites:
        site = (site + 1) % n_sites
        since += 1
        if is_open[site]:
            continue
        gain = _best_partner(cost[site], first, first_cost, second_cost, loss)
        best, partner = TINY * total, -1
        for other in range(n_sites):
            if not is_open[other] or locked[other] or gain - loss[other] <= best:
                continue
            if closable[other] and not closable[site] and spare <= 0:
                continue
            best, partner = gain - loss[other], other
        if partner < 0:
            continue
        is_open[site], is_open[partner] = True, False
        spare += int(closable[site]) - int(closable[partner])
        nearest_two(cost, is_open, first, first_cost, second_cost)
        total = first_cost.sum()
        since = 0
    return float(total)


@kernel
def savings(
    cost: NDArray[np.float64], nearest: NDArray[np.float64], saved: NDArray[np.float64]
) -> None:
    """
    Sum for each site what demand points save whose cheapest cost so far is ``nearest``.

    Parameters
    ----------
    cost
        float64[n_sites, n_points], what serving a point from a site costs.
    nearest
        What each point costs so far, float64[n_points].
    saved
        Left as the sums, float64[n_sites].
    """
    for site in range(cost.shape[0]):
        row = cost[site]
        total = 0.0
        for point in range(row.shape[0]):
            total += max(nearest[point] - row[point], 0.0)
        saved[site] = total


@kernel
def reduced_costs(
    cost: NDArray[np.float64], price: NDArray[np.float64], site_price: NDArray[np.float64]
) -> None:
    """
    Sum for each site what demand points gain that would pay more than it costs them.

    Parameters
    ----------
    cost
        float64[n_sites, n_points], what serving a point from a site costs.
    price
        What each point offers, float64[n_points].
    site_price
        Left as the sums, float64[n_sites].
    """
    for site in range(cost.shape[0]):
        row = cost[site]
        total = 0.0
        for point in range(row.shape[0]):
            total += min(row[point] - price[point], 0.0)
        site_price[site] = total


@kernel
def times_served(
    cost: NDArray[np.float64],
    price: NDArray[np.float64],
    chosen: NDArray[np.int64],
    served: NDArray[np.float64],
) -> None:
    """
    Count by how many chosen sites each demand point would be served at its price.

    Parameters
    ----------
    cost
        float64[n_sites, n_points], what serving a point from a site costs.
    price
        What each point offers, float64[n_points].
    chosen
        Rows of sites.
    served
        Left as the counts, float64[n_points].
    """
    served[:] = 0.0
    for site in chosen:
        row = cost[site]
        for point in range(row.shape[0]):
            if row[point] < price[point]:
                served[point] += 1.0


@kernel
def cover_interchange(
    covers: NDArray[np.uint8],
    worth: NDArray[np.float64],
    level: NDArray[np.float64],
    crews: NDArray[np.int64],
    locked: NDArray[np.bool_],
    closable: NDArray[np.bool_],
    most_at_site: int,
    spare: int,
) -> float:
    """
    Move crews between sites while the demand covered grows.

    A point that k crews cover is worth ``worth * level[:k].sum()``; ``level`` falls and ends
    with 0.  ``crews`` is changed in place.  Answers what all is worth.

    Parameters
    ----------
    covers
        1 where a site covers a point, uint8[n_sites, n_points].
    worth
        float64[n_points].
    level
        Worth of the first cover, and of each further one, float64[n_levels].
    crews
        Crews at each site, int64[n_sites]; changed in place.
    locked
        Which sites stay open, bool[n_sites].
    closable
        Which sites are open today, bool[n_sites].
    most_at_site
        Crews that one site may hold.
    spare
        How many more of those may be closed.

    Returns
    -------
    total
        What all is worth.
    """
    n_sites, n_points = covers.shape
    last = len(level) - 1
    count = np.zeros(n_points, dtype=np.int64)
    for site in range(n_sites):
        for point in range(n_points):
            count[point] += crews[site] * covers[site, point]
    total = 0.0
    for point in range(n_points):
        for deep in range(min(count[point], last)):
            total += worth[point] * level[deep]
    changed = True
    while changed:
        changed = False
        for source in range(n_sites):
            if crews[source] == 0 or (locked[source] and crews[source] == 1):
                continue
            closes = crews[source] == 1 and closable[source]
            lost = 0.0
            for point in range(n_points):
                if covers[source, point]:
                    count[point] -= 1
                    lost += worth[point] * level[min(count[point], last)]
            best, target = lost + TINY * (total + 1.0), -1
            for site in range(n_sites):
                if site == source or crews[site] >= most_at_site:
                    continue
                opens = crews[site] == 0 and closable[site]
                if closes and not opens and spare <= 0:
                    continue
                won = 0.0
                for point in range(n_points):
                    if covers[site, point]:
                        won += worth[point] * level[min(count[point], last)]
                if won > best:
                    best, target = won, site
            if target >= 0:
                spare += int(crews[target] == 0 and closable[target]) - int(closes)
                crews[source] -= 1
                crews[target] += 1
                total += best - lost
                changed = True
            goes = target if target >= 0 else source
            for point in range(n_points):
                count[point] += covers[goes, point]
    return total


@kernel
def superfluous(
    cells: NDArray[np.uint8], rank: NDArray[np.int64], larger: NDArray[np.bool_]
) -> None:
    """
    Mark rows of bits that lie within another row of no lower rank, and of no lower index if alike.

    The marks are left in ``larger``; rows that are marked already are passed over.

    Parameters
    ----------
    cells
        Bits, a row for each set, uint64[n_rows, n_words].
    rank
        int64[n_rows].
    larger
        Marks, bool[n_rows].
    """
    n_rows, n_words = cells.shape
    for row in range(n_rows):
        if larger[row]:
            continue
        for other in range(n_rows):
            if other == row or larger[other] or rank[other] < rank[row]:
                continue
            within, alike = True, True
            for word in range(n_words):
                alike &= cells[row, word] == cells[other, word]
                if cells[row, word] & ~cells[other, word]:
                    within = False
                    break
            if within and (not alike or rank[other] > rank[row] or other < row):
                larger[row] = True
                break


@kernel
def cheapest_sites(
    site_price: NDArray[np.float64],
    state: NDArray[np.int8],
    closable: NDArray[np.bool_],
    p: int,
    kept: int,
    chosen: NDArray[np.bool_],
) -> float:
    """
    Mark the p cheapest sites: open ones (1), none that is shut (-1), and enough closable ones.

    Answers the sum of their prices, inf if there are not enough.

    Parameters
    ----------
    site_price
        Sum of reduced costs of each site, float64[n_sites].
    state
        1 open, -1 shut, 0 undecided, int8[n_sites].
    closable
        Which sites are open today, bool[n_sites].
    p
        Sites to open.
    kept
        Closable sites that stay open at least.
    chosen
        Left as the marks, bool[n_sites].

    Returns
    -------
    total
        Sum of their prices, inf if there are not enough.
    """
    order = np.argsort(site_price)
    chosen[:] = state == 1
    left = p - chosen.sum()
    lack = kept - (chosen & closable).sum()
    total = 0.0
    for site in range(len(state)):
        total += site_price[site] if chosen[site] else 0.0
    if left < 0 or lack > left:
        return np.inf
    for only_closable in (True, False):
        for site in order:
            if (lack if only_closable else left) <= 0:
                break
            if state[site] == 0 and not chosen[site] and (closable[site] or not only_closable):
                chosen[site] = True
                total += site_price[site]
                left -= 1
                lack -= int(closable[site])
    return np.inf if left > 0 or lack > 0 else total


@kernel
def branch_bound(
    cost: NDArray[np.float64],
    state: NDArray[np.int8],
    closable: NDArray[np.bool_],
    p: int,
    kept: int,
    most: float,
    steps: int,
    price: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    site_price: NDArray[np.float64],
) -> float:
    """
    Raise the bound of a branch until it exceeds ``most`` or the steps are used up.

    ``price``, ``chosen`` and ``site_price`` are left as they were at the best bound.

    Parameters
    ----------
    cost
        float64[n_sites, n_points], what serving a point from a site costs.
    state
        1 open, -1 shut, 0 undecided, int8[n_sites].
    closable
        Which sites are open today, bool[n_sites].
    p
        Sites to open.
    kept
        Closable sites that stay open at least.
    most
        What a better plan may cost.
    steps
        Steps at most.
    price
        What each point offers, float64[n_points]; left as at the best bound.
    chosen
        Left as the sites of the best bound, bool[n_sites].
    site_price
        Left as at the best bound, float64[n_sites].

    Returns
    -------
    bound
        No plan of the branch costs less.
    """
    n_sites, n_points = cost.shape
    now, rho = price.copy(), np.empty(n_sites)
    taken = np.empty(n_sites, dtype=np.bool_)
    served = np.empty(n_points)
    best, length, waited = -np.inf, 1.0, 0
    for _ in range(steps):
        total = 0.0
        for site in range(n_sites):
            rho[site] = 0.0
            if state[site] >= 0:
                for point in range(n_points):
                    rho[site] += min(cost[site, point] - now[point], 0.0)
        for point in range(n_points):
            total += now[point]
        value = total + cheapest_sites(rho, state, closable, p, kept, taken)
        waited += 1
        if value > best:
            best, waited = value, 0
            price[:], chosen[:], site_price[:] = now, taken, rho
            if best > most:
                break
        elif waited >= 8:
            length, waited = length * 0.7, 0
        served[:] = 0.0
        for site in range(n_sites):
            if taken[site]:
                for point in range(n_points):
                    served[point] += 1.0 if cost[site, point] < now[point] else 0.0
        size = 0.0
        for point in range(n_points):
            size += (1.0 - served[point]) ** 2
        if size == 0.0:
            break
        stride = length * (1.01 * most - value) / size
        for point in range(n_points):
            now[point] = max(0.0, now[point] + stride * (1.0 - served[point]))
    return best
