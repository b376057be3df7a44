"""
What a layer would change of potential coverage, on a drawn street where it is told by hand.

::

    a---b---c---d---e---f        a minute from one junction to the next; the base lies at a

Of 1,000 people 100 live at each of a, b and c, 200 at d, 300 at e and 200 at f.  Within 200
seconds of a lie a, b, c and d: half of them.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely
from shapely import LineString, Point, box
from spec.layer_table import BEIHAI, layer
from spec.town import town
from spec.town_city import NOW, Crew, TownCity

from dispatch.base_coverage import BaseCoverage
from dispatch.duty import DutyBook
from dispatch.layer.check import check_against, check_file
from dispatch.layer.coverage_change import CHANGE_COVERAGE, CoverageChange, coverage_change
from dispatch.layer.published import Published
from geo.road.changing_weights import ChangingWeights
from geo.road.closure import Closure
from geo.road.extent import Extent
from geo.road.layered_weights import WeightLayers
from geo.road.road_class import Mode
from geo.road.straight_line import straight_line

STREET = town("a---b---c---d---e---f")
MAY_DAY = "2027-05-01T00:00:00+08:00"
PEOPLE = {"a": 100, "b": 100, "c": 100, "d": 200, "e": 300, "f": 200}
TOWN = TownCity(
    STREET, home="bc", base="a", grids="abcdef", people=PEOPLE, arrival_target_s=200,
    crews={"b": Crew(), "c": Crew()},
)  # fmt: skip


@pytest.fixture(scope="module")
def published():
    return Published(TOWN.city(), DutyBook(), now=NOW)


def in_metres(shape):
    """As a table of layers has it."""
    return shapely.transform(shape, BEIHAI.to_xy)


def at(name):
    return in_metres(Point(STREET.lon_lat[name]))


def bases(name):
    return layer("bases", {"code": ["S"], "name": ["驻地"], "units": ["HOME"]}, [at(name)])


def zones(target_s):
    columns = {
        "code": ["Z1"],
        "name": ["一区"],
        "brigade": ["HOME"],
        "arrival_target_s": [target_s],
    }
    return layer("zones", columns, [in_metres(box(108, -1, 111, 1))])


def grids(names, people=PEOPLE):
    columns = {
        "code": list(names),
        "community": ["T"] * len(names),
        "zone": ["Z1"] * len(names),
        "population": [str(people[name]) for name in names],
    }
    return layer("grids", columns, [in_metres(TOWN.grid(name).polygon) for name in names])


def units(base):
    """A second crew of the home brigade, with a base of its own."""
    columns = {
        "code": ["HOME", "NEXT", "SQUAD", "b", "c", "K"],
        "name": ["大队", "邻队", "专业", "一组", "二组", "三组"],
        "kind": ["grid_brigade", "grid_brigade", "specialist_squad", "crew", "crew", "crew"],
        "parent": ["", "", "", "HOME", "HOME", "HOME"],
        "mode": ["", "", "", "car", "car", "car"],
    }
    home, own = at("a"), at(base)
    return layer("units", columns, [home, None, None, None, None, own])


def demand(**weights: int):
    columns = {"id": list(weights), "weight": [str(one) for one in weights.values()]}
    return layer("demand", columns, [at(name) for name in weights])


def roads(*streets: str):
    columns = {
        "id": [str(row) for row in range(len(streets))],
        "class": ["residential"] * len(streets),
    }
    return layer("roads", columns, [in_metres(LineString(STREET.places(one))) for one in streets])


def closure(start, end):
    first, last = (STREET.lon_lat[name][0] for name in (start, end))
    ground = box(first + 1e-4, -1e-3, last - 1e-4, 1e-3)
    return layer("closures", {"id": ["1"], "starts": [MAY_DAY]}, [in_metres(ground)])


def change_of(rows, published) -> CoverageChange:
    change = coverage_change(check_against(rows, published), published)
    assert change is not None
    return change


def told(covered):
    """Shares of the demand in time and out of reach of every road, in whole percent."""
    assert isinstance(covered, BaseCoverage), covered
    shares = (covered.share(covered.in_time), covered.share(covered.unreachable))
    return tuple(round(100 * share) for share in shares)


@pytest.mark.parametrize(
    ("rows", "after", "lost", "gained"),
    [
        (bases("a"), (50, 0), "", ""),
        (bases("d"), (100, 0), "", "ef"),
        (bases("f"), (80, 0), "ab", "ef"),
        (zones("70"), (20, 0), "dc", ""),
        (zones("250"), (80, 0), "", "e"),
        (units("f"), (100, 0), "", "ef"),
        (demand(a=1, f=3), (25, 0), "", ""),
        (roads("ab", "bc", "cd", "de", "ef"), (50, 0), "", ""),
        (roads("ab", "bc", "de", "ef"), (30, 70), "d", ""),
        (closure("c", "d"), (30, 70), "d", ""),
    ],
    ids=lambda given: getattr(getattr(given, "kind", None), "name", None),
)
def test_coverage_after_a_layer_and_the_grids_that_differ(published, rows, after, lost, gained):
    change = change_of(rows, published)
    assert told(change.before) == (50, 0)
    assert told(change.after) == after
    assert ("".join(change.lost), "".join(change.gained)) == (lost, gained)


def test_a_grid_that_goes_or_comes_is_neither_lost_nor_gained(published):
    change = change_of(grids("abce"), published)
    assert told(change.after) == (50, 0)  # 300 of 600
    assert (change.lost, change.gained) == ((), ())
    assert isinstance(change.after, BaseCoverage)
    assert change.after.points.demand.points == ("a", "b", "c", "e")


def test_it_is_said_what_the_points_are_weighted_by(published):
    change = change_of(demand(a=1, f=3), published)
    assert isinstance(change.before, BaseCoverage)
    assert isinstance(change.after, BaseCoverage)
    assert change.before.points.weighting.code == "people"
    assert change.after.points.weighting.code == "stated_demand"


def test_crews_without_a_base_of_their_own_set_out_from_their_brigade_and_all_are_counted(
    published,
):
    before = change_of(bases("a"), published).before
    assert isinstance(before, BaseCoverage)
    assert (before.crews, before.crews_counted) == (2, 2)


def test_a_row_that_is_not_sound_is_left_out_and_that_is_said(published):
    change = change_of(grids("abcdef", PEOPLE | {"e": "many"}), published)
    assert change.left_out == 1
    assert told(change.after) == (71, 0)  # 500 of 700


def test_closures_in_force_are_no_part_of_it_and_those_of_a_layer_touch_nobody_else(published):
    engine = published.city.travel_times[Mode.CAR]
    ((ground,), edge_ms) = closure("c", "d").shapes, engine.metric.edge_ms
    in_force = Closure("1", Extent(polygon=ground), NOW)
    city = published.city.pinned()
    ChangingWeights(city.travel_times[Mode.CAR], WeightLayers(closures=(in_force,))).apply(NOW)
    change = change_of(bases("f"), Published(city, DutyBook(), now=NOW))
    assert (told(change.before), told(change.after)) == ((50, 0), (80, 0))
    change_of(closure("a", "b"), published)
    assert engine.metric.edge_ms is edge_ms


def test_closures_of_different_times_count_as_if_all_were_in_force(published):
    now, later = closure("b", "c"), closure("d", "e")
    both = layer(
        "closures",
        {"id": ["1", "2"], "starts": [MAY_DAY, MAY_DAY.replace("2027", "2028")]},
        [shapely.transform(one.shapes[0], BEIHAI.to_xy) for one in (now, later)],
    )
    assert told(change_of(both, published).after) == (20, 80)


class TestWhatCannotBeTold:
    def test_without_a_city(self):
        change = coverage_change(check_file(zones("900")), None)
        assert change is not None
        assert [change.before.code, change.after.code] == ["no_city", "no_city"]
        assert (change.lost, change.gained) == ((), ())

    def test_without_roads_that_can_be_read_until_a_layer_brings_them(self, published):
        by_air = {mode: straight_line(mode) for mode in Mode}
        city = published.city.under(by_air, None)
        change = change_of(roads("ab", "bc"), Published(city, DutyBook()))
        assert change.before.code == "no_roads"
        assert told(change.after) == (30, 0)  # from c on foot

    def test_without_bases_until_a_layer_brings_them(self):
        city = replace(TOWN, base=None).city()
        change = change_of(bases("a"), Published(city, DutyBook()))
        assert change.before.code == "no_bases"
        assert told(change.after) == (50, 0)

    def test_without_any_ground(self, published):
        empty = replace(published.city, zones=(), grids=())
        change = change_of(bases("a"), Published(empty, DutyBook()))
        assert [change.before.code, change.after.code] == ["no_demand", "no_demand"]

    def test_roads_that_make_no_network_say_why(self, published):
        change = change_of(roads(), published)
        assert change.after.code == "empty_network"


@pytest.mark.parametrize(
    "rows",
    [
        layer("no-fly", {"code": ["N"], "name": ["机场"]}, [box(0, 0, 100, 100)]),
        layer("boundary", {"code": ["C"], "name": ["市"]}, [box(0, 0, 100, 100)]),
        layer("places", {"code": ["P"], "name": ["学校"]}, [Point(0, 0)]),
        layer("officers", {"id": ["1"], "name": ["张三"], "crew": ["b"], "certified": ["是"]}),
    ],
    ids=lambda rows: rows.kind.name,
)
def test_kinds_that_change_no_coverage_ask_no_road(rows, published, monkeypatch):
    assert rows.kind.name not in CHANGE_COVERAGE
    checked = check_against(rows, published)
    monkeypatch.setattr("dispatch.layer.coverage_change.cover_from_bases", None)
    assert coverage_change(checked, published) is None
