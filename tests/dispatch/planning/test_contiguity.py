"""Which zones are in pieces, who could take the pieces, and which islands may stay."""

from __future__ import annotations

from textwrap import dedent

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from spec.board import board, checkers, drawn_as

from dispatch.planning.contiguity import (
    contiguity_findings,
    is_contiguous,
    repair,
    zone_pieces,
)
from dispatch.planning.plan_locks import PlanLocks
from dispatch.planning.zone_plan import ZonePlan


def mended(drawing, locks=None):
    drawn = board(drawing)
    done = repair(drawn.graph, drawn.plan, locks or PlanLocks())
    return drawn_as(done.plan, drawing), done


def said(drawing):
    drawn = board(drawing)
    return [
        (finding.code, finding.feature, finding.severity.value)
        for finding in contiguity_findings(drawn.graph, drawn.plan)
    ]


def test_the_largest_part_is_the_main_part_and_islands_are_told_from_strays():
    drawn = board(
        """
        AAB~A
        ABB~~
        BBA~A
        """
    )
    (pieces,) = zone_pieces(drawn.graph, drawn.plan)
    codes = drawn.codes
    assert pieces.zone == "A"
    assert [codes[row] for row in pieces.main] == ["00", "01", "10"]
    assert [[codes[row] for row in rows] for rows in pieces.stray] == [["22"]]
    assert [[codes[row] for row in rows] for rows in pieces.islands] == [["04"], ["24"]]


def test_a_zone_with_a_large_island_and_a_small_piece_of_the_mainland_is_whole():
    """Seen to fail while the largest part of all was the main part."""
    drawn = board(
        """
        AAA~AB
        AAA~BB
        """
    )
    (pieces,) = zone_pieces(drawn.graph, drawn.plan)
    assert [drawn.codes[row] for row in pieces.main] == ["04"]
    assert [len(rows) for rows in pieces.islands] == [6]
    assert pieces.stray == ()
    assert is_contiguous(drawn.graph, drawn.plan)


def test_a_stray_piece_goes_where_its_border_is_longest():
    drawing = dedent(
        """
        CCBBB
        CABBA
        CCBAA
        CCCCC
        """
    ).strip()
    after, done = mended(drawing)
    assert after == "CCBBB\nCCBBA\nCCBAA\nCCCCC"
    (move,) = done.moves
    assert (move.loses, move.gains, round(move.border_m)) == ("A", "C", 300)


def test_pieces_inside_pieces_are_given_away_from_within():
    after, done = mended("AAAAAABBBABB\nAAAAAABBBBBB")
    assert after == "AAAAAABBBBBB\nAAAAAABBBBBB"
    assert not done.left


def test_a_locked_neighbour_is_passed_over_and_a_locked_piece_stays_and_says_so():
    after, _ = mended("CCC\nCAC\nBBB\nAAA", PlanLocks(zones=frozenset({"C"})))
    assert after == "CCC\nCBC\nBBB\nAAA"
    after, done = mended("CCC\nCAC\nBBB\nAAA", PlanLocks(grids=frozenset({"11"})))
    assert after == "CCC\nCAC\nBBB\nAAA"
    assert [remark.code for remark in done.left] == ["piece_cannot_move"]


def test_a_piece_among_grids_of_no_zone_has_no_taker():
    _, done = mended("AA.A")
    assert [remark.code for remark in done.left] == ["piece_cannot_move"]


def test_what_is_not_in_one_piece_is_said_in_words():
    assert said("AABA~A~.") == [
        ("zone_in_pieces", "03", "error"),
        ("natural_island", "05", "note"),
        ("grid_in_no_zone", "07", "warning"),
    ]
    drawn = board("AA")
    wider = ZonePlan(drawn.plan.grids, ("A", "B"), drawn.plan.zone_of)
    (finding,) = contiguity_findings(drawn.graph, wider)
    assert (finding.code, finding.feature) == ("zone_without_grid", "B")


@given(
    zones=st.lists(st.integers(-1, 4), min_size=30, max_size=30),
    water=st.sets(st.integers(0, 29), max_size=8),
)
def test_a_repair_leaves_no_stray_piece_but_those_it_explains(zones, water):
    names = "ABCDE"
    drawn = [
        "~" if at in water else "." if zone < 0 else names[zone] for at, zone in enumerate(zones)
    ]
    if all(one in "~." for one in drawn):
        return
    rows = ["".join(drawn[at : at + 6]) for at in range(0, 30, 6)]
    town = board("\n".join(rows))
    done = repair(town.graph, town.plan)
    stray = [rows for one in zone_pieces(town.graph, done.plan) for rows in one.stray]
    assert len(stray) == len(done.left)
    assert is_contiguous(town.graph, done.plan) == (not done.left)
    assert (done.plan.zone_of == -1).tolist() == (town.plan.zone_of == -1).tolist()
    kept = {zone: len(town.plan.rows_in(zone)) for zone in town.plan.zones}
    assert all(len(done.plan.rows_in(zone)) for zone, count in kept.items() if count)


def test_two_thousand_grids_are_looked_through_at_once():
    drawn = checkers(40, 50, 14)
    assert zone_pieces(drawn.graph, drawn.plan) == ()
    scattered = drawn.plan.zone_of.copy()
    scattered[::97] = 3
    plan = ZonePlan(drawn.plan.grids, drawn.plan.zones, scattered)
    done = repair(drawn.graph, plan)
    assert is_contiguous(drawn.graph, done.plan)
    assert np.bincount(done.plan.zone_of, minlength=14).min() > 0
