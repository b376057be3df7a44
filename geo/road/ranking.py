"""The best few units, kept sorted while a search finds them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.kernel import Whole, kernel


@kernel
def rank_unit(
    best_ms: NDArray[np.int64], best_unit: NDArray[np.int32], count: int, ms: Whole, unit: Whole
) -> int:
    """
    Put a unit among the best, each unit once, ties by row.

    Parameters
    ----------
    best_ms, best_unit
        The best so far, sorted; changed in place.
    count
        How many there are.
    ms, unit
        Who comes in, and when.

    Returns
    -------
    count
        How many there are now.
    """
    wanted = len(best_ms)
    if count == wanted and (
        wanted == 0
        or ms > best_ms[wanted - 1]
        or (ms == best_ms[wanted - 1] and unit >= best_unit[wanted - 1])
    ):
        return count
    place = count
    for row in range(count):
        if best_unit[row] == unit:
            if best_ms[row] <= ms:
                return count
            place = row
            break
    if place == count:
        if count < wanted:
            count += 1
        place = count - 1
    while place > 0 and (
        best_ms[place - 1] > ms or (best_ms[place - 1] == ms and best_unit[place - 1] > unit)
    ):
        best_ms[place], best_unit[place] = best_ms[place - 1], best_unit[place - 1]
        place -= 1
    best_ms[place], best_unit[place] = ms, unit
    return count
