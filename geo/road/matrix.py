"""Many to many: travel times from all origins to all destinations, sixteen at a time."""

# ruff: noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.climb import climb, descend_places
from geo.road.customise import NEVER
from geo.road.kernel import kernel
from geo.road.metric import Metric, RoadGraph
from geo.road.port import Ports, arrivals, departures, direct_ms
from geo.road.snap import Joins
from geo.road.workspace import Workspace

LANES = 16
"""Far places answered in one sweep; int32 lanes of one cache line."""


@dataclass(frozen=True, slots=True, eq=False)
class Ancestors:
    """
    All ancestors of some states, highest first, with the slots between them.

    Attributes
    ----------
    row
        Row of each state by rank, int32[n_states]; -1 outside.
    first, up, ms
        Slots by row, higher ends as rows, and their weights.
    """

    row: NDArray[np.int32]
    first: NDArray[np.uint32]
    up: NDArray[np.uint32]
    ms: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """
    What all columns of a matrix share.

    Attributes
    ----------
    roads, metric
        The roads and their weights.
    origins, destinations
        The places.
    near, far
        How the origins are left and the destinations reached.
    near_row
        Row among the ancestors of each port of the origins, int32[n_ports].
    ancestors
        All ancestors of the origins.
    """

    roads: RoadGraph
    metric: Metric
    origins: Joins
    destinations: Joins
    near: Ports
    far: Ports
    near_row: NDArray[np.int32]
    ancestors: Ancestors


def plan_matrix(roads: RoadGraph, metric: Metric, origins: Joins, destinations: Joins) -> Plan:
    """
    Prepare what all columns share.

    Parameters
    ----------
    roads, metric
        The roads and their weights.
    origins, destinations
        The places.

    Returns
    -------
    plan
        To be asked for columns, by several threads if need be.
    """
    near = departures(origins, roads.network, roads.graph, metric.edge_ms, metric.closed)
    far = arrivals(destinations, roads.network, roads.graph, metric.edge_ms, metric.closed)
    tree = roads.hierarchy
    rank = tree.rank[near.state]
    ancestors = Ancestors(*close(tree.first, tree.up, metric.slots.up_ms, rank))
    return Plan(roads, metric, origins, destinations, near, far, ancestors.row[rank], ancestors)


def full_matrix(
    roads: RoadGraph, metric: Metric, origins: Joins, destinations: Joins, room: Workspace
) -> NDArray[np.int64]:
    """
    Compute a whole matrix in memory.

    Parameters
    ----------
    roads, metric
        The roads and their weights.
    origins, destinations
        The places.
    room
        The thread's workspace.

    Returns
    -------
    time_ms
        int64[n_origins, n_destinations]; `NEVER` or more where no road leads.
    """
    table = np.full((len(origins), len(destinations)), np.int64(NEVER))
    if len(destinations) == 1:
        table[:, 0] = from_many(roads, metric, origins, destinations, room)
    elif len(origins) == 1:
        table[0] = to_many(roads, metric, origins, destinations, room)
    elif table.size:
        plan = plan_matrix(roads, metric, origins, destinations)
        for columns in column_blocks(plan):
            table[:, columns] = fill_columns(plan, columns, room)
    return table


def from_many(
    roads: RoadGraph, metric: Metric, origins: Joins, destination: Joins, room: Workspace
) -> NDArray[np.int64]:
    """
    Compute a matrix of one column: climb from the destination, descend from every origin.

    Parameters
    ----------
    roads, metric
        The roads and their weights.
    origins, destination
        The places; one destination.
    room
        The thread's workspace.

    Returns
    -------
    time_ms
        int64[n_origins]; `NEVER` or more where no road leads.
    """
    network, graph, slots = roads.network, roads.graph, metric.slots
    near = departures(origins, network, graph, metric.edge_ms, metric.closed)
    far = arrivals(destination, network, graph, metric.edge_ms, metric.closed)
    over_ms = _over_states(roads, far, slots.down_ms, near, slots.up_ms, room)
    straight_ms = direct_ms(origins, destination, network, metric.edge_ms, metric.closed)
    return np.minimum(over_ms, straight_ms)


