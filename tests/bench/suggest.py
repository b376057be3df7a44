"""One suggestion on the large demo city, in shares of the yardstick."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from dispatch.city_coverage import survey_city
from dispatch.demand_point import lay_out_demand
from dispatch.incident import Incident
from dispatch.suggestion import suggest
from dispatch.warm import warm_kernels
from dispatch.whereabouts import Whereabouts
from fixtures.demo_city import Preset
from geo.road.travel_time import NetworkTravelTimes
from tests.bench._demo_city import demo_whereabouts
from tests.bench._report import Report, figure, mark, table, with_goals
from tests.bench._yardstick import NOTE, QUIET_S_MS, Timed, Yardstick, share

TIMES = 300
MEDIAN_MS, P99_MS = 2.0, 6.0
"""To be reached on a quiet machine."""

ROUTE_MS = 0.5
"""What the way of the first proposal may add to the median."""


def measure(_data: Path) -> Report:
    """Ask at places where officers stand about, for every matter in turn."""
    return measured(*demo_whereabouts(Preset.LARGE))


def measured(whereabouts: Whereabouts, now: datetime, *, times: int = TIMES) -> Report:
    """Measure one city."""
    warm_kernels()
    city = whereabouts.city
    covered = survey_city(lay_out_demand(city), whereabouts, now=now)
    engine = next(
        engine for engine in city.travel_times.values() if isinstance(engine, NetworkTravelTimes)
    )
    yardstick = Yardstick(engine.network)
    asked = incidents(whereabouts, now, times + 1)

    def timed(routes: int | None) -> Timed:
        given = iter(asked)
        return yardstick.beside(
            lambda incident: suggest(
                incident, whereabouts, now=now, covered=covered, routes=routes
            ),
            lambda: next(given),
            times,
        )

    bare, first, every = timed(0), timed(1), timed(None)
    route = Timed(np.array([(first.of_s - bare.of_s) * bare.s_ms]), bare.s_ms)
    lines = [
        line("suggestion with explanation, chance and price, top 8", bare, MEDIAN_MS, P99_MS),
        line("the same with the way of the first of each kind", first, None, None),
        line("what that way adds to the median", route, ROUTE_MS, None),
        line("the same with the ways of all", every, None, None),
    ]
    lead = (
        f"{len(city.roster.officers):,} officers in {len(city.roster.crews):,} crews, "
        f"{engine.network.n_nodes:,} junctions; {times} incidents of any matter near officers, "
        f"drawn at random. {NOTE}"
    )
    head = ["", "ms", "of S", "ms, quiet", "to reach", "", "p99, quiet", "to reach", ""]
    return Report(f"{lead}\n\n{table(head, lines)}", short(lines))


def short(lines: list[list[str]]) -> str:
    """The median and the ninety-ninth percentile in rows of their own."""
    slowest = ["slowest of a hundred", *lines[0][1:3], *lines[0][6:]]
    return with_goals([lines[0], slowest, *lines[1:]], title="suggestion")


def incidents(whereabouts: Whereabouts, now: datetime, count: int) -> list[Incident]:
    """Incidents a few hundred metres from officers drawn at random."""
    rng, matters = np.random.default_rng(1), sorted(whereabouts.city.matters)
    located = np.flatnonzero(whereabouts.on_road)
    near = whereabouts.joins.lon_lat[rng.choice(located, count)]
    places = near + rng.normal(0.0, 0.003, near.shape)
    return [
        Incident((lon, lat), (matters[row % len(matters)],), now)
        for row, (lon, lat) in enumerate(places.tolist())
    ]


def line(name: str, timed: Timed, goal_ms: float | None, goal_p99_ms: float | None) -> list[str]:
    """One row of the table."""
    quiet_ms, quiet_p99_ms = timed.of_s * QUIET_S_MS, timed.p99_of_s * QUIET_S_MS
    return [
        name,
        figure(timed.median_ms),
        share(timed.of_s),
        figure(quiet_ms),
        *judged(quiet_ms, goal_ms),
        figure(quiet_p99_ms),
        *judged(quiet_p99_ms, goal_p99_ms),
    ]


def judged(quiet_ms: float, goal_ms: float | None) -> list[str]:
    """What was to be reached, and whether it was."""
    return ["", ""] if goal_ms is None else [figure(goal_ms), mark(good=quiet_ms <= goal_ms)]
