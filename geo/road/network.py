"""RoadNetwork: the immutable arrays that everything on the road reads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.errors import BadValue
from geo.road.frozen import freeze
from geo.road.road_class import Mode
from geo.road.streets import BANNED, CLOSED, Streets, TurnRule

LONGEST_EDGE_MS = 86_400_000
"""No single edge may take longer than a day; a larger figure is a unit mistaken."""


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """
    Roads for one mode of travel, as frozen arrays; edges are one per direction.

    Attributes
    ----------
    mode
        Who travels here.
    node_lon_lat
        Junctions, float64[n_nodes, 2], WGS-84 degrees; the row is the node id.
    node_source_id
        What the source calls each junction, int64[n_nodes].
    first_out
        Edges leaving node v are rows ``first_out[v]:first_out[v + 1]``, int64[n_nodes + 1].
    edge_tail, edge_head
        Node ids, int32[n_edges]; the row is the edge id, sorted by tail.
    edge_ref
        The directed street an edge drives along, ``2 * street + direction``, int32[n_edges].
    edge_ms
        Base travel time in whole milliseconds, int64[n_edges].
    street_edges
        Edge id of the forward and of the backward direction, -1 where closed,
        int32[n_streets, 2].
    street_class, street_length_m, street_way_id, street_name
        Columns of the street table, see `geo.road.streets.Streets`.
    point, first_point
        Geometry of all streets, end to end.
    rule_edge, first_rule_edge, rule_cost_ms
        Turn rules: edge ids end to end, int32[n], where each starts, int64[n_rules + 1],
        and the milliseconds charged or ``BANNED``, int64[n_rules].
    names
        Street names that ``street_name`` points into.
    source
        Where it comes from, in words.
    """

    mode: Mode
    node_lon_lat: NDArray[np.float64]
    node_source_id: NDArray[np.int64]
    first_out: NDArray[np.int64]
    edge_tail: NDArray[np.int32]
    edge_head: NDArray[np.int32]
    edge_ref: NDArray[np.int32]
    edge_ms: NDArray[np.int64]
    street_edges: NDArray[np.int32]
    street_class: NDArray[np.uint8]
    street_length_m: NDArray[np.float64]
    street_way_id: NDArray[np.int64]
    street_name: NDArray[np.int32]
    point: NDArray[np.float64]
    first_point: NDArray[np.int64]
    rule_edge: NDArray[np.int32]
    first_rule_edge: NDArray[np.int64]
    rule_cost_ms: NDArray[np.int64]
    names: tuple[str, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        freeze(self)

    @property
    def n_nodes(self) -> int:
        """Number of junctions."""
        return len(self.node_lon_lat)

    @property
    def n_edges(self) -> int:
        """Number of edges, one per direction."""
        return len(self.edge_tail)

    @property
    def n_streets(self) -> int:
        """Number of streets between junctions."""
        return len(self.street_class)

    @property
    def n_rules(self) -> int:
        """Number of turn rules."""
        return len(self.rule_cost_ms)

    @property
    def edge_street(self) -> NDArray[np.int32]:
        """Street of each edge, int32[n_edges]."""
        return self.edge_ref >> 1

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """
        Every array by its name.

        Returns
        -------
        arrays
            Field name to array, in the order of the fields.
        """
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}

    def turn_rules(self) -> list[TurnRule]:
        """
        Turn rules as values, their refs being edge ids.

        Returns
        -------
        rules
            One per row of ``rule_cost_ms``.
        """
        spans = zip(self.first_rule_edge[:-1], self.first_rule_edge[1:], strict=True)
        return [
            TurnRule(tuple(int(edge) for edge in self.rule_edge[start:end]), int(cost))
            for (start, end), cost in zip(spans, self.rule_cost_ms, strict=True)
        ]

    def edge_points(self, edge: int) -> NDArray[np.float64]:
        """
        Give the points of an edge in the direction of travel.

        Parameters
        ----------
        edge
            Edge id.

        Returns
        -------
        lon_lat
            float64[n, 2].
        """
        street, backward = divmod(int(self.edge_ref[edge]), 2)
        points = self.point[self.first_point[street] : self.first_point[street + 1]]
        return points[::-1] if backward else points

    def without_turn_rules(self) -> RoadNetwork:
        """
        Give the same roads with every turn allowed and free.

        Returns
        -------
        network
            A new network that shares every other array.
        """
        return with_turn_rules(self, ())

    @cached_property
    def parts(self) -> NDArray[np.int64]:
        """Sizes in nodes of the strongly connected parts, largest first, int64[n_parts]."""
        ones = np.ones(self.n_edges, dtype=np.int8)
        shape = (self.n_nodes, self.n_nodes)
        graph = coo_array((ones, (self.edge_tail, self.edge_head)), shape=shape).tocsr()
        _, labels = connected_components(graph, directed=True, connection="strong")
        return np.sort(np.bincount(labels))[::-1].astype(np.int64)

    @cached_property
    def version(self) -> str:
        """Digest of the content: equal networks, equal version."""
        digest = hashlib.blake2b(digest_size=6)
        for name, array in self.arrays().items():
            digest.update(f"{name}{array.dtype}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).view(np.uint8).data)
        digest.update("\n".join((self.mode, *self.names)).encode())
        return digest.hexdigest()


def assemble(streets: Streets, *, mode: Mode) -> RoadNetwork:
    """
    Cut streets into directed edges and freeze them.

    Parameters
    ----------
    streets
        Street table, as the readers yield it.
    mode
        The mode for which its travel times were computed.

    Returns
    -------
    network
        Edges sorted by tail, then by arc reference.  A turn rule over a closed
        direction can never apply and is left out.

    Raises
    ------
    BadValue
        The table contradicts itself, or an edge takes longer than a day.
    """
    _check(streets)
    ms = np.stack([streets.forward_ms, streets.backward_ms], axis=1).ravel()
    ref = np.flatnonzero(ms != CLOSED)
    ends = np.stack([streets.tail, streets.head], axis=1)
    tail = ends[ref >> 1, ref & 1]
    order = np.lexsort((ref, tail))
    ref, tail = ref[order], tail[order]
    head = ends[ref >> 1, 1 - (ref & 1)]
    edge_of_ref = np.full(len(ms), -1, dtype=np.int32)
    edge_of_ref[ref] = np.arange(len(ref), dtype=np.int32)
    n_nodes = len(streets.node_lon_lat)
    rule_edge, first_rule_edge, rule_cost_ms = _rule_arrays(streets.turn_rules, edge_of_ref)
    return RoadNetwork(
        mode=mode,
        node_lon_lat=streets.node_lon_lat,
        node_source_id=streets.node_source_id,
        first_out=np.searchsorted(tail, np.arange(n_nodes + 1)).astype(np.int64),
        edge_tail=tail.astype(np.int32),
        edge_head=head.astype(np.int32),
        edge_ref=ref.astype(np.int32),
        edge_ms=ms[ref],
        street_edges=edge_of_ref.reshape(-1, 2),
        street_class=streets.road_class,
        street_length_m=streets.length_m,
        street_way_id=streets.way_id,
        street_name=streets.name,
        point=streets.point,
        first_point=streets.first_point,
        rule_edge=rule_edge,
        first_rule_edge=first_rule_edge,
        rule_cost_ms=rule_cost_ms,
        names=streets.names,
        source=streets.source,
    )


def with_turn_rules(network: RoadNetwork, rules: Sequence[TurnRule]) -> RoadNetwork:
    """
    Give the same roads with other turn rules.

    Parameters
    ----------
    network
        The roads.
    rules
        All rules of the new network; refs are edge ids.

    Returns
    -------
    network
        A new network that shares every other array.

    Raises
    ------
    BadValue
        A rule names no edge, or edges that do not meet.
    """
    for rule in rules:
        if not all(0 <= edge < network.n_edges for edge in rule.refs):
            raise BadValue(f"Turn rule {rule.refs} names an edge outside 0…{network.n_edges - 1}.")
        for left, right in pairwise(rule.refs):
            if network.edge_head[left] != network.edge_tail[right]:
                raise BadValue(f"Turn rule {rule.refs}: edge {right} does not follow edge {left}.")
    identity = np.arange(network.n_edges, dtype=np.int32)
    rule_edge, first_rule_edge, rule_cost_ms = _rule_arrays(rules, identity)
    return replace(
        network, rule_edge=rule_edge, first_rule_edge=first_rule_edge, rule_cost_ms=rule_cost_ms
    )


def _rule_arrays(
    rules: Sequence[TurnRule], edge_of_ref: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Lay rules end to end; equal chains are merged, a ban outweighing any cost."""
    cost_of_chain: dict[tuple[int, ...], int] = {}
    for rule in rules:
        chain = tuple(int(edge_of_ref[ref]) for ref in rule.refs)
        if -1 in chain:
            continue
        known = cost_of_chain.get(chain, 0)
        banned = BANNED in (known, rule.cost_ms)
        cost_of_chain[chain] = BANNED if banned else known + rule.cost_ms
    chains = sorted(cost_of_chain)
    edges = [edge for chain in chains for edge in chain]
    first = np.cumsum([0, *(len(chain) for chain in chains)])
    costs = [cost_of_chain[chain] for chain in chains]
    return np.array(edges, np.int32), first.astype(np.int64), np.array(costs, np.int64)


