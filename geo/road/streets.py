"""Streets between junctions: what every reader yields, before it is cut into edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue

CLOSED = -1
"""Travel time of a direction in which a street may not be driven."""

BANNED = -1
"""Cost of a turn that may not be made."""

FORWARD, BACKWARD = 0, 1


def arc_ref(street: int, direction: int) -> int:
    """
    Name one direction of a street by a single number.

    Parameters
    ----------
    street
        Row in the street table.
    direction
        ``FORWARD`` (along the drawn points) or ``BACKWARD``.

    Returns
    -------
    ref
        ``2 * street + direction``.
    """
    return 2 * street + direction


@dataclass(frozen=True, slots=True)
class TurnRule:
    """
    A chain of directed streets that costs extra, or may not be driven at all.

    Attributes
    ----------
    refs
        Two or more arc references (see `arc_ref`), or edge ids once the network is
        assembled; longer chains are bans by way of a via street.
    cost_ms
        Milliseconds charged when the chain is completed; ``BANNED`` forbids it.
    """

    refs: tuple[int, ...]
    cost_ms: int = BANNED

    def __post_init__(self) -> None:
        """Refuse a chain that is no turn."""
        if len(self.refs) < 2:
            raise BadValue(f"A turn rule needs two or more edges, not {len(self.refs)}.")
        if self.cost_ms < BANNED:
            raise BadValue(f"A turn cost cannot be {self.cost_ms} ms; give 0 or more, or a ban.")


@dataclass(frozen=True, slots=True, eq=False)
class Streets:
    """
    Street table: one row per stretch of road between two junctions.

    Attributes
    ----------
    node_lon_lat
        Junctions, float64[n_nodes, 2], WGS-84 degrees.
    node_source_id
        What the source calls each junction (OSM node id, row of the file), int64[n_nodes].
    tail, head
        Junction rows at the first and the last point, int32[n_streets].
    road_class
        Position in ``ROAD_CLASSES``, uint8[n_streets].
    length_m
        Metres along the points, float64[n_streets].
    forward_ms, backward_ms
        Travel time of each direction in whole milliseconds, int64[n_streets];
        ``CLOSED`` where that direction may not be used.
    point, first_point
        Points of all streets end to end, float64[n_points, 2], and where each street
        starts, int64[n_streets + 1].  The first and the last point are the junctions.
    way_id
        Way or row of the source, int64[n_streets]; several streets may share one.
    name, names
        Position in ``names``, int32[n_streets], -1 for a street without a name.
    turn_rules
        Bans and extra costs; their refs are arc references.
    source
        Where it comes from, in words.
    notes
        Counts of what the reader left out and why, for the person who imports.
    """

    node_lon_lat: NDArray[np.float64]
    node_source_id: NDArray[np.int64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    road_class: NDArray[np.uint8]
    length_m: NDArray[np.float64]
    forward_ms: NDArray[np.int64]
    backward_ms: NDArray[np.int64]
    point: NDArray[np.float64]
    first_point: NDArray[np.int64]
    way_id: NDArray[np.int64]
    name: NDArray[np.int32]
    names: tuple[str, ...] = ()
    turn_rules: Sequence[TurnRule] = ()
    source: str = ""
    notes: dict[str, int] = field(default_factory=dict)
