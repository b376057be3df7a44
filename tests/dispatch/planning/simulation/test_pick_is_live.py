"""
The compiled pick is the first crew of the live suggestion, on random situations.

A city has crews of one to four officers by car, e-bike and on foot, of grid brigades, a post and
squads; matters with needs, targets, run cards, assisting bodies and nobody to hold them.  In each
situation crews stand anywhere, some officers are off duty, and every type of incident is asked of
both in one grid, under one policy, at one hour.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from dispatch.choice import ProposalKind
from dispatch.duty_columns import DutyColumns
from dispatch.incident import Incident
from dispatch.planning.simulation import layout
from dispatch.planning.simulation.force import muster_crews, readiness
from dispatch.planning.simulation.pick import pick_for_case, pick_nearest
from dispatch.planning.simulation.tables import Tables, prepare
from dispatch.planning.simulation.verdicts import tabulate_verdicts
from dispatch.planning.simulation.world import (
    NOBODY,
    SLOTS_OF_WEEK,
    Reports,
    Roads,
    World,
    Zoning,
)
from dispatch.policy_file import standard_policies
from dispatch.suggestion import Suggestion, suggest
from geo.road.week import hour_of_week
from tests.dispatch.planning.simulation.random_city import (
    MODES,
    NOW,
    TYPES,
    ZONES,
    RandomCity,
    fast_model,
    random_city,
    random_whereabouts,
)

POLICIES = ("nearest", "own_first", "borderless", "surest", "fair_work")
N_GRIDS = 16


def world_of(drawn: RandomCity, policy: str) -> World:
    """The city as a world: everybody on duty, tables by mode alike at every hour."""
    city, n_crews = drawn.city, len(drawn.city.roster.crews)
    verdicts = tabulate_verdicts(city, TYPES, drawn.lon_lat, now=NOW)
    crews = muster_crews(city, verdicts.needs, np.zeros(n_crews, dtype=np.int32), now=NOW)
    travel = [drawn.travel_s[mode].T for mode in MODES]
    nowhere = np.zeros((N_GRIDS, n_crews))
    tables = np.stack([np.concatenate([one, nowhere], axis=1) for one in travel])
    n = len(TYPES)
    brigades = [city.roster.brigades.index(code) for code in ("B1", "B2", "B3")]
    return World(
        grids=tuple(grid.code for grid in city.grids),
        reports=Reports(
            types=TYPES,
            rate_per_h=np.ones((1, 168)),
            grid_share=np.full((1, N_GRIDS), 1 / N_GRIDS),
            type_share=np.full((1, n), 1 / n),
            service_of=np.zeros(n, dtype=np.int32),
            on_scene_s=np.full((1, 2), 600.0),
            priority_of=np.zeros(n, dtype=np.uint8),
            days=np.arange(7, dtype=np.uint8),
            from_ms=np.zeros(1, dtype=np.int64),
            to_ms=np.full(1, 7 * 86_400_000),
        ),
        roads=Roads(
            tables.astype(np.uint16),
            np.repeat(np.arange(3, dtype=np.int32)[:, None], 168, axis=1),
            city.arrival_model,
        ),
        crews=crews,
        cases=verdicts.cases,
        zoning=Zoning(
            ZONES,
            np.array([ZONES.index(grid.zone or "") for grid in city.grids], dtype=np.int32),
            np.array([*brigades, NOBODY], dtype=np.int32),
            np.array([zone.arrival_target_s for zone in city.zones], dtype=np.int32),
        ),
        policy=standard_policies()[policy],
    )


def picked(
    tables: Tables,
    ready: NDArray[np.bool_],
    crews: NDArray[np.int64],
    *,
    kind: int,
    grid: int,
    slot: int,
) -> tuple[int, int]:
    """Crews that the compiled pick sends for a case and to secure it; -1 for nobody."""
    world = tables.world
    case = world.cases.case_of[kind, world.cases.ground_of[grid]]
    zone = world.zoning.zone_of[grid]
    columns = tables.cases[:, case]
    nearest = (world.roads.travel_s, ready, tables.hours, tables.first, tables.members)
    first, room = NOBODY, np.empty((4, crews.shape[1] + 1), np.int64)
    if columns[layout.BY_WAY] == 0:
        squad = world.cases.by_squad[case]
        unit = columns[layout.UNIT] if squad else world.zoning.brigade_of[zone]
        target = columns[layout.TARGET]
        first, _ = pick_for_case(
            *nearest[:3], tables.eta_ms, tables.chance, tables.first, tables.members,
            world.cases.card_step, tables.settings, crews, room,
            int(unit), int(columns[layout.POOL]), int(columns[layout.NEED]),
            int(columns[layout.CARD]),
            int(tables.zone_target[zone] if target == NOBODY else target), grid, slot, 0,
        )  # fmt: skip
    second = NOBODY
    if columns[layout.SECURES] == 1 or columns[layout.BY_WAY] == 1:
        second, _ = pick_nearest(
            *nearest, tables.settings, crews, room, world.cases.secure_need, NOBODY, grid, slot, 0
        )
    return first, second


def suggested(made: Suggestion, *kinds: ProposalKind) -> str | None:
    """The first standing crew of some kinds."""
    crews = (one for one in made.crew_proposals if one.kind in kinds and not one.brought_together)
    return next((one.unit for one in crews), None)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("modelled", [False, True])
def test_the_compiled_pick_is_the_first_of_the_live_suggestion(policy, modelled, count):
    situations = count(reduced=4, full=38)
    rng = np.random.default_rng([POLICIES.index(policy), modelled])
    drawn = random_city(rng, model=fast_model() if modelled else None)
    tables = prepare(world_of(drawn, policy))
    needs = tabulate_verdicts(drawn.city, TYPES, drawn.lon_lat, now=NOW).needs
    codes = [None if row < 0 else drawn.city.roster.crews[row].code for row in range(-1, 40)]
    sent = 0
    for number in range(situations):
        now = NOW + timedelta(hours=int(rng.integers(168)))
        slot = 2 * hour_of_week(now)
        whereabouts, grid_of, free = random_whereabouts(drawn, rng, now=now)
        work_s = rng.integers(0, 5, len(codes) - 1) * 900.0
        duty = {name: getattr(whereabouts.duty, name) for name in DutyColumns.__slots__}
        duty["work_s"] = work_s[drawn.city.roster.crew_of]
        whereabouts = whereabouts.with_duty(DutyColumns(**duty))
        pattern = np.repeat(free[None], SLOTS_OF_WEEK, axis=0)
        ready = np.ascontiguousarray(readiness(drawn.city.roster, pattern, needs))
        ready.flags.writeable = False
        crews = tables.crews.copy()
        crews[layout.TO], crews[layout.WORK] = grid_of, work_s * 1000
        for kind, of_type in enumerate(TYPES):
            grid = int(rng.integers(N_GRIDS))
            place = tuple(map(float, drawn.lon_lat[grid]))
            incident = Incident(place, of_type.matters, now, kind=of_type.kind)
            made = suggest(incident, whereabouts, now=now, policy=policy, routes=0)
            first, second = picked(tables, ready, crews, kind=kind, grid=grid, slot=slot)
            said = suggested(made, ProposalKind.GRID, ProposalKind.SPECIALIST)
            assert codes[first + 1] == said, (number, of_type, grid)
            assert codes[second + 1] == suggested(made, ProposalKind.SECURE), (number, of_type)
            sent += said is not None
    assert sent > situations * len(TYPES) / 3


def test_a_policy_by_coverage_is_refused_with_the_way_out():
    drawn = random_city(np.random.default_rng(1))
    world = world_of(drawn, "nearest")
    sparing = replace(world, policy=standard_policies()["sparing_cover"])
    with pytest.raises(Exception, match="eta, chance or work"):
        prepare(sparing)
