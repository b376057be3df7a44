"""A whistle that is refused or not answered goes up; a case has its clock all the while."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from spec.town import town
from spec.town_city import NOW, TownCity

from dispatch.answers_due import answer_done, answers_due
from dispatch.assignment import ArrivalClock
from dispatch.deadline import ClockKind
from dispatch.deadline_plan import Deadline, Telling
from dispatch.deadline_terms import standard_deadlines
from dispatch.escalation import (
    Answer,
    Call,
    CallState,
    Closing,
    Says,
    clocks_of_call,
    go_up,
    state_of,
)
from dispatch.whistle import Whistle
from geo.remark import Remark

CITY = TownCity(town("1---x"), home="1").city()
MINUTE = timedelta(minutes=1)
SAID = Remark("whistle", "吹哨", "whistle")
CALL = Call(
    incident="I",
    whistle=Whistle("T", ("SQUAD",), ("海警",), NOW, NOW + 30 * MINUTE, "D", SAID, SAID),
    raised_by="li",
    id="W1",
)


def answered(*answers: tuple[str, str, float]) -> Call:
    """The call with answers: party, what it says, minutes after the call."""
    given = [Answer(party, Says(says), NOW + at * MINUTE, "wu") for party, says, at in answers]
    return replace(CALL, answers=tuple(given))


def deadlines_of(call: Call) -> list[tuple[Deadline, datetime | None]]:
    """All deadlines of a call as it was raised, answered and closed, and when each ended."""
    terms = standard_deadlines()
    moments = [(NOW, replace(call, answers=(), closed_at=None, closed_as=None))]
    for said in range(len(call.answers)):
        so_far = replace(call, answers=call.answers[: said + 1], closed_at=None, closed_as=None)
        moments.append((call.answers[said].at, so_far))
    moments.append((call.closed_at or NOW + 600 * MINUTE, call))
    kept: list[tuple[Deadline, datetime | None]] = []
    for at, then in moments:
        kept = [
            (one, at if ended is None and answer_done(one, [then]) is not None else ended)
            for one, ended in kept
        ]
        running = [one for one, ended in kept if ended is None]
        begun = answers_due(
            [then], [one for one, _ in kept], running,
            terms.of[ClockKind.ANSWER], terms.calendar(()), CITY, now=at,
        )  # fmt: skip
        kept += [(one, None) for one in begun]
    return kept


def went(call: Call, minutes: float) -> list[tuple[str, float]]:
    """To whom it has gone by then, and after how many minutes; each centre once."""
    told: dict[str, float] = {}
    for deadline, ended in deadlines_of(call):
        for step in deadline.plan:
            over = step.at > NOW + minutes * MINUTE or (ended is not None and step.at >= ended)
            if step.tells != Telling.REMIND and not over:
                at = (step.at - NOW) / MINUTE
                told[step.to] = min(at, told.get(step.to, at))
    return list(told.items())


BOTH_COME = [("SQUAD", "comes", 5), ("海警", "comes", 8)]


@pytest.mark.parametrize(
    ("call", "minutes", "state", "steps"),
    [
        (CALL, 29.9, CallState.AWAITED, []),
        (CALL, 30.1, CallState.SILENT, [("D", 30)]),
        (CALL, 35.1, CallState.SILENT, [("D", 30), ("C", 35)]),
        (CALL, 600, CallState.SILENT, [("D", 30), ("C", 35)]),
        (answered(*BOTH_COME), 600, CallState.COMING, []),
        (answered(BOTH_COME[0]), 20, CallState.AWAITED, []),
        (answered(BOTH_COME[0]), 31, CallState.SILENT, [("D", 30)]),
        (answered(("SQUAD", "refuses", 2)), 3, CallState.REFUSED, [("D", 2)]),
        (answered(("SQUAD", "refuses", 2), *BOTH_COME), 600, CallState.COMING, [("D", 2)]),
        (answered(*BOTH_COME, ("SQUAD", "refuses", 9)), 10, CallState.REFUSED, [("D", 9)]),
    ],
)
def test_a_call_that_fails_goes_up_step_by_step(call, minutes, state, steps):
    assert state_of(call, NOW + minutes * MINUTE) == state
    assert went(call, minutes) == steps


def test_whoever_takes_it_up_stops_it_from_going_further():
    taken = replace(CALL, closed_at=NOW + 33 * MINUTE, closed_as=Closing.TAKEN_UP)
    assert state_of(taken, NOW + 60 * MINUTE) == CallState.TAKEN_UP
    assert went(taken, 60) == [("D", 30)]
    withdrawn = replace(CALL, closed_at=NOW + 3 * MINUTE, closed_as=Closing.WITHDRAWN)
    assert went(withdrawn, 60) == []


def test_a_late_answer_is_taken_and_does_not_undo_the_step():
    late = answered(BOTH_COME[0], ("海警", "comes", 32))
    closed = replace(late, closed_at=NOW + 32 * MINUTE, closed_as=Closing.ANSWERED)
    assert state_of(closed, NOW + 40 * MINUTE) == CallState.COMING
    assert went(closed, 40) == [("D", 30)]


def test_each_of_those_called_is_reminded_until_it_answers():
    deadlines = [one for one, _ in deadlines_of(answered(BOTH_COME[0]))]
    reminders = {one.unit: one.plan[0] for one in deadlines}
    assert {step.tells for step in reminders.values()} == {Telling.REMIND}
    assert {step.to for step in reminders.values()} == {"SQUAD", "海警"}
    assert {(step.at - NOW) / MINUTE for step in reminders.values()} == {15}
    ended = {one.unit: at for one, at in deadlines_of(answered(BOTH_COME[0]))}
    assert ended == {"SQUAD": NOW + 5 * MINUTE, "海警": None}


def test_a_step_says_who_failed_and_what_is_next():
    call = answered(("SQUAD", "refuses", 2))
    first, second = (
        go_up(call, to, CITY, step=step, at=NOW, take_up_within_s=300)
        for step, to in enumerate("DC", start=1)
    )
    assert first.said.code == "whistle_escalated"
    assert "SQUAD refuses, 海警 did not answer" in first.said.en
    assert "if it does not within 5.0 min, C is told" in first.said.en
    assert "SQUAD拒绝、海警逾期未应答" in first.said.zh
    assert "nobody stands above it" in second.said.en


def test_both_clocks_are_told_and_neither_stops_the_other():
    sent = ArrivalClock(NOW - 10 * MINUTE, NOW - 5 * MINUTE, 900.0)
    now = NOW + 31 * MINUTE
    clocks = clocks_of_call(CALL, NOW - 10 * MINUTE, sent, now=now)
    assert (clocks.answer_left_s, clocks.waiting_s) == (-60, 41 * 60)
    assert clocks.arrival_left_s == 900 - 36 * 60
    closed = replace(CALL, closed_at=NOW + 20 * MINUTE)
    still = clocks_of_call(closed, NOW - 10 * MINUTE, None, now=now)
    assert (still.answer_left_s, still.waiting_s, still.arrival_left_s) == (600, 41 * 60, None)
