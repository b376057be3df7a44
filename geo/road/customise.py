"""Weights of a hierarchy, customised whole; `geo.road.repair` mends them where arcs change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.frozen import freeze
from geo.road.hierarchy import Hierarchy
from geo.road.kernel import kernel

NEVER = np.int32((1 << 30) - 1)
"""No way, in int32 milliseconds: twelve days, and two of them still do not wrap."""


@dataclass(frozen=True, slots=True, eq=False)
class SlotWeights:
    """
    Shortest times over ways whose inner states all have lower ranks.

    Attributes
    ----------
    up_ms, down_ms
        From the lower to the higher end of each slot, and back, int32[n_slots]; `NEVER`
        where no such way exists.
    """

    up_ms: NDArray[np.int32]
    down_ms: NDArray[np.int32]

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        freeze(self)


def customise(hierarchy: Hierarchy, arc_ms: NDArray[np.int32]) -> SlotWeights:
    """
    Weigh all slots.

    Parameters
    ----------
    hierarchy
        The topology.
    arc_ms
        Milliseconds of every arc of the graph, int32[n_arcs].

    Returns
    -------
    weights
        One per slot and direction.
    """
    weights = np.full(2 * hierarchy.n_slots, NEVER, dtype=np.int32)
    own_weights(hierarchy.slot_of_arc, arc_ms, weights)
    up_ms, down_ms = weights[0::2].copy(), weights[1::2].copy()
    relax_triangles(hierarchy.first, hierarchy.up, up_ms, down_ms)
    return SlotWeights(up_ms, down_ms)


@kernel
def own_weights(
    slot_of_arc: NDArray[np.int32], arc_ms: NDArray[np.int32], weights: NDArray[np.int32]
) -> None:
    """
    Give every slot the time of its fastest own arc, in place.

    Parameters
    ----------
    slot_of_arc
        Slot and direction of each arc, -1 for loops.
    arc_ms
        Milliseconds of each arc.
    weights
        By slot and direction, filled with `NEVER` on entry.
    """
    for row in range(len(slot_of_arc)):
        reference = slot_of_arc[row]
        if reference >= 0 and arc_ms[row] < weights[reference]:
            weights[reference] = arc_ms[row]


@kernel
def relax_triangles(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    up_ms: NDArray[np.int32],
    down_ms: NDArray[np.int32],
) -> None:
    """
    Shorten every slot by the ways over lower states, lowest state first, in place.

    Parameters
    ----------
    first, up
        Slots by state.
    up_ms, down_ms
        Own weights on entry, customised on return.
    """
    for v in range(len(first) - 1):
        end = first[v + 1]
        for left in range(first[v], end):
            to_v, from_v = down_ms[left], up_ms[left]
            slot = first[up[left]]
            for right in range(left + 1, end):
                high = up[right]
                while up[slot] != high:
                    slot += 1
                onward, back = to_v + up_ms[right], down_ms[right] + from_v
                up_ms[slot] = min(up_ms[slot], onward)
                down_ms[slot] = min(down_ms[slot], back)
