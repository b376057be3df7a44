"""Indicators equal what a clerk counts by hand on a page of records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.cases import Case, Cases, Limit, Number, Stage, Word, tabulate
from dispatch.formula import read_formulas, standard_formulas
from dispatch.indicator import Period, measure, measure_by
from dispatch.proportion import Proportion
from geo.errors import BadValue, UnknownName

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)

# Hours since Monday; "." never.  The deadline of handling is hour 20, of closing hour 40.
# sent = dispatches/of them right, back = times sent back to be done again.
RECORDS = """
id  zone  reported accepted sent dispatched handled back closed rated decided  end
 1   A       1        2     1/1      3        10     0     30     5      30    .
 2   A       1        2     1/1      3        19     0     39     4       .    .
 3   A       2        2     2/1      4        25     1     45     2      45    reconsidered:50
 4   A       2        3     1/1      3         .     .      .     .       .    .
 5   B       3        .      .       .         .     .      .     .       .    .
 6   B       3        3     3/1      6        18     2     38     5       .    .
 7   B       4        4      .       .         .     .      .     .       .    merged:5
 8   B       4        4     1/0      5         .     .      .     .       .    handed_off:7
 9   B       5        5     1/1      6         .     .      .     .       .    cancelled:8
10   B       6        7     1/1      8        20     0     40     3      40    .
11   C      90       91     1/1     92        95     0      .     .       .    .
"""

# As known after 100 hours, when every deadline but those of case 11 has come.
BY_HAND = """
indicator             of             share   which
filing_rate           reported        8/10   all but 7 (merged, no case of its own); not 5, not 9
handling_rate         due_to_handle   6/7    1 2 3 6 10 11 of those and 4
handling_rate         dispatched      6/7    the same: 8 was handed off, 9 cancelled
handled_in_time_rate  due_to_handle   5/7    1 2 6 10 11; 3 was late, 4 never
handled_in_time_rate  handled         5/6    3 was late
closing_rate          due_to_close    5/6    1 2 3 6 10 of those and 4; 11 is not due
closing_rate          filed           5/8    4, 8 and 11 are not closed
closed_in_time_rate   due_to_close    4/6    1 2 6 10
closed_in_time_rate   closed          4/5    3 was late
closed_in_time_rate   filed           4/8
dispatch_accuracy     dispatched      7/10   1+1+1+1+1+1+1 of 1+1+2+1+3+1+1
rework_rate           handled         2/6    3 and 6
rework_rate           due_to_handle   2/7    3 and 6
satisfaction          rated           3/5    1 2 6 with 4 or 5
reconsideration_rate  decided         1/3    3
"""


def hours(text: str) -> datetime | None:
    return None if text == "." else MONDAY + timedelta(hours=float(text))


def case(line: str) -> Case:
    (
        number,
        zone,
        reported,
        accepted,
        sent,
        dispatched,
        handled,
        back,
        closed,
        rated,
        decided,
        end,
    ) = line.split()
    at = {
        Stage.REPORTED: hours(reported),
        Stage.ACCEPTED: hours(accepted),
        Stage.DISPATCHED: hours(dispatched),
        Stage.HANDLED: hours(handled),
        Stage.CLOSED: hours(closed),
        Stage.RATED: hours("." if rated == "." else "60"),
        Stage.DECIDED: hours(decided),
    }
    if end != ".":
        stage, _, when = end.partition(":")
        at[Stage(stage)] = hours(when)
    last = 100 if number == "11" else 0
    dispatches, right = (0, 0) if sent == "." else map(int, sent.split("/"))
    return Case(
        id=number,
        at={stage: moment for stage, moment in at.items() if moment is not None},
        due={Limit.HANDLE: hours(str(20 + last)), Limit.CLOSE: hours(str(40 + last))},
        dispatches=dispatches,
        accurate_dispatches=right,
        returns=0 if back == "." else int(back),
        rating=None if rated == "." else int(rated),
        zone=zone,
    )


def rows(text: str) -> list[str]:
    return text.strip().splitlines()[1:]


CASES = tabulate([case(line) for line in rows(RECORDS)])
NOW = MONDAY + timedelta(hours=100)


def share(text: str) -> Proportion:
    return Proportion(*map(int, text.split("/")))


@pytest.mark.parametrize("line", rows(BY_HAND))
def test_every_indicator_is_what_a_clerk_counts(line):
    code, of, expected, *_why = line.split()
    assert measure(standard_formulas()[code], CASES, now=NOW, of=of).found == share(expected)


def test_every_indicator_and_every_denominator_is_worked_by_hand():
    worked = {tuple(line.split()[:2]) for line in rows(BY_HAND)}
    formulas = standard_formulas().values()
    assert worked == {(formula.code, each.code) for formula in formulas for each in formula.of}


def test_the_first_population_is_the_one_that_is_meant():
    for code, formula in standard_formulas().items():
        chosen = measure(formula, CASES, now=NOW)
        assert chosen.of == formula.of[0]
        assert chosen == measure(formula, CASES, now=NOW, of=formula.of[0].code), code


def test_both_languages_name_every_indicator_and_population():
    for formula in standard_formulas().values():
        for named in (formula, *formula.of):
            assert named.zh
            assert not named.zh.isascii()
            assert named.en.isascii()
    wanted = "立案率 处置率 按期处置率 结案率 按期结案率 准确派遣率 返工率 满意率 行政复议率"
    assert [formula.zh for formula in standard_formulas().values()] == wanted.split()


@pytest.mark.parametrize(
    ("hour", "code", "expected"),
    [
        (0, "filing_rate", "0/0"),  # nothing has been reported yet
        (2.5, "filing_rate", "3/4"),
        (2.5, "closing_rate", "0/0"),  # nothing is due: no share, no error
        (10, "handling_rate", "1/1"),
        (20, "handled_in_time_rate", "4/6"),  # due at 20: 3 and 4 are not handled yet
        (44, "closed_in_time_rate", "4/6"),
        (44, "reconsideration_rate", "0/2"),
    ],
)
def test_what_came_later_is_not_known_yet(hour, code, expected):
    now = MONDAY + timedelta(hours=hour)
    found = measure(standard_formulas()[code], CASES, now=now).found
    assert found == share(expected)
    assert (found.share is None) == (expected == "0/0")


def test_a_period_takes_cases_by_the_stage_that_the_formula_names():
    formula = standard_formulas()["filing_rate"]
    week = Period(MONDAY, MONDAY + timedelta(hours=3))
    assert measure(formula, CASES, now=NOW, period=week).found == share("4/4")
    rest = Period(since=MONDAY + timedelta(hours=3))
    assert measure(formula, CASES, now=NOW, period=rest).found == share("4/6")


def test_groups_are_measured_each_on_its_own_and_an_empty_one_has_no_share():
    formula = standard_formulas()["closing_rate"]
    by_zone = measure_by(formula, CASES, Word.ZONE, now=NOW)
    assert {zone: each.found for zone, each in by_zone.items()} == {
        "A": share("3/4"),
        "B": share("2/2"),
        "C": share("0/0"),
    }
    assert by_zone["C"].found.share is None


def test_a_population_that_makes_no_sense_is_refused():
    with pytest.raises(UnknownName, match="due_to_close, closed, filed"):
        measure(standard_formulas()["closed_in_time_rate"], CASES, now=NOW, of="rated")


CONDITIONS = {
    'has = "closed"': "1 2 3 6 10",
    'lacks = "accepted"': "5",
    'due = "handle"': "1 2 3 4 5 6 7 8 9 10",
    'in_time = "handle"': "1 2 6 10 11",
    "at_least = { rating = 4 }": "1 2 6",
    "at_least = { dispatches = 2, returns = 2 }": "6",
    'is = { zone = "C" }': "11",
    'within = "here"': "1 2 3 4",
    'not = { within = "here" }': "5 6 7 8 9 10 11",
    'all = [{ within = "here" }, { lacks = "closed" }]': "4",
    'any = [{ has = "merged" }, { has = "cancelled" }, { has = "handed_off" }]': "7 8 9",
}


@pytest.mark.parametrize(("condition", "who"), CONDITIONS.items(), ids=list(CONDITIONS))
def test_each_word_of_the_vocabulary_holds_for_whom_it_says(condition, who):
    formula = read_formulas(made(condition))["x"]
    held = formula.of[0].holds(CASES, NOW.timestamp())
    assert [number for number in range(1, 12) if held[number - 1]] == list(map(int, who.split()))


def made(condition: str = 'has = "closed"', of: str = '["them"]', extra: str = "") -> str:
    return f"""
        [population.here]
        zh = "这里"
        en = "here"
        when = {{ is = {{ zone = "A" }} }}
        [population.them]
        zh = "他们"
        en = "them"
        when = {{ {condition} }}
        [indicator.x]
        zh = "某率"
        en = "some rate"
        of = {of}
        counts = {{ has = "reported" }}
        period = "reported"
        {extra}
    """


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (made("has = 'flown'"), "'flown' is none of reported"),
        (made("due = 'lunch'"), "'lunch' is none of acknowledge"),
        (made("__import__ = 'os'"), "no condition '__import__'"),
        (made("at_least = { luck = 1 }"), "'luck' is none of"),
        (made("is = { colour = 'red' }"), "'colour' is none of"),
        (made("within = 'later'"), "no population 'later'"),
        (made("all = []"), "empty"),
        (made("has = 'closed', lacks = 'merged'"), "one key"),
        (made("not = 'closed'"), "one key"),
        (made(of='["nobody"]'), "no population 'nobody'"),
        (made(extra="sums = { counts = 'returns' }"), "'of' is missing"),
        ("[indicator.x]\nzh = '率'", "is missing"),
        ("[formula.x]", "not 'formula'"),
        ("zh = ", "no TOML"),
    ],
)
def test_formulas_outside_the_vocabulary_are_refused(text, why):
    with pytest.raises(BadValue, match=why):
        read_formulas(text)


def slow_share(cases: Cases, code: str, now_s: float) -> Proportion:
    """Two indicators case by case, by the book."""
    hits = of = 0
    for row in range(len(cases)):
        got = {stage for stage, column in cases.at_s.items() if column[row] <= now_s}
        if "accepted" not in got or {"merged", "cancelled", "handed_off"} & got:
            continue
        limit, done = (
            (Limit.CLOSE, Stage.CLOSED)
            if code == "closed_in_time_rate"
            else (Limit.HANDLE, Stage.HANDLED)
        )
        if code == "handled_in_time_rate" and "dispatched" not in got:
            continue
        if done in got or cases.due_s[limit][row] <= now_s:
            of += 1
            hits += done in got and cases.at_s[done][row] <= cases.due_s[limit][row]
    return Proportion(int(hits), of)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(list(Stage)), st.integers(0, 20), max_size=8), max_size=12
    ),
    st.integers(0, 25),
)
def test_any_records_give_what_counting_case_by_case_gives(stamps, now_h):
    made_cases = tabulate(
        [
            Case(
                id=str(number),
                at={
                    stage: MONDAY + timedelta(hours=hour)
                    for stage, hour in ({Stage.REPORTED: 0} | at).items()
                },
                due={
                    Limit.HANDLE: MONDAY + timedelta(hours=5 + number),
                    Limit.CLOSE: MONDAY + timedelta(hours=9 + number),
                },
            )
            for number, at in enumerate(stamps)
        ]
    )
    now = MONDAY + timedelta(hours=now_h)
    for code in ("handled_in_time_rate", "closed_in_time_rate"):
        found = measure(standard_formulas()[code], made_cases, now=now).found
        assert found == slow_share(made_cases, code, now.timestamp())
    for formula in standard_formulas().values():
        for each in formula.of:
            found = measure(formula, made_cases, now=now, of=each.code).found
            assert 0 <= found.hits <= found.of


def test_columns_that_contradict_each_other_are_refused():
    reported = {Stage.REPORTED: np.zeros(2)}
    with pytest.raises(BadValue, match="one length"):
        Cases(reported, {Limit.CLOSE: np.zeros(3)}, {}, {})
    with pytest.raises(BadValue, match="when each came in"):
        Cases({Stage.CLOSED: np.zeros(2)}, {}, {}, {})
    more = {Number.DISPATCHES: np.ones(2), Number.ACCURATE_DISPATCHES: np.full(2, 2.0)}
    with pytest.raises(BadValue, match="rightly more often"):
        Cases(reported, {}, more, {})
