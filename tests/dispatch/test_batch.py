"""Many incidents at once: the best assignment against trying all, and against one by one."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from dispatch.batch import NO_CREW, Batch, Slot, assign, assign_one_by_one, score
from dispatch.brought_together import BroughtTogether, bring_together
from dispatch.matching import Costs, is_proven, match
from dispatch.second_thoughts import Outlook, Rule, Trigger, worth_resuggesting
from dispatch.whereabouts import NEVER_MS
from geo.errors import BadValue

MINUTE_MS = 60_000


def table(text: str, *, due_min: int = 15) -> Batch:
    """Read a batch from rows of slot, gravity and minutes by crew; a dot for never."""
    head, *lines = [line.split() for line in text.strip().splitlines()]
    slots, gravity, minutes = [], [], []
    for name, grave, *cells in lines:
        slots.append(Slot(*name.split("/")))
        gravity.append(int(grave))
        minutes.append([-1 if cell == "." else int(cell) for cell in cells])
    times = np.array(minutes, dtype=np.int64).reshape(len(slots), len(head))
    return Batch(
        slots=tuple(slots),
        crews=tuple(head),
        gravity=np.array(gravity, dtype=np.int64),
        due_ms=np.full(len(slots), due_min * MINUTE_MS),
        arrival_ms=times * MINUTE_MS,
        may_go=times >= 0,
    )


def sent(batch: Batch, crew: np.ndarray) -> str:
    """Write an assignment as ``incident:crew``; a dash for nobody."""
    return " ".join(
        f"{slot.incident}{'' if slot.role == 'lead' else '/' + slot.role}:"
        f"{'-' if row == NO_CREW else batch.crews[row]}"
        for slot, row in zip(batch.slots, crew, strict=True)
    )


@st.composite
def batches(draw, *, slots=4, crews=4):
    n, m = draw(st.integers(0, slots)), draw(st.integers(0, crews))
    minutes = st.integers(0, 4)
    times = [[draw(minutes) for _ in range(m)] for _ in range(n)]
    able = st.sampled_from([True, True, True, False])
    may = np.array([[draw(able) for _ in range(m)] for _ in range(n)], dtype=np.bool_).reshape(n, m)
    return Batch(
        slots=tuple(Slot(f"I{row}") for row in range(n)),
        crews=tuple(f"C{row}" for row in range(m)),
        gravity=np.array([draw(st.integers(1, 3)) for _ in range(n)], dtype=np.int64),
        due_ms=np.array([draw(st.integers(-1, 3)) for _ in range(n)], dtype=np.int64),
        arrival_ms=np.where(may, np.array(times, dtype=np.int64).reshape(n, m), NEVER_MS),
        may_go=may,
    )


def every_assignment(batch: Batch):
    """All of them, the first slot's crew counting slowest, nobody after every crew."""
    rows = [*range(len(batch.crews)), NO_CREW]
    for crew in itertools.product(rows, repeat=len(batch.slots)):
        sent_out = [row for row in crew if row != NO_CREW]
        allowed = all(row == NO_CREW or batch.may_go[slot, row] for slot, row in enumerate(crew))
        if allowed and len(set(sent_out)) == len(sent_out):
            yield np.array(crew, dtype=np.int64)


@given(batches())
def test_the_best_is_that_of_trying_all_with_the_lowest_crews_first(batch):
    best = min(every_assignment(batch), key=lambda crew: score(batch, crew))  # min keeps the first
    answer = assign(batch)
    assert answer.proven
    assert answer.score == score(batch, best)
    assert answer.crew.tolist() == best.tolist()


@given(batches(slots=7, crews=6))
def test_never_worse_than_one_by_one(batch):
    greedy = assign_one_by_one(batch)
    answer = assign(batch)
    assert answer.score <= greedy.score
    assert answer.proven
    assert not greedy.proven


@given(batches(slots=6, crews=6))
def test_serving_the_gravest_first_never_serves_fewer(batch):
    """The matroid's promise: the most by gravity is also the most in all."""
    plain = replace(batch, gravity=np.ones(len(batch.slots), dtype=np.int64))
    assert sum(assign(batch).score.left_open) == sum(assign(plain).score.left_open)


@given(batches(slots=5, crews=5), st.randoms(use_true_random=False))
def test_prices_that_were_tampered_with_prove_nothing(batch, random):
    if not len(batch.slots) * len(batch.crews):
        return
    late = np.where(batch.may_go, batch.late_ms, 0)
    costs = Costs(late, batch.arrival_ms, np.full(len(late), 100), batch.may_go)
    matching = match(costs)
    slot = random.randrange(len(batch.slots))
    dearer = matching.u_hi.copy()
    dearer[slot] += 1
    assert is_proven(costs, matching)
    assert not is_proven(costs, replace(matching, u_hi=dearer))


def test_a_large_batch_costs_what_scipy_says(count):
    """Where one floating-point number holds the whole cost, scipy answers too."""
    for seed in range(count(reduced=3, full=30)):
        rng = np.random.default_rng(seed)
        n, m = 60, 200
        time = rng.integers(0, 2_000, (n, m))
        late = np.maximum(time - 300, 0) * rng.integers(1, 6, n)[:, None]
        costs = Costs(late, time, np.full(n, 10**6), np.ones((n, m), dtype=bool))
        at = match(costs).column
        whole = late * 10**6 + time
        assert whole[np.arange(n), at].sum() == whole[linear_sum_assignment(whole)].sum()


