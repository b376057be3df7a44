"""Who is within a time of an incident: every unit, in no order, by one search outward from it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.customise import NEVER
from geo.road.dense import reach_units
from geo.road.eligible import ANYBODY
from geo.road.fleet import Hung
from geo.road.metric import Metric, RoadGraph
from geo.road.nearest import Best, Question, along_the_street
from geo.road.nearest_inside import units_inside
from geo.road.port import arrivals
from geo.road.snap import Joins
from geo.road.workspace import Workspace


def times_within(  # noqa: PLR0913, PLR0917 -- the roads, who is on them, and the question
    roads: RoadGraph, metric: Metric, hung: Hung, incident: Joins, limit_ms: int, room: Workspace
) -> NDArray[np.int64]:
    """
    Time every unit that is within a time of an incident.

    Parameters
    ----------
    roads, metric
        The roads and their weights.
    hung
        Where the units hang; nobody moves them meanwhile.
    incident
        The one place.
    limit_ms
        Units that take longer are not looked for.
    room
        The thread's workspace.

    Returns
    -------
    time_ms
        int64[n_units]; `NEVER` where a unit takes longer, or no road leads.

    Notes
    -----
    The same times as ranking all units within the limit by `geo.road.nearest`, without the
    ranking, which costs the square of their number.
    """
    n_units = len(hung.bits)
    question = Question(
        roads, metric, hung, incident, n_units, limit_ms, ANYBODY.masks(), hung.bits
    )
    time_ms = np.full(n_units, int(NEVER))
    street = Best(np.empty(n_units, dtype=np.int64), np.empty(n_units, dtype=np.int32))
    count = along_the_street(question, street)
    time_ms[street.unit[:count]] = street.ms[:count]
    _search(question, time_ms, room)
    inside, inside_ms = units_inside(question, room)
    time_ms[inside] = np.minimum(time_ms[inside], inside_ms)
    return time_ms


def _search(question: Question, time_ms: NDArray[np.int64], room: Workspace) -> None:
    """Lower the times of the units that a search from the incident comes upon."""
    roads, metric, hung = question.roads, question.metric, question.hung
    seeds = arrivals(question.incident, roads.network, roads.graph, metric.edge_ms, metric.closed)
    reach_units(
        roads.graph.back.first,
        roads.graph.back.to,
        metric.back_ms,
        seeds.state,
        seeds.ms,
        question.limit_ms,
        room.next_epoch(),
        room.reached,
        hung.head,
        hung.after,
        hung.edge,
        hung.along,
        hung.walk_ms,
        metric.edge_ms,
        time_ms,
    )
