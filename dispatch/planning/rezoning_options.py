"""
Five to eight proposals for a city, none of which is better than another in everything.

Each has an aim of its own: how much may move, how tight the balance, what borders and changes are
worth.  An aim is a task that knows nothing of the others, so that they can be worked on anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.rezoning_city import (
    CityLoads,
    CityProblem,
    CityRules,
    Prices,
    city_problem,
    usual_prices,
)
from dispatch.planning.rezoning_dual import bases_bound
from dispatch.planning.rezoning_figures import OptionFigures, figures_of
from dispatch.planning.rezoning_labels import match_labels
from dispatch.planning.rezoning_polish import polish
from dispatch.planning.rezoning_problem import RezoningProblem, stock_of
from dispatch.planning.rezoning_search import (
    Block,
    Effort,
    Found,
    Watch,
    never,
    run_block,
    search,
)
from dispatch.planning.rezoning_start import begin_today
from dispatch.planning.rezoning_why_not import not_found, why_impossible
from dispatch.planning.zone_plan import ZonePlan
from geo.remark import Remark

STEPS_A_GRID = 4_000
"""Attempts of a block for each unit grid of a small city."""

COOL = 0.25
"""Temperature at which the plan of the bound's prices is taken up."""

STEPS = 3_000_000
"""Attempts of a block to give a grid away, which take about half a second."""


@dataclass(frozen=True, slots=True, eq=False)
class Aim:
    """
    What one proposal is after.

    Attributes
    ----------
    name
        In both languages; its code is that of the proposal.
    rules
        What must hold.
    prices
        What is weighed against travel.
    """

    name: Remark
    rules: CityRules
    prices: Prices


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """
    A proposal.

    Attributes
    ----------
    aim
        What it is after.
    plan
        The zones, or None if there is no plan at all.
    figures
        Of the plan; None without one.
    feasible
        Whether it keeps the balance asked for, and the share that may move.
    bound
        No plan of this aim costs less, in minutes a year; None where it is not feasible.
    why_not
        Why it is not feasible.
    ferries
        Pairs of grids that count as neighbours because nothing else joins their parts.
    stopped
        Whether its search was stopped.
    """

    aim: Aim
    plan: ZonePlan | None
    figures: OptionFigures | None
    feasible: bool
    bound: float | None
    why_not: tuple[Remark, ...]
    ferries: tuple[tuple[str, str], ...]
    stopped: bool

    @property
    def gap(self) -> float | None:
        """By how much of its cost a better plan could be better at most."""
        if self.bound is None or self.figures is None or self.figures.cost_min <= 0:
            return None
        return (self.figures.cost_min - self.bound) / self.figures.cost_min


@dataclass(frozen=True, slots=True, eq=False)
class AimTask:
    """
    The search for one proposal; everything it depends on.

    Attributes
    ----------
    loads
        What grids cost and weigh.
    aim
        What it is after.
    seed
        Of its random numbers.
    blocks, steps
        Its effort.
    polish
        Whether a plan whose borders have no price is polished exactly, which takes some seconds.
    """

    loads: CityLoads
    aim: Aim
    seed: int
    blocks: int = 2
    steps: int = STEPS
    polish: bool = False


def aims_of(loads: CityLoads, rules: CityRules) -> tuple[Aim, ...]:
    """
    Choose what the proposals are after.

    Parameters
    ----------
    loads
        Of the city.
    rules
        What the planner asks; no aim moves more, or asks less of locks and towns.

    Returns
    -------
    aims
        Eight; fewer if nothing may move.
    """
    usual = usual_prices(loads)
    most = rules.most_moved
    free = replace(usual, change_min=0.0)
    dear = replace(usual, change_min=60 * usual.change_min)
    short = replace(
        usual,
        border_min_per_km=5 * usual.border_min_per_km,
        town_min_per_km=5 * usual.town_min_per_km,
    )
    shares = (0.05, 0.1, 0.2) if most is None else (most / 4, most / 2, most * 3 / 4)
    tight, loose = rules.balance / 2, min(2 * rules.balance, 0.99)
    aims = [
        Aim(_BALANCED, rules, usual),
        Aim(_TRAVEL, rules, Prices(0.0, 0.0, 0.0)),
        Aim(_SHORT, rules, short),
        Aim(_TIGHT, replace(rules, balance=tight), free),
        Aim(_LOOSE, replace(rules, balance=loose), dear),
        *(Aim(_few(share), replace(rules, most_moved=share), dear) for share in shares),
    ]
    return tuple(aims[:1] if most == 0 else aims)


def propose_option(task: AimTask, *, stop: Callable[[], bool] = never) -> Option:
    """
    Look for the proposal of one aim.

    Parameters
    ----------
    task
        What to do.
    stop
        Asked between blocks; True ends the search with the best so far.

    Returns
    -------
    option
        The same for the same task, unless it was stopped.
    """
    loads, aim = task.loads, task.aim
    made = city_problem(loads, aim.rules, aim.prices)
    problem = made.joined.problem
    impossible = why_impossible(problem)
    effort = Effort(1 if impossible else task.blocks, task.steps, from_today=True)
    searched = search(problem, effort, seed=task.seed, watch=Watch(stop=stop))
    best = searched.best
    if best is not None and not stop():
        best = _from_prices(task, problem, best)
        best = polish(problem, best, stop=stop) if task.polish else best
    if best is None:
        reasons = impossible or (not_found(problem, None),)
        return Option(
            aim,
            plan=None,
            figures=None,
            feasible=False,
            bound=None,
            why_not=reasons,
            ferries=made.ferries,
            stopped=searched.stopped,
        )
    return _option(task, made, best, impossible, stopped=searched.stopped)


