"""Workspace: arrays that queries write into, one set per thread, never cleared."""

from __future__ import annotations

import threading

import numpy as np

LAST_STAMP = np.iinfo(np.int32).max - 1
"""The next epoch would be 0, and sums with the label of what was never reached would wrap."""


class Workspace:
    """
    Room for the queries of one thread.

    Parameters
    ----------
    n_states
        States of the graph.

    Notes
    -----
    Entries count only where a mark equals the present stamp, so a new question costs
    nothing but a new stamp.  A search goes further and keeps mark and time in one number,
    ``epoch | ms``: epochs fall, so what is left of earlier questions is larger than any
    time of this one.
    """

    def __init__(self, n_states: int) -> None:
        self.stamp = 0
        self.mark = np.zeros(n_states, dtype=np.int32)
        self.label = np.empty(n_states, dtype=np.int32)
        self.by = np.empty(n_states, dtype=np.int32)
        self.order = np.empty(n_states, dtype=np.uint32)
        self.done = np.zeros(n_states, dtype=np.int32)
        self.time_ms = np.empty(n_states, dtype=np.int32)
        self.stack = np.empty(n_states, dtype=np.uint32)
        self.reached = np.full(n_states, np.iinfo(np.int64).max)

    def next_stamp(self) -> int:
        """
        Begin a new question.

        Returns
        -------
        stamp
            A number that no mark holds yet.
        """
        return self._next_stamps(1)

    def _next_stamps(self, count: int) -> int:
        """Begin several new questions; give the first of their stamps, which ascend."""
        if self.stamp > LAST_STAMP - count:
            self.mark[:] = 0
            self.done[:] = 0
            self.reached[:] = np.iinfo(np.int64).max
            self.stamp = 0
        self.stamp += count
        return self.stamp - count + 1

    def next_epoch(self) -> int:
        """
        Begin a new search.

        Returns
        -------
        epoch
            To be joined with milliseconds below 2 to the 31; lower than all before.
        """
        return self.next_epochs(1)

    def next_epochs(self, count: int) -> int:
        """
        Begin several new searches, one after the other.

        Parameters
        ----------
        count
            How many, 1 or more.

        Returns
        -------
        epoch
            That of the first; that of each other one is 1 << 32 less than the one before.
        """
        return (np.iinfo(np.int32).max - self._next_stamps(count)) << 32


class Workspaces:
    """
    One workspace for each thread that asks.

    Parameters
    ----------
    n_states
        States of the graph.
    """

    def __init__(self, n_states: int) -> None:
        self._n_states = n_states
        self._of_thread = threading.local()

    def mine(self) -> Workspace:
        """
        Give the calling thread's workspace.

        Returns
        -------
        workspace
            Made at its first question.
        """
        found: Workspace | None = getattr(self._of_thread, "workspace", None)
        if found is None:
            found = self._of_thread.workspace = Workspace(self._n_states)
        return found
