"""Rules, scores, ranks, spans and names of reports, each by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon

from dispatch.bulletin import Scope
from dispatch.bulletin_rank import Ranked, one_decimal, rank
from dispatch.bulletin_schedule import Wanted, calendar_day, due_bulletins, scope_of
from dispatch.figure_name import Dimension, FigureName
from dispatch.report_rules import (
    BulletinKind,
    ListRule,
    ScorePart,
    ScoreRule,
    read_rules,
    standard_rules,
)
from dispatch.report_rules_file import known_rules
from geo.area import Area, Tier
from geo.errors import BadValue, FlawedData, UnknownName

RULES = standard_rules()
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
LISTED = ListRule(85.0, 2, 60.0, 2)


def ranked(*scores: tuple[str, float | None, int]):
    rows = [Ranked(group, score, cases, None) for group, score, cases in scores]
    return rank(rows, ScoreRule((), 10), LISTED)


def test_the_best_are_red_the_worst_are_black_and_whoever_has_few_cases_is_neither():
    ranking = ranked(
        ("A", 90.0, 10), ("B", 95.0, 50), ("C", 86.0, 50), ("D", 20.0, 9), ("E", 59.9, 10),
        ("F", 60.0, 10), ("G", None, 90),
    )  # fmt: skip
    assert ranking.red == ("B", "A")
    assert ranking.black == ("E",)
    assert [(one.group, one.rank) for one in ranking.rows] == [
        ("B", 1), ("A", 2), ("C", 3), ("F", 4), ("E", 5), ("D", None), ("G", None),
    ]  # fmt: skip


def test_the_same_score_has_the_same_rank():
    ranking = ranked(("B", 70.0, 10), ("A", 70.0, 10), ("C", 69.9, 10))
    assert [(one.group, one.rank) for one in ranking.rows] == [("A", 1), ("B", 1), ("C", 3)]


def test_whoever_ties_with_the_last_of_a_list_stands_on_it_too():
    ranking = ranked(
        ("A", 90.0, 10), ("B", 90.0, 10), ("C", 90.0, 10), ("D", 86.0, 10),
        ("E", 20.0, 10), ("F", 30.0, 10), ("G", 30.0, 10), ("H", 31.0, 10),
    )  # fmt: skip
    assert ranking.red == ("A", "B", "C")
    assert ranking.black == ("E", "G", "F")


@pytest.mark.parametrize(
    ("hits", "of", "points"),
    [(60, 100, 0), (98, 100, 30), (79, 100, 15), (0, 5, 0), (5, 5, 30)],
)
def test_a_part_gives_points_in_proportion_between_nothing_and_full(hits, of, points):
    part = ScorePart("closing_rate", Fraction(30), Fraction("0.60"), Fraction("0.98"))
    assert part.points(hits, of) == points


def test_of_a_rate_that_should_be_low_less_gives_more():
    part = ScorePart("rework_rate", Fraction(10), Fraction("0.20"), Fraction(0))
    assert [part.points(hits, 100) for hits in (0, 10, 20, 30)] == [10, 5, 0, 0]


@given(st.integers(0, 10**6))
def test_scores_are_rounded_half_up(hundredths):
    assert one_decimal(Fraction(hundredths, 100)) == (hundredths + 5) // 10 / 10


@given(
    st.sampled_from(["score", "closing_rate"]), st.sampled_from(Dimension),
    st.text(min_size=1, max_size=20), st.sampled_from(["before", "2026-03"]),
)  # fmt: skip
def test_a_name_that_is_written_is_read_again(code, dimension, group, when):
    for name in (FigureName(code), FigureName(code, dimension, group), FigureName(code, when=when)):
        assert FigureName.read(str(name)) == name


@pytest.mark.parametrize("written", ["closing_rate:unit:K1", "closing_rate:brigade:", "a:b"])
def test_a_name_of_no_figure_is_told(written):
    with pytest.raises(UnknownName, match="no figure"):
        FigureName.read(written)


@pytest.mark.parametrize(
    ("kind", "written", "day"),
    [
        ("weekly", "2026-W01", date(2025, 12, 29)),
        ("weekly", "2026-11-18", date(2026, 11, 18)),
        ("monthly", "2026-02", date(2026, 2, 1)),
        ("yearly", "2026", date(2026, 1, 1)),
    ],
)
def test_a_span_is_named_as_people_name_it(kind, written, day):
    assert calendar_day(BulletinKind(kind), written) == day


def test_without_a_span_the_last_one_that_is_over_is_meant():
    scopes = {kind: scope_of(RULES.products[kind], "C", Wanted(), now=NOW) for kind in BulletinKind}
    assert {kind: one.since.isoformat() for kind, one in scopes.items()} == {
        "weekly": "2026-11-16T00:00:00+08:00",
        "monthly": "2026-10-01T00:00:00+08:00",
        "yearly": "2025-01-01T00:00:00+08:00",
        "consultation": "2026-11-16T07:00:00+00:00",
    }
    assert scopes[BulletinKind.MONTHLY].before.since.isoformat() == "2026-09-01T00:00:00+08:00"
    assert list(scopes[BulletinKind.YEARLY].months)[::11] == ["2025-01", "2025-12"]


def test_a_report_is_due_some_hours_after_its_span_and_not_before():
    town = Area("T", "镇", Tier.TOWNSHIP, None, Polygon())
    village = Area("V", "村", Tier.COMMUNITY, "T", Polygon())

    def weeks(now: datetime) -> list[tuple[str, str, str]]:
        due = due_bulletins(RULES.products.values(), [town, village], now=now)
        return [
            (one.scope.area, one.scope.since.isoformat(), one.at.isoformat())
            for one in due
            if one.scope.kind is BulletinKind.WEEKLY
        ]

    eight = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # on Monday in China
    assert weeks(eight) == [("T", "2026-11-16T00:00:00+08:00", "2026-11-23T08:00:00+08:00")]
    before = [("T", "2026-11-09T00:00:00+08:00", "2026-11-16T08:00:00+08:00")]
    assert weeks(eight - timedelta(seconds=1)) == before


def test_before_a_span_that_is_nobodys_month_stands_one_as_long():
    scope = Scope(BulletinKind.WEEKLY, "C", datetime(2026, 5, 3, tzinfo=UTC), NOW)
    assert scope.before.until == scope.since
    assert scope.since - scope.before.since == scope.until - scope.since


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('indicator = "satisfaction"', 'indicator = "luck"', "luck"),
        ('span = "week"', 'span = "fortnight"', "fortnight"),
        ("black_below = 60", "black_below = 99", "both"),
        ('period = "closed"', 'period = "someday"', "someday"),
        ('tiers = ["city"', 'tiers = ["planet"', "planet"),
        ("weight = 30", "weight = 0", "weight"),
        ("[product.consultation]", "[product.daily]", "consultation"),
        ("[list]", "[lists]", "lists"),
        ("weight = 30", "weight = ", "TOML"),
    ],
)
def test_a_rule_that_is_none_is_told(old, new, word, tmp_path):
    assert old in RULES.text
    with pytest.raises(BadValue, match=word):
        read_rules(RULES.indicators_text, RULES.text.replace(old, new, 1))
    with pytest.raises(FlawedData):
        known_rules(own_file(tmp_path, {old: new}))


def own_file(folder, changes: dict[str, str]) -> Path:
    text = RULES.text
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    file = folder / "own.toml"
    file.write_text(text, "utf-8")
    return file


def test_the_rules_of_the_program_are_good_as_ones_own(tmp_path):
    assert known_rules(own_file(tmp_path, {})).products.keys() == RULES.products.keys()
    assert known_rules(None) is RULES


@pytest.mark.parametrize(
    ("old", "new", "where", "word"),
    [
        ('indicator = "rework_rate"', 'indicator = "reconsideration_rate"',
            "product.monthly.score", "could not show"),
        ('lists = ["overdue"]', 'lists = ["overdue", "disputed"]',
            "product.weekly.lists", "could not show"),
        ('lists = ["overdue"]', 'lists = ["overdue", "overdue"]', "product.weekly.lists", "once"),
        ("due_h = 8", 'due_h = "eight"', "product.weekly.due_h", "number"),
        ("due_h = 8", "due_h = nan", "product.weekly.due_h", "number"),
        ("least_cases = 10", 'least_cases = "ten"', "score.monthly.least_cases", "whole"),
        ("most_red = 3", "most_red = -3", "list.most_red", "from 0"),
        ("[count.closed]", "[count.closing_rate]", "count.closing_rate", "told apart"),
        ("[count.closed]", '[count."a:b"]', "count.a:b", "small letter"),
        ("[count.closed]", "[count.score]", "count.score", "not score"),
        ('{ within = "closed" }', "{ within = {} }", "count.closed.when", "condition"),
        ('within = "open" }\nstanding = true', 'within = "open" }', "count.open", "either"),
        ('zh = "周报"', "zh = 7", "product.weekly.zh", "text"),
        ("nothing = 0.60", "nothing = 60", "score.monthly.part 1.nothing", "from 0 to 1"),
    ],
)  # fmt: skip
def test_what_would_fail_only_on_paper_or_years_later_is_found_at_the_start(
    old, new, where, word, tmp_path
):
    with pytest.raises(FlawedData) as refused:
        known_rules(own_file(tmp_path, {old: new}))
    said = {one.feature: one.message.en for one in refused.value.findings}
    assert word in said[where]


def test_every_finding_is_told_at_once(tmp_path):
    changes = {
        'span = "week"': 'span = "fortnight"',
        "weight = 30": "weight = 0",
        'period = "closed"': 'period = "someday"',
        "black_below = 60": "black_below = 99",
        "[count.returned]": "[count.Returned]",
    }
    with pytest.raises(FlawedData) as refused:
        known_rules(own_file(tmp_path, changes))
    assert {one.feature for one in refused.value.findings} >= {
        "product.weekly.span",
        "score.monthly.part 1.weight",
        "count.closed.period",
        "list",
        "count.Returned",
        "product.weekly.counts",
    }
