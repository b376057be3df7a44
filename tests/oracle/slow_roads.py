"""
Slow and plain: every travel time between places, by scipy's Dijkstra over walks.

A state is a junction from which nothing has been driven yet, or the walk just driven, up to
one edge less than the longest turn rule; so every rule is looked up in the walk itself.  Without
rules a junction is all there is to know.  Places hang on with one node to set out from and one
to arrive at.  Read from `RoadNetwork`: its edges, streets and rules; from the engine: nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from geo.road.network import RoadNetwork
from geo.road.snap import Joins
from geo.road.streets import BANNED

Ints = NDArray[np.int64]

CLOSED_MS = 2**30 - 1
"""An edge this slow is closed, and a way this long is none."""

NO_WAY = -1

AT_ONCE = 8
"""Sources searched in one call; scipy's answer for all 200 would fill the memory."""


@dataclass(frozen=True, eq=False)
class SlowRoads:
    """States, and arcs between them: where from, where to, which edge, and the turn's price."""

    network: RoadNetwork
    state_node: Ints
    after: Ints
    source: Ints
    target: Ints
    edge: Ints
    extra_ms: Ints
    rules: dict[tuple[int, ...], int | None]


def slow_roads(network: RoadNetwork) -> SlowRoads:
    """Expand a network as far as its turn rules ask for."""
    rules = {
        rule.refs: None if rule.cost_ms == BANNED else rule.cost_ms for rule in network.turn_rules()
    }
    junctions = np.arange(network.n_nodes)
    tail, head = network.edge_tail.astype(np.int64), network.edge_head.astype(np.int64)
    edges = np.arange(network.n_edges)
    if not rules:
        free = np.zeros(network.n_edges, np.int64)
        return SlowRoads(network, junctions, head, tail, head, edges, free, rules)
    walks, arcs = _walks(network, rules)
    state_node = np.concatenate([junctions, head[walks[:, -1]]])
    after = network.n_nodes + edges  # the first walks are the edges, one by one
    source = np.concatenate([tail, network.n_nodes + arcs[0]])
    target = np.concatenate([after, network.n_nodes + arcs[1]])
    edge, extra_ms = np.concatenate([edges, arcs[2]]), np.concatenate([0 * edges, arcs[3]])
    return SlowRoads(network, state_node, after, source, target, edge, extra_ms, rules)


def _walks(
    network: RoadNetwork, rules: dict[tuple[int, ...], int | None]
) -> tuple[Ints, tuple[Ints, Ints, Ints, Ints]]:
    """All walks that no rule bans, -1 before their first edge, and the steps between them."""
    longest = max(map(len, rules)) - 1
    walks = np.full((network.n_edges, longest), -1, dtype=np.int64)
    walks[:, -1] = np.arange(network.n_edges)
    frontier, found, steps = walks, [walks], []
    known = _keys(walks, network)
    while len(frontier):
        driven = _driven_on(network, frontier)
        extra_ms, banned = _charged(network, rules, driven)
        driven, extra_ms = driven[~banned], extra_ms[~banned]
        steps.append((driven, extra_ms))
        kept = driven[:, 1:]
        key, row = np.unique(_keys(kept, network), return_index=True)
        frontier = kept[row[~np.isin(key, known)]]
        known = np.concatenate([known, _keys(frontier, network)])
        found.append(frontier)
    walks = np.concatenate(found)
    driven, extra_ms = (np.concatenate(column) for column in zip(*steps, strict=True))
    order = np.argsort(known)
    came, went = (
        order[np.searchsorted(known, _keys(part, network), sorter=order)]
        for part in (driven[:, :-1], driven[:, 1:])
    )
    return walks, (came, went, driven[:, -1], extra_ms)


def _driven_on(network: RoadNetwork, walks: Ints) -> Ints:
    """Every walk with every edge that leaves its end."""
    node = network.edge_head[walks[:, -1]]
    ways = network.first_out[node + 1] - network.first_out[node]
    row = np.repeat(np.arange(len(walks)), ways)
    onward = np.arange(len(row)) + np.repeat(network.first_out[node] - np.cumsum(ways) + ways, ways)
    return np.column_stack([walks[row], onward])


def _keys(walks: Ints, network: RoadNetwork) -> Ints:
    """One number for each walk."""
    base = network.n_edges + 1
    assert base ** walks.shape[1] < 2**63
    key = np.zeros(len(walks), dtype=np.int64)
    for column in walks.T:
        key = key * base + column + 1
    return key


