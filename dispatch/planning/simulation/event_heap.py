"""Heap of events: a binary heap of whole numbers, time above and crew below."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation.layout import EVENT, NEVER
from geo.road.kernel import Whole, kernel

CREW_BITS = 16
"""Bits of a key that hold the crew; the rest is the time."""


@kernel
def push(heap: NDArray[np.int64], crews: NDArray[np.int64], time: Whole, crew: Whole) -> None:
    """
    Put an event on the heap.

    Parameters
    ----------
    heap
        int64[room + 1]; the first entry is how many there are.
    crews
        See `dispatch.planning.simulation.layout`: where there is no more room, entries whose
        time is no longer that of their crew are dropped.
    time
        When, milliseconds.
    crew
        Whose.
    """
    if heap[0] == len(heap) - 1:
        _drop_stale(heap, crews)
    place = heap[0] + 1
    heap[0] = place
    key = (np.int64(time) << CREW_BITS) | np.int64(crew)
    while place > 1 and heap[place >> 1] > key:
        heap[place] = heap[place >> 1]
        place >>= 1
    heap[place] = key


@kernel
def pop(heap: NDArray[np.int64]) -> Whole:
    """
    Take the first event off the heap.

    Parameters
    ----------
    heap
        With one event or more.

    Returns
    -------
    key
        Time and crew.
    """
    first: Whole = heap[1]
    n = heap[0] - 1
    key = heap[n + 1]
    heap[0] = n
    place = 1
    while 2 * place <= n:
        child = 2 * place
        if child < n and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= key:
            break
        heap[place] = heap[child]
        place = child
    heap[place] = key
    return first


@kernel
def _drop_stale(heap: NDArray[np.int64], crews: NDArray[np.int64]) -> None:
    """Keep one entry of each crew, in order, which is a heap."""
    n = 0
    for crew in range(crews.shape[1]):
        time = crews[EVENT, crew]
        if time == NEVER:
            continue
        key, n = (time << CREW_BITS) | crew, n + 1
        place = n
        while place > 1 and heap[place - 1] > key:
            heap[place] = heap[place - 1]
            place -= 1
        heap[place] = key
    heap[0] = n
