"""Layers checked against a published city: references, nesting, datum, and what would be other."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely
from shapely import LineString, box
from spec.layer_table import BEIHAI, layer, on_earth

from dispatch.base import Base
from dispatch.city import City
from dispatch.duty import DutyBook
from dispatch.layer.check import check_against
from dispatch.layer.difference import Altered, Rezoned, rezoned
from dispatch.layer.kind import KindName
from dispatch.layer.mend import changed
from dispatch.layer.published import Published, contents_with
from dispatch.unit import Unit, UnitKind
from geo.area import Area, Tier
from geo.datum import Crs, from_wgs84, to_wgs84
from geo.datum_guess import KnownLines
from geo.zone import UnitGrid, Zone

WEST, EAST = box(0, 0, 400, 400), box(400, 0, 800, 400)
CITY = box(0, 0, 800, 400)
COMMUNITIES = ("450502001001", "450502001002")


def brigade(code):
    return Unit(code, f"{code}大队", code, UnitKind.GRID_BRIGADE, None, None, (), None, None)


def area(code, shape, tier, parent):
    return Area(code, f"{code}区", tier, parent, on_earth(shape))


@pytest.fixture(scope="module")
def published():
    """Two communities side by side, a zone over each, and a grid in each."""
    city = City(
        code="C",
        name="城",
        name_en="city",
        lon_lat=BEIHAI.centre,
        areas=(
            area("450500", CITY, Tier.CITY, None),
            area(COMMUNITIES[0], WEST, Tier.COMMUNITY, "450500"),
            area(COMMUNITIES[1], EAST, Tier.COMMUNITY, "450500"),
        ),
        zones=(
            Zone("Z1", "西区", "B1", on_earth(WEST)),
            Zone("Z2", "东区", "B2", on_earth(EAST)),
        ),
        grids=(
            UnitGrid(f"{COMMUNITIES[0]}01", COMMUNITIES[0], "Z1", on_earth(WEST)),
            UnitGrid(f"{COMMUNITIES[1]}01", COMMUNITIES[1], "Z2", on_earth(EAST)),
        ),
        domains={},
        matters={},
        authority=(),
        units={code: brigade(code) for code in ("B1", "B2")},
        officers=(),
        travel_times={},
    )
    return Published(city, DutyBook())


def zones(shapes, **columns: list[object]):
    named = {"code": ["Z1", "Z2"], "name": ["西区", "东区"], "brigade": ["B1", "B2"]}
    return layer("zones", named | columns, shapes)


def grids(shapes, codes=None, **columns: list[object]):
    named = {
        "code": codes or [f"{one}01" for one in COMMUNITIES],
        "community": list(COMMUNITIES),
        "zone": ["Z1", "Z2"],
    }
    return layer("grids", named | columns, shapes)


def found(rows, published):
    checked = check_against(rows, published)
    return [(str(one.severity), one.code, one.feature) for one in checked.findings]


def test_what_is_published_has_no_findings_and_makes_no_difference(published):
    for rows in (zones([WEST, EAST]), grids([WEST, EAST])):
        checked = check_against(rows, published)
        assert checked.findings == ()
        assert not checked.difference


class TestReferences:
    def test_a_brigade_that_is_not_there_is_an_error_of_its_zone(self, published):
        assert found(zones([WEST, EAST], brigade=["B1", "B9"]), published) == [
            ("error", "unknown_reference", "Z2"),
            ("warning", "brigade_without_zone", "B2"),
        ]

    def test_a_zone_without_a_brigade_and_a_brigade_without_a_zone_are_both_told(self, published):
        assert found(zones([WEST, EAST], brigade=["B1", ""]), published) == [
            ("error", "zone_without_brigade", "Z2"),
            ("warning", "brigade_without_zone", "B2"),
        ]

    def test_what_others_refer_to_and_would_be_gone_is_a_warning_of_theirs(self, published):
        rows = zones([WEST, EAST], code=["Z1", "Z9"])
        checked = check_against(rows, published)
        (finding,) = checked.findings
        assert (finding.layer, finding.feature) == ("grids.gpkg", f"{COMMUNITIES[1]}01")
        assert str(finding.severity) == "warning"

    def test_a_flaw_that_is_published_already_is_not_told_of_the_layer(self, published):
        city = replace(published.city, units={"B1": brigade("B1")})
        flawed = Published(city, published.duty)
        assert found(grids([WEST, EAST]), flawed) == []

    def test_rosters_of_officers_that_are_not_there(self, published):
        known = Published(published.city, published.duty)
        rows = layer("rosters", {"id": ["1"], "crew": ["K1"], "starts": ["8:00"], "ends": ["9:00"]})
        assert found(rows, known) == []  # without any crew at all there is nothing to know it by

    def test_bases_move_the_units_that_name_them(self, published):
        contents = contents_with(
            published.contents, KindName.BASES, [Base("S", "驻地", (109.0, 21.0), ("B1",))]
        )
        assert {unit.code: unit.lon_lat for unit in contents.units} == {
            "B1": (109.0, 21.0), "B2": None,
        }  # fmt: skip


class TestGround:
    def test_zones_that_do_not_fill_the_city_leave_a_gap(self, published):
        narrow = box(410, 0, 800, 400)
        assert found(zones([WEST, narrow]), published) == [("warning", "tiling_gap", "Z1")]

    def test_a_zone_that_leaves_the_city_is_told(self, published):
        assert found(zones([WEST, box(400, 0, 900, 400)]), published) == [
            ("warning", "tiling_outside", "Z2")
        ]


class TestNesting:
    def test_a_grid_that_names_another_community_than_it_lies_in_is_an_error_with_its_fix(
        self, published
    ):
        rows = grids([WEST, EAST], community=[COMMUNITIES[0], COMMUNITIES[0]])
        by_code = {one.code: one for one in check_against(rows, published).findings}
        (change,) = by_code["grid_in_other_community"].remedy
        assert (change.column, change.was, change.becomes) == ("community", *COMMUNITIES)

    def test_a_grid_that_names_no_zone_would_get_the_one_it_lies_in(self, published):
        rows = grids([WEST, EAST], zone=["Z1", ""])
        (finding,) = check_against(rows, published).findings
        assert (str(finding.severity), finding.code) == ("warning", "grid_in_other_zone")
        assert finding.remedy[0].becomes == "Z2"

    def test_a_grid_across_a_border_is_told_once_for_communities_and_once_for_zones(
        self, published
    ):
        rows = grids([box(0, 0, 440, 400), box(440, 0, 800, 400)])
        assert found(rows, published) == [
            ("warning", "grid_across_community", f"{COMMUNITIES[0]}01"),
            ("warning", "grid_across_zone", f"{COMMUNITIES[0]}01"),
        ]

    def test_a_strip_of_a_metre_on_the_other_side_is_not_told(self, published):
        assert found(grids([box(0, 0, 401, 400), box(401, 0, 800, 400)]), published) == []

    def test_a_code_that_begins_with_another_community_is_told_with_the_right_one(self, published):
        rows = grids([WEST, EAST], codes=[f"{COMMUNITIES[0]}01", f"{COMMUNITIES[0]}02"])
        findings = check_against(rows, published).findings
        (finding,) = [one for one in findings if one.code == "code_not_in_community"]
        assert finding.remedy[0].becomes == f"{COMMUNITIES[1]}02"


WINDING = [
    LineString([(at * 97 % 800, 0), (at * 61 % 800, 200), (at * 37 % 800, 400)])
    for at in range(1, 60)
]


def written(line, crs):
    """A line in metres as it looks to who takes another datum for WGS-84."""
    degrees = shapely.transform(on_earth(line), lambda at: from_wgs84(at, crs))
    return shapely.transform(degrees, BEIHAI.to_xy)


@pytest.mark.parametrize(("crs", "metres"), [("gcj02", (400, 800)), ("bd09", (900, 1500))])
def test_a_layer_in_another_datum_is_told_with_the_metres_and_not_moved(published, crs, metres):
    known = Published(published.city, published.duty)
    known.__dict__["_known_streets"] = (KnownLines([on_earth(line) for line in WINDING]),)
    columns = {"class": ["支路"] * len(WINDING), "id": [str(at) for at in range(len(WINDING))]}
    rows = layer("roads", columns, [written(line, crs) for line in WINDING])
    found = [one for one in check_against(rows, known).findings if one.code == "datum_other"]
    (finding,) = found
    shift_m = int(finding.message.en.split("about ")[1].split(" m")[0])
    assert metres[0] < shift_m < metres[1]
    assert f"--crs {crs}" in finding.message.en
    (change,) = finding.remedy
    assert (change.row, change.feature, change.column) == (None, None, "crs")
    assert (change.was, change.becomes) == ("wgs84", crs)


def test_a_datum_that_was_said_and_is_not_its_own_is_told(published):
    known = Published(published.city, published.duty)
    known.__dict__["_known_streets"] = (KnownLines([on_earth(line) for line in WINDING]),)
    columns = {"class": ["支路"] * len(WINDING), "id": [str(at) for at in range(len(WINDING))]}
    rows = layer("roads", columns, [written(line, "bd09") for line in WINDING])
    said = replace(rows, crs=Crs("gcj02"), shapes=placed(rows.shapes, "gcj02"))
    (finding,) = [one for one in check_against(said, known).findings if one.code == "datum_other"]
    (change,) = finding.remedy
    assert (change.was, change.becomes) == ("gcj02", "bd09")
    mended = changed(said, finding.remedy)
    assert mended.crs == Crs("bd09")
    there = replace(mended, shapes=placed(rows.shapes, "bd09"))
    assert shapely.hausdorff_distance(mended.shapes_m, there.shapes_m).max() < 0.1


def placed(shapes, crs):
    """Shapes where their figures lie, read in a system."""
    return shapely.transform(shapes, lambda figures: to_wgs84(figures, crs))


def test_a_layer_that_lies_where_it_says_has_no_word_about_its_datum(published):
    known = Published(published.city, published.duty)
    known.__dict__["_known_streets"] = (KnownLines([on_earth(line) for line in WINDING]),)
    columns = {"class": ["支路"] * len(WINDING), "id": [str(at) for at in range(len(WINDING))]}
    rows = layer("roads", columns, WINDING)
    assert "datum_other" not in {one.code for one in check_against(rows, known).findings}


def test_demand_that_lies_in_no_grid_is_told_in_one_finding(published):
    places = [shapely.Point(*place) for place in ((100, 100), (900, 100), (400, 200), (100, 900))]
    rows = layer("demand", {"id": list("abcd"), "weight": ["1"] * 4}, places)
    (finding,) = check_against(rows, published).findings
    assert (finding.code, finding.feature, finding.others) == ("demand_outside", "b", ("d",))
    assert finding.message.en.startswith("2 point(s)")


class TestDifference:
    def test_added_removed_moved_and_changed_are_told_apart(self, published):
        rows = zones(
            [box(0, 0, 430, 400), box(430, 0, 800, 400)], code=["Z1", "Z3"], name=["老城", "东区"]
        )
        told = check_against(rows, published).difference
        assert (told.added, told.removed) == (("Z3",), ("Z2",))
        assert [(one.code, round(one.by_m)) for one in told.moved] == [("Z1", 30)]
        assert told.altered == (Altered("Z1", "name", "西区", "老城"),)

    def test_a_file_without_a_column_leaves_it_as_it_is_published(self, published):
        rows = layer("zones", {"code": ["Z1", "Z2"], "name": ["西区", "东区"]}, [WEST, EAST])
        checked = check_against(rows, published)
        assert not checked.difference
        assert [zone.brigade for zone in checked.values.values()] == ["B1", "B2"]
        assert checked.findings == ()

    def test_an_empty_cell_is_empty(self, published):
        told = check_against(zones([WEST, EAST], brigade=["B1", ""]), published).difference
        assert told.altered == (Altered("Z2", "brigade", "B2", ""),)

    def test_kinds_of_which_the_city_keeps_no_list_have_none(self, published):
        rows = layer("closures", {"id": ["1"], "starts": ["2026-12-01 08:00"]}, [WEST])
        assert check_against(rows, published).difference is None

    def test_incidents_that_would_change_their_zone_are_named(self, published):
        before = published.city.zones
        after = [Zone("Z1", "西区", "B1", on_earth(box(0, 0, 600, 400)))]
        incidents = {
            number: on_earth(shapely.Point(x, 200)).coords[0]
            for number, x in {"I1": 100, "I2": 500, "I3": 700}.items()
        }
        assert rezoned(incidents, before, after) == [
            Rezoned("I2", "Z2", "Z1"),
            Rezoned("I3", "Z2", None),
        ]
        assert rezoned({}, before, after) == []