def _charged(
    network: RoadNetwork, rules: dict[tuple[int, ...], int | None], driven: Ints
) -> tuple[Ints, NDArray[np.bool_]]:
    """What the last step of each walk costs beyond its edge, and which of them are banned."""
    extra_ms, banned = np.zeros(len(driven), np.int64), np.zeros(len(driven), bool)
    for length in {len(chain) for chain in rules}:
        chains = [chain for chain in rules if len(chain) == length]
        rule = _keys(np.array(chains), network)
        order = np.argsort(rule)
        key = _keys(driven[:, -length:], network)
        place = order[np.minimum(np.searchsorted(rule, key, sorter=order), len(rule) - 1)]
        hit = rule[place] == key
        cost = np.array([-1 if rules[chain] is None else rules[chain] for chain in chains])
        extra_ms += np.where(hit, np.maximum(cost[place], 0), 0)
        banned |= hit & (cost[place] < 0)
    return extra_ms, banned


class SlowTimes:
    """Travel times between places under one set of weights, each source searched once."""

    def __init__(self, roads: SlowRoads, places: Joins, edge_ms: Ints) -> None:
        self.roads, self.places, self.edge_ms = roads, places, edge_ms.astype(np.int64)
        n_states, n_places = len(roads.state_node), len(places)
        self._start, self._end = n_states, n_states + n_places
        links = [self._drives(), self._departures(), self._arrivals(), self._along_streets()]
        source, target, ms = (np.concatenate(column) for column in zip(*links, strict=True))
        self.graph = _fastest_arcs(source, target, ms, n_states + 2 * n_places)

    def from_place(self, places: Sequence[int]) -> Ints:
        """Milliseconds from some places to all, int64[n, n_places]; `NO_WAY`."""
        return self._searched(self.graph, self._start + np.asarray(places), self._end)

    def to_place(self, places: Sequence[int]) -> Ints:
        """Milliseconds to some places from all, int64[n, n_places]; `NO_WAY`."""
        backward = csr_array(self.graph.T)
        return self._searched(backward, self._end + np.asarray(places), self._start)

    def inside(self) -> NDArray[np.bool_]:
        """Which places can be left and reached again within the largest strong part."""
        linked = self.graph.copy()
        linked.data[:] = 1
        _, part = connected_components(linked, connection="strong")
        in_largest = part == np.bincount(part).argmax()
        leaves = (linked @ in_largest)[self._start : self._end] > 0
        return leaves & ((linked.T @ in_largest)[self._end :] > 0)

    def entered_ms(self, place: int) -> NDArray[np.float64]:
        """Earliest time at which each edge is begun, its turn included; inf: never."""
        roads = self.roads
        label = dijkstra(self.graph, indices=self._start + place)
        begun_ms = label[roads.source] + roads.extra_ms
        shut = self.edge_ms[roads.edge] + roads.extra_ms >= CLOSED_MS
        times = np.full(roads.network.n_edges, np.inf)
        np.minimum.at(times, roads.edge, np.where(shut, np.inf, begun_ms))
        return times

    def _searched(self, graph: csr_array, rows: Ints, first: int) -> Ints:
        """Labels of the places' nodes from `first` on, a few sources at a time."""
        found = np.empty((len(rows), len(self.places)), dtype=np.int64)
        for at in range(0, len(rows), AT_ONCE):
            label = dijkstra(graph, indices=rows[at : at + AT_ONCE])
            label = label[:, first : first + len(self.places)]
            found[at : at + AT_ONCE] = np.where(label < CLOSED_MS, label, NO_WAY)
        return found

    def _drives(self) -> tuple[Ints, Ints, Ints]:
        roads = self.roads
        ms = self.edge_ms[roads.edge]
        is_open = ms < CLOSED_MS
        cost = ms + roads.extra_ms
        return roads.source[is_open], roads.target[is_open], cost[is_open]

    def _departures(self) -> tuple[Ints, Ints, Ints]:
        """From each place: its junction, or the end of every open edge of its street."""
        places = self.places
        at = np.flatnonzero(places.node >= 0)
        rows, state, ms = [at], [places.node[at].astype(np.int64)], [places.walk_ms[at]]
        for row, edge, from_start in self._on_streets():
            rows.append(row)
            state.append(self.roads.after[edge])
            ms.append(self.edge_ms[edge] - from_start + places.walk_ms[row])
        return self._start + np.concatenate(rows), np.concatenate(state), np.concatenate(ms)

    def _arrivals(self) -> tuple[Ints, Ints, Ints]:
        """To each place: from any state at its junction, or that may turn into its street."""
        roads, places = self.roads, self.places
        at = np.flatnonzero(places.node >= 0)
        state, row = _pairs(roads.state_node, places.node[at].astype(np.int64))
        states, rows, ms = [state], [at[row]], [places.walk_ms[at[row]]]
        for row, edge, from_start in self._on_streets():
            arc, place = _pairs(roads.edge, edge)
            states.append(roads.source[arc])
            rows.append(row[place])
            ms.append(roads.extra_ms[arc] + from_start[place] + places.walk_ms[row[place]])
        return np.concatenate(states), self._end + np.concatenate(rows), np.concatenate(ms)

    def _along_streets(self) -> tuple[Ints, Ints, Ints]:
        """From place to place along the street that both stand on."""
        walk_ms, along = self.places.walk_ms, self.places.along
        source, target, ms = [], [], []
        for direction, (row, edge, from_start) in enumerate(self._on_streets()):
            one, other = _pairs(edge, edge)
            ahead = (along[row[other]] - along[row[one]]) * (1 - 2 * direction) >= 0
            one, other = one[ahead], other[ahead]
            source.append(self._start + row[one])
            target.append(self._end + row[other])
            walks = walk_ms[row[one]] + walk_ms[row[other]]
            ms.append(from_start[other] - from_start[one] + walks)
        return np.concatenate(source), np.concatenate(target), np.concatenate(ms)

    def _on_streets(self) -> list[tuple[Ints, Ints, Ints]]:
        """Of either direction: places on an open edge, the edge, and time from its start."""
        rows = np.flatnonzero(self.places.street >= 0)
        found = []
        for direction in (0, 1):
            edge = self.roads.network.street_edges[self.places.street[rows], direction]
            is_open = (edge >= 0) & (self.edge_ms[edge] < CLOSED_MS)
            row, driven = rows[is_open], edge[is_open].astype(np.int64)
            along = self.places.along[row]
            share = 1.0 - along if direction else along
            found.append((row, driven, np.rint(self.edge_ms[driven] * share).astype(np.int64)))
        return found


