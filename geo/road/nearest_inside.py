"""Units inside a closure: few as they are, they are ranked by ways on foot and the hierarchy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.closed_street import list_hanging
from geo.road.eligible import may_go
from geo.road.fleet import Hung
from geo.road.matrix import from_many
from geo.road.nearest import Question
from geo.road.network import RoadNetwork
from geo.road.snap import Joins
from geo.road.workspace import Workspace

Ranked = list[tuple[int, int]]
"""Milliseconds and row, by time, then by row."""


def with_units_inside(question: Question, ranked: Ranked, room: Workspace) -> Ranked:
    """
    Add the units on closed streets, who walk out to where driving is allowed.

    Parameters
    ----------
    question
        What is asked.
    ranked
        The nearest of all other units.
    room
        The thread's workspace.

    Returns
    -------
    ranked
        The nearest of all.
    """
    units, time_ms = units_inside(question, room)
    if not len(units):
        return ranked
    best = {unit: ms for ms, unit in ranked}
    for unit, ms in zip(units.tolist(), time_ms.tolist(), strict=True):
        best[unit] = min(ms, best.get(unit, ms))
    return sorted((ms, unit) for unit, ms in best.items())[: max(question.k, 0)]


def units_inside(
    question: Question, room: Workspace
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """
    Time the units on closed streets.

    Parameters
    ----------
    question
        What is asked.
    room
        The thread's workspace.

    Returns
    -------
    units, time_ms
        Rows of those that may go and are there within the limit, and when, int64[n] each.
    """
    closed, hung, nobody = question.metric.closed, question.hung, np.zeros(0, dtype=np.int64)
    if closed is None:
        return nobody, nobody
    inside = closed.states_inside(question.roads.graph.state_after)
    units = np.unique(list_hanging(*inside, hung.head, hung.after, hung.edge))
    units = units[[bool(may_go(question.bits, question.wanted, unit)) for unit in units.tolist()]]
    if not len(units):
        return nobody, nobody
    joins = _where(hung, units, question.roads.network)
    time_ms = from_many(question.roads, question.metric, joins, question.incident, room)
    in_time = time_ms <= question.limit_ms
    return units[in_time], time_ms[in_time]


def _where(hung: Hung, units: NDArray[np.int64], network: RoadNetwork) -> Joins:
    """Where some units join the roads, read off their ports."""
    edge = np.maximum(hung.edge[2 * units], hung.edge[2 * units + 1])
    on_street = edge >= 0
    street = np.where(on_street, network.edge_ref[edge] >> 1, -1).astype(np.int32)
    return Joins(
        lon_lat=np.full((len(units), 2), np.nan),
        node=np.where(on_street, -1, hung.state[2 * units]).astype(np.int32),
        street=street,
        along=hung.along[units],
        distance_m=np.zeros(len(units)),
        walk_ms=hung.walk_ms[units].astype(np.int64),
    )
