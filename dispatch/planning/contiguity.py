"""
Contiguity: which zones are in pieces, and who could take the pieces over.

A part that has no neighbour at all is an island by nature: nobody could be nearer, so it is
allowed and only said.  Of the parts that have neighbours in other zones the largest is the zone's
main part; every other is stray, and its neighbour with the longest common border is offered as its
taker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from dispatch.planning.grid_graph import GridGraph
from dispatch.planning.plan_locks import NO_LOCKS, PlanLocks
from dispatch.planning.zone_plan import NO_ZONE, ZonePlan
from geo.finding import Finding, Severity
from geo.remark import Remark

Rows = tuple[int, ...]
"""Positions of unit grids, ascending."""

LAYER = "plan"
MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class ZonePieces:
    """
    A zone that is in more than one part.

    Attributes
    ----------
    zone
        Its code.
    main
        Its largest part.
    stray
        Other parts, the largest first, that a neighbour could take.
    islands
        Other parts without any neighbour.
    """

    zone: str
    main: Rows
    stray: tuple[Rows, ...]
    islands: tuple[Rows, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """
    A piece that changes hands.

    Attributes
    ----------
    rows
        Its grids.
    loses, gains
        Codes of the two zones.
    border_m
        Metres of border that it shares with the zone that gains it.
    """

    rows: Rows
    loses: str
    gains: str
    border_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Repair:
    """
    A preview of a plan whose pieces were given to neighbours.

    Attributes
    ----------
    plan
        The plan as it would be.
    moves
        What would change hands, in order.
    left
        Why some pieces stay where they are.
    """

    plan: ZonePlan
    moves: tuple[Move, ...]
    left: tuple[Remark, ...]


def label_parts(graph: GridGraph, zone_of: NDArray[np.int32]) -> NDArray[np.int32]:
    """
    Number the connected parts of zones.

    Parameters
    ----------
    graph
        Unit grids and their neighbours.
    zone_of
        Zone of each, -1 = none, int32[n].

    Returns
    -------
    part
        Number of the part that each grid belongs to, int32[n]; every grid in no zone is a part.
    """
    same = (zone_of[graph.source] == zone_of[graph.neighbour]) & (zone_of[graph.source] != NO_ZONE)
    ones = np.ones(int(same.sum()), dtype=np.int8)
    edges = csr_array((ones, (graph.source[same], graph.neighbour[same])), (len(graph),) * 2)
    _, part = connected_components(edges, directed=False)
    return np.asarray(part, dtype=np.int32)


def zone_pieces(graph: GridGraph, plan: ZonePlan) -> tuple[ZonePieces, ...]:
    """
    Find the zones that are in pieces.

    Parameters
    ----------
    graph
        Unit grids and their neighbours.
    plan
        The plan.

    Returns
    -------
    pieces
        By zone; zones in one part are left out.
    """
    part = label_parts(graph, plan.zone_of)
    _, first = np.unique(part, return_index=True)
    zone = plan.zone_of[first]
    parts_of = np.bincount(zone[zone != NO_ZONE], minlength=len(plan.zones))
    area_m2 = np.round(np.bincount(part, weights=graph.area_m2))  # alike is alike
    outside = part[graph.source] != part[graph.neighbour]
    reached = np.bincount(part[graph.source[outside]], minlength=len(first)) > 0
    found = []
    for at in np.flatnonzero(parts_of > 1).tolist():
        numbers = np.flatnonzero(zone == at)
        order = numbers[np.lexsort([first[numbers], -area_m2[numbers], ~reached[numbers]])].tolist()
        main, *others = order
        stray = tuple(_rows(part, one) for one in others if reached[one])
        islands = tuple(_rows(part, one) for one in others if not reached[one])
        found.append(ZonePieces(plan.zones[at], _rows(part, main), stray, islands))
    return tuple(found)


def is_contiguous(graph: GridGraph, plan: ZonePlan) -> bool:
    """
    Tell whether no zone has a stray piece.

    Parameters
    ----------
    graph
        Unit grids and their neighbours.
    plan
        The plan.

    Returns
    -------
    contiguous
        Islands by nature don't count.
    """
    return not any(one.stray for one in zone_pieces(graph, plan))


def repair(
    graph: GridGraph,
    plan: ZonePlan,
    locks: PlanLocks = NO_LOCKS,
    *,
    against: ZonePlan | None = None,
) -> Repair:
    """
    Give every stray piece to the neighbouring zone with which it shares the longest border.

    Parameters
    ----------
    graph
        Unit grids and their neighbours.
    plan
        The plan in pieces.
    locks
        What must stay; a neighbour that they forbid is passed over for the next.
    against
        The plan that locks hold to; `plan` itself without.

    Returns
    -------
    repaired
        A preview; the smallest pieces are given away first, for a larger one may hang together
        by them.

    Notes
    -----
    Every move joins a part to another, so that it ends.
    """
    held = against or plan
    moves: list[Move] = []
    stuck: dict[Rows, Remark] = {}
    while True:
        waiting = [
            (one.zone, rows)
            for one in zone_pieces(graph, plan)
            for rows in one.stray
            if rows not in stuck
        ]
        if not waiting:
            return Repair(plan, tuple(moves), tuple(stuck.values()))
        zone, rows = min(waiting, key=lambda one: (len(one[1]), one[1]))
        for gains, border_m in _takers(graph, plan, rows):
            after = _moved(plan, rows, gains)
            if not locks.refusals(held, after):
                plan = after
                moves.append(Move(rows, zone, plan.zones[gains], border_m))
                stuck.clear()  # who could not move may have another neighbour now
                break
        else:
            stuck[rows] = _stuck(plan, zone, rows)


def contiguity_findings(graph: GridGraph, plan: ZonePlan) -> Iterator[Finding]:
    """
    Say in words what is not in one piece.

    Parameters
    ----------
    graph
        Unit grids and their neighbours.
    plan
        The plan.

    Yields
    ------
    finding
        Stray pieces are errors, islands notes, grids in no zone and zones without a grid warnings.
    """
    for one in zone_pieces(graph, plan):
        for rows in one.stray:
            yield _finding(graph, plan, rows, in_pieces(plan, one.zone, rows), Severity.ERROR)
        for rows in one.islands:
            remark = Remark(
                "natural_island",
                f"责任区 {one.zone} 的 {_named(plan, rows)} 四周没有相邻网格，允许单独成片。",
                f"{_named(plan, rows)} of the zone {one.zone} has no neighbour at all, and may lie "
                "by itself.",
            )
            yield _finding(graph, plan, rows, remark, Severity.NOTE)
    loose = tuple(np.flatnonzero(plan.zone_of == NO_ZONE).tolist())
    if loose:
        remark = Remark(
            "grid_in_no_zone",
            f"{len(loose)} 个单元网格不属于任何责任区：{_named(plan, loose)}。",
            f"{len(loose)} unit grid(s) are in no zone: {_named(plan, loose)}.",
        )
        yield _finding(graph, plan, loose, remark, Severity.WARNING)
    for at in np.flatnonzero(np.bincount(plan.zone_of + 1, minlength=len(plan.zones) + 1)[1:] == 0):
        zone = plan.zones[at]
        remark = Remark(
            "zone_without_grid",
            f"责任区 {zone} 没有单元网格。",
            f"The zone {zone} has no unit grid.",
        )
        yield Finding(LAYER, zone, remark, Severity.WARNING)


def in_pieces(plan: ZonePlan, zone: str, rows: Rows) -> Remark:
    """
    Say that a piece lies apart from its zone.

    Parameters
    ----------
    plan
        The plan.
    zone
        Code of the zone.
    rows
        The piece.

    Returns
    -------
    remark
        Naming its grids.
    """
    return Remark(
        "zone_in_pieces",
        f"责任区 {zone} 不连片：{_named(plan, rows)} 与主体分离。",
        f"The zone {zone} is in pieces: {_named(plan, rows)} lies apart from its main part.",
    )


def _takers(graph: GridGraph, plan: ZonePlan, rows: Rows) -> list[tuple[int, float]]:
    """Zones beside a piece, that with the longest border first."""
    inside = np.zeros(len(graph), dtype=bool)
    inside[list(rows)] = True
    out = inside[graph.source] & ~inside[graph.neighbour]
    zone = plan.zone_of[graph.neighbour[out]]
    has = zone != NO_ZONE
    border_m = np.bincount(zone[has], graph.border_m[out][has], minlength=len(plan.zones))
    order = np.lexsort([np.arange(len(border_m)), -border_m])
    return [(int(at), float(border_m[at])) for at in order if border_m[at] > 0]


def _moved(plan: ZonePlan, rows: Rows, gains: int) -> ZonePlan:
    """The plan with a piece in another zone."""
    zone_of = plan.zone_of.copy()
    zone_of[list(rows)] = gains
    return ZonePlan(plan.grids, plan.zones, zone_of)


def _stuck(plan: ZonePlan, zone: str, rows: Rows) -> Remark:
    """Why nobody takes a piece."""
    return Remark(
        "piece_cannot_move",
        f"责任区 {zone} 的 {_named(plan, rows)} 无法划出：相邻责任区均被锁定，或没有相邻责任区。",
        f"{_named(plan, rows)} of the zone {zone} can't be given away: locks forbid every zone "
        "beside it, or there is none; unlock one, or assign what lies between.",
    )


def _finding(
    graph: GridGraph, plan: ZonePlan, rows: Rows, remark: Remark, severity: Severity
) -> Finding:
    """A finding about some grids, placed at the first."""
    lon, lat = graph.lon_lat[rows[0]].tolist()
    codes = [plan.grids[row] for row in rows]
    return Finding(LAYER, codes[0], remark, severity, (lon, lat), tuple(codes[1:]))


def _named(plan: ZonePlan, rows: Rows) -> str:
    """Codes of grids, not all where they are many."""
    shown = ", ".join(plan.grids[row] for row in rows[:MOST_NAMED])
    return shown if len(rows) <= MOST_NAMED else f"{shown} … ({len(rows)})"


def _rows(part: NDArray[np.int32], number: int) -> Rows:
    """Grids of a part."""
    return tuple(np.flatnonzero(part == number).tolist())
