"""Edits of a layer: one row more, other or less, and every row keeps its number."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box
from spec.layer_table import layer, on_earth

from dispatch.layer.edit import RowEdit, row_at, with_other_row, with_row, without_row
from dispatch.layer.packing import pack, unpack
from geo.errors import BadValue, UnknownName


def zones(count=3):
    squares = [box(100 * at, 0, 100 * at + 100, 100) for at in range(count)]
    columns = {
        "code": [f"Z{at}" for at in range(count)],
        "name": [f"第{at}区" for at in range(count)],
        "arrival_target_s": ["600"] * count,
    }
    return layer("zones", columns, squares)


def held(rows):
    """What each row holds, by its number."""
    return {
        number: ([cells[at] for cells in rows.cells.values()], shapely.to_wkb(rows.shapes[at]))
        for at, number in enumerate(rows.numbers)
    }


def test_a_row_is_added_with_a_number_of_its_own():
    edit = RowEdit({"code": "Z9", "arrival_target_s": 480}, on_earth(box(0, 0, 9, 9)))
    rows = with_row(zones(), edit)
    assert (rows.numbers, rows.features[-1], len(rows)) == ((1, 2, 3, 4), "Z9", 4)
    assert [column[-1] for column in rows.cells.values()] == ["Z9", "", "", "", "480", ""]
    assert rows.shapes[-1].equals(on_earth(box(0, 0, 9, 9)))


def test_cells_are_read_as_those_of_files_are():
    rows = with_row(zones(0), RowEdit({"code": 7, "name": " 老城 ", "arrival_target_s": "９００"}))
    assert (rows.cells["code"], rows.cells["name"]) == (["7"], ["老城"])
    assert rows.cells["arrival_target_s"] == ["900"]
    matters = layer("authority", {"id": ["1"], "matter": ["M"], "area": ["A"], "tier": ["city"],
                                  "acting_body": ["局"], "skills": [""]})  # fmt: skip
    skilled = with_other_row(matters, 1, RowEdit({"skills": ["盗采", "水域"]}, partly=True))
    assert skilled.cells["skills"] == ["盗采;水域"]


def test_a_whole_edit_empties_what_it_does_not_name_and_a_part_leaves_it():
    before = zones()
    whole = with_other_row(before, 2, RowEdit({"code": "Z1"}, before.shapes[1]))
    assert (whole.cells["name"][1], whole.cells["arrival_target_s"][1]) == ("", "900")
    part = with_other_row(before, 2, RowEdit({"name": None}, partly=True, keeps_shape=True))
    assert (part.cells["name"][1], part.cells["arrival_target_s"][1]) == ("", "600")
    assert part.shapes[1] is before.shapes[1]
    assert before.cells["name"][1] == "第1区"


def test_a_row_without_a_code_is_called_by_its_number():
    rows = with_other_row(zones(), 3, RowEdit({"code": ""}, partly=True))
    assert rows.features == ("Z0", "Z1", "#3")


def test_a_number_is_never_given_again():
    rows = without_row(zones(), 3)
    again = with_row(unpack(pack(rows)), RowEdit({"code": "Z2"}))
    assert again.numbers == (1, 2, 4)
    emptied = without_row(without_row(without_row(again, 1), 2), 4)
    assert with_row(unpack(pack(emptied)), RowEdit({})).numbers == (5,)


def test_a_row_that_is_gone_is_named():
    with pytest.raises(UnknownName, match=r"layer of zones\.gpkg has no feature 9"):
        row_at(zones(), 9)
    with pytest.raises(UnknownName, match="no feature 2"):
        with_other_row(without_row(zones(), 2), 2, RowEdit({}))


def test_what_no_layer_of_the_kind_can_hold_is_refused():
    with pytest.raises(BadValue, match="Layers of zones have no column 'colour'; they have code"):
        with_row(zones(), RowEdit({"colour": "red"}))
    with pytest.raises(BadValue, match="name holds a text, a number or nothing, and no object"):
        with_row(zones(), RowEdit({"name": {"zh": "老城"}}))
    with pytest.raises(BadValue, match="Layers of matters have no shapes"):
        with_row(layer("matters", {"code": [], "name": [], "domain": []}), RowEdit({}, Point(1, 1)))


def test_a_column_that_the_file_lacks_stays_as_it_is_published():
    with pytest.raises(BadValue, match="has no column brigade, so it stays as it is published"):
        with_other_row(zones(), 1, RowEdit({"brigade": "B1"}, partly=True))
    same = with_other_row(zones(), 1, RowEdit({"brigade": None}, partly=True, keeps_shape=True))
    assert held(same) == held(zones())


EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.text(max_size=5), st.integers(0, 9)),
        st.tuples(st.just("change"), st.text(max_size=5), st.integers(0, 9)),
        st.tuples(st.just("remove"), st.just(""), st.integers(0, 9)),
    ),
    max_size=12,
)


def edited(rows, step):
    """A layer after one edit, and the number of the row that it touched."""
    what, name, chosen = step
    edit = RowEdit({"name": name}, on_earth(box(chosen, 0, chosen + 1, 1)), partly=True)
    if what == "add" or not rows.numbers:
        added = with_row(rows, edit)
        return added, added.last_number
    number = rows.numbers[chosen % len(rows)]
    if what == "change":
        return with_other_row(rows, number, edit), number
    return without_row(rows, number), number


@given(EDITS)
def test_an_edit_changes_no_other_row(steps):
    rows = zones()
    for step in steps:
        before = held(rows)
        rows, touched = edited(rows, step)
        after = held(rows)
        others = (before.keys() | after.keys()) - {touched}
        assert {one: before[one] for one in others} == {one: after[one] for one in others}
        assert held(unpack(pack(rows))) == after
        lengths = {len(rows.features), len(rows.shapes), len(rows.repaired), len(rows.nowhere)}
        assert lengths == {len(rows)}
