"""
Grid splitting: one unit grid becomes two, and every plan over it follows.

A plan never cuts a grid.  Where a border must run through one, the grid itself is split: the two
get the next serial numbers of their community, the old code is not used again, for incidents of
the past bear it.  That changes the layer of unit grids, which is then published like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from dispatch.planning.grid_graph import plane_of
from dispatch.planning.grid_ground import LonLats
from dispatch.planning.zone_plan import ZonePlan
from geo.errors import UnknownName
from geo.grid_code import BEFORE_SERIAL, likely_scheme
from geo.remark import Remark
from geo.zone import UnitGrid

LEAST_PART = 0.02
"""A part with a smaller share of the grid is no grid: the line only shaves it."""


@dataclass(frozen=True, slots=True, eq=False)
class SplitGrid:
    """
    A unit grid that became two.

    Attributes
    ----------
    grids
        All unit grids of the city after it, by code.
    gone
        Code of the old one.
    parts
        The two new ones, the larger first.
    """

    grids: tuple[UnitGrid, ...]
    gone: str
    parts: tuple[UnitGrid, UnitGrid]

    def carried(self, plan: ZonePlan) -> ZonePlan:
        """
        Put both parts into the zone of the old grid.

        Parameters
        ----------
        plan
            A plan over the old grids.

        Returns
        -------
        plan
            The same over the new ones.

        Raises
        ------
        UnknownName
            The plan does not have the old grid.
        """
        zone_of = dict(zip(plan.grids, plan.zone_codes, strict=True))
        if self.gone not in zone_of:
            raise UnknownName(f"The plan has no unit grid {self.gone!r}.")
        zone = zone_of.pop(self.gone)
        zone_of |= {part.code: zone for part in self.parts}
        codes = sorted(zone_of)
        return ZonePlan.of(codes, [zone_of[code] for code in codes])


def split_grid(grids: Sequence[UnitGrid], code: str, line: LonLats) -> SplitGrid | Remark:
    """
    Split a unit grid along a line.

    Parameters
    ----------
    grids
        Unit grids of the city.
    code
        Code of the one to split.
    line
        Where to, WGS-84 degrees; it begins and ends outside.

    Returns
    -------
    split
        The two parts and all grids after it, or why it can't be split.  Residents are shared by
        area.

    Raises
    ------
    UnknownName
        There is no such grid.
    """
    of_code = {grid.code: grid for grid in grids}
    if code not in of_code:
        raise UnknownName(f"There is no unit grid {code!r} among the {len(of_code)} of the city.")
    grid = of_code[code]
    shapes = _halves(grid.polygon, line)
    if shapes is None:
        return Remark(
            "line_divides_nothing",
            f"线没有把单元网格 {code} 分成两部分：请从网格外画到网格外。",
            f"The line does not divide the unit grid {code} in two: begin outside and end outside.",
        )
    codes = _next_codes(list(of_code), code)
    if codes is None:
        return Remark(
            "no_serial_left",
            f"单元网格 {code} 所在社区没有可用的顺序号，或编码不符合任何编码规则。",
            f"There are no serial numbers left in the community of {code}, or its code follows no "
            "scheme; give the two grids codes in the layer itself.",
        )
    parts = _parts(grid, codes, shapes)
    after = [*(one for one in grids if one.code != code), *parts]
    return SplitGrid(tuple(sorted(after, key=lambda one: one.code)), code, parts)


Shape = Polygon | MultiPolygon


def _halves(polygon: Shape, line: LonLats) -> tuple[Shape, Shape] | None:
    """The parts on both sides of a line, the larger first."""
    plane = plane_of(np.array([polygon], dtype=object))
    whole: BaseGeometry = shapely.transform(polygon, plane.to_xy)
    places = np.array(line, dtype=np.float64).reshape(-1, 2)
    if len(places) < 2 or (places == places[0]).all():
        return None
    noded = shapely.union_all([shapely.boundary(whole), LineString(plane.to_xy(places))])
    faces = shapely.get_parts(shapely.polygonize([noded]))
    faces = faces[shapely.contains(whole, shapely.point_on_surface(faces))]
    if len(faces) != shapely.get_num_geometries(whole) + 1:
        return None  # the line ends inside, or cuts off several pieces
    new = [face for face in faces if not _is_a_part(face, whole)]
    if len(new) != 2 or min(face.area for face in new) < LEAST_PART * whole.area:
        return None
    smaller = min(new, key=lambda face: float(face.area))
    rest = shapely.union_all([face for face in faces if face is not smaller])
    larger, smaller = (shapely.transform(one, plane.to_lon_lat) for one in (rest, smaller))
    if isinstance(larger, Shape) and isinstance(smaller, Shape):
        return larger, smaller
    return None


def _is_a_part(face: BaseGeometry, whole: BaseGeometry) -> bool:
    """Whether a face is a whole part of a grid of several, which the line leaves alone."""
    return any(
        shapely.area(shapely.symmetric_difference(face, part)) < 1e-6 * part.area
        for part in shapely.get_parts(whole)
    )


def _next_codes(codes: Sequence[str], code: str) -> tuple[str, str] | None:
    """The next two codes of the community, by the scheme that most codes follow."""
    scheme = likely_scheme(codes)
    if scheme is None or not code.isdigit() or len(code) != scheme.digits:
        return None
    community = code[:BEFORE_SERIAL]
    used = [
        int(one[BEFORE_SERIAL:])
        for one in codes
        if one.startswith(community) and one.isdigit() and len(one) > BEFORE_SERIAL
    ]
    first, second = (scheme.write(community, max(used) + step) for step in (1, 2))
    return None if first is None or second is None else (first, second)


def _parts(
    grid: UnitGrid, codes: tuple[str, str], shapes: tuple[Shape, Shape]
) -> tuple[UnitGrid, UnitGrid]:
    """The two grids, with the residents shared by area."""
    larger, smaller = shapes
    few = None
    if grid.population is not None:
        few = round(grid.population * smaller.area / (larger.area + smaller.area))
    many = None if few is None or grid.population is None else grid.population - few
    return (
        replace(grid, code=codes[0], polygon=larger, population=many),
        replace(grid, code=codes[1], polygon=smaller, population=few),
    )
