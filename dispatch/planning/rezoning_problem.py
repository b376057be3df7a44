"""
Rezoning as a problem: nodes to divide among zones, what that costs, and what must hold.

Formulation
-----------
Nodes i, zones z, edges (i, j); ``zone[i]`` is the zone of a node::

    min   sum over i of node_cost[zone[i], i]  +  sum over cut edges of cut_cost[i, j]
    subject to
        |load of z - mean load| <= balance * mean load       load of z = sum of load[z, i]
        every zone hangs together and has a node
        allowed[zone[i], i]                                  locks
        zone[i] != zone[j] for pairs that must be parted
        sum over i of moved_in[zone[i], i]  <=  most_moved

Travel, the price of a change, shared border in metres and border inside townships are all sums of
this kind, so that one search serves cut edges of a bare graph and the plan of a city.  Nodes that
must stay together are one node: `dispatch.planning.rezoning_join`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from dispatch.planning.rezoning_kernel import SLACK, take_stock
from geo.errors import BadValue
from geo.road.frozen import freeze

NOWHERE = -1
"""Zone of today of a node that is in none."""


@dataclass(frozen=True, slots=True, eq=False)
class RezoningProblem:
    """
    What is to be divided.

    Attributes
    ----------
    names
        What the nodes are called, n of them.
    first, tail, neighbour
        The graph: neighbours of node i are ``neighbour[first[i]:first[i + 1]]``, int64[n + 1],
        int32[m] and int32[m]; both directions are there, ``tail`` is where each comes from.
    cut_cost
        What an edge costs if its ends lie in two zones, float64[m], equal in both directions.
    load
        Load of a node in each zone, float64[k, n], none negative.
    node_cost
        What a node costs in each zone, float64[k, n].
    allowed
        Which zones a node may be in, bool[k, n].
    balance
        Share of the mean load by which a zone's load may differ from it.
    today
        Zone of each node today, int32[n]; `NOWHERE` for none.
    moved_in
        What it counts as moved if a node is in a zone, float64[k, n]; 0 in that of today.
    most_moved
        Weight that may be moved; infinite where that does not matter.
    apart_first, apart
        Nodes that each node must be parted from, int64[n + 1] and int32[pairs]; in both
        directions.
    travel_s
        Seconds from node to node where zones have no bases and each is served from its own
        best node, float64[n, n]; empty where `node_cost` says it all.
    """

    names: tuple[str, ...]
    first: NDArray[np.int64]
    tail: NDArray[np.int32]
    neighbour: NDArray[np.int32]
    cut_cost: NDArray[np.float64]
    load: NDArray[np.float64]
    node_cost: NDArray[np.float64]
    allowed: NDArray[np.bool_]
    balance: float
    today: NDArray[np.int32]
    moved_in: NDArray[np.float64]
    most_moved: float
    apart_first: NDArray[np.int64]
    apart: NDArray[np.int32]
    travel_s: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Make the arrays read-only; refuse sides that do not fit."""
        freeze(self)
        n, k = len(self.names), len(self.load)
        fits = (
            self.load.shape == self.node_cost.shape == self.allowed.shape == (k, n)
            and self.moved_in.shape == (k, n)
            and len(self.first) == len(self.apart_first) == n + 1
            and len(self.tail) == len(self.neighbour) == len(self.cut_cost)
            and len(self.today) == n
            and k > 0
        )
        if not fits:
            raise BadValue("The tables of a rezoning problem do not have the shape they need.")

    @property
    def zones(self) -> int:
        """How many zones there are to be."""
        return len(self.load)

    def parts(self) -> tuple[int, NDArray[np.int32]]:
        """
        Find the parts of the graph that no edge joins.

        Returns
        -------
        count, part
            How many, and that of each node, int32[n].
        """
        n = len(self.names)
        edges = csr_array((np.ones(len(self.neighbour)), self.neighbour, self.first), (n, n))
        count, part = connected_components(edges, directed=False)
        return int(count), part.astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Stock:
    """
    Figures of a plan.

    Attributes
    ----------
    cost
        Of cuts and nodes.
    moved
        Weight in other zones than today.
    loads
        Of the zones, float64[k].
    mean
        Their mean.
    """

    cost: float
    moved: float
    loads: NDArray[np.float64]
    mean: float

    @property
    def deviation(self) -> float:
        """The largest difference of a load from the mean, as a share of it."""
        if self.mean <= 0:
            return 0.0
        return float(np.abs(self.loads - self.mean).max() / self.mean)

    def outside(self, balance: float) -> float:
        """
        Add up by how much loads lie outside of the balance.

        Parameters
        ----------
        balance
            Share of the mean.

        Returns
        -------
        outside
            In mean loads; 0 where every load is within, rounding aside.
        """
        if self.within(balance):
            return 0.0
        off = np.abs(self.loads - self.mean) / self.mean
        return float(np.maximum(off - balance, 0.0).sum())

    def within(self, balance: float) -> bool:
        """
        Tell whether every load is within the balance.

        Parameters
        ----------
        balance
            Share of the mean.

        Returns
        -------
        within
            Rounding aside.
        """
        return self.deviation <= balance + SLACK


