"""Kinds of layer: one table says what their columns are, and city folders read by the same."""

from __future__ import annotations

import pytest

from dispatch.layer.cell import SAID, Reading, read_cell
from dispatch.layer.column_map import PLACE_COLUMNS
from dispatch.layer.kind import KindName, Placed
from dispatch.layer.kinds import KINDS
from geo.shape_check import Dimension

EVERY = pytest.mark.parametrize("kind", list(KINDS.values()), ids=list(KINDS))
CONTRACT = """
areas zones grids roads closures units bases officers rosters calendars matters authority places
demand no-fly boundary
"""


def test_the_kinds_are_those_of_the_doors_in_their_order():
    assert [str(name) for name in KINDS] == CONTRACT.split()
    assert all(KINDS[name].name is name for name in KindName)


@EVERY
def test_a_kind_tells_of_exactly_the_columns_that_its_rows_are_made_of(kind):
    read = {*kind.source.columns.split(), *kind.source.optional.split()}
    placing = {column.name for column in PLACE_COLUMNS} if kind.placed is not Placed.NEVER else ()
    assert set(kind.by_name) == read - set(placing)
    assert len(kind.by_name) == len(kind.columns)


@EVERY
def test_every_column_says_what_it_means_in_both_languages(kind):
    for column in kind.columns:
        assert column.zh.strip(), column.name
        assert column.en.strip(), column.name
        assert all(SAID[column.reading]), column.name
        assert bool(column.words) == (column.reading is Reading.WORD), column.name


@EVERY
def test_no_two_columns_of_a_kind_want_the_same_word_of_one_cell(kind):
    for column in kind.columns:
        others = [word for words in column.words.values() for word in words.split()]
        assert len(others) == len(set(others)), column.name


@EVERY
def test_the_column_that_names_a_row_is_one_of_the_kind(kind):
    assert kind.key in kind.by_name


@EVERY
def test_only_kinds_with_a_place_have_shapes(kind):
    assert (kind.dimension is None) == (kind.placed is Placed.NEVER)
    assert kind.dimension is None or kind.dimension in set(Dimension)


def cell(text, reading, words=None):
    return read_cell(text, Reading(reading), words or {})


@pytest.mark.parametrize(
    ("text", "reading", "cell_is"),
    [
        ("  北海 老街\t", "text", "北海 老街"),
        ("007", "code", "007"),
        ("450502.0", "code", "450502"),
        ("４５０５０２", "code", "450502"),
        ("<Null>", "code", ""),
        ("H；T、E,Z", "codes", "H;T;E;Z"),
        ("", "codes", ""),
        ("900.0", "whole", "900"),
        ("1,200", "whole", "1200"),
        ("十五", "whole", "十五"),
        ("0.5", "number", "0.5"),
        ("2026/3/1", "day", "2026-03-01"),
        ("2026年12月1日", "day", "2026-12-01"),
        ("2026-03-01T00:00:00", "day", "2026-03-01"),
        ("20260301", "day", "2026-03-01"),
        ("下周一", "day", "下周一"),
        ("8:30", "time", "08:30"),
        ("8点30分", "time", "08:30"),
        ("08:30:00", "time", "08:30"),
        ("2026-03-01 8:05", "instant", "2026-03-01T08:05+08:00"),
        ("2026/3/1 20:05:30", "instant", "2026-03-01T20:05:30+08:00"),
        ("2026-03-01T08:05:00Z", "instant", "2026-03-01T08:05:00Z"),
        ("2026年3月1日", "instant", "2026-03-01T00:00+08:00"),
        ("明天", "instant", "明天"),
        ("", "instant", ""),
        ("是", "yes", "1"),
        ("否", "yes", "0"),
        ("TRUE", "yes", "1"),
        ("也许", "yes", "也许"),
    ],
)
def test_cells_are_brought_to_one_way_of_writing(text, reading, cell_is):
    assert cell(text, reading) == cell_is


def test_words_of_files_are_ours_and_unknown_ones_are_left_for_a_finding():
    words = KINDS[KindName.AREAS].by_name["tier"].vocabulary()
    assert cell("街道", "word", words) == "township"
    assert cell("Township", "word", words) == "township"
    assert cell("道", "word", words) == "道"
