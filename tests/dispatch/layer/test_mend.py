"""Remedies taken: what is plain is mended, and nothing else of the layer changes."""

from __future__ import annotations

import shapely
from shapely import Polygon, box
from spec.layer_table import layer, on_earth

from dispatch.layer.check import check_file
from dispatch.layer.mend import mend

CODES = ["45050200100101", "45050200100102", "45050200100103", "45050200100104"]


def grids(shapes, codes=None):
    return layer("grids", {"code": codes or CODES[: len(shapes)]}, shapes)


def mended(rows):
    return mend(check_file(rows), check_file)


def quarter(column, row):
    return box(column * 100, row * 100, column * 100 + 100, row * 100 + 100)


def test_a_sound_layer_stays_as_it_is():
    rows = grids([quarter(0, 0), quarter(1, 0)])
    found = mended(rows)
    assert found.checked.rows is rows
    assert found.taken == ()


def test_every_plain_flaw_of_a_hard_layer_is_mended_and_the_layer_is_sound():
    spike = [(50, 400), (50, 450), (50, 400)]
    spiked = Polygon([(0, 300), (100, 300), (100, 400), *spike, (0, 400)])
    shapes = [quarter(0, 0), box(97, 0, 200, 100), box(0, 97, 100, 200), quarter(1, 1), spiked]
    rows = grids(shapes, [*CODES[:3], "4505020010010004", "45050200100105"])
    before = {one.code for one in check_file(rows).findings}
    assert before == {"shape_invalid", "tiling_sliver", "code_other_scheme"}
    found = mended(rows)
    assert found.checked.findings == ()
    assert {one.code for one in found.taken} == before
    assert list(found.checked.rows.cells["code"]) == [*CODES, "45050200100105"]
    assert abs(shapely.area(found.checked.rows.shapes_m).sum() - 50_000) < 1


def test_what_only_a_person_can_say_is_left_and_told():
    hole = [quarter(0, 0), quarter(2, 0), quarter(0, 1), quarter(1, 1), quarter(2, 1)]
    hole += [box(0, -100, 300, 0)]
    codes = [f"450502001001{at:02}" for at in range(1, 7)]
    found = mended(grids(hole, codes))
    assert [one.code for one in found.checked.findings] == ["tiling_missing"]
    assert found.taken == ()


def test_a_row_that_stands_twice_goes_and_the_others_keep_their_codes():
    rows = grids([quarter(0, 0), quarter(1, 0), quarter(1, 0)], [CODES[0], CODES[1], CODES[1]])
    found = mended(rows)
    assert found.checked.findings == ()
    assert found.checked.rows.features == tuple(CODES[:2])


def test_the_layer_that_was_handed_in_is_not_changed():
    rows = grids([quarter(0, 0), box(90, 0, 200, 100)])
    mended(rows)
    assert rows.shapes[1].equals_exact(on_earth(box(90, 0, 200, 100)), 1e-9)
