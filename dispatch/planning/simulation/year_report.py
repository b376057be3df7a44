"""
Year report: the figures of simulated years, with intervals, and the differences of two plans.

Shares are of all incidents, those to which nobody came among them; percentiles are of those that
were reached.  Intervals are at 95 %, by resampling weeks (`dispatch.planning.simulation.ratio`);
those of the cells of zone, hour, domain and priority are Wilson's, for a cell holds few incidents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation import layout
from dispatch.planning.simulation.outcome import State
from dispatch.planning.simulation.ratio import LEVEL, Resampling
from dispatch.planning.simulation.tally import BIN_S, Tally
from dispatch.planning.simulation.world import World
from dispatch.proportion import Proportion

Row = dict[str, Any]

PERCENTILES: Final = (50, 90, 95)

LATE_BELOW: Final = 0.8
"""A grid is late in four weeks if less than this share was reached in time."""

LATE_SHARE: Final = 0.75
"""Of its blocks of four weeks, in which a grid must be late to be late again and again."""

FEWEST_INCIDENTS, FEWEST_BLOCKS = 4, 4
"""Incidents of a block that says something, and blocks of a grid of which something is said."""

_ZONE, _HOUR, _DOMAIN, _RANK = 1, 2, 3, 4
"""Sides of the cube of a tally."""


def report_year(world: World, tally: Tally, *, seed: int) -> Row:
    """
    Draw the figures up.

    Parameters
    ----------
    world
        What was simulated.
    tally
        What was counted.
    seed
        Source of chance of the intervals.

    Returns
    -------
    report
        Rows and numbers, as they are printed; None for what cannot be told.
    """
    resampling = Resampling.of(tally.n_weeks, seed=seed)
    names = names_of(world)
    everything = {"incidents": int(tally.cube.sum()), "in_time": _share(tally, resampling)}
    return {
        **everything,
        **_percentiles(tally, resampling),
        **_spent(tally.spent_ms.sum(axis=2), resampling),
        "by_zone": _by(tally, resampling, _ZONE, names["zone"], tally.bins.sum(axis=0)),
        "by_hour": _by(tally, resampling, _HOUR, names["hour"]),
        "by_domain": _by(tally, resampling, _DOMAIN, names["domain"], tally.domain_bins),
        "by_priority": _by(tally, resampling, _RANK, names["priority"], tally.rank_bins),
        "unserved": _unserved(world, tally),
        "secured": {"asked": int(tally.secured[0]), "in_time": _ratio(*tally.secured[::-1])},
        "called_off": int(tally.called_off),
        "utilisation": _utilisation(world, tally),
        "flows": _flows(world, tally),
        "late_grids": late_grids(world, tally),
    }


def names_of(world: World) -> Mapping[str, Sequence[str]]:
    """
    Name the rows of a tally.

    Parameters
    ----------
    world
        What was simulated.

    Returns
    -------
    names
        By side; the empty name stands for none.
    """
    n_ranks = int(world.reports.priority_of.max(initial=0)) + 1
    return {
        "zone": (*world.zoning.zones, ""),
        "hour": tuple(f"{hour:02d}" for hour in range(24)),
        "domain": world.cases.domains,
        "priority": tuple(str(rank + 1) for rank in range(n_ranks)),
    }


def _share(tally: Tally, resampling: Resampling) -> Row:
    """Share reached in time, of all."""
    sides = tuple(range(1, tally.cube.ndim))
    above, below = (one.sum(axis=sides, dtype=np.float64) for one in (tally.timely, tally.cube))
    ratio = resampling.ratio(above, below)
    return _interval(ratio.value, ratio.low, ratio.high)


def _by(
    tally: Tally,
    resampling: Resampling,
    side: int,
    names: Sequence[str],
    bins: NDArray[np.integer] | None = None,
) -> list[Row]:
    """Share reached in time along one side of the cube, and percentiles where there are bins."""
    others = tuple(one for one in range(1, tally.cube.ndim) if one != side)
    above, below = (one.sum(axis=others, dtype=np.float64) for one in (tally.timely, tally.cube))
    value, low, high = resampling.ratios(above, below)
    count = below.sum(axis=0).astype(np.int64)
    rows = []
    for row in np.flatnonzero(count).tolist():
        in_time = _interval(value[row], low[row], high[row])
        said: Row = {"name": names[row], "incidents": int(count[row]), "in_time": in_time}
        rows.append(said if bins is None else said | quantiles_s(bins[row]))
    return rows


def quantiles_s(bins: NDArray[np.integer]) -> Row:
    """
    Give percentiles of the response out of its bins.

    Parameters
    ----------
    bins
        Incidents by ten seconds of response, int[N_BINS].

    Returns
    -------
    percentiles
        Seconds, straight between the edges of a bin; None where nobody was reached, and the last
        edge for what lies beyond it.
    """
    counted = np.concatenate([[0.0], np.cumsum(bins, dtype=np.float64)])
    if counted[-1] == 0:
        return {f"p{level}_s": None for level in PERCENTILES}
    edges_s = BIN_S * np.arange(len(counted))
    found = np.interp(np.array(PERCENTILES) / 100 * counted[-1], counted, edges_s)
    return {f"p{level}_s": round(float(s), 1) for level, s in zip(PERCENTILES, found, strict=True)}


def _percentiles(tally: Tally, resampling: Resampling) -> Row:
    """Percentiles of all responses, with intervals."""
    by_week = tally.bins.sum(axis=1, dtype=np.float64)
    report: Row = {"response": {}}
    drawn = [quantiles_s(bins) for bins in (resampling.weights @ by_week)]
    for name, value in quantiles_s(by_week.sum(axis=0)).items():
        found = np.array([one[name] for one in drawn if one[name] is not None], dtype=np.float64)
        limits = (
            np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) if len(found) else [None] * 2
        )
        report["response"][name] = _interval(value, *limits, digits=1)
    return report


def _spent(spent_ms: NDArray[np.float64], resampling: Resampling) -> Row:
    """Mean seconds of waiting, travel and work at the scene."""
    sent = spent_ms[:, 0]
    report: Row = {}
    for row, name in enumerate(("wait", "travel", "on_scene"), start=1):
        ratio = resampling.ratio(spent_ms[:, row] / 1000, sent)
        report[f"mean_{name}_s"] = _interval(ratio.value, ratio.low, ratio.high, digits=1)
    return report


def _unserved(world: World, tally: Tally) -> Row:
    """Who was not reached when the time was over, and why."""
    totals = tally.states.sum(axis=(1, 2))
    words = {
        "waiting": State.WAITING,
        "nobody_ever": State.NOBODY_EVER,
        "under_way_at_the_end": State.UNDER_WAY,
    }
    by_domain = [
        {
            "domain": world.cases.domains[domain],
            "zone": (*world.zoning.zones, "")[zone],
            "why": why,
            "incidents": int(tally.states[state, domain, zone]),
        }
        for why, state in words.items()
        if state != State.UNDER_WAY
        for domain, zone in zip(*np.nonzero(tally.states[state]), strict=True)
    ]
    return {**{why: int(totals[state]) for why, state in words.items()}, "by_domain": by_domain}


def _utilisation(world: World, tally: Tally) -> Row:
    """Share of their time on duty that crews work, by unit; hours of overtime, breaks and rests."""
    rows = {
        name: tally.crews[row - layout.FIRST_SUM].astype(np.float64)
        for name, row in (
            ("driving", layout.DRIVING),
            ("at_scene", layout.AT_SCENE),
            ("overtime", layout.OVERTIME),
            ("on_duty", layout.ON_DUTY),
            ("jobs", layout.JOBS),
            ("aid_jobs", layout.AID_JOBS),
            ("breaks", layout.BREAKS),
            ("rests", layout.RESTS),
        )
    }
    hour_ms = 3_600_000.0

    def of(crews: NDArray[np.bool_]) -> Row:
        sums = {name: float(column[crews].sum()) for name, column in rows.items()}
        worked = sums["driving"] + sums["at_scene"]
        return {
            "share": _ratio(worked, sums["on_duty"]),
            "driving_h": round(sums["driving"] / hour_ms, 1),
            "at_scene_h": round(sums["at_scene"] / hour_ms, 1),
            "overtime_h": round(sums["overtime"] / hour_ms, 1),
            **{name: int(sums[name]) for name in ("jobs", "aid_jobs", "breaks", "rests")},
        }

    units = [
        {"unit": code, **of(world.crews.unit_of == row)}
        for row, code in enumerate(world.crews.units)
    ]
    return {**of(np.ones(len(world.crews.codes), dtype=np.bool_)), "by_unit": units}


def _flows(world: World, tally: Tally) -> list[Row]:
    """Who works in whose zone: out of each zone's brigade, and into each zone."""
    zones, brigades = world.zoning.zones, world.zoning.brigade_of.tolist()
    of_unit = {unit: zone for zone, unit in zip(zones, brigades, strict=True) if unit >= 0}
    rows = []
    for zone, unit in zip(*np.nonzero(tally.flows), strict=True):
        home = of_unit.get(int(unit))
        if zone < len(zones) and home is not None and home != zones[zone]:
            count = int(tally.flows[zone, unit])
            rows.append({"from_zone": home, "to_zone": zones[zone], "incidents": count})
    return sorted(rows, key=lambda row: (-row["incidents"], row["from_zone"], row["to_zone"]))


