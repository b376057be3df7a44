"""
Replay: the world of the records, in which what was reported is dispatched once more.

The simulator runs today's plan over the incidents that are on record, where and when they were.
What it is not told is who went and when they were there.  Of the records it has, from weeks that
are not judged: which crews there are and from which bases, how many parties each stands for, how
many of a brigade's crews are at hand at a time (`recorded_force`), roads as driven (`road_fit`),
and times on the scene by matter.  A set of crews at hand is drawn for every incident; it is a row
of `Crews.ready`, and so each holder's case has one variant for each set.

The clock of a replay begins with the dispatch on record, for what a desk does before it is no part
of the simulation.  Records have every crew set out from its base, or they do not: where most do,
a crew that is done counts as there at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.arrival_chance import MODES
from dispatch.city import City
from dispatch.incident import IncidentKind
from dispatch.matter import Matter
from dispatch.planning.incident_history import DAY_S, IncidentHistory, Span
from dispatch.planning.recorded_force import RecordedForce, at_hand_sets
from dispatch.planning.road_fit import RoadFit
from dispatch.planning.simulation.incidents import Incidents
from dispatch.planning.simulation.world import (
    NOBODY,
    SLOTS_OF_WEEK,
    UNREACHABLE_S,
    Cases,
    Crews,
    IncidentType,
    Reports,
    Roads,
    Rules,
    World,
    Zoning,
)
from dispatch.planning.stay_fit import StayFit
from dispatch.planning.travel_table import TravelTable
from dispatch.policy_file import standard_policies
from dispatch.unit import UnitKind
from geo.errors import BadValue
from geo.road.frozen import freeze
from geo.road.week import HOURS_OF_WEEK

N_SETS = 192
"""Sets of crews at hand; so many tell a brigade's median way to half a percent."""

NEVER_MS = 2**60
"""A rest rule that never applies, for records of rest there are none."""

POLICY = "nearest"
"""Ranks by time alone: who of those at hand went is told by the sets."""


@dataclass(frozen=True, slots=True, eq=False)
class PlanCalibration:
    """
    What the simulator is told of the records.

    Attributes
    ----------
    force
        Who was sent.
    table
        Seconds from the base of each crew of the force to each grid; sites are the crews.
    at_hand
        For each unit of the force the shares of the incidents at which 1, 2 … of its crews are
        at hand.
    roads
        Roads as driven.
    stays
        Times on the scene by matter.
    aid_share
        Share of incidents without a squad to which a crew of another zone's brigade went.
    trained
        Days from which all of it was learnt.
    """

    force: RecordedForce
    table: TravelTable
    at_hand: tuple[NDArray[np.float64], ...]
    roads: RoadFit
    stays: StayFit
    aid_share: float
    trained: Span


@dataclass(frozen=True, slots=True, eq=False)
class ReplayGround:
    """
    Today's plan as a replay needs it; rows are unit grids in the order of their codes.

    Attributes
    ----------
    grids, communities
        Their codes, and those of the communities in which they lie.
    zones
        Codes of the zones, sorted.
    zone_of
        Position in `zones`, int32[n_grids]; -1 for none.
    brigades
        Brigade of each zone, empty for none.
    target_s
        Arrival target of each zone, int32[n_zones].
    squads
        Codes of the specialist squads.
    """

    grids: tuple[str, ...]
    communities: tuple[str, ...]
    zones: tuple[str, ...]
    zone_of: NDArray[np.int32]
    brigades: tuple[str, ...]
    target_s: NDArray[np.int32]
    squads: frozenset[str]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """
    What is on record, beside the plan and the roads of today.

    Attributes
    ----------
    ground
        Today's plan.
    history
        Past incidents, those of `RecordedForce.crew_of`.
    grid
        Unit grid of each, int64[n]; -1 for none.
    force
        Who was sent.
    table
        Seconds from the base of each crew of the force to each grid; sites are the crews.
    matters
        The list of powers, by code.
    """

    ground: ReplayGround
    history: IncidentHistory
    grid: NDArray[np.int64]
    force: RecordedForce
    table: TravelTable
    matters: Mapping[str, Matter]

    def __post_init__(self) -> None:
        """Make the array read-only; refuse parts that speak of different things."""
        freeze(self)
        if not len(self.grid) == len(self.history) == len(self.force.crew_of):
            raise BadValue("The columns of the records differ in length.")
        if self.table.site_codes != self.force.codes:
            raise BadValue("The travel table of the records is not that of their crews.")


