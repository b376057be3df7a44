"""
How much memory some work holds at most, traced in a process of its own.

Python 3.11 crashes if one thread ends the tracing while another allocates, and where tests run,
services that other tests have left open do.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from faults.running_server import forked
from shapely import Point
from spec.made_networks import network_of

from api.layer_export import pieces
from api.layer_file import write_layer_file
from dispatch.layer.kind import KindName
from dispatch.store.city_versions import CITY_TABLES
from geo.road.matrix import plan_matrix
from geo.road.matrix_file import write_matrix
from geo.road.snap import join_nodes
from geo.road.travel_time import NetworkTravelTimes

A_FEW = 10
"""Done before the tracing begins, so that what is only loaded once doesn't count."""


def peak_bytes(work: Callable[[Path, int], None], out: Path, size: int) -> int:
    """Bytes that Python held at most while work of a size was done."""
    with ProcessPoolExecutor(1, mp_context=forked()) as alone:
        return alone.submit(_traced, work, out, size).result()


def _traced(work: Callable[[Path, int], None], out: Path, size: int) -> int:
    """Do some work in this process, which has one thread."""
    work(out.with_name(f"few-{out.name}"), A_FEW)
    tracemalloc.start()
    work(out, size)
    return tracemalloc.get_traced_memory()[1]


def stream_a_matrix(out: Path, n_places: int) -> None:
    """Write the travel times between all places of a street to a file."""
    street = network_of([(i, i + 1, 1_000, 1_000) for i in range(n_places - 1)], n_places)
    times = NetworkTravelTimes(street)
    nodes = join_nodes(times.network, np.arange(n_places))
    plan = plan_matrix(times.roads, times.metric, nodes, nodes)
    write_matrix(plan, out, dtype="float64")


def write_places(out: Path, rows: int) -> None:
    """Write so many places to a layer file."""
    names = [column.name for column in CITY_TABLES["places"].c]
    row = dict.fromkeys(names, "甲") | {"place": Point(109.1, 21.4)}
    layer = pieces(KindName.PLACES, (dict(row) for _ in range(rows)), {})
    assert write_layer_file(layer, out) == rows
