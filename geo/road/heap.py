"""The one queue of all searches: a heap of whole numbers, lowest first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.kernel import Whole, kernel

STATE_BITS = 32
"""A key holds milliseconds above, and below them the state in this many bits."""

STATE_MASK = (1 << STATE_BITS) - 1

ONE = np.uint64(1)
TWO = np.uint64(2)
FOUR = np.uint64(4)


@kernel
def raise_key(heap: NDArray[np.int64], size: int, key: Whole) -> int:
    """
    Put a key into a heap that has room; four children to a parent.

    Parameters
    ----------
    heap, size
        Keys, lowest first, and how many.
    key
        What to put in.

    Returns
    -------
    size
        How many there are now.
    """
    child = np.uint64(size)  # unsigned: no kernel then looks whether an index is negative
    while child > 0:
        parent = (child - ONE) >> TWO
        if heap[parent] <= key:
            break
        heap[child] = heap[parent]
        child = parent
    heap[child] = key
    return size + 1


@kernel
def lower_key(heap: NDArray[np.int64], size: int) -> int:
    """
    Take the lowest key off a heap.

    Parameters
    ----------
    heap, size
        Keys, lowest first, and how many; not none.

    Returns
    -------
    size
        How many are left.
    """
    size -= 1
    end = np.uint64(size)
    key = heap[end]
    parent = np.uint64(0)
    while True:
        child = parent * FOUR + ONE
        if child >= end:
            break
        least, least_key = child, heap[child]
        other, last = child + ONE, min(child + FOUR, end)
        while other < last:
            if heap[other] < least_key:
                least, least_key = other, heap[other]
            other += ONE
        if least_key >= key:
            break
        heap[parent] = least_key
        parent = least
    heap[parent] = key
    return size
