"""What a planner does to a plan: zones that stay in one piece, locks that hold, lines that snap."""

from __future__ import annotations

from functools import cache
from textwrap import dedent

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec.board import board, drawn_as, lon_lat_of

from dispatch.planning.contiguity import is_contiguous
from dispatch.planning.edit_history import EditHistory
from dispatch.planning.edit_script import apply_edits, parse_edits, read_edits
from dispatch.planning.grid_ground import grid_ground
from dispatch.planning.plan_edit import (
    Assign,
    Brush,
    Cut,
    Enclose,
    Halve,
    Merge,
    Redraw,
    edit_plan,
)
from dispatch.planning.plan_locks import NO_LOCKS, PlanLocks
from geo.errors import BadValue, FlawedData, UnknownName, UnreadableFile

TWO = """
    AAABBB
    AAABBB
    AAABBB
    """
DRAWINGS = (
    TWO,
    """
    AAB~C
    ABB~C
    ..BBC
    """,
    """
    AABBCC
    AABBCC
    DDDDDD
    DD~~EE
    """,
)
ZONES = ("A", "B", "C", "D", "E")


@cache
def town(drawing):
    drawn = board(drawing)
    return drawn, grid_ground(drawn.grids, drawn.areas)


def edited(drawing, edit, locks=NO_LOCKS):
    drawn, ground = town(drawing)
    return edit_plan(ground, drawn.plan, edit, locks)


def check(drawing, edit, expected, *, repaired=False):
    after = edited(drawing, edit).taken(repaired=repaired)
    assert after is not None
    assert drawn_as(after, drawing) == dedent(expected).strip()


def refusal(drawing, edit, locks=NO_LOCKS):
    outcome = edited(drawing, edit, locks)
    assert outcome.taken(repaired=True) is None
    return [remark.code for remark in outcome.refused]


def line(*places: tuple[float, float]):
    return tuple(lon_lat_of(*place) for place in places)


def in_one_piece(drawn, plan):
    """What networkx says of each zone, but for what has no neighbour at all."""
    graph = nx.Graph()
    graph.add_nodes_from(range(len(plan)))
    graph.add_edges_from(zip(drawn.graph.source, drawn.graph.neighbour, strict=True))
    whole = [frozenset(one) for one in nx.connected_components(graph)]
    for zone in plan.zones:
        rows = set(plan.rows_in(zone).tolist())
        parts = list(nx.connected_components(graph.subgraph(rows)))
        if len([part for part in parts if frozenset(part) not in whole]) > 1:
            return False
    return True


def test_a_grid_goes_over_the_border():
    check(TWO, Assign("A", ("03",)), "AAAABB\nAAABBB\nAAABBB")


def test_grids_may_leave_every_zone():
    check(TWO, Assign(None, ("00",)), ".AABBB\nAAABBB\nAAABBB")


def test_a_brush_takes_what_lies_near_its_way():
    check(TWO, Brush("A", 30.0, line((0.5, 3.5), (1.5, 3.5))), "AAAABB\nAAAABB\nAAABBB")
    check(TWO, Brush("A", 130.0, line((0.5, 3.5))), "AAAAAB\nAAAAAB\nAAABBB")


def test_a_closed_line_takes_what_lies_inside_by_more_than_half():
    ring = line((-0.2, 2.8), (-0.2, 4.8), (1.8, 4.8), (1.6, 2.9), (-0.2, 2.85))
    check(TWO, Enclose("A", ring), "AAAAAB\nAAAAAB\nAAABBB")


def test_an_open_line_across_a_zone_splits_it_along_grids():
    check(TWO, Cut("A", "C", line((1.2, -0.5), (0.8, 4))), "CCCBBB\nAAABBB\nAAABBB")


def test_a_line_that_ends_inside_divides_nothing():
    assert refusal(TWO, Cut("A", "C", line((1.2, -0.5), (1.2, 2.0)))) == ["line_divides_nothing"]
    assert refusal(TWO, Cut("A", "C", line((1.0, 1.0)))) == ["line_divides_nothing"]


def test_a_line_that_shaves_a_corner_takes_no_grid():
    assert refusal(TWO, Cut("A", "C", line((0.3, -0.5), (-0.5, 0.3)))) == ["line_divides_nothing"]


def test_a_grid_that_a_winding_line_cuts_off_goes_to_the_other_side():
    drawing = "AAAAAA\nAAAAAA"
    winding = line((-0.5, 2.9), (1.1, 2.9), (1.1, 4.1), (0.9, 4.1), (0.9, 5.1), (2.5, 5.1))
    after = edited(drawing, Cut("A", "C", winding)).taken()
    assert after is not None
    assert in_one_piece(board(drawing), after)


def test_the_border_of_two_zones_is_drawn_anew_and_each_keeps_its_side():
    border = line((-0.5, 2.1), (1.9, 2.1), (1.9, 3.9), (3.5, 3.9))
    check(TWO, Redraw(("A", "B"), border), "AABBBB\nAABBBB\nAAAABB")


