"""
Whether the roles of a joint operation can be filled, how soon, and how many of each.

Officers of one zone who can fill the same roles are alike, so they flow as one class:
source → zone → class → role → sink.  A few hundred classes stand for 25,000 officers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from dispatch.alike import number_alike
from geo.road.frozen import freeze


@dataclass(frozen=True, slots=True, eq=False)
class Roles:
    """
    What is wanted, and who could do it.

    Attributes
    ----------
    site
        Row of the site of each role, int64[n_roles].
    skill
        Skill of each role; None for a plain one.
    need
        How many officers each role wants, int64[n_roles].
    travel_ms
        Travel time of each officer to each role's site, int64[n_officers, n_roles].
    may
        Who can fill which role, bool[n_officers, n_roles].
    """

    site: NDArray[np.int64]
    skill: tuple[str | None, ...]
    need: NDArray[np.int64]
    travel_ms: NDArray[np.int64]
    may: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    def until(self, limit_ms: int) -> Roles:
        """
        Keep those who are there in time.

        Parameters
        ----------
        limit_ms
            The longest travel time.

        Returns
        -------
        roles
            The same roles, with fewer who can fill them.
        """
        return replace(self, may=self.may & (self.travel_ms <= limit_ms))


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """
    How many officers each zone may give.

    Attributes
    ----------
    zone
        Row of the zone of each officer, int64[n_officers]; -1 for none.
    cap
        Officers that each zone may give at most, int64[n_zones].
    """

    zone: NDArray[np.int64]
    cap: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)


def earliest_ms(roles: Roles, pool: Pool) -> int | None:
    """
    Find the earliest time by which all can be there.

    Parameters
    ----------
    roles
        What is wanted.
    pool
        What zones may give.

    Returns
    -------
    last_ms
        Travel time of the last one; None if the roles can't be filled however late.

    Notes
    -----
    By bisection over the travel times that occur.  A role with need n is not filled before its
    n-th fastest officer is there, nor are all roles of a site together; mostly the latest of
    these times is the answer, so it is tried first.
    """
    bound = _lower_bound_ms(roles)
    if bound is None:
        return None
    if _suffices(roles.until(bound), pool):
        return bound
    steps = np.unique(roles.travel_ms[roles.may & (roles.travel_ms > bound)])
    low, high = 0, len(steps)
    while low < high:
        middle = (low + high) // 2
        if _suffices(roles.until(int(steps[middle])), pool):
            high = middle
        else:
            low = middle + 1
    return int(steps[low]) if low < len(steps) else None


def _lower_bound_ms(roles: Roles) -> int | None:
    """Time before which some role or site has too few; None if one never has enough."""
    bound = 0
    for which in [*np.eye(len(roles.need), dtype=bool), *(roles.site == at for at in roles.site)]:
        able = roles.may[:, which].any(axis=1)
        need = int(roles.need[which].sum())
        if able.sum() < need:
            return None
        times = roles.travel_ms[able, np.argmax(which)]
        bound = max(bound, int(np.partition(times, need - 1)[need - 1]))
    return bound


def filled(roles: Roles, pool: Pool) -> NDArray[np.int64]:
    """
    Say how many of each role can be filled at best.

    Parameters
    ----------
    roles
        What is wanted.
    pool
        What zones may give.

    Returns
    -------
    filled
        int64[n_roles].  As many as possible in all; where roles compete, the earlier has its
        own first.  (Sets of places that can be filled together are a matroid, so serving the
        earlier first never fills fewer in all).
    """
    network = _Network(roles, pool)
    flows = [network.flow(first) for first in range(len(roles.need) + 1)]
    upto = np.array(flows, dtype=np.int64)
    return upto[1:] - upto[:-1]


def _suffices(roles: Roles, pool: Pool) -> bool:
    """Whether every role can be filled."""
    if np.any(roles.may.sum(axis=0) < roles.need):
        return False
    return _Network(roles, pool).flow(len(roles.need)) == int(roles.need.sum())


class _Network:
    """Source → zone → class → role → sink, as one sparse matrix of capacities."""

    def __init__(self, roles: Roles, pool: Pool) -> None:
        able = np.flatnonzero(roles.may.any(axis=1))
        kinds = number_alike(roles.may[able], pool.zone[able] + 1)
        _, first, alike = np.unique(kinds, return_index=True, return_counts=True)
        n_zones, n_classes, n_roles = len(pool.cap) + 1, len(first), len(roles.need)
        everybody = np.array([len(able)], dtype=np.int64)
        zone_node = 1 + np.arange(n_zones)
        class_node = 1 + n_zones + np.arange(n_classes)
        role_node = 1 + n_zones + n_classes + np.arange(n_roles)
        self._sink = 1 + n_zones + n_classes + n_roles
        of, to = np.nonzero(roles.may[able[first]])
        self._need = roles.need
        self._tail = np.concatenate(
            [np.zeros(n_zones, np.int64), 1 + pool.zone[able[first]] + 1, class_node[of], role_node]
        )
        self._head = np.concatenate(
            [zone_node, class_node, role_node[to], np.full(n_roles, self._sink)]
        )
        self._capacity = np.concatenate([everybody, pool.cap, alike, alike[of], roles.need]).astype(
            np.int32
        )

    def flow(self, n_roles: int) -> int:
        """How many officers reach the first so many roles at most."""
        capacity = self._capacity.copy()
        capacity[len(capacity) - len(self._need) + n_roles :] = 0
        graph = csr_array(
            (capacity, (self._tail, self._head)), shape=(self._sink + 1, self._sink + 1)
        )
        return int(maximum_flow(graph, 0, self._sink).flow_value)
