"""Where a point lies: the rule at borders, overlaps, gaps, and a slow oracle."""

from __future__ import annotations

import gc
import math
import subprocess
import sys
from weakref import ref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from geo.area import Area, Tier
from geo.errors import BadValue
from geo.place_index import Place, PlaceIndex
from geo.zone import UnitGrid, Zone

CITY = Area("C", "市", Tier.CITY, None, box(0, 0, 4, 4))
WEST = Area("D1", "西区", Tier.DISTRICT, "C", box(0, 0, 2, 4))
EAST = Area("D2", "东区", Tier.DISTRICT, "C", box(2, 0, 4, 4))
# The township with the lowest code lies in the district with the highest.
TOWNSHIPS = [
    Area("T1", "东南镇", Tier.TOWNSHIP, "D2", box(2, 0, 4, 2)),
    Area("T2", "东北镇", Tier.TOWNSHIP, "D2", box(2, 2, 4, 4)),
    Area("T3", "西镇", Tier.TOWNSHIP, "D1", box(0, 0, 2, 4)),
]
ZONES = [
    Zone("Z1", "一区", "B1", box(0, 0, 2, 4)),
    Zone("Z2", "二区", "B2", box(2, 0, 4, 3)),
]
GRIDS = [
    UnitGrid("G1", "T1", "Z2", box(2, 0, 4, 2)),
    UnitGrid("G2", "T3", "Z1", box(0, 0, 2, 4)),
]
TOWN = PlaceIndex([CITY, WEST, EAST, *TOWNSHIPS], ZONES, GRIDS)


def found(place: Place) -> str:
    """A place as text: areas, zone, grid, and the codes of its remarks."""
    areas = "›".join(area.code for area in place.areas) or "-"
    zone = place.zone.code if place.zone else "-"
    grid = place.grid.code if place.grid else "-"
    return " ".join([areas, zone, grid, *sorted({remark.code for remark in place.remarks})])


@pytest.mark.parametrize(
    ("lon_lat", "expected"),
    [
        ((1, 1), "C›D1›T3 Z1 G2"),
        ((3, 1), "C›D2›T1 Z2 G1"),
        ((3, 3.5), "C›D2›T2 - - outside"),
        ((9, 9), "- - - outside"),
        ((3, 2), "C›D2›T1 Z2 G1 on_border"),
        ((2, 1), "C›D1›T3 Z1 G2 on_border"),
        ((2, 2), "C›D1›T3 Z1 G2 on_border"),
        ((0, 0), "C›D1›T3 Z1 G2"),
    ],
)
def test_a_point_lies_in_a_chain_of_areas_a_zone_and_a_grid(lon_lat, expected):
    assert found(TOWN.locate(lon_lat)) == expected


def test_on_a_border_the_lowest_code_wins_and_the_others_are_named():
    place = TOWN.locate((2, 1))
    assert place.zone.code == "Z1"
    texts = [remark.en for remark in place.remarks if remark.code == "on_border"]
    assert "The point is on the border of zone Z1 with Z2; by rule it counts to Z1." in texts
    assert "The point is on the border of district D1 with D2; by rule it counts to D1." in texts


@pytest.mark.parametrize(
    ("lon_lat", "bordering"), [((1, 1), []), ((2, 1), ["D2", "T1"]), ((2, 2), ["D2", "T1", "T2"])]
)
def test_a_place_on_a_border_names_the_areas_on_the_other_side(lon_lat, bordering):
    place = TOWN.locate(lon_lat)
    assert [area.code for area in place.bordering] == bordering
    assert place.overlapping == ()


def test_a_place_in_two_areas_of_one_tier_names_the_one_outside_the_chain():
    park = Area("T9", "公园", Tier.TOWNSHIP, "D2", box(3, 1, 4, 3))
    index = PlaceIndex([CITY, WEST, EAST, *TOWNSHIPS, park], ZONES, GRIDS)
    inside, rim = index.locate((3.5, 1.5)), index.locate((3, 1.5))
    assert [area.code for area in inside.areas] == ["C", "D2", "T1"]
    assert ([area.code for area in inside.overlapping], inside.bordering) == (["T9"], ())
    assert (rim.overlapping, [area.code for area in rim.bordering]) == ((), ["T9"])


def test_below_a_border_the_chain_stays_inside_the_area_chosen_above():
    place = TOWN.locate((2, 1))
    assert [area.code for area in place.areas] == ["C", "D1", "T3"]
    assert place.area_at(Tier.TOWNSHIP).code == "T3"
    assert place.area_at(Tier.COMMUNITY) is None


def test_properly_inside_beats_a_border_whatever_the_code():
    index = PlaceIndex(
        [], [Zone("A", "", None, box(0, 0, 1, 1)), Zone("B", "", None, box(0, 0, 9, 9))], []
    )
    place = index.locate((1, 0.5))
    assert place.zone.code == "B"
    assert [remark.code for remark in place.remarks if "zone" in remark.en] == ["on_border"]


