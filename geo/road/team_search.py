"""The kernels of `geo.road.teams`: a search that ends early, and a descent within a limit."""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.climb import descend
from geo.road.customise import NEVER
from geo.road.fleet import rest_of_edge_ms
from geo.road.kernel import Whole, kernel
from geo.road.search import BUCKET_BITS, NOBODY, NOT_QUEUED, ROUND, link, unlink


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
        See `geo.road.teams.Teams`.
    epoch
        The first of as many as there are places; each is lower than the one before.
    reached, queue_after, queue_before
        Room for labels and for the queue of `geo.road.search.search_onward`.
    found
        See `geo.road.teams.find_teams`.

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
        for direction in range(2 if street[place] >= 0 else 0):
            edge = street_edges[street[place], direction]
            if edge < 0 or edge_ms[edge] >= NEVER:
                continue
            port = head[state_after[edge]]
            while port >= 0:
                unit = port >> 1
                if unit_edge[port] == edge and team[unit] >= 0:
                    driven_ms = along_edge_ms(edge_ms[edge], along[unit], at[place], direction)
                    if driven_ms + walk_ms[unit] + arrive_ms[place] <= limit:
                        size = count_unit(unit, place, team, need, seen, asked, tally, found, size)
                port = after[port]
        here = epoch - (np.int64(place) << 32)
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
        See `geo.road.teams.Teams`.
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
def descend_in_time(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    parent: NDArray[np.uint32],
    down_ms: NDArray[np.int32],
    stamp: int,
    mark: NDArray[np.int32],
    label: NDArray[np.int32],
    done: NDArray[np.int32],
    time_ms: NDArray[np.int32],
    stack: NDArray[np.uint32],
    first_port: NDArray[np.int64],
    port_rank: NDArray[np.uint32],
    port_ms: NDArray[np.int32],
    limit_ms: int,
) -> NDArray[np.int64]:
    """
    Times from the seeds of a climb to places, as far as they matter.

    Parameters
    ----------
    first, up, parent, down_ms, stamp, mark, label, done, time_ms, stack
        See `geo.road.climb.descend`.
    first_port, port_rank, port_ms
        Arrivals by place, as ranks.
    limit_ms
        Longer times are of no interest.

    Returns
    -------
    best_ms
        int64[n_places]; exact where it is within the limit.
    """
    best_ms = np.full(len(first_port) - 1, np.int64(NEVER))
    for place in range(len(best_ms)):
        for port in range(first_port[place], first_port[place + 1]):
            if port_ms[port] > limit_ms:
                continue
            ms = port_ms[port] + descend(
                first, up, parent, down_ms, port_rank[port], limit_ms,
                stamp, mark, label, done, time_ms, stack,
            )  # fmt: skip
            best_ms[place] = min(best_ms[place], ms)
    return best_ms
