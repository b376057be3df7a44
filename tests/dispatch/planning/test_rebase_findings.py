"""A plan put on another base: zones that one of the two dissolved, and codes that both gave."""

from __future__ import annotations

from spec.board import board

from dispatch.planning.plan_content import PlanContent
from dispatch.planning.rebase_findings import rebase_findings
from dispatch.planning.rebasing import rebased


def found(base: str, mine: str, theirs: str):
    """Code, zone and grids of each finding when a drawn plan is put on another."""
    was, own, now = (PlanContent(board(drawing).plan) for drawing in (base, mine, theirs))
    after = rebased(was, own, now, keep_mine=True)
    findings = rebase_findings(was, own, now, after)
    for one in findings:
        assert one.feature in one.message.en
        assert one.feature in one.message.zh
        assert all(grid in one.message.en for grid in one.others if len(one.others) < 9)
    return [(one.code, one.feature, " ".join(one.others)) for one in findings]


def test_moves_between_zones_that_stay_are_nothing_to_look_at():
    assert found("AABB", "AAAB", "AABB") == []
    assert found("AABBC", "AAABC", "AABBB") == [], "both dissolved nothing that the other keeps"


def test_a_zone_that_the_published_plan_dissolved_is_named_where_grids_were_put_into_it():
    assert found("AABC", "ABBC", "AACC") == [("zone_dissolved_there", "B", "01")]


def test_a_zone_that_was_dissolved_is_named_where_it_has_grids_again():
    assert found("AABC", "AACC", "ABBC") == [("zone_dissolved_here", "B", "01")]


def test_a_code_that_both_gave_to_a_new_zone_is_named():
    assert found("AABB", "DABB", "AABD") == [("zone_code_taken", "D", "00 03")]
    assert found("AABB", "AABD", "AABD") == [], "it is the same zone"


def test_several_are_named_at_once():
    codes = [code for code, _, _ in found("AABCEE", "DBBCEE", "AACCED")]
    assert codes == ["zone_dissolved_there", "zone_code_taken"]
