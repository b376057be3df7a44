"""
Teams in time: which teams of units are complete at places within a limit.

A team is complete where some number of its units are there.  A search backward from a place
ends as soon as enough teams are certain to be in time, so it costs little where there are many.
Where there are few, each unit is asked by the hierarchy which of the places it reaches.  Both are
exact.
"""

# ruff: noqa: PLR0913, PLR0917 -- everything that a search is asked with

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.climb import climb
from geo.road.fleet import Hung
from geo.road.frozen import freeze
from geo.road.metric import Metric, RoadGraph
from geo.road.port import arrivals, departures, direct_ms
from geo.road.snap import Joins
from geo.road.team_search import descend_in_time, search_teams
from geo.road.workspace import Workspace

NO_TEAM = -1
"""Team of a unit that does not count, and what fills the list of a place that few teams reach."""


@dataclass(frozen=True, slots=True, eq=False)
class Teams:
    """
    Units that count together.

    Attributes
    ----------
    of
        Team of each unit, int32[n_units]; `NO_TEAM` for one that does not count.
    need
        Units that make a team complete, 1 or more.
    """

    of: NDArray[np.int32]
    need: int

    def __post_init__(self) -> None:
        """Make the array read-only."""
        freeze(self)


def find_teams(
    roads: RoadGraph,
    metric: Metric,
    hung: Hung,
    teams: Teams,
    places: Joins,
    limit_ms: NDArray[np.int64],
    found: NDArray[np.int32],
    room: Workspace,
) -> None:
    """
    Find teams that are in time at each of some places, by a search backward from each.

    Parameters
    ----------
    roads, metric
        The roads and their weights.
    hung
        Where the units hang; nobody moves them meanwhile.
    teams
        Who counts; no unit among them may be `locked` within closures, for those walk out first.
    places
        Where they should be; one that joins nothing is reached by nobody.
    limit_ms
        Milliseconds within which a team must be complete at each, int64[n_places].
    found
        Receives the teams, int32[n_places, most]: those in time in no order, and `NO_TEAM`
        after them.  A list that is full may not name all teams that are in time.  What stands
        there on entry is kept, and must name other teams than these.
    room
        The thread's workspace.
    """
    network, graph = roads.network, roads.graph
    ports = arrivals(places, network, graph, metric.edge_ms, metric.closed)
    search_teams(
        graph.back.first,
        graph.back.to,
        metric.back_ms,
        ports.first,
        ports.state,
        ports.ms,
        places.street,
        places.along,
        places.walk_ms,
        network.street_edges,
        graph.state_after,
        metric.edge_ms,
        limit_ms,
        hung.head,
        hung.after,
        hung.edge,
        hung.along,
        hung.walk_ms,
        teams.of,
        teams.need,
        room.next_epochs(len(places)),
        room.reached,
        room.stack,
        room.by.view(np.uint32),
        found,
    )


def in_time_from(
    roads: RoadGraph,
    metric: Metric,
    units: Joins,
    places: Joins,
    limit_ms: NDArray[np.int64],
    room: Workspace,
) -> NDArray[np.bool_]:
    """
    Tell which places each of a few units reaches in time, by the hierarchy.

    Parameters
    ----------
    roads, metric
        The roads and their weights.
    units
        Where they are, within closures too.
    places
        Where they may go.
    limit_ms
        Milliseconds within which a unit must be at each, int64[n_places].
    room
        The thread's workspace.

    Returns
    -------
    in_time
        bool[n_units, n_places].

    References
    ----------
    Buchhold, Wagner (2021), Nearest-neighbor queries in customizable contraction hierarchies;
    theirs is the way to leave out at once whatever hangs beyond the limit.
    """
    network, tree = roads.network, roads.hierarchy
    near = departures(units, network, roads.graph, metric.edge_ms, metric.closed)
    far = arrivals(places, network, roads.graph, metric.edge_ms, metric.closed)
    rank, farthest_ms = tree.rank[far.state], int(limit_ms.max(initial=-1))
    in_time = np.zeros((len(units), len(places)), dtype=np.bool_)
    for unit in range(len(units)):
        ports = slice(near.first[unit], near.first[unit + 1])
        stamp = room.next_stamp()
        climb(
            tree.first,
            tree.up,
            tree.parent,
            metric.slots.up_ms,
            tree.rank[near.state[ports]],
            near.ms[ports],
            stamp,
            room.mark,
            room.label,
            room.by,
            room.order,
        )
        over_ms = descend_in_time(
            tree.first,
            tree.up,
            tree.parent,
            metric.slots.down_ms,
            stamp,
            room.mark,
            room.label,
            room.done,
            room.time_ms,
            room.stack,
            far.first,
            rank,
            far.ms,
            farthest_ms,
        )
        one = units.take(slice(unit, unit + 1))
        straight_ms = direct_ms(one, places, network, metric.edge_ms, metric.closed)
        in_time[unit] = np.minimum(over_ms, straight_ms) <= limit_ms
    return in_time
