"""Layers checked by themselves: exactly what is wrong is found, each with its place and remedy."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from spec.layer_table import BEIHAI, layer, on_earth

from dispatch.layer.check import check_file
from geo.finding import Severity

MIXED_CODES = ["45050200100101", "45050200100102", "4505020010010003"]
BOW_TIE = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])


def square(column, row=0, *, side=100, inset=0.0):
    """One square of a board."""
    x, y = column * side, row * side
    return box(x + inset, y, x + side, y + side)


def zones(*shapes: BaseGeometry | None, **columns: list[object]):
    count = len(shapes)
    codes = [f"Z{at + 1}" for at in range(count)]
    names = [f"第{at + 1}责任区" for at in range(count)]
    return layer("zones", {"code": codes, "name": names} | columns, list(shapes))


def grids(codes, *shapes: BaseGeometry, **columns: list[object]):
    return layer("grids", {"code": codes} | columns, list(shapes))


def found(rows):
    """What was found: severity, code and feature of each."""
    return [(str(one.severity), one.code, one.feature) for one in check_file(rows).findings]


def only(rows):
    (finding,) = check_file(rows).findings
    return finding


def near(finding, x, y, *, within_m=1.0):
    """Whether a finding is told at a place in metres."""
    apart = BEIHAI.to_xy(np.array(finding.lon_lat)) - np.array([x, y])
    return float(np.hypot(*apart)) <= within_m


def test_a_sound_layer_has_no_findings_and_every_row_is_a_value():
    checked = check_file(zones(square(0), square(1), brigade=["B1", "B2"]))
    assert checked.findings == ()
    assert checked.may_be_published
    zone = checked.values[1]
    assert (zone.code, zone.brigade, zone.arrival_target_s) == ("Z2", "B2", 900)
    assert zone.polygon.equals_exact(on_earth(square(1)), 1e-9)


def test_a_layer_without_rows_says_so():
    assert found(zones()) == [("error", "empty_file", None)]


def test_a_column_that_is_missing_is_told_once_with_how_to_say_which_it_is():
    finding = only(layer("zones", {"code": ["1", "2"], "colour": ["", ""]}, [square(0), square(1)]))
    assert finding.code == "missing_column"
    assert finding.message.en == (
        "Column name is missing; it has code, colour. Say which one it is: --map name=COLUMN."
    )


def test_cells_that_cannot_be_used_are_told_row_by_row_also_where_the_shape_is_unsound():
    rows = zones(square(3), BOW_TIE, arrival_target_s=["十五分钟", "-1"])
    assert found(rows) == [
        ("error", "shape_invalid", "Z2"),
        ("error", "bad_value", "Z1"),
        ("error", "bad_value", "Z2"),
    ]


class TestShapes:
    def test_a_border_that_crosses_itself_is_shown_where_and_as_it_would_be(self):
        finding = only(zones(square(3), BOW_TIE))
        assert (finding.code, finding.feature) == ("shape_invalid", "Z2")
        assert near(finding, 50, 50)
        (change,) = finding.remedy
        assert (change.row, change.column) == (1, "shape")
        assert change.was.equals_exact(on_earth(BOW_TIE), 1e-9)
        assert change.becomes.is_valid

    def test_a_border_line_that_almost_closes_becomes_a_polygon(self):
        line = LineString([(0, 0), (100, 0), (100, 100), (0, 100), (0, 3)])
        finding = only(zones(line))
        assert finding.code == "shape_unclosed"
        assert finding.remedy[0].becomes.geom_type == "Polygon"

    def test_a_row_without_a_shape_and_one_of_another_kind_are_errors(self):
        rows = zones(square(0), None, Point(5, 5))
        assert found(rows) == [
            ("error", "no_shape", "Z2"),
            ("error", "shape_other_dimension", "Z3"),
        ]

    def test_positions_that_are_none_are_told_as_that_and_not_as_no_shape(self):
        far = shapely.transform(Point(0, 0), lambda xy: xy + 1e9)
        rows = layer("places", {"code": ["1"], "name": ["远方"]}, [far])
        assert found(rows) == [("error", "position_nowhere", "1")]

    def test_a_table_without_any_place_says_so_once(self):
        rows = layer("places", {"code": ["1", "2"], "name": ["东", "西"]})
        assert found(rows) == [("error", "no_place", None)]

    def test_a_unit_may_be_without_a_base(self):
        rows = layer("units", {"code": ["B1"], "name": ["一大队"], "kind": ["网格大队"]})
        assert found(rows) == []

    def test_a_unit_grid_of_several_parts_is_a_warning_and_a_zone_of_several_is_none(self):
        parts = MultiPolygon([square(0), square(2)])
        code = "45050200100101"
        assert found(grids([code], parts)) == [("warning", "shape_multipart", code)]
        assert found(zones(parts)) == []

    def test_the_same_shape_twice_is_told_once_and_a_copy_of_the_whole_row_would_go(self):
        rows = layer("zones", {"code": ["Z1", "Z1"], "name": ["东", "东"]}, [square(0), square(0)])
        by_code = {one.code: one for one in check_file(rows).findings}
        assert set(by_code) == {"shape_twice", "duplicate_code"}
        (change,) = by_code["shape_twice"].remedy
        assert (change.row, change.column, change.becomes) == (1, None, None)

    def test_two_places_at_one_point_are_no_finding(self):
        at = Point(1, 1)
        assert found(layer("places", {"code": ["1", "2"], "name": ["东", "西"]}, [at, at])) == []


class TestTiling:
    def test_an_overlap_is_an_error_with_both_zones_its_place_and_the_border_mended(self):
        finding = only(zones(square(0), square(1, inset=-10)))
        assert (finding.severity, finding.code) == (Severity.ERROR, "tiling_overlap")
        assert (finding.feature, finding.others) == ("Z1", ("Z2",))
        assert near(finding, 95, 50)
        (change,) = finding.remedy
        assert change.feature == "Z2"
        assert change.becomes.normalize().equals_exact(on_earth(square(1)).normalize(), 1e-8)

    def test_a_sliver_of_three_metres_is_a_warning_and_its_neighbour_would_take_it(self):
        ring = [square(0), square(2), square(0, 1), square(1, 1), square(2, 1)]
        ring += [square(0, 2), square(1, 2), square(2, 2)]
        narrow = box(103, 0, 200, 100)
        south = box(0, -100, 300, 0)
        finding = only(zones(*ring, narrow, south))
        assert (finding.severity, finding.code) == (Severity.WARNING, "tiling_sliver")
        assert "3 m wide" in finding.message.en or "2.9 m wide" in finding.message.en
        assert len(finding.remedy) == 1

    def test_a_hole_as_large_as_a_grid_is_a_missing_one(self):
        squares = [square(x, y) for x in range(3) for y in range(3) if (x, y) != (1, 1)]
        finding = only(zones(*squares))
        assert (finding.severity, finding.code) == (Severity.ERROR, "tiling_missing")
        assert near(finding, 150, 150, within_m=60)

    def test_areas_fill_the_one_above_each_tier_by_itself(self):
        columns = {
            "code": ["C", "D1", "D2", "T1"],
            "name": ["市", "东区", "西区", "镇"],
            "tier": ["市", "区", "区", "镇"],
            "parent": ["", "C", "C", "D1"],
        }
        city = box(0, 0, 200, 100)
        alike = square(0)  # a district of one town
        assert found(layer("areas", columns, [city, square(0), square(1), alike])) == []
        town = box(0, 0, 100, 60)
        assert found(layer("areas", columns, [city, square(0), square(1), town])) == [
            ("error", "tiling_missing", "T1")
        ]

    def test_no_fly_areas_may_overlap(self):
        columns = {"code": ["N1", "N2"], "name": ["机场", "港口"]}
        assert found(layer("no-fly", columns, [square(0), square(0, inset=50)])) == []

    @pytest.mark.parametrize("hurt", [Point(), Point(np.nan, 1), Point(np.inf, 1)])
    def test_a_place_without_a_position_is_found_and_the_others_are_read(self, hurt):
        rows = layer("places", {"code": ["P1", "P2"], "name": ["街", "桥"]}, [hurt, Point(1, 2)])
        checked = check_file(rows)
        assert {(one.severity, one.feature) for one in checked.findings} == {("error", "P1")}
        assert [place.name for place in checked.values.values()] == ["桥"]


class TestCodes:
    def test_a_code_of_another_scheme_is_shown_as_it_would_be(self):
        finding = only(grids(MIXED_CODES, square(0), square(1), square(2)))
        assert finding.code == "code_other_scheme"
        (change,) = finding.remedy
        assert (change.was, change.becomes) == ("4505020010010003", "45050200100103")
        assert near(finding, 250, 50)

    def test_a_serial_number_that_was_left_out_is_only_a_note(self):
        rows = grids(["45050200100101", "45050200100103"], square(0), square(1))
        assert found(rows) == [("note", "serial_left_out", "450502001001")]

    def test_codes_that_follow_no_scheme_are_noted_once(self):
        rows = grids(["G1", "G2"], square(0), square(1))
        assert found(rows) == [("note", "code_no_scheme", None)]

    def test_a_code_used_twice_and_a_missing_one_are_errors(self):
        rows = layer(
            "matters",
            {"code": ["H1", "H1", ""], "name": ["占道", "违建", "扬尘"], "domain": ["H", "H", "E"]},
        )
        assert found(rows) == [("error", "no_code", "#3"), ("error", "duplicate_code", "H1")]

    def test_zones_of_one_name_clash_and_communities_of_two_towns_do_not(self):
        assert found(zones(square(0), square(1), name=["老城", "老城"])) == [
            ("warning", "name_clash", "Z1")
        ]
        columns = {
            "code": ["T1", "T2", "V1", "V2"],
            "name": ["东镇", "西镇", "新村", "新村"],
            "tier": ["镇", "镇", "村", "村"],
            "parent": ["", "", "T1", "T2"],
        }
        shapes = [square(0), square(1), square(0, inset=1e-6), square(1, inset=1e-6)]
        assert ("warning", "name_clash", "V1") not in found(layer("areas", columns, shapes))


class TestRoads:
    def roads(self, lines, **columns: list[object]):
        count = len(lines)
        kinds = {"class": ["支路"] * count, "id": [f"R{at + 1}" for at in range(count)]}
        return layer("roads", kinds | columns, [LineString(line) for line in lines])

    def test_streets_that_meet_are_without_finding(self):
        assert found(self.roads([[(0, 0), (500, 0)], [(500, 0), (500, 500)]])) == []

    def test_a_road_by_itself_is_an_island(self):
        rows = self.roads([[(0, 0), (500, 0)], [(500, 0), (900, 0)], [(0, 700), (500, 700)]])
        assert found(rows) == [("warning", "road_island", "R3")]

    def test_an_end_that_stops_short_is_led_on_to_the_street(self):
        street, lane = [(0, 0), (250, 0), (500, 0)], [(100, 4), (100, 300)]
        finding = only(self.roads([street, lane, [(500, 0), (500, 300), (100, 300)]]))
        assert finding.code == "road_stops_short"
        assert {finding.feature, *finding.others} == {"R1", "R2"}
        (change,) = finding.remedy
        assert change.feature == "R2"
        assert change.becomes.equals_exact(on_earth(LineString([(100, 0), *lane])), 1e-6)

    def test_words_that_are_not_understood_are_told_by_the_word(self):
        rows = self.roads(
            [[(0, 0), (500, 0)], [(500, 0), (500, 500)], [(500, 500), (0, 500)]],
            **{"class": ["支路", "水沟", "水沟"]},
            speed=["40", "", ""],
            direction=["双向", "双向", "随便"],
        )
        assert found(rows) == [
            ("warning", "road_unknown_class", "R2"),
            ("warning", "road_unknown_direction", "R3"),
        ]

    def test_a_speed_that_no_road_has_is_told_and_the_class_is_taken(self):
        rows = self.roads([[(0, 0), (500, 0)], [(500, 0), (500, 500)]], speed=["40", "900"])
        assert found(rows) == [("warning", "road_implausible_speed", "R2")]


@pytest.mark.parametrize("kind", ["rosters", "calendars", "authority"])
def test_tables_without_a_place_are_read_by_the_rules_of_city_folders(kind):
    tables = {
        "rosters": {"编号": ["1"], "队员": ["O1"], "上班时间": ["8:30"], "下班时间": ["17:30"]},
        "calendars": {"编号": ["1"], "队员": ["O1"], "方式": ["常驻"], "地点": ["服务中心"]},
        "authority": {
            "编号": ["1"],
            "事项": ["H1"],
            "区划": ["T"],
            "层级": ["街道"],
            "执法主体": ["镇政府"],
            "最少人数": ["2.0"],
        },
    }
    checked = check_file(layer(kind, tables[kind]))
    assert checked.findings == ()
    assert list(checked.values) == [0]