def test_one_by_one_takes_the_crew_that_another_needs():
    batch = table("""
              A  B
        fire1 3  5  6
        fire2 3  6  .
    """)
    assert sent(batch, assign_one_by_one(batch).crew) == "fire1:A fire2:-"
    assert sent(batch, assign(batch).crew) == "fire1:B fire2:A"


def test_the_gravest_is_served_when_crews_are_short():
    batch = table("""
              A
        cable 2  1
        spill 5  14
    """)
    assert sent(batch, assign(batch).crew) == "cable:- spill:A"


def test_two_kept_targets_are_worth_a_longer_drive():
    batch = table(
        """
            A   B
        i1  3   1   9
        i2  3   9  16
    """,
        due_min=15,
    )
    answer = assign(batch)
    assert sent(batch, answer.crew) == "i1:B i2:A"
    assert answer.score.weighted_late_ms == 0
    assert answer.score.arrival_ms == 18 * MINUTE_MS


def test_lateness_of_the_graver_weighs_more():
    batch = table(
        """
              A  B
        grave 5  11 20
        minor 1  10 15
    """,
        due_min=10,
    )
    assert sent(batch, assign(batch).crew) == "grave:A minor:B"


def test_a_crew_that_leads_does_not_secure_as_well():
    batch = table("""
                 G  S
        i/lead   3  .  12
        i/secure 3  4  2
    """)
    assert sent(batch, assign(batch).crew) == "i:S i/secure:G"


def test_ties_go_to_the_lowest_crew():
    batch = table("""
           A B C
        i1 1 5 5 5
        i2 1 5 5 5
    """)
    assert sent(batch, assign(batch).crew) == "i1:A i2:B"


def test_nobody_may_go_anywhere():
    batch = table("""
           A
        i1 1 .
    """)
    answer = assign(batch)
    assert sent(batch, answer.crew) == "i1:-"
    assert answer.proven


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"crews": ("B", "A")}, "ascending order"),
        ({"gravity": np.array([0, 1])}, "Gravity begins at 1"),
        ({"due_ms": np.array([1])}, "one target for each"),
        ({"may_go": np.ones((1, 2), dtype=bool)}, "of that shape"),
    ],
)
def test_a_batch_out_of_shape_is_refused(change, says):
    batch = table("""
           A B
        i1 1 5 5
        i2 1 5 5
    """)
    with pytest.raises(BadValue, match=says):
        replace(batch, **change)


def test_costs_too_large_to_add_are_refused():
    vast = np.full((2, 2), 2**60)
    with pytest.raises(BadValue, match="must not be negative"):
        Costs(vast, vast, np.zeros(2, dtype=np.int64), np.ones((2, 2), dtype=bool))


def test_crews_brought_together_fill_what_is_left_and_say_so():
    batch = table("""
           A B C
        i1 1 5 . .
        i2 2 . . .
        i3 3 . . .
    """)

    def form(slot, taken) -> BroughtTogether | None:
        pair = [crew for crew in "ABCD" if crew not in taken][:2]
        if len(pair) < 2:
            return None
        return BroughtTogether(slot, tuple(pair), ("o1", "o2"), 600_000)

    completed = bring_together(batch, assign(batch), form)
    assert [(added.slot, added.crews) for added in completed.brought_together] == [(2, ("B", "C"))]
    assert completed.heuristic
    assert not bring_together(batch, assign(batch), lambda *_: None).heuristic


def test_a_crew_brought_together_from_busy_ones_is_refused():
    batch = table("""
           A
        i1 1 5
        i2 1 5
    """)
    with pytest.raises(BadValue, match="not free"):
        bring_together(
            batch, assign(batch), lambda slot, _: BroughtTogether(slot, ("A",), ("o1",), 1)
        )


SENT = Outlook(crew="A", eta_s=600, due_s=900, best_crew="A", best_eta_s=600)
RULE = Rule(better_by_s=120, slips_by_s=180, not_within_s=60)


@pytest.mark.parametrize(
    ("now", "because"),
    [
        ({}, ""),
        ({"best_crew": "B", "best_eta_s": 380}, "better_crew"),
        ({"best_crew": "B", "best_eta_s": 381}, ""),
        ({"best_crew": "B", "best_eta_s": 200, "elapsed_s": 59}, ""),
        ({"eta_s": 680}, ""),
        ({"eta_s": 681}, "arrival_slips"),
        ({"eta_s": 801}, "arrival_slips target_is_lost"),
        ({"closed_on_route": True}, "road_closed"),
        ({"eta_s": None, "elapsed_s": 1}, "crew_is_lost"),
        ({"eta_s": 2000, "closed_on_route": True, "on_scene": True}, ""),
    ],
)
def test_second_thoughts_come_by_rule(now, because):
    """A crew was sent that takes 600 s of 900; now 100 s are gone."""
    after = replace(SENT, **{"eta_s": 500, "due_s": 800, "elapsed_s": 100, **now})
    assert worth_resuggesting(SENT, after, RULE) == tuple(map(Trigger, because.split()))


def test_a_rule_may_have_no_second_thoughts():
    never = Rule(better_by_s=None, slips_by_s=None, on_closure=False, on_lost_target=False)
    after = replace(SENT, eta_s=9_000, closed_on_route=True, best_crew="B", best_eta_s=1)
    assert not worth_resuggesting(SENT, replace(after, elapsed_s=999), never)


def test_a_rule_that_makes_no_sense_is_refused():
    with pytest.raises(BadValue, match="begin at 0"):
        Rule(better_by_s=-1)
    with pytest.raises(BadValue, match="graver"):
        Rule(graver_by=0)
