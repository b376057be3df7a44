"""The usual shortcut, a list of the officers nearest by straight line: how often is it wrong?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from geo.road.network import RoadNetwork, assemble
from geo.road.read_network import read_streets
from geo.road.road_class import Mode
from geo.road.snap import METRES_PER_DEGREE, join_nodes
from geo.road.travel_time import NetworkTravelTimes
from tests.bench._report import Report, table
from tests.bench._roads import beijing, new_york

OFFICERS, INCIDENTS = 25_000, 1_000
WANTED = 8
SHORTLISTS = (8, 16, 32, 64)


def measure(data: Path) -> Report:
    """Compare shortlists by air with the true nearest by road, in three places."""
    liechtenstein = data / "roads" / "liechtenstein.osm.pbf"
    cities = {
        "New York": new_york(data),
        "Beijing": beijing(data),
        "Liechtenstein": assemble(read_streets(liechtenstein, mode=Mode.CAR), mode=Mode.CAR),
    }
    return reported(cities, OFFICERS, INCIDENTS)


def reported(cities: dict[str, RoadNetwork], officers: int, incidents: int) -> Report:
    """Write one row per city."""
    lead = (
        f"{officers:,} officers and {incidents:,} incidents at random junctions. In how many "
        f"incidents do the officers nearest by straight line hold the {WANTED} that are there "
        "first by road (any of them, where several arrive at the same millisecond)?"
    )
    rows = [
        [
            city,
            f"{network.n_nodes:,}",
            *(f"{share:.1%}" for share in held(network, officers, incidents)),
        ]
        for city, network in cities.items()
    ]
    head = ["", "nodes", *(f"nearest {size} by air" for size in SHORTLISTS)]
    return Report(f"{lead}\n\n{table(head, rows)}")


def held(network: RoadNetwork, officers: int, incidents: int) -> list[float]:
    """Share of incidents in which each shortlist holds the true nearest."""
    rng = np.random.default_rng(4)
    places = np.unique(np.concatenate([network.edge_tail, network.edge_head]))
    posts, scenes = (rng.choice(places, count) for count in (officers, incidents))
    metres = _metres(network)
    _, near = KDTree(metres[posts]).query(metres[scenes], k=max(SHORTLISTS))
    times, units = NetworkTravelTimes(network), join_nodes(network, posts)
    fleet = times.fleet(units)
    good = np.zeros(len(SHORTLISTS))
    for scene, shortlist in zip(scenes, near, strict=True):
        incident = join_nodes(network, np.array([scene]))
        true = [one.travel_time_ms for one in times.nearest(fleet, incident, k=WANTED)]
        for column, size in enumerate(SHORTLISTS):
            listed = np.zeros(officers, dtype=bool)
            listed[shortlist[:size]] = True
            found = times.nearest(fleet, incident, k=WANTED, eligible=listed)
            good[column] += [one.travel_time_ms for one in found] == true
    return [float(share) for share in good / incidents]


def _metres(network: RoadNetwork) -> NDArray[np.float64]:
    """Places in metres on a plane, true at the middle latitude."""
    latitude = np.radians(network.node_lon_lat[:, 1].mean())
    return network.node_lon_lat * METRES_PER_DEGREE * [np.cos(latitude), 1.0]
