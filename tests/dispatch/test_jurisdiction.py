"""
What holds of every verdict, whatever the authority list says.

The rules themselves, one by one and both ways, are in `tests/spec/jurisdiction.md`; the lists
here are drawn at random over its city.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import spec.law_book
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import box
from spec.law_book import NOW, Book, read_book

from dispatch.authority import AuthorityRow
from dispatch.city import City
from dispatch.incident import Filing, Incident, IncidentKind
from dispatch.jurisdiction import Jurisdiction, decide
from dispatch.matter import CaseScale, MatterKind
from dispatch.power import local_date
from dispatch.power_rule import FINDINGS
from dispatch.routing import CaseKind
from geo.area import Tier
from geo.errors import BadValue
from geo.place_index import Place
from geo.zone import Zone

CHAPTERS = read_book(Path(spec.law_book.__file__).with_name("jurisdiction.md"))
TOWN: City = Book(CHAPTERS).city(CHAPTERS[0])
TODAY = local_date(NOW)

AREAS = st.sampled_from(sorted(area.code for area in TOWN.areas))
MATTERS = st.sampled_from(sorted(TOWN.matters))
BODIES = st.sampled_from(["Bureau", "Office", "Committee"])
DAYS = st.none() | st.integers(-3, 3).map(lambda days: TODAY + timedelta(days=days))
# Places inside every town, on borders between towns, districts and the county, and outside.
STEPS = st.sampled_from([0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 4.5, 6.5])
PLACES = st.tuples(STEPS, STEPS.map(lambda step: -step)).map(TOWN.place_index.locate)


@st.composite
def rows(draw: st.DrawFn, *, matter: str | None = None, area: str | None = None) -> AuthorityRow:
    """A row that can hold at some time, and may be barred, lapsed or contradictory."""
    area = area or draw(AREAS)
    begins, ends = draw(DAYS), draw(DAYS)
    assume(begins is None or ends is None or begins < ends)
    return AuthorityRow(
        id=f"R{draw(st.integers(0, 10**9))}",
        matter=matter or draw(MATTERS),
        area=area,
        tier=draw(st.sampled_from([TOWN.area_of[area].tier, *Tier])),
        acting_body=draw(BODIES),
        lead=draw(st.none() | st.sampled_from(["Road Squad", "ecology"])),
        assisting=draw(st.sampled_from([(), ("Police",)])),
        valid_from=begins,
        valid_to=ends,
        min_certified=draw(st.integers(1, 4)),
        skills=draw(st.sampled_from([(), ("lab",), ("drone", "lab")])),
        excluding=tuple(draw(st.sets(AREAS, max_size=1)) - {area}),
        scale=draw(st.none() | st.sampled_from(CaseScale)),
        answer_within_s=draw(st.none() | st.integers(1, 9)),
    )


LISTS = st.lists(rows(), max_size=12, unique_by=lambda row: row.id)
FILINGS = st.lists(
    st.builds(Filing, BODIES, st.integers(-2, 1).map(lambda hours: NOW + timedelta(hours=hours))),
    max_size=3,
)
REPORTS = st.builds(
    Incident,
    lon_lat=st.just((0.5, -0.5)),
    matters=st.sets(MATTERS | st.just("no such matter"), max_size=3).map(tuple),
    reported_at=st.just(NOW),
    kind=st.sampled_from(IncidentKind),
    scale=st.none() | st.sampled_from(CaseScale),
    filings=FILINGS.map(tuple),
)


def verdict(
    incident: Incident, place: Place, listed: Sequence[AuthorityRow], city: City = TOWN
) -> Jurisdiction:
    return decide(incident, place, replace(city, authority=tuple(listed)), now=NOW)


@given(incident=REPORTS, place=PLACES, listed=LISTS)
def test_every_matter_has_one_holder_or_a_finding(incident, place, listed):
    found = verdict(incident, place, listed)
    by_id = {row.id: row for row in listed}
    assert {holder.matter for holder in found.holders} == set(incident.matters or [None])
    for holder in found.holders:
        if holder.acting_body is None:
            assert holder.rule in found.findings or holder.matter is None
            assert holder.row is None
        else:
            row = by_id[holder.row]
            assert (row.matter, row.acting_body) == (holder.matter, holder.acting_body)
            assert row.holds_on(TODAY)
            assert row.covers(holder.scale)
            assert holder.rule.code not in FINDINGS


@given(incident=REPORTS, place=PLACES, listed=LISTS, data=st.data())
def test_an_unrelated_row_changes_nothing(incident, place, listed, data):
    near = {area.code for area in (*place.areas, *place.bordering)}
    near |= {above.code for code in near for above in TOWN.chain_of(code)}
    elsewhere = rows().filter(
        lambda row: row.matter not in incident.matters or row.area not in near
    )
    other = data.draw(elsewhere.filter(lambda row: row.id not in {one.id for one in listed}))
    assert verdict(incident, place, [*listed, other]) == verdict(incident, place, listed)


@given(incident=REPORTS, place=PLACES, listed=LISTS, data=st.data())
def test_the_order_of_rows_and_of_matters_never_matters(incident, place, listed, data):
    shuffled = replace(incident, matters=tuple(data.draw(st.permutations(incident.matters))))
    again = data.draw(st.permutations(listed))
    assert verdict(shuffled, place, again) == verdict(incident, place, listed)


@given(incident=REPORTS, place=PLACES, listed=LISTS)
def test_a_visit_is_never_cross_domain_and_needs_the_skills_of_all(incident, place, listed):
    visit = verdict(replace(incident, kind=IncidentKind.VISIT), place, listed)
    report = verdict(replace(incident, kind=IncidentKind.REPORT), place, listed)
    assert visit.kind == CaseKind.GRID
    assert visit.need == report.need
    bodies = {holder.matter: holder.acting_body for holder in visit.holders}
    assert bodies == {holder.matter: holder.acting_body for holder in report.holders}


@given(incident=REPORTS, place=PLACES, listed=LISTS)
def test_a_township_never_holds_a_compulsory_measure(incident, place, listed):
    for holder in verdict(incident, place, listed).holders:
        if holder.matter == "raze":
            assert TOWN.matters["raze"].kind == MatterKind.COMPULSORY
            assert holder.tier not in {Tier.TOWNSHIP, Tier.COMMUNITY}


@given(incident=REPORTS, place=PLACES, listed=LISTS, brigade=st.sampled_from([None, "Brigade 3"]))
def test_redrawing_zones_changes_the_brigade_and_never_the_holder(incident, place, listed, brigade):
    redrawn = replace(place, zone=Zone("Z", "新区", brigade, box(0, 0, 1, 1)))
    before, after = verdict(incident, place, listed), verdict(incident, redrawn, listed)
    if after.kind == CaseKind.GRID and after.hand_off is None:
        assert after.unit == brigade
    assert [replace(holder, unit=None) for holder in after.holders] == [
        replace(holder, unit=None) for holder in before.holders
    ]


@given(incident=REPORTS, place=PLACES, listed=LISTS)
def test_somebody_acts_or_the_place_is_secured_or_handed_over(incident, place, listed):
    found = verdict(incident, place, listed)
    assert found.may_act or found.to_secure or found.hand_off
    assert {clock.kind for clock in found.clocks} >= (
        {"secure"} if found.to_secure else {"arrive"} if found.may_act else set()
    )
    for remark in (*found.grounds, *found.findings):
        assert remark.zh
        assert remark.en


@given(listed=rows(), days=st.integers(-5, 5))
def test_a_row_holds_from_its_first_day_until_the_day_it_ends(listed, days):
    day = TODAY + timedelta(days=days)
    begun = listed.valid_from is None or listed.valid_from <= day
    ended = listed.valid_to is not None and listed.valid_to <= day
    assert listed.holds_on(day) == (begun and not ended)


@given(turn=st.dates(date(2026, 1, 1), date(2027, 1, 1)), days=st.integers(-400, 400))
def test_where_one_row_follows_another_exactly_one_holds_on_any_day(turn, days):
    old = AuthorityRow("1", "stall", "a", Tier.TOWNSHIP, "Old Office", valid_to=turn)
    new = AuthorityRow("2", "stall", "a", Tier.TOWNSHIP, "New Office", valid_from=turn)
    assert [row.holds_on(turn + timedelta(days=days)) for row in (old, new)].count(True) == 1


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-11-20T15:59:59+00:00", date(2026, 11, 20)),
        ("2026-11-20T16:00:00+00:00", date(2026, 11, 21)),
        ("2026-11-20T23:59:59+08:00", date(2026, 11, 20)),
    ],
)
def test_the_day_is_that_of_shanghai(instant, day):
    assert local_date(datetime.fromisoformat(instant)) == day


@pytest.mark.parametrize(
    "wrong",
    [
        {"acting_body": ""},
        {"min_certified": 0},
        {"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)},
        {"valid_from": date(2026, 2, 1), "valid_to": date(2026, 2, 1)},
        {"excluding": ("a",)},
        {"handle_within_s": 0},
    ],
)
def test_a_row_that_can_never_hold_is_refused(wrong):
    row = AuthorityRow("1", "stall", "a", Tier.TOWNSHIP, "An Town Government")
    with pytest.raises(BadValue, match="row 1"):
        replace(row, **wrong)
