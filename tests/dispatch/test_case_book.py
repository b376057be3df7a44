"""The case book, by hand and against one case after the other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from dispatch.case_book import book_of_history, join_books, zones_of
from dispatch.cases import Number, Stage, Word
from dispatch.formula import standard_formulas
from dispatch.indicator_report import indicator_report
from dispatch.planning.incident_history import IncidentHistory
from dispatch.report_span import ReportSpan, first_day, period_of
from geo.zone import ARRIVAL_TARGET_S, Zone

WEST = Zone("W", "西", None, box(0, 0, 1, 1), 600)
EAST = Zone("E", "东", None, box(1, 0, 2, 1))
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
DAY = st.dates(date(1971, 1, 1), date(2100, 1, 1))


def history(*minutes: tuple[float, ...], lon: list[float]) -> IncidentHistory:
    """Reported, dispatched, arrived, handled, closed: minutes after Monday; NaN for never."""
    reported, dispatched, arrived, handled, closed = (
        MONDAY.timestamp() + 60 * np.array(column, dtype=float)
        for column in zip(*minutes, strict=True)
    )
    n = len(minutes)
    none = np.full(n, -1, dtype=np.int32)
    return IncidentHistory(
        grids=(), matters=("H1",), crews=("K",), modes=(),
        grid=none, matter=np.zeros(n, dtype=np.int32), crew=none, mode=none,
        lon_lat=np.array([(x, 0.5) for x in lon]),
        reported_s=reported, dispatched_s=dispatched, first_on_scene_s=arrived,
        arrived_s=arrived, handled_s=handled, closed_s=closed,
        estimated_s=np.full(n, np.nan), from_lon_lat=np.full((n, 2), np.nan),
        several=np.zeros(n, dtype=bool), visit=np.zeros(n, dtype=bool),
    )  # fmt: skip


NEVER = float("nan")
PAST = history(
    (0, 1, 9, 20, 30),
    (5, 6, 30, 40, 50),
    (7, NEVER, NEVER, NEVER, NEVER),
    lon=[0.5, 1.0, 5.0],
)


def test_a_past_case_is_entered_with_its_instants_and_the_zone_of_its_place():
    book = book_of_history(PAST, [WEST, EAST])
    assert book.cases.word(Word.ZONE).tolist() == ["W", "E", ""]  # a border is the first's by code
    assert book.cases.number(Number.ARRIVAL_TARGET_S).tolist() == [600, 900, ARRIVAL_TARGET_S]
    assert book.cases.number(Number.DISPATCHES).tolist() == [1, 1, 0]
    assert book.cases.word(Word.UNIT).tolist() == ["", "", ""]
    assert book.cases.reached_s(Stage.CLOSED, np.inf)[0] == MONDAY.timestamp() + 1800


def test_rates_of_time_leave_out_cases_without_a_deadline():
    book = book_of_history(PAST, [WEST, EAST])
    report = indicator_report(
        standard_formulas(), book.cases,
        span=ReportSpan.WEEK, day=MONDAY.date(), now=MONDAY + timedelta(days=3),
    )  # fmt: skip
    told = {line.formula.code: (line.found.hits, line.found.of) for line in report.lines}
    assert told["filing_rate"] == (2, 3)
    assert told["handling_rate"] == (2, 2)
    assert told["handled_in_time_rate"] == (0, 0)
    assert report.arrivals is not None
    assert (report.arrivals.in_time.hits, report.arrivals.in_time.of) == (1, 2)  # 8 min, 24 min
    assert {group.name: group.in_time.share for group in report.arrival_groups} == {"W": 1, "E": 0}


def test_books_behind_each_other_hold_the_cases_of_both():
    book = book_of_history(PAST, [WEST])
    both = join_books([book, book.within(WEST.polygon)])
    assert len(both) == 3 + 2
    assert both.cases.word(Word.ZONE).tolist() == ["W", "W", "", "W", "W"]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), min_size=1, max_size=12))
def test_zones_are_those_that_looking_at_each_finds(halves):
    lon_lat = np.array(halves, dtype=float) / 2
    codes, targets_s = zones_of(lon_lat, [WEST, EAST])
    for (lon, lat), code, target_s in zip(lon_lat, codes, targets_s, strict=True):
        holding = [zone for zone in (EAST, WEST) if zone.polygon.intersects(Point(lon, lat))]
        assert code == (holding[0].code if holding else "")
        assert target_s == (holding[0].arrival_target_s if holding else ARRIVAL_TARGET_S)


@given(DAY, st.sampled_from(list(ReportSpan)), st.integers(0, 30))
def test_spans_follow_each_other_without_a_gap_and_hold_their_day(day, span, back):
    first = first_day(span, day, back=back)
    assert first_day(span, first) == first
    assert first_day(span, first - timedelta(days=1)) == first_day(span, day, back=back + 1)
    assert period_of(span, day, back=back + 1).until == period_of(span, day, back=back).since
    if back == 0:
        assert first <= day


@pytest.mark.parametrize(
    ("span", "first"), [("week", "2026-11-02"), ("month", "2026-11-01"), ("year", "2026-01-01")]
)
def test_the_span_of_a_sunday(span, first):
    assert first_day(ReportSpan(span), date(2026, 11, 8)).isoformat() == first
