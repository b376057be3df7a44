"""Roads and closures as rows of the layers that they are handed in as."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.road.closure import Closure
from geo.road.limit import HIGHEST_KPH, LOWEST_KPH, SHARE_OF_LIMIT, travel_mps
from geo.road.network import RoadNetwork
from geo.road.road_class import ROAD_CLASSES, Mode
from geo.road.speed import edge_time_ms

SHAPE: Final = "shape"
"""Name of the shape in a row."""

CLOSURE_COLUMNS: Final = (
    "id", "starts", "ends", "reason", "modes", "ways", "direction", "speed_factor",
    "speed_cap_kph",
)  # fmt: skip
ROAD_COLUMNS: Final = ("id", "class", "direction", "speed", "name")

ONE_WAY: Final = {(True, True): "no", (True, False): "yes", (False, True): "-1"}
"""Word for the directions of a way that are open, as drawn and against it."""

WAYS: Final = 2_000
"""Ways that are laid out at a time."""

KPH_DECIMALS: Final = 6


def closure_rows(closures: Iterable[Closure]) -> Iterator[dict[str, Any]]:
    """
    Lay closures out as rows.

    Parameters
    ----------
    closures
        Closures and slow zones; those of single edges are left out, for the numbers of edges
        mean nothing outside their network.

    Yields
    ------
    row
        Values by column.
    """
    for one in closures:
        extent, cap_mps = one.extent, one.speed_cap_mps
        if extent.edges:
            continue
        yield {
            "id": one.id,
            "starts": one.starts.isoformat(),
            "ends": None if one.ends is None else one.ends.isoformat(),
            "reason": one.reason,
            "modes": tuple(map(str, one.modes)),
            "ways": tuple(map(str, extent.ways)),
            "direction": extent.direction,
            "speed_factor": one.speed_factor,
            "speed_cap_kph": None if cap_mps is None else round(cap_mps * 3.6, KPH_DECIMALS),
            SHAPE: extent.polygon,
        }


def road_rows(networks: Mapping[Mode, RoadNetwork]) -> Iterator[dict[str, Any]]:
    """
    Lay road networks out as rows, one for each way.

    Parameters
    ----------
    networks
        The network of each mode; a way that several have is written as the first one has it,
        cars before e-bikes before people on foot.

    Yields
    ------
    row
        Values by column; the parts of a way's line are the streets it was cut into.
    """
    written = np.zeros(0, dtype=np.int64)
    for mode in (mode for mode in Mode if mode in networks):
        network = networks[mode]
        order = np.argsort(network.street_way_id, kind="stable")
        order = order[~np.isin(network.street_way_id[order], written)]
        ways, first = np.unique(network.street_way_id[order], return_index=True)
        ends = np.append(first, len(order))
        for start in range(0, len(ways), WAYS):
            part = ends[start : start + WAYS + 1]
            yield from _ways(network, order[part[0] : part[-1]], part - part[0])
        written = np.union1d(written, ways)


def _ways(
    network: RoadNetwork, streets: NDArray[np.int64], ends: NDArray[np.int64]
) -> Iterator[dict[str, Any]]:
    """Rows of some ways; each has the streets between one of the ends and the next."""
    lines = [network.point[slice(*network.first_point[at : at + 2])] for at in streets.tolist()]
    limit_kph = _limits_kph(network, streets)
    edges = network.street_edges[streets] >= 0
    for start, end in pairwise(ends.tolist()):
        street, parts = int(streets[start]), [shapely.LineString(one) for one in lines[start:end]]
        name, limit = int(network.street_name[street]), limit_kph[start]
        forward, backward = bool(edges[start:end, 0].any()), bool(edges[start:end, 1].any())
        yield {
            "id": int(network.street_way_id[street]),
            "class": ROAD_CLASSES[network.street_class[street]],
            "direction": ONE_WAY[forward, backward],
            "speed": None if np.isnan(limit) else f"{limit:g}",
            "name": network.names[name] if name >= 0 else "",
            SHAPE: parts[0] if len(parts) == 1 else shapely.MultiLineString(parts),
        }


def _limits_kph(network: RoadNetwork, streets: NDArray[np.int64]) -> NDArray[np.float64]:
    """Limit that makes cars as fast as they are; NaN where they are as fast as by class alone."""
    limit = np.full(len(streets), np.nan)
    if network.mode is not Mode.CAR:
        return limit
    ms = network.edge_ms[network.street_edges[streets].max(axis=1)]
    length_m, code = network.street_length_m[streets], network.street_class[streets]
    slower = edge_time_ms(length_m, travel_mps(Mode.CAR, code, limit)) != ms
    kph = length_m[slower] * 3600 / np.maximum(ms[slower], 1) / SHARE_OF_LIMIT
    limit[slower] = np.clip(np.round(kph), LOWEST_KPH, HIGHEST_KPH)
    return limit
