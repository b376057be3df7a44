"""The tables of an exported GeoPackage, read as anybody would."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyogrio
from oracle.edge_expanded import Tables


def read_export(path: Path) -> Tables:
    nodes = pyogrio.read_dataframe(path, layer="nodes", read_geometry=False)
    edges = pyogrio.read_dataframe(path, layer="edges", read_geometry=False)
    turns = pyogrio.read_dataframe(path, layer="turns", read_geometry=False)
    assert edges.edge_id.tolist() == list(range(len(edges)))
    rules = {
        tuple(map(int, chain.split(";"))): None if pd.isna(cost) else round(cost * 1000)
        for chain, cost in zip(turns.edge_ids, turns.cost_s, strict=True)
    }
    return Tables(
        len(nodes),
        edges.from_node.to_numpy("int64"),
        edges.to_node.to_numpy("int64"),
        (edges.travel_time_s * 1000).round().to_numpy("int64"),
        rules,
    )
