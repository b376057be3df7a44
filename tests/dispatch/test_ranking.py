"""How policies rank the crews of a pool: against brute force, and never without its price."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.policy import Policy, RankBy, Reach
from dispatch.policy_file import standard_policies
from dispatch.pool import Pool
from dispatch.ranking import explain, rank

POLICIES = standard_policies()
NAN = float("nan")


def pool(*crews: dict[str, float]) -> Pool:
    """A pool of crews in the order of their rows; each is in time by 900 s unless said."""

    def column(name: str, default: float, kind: type = np.float64) -> np.ndarray:
        return np.array([crew.get(name, default) for crew in crews], dtype=kind)

    eta_s = column("eta", 0)
    return Pool(
        crews=np.arange(len(crews)),
        own=column("own", 1, np.bool_),
        step=column("step", 0, np.int64),
        travel_s=eta_s,
        eta_s=eta_s,
        p_in_target=column("p", NAN),
        price=column("price", NAN),
        work_s=column("work", 0),
        in_time=eta_s <= 900,
    )


def codes(crews: Pool, position: int, policy: str | Policy) -> list[str]:
    policy = POLICIES[policy] if isinstance(policy, str) else policy
    return [remark.code for remark in explain(crews, position, policy)]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("nearest", [1, 2, 0, 3, 4]),
        ("own_first", [1, 0, 3, 2, 4]),
        ("borderless", [1, 2, 0, 3, 4]),
        ("surest", [0, 2, 1, 3, 4]),
        ("sparing_cover", [2, 0, 1, 3, 4]),
        ("fair_work", [2, 1, 0, 3, 4]),
    ],
)
def test_each_policy_ranks_by_what_it_says(policy, expected):
    """Crew 3 is in time, but 580 s after the first; crew 4 is not in time."""
    crews = pool(
        {"eta": 300, "p": 0.99, "price": 0.01, "work": 3_000},
        {"eta": 200, "p": 0.80, "price": 0.05, "work": 2_000},
        {"eta": 250, "p": 0.90, "price": 0.00, "work": 1_000, "own": 0},
        {"eta": 780, "p": 0.70, "price": 0.00, "work": 0},
        {"eta": 950, "p": 0.40, "price": 0.00, "work": 0, "own": 0},
    )
    assert rank(crews, POLICIES[policy]).tolist() == expected


def test_only_so_many_of_the_soonest_are_compared():
    crews = pool({"eta": 1, "p": 0.1}, {"eta": 2, "p": 0.2}, {"eta": 3, "p": 0.3})
    assert rank(crews, replace(POLICIES["surest"], among=2)).tolist() == [1, 0, 2]


def test_steps_of_a_run_card_come_before_everything_else():
    crews = pool({"eta": 9, "step": 2, "p": 1}, {"eta": 8, "step": 1}, {"eta": 700, "own": 0})
    for policy in POLICIES.values():
        assert rank(crews, policy).tolist() == [2, 1, 0]


def test_equal_crews_stand_in_the_order_of_their_rows():
    crews = pool(*[{"eta": 60, "p": 0.5, "price": 0.1, "work": 5}] * 5)
    for policy in POLICIES.values():
        assert rank(crews, policy).tolist() == [0, 1, 2, 3, 4]


def test_an_empty_pool_is_ranked_too():
    for policy in POLICIES.values():
        assert rank(pool(), policy).tolist() == []


@pytest.mark.parametrize(
    ("policy", "code"),
    [("surest", "no_chance"), ("sparing_cover", "no_price"), ("fair_work", "no_work")],
)
def test_where_a_figure_is_missing_it_goes_by_time_and_the_first_crew_says_so(policy, code):
    crews = pool({"eta": 90, "work": NAN}, {"eta": 60, "work": NAN})
    assert rank(crews, POLICIES[policy]).tolist() == [1, 0]
    assert codes(crews, 1, policy) == [code]
    assert codes(crews, 0, policy) == []


def test_sparing_cover_says_the_seconds_the_prices_and_the_rate():
    crews = pool({"eta": 60, "price": 0.04}, {"eta": 180, "price": 0.005})
    later, prices = explain(crews, 1, POLICIES["sparing_cover"])
    assert (later.code, prices.code) == ("later_than_soonest", "coverage_price")
    assert "2.0 min later" in later.en
    assert "晚 2.0 分钟" in later.zh
    assert "0.50% of demand" in prices.en
    assert "the soonest 4.00%; one percent is worth 60 s" in prices.en
    assert "0.50%" in prices.zh
    assert codes(crews, 0, "sparing_cover") == ["coverage_price"], "the price is always said"


def test_two_percent_are_worth_two_minutes_and_not_a_second_more():
    policy = POLICIES["sparing_cover"]
    worth = pool({"eta": 60, "price": 0.02}, {"eta": 179, "price": 0.0})
    dear = pool({"eta": 60, "price": 0.02}, {"eta": 181, "price": 0.0})
    assert rank(worth, policy).tolist() == [1, 0]
    assert rank(dear, policy).tolist() == [0, 1]


def test_where_nobody_keeps_the_target_cover_and_work_do_not_count():
    crews = pool({"eta": 1_000, "price": 0.9, "work": 9}, {"eta": 1_001, "price": 0.0, "work": 0})
    for name in ("sparing_cover", "fair_work"):
        assert rank(crews, POLICIES[name]).tolist() == [0, 1]


def test_what_a_run_card_costs_is_laid_to_the_card():
    (later,) = explain(pool({"eta": 90}, {"eta": 30, "step": 1}), 0, POLICIES["nearest"])
    assert "by the run card: 1.0 min later" in later.en
    assert "出动预案" in later.zh


def test_what_was_gained_is_said_beside_what_it_costs():
    crews = pool({"eta": 60, "p": 0.8, "work": 7_200}, {"eta": 90, "p": 0.9, "work": 600})
    assert codes(crews, 1, "surest") == ["later_than_soonest", "chance_gained"]
    assert codes(crews, 1, "fair_work") == ["later_than_soonest", "work_spared"]
    assert codes(crews, 0, "surest") == codes(crews, 0, "fair_work") == []


FIGURE = st.floats(0, 1).map(lambda share: round(share, 2))
CREW = st.fixed_dictionaries(
    {
        "eta": st.integers(0, 1_200),
        "own": st.integers(0, 1),
        "step": st.integers(0, 2),
        "p": FIGURE,
        "price": FIGURE,
        "work": st.integers(0, 5),
    }
)
POLICY = st.builds(
    Policy,
    name=st.just("made"),
    title_zh=st.just("某"),
    title_en=st.just("made"),
    reach=st.sampled_from(Reach),
    rank_by=st.sampled_from(RankBy),
    among=st.integers(1, 8),
    most_extra_s=st.none() | st.integers(0, 600).map(float),
    seconds_per_percent=st.sampled_from([0.0, 1.0, 10.0]),
)


def slowly(crews: list[dict[str, float]], policy: Policy) -> list[int]:
    """Rank by taking, again and again, whoever goes next."""
    left, order = set(range(len(crews))), []

    def group(row: int) -> tuple[float, float]:
        aid = policy.reach == Reach.OWN_THEN_AID and not crews[row]["own"]
        return crews[row]["step"], aid

    def by_time(row: int) -> tuple[float, int]:
        return crews[row]["eta"], row

    def figure(row: int) -> float:
        crew = crews[row]
        cost = crew["eta"] + policy.seconds_per_percent * 100 * crew["price"]
        of = {"eta": crew["eta"], "chance": -crew["p"], "cover": cost, "work": crew["work"]}
        return of[policy.rank_by]

    for now in sorted({group(row) for row in left}):
        members = sorted((row for row in left if group(row) == now), key=by_time)
        within = members if policy.rank_by == RankBy.ETA else members[: policy.among]
        latest = crews[members[0]]["eta"] + (policy.most_extra_s or 0)
        if policy.most_extra_s is None or policy.rank_by == RankBy.ETA:
            latest = np.inf
        may = [row for row in within if crews[row]["eta"] <= latest]
        if policy.rank_by in {RankBy.COVER, RankBy.WORK}:
            may = [row for row in may if crews[row]["eta"] <= 900]
        while may:
            best = min(may, key=lambda row: (figure(row), *by_time(row)))
            may.remove(best)
            members.remove(best)
            order.append(best)
        order += members
    return order


@given(st.lists(CREW, max_size=12), POLICY)
def test_ranks_are_those_of_brute_force(crews, policy):
    assert rank(pool(*crews), policy).tolist() == slowly(crews, policy)


@given(st.lists(CREW, min_size=1, max_size=12), POLICY)
def test_a_ranking_leaves_nobody_out_and_keeps_the_steps(crews, policy):
    made = pool(*crews)
    order = rank(made, policy)
    assert sorted(order.tolist()) == list(range(len(crews)))
    assert (np.diff(made.step[order]) >= 0).all()


@given(st.lists(CREW, min_size=1, max_size=12), POLICY)
def test_nobody_goes_before_a_sooner_crew_without_saying_seconds_and_price(crews, policy):
    made = pool(*crews)
    order = rank(made, policy)
    for place, position in enumerate(order.tolist()):
        said = codes(made, position, policy)
        passed = (made.eta_s[order[place + 1 :]] < made.eta_s[position]).any()
        assert ("later_than_soonest" in said) == passed
        if passed or policy.rank_by == RankBy.COVER:
            assert "coverage_price" in said
