"""
Zone outline: polygons of zones, derived from unit grids, and the proof that they fill the city.

Every grid is in one zone, so that no two zones overlap and no place between grids is left out.
What can still be wrong is the layer of grids itself, or a grid in no zone: the quick test of GEOS
for coverages passes both, a missing polygon as well as a gap of thirty metres, which is why the
union is held against the boundary, with its interior rings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from dispatch.planning.grid_ground import GridGround
from dispatch.planning.zone_plan import ZonePlan
from geo.finding import Finding, Severity
from geo.plane import Plane
from geo.remark import Remark
from geo.tiling import FlawKind, TilingFlaw, tiling_flaws

LAYER = "plan"
MOST_NAMED = 3
SEVERITY = {FlawKind.SLIVER: Severity.WARNING, FlawKind.GAP: Severity.WARNING}
"""Those of all other flaws are errors."""


def zone_shapes_m(ground: GridGround, plan: ZonePlan) -> NDArray[np.object_]:
    """
    Join the grids of each zone.

    Parameters
    ----------
    ground
        Unit grids.
    plan
        The plan.

    Returns
    -------
    shapes_m
        Polygons in metres on the plane of the ground, in the order of `plan.zones`, object[k];
        empty for a zone without a grid.
    """
    rough = ~shapely.is_empty(shapely.coverage_invalid_edges(ground.shapes_m))
    shapes = [
        _joined(ground.shapes_m[rows], rough[rows])
        for rows in (np.flatnonzero(plan.zone_of == at) for at in range(len(plan.zones)))
    ]
    joined = np.empty(len(shapes), dtype=object)
    joined[:] = shapes
    return joined


def zone_polygons(ground: GridGround, plan: ZonePlan) -> dict[str, Polygon | MultiPolygon]:
    """
    Derive the polygons of zones.

    Parameters
    ----------
    ground
        Unit grids.
    plan
        The plan.

    Returns
    -------
    polygons
        WGS-84 degrees, by code of the zone; zones without a grid have none.
    """
    shapes = shapely.transform(zone_shapes_m(ground, plan), ground.plane.to_lon_lat)
    return {
        zone: shape
        for zone, shape in zip(plan.zones, shapes, strict=True)
        if isinstance(shape, Polygon | MultiPolygon) and not shape.is_empty
    }


def plan_topology(
    ground: GridGround, plan: ZonePlan, boundary: Polygon | MultiPolygon | None = None
) -> tuple[Finding, ...]:
    """
    Prove that the zones of a plan fill the city, each place once.

    Parameters
    ----------
    ground
        Unit grids.
    plan
        The plan.
    boundary
        Border of the city, WGS-84 degrees; without it what all grids fill, with holes closed.

    Returns
    -------
    findings
        What zones overlap, what is in none, and what sticks out; nothing where all is well.
    """
    shapes = zone_shapes_m(ground, plan)
    there = np.flatnonzero(~shapely.is_empty(shapes))
    names = [plan.zones[at] for at in there]
    whole = _whole(ground, boundary)
    return tuple(_said(tiling_flaws(shapes[there], whole), names, ground.plane))


def grid_topology(
    ground: GridGround, boundary: Polygon | MultiPolygon | None = None
) -> tuple[Finding, ...]:
    """
    Prove that unit grids fill the city, each place once.

    Parameters
    ----------
    ground
        Unit grids.
    boundary
        Border of the city, WGS-84 degrees; without it only holes between grids are gaps.

    Returns
    -------
    findings
        As of `plan_topology`, naming grids.
    """
    whole = None if boundary is None else _whole(ground, boundary)
    return tuple(_said(tiling_flaws(ground.shapes_m, whole), ground.graph.codes, ground.plane))


def _joined(shapes: NDArray[np.object_], rough: NDArray[np.bool_]) -> BaseGeometry:
    """Join polygons: quickly those that fit, with care those whose corners don't match."""
    if rough.all():
        return shapely.union_all(shapes)
    smooth = shapely.coverage_union_all(shapes[~rough])
    return shapely.union_all([smooth, *shapes[rough]]) if rough.any() else smooth


def _whole(
    ground: GridGround, boundary: Polygon | MultiPolygon | None
) -> Polygon | MultiPolygon | None:
    """What should be filled, in metres."""
    shape: BaseGeometry
    if boundary is not None:
        shape = shapely.transform(boundary, ground.plane.to_xy)
    else:
        rough = ~shapely.is_empty(shapely.coverage_invalid_edges(ground.shapes_m))
        parts = shapely.get_parts(_joined(ground.shapes_m, rough))
        shells = [Polygon(part.exterior) for part in parts if isinstance(part, Polygon)]
        shape = shapely.union_all(shells)
    return shape if isinstance(shape, Polygon | MultiPolygon) else None


def _said(flaws: Sequence[TilingFlaw], names: Sequence[str], plane: Plane) -> Iterator[Finding]:
    """Flaws in words."""
    for flaw in flaws:
        concerned = [names[at] for at in flaw.tiles]
        more = len(concerned) > MOST_NAMED
        who_zh = "、".join(concerned[:MOST_NAMED]) + ("等" if more else "")
        who = ", ".join(concerned[:MOST_NAMED]) + (" and others" if more else "")
        size_zh = f"{flaw.place.area:,.0f} 平方米，平均宽 {flaw.width_m:,.1f} 米"
        size = f"{flaw.place.area:,.0f} m², {flaw.width_m:,.1f} m wide"
        said = {
            FlawKind.OVERLAP: (f"{who_zh} 重叠：{size_zh}。", f"{who} overlap: {size}."),
            FlawKind.OUTSIDE: (
                f"{who_zh} 超出边界：{size_zh}。",
                f"{who} leaves the city: {size}.",
            ),
        }
        nobody = (
            f"{who_zh} 旁有一处无人负责：{size_zh}。",
            f"A place by {who} is in none: {size}.",
        )
        inside = shapely.get_coordinates(shapely.point_on_surface(flaw.place))
        lon, lat = plane.to_lon_lat(inside)[0].tolist()
        remark = Remark(f"tiling_{flaw.kind}", *said.get(flaw.kind, nobody))
        severity = SEVERITY.get(flaw.kind, Severity.ERROR)
        first = concerned[0] if concerned else None
        yield Finding(LAYER, first, remark, severity, (lon, lat), tuple(concerned[1:]))
