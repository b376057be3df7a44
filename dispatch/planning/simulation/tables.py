"""
Tables: a world laid out for the compiled loop, with everything worked out that can be beforehand.

The live decision compares crews by the median of `dispatch.arrival_chance.ArrivalModel`, rounded
to milliseconds, and by the chance to meet the target, rounded to four digits.  Both are functions
of mode, hour of the week and whole seconds on the road, so they are tabulated by the very code
that live dispatch runs, up to `LONGEST_S`; longer ways follow the model by the kernel's own sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dispatch.arrival_chance import MODES, ArrivalModel
from dispatch.planning.simulation import layout
from dispatch.planning.simulation.world import (
    NOBODY,
    SLOT_MS,
    SLOTS_OF_DAY,
    Cases,
    Crews,
    World,
)
from dispatch.policy import Policy, RankBy, Reach
from dispatch.weighing import MOST_PROPOSALS
from geo.errors import BadValue
from geo.road.frozen import freeze
from geo.road.week import HOURS_OF_WEEK
from geo.zone import ARRIVAL_TARGET_S

LONGEST_S: Final = 7_199
"""Ways are tabulated up to so many seconds."""

REACHES = (Reach.OWN_THEN_SOONER_AID, Reach.OWN_THEN_AID, Reach.ALL)
RANKS = (RankBy.ETA, RankBy.CHANCE, RankBy.WORK)
"""Positions in these stand for the words of a policy."""


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """
    A world as kernels read it; worth making once for many runs.

    Attributes
    ----------
    world
        The world.
    hours
        Hours of the modes, see `dispatch.planning.simulation.layout`.
    eta_ms
        Median arrival for each whole second on the road, int32[n_modes, 168, `LONGEST_S` + 1];
        of length 1 without a model of arrivals.
    chance
        Chance to meet each target in ten-thousandths, uint16[n_targets, n_modes, 168,
        `LONGEST_S` + 1]; of length 1 unless the policy ranks by it.
    log_ratio
        See `dispatch.arrival_chance.ArrivalModel`.
    first, members
        Groups of crews one after the other, int64[n_groups + 1] and int64[m].
    cases
        See `dispatch.planning.simulation.layout`, int32[8, n_cases].
    may
        Whether each crew may take each case at any hour of the week, bool[n_cases, n_crews].
    week
        See `dispatch.planning.simulation.layout`, uint8[4, SLOTS_OF_WEEK, n_crews].
    slot_of
        Half-hour of the week of each simulated half-hour, int64[n_slots].
    settings
        Single numbers, see `dispatch.planning.simulation.layout`.
    crews
        Everybody at the base, free, int64[30, n_crews].
    target_s
        The different arrival targets, the usual one first, int32[n_targets].
    case_target, zone_target
        Positions of targets in it, int32[n_cases] and int32[n_zones]; `NOBODY` where the case
        goes by its zone.
    secure_target
        The same for whoever secures the place, int32[n_cases].
    """

    world: World
    hours: NDArray[np.float64]
    eta_ms: NDArray[np.int32]
    chance: NDArray[np.uint16]
    log_ratio: NDArray[np.float64]
    first: NDArray[np.int64]
    members: NDArray[np.int64]
    cases: NDArray[np.int32]
    may: NDArray[np.bool_]
    week: NDArray[np.uint8]
    slot_of: NDArray[np.int64]
    settings: NDArray[np.int64]
    crews: NDArray[np.int64]
    target_s: NDArray[np.int32]
    case_target: NDArray[np.int32]
    zone_target: NDArray[np.int32]
    secure_target: NDArray[np.int32]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)


def prepare(world: World) -> Tables:
    """
    Lay a world out for the loop.

    Parameters
    ----------
    world
        The world.

    Returns
    -------
    tables
        Arrays that every run shares.

    Raises
    ------
    BadValue
        The policy ranks by coverage, which is not counted during a simulated year.
    """
    policy, cases, crews = world.policy, world.cases, world.crews
    if policy.rank_by not in RANKS:
        raise BadValue(
            f"The policy {policy.name} ranks by {policy.rank_by}, and coverage is not counted at "
            "each decision of a simulated year; simulate it under one that ranks by eta, chance "
            "or work."
        )
    targets, target_of = _targets(world)
    model = world.roads.arrival
    first, members = _groups(cases, crews)
    case_target, zone_target, secure_target = (
        _numbered(one, target_of)
        for one in (cases.target_s, world.zoning.target_s, cases.secure_target_s)
    )
    case_target = np.where(cases.acts, case_target, secure_target)
    slot = np.arange(world.reports.end_ms // SLOT_MS)
    day = world.reports.days[slot // SLOTS_OF_DAY].astype(np.int64)
    by_chance = policy.rank_by == RankBy.CHANCE
    eta_ms = np.zeros((1, 1, 1), np.int32) if model is None else _medians_ms(model)
    return Tables(
        world=world,
        hours=_hours(world, targets),
        eta_ms=eta_ms,
        chance=_chances(model, targets) if by_chance and model else np.zeros((1,) * 4, np.uint16),
        log_ratio=np.zeros((1, 1, 1)) if model is None else model.log_ratio,
        first=first,
        members=members,
        cases=_case_rows(cases, case_target),
        may=_may(cases, crews),
        week=np.stack(
            [crews.officers, crews.shift_of, crews.break_at, _can_more(crews)],
            dtype=np.uint8,
            casting="unsafe",
        ),
        slot_of=day * SLOTS_OF_DAY + slot % SLOTS_OF_DAY,
        settings=_settings(world, policy, targets, grows=bool((np.diff(eta_ms) > 0).all())),
        crews=_at_the_bases(crews, len(world.grids)),
        target_s=targets,
        case_target=case_target,
        zone_target=zone_target,
        secure_target=secure_target,
    )


def _settings(
    world: World, policy: Policy, targets: NDArray[np.int32], *, grows: bool
) -> NDArray[np.int64]:
    """Write single numbers as the kernels read them."""
    rules, crews = world.rules, world.crews
    extra_s = policy.most_extra_s
    among = 0 if policy.rank_by == RankBy.ETA else policy.among
    said = {
        layout.REACH: REACHES.index(policy.reach),
        layout.RANK_BY: RANKS.index(policy.rank_by),
        layout.N_ASKED: max(MOST_PROPOSALS, among),
        layout.AMONG: policy.among,
        layout.MOST_EXTRA_MS: layout.NEVER if extra_s is None else round(1000 * extra_s),
        layout.MODELLED: world.roads.arrival is not None,
        layout.SECURE_NEED: world.cases.secure_need,
        layout.N_PRIORITIES: int(world.reports.priority_of.max(initial=0)) + 1,
        layout.N_UNITS: len(crews.units),
        layout.GRID_CREWS: len(crews.units) + len(world.cases.pools),
        layout.BREAK_MS: rules.break_ms,
        layout.RETURNS: rules.returns,
        layout.HAND_OVER_MS: rules.hand_over_ms,
        layout.SECURES_AT_MOST_MS: rules.secures_at_most_ms,
        layout.PREEMPTS: rules.preempts,
        layout.GRAVER_BY: rules.graver_by,
        layout.EARLIER_BY_MS: rules.earlier_by_ms,
        layout.SPARE_WITHIN_MS: rules.spare_within_ms,
        layout.WAITS: rules.waits,
        layout.END_MS: world.reports.end_ms,
        layout.GROWS: grows,
    }
    numbers = [int(said[row]) for row in range(layout.FIRST_TARGET)]
    return np.array([*numbers, *(1000 * one for one in targets.tolist())], dtype=np.int64)


def _at_the_bases(crews: Crews, n_grids: int) -> NDArray[np.int64]:
    """Rows of crews before anything has happened."""
    rows = np.zeros((layout.RESTS + 1, len(crews.codes)), dtype=np.int64)
    given: dict[int, NDArray[Any]] = {
        layout.UNIT_OF: crews.unit_of,
        layout.MODE: crews.mode_of,
        layout.BASE_GRID: crews.base_grid,
        layout.BETWEEN_MS: crews.between_shifts_ms,
        layout.MOST_WORK_MS: crews.most_work_ms,
        layout.LONG_JOB_MS: crews.long_job_ms,
        layout.REST_MS: crews.rest_ms,
        layout.AWAY_FROM: crews.away_from_ms,
        layout.AWAY_TO: crews.away_to_ms,
    }
    for row, column in given.items():
        rows[row] = column
    rows[layout.FROM] = rows[layout.TO] = n_grids + np.arange(len(crews.codes))
    rows[layout.EVENT], rows[layout.JOB] = layout.NEVER, NOBODY
    return rows


def _targets(world: World) -> tuple[NDArray[np.int32], dict[int, int]]:
    """The different arrival targets, the usual one first, and the position of each."""
    columns = (world.cases.target_s, world.cases.secure_target_s, world.zoning.target_s)
    stated = {int(one) for column in columns for one in column if one != NOBODY}
    targets = [ARRIVAL_TARGET_S, *sorted(stated - {ARRIVAL_TARGET_S})]
    return np.array(targets, dtype=np.int32), {one: row for row, one in enumerate(targets)}


def _numbered(target_s: NDArray[np.int32], target_of: dict[int, int]) -> NDArray[np.int32]:
    """Positions of targets; `NOBODY` stays."""
    rows = [NOBODY if one == NOBODY else target_of[one] for one in target_s.tolist()]
    return np.array(rows, dtype=np.int32)


def _groups(cases: Cases, crews: Crews) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Crews of each unit, of each pool, and of all grid brigades, each ascending."""
    masks = [crews.unit_of == unit for unit in range(len(crews.units))]
    rows = [np.flatnonzero(mask) for mask in (*masks, *cases.pools, crews.grid_crew)]
    first = np.concatenate([[0], np.cumsum([len(one) for one in rows])])
    return first.astype(np.int64), np.concatenate(rows).astype(np.int64)


