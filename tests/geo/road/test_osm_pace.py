"""How fast a way is driven beside others of its class."""

from __future__ import annotations

import pytest

from geo.road.osm_pace import pace
from geo.road.road_class import Mode, RoadClass


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, 0.8),
        ({"tracktype": "grade1"}, 2.0),
        ({"tracktype": "grade1", "surface": "asphalt"}, 3.0),
        ({"surface": "concrete"}, 3.0),
        ({"tracktype": "grade3", "surface": "asphalt"}, 1.2),
        ({"tracktype": "grade5"}, 0.6),
        ({"tracktype": "unheard of"}, 0.8),
    ],
)
def test_a_track_is_driven_by_how_firm_it_is(tags: dict[str, str], expected: float):
    assert pace(tags, RoadClass.TRACK, Mode.CAR) == expected
    assert pace(tags, RoadClass.TRACK, Mode.FOOT) == 1.0
    assert pace(tags, RoadClass.RESIDENTIAL, Mode.CAR) == 1.0


def test_service_roads_to_a_door_are_slower():
    assert pace({"service": "driveway"}, RoadClass.SERVICE, Mode.CAR) < 1.0
    assert pace({"service": "alley"}, RoadClass.SERVICE, Mode.CAR) == 1.0
