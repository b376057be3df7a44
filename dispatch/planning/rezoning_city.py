"""
Rezoning of a city: the objective of planners in minutes a year, and the rules they set.

Formulation
-----------
Grids i, zones z with the bases of their crews; w incidents a year, t minutes of travel, all sums
over the hours of the week::

    min   sum over i of w[i] t[z, i]                          travel
        + change * sum over i of w[i] where zone[i] != today   price of a change
        + border * km of border between zones
        + town   * km of border between zones inside a township
    subject to the balance of officer-hours, contiguity, locks, grids together and apart, towns
    that are never split, and the share that may move

An officer-hour is incidents × (travel + scene) × officers, so that load depends on the zone.
Where no road leads from a zone's bases, travel counts `NO_ROAD_MIN` and work the scene alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from dispatch.planning.grid_graph import GridGraph
from dispatch.planning.plan_ground import PlanGround
from dispatch.planning.plan_locks import NO_LOCKS, PlanLocks
from dispatch.planning.rezoning_join import Joined, join_nodes
from dispatch.planning.rezoning_problem import PlainGraph, RezoningProblem, plain_problem
from dispatch.planning.travel_table import UNREACHABLE_S
from dispatch.planning.zone_plan import NO_ZONE, ZonePlan
from geo.errors import BadValue, UnknownName
from geo.road.frozen import freeze

NO_ROAD_MIN = 240.0
"""Minutes that an incident counts for to which no road leads."""


@dataclass(frozen=True, slots=True)
class CityRules:
    """
    What a planner asks of a proposal.

    Attributes
    ----------
    balance
        Share of the mean officer-hours by which those of a zone may differ from it.
    most_moved
        Share that may be in other zones than today; None for any.
    of_incidents
        Whether that is a share of incidents; of unit grids otherwise.
    never_split
        Codes of townships that lie in one zone each.
    locks
        What stays, and what belongs together or apart.
    """

    balance: float = 0.05
    most_moved: float | None = None
    of_incidents: bool = False
    never_split: frozenset[str] = frozenset()
    locks: PlanLocks = field(default=NO_LOCKS)

    def __post_init__(self) -> None:
        """Refuse shares that are none."""
        if not 0 <= self.balance < 1:
            raise BadValue(f"The balance is a share of the mean, 0 to below 1, not {self.balance}.")
        if self.most_moved is not None and not 0 <= self.most_moved <= 1:
            raise BadValue(f"What may move is a share from 0 to 1, not {self.most_moved}.")


@dataclass(frozen=True, slots=True)
class Prices:
    """
    What is weighed against a minute of travel a year.

    Attributes
    ----------
    change_min
        Minutes for an incident a year whose grid changes its zone.
    border_min_per_km, town_min_per_km
        Minutes a year for a kilometre of border between zones, and what comes on top inside a
        township.
    """

    change_min: float
    border_min_per_km: float
    town_min_per_km: float


@dataclass(frozen=True, slots=True, eq=False)
class CityLoads:
    """
    What unit grids would cost and weigh in every zone.

    Attributes
    ----------
    graph
        Unit grids and their neighbours.
    today
        The plan that is changed; its zones are those that are proposed.
    incidents
        Incidents a year, float64[n].
    travel_min
        Minutes of travel a year of each grid in each zone, float64[k, n].
    officer_h
        Officer-hours a year, float64[k, n].
    reachable
        Whether a road leads from the zone's bases in every hour, bool[k, n].
    """

    graph: GridGraph
    today: ZonePlan
    incidents: NDArray[np.float64]
    travel_min: NDArray[np.float64]
    officer_h: NDArray[np.float64]
    reachable: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class CityProblem:
    """
    A problem over the grids of a city, and the same with joined grids.

    Attributes
    ----------
    whole
        Over all unit grids.
    joined
        What is searched.
    ferries
        Pairs of grids that count as neighbours because nothing else joins their parts.
    """

    whole: RezoningProblem
    joined: Joined
    ferries: tuple[tuple[str, str], ...]


def city_loads(ground: PlanGround, today: ZonePlan) -> CityLoads:
    """
    Add up what unit grids would cost in every zone over the week.

    Parameters
    ----------
    ground
        What plans over the city are evaluated on.
    today
        The plan that is changed.

    Returns
    -------
    loads
        For the zones of that plan that have a grid.

    Raises
    ------
    BadValue
        It has fewer than two zones.
    """
    used = [zone for row, zone in enumerate(today.zones) if (today.zone_of == row).any()]
    kept = ZonePlan.of(today.grids, today.zone_codes)
    if len(used) < 2:
        raise BadValue("A proposal needs two zones or more with unit grids today.")
    rows = ground.rows_of(kept)[:-1]
    incidents = ground.per_year.sum(axis=0)
    often = np.zeros((len(ground.travel_s), len(today.grids)))
    np.add.at(often, ground.stage_of, ground.per_year)
    travel_min = np.zeros((len(rows), len(today.grids)))
    work_s = np.tile(incidents * ground.on_scene_s, (len(rows), 1))
    reachable = np.ones(travel_min.shape, dtype=np.bool_)
    for stage, times in enumerate(often):
        travel_s = ground.travel_s[stage, rows]
        road = travel_s != UNREACHABLE_S
        driven_s = np.where(road, travel_s, 0).astype(np.float64)
        travel_min += times * np.where(road, driven_s / 60.0, NO_ROAD_MIN)
        work_s += times * driven_s
        reachable &= road
    officer_h = work_s * (ground.crew_size / 3600.0)
    return CityLoads(ground.graph, kept, incidents, travel_min, officer_h, reachable)


def city_problem(loads: CityLoads, rules: CityRules, prices: Prices) -> CityProblem:
    """
    Make the problem of a city.

    Parameters
    ----------
    loads
        What grids cost and weigh.
    rules
        What is asked.
    prices
        What is weighed against travel.

    Returns
    -------
    problem
        Ready to be searched.

    Raises
    ------
    UnknownName
        A township, grid or zone of the rules is not there.
    """
    graph, today = loads.graph, loads.today
    k, n = loads.travel_min.shape
    _refuse_unknown(graph, today, rules)
    edges, border_km, ferries = _edges(graph)
    inside = (graph.township[edges[:, 0]] == graph.township[edges[:, 1]]) & (
        graph.township[edges[:, 0]] >= 0
    )
    price = prices.border_min_per_km + prices.town_min_per_km * inside
    elsewhere = (np.arange(k)[:, None] != today.zone_of) & (today.zone_of != NO_ZONE)
    counted = loads.incidents if rules.of_incidents else np.ones(n)
    plain = plain_problem(PlainGraph(graph.codes, np.ones(n), edges), k, rules.balance)
    whole = RezoningProblem(
        names=graph.codes,
        first=plain.first,
        tail=plain.tail,
        neighbour=plain.neighbour,
        cut_cost=_both_ways(edges, price * border_km),
        load=loads.officer_h,
        node_cost=loads.travel_min + prices.change_min * loads.incidents * elsewhere,
        allowed=_allowed(graph, today, rules.locks),
        balance=rules.balance,
        today=today.zone_of,
        moved_in=counted * elsewhere,
        most_moved=np.inf if rules.most_moved is None else rules.most_moved * counted.sum(),
        apart_first=plain.apart_first,
        apart=plain.apart,
        travel_s=plain.travel_s,
    )
    parted = _parted(whole, graph, rules.locks)
    groups = [*_groups(graph, rules), *_islands(_dry(graph), graph, today)]
    return CityProblem(parted, join_nodes(parted, groups), ferries)


def usual_prices(loads: CityLoads) -> Prices:
    """
    Choose prices that suit a city: borders of today weigh as much as a fiftieth of its travel.

    Parameters
    ----------
    loads
        What grids cost and weigh.

    Returns
    -------
    prices
        And a change as much as a twentieth of its incident's mean travel.
    """
    zone_of, graph = loads.today.zone_of, loads.graph
    served = np.flatnonzero(zone_of >= 0)
    travel_min = float(loads.travel_min[zone_of[served], served].sum())
    source = graph.source
    crosses = (zone_of[source] != zone_of[graph.neighbour]) & (source < graph.neighbour)
    km = max(float(graph.border_m[crosses].sum()) / 1000.0, 1.0)
    each = travel_min / max(float(loads.incidents.sum()), 1e-9)
    return Prices(0.05 * each, 0.02 * travel_min / km, 0.02 * travel_min / km)


def _edges(
    graph: GridGraph,
) -> tuple[NDArray[np.int64], NDArray[np.float64], tuple[tuple[str, str], ...]]:
    """Pairs of neighbours with their border, and the shortest ways across between parts."""
    once = graph.source < graph.neighbour
    edges = np.stack([graph.source[once], graph.neighbour[once]], axis=1).astype(np.int64)
    km = graph.border_m[once] / 1000.0
    ferries = list(_ferries(graph))
    if ferries:
        edges = np.concatenate([edges, np.array(ferries, dtype=np.int64)])
        km = np.concatenate([km, np.zeros(len(ferries))])
    codes = tuple((graph.codes[one], graph.codes[other]) for one, other in ferries)
    return edges, km, codes


def _dry(graph: GridGraph) -> RezoningProblem:
    """Unit grids and the borders between them alone, without ways across water."""
    once = graph.source < graph.neighbour
    edges = np.stack([graph.source[once], graph.neighbour[once]], axis=1).astype(np.int64)
    return plain_problem(PlainGraph(graph.codes, np.ones(len(graph)), edges), 1, 0.0)


def _ferries(graph: GridGraph) -> Iterator[tuple[int, int]]:
    """Join the parts of a graph, each by its nearest pair to those that are joined already."""
    count, part = _dry(graph).parts()
    if count == 1:
        return
    scale = np.cos(np.radians(graph.lon_lat[:, 1].mean()))
    place = graph.lon_lat * np.array([scale, 1.0])
    largest = int(np.bincount(part).argmax())
    joined = part == largest
    while not joined.all():
        free = np.flatnonzero(~joined)
        held = np.flatnonzero(joined)
        far, found = cKDTree(place[held]).query(place[free])
        at, nearest = int(np.argmin(far)), np.asarray(found)
        one, other = int(held[nearest[at]]), int(free[at])
        yield min(one, other), max(one, other)
        joined |= part == part[other]


def _both_ways(edges: NDArray[np.int64], cost: NDArray[np.float64]) -> NDArray[np.float64]:
    """Costs of edges in the order of a graph's neighbours."""
    both = np.concatenate([edges, edges[:, ::-1]])
    ordered: NDArray[np.float64] = np.tile(cost, 2)[np.lexsort((both[:, 1], both[:, 0]))]
    return ordered


