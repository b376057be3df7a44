"""Coverage: what share of weighted points some base reaches in time, and by hour of the week."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue
from geo.road.frozen import freeze
from geo.road.metric import Metric, RoadGraph
from geo.road.partition import Partition, Served, divide
from geo.road.snap import Joins
from geo.road.within import limit_ms


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """
    Weighted points: where something is asked for, and how much.

    Attributes
    ----------
    points
        Where.
    weight
        How much, 0 or more, float64[n_points].

    Raises
    ------
    BadValue
        A weight is negative or no number, or their number is not that of the points.
    """

    points: Joins
    weight: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Refuse weights that cannot be meant."""
        if len(self.weight) != len(self.points):
            raise BadValue(f"There are {len(self.points)} points and {len(self.weight)} weights.")
        wrong = np.flatnonzero(~(np.isfinite(self.weight) & (self.weight >= 0)))
        if len(wrong):
            raise BadValue(
                f"Point {wrong[0] + 1} weighs {self.weight[wrong[0]]:g}; a weight is 0 or more."
            )
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """
    What some bases cover.

    Attributes
    ----------
    within_s
        The target, in seconds.
    served
        The first base at each point, and its travel time.
    in_time
        Which points are reached within the target, bool[n_points].
    share
        Weight reached within the target, as a share of all; NaN where there is no weight.
    unreachable_weight
        Weight of the points that no road leads to from any base.
    base_weight, base_weight_in_time
        Weight of the points at which each base is first, and of those among them that it
        reaches within the target, float64[n_bases].
    """

    within_s: float
    served: Served
    in_time: NDArray[np.bool_]
    share: float
    unreachable_weight: float
    base_weight: NDArray[np.float64]
    base_weight_in_time: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        freeze(self)


def cover(partition: Partition, demand: Demand, *, within_s: float) -> Coverage:
    """
    Measure what the bases of a partition cover.

    Parameters
    ----------
    partition
        The roads divided among the bases.
    demand
        Weighted points.
    within_s
        The target, in seconds; a point reached in its last millisecond is in time.

    Returns
    -------
    coverage
        In whole and by base.

    Raises
    ------
    BadValue
        The target is negative or not a number.
    """
    served, weight = partition.serve(demand.points), demand.weight
    reached = served.base >= 0
    in_time = reached & (served.travel_time_ms <= limit_ms(within_s))
    total = float(weight.sum())
    by_base, by_base_in_time = (
        np.bincount(served.base[rows], weight[rows], len(partition.bases)).astype(np.float64)
        for rows in (reached, in_time)
    )
    return Coverage(
        within_s=within_s,
        served=served,
        in_time=in_time,
        share=float(weight[in_time].sum()) / total if total > 0 else np.nan,
        unreachable_weight=float(weight[~reached].sum()),
        base_weight=by_base,
        base_weight_in_time=by_base_in_time,
    )


def cover_by_hour(
    roads: RoadGraph,
    metrics: Iterable[tuple[int, Metric]],
    bases: Joins,
    demand: Demand,
    *,
    within_s: float,
) -> Iterator[tuple[int, Coverage]]:
    """
    Measure what some bases cover, hour by hour.

    Parameters
    ----------
    roads
        The roads.
    metrics
        Hours of the week and the weights of each, see `geo.road.hourly_metric`; taken one
        at a time, so that they need not all be in memory.
    bases
        Where the bases are.
    demand
        Weighted points.
    within_s
        See `cover`.

    Returns
    -------
    by_hour
        In the order of `metrics`; equal weights in a row are looked at once.
    """
    known: tuple[Metric, Coverage] | None = None
    for hour, metric in metrics:
        if known is None or known[0] is not metric:
            known = metric, cover(divide(roads, metric, bases), demand, within_s=within_s)
        yield hour, known[1]
