"""Words in the columns of line layers."""

from __future__ import annotations

import numpy as np
import pytest

from geo.road.class_word import road_class
from geo.road.line_word import levels, open_directions, trusted_limits_kph
from geo.road.road_class import RoadClass


def arrows(*words: str) -> str:
    """Open directions of a whole column: = both, > along, < against, x neither, ? unknown."""
    is_open, understood = open_directions(words)
    sign = {(True, True): "=", (True, False): ">", (False, True): "<", (False, False): "x"}
    return "".join(
        sign[tuple(row)] if known else "?"
        for row, known in zip(is_open.tolist(), understood.tolist(), strict=True)
    )


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("0 1 -1", "=><"),
        ("no yes -1", "=><"),
        ("False True", "=>"),
        ("B F T", "=><"),
        ("FT TF N B", "><x="),
        ("Y N", ">="),
        ("双向 正向 反向 禁行", "=><x"),
        ("双向通行 单行", "=>"),
        ("0 1 2 3", "==><"),
        ("1 2", "=>"),
        ("yes perhaps", ">?"),
    ],
)
def test_a_column_of_directions_is_understood_as_a_whole(column: str, expected: str):
    assert arrows(*column.split()) == expected


def test_no_direction_is_both():
    assert arrows("", " ", "yes") == "==>"


def limits(*rows: str) -> list[str]:
    """Believed limits of rows such as "footway 60"; x impossible, f filled in, - none."""
    classes = [road_class(row.split()[0]) for row in rows]
    words = [row.partition(" ")[2] for row in rows]
    limit_kph, impossible, filled_in = trusted_limits_kph(words, classes)
    return [
        "x" if wrong else "f" if filled else "-" if np.isnan(kph) else f"{kph:g}"
        for kph, wrong, filled in zip(limit_kph, impossible, filled_in, strict=True)
    ]


def test_plain_limits_are_believed():
    rows = ("residential 30", "primary 60", "service", "footway")
    assert limits(*rows) == ["30", "60", "-", "-"]


def test_what_no_road_has_is_impossible():
    rows = ("residential -160", "primary 0", "primary 900", "primary none")
    assert limits(*rows) == ["x", "x", "x", "-"]


def test_a_figure_on_footways_is_filled_in_and_believed_on_main_roads_only():
    walks = ("footway 60", "steps 60", "path 60", "footway 60")
    streets = ("residential 60", "service 60", "residential 30", "secondary 60", "platform 60")
    assert limits(*walks, *streets) == ["f", "f", "f", "f", "f", "f", "30", "60", "f"]


def test_a_figure_on_few_footways_is_no_filling():
    rows = ("footway 30", "steps", "path", "footway 30", "footway", "residential 30")
    assert limits(*rows) == ["30", "-", "-", "30", "-", "30"]


def test_two_footways_prove_nothing():
    rows = ("footway 30", "footway 30", "residential 30")
    assert limits(*rows) == ["30", "30", "30"]


def test_a_level_is_drawn_or_follows_from_bridge_and_tunnel():
    layer = ["", "1", "-2", "0", "x", "1"]
    bridge = ["", "yes", "F", "T", "1", "no"]
    tunnel = ["yes", "", "T", "", "", ""]
    assert levels(layer, bridge, tunnel).tolist() == [-1, 1, -2, 1, 1, 1]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("primary", RoadClass.PRIMARY),
        (" Residential ", RoadClass.RESIDENTIAL),
        ("track_grade3", RoadClass.TRACK),
        ("主干路", RoadClass.PRIMARY),
        ("platform", None),
        ("roat", None),
        ("FIXME", None),
        ("", None),
    ],
)
def test_words_for_classes(word: str, expected: RoadClass | None):
    assert road_class(word) is expected
