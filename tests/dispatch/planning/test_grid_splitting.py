"""One unit grid becomes two, by the rule of codes, and plans follow."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from spec.board import board, lon_lat_of

from dispatch.planning.contiguity import is_contiguous
from dispatch.planning.grid_graph import grid_graph
from dispatch.planning.grid_splitting import SplitGrid, split_grid
from dispatch.planning.zone_plan import ZonePlan
from geo.errors import UnknownName
from geo.grid_code import CodeFlawKind, grid_code_flaws
from geo.remark import Remark

COMMUNITY = "450502001001"
CODES = {"00": COMMUNITY + "01", "01": COMMUNITY + "02", "02": COMMUNITY + "03"}
ACROSS = (lon_lat_of(-0.5, 1.25), lon_lat_of(1.5, 1.25))


def town():
    drawn = board("AAB")
    return [replace(grid, code=CODES[grid.code], population=101) for grid in drawn.grids]


def plan_of(grids):
    ordered = sorted(grids, key=lambda grid: grid.code)
    return ZonePlan.of([grid.code for grid in ordered], [grid.zone for grid in ordered])


def test_the_parts_get_the_next_serial_numbers_and_share_residents_by_area():
    split = split_grid(town(), CODES["01"], ACROSS)
    assert isinstance(split, SplitGrid)
    larger, smaller = split.parts
    assert (larger.code, smaller.code) == (COMMUNITY + "04", COMMUNITY + "05")
    assert (larger.population, smaller.population) == (76, 25)
    assert larger.community == smaller.community
    assert split.gone not in {grid.code for grid in split.grids}
    assert [grid.code for grid in split.grids] == sorted(grid.code for grid in split.grids)


def test_the_plan_follows_and_only_the_retired_number_is_noted():
    split = split_grid(town(), CODES["01"], ACROSS)
    assert isinstance(split, SplitGrid)
    after = split.carried(plan_of(town()))
    assert after.digest == plan_of(split.grids).digest
    assert is_contiguous(grid_graph(split.grids), after)
    flaws = grid_code_flaws([grid.code for grid in split.grids])
    assert [flaw.kind for flaw in flaws] == [CodeFlawKind.SERIAL_LEFT_OUT]
    with pytest.raises(UnknownName, match="no unit grid"):
        split.carried(after)


@given(west=st.floats(1.05, 1.95), east=st.floats(1.05, 1.95))
def test_the_parts_fill_what_the_grid_was(west, east):
    grids = town()
    line = (lon_lat_of(-0.5, west), lon_lat_of(1.5, east))
    split = split_grid(grids, CODES["01"], line)
    assert isinstance(split, SplitGrid)
    assert shapely.coverage_is_valid([part.polygon for part in split.parts])
    together = shapely.union_all([part.polygon for part in split.parts])
    was = next(grid.polygon for grid in grids if grid.code == CODES["01"])
    assert shapely.area(shapely.symmetric_difference(together, was)) < 1e-6 * was.area


@pytest.mark.parametrize(
    "line",
    [
        (lon_lat_of(-0.5, 1.5), lon_lat_of(0.5, 1.5)),
        (lon_lat_of(-0.5, 1.001), lon_lat_of(1.5, 1.001)),
        (lon_lat_of(5, 5), lon_lat_of(6, 6)),
        (lon_lat_of(0.5, 1.5),),
    ],
)
def test_a_line_that_makes_no_two_grids_is_refused_in_words(line):
    refused = split_grid(town(), CODES["01"], line)
    assert isinstance(refused, Remark)
    assert refused.code == "line_divides_nothing"


def test_without_a_serial_number_left_the_layer_must_say_the_codes():
    grids = [
        *town(),
        replace(town()[0], code=COMMUNITY + "98", polygon=board("AAB").grids[0].polygon),
    ]
    refused = split_grid(grids, CODES["01"], ACROSS)
    assert isinstance(refused, Remark)
    assert refused.code == "no_serial_left"
    named = [replace(grid, code=f"G{at}") for at, grid in enumerate(town())]
    refused = split_grid(named, "G1", ACROSS)
    assert isinstance(refused, Remark)
    with pytest.raises(UnknownName, match="no unit grid 'X'"):
        split_grid(town(), "X", ACROSS)
