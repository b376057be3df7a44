"""
Held: which demand is covered, two deep: by nobody, by one crew alone, or by more.

That is all that the share covered, the gaps and the price of each crew hang on: a crew that
leaves uncovers the points that it holds alone.  So nobody counts further, and a city with
thousands of crews is counted as fast as one with dozens.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.coverage import Demand, share_of
from geo.road.frozen import freeze
from geo.road.teams import NO_TEAM

DEPTH = 2
"""Crews that are named at most for a point."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """
    Which points are covered, and which of them by one crew alone.

    Attributes
    ----------
    demand
        Where incidents are to be expected.
    by
        Crews that reach each point within the target, int32[n_points, DEPTH], ascending and
        filled up with `NO_TEAM`.  Of more than so many, any are named.
    """

    demand: Demand
    by: NDArray[np.int32]

    def __post_init__(self) -> None:
        """Make the array read-only."""
        freeze(self)

    @property
    def count(self) -> NDArray[np.int64]:
        """How many crews reach each point, `DEPTH` for so many or more, int64[n_points]."""
        count: NDArray[np.int64] = (self.by != NO_TEAM).sum(axis=1, dtype=np.int64)
        return count

    @property
    def share(self) -> float:
        """Share of all weight that is covered; 1 where there is no demand."""
        return share_of(self.demand.weight, self.by[:, 0] != NO_TEAM)

    def prices(self, crews: NDArray[np.int64]) -> NDArray[np.float64]:
        """
        Say what it costs if one of some crews leaves, each by itself.

        Parameters
        ----------
        crews
            Rows of crews, int64[n].

        Returns
        -------
        prices
            Share of all weight that nobody covers any more, float64[n].  The weights of a
            crew's points are added in their order, so that equal counts have equal prices.
        """
        alone = np.flatnonzero(self.count == 1)
        n_crews = int(max(crews.max(initial=-1), self.by.max(initial=-1))) + 1
        lost = np.bincount(self.by[alone, 0], self.demand.weight[alone], n_crews)
        prices: NDArray[np.float64] = lost[crews] / (self.demand.weight.sum() or 1.0)
        return prices


def put_in_order(lists: NDArray[np.int32]) -> NDArray[np.int32]:
    """
    Sort lists of crews, and close their gaps.

    Parameters
    ----------
    lists
        A row for each point, filled up with `NO_TEAM` anywhere, int32[n_points, depth].

    Returns
    -------
    lists
        Each ascending, `NO_TEAM` at its end.
    """
    beyond = np.iinfo(np.int32).max
    ordered = np.sort(np.where(lists == NO_TEAM, beyond, lists), axis=1)
    return np.where(ordered == beyond, NO_TEAM, ordered).astype(np.int32)


def add_crews(
    lists: NDArray[np.int32], crews: NDArray[np.int64], reaches: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """
    Add crews to the lists of the points that they reach.

    Parameters
    ----------
    lists
        See `put_in_order`.
    crews
        Rows of crews, int64[n].
    reaches
        Which points each reaches, bool[n, n_points].

    Returns
    -------
    lists
        The same, each crew once, as many as there is room for.
    """
    longer = lists.copy()
    depth = lists.shape[1]
    for point in np.flatnonzero(reaches.any(axis=0) & (lists[:, -1] == NO_TEAM)).tolist():
        known = lists[point][lists[point] != NO_TEAM]
        together = np.union1d(known, crews[reaches[:, point]])[:depth]
        longer[point, : len(together)] = together
    return longer
