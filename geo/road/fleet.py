"""Fleet: units that hang on the roads as they move, ready to be asked for."""

# ruff: noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from copy import copy
from dataclasses import dataclass, fields
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue
from geo.road.customise import NEVER
from geo.road.eligible import ON_ROAD, may_go
from geo.road.kernel import kernel
from geo.road.network import RoadNetwork
from geo.road.ranking import rank_unit
from geo.road.snap import Joins
from geo.road.turn_graph import TurnGraph

NOWHERE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Hung:
    """
    How units hang on the states of a graph: two ports each, in one list per state.

    Attributes
    ----------
    head
        First port at each state, int32[n_states]; -1 for none.
    after, before
        Next and previous port of the same state, int32[2 * n_units].
    state
        State at the end of each port, int32[2 * n_units]; -1 where the port is not in use.
    edge
        Edge whose rest is driven to that state, int32[2 * n_units]; -1 at a junction.
    along
        Offset of each unit on its street from its first point, float64[n_units].
    walk_ms
        Time on foot to the road, int32[n_units].
    bits
        What each unit is marked with, uint64[n_units]; `geo.road.eligible.ON_ROAD` among it.
    """

    head: NDArray[np.int32]
    after: NDArray[np.int32]
    before: NDArray[np.int32]
    state: NDArray[np.int32]
    edge: NDArray[np.int32]
    along: NDArray[np.float64]
    walk_ms: NDArray[np.int32]
    bits: NDArray[np.uint64]


class Fleet:
    """
    Units by row, moved one by one or thousands at a time; questions see them where they are.

    Parameters
    ----------
    network, graph
        The roads and their searched graph.
    n_units
        How many rows there are; all are nowhere at first.

    Notes
    -----
    Ports hold offsets, not times, so that a change of weights moves nobody.  What a unit may
    be sent to (domain, skill, shift, status) is marked as bits, so that a question about
    any subset of the units needs no list of them.
    """

    def __init__(self, network: RoadNetwork, graph: TurnGraph, n_units: int) -> None:
        self._lock = Lock()
        self._sealed = False
        self.hung = Hung(
            head=np.full(graph.n_states, NOWHERE, dtype=np.int32),
            after=np.full(2 * n_units, NOWHERE, dtype=np.int32),
            before=np.full(2 * n_units, NOWHERE, dtype=np.int32),
            state=np.full(2 * n_units, NOWHERE, dtype=np.int32),
            edge=np.full(2 * n_units, NOWHERE, dtype=np.int32),
            along=np.zeros(n_units),
            walk_ms=np.zeros(n_units, dtype=np.int32),
            bits=np.zeros(n_units, dtype=np.uint64),
        )
        self._network, self._graph = network, graph

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.hung.along)

    def copy(self) -> Fleet:
        """
        Give a fleet of the same units at the same places, to be moved apart from this one.

        Returns
        -------
        fleet
            Its arrays are its own; two megabytes for 25,000 units on 250,000 junctions.
        """
        twin = copy(self)
        twin._lock = Lock()  # noqa: SLF001 -- it is one of us
        twin._sealed = False  # noqa: SLF001 -- it is one of us
        with self.held():
            twin.hung = Hung(*(getattr(self.hung, field.name).copy() for field in fields(Hung)))
        return twin

    def held(self) -> AbstractContextManager[object]:
        """
        Hold the units where they are while a question looks at them.

        Returns
        -------
        held
            To be entered; others wait, unless nobody can move these units any more.
        """
        return nullcontext() if self._sealed else self._lock

    def seal(self) -> None:
        """Let nobody move or mark these units again, so that questions need not queue."""
        self._sealed = True

    def move(self, units: NDArray[np.integer], joins: Joins) -> None:
        """
        Hang units where they now are.

        Parameters
        ----------
        units
            Rows, int[n], without repetition.
        joins
            Where each joins the roads; one that joins neither junction nor street is
            nowhere from now on.

        Raises
        ------
        BadValue
            There is no such row, one stands twice, or the fleet is sealed.
        """
        self._check(units)
        with self._lock:
            hung = self.hung
            hung.along[units] = joins.along
            hung.walk_ms[units] = joins.walk_ms
            hang(
                np.asarray(units, dtype=np.int64),
                joins.node,
                joins.street,
                self._network.street_edges,
                self._graph.state_after,
                hung.head,
                hung.after,
                hung.before,
                hung.state,
                hung.edge,
            )
            on_road = (hung.state[2 * units] >= 0) | (hung.state[2 * units + 1] >= 0)
            own = np.where(on_road, ON_ROAD, 0).astype(np.uint64)
            hung.bits[units] = (hung.bits[units] & ~np.uint64(ON_ROAD)) | own

    def mark(self, units: NDArray[np.integer], bits: NDArray[np.uint64]) -> None:
        """
        Say anew what units may be sent to.

        Parameters
        ----------
        units
            Rows, int[n], without repetition.
        bits
            Their marks, uint64[n]; the caller gives each bit its meaning, but for the
            highest, which is ignored.

        Raises
        ------
        BadValue
            There is no such row, one stands twice, or the fleet is sealed.
        """
        self._check(units)
        with self._lock:
            own = self.hung.bits[units] & np.uint64(ON_ROAD)
            self.hung.bits[units] = (bits & ~np.uint64(ON_ROAD)) | own

    def _check(self, units: NDArray[np.integer]) -> None:
        """Refuse rows that would tangle the lists."""
        if self._sealed:
            raise BadValue("The units of this fleet stay where they are; move those of a copy.")
        if len(units) and not 0 <= units.min() <= units.max() < len(self):
            raise BadValue(f"A fleet of {len(self)} units has rows 0…{len(self) - 1} only.")
        if len(np.unique(units)) < len(units):
            raise BadValue("A unit stands twice in one move; give its latest place only.")