def price_ms(
    roads: SlowRoads, edge_ms: Ints, start: Joins, end: Joins, edges: Sequence[int]
) -> int | None:
    """Price of driving edges, which must lead from place to place; None where one is forbidden."""
    network = roads.network
    nodes = [*network.edge_tail[edges[:1]], *network.edge_head[edges]]
    assert network.edge_tail[edges].tolist() == nodes[:-1]
    ends = nodes or [int(start.node[0])]
    assert start.node[0] in {-1, ends[0]}
    assert end.node[0] in {-1, ends[-1]}
    total_ms = int(start.walk_ms[0] + end.walk_ms[0])
    longest = max(map(len, roads.rules), default=0)
    for at, edge in enumerate(edges):
        total_ms += int(edge_ms[edge])
        chains = [tuple(edges[first : at + 1]) for first in range(max(at + 1 - longest, 0), at)]
        extra_ms = [roads.rules[chain] for chain in chains if chain in roads.rules]
        if edge_ms[edge] >= CLOSED_MS or None in extra_ms:
            return None
        total_ms += sum(cost for cost in extra_ms if cost is not None)
    if start.street[0] >= 0:
        total_ms -= offset_ms(network, edge_ms, start, edges[0])
    if end.street[0] >= 0:
        total_ms -= int(edge_ms[edges[-1]]) - offset_ms(network, edge_ms, end, edges[-1])
    return total_ms


def offset_ms(network: RoadNetwork, edge_ms: Ints, place: Joins, edge: int) -> int:
    """Milliseconds from the start of an edge to a place on its street."""
    street, backward = divmod(int(network.edge_ref[edge]), 2)
    assert place.street[0] == street
    along = float(place.along[0])
    return int(np.rint(int(edge_ms[edge]) * (1.0 - along if backward else along)))


def _pairs(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """All rows of two columns that hold the same value."""
    order = np.argsort(left, kind="stable")
    first = np.searchsorted(left, right, sorter=order)
    count = np.searchsorted(left, right, side="right", sorter=order) - first
    other = np.repeat(np.arange(len(right)), count)
    within = np.arange(len(other)) - np.repeat(np.cumsum(count) - count, count)
    return order[np.repeat(first, count) + within], other


def _fastest_arcs(source: Ints, target: Ints, ms: Ints, size: int) -> csr_array:
    """Of parallel arcs the fastest: scipy would add them up."""
    order = np.lexsort((ms, target, source))
    source, target, ms = source[order], target[order], ms[order]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = (source[1:] != source[:-1]) | (target[1:] != target[:-1])
    ends = (source[is_first], target[is_first])
    graph = csr_array((ms[is_first].astype(float), ends), shape=(size, size))
    assert graph.nnz == is_first.sum()
    return graph
