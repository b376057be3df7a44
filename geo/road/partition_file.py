"""A partition as a layer for maps: who serves each junction and each street."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from geo.errors import BadValue
from geo.road.network import RoadNetwork
from geo.road.partition import Partition, Served
from geo.road.snap import Joins
from geo.whole_file import whole_file

SUFFIXES = (".gpkg", ".geojson")


@dataclass(frozen=True, slots=True, eq=False)
class ServedStreets:
    """
    Who serves the streets.

    Attributes
    ----------
    street
        Streets that some edge uses, int64[n].
    served
        Who is first at the middle of each.
    """

    street: NDArray[np.int64]
    served: Served


def serve_streets(partition: Partition) -> ServedStreets:
    """
    Find who serves each street, judged at its middle.

    Parameters
    ----------
    partition
        The roads divided among bases.

    Returns
    -------
    streets
        Those that some edge uses.
    """
    street = np.unique(partition.roads.network.edge_street).astype(np.int64)
    nowhere = np.full(len(street), -1, dtype=np.int32)
    zeros = np.zeros(len(street))
    middle = Joins(
        np.zeros((len(street), 2)),
        nowhere,
        street.astype(np.int32),
        np.full(len(street), 0.5),
        zeros,
        zeros.astype(np.int64),
    )
    return ServedStreets(street, partition.serve(middle))


def write_partition(
    partition: Partition, streets: ServedStreets, base_ids: Sequence[str], path: Path
) -> None:
    """
    Write a partition, whole or not at all.

    Parameters
    ----------
    partition
        The roads divided among bases.
    streets
        What `serve_streets` found.
    base_ids
        What the bases are called.
    path
        A GeoPackage with the layers ``streets`` (street_id, base_id, travel_time_s to its
        middle, length_m, line) and ``nodes`` (node_id, base_id, travel_time_s, point), or
        GeoJSON of the streets alone; empty where no road leads.

    Raises
    ------
    BadValue
        The name ends in something else, or its folder does not exist.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise BadValue(f"{path}: a partition is a layer; let its name end in .gpkg or .geojson.")
    network = partition.roads.network
    lines = gpd.GeoDataFrame(
        {"street_id": streets.street, **_columns(streets.served, base_ids)},
        geometry=_lines(network, streets.street),
        crs="EPSG:4326",
    )
    lines["length_m"] = network.street_length_m[streets.street].round(3)
    with whole_file(path) as fresh:
        if suffix == ".geojson":
            pyogrio.write_dataframe(lines, fresh, driver="GeoJSON", RFC7946="YES")
            return
        pyogrio.write_dataframe(lines, fresh, layer="streets")
        nodes = gpd.GeoDataFrame(
            {"node_id": np.arange(network.n_nodes), **_columns(partition.nodes, base_ids)},
            geometry=np.asarray(shapely.points(network.node_lon_lat), dtype=object),
            crs="EPSG:4326",
        )
        pyogrio.write_dataframe(nodes, fresh, layer="nodes", append=True)


def _columns(served: Served, base_ids: Sequence[str]) -> dict[str, NDArray[np.generic]]:
    """Names and seconds, None and NaN where no road leads."""
    names = np.array([*base_ids, None], dtype=object)  # the last one is row -1
    travel_time_s = np.where(served.base >= 0, served.travel_time_ms / 1000, np.nan)
    return {"base_id": names[served.base], "travel_time_s": travel_time_s}


def _lines(network: RoadNetwork, street: NDArray[np.int64]) -> NDArray[np.object_]:
    """Lines of some streets."""
    row = np.repeat(np.arange(network.n_streets), np.diff(network.first_point))
    lines = np.asarray(shapely.linestrings(network.point, indices=row), dtype=object)
    picked: NDArray[np.object_] = lines[street]
    return picked