def _case_rows(cases: Cases, target: NDArray[np.int32]) -> NDArray[np.int32]:
    """Columns of cases as rows of one array; where nobody may act, grid crews take a look."""
    rows = np.empty((layout.DOMAIN + 1, len(cases.unit)), dtype=np.int32)
    rows[layout.UNIT] = np.where(cases.acts, cases.unit, NOBODY)
    rows[layout.POOL] = cases.pool
    rows[layout.NEED] = np.where(cases.acts, cases.need, cases.secure_need)
    rows[layout.TARGET] = target
    rows[layout.SECURES] = cases.secures & cases.acts
    rows[layout.CARD] = np.where(cases.acts, cases.card, NOBODY)
    rows[layout.BY_WAY] = ~cases.acts
    rows[layout.DOMAIN] = cases.domain
    return rows


def _may(cases: Cases, crews: Crews) -> NDArray[np.bool_]:
    """Who may ever take each case: of its pool, unit or run card, with its need at some hour."""
    own = (crews.unit_of == cases.unit[:, None]) & (cases.unit != NOBODY)[:, None]
    may: NDArray[np.bool_] = cases.pools[cases.pool] | own
    carded = np.flatnonzero((cases.card != NOBODY) & cases.acts)
    may[carded] |= (cases.card_step[cases.card[carded]] >= 0).any(axis=1)
    may[~cases.acts] = crews.grid_crew
    need = np.where(cases.acts, cases.need, cases.secure_need)
    ever: NDArray[np.bool_] = np.asarray(crews.ready.any(axis=1), dtype=np.bool_)
    may &= ever[need]
    return may


