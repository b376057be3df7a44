"""Pool: the crews among which a policy chooses, as columns of what it may weigh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.frozen import freeze


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """
    Crews that can go for one purpose, with all that any policy ranks them by.

    Attributes
    ----------
    crews
        Rows of the crews in the roster, int64[n].
    own
        Which of them belong to the unit that has the case, bool[n].
    step
        Step of the run card that names each, from 0, int64[n]; 0 everywhere without a card.
    travel_s
        Seconds on the road until each is legally complete, float64[n].
    eta_s
        Median seconds from dispatch until then, float64[n].
    p_in_target
        Chance to meet the arrival target, float64[n]; NaN without a model of arrivals.
    price
        Share of demand that nobody covers any more once it has left, float64[n]; NaN where
        coverage is not counted.
    work_s
        Seconds of work on jobs in this shift, mean over its officers, float64[n].
    in_time
        Which of them meet the arrival target at the median, bool[n].
    """

    crews: NDArray[np.int64]
    own: NDArray[np.bool_]
    step: NDArray[np.int64]
    travel_s: NDArray[np.float64]
    eta_s: NDArray[np.float64]
    p_in_target: NDArray[np.float64]
    price: NDArray[np.float64]
    work_s: NDArray[np.float64]
    in_time: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)
