"""What changes hands between two plans, and the list that is signed for it."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec.board import board

from api.plan_handover import handover_document, handover_json, write_handover
from dispatch.planning.handover import HandoverFacts, handover_list
from dispatch.planning.plan_diff import plan_diff
from dispatch.planning.zone_plan import ZonePlan
from geo.errors import BadValue

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
BEFORE = "AAABBB\nAAABBB"
AFTER = "AABBBB\nAABBBC"


def moves(before, after, weight=None):
    drawn = board(before)
    diff = plan_diff(drawn.plan, board(after).plan, weight)
    codes = [drawn.codes[row] for row in diff.moved]
    return list(zip(codes, diff.loses, diff.gains, strict=True))


def listed(after=AFTER, **facts: object):
    drawn = board(BEFORE)
    plans = (drawn.plan, board(after).plan)
    told = HandoverFacts(brigades={"A": "大队一", "B": "大队二"}, **facts)
    return handover_list(drawn.graph, plans, told, prepared_by="lin", prepared_at=AT)


def test_a_grid_that_goes_to_another_zone_is_a_move():
    assert moves("AABB", "AAAB") == [("02", "B", "A")]
    assert moves("AABB", "AA.B") == [("02", "B", None)]
    assert moves("A.BB", "AABB") == [("01", None, "A")]


def test_zones_that_are_numbered_anew_move_nothing():
    assert moves("AABB", "XXYY") == []
    assert moves("AABB", "BBAA") == []
    assert moves("AABB", "BBBA") == [("02", "B", "A")]


def test_a_new_zone_gains_and_a_dissolved_zone_loses():
    assert moves("AAAABB", "AAACBB") == [("03", "A", "C")]
    assert moves("AAACBB", "AAAABB") == [("03", "C", "A")]
    diff = plan_diff(board("AAACBB").plan, board("AAAABB").plan)
    assert diff.gone == ("C",)


def test_a_new_zone_of_an_old_code_is_told_apart():
    assert moves("AAAABBBC", "AAAABCCC") == [("05", "B", "C"), ("06", "B", "C")]
    assert moves("AABBBB", "XXXBAA") == [("02", "B", "A"), ("03", "B", "B*")]


def test_what_stays_is_weighed_by_what_counts():
    weight = np.array([1.0, 1, 9, 1])
    assert moves("AAAB", "AABB") == [("02", "A", "B")]
    heavy = moves("AAAB", "AABB", weight)
    assert heavy == [("00", "A", "A*"), ("01", "A", "A*"), ("03", "B", "A")]


@given(
    zones=st.lists(st.sampled_from("ABCD."), min_size=12, max_size=12),
    names=st.permutations("ABCDEFGH"),
)
def test_a_plan_numbered_anew_is_the_same_plan(zones, names):
    drawn = board("".join(zones))
    again = dict(zip("ABCD", names, strict=False))
    renamed = ZonePlan.of(drawn.codes, [again.get(zone) for zone in zones])
    diff = plan_diff(drawn.plan, renamed)
    assert diff.moved.tolist() == []
    assert diff.gone == ()
    back = plan_diff(renamed, drawn.plan)
    assert sorted(diff.renamed) == sorted((old, new) for new, old in back.renamed)


@given(
    before=st.lists(st.sampled_from("ABC."), min_size=8, max_size=8),
    after=st.lists(st.sampled_from("ABC."), min_size=8, max_size=8),
)
def test_no_more_moves_than_codes_themselves_tell(before, after):
    named = sum(one != other for one, other in zip(before, after, strict=True))
    assert len(moves("".join(before), "".join(after))) <= named


def test_plans_over_other_grids_are_not_compared():
    with pytest.raises(BadValue, match="02 stand in one only"):
        plan_diff(board("AA").plan, board("AAA").plan)


def test_each_grid_is_listed_with_brigades_open_incidents_and_minutes():
    per_year = np.full(12, 30.0)
    before_s, after_s = np.full(12, 600.0), np.full(12, 420.0)
    after_s[8] = np.inf
    done = listed(
        open_incidents={"02": ["I-9", "I-3"], "05": ["I-1"]},
        per_year=per_year, before_s=before_s, after_s=after_s,
    )  # fmt: skip
    assert [(row.grid, row.loses, row.gains) for row in done.rows] == [
        ("02", "A", "B"),
        ("12", "A", "B"),
        ("15", "B", "C"),
    ]
    first, second, third = done.rows
    assert (first.loses_brigade, first.gains_brigade) == ("大队一", "大队二")
    assert first.open_incidents == ("I-3", "I-9")
    assert first.minutes_per_year == pytest.approx(30 * -180 / 60)
    assert second.minutes_per_year is None
    assert third.gains_brigade is None


def test_sums_of_each_pair_say_of_how_many_grids_nothing_is_known():
    after_s = np.full(12, 420.0)
    after_s[8] = np.inf
    done = listed(per_year=np.full(12, 30.0), before_s=np.full(12, 600.0), after_s=after_s)
    to_b, to_c = done.sums
    assert (to_b.loses, to_b.gains, to_b.grids, to_b.unknown) == ("A", "B", 2, 1)
    assert to_b.area_km2 == pytest.approx(0.02, rel=1e-3)
    assert to_b.incidents_per_year == pytest.approx(60)
    assert to_b.minutes_per_year == pytest.approx(-90)
    assert (to_c.loses, to_c.gains, to_c.unknown) == ("B", "C", 0)


def test_without_demand_and_times_the_list_still_says_who_loses_what():
    done = listed()
    assert {row.minutes_per_year for row in done.rows} == {None}
    assert done.sums[0].minutes_per_year is None
    assert done.base == board(BEFORE).plan.digest


def test_the_list_is_written_as_csv_workbook_and_pdf(tmp_path):
    done = listed(open_incidents={"02": ["I-9", "I-3"]}, per_year=np.full(12, 30.0))
    for name in ("list.csv", "list.xlsx", "list.pdf"):
        write_handover(tmp_path / name, done)
    with (tmp_path / "list.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["grid"] == "02"
    assert rows[0]["open_incidents"] == "I-3;I-9"
    assert rows[0]["incidents_per_year"] == "30.0"
    assert rows[0]["minutes_per_year"] == ""
    assert (tmp_path / "list.pdf").read_bytes().startswith(b"%PDF")
    assert handover_json(done)["sums"][0]["grids"] == 2


def test_the_document_names_both_plans_who_and_when_and_what_only_changes_its_code():
    document = handover_document(listed("XXXYYY\nXXXYYY"))
    facts = {name.en: value for name, value in document.facts}
    assert facts["Plan in force"] == board(BEFORE).plan.digest
    assert (facts["Prepared by"], facts["Prepared at"]) == ("lin", "2026-11-22T08:00+00:00")
    assert facts["Unit grids handed over"] == "0"
    assert document.tables[-1].rows == (("A", "X"), ("B", "Y"))


def test_another_format_is_refused(tmp_path):
    with pytest.raises(BadValue, match="neither"):
        write_handover(tmp_path / "list.docx", listed())