def to_many(
    roads: RoadGraph, metric: Metric, origin: Joins, destinations: Joins, room: Workspace
) -> NDArray[np.int64]:
    """
    Compute a matrix of one row, as `from_many` computes a column.

    Parameters
    ----------
    roads, metric
        The roads and their weights.
    origin, destinations
        The places; one origin.
    room
        The thread's workspace.

    Returns
    -------
    time_ms
        int64[n_destinations]; `NEVER` or more where no road leads.
    """
    network, graph, slots = roads.network, roads.graph, metric.slots
    near = departures(origin, network, graph, metric.edge_ms, metric.closed)
    far = arrivals(destinations, network, graph, metric.edge_ms, metric.closed)
    over_ms = _over_states(roads, near, slots.up_ms, far, slots.down_ms, room)
    straight_ms = direct_ms(origin, destinations, network, metric.edge_ms, metric.closed)
    return np.minimum(over_ms, straight_ms)


def _over_states(
    roads: RoadGraph,
    one: Ports,
    climb_ms: NDArray[np.int32],
    many: Ports,
    descend_ms: NDArray[np.int32],
    room: Workspace,
) -> NDArray[np.int64]:
    """Times between one place and many, whichever way the weights run."""
    tree = roads.hierarchy
    stamp = room.next_stamp()
    climb(
        tree.first,
        tree.up,
        tree.parent,
        climb_ms,
        tree.rank[one.state],
        one.ms,
        stamp,
        room.mark,
        room.label,
        room.by,
        room.order,
    )
    return descend_places(
        tree.first,
        tree.up,
        tree.parent,
        descend_ms,
        stamp,
        room.mark,
        room.label,
        room.done,
        room.time_ms,
        room.stack,
        many.first,
        tree.rank[many.state],
        many.ms,
    )


def column_blocks(plan: Plan) -> list[slice]:
    """
    Divide the destinations into blocks that are swept at once.

    Parameters
    ----------
    plan
        The matrix.

    Returns
    -------
    blocks
        At most `LANES` columns each, in order.
    """
    count = len(plan.destinations)
    return [slice(start, min(start + LANES, count)) for start in range(0, count, LANES)]


def fill_columns(plan: Plan, columns: slice, room: Workspace) -> NDArray[np.int64]:
    """
    Compute some columns of a matrix.

    Parameters
    ----------
    plan
        The matrix.
    columns
        One of `column_blocks`.
    room
        The thread's workspace.

    Returns
    -------
    time_ms
        int64[n_origins, n_columns]; `NEVER` or more where no road leads.

    References
    ----------
    Delling, Goldberg, Werneck (2011), Faster batched shortest paths in road networks.
    """
    lanes = _sweep(plan, columns, room)
    n_columns = columns.stop - columns.start
    time_ms = finish(plan.near.first, plan.near_row, plan.near.ms, lanes, n_columns)
    ends, closed = plan.destinations.take(columns), plan.metric.closed
    shared = np.isin(ends.street, plan.origins.street) & (ends.street >= 0)
    if closed is not None:
        shared |= closed.locked(ends, onward=False)
    for column in np.flatnonzero(shared):
        one = ends.take(slice(column, column + 1))
        direct = direct_ms(plan.origins, one, plan.roads.network, plan.metric.edge_ms, closed)
        time_ms[:, column] = np.minimum(time_ms[:, column], direct)
    return time_ms


