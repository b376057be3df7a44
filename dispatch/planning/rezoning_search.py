"""
Search for a plan: blocks of annealing, each a function of its seed, merged in a fixed order.

Blocks come in rounds of `BLOCKS_A_ROUND`.  Half of a round begins anew, half goes on from the best
plan of the rounds before.  A block knows nothing of the others of its round, so that one worker or
many give the same plan; effort is counted in blocks, so that a slow machine gives the same as a
fast one unless it is stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.rezoning_kernel import anneal
from dispatch.planning.rezoning_problem import RezoningProblem, served_from, stock_of
from dispatch.planning.rezoning_start import begin, begin_today
from geo.road.frozen import freeze

Piece = TypeVar("Piece")
Answer = TypeVar("Answer")

BLOCKS_A_ROUND = 4
STEPS = 2_000_000
"""Attempts of a block to give a node away, which take 0.15 to 0.3 s."""

HOT, COLD = 3.0, 0.2
"""Temperatures of a new beginning, in what it typically costs to move a node."""

WARM = 0.8
"""Temperature at which the best plan is taken up again."""

LENIENT, STRICT = 1.2, 25.0
"""What a zone pays for a node's load outside of the bounds at first and at last, in the same."""

SQUEEZE, SQUEEZES = 100.0, 4
"""How much dearer load outside of the bounds becomes in a plan without balance; share of steps."""

