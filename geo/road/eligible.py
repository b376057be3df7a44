"""Eligible: which units may go, asked by the bits that each is marked with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.kernel import kernel

ON_ROAD = 1 << 63
"""The highest bit is the fleet's own: it marks who hangs on a road, and others nobody can ask."""

BLOCK = 512
"""Units counted at a time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Which units may go, by the bits they are marked with.

    Attributes
    ----------
    all_of
        Bits that a unit must all have.
    any_of
        Bits of which it must have one; 0 asks for none.
    none_of
        Bits that it must not have.
    """

    all_of: int = 0
    any_of: int = 0
    none_of: int = 0

    def masks(self) -> NDArray[np.uint64]:
        """
        Give the three in the order kernels read them.

        Returns
        -------
        wanted
            uint64[3].
        """
        return np.array((self.all_of, self.any_of, self.none_of), dtype=np.uint64)


ANYBODY = Wanted()


@kernel
def may_go(bits: NDArray[np.uint64], wanted: NDArray[np.uint64], unit: int) -> bool:
    """
    Tell whether a unit is one of those asked for.

    Parameters
    ----------
    bits
        Marks by unit.
    wanted
        See `Wanted.masks`.
    unit
        Its row.

    Returns
    -------
    eligible
        True if it has all, one and none of the bits named.
    """
    marks = bits[unit]
    fits = marks & wanted[0] == wanted[0] and marks & wanted[2] == 0
    return bool(fits and (wanted[1] == 0 or marks & wanted[1] != 0))


@kernel
def count_eligible(bits: NDArray[np.uint64], wanted: NDArray[np.uint64], enough: int) -> int:
    """
    Count the units that may go.

    Parameters
    ----------
    bits, wanted
        See `may_go`.
    enough
        Counting ends at the end of the block in which there are so many.

    Returns
    -------
    count
        How many there are, or ``enough`` and perhaps more.
    """
    all_of, any_of, none_of = wanted[0], wanted[1], wanted[2]
    free = any_of == 0
    count = 0
    for start in range(0, len(bits), BLOCK):
        for marks in bits[start : start + BLOCK]:  # without branches: several units at a time
            fits = (marks & all_of == all_of) & (marks & none_of == 0)
            count += int(fits & (free | (marks & any_of != 0)))
        if count >= enough:
            break
    return count


@kernel
def list_eligible(bits: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> NDArray[np.int32]:
    """
    List the units that may go.

    Parameters
    ----------
    bits, wanted
        See `may_go`.

    Returns
    -------
    units
        Their rows, ascending, int32[n].
    """
    all_of, any_of, none_of = wanted[0], wanted[1], wanted[2]
    free = any_of == 0
    units = np.empty(len(bits), dtype=np.int32)
    count = 0
    for unit in range(len(bits)):
        marks = bits[unit]
        fits = marks & all_of == all_of and marks & none_of == 0
        if fits and (free or marks & any_of != 0):
            units[count] = unit
            count += 1
    return units[:count]
