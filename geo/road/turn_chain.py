"""
Chains of edges that turn rules speak of, and what remembering a part of one leads to.

The rules are the words of a tree whose letters are edges.  A proper prefix of a rule is a state
of the searched graph, see `geo.road.turn_graph`; from there, driving an edge completes the
rules, and leads to the longest prefix, that the edges just driven end with.

References
----------
Aho and Corasick (1975), Efficient string matching: an aid to bibliographic search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.network import RoadNetwork
from geo.road.streets import BANNED

ROOT, NOWHERE = 0, -1


@dataclass(frozen=True, slots=True, eq=False)
class ChainTree:
    """
    All prefixes of all rules as one tree; the root is the empty chain.

    Attributes
    ----------
    key
        ``parent * n_edges + edge`` of each node but the root, ascending, int64[n].
    cost_ms
        Cost of the rule that ends at each node, ``BANNED`` or 0, int64[n + 1].
    n_edges
        Edges of the network.
    """

    key: NDArray[np.int64]
    cost_ms: NDArray[np.int64]
    n_edges: int

    def step(self, node: NDArray[np.int64], edge: NDArray[np.integer]) -> NDArray[np.int64]:
        """
        Walk from nodes along edges.

        Parameters
        ----------
        node
            Nodes, int64[m]; ``NOWHERE`` leads nowhere.
        edge
            Edge ids, int[m].

        Returns
        -------
        child
            Nodes, int64[m]; ``NOWHERE`` where the tree has none.
        """
        wanted = node * self.n_edges + edge
        row = np.minimum(np.searchsorted(self.key, wanted), len(self.key) - 1)
        return np.where((node >= 0) & (self.key[row] == wanted), row + 1, NOWHERE)


@dataclass(frozen=True, slots=True, eq=False)
class BegunChains:
    """
    Proper prefixes of rules, in the order of their edges; each is a state to remember.

    Attributes
    ----------
    tree
        Where they stand among all prefixes.
    node
        Node of each in the tree, int64[n].
    edge, length
        Their edges from the left, int64[n, longest], and how many count, int64[n].
    """

    tree: ChainTree
    node: NDArray[np.int64]
    edge: NDArray[np.int64]
    length: NDArray[np.int64]

    @property
    def last_edge(self) -> NDArray[np.int64]:
        """The edge that was driven last."""
        return self.edge[np.arange(len(self.length)), self.length - 1]

    def arcs(self, network: RoadNetwork) -> NDArray[np.int64]:
        """
        Drive on from every chain along every edge that is not banned there.

        Parameters
        ----------
        network
            The roads.

        Returns
        -------
        arcs
            Rows of (state, state after, edge, extra milliseconds), int64[n, 4]; states of
            chains are numbered after the junctions.
        """
        row, onward = _edges_out(network, network.edge_head[self.last_edge])
        state_of = np.full(len(self.tree.cost_ms), NOWHERE, dtype=np.int64)
        state_of[self.node] = network.n_nodes + np.arange(len(self.node))
        to = np.full(len(row), NOWHERE, dtype=np.int64)
        extra_ms, banned = np.zeros(len(row), dtype=np.int64), np.zeros(len(row), dtype=bool)
        for kept in range(self.edge.shape[1], -1, -1):
            node = self._after(row, kept, onward)
            found = node >= 0
            cost_ms = np.where(found, self.tree.cost_ms[node], 0)
            banned |= cost_ms == BANNED
            extra_ms += np.maximum(cost_ms, 0)
            to = np.where((to < 0) & found, state_of[node], to)
        to = np.where(to < 0, network.edge_head[onward], to)
        return np.stack([network.n_nodes + row, to, onward, extra_ms], axis=1)[~banned]

    def _after(
        self, row: NDArray[np.int64], kept: int, onward: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Find the last ``kept`` edges of chains, and one more, in the tree."""
        length = self.length[row]
        node = np.where(length >= kept, ROOT, NOWHERE)
        for place in range(kept):
            node = self.tree.step(node, self.edge[row, np.maximum(length - kept, 0) + place])
        return self.tree.step(node, onward)


def begun_chains(network: RoadNetwork) -> BegunChains:
    """
    List the proper prefixes of a network's turn rules.

    Parameters
    ----------
    network
        The roads.

    Returns
    -------
    chains
        In ascending order of their edges; none where there is no rule.
    """
    longest = int(np.diff(network.first_rule_edge).max(initial=2))
    tree, path = _grown(network, longest)
    node = np.setdiff1d(tree.key // max(network.n_edges, 1), [ROOT])
    edge = path[node, : longest - 1]
    order = np.lexsort(edge.T[::-1])
    length = (edge >= 0).sum(axis=1)
    return BegunChains(tree, node[order], edge[order], length[order])


def _grown(network: RoadNetwork, longest: int) -> tuple[ChainTree, NDArray[np.int64]]:
    """Grow the tree level by level, so that keys ascend; and the path to every node."""
    first, end = network.first_rule_edge[:-1], network.first_rule_edge[1:]
    at = np.full(len(first), ROOT, dtype=np.int64)
    keys, paths = [np.empty(0, dtype=np.int64)], [np.full((1, longest), -1, dtype=np.int64)]
    n_nodes = 1
    for depth in range(longest):
        rule = np.flatnonzero(first + depth < end)
        edge = network.rule_edge[first[rule] + depth].astype(np.int64)
        key, child = np.unique(at[rule] * network.n_edges + edge, return_inverse=True)
        path = np.concatenate(paths)[key // network.n_edges]
        path[:, depth] = key % network.n_edges
        at[rule] = n_nodes + child
        keys.append(key)
        paths.append(path)
        n_nodes += len(key)
    cost_ms = np.zeros(n_nodes, dtype=np.int64)
    cost_ms[at] = network.rule_cost_ms
    return ChainTree(np.concatenate(keys), cost_ms, network.n_edges), np.concatenate(paths)


def _edges_out(
    network: RoadNetwork, junction: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Edges that leave some junctions: the row of the junction, and the edge."""
    first = network.first_out[junction]
    count = network.first_out[junction + 1] - first
    row = np.repeat(np.arange(len(junction)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, first[row] + within
