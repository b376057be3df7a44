"""Weights in layers: speeds of the hour, measurements, slow zones and closures."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from shapely import box
from spec.made_networks import network_of
from spec.town import Town, town

from geo.errors import BadValue, MissingColumn, UnknownName, UnreadableFile
from geo.road.closure import Closure
from geo.road.customise import NEVER
from geo.road.extent import Direction, Extent
from geo.road.footprint import Footprints
from geo.road.hourly_speed import (
    ALWAYS_ALIKE,
    HourlyRule,
    hourly_rule,
    hourly_speeds,
    read_hourly_speeds,
)
from geo.road.layered_weights import WeightLayers, edge_ms_at, state_at
from geo.road.measured_speed import COLUMNS, MeasuredSpeed, measured_speed, read_measured_speeds
from geo.road.road_class import CLASS_CODE, ROAD_CLASSES, Mode
from geo.road.week import hour_of_week, read_hours

MONDAY_8 = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # eight o'clock in China
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)

TOWN = town("""
    a---b---c
        |
        d
""")
STREETS = ("ab", "ba", "bc", "cb", "bd", "db")


def edge(drawn: Town, network, street: str) -> int:
    """Id of the edge that drives from one junction to the other."""
    tail, head = (drawn.names.index(name) for name in street)
    return int(np.flatnonzero((network.edge_tail == tail) & (network.edge_head == head))[0])


def around(drawn: Town, names: str, margin: float = 1e-6):
    """The rectangle around some junctions, a little larger."""
    (west, south), (east, north) = drawn.places(names).min(axis=0), drawn.places(names).max(axis=0)
    return box(west - margin, south - margin, east + margin, north + margin)


def check_seconds(
    *closures: Closure,
    expected: str,
    measured=(),
    hourly=ALWAYS_ALIKE,
    now=MONDAY_8,
    mode=Mode.CAR,
) -> None:
    """Expected seconds of the streets of the town: "ab 60, bc closed"; all others take 60 s."""
    network = TOWN.network(mode=mode)
    layers = WeightLayers(hourly, tuple(measured), closures)
    ms = edge_ms_at(network, layers, now)
    assert ms.dtype == np.int32
    wanted = dict.fromkeys(STREETS, "60")
    for entry in filter(None, expected.split(", ")):
        street, seconds = entry.split()
        wanted[street] = seconds
        if street[::-1] not in expected:
            wanted[street[::-1]] = seconds
    found = {street: int(ms[edge(TOWN, network, street)]) for street in STREETS}
    shown = {
        street: "closed" if value == NEVER else f"{value / 1000:g}"
        for street, value in found.items()
    }
    assert shown == wanted


def closure(extent: Extent, **more: object) -> Closure:
    return Closure("c1", extent, **({"starts": MONDAY_8} | more))


AB = Extent(polygon=around(TOWN, "ab"))


def test_without_layers_the_base_counts():
    check_seconds(expected="")


def test_a_closure_counts_from_its_first_instant_to_before_its_last():
    bridge = closure(AB, ends=MONDAY_8 + 2 * HOUR)
    check_seconds(bridge, expected="", now=MONDAY_8 - SECOND)
    check_seconds(bridge, expected="ab closed")
    check_seconds(bridge, expected="ab closed", now=MONDAY_8 + 2 * HOUR - SECOND)
    check_seconds(bridge, expected="", now=MONDAY_8 + 2 * HOUR)


def test_an_open_end_never_comes_unless_somebody_lifts_it():
    flood = closure(AB)
    check_seconds(flood, expected="ab closed", now=MONDAY_8 + 10_000 * HOUR)
    lifted = replace(flood, lifted_at=MONDAY_8 + HOUR)
    check_seconds(lifted, expected="ab closed", now=MONDAY_8 + HOUR - SECOND)
    check_seconds(lifted, expected="", now=MONDAY_8 + HOUR)


def test_what_is_lifted_before_it_starts_never_comes_into_force():
    cancelled = closure(AB, lifted_at=MONDAY_8 - HOUR)
    assert not any(cancelled.in_force(MONDAY_8 + hours * HOUR) for hours in range(-2, 3))


def test_one_closure_ends_as_another_begins():
    first = Closure("1", AB, starts=MONDAY_8, ends=MONDAY_8 + HOUR)
    second = Closure("2", Extent(ways=(1,)), starts=MONDAY_8 + HOUR)
    check_seconds(first, second, expected="ab closed", now=MONDAY_8 + HOUR - SECOND)
    check_seconds(first, second, expected="bc closed", now=MONDAY_8 + HOUR)


def test_where_two_overlap_a_street_opens_when_the_last_has_ended():
    first = Closure("1", AB, starts=MONDAY_8, ends=MONDAY_8 + 2 * HOUR)
    second = Closure("2", Extent(ways=(0,)), starts=MONDAY_8 + HOUR, ends=MONDAY_8 + 3 * HOUR)
    for hours in (0, 1, 2):
        check_seconds(first, second, expected="ab closed", now=MONDAY_8 + hours * HOUR)
    check_seconds(first, second, expected="", now=MONDAY_8 + 3 * HOUR)


def test_a_street_along_the_border_of_a_closed_area_is_on_neither_side():
    (lon, lat) = TOWN.lon_lat["b"]
    above, below = box(lon - 1, lat, lon + 1, lat + 1), box(lon - 1, lat - 1, lon + 1, lat)
    check_seconds(closure(Extent(polygon=above)), expected="")
    check_seconds(closure(Extent(polygon=below)), expected="bd closed")
    check_seconds(closure(Extent(polygon=below), speed_factor=0.5), expected="bd 120")
    check_seconds(
        closure(Extent(polygon=box(lon - 1, lat - 1e-5, lon + 1, lat + 1))),
        expected="ab closed, bc closed, bd closed",
    )


def test_a_polygon_that_touches_only_a_corner_closes_nothing():
    (lon, lat) = TOWN.lon_lat["c"]
    check_seconds(closure(Extent(polygon=box(lon, lat, lon + 1, lat + 1))), expected="")


def test_a_street_that_lies_in_a_closed_area_in_part_is_closed_whole():
    place = TOWN.between("b", "d", 0.5)[0]
    check_seconds(
        closure(Extent(polygon=box(*(place - 1e-4), *(place + 1e-4)))), expected="bd closed"
    )


def test_a_direction_is_closed_alone_and_only_for_whom_it_concerns():
    one_way = closure(Extent(ways=(0,), direction=Direction.BACKWARD))
    check_seconds(one_way, expected="ab 60, ba closed")
    lorries = closure(AB, modes=(Mode.CAR, Mode.EBIKE))
    check_seconds(lorries, expected="ab closed", mode=Mode.EBIKE)
    check_seconds(lorries, expected="", mode=Mode.FOOT)
    edges = Extent(edges=(edge(TOWN, TOWN.network(), "bd"),))
    check_seconds(closure(edges, modes=(Mode.CAR,)), expected="bd closed, db 60")


def test_a_slow_zone_slows_the_share_of_a_street_that_lies_inside():
    west_half = Extent(
        polygon=around(TOWN, "ab").intersection(
            box(109, -1, float(TOWN.between("a", "b")[0, 0]), 1)
        )
    )
    check_seconds(closure(west_half, speed_factor=0.5), expected="ab 90")
    check_seconds(closure(AB, speed_factor=0.5), expected="ab 120")


def test_a_cap_slows_only_those_who_are_faster():
    own_mps = TOWN.network().street_length_m[0] / 60
    check_seconds(closure(AB, speed_cap_mps=own_mps / 3), expected="ab 180")
    check_seconds(closure(AB, speed_cap_mps=own_mps * 2), expected="")


def test_of_two_slow_zones_the_one_that_costs_most_counts_and_a_closure_outweighs_both():
    school = Closure("1", AB, starts=MONDAY_8, speed_factor=0.5)
    works = Closure("2", AB, starts=MONDAY_8, speed_factor=0.25)
    check_seconds(school, works, expected="ab 240")
    check_seconds(works, school, expected="ab 240")
    check_seconds(works, school, Closure("0", AB, starts=MONDAY_8), expected="ab closed")


def test_a_measured_speed_takes_the_place_of_the_base_and_the_last_one_counts():
    jam = MeasuredSpeed(
        Extent(ways=(0,), direction=Direction.FORWARD), (Mode.CAR,), travel_time_s=200
    )
    freer = MeasuredSpeed(
        Extent(ways=(0,)), (Mode.CAR,), speed_mps=TOWN.network().street_length_m[0] / 30
    )
    check_seconds(measured=[jam], expected="ab 200, ba 60")
    check_seconds(measured=[jam, freer], expected="ab 30")
    check_seconds(measured=[freer, jam], expected="ab 200, ba 30")
    check_seconds(closure(AB, speed_factor=0.5), measured=[freer], expected="ab 60")
    check_seconds(measured=[jam], mode=Mode.FOOT, expected="")


def test_a_measured_speed_counts_in_its_hours_and_between_its_days():
    rush = MeasuredSpeed(
        Extent(ways=(0,)), (Mode.CAR,), speed_mps=1.0, hours=read_hours("mon-fri", "8-10"),
        ends=MONDAY_8 + timedelta(days=1),
    )  # fmt: skip
    slow = f"ab {round(TOWN.network().street_length_m[0] * 1000) / 1000:g}"
    check_seconds(measured=[rush], expected=slow)
    check_seconds(measured=[rush], expected=slow, now=MONDAY_8 + HOUR)
    check_seconds(measured=[rush], expected="", now=MONDAY_8 + 2 * HOUR)
    check_seconds(measured=[rush], expected="", now=MONDAY_8 + timedelta(days=1))


def test_a_travel_time_over_several_streets_is_shared_by_length():
    network = network_of([(0, 1, 9, 9), (1, 2, 9, 9)], 3)  # 10 m and 20 m
    network = replace(network, street_way_id=np.array([7, 7]))
    whole = MeasuredSpeed(
        Extent(ways=(7,), direction=Direction.FORWARD), (Mode.CAR,), travel_time_s=6
    )
    ms = edge_ms_at(network, WeightLayers(measured=(whole,)), MONDAY_8)
    assert ms[network.street_edges[:, 0]].tolist() == [2000, 4000]
    assert ms[network.street_edges[:, 1]].tolist() == [9, 9]


def test_the_hour_of_the_week_changes_the_speed_of_a_class():
    rush = HourlyRule((Mode.CAR,), (CLASS_CODE["residential"],), read_hours("mon-fri", "8-9"), 0.5)
    other = HourlyRule((Mode.CAR,), (CLASS_CODE["motorway"],), read_hours("", ""), 0.1)
    hourly = hourly_speeds([rush, other])
    slow = "ab 120, bc 120, bd 120"
    check_seconds(hourly=hourly, expected=slow)
    check_seconds(hourly=hourly, expected="", now=MONDAY_8 + HOUR)
    check_seconds(hourly=hourly, expected="", now=MONDAY_8 - timedelta(days=1))
    check_seconds(hourly=hourly, expected="", mode=Mode.FOOT)
    check_seconds(
        closure(AB, speed_factor=0.5), hourly=hourly, expected=slow.replace("120", "240", 1)
    )


def test_hours_with_the_same_speeds_are_the_same_state():
    rule = HourlyRule(
        (Mode.CAR,), tuple(range(len(ROAD_CLASSES))), read_hours("", "7-9,17-19"), 0.6
    )
    layers = WeightLayers(hourly_speeds([rule]))
    footprints = Footprints(TOWN.network())
    states = {
        hours: state_at(layers, footprints, MONDAY_8 + hours * HOUR) for hours in range(-2, 12)
    }
    assert states[-1] == states[0] == states[9] == states[10] != states[1]
    assert states[1].is_base
    assert not states[0].is_base


def test_what_touches_no_road_is_no_part_of_the_state():
    far = closure(Extent(polygon=box(10, 10, 11, 11)))
    assert state_at(WeightLayers(closures=(far,)), Footprints(TOWN.network()), MONDAY_8).is_base


def test_times_are_rounded_once():
    network = network_of([(0, 1, 7, 7)], 2)
    third = closure(Extent(ways=(0,)), speed_factor=2 / 3)
    rule = HourlyRule((Mode.CAR,), (0,), read_hours("", ""), 0.7)
    layers = WeightLayers(hourly_speeds([rule]), closures=(third,))
    assert edge_ms_at(network, layers, MONDAY_8).tolist() == [15, 15]  # 7 / 0.7 * 1.5


@pytest.mark.parametrize(
    ("days", "hours", "expected"),
    [
        ("mon", "7", {7}),
        ("", "0", {day * 24 for day in range(7)}),
        ("sun-mon", "23-1", {144 + 23, 144, 23, 0}),
        ("sat,sun", "22-24", {142, 143, 166, 167}),
        ("Tue", "7-9,17-18", {31, 32, 41}),
    ],
)
def test_hours_are_written_as_people_say_them(days, hours, expected):
    assert read_hours(days, hours) == expected


def test_the_week_begins_on_monday_at_midnight_in_china():
    assert hour_of_week(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == 0
    assert hour_of_week(datetime(2026, 11, 22, 15, 59, tzinfo=UTC)) == 167


@pytest.mark.parametrize(
    ("days", "hours"), [("monday", ""), ("", "25"), ("", "7-7"), ("", "24"), ("mon..fri", "")]
)
def test_hours_that_are_none_are_refused(days, hours):
    with pytest.raises(BadValue):
        read_hours(days, hours)


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts": datetime(2026, 11, 23)},  # noqa: DTZ001 -- without offset is the point
        {"ends": MONDAY_8},
        {"speed_factor": 1.0},
        {"speed_factor": 0.0},
        {"speed_factor": 1e-320},
        {"speed_factor": float("nan")},
        {"speed_cap_mps": 0.0},
        {"speed_cap_mps": 1e-300},
        {"speed_cap_mps": float("inf")},
        {"speed_factor": 0.5, "speed_cap_mps": 3.0},
        {"extent": Extent(edges=(1,))},
    ],
)
def test_a_closure_that_contradicts_itself_is_refused(wrong):
    with pytest.raises(BadValue):
        closure(**({"extent": AB} | wrong))


@pytest.mark.parametrize(
    "wrong",
    [{}, {"ways": (1,), "edges": (2,)}, {"edges": (1,), "direction": Direction.FORWARD}],
)
def test_an_extent_names_its_streets_in_exactly_one_way(wrong):
    with pytest.raises(BadValue):
        Extent(**wrong)


def test_an_edge_that_is_not_there_is_named():
    footprints = Footprints(TOWN.network())
    with pytest.raises(UnknownName, match="Edge 6 is not in the car network"):
        footprints.require(Extent(edges=(6,)))
    assert len(footprints.of(Extent(edges=(5, 6))).edges) == 0


def test_edges_mean_something_on_the_network_that_they_were_named_on_only():
    network = TOWN.network()
    footprints = Footprints(network)
    assert footprints.of(Extent(edges=(5,), network=network.version)).edges.tolist() == [5]
    assert len(footprints.of(Extent(edges=(5,), network="another")).edges) == 0


def test_tables_are_read_and_a_wrong_line_is_named(tmp_path):
    hours = tmp_path / "hours.csv"
    hours.write_text(
        "mode,class,days,hours,speed_factor\n"
        ",,,,0.9\ncar;ebike,residential;tertiary,mon-fri,7-9,0.5\n"
    )
    hourly = read_hourly_speeds(hours)
    assert hourly.of(Mode.CAR, 8)[CLASS_CODE["tertiary"]] == 0.5
    assert hourly.of(Mode.FOOT, 8)[CLASS_CODE["tertiary"]] == 0.9
    assert hourly.of(Mode.CAR, 9)[CLASS_CODE["tertiary"]] == 0.9
    measured = tmp_path / "measured.csv"
    head = "mode,way,edge,direction,speed_kph,travel_time_s,starts,ends,days,hours\n"
    measured.write_text(
        head + "car,7,,forward,,90,,2026-12-01T00:00:00+08:00,mon,8\n,7,,,36,,,,,\n"
    )
    one, other = read_measured_speeds(measured)
    assert one.travel_time_s == 90
    assert one.hours == {8}
    assert (other.speed_mps, other.modes, other.hours) == (10, tuple(Mode), None)
    assert one.id != other.id
    measured.write_text(head + "car,7,,forward,,90,,,,\ncar,x,,,36,,,,,\n")
    with pytest.raises(BadValue, match="line 3"):
        read_measured_speeds(measured)
    measured.write_text("mode,way\n")
    with pytest.raises(MissingColumn, match="speed_kph"):
        read_measured_speeds(measured)
    with pytest.raises(UnreadableFile):
        read_hourly_speeds(tmp_path / "none.csv")


@pytest.mark.parametrize("read", [read_hourly_speeds, read_measured_speeds])
def test_an_empty_file_lacks_its_columns(read, tmp_path):
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(MissingColumn, match=r"empty\.csv lacks mode and"):
        read(tmp_path / "empty.csv")


@pytest.mark.parametrize(
    "wrong",
    [{"mode": "boat"}, {"class": "canal"}, {"speed_factor": "0"}, {"speed_factor": "x"}],
)
def test_a_line_of_hourly_speeds_that_cannot_be_used_is_refused(wrong):
    sound = {"mode": "car", "class": "primary", "days": "", "hours": "", "speed_factor": "0.5"}
    with pytest.raises(BadValue):
        hourly_rule(sound | wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"speed_kph": ""},
        {"travel_time_s": "9"},
        {"speed_kph": "0"},
        {"speed_kph": "nan"},
        {"speed_kph": "201"},
        {"speed_kph": "", "travel_time_s": "1e307", "direction": "forward"},
        {"speed_kph": "", "travel_time_s": "1e-307", "direction": "forward"},
        {"starts": "2026-12-01T00:00:00"},
        {"direction": "left"},
        {"speed_kph": "", "travel_time_s": "9"},
        {"way": "", "edge": "3"},
    ],
)
def test_a_measurement_that_contradicts_itself_is_refused(wrong):
    sound = dict.fromkeys(COLUMNS, "") | {"way": "7", "speed_kph": "36"}
    assert measured_speed(sound).speed_mps == 10
    with pytest.raises(BadValue):
        measured_speed(sound | wrong)
