"""A plan to begin with: what is settled stays, and zones grow from it until every node has one."""

# ruff: noqa: PLR0913, PLR0917, PLR0912, C901 -- a kernel takes its arrays one by one

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.rezoning_parts import zones_by_part
from dispatch.planning.rezoning_problem import NOWHERE, RezoningProblem
from dispatch.planning.rezoning_tree_kernel import draw
from geo.road.kernel import kernel


def begin(problem: RezoningProblem, random: NDArray[np.uint64]) -> NDArray[np.int32] | None:
    """
    Make a plan whose zones hang together, whatever they weigh.

    Parameters
    ----------
    problem
        What is to be divided.
    random
        State of `dispatch.planning.rezoning_tree_kernel.draw`.

    Returns
    -------
    zone_of
        int32[n]; None where locks or parts of the graph do not allow one, or chance did not
        find it.
    """
    zone_of = settled(problem)
    if zone_of is None or not _sow(problem, zone_of, random):
        return None
    return zone_of if _grown(problem, zone_of, random) else None


def begin_today(problem: RezoningProblem, random: NDArray[np.uint64]) -> NDArray[np.int32] | None:
    """
    Make a plan that is today's wherever that hangs together.

    Parameters
    ----------
    problem
        With a plan of today.
    random
        State of `dispatch.planning.rezoning_tree_kernel.draw`.

    Returns
    -------
    zone_of
        int32[n]; of a zone in several pieces the heaviest stays, others join a neighbour.  None
        where there is no such plan.
    """
    zone_of = settled(problem)
    if zone_of is None:
        return None
    for zone in range(problem.zones):
        may = (zone_of == NOWHERE) & (problem.today == zone) & problem.allowed[zone]
        mine = may | (zone_of == zone)
        pieces = pieces_of(problem, mine)
        if not pieces:
            continue
        held = np.flatnonzero(zone_of == zone)
        keep = next((one for one in pieces if len(held) and held[0] in one), None)
        if keep is None:
            keep = max(pieces, key=lambda one: (problem.load[zone, list(one)].sum(), -min(one)))
        zone_of[sorted(keep)] = zone
    if not _sow(problem, zone_of, random):
        return None
    return zone_of if _grown(problem, zone_of, random) else None


def settled(problem: RezoningProblem) -> NDArray[np.int32] | None:
    """
    Give locked nodes their zones, and join those of a zone by a way between them.

    Parameters
    ----------
    problem
        What is to be divided.

    Returns
    -------
    zone_of
        int32[n], `NOWHERE` where nothing is settled; None where the locked nodes of a zone
        cannot be joined.
    """
    n = len(problem.names)
    zone_of = np.full(n, NOWHERE, dtype=np.int32)
    if problem.allowed.all():
        return zone_of
    locked = problem.allowed.sum(axis=0) == 1
    zone_of[locked] = problem.allowed[:, locked].argmax(axis=0)
    for zone in range(problem.zones):
        while True:
            held = pieces_of(problem, zone_of == zone)
            if len(held) <= 1:
                break
            way = way_between(problem, zone, zone_of, held)
            if way is None:
                return None
            zone_of[way] = zone
    return zone_of


def way_between(
    problem: RezoningProblem,
    zone: int,
    zone_of: NDArray[np.int32],
    pieces: list[frozenset[int]],
) -> list[int] | None:
    """
    Find the shortest way from the first piece of a zone to another of its pieces.

    Parameters
    ----------
    problem
        What is to be divided.
    zone
        The zone.
    zone_of
        What is settled, int32[n].
    pieces
        Of the zone, two or more.

    Returns
    -------
    way
        Nodes in between, free and allowed in the zone; None where there is none.
    """
    others = frozenset().union(*pieces[1:])
    came_from = dict.fromkeys(sorted(pieces[0]), NOWHERE)
    queue = deque(came_from)
    while queue:
        node = queue.popleft()
        if node in others:
            way = []
            node = came_from[node]
            while node not in pieces[0]:
                way.append(node)
                node = came_from[node]
            return way
        for other in problem.neighbour[problem.first[node] : problem.first[node + 1]].tolist():
            free = zone_of[other] in {NOWHERE, zone} and problem.allowed[zone, other]
            if free and other not in came_from:
                came_from[other] = node
                queue.append(other)
    return None


