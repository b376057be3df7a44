"""Road classes: the one vocabulary that readers map to and speeds are keyed by."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """How a crew travels; one road network is built per mode."""

    CAR = "car"
    EBIKE = "ebike"
    FOOT = "foot"


class RoadClass(StrEnum):
    """Class of a street; the names are OpenStreetMap's highway values, plus ferry."""

    MOTORWAY = "motorway"
    MOTORWAY_LINK = "motorway_link"
    TRUNK = "trunk"
    TRUNK_LINK = "trunk_link"
    PRIMARY = "primary"
    PRIMARY_LINK = "primary_link"
    SECONDARY = "secondary"
    SECONDARY_LINK = "secondary_link"
    TERTIARY = "tertiary"
    TERTIARY_LINK = "tertiary_link"
    UNCLASSIFIED = "unclassified"
    RESIDENTIAL = "residential"
    LIVING_STREET = "living_street"
    SERVICE = "service"
    TRACK = "track"
    PEDESTRIAN = "pedestrian"
    FOOTWAY = "footway"
    CYCLEWAY = "cycleway"
    PATH = "path"
    BRIDLEWAY = "bridleway"
    STEPS = "steps"
    FERRY = "ferry"


ROAD_CLASSES: tuple[RoadClass, ...] = tuple(RoadClass)
"""Classes in a fixed order; arrays hold the position in this tuple as uint8."""

CLASS_CODE: dict[str, int] = {str(name): code for code, name in enumerate(ROAD_CLASSES)}
"""Class name to its uint8 code."""
