"""The shortest flight round no-fly polygons, drawn in squares of a hundred metres."""

from __future__ import annotations

import math
import subprocess
import sys
from textwrap import dedent

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.taut_string import shortest_way_m
from shapely import LineString, Point, Polygon, box

from geo.air_path import AirPath, AirSpace, Closed, NoAirPath
from geo.no_fly import NoFly
from geo.plane import Plane

CENTRE = (109.1, 21.4)
PLANE = Plane(CENTRE)
SQUARE_M = 100.0
WITHIN_M = 0.01


def lon_lat(xy_m) -> tuple[float, float]:
    lon, lat = PLANE.to_lon_lat(np.array(xy_m, dtype=np.float64)).tolist()
    return lon, lat


def over(*shapes: Polygon) -> AirSpace:
    """No-fly polygons in metres on the plane as the air over a city."""
    on_earth = [shapely.transform(shape, PLANE.to_lon_lat) for shape in shapes]
    return AirSpace.over(
        CENTRE, [NoFly(f"N{row}", f"禁飞区{row}", shape) for row, shape in enumerate(on_earth)]
    )


def fly(drawing: str, way: str = "ab") -> AirPath | NoAirPath:
    """
    Fly from one letter to another; # is no-fly, corners of squares are whole hundreds.

    A letter stands in the middle of its square.
    """
    rows = dedent(drawing).strip("\n").splitlines()
    closed, places = [], {}
    for y, row in enumerate(rows):
        for x, char in enumerate(row):
            if char == "#":
                closed.append(box(x, -y - 1, x + 1, -y))
            elif char.isalpha():
                places[char] = ((x + 0.5) * SQUARE_M, (-y - 0.5) * SQUARE_M)
    joined = shapely.union_all(closed) if closed else Polygon()
    shapes = [shapely.transform(one, lambda xy: xy * SQUARE_M) for one in shapely.get_parts(joined)]
    start, end = (lon_lat(places[letter]) for letter in way)
    return over(*shapes).path(start, end)


def length_m(path: AirPath | NoAirPath) -> float:
    assert isinstance(path, AirPath)
    return path.length_m


def bends(path: AirPath | NoAirPath) -> list[tuple[float, float]]:
    """Where a flight bends, in squares from the upper left corner."""
    assert isinstance(path, AirPath)
    inner = np.array(path.lon_lat[1:-1]).reshape(-1, 2)
    return [tuple(place) for place in (PLANE.to_xy(inner) / SQUARE_M).round(6).tolist()]


def test_a_flight_that_nothing_forbids_is_the_straight_line():
    path = fly("""
        a....
        .###.
        ....b
    """)
    straight = fly("""
        a....
        .....
        ....b
    """)
    assert length_m(straight) == pytest.approx(math.hypot(400, 200), abs=WITHIN_M)
    assert straight.lon_lat[0] == lon_lat((50, -50)), "the ends are as they were given"
    assert length_m(path) > length_m(straight)


def test_a_wall_is_flown_round_by_its_nearer_end():
    path = fly("""
        .....
        ..#..
        a.#.b
        ..#..
        ..#..
    """)
    assert bends(path) == [(2, -1), (3, -1)]
    assert length_m(path) == pytest.approx(2 * math.hypot(150, 150) + 100, abs=WITHIN_M)


def test_the_border_may_be_flown_along():
    path = fly("""
        a###b
        .###.
    """)
    assert bends(path) == [(1, 0), (4, 0)], "above the drawing the air is free"
    assert length_m(path) == pytest.approx(300 + 2 * math.hypot(50, 50), abs=WITHIN_M)


def test_a_flight_leads_out_of_a_bag_and_round_it():
    path = fly("""
        #####..
        #...#..
        #.a.#.b
        #......
        #####..
    """)
    assert bends(path) == [(4, -3), (5, -3)]


def test_a_place_in_a_no_fly_polygon_is_not_flown_to_nor_from():
    flights = AirSpace.over(CENTRE, over(box(0, 0, 100, 100), box(50, 50, 200, 200)).no_fly)
    inside, outside = lon_lat((75, 75)), lon_lat((-50, 20))
    to, back = flights.path(outside, inside), flights.path(inside, outside)
    assert isinstance(to, NoAirPath)
    assert isinstance(back, NoAirPath)
    assert (to.why, back.why) == (Closed.END_INSIDE, Closed.START_INSIDE)
    assert to.no_fly is not None
    assert to.no_fly.code == "N0", "of several the one with the lowest code is named"


def test_a_place_on_the_border_is_not_inside():
    assert isinstance(over(box(0, 0, 100, 100)).path(lon_lat((-50, 0)), lon_lat((0, 50))), AirPath)


def test_a_place_that_is_closed_in_is_not_reached():
    path = fly("""
        .####..
        .#a.#.b
        .####..
    """)
    assert path == NoAirPath(Closed.ENCLOSED)


def test_within_the_same_hole_one_may_fly():
    path = fly("""
        ######
        #a##b#
        #....#
        ######
    """)
    assert bends(path) == [(2, -2), (4, -2)]


def test_polygons_that_touch_in_a_point_leave_a_way_between_them():
    path = fly("""
        .#a
        b.#
    """)
    assert bends(path) == [(2, -1)]


def test_polygons_that_share_an_edge_leave_none():
    wall = over(box(0, -500, 50, 0), box(0, 0, 50, 500))
    path = wall.path(lon_lat((-100, 0)), lon_lat((150, 0)))
    assert length_m(path) > 1_000, "the flight goes round one end of both"


def test_without_any_polygon_every_flight_is_straight():
    path = AirSpace.over(CENTRE, ()).path(lon_lat((0, 0)), lon_lat((300, 400)))
    assert length_m(path) == pytest.approx(500)


