"""
Whether no exchange of officers betters a joint operation.

A flow is cheapest exactly if no ring of changes has a negative price.  A ring leads through
roles, zones and the reserve that zones give from.  The prices of all changes are worked out
afresh here, from who goes where; then potentials are sought by Bellman and Ford.  If
they settle, no ring is negative.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.joint_choice import NO_ROLE, price
from dispatch.joint_flow import Pool, Roles

FAR = 2**60
"""Price of a change that nobody can make."""


def is_cheapest(
    roles: Roles, pool: Pool, strength: NDArray[np.int64], role: NDArray[np.int64]
) -> bool:
    """
    Tell whether a plan keeps all rules and is the cheapest that does.

    Parameters
    ----------
    roles
        What is wanted, and who may be there in time.
    pool
        What zones may give.
    strength
        Officers that each zone has, int64[n_zones].
    role
        Role of each officer, int64[n_officers]; `NO_ROLE` for those who stay.

    Returns
    -------
    cheapest
        Whether no plan has less disturbance, nor as little and less travel time.
    """
    going = np.flatnonzero(role != NO_ROLE)
    given = np.bincount(pool.zone[going] + 1, minlength=len(pool.cap) + 1)
    filled = np.bincount(role[going], minlength=len(roles.need))
    if not (
        np.array_equal(filled, roles.need)
        and np.all(roles.may[going, role[going]])
        and np.all(given[1:] <= pool.cap)
    ):
        return False
    hi, lo = _changes(roles, pool, strength, role, given)
    return _potentials_settle(hi, lo)


def _changes(
    roles: Roles,
    pool: Pool,
    strength: NDArray[np.int64],
    role: NDArray[np.int64],
    given: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Price of the best change from each node to each: roles, zones, then the reserve."""
    n_roles, n_zones = len(roles.need), len(given)
    n_nodes = n_roles + n_zones + 1
    hi = np.zeros((n_nodes, n_nodes), dtype=np.int64)
    lo = np.full((n_nodes, n_nodes), FAR, dtype=np.int64)
    home = n_roles + 1 + pool.zone
    free, going = np.flatnonzero(role == NO_ROLE), np.flatnonzero(role != NO_ROLE)
    now_ms = roles.travel_ms[going, role[going]]
    for to in range(n_roles):
        able = free[roles.may[free, to]]
        np.minimum.at(lo[:, to], home[able], roles.travel_ms[able, to])
        more_ms = np.where(roles.may[going, to], roles.travel_ms[going, to] - now_ms, FAR)
        np.minimum.at(lo[:, to], role[going], more_ms)
    np.minimum.at(lo, (role[going], home[going]), -now_ms)
    for z in range(n_zones):
        of, cap = (0, len(role)) if z == 0 else (int(strength[z - 1]), int(pool.cap[z - 1]))
        if given[z] < cap:
            hi[-1, n_roles + z], lo[-1, n_roles + z] = price(int(given[z]), of), 0
        if given[z] > 0:
            hi[n_roles + z, -1], lo[n_roles + z, -1] = -price(int(given[z]) - 1, of), 0
    return hi, lo


def _potentials_settle(hi: NDArray[np.int64], lo: NDArray[np.int64]) -> bool:
    """Whether prices of nodes exist under which no change is negative."""
    at_hi, at_lo = np.zeros(len(hi), dtype=np.int64), np.zeros(len(hi), dtype=np.int64)
    can = lo < FAR
    for _ in range(len(hi) + 1):
        via_hi = np.where(can, at_hi[:, None] + hi, FAR)
        next_hi = np.minimum(at_hi, via_hi.min(axis=0))
        via_lo = np.where(can & (via_hi == next_hi), at_lo[:, None] + lo, FAR)
        still_lo = np.where(at_hi == next_hi, at_lo, FAR)
        next_lo = np.minimum(still_lo, via_lo.min(axis=0))
        if np.array_equal(next_hi, at_hi) and np.array_equal(next_lo, at_lo):
            return True
        at_hi, at_lo = next_hi, next_lo
    return False
