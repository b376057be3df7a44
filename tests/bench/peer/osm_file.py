"""A road network written as OpenStreetMap PBF, for engines that read nothing else."""

from __future__ import annotations

from pathlib import Path

import osmium
from osmium.osm import mutable

from geo.road.network import RoadNetwork
from geo.road.road_class import ROAD_CLASSES

SLOWEST_KMH, FASTEST_KMH = 1, 140


def write_osm(network: RoadNetwork, path: Path) -> None:
    """
    Write every edge as a way of two points; junction v is node v + 1.

    ``ms`` is the edge's exact time, for an own profile.  ``maxspeed`` says the same in whole
    km/h, for engines that take no other.  Turn rules are not written.
    """
    half = path.with_name(f"half-{path.name}")
    half.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(half)) as file:
        for node, (lon, lat) in enumerate(network.node_lon_lat.tolist(), start=1):
            file.add_node(mutable.Node(id=node, version=1, location=(lon, lat)))
        for way in _ways(network):
            file.add_way(way)
    half.replace(path)


def _ways(network: RoadNetwork) -> list[mutable.Way]:
    """One way for each street whose directions take equally long, else one per direction."""
    ways = []
    ms = network.edge_ms
    for street, (forward, backward) in enumerate(network.street_edges.tolist()):
        both = forward >= 0 and backward >= 0 and ms[forward] == ms[backward]
        for edge in [forward] if both else [edge for edge in (forward, backward) if edge >= 0]:
            ends = int(network.edge_tail[edge]) + 1, int(network.edge_head[edge]) + 1
            kmh = 3600 * network.street_length_m[street] / max(int(ms[edge]), 1)
            tags = {
                "highway": ROAD_CLASSES[network.street_class[street]],
                "ms": str(int(ms[edge])),
                "maxspeed": str(round(min(max(kmh, SLOWEST_KMH), FASTEST_KMH))),
                "oneway": "no" if both else "yes",
            }
            ways.append(mutable.Way(id=len(ways) + 1, version=1, nodes=ends, tags=tags))
    return ways
