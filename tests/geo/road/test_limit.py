"""Speed limits from text, and what they make of a class's speed."""

from __future__ import annotations

import numpy as np
import pytest

from geo.road.limit import MOST_OF_CLASS, OPENED_KPH, SLOWEST_CAR_KPH, parse_limit_kph, travel_mps
from geo.road.road_class import CLASS_CODE, Mode
from geo.road.speed import SPEED_KPH


def speed_kph(mode: Mode, road_class: str, limit: str = "") -> float:
    code = np.array([CLASS_CODE[road_class]], dtype=np.uint8)
    return float(travel_mps(mode, code, np.array([parse_limit_kph(limit)]))[0] * 3.6)


@pytest.mark.parametrize(
    ("text", "kph"),
    [
        ("60", 60),
        ("60 km/h", 60),
        ("60公里", 60),
        ("30 mph", 48.28),
        ("30mph", 48.28),
        ("5", 5),
        ("CN:urban", 50),
        ("CN:motorway", 120),
        ("DE:living_street", 20),
        ("walk", 6),
        ("50; 30", 30),
        ("none;80", 80),
    ],
)
def test_a_limit_is_read(text: str, kph: float):
    assert parse_limit_kph(text) == pytest.approx(kph, abs=0.01)


@pytest.mark.parametrize(
    "text", [None, "", "none", "signals", "-160", "-1", "0", "3", "900", "FI:zone", "60 knots", ";"]
)
def test_what_is_no_limit_is_unknown(text: str | None):
    assert np.isnan(parse_limit_kph(text))


def test_without_a_limit_a_class_keeps_its_speed():
    for mode in Mode:
        for road_class, kph in SPEED_KPH[mode].items():
            assert speed_kph(mode, road_class) == pytest.approx(kph)


def test_a_car_averages_four_fifths_of_the_limit():
    assert speed_kph(Mode.CAR, "primary", "60") == pytest.approx(48)
    assert speed_kph(Mode.CAR, "primary", "30") == pytest.approx(24)


def test_a_high_limit_lifts_a_car_only_so_far():
    assert speed_kph(Mode.CAR, "residential", "120") == pytest.approx(
        MOST_OF_CLASS * SPEED_KPH[Mode.CAR]["residential"]
    )


def test_nobody_drives_slower_than_ten_for_a_sign():
    assert speed_kph(Mode.CAR, "service", "5") == pytest.approx(SLOWEST_CAR_KPH)


def test_an_ebike_only_keeps_below_the_limit():
    assert speed_kph(Mode.EBIKE, "primary", "15") == pytest.approx(15)
    assert speed_kph(Mode.EBIKE, "primary", "80") == SPEED_KPH[Mode.EBIKE]["primary"]


def test_walkers_have_no_limit():
    assert speed_kph(Mode.FOOT, "residential", "30") == pytest.approx(5)


def test_a_class_closed_to_the_mode_has_a_speed_for_where_it_is_opened():
    assert speed_kph(Mode.CAR, "pedestrian") == pytest.approx(OPENED_KPH[Mode.CAR])
