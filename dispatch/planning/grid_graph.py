"""
Grid graph: unit grids as nodes, the borders that they share as edges.

Every question of a plan that is about neighbours is asked here: is a zone in one piece, how long
are its borders, who could take a grid over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.planning.shared_border import SharedBorders, shared_borders
from geo.area import Area, Tier, chains_of
from geo.errors import BadValue, UnknownName
from geo.plane import Plane
from geo.zone import UnitGrid

LEAST_BORDER_M = 0.5
"""Grids that share less meet in a corner, and are no neighbours."""

NO_TOWNSHIP = -1


@dataclass(frozen=True, eq=False)
class GridGraph:
    """
    Unit grids and their neighbours.

    Attributes
    ----------
    codes
        Codes of the unit grids, ascending.
    lon_lat
        A place inside each, WGS-84 degrees, float64[n, 2].
    area_m2
        Square metres, float64[n].
    township
        Position in `townships`, int32[n]; -1 where none is known.
    townships
        Codes of the areas of the township tier, ascending.
    first
        Where the neighbours of a grid begin in `neighbour`, int32[n + 1].
    neighbour
        Positions of neighbours, ascending for each grid, int32[m]; both directions are there.
    border_m
        Metres of border shared with that neighbour, float64[m].
    """

    codes: tuple[str, ...]
    lon_lat: NDArray[np.float64]
    area_m2: NDArray[np.float64]
    township: NDArray[np.int32]
    townships: tuple[str, ...]
    first: NDArray[np.int32]
    neighbour: NDArray[np.int32]
    border_m: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for name in ("lon_lat", "area_m2", "township", "first", "neighbour", "border_m"):
            frozen = getattr(self, name).view()
            frozen.flags.writeable = False
            object.__setattr__(self, name, frozen)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is worked out on demand: it is not fit to be sent to another process."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def __len__(self) -> int:
        """Count the unit grids."""
        return len(self.codes)

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Positions by code."""
        return MappingProxyType({code: row for row, code in enumerate(self.codes)})

    @cached_property
    def source(self) -> NDArray[np.int32]:
        """The grid that each entry of `neighbour` is a neighbour of, int32[m]."""
        rows = np.arange(len(self.codes), dtype=np.int32)
        return np.repeat(rows, np.diff(self.first))

    def row(self, code: str) -> int:
        """
        Find a unit grid.

        Parameters
        ----------
        code
            Its code.

        Returns
        -------
        row
            Its position.

        Raises
        ------
        UnknownName
            There is no such grid.
        """
        if code not in self.row_of:
            raise UnknownName(f"There is no unit grid {code!r} among the {len(self)} of the city.")
        return self.row_of[code]

    def neighbours(self, row: int) -> NDArray[np.int32]:
        """
        List the neighbours of a grid.

        Parameters
        ----------
        row
            Its position.

        Returns
        -------
        neighbours
            Their positions, ascending, int32[k].
        """
        return self.neighbour[self.first[row] : self.first[row + 1]]


def grid_graph(grids: Iterable[UnitGrid], areas: Iterable[Area] = ()) -> GridGraph:
    """
    Find out which unit grids are neighbours, and how long their common borders are.

    Parameters
    ----------
    grids
        The unit grids, in any order: `City.grids`.
    areas
        Areas of the city, which tell in what township a community lies: `City.areas`.

    Returns
    -------
    graph
        Of all of them.

    Raises
    ------
    BadValue
        There is none, or a code stands twice.
    """
    ordered = sorted(grids, key=lambda grid: grid.code)
    codes = tuple(grid.code for grid in ordered)
    _refuse(codes)
    shapes = np.array([grid.polygon for grid in ordered], dtype=object)
    shapes_m = shapely.transform(shapes, plane_of(shapes).to_xy)
    township, townships = _townships(ordered, tuple(areas))
    first, neighbour, border_m = adjacency(
        len(codes), shared_borders(shapes_m, least_m=LEAST_BORDER_M)
    )
    lon_lat = shapely.get_coordinates(shapely.point_on_surface(shapes))
    area_m2 = shapely.area(shapes_m)
    return GridGraph(codes, lon_lat, area_m2, township, townships, first, neighbour, border_m)


def plane_of(shapes: NDArray[np.object_]) -> Plane:
    """
    Lay a plane on the middle of some shapes.

    Parameters
    ----------
    shapes
        In WGS-84 degrees, object[n], one or more.

    Returns
    -------
    plane
        Touching the Earth there.
    """
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return Plane(((west + east) / 2, (south + north) / 2))


def adjacency(
    grids: int, borders: SharedBorders
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """
    Turn pairs into lists of neighbours, in both directions.

    Parameters
    ----------
    grids
        How many there are.
    borders
        Each pair once.

    Returns
    -------
    first, neighbour, border_m
        As in `GridGraph`.
    """
    source = np.concatenate([borders.left, borders.right])
    target = np.concatenate([borders.right, borders.left])
    order = np.lexsort([target, source])
    first = np.zeros(grids + 1, dtype=np.int32)
    np.cumsum(np.bincount(source, minlength=grids), out=first[1:])
    border_m = np.concatenate([borders.border_m, borders.border_m])[order]
    return first, target[order].astype(np.int32), border_m


def _refuse(codes: Sequence[str]) -> None:
    """Refuse an empty layer, and codes that stand twice."""
    if not codes:
        raise BadValue("There are no unit grids; load and publish the layer grids first.")
    for one, other in pairwise(codes):
        if one == other:
            raise BadValue(f"The unit grid {one} stands twice; each code is used once.")


def _townships(
    grids: Sequence[UnitGrid], areas: Sequence[Area]
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Township of each grid, by the chain of the community that it lies in."""
    codes = tuple(sorted(area.code for area in areas if area.tier is Tier.TOWNSHIP))
    position = {code: at for at, code in enumerate(codes)}
    above = {
        code: next((position[area.code] for area in chain if area.code in position), NO_TOWNSHIP)
        for code, chain in chains_of(areas).items()
    }
    found = [above.get(grid.community, NO_TOWNSHIP) for grid in grids]
    return np.array(found, dtype=np.int32), codes