def replay_ground(city: City) -> ReplayGround:
    """
    Lay out today's plan.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    ground
        Its grids and zones.
    """
    grids = sorted(city.grids, key=lambda grid: grid.code)
    zones = sorted(city.zones, key=lambda zone: zone.code)
    row_of = {zone.code: row for row, zone in enumerate(zones)}
    zone_of = [row_of.get(grid.zone or "", NOBODY) for grid in grids]
    squads = city.units_of(UnitKind.SPECIALIST_SQUAD)
    return ReplayGround(
        grids=tuple(grid.code for grid in grids),
        communities=tuple(grid.community for grid in grids),
        zones=tuple(zone.code for zone in zones),
        zone_of=np.array(zone_of, dtype=np.int32),
        brigades=tuple(zone.brigade or "" for zone in zones),
        target_s=np.array([zone.arrival_target_s for zone in zones], dtype=np.int32),
        squads=frozenset(squad.code for squad in squads),
    )


def holders(
    ground: ReplayGround, force: RecordedForce, grid: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """
    Tell which squad had each incident on record.

    Parameters
    ----------
    ground
        Today's plan.
    force
        Who was sent.
    grid
        Grid of each incident, int64[n]; -1 for none.

    Returns
    -------
    squad
        Position in `RecordedForce.units` of the squad whose crew went, int64[n]; -1 for the
        brigade of the zone, and where nobody is on record.
    aid
        Whether the brigade of another zone went, bool[n].
    """
    unit = np.append(force.unit_of.astype(np.int64), NOBODY)[force.crew_of]
    is_squad = np.array([*(name in ground.squads for name in force.units), False])
    row_of = {name: row for row, name in enumerate(force.units)}
    brigade = np.array([*(row_of.get(name, NOBODY) for name in ground.brigades), NOBODY])
    own = brigade[np.append(ground.zone_of, NOBODY)[grid]]
    squad = np.where(is_squad[unit], unit, NOBODY)
    return squad, (squad == NOBODY) & (unit != NOBODY) & (unit != own)


def replay_world(
    ground: ReplayGround, told: PlanCalibration, span: Span, *, seed: int, n_sets: int = N_SETS
) -> World:
    """
    Put the world of the records together.

    Parameters
    ----------
    ground
        Today's plan.
    told
        What the simulator is told of the records.
    span
        Days that are replayed.
    seed
        Source of chance: of the sets of crews at hand.
    n_sets
        How many sets.

    Returns
    -------
    world
        Its types of incident are one for each holder and set, see `replayed_incidents`.

    Raises
    ------
    BadValue
        Records name no crew whose base is known.
    """
    force = told.force
    if not len(force):
        raise BadValue("No past incident names a crew with a base; there is nobody to replay with.")
    party_of = np.repeat(np.arange(len(force)), force.parties)
    squads = [row for row, name in enumerate(force.units) if name in ground.squads]
    cases = _cases(ground, told, party_of, squads, n_sets)
    return World(
        grids=ground.grids,
        reports=_nothing_drawn(span, len(ground.grids), len(cases.case_of)),
        roads=Roads(
            travel_s=_travel_s(ground, told, party_of),
            table_of=np.tile(told.table.period_of.astype(np.int32), (len(MODES), 1)),
            arrival=told.roads.model,
        ),
        crews=_crews(ground, told, party_of, seed=seed, n_sets=n_sets),
        cases=cases,
        zoning=_zoning(ground, force),
        policy=standard_policies()[POLICY],
        rules=Rules(break_ms=0, returns=True, preempts=False),
    )


def replayed_incidents(
    records: Records, told: PlanCalibration, span: Span, *, seed: int, n_sets: int = N_SETS
) -> tuple[Incidents, NDArray[np.int64]]:
    """
    Take incidents from the records, in the order of their dispatch.

    Parameters
    ----------
    records
        What is on record.
    told
        What the simulator is told of it.
    span
        Days that are replayed.
    seed
        Source of chance: of time on the scene, luck on the road, and who is at hand.
    n_sets
        As for `replay_world`.

    Returns
    -------
    incidents
        Those dispatched in the span, in a grid, and in a zone or held by a squad.
    rows
        Row of each in the history, int64[m].
    """
    ground, history, grid = records.ground, records.history, records.grid
    squad, _ = holders(ground, told.force, grid)
    dispatched_s = np.where(
        np.isfinite(history.dispatched_s), history.dispatched_s, history.reported_s
    )
    zoned = np.append(ground.zone_of, NOBODY)[grid] != NOBODY
    meant = (grid >= 0) & (zoned | (squad != NOBODY))
    rows = np.flatnonzero(meant & (dispatched_s >= span.start_s) & (dispatched_s < span.end_s))
    rows = rows[np.argsort(dispatched_s[rows], kind="stable")]
    rng = np.random.default_rng((seed, len(rows)))
    squads = [row for row, name in enumerate(told.force.units) if name in ground.squads]
    number_of = np.zeros(len(told.force.units) + 1, dtype=np.int64)
    number_of[squads] = 1 + np.arange(len(squads))
    kind = number_of[squad[rows]] * n_sets + rng.integers(0, n_sets, len(rows))
    stays_s = told.stays.draw(history.matters, history.matter[rows], rng.random(len(rows)))
    incidents = Incidents(
        reported_ms=np.rint(1000 * (dispatched_s[rows] - span.start_s)).astype(np.int64),
        grid=grid[rows].astype(np.int32),
        type=kind.astype(np.int32),
        on_scene_ms=np.rint(1000 * stays_s).astype(np.int64),
        delay=rng.random(len(rows), dtype=np.float32),
        secure_delay=rng.random(len(rows), dtype=np.float32),
    )
    return incidents, rows


def _nothing_drawn(span: Span, n_grids: int, n_types: int) -> Reports:
    """Reports that draw nothing: what comes in is on record."""
    n_days = round((span.end_s - span.start_s) / DAY_S)
    first = int((span.start_s + 8 * 3600) // DAY_S + 3) % 7  # 1970 began on a Thursday
    return Reports(
        types=(IncidentType((), IncidentKind.REPORT),) * n_types,
        rate_per_h=np.zeros((1, HOURS_OF_WEEK)),
        grid_share=np.full((1, n_grids), 1.0 / n_grids),
        type_share=np.full((1, n_types), 1.0 / n_types),
        service_of=np.zeros(n_types, dtype=np.int32),
        on_scene_s=np.zeros((1, 2)),
        priority_of=np.zeros(n_types, dtype=np.uint8),
        days=((first + np.arange(n_days)) % 7).astype(np.uint8),
        from_ms=np.zeros(1, dtype=np.int64),
        to_ms=np.zeros(1, dtype=np.int64),
    )


def _travel_s(
    ground: ReplayGround, told: PlanCalibration, party_of: NDArray[np.int64]
) -> NDArray[np.uint16]:
    """Seconds from bases, with the ground of each place; home again one is at once."""
    n_grids = len(ground.grids)
    table = told.table.travel_s
    travel_s = np.zeros((len(table), n_grids, n_grids + len(party_of)), dtype=np.uint16)
    for period, of_period in enumerate(table):
        slow = np.clip(np.rint(of_period * told.roads.ground), 1, UNREACHABLE_S - 1)
        driven = np.where(of_period == UNREACHABLE_S, UNREACHABLE_S, slow).astype(np.uint16)
        travel_s[period, :, n_grids:] = driven[party_of].T
    return travel_s


def _crews(
    ground: ReplayGround,
    told: PlanCalibration,
    party_of: NDArray[np.int64],
    *,
    seed: int,
    n_sets: int,
) -> Crews:
    """One row for each party of each crew; need s is to be in the s-th set at hand."""
    force, n = told.force, len(party_of)
    rng = np.random.default_rng((seed, n_sets))
    at_hand = np.zeros((n_sets + 1, len(force)), dtype=bool)
    for unit, shares in enumerate(told.at_hand):
        crews = np.flatnonzero(force.unit_of == unit)
        at_hand[:n_sets, crews] = at_hand_sets(shares, n_sets, rng=rng)
    at_hand[n_sets] = True
    ready = np.broadcast_to(at_hand[:, np.newaxis, party_of], (n_sets + 1, SLOTS_OF_WEEK, n))
    is_squad = np.array([name in ground.squads for name in force.units])
    never, nothing = np.full(n, NEVER_MS), np.zeros(n, dtype=np.int64)
    return Crews(
        codes=tuple(_party_codes(force, party_of)),
        units=force.units,
        unit_of=force.unit_of[party_of],
        grid_crew=~is_squad[force.unit_of[party_of]],
        mode_of=np.array([MODES.index(force.modes[crew]) for crew in party_of], dtype=np.uint8),
        base_grid=np.zeros(n, dtype=np.int32),
        officers=np.full((SLOTS_OF_WEEK, n), 2, dtype=np.uint8),
        ready=np.ascontiguousarray(ready),
        shift_of=np.zeros((SLOTS_OF_WEEK, n), dtype=np.uint8),
        break_at=np.zeros((SLOTS_OF_WEEK, n), dtype=bool),
        between_shifts_ms=nothing,
        most_work_ms=never,
        long_job_ms=never,
        rest_ms=nothing,
        away_from_ms=nothing,
        away_to_ms=nothing,
    )


def _party_codes(force: RecordedForce, party_of: NDArray[np.int64]) -> list[str]:
    """Code of each party: that of its crew, and a number where there are several."""
    first = np.searchsorted(party_of, party_of)
    return [
        force.codes[crew] if force.parties[crew] == 1 else f"{force.codes[crew]}/{row - start + 1}"
        for row, (crew, start) in enumerate(zip(party_of.tolist(), first.tolist(), strict=True))
    ]


def _cases(
    ground: ReplayGround,
    told: PlanCalibration,
    party_of: NDArray[np.int64],
    squads: Sequence[int],
    n_sets: int,
) -> Cases:
    """A case for each holder and set: the zone's brigade, then each squad."""
    n_cases, n_parties = (1 + len(squads)) * n_sets, len(party_of)
    unit = np.repeat(np.array([NOBODY, *squads], dtype=np.int32), n_sets)
    of_squad = np.array([name in ground.squads for name in told.force.units])
    aid = ~of_squad[told.force.unit_of[party_of]] & (told.aid_share > 0)
    nowhere = np.full(n_cases, NOBODY, dtype=np.int32)
    return Cases(
        domains=("",),
        ground_of=np.zeros(len(ground.grids), dtype=np.int32),
        case_of=np.arange(n_cases, dtype=np.int32)[:, np.newaxis],
        unit=unit,
        pool=np.where(unit == NOBODY, 0, 1).astype(np.int32),
        need=np.tile(np.arange(n_sets, dtype=np.int32), 1 + len(squads)),
        target_s=nowhere,
        secure_target_s=nowhere,
        acts=np.ones(n_cases, dtype=bool),
        secures=np.zeros(n_cases, dtype=bool),
        by_squad=unit != NOBODY,
        card=nowhere,
        domain=np.zeros(n_cases, dtype=np.int32),
        pools=np.stack([aid, np.zeros(n_parties, dtype=bool)]),
        card_step=np.full((1, len(told.force.units) + 1, n_parties), -1, dtype=np.int16),
        secure_need=n_sets,
    )


def _zoning(ground: ReplayGround, force: RecordedForce) -> Zoning:
    """Today's plan, its brigades as units of the force."""
    row_of = {name: row for row, name in enumerate(force.units)}
    brigade_of = [row_of.get(name, NOBODY) for name in ground.brigades]
    return Zoning(
        zones=ground.zones,
        zone_of=ground.zone_of,
        brigade_of=np.array(brigade_of, dtype=np.int32),
        target_s=ground.target_s,
    )
