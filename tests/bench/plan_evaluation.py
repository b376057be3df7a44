"""Zone plans: travel tables, a whole evaluation, and figures while a grid is dragged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import shapely

from dispatch.duty import DutyBook
from dispatch.planning.grid_graph import GridGraph
from dispatch.planning.grid_ground import GridGround, grid_ground
from dispatch.planning.plan_drag import DraggedPlan
from dispatch.planning.plan_ground import PlanGround, plan_ground
from dispatch.planning.plan_score import evaluate_plan
from dispatch.planning.plan_setting import SettingChoice, plan_setting
from dispatch.planning.road_week import road_week
from dispatch.planning.travel_table import Sites, travel_table
from dispatch.planning.zone_crews import zone_crews
from dispatch.planning.zone_outline import grid_topology, plan_topology
from dispatch.planning.zone_plan import ZonePlan
from fixtures.demo_city import AS_OF, Preset
from fixtures.hourly_speeds import believed_speeds
from geo.road.layered_weights import WeightLayers
from geo.road.network import RoadNetwork, assemble
from geo.road.road_class import Mode
from geo.road.travel_time import NetworkTravelTimes
from geo.zone import UnitGrid
from tests.bench._demo_city import demo_whereabouts
from tests.bench._report import Report, figure, mark, table, with_goals
from tests.bench._roads import new_york, new_york_streets
from tests.bench._tiles import cut_out, tiled
from tests.bench._yardstick import NOTE, QUIET_S_MS, Yardstick, share

NODES, PLACES = 500_000, 2_000
INCIDENTS = 558_000.0
DRAGS = 101

MATRIX_MS, DRAG_MS = 10_000.0, 50.0
TOPOLOGY_MS = {2_000: 300.0, 20_000: 3_000.0}
"""What is to be reached on a quiet machine."""

EAST, NORTH, SIDE = 109.0, 0.0, 0.5
COLUMNS, ROWS = 5, 3
"""A square city in degrees, and how it is divided into zones."""


@dataclass(frozen=True)
class Drawn:
    """A city's ground, and the plan that is dragged about on it."""

    ground: PlanGround
    plan: ZonePlan


def measure(data: Path) -> Report:
    """Time a matrix on tiles of New York, and plans over the demo's standard city."""
    streets = cut_out(tiled(new_york_streets(data), 2, seed=1), NODES)
    network = assemble(streets, mode=Mode.CAR)
    return measured(network, Yardstick(new_york(data)), standard_city(), PLACES, TOPOLOGY_MS)


def standard_city() -> Drawn:
    """Lay the demo's standard city out as plans are evaluated on it."""
    whereabouts, now = demo_whereabouts(Preset.STANDARD)
    city = whereabouts.city
    setting = plan_setting(
        city,
        WeightLayers(believed_speeds()),
        zone_crews(city, DutyBook(), at=now),
        SettingChoice(now, per_year=INCIDENTS),
    )
    return Drawn(plan_ground(setting), setting.published)


def measured(
    network: RoadNetwork,
    yardstick: Yardstick,
    drawn: Drawn,
    places: int,
    topology_ms: dict[int, float],
) -> Report:
    """Time all questions; topology on so many grids, with what is to be reached for each."""
    rng = np.random.default_rng(1)
    times = NetworkTravelTimes(network)
    ends = network.node_lon_lat[rng.integers(network.n_nodes, size=(2, places))]
    sites = Sites(tuple(map(str, range(places))), (Mode.CAR,) * places, ends[0])
    engines = {Mode.CAR: times}
    week = road_week(engines, WeightLayers(), at=AS_OF)
    ground, plan = drawn.ground, drawn.plan
    dragged = DraggedPlan(ground, plan)
    rows = []
    for name, ask, repeats, goal in (
        (
            f"travel table {places:,} × {places:,} on {network.n_nodes:,} road nodes",
            lambda _: travel_table(engines, week, sites, ends[1]),
            1,
            MATRIX_MS,
        ),
        (
            f"a grid is dragged: all figures, {len(plan):,} grids, {len(plan.zones)} zones",
            lambda drop: dragged.move(*drop),
            DRAGS,
            DRAG_MS,
        ),
        ("a whole plan is evaluated", lambda _: evaluate_plan(ground, plan), 9, None),
        *(
            (
                f"topology check, {count:,} grids",
                partial(check_topology, *fields(count, seed=1)),
                9,
                goal,
            )
            for count, goal in topology_ms.items()
        ),
    ):
        timed = yardstick.beside(ask, lambda: a_drop(ground.graph, dragged.plan, rng), repeats)
        good = goal is not None and timed.of_s <= goal / QUIET_S_MS
        judged = ["", ""] if goal is None else [figure(goal), mark(good=good)]
        quiet_ms = figure(timed.of_s * QUIET_S_MS)
        rows.append([name, figure(timed.median_ms), share(timed.of_s), quiet_ms, *judged])
    lead = (
        "Roads of the travel table are New York tiled and cut to size; it joins the places, weighs "
        "the roads and rounds, as planning does for each period. Plans are of the demo's standard "
        f"city, hour by hour of the week, {len(set(ground.stage_of.tolist()))} stages of roads and "
        f"duty; a drag tells coverages, work, travel, worst tenth, shape and contiguity. Topology "
        f"is proven on irregular grids and the zones made of them. {NOTE}"
    )
    head = ["", "ms", "of S", "ms, quiet", "to reach", ""]
    return Report(f"{lead}\n\n{table(head, rows)}", with_goals(rows, title="zone plans"))


def a_drop(
    graph: GridGraph, plan: ZonePlan, rng: np.random.Generator
) -> tuple[list[int], str | None]:
    """A grid at a border, and the zone of a neighbour."""
    zone_of = plan.zone_of
    borders = np.flatnonzero(zone_of[graph.source] != zone_of[graph.neighbour])
    at = int(rng.choice(borders))
    return [int(graph.source[at])], plan.zone_codes[int(graph.neighbour[at])]


def fields(count: int, *, seed: int) -> tuple[GridGround, ZonePlan]:
    """Irregular unit grids that fill a square city, in zones of equal width and height."""
    rng = np.random.default_rng(seed)
    square = shapely.box(EAST, NORTH, EAST + SIDE, NORTH + SIDE)
    places = shapely.MultiPoint(np.array([EAST, NORTH]) + SIDE * rng.random((count, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(places, extend_to=square))
    cells = shapely.intersection(cells, square)
    middle = (shapely.get_coordinates(shapely.centroid(cells)) - [EAST, NORTH]) / SIDE
    column, row = (middle * [COLUMNS, ROWS]).astype(np.int32).T
    codes = tuple(f"{at:06d}" for at in range(count))
    zones = tuple(f"Z{at:02d}" for at in range(COLUMNS * ROWS))
    grids = [UnitGrid(code, "C", None, cell) for code, cell in zip(codes, cells, strict=True)]
    return grid_ground(grids), ZonePlan(codes, zones, column * ROWS + row)


def check_topology(ground: GridGround, plan: ZonePlan, _: object) -> None:
    """Prove that grids and zones fill the city, each place once."""
    assert not grid_topology(ground)
    assert not plan_topology(ground, plan)
