"""
Teams in time: which teams of units are complete at places within a limit.

A team is complete where some number of its units are there.  A search backward from a place
ends as soon as enough teams are certain to be in time, so it costs little where there are many;
where there are few, a search onward from each unit finds all the places that it reaches.  Both
are exact.
"""

# ruff: noqa: C901, PLR0913, PLR0914, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.customise import NEVER
from geo.road.fleet import Hung, rest_of_edge_ms
from geo.road.frozen import freeze
from geo.road.kernel import Whole, kernel
from geo.road.metric import Metric, RoadGraph
from geo.road.port import arrivals, departures, direct_ms
from geo.road.search import BUCKET_BITS, NOBODY, NOT_QUEUED, ROUND, link, search_onward, unlink
from geo.road.snap import Joins
from geo.road.workspace import Workspace

NO_TEAM = -1
"""Team of a unit that does not count, and what fills the list of a place that few teams reach."""


@dataclass(frozen=True, slots=True, eq=False)
class Teams:
    """
    Units that count together.

    Attributes
    ----------
    of
        Team of each unit, int32[n_units]; `NO_TEAM` for one that does not count.
    need
        Units that make a team complete, 1 or more.
    """

    of: NDArray[np.int32]
    need: int

    def __post_init__(self) -> None:
        """Make the array read-only."""
        freeze(self)


def find_teams(
    roads: RoadGraph,
    metric: Metric,
    hung: Hung,
    teams: Teams,
    places: Joins,
    limit_ms: NDArray[np.int64],
    found: NDArray[np.int32],
    room: Workspace,
) -> None:
    """
    Find teams that are in time at each of some places, by a search backward from each.

    Parameters
    ----------
    roads, metric
        The roads and their weights.
    hung
        Where the units hang; nobody moves them meanwhile.
    teams
        Who counts; no unit among them stands within a closure (`units_shut_in`).
    places
        Where they should be; one that joins nothing is reached by nobody.
    limit_ms
        Milliseconds within which a team must be complete at each, int64[n_places].
    found
        Receives the teams, int32[n_places, most]: those in time in no order, and `NO_TEAM`
        after them.  A list that is full may not name all teams that are in time.  What stands
        there on entry is kept, and must name other teams than these.
    room
        The thread's workspace.
    """
    network, graph = roads.network, roads.graph
    ports = arrivals(places, network, graph, metric.edge_ms, metric.closed)
    search_teams(
        graph.back.first,
        graph.back.to,
        metric.back_ms,
        ports.first,
        ports.state,
        ports.ms,
        places.street,
        places.along,
        places.walk_ms,
        network.street_edges,
        graph.state_after,
        metric.edge_ms,
        limit_ms,
        hung.head,
        hung.after,
        hung.edge,
        hung.along,
        hung.walk_ms,
        teams.of,
        teams.need,
        room.next_epochs(len(places)),
        room.reached,
        room.stack,
        room.by.view(np.uint32),
        found,
    )


def in_time_from(
    roads: RoadGraph,
    metric: Metric,
    unit: Joins,
    places: Joins,
    limit_ms: NDArray[np.int64],
    room: Workspace,
) -> NDArray[np.bool_]:
    """
    Tell which places a unit reaches in time, by one search onward.

    Parameters
    ----------
    roads, metric
        The roads and their weights.
    unit
        Where it is; one place.
    places
        Where it may go.
    limit_ms
        Milliseconds within which it must be at each, int64[n_places].
    room
        The thread's workspace.

    Returns
    -------
    in_time
        bool[n_places].
    """
    network, graph = roads.network, roads.graph
    near = departures(unit, network, graph, metric.edge_ms, metric.closed)
    far = arrivals(places, network, graph, metric.edge_ms, metric.closed)
    epoch = room.next_epoch()
    search_onward(
        graph.onward.first,
        graph.onward.to,
        metric.onward_ms,
        near.state.astype(np.uint32),
        near.ms,
        int(limit_ms.max(initial=-1)),
        epoch,
        room.reached,
        room.order,
        room.stack,
        room.by.view(np.uint32),
    )
    over_ms = finish_places(far.first, far.state, far.ms, epoch, room.reached)
    straight_ms = direct_ms(unit, places, network, metric.edge_ms, metric.closed)
    in_time: NDArray[np.bool_] = np.minimum(over_ms, straight_ms) <= limit_ms
    return in_time


