"""
The graph that is searched: junctions, plus one state per turn rule that has been started.

A turn rule is a chain of edges that is banned or costs extra when driven to its end.  To obey
it, a search must remember which part of a chain it has just driven.  Expanding every edge to a
state does that at two to three times the size of the network; but few junctions have rules.
So the states here are those of the automaton that recognises the chains: every junction
("nothing begun"), and every proper prefix of a chain ("these edges were just driven").  From a
state, driving an edge leads to the longest prefix that the edges just driven end with, and is
charged for every chain that it completes.  Travel times equal those of the edge-expanded graph;
with a rule on every turn the states become exactly the edges.

References
----------
Aho and Corasick (1975), Efficient string matching: an aid to bibliographic search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.frozen import freeze
from geo.road.network import RoadNetwork
from geo.road.turn_chain import begun_chains


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """
    Arcs of a search graph, grouped by the state they are relaxed from.

    Attributes
    ----------
    first
        Arcs of state s are rows ``first[s]:first[s + 1]``, uint32[n_states + 1].
    to
        State at the other end, uint32[n_arcs].
    edge
        Edge driven, int32[n_arcs].
    extra_ms
        What the turn into that edge costs, int64[n_arcs].
    """

    first: NDArray[np.uint32]
    to: NDArray[np.uint32]
    edge: NDArray[np.int32]
    extra_ms: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        freeze(self)

    def price(self, edge_ms: NDArray[np.int64]) -> NDArray[np.int64]:
        """
        Weigh the arcs.

        Parameters
        ----------
        edge_ms
            Milliseconds of every edge, int64[n_edges].

        Returns
        -------
        arc_ms
            Edge and turn together, int64[n_arcs].
        """
        return edge_ms[self.edge] + self.extra_ms


@dataclass(frozen=True, slots=True, eq=False)
class TurnGraph:
    """
    States and arcs of one network under its turn rules.

    Attributes
    ----------
    n_nodes
        States 0…n_nodes-1 are the junctions with nothing begun.
    state_node
        Junction at which each state stands, int32[n_states].
    onward, back
        Arcs along and against the direction of travel.  The first rows of ``onward`` are
        the edges themselves, driven with nothing begun.
    back_row
        Row in ``back`` of each arc of ``onward``, int32[n_arcs].
    state_after
        State after driving an edge with nothing begun before it, int32[n_edges].
    first_memory, memory
        Further states at each junction, int64[n_nodes + 1] and int32[n].
    """

    n_nodes: int
    state_node: NDArray[np.int32]
    onward: Arcs
    back: Arcs
    back_row: NDArray[np.int32]
    state_after: NDArray[np.int32]
    first_memory: NDArray[np.int64]
    memory: NDArray[np.int32]

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        freeze(self)

    @property
    def n_states(self) -> int:
        """Number of states."""
        return len(self.state_node)

    def arcs_over(self, edges: NDArray[np.integer]) -> NDArray[np.int64]:
        """
        List the arcs that drive some edges.

        Parameters
        ----------
        edges
            Edge ids, without repetition.

        Returns
        -------
        arcs
            Rows of ``onward``.
        """
        n_edges = len(self.state_after)
        remembered = np.flatnonzero(np.isin(self.onward.edge[n_edges:], edges))
        return np.concatenate([np.asarray(edges, np.int64), n_edges + remembered])


def turn_graph(network: RoadNetwork) -> TurnGraph:
    """
    Build the states and arcs that obey a network's turn rules.

    Parameters
    ----------
    network
        The roads.

    Returns
    -------
    graph
        ``n_nodes`` states and one more for every distinct proper prefix of a rule.
    """
    chains = begun_chains(network)
    state_after = network.edge_head.astype(np.int32)
    single = chains.length == 1
    state_after[chains.edge[single, 0]] = network.n_nodes + np.flatnonzero(single)
    memory_arcs = chains.arcs(network)
    begun_at = network.edge_head[chains.last_edge]
    state_node = np.concatenate([np.arange(network.n_nodes), begun_at]).astype(np.int32)
    source = np.concatenate([network.edge_tail, memory_arcs[:, 0]])
    to = np.concatenate([state_after, memory_arcs[:, 1]])
    edge = np.concatenate([np.arange(network.n_edges), memory_arcs[:, 2]])
    extra_ms = np.concatenate([np.zeros(network.n_edges, np.int64), memory_arcs[:, 3]])
    onward_order, back_order = np.lexsort((edge, source)), np.lexsort((edge, to))
    back_row = np.empty(len(edge), dtype=np.int32)
    back_row[back_order] = np.arange(len(edge))
    first_memory, memory = _grouped(state_node[network.n_nodes :], network.n_nodes)
    return TurnGraph(
        n_nodes=network.n_nodes,
        state_node=state_node,
        onward=_arcs(source, to, edge, extra_ms, onward_order, len(state_node)),
        back=_arcs(to, source, edge, extra_ms, back_order, len(state_node)),
        back_row=back_row[onward_order],
        state_after=state_after,
        first_memory=first_memory,
        memory=(memory + network.n_nodes).astype(np.int32),
    )


def _arcs(  # noqa: PLR0913, PLR0917 -- the columns of one table
    source: NDArray[np.integer],
    to: NDArray[np.integer],
    edge: NDArray[np.integer],
    extra_ms: NDArray[np.int64],
    order: NDArray[np.int64],
    n_states: int,
) -> Arcs:
    """Group arcs by the state they are relaxed from, in the order of their edges."""
    first = np.searchsorted(source[order], np.arange(n_states + 1))
    return Arcs(
        first=first.astype(np.uint32),
        to=to[order].astype(np.uint32),
        edge=edge[order].astype(np.int32),
        extra_ms=extra_ms[order].astype(np.int64),
    )


def _grouped(
    group: NDArray[np.integer], n_groups: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows by group: where each group starts, and the rows in its order."""
    order = np.argsort(group, kind="stable")
    first = np.searchsorted(group[order], np.arange(n_groups + 1))
    return first.astype(np.int64), order.astype(np.int64)
