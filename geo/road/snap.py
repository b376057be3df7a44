"""Snapping: a place joins the nearest junction or street of a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry

from geo.errors import BadValue, EmptyNetwork, OutsideNetwork, UnknownName
from geo.road.network import RoadNetwork
from geo.road.speed import walk_time_ms

NODE_RADIUS_M = 1.0
"""A place this close to a junction joins the junction itself."""

BORDER_M = 0.05
"""A street that runs this close to the border of an area runs along it."""

FARTHEST_M = 5_000.0
"""A place farther than this from every road is outside the network."""

METRES_PER_DEGREE = 111_195.08
"""Along a meridian of the sphere of mean Earth radius, 6,371,008.8 m."""


@dataclass(frozen=True, slots=True, eq=False)
class Joins:
    """
    Where places join a network.

    Attributes
    ----------
    lon_lat
        The places themselves, float64[n, 2], WGS-84 degrees.
    node
        Junction joined, int32[n]; -1 where a street is joined instead.
    street
        Street joined, int32[n]; -1 where a junction is.
    along
        Offset on the street as a share of its length from its first point, float64[n].
    distance_m
        Metres from the place to where it joins, float64[n].
    walk_ms
        Time on foot over that distance, int64[n]; 0 at a junction.
    """

    lon_lat: NDArray[np.float64]
    node: NDArray[np.int32]
    street: NDArray[np.int32]
    along: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    walk_ms: NDArray[np.int64]

    def __len__(self) -> int:
        """Count the places."""
        return len(self.node)

    def take(self, rows: NDArray[np.integer] | slice) -> Joins:
        """
        Pick some of the places.

        Parameters
        ----------
        rows
            Row numbers, a mask or a slice.

        Returns
        -------
        joins
            Those rows, in that order.
        """
        if isinstance(rows, slice) and rows.step not in {None, 1}:
            rows = np.arange(len(self))[rows]  # kernels are compiled for arrays without gaps
        return Joins(
            self.lon_lat[rows],
            self.node[rows],
            self.street[rows],
            self.along[rows],
            self.distance_m[rows],
            self.walk_ms[rows],
        )


def join_nodes(network: RoadNetwork, node: NDArray[np.integer]) -> Joins:
    """
    Join places that are junctions already.

    Parameters
    ----------
    network
        The roads.
    node
        Node ids, int[n].

    Returns
    -------
    joins
        Without any walk.

    Raises
    ------
    UnknownName
        An id is not in this network.
    """
    wrong = node[(node < 0) | (node >= network.n_nodes)]
    if len(wrong):
        raise UnknownName(
            f"Node {wrong[0]} is not in this network, whose nodes are 0…{network.n_nodes - 1}."
        )
    zeros = np.zeros(len(node))
    nowhere = np.full(len(node), -1, dtype=np.int32)
    lon_lat = network.node_lon_lat[node]
    return Joins(lon_lat, node.astype(np.int32), nowhere, zeros, zeros, zeros.astype(np.int64))


class Snapper:
    """
    Spatial index over a network's junctions and streets.

    Parameters
    ----------
    network
        The roads; only junctions and streets that some edge uses are indexed.

    Raises
    ------
    EmptyNetwork
        The network has no edge.

    Notes
    -----
    Distances are planar, in metres on the cylinder that touches the network's middle
    latitude; over a city they are true to a few parts in a thousand.  Of streets at equal
    distance the one with the lowest id is joined.
    """

    def __init__(self, network: RoadNetwork) -> None:
        if not network.n_edges:
            raise EmptyNetwork(
                "The road network has no usable edge; check the mode of travel and the file."
            )
        self._used_node = np.unique(np.concatenate([network.edge_tail, network.edge_head]))
        used = np.unique(network.edge_street)
        latitude = network.node_lon_lat[self._used_node, 1]
        middle = np.radians((latitude.min() + latitude.max()) / 2)
        self._scale = METRES_PER_DEGREE * np.array([np.cos(middle), 1.0])
        self._node_tree = KDTree(network.node_lon_lat[self._used_node] * self._scale)
        self._used_street = used.astype(np.int32)
        self._line = _lines(network, used, self._scale)
        self._tree = shapely.STRtree(self._line)
        self._bounds = network.node_lon_lat[self._used_node]

    def join(self, lon_lat: NDArray[np.float64], *, farthest_m: float = FARTHEST_M) -> Joins:
        """
        Join places to the nearest junction within `NODE_RADIUS_M`, else the nearest street.

        Parameters
        ----------
        lon_lat
            Places, float64[n, 2], WGS-84 degrees.
        farthest_m
            Places farther from every road than this are refused.

        Returns
        -------
        joins
            One per place, in order.

        Raises
        ------
        BadValue
            A coordinate is not a finite longitude and latitude.
        OutsideNetwork
            Places lie too far from every road; the sentence names them.
        """
        check_lon_lat(lon_lat)
        place = lon_lat * self._scale
        street, along, distance_m = self._join_streets(place)
        node = np.full(len(place), -1, dtype=np.int32)
        # A junction lies on its streets, so one this near is no farther than the nearest street.
        near = np.flatnonzero(distance_m <= 2 * NODE_RADIUS_M)
        if len(near):
            node_m, nearest = map(np.asarray, self._node_tree.query(place[near]))
            at_node = near[node_m <= NODE_RADIUS_M]
            node[at_node] = self._used_node[nearest[node_m <= NODE_RADIUS_M]]
            street[at_node], along[at_node], distance_m[at_node] = -1, 0.0, 0.0
        too_far = np.flatnonzero(distance_m > farthest_m)
        if len(too_far):
            raise OutsideNetwork(self._outside(lon_lat, distance_m, too_far, farthest_m))
        return Joins(lon_lat, node, street, along, distance_m, walk_time_ms(distance_m))

    def inside(self, polygon: BaseGeometry) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """
        Find the streets that lie in a polygon, wholly or in part.

        Parameters
        ----------
        polygon
            WGS-84 degrees.

        Returns
        -------
        street, share
            Streets of which more than `NODE_RADIUS_M` lies inside, or all of it, ascending,
            int32[n], and which share of each does, float64[n].  What runs along the border is
            not inside: districts are bounded by streets, which belong to neither side.
        """
        ground = shapely.transform(polygon, lambda points: points * self._scale)
        shapely.prepare(ground)
        row = np.sort(self._tree.query(ground, predicate="intersects"))
        line = self._line[row]
        length_m = shapely.length(line)
        whole = shapely.covers(ground, line)
        inside_m = np.where(whole, length_m, 0.0)
        cut = np.flatnonzero(~whole)
        inside_m[cut] = shapely.length(shapely.intersection(line[cut], ground))
        border = shapely.buffer(shapely.boundary(ground), BORDER_M)
        shapely.prepare(border)
        met = np.flatnonzero(shapely.intersects(border, line))
        along_m = shapely.length(shapely.intersection(line[met], border))
        along_m[along_m <= np.minimum(NODE_RADIUS_M, length_m[met] / 2)] = 0.0  # merely crossed
        inside_m[met] = np.maximum(inside_m[met] - along_m, 0.0)
        whole[met] &= along_m == 0.0
        kept = whole | (inside_m > NODE_RADIUS_M)
        share = np.where(whole, 1.0, inside_m / np.maximum(length_m, NODE_RADIUS_M))
        return self._used_street[row[kept]], np.minimum(share[kept], 1.0)

    def _join_streets(
        self, place: NDArray[np.float64]
    ) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
        """Nearest street of each place, the share of its length, and the distance in metres."""
        points: NDArray[np.object_] = np.array(shapely.points(place), dtype=object)
        row, line = self._tree.query_nearest(points, all_matches=True)
        line = line[np.lexsort((line, row))][np.searchsorted(row, np.arange(len(points)))]
        along = shapely.line_locate_point(self._line[line], points, normalized=True)
        distance_m = shapely.distance(self._line[line], points)
        return self._used_street[line], np.clip(along, 0.0, 1.0), distance_m

    def _outside(
        self,
        lon_lat: NDArray[np.float64],
        distance_m: NDArray[np.float64],
        rows: NDArray[np.integer],
        farthest_m: float,
    ) -> str:
        """Name the places outside and where the network is."""
        (west, south), (east, north) = self._bounds.min(axis=0), self._bounds.max(axis=0)
        named = ", ".join(
            f"{lon_lat[row, 0]:.5f},{lon_lat[row, 1]:.5f} ({distance_m[row] / 1000:.1f} km)"
            for row in rows[:5]
        )
        more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
        return (
            f"{named}{more}: farther than {farthest_m / 1000:g} km from every road; the network "
            f"covers {west:.4f},{south:.4f} to {east:.4f},{north:.4f} "
            "(longitude,latitude in WGS-84; is the order or the coordinate system another?)."
        )


def check_lon_lat(lon_lat: NDArray[np.float64]) -> None:
    """
    Refuse coordinates that are no place on Earth.

    Parameters
    ----------
    lon_lat
        Places, float64[n, 2].

    Raises
    ------
    BadValue
        A coordinate is not finite or out of range; the sentence names the first one.
    """
    good = np.isfinite(lon_lat).all(axis=1) & (np.abs(lon_lat) <= [180.0, 90.0]).all(axis=1)
    if not good.all():
        row = int(np.argmin(good))
        raise BadValue(
            f"Place {row + 1} of {len(lon_lat)}, {lon_lat[row, 0]:g},{lon_lat[row, 1]:g}, is not a "
            "longitude (-180…180) and latitude (-90…90); the order is lon,lat."
        )


def _lines(
    network: RoadNetwork, streets: NDArray[np.integer], scale: NDArray[np.float64]
) -> NDArray[np.object_]:
    """Lines of the given streets in metres."""
    counts = np.diff(network.first_point)[streets]
    line = np.repeat(np.arange(len(streets)), counts)
    within = np.arange(len(line)) - np.repeat(np.cumsum(counts) - counts, counts)
    points = network.point[np.repeat(network.first_point[streets], counts) + within]
    return np.asarray(shapely.linestrings(points * scale, indices=line))
