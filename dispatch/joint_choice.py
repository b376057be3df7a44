"""
Who fills the roles of a joint operation at least disturbance, then in least time.

The cheapest flow, grown by one officer at a time along a cheapest path of changes.  The path is
found among roles and zones only, a few dozen nodes, whatever the number of officers: of all free
officers of a zone only the nearest matters to a role, and of those in a role only the one who
changes to another, or goes back to the zone, at the best price.

So of each zone and role the kernel never looks beyond the nearest officers that are free.  No
more than those can matter: suppose a best plan sends somebody to a role though somebody free of
the same zone with the same right to it is nearer.  Changing the two leaves the zones as they
are, makes no arrival later, and shortens the sum; so the plan was not best.
"""

# ruff: noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.joint_flow import Pool, Roles
from geo.road.kernel import kernel

NO_ROLE = -1
"""Role of an officer who stays."""

MILLION = 1_000_000
"""Disturbance is counted in millionths."""

FAR = 2**62
"""Price of a node that no path reaches."""


def choose(roles: Roles, pool: Pool, strength: NDArray[np.int64]) -> NDArray[np.int64]:
    """
    Fill the roles.

    Parameters
    ----------
    roles
        What is wanted, and who may; it must be possible.
    pool
        What zones may give.
    strength
        Officers that each zone has, int64[n_zones].

    Returns
    -------
    role
        Role of each officer, int64[n_officers]; `NO_ROLE` for those who stay.
    """
    able = np.flatnonzero(roles.may.any(axis=1))
    zone = pool.zone[able] + 1
    may = np.ascontiguousarray(roles.may[able])
    travel_ms = np.ascontiguousarray(roles.travel_ms[able])
    first, listed = _by_role_and_zone(may, travel_ms, zone, len(pool.cap) + 1)
    chosen = np.full(len(able), NO_ROLE, dtype=np.int64)
    _fill(
        roles.need,
        np.concatenate([[len(able)], pool.cap]),
        np.concatenate([[0], np.maximum(strength, 1)]),
        zone,
        may,
        travel_ms,
        first,
        listed,
        chosen,
    )
    role = np.full(len(roles.may), NO_ROLE, dtype=np.int64)
    role[able] = chosen
    return role


