"""
Paired: what one plan does better than another on the very same incidents.

Both plans had the same reports, times on the scene and luck on the road, so what they share cancels
out; the interval of a difference draws the same weeks for both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation.ratio import Resampling
from dispatch.planning.simulation.tally import Tally
from dispatch.planning.simulation.world import World
from dispatch.planning.simulation.year_report import Row, names_of

_SIDES = {"by_zone": (1, "zone"), "by_hour": (2, "hour"), "by_domain": (3, "domain")}


def compare(world: World, tally: Tally, other_world: World, other: Tally, *, seed: int) -> Row:
    """
    Set a plan beside another.

    Parameters
    ----------
    world, tally
        The plan that is judged, and what was counted.
    other_world, other
        The plan that it is held against.
    seed
        Source of chance of the intervals.

    Returns
    -------
    report
        Differences, plan less other: of shares in time and of mean seconds; `significant` where
        the interval does not hold 0.  Zones are compared where both plans have them.
    """
    resampling = Resampling.of(tally.n_weeks, seed=seed)
    sides = tuple(range(1, tally.cube.ndim))
    pair = tuple(
        tuple(part.sum(axis=sides, dtype=np.float64)[:, None] for part in (one.timely, one.cube))
        for one in (tally, other)
    )
    report: Row = {"in_time": _rows(resampling, pair, [""])[0]}
    spent = [one.spent_ms.sum(axis=2) / 1000 for one in (tally, other)]
    for row, name in enumerate(("wait", "travel"), start=1):
        seconds = tuple((one[:, [row]], 1000 * one[:, [0]]) for one in spent)
        report[f"mean_{name}_s"] = _rows(resampling, seconds, [""])[0]
    names, other_names = names_of(world), names_of(other_world)
    for title, (side, name) in _SIDES.items():
        shared = [one for one in names[name] if one in other_names[name]]
        parts = []
        for one, known in ((tally, names[name]), (other, other_names[name])):
            columns = [known.index(shown) for shown in shared]
            others = tuple(at for at in sides if at != side)
            parts.append(
                tuple(
                    part.sum(axis=others, dtype=np.float64)[:, columns]
                    for part in (one.timely, one.cube)
                )
            )
        report[title] = _rows(resampling, (parts[0], parts[1]), shared)
    return report


def _rows(
    resampling: Resampling,
    pair: tuple[tuple[NDArray[np.float64], ...], ...],
    names: list[str],
) -> list[Row]:
    """Differences with their intervals, leaving out what neither counted."""
    (above, below), (other_above, other_below) = pair
    value, low, high = resampling.differences((above, below), (other_above, other_below))
    return [
        {
            "name": names[row],
            "value": round(float(value[row]), 6),
            "low": None if np.isnan(low[row]) else round(float(low[row]), 6),
            "high": None if np.isnan(high[row]) else round(float(high[row]), 6),
            "significant": bool(low[row] > 0 or high[row] < 0),
        }
        for row in range(len(names))
        if not np.isnan(value[row])
    ]
