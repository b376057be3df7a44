"""
Plan edit: what a planner does to a plan, and what comes of it.

An edit gives another plan, or says in words why not: a lock would be broken, a zone would lose its
last grid, a line goes nowhere.  An edit that leaves a zone in pieces is not taken as it is; a
repaired plan is offered beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import LineString

from dispatch.planning.contiguity import Repair, in_pieces, repair, zone_pieces
from dispatch.planning.grid_ground import GridGround, LonLats
from dispatch.planning.plan_locks import NO_LOCKS, PlanLocks
from dispatch.planning.zone_cut import enclosed, halves_of, is_closed, sides_of
from dispatch.planning.zone_plan import ZonePlan
from geo.errors import BadValue, UnknownName
from geo.remark import Remark


@dataclass(frozen=True, slots=True)
class Assign:
    """
    Put unit grids into a zone.

    Attributes
    ----------
    zone
        Code of the zone; None takes them out of every zone.
    grids
        Their codes.
    """

    zone: str | None
    grids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Brush:
    """
    Put what a brush touches into a zone.

    Attributes
    ----------
    zone
        Code of the zone.
    radius_m
        How wide the brush is, from its middle.
    line
        The way that it took; one place is a dab.
    """

    zone: str
    radius_m: float
    line: LonLats


@dataclass(frozen=True, slots=True)
class Enclose:
    """
    Put what a closed freehand line encloses into a zone.

    Attributes
    ----------
    zone
        Code of the zone.
    line
        The line, whose ends need not meet.
    """

    zone: str
    line: LonLats


@dataclass(frozen=True, slots=True)
class Cut:
    """
    Split a zone along a freehand line that goes across it.

    Attributes
    ----------
    zone
        Code of the zone; the larger side keeps it.
    new_zone
        Code of the zone that the smaller side becomes.
    line
        The line.
    """

    zone: str
    new_zone: str
    line: LonLats


@dataclass(frozen=True, slots=True)
class Redraw:
    """
    Draw the border of two zones anew.

    Attributes
    ----------
    zones
        Their codes; each keeps the side on which more of it lies today.
    line
        The new border.
    """

    zones: tuple[str, str]
    line: LonLats


@dataclass(frozen=True, slots=True)
class Halve:
    """
    Split a zone into two of about the same weight.

    Attributes
    ----------
    zone
        Code of the zone.
    new_zone
        Code of the new one.
    seed
        Seed of chance.
    """

    zone: str
    new_zone: str
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Merge:
    """
    Make several zones one.

    Attributes
    ----------
    into
        Code of the zone that stays.
    zones
        Codes of those that go up in it.
    """

    into: str
    zones: tuple[str, ...]


Edit = Assign | Brush | Enclose | Cut | Redraw | Halve | Merge


@dataclass(frozen=True, slots=True, eq=False)
class Edited:
    """
    What comes of an edit.

    Attributes
    ----------
    before
        The plan as it was.
    after
        The plan as it would be.
    refused
        Why it may not be; empty where it may.
    broken
        What would lie apart from zones that would be in more pieces than now.
    repair
        A plan in which it does not, offered where something is broken.
    """

    before: ZonePlan
    after: ZonePlan
    refused: tuple[Remark, ...] = ()
    broken: tuple[Remark, ...] = ()
    repair: Repair | None = None

    @property
    def allowed(self) -> bool:
        """Whether the plan may be taken as it is."""
        return not self.refused and not self.broken

    def taken(self, *, repaired: bool = False) -> ZonePlan | None:
        """
        Take the edit.

        Parameters
        ----------
        repaired
            Whether the offered repair is taken, where one is needed.

        Returns
        -------
        plan
            The plan after it; None where it is refused, or needs a repair that is not taken or
            does not mend everything.
        """
        if self.allowed:
            return self.after
        mends = self.repair is not None and not self.repair.left
        return self.repair.plan if repaired and not self.refused and mends and self.repair else None


def edit_plan(
    ground: GridGround,
    plan: ZonePlan,
    edit: Edit,
    locks: PlanLocks = NO_LOCKS,
    weight: NDArray[np.float64] | None = None,
) -> Edited:
    """
    Work out what an edit would make of a plan.

    Parameters
    ----------
    ground
        Unit grids.
    plan
        The plan.
    edit
        What is done to it.
    locks
        What must stay.
    weight
        What `Halve` balances, float64[n]; square metres without.

    Returns
    -------
    edited
        Plan, refusals, and a repair where one is needed.

    Raises
    ------
    UnknownName
        A grid or zone that is named does not exist.
    BadValue
        A new zone has the code of another, or what was drawn is no place on Earth.
    """
    graph = ground.graph
    drawn = _after(ground, plan, edit, graph.area_m2 if weight is None else weight)
    if isinstance(drawn, Remark):
        return Edited(plan, plan, (drawn,))
    after, emptied = drawn
    refused = (*locks.refusals(plan, after), *_emptied(emptied, edit))
    already = {one.zone: one.stray for one in zone_pieces(graph, plan)}
    broken = tuple(
        in_pieces(after, one.zone, rows)
        for one in zone_pieces(graph, after)
        for rows in one.stray
        if len(one.stray) > len(had := already.get(one.zone, ())) and rows not in had
    )
    offered = repair(graph, after, locks, against=plan) if broken and not refused else None
    return Edited(plan, after, refused, broken, offered)


Drawn = tuple[ZonePlan, tuple[str, ...]] | Remark
"""A plan and the zones that lost their last grid, or why there is none."""


def _after(ground: GridGround, plan: ZonePlan, edit: Edit, weight: NDArray[np.float64]) -> Drawn:
    """The plan as an edit asks for it."""
    match edit:
        case Assign(zone, grids):
            return _put(plan, np.array([ground.graph.row(code) for code in grids], int), zone)
        case Brush(zone, radius_m, line):
            return _brush(ground, plan, zone, radius_m, line)
        case Enclose(zone, line):
            return _enclose(ground, plan, zone, line)
        case Redraw(zones, line):
            return _redraw(ground, plan, zones, line)
        case Merge(into, zones):
            return _put(plan, np.concatenate([plan.rows_in(zone) for zone in (into, *zones)]), into)
        case _:
            return _split(ground, plan, edit, weight)


def _split(
    ground: GridGround, plan: ZonePlan, edit: Cut | Halve, weight: NDArray[np.float64]
) -> Drawn:
    """A part of a zone as a new one."""
    fresh, rows = _fresh(plan, edit.new_zone), plan.rows_in(edit.zone)
    if isinstance(edit, Halve):
        part = halves_of(ground.graph, rows, weight, seed=edit.seed)
        return _indivisible(edit.zone) if part is None else _put(plan, rows[part], fresh, new=True)
    part = _divide(ground, rows, edit.line)
    if part is None:
        return _goes_nowhere(edit.zone)
    area_m2 = ground.graph.area_m2[rows]
    smaller = part if area_m2[part].sum() < area_m2[~part].sum() else ~part
    return _put(plan, rows[smaller], fresh, new=True)


def _put(
    plan: ZonePlan, rows: NDArray[np.int64], zone: str | None, *, new: bool = False
) -> tuple[ZonePlan, tuple[str, ...]]:
    """The plan with some grids in a zone, and the zones that have none any more."""
    if zone is not None and not new:
        plan.zone_row(zone)
    codes = np.array([*plan.zones, *([zone] if new and zone else [])], dtype=object)
    goes_to = -1 if zone is None else int(np.flatnonzero(codes == zone)[0])
    zone_of = plan.zone_of.copy()
    zone_of[rows] = goes_to
    had = np.bincount(plan.zone_of + 1, minlength=len(codes) + 1)[1:]
    has = np.bincount(zone_of + 1, minlength=len(codes) + 1)[1:]
    gone = (had > 0) & (has == 0)
    # Zones that were without a grid before stay: a brigade is responsible for them.
    kept = np.flatnonzero(~gone)
    order = kept[np.argsort(codes[kept].astype(str))]
    position = np.full(len(codes) + 1, -1, dtype=np.int32)
    position[order] = np.arange(len(order))
    after = ZonePlan(plan.grids, tuple(codes[order].tolist()), position[zone_of])
    return after, tuple(sorted(codes[gone].tolist()))


def _brush(ground: GridGround, plan: ZonePlan, zone: str, radius_m: float, line: LonLats) -> Drawn:
    """Grids near the way of the brush."""
    if not 0 <= radius_m < np.inf:
        raise BadValue(f"A brush is 0 metres wide or more, not {radius_m:g}.")
    rows = ground.near(ground.drawn_m(line), radius_m)
    return _put(plan, rows, zone) if len(rows) else _touches_nothing()


def _enclose(ground: GridGround, plan: ZonePlan, zone: str, line: LonLats) -> Drawn:
    """Grids inside a closed line."""
    drawn_m = ground.drawn_m(line)
    if not isinstance(drawn_m, LineString) or not is_closed(drawn_m):
        return Remark(
            "line_not_closed",
            "线未闭合：首尾应相接；若要切分责任区，请用 cut。",
            "The line is not closed: its ends should meet; to split a zone, cut it.",
        )
    rows = enclosed(ground, drawn_m)
    return _put(plan, rows, zone) if len(rows) else _touches_nothing()


def _divide(ground: GridGround, rows: NDArray[np.int64], line: LonLats) -> NDArray[np.bool_] | None:
    """Which grids lie left of a line; None where it does not divide them."""
    drawn_m = ground.drawn_m(line)
    return sides_of(ground, rows, drawn_m) if isinstance(drawn_m, LineString) else None


def _redraw(ground: GridGround, plan: ZonePlan, zones: tuple[str, str], line: LonLats) -> Drawn:
    """Two zones along another border."""
    one, other = zones
    rows = np.sort(np.concatenate([plan.rows_in(one), plan.rows_in(other)]))
    left = _divide(ground, rows, line)
    if left is None or one == other:
        return _goes_nowhere(f"{one}+{other}")
    area_m2 = ground.graph.area_m2[rows]
    is_one = plan.zone_of[rows] == plan.zone_row(one)
    stays = area_m2[left == is_one].sum() >= area_m2[left != is_one].sum()
    goes_to_one = left if stays else ~left
    zone_of = plan.zone_of.copy()
    zone_of[rows] = np.where(goes_to_one, plan.zone_row(one), plan.zone_row(other))
    return ZonePlan(plan.grids, plan.zones, zone_of), ()


def _fresh(plan: ZonePlan, zone: str) -> str:
    """A code that no zone has."""
    if zone in plan.zones:
        raise BadValue(f"The plan has a zone {zone} already; give the new one another code.")
    if not zone.strip():
        raise UnknownName("The new zone needs a code.")
    return zone


def _emptied(zones: tuple[str, ...], edit: Edit) -> tuple[Remark, ...]:
    """Refuse to take the last grid of a zone by the way; merging says that it is meant."""
    if isinstance(edit, Merge):
        return ()
    return tuple(
        Remark(
            "zone_emptied",
            f"责任区 {zone} 将没有单元网格；如确需撤销，请合并责任区。",
            f"The zone {zone} would lose its last unit grid; merge it if it is to go.",
        )
        for zone in zones
    )


def _goes_nowhere(zone: str) -> Remark:
    """A line that divides nothing."""
    return Remark(
        "line_divides_nothing",
        f"线没有把责任区 {zone} 的网格分成两部分：请从边界外画到边界外。",
        f"The line does not divide the unit grids of {zone}: begin outside and end outside.",
    )


def _indivisible(zone: str) -> Remark:
    """A zone with fewer than two grids in one piece."""
    return Remark(
        "zone_indivisible",
        f"责任区 {zone} 相连的单元网格少于两个，无法拆分。",
        f"The zone {zone} has fewer than two connected unit grids and can't be split.",
    )


def _touches_nothing() -> Remark:
    """A drawing beside the city."""
    return Remark(
        "touches_no_grid",
        "所画之处没有单元网格。",
        "What was drawn touches no unit grid.",
    )
