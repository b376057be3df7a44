"""
The price of leaving a road that is open to its own destinations only.

Who has business there may drive in and out; who comes from elsewhere and goes elsewhere may
not drive through.  Where a way began is more than a rule of two streets can know.  So
driving out is charged for: whoever drives in to an incident pays nothing, whoever drives
through pays once, and so does, alas, a crew that sets out from there.  Nothing is banned,
because careless tags would then cut towns apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.arcs import Arcs
from geo.road.streets import TurnRule

LEAVING_MS = 30_000
"""Enough to make the usual way round worth its while."""


def leaving_rules(arcs: Arcs, own_traffic_only: NDArray[np.bool_]) -> tuple[TurnRule, ...]:
    """
    Charge for driving out of roads that are open to their own destinations only.

    Parameters
    ----------
    arcs
        The streets.
    own_traffic_only
        Streets that must not be driven through, bool[n_streets].

    Returns
    -------
    rules
        One for each turn from such a street into an ordinary one, in ascending order.
    """
    inside = np.repeat(2 * np.flatnonzero(own_traffic_only), 2)
    inside[1::2] += 1
    return tuple(
        TurnRule((ref, out), LEAVING_MS)
        for ref in inside.tolist()
        if arcs.is_open(ref)
        for out in arcs.leaving(arcs.end(ref))
        if not own_traffic_only[out >> 1]
    )
