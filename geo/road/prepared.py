"""Roads made ready for search, stored beside the network so that only a change rebuilds them."""

from __future__ import annotations

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
    stored = hierarchy_folder(folder, network.version)
    hierarchy = _mapped(stored)
    if hierarchy is not None:
        return RoadGraph(network, turn_graph(network), hierarchy)
    built = prepare(network)
    try:
        store_hierarchy(built.hierarchy, folder, network.version)
    except OSError as error:
        logger.warning("The hierarchy cannot be stored in %s (%s).", stored, error)
    return RoadGraph(network, built.graph, _mapped(stored) or built.hierarchy)


def hierarchy_folder(folder: Path, version: str) -> Path:
    """
    Where the hierarchy of one version of the roads stands.

    Parameters
    ----------
    folder
        The network's folder.
    version
        Version of the network.

    Returns
    -------
    stored
        Named after its content, so that processes that build it at once never replace what
        another one reads already.
    """
    return folder / FOLDER / f"{FORMAT}-{version}"


def store_hierarchy(hierarchy: Hierarchy, folder: Path, version: str) -> None:
    """
    Write a hierarchy into a network's folder, whole or not at all.

    Parameters
    ----------
    hierarchy
        Order and topology.
    folder
        The network's folder.
    version
        Version of the network that it was built from; one that is stored already stays.

    Raises
    ------
    OSError
        The folder cannot be written to.
    """
    stored = hierarchy_folder(folder, version)
    stored.parent.mkdir(exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".fresh-", dir=stored.parent))
    try:
        for field in fields(Hierarchy):
            np.save(fresh / f"{field.name}.npy", getattr(hierarchy, field.name), allow_pickle=False)
        fresh.chmod(0o755)  # mkdtemp makes it private; other processes must map it
        fresh.rename(stored)
    except OSError:
        if not stored.is_dir():  # else another process was first, with the same content
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _mapped(stored: Path) -> Hierarchy | None:
    """Read a stored hierarchy; none where there is none, and one that is damaged is removed."""
    if not stored.is_dir():
        return None
    try:
        arrays: dict[str, Any] = {
            field.name: np.load(stored / f"{field.name}.npy", mmap_mode="r", allow_pickle=False)
            for field in fields(Hierarchy)
        }
    except (OSError, ValueError, EOFError) as error:
        logger.warning("%s is damaged (%s); it is built anew.", stored, error)
        shutil.rmtree(stored, ignore_errors=True)
        return None
    arrays["path_slots"] = float(arrays["path_slots"])
    return Hierarchy(**arrays)
