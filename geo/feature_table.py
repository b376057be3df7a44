"""
Feature table: one layer as it stands at one version, in an order that outlives the version.

Rows are sorted by their ids, shorter ids first, so that ``9`` comes before ``10``.  Whoever reads
page by page goes on after the last id; what another version has added or taken away in between
neither repeats a row nor loses one that is in both.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from threading import Lock
from types import MappingProxyType

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from geo.errors import BadValue

Rows = NDArray[np.intp]
"""Numbers of rows, ascending."""


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """
    Features of one layer at one version; make it with `lay_out`.

    Attributes
    ----------
    version
        Names the content: whatever else is equal, equal tables have equal versions.
    ids
        What names each feature, no two equal, in the order of `rank`.
    shapes
        Geometries, WGS-84 longitude and latitude, or None where a feature has none.
    columns
        Values by column, a row each.

    Notes
    -----
    Geometries that are asked build indexes of their own, which threads must not do together.
    So `touching` asks copies that nobody else has, and one thread at a time.
    """

    version: str
    ids: tuple[str, ...]
    shapes: NDArray[np.object_]
    columns: Mapping[str, Sequence[object]]
    _lock: Lock = field(default_factory=Lock, repr=False)

    def __len__(self) -> int:
        """How many features there are."""
        return len(self.ids)

    def row_of(self, feature: str) -> int | None:
        """
        Find a feature.

        Parameters
        ----------
        feature
            Its id.

        Returns
        -------
        row
            None where there is none with this id.
        """
        row = bisect_left(self.ids, rank(feature), key=rank)
        return row if row < len(self.ids) and self.ids[row] == feature else None

    def first_after(self, feature: str) -> int:
        """
        Find where a reader goes on.

        Parameters
        ----------
        feature
            Id of the last feature that was read, which may be gone by now.

        Returns
        -------
        row
            Of the first feature that comes after it; as many as there are rows where none does.
        """
        return bisect_right(self.ids, rank(feature), key=rank)

    def touching(self, shape: BaseGeometry) -> Rows:
        """
        Find the features that share at least a point with a shape.

        Parameters
        ----------
        shape
            Of any kind, WGS-84 longitude and latitude.

        Returns
        -------
        rows
            In order; features without a geometry touch nothing.
        """
        with self._lock:
            return np.sort(self._tree.query(shape, predicate="intersects"))

    def in_box(self, west: float, south: float, east: float, north: float) -> Rows:
        """
        Find the features that share at least a point with a box.

        Parameters
        ----------
        west, south, east, north
            Its sides in degrees, which belong to it; a box whose west is more than its east
            lies across the 180th meridian.

        Returns
        -------
        rows
            In order.
        """
        return self.touching(ground_of_box(west, south, east, north))

    @cached_property
    def extent(self) -> tuple[float, float, float, float] | None:
        """West, south, east and north of all features; None where none has a geometry."""
        bounds = shapely.bounds(self.shapes)
        bounds = bounds[~np.isnan(bounds).any(axis=1)]
        if not len(bounds):
            return None
        west, south = bounds[:, :2].min(axis=0).tolist()
        east, north = bounds[:, 2:].max(axis=0).tolist()
        return west, south, east, north

    @cached_property
    def _tree(self) -> shapely.STRtree:
        """Index on copies of the geometries; only whoever holds the lock may ask it."""
        return shapely.STRtree(shapely.force_2d(self.shapes))


def ground_of_box(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """
    Draw a box.

    Parameters
    ----------
    west, south, east, north
        Its sides; one whose west is more than its east lies across the 180th meridian.

    Returns
    -------
    ground
        A polygon or two; a line or point where sides lie on each other.
    """
    if west <= east:
        if west < east and south < north:
            return shapely.box(west, south, east, north)
        ends = (west, south), (east, north)
        return Point(ends[0]) if ends[0] == ends[1] else LineString(ends)
    halves = ground_of_box(west, south, 180, north), ground_of_box(-180, south, east, north)
    return shapely.GeometryCollection(halves)


def rank(feature: str) -> tuple[int, str]:
    """
    Tell where an id stands in the order of a table.

    Parameters
    ----------
    feature
        An id.

    Returns
    -------
    rank
        By length, then letter by letter.
    """
    return len(feature), feature


def lay_out(
    version: str,
    ids: Sequence[str],
    shapes: Sequence[BaseGeometry | None] | NDArray[np.object_],
    columns: Mapping[str, Sequence[object]],
) -> FeatureTable:
    """
    Lay features out as a table.

    Parameters
    ----------
    version
        Names the content.
    ids
        What names each feature, in any order.
    shapes
        A geometry each, or None; outer rings come to run against the clock, as GeoJSON wants.
    columns
        Values by column.

    Returns
    -------
    table
        In the order of the ids.

    Raises
    ------
    BadValue
        Two features have one id, or a column has another length.
    """
    wrong = sorted(name for name, column in columns.items() if len(column) != len(ids))
    if wrong or len(shapes) != len(ids):
        short = ", ".join(wrong) or "shapes"
        raise BadValue(f"Columns of a layer of {len(ids)} features have another length: {short}.")
    order = sorted(range(len(ids)), key=lambda row: rank(ids[row]))
    sorted_ids = tuple(ids[row] for row in order)
    twice = sorted({one for one, following in pairwise(sorted_ids) if one == following})
    if twice:
        raise BadValue(f"Several features are called {', '.join(twice[:5])}; ids name one each.")
    drawn = np.empty(len(ids), dtype=object)
    drawn[:] = [shapes[row] for row in order]
    drawn = np.asarray(shapely.orient_polygons(drawn, exterior_cw=False), dtype=object)
    drawn.flags.writeable = False
    sorted_columns = {name: [column[row] for row in order] for name, column in columns.items()}
    return FeatureTable(version, sorted_ids, drawn, MappingProxyType(sorted_columns))
