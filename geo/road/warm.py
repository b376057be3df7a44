"""`python -m geo.road.warm`: compile every kernel once, so that no first request is slow."""

from __future__ import annotations

import numpy as np

from geo.road.network import assemble
from geo.road.road_class import Mode
from geo.road.snap import join_nodes
from geo.road.streets import Streets
from geo.road.travel_time import NetworkTravelTimes


def warm_kernels() -> None:
    """Ask a network of one street every kind of question."""
    times = NetworkTravelTimes(assemble(_one_street(), mode=Mode.CAR))
    ends = join_nodes(times.network, np.arange(2))
    times.matrix(ends, ends)
    start, end = ends.take(slice(0, 1)), ends.take(slice(1, 2))
    times.nearest(ends, start, k=1)
    times.route(start, end)
    times.reach(start, [60.0])


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
