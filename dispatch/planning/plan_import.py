"""
Plan import: polygons of zones, as somebody drew them elsewhere, turned into a plan over unit grids.

A grid goes to the zone that has most of it.  What the polygons say and a plan can't is told: grids
that a border cuts, with the shares; places that belong to no zone or to two; zones without a grid.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from dispatch.planning.grid_ground import GridGround
from dispatch.planning.zone_plan import NO_ZONE, ZonePlan
from geo.errors import BadValue
from geo.finding import Finding, Severity
from geo.remark import Remark
from geo.tiling import FlawKind, TilingFlaw, tiling_flaws

LAYER = "zones"

CUT_SHARE = 0.02
"""A border that leaves less of a grid on its other side follows the grid's own."""

MOSTLY_NOWHERE = 0.5
"""A grid of which more lies in no zone belongs to none."""

MOST_NAMED = 3


@dataclass(frozen=True, slots=True, eq=False)
class ImportedPlan:
    """
    A plan made of polygons.

    Attributes
    ----------
    plan
        The plan.
    findings
        What it could not take over as it was drawn.
    """

    plan: ZonePlan
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Shares:
    """Shares of grids that lie in zones: pairs with something in common, by grid."""

    grid: NDArray[np.int64]
    zone: NDArray[np.int64]
    share: NDArray[np.float64]


def import_plan(
    ground: GridGround, zones: Sequence[str], polygons: Sequence[Polygon | MultiPolygon]
) -> ImportedPlan:
    """
    Turn polygons of zones into a plan.

    Parameters
    ----------
    ground
        Unit grids.
    zones
        Codes of the zones; polygons of one code are one zone.
    polygons
        Their extent, WGS-84 degrees, sound ones.

    Returns
    -------
    imported
        The plan, and findings: errors for overlaps and places that nobody has, warnings for grids
        that are cut or in no zone and for zones without a grid, notes for slivers.

    Raises
    ------
    BadValue
        There is no polygon, or none of them lies on a unit grid.
    """
    codes, shapes = _by_code(zones, polygons)
    shapes_m = shapely.transform(shapes, ground.plane.to_xy)
    shares = _shares(ground, shapes_m)
    if not len(shares.grid):
        raise BadValue(
            "No polygon lies on any unit grid of the city: is the layer in another coordinate "
            "system (gcj02, bd09), or of another city?"
        )
    plan = _majority(ground, codes, shares)
    findings = (
        *_tiling(ground, codes, shapes_m),
        *_cut(ground, codes, shares),
        *_nowhere(ground, plan, shares),
        *_without_grid(codes, plan),
    )
    return ImportedPlan(plan, findings)


def _by_code(
    zones: Sequence[str], polygons: Sequence[Polygon | MultiPolygon]
) -> tuple[tuple[str, ...], NDArray[np.object_]]:
    """Codes ascending, and one shape for each."""
    if not zones:
        raise BadValue("The layer has no zone.")
    codes = tuple(sorted(set(zones)))
    shapes = np.empty(len(codes), dtype=object)
    for at, code in enumerate(codes):
        own = [shape for zone, shape in zip(zones, polygons, strict=True) if zone == code]
        shapes[at] = own[0] if len(own) == 1 else shapely.union_all(own)
    return codes, shapes


def _shares(ground: GridGround, shapes_m: NDArray[np.object_]) -> _Shares:
    """What share of each grid lies in each zone."""
    shapely.prepare(shapes_m)
    zone, grid = ground.tree_m.query(shapes_m, predicate="intersects")
    whole = shapely.contains_properly(shapes_m[zone], ground.shapes_m[grid])
    share = np.ones(len(grid))
    part = ~whole
    common = shapely.intersection(ground.shapes_m[grid[part]], shapes_m[zone[part]])
    share[part] = shapely.area(common) / ground.graph.area_m2[grid[part]]
    order = np.lexsort([zone, -share, grid])
    order = order[share[order] > 0]
    return _Shares(grid[order].astype(np.int64), zone[order].astype(np.int64), share[order])


def _majority(ground: GridGround, codes: tuple[str, ...], shares: _Shares) -> ZonePlan:
    """Put each grid into the zone that has most of it."""
    rows, first = np.unique(shares.grid, return_index=True)
    zone_of = np.full(len(ground.graph), NO_ZONE, dtype=np.int32)
    zone_of[rows] = shares.zone[first]
    covered = np.bincount(shares.grid, shares.share, minlength=len(zone_of))
    zone_of[covered < 1 - MOSTLY_NOWHERE] = NO_ZONE
    return ZonePlan(ground.graph.codes, codes, zone_of)