def _allowed(graph: GridGraph, today: ZonePlan, locks: PlanLocks) -> NDArray[np.bool_]:
    """Locked grids stay; locked zones keep their grids and get no other."""
    k, n = len(today.zones), len(today)
    allowed = np.ones((k, n), dtype=np.bool_)
    held = np.zeros(n, dtype=np.bool_)
    held[[graph.row(code) for code in sorted(locks.grids)]] = True
    for code in sorted(locks.zones):
        zone = today.zone_row(code)
        mine = today.zone_of == zone
        allowed[zone, ~mine] = False
        held |= mine
    held &= today.zone_of >= 0
    allowed[:, held] = np.arange(k)[:, None] == today.zone_of[held]
    return allowed


def _parted(whole: RezoningProblem, graph: GridGraph, locks: PlanLocks) -> RezoningProblem:
    """The problem with grids that belong into two zones."""
    pairs = [(graph.row(one), graph.row(other)) for one, other in sorted(locks.apart)]
    both = sorted({*pairs, *((other, one) for one, other in pairs)})
    first = np.zeros(len(graph) + 1, dtype=np.int64)
    for one, _ in both:
        first[one + 1 :] += 1
    apart = np.array([other for _, other in both], dtype=np.int32)
    return replace(whole, apart_first=first, apart=apart)