def test_a_zone_is_split_into_two_connected_halves():
    after = edited(TWO, Halve("A", "C")).taken()
    assert after is not None
    assert {len(after.rows_in("A")), len(after.rows_in("C"))} == {4, 5}
    assert in_one_piece(board(TWO), after)


def test_halves_balance_what_they_are_told_to():
    drawn = board("AAAAAA")
    weight = np.array([10.0, 1, 1, 1, 1, 6])
    outcome = edit_plan(grid_ground(drawn.grids), drawn.plan, Halve("A", "C"), weight=weight)
    assert sorted(weight[outcome.after.rows_in(zone)].sum() for zone in "AC") == [10.0, 10.0]


def test_zones_become_one_and_the_other_code_is_gone():
    outcome = edited(TWO, Merge("A", ("B",)))
    assert outcome.allowed
    assert outcome.after.zones == ("A",)


def test_an_edit_that_tears_a_zone_is_not_taken_without_the_repair_that_is_offered():
    outcome = edited("ABBBC", Assign("C", ("02",)))
    assert outcome.taken() is None
    assert [remark.code for remark in outcome.broken] == ["zone_in_pieces"] * 2
    assert outcome.repair is not None
    assert drawn_as(outcome.taken(repaired=True), "ABBBC") == "ABCCC"


def test_what_was_in_pieces_before_is_not_held_against_an_edit():
    assert edited("ABABBB", Assign("A", ("03",))).allowed


def test_the_last_grid_of_a_zone_goes_only_by_merging():
    assert refusal("AB", Assign("A", ("01",))) == ["zone_emptied"]


def test_a_line_that_is_not_closed_encloses_nothing_and_water_is_no_grid():
    open_line = line((0, 0), (0, 5), (2, 5))
    assert refusal(TWO, Enclose("A", open_line)) == ["line_not_closed"]
    assert refusal(TWO, Brush("A", 1.0, line((50, 50)))) == ["touches_no_grid"]


def test_locks_refuse_in_words():
    edit = Assign("A", ("03", "04"))
    assert refusal(TWO, edit, PlanLocks(grids=frozenset({"03"}))) == ["grid_locked"]
    assert refusal(TWO, edit, PlanLocks(zones=frozenset({"B"}))) == ["zone_locked"]
    assert refusal(TWO, edit, PlanLocks(together=frozenset({("04", "05")}))) == ["must_join"]
    assert refusal(TWO, edit, PlanLocks(apart=frozenset({("00", "04")}))) == ["must_part"]
    (remark,) = edited(TWO, edit, PlanLocks(grids=frozenset({"03"}))).refused
    assert remark.en == "The unit grid 03 is locked in B and can't go to A; unlock it first."


def test_a_pair_that_is_wrong_already_does_not_stop_the_rest():
    locks = PlanLocks(together=frozenset({("00", "05")}), apart=frozenset({("00", "01")}))
    assert edited(TWO, Assign("A", ("03",)), locks).allowed


def test_a_repair_respects_locks_or_is_no_way_out():
    outcome = edited("ABBBC", Assign("C", ("02",)), PlanLocks(grids=frozenset({"01", "03"})))
    assert outcome.repair is not None
    assert [remark.code for remark in outcome.repair.left] == ["piece_cannot_move"]
    assert outcome.taken(repaired=True) is None
    locked = PlanLocks(zones=frozenset({"A"}), grids=frozenset({"01", "03"}))
    assert edited("ABCBA", Assign("B", ("00",)), locked).taken(repaired=True) is None


def test_unknown_names_are_named():
    with pytest.raises(UnknownName, match="no unit grid '99'"):
        edited(TWO, Assign("A", ("99",)))
    with pytest.raises(UnknownName, match="no zone 'X'"):
        edited(TWO, Assign("X", ("00",)))
    with pytest.raises(BadValue, match="has a zone B already"):
        edited(TWO, Halve("A", "B"))
    with pytest.raises(BadValue, match="not -1"):
        edited(TWO, Brush("A", -1, line((0, 0))))
    with pytest.raises(BadValue, match="order is lon,lat"):
        edited(TWO, Brush("A", 1, ((21.4, 109.1),)))


def any_edit():
    zone = st.sampled_from(ZONES)
    place = st.tuples(st.floats(-1, 5), st.floats(-1, 7))
    return st.one_of(
        st.builds(
            Assign,
            st.one_of(st.none(), zone),
            st.lists(st.sampled_from(["00", "01", "02", "10", "11", "22"]), min_size=1, max_size=3)
            .map(tuple),
        ),
        st.builds(lambda z, r, p: Brush(z, r, line(*p)), zone, st.floats(0, 150),
                  st.lists(place, min_size=1, max_size=3)),
        st.builds(lambda z, p: Enclose(z, line(*p, p[0])), zone,
                  st.lists(place, min_size=3, max_size=5, unique=True)),
        st.builds(lambda z, p: Cut(z, "N", line(*p)), zone,
                  st.lists(place, min_size=2, max_size=4, unique=True)),
        st.builds(lambda a, b, p: Redraw((a, b), line(*p)), zone, zone,
                  st.lists(place, min_size=2, max_size=4, unique=True)),
        st.builds(lambda z: Halve(z, "N"), zone),
        st.builds(lambda a, b: Merge(a, (b,)), zone, zone),
    )  # fmt: skip


