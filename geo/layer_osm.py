"""Roads of an OpenStreetMap extract as rows of a layer, to be checked like any others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from geo.road.read_osm import read_osm
from geo.road.road_class import ROAD_CLASSES, Mode
from geo.road.streets import CLOSED, Streets


def osm_table(path: Path, shape: str) -> pa.Table:
    """
    Read the roads that cars may use.

    Parameters
    ----------
    path
        ``.osm.pbf``.
    shape
        What to call the column of shapes.

    Returns
    -------
    table
        A row for each stretch between two junctions, in WGS-84: number of its way, class, name,
        direction, and its line as WKB.

    Raises
    ------
    UnreadableFile
        It is no OpenStreetMap data.
    EmptyNetwork
        It holds no road that cars may use.
    """
    streets = read_osm(path, mode=Mode.CAR)
    counts = np.diff(streets.first_point)
    lines = shapely.linestrings(streets.point, indices=np.repeat(np.arange(len(counts)), counts))
    return pa.table(
        {
            "id": [str(way) for way in streets.way_id.tolist()],
            "class": [str(ROAD_CLASSES[code]) for code in streets.road_class.tolist()],
            "name": [streets.names[name] if name >= 0 else "" for name in streets.name.tolist()],
            "direction": _directions(streets),
            shape: pa.array(shapely.to_wkb(lines), pa.binary()),
        }
    )


def _directions(streets: Streets) -> list[str]:
    """Which ways each street is open, in the words of line layers."""
    forward, backward = streets.forward_ms != CLOSED, streets.backward_ms != CLOSED
    words = np.select([forward & backward, forward, backward], ["no", "yes", "-1"], "closed")
    directions: list[str] = words.tolist()
    return directions
