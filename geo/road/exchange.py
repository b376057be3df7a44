"""Networks as networkx graphs and as GeoDataFrames; `geo.road.read_graph` is the way back."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.road.network import RoadNetwork
from geo.road.road_class import ROAD_CLASSES


def to_networkx(network: RoadNetwork) -> nx.MultiDiGraph[int]:
    """
    Give a network as a graph with osmnx's attribute names.

    Parameters
    ----------
    network
        The roads.

    Returns
    -------
    graph
        Nodes are node ids with ``x``, ``y`` (degrees) and ``osmid``; edges carry ``osmid``,
        ``highway``, ``name``, ``oneway``, ``reversed``, ``length`` (m), ``speed_kph``,
        ``travel_time`` (s), ``geometry`` and our ``edge_id``.  ``graph["turn_rules"]``
        lists (edge ids, extra seconds or None for a ban).
    """
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(
        crs="epsg:4326", mode=str(network.mode), source=network.source
    )
    for node, (lon, lat) in enumerate(network.node_lon_lat.tolist()):
        graph.add_node(node, x=lon, y=lat, osmid=int(network.node_source_id[node]))
    _, edges = to_geodataframe(network)
    both_ways = np.all(network.street_edges[network.edge_street] >= 0, axis=1)
    for row in edges.itertuples():
        seconds = row.travel_time_s
        graph.add_edge(
            row.from_node,
            row.to_node,
            edge_id=row.edge_id,
            osmid=int(network.street_way_id[network.edge_street[row.edge_id]]),
            highway=row.road_class,
            name=row.name,
            oneway=not both_ways[row.edge_id],
            reversed=bool(network.edge_ref[row.edge_id] & 1),
            length=row.length_m,
            speed_kph=row.length_m / seconds * 3.6 if seconds else None,
            travel_time=seconds,
            geometry=row.geometry,
        )
    graph.graph["turn_rules"] = [
        (rule.refs, None if rule.cost_ms < 0 else rule.cost_ms / 1000)
        for rule in network.turn_rules()
    ]
    return graph


def to_geodataframe(network: RoadNetwork) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """
    Give a network as tables of nodes and of edges, one row per direction.

    Parameters
    ----------
    network
        The roads.

    Returns
    -------
    nodes
        ``node_id``, ``source_id`` and a point.
    edges
        ``edge_id``, ``from_node``, ``to_node``, ``road_class``, ``name``, ``length_m``,
        ``travel_time_s`` (three decimals hold every millisecond) and a line drawn in the
        direction of travel.
    """
    nodes = gpd.GeoDataFrame(
        {"node_id": np.arange(network.n_nodes), "source_id": network.node_source_id},
        geometry=np.asarray(shapely.points(network.node_lon_lat), dtype=object),
        crs="EPSG:4326",
    )
    street = network.edge_street
    name = network.street_name[street]
    names = np.array([*network.names, None], dtype=object)
    edges = gpd.GeoDataFrame(
        {
            "edge_id": np.arange(network.n_edges),
            "from_node": network.edge_tail,
            "to_node": network.edge_head,
            "road_class": np.array(ROAD_CLASSES, dtype=object)[network.street_class[street]],
            "name": names[name],
            "length_m": network.street_length_m[street],
            "travel_time_s": network.edge_ms / 1000,
        },
        geometry=_edge_lines(network),
        crs="EPSG:4326",
    )
    return nodes, edges


def _edge_lines(network: RoadNetwork) -> NDArray[np.object_]:
    """Line of every edge, drawn in the direction of travel."""
    counts = np.diff(network.first_point)
    street = np.repeat(np.arange(network.n_streets), counts)
    lines = np.asarray(shapely.linestrings(network.point, indices=street), dtype=object)
    reverse = (network.edge_ref & 1).astype(bool)
    drawn = lines[network.edge_street]
    drawn[reverse] = shapely.reverse(drawn[reverse])
    return drawn