def _groups(graph: GridGraph, rules: CityRules) -> list[tuple[str, list[int]]]:
    """Grids that stay together, and what they are called."""
    towns = [
        (f"township {code}", np.flatnonzero(graph.township == graph.townships.index(code)).tolist())
        for code in sorted(rules.never_split)
    ]
    pairs = [
        (f"{one} with {other}", [graph.row(one), graph.row(other)])
        for one, other in sorted(rules.locks.together)
    ]
    return [(name, rows) for name, rows in (*towns, *pairs) if rows]


def _islands(
    plain: RezoningProblem, graph: GridGraph, today: ZonePlan
) -> list[tuple[str, list[int]]]:
    """
    Parts of a graph that lie in one zone today, the largest part aside: each stays in one piece.

    A zone that took only some of an island would be in two pieces that others lie between.
    """
    count, part = plain.parts()
    sizes = np.bincount(part)
    apart = [np.flatnonzero(part == one) for one in range(count) if one != int(sizes.argmax())]
    return [
        (f"the island of {graph.codes[int(rows[0])]}", rows.tolist())
        for rows in apart
        if len(rows) > 1 and len(np.unique(today.zone_of[rows])) == 1
    ]


def _refuse_unknown(graph: GridGraph, today: ZonePlan, rules: CityRules) -> None:
    """Refuse townships and zones that are not there; grids are looked up as they are used."""
    for code in sorted(rules.never_split):
        if code not in graph.townships:
            raise UnknownName(
                f"There is no township {code!r}; there are {', '.join(graph.townships) or 'none'}."
            )
    for code in sorted(rules.locks.zones):
        today.zone_row(code)
