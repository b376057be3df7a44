"""Nobody and nothing is lost or doubled in a simulated time, whatever the world."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.planning.simulation import layout
from dispatch.planning.simulation.incidents import draw_incidents
from dispatch.planning.simulation.loop import simulate
from dispatch.planning.simulation.outcome import Outcome, State
from dispatch.planning.simulation.world import SLOT_MS, SLOTS_OF_WEEK, Rules, World
from tests.dispatch.planning.simulation.small_world import small_world

WORLDS = {
    "rate_per_h": st.sampled_from([0.5, 3.0, 9.0]),
    "on_scene_s": st.sampled_from([60.0, 1_500.0]),
    "exponential": st.booleans(),
    "crews_per_zone": st.integers(1, 3),
    "policy": st.sampled_from(["nearest", "own_first", "borderless", "fair_work"]),
}


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Worlds with shifts, rest, breaks, squads and pre-emption of many kinds."""
    rules = Rules(returns=draw(st.booleans()), preempts=draw(st.booleans()), waits=True)
    given_to = {name: draw(strategy) for name, strategy in WORLDS.items()}
    world = small_world(days=7, rules=rules, **given_to)
    crews, n = world.crews, len(world.crews.codes)
    on_duty = np.ones((SLOTS_OF_WEEK, n), dtype=np.bool_)
    for crew in range(n):
        start, length = draw(st.integers(0, 47)), draw(st.sampled_from([16, 24, 48]))
        on_duty[:, crew] = (np.arange(SLOTS_OF_WEEK) - start) % 48 < length
    turns = np.diff(on_duty.astype(np.int8), axis=0, prepend=0) == 1
    roster = replace(
        crews,
        officers=2 * on_duty.astype(np.uint8),
        ready=on_duty[None],
        shift_of=np.cumsum(turns, axis=0).astype(np.uint8),
        break_at=on_duty & np.roll(turns, 6, axis=0),
        between_shifts_ms=np.full(n, draw(st.sampled_from([0, 8 * 3_600_000]))),
        most_work_ms=np.full(n, draw(st.sampled_from([2, 6, 24])) * 3_600_000),
        long_job_ms=np.full(n, 2 * 3_600_000),
        rest_ms=np.full(n, SLOT_MS),
        away_from_ms=np.where(np.arange(n) == 0, 30 * SLOT_MS, 0),
        away_to_ms=np.where(np.arange(n) == 0, 60 * SLOT_MS, 0),
    )
    squad = np.array([draw(st.booleans())])
    unit = np.where(squad, 1, -1).astype(np.int32)
    cases = replace(world.cases, by_squad=squad, secures=squad, unit=unit)
    return replace(world, crews=roster, cases=cases)


def run(world: World, seed: int) -> Outcome:
    return simulate(world, draw_incidents(world.reports, seed=seed))


@given(world=worlds(), seed=st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_every_incident_is_served_under_way_waiting_or_nobodys(world: World, seed: int):
    outcome = run(world, seed)
    counts = np.bincount(outcome.state, minlength=5)
    assert counts.sum() == len(outcome)
    assert counts[State.LOST] == 0
    served = outcome.state == State.SERVED
    assert (outcome.sent == np.isin(outcome.state, [State.SERVED, State.UNDER_WAY])).all()
    end_ms = world.reports.end_ms
    done_ms = outcome.times_ms[:, layout.DONE]
    assert (done_ms[served] < end_ms).all()
    assert (done_ms[outcome.state == State.UNDER_WAY] >= end_ms).all()
    waits = outcome.state == State.WAITING
    assert outcome.times_ms[waits, layout.DONE].max(initial=-1) == -1
    steps = outcome.times_ms[outcome.sent][:, [layout.REPORTED, layout.SENT, layout.ARRIVES]]
    assert (np.diff(steps, axis=1) >= 0).all()
    assert (
        done_ms[outcome.sent]
        == outcome.times_ms[outcome.sent, layout.ARRIVES]
        + outcome.incidents.on_scene_ms[outcome.sent]
    ).all()


@given(world=worlds(), seed=st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_no_crew_is_in_two_places_nor_sent_off_duty_or_away(world: World, seed: int):
    outcome = run(world, seed)
    secured = outcome.facts[:, layout.GUARD] >= 0
    crews, sent = world.crews, outcome.sent
    for crew in range(len(crews.codes)):
        own = sent & (outcome.facts[:, layout.CREW] == crew)
        spans = outcome.times_ms[own][:, [layout.SENT, layout.DONE]].tolist()
        for before, after in pairwise(sorted(spans)):
            assert before[1] <= after[0]
        for start, _ in spans:
            assert crews.officers[start // SLOT_MS % SLOTS_OF_WEEK, crew] > 0
            assert not crews.away_from_ms[crew] <= start < crews.away_to_ms[crew]
        guards = secured & (outcome.facts[:, layout.GUARD] == crew)
        busy = sorted(spans)
        for moment in outcome.times_ms[guards, layout.REPORTED].tolist():
            assert not any(start < moment < end for start, end in busy)


@given(world=worlds(), seed=st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_work_is_time_on_the_road_and_at_scenes_and_rest_is_kept(world: World, seed: int):
    outcome = run(world, seed)
    crews = outcome.crews
    end_ms = world.reports.end_ms
    assert (crews[layout.DRIVING] >= 0).all()
    assert (crews[layout.AT_SCENE] >= 0).all()
    worked = crews[layout.DRIVING] + crews[layout.AT_SCENE]
    assert (worked <= end_ms).all()
    assert (crews[layout.OVERTIME] <= worked).all()
    jobs = np.bincount(outcome.facts[outcome.sent, layout.CREW], minlength=crews.shape[1])
    assert (jobs + crews[layout.SECURED_JOBS] == crews[layout.JOBS]).all()
    for crew in range(crews.shape[1]):
        own = outcome.sent & (outcome.facts[:, layout.CREW] == crew)
        spans = sorted(outcome.times_ms[own][:, [layout.SENT, layout.DONE]].tolist())
        for (start, end), (then, _) in pairwise(spans):
            if end - start >= world.crews.long_job_ms[crew]:
                assert then >= end + world.crews.rest_ms[crew]


@given(world=worlds(), seed=st.integers(0, 2**32))
@settings(max_examples=10, deadline=None)
def test_the_same_seed_gives_the_same_bytes_and_another_other_incidents(world: World, seed: int):
    once, again = run(world, seed), run(world, seed)
    assert once.times_ms.tobytes() == again.times_ms.tobytes()
    assert once.facts.tobytes() == again.facts.tobytes()
    assert once.crews.tobytes() == again.crews.tobytes()
    other = draw_incidents(world.reports, seed=seed + 1)
    assert other.reported_ms.tobytes() != once.incidents.reported_ms.tobytes()