def late_grids(world: World, tally: Tally) -> list[Row]:
    """
    List the unit grids that are late again and again.

    Parameters
    ----------
    world
        What was simulated.
    tally
        What was counted.

    Returns
    -------
    grids
        Those of which in most blocks of four weeks less than `LATE_BELOW` was reached in time,
        the worst first.
    """
    count, timely = tally.grids[:, 0], tally.grids[:, 1]
    said = count >= FEWEST_INCIDENTS
    late = said & (timely < LATE_BELOW * count)
    blocks = said.sum(axis=0)
    again = (blocks >= FEWEST_BLOCKS) & (late.sum(axis=0) >= LATE_SHARE * blocks)
    totals, hits = count.sum(axis=0), timely.sum(axis=0)
    rows = [
        {
            "grid": world.grids[row],
            "zone": (*world.zoning.zones, "")[world.zoning.zone_of[row]],
            "incidents": int(totals[row]),
            "in_time": _ratio(hits[row], totals[row]),
        }
        for row in np.flatnonzero(again)
    ]
    return sorted(rows, key=lambda row: (row["in_time"], row["grid"]))


def experienced_coverage(tally: Tally) -> NDArray[np.float64]:
    """
    Give the coverage that was experienced in each unit grid.

    Parameters
    ----------
    tally
        What was counted.

    Returns
    -------
    share
        Of its incidents, reached in time, float64[n_grids]; NaN where there were none.
    """
    count, timely = tally.grids.sum(axis=0, dtype=np.float64)
    blank = np.full_like(timely, np.nan)
    share: NDArray[np.float64] = np.divide(timely, count, out=blank, where=count > 0)
    return share