def _check(streets: Streets) -> None:
    """Refuse a street table that contradicts itself."""
    n_nodes, n_streets = len(streets.node_lon_lat), len(streets.tail)
    for name in ("head", "road_class", "length_m", "forward_ms", "backward_ms", "way_id", "name"):
        if len(getattr(streets, name)) != n_streets:
            raise BadValue(f"Street column {name} has another length than tail ({n_streets}).")
    if len(streets.first_point) != n_streets + 1:
        raise BadValue(f"first_point must have {n_streets + 1} entries.")
    ends = np.concatenate([streets.tail, streets.head])
    if len(ends) and not (ends.min() >= 0 and ends.max() < n_nodes):
        raise BadValue(f"A street ends at a node outside 0…{n_nodes - 1}.")
    ms = np.concatenate([streets.forward_ms, streets.backward_ms])
    if len(ms) and not (ms.min() >= CLOSED and ms.max() <= LONGEST_EDGE_MS):
        raise BadValue(
            "A street takes a negative time or longer than a day; times are in milliseconds."
        )
    for rule in streets.turn_rules:
        for left, right in pairwise(rule.refs):
            if _end(streets, left) != _end(streets, right ^ 1):
                raise BadValue(f"Turn rule {rule.refs}: street {right} does not follow {left}.")


def _end(streets: Streets, ref: int) -> int:
    """Node at which a directed street ends."""
    return int((streets.tail if ref & 1 else streets.head)[ref >> 1])