@given(
    drawing=st.sampled_from(DRAWINGS),
    edits=st.lists(any_edit(), max_size=4),
    locks=st.builds(
        PlanLocks,
        grids=st.frozensets(st.sampled_from(["00", "11", "22"]), max_size=1),
        zones=st.frozensets(st.sampled_from(ZONES), max_size=1),
        apart=st.frozensets(st.just(("01", "02")), max_size=1),
        together=st.frozensets(st.just(("00", "10")), max_size=1),
    ),
    repaired=st.booleans(),
)
def test_every_edit_that_is_taken_keeps_zones_in_one_piece_and_locks_whole(
    drawing, edits, locks, repaired
):
    drawn, ground = town(drawing)
    plan = drawn.plan
    assert is_contiguous(drawn.graph, plan) == in_one_piece(drawn, plan)
    for edit in edits:
        try:
            after = edit_plan(ground, plan, edit, locks).taken(repaired=repaired)
        except (UnknownName, BadValue):
            continue
        if after is None:
            continue
        assert in_one_piece(drawn, after)
        assert not locks.refusals(plan, after)
        for code in locks.grids & plan.row_of.keys():
            assert after.zone_codes[after.row_of[code]] == plan.zone_codes[plan.row_of[code]]
        plan = after


@given(ways=st.lists(st.sampled_from(["edit", "undo", "redo"]), max_size=12))
def test_redo_takes_back_an_undo_and_an_edit_forgets_what_was_undone(ways):
    drawn = board(TWO)
    history = EditHistory.begin(drawn.plan)
    for number, way in enumerate(ways):
        if way == "edit":
            history = history.record(drawn.plan, str(number))
            assert not history.can_redo
        elif way == "undo" and history.can_undo:
            back = history.undo()
            assert back.redo().plan is history.plan
            assert back.redo().done == history.done
            history = back
        elif way == "redo" and history.can_redo:
            assert history.redo().undo().plan is history.plan
            history = history.redo()


def test_at_either_end_of_the_history_a_sentence_says_so():
    history = EditHistory.begin(board(TWO).plan)
    with pytest.raises(BadValue, match="nothing to undo"):
        history.undo()
    with pytest.raises(BadValue, match="no edit was undone"):
        history.redo()


def run(script, drawing=TWO, *, repaired=False):
    drawn = board(drawing)
    steps = parse_edits(dedent(script), "edits")
    return apply_edits(grid_ground(drawn.grids), drawn.plan, steps, repaired=repaired)


def test_a_script_does_line_by_line_what_it_says():
    north, south = line((-0.5, 1.1), (3.5, 1.1))
    place = "{:.9f},{:.9f}".format
    done = run(
        f"""
        lock grid 00           # the town hall
        assign B 00            # refused
        assign B 02 12
        undo
        redo
        unlock grid 00
        cut A C {place(*north)} {place(*south)}
        """
    )
    assert drawn_as(done.history.plan, TWO) == "CABBBB\nCABBBB\nCAABBB"
    assert [(told.step.line, told.refused[0].code) for told in done.refused] == [(3, "grid_locked")]
    assert done.locks == NO_LOCKS
    assert done.history.done[0] == "assign B 02 12"


def test_a_script_takes_offered_repairs_only_when_told_to():
    without, with_them = (run("assign C 02", "ABBBC", repaired=one) for one in (False, True))
    assert [told.refused[0].code for told in without.refused] == ["zone_in_pieces"]
    assert without.refused[0].repair is not None
    assert drawn_as(with_them.history.plan, "ABBBC") == "ABCCC"


def test_every_line_that_is_not_understood_is_told_at_once(tmp_path):
    script = """\
    paint A 00
    assign A
    brush A wide 1,2
    brush A 10 here
    lock town 1
    lock together 1
    lock apart 1 1
    undo twice
    """
    with pytest.raises(FlawedData) as flawed:
        parse_edits(script, "edits.txt")
    assert [finding.feature for finding in flawed.value.findings] == list("12345678")
    assert "assign ZONE GRID …" in str(flawed.value)
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_edits(tmp_path / "none.txt")


def test_a_line_that_names_what_is_not_there_is_named_itself():
    with pytest.raises(BadValue, match="Line 1, “lock zone X”: The plan has no zone 'X'"):
        run("lock zone X")
    with pytest.raises(BadValue, match="Line 1, “undo”"):
        run("undo")