def propose_options(
    loads: CityLoads,
    rules: CityRules,
    *,
    seed: int,
    watch: Watch | None = None,
    exact: bool = True,
) -> tuple[Option, ...]:
    """
    Make proposals that differ in what they give up for what.

    Parameters
    ----------
    loads
        Of the city.
    rules
        What the planner asks.
    seed
        Equal seeds give equal proposals, unless the search is stopped.
    watch
        Who looks after it, and who works: every aim is a task of its own.
    exact
        Whether the plan of least travel is polished exactly, which takes some seconds.

    Returns
    -------
    options
        Without those that another equals or betters in everything; if the search is stopped,
        those that were done.
    """
    watch = watch or Watch()
    aims = aims_of(loads, rules)
    steps = min(STEPS, STEPS_A_GRID * len(loads.graph))
    tasks = [
        AimTask(loads, aim, seed * 1_000 + at, steps=steps, polish=exact and aim.name is _TRAVEL)
        for at, aim in enumerate(aims)
    ]
    # Whoever works elsewhere can't be asked whether it is enough, and leaves out whole aims.
    one = partial(propose_option, stop=watch.stop) if watch.workers is map else propose_option
    made = []
    for option in watch.workers(one, tasks):
        made.append(option)
        if watch.told is not None:
            watch.told(len(made) / len(tasks))
        if watch.stop():
            break
    return worth_showing(made)


def worth_showing(options: Iterable[Option]) -> tuple[Option, ...]:
    """
    Leave out what another proposal equals or betters in everything.

    Parameters
    ----------
    options
        In the order in which they are shown.

    Returns
    -------
    options
        Those that are feasible first; of equals the first.
    """
    kept: list[Option] = []
    seen: set[str] = set()
    for option in options:
        if option.plan is None:
            kept.append(option)
            continue
        if option.plan.digest in seen:
            continue
        seen.add(option.plan.digest)
        kept.append(option)
    return tuple(
        option
        for option in sorted(kept, key=lambda one: not one.feasible)
        if not any(_betters(other, option) for other in kept if other is not option)
    )


def _betters(one: Option, other: Option) -> bool:
    """Whether one is at least as good in all figures that count, and better in some."""
    if one.figures is None or other.figures is None or one.feasible < other.feasible:
        return False
    mine, theirs = one.figures.merits(), other.figures.merits()
    at_least = all(a <= b + 1e-9 for a, b in zip(mine, theirs, strict=True))
    return at_least and any(a < b - 1e-9 for a, b in zip(mine, theirs, strict=True))


def _from_prices(task: AimTask, problem: RezoningProblem, best: Found) -> Found:
    """
    Search once more, from the plan that the prices of the bound make cheapest.

    That plan is nearly optimal but for contiguity, borders, and what is not quite balanced.
    """
    known = best.cost if best.feasible else 1.2 * best.cost
    cheapest = bases_bound(problem, known).reduced.argmin(axis=0).astype(np.int32)
    random = np.array([task.seed], dtype=np.uint64)
    start = begin_today(replace(problem, today=cheapest), random)
    if start is None or stock_of(problem, start).moved > problem.most_moved:
        return best
    found = run_block(Block(problem, task.seed, start, steps=task.steps, warm=COOL))
    return best if found is None or best.key() <= found.key() else found


def _option(
    task: AimTask,
    made: CityProblem,
    best: Found,
    impossible: Sequence[Remark],
    *,
    stopped: bool,
) -> Option:
    """Name the zones, add the figures up, and bound them."""
    loads, problem = task.loads, made.joined.problem
    zone_of: NDArray[np.int32] = made.joined.spread(match_labels(problem, best.zone_of))
    plan = ZonePlan(loads.today.grids, loads.today.zones, zone_of)
    figures = figures_of(loads, made.whole, zone_of)
    moved = figures.moved_incidents if task.aim.rules.of_incidents else figures.moved_grids
    most = task.aim.rules.most_moved
    feasible = best.feasible and (most is None or moved <= most + 1e-9)
    reasons = tuple(impossible) or (() if feasible else (not_found(problem, best.zone_of),))
    bound = bases_bound(problem, figures.cost_min).bound if feasible else None
    return Option(
        task.aim,
        plan,
        figures,
        feasible,
        bound,
        () if feasible else reasons,
        made.ferries,
        stopped,
    )


_BALANCED = Remark("balanced", "综合平衡", "All in proportion")
_TRAVEL = Remark("least_travel", "行程最短", "Least travel")
_SHORT = Remark("short_borders", "边界最短、少拆街镇", "Short borders, whole townships")
_TIGHT = Remark("tight_balance", "工作量最均衡", "Tightest balance")
_LOOSE = Remark("loose_balance", "放宽均衡、少调整", "Looser balance, few changes")


def _few(share: float) -> Remark:
    """Name of an aim that moves no more than a share."""
    return Remark(
        f"move_at_most_{1000 * share:.0f}_in_1000",
        f"最多调整 {share:.1%}",
        f"Move {share:.1%} at most",
    )