@kernel
def hang(
    units: NDArray[np.int64],
    node: NDArray[np.int32],
    street: NDArray[np.int32],
    street_edges: NDArray[np.int32],
    state_after: NDArray[np.int32],
    head: NDArray[np.int32],
    after: NDArray[np.int32],
    before: NDArray[np.int32],
    state: NDArray[np.int32],
    edge: NDArray[np.int32],
) -> None:
    """
    Take the ports of units off their states and put them where the units are now.

    Parameters
    ----------
    units
        Rows that move.
    node, street
        What each joins, -1 for none.
    street_edges, state_after
        Of the roads and their graph.
    head, after, before, state, edge
        See `Hung`; changed in place.
    """
    for row in range(len(units)):
        for direction in range(2):
            port = 2 * units[row] + direction
            if state[port] >= 0:
                if before[port] >= 0:
                    after[before[port]] = after[port]
                else:
                    head[state[port]] = after[port]
                if after[port] >= 0:
                    before[after[port]] = before[port]
            driven = street_edges[street[row], direction] if street[row] >= 0 else -1
            at = state_after[driven] if driven >= 0 else -1
            if node[row] >= 0 and direction == 0:
                at = node[row]
            state[port], edge[port], before[port], after[port] = at, driven, -1, -1
            if at >= 0:
                after[port] = head[at]
                if head[at] >= 0:
                    before[head[at]] = port
                head[at] = port


@kernel
def rest_of_edge_ms(
    port_edge: NDArray[np.int32],
    along: NDArray[np.float64],
    edge_ms: NDArray[np.int32],
    port: int,
) -> int:
    """
    Time from a unit's offset to the state of one of its ports.

    Parameters
    ----------
    port_edge, along
        See `Hung`.
    edge_ms
        Milliseconds of every edge, `NEVER` where closed.
    port
        Which port.

    Returns
    -------
    ms
        0 at a junction; `NEVER` on a closed edge.
    """
    edge = port_edge[port]
    if edge < 0:
        return 0
    whole_ms = np.int64(edge_ms[edge])
    if whole_ms >= NEVER:
        return int(NEVER)
    share = along[port >> 1] if port & 1 == 0 else 1.0 - along[port >> 1]
    return int(whole_ms - np.int64(np.rint(whole_ms * share)))


@kernel
def units_on_street(
    edges: NDArray[np.int32],
    at: float,
    arrive_ms: int,
    limit_ms: int,
    state_after: NDArray[np.int32],
    head: NDArray[np.int32],
    after: NDArray[np.int32],
    port_edge: NDArray[np.int32],
    along: NDArray[np.float64],
    walk_ms: NDArray[np.int32],
    bits: NDArray[np.uint64],
    wanted: NDArray[np.uint64],
    edge_ms: NDArray[np.int32],
    best_ms: NDArray[np.int64],
    best_unit: NDArray[np.int32],
) -> int:
    """
    Rank the units that reach a place along its own street, without passing a junction.

    Parameters
    ----------
    edges
        Forward and backward edge of the street, -1 where closed, int32[2].
    at
        Offset of the place on the street.
    arrive_ms
        Walk from there to the place.
    limit_ms
        Units that take longer are left out.
    state_after
        Of the graph.
    head, after, port_edge, along, walk_ms
        See `Hung`.
    bits, wanted
        Who may go, see `geo.road.eligible.may_go`.
    edge_ms
        Milliseconds of every edge, `NEVER` where closed.
    best_ms, best_unit
        See `geo.road.dense.search_units`.

    Returns
    -------
    count
        How many of the best are filled.
    """
    count = 0
    for direction in range(2):
        edge = edges[direction]
        if edge < 0 or edge_ms[edge] >= NEVER:
            continue
        port = head[state_after[edge]]
        while port >= 0:
            unit = port >> 1
            ahead = (at - along[unit]) * (1 - 2 * direction) >= 0
            if port_edge[port] == edge and ahead and may_go(bits, wanted, unit):
                whole_ms = edge_ms[edge]
                start = along[unit] if direction == 0 else 1.0 - along[unit]
                end = at if direction == 0 else 1.0 - at
                driven = np.int64(np.rint(whole_ms * end)) - np.int64(np.rint(whole_ms * start))
                unit_ms = driven + walk_ms[unit] + arrive_ms
                if unit_ms <= limit_ms:
                    count = rank_unit(best_ms, best_unit, count, unit_ms, unit)
            port = after[port]
    return count
