"""How fixes enter the book: newest wins, and everything else is said."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.position import Fix, Positions

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HERE, NEAR, FAR = (109.10, 21.50), (109.101, 21.50), (110.10, 21.50)  # 0.1 km and 103 km apart


def fix(at_s: float = 0, lon_lat=HERE, officer: str = "A", **more: float) -> Fix:
    return Fix(officer, lon_lat, NOON + timedelta(seconds=at_s), **more)


def check(fixes: list[Fix], expected: str) -> Positions:
    """`expected` is what became of each fix, in order."""
    positions, results = Positions().updated(fixes, now=NOON)
    assert " ".join(result.remark.code for result in results) == expected
    return positions


def test_the_newest_fix_wins_whatever_the_order():
    positions = check([fix(-60), fix(-10, NEAR), fix(-30)], "accepted accepted older")
    assert positions.fixes["A"].lon_lat == NEAR


def test_a_duplicate_changes_nothing():
    positions = check([fix(-60), fix(-60, FAR)], "accepted duplicate")
    assert positions.fixes["A"].lon_lat == HERE


def test_a_minute_ahead_is_the_terminals_clock_and_more_is_refused():
    check([fix(60), fix(61, officer="B")], "accepted future")


def test_a_jump_is_set_aside_until_another_fix_confirms_it():
    positions = check([fix(-60), fix(-50, FAR)], "accepted teleport")
    assert positions.fixes["A"].lon_lat == HERE
    assert positions.set_aside["A"].lon_lat == FAR
    positions, (result,) = positions.updated([fix(-40, FAR)], now=NOON)
    assert result.accepted
    assert positions.fixes["A"].lon_lat == FAR
    assert not positions.set_aside


def test_a_lone_jump_is_forgotten_when_the_officer_is_seen_at_the_old_place():
    positions = check([fix(-60), fix(-50, FAR), fix(-40, NEAR)], "accepted teleport accepted")
    assert positions.fixes["A"].lon_lat == NEAR
    assert not positions.set_aside


def test_two_jumps_that_contradict_each_other_confirm_nothing():
    elsewhere = (109.10, 23.5)
    check([fix(-60), fix(-50, FAR), fix(-40, elsewhere)], "accepted teleport teleport")


def test_a_place_set_by_hand_is_believed_and_so_is_the_first_fix_after_it():
    positions = check([fix(-60), fix(-50, FAR, by_hand=True)], "accepted accepted")
    assert positions.fixes["A"].by_hand
    positions, (result,) = positions.updated([fix(-40, HERE)], now=NOON)
    assert result.accepted
    assert not positions.fixes["A"].by_hand


def test_the_accuracy_of_both_fixes_is_allowed_for():
    coarse = {"accuracy_m": 60_000}
    check([fix(-60, **coarse), fix(-50, FAR, **coarse)], "accepted accepted")


def test_after_a_long_silence_a_far_place_is_possible():
    check([fix(-3600), fix(-10, FAR)], "accepted accepted")


@pytest.mark.parametrize(
    "bad",
    [
        fix(lon_lat=(500, 21.5)),
        fix(lon_lat=(math.nan, 21.5)),
        fix(lon_lat=(109.1, -91)),
        fix(accuracy_m=-1),
        fix(speed_mps=math.nan),
        fix(heading_deg=400),
        Fix("A", HERE, NOON.replace(tzinfo=None)),
    ],
)
def test_one_bad_fix_never_fails_its_batch(bad):
    positions = check([bad, fix(-1), fix(-1, officer="B")], "bad_value accepted accepted")
    assert set(positions.fixes) == {"A", "B"}


def test_the_book_before_is_unchanged():
    before = check([fix(-60)], "accepted")
    before.updated([fix(-10, NEAR)], now=NOON)
    assert before.fixes["A"].lon_lat == HERE


@given(
    st.lists(
        st.builds(
            fix,
            st.integers(-600, 120),
            st.sampled_from([HERE, NEAR, FAR, (500.0, 0.0)]),
            st.sampled_from("AB"),
        ),
        max_size=30,
    )
)
def test_positions_are_always_a_believed_newest_fix(fixes):
    positions, results = Positions().updated(fixes, now=NOON)
    assert [result.fix for result in results] == fixes
    for officer in "AB":
        accepted = [r.fix for r in results if r.accepted and r.fix.officer == officer]
        assert positions.fixes.get(officer) == (accepted[-1] if accepted else None)
        assert accepted == sorted(accepted, key=lambda fix: fix.time)
    again, results = positions.updated(fixes, now=NOON)
    assert not any(result.accepted for result in results if result.fix in positions.fixes.values())
    assert {o: f.time for o, f in again.fixes.items()}.keys() == positions.fixes.keys()


@given(st.permutations([fix(-50), fix(-40, NEAR), fix(-30), fix(-20, NEAR)]))
def test_the_order_of_arrival_does_not_matter_for_possible_movements(fixes):
    positions, _ = Positions().updated(fixes, now=NOON)
    assert positions.fixes["A"] == fix(-20, NEAR)
