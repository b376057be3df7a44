"""
Handover list: what brigades hand over to each other when a plan comes into force.

One row per unit grid that changes hands: who loses it, who gains it, which open incidents go with
it, and how many minutes of travel a year it costs or saves.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.grid_graph import NO_TOWNSHIP, GridGraph
from dispatch.planning.plan_diff import PlanDiff, plan_diff
from dispatch.planning.zone_plan import ZonePlan
from geo.errors import BadValue

NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Handed:
    """
    A unit grid that changes hands.

    Attributes
    ----------
    grid
        Its code.
    township
        Code of the township in which it lies, or None.
    loses, gains
        Codes of the zones, None for no zone.
    loses_brigade, gains_brigade
        Codes of their brigades, None where there is none.
    incidents_per_year
        Expected incidents, or None where they were not told.
    minutes_per_year
        Minutes of travel that they take more, or less where negative; None where travel times
        were not told, or where no road leads before or after.
    open_incidents
        Incidents that are open in it.
    """

    grid: str
    township: str | None
    loses: str | None
    gains: str | None
    loses_brigade: str | None
    gains_brigade: str | None
    incidents_per_year: float | None
    minutes_per_year: float | None
    open_incidents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandedBetween:
    """
    All that one zone hands over to another.

    Attributes
    ----------
    loses, gains
        Codes of the zones, None for no zone.
    loses_brigade, gains_brigade
        Codes of their brigades.
    grids
        Unit grids.
    area_km2
        Their ground.
    incidents_per_year, minutes_per_year
        Sums over the grids of which they are known; None where they are known of none.
    unknown
        Grids of which the minutes are not known.
    open_incidents
        How many are open.
    """

    loses: str | None
    gains: str | None
    loses_brigade: str | None
    gains_brigade: str | None
    grids: int
    area_km2: float
    incidents_per_year: float | None
    minutes_per_year: float | None
    unknown: int
    open_incidents: int


@dataclass(frozen=True, slots=True)
class HandoverList:
    """
    What changes hands from one plan to another.

    Attributes
    ----------
    base, draft
        Digests of both plans.
    prepared_by
        Who made the list.
    prepared_at
        When.
    rows
        By losing zone, gaining zone, grid.
    sums
        By losing and gaining zone.
    renamed
        Zones that only change their code: before and after.
    """

    base: str
    draft: str
    prepared_by: str
    prepared_at: datetime
    rows: tuple[Handed, ...]
    sums: tuple[HandedBetween, ...]
    renamed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class HandoverFacts:
    """
    What is known of the grids besides the plans.

    Attributes
    ----------
    brigades
        Brigade of each zone, by its code in the earlier plan, or in the later for new ones.
    open_incidents
        Ids of open incidents by code of the grid.
    per_year
        Expected incidents of each grid in a year, float64[n], or None.
    before_s, after_s
        Seconds to each grid from its base under either plan, float64[n], `inf` = no road; or
        None.
    """

    brigades: Mapping[str, str] = field(default_factory=lambda: NOBODY)
    open_incidents: Mapping[str, Sequence[str]] = field(default_factory=dict)
    per_year: NDArray[np.float64] | None = None
    before_s: NDArray[np.float64] | None = None
    after_s: NDArray[np.float64] | None = None

    def minutes(self, rows: int) -> NDArray[np.float64]:
        """
        Reckon the minutes of travel a year that each grid takes more.

        Parameters
        ----------
        rows
            How many grids there are.

        Returns
        -------
        minutes
            Incidents × difference in seconds / 60, float64[n]; NaN where it is not known.
        """
        if self.per_year is None or self.before_s is None or self.after_s is None:
            return np.full(rows, np.nan)
        reached = np.isfinite(self.before_s) & np.isfinite(self.after_s)
        more_s = np.where(reached, self.after_s, np.nan) - np.where(reached, self.before_s, 0.0)
        minutes: NDArray[np.float64] = self.per_year * more_s / 60
        return minutes


def handover_list(
    graph: GridGraph,
    plans: tuple[ZonePlan, ZonePlan],
    facts: HandoverFacts,
    *,
    prepared_by: str,
    prepared_at: datetime,
) -> HandoverList:
    """
    List what changes hands.

    Parameters
    ----------
    graph
        Unit grids.
    plans
        The plan in force, and the one that is to come.
    facts
        Brigades, open incidents, demand and travel times.
    prepared_by, prepared_at
        Who makes the list, and when.

    Returns
    -------
    handover
        Zones are called as in the plan in force; those that only change their code hand over
        nothing.

    Raises
    ------
    BadValue
        The plans are over other grids than the graph.
    """
    before, after = plans
    if before.grids != graph.codes:
        raise BadValue("The plan in force is over other unit grids than the city has.")
    diff = plan_diff(before, after)
    rows = sorted(
        (_handed(graph, diff, at, facts, minutes) for at, minutes in _minutes(diff, facts)),
        key=lambda one: (one.loses or "", one.gains or "", one.grid),
    )
    return HandoverList(
        before.digest,
        after.digest,
        prepared_by,
        prepared_at,
        tuple(rows),
        _sums(graph, rows),
        diff.renamed,
    )


def _minutes(diff: PlanDiff, facts: HandoverFacts) -> list[tuple[int, float]]:
    """Place among the moved grids, and minutes a year."""
    minutes = facts.minutes(len(diff.before))[diff.moved]
    return list(enumerate(minutes.tolist()))


def _handed(
    graph: GridGraph, diff: PlanDiff, at: int, facts: HandoverFacts, minutes: float
) -> Handed:
    """One grid of a diff."""
    row = int(diff.moved[at])
    code, township = graph.codes[row], int(graph.township[row])
    loses, gains = diff.loses[at], diff.gains[at]
    return Handed(
        code,
        None if township == NO_TOWNSHIP else graph.townships[township],
        loses,
        gains,
        facts.brigades.get(loses or ""),
        facts.brigades.get(gains or ""),
        None if facts.per_year is None else float(facts.per_year[row]),
        None if math.isnan(minutes) else minutes,
        tuple(sorted(facts.open_incidents.get(code, ()))),
    )


def _sums(graph: GridGraph, rows: Sequence[Handed]) -> tuple[HandedBetween, ...]:
    """Sums per pair of zones."""
    pairs: dict[tuple[str | None, str | None], list[Handed]] = defaultdict(list)
    for row in rows:
        pairs[row.loses, row.gains].append(row)
    return tuple(
        HandedBetween(
            loses,
            gains,
            of_pair[0].loses_brigade,
            of_pair[0].gains_brigade,
            len(of_pair),
            sum(float(graph.area_m2[graph.row(one.grid)]) for one in of_pair) / 1e6,
            _sum([one.incidents_per_year for one in of_pair]),
            _sum([one.minutes_per_year for one in of_pair]),
            sum(one.minutes_per_year is None for one in of_pair),
            sum(len(one.open_incidents) for one in of_pair),
        )
        for (loses, gains), of_pair in pairs.items()
    )


def _sum(values: Sequence[float | None]) -> float | None:
    """Sum of what is known."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
