"""Where cover is missing: zones and points, the worst first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dispatch.coverage import Coverage
from dispatch.held import Held


@dataclass(frozen=True, slots=True)
class ZoneCoverage:
    """
    How well one zone is covered.

    Attributes
    ----------
    zone
        Its code.
    share
        Share of its weight that is covered.
    uncovered_per_h
        Incidents to be expected in an hour where nobody would be in time.
    """

    zone: str
    share: float
    uncovered_per_h: float


def by_zone(coverage: Coverage | Held) -> tuple[ZoneCoverage, ...]:
    """
    Say how well each zone is covered.

    Parameters
    ----------
    coverage
        What is covered.

    Returns
    -------
    zones
        The worst first; of equal ones the lower code.
    """
    demand, covered = coverage.demand, coverage.count > 0
    of, n = demand.zone + 1, len(demand.zones) + 1
    whole = np.bincount(of, demand.weight, n)[1:]
    missed = np.bincount(of, demand.weight * ~covered, n)[1:]
    per_h = np.bincount(of, demand.incidents_per_h * ~covered, n)[1:]
    share = np.where(missed == 0, 1.0, 1.0 - missed / np.where(whole > 0, whole, 1.0))
    zones = [
        ZoneCoverage(code, float(share[row]), float(per_h[row]))
        for row, code in enumerate(demand.zones)
    ]
    return tuple(sorted(zones, key=lambda zone: (zone.share, zone.zone)))


@dataclass(frozen=True, slots=True)
class Gap:
    """
    A point that no free crew reaches in time.

    Attributes
    ----------
    point
        Its id.
    zone
        Code of its zone, or None.
    share
        Its share of all weight.
    incidents_per_h
        Incidents to be expected there in an hour.
    """

    point: str
    zone: str | None
    share: float
    incidents_per_h: float


def gaps(coverage: Coverage | Held, *, most: int | None = None) -> tuple[Gap, ...]:
    """
    Name the points that are not covered.

    Parameters
    ----------
    coverage
        What is covered.
    most
        How many at most; None for all.

    Returns
    -------
    gaps
        The worst first: most incidents, then most weight, then the lower id.
    """
    demand = coverage.demand
    total = demand.weight.sum() or 1.0
    open_points = np.flatnonzero(coverage.count == 0)
    worst = np.lexsort((-demand.weight[open_points], -demand.incidents_per_h[open_points]))
    return tuple(
        Gap(
            demand.points[point],
            demand.zones[demand.zone[point]] if demand.zone[point] >= 0 else None,
            float(demand.weight[point] / total),
            float(demand.incidents_per_h[point]),
        )
        for point in open_points[worst][:most]
    )