def _cut(ground: GridGround, codes: tuple[str, ...], shares: _Shares) -> Iterator[Finding]:
    """Grids that a border cuts, with the shares."""
    told = shares.share >= CUT_SHARE
    grid, zone, share = shares.grid[told], shares.zone[told], shares.share[told]
    rows, first, count = np.unique(grid, return_index=True, return_counts=True)
    for row, begin, many in zip(rows[count > 1], first[count > 1], count[count > 1], strict=True):
        parts = range(int(begin), int(begin + many))
        said = ", ".join(f"{codes[zone[at]]} {share[at]:.0%}" for at in parts)
        code = ground.graph.codes[row]
        remark = Remark(
            "grid_cut",
            f"单元网格 {code} 被边界切开（{said}），划入 {codes[zone[begin]]}。",
            f"A border cuts the unit grid {code} ({said}); it goes to {codes[zone[begin]]}. "
            "Split the grid first if it is to be divided.",
        )
        yield _at_grid(ground, int(row), remark, tuple(codes[zone[at]] for at in parts))


def _nowhere(ground: GridGround, plan: ZonePlan, shares: _Shares) -> Iterator[Finding]:
    """Grids that lie in no zone, or mostly."""
    covered = np.bincount(shares.grid, shares.share, minlength=len(plan))
    for row in np.flatnonzero(plan.zone_of == NO_ZONE).tolist():
        code, share = plan.grids[row], covered[row]
        remark = Remark(
            "grid_in_no_zone",
            f"单元网格 {code} 不在任何责任区内（覆盖 {share:.0%}）。",
            f"The unit grid {code} lies in no zone ({share:.0%} of it is covered); assign it.",
        )
        yield _at_grid(ground, row, remark, ())


def _without_grid(codes: tuple[str, ...], plan: ZonePlan) -> Iterator[Finding]:
    """Zones that have most of no grid."""
    has = np.bincount(plan.zone_of + 1, minlength=len(codes) + 1)[1:]
    for at in np.flatnonzero(has == 0).tolist():
        remark = Remark(
            "zone_without_grid",
            f"责任区 {codes[at]} 没有占多数的单元网格。",
            f"The zone {codes[at]} has the greater part of no unit grid, and gets none.",
        )
        yield Finding(LAYER, codes[at], remark, Severity.WARNING)


def _tiling(
    ground: GridGround, codes: tuple[str, ...], shapes_m: NDArray[np.object_]
) -> Iterator[Finding]:
    """Overlaps of zones, and places of the city that none has."""
    whole = shapely.union_all(ground.shapes_m)
    inside = whole if isinstance(whole, Polygon | MultiPolygon) else None
    for flaw in tiling_flaws(shapes_m, inside):
        names = [codes[at] for at in flaw.tiles]
        place = shapely.get_coordinates(shapely.point_on_surface(flaw.place))
        lon, lat = ground.plane.to_lon_lat(place)[0].tolist()
        severity = Severity.ERROR if flaw.kind is FlawKind.OVERLAP else Severity.WARNING
        if flaw.kind is FlawKind.SLIVER:
            severity = Severity.NOTE  # grids take no part of it
        yield Finding(
            LAYER,
            names[0] if names else None,
            _remark(flaw, names),
            severity,
            (lon, lat),
            tuple(names[1:]),
        )


def _remark(flaw: TilingFlaw, names: list[str]) -> Remark:
    """What is wrong between zones."""
    more = len(names) > MOST_NAMED
    who_zh = "、".join(names[:MOST_NAMED]) + ("等" if more else "")
    who = ", ".join(names[:MOST_NAMED]) + (" and others" if more else "")
    area = f"{flaw.place.area:,.0f}"
    said = {
        FlawKind.OVERLAP: (
            f"责任区 {who_zh} 重叠 {area} 平方米；网格划入占比大者。",
            f"The zones {who} overlap on {area} m²; grids go to the one that has more of them.",
        ),
        FlawKind.OUTSIDE: (
            f"责任区 {who_zh} 有 {area} 平方米没有单元网格。",
            f"{area} m² of the zones {who} lie beyond every unit grid.",
        ),
        FlawKind.SLIVER: (
            f"责任区 {who_zh} 之间有狭缝 {area} 平方米，已按网格归整。",
            f"A sliver of {area} m² between the zones {who} is settled by the grids.",
        ),
    }
    nobody = (
        f"责任区 {who_zh} 旁有 {area} 平方米不属于任何责任区。",
        f"{area} m² of the city beside the zones {who} are in none.",
    )
    return Remark(f"tiling_{flaw.kind}", *said.get(flaw.kind, nobody))


def _at_grid(ground: GridGround, row: int, remark: Remark, others: tuple[str, ...]) -> Finding:
    """A warning about a grid."""
    lon, lat = ground.graph.lon_lat[row].tolist()
    code = ground.graph.codes[row]
    return Finding(LAYER, code, remark, Severity.WARNING, (lon, lat), others)
