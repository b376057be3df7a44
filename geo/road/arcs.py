"""Directed streets, looked up by their way and by the junction they leave."""

from __future__ import annotations

import numpy as np

from geo.road.streets import CLOSED, Streets


class Arcs:
    """
    Open directions of a street table.

    Parameters
    ----------
    streets
        The table; its turn rules play no part.
    """

    def __init__(self, streets: Streets) -> None:
        ms = np.stack([streets.forward_ms, streets.backward_ms], axis=1).ravel()
        ref = np.flatnonzero(ms != CLOSED)
        self._streets = streets
        self._ms = ms
        self._start = np.stack([streets.tail, streets.head], axis=1).ravel()
        self._by_way = ref[np.argsort(streets.way_id[ref >> 1], kind="stable")]
        self._ways = streets.way_id[self._by_way >> 1]
        self._by_start = ref[np.argsort(self._start[ref], kind="stable")]
        self._starts = self._start[self._by_start]

    def end(self, ref: int) -> int:
        """
        Give the junction that an arc leads to.

        Parameters
        ----------
        ref
            Arc reference.

        Returns
        -------
        node
            Row of the junction.
        """
        return int(self._start[ref ^ 1])

    def way(self, ref: int) -> int:
        """
        Give the way that an arc runs along.

        Parameters
        ----------
        ref
            Arc reference.

        Returns
        -------
        way_id
            The source's number of the way.
        """
        return int(self._streets.way_id[ref >> 1])

    def time_ms(self, ref: int) -> int:
        """
        Give the travel time of an arc.

        Parameters
        ----------
        ref
            Arc reference.

        Returns
        -------
        time_ms
            Milliseconds, ``CLOSED`` where it may not be used.
        """
        return int(self._ms[ref])

    def of_way(self, way_id: int) -> list[int]:
        """
        List the open arcs along a way.

        Parameters
        ----------
        way_id
            The source's number of the way.

        Returns
        -------
        refs
            Arc references; empty where the way is not in the table.
        """
        low, high = np.searchsorted(self._ways, [way_id, way_id + 1])
        return [int(ref) for ref in self._by_way[low:high]]

    def leaving(self, node: int) -> list[int]:
        """
        List the open arcs that leave a junction.

        Parameters
        ----------
        node
            Row of the junction.

        Returns
        -------
        refs
            Arc references.
        """
        low, high = np.searchsorted(self._starts, [node, node + 1])
        return [int(ref) for ref in self._by_start[low:high]]
