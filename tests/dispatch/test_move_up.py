"""Move-up: the proposal against trying all, and what is left out of the model on purpose."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import move_up_model
from dispatch.coverage import Coverage, Demand, survey
from dispatch.move_up import MoveUpRule, Posts, moved, propose_moves
from dispatch.whereabouts import NEVER_MS
from geo.errors import BadValue

MINUTE_MS = 60_000
NEAR = 1


def street(
    rates: str, crews: str, posts: str, *, minutes_a_place: int = 1
) -> tuple[Coverage, Posts, np.ndarray]:
    """
    Draw demand, crews and posts along a street; a crew covers one place to either side.

    Crews are capital letters where they stand, small ones if they are busy; posts are any
    mark but a dot.
    """
    places = np.arange(len(rates))
    standing = {mark: at for at, mark in enumerate(crews) if mark != "."}
    ranked = sorted(standing, key=str.upper)
    at = np.array([standing[mark] for mark in ranked])
    post_at = np.flatnonzero([mark != "." for mark in posts])
    demand = Demand(
        points=tuple(f"p{place:02}" for place in places),
        zones=("n",),
        zone=np.zeros(len(places), dtype=np.int64),
        weight=np.array([float(rate) for rate in rates]),
        incidents_per_h=np.array([float(rate) for rate in rates]),
    )
    coverage = survey(
        demand,
        [mark.upper() for mark in ranked],
        np.abs(at[:, None] - places) <= NEAR,
        np.array([mark.isupper() for mark in ranked], dtype=np.bool_),
    )
    travel_ms = np.abs(at[:, None] - post_at) * minutes_a_place * MINUTE_MS
    reaches = np.abs(post_at[:, None] - places) <= NEAR
    codes = tuple(posts[place] for place in post_at)
    return coverage, Posts(codes, reaches, travel_ms), np.ones(len(ranked), dtype=np.bool_)


def drawn(proposal) -> str:
    return " ".join(f"{move.crew}>{move.post}" for move in proposal.moves)


def test_a_crew_that_stands_beside_another_moves_to_where_nobody_is():
    town = street(
        "1111111229",
        "..AB......",
        "0......7.9",
    )
    proposal = propose_moves(*town, MoveUpRule(most_moves=1))
    assert drawn(proposal) == "B>9"
    assert proposal.moves[0].travel_ms == 6 * MINUTE_MS
    assert proposal.gain_per_h == 11 - 1, "p8 and p9 are won, p4 is lost"
    assert (proposal.share_before, proposal.share_after) == (pytest.approx(4 / 20), 14 / 20)
    assert proposal.proven


def test_a_move_that_leaves_as_much_as_it_wins_is_not_proposed():
    town = street("111000111", ".A.......", ".......7.")
    proposal = propose_moves(*town, MoveUpRule())
    assert proposal.moves == ()
    assert proposal.proven


def test_a_crew_that_leaves_a_gap_is_relieved_by_one_that_can_be_spared():
    """Only B is near enough to 9; C takes its place, for A covers what C leaves."""
    town = street(
        "1100030009",
        "AC...B....",
        ".....5...9",
        minutes_a_place=5,
    )
    proposal = propose_moves(*town, MoveUpRule(most_moves=2))
    assert drawn(proposal) == "B>9 C>5"
    assert [move.gain_per_h for move in proposal.moves] == [9.0, 3.0]
    assert drawn(propose_moves(*town, MoveUpRule(most_moves=1))) == "B>9"


def test_nobody_is_moved_further_than_the_rule_allows():
    town = street("1000000009", "AB........", ".........9", minutes_a_place=5)
    assert drawn(propose_moves(*town, MoveUpRule(within_s=40 * 60))) == "B>9"
    assert drawn(propose_moves(*town, MoveUpRule(within_s=40 * 60 - 1))) == ""


def test_driving_must_be_worth_it():
    town = street("1000000009", "AB........", ".........9", minutes_a_place=15)
    far = MoveUpRule(within_s=9_999, gain_per_hour=4.4)
    assert drawn(propose_moves(*town, far)) == "B>9", "two hours cost 8.8 of 9"
    assert drawn(propose_moves(*town, replace(far, gain_per_hour=4.6))) == ""
    assert drawn(propose_moves(*town, replace(far, gain_per_move=0.3))) == ""


def test_busy_crews_and_those_who_must_stay_are_not_moved():
    rates, posts = "1000000009", ".........9"
    town = street(rates, "Ab........", posts)
    assert drawn(propose_moves(*town, MoveUpRule())) == "A>9"
    coverage, where, _ = street(rates, "AB........", posts)
    assert drawn(propose_moves(coverage, where, np.array([True, False]), MoveUpRule())) == "A>9"
    assert drawn(propose_moves(coverage, where, np.array([False, False]), MoveUpRule())) == ""


def test_no_moves_allowed_and_no_road():
    coverage, posts, movable = street("1000000009", "AB........", ".........9")
    assert propose_moves(coverage, posts, movable, MoveUpRule(most_moves=0)).moves == ()
    cut_off = replace(posts, travel_ms=np.full_like(posts.travel_ms, NEVER_MS))
    assert propose_moves(coverage, cut_off, movable, MoveUpRule()).moves == ()


@st.composite
def towns(draw, *, crews=4, posts=3, points=6):
    n, m, k = draw(st.integers(1, crews)), draw(st.integers(1, posts)), draw(st.integers(1, points))
    marks = st.lists(st.booleans(), min_size=k, max_size=k)
    rates = np.array([draw(st.integers(0, 5)) for _ in range(k)], dtype=np.float64)
    demand = Demand(
        points=tuple(f"p{at}" for at in range(k)),
        zones=(),
        zone=np.full(k, -1),
        weight=rates,
        incidents_per_h=rates,
    )
    coverage = survey(
        demand,
        [f"C{row}" for row in range(n)],
        np.array([draw(marks) for _ in range(n)], dtype=np.bool_),
        np.array([draw(st.sampled_from([True, True, True, False])) for _ in range(n)]),
    )
    minutes = st.sampled_from([6, 12, 18, 24, 40])
    travel = [[draw(minutes) * MINUTE_MS for _ in range(m)] for _ in range(n)]
    where = Posts(
        tuple(f"P{row}" for row in range(m)),
        np.array([draw(marks) for _ in range(m)], dtype=np.bool_),
        np.array(travel, dtype=np.int64),
    )
    rule = MoveUpRule(
        most_moves=draw(st.integers(0, 3)),
        gain_per_move=draw(st.sampled_from([0.0, 0.7])),
        gain_per_hour=draw(st.sampled_from([0.0, 0.5, 2.0])),
    )
    movable = np.array([draw(st.sampled_from([True, True, False])) for _ in range(n)])
    return coverage, where, movable, rule


def net(coverage: Coverage, posts: Posts, pairs, rule: MoveUpRule) -> float:
    after = moved(coverage, posts, list(pairs))
    hours = sum(posts.travel_ms[pair] for pair in pairs) / 3_600_000
    covered = float(coverage.demand.incidents_per_h[after.count > 0].sum())
    return covered - rule.gain_per_move * len(pairs) - rule.gain_per_hour * hours


def every_plan(coverage: Coverage, posts: Posts, movable: np.ndarray, rule: MoveUpRule):
    crews = np.flatnonzero(coverage.free & movable).tolist()
    for size in range(min(rule.most_moves, len(crews), len(posts.codes)) + 1):
        for chosen in itertools.combinations(crews, size):
            for where in itertools.permutations(range(len(posts.codes)), size):
                pairs = list(zip(chosen, where, strict=True))
                if all(posts.travel_ms[pair] <= rule.within_s * 1000 for pair in pairs):
                    yield pairs


def rows(coverage: Coverage, posts: Posts, proposal) -> list[tuple[int, int]]:
    return [
        (coverage.crews.index(move.crew), posts.codes.index(move.post)) for move in proposal.moves
    ]


@given(towns())
def test_the_proposal_is_the_best_of_all(town):
    coverage, posts, movable, rule = town
    best = max(
        net(coverage, posts, pairs, rule) for pairs in every_plan(coverage, posts, movable, rule)
    )
    proposal = propose_moves(coverage, posts, movable, rule)
    pairs = rows(coverage, posts, proposal)
    assert net(coverage, posts, pairs, rule) == pytest.approx(best, abs=1e-6)
    assert proposal.proven
    assert pairs in list(every_plan(coverage, posts, movable, rule))


@given(towns(crews=6, posts=5))
def test_the_figures_are_those_of_counting_anew(town):
    coverage, posts, movable, rule = town
    proposal = propose_moves(coverage, posts, movable, rule)
    pairs = rows(coverage, posts, proposal)
    after = moved(coverage, posts, pairs)
    anew = survey(coverage.demand, coverage.crews, np.array(after.reaches), after.free)
    assert proposal.share_after == anew.share
    assert proposal.travel_ms == sum(posts.travel_ms[pair] for pair in pairs)
    for pair, move in zip(pairs, proposal.moves, strict=True):
        others = moved(coverage, posts, [other for other in pairs if other != pair])
        here, there = (float(c.demand.incidents_per_h[c.count > 0].sum()) for c in (after, others))
        assert move.gain_per_h == pytest.approx(here - there)


@given(towns(crews=6, posts=4))
def test_a_plan_from_fewer_pairs_says_how_much_better_another_could_be(town):
    """With hardly any pairs looked at, the gap still holds the best plan of all."""
    coverage, posts, movable, rule = town
    best = max(
        net(coverage, posts, pairs, rule) for pairs in every_plan(coverage, posts, movable, rule)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(move_up_model, "MOST_PAIRS", 1)
        proposal = propose_moves(coverage, posts, movable, rule)
    found = net(coverage, posts, rows(coverage, posts, proposal), rule)
    assert found - 1e-6 <= best <= found + proposal.gap + 1e-6


def test_a_rule_and_posts_out_of_shape_are_refused():
    with pytest.raises(BadValue, match="never negative"):
        MoveUpRule(most_moves=-1)
    coverage, posts, movable = street("111", "A..", "..2")
    with pytest.raises(BadValue, match="as many rows"):
        replace(posts, codes=("x", "y"))
    shorter = replace(posts, reaches=posts.reaches[:, :2])
    with pytest.raises(BadValue, match="from each crew"):
        propose_moves(coverage, shorter, movable, MoveUpRule())
