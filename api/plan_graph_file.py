"""Files of a bare graph that is to be divided: nodes and edges, and travel times between nodes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.rezoning_problem import PlainGraph
from geo.errors import BadValue, MissingColumn, UnknownName, UnreadableFile

HEAVIEST = 1e15
"""Sums of larger weights are not exact."""


def read_graph(path: Path) -> PlainGraph:
    """
    Read a graph.

    Parameters
    ----------
    path
        JSON ``{"nodes": [{"id", "weight", …}], "edges": [[i, j], …]}``, edges by position.

    Returns
    -------
    graph
        Edges that stand twice count once, edges from a node to itself not at all.

    Raises
    ------
    UnreadableFile
        It is missing, or no such JSON.
    BadValue
        A node or an edge makes no sense.
    """
    told = _json(path)
    nodes, edges = told.get("nodes"), told.get("edges")
    if not isinstance(nodes, list) or not isinstance(edges, list) or not nodes:
        raise UnreadableFile(f'{path} needs "nodes" and "edges", two lists, and one node or more.')
    names = tuple(_name(path, at, node) for at, node in enumerate(nodes))
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadValue(f"{path}: the node {twice} stands twice; each id is used once.")
    weight = np.array([_weight(path, node) for node in nodes], dtype=np.float64)
    if weight.sum() <= 0:
        raise BadValue(f"{path}: no node weighs anything; balance needs weights.")
    pairs = {_edge(path, edge, len(nodes)) for edge in edges}
    found = sorted(pair for pair in pairs if pair[0] != pair[1])
    return PlainGraph(names, weight, np.array(found, dtype=np.int64).reshape(-1, 2))


def read_travel(path: Path, names: tuple[str, ...]) -> NDArray[np.float64]:
    """
    Read the travel times between the nodes of a graph.

    Parameters
    ----------
    path
        CSV ``from_id,to_id,travel_time_s`` with every pair, or a square ``.npy``.
    names
        Ids of the nodes.

    Returns
    -------
    travel_s
        float64[n, n]; from a node to itself 0 where the CSV does not say.

    Raises
    ------
    UnreadableFile, MissingColumn, UnknownName, BadValue
        What is wrong with it.
    """
    travel_s = _npy(path, len(names)) if path.suffix == ".npy" else _csv(path, names)
    unknown = np.argwhere(~np.isfinite(travel_s))
    if len(unknown):
        one, other = (names[int(at)] for at in unknown[0])
        raise BadValue(
            f"{path} has no travel time from {one} to {other} ({len(unknown)} pairs in all); "
            "zones by travel need every pair."
        )
    if (travel_s < 0).any():
        raise BadValue(f"{path} has a travel time below nothing.")
    return travel_s


def _json(path: Path) -> Mapping[str, Any]:
    """A JSON object."""
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UnreadableFile(f"{path} cannot be read as JSON: {error}.") from error
    if not isinstance(told, dict):
        raise UnreadableFile(f'{path} needs an object with "nodes" and "edges".')
    return told


def _name(path: Path, at: int, node: object) -> str:
    """Id of a node; its position where it has none."""
    if not isinstance(node, dict):
        raise BadValue(f"{path}: node {at} is no object with id and weight.")
    return str(node.get("id", at))


def _weight(path: Path, node: Mapping[str, Any]) -> float:
    """Weight of a node."""
    weight: Any = node.get("weight")
    number = isinstance(weight, int | float) and not isinstance(weight, bool)
    if not number or not math.isfinite(weight) or not 0 <= weight <= HEAVIEST:
        raise BadValue(
            f"{path}: the weight of node {node.get('id')} is {weight!r}; it is a number from 0 "
            f"to {HEAVIEST:g}."
        )
    return float(weight)


def _edge(path: Path, edge: object, n: int) -> tuple[int, int]:
    """An edge, the lower position first."""
    if isinstance(edge, list) and len(edge) == 2:
        i, j = edge
        whole = all(isinstance(end, int) and not isinstance(end, bool) for end in edge)
        if whole and 0 <= i < n and 0 <= j < n:
            return min(i, j), max(i, j)
    raise BadValue(f"{path}: the edge {edge!r} is no pair of positions from 0 to {n - 1}.")


def _npy(path: Path, n: int) -> NDArray[np.float64]:
    """A square array."""
    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise UnreadableFile(f"{path} cannot be read as an array: {error}.") from error
    if array.shape != (n, n) or array.dtype.kind not in "iuf":
        raise BadValue(f"{path} holds {array.dtype}{list(array.shape)}, not {n} × {n} numbers.")
    numbers: NDArray[np.float64] = array.astype(np.float64)
    return numbers


def _csv(path: Path, names: tuple[str, ...]) -> NDArray[np.float64]:
    """A table with a row for each pair."""
    from api.place_table import read_rows  # noqa: PLC0415 -- all of roads: takes a second

    rows = read_rows(path)
    for column in ("from_id", "to_id", "travel_time_s"):
        if column not in rows[0]:
            raise MissingColumn(f"{path} lacks the column {column}.")
    position = {name: at for at, name in enumerate(names)}
    travel_s = np.full((len(names), len(names)), np.inf)
    np.fill_diagonal(travel_s, 0.0)
    for row in rows:
        for column in ("from_id", "to_id"):
            if row[column] not in position:
                raise UnknownName(f"{path}: {row[column]!r} is no node of the graph.")
        try:
            time_s = float(row["travel_time_s"] or "inf")
        except ValueError as error:
            raise BadValue(f"{path}: {row['travel_time_s']!r} is no travel time.") from error
        travel_s[position[row["from_id"]], position[row["to_id"]]] = time_s
    return travel_s
