"""`python -m geo.road.warm`: compile every kernel once, so that no first request is slow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geo.road.closed_street import closed_streets
from geo.road.customise import NEVER
from geo.road.eligible import ANYBODY
from geo.road.fleet import Fleet
from geo.road.metric import reweigh, weigh
from geo.road.nearest import Best, Question, by_hierarchy, by_search
from geo.road.network import assemble
from geo.road.order import dissect, undirected
from geo.road.prepared import prepare
from geo.road.road_class import Mode
from geo.road.snap import Joins
from geo.road.streets import Streets
from geo.road.teams import NO_TEAM, Teams, find_teams, in_time_from
from geo.road.travel_time import NetworkTravelTimes
from geo.road.workspace import Workspace


def warm_kernels() -> None:
    """Ask a network of one street every kind of question, by every method."""
    network = assemble(_one_street(), mode=Mode.CAR)
    roads = prepare(network)
    dissect(undirected(roads.graph), np.repeat(network.node_lon_lat, 20, axis=0)[:2])
    metric = weigh(roads, network.edge_ms, version="warm")
    reweigh(roads, metric, np.array([0]), np.array([1]), version="warmer")
    times = NetworkTravelTimes(network, roads=roads)
    ends = times.join(np.array([[109.0, 21.0], [109.0004, 21.0001]]))  # a junction, a street
    other, one = ends.take(slice(0, 1)), ends.take(slice(1, 2))
    for origins in (one, ends):
        for destinations in (other, ends):
            times.matrix(origins, destinations)
    fleet = times.fleet(ends)
    times.nearest(fleet, one, k=1)
    times.times_within(fleet, one, within_ms=1)
    question = Question(
        roads, metric, fleet.hung, one, 1, 1_000_000, ANYBODY.masks(), fleet.hung.bits
    )
    room = Workspace(roads.graph.n_states)
    best = Best(np.empty(1, dtype=np.int64), np.empty(1, dtype=np.int32))
    by_search(question, best, 0, 1, room)
    by_hierarchy(question, best, 0, room)
    times.route(one, other)
    times.matrix_row(one, ends)
    times.reach(one, [60.0])
    times.partition(ends).serve(ends)
    _find_teams(times, fleet, ends)
    shut = weigh(roads, np.full(network.n_edges, NEVER), version="shut")
    inside = times.under(replace(shut, closed=closed_streets(network, shut.edge_ms)))
    inside.nearest(fleet, one, k=1)


def _find_teams(times: NetworkTravelTimes, fleet: Fleet, ends: Joins) -> None:
    """Ask for teams of one unit, by both methods."""
    roads, metric, room, limit_ms = times.roads, times.metric, times.room, np.array([60_000] * 2)
    teams, found = Teams(np.zeros(2, dtype=np.int32), 1), np.full((2, 1), NO_TEAM, dtype=np.int32)
    find_teams(roads, metric, fleet.hung, teams, ends, limit_ms, found, room)
    in_time_from(roads, metric, ends, ends, limit_ms, room)


def _one_street() -> Streets:
    """Two junctions and a street of a minute between them."""
    lon_lat = np.array([[109.0, 21.0], [109.001, 21.0]])
    minute_ms = np.array([60_000], dtype=np.int64)
    return Streets(
        node_lon_lat=lon_lat,
        node_source_id=np.arange(2),
        tail=np.array([0], dtype=np.int32),
        head=np.array([1], dtype=np.int32),
        road_class=np.zeros(1, dtype=np.uint8),
        length_m=np.array([103.8]),
        forward_ms=minute_ms,
        backward_ms=minute_ms,
        point=lon_lat,
        first_point=np.array([0, 2]),
        way_id=np.zeros(1, dtype=np.int64),
        name=np.full(1, -1, dtype=np.int32),
        source="one street, to warm the kernels",
    )


if __name__ == "__main__":
    warm_kernels()