def units_shut_in(metric: Metric, units: Joins) -> NDArray[np.bool_]:
    """
    Tell which units stand within a closure, so that they walk before they drive.

    Parameters
    ----------
    metric
        The weights.
    units
        Where they are.

    Returns
    -------
    shut_in
        bool[n_units].
    """
    if metric.closed is None:
        return np.zeros(len(units), dtype=np.bool_)
    return metric.closed.locked(units, onward=True)


@kernel
def search_teams(
    first: NDArray[np.uint32],
    to: NDArray[np.uint32],
    arc_ms: NDArray[np.int32],
    first_port: NDArray[np.int64],
    port_state: NDArray[np.int32],
    port_ms: NDArray[np.int32],
    street: NDArray[np.int32],
    at: NDArray[np.float64],
    arrive_ms: NDArray[np.int64],
    street_edges: NDArray[np.int32],
    state_after: NDArray[np.int32],
    edge_ms: NDArray[np.int32],
    limit_ms: NDArray[np.int64],
    head: NDArray[np.int32],
    after: NDArray[np.int32],
    unit_edge: NDArray[np.int32],
    along: NDArray[np.float64],
    walk_ms: NDArray[np.int32],
    team: NDArray[np.int32],
    need: int,
    epoch: int,
    reached: NDArray[np.int64],
    queue_after: NDArray[np.uint32],
    queue_before: NDArray[np.uint32],
    found: NDArray[np.int32],
) -> None:
    """
    Search backward from each place until enough teams are in time.

    Parameters
    ----------
    first, to, arc_ms
        Arcs against travel, by state, and their weights.
    first_port, port_state, port_ms
        Arrivals by place, see `geo.road.port.Ports`.
    street, at, arrive_ms
        Street of each place, its offset there, and the walk to it.
    street_edges, state_after, edge_ms
        Of the roads, their graph and their weights.
    limit_ms
        By place.
    head, after, unit_edge, along, walk_ms
        How the units hang, see `geo.road.fleet.Hung`.
    team, need
        See `Teams`.
    epoch
        The first of as many as there are places; each is lower than the one before.
    reached, queue_after, queue_before
        Room for labels and for the queue of `geo.road.search.search_onward`.
    found
        See `find_teams`.

    Notes
    -----
    A label is the time of some way, so a unit whose label is in time is so for certain, even
    while a faster way is still to be found; and a search that is not ended early ends with all
    labels exact.
    """
    n_teams = team.max() + 1 if len(team) else 0
    seen = np.full(len(team), -1, dtype=np.int32)
    asked = np.full(n_teams, -1, dtype=np.int32)
    tally = np.zeros(n_teams, dtype=np.int32)
    bucket = np.full((max(0, limit_ms.max()) >> BUCKET_BITS) + 1 if len(limit_ms) else 1, NOBODY)
    most = found.shape[1]
    for place in range(len(found)):
        size, limit = 0, limit_ms[place]
        while size < most and found[place, size] >= 0:
            size += 1
        here = epoch - (np.int64(place) << 32)
        if size < most and street[place] >= 0:
            for direction in range(2):
                edge = street_edges[street[place], direction]
                if edge < 0 or edge_ms[edge] >= NEVER:
                    continue
                port = head[state_after[edge]]
                while port >= 0:
                    unit = port >> 1
                    if unit_edge[port] == edge and team[unit] >= 0:
                        ms = along_edge_ms(edge_ms[edge], along[unit], at[place], direction)
                        if ms + walk_ms[unit] + arrive_ms[place] <= limit:
                            size = count_unit(
                                unit, place, team, need, seen, asked, tally, found, size
                            )
                    port = after[port]
        bucket[: (max(np.int64(0), limit) >> BUCKET_BITS) + 1] = NOBODY
        for row in range(first_port[place], first_port[place + 1]):
            state, ms = np.uint32(port_state[row]), np.int64(port_ms[row])
            if ms <= limit and here | ms < reached[state]:
                if reached[state] < here + ROUND:
                    last = np.uint32((reached[state] - here) >> BUCKET_BITS)
                    unlink(state, last, bucket, queue_after, queue_before)
                reached[state] = here | ms
                link(state, np.uint32(ms >> BUCKET_BITS), bucket, queue_after, queue_before)
        now = np.uint32(0)
        while size < most and np.int64(now) << BUCKET_BITS <= limit:
            state = bucket[now]
            if state == NOBODY:
                now += np.uint32(1)
                continue
            unlink(state, now, bucket, queue_after, queue_before)
            ms = reached[state] - here
            port = head[state]
            while port >= 0:
                unit = port >> 1
                if team[unit] >= 0 and seen[unit] != place:
                    rest_ms = rest_of_edge_ms(unit_edge, along, edge_ms, port)
                    if ms + rest_ms + walk_ms[unit] <= limit:
                        size = count_unit(unit, place, team, need, seen, asked, tally, found, size)
                port = after[port]
            for arc in range(first[state], first[state + np.uint32(1)]):
                other, other_ms = to[arc], ms + arc_ms[arc]
                label = reached[other]
                if other_ms > limit or here | other_ms >= label:
                    continue
                if label < here + ROUND and queue_before[other] != NOT_QUEUED:
                    last = np.uint32((label - here) >> BUCKET_BITS)
                    unlink(other, last, bucket, queue_after, queue_before)
                reached[other] = here | other_ms
                link(other, np.uint32(other_ms >> BUCKET_BITS), bucket, queue_after, queue_before)


