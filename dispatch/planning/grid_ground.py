"""Grid ground: unit grids with their neighbours and their shapes in metres, for drawing on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from dispatch.planning.grid_graph import GridGraph, grid_graph, plane_of
from geo.area import Area
from geo.errors import BadValue
from geo.plane import Plane
from geo.road.snap import check_lon_lat
from geo.zone import UnitGrid

LonLats = Sequence[tuple[float, float]]
"""A line as it was drawn, WGS-84 degrees; one place is a point."""


@dataclass(frozen=True, eq=False)
class GridGround:
    """
    Unit grids as shapes.

    Attributes
    ----------
    graph
        Their neighbours.
    plane
        The plane on which they are measured.
    shapes_m
        Their extent in metres on it, in the order of the graph, object[n].
    """

    graph: GridGraph
    plane: Plane
    shapes_m: NDArray[np.object_]

    @cached_property
    def tree_m(self) -> shapely.STRtree:
        """Index of the shapes."""
        return shapely.STRtree(self.shapes_m)

    def drawn_m(self, line: LonLats) -> BaseGeometry:
        """
        Lay what was drawn on the plane.

        Parameters
        ----------
        line
            Its places in order.

        Returns
        -------
        drawn
            A point or a line in metres.

        Raises
        ------
        BadValue
            There is no place, or one is no longitude and latitude.
        """
        places = np.array(line, dtype=np.float64).reshape(-1, 2)
        if not len(places):
            raise BadValue("A line has one place or more; each is longitude,latitude.")
        check_lon_lat(places)
        xy_m = self.plane.to_xy(places)
        if (xy_m == xy_m[0]).all():
            return shapely.Point(xy_m[0])
        return shapely.LineString(xy_m)

    def near(self, drawn_m: BaseGeometry, within_m: float) -> NDArray[np.int64]:
        """
        Find the grids near something.

        Parameters
        ----------
        drawn_m
            What was drawn, on the plane.
        within_m
            How near; 0 for those that it touches.

        Returns
        -------
        rows
            Positions of the grids, ascending, int64[k].
        """
        found = self.tree_m.query(drawn_m, predicate="dwithin", distance=within_m)
        return np.sort(found).astype(np.int64)


def grid_ground(grids: Iterable[UnitGrid], areas: Iterable[Area] = ()) -> GridGround:
    """
    Lay unit grids on a plane and find their neighbours.

    Parameters
    ----------
    grids
        The unit grids, in any order.
    areas
        Areas of the city, for townships.

    Returns
    -------
    ground
        In the order of codes.

    Raises
    ------
    BadValue
        There is no grid, or a code stands twice.
    """
    ordered = sorted(grids, key=lambda grid: grid.code)
    graph = grid_graph(ordered, areas)
    shapes = np.array([grid.polygon for grid in ordered], dtype=object)
    plane = plane_of(shapes)
    return GridGround(graph, plane, shapely.transform(shapes, plane.to_xy))