STAGES = 8
"""Times that a zone's best node is looked for anew while a block cools down."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """
    A task of the search; everything it depends on.

    Attributes
    ----------
    problem
        What is to be divided.
    seed
        Of its random numbers.
    start
        The plan that it goes on from, int32[n]; None for a new beginning.
    from_today
        Whether a new beginning is today's plan.
    steps
        Attempts to give a node away.
    recombine
        Whether two zones are drawn anew now and then; without it only single nodes move.
    warm
        Temperature at which a start or today's plan is taken up, as `WARM`.
    """

    problem: RezoningProblem
    seed: int
    start: NDArray[np.int32] | None = None
    from_today: bool = False
    steps: int = STEPS
    recombine: bool = True
    warm: float = WARM


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """
    A plan that was found.

    Attributes
    ----------
    zone_of
        A zone for each node, int32[n]; every zone hangs together.
    outside
        Load outside of the bounds, summed over zones, in mean loads; 0 for a plan that keeps
        the balance.
    cost
        As the problem counts it.
    """

    zone_of: NDArray[np.int32]
    outside: float
    cost: float

    def __post_init__(self) -> None:
        """Make the array read-only."""
        freeze(self)

    @property
    def feasible(self) -> bool:
        """Whether it keeps the balance."""
        return self.outside == 0.0

    def key(self) -> tuple[float, float]:
        """
        Order of plans: the least outside of the bounds, then the cheapest.

        Returns
        -------
        key
            Rounded, so that sums added up in another order are equal.
        """
        return round(self.outside, 9), round(self.cost, 9)


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """
    How a search ended.

    Attributes
    ----------
    best
        The best plan, or None if no plan was found at all.
    blocks
        Blocks that were done.
    stopped
        Whether it ended before its effort was used up or the bound was met.
    """

    best: Found | None
    blocks: int
    stopped: bool


class Workers(Protocol):
    """Whoever runs the blocks of a round, or aims: this process, several, or a cluster."""

    def __call__(
        self, task: Callable[[Piece], Answer], pieces: Iterable[Piece], /
    ) -> Iterable[Answer]:
        """Run a task on each piece, and give the answers in the order of the pieces."""


def never() -> bool:
    """
    Let a search use up its effort.

    Returns
    -------
    stop
        False.
    """
    return False


@dataclass(frozen=True, slots=True)
class Watch:
    """
    Who looks after a search.

    Attributes
    ----------
    stop
        Asked between blocks; True ends the search with the best so far.
    told
        Told the share that is done.
    workers
        Who runs the blocks.
    """

    stop: Callable[[], bool] = never
    told: Callable[[float], None] | None = None
    workers: Workers = map


@dataclass(frozen=True, slots=True)
class Effort:
    """
    How long to search, counted in work.

    Attributes
    ----------
    blocks
        Blocks at most.
    steps
        Attempts of each.
    recombine
        Whether zones are drawn anew in pairs.
    from_today
        Whether blocks begin with today's plan.
    good_enough
        A plan that keeps the balance and costs no more ends the search: the bound.
    """

    blocks: int
    steps: int = STEPS
    recombine: bool = True
    from_today: bool = False
    good_enough: float = -np.inf


def search(
    problem: RezoningProblem,
    effort: Effort,
    *,
    seed: int,
    watch: Watch | None = None,
    begin_with: Found | None = None,
) -> Searched:
    """
    Look for the best plan.

    Parameters
    ----------
    problem
        What is to be divided.
    effort
        How long.
    seed
        Equal seeds give equal plans, unless the search is stopped.
    watch
        Who looks after it.
    begin_with
        A plan known beforehand.

    Returns
    -------
    searched
        With the best plan; of equals that of the first block.
    """
    watch = watch or Watch()
    best, done = begin_with, 0
    while done < effort.blocks:
        size = min(BLOCKS_A_ROUND, effort.blocks - done)
        blocks = [
            Block(
                problem,
                seed * 1_000_003 + done + at,
                best.zone_of if best is not None and at % 2 else None,
                effort.from_today,
                effort.steps,
                effort.recombine,
            )
            for at in range(size)
        ]
        for found in watch.workers(run_block, blocks):
            done += 1
            if found is not None and (best is None or found.key() < best.key()):
                best = found
            if watch.told is not None:
                watch.told(done / effort.blocks)
            if best is not None and best.feasible and best.cost <= effort.good_enough + 1e-9:
                return Searched(best, done, stopped=False)
            if watch.stop():
                return Searched(best, done, stopped=done < effort.blocks)
    return Searched(best, done, stopped=False)


def run_block(block: Block) -> Found | None:
    """
    Do one block.

    Parameters
    ----------
    block
        The task.

    Returns
    -------
    found
        Its best plan, the same for the same block; None where it found no beginning.
    """
    # A problem that came from another process has lost that its arrays are read-only, and a
    # kernel would be compiled anew for it.
    block = replace(block, problem=replace(block.problem))
    problem = block.problem
    random = np.array([block.seed % 2**63], dtype=np.uint64)
    zone_of = None if block.start is None else block.start.copy()
    hot = block.warm
    if zone_of is None:
        zone_of = (begin_today if block.from_today else begin)(problem, random)
        hot = block.warm if block.from_today else HOT
    if zone_of is None:
        return None
    if problem.travel_s.size:
        return _cool_in_stages(block, zone_of, random, hot)
    found = _cool(block, zone_of, random, (hot, COLD, LENIENT, STRICT))
    return found if found.feasible else _squeeze(block, found, random)


def _squeeze(block: Block, found: Found, random: NDArray[np.uint64]) -> Found:
    """
    Go on, cold, from a plan that is out of balance, the load outside dearer and dearer.

    Where borders have no price, zones press against their bounds, and a node may save more than
    what its load costs outside.
    """
    shorter = replace(block, steps=block.steps // SQUEEZES)
    heat = (COLD, COLD, STRICT, SQUEEZE * STRICT)
    tighter = _cool(shorter, found.zone_of.copy(), random, heat)
    return min(found, tighter, key=Found.key)


def _cool_in_stages(
    block: Block, zone_of: NDArray[np.int32], random: NDArray[np.uint64], hot: float
) -> Found:
    """Cool down in stages, each with the travel from the nodes that were best before it."""
    problem, best = block.problem, None
    temperatures = np.geomspace(hot, COLD / 4, STAGES + 1)
    prices = np.geomspace(LENIENT, STRICT, STAGES + 1)
    for stage in range(STAGES):
        centre, _ = served_from(problem, zone_of)
        fixed = _from_centres(block, centre)
        heat = (temperatures[stage], temperatures[stage + 1], prices[stage], prices[stage + 1])
        found = _cool(fixed, zone_of.copy(), random, heat)
        zone_of = found.zone_of.copy()
        own = Found(zone_of, found.outside, stock_of(problem, zone_of).cost)
        if best is None or own.key() < best.key():
            best = own
    assert best is not None
    return best


def _from_centres(block: Block, centre: NDArray[np.int64]) -> Block:
    """The same block, with the travel from fixed nodes in the place of travel from the best."""
    problem = block.problem
    node_cost = problem.node_cost + problem.load * problem.travel_s[centre]
    fixed = replace(problem, node_cost=node_cost, travel_s=np.zeros((0, 0)))
    return Block(fixed, 0, steps=block.steps // STAGES, recombine=block.recombine)


def _cool(
    block: Block,
    zone_of: NDArray[np.int32],
    random: NDArray[np.uint64],
    heat: tuple[float, float, float, float],
) -> Found:
    """Anneal once; the cost is added up anew at the end."""
    problem = block.problem
    n, k = len(problem.names), problem.zones
    scale = scale_of(problem)
    hot, cold, lenient, strict = heat
    best = zone_of.copy()
    # Drawing a pair anew costs as much as giving away ten nodes for each node of the pair.
    rarely = max(400, 20 * n // k) if block.recombine and k > 1 else 0
    # Where loads depend on the zone the mean moves while nodes do; the search keeps a little off.
    varies = bool((problem.load != problem.load[0]).any())
    anneal(
        problem.first,
        problem.tail,
        problem.neighbour,
        problem.cut_cost,
        problem.load,
        problem.node_cost,
        problem.allowed,
        problem.apart_first,
        problem.apart,
        problem.moved_in,
        problem.most_moved,
        problem.balance * (1 - 1e-3 * varies),
        hot * scale,
        cold * scale,
        lenient * scale * n / k,
        strict * scale * n / k,
        block.steps,
        rarely,
        1,
        zone_of,
        best,
        random,
    )
    stock = stock_of(problem, best)
    return Found(best, stock.outside(problem.balance), stock.cost)


def scale_of(problem: RezoningProblem) -> float:
    """
    Tell what it typically costs to move a node, the unit of temperatures.

    Parameters
    ----------
    problem
        What is to be divided.

    Returns
    -------
    scale
        More than 0.
    """
    edges = float(problem.cut_cost.mean()) if len(problem.cut_cost) else 0.0
    nodes = 0.0
    if problem.zones > 1:
        two = np.partition(problem.node_cost, 1, axis=0)[:2]
        nodes = float((two[1] - two[0]).mean())
    return edges + 0.3 * nodes or 1.0