def stock_of(problem: RezoningProblem, zone_of: NDArray[np.int32]) -> Stock:
    """
    Add up a plan.

    Parameters
    ----------
    problem
        What is divided.
    zone_of
        A zone for each node, int32[n].

    Returns
    -------
    stock
        Travel from zones' own best nodes, where it is asked for, is part of the cost.
    """
    loads, counts = np.zeros(problem.zones), np.zeros(problem.zones, dtype=np.int64)
    sums = np.zeros(2)
    take_stock(
        problem.first,
        problem.neighbour,
        problem.cut_cost,
        problem.load,
        problem.node_cost,
        problem.moved_in,
        np.array(zone_of, dtype=np.int32),  # one kind of array, for one compiled kernel
        loads,
        counts,
        sums,
    )
    cost = float(sums[0])
    if problem.travel_s.size:
        cost += float(served_from(problem, zone_of)[1].sum())
    return Stock(cost, float(sums[1]), loads, float(loads.sum() / problem.zones))


def served_from(
    problem: RezoningProblem, zone_of: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """
    Find the node from which each zone is served with the least travel.

    Parameters
    ----------
    problem
        With `travel_s`.
    zone_of
        A zone for each node, int32[n].

    Returns
    -------
    centre, travel
        A node of each zone, int64[k], the first of the best; load × seconds from it, float64[k].
    """
    centre = np.zeros(problem.zones, dtype=np.int64)
    travel = np.zeros(problem.zones)
    for zone in range(problem.zones):
        mine = np.flatnonzero(zone_of == zone)
        if len(mine):
            sums = problem.travel_s[np.ix_(mine, mine)] @ problem.load[zone, mine]
            best = int(np.argmin(sums))
            centre[zone], travel[zone] = mine[best], sums[best]
    return centre, travel


@dataclass(frozen=True, slots=True, eq=False)
class PlainGraph:
    """
    A graph whose nodes weigh something.

    Attributes
    ----------
    names
        What the nodes are called.
    weight
        float64[n].
    edges
        Pairs of positions, each once, no loops, int64[n_edges, 2].
    """

    names: tuple[str, ...]
    weight: NDArray[np.float64]
    edges: NDArray[np.int64]


def plain_problem(
    graph: PlainGraph, zones: int, balance: float, travel_s: NDArray[np.float64] | None = None
) -> RezoningProblem:
    """
    Make the problem of a bare graph: fewest cut edges, or least travel.

    Parameters
    ----------
    graph
        What is to be divided.
    zones
        How many there are to be.
    balance
        Share of the mean.
    travel_s
        Seconds from node to node, float64[n, n]; None for cut edges.

    Returns
    -------
    problem
        Without locks and without a plan of today.
    """
    names, weight = graph.names, graph.weight
    n = len(names)
    first, tail, neighbour = adjacency_of(n, graph.edges)
    by_travel = travel_s is not None
    return RezoningProblem(
        names=names,
        first=first,
        tail=tail,
        neighbour=neighbour,
        cut_cost=np.full(len(tail), 0.0 if by_travel else 1.0),
        load=np.tile(weight.astype(np.float64), (zones, 1)),
        node_cost=np.zeros((zones, n)),
        allowed=np.ones((zones, n), dtype=np.bool_),
        balance=balance,
        today=np.full(n, NOWHERE, dtype=np.int32),
        moved_in=np.zeros((zones, n)),
        most_moved=np.inf,
        apart_first=np.zeros(n + 1, dtype=np.int64),
        apart=np.zeros(0, dtype=np.int32),
        travel_s=np.zeros((0, 0)) if travel_s is None else travel_s.astype(np.float64),
    )


def adjacency_of(
    n: int, edges: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """
    Turn pairs into lists of neighbours in both directions.

    Parameters
    ----------
    n
        How many nodes there are.
    edges
        Each pair once, int64[n_edges, 2].

    Returns
    -------
    first, tail, neighbour
        As in `RezoningProblem`; neighbours ascend.
    """
    both = np.concatenate([edges, edges[:, ::-1]]).astype(np.int64).reshape(-1, 2)
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    first = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(both[:, 0], minlength=n), out=first[1:])
    return first, both[:, 0].astype(np.int32), both[:, 1].astype(np.int32)
