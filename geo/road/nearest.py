"""Which units reach an incident first: two exact methods, chosen by what each would cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.climb import climb, descend_units
from geo.road.dense import search_units
from geo.road.eligible import count_eligible, list_eligible
from geo.road.fleet import Hung, units_on_street
from geo.road.metric import Metric, RoadGraph
from geo.road.port import arrivals
from geo.road.snap import Joins
from geo.road.within import MOST_MS
from geo.road.workspace import Workspace

SETTLE_COST = 80.0
"""What settling one state by search costs, in slots looked at by the hierarchy."""

WALK_COST = 250.0
"""What it costs the hierarchy to find that a unit is too far away, in slots looked at."""

MORE_PATHS = 4
"""Paths that the hierarchy looks at beside those of the units wanted."""

PATIENCE = 1.5
"""A search may settle this many times the states that it was expected to, and `AT_LEAST`."""

AT_LEAST = 256

WITHIN_LIMIT = 2048
"""States that are settled in any case where a limit may end the search sooner."""

ENOUGH = 2048
"""Eligible units are counted no further: among so many a search ends soon."""

GAVE_UP = -1


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """
    Who reaches an incident first?

    Attributes
    ----------
    roads, metric
        The roads and their weights.
    hung
        Where the units hang; nobody moves them meanwhile.
    incident
        The one place.
    k
        How many units at most.
    limit_ms
        Units that take longer are left out.
    wanted
        Which units may go, uint64[3], see `geo.road.eligible.Wanted`.
    bits
        What units are marked with, uint64[n_units].
    """

    roads: RoadGraph
    metric: Metric
    hung: Hung
    incident: Joins
    k: int
    limit_ms: int
    wanted: NDArray[np.uint64]
    bits: NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """
    Room for an answer: the best units, sorted.

    Attributes
    ----------
    ms, unit
        Milliseconds and row, int64[k] and int32[k].
    """

    ms: NDArray[np.int64]
    unit: NDArray[np.int32]


def nearest_units(question: Question, room: Workspace) -> list[tuple[int, int]]:
    """
    Rank the units that reach an incident first.

    Parameters
    ----------
    question
        What is asked.
    room
        The thread's workspace.

    Returns
    -------
    ranked
        Milliseconds and row, by time, then by row.

    Notes
    -----
    A search settles about ``k / n_eligible`` of all states before the k best are certain.  The
    hierarchy looks at a path for each of the k best, and walks up to where each of the other
    units is seen to be too far away.  The cheaper estimate goes first; its constants were
    measured on New York, and a wrong guess costs time, never exactness.  Units in clusters
    belie the estimate, so a search that has settled far more than expected gives up, and the
    hierarchy answers.
    """
    n_eligible = count_eligible(question.bits, question.wanted, max(ENOUGH, question.k))
    size = min(question.k, n_eligible)
    if size <= 0:
        return []
    best = Best(np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int32))
    count = along_the_street(question, best)
    budget = search_budget(question.roads, size, n_eligible)
    if question.limit_ms < MOST_MS:
        budget = max(budget, WITHIN_LIMIT)
    found = by_search(question, best, count, budget, room) if budget else GAVE_UP
    if found == GAVE_UP:
        count = along_the_street(question, best)
        found = by_hierarchy(question, best, count, room)
    return list(zip(best.ms[:found].tolist(), best.unit[:found].tolist(), strict=True))


def search_budget(roads: RoadGraph, k: int, n_eligible: int) -> int:
    """
    Say how many states a search may settle before the hierarchy should answer.

    Parameters
    ----------
    roads
        The roads.
    k, n_eligible
        How many units are wanted, and how many may go.

    Returns
    -------
    budget
        0 where the hierarchy should answer at once.
    """
    hierarchy_cost = roads.hierarchy.path_slots * (k + MORE_PATHS) + WALK_COST * n_eligible
    affordable = hierarchy_cost / SETTLE_COST
    expected = k * roads.graph.n_states / n_eligible
    if expected > affordable:
        return 0
    return int(min(PATIENCE * expected, affordable)) + AT_LEAST


def along_the_street(question: Question, best: Best) -> int:
    """
    Rank the units that stand on the incident's own street and need no junction.

    Parameters
    ----------
    question
        What is asked.
    best
        Receives the answer.

    Returns
    -------
    count
        How many there are.
    """
    street, hung = int(question.incident.street[0]), question.hung
    if street < 0:
        return 0
    return units_on_street(
        question.roads.network.street_edges[street],
        float(question.incident.along[0]),
        int(question.incident.walk_ms[0]),
        question.limit_ms,
        question.roads.graph.state_after,
        hung.head,
        hung.after,
        hung.edge,
        hung.along,
        hung.walk_ms,
        question.bits,
        question.wanted,
        question.metric.edge_ms,
        best.ms,
        best.unit,
    )


def by_search(question: Question, best: Best, count: int, budget: int, room: Workspace) -> int:
    """
    Answer by a search from the incident outward.

    Parameters
    ----------
    question
        What is asked.
    best, count
        The best so far, and how many; receives the answer.
    budget
        How many states may be settled.
    room
        The thread's workspace.

    Returns
    -------
    count
        How many units were found; `GAVE_UP` when the budget did not suffice.
    """
    roads, metric, hung = question.roads, question.metric, question.hung
    seeds = arrivals(question.incident, roads.network, roads.graph, metric.edge_ms, metric.closed)
    return search_units(
        roads.graph.back.first,
        roads.graph.back.to,
        metric.back_ms,
        seeds.state,
        seeds.ms,
        question.limit_ms,
        budget,
        room.next_epoch(),
        room.reached,
        hung.head,
        hung.after,
        hung.edge,
        hung.along,
        hung.walk_ms,
        question.bits,
        question.wanted,
        metric.edge_ms,
        best.ms,
        best.unit,
        count,
    )


def by_hierarchy(question: Question, best: Best, count: int, room: Workspace) -> int:
    """
    Answer by a climb from the incident and a descent from every unit.

    Parameters
    ----------
    question
        What is asked.
    best, count
        The best so far, and how many; receives the answer.
    room
        The thread's workspace.

    Returns
    -------
    count
        How many units were found.
    """
    roads, metric, hung, tree = (
        question.roads,
        question.metric,
        question.hung,
        question.roads.hierarchy,
    )
    seeds = arrivals(question.incident, roads.network, roads.graph, metric.edge_ms, metric.closed)
    stamp = room.next_stamp()
    climb(
        tree.first,
        tree.up,
        tree.parent,
        metric.slots.down_ms,
        tree.rank[seeds.state],
        seeds.ms,
        stamp,
        room.mark,
        room.label,
        room.by,
        room.order,
    )
    goal = int(room.order[0]) if len(seeds.state) else 0
    return descend_units(
        tree.first,
        tree.up,
        tree.parent,
        metric.slots.up_ms,
        tree.rank,
        goal,
        stamp,
        room.mark,
        room.label,
        room.done,
        room.time_ms,
        room.stack,
        list_eligible(question.bits, question.wanted),
        hung.state,
        hung.edge,
        hung.along,
        hung.walk_ms,
        metric.edge_ms,
        question.limit_ms,
        best.ms,
        best.unit,
        count,
    )