def pieces_of(problem: RezoningProblem, inside: NDArray[np.bool_]) -> list[frozenset[int]]:
    """
    Find the pieces of some nodes that no edge between them joins.

    Parameters
    ----------
    problem
        What is divided.
    inside
        The nodes, bool[n].

    Returns
    -------
    pieces
        By their first node.
    """
    left = dict.fromkeys(np.flatnonzero(inside).tolist())
    pieces = []
    while left:
        node = next(iter(left))
        del left[node]
        piece, queue = {node}, deque([node])
        while queue:
            node = queue.popleft()
            around = problem.neighbour[problem.first[node] : problem.first[node + 1]]
            for other in around.tolist():
                if other in left:
                    del left[other]
                    piece.add(other)
                    queue.append(other)
        pieces.append(frozenset(piece))
    return pieces


def _sow(problem: RezoningProblem, zone_of: NDArray[np.int32], random: NDArray[np.uint64]) -> bool:
    """Give every zone without a node one, in a part of the graph that can take it."""
    empty = [zone for zone in range(problem.zones) if not (zone_of == zone).any()]
    if not empty:
        return True
    _, part = problem.parts()
    wanted = zones_by_part(problem, random)
    if wanted is None:
        return False
    for at, count in enumerate(wanted):
        held = {int(zone) for zone in zone_of[part == at] if zone != NOWHERE}
        for _ in range(count - len(held)):
            if not empty:
                return True
            zone = empty.pop(0)
            free = np.flatnonzero((part == at) & (zone_of == NOWHERE) & problem.allowed[zone])
            if len(free) == 0:
                return False
            zone_of[free[int(draw(random) * len(free))]] = zone
    return not empty


def _grown(
    problem: RezoningProblem, zone_of: NDArray[np.int32], random: NDArray[np.uint64]
) -> bool:
    """Grow all zones; False where a node is left over, or a pair is not parted."""
    done = grow(
        problem.first,
        problem.neighbour,
        problem.load,
        problem.allowed,
        problem.apart_first,
        problem.apart,
        zone_of,
        random,
    )
    return bool(done)


@kernel
def grow(
    first: NDArray[np.int64],
    neighbour: NDArray[np.int32],
    load: NDArray[np.float64],
    allowed: NDArray[np.bool_],
    apart_first: NDArray[np.int64],
    apart: NDArray[np.int32],
    zone_of: NDArray[np.int32],
    random: NDArray[np.uint64],
) -> bool:
    """
    Let the lightest zone take a neighbour by chance, until every node is taken.

    Parameters
    ----------
    first, neighbour, load, allowed, apart_first, apart
        See `dispatch.planning.rezoning_problem.RezoningProblem`.
    zone_of
        A beginning; completed.
    random
        State of `dispatch.planning.rezoning_tree_kernel.draw`.

    Returns
    -------
    done
        Whether every node is in a zone.
    """
    n, k = len(zone_of), len(load)
    sums, stuck = np.zeros(k), np.zeros(k, dtype=np.bool_)
    left = 0
    for i in range(n):
        if zone_of[i] >= 0:
            sums[zone_of[i]] += load[zone_of[i], i]
        else:
            left += 1
    while left > 0:
        zone = -1
        for z in range(k):
            if not stuck[z] and (zone == -1 or sums[z] < sums[zone]):
                zone = z
        if zone == -1:
            return False
        chosen, seen = -1, 0
        for i in range(n):
            if zone_of[i] >= 0 or not allowed[zone, i]:
                continue
            beside, barred = False, False
            for at in range(first[i], first[i + 1]):
                beside = beside or zone_of[neighbour[at]] == zone
            for at in range(apart_first[i], apart_first[i + 1]):
                barred = barred or zone_of[apart[at]] == zone
            if beside and not barred:
                seen += 1
                if draw(random) * seen < 1.0:
                    chosen = i
        if chosen == -1:
            stuck[zone] = True
            continue
        zone_of[chosen] = zone
        sums[zone] += load[zone, chosen]
        left -= 1
    return True
