"""Roads made ready for search, stored beside the network so that only a change rebuilds them."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from geo.road.hierarchy import Hierarchy, contract
from geo.road.metric import RoadGraph
from geo.road.network import RoadNetwork
from geo.road.order import elimination_rank
from geo.road.turn_graph import turn_graph

logger = logging.getLogger(__name__)

FOLDER = "prepared"
FORMAT = 3
"""Raised whenever order or topology change their meaning."""


def prepare(network: RoadNetwork) -> RoadGraph:
    """
    Build the searched graph, its order and its topology.

    Parameters
    ----------
    network
        The roads.

    Returns
    -------
    roads
        Ready to be weighed.
    """
    graph = turn_graph(network)
    rank = elimination_rank(graph, network.node_lon_lat[graph.state_node])
    return RoadGraph(network, graph, contract(graph, rank))


def prepare_in(network: RoadNetwork, folder: Path) -> RoadGraph:
    """
    Read order and topology from a network's folder, or build and store them there.

    Parameters
    ----------
    network
        The roads, loaded from that folder.
    folder
        A network folder.

    Returns
    -------
    roads
        Ready to be weighed; the hierarchy's arrays are mapped from disk.  In a folder that
        may not be written to, they are built in memory, and the log says so.
    """
    stored = folder / FOLDER
    if _version(stored) != [FORMAT, network.version]:
        built = prepare(network)
        try:
            store_hierarchy(built.hierarchy, folder, network.version)
        except OSError as error:
            logger.warning("The hierarchy cannot be stored in %s (%s).", stored, error)
            return built
    arrays: dict[str, Any] = {
        field.name: np.load(stored / f"{field.name}.npy", mmap_mode="r", allow_pickle=False)
        for field in fields(Hierarchy)
    }
    arrays["path_slots"] = float(arrays["path_slots"])
    return RoadGraph(network, turn_graph(network), Hierarchy(**arrays))


def store_hierarchy(hierarchy: Hierarchy, folder: Path, version: str) -> None:
    """
    Write a hierarchy into a network's folder, whole or not at all.

    Parameters
    ----------
    hierarchy
        Order and topology.
    folder
        The network's folder; an older hierarchy there is replaced.
    version
        Version of the network that it was built from.

    Raises
    ------
    OSError
        The folder cannot be written to.
    """
    stored = folder / FOLDER
    fresh = Path(tempfile.mkdtemp(prefix=".prepared-", dir=folder))
    for field in fields(Hierarchy):
        np.save(fresh / f"{field.name}.npy", getattr(hierarchy, field.name), allow_pickle=False)
    manifest = json.dumps({"format": FORMAT, "network": version})
    (fresh / "prepared.json").write_text(manifest, encoding="utf-8")
    fresh.chmod(0o755)  # mkdtemp makes it private; other processes must map it
    if stored.exists():
        shutil.rmtree(stored)
    fresh.replace(stored)


def _version(stored: Path) -> list[object]:
    """Format and network version of a stored hierarchy; empty where there is none."""
    manifest = stored / "prepared.json"
    if not manifest.is_file():
        return []
    facts = json.loads(manifest.read_text(encoding="utf-8"))
    return [facts["format"], facts["network"]]
