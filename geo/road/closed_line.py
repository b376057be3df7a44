"""Ways on foot along closed streets as points, for routes that begin or end among them."""

from __future__ import annotations

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely import LineString

from geo.road.closed_street import ClosedStreets
from geo.road.customise import NEVER
from geo.road.network import RoadNetwork
from geo.road.snap import Joins


def line_to_junction(closed: ClosedStreets, place: Joins, node: int) -> NDArray[np.float64]:
    """
    Draw the way on foot from a place to a junction.

    Parameters
    ----------
    closed
        The closed streets.
    place
        One place on a closed street, or at a junction among them.
    node
        The junction.

    Returns
    -------
    lon_lat
        Points, float64[n, 2], two or more.
    """
    network, by = closed.network, dict[int, int]()
    known = dict(closed.settle([(node, 0)], by))
    at = _best_end(closed, place, known)
    street, parts = int(place.street[0]), [np.repeat(network.node_lon_lat[[at]], 2, axis=0)]
    if street >= 0:
        to_last = float(at != closed.ends[street][0])
        parts = [_part(network, street, float(place.along[0]), to_last)]
    while at != node:
        street = by[at]
        first, last = closed.ends[street]
        parts.append(_part(network, street, float(at != first), float(at == first)))
        at = last if at == first else first
    return np.concatenate(parts)


def line_between(
    closed: ClosedStreets, origin: Joins, destination: Joins, time_ms: int
) -> NDArray[np.float64]:
    """
    Draw the way on foot between two places within one closure.

    Parameters
    ----------
    closed
        The closed streets.
    origin, destination
        One place each.
    time_ms
        What the way takes, from `ClosedStreets.direct_ms`.

    Returns
    -------
    lon_lat
        Points, float64[n, 2], two or more.
    """
    if closed.along_ms(origin, 0, destination, 0) == time_ms:
        ends = float(origin.along[0]), float(destination.along[0])
        return _part(closed.network, int(origin.street[0]), *ends)
    known = dict(closed.settle(closed.footholds(destination, 0)))
    at = _best_end(closed, origin, known)
    there, back = (line_to_junction(closed, place, at) for place in (origin, destination))
    return np.concatenate([there, back[::-1]])


def _best_end(closed: ClosedStreets, place: Joins, known: dict[int, int]) -> int:
    """Junction beside a place from which the rest of the way is shortest in all."""
    ends = closed.footholds(place, 0)
    return min(ends, key=lambda end: end[1] + known.get(end[0], int(NEVER)))[0]


def _part(network: RoadNetwork, street: int, start: float, end: float) -> NDArray[np.float64]:
    """Points of a street from one share of its length to another."""
    points = network.point[network.first_point[street] : network.first_point[street + 1]]
    part = shapely.ops.substring(LineString(points), start, end, normalized=True)
    lon_lat = shapely.get_coordinates(part)
    return lon_lat if len(lon_lat) > 1 else np.repeat(lon_lat, 2, axis=0)
