"""
Whom to send if the next incident counts too: coverage against seconds, at a stated rate.

Sending the nearest crew may uncover a quarter.  Another may go instead if it still keeps the
target, and if the seconds that this incident waits longer are worth the cover that is spared.
What each choice costs is said in its own unit, seconds here and incidents an hour there: the
rate between them is the rule's, and nothing is traded silently.

::

    min   eta[c]  +  seconds_per_cover price[c]
    over crews c that may go, keep the target, and are at most most_extra_s later than the first

Where no crew keeps the target, the first goes.

References
----------
Jagtenberg, Bhulai and van der Mei (2017), Dynamic ambulance dispatching: is the closest-idle
policy always optimal?
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue


@dataclass(frozen=True, slots=True)
class CoverageRule:
    """
    What cover is worth.

    Attributes
    ----------
    seconds_per_cover
        Seconds that an incident may wait longer to keep one incident an hour covered.
    most_extra_s
        Seconds that it may wait longer at most.
    """

    seconds_per_cover: float = 300.0
    most_extra_s: float = 300.0

    def __post_init__(self) -> None:
        """Refuse rates below zero."""
        if self.seconds_per_cover < 0 or self.most_extra_s < 0:
            raise BadValue("What cover is worth is never negative; mend the rule.")


@dataclass(frozen=True, slots=True)
class CoverageChoice:
    """
    Whom to send, and what that costs and spares beside sending the first.

    Attributes
    ----------
    crew
        Row of the crew; None if nobody may go.
    first
        Row of the crew that would be there first.
    extra_s
        Seconds that this incident waits longer.
    price_per_h
        Incidents to be expected in an hour that are no longer covered.
    spared_per_h
        How many more it would have been with the first.
    """

    crew: int | None
    first: int | None
    extra_s: float
    price_per_h: float
    spared_per_h: float


def choose_for_coverage(
    eta_s: NDArray[np.float64],
    price_per_h: NDArray[np.float64],
    target_s: float,
    rule: CoverageRule,
) -> CoverageChoice:
    """
    Choose between seconds and cover.

    Parameters
    ----------
    eta_s
        When each crew would be there, float64[n_crews]; infinite for those who can't go.
    price_per_h
        Incidents an hour that its leaving uncovers, float64[n_crews].
    target_s
        The arrival target.
    rule
        What cover is worth.

    Returns
    -------
    choice
        The cheapest; of equal ones the sooner, then the lower row.
    """
    if not np.isfinite(eta_s).any():
        return CoverageChoice(None, None, 0.0, 0.0, 0.0)
    first = int(np.lexsort((price_per_h, eta_s))[0])
    in_time = (eta_s <= target_s) & (eta_s <= eta_s[first] + rule.most_extra_s)
    crew = first
    if in_time.any():
        cost = np.where(in_time, eta_s + rule.seconds_per_cover * price_per_h, np.inf)
        crew = int(np.lexsort((eta_s, cost))[0])
    return CoverageChoice(
        crew=crew,
        first=first,
        extra_s=float(eta_s[crew] - eta_s[first]),
        price_per_h=float(price_per_h[crew]),
        spared_per_h=float(price_per_h[first] - price_per_h[crew]),
    )
