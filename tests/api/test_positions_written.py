"""What is written fast says the same as the models that describe it, and each page its own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, timedelta

from hypothesis import given
from hypothesis import strategies as st
from spec.town import town
from spec.town_city import TownCity

from api.earshot import Earshot
from api.positions_now import PositionsNow
from api.schemas_position import (
    FixRefused,
    FixResultsOut,
    position_texts,
    positions_of,
    results_json,
)
from dispatch.access import Act
from dispatch.whereabouts import Whereabouts
from geo.errors import BadValue
from geo.position import ACCEPTED, TELEPORT, Fix, FixResult, Positions

STREET = town("1---2---3---x---5---6")
HERE = TownCity(STREET, home="16", next_door="3").whereabouts()
EVERYBODY = Earshot(frozenset(Act), HERE.city.roots)
NOBODY = Earshot(frozenset(Act), frozenset())

MEASURED = st.none() | st.floats(0, 360)
FIXES = st.builds(
    Fix,
    st.sampled_from(sorted(HERE.city.roster.officer_row)),
    st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
    st.datetimes(timezones=st.just(UTC)),
    MEASURED,
    MEASURED,
    MEASURED,
)


def as_listed(whereabouts: Whereabouts) -> list[dict]:
    fixes = whereabouts.positions.fixes
    return [one.model_dump(mode="json") for one in positions_of(whereabouts, sorted(fixes))]


def moved(whereabouts: Whereabouts, officer: str, after_s: int) -> Whereabouts:
    """The officer is seen again where he or she was."""
    last = whereabouts.positions.fixes[officer]
    time = last.time + timedelta(seconds=after_s)
    return whereabouts.moved([Fix(officer, last.lon_lat, time)], now=time)[0]


@given(FIXES)
def test_a_position_is_written_as_the_list_of_positions_says_it(fix):
    there = replace(HERE, positions=Positions({fix.officer: fix}))
    (listed,) = positions_of(there, [fix.officer])
    assert position_texts(there, [fix.officer]) == {fix.officer: listed.model_dump_json()}


@given(st.lists(st.tuples(FIXES, st.sampled_from([ACCEPTED, TELEPORT])), max_size=5))
def test_results_are_written_as_they_are_described(judged):
    results = [FixResult(fix, remark) for fix, remark in judged]
    refused = FixRefused.of({"officer": "P1", "time": "?"}, BadValue("It is no fix."))
    read = FixResultsOut.model_validate_json(results_json([*results, refused]))
    assert read.accepted == sum(one.accepted for one in results)
    assert [(one.officer, one.time, one.accepted, one.remark.code) for one in read.results] == [
        *((one.fix.officer, one.fix.time, one.accepted, one.remark.code) for one in results),
        ("P1", None, False, "bad_value"),
    ]


def test_a_page_that_opens_is_told_of_everybody_and_then_of_who_moved():
    now, first = PositionsNow(), min(HERE.positions.fixes)
    opening = json.loads(now.everybody(HERE, EVERYBODY))
    assert opening == {"complete": True, "items": as_listed(HERE)}
    later = moved(HERE, first, 60)
    told = now.moved(later, [first], [EVERYBODY, NOBODY])
    assert {earshot: json.loads(text) for earshot, text in told.items()} == {
        EVERYBODY: {"complete": False, "items": as_listed(later)[:1]}
    }
    assert json.loads(now.everybody(later, EVERYBODY))["items"] == as_listed(later)
    assert json.loads(now.everybody(later, NOBODY)) == {"complete": True, "items": []}


def test_who_moved_while_nobody_listened_is_where_he_is_for_the_next_page():
    now, first = PositionsNow(), min(HERE.positions.fixes)
    now.everybody(HERE, EVERYBODY)
    later = moved(HERE, first, 60)
    assert now.moved(later, [first], []) == {}
    assert json.loads(now.everybody(later, EVERYBODY))["items"] == as_listed(later)
