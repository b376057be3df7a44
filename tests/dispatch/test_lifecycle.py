"""The transition table: every pair of states is allowed or not, and the page shows what counts."""

from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from oracle.folded_state import fold

from dispatch.access import Role
from dispatch.incident_state import PAUSES, WITH_CREWS, State, state_of_crews
from dispatch.lifecycle import MOVES, find_move, may_follow, who_may
from dispatch.step import BEST_RATING, Step, Transition, check_step
from geo.errors import BadValue, Conflict

PAGE = Path(__file__).resolve().parents[2] / "docs/life-cycle.md"
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

ALLOWED = {
    "reported": "accepted returned merged handed_off cancelled",
    "accepted": "dispatched returned suspended merged handed_off cancelled",
    "dispatched": "accepted acknowledged en_route on_scene handled returned suspended merged "
    "handed_off cancelled",
    "acknowledged": "accepted dispatched en_route on_scene handled returned suspended merged "
    "handed_off cancelled",
    "en_route": "accepted dispatched acknowledged on_scene handled returned suspended merged "
    "handed_off cancelled",
    "on_scene": "accepted dispatched acknowledged en_route handled returned suspended merged "
    "handed_off cancelled",
    "handled": "feedback returned suspended",
    "feedback": "verified returned suspended",
    "verified": "closed",
    "closed": "rated",
    "rated": "",
    "returned": "accepted suspended merged handed_off cancelled",
    "suspended": "accepted dispatched acknowledged en_route on_scene handled feedback returned "
    "merged handed_off cancelled",
    "merged": "accepted",
    "handed_off": "returned",
    "cancelled": "accepted",
}
"""What the law of the house says, written down a second time and by hand."""


def step(to: State) -> Step:
    rating = BEST_RATING if to == State.RATED else None
    return Step(to, "li", NOW, "because", rating=rating)


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_every_pair_of_states_is_allowed_or_refused(before, after):
    was = after if before == State.SUSPENDED and after in PAUSES else None
    if after in ALLOWED[before].split():
        assert check_step("I", before, step(after), was) == find_move(before, after)
    else:
        with pytest.raises(Conflict, match=f"is {before} and cannot become {after}; it may"):
            check_step("I", before, step(after), was)


def test_no_row_stands_twice_and_every_state_is_reached():
    assert len({(move.before, move.after) for move in MOVES}) == len(MOVES)
    assert {move.after for move in MOVES} == set(State) - {State.REPORTED}
    assert all(move.said.zh and move.said.en for move in MOVES)


def test_what_goes_back_or_away_needs_a_reason():
    """Whoever is let down by a step is told why."""
    silent = {move.after for move in MOVES if not move.needs_reason and move.who}
    away = {State.RETURNED, State.SUSPENDED, State.MERGED, State.HANDED_OFF, State.CANCELLED}
    assert not away & {move.after for move in MOVES if not move.needs_reason} - {State.RETURNED}
    assert State.DISPATCHED in silent
    for move in MOVES:
        resumed = move.before == State.SUSPENDED and move.after in PAUSES
        if move.after in away and not resumed:
            with pytest.raises(BadValue, match="without a reason"):
                check_step("I", move.before, Step(move.after, "li", NOW, "  "))


def test_a_suspended_case_goes_on_where_it_was_and_nowhere_else():
    for was, other in product(PAUSES, PAUSES):
        if was == other:
            assert check_step("I", State.SUSPENDED, step(other), was).after == was
        else:
            with pytest.raises(Conflict):
                check_step("I", State.SUSPENDED, step(other), was)
    assert may_follow(State.SUSPENDED, State.EN_ROUTE) == (
        State.EN_ROUTE,
        State.MERGED,
        State.HANDED_OFF,
        State.CANCELLED,
    )


def test_what_only_crews_can_do_is_offered_to_nobody():
    by_crews = {(move.before, move.after) for move in MOVES if not move.who}
    assert (State.ON_SCENE, State.EN_ROUTE) in by_crews
    for before, after in by_crews:
        assert before in WITH_CREWS
        assert after in WITH_CREWS
        assert after not in may_follow(before)


def test_a_rating_belongs_to_the_step_rated():
    with pytest.raises(BadValue, match="1 to 5 belongs"):
        check_step("I", State.CLOSED, Step(State.RATED, "li", NOW))
    with pytest.raises(BadValue, match="belongs to the step rated"):
        check_step("I", State.VERIFIED, Step(State.CLOSED, "li", NOW, rating=5))
    with pytest.raises(BadValue, match="rating is 6"):
        check_step("I", State.CLOSED, Step(State.RATED, "li", NOW, rating=6))


@pytest.mark.parametrize(
    ("role", "before", "after", "may"),
    [
        (Role.OFFICER, "dispatched", "acknowledged", True),
        (Role.OFFICER, "on_scene", "returned", True),
        (Role.OFFICER, "handled", "returned", False),
        (Role.OFFICER, "reported", "accepted", False),
        (Role.OFFICER, "accepted", "dispatched", False),
        (Role.LEADER, "accepted", "dispatched", False),
        (Role.LEADER, "feedback", "verified", True),
        (Role.DISPATCHER, "accepted", "dispatched", True),
        (Role.REPORTER, "closed", "rated", True),
        (Role.REPORTER, "reported", "cancelled", False),
        (Role.AUDITOR, "reported", "accepted", False),
        (Role.OFFICER, "closed", "rated", False),
    ],
)
def test_who_may(role, before, after, may):
    assert (role in who_may(State(before), State(after))) == may


def test_where_an_incident_is_follows_from_its_crews():
    assert state_of_crews([], done=True) == State.HANDLED
    assert state_of_crews([], done=False) == State.ACCEPTED
    two = [State.ACKNOWLEDGED, State.DISPATCHED]
    assert state_of_crews(two, done=True) == State.ACKNOWLEDGED


def test_a_record_with_a_gap_is_not_believed():
    first = Transition(1, "I", None, Step(State.REPORTED, "li", NOW))
    second = Transition(2, "I", State.REPORTED, Step(State.ACCEPTED, "li", NOW))
    third = Transition(3, "I", State.ACCEPTED, Step(State.CANCELLED, "li", NOW))
    assert fold([]) == State.REPORTED
    assert fold([first, second, third]) == State.CANCELLED
    with pytest.raises(AssertionError):
        fold([first, third])


def test_the_page_shows_the_table_that_counts():
    rows = {}
    for move in MOVES:
        who = ", ".join(sorted(move.who)) or "—"
        key = (move.after, who, "yes" if move.needs_reason else "", move.said)
        rows.setdefault(key, []).append(f"`{move.before}`")
    lines = [
        f"| {', '.join(befores)} | `{after}` | {who} | {reason} | {said.zh} {said.en} |"
        for (after, who, reason, said), befores in rows.items()
    ]
    shown = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert shown == lines, "docs/life-cycle.md should have\n" + "\n".join(lines)