def test_inside_two_zones_the_lowest_code_wins_and_all_are_named():
    index = PlaceIndex([], [Zone(code, "", None, box(0, 0, 2, 2)) for code in "BA"], [])
    place = index.locate((1, 1))
    assert place.zone.code == "A"
    overlap = next(remark for remark in place.remarks if remark.code == "overlap")
    assert overlap.en.endswith("zone: A, B; by rule it counts to A.")


def test_a_hole_is_outside_and_its_rim_is_not():
    ring = Polygon(box(0, 0, 4, 4).exterior, [box(1, 1, 3, 3).exterior])
    index = PlaceIndex([], [Zone("Z", "", None, ring)], [])
    assert index.locate((2, 2)).zone is None
    assert index.locate((1, 2)).zone.code == "Z"
    assert index.locate((0.5, 0.5)).zone.code == "Z"


def test_an_island_zone_of_two_parts_is_one_zone():
    index = PlaceIndex(
        [], [Zone("Z", "", None, MultiPolygon([box(0, 0, 1, 1), box(3, 3, 4, 4)]))], []
    )
    assert index.locate((3.5, 3.5)).zone.code == "Z"
    assert index.locate((2, 2)).zone is None


def test_an_empty_index_says_outside():
    assert found(PlaceIndex([], [], []).locate((1, 1))) == "- - - outside"


@pytest.mark.parametrize("lon_lat", [(math.nan, 1), (500, 1), (1, 91), (math.inf, 0)])
def test_no_place_on_earth_is_refused(lon_lat):
    with pytest.raises(BadValue, match="lon,lat"):
        TOWN.locate(lon_lat)


def test_a_code_used_twice_is_refused():
    with pytest.raises(BadValue, match="zone Z1 is used more than once"):
        PlaceIndex([], [ZONES[0], ZONES[0]], [])


FIRST_TO_ASK = """
import sys, threading, time
import numpy as np
from shapely import Polygon
from geo.place_index import PlaceIndex
from geo.zone import Zone

sys.setswitchinterval(1e-5)
turn = np.linspace(0, 2 * np.pi, 2_000)
rim = 3 + np.sin(40 * turn)
stars = [
    Polygon(np.stack([x + rim * np.cos(turn), rim * np.sin(turn)], axis=1)) for x in range(6)
]
threads, found = 4, set()
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    index = PlaceIndex([], [Zone(f"Z{row}", "", None, star) for row, star in enumerate(stars)], [])
    together = threading.Barrier(threads)

    def ask():
        together.wait()
        for x in np.linspace(-3.0, 8.0, 12).tolist():
            place = index.locate((x, 0.25))
            found.add((x, place.zone and place.zone.code, len(place.remarks)))

    asking = [threading.Thread(target=ask) for _ in range(threads)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
print(len(found))
"""


def test_threads_that_are_the_first_to_ask_do_not_end_the_process(count):
    """A click asks for its place and for a suggestion at once, on polygons new to the index."""
    command = [sys.executable, "-X", "faulthandler", "-c", FIRST_TO_ASK]
    seconds = str(count(reduced=2, full=20))
    run = subprocess.run([*command, seconds], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout.strip()) == (0, "12"), run.stderr


# Corners of a coarse raster, so that generated points often fall on borders and corners.
RASTER = st.integers(0, 6).map(lambda step: step / 2)
RECTANGLES = st.tuples(RASTER, RASTER, RASTER, RASTER).map(
    lambda c: box(min(c[0], c[1]), min(c[2], c[3]), max(c[0], c[1]) + 1, max(c[2], c[3]) + 1)
)


def _with_hole(shape: Polygon) -> Polygon:
    west, south, east, north = shape.bounds
    middle = box(*(np.array([west, south]) + 0.25), *(np.array([east, north]) - 0.25))
    return Polygon(shape.exterior, [middle.exterior])


SHAPES = st.one_of(RECTANGLES, RECTANGLES.map(_with_hole))


@given(shapes=st.lists(SHAPES, max_size=6), point=st.tuples(RASTER, RASTER))
def test_the_index_agrees_with_asking_every_polygon(shapes, point):
    zones = [Zone(f"Z{row}", "", None, shape) for row, shape in enumerate(shapes)]
    place = PlaceIndex([], zones, []).locate(point)
    here = Point(point)
    inside = [zone.code for zone in zones if zone.polygon.contains(here)]
    touched = [zone.code for zone in zones if zone.polygon.touches(here)]
    expected = min(inside) if inside else min(touched, default=None)
    assert (place.zone.code if place.zone else None) == expected
    codes = {remark.code for remark in place.remarks if "zone" in remark.en}
    others = {code for code in touched if code != expected}
    assert codes == {
        name
        for name, said in (
            ("outside", expected is None),
            ("overlap", len(inside) > 1),
            ("on_border", bool(others)),
        )
        if said
    }


def test_an_index_that_is_replaced_is_gone_at_once():
    index = PlaceIndex([CITY], ZONES, GRIDS)
    assert index.locate((0.5, 0.5)) is index.locate((0.5, 0.5))
    gc.disable()
    try:
        seen = ref(index)
        del index
        assert seen() is None
    finally:
        gc.enable()