def _can_more(crews: Crews) -> NDArray[np.bool_]:
    """Half-hours in which a crew meets a need that it did not meet before, bool[n_slots, n]."""
    before = np.roll(crews.ready, 1, axis=1)
    return np.asarray((crews.ready & ~before).any(axis=0), dtype=np.bool_)


def _hours(world: World, targets: NDArray[np.int32]) -> NDArray[np.float64]:
    """What holds in each hour for each mode; limits as `dispatch.crew_eta.travel_limits_ms`."""
    model, n_modes = world.roads.arrival, len(MODES)
    hours = np.zeros((n_modes, HOURS_OF_WEEK, layout.FIRST_LIMIT + len(targets)))
    hours[:, :, layout.TABLE] = world.roads.table_of
    hours[:, :, layout.PACE] = 1.0 if model is None else model.pace
    hours[:, :, layout.TURN_OUT] = 0.0 if model is None else model.turn_out_s[:, None]
    for row, target_s in enumerate(targets.tolist()):
        for hour in range(HOURS_OF_WEEK):
            reach_s = target_s if model is None else model.reach_s(float(target_s), hour=hour)
            hours[:, hour, layout.FIRST_LIMIT + row] = 1000.0 * reach_s
    return hours


def _medians_ms(model: ArrivalModel) -> NDArray[np.int32]:
    """Median arrival by mode, hour and whole seconds on the road, rounded as live."""
    seconds = np.arange(LONGEST_S + 1, dtype=np.float64)
    table = np.empty((len(MODES), HOURS_OF_WEEK, LONGEST_S + 1), dtype=np.int32)
    for mode in range(len(MODES)):
        for hour in range(HOURS_OF_WEEK):
            table[mode, hour] = np.rint(1000 * model.median_s(seconds, mode=mode, hour=hour))
    return table


def _chances(model: ArrivalModel, targets: NDArray[np.int32]) -> NDArray[np.uint16]:
    """Chance to meet targets, in ten-thousandths, rounded as live."""
    seconds = np.arange(LONGEST_S + 1, dtype=np.float64)
    shape = (len(targets), len(MODES), HOURS_OF_WEEK, LONGEST_S + 1)
    table = np.empty(shape, dtype=np.uint16)
    for mode in range(len(MODES)):
        for hour in range(HOURS_OF_WEEK):
            eta = model.eta(seconds, mode=mode, hour=hour)
            for row, target_s in enumerate(targets.tolist()):
                table[row, mode, hour] = np.rint(1e4 * eta.chance(float(target_s)).round(4))
    return table
