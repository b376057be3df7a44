"""
The event loop gives what queueing theory says, where theory has an answer.

Intervals are at 95 %, so a few of many may miss; each is held to three times its half-width.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dispatch.planning.simulation import layout
from dispatch.planning.simulation.bare_queue import BareQueue, simulate_queue
from dispatch.planning.simulation.incidents import draw_incidents
from dispatch.planning.simulation.loop import simulate
from dispatch.planning.simulation.ratio import Ratio
from dispatch.planning.simulation.world import Rules
from geo.errors import BadValue
from tests.dispatch.planning.simulation.small_world import small_world
from tests.oracle.queueing import erlang_b, erlang_c, hypercube_loss, mean_wait_s

QUEUES = [BareQueue(1, 3.0, 10.0), BareQueue(3, 4.0, 30.0), BareQueue(12, 20.0, 30.0)]
SEEDS = (1, 2, 3)


def holds(ratio: Ratio, exact: float) -> bool:
    """Whether a figure lies within three times the half-width of its interval."""
    return abs(ratio.value - exact) <= 1.5 * (ratio.high - ratio.low)


@pytest.mark.parametrize("queue", QUEUES)
@pytest.mark.parametrize("seed", SEEDS)
def test_waits_are_those_of_erlang_c(queue: BareQueue, seed: int):
    answer = simulate_queue(queue, weeks=150, seed=seed)
    load = queue.arrival_per_h * queue.service_min / 60
    assert holds(answer.p_wait, erlang_c(queue.servers, load))
    exact_s = mean_wait_s(queue.servers, queue.arrival_per_h, queue.service_min)
    assert holds(answer.mean_wait_s, exact_s)
    assert holds(answer.mean_service_s, 60 * queue.service_min)
    assert answer.p_wait.high - answer.p_wait.low < 0.05
    assert answer.utilisation == pytest.approx(load / queue.servers, rel=0.03)


@pytest.mark.parametrize("queue", QUEUES)
@pytest.mark.parametrize("seed", SEEDS)
def test_losses_are_those_of_erlang_b(queue: BareQueue, seed: int):
    answer = simulate_queue(queue, weeks=150, seed=seed, waits=False)
    load = queue.arrival_per_h * queue.service_min / 60
    assert holds(answer.p_lost, erlang_b(queue.servers, load))
    assert answer.mean_wait_s.value == 0


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    queue = BareQueue(3, 4.0, 30.0)
    exact = erlang_c(3, 2.0)
    answers = [simulate_queue(queue, weeks=52, seed=seed).p_wait for seed in range(40)]
    held = sum(one.low <= exact <= one.high for one in answers)
    assert held >= 33  # of 40 at 95 %: fewer than 33 come once in ten thousand


@pytest.mark.parametrize("queue", [BareQueue(1, 1.94, 30.0), BareQueue(8, 15.2, 30.0)])
def test_a_line_that_forgets_slowly_is_watched_for_long(queue: BareQueue):
    """At a load of 95 to 97 %: weeks on end are alike, and a year of them knows next to nothing."""
    answer = simulate_queue(queue, weeks=52, seed=2, fewest_arrivals=300_000)
    assert answer.weeks > 100
    assert answer.warm_up_weeks >= answer.block_weeks > 1
    load = queue.arrival_per_h * queue.service_min / 60
    assert holds(answer.p_wait, erlang_c(queue.servers, load))
    exact_s = mean_wait_s(queue.servers, queue.arrival_per_h, queue.service_min)
    assert holds(answer.mean_wait_s, exact_s)


def test_what_was_never_seen_may_still_happen():
    answer = simulate_queue(BareQueue(12, 2.4, 30.0), weeks=52, seed=1)
    assert answer.p_wait.value == 0
    assert 0 < answer.p_wait.high < 1e-3
    assert erlang_c(12, 1.2) < answer.p_wait.high


def test_a_line_that_grows_for_ever_is_refused():
    with pytest.raises(BadValue, match="grow for ever"):
        simulate_queue(BareQueue(2, 4.0, 30.0), weeks=4, seed=1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hypercube_system_is_what_its_markov_chain_says(seed: int):
    # Four atoms on a line, two units at each end: by way, then by row.
    service_min, rate = 60.0, 3.0
    way_s = np.abs(np.arange(4)[:, None] - np.arange(4)[None, :])
    rules = Rules(returns=False, waits=False, preempts=False, break_ms=0)
    world = small_world(
        rate_per_h=rate,
        on_scene_s=60 * service_min,
        exponential=True,
        days=7 * 60,
        travel_s=way_s,
        rules=rules,
        policy="borderless",
    )
    # Crews of a hypercube answer from home: wherever they were, their way is that from the base.
    bases = np.repeat([0, 3], 2)
    order = np.array(
        [sorted(range(4), key=lambda u, a=a: (way_s[a, bases[u]], u)) for a in range(4)]
    )
    at_home = replace(world, rules=replace(rules, returns=True))
    outcome = simulate(at_home, draw_incidents(world.reports, seed=seed))
    busy, lost, to = hypercube_loss(np.full(4, rate / 4), order, service_min)
    n = len(outcome)
    assert np.mean(~outcome.sent) == pytest.approx(lost, abs=4 * np.sqrt(lost / n) + 0.003)
    worked = outcome.crews[layout.DRIVING] + outcome.crews[layout.AT_SCENE]
    assert worked / world.reports.end_ms == pytest.approx(busy, abs=0.025)
    shares = np.zeros((4, 4))
    np.add.at(
        shares,
        (outcome.incidents.grid[outcome.sent], outcome.facts[outcome.sent, layout.CREW]),
        1 / n,
    )
    assert shares == pytest.approx(to, abs=0.012)