def _sweep(plan: Plan, columns: slice, room: Workspace) -> NDArray[np.int32]:
    """Times from all rows of the ancestors to some destinations, int32[n_rows, LANES]."""
    tree, ancestors, far = plan.roads.hierarchy, plan.ancestors, plan.far
    lanes = np.full((len(ancestors.first) - 1, LANES), NEVER, dtype=np.int32)
    for lane, column in enumerate(range(columns.start, columns.stop)):
        ports = slice(far.first[column], far.first[column + 1])
        count = climb(
            tree.first,
            tree.up,
            tree.parent,
            plan.metric.slots.down_ms,
            tree.rank[far.state[ports]],
            far.ms[ports],
            room.next_stamp(),
            room.mark,
            room.label,
            room.by,
            room.order,
        )
        place_lane(room.order[:count], room.label, ancestors.row, lanes, lane)
    sweep_down(ancestors.first, ancestors.up, ancestors.ms, lanes)
    return lanes


@kernel
def close(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    up_ms: NDArray[np.int32],
    states: NDArray[np.uint32],
) -> tuple[NDArray[np.int32], NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int32]]:
    """
    Gather all ancestors of some states.

    Parameters
    ----------
    first, up, up_ms
        Slots by state, and the weights to sweep by.
    states
        Ranks.

    Returns
    -------
    row, first, up, ms
        See `Ancestors`.
    """
    row = np.full(len(first) - 1, -1, dtype=np.int32)
    for start in states:
        v = start
        while row[v] < 0:
            row[v] = 0
            if first[v] == first[v + 1]:
                break
            v = up[first[v]]
    n_rows, n_slots = 0, 0
    for v in range(len(row) - 1, -1, -1):
        if row[v] == 0:
            row[v] = n_rows
            n_rows += 1
            n_slots += first[v + 1] - first[v]
    own_first = np.zeros(n_rows + 1, dtype=np.uint32)
    own_up = np.empty(n_slots, dtype=np.uint32)
    own_ms = np.empty(n_slots, dtype=np.int32)
    size = 0
    for v in range(len(row) - 1, -1, -1):
        if row[v] >= 0:
            for slot in range(first[v], first[v + 1]):
                own_up[size], own_ms[size] = row[up[slot]], up_ms[slot]
                size += 1
            own_first[row[v] + 1] = size
    return row, own_first, own_up, own_ms


@kernel
def place_lane(
    order: NDArray[np.uint32],
    label: NDArray[np.int32],
    row: NDArray[np.int32],
    lanes: NDArray[np.int32],
    lane: int,
) -> None:
    """
    Copy the labels of a climb to a lane.

    Parameters
    ----------
    order, label
        What the climb left.
    row
        Rows of the ancestors by rank.
    lanes, lane
        Where to.
    """
    for v in order:
        if row[v] >= 0:
            lanes[row[v], lane] = label[v]


@kernel
def sweep_down(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    ms: NDArray[np.int32],
    lanes: NDArray[np.int32],
) -> None:
    """
    Finish all rows from the highest down, in place.

    Parameters
    ----------
    first, up, ms
        Slots of all ancestors.
    lanes
        Times over the climbs on entry, shortest times on return.
    """
    for row in range(len(first) - 1):
        for slot in range(first[row], first[row + 1]):
            high, step_ms = up[slot], ms[slot]
            for lane in range(LANES):
                lanes[row, lane] = min(lanes[row, lane], lanes[high, lane] + step_ms)


@kernel
def finish(
    first: NDArray[np.int64],
    row: NDArray[np.int32],
    port_ms: NDArray[np.int32],
    lanes: NDArray[np.int32],
    n_columns: int,
) -> NDArray[np.int64]:
    """
    Choose the best port of every origin.

    Parameters
    ----------
    first, row, port_ms
        Ports by origin, their rows among the ancestors, and what each costs.
    lanes
        Times of all rows.
    n_columns
        How many lanes count.

    Returns
    -------
    time_ms
        int64[n_origins, n_columns].
    """
    time_ms = np.full((len(first) - 1, n_columns), np.int64(NEVER))
    for origin in range(len(first) - 1):
        for port in range(first[origin], first[origin + 1]):
            for column in range(n_columns):
                ms = np.int64(lanes[row[port], column]) + port_ms[port]
                time_ms[origin, column] = min(time_ms[origin, column], ms)
    return time_ms
