"""Plan faults: hard rules that a plan breaks, as findings that name zones and grids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from dispatch.planning.hour_scores import AVAILABLE, IN_TIME
from dispatch.planning.plan_ground import PlanGround
from dispatch.planning.plan_score import PlanScore
from geo.finding import Finding, Severity
from geo.remark import Remark

LAYER: Final = "plan"
MOST_NAMED: Final = 8
"""Grids named in one finding; of more, only the number is said."""


def plan_faults(ground: PlanGround, score: PlanScore) -> tuple[Finding, ...]:
    """
    Tell which rules a plan breaks.

    Parameters
    ----------
    ground
        What it was evaluated on.
    score
        Its score.

    Returns
    -------
    findings
        Errors: a zone in pieces, a grid in no zone.  Warnings: a zone that no brigade with
        crews is responsible for, more work than the crews of a zone can do in some hour, grids
        without a road.
    """
    return (
        *_pieces(ground, score),
        *_in_no_zone(score),
        *_nobodys(ground, score),
        *_overloaded(ground, score),
        *_off_roads(ground, score),
    )


def _pieces(ground: PlanGround, score: PlanScore) -> Iterator[Finding]:
    """Zones that fall apart, with the grids of their smaller pieces."""
    for at in np.flatnonzero(score.shape.pieces > 1).tolist():
        zone = score.plan.zones[at]
        cut_off = _cut_off(ground, score, at)
        zh = (
            f"责任区 {zone} 不连通，共 {score.shape.pieces[at]} 块；脱离的网格：{_named(cut_off)}。"
        )
        en = (
            f"Zone {zone} is in {score.shape.pieces[at]} pieces; cut off from the largest are "
            f"{_named(cut_off)}. Join them, or give them to a neighbour."
        )
        yield Finding(LAYER, zone, Remark("zone_in_pieces", zh, en))


def _cut_off(ground: PlanGround, score: PlanScore, zone: int) -> list[str]:
    """Grids of a zone outside its largest piece, by code."""
    graph, rows = ground.graph, np.flatnonzero(score.plan.zone_of == zone)
    inner = csr_array(
        (np.ones(len(graph.neighbour), dtype=np.int8), graph.neighbour, graph.first),
        shape=(len(graph), len(graph)),
    )[rows][:, rows]
    _, label = connected_components(inner, directed=False)
    largest = int(np.bincount(label).argmax())
    return [graph.codes[row] for row in rows[label != largest].tolist()]


def _in_no_zone(score: PlanScore) -> Iterator[Finding]:
    """Grids in no zone."""
    lost = [score.plan.grids[row] for row in np.flatnonzero(score.plan.zone_of < 0).tolist()]
    if lost:
        zh = f"{len(lost)} 个网格不属于任何责任区：{_named(lost)}。"
        en = f"{len(lost)} unit grid(s) are in no zone: {_named(lost)}. Give each to a zone."
        yield Finding(LAYER, lost[0], Remark("grid_in_no_zone", zh, en))


def _nobodys(ground: PlanGround, score: PlanScore) -> Iterator[Finding]:
    """Zones with grids that no brigade with crews is responsible for."""
    nobody = ground.rows_of(score.plan)[:-1] == len(ground.zones)
    for at in np.flatnonzero(nobody & (score.shape.grids > 0)).tolist():
        zone = score.plan.zones[at]
        zh = f"责任区 {zone} 没有带驻地小组的大队负责，其网格计为未覆盖。"
        en = (
            f"No brigade with crews and a base is responsible for zone {zone}: its grids count "
            "as not covered. Name its brigade, or move crews there."
        )
        yield Finding(LAYER, zone, Remark("zone_without_crews", zh, en), severity=Severity.WARNING)


def _overloaded(ground: PlanGround, score: PlanScore) -> Iterator[Finding]:
    """Zones that have work and, in some hour, nobody free at all although grids are in time."""
    in_time, available = score.hours.table[IN_TIME], score.hours.table[AVAILABLE]
    for at in range(len(score.plan.zones)):
        hours = np.flatnonzero((in_time[:, at] > 0) & (available[:, at] <= 0))
        if len(hours) and ground.rows_of(score.plan)[at] < len(ground.zones):
            zone, count = score.plan.zones[at], len(hours)
            zh = f"责任区 {zone} 一周有 {count} 个小时无小组可派：无人在岗，或工作量超过人力。"
            en = (
                f"In {count} hour(s) of the week zone {zone} has no crew to send: none is on "
                "duty, or there is more work than crews."
            )
            yield Finding(LAYER, zone, Remark("no_crew_free", zh, en), severity=Severity.WARNING)


def _off_roads(ground: PlanGround, score: PlanScore) -> Iterator[Finding]:
    """Grids to which no road leads."""
    codes = [ground.graph.codes[row] for row in score.travel.unreachable.tolist()]
    if codes:
        zh = f"{len(codes)} 个网格从责任大队驻地无路可达：{_named(codes)}。"
        en = f"No road leads from the responsible bases to {len(codes)} grid(s): {_named(codes)}."
        remark = Remark("grid_without_road", zh, en)
        yield Finding(LAYER, codes[0], remark, severity=Severity.WARNING)


def _named(codes: list[str]) -> str:
    """The first few codes, and how many more there are."""
    more = f" … (+{len(codes) - MOST_NAMED})" if len(codes) > MOST_NAMED else ""
    return ", ".join(codes[:MOST_NAMED]) + more