def _by_role_and_zone(
    may: NDArray[np.bool_],
    travel_ms: NDArray[np.int64],
    zone: NDArray[np.int64],
    n_zones: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List those who may fill a role from each zone, nearest first; where each list begins."""
    lists, sizes = [], []
    for role in range(may.shape[1]):
        rows = np.flatnonzero(may[:, role])
        lists.append(rows[np.lexsort((travel_ms[rows, role], zone[rows]))])
        sizes.append(np.bincount(zone[rows], minlength=n_zones))
    first = np.zeros(len(sizes) * n_zones + 1, dtype=np.int64)
    np.cumsum(np.concatenate(sizes), out=first[1:])
    return first, np.concatenate(lists)


@kernel
def price(given: int, strength: int) -> int:
    """
    Say what one officer more from a zone costs.

    Parameters
    ----------
    given
        How many it has given already.
    strength
        How many it had; 0 for those of no zone.

    Returns
    -------
    price
        Millionths of disturbance.
    """
    return 0 if strength == 0 else (2 * given + 1) * MILLION // strength


@kernel
def _fill(
    need: NDArray[np.int64],
    cap: NDArray[np.int64],
    strength: NDArray[np.int64],
    zone: NDArray[np.int64],
    may: NDArray[np.bool_],
    travel_ms: NDArray[np.int64],
    first: NDArray[np.int64],
    listed: NDArray[np.int64],
    role: NDArray[np.int64],
) -> None:
    """Grow the cheapest flow until every role is filled."""
    n_roles, n_zones = len(need), len(cap)
    n_nodes = n_roles + n_zones  # roles first, then zones
    step_ms = np.full((n_nodes, n_nodes), FAR, dtype=np.int64)
    who = np.full((n_nodes, n_nodes), -1, dtype=np.int64)
    given, count = np.zeros(n_zones, np.int64), np.zeros(n_roles, np.int64)
    members = np.empty((n_roles, need.max()), np.int64)
    hi, lo = np.empty(n_nodes, np.int64), np.empty(n_nodes, np.int64)
    before = np.empty(n_nodes, np.int64)
    for z in range(n_zones):
        _steps_from_zone(z, n_roles, n_zones, first, listed, role, travel_ms, step_ms, who)
    for _ in range(need.sum()):
        _cheapest_paths(cap, strength, given, step_ms, n_roles, hi, lo, before)
        node = -1
        for r in range(n_roles):
            if count[r] < need[r] and hi[r] < FAR and (node == -1 or _less(r, node, hi, lo)):
                node = r
        if node == -1:
            return
        _walk(node, before, who, n_roles, role, members, count, given)
        while node != -1:
            if node < n_roles:
                _steps_from_role(node, n_roles, zone, may, travel_ms, members, count, step_ms, who)
            else:
                z = node - n_roles
                _steps_from_zone(z, n_roles, n_zones, first, listed, role, travel_ms, step_ms, who)
            node = before[node]


@kernel
def _less(a: int, b: int, hi: NDArray[np.int64], lo: NDArray[np.int64]) -> bool:
    """Whether one node is cheaper to reach than another."""
    less: bool = hi[a] < hi[b] or (hi[a] == hi[b] and lo[a] < lo[b])
    return less


@kernel
def _cheapest_paths(
    cap: NDArray[np.int64],
    strength: NDArray[np.int64],
    given: NDArray[np.int64],
    step_ms: NDArray[np.int64],
    n_roles: int,
    hi: NDArray[np.int64],
    lo: NDArray[np.int64],
    before: NDArray[np.int64],
) -> None:
    """Find the cheapest path to each role and zone, by Bellman and Ford."""
    n_nodes = len(step_ms)
    hi[:] = FAR
    lo[:] = 0
    before[:] = -1
    active = np.zeros(n_nodes, np.bool_)
    for z in range(len(cap)):
        if given[z] < cap[z]:
            hi[n_roles + z] = price(given[z], strength[z])
            active[n_roles + z] = True
    while active.any():
        for node in range(n_nodes):
            if not active[node]:
                continue
            active[node] = False
            for to in range(n_nodes):
                if step_ms[node, to] == FAR:
                    continue
                there = lo[node] + step_ms[node, to]
                if hi[node] < hi[to] or (hi[node] == hi[to] and there < lo[to]):
                    hi[to], lo[to], before[to] = hi[node], there, node
                    active[to] = True


@kernel
def _walk(
    node: int,
    before: NDArray[np.int64],
    who: NDArray[np.int64],
    n_roles: int,
    role: NDArray[np.int64],
    members: NDArray[np.int64],
    count: NDArray[np.int64],
    given: NDArray[np.int64],
) -> None:
    """Make the changes along a path, from its end back to the zone where it begins."""
    while before[node] != -1:
        officer, tail = who[before[node], node], before[node]
        if tail < n_roles:
            at = 0
            while members[tail, at] != officer:
                at += 1
            count[tail] -= 1
            members[tail, at] = members[tail, count[tail]]
        role[officer] = -1
        if node < n_roles:
            members[node, count[node]] = officer
            count[node] += 1
            role[officer] = node
        node = tail
    given[node - n_roles] += 1


@kernel
def _steps_from_zone(
    z: int,
    n_roles: int,
    n_zones: int,
    first: NDArray[np.int64],
    listed: NDArray[np.int64],
    role: NDArray[np.int64],
    travel_ms: NDArray[np.int64],
    step_ms: NDArray[np.int64],
    who: NDArray[np.int64],
) -> None:
    """Find the nearest free officer of a zone for each role."""
    for r in range(n_roles):
        at, end = first[r * n_zones + z], first[r * n_zones + z + 1]
        while at < end and role[listed[at]] != -1:
            at += 1
        step_ms[n_roles + z, r] = FAR if at == end else travel_ms[listed[at], r]
        who[n_roles + z, r] = -1 if at == end else listed[at]


@kernel
def _steps_from_role(
    r: int,
    n_roles: int,
    zone: NDArray[np.int64],
    may: NDArray[np.bool_],
    travel_ms: NDArray[np.int64],
    members: NDArray[np.int64],
    count: NDArray[np.int64],
    step_ms: NDArray[np.int64],
    who: NDArray[np.int64],
) -> None:
    """Find who would change from a role to each other one, or go back to each zone, best."""
    step_ms[r, :] = FAR
    for at in range(count[r]):
        officer = members[r, at]
        for other in range(n_roles):
            more_ms = travel_ms[officer, other] - travel_ms[officer, r]
            if other != r and may[officer, other] and more_ms < step_ms[r, other]:
                step_ms[r, other], who[r, other] = more_ms, officer
        home = n_roles + zone[officer]
        if -travel_ms[officer, r] < step_ms[r, home]:
            step_ms[r, home], who[r, home] = -travel_ms[officer, r], officer