@kernel
def along_edge_ms(whole_ms: Whole, start: float, end: float, direction: int) -> int:
    """
    Time along an edge from one offset on its street to another.

    Parameters
    ----------
    whole_ms
        Milliseconds of the edge.
    start, end
        Offsets from the first point of the street.
    direction
        0 where the edge runs onward from that point, 1 where it runs back.

    Returns
    -------
    ms
        `NEVER` where the end lies behind.
    """
    if (end - start) * (1 - 2 * direction) < 0:
        return int(NEVER)
    if direction:
        start, end = 1.0 - start, 1.0 - end
    return int(np.int64(np.rint(whole_ms * end)) - np.int64(np.rint(whole_ms * start)))


@kernel
def count_unit(
    unit: int,
    place: int,
    team: NDArray[np.int32],
    need: int,
    seen: NDArray[np.int32],
    asked: NDArray[np.int32],
    tally: NDArray[np.int32],
    found: NDArray[np.int32],
    size: int,
) -> int:
    """
    Count a unit that is in time, once for each place, and note its team if that completes it.

    Parameters
    ----------
    unit, place
        Which is in time, and where.
    team, need
        See `Teams`.
    seen
        Place at which each unit was counted last.
    asked, tally
        Place at which each team was counted last, and how many of its units there.
    found, size
        Teams of the place, and how many are filled.

    Returns
    -------
    size
        How many are filled now.
    """
    if seen[unit] == place or size == found.shape[1]:
        return size
    seen[unit] = place
    mine = team[unit]
    if asked[mine] != place:
        asked[mine], tally[mine] = place, 0
    tally[mine] += 1
    if tally[mine] == need:
        found[place, size] = mine
        return size + 1
    return size


@kernel
def finish_places(
    first: NDArray[np.int64],
    state: NDArray[np.int32],
    ms: NDArray[np.int32],
    epoch: int,
    reached: NDArray[np.int64],
) -> NDArray[np.int64]:
    """
    Finish the ways to places.

    Parameters
    ----------
    first, state, ms
        Arrivals by place, see `geo.road.port.Ports`.
    epoch, reached
        Labels of the search, see `geo.road.search.search_onward`.

    Returns
    -------
    time_ms
        int64[n_places]; `NEVER` or more where the search did not get to.
    """
    time_ms = np.full(len(first) - 1, np.int64(NEVER))
    for place in range(len(time_ms)):
        for port in range(first[place], first[place + 1]):
            label = reached[state[port]]
            if label < epoch + ROUND:
                time_ms[place] = min(time_ms[place], label - epoch + ms[port])
    return time_ms
