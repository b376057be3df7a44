"""The one queue of all searches: a heap of whole numbers, lowest first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.kernel import kernel

STATE_BITS = 32
"""A key holds milliseconds above, and below them the state in this many bits."""


@kernel
def raise_key(heap: NDArray[np.int64], size: int, key: int) -> int:
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
    child = size
    while child > 0:
        parent = (child - 1) >> 2
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
    key = heap[size]
    parent = 0
    while True:
        child = 4 * parent + 1
        if child >= size:
            break
        least = child
        for other in range(child + 1, min(child + 4, size)):
            if heap[other] < heap[least]:
                least = other
        if heap[least] >= key:
            break
        heap[parent] = heap[least]
        parent = least
    heap[parent] = key
    return size
