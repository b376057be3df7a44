"""Grids that must stay together are one node while zones are looked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from dispatch.planning.rezoning_problem import NOWHERE, RezoningProblem
from dispatch.planning.rezoning_start import pieces_of, way_between
from geo.road.frozen import freeze


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """
    A problem some of whose nodes are made one.

    Attributes
    ----------
    problem
        The smaller problem.
    node_of
        Its node for each node of the larger one, int32[n].
    """

    problem: RezoningProblem
    node_of: NDArray[np.int32]

    def __post_init__(self) -> None:
        """Make the array read-only."""
        freeze(self)

    def spread(self, zone_of: NDArray[np.int32]) -> NDArray[np.int32]:
        """
        Give every node of the larger problem the zone of its node here.

        Parameters
        ----------
        zone_of
            Zones of the smaller problem, int32[m].

        Returns
        -------
        zone_of
            int32[n].
        """
        spread: NDArray[np.int32] = zone_of[self.node_of]
        return spread


def join_nodes(problem: RezoningProblem, groups: Iterable[tuple[str, Sequence[int]]]) -> Joined:
    """
    Make one node of each group.

    A group that does not hang together takes the nodes of the shortest ways between its pieces
    along, so that a zone with all of it hangs together; that may forbid plans that go round
    another way.

    Parameters
    ----------
    problem
        What is to be divided, without travel from node to node.
    groups
        What each is called, and its nodes; groups that share nodes become one.

    Returns
    -------
    joined
        Loads, costs, moved weight and borders are sums; a zone is allowed where it is for all.
    """
    n = len(problem.names)
    label = np.arange(n)
    called = dict(enumerate(problem.names))
    for name, nodes in groups:
        whole = _held_together(problem, nodes)
        labels = np.unique(label[whole])
        if len(labels) > 1:
            label[np.isin(label, labels)] = labels[0]
            called[int(labels[0])] = name
    kept, inverse = np.unique(label, return_inverse=True)
    node_of: NDArray[np.int32] = inverse.astype(np.int32)
    names = tuple(called[int(row)] for row in kept)
    return Joined(_smaller(problem, node_of, names), node_of)


def _held_together(problem: RezoningProblem, nodes: Sequence[int]) -> NDArray[np.int64]:
    """Nodes of a group, and those on the ways between its pieces."""
    free = replace(problem, allowed=np.ones_like(problem.allowed))
    zone_of = np.full(len(problem.names), NOWHERE, dtype=np.int32)
    zone_of[list(nodes)] = 0
    while len(pieces := pieces_of(free, zone_of == 0)) > 1:
        way = way_between(free, 0, zone_of, pieces)
        if way is None:
            break
        zone_of[way] = 0
    return np.flatnonzero(zone_of == 0)


def _smaller(
    problem: RezoningProblem, node_of: NDArray[np.int32], names: tuple[str, ...]
) -> RezoningProblem:
    """The problem over fewer nodes."""
    m = len(names)
    one, other = node_of[problem.tail], node_of[problem.neighbour]
    between = one != other
    borders = coo_array((problem.cut_cost[between], (one[between], other[between])), (m, m)).tocsr()
    borders.sort_indices()
    first = borders.indptr.astype(np.int64)
    allowed = np.ones((problem.zones, m), dtype=np.bool_)
    for zone in range(problem.zones):
        np.logical_and.at(allowed[zone], node_of, problem.allowed[zone])
    moved_in = _summed(problem.moved_in, node_of, m)
    known = np.bincount(node_of[problem.today >= 0], minlength=m) > 0
    apart_first, apart = _apart(problem, node_of, m)
    return replace(
        problem,
        names=names,
        first=first,
        tail=np.repeat(np.arange(m, dtype=np.int32), np.diff(first)),
        neighbour=borders.indices.astype(np.int32),
        cut_cost=borders.data.astype(np.float64),
        load=_summed(problem.load, node_of, m),
        node_cost=_summed(problem.node_cost, node_of, m),
        allowed=allowed,
        today=np.where(known, moved_in.argmin(axis=0), NOWHERE).astype(np.int32),
        moved_in=moved_in,
        apart_first=apart_first,
        apart=apart,
    )


def _summed(
    by_node: NDArray[np.float64], node_of: NDArray[np.int32], m: int
) -> NDArray[np.float64]:
    """Sums over the nodes that became one, float64[k, m]."""
    return np.stack([np.bincount(node_of, row, minlength=m) for row in by_node])


def _apart(
    problem: RezoningProblem, node_of: NDArray[np.int32], m: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Pairs to be parted, of the nodes that are left."""
    one = node_of[np.repeat(np.arange(len(node_of)), np.diff(problem.apart_first))]
    other = node_of[problem.apart]
    pairs = np.unique(np.stack([one, other], axis=1).astype(np.int64), axis=0)
    first = np.zeros(m + 1, dtype=np.int64)
    np.cumsum(np.bincount(pairs[:, 0], minlength=m), out=first[1:])
    return first, pairs[:, 1].astype(np.int32)