def test_of_equally_short_ways_always_the_same_is_flown():
    drawing = """
        ..#..
        a.#.b
        ..#..
    """
    assert len({bends(fly(drawing))[0] for _ in range(3)}) == 1


STEP_M = 10.0
coordinates = st.integers(0, 40)
lattice_points = st.tuples(coordinates, coordinates)


@st.composite
def obstacle_courses(draw):
    """Up to four disjoint convex polygons on a lattice, and two places."""
    shapes: list[Polygon] = []
    for _ in range(draw(st.integers(0, 4))):
        hull = shapely.convex_hull(
            shapely.multipoints(draw(st.lists(lattice_points, min_size=3, max_size=5)))
        )
        if hull.geom_type == "Polygon" and all(hull.disjoint(shape) for shape in shapes):
            shapes.append(hull)
    return shapes, draw(lattice_points), draw(lattice_points)


@st.composite
def mazes(draw):
    """Squares that are closed or not, joined, and two places."""
    closed = draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=14))
    joined = shapely.union_all([box(x, y, x + 1, y + 1) for x, y in sorted(set(closed))])
    shapes = [shape for shape in shapely.get_parts(joined).tolist() if not shape.is_empty]
    corner = st.integers(0, 6)
    return shapes, draw(st.tuples(corner, corner)), draw(st.tuples(corner, corner))


def check_against_the_slow_way(course):
    shapes, start, end = course
    scaled = [shapely.transform(shape, lambda xy: xy * STEP_M) for shape in shapes]
    first, last = np.array(start) * STEP_M, np.array(end) * STEP_M
    path = over(*scaled).path(lon_lat(first), lon_lat(last))
    inside = [any(shape.contains(Point(xy)) for shape in scaled) for xy in (first, last)]
    if any(inside):
        why = Closed.START_INSIDE if inside[0] else Closed.END_INSIDE
        assert isinstance(path, NoAirPath)
        assert path.why == why
        return
    expected = shortest_way_m(scaled, first, last)
    if math.isinf(expected):
        assert path == NoAirPath(Closed.ENCLOSED)
        return
    assert length_m(path) == pytest.approx(expected, abs=WITHIN_M)
    straight = math.dist(first, last)
    assert length_m(path) >= straight - 1e-6
    way = PLANE.to_xy(np.array(path.lon_lat))
    forbidden = shapely.union_all(scaled).buffer(-0.01, join_style="mitre")
    assert not forbidden.intersects(LineString(way)), "no interior is entered"
    if not forbidden.intersects(LineString([first, last])):
        assert length_m(path) == pytest.approx(straight, abs=1e-6)


def test_flights_are_the_shortest_round_scattered_polygons(count):
    @settings(max_examples=count(reduced=60, full=1500))
    @given(obstacle_courses())
    def agree(course) -> None:
        check_against_the_slow_way(course)

    agree()


def test_flights_are_the_shortest_through_mazes(count):
    @settings(max_examples=count(reduced=60, full=1500))
    @given(mazes())
    def agree(course) -> None:
        check_against_the_slow_way(course)

    agree()


def test_there_and_back_are_equally_long():
    @settings(max_examples=50)
    @given(obstacle_courses())
    def agree(course) -> None:
        shapes, start, end = course
        air = over(*(shapely.transform(shape, lambda xy: xy * STEP_M) for shape in shapes))
        ends = lon_lat(np.array(start) * STEP_M), lon_lat(np.array(end) * STEP_M)
        there, back = air.path(*ends), air.path(*reversed(ends))
        assert isinstance(there, AirPath) == isinstance(back, AirPath)
        if isinstance(there, AirPath):
            assert there.length_m == pytest.approx(length_m(back), abs=WITHIN_M)

    agree()


def test_lengths_on_the_plane_are_those_on_the_ground():
    air = AirSpace.over(CENTRE, ())
    start, end = (109.04, 21.36), (109.13, 21.45)
    a, b = np.radians(start), np.radians(end)
    half = np.sin((b - a) / 2) ** 2
    arc = 2 * np.arcsin(np.sqrt(half[1] + np.cos(a[1]) * np.cos(b[1]) * half[0]))
    assert length_m(air.path(start, end)) == pytest.approx(6_371_008.8 * arc, rel=1e-3)
    assert air.distance_m(start, end) == length_m(air.path(start, end))


MANY_FLY = """
import sys, threading, time
import numpy as np
from shapely import Polygon
from geo.air_path import AirSpace
from geo.no_fly import NoFly

sys.setswitchinterval(1e-5)
turn = np.linspace(0, 2 * np.pi, 60)
rim = 0.01 + 0.003 * np.sin(7 * turn)
star = Polygon(np.stack([109.1 + rim * np.cos(turn), 21.4 + rim * np.sin(turn)], axis=1))
ends = np.stack([np.full(8, 0.02), np.linspace(-0.015, 0.015, 8)], axis=1)
found, end = set(), time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    air = AirSpace.over((109.1, 21.4), [NoFly("N", "禁飞区", star)])
    together = threading.Barrier(4)

    def fly():
        together.wait()
        for row, (east, north) in enumerate(ends.tolist()):
            path = air.path((109.1 - east, 21.4 + north), (109.1 + east, 21.4 - north))
            found.add((row, path.lon_lat, path.length_m))

    flying = [threading.Thread(target=fly) for _ in range(4)]
    for thread in flying:
        thread.start()
    for thread in flying:
        thread.join()
print(len(found))
"""


def test_threads_may_ask_one_air_space_at_once(count):
    command = [sys.executable, "-X", "faulthandler", "-c", MANY_FLY]
    seconds = str(count(reduced=2, full=20))
    run = subprocess.run([*command, seconds], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout.strip()) == (0, "8"), run.stderr
