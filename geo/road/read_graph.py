"""networkx graph → RoadNetwork, by osmnx's attribute names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.errors import BadValue
from geo.road.network import RoadNetwork, assemble
from geo.road.road_class import CLASS_CODE, ROAD_CLASSES, Mode, RoadClass
from geo.road.snap import METRES_PER_DEGREE
from geo.road.speed import SPEED_KPH
from geo.road.streets import BACKWARD, BANNED, CLOSED, FORWARD, Streets, TurnRule, arc_ref


@dataclass(frozen=True, slots=True, eq=False)
class DrawnEdge:
    """
    An edge of the graph.

    Attributes
    ----------
    tail, head
        Its ends, as rows of the nodes.
    data
        Its attributes.
    line
        Its points, float64[n, 2].
    """

    tail: int
    head: int
    data: Mapping[str, object]
    line: NDArray[np.float64]


def from_networkx(graph: nx.MultiDiGraph[Hashable], *, mode: Mode) -> RoadNetwork:
    """
    Read a graph with osmnx's attribute names.

    Parameters
    ----------
    graph
        Nodes have ``x`` and ``y`` (degrees); edges either ``travel_time`` (s), ``speed_kph``,
        or a ``highway`` class that has a speed for the mode; ``length`` (m), else the line's.
        ``graph["turn_rules"]``, as `geo.road.exchange.to_networkx` writes it, needs
        ``edge_id`` on every edge.
    mode
        Who travels.

    Returns
    -------
    network
        Two edges that run along one line in opposite directions share a street.

    Raises
    ------
    BadValue
        A node has no position, or an edge no usable time.
    """
    row_of = {node: row for row, node in enumerate(graph.nodes)}
    node_lon_lat = np.array([_position(graph, node) for node in row_of]).reshape(-1, 2)
    source_id = [_number(graph.nodes[node].get("osmid"), row) for node, row in row_of.items()]
    edges = [
        DrawnEdge(row_of[tail], row_of[head], data, _line(node_lon_lat, row_of, tail, head, data))
        for tail, head, data in graph.edges(data=True)
    ]
    lead, ref_of_edge = _pair(edges)
    ms = np.full((len(lead), 2), CLOSED, dtype=np.int64)
    for edge, ref in zip(edges, ref_of_edge, strict=True):
        ms[ref >> 1, ref & 1] = _edge_ms(edge, mode)
    names = sorted({_text(edge.data.get("name")) for edge in lead} - {""})
    name_row = {name: row for row, name in enumerate(names)}
    lines = [edge.line for edge in lead]
    streets = Streets(
        node_lon_lat=node_lon_lat,
        node_source_id=np.array(source_id, np.int64),
        tail=np.array([edge.tail for edge in lead], np.int32),
        head=np.array([edge.head for edge in lead], np.int32),
        road_class=np.array([CLASS_CODE[_class(edge)] for edge in lead], np.uint8),
        length_m=np.array([_length_m(edge) for edge in lead], np.float64),
        forward_ms=ms[:, FORWARD],
        backward_ms=ms[:, BACKWARD],
        point=np.concatenate(lines) if lines else np.empty((0, 2)),
        first_point=np.cumsum([0, *map(len, lines)]).astype(np.int64),
        way_id=np.array([_number(edge.data.get("osmid"), -1) for edge in lead], np.int64),
        name=np.array([name_row.get(_text(edge.data.get("name")), -1) for edge in lead], np.int32),
        names=tuple(names),
        turn_rules=_rules(graph, edges, ref_of_edge),
        source=str(graph.graph.get("source", "a networkx graph")),
    )
    return assemble(streets, mode=mode)


def _position(graph: nx.MultiDiGraph[Hashable], node: Hashable) -> tuple[float, float]:
    """Longitude and latitude of a node."""
    data = graph.nodes[node]
    if "x" not in data or "y" not in data:
        raise BadValue(f"Graph node {node!r} has no x and y; give both in degrees.")
    return float(data["x"]), float(data["y"])


def _line(
    node_lon_lat: NDArray[np.float64],
    row_of: Mapping[Hashable, int],
    tail: Hashable,
    head: Hashable,
    data: Mapping[str, object],
) -> NDArray[np.float64]:
    """Points of an edge; its two ends where it has no geometry."""
    geometry = data.get("geometry")
    if isinstance(geometry, shapely.LineString):
        return np.asarray(shapely.get_coordinates(geometry))
    return node_lon_lat[[row_of[tail], row_of[head]]]


def _pair(edges: list[DrawnEdge]) -> tuple[list[DrawnEdge], list[int]]:
    """Streets by the edge that leads each, and the arc reference of every edge."""
    waiting: dict[tuple[int, int, bytes], list[int]] = defaultdict(list)
    lead: list[DrawnEdge] = []
    refs = []
    for edge in edges:
        twin = waiting.get((edge.head, edge.tail, edge.line[::-1].tobytes()))
        if twin and edge.tail != edge.head:
            refs.append(arc_ref(twin.pop(), BACKWARD))
            continue
        waiting[edge.tail, edge.head, edge.line.tobytes()].append(len(lead))
        refs.append(arc_ref(len(lead), FORWARD))
        lead.append(edge)
    return lead, refs


def _edge_ms(edge: DrawnEdge, mode: Mode) -> int:
    """Milliseconds of an edge: its own time, else its speed, else its class's."""
    seconds = edge.data.get("travel_time")
    if isinstance(seconds, int | float) and seconds >= 0:
        return round(seconds * 1000)
    kph = edge.data.get("speed_kph") or SPEED_KPH[mode].get(_class(edge))
    if isinstance(kph, int | float) and kph > 0:
        return round(_length_m(edge) / kph * 3600)
    raise BadValue(
        f"The graph edge from row {edge.tail} to row {edge.head} has neither travel_time (s) nor "
        f"speed_kph, and its highway class {edge.data.get('highway')!r} has no speed by {mode}."
    )


def _length_m(edge: DrawnEdge) -> float:
    """Metres of an edge: its own length, else that of its line."""
    length = edge.data.get("length")
    if isinstance(length, int | float):
        return float(length)
    scale = METRES_PER_DEGREE * np.array([np.cos(np.radians(edge.line[:, 1].mean())), 1.0])
    return float(np.hypot(*np.diff(edge.line * scale, axis=0).T).sum())


def _class(edge: DrawnEdge) -> RoadClass:
    """Road class; of a merged edge the first, and of a foreign value `UNCLASSIFIED`."""
    code = CLASS_CODE.get(_text(edge.data.get("highway")))
    return RoadClass.UNCLASSIFIED if code is None else ROAD_CLASSES[code]


def _rules(
    graph: nx.MultiDiGraph[Hashable], edges: list[DrawnEdge], ref_of_edge: list[int]
) -> list[TurnRule]:
    """Turn rules of the graph, their edge ids turned into arc references."""
    ref_of = {edge.data.get("edge_id"): ref for edge, ref in zip(edges, ref_of_edge, strict=True)}
    return [
        TurnRule(
            tuple(ref_of[edge] for edge in chain),
            BANNED if extra_s is None else round(extra_s * 1000),
        )
        for chain, extra_s in graph.graph.get("turn_rules", ())
    ]


def _text(value: object) -> str:
    """Text of an attribute; osmnx keeps lists on merged edges, of which the first counts."""
    first = value[0] if isinstance(value, list) and value else value
    return "" if first is None or first is pd.NA or str(first) == "nan" else str(first)


def _number(value: object, otherwise: int) -> int:
    """Whole number of an attribute, or another where there is none."""
    text = _text(value)
    return int(text) if text.lstrip("-").isdigit() else otherwise
