"""Missed grids: those that a plan does not reach in time at an hour of the week, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.plan_ground import PlanGround
from dispatch.planning.travel_table import UNREACHABLE_S
from dispatch.planning.zone_plan import ZonePlan
from geo.errors import BadValue
from geo.road.frozen import freeze


@dataclass(frozen=True, slots=True, eq=False)
class MissedGrids:
    """
    Grids that the responsible brigade does not reach in time from its bases in an hour.

    Attributes
    ----------
    hour
        Hour of the week.
    late
        Rows of those that it reaches too late, the longest way first, int64[k].
    late_s
        Seconds to each, int64[k].
    unreachable
        Rows of those to which no road leads, ascending.
    nobody
        Rows of those that no brigade with crews is responsible for, ascending.
    incidents_share
        Share of the incidents of that hour at all of them.
    """

    hour: int
    late: NDArray[np.int64]
    late_s: NDArray[np.int64]
    unreachable: NDArray[np.int64]
    nobody: NDArray[np.int64]
    incidents_share: float

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    @property
    def rows(self) -> NDArray[np.int64]:
        """Rows of all of them, ascending."""
        return np.sort(np.concatenate([self.late, self.unreachable, self.nobody]))


def missed_grids(ground: PlanGround, plan: ZonePlan, hour: int) -> MissedGrids:
    """
    List the grids that a plan misses in an hour.

    Parameters
    ----------
    ground
        What is evaluated on.
    plan
        The plan.
    hour
        Hour of the week, 0 = Monday at midnight.

    Returns
    -------
    missed
        By potential coverage: as if a crew were always at its base and free.

    Raises
    ------
    BadValue
        The hour is not in this ground.
    """
    at = np.flatnonzero(ground.hours == hour)
    if not len(at):
        raise BadValue(f"The hour {hour} of the week is not known here; hours are 0 to 167.")
    row = ground.rows_of(plan)[plan.zone_of]
    target_s = ground.targets_of(plan)[plan.zone_of]
    everywhere = np.arange(len(row))
    travel_s = ground.travel_s[ground.stage_of[at[0]], row, everywhere].astype(np.int64)
    nobody = row == len(ground.zones)
    unreachable = ~nobody & (travel_s == UNREACHABLE_S)
    late = np.flatnonzero(~nobody & ~unreachable & (travel_s > target_s))
    late = late[np.lexsort((late, -travel_s[late]))]
    missed = nobody | unreachable
    missed[late] = True
    often = ground.per_year[at[0]]
    total = float(often.sum())
    return MissedGrids(
        hour=hour,
        late=late,
        late_s=travel_s[late],
        unreachable=np.flatnonzero(unreachable),
        nobody=np.flatnonzero(nobody),
        incidents_share=float(often[missed].sum()) / total if total > 0 else 0.0,
    )