def cells(world: World, tally: Tally) -> list[Row]:
    """
    List the share in time by zone, hour, domain and priority.

    Parameters
    ----------
    world
        What was simulated.
    tally
        What was counted.

    Returns
    -------
    rows
        Cells with an incident, each with Wilson's interval.
    """
    names = names_of(world)
    count, timely = tally.cube.sum(axis=0), tally.timely.sum(axis=0)
    rows = []
    for zone, hour, domain, rank in zip(*np.nonzero(count), strict=True):
        n, hits = int(count[zone, hour, domain, rank]), int(timely[zone, hour, domain, rank])
        low, high = Proportion(hits, n).interval or (0.0, 1.0)
        rows.append(
            {
                "zone": names["zone"][zone],
                "hour": int(hour),
                "domain": names["domain"][domain],
                "priority": int(rank) + 1,
                "incidents": n,
                "in_time": round(hits / n, 6),
                "low": round(low, 6),
                "high": round(high, 6),
            }
        )
    return rows


def _ratio(above: float, below: float) -> float | None:
    """A share; None of nothing."""
    return round(float(above) / float(below), 6) if below else None


def _interval(
    value: float | None, low: float | None, high: float | None, *, digits: int = 6
) -> Row:
    """A figure with its limits; None for what is not known."""
    said = {"value": value, "low": low, "high": high}
    return {
        name: None if one is None or np.isnan(one) else round(float(one), digits)
        for name, one in said.items()
    }
