"""A network as one GeoPackage: enough to rebuild the graph elsewhere."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyogrio

from geo.errors import BadValue
from geo.road.exchange import to_geodataframe
from geo.road.network import RoadNetwork
from geo.whole_file import whole_file

CHAIN_SEPARATOR = ";"
"""Between the edge ids of a turn rule."""


def export_network(network: RoadNetwork, path: Path) -> None:
    """
    Write nodes, edges and turn rules, whole or not at all.

    Parameters
    ----------
    network
        The roads.
    path
        A GeoPackage; an older one there is replaced.  Layers: ``nodes`` (node_id,
        source_id), ``edges`` (edge_id, from_node, to_node, class, name, length_m,
        travel_time_s; one row per direction) and the table ``turns`` (edge_ids in the order
        driven, joined by `CHAIN_SEPARATOR`; cost_s, empty where the chain is banned).

    Raises
    ------
    BadValue
        The name does not end in .gpkg, or its folder does not exist.
    """
    if path.suffix.lower() != ".gpkg":
        raise BadValue(f"{path}: the export is a GeoPackage; let its name end in .gpkg.")
    nodes, edges = to_geodataframe(network)
    with whole_file(path) as fresh:
        pyogrio.write_dataframe(nodes, fresh, layer="nodes")
        edges = edges.rename(columns={"road_class": "class"})
        pyogrio.write_dataframe(edges, fresh, layer="edges", append=True)
        pyogrio.write_dataframe(_turns(network), fresh, layer="turns", append=True)


def _turns(network: RoadNetwork) -> pd.DataFrame:
    """One row per turn rule."""
    rules = network.turn_rules()
    return pd.DataFrame(
        {
            "edge_ids": pd.Series(
                [CHAIN_SEPARATOR.join(map(str, rule.refs)) for rule in rules], dtype="object"
            ),
            "cost_s": pd.Series(
                [None if rule.cost_ms < 0 else rule.cost_ms / 1000 for rule in rules],
                dtype="float64",
            ),
        }
    )
