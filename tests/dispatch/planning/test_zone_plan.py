"""A plan as a value and as a file: which unit grid belongs to which zone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spec.board import board, drawn_as

from dispatch.planning.zone_plan import ZonePlan, check_plan, read_plan, write_plan
from geo.errors import BadValue, FlawedData, MissingColumn, UnknownName, UnreadableFile

TWO_ZONES = """
    AAB
    A.B
"""


def findings_of(tmp_path, text, drawing=TWO_ZONES):
    path = tmp_path / "plan.csv"
    path.write_text(text, encoding="utf-8")
    _, findings = check_plan(path, board(drawing).graph)
    return [(finding.code, finding.feature, finding.severity.value) for finding in findings]


def test_a_plan_is_an_array_over_grids():
    plan = board(TWO_ZONES).plan
    assert plan.zones == ("A", "B")
    assert plan.zone_of.tolist() == [0, 0, 1, 0, -1, 1]
    assert plan.zone_codes == ("A", "A", "B", "A", None, "B")
    assert plan.rows_in("B").tolist() == [2, 5]
    assert drawn_as(plan, TWO_ZONES) == "AAB\nA.B"


def test_the_digest_names_what_the_plan_says_and_nothing_else():
    plan = board(TWO_ZONES).plan
    wider = ZonePlan(plan.grids, ("A", "B", "C"), plan.zone_of)
    assert wider.digest == plan.digest == board(TWO_ZONES).plan.digest
    assert board("AAB\nAAB").plan.digest != plan.digest
    assert board("AAC\nA.C").plan.digest != plan.digest


def test_what_is_no_partition_is_refused():
    with pytest.raises(BadValue, match="ascending order"):
        ZonePlan(("1",), ("B", "A"), np.array([0]))
    with pytest.raises(BadValue, match="does not have"):
        ZonePlan(("1",), ("A",), np.array([1]))
    with pytest.raises(BadValue, match="2 unit grids"):
        ZonePlan(("1", "2"), ("A",), np.array([0]))
    with pytest.raises(UnknownName, match="no zone 'X'; it has A, B"):
        board(TWO_ZONES).plan.rows_in("X")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(zones=st.lists(st.sampled_from([None, "A", "B", "区,三", 'q"']), min_size=6, max_size=6))
def test_a_plan_that_is_written_is_read_again(tmp_path, zones):
    graph = board(TWO_ZONES).graph
    plan = ZonePlan.of(graph.codes, zones)
    write_plan(tmp_path / "plan.csv", plan)
    again = read_plan(tmp_path / "plan.csv", graph)
    assert again.digest == plan.digest
    assert again.zones == plan.zones


def test_columns_may_stand_in_any_order_and_in_the_encoding_of_a_spreadsheet(tmp_path):
    graph = board("AB").graph
    (tmp_path / "plan.csv").write_bytes("Zone,Grid\n东区,01\n西区,00\n".encode("gb18030"))
    assert read_plan(tmp_path / "plan.csv", graph).zone_codes == ("西区", "东区")


def test_every_finding_of_a_file_is_told_at_once(tmp_path):
    text = (
        "grid,zone,name\n00,A,x\n01,A,\n01,B,\n02,B,\n02,B,\n99,B,\n1.1E+13,B,\n,B,\n10,A,\n11,,\n"
    )
    assert findings_of(tmp_path, text) == [
        ("unknown_column", None, "warning"),
        ("grid_in_two_zones", "01", "error"),
        ("grid_twice", "02", "warning"),
        ("unknown_grid", "99", "error"),
        ("code_is_a_number", "1.1E+13", "error"),
        ("grid_unnamed", None, "error"),
        ("grid_missing", "12", "error"),
    ]


def test_a_flawed_file_is_refused_with_all_of_them(tmp_path):
    (tmp_path / "plan.csv").write_text("grid,zone\n00,A\n", encoding="utf-8")
    with pytest.raises(FlawedData, match=r"plan\.csv has 5 finding") as refused:
        read_plan(tmp_path / "plan.csv", board(TWO_ZONES).graph)
    assert len(refused.value.findings) == 5
    assert "list it with an empty zone" in str(refused.value)


def test_a_warning_alone_refuses_nothing(tmp_path):
    (tmp_path / "plan.csv").write_text("grid,zone,brigade\n00,A,x\n01,B,y\n", encoding="utf-8")
    assert read_plan(tmp_path / "plan.csv", board("AB").graph).zone_codes == ("A", "B")


def test_what_is_no_such_table_is_said_with_what_a_plan_is(tmp_path):
    graph, path = board("AB").graph, tmp_path / "plan.csv"
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_plan(path, graph)
    path.write_text("", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="is empty"):
        read_plan(path, graph)
    path.write_text("grid,area\n00,A\n", encoding="utf-8")
    with pytest.raises(MissingColumn, match=r"no column zone; it has grid, area"):
        read_plan(path, graph)
    path.write_bytes(b"\xff\xff\xfe\x80grid,zone\n")
    with pytest.raises(UnreadableFile, match="neither UTF-8 nor GB18030"):
        read_plan(path, graph)
