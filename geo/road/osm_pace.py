"""How much slower or faster than its class a way is driven, by what it is made of and for."""

from __future__ import annotations

from collections.abc import Mapping

from geo.road.road_class import Mode, RoadClass

PAVED = {"asphalt", "concrete", "paved", "paving_stones", "concrete:plates", "concrete:lanes"}

TRACK_PACE = {"grade1": 2.0, "grade2": 1.4, "grade3": 1.2, "grade4": 1.0, "grade5": 0.6, "": 0.8}
"""Pace on a track by how firm it is; the last is for one that does not say."""

PAVED_TRACK_PACE = 3.0

SERVICE_PACE = {"driveway": 0.8, "parking_aisle": 0.8, "drive-through": 0.8}
"""Pace on service roads that lead to a door or a parking space."""


def pace(tags: Mapping[str, str], road_class: RoadClass, mode: Mode) -> float:
    """
    Compare a way with others of its class.

    Parameters
    ----------
    tags
        Its tags.
    road_class
        Its class.
    mode
        Who travels; walkers keep their pace on anything.

    Returns
    -------
    pace
        Factor on the speed, 1 for an ordinary way.
    """
    if mode is Mode.FOOT:
        return 1.0
    if road_class is RoadClass.SERVICE:
        return SERVICE_PACE.get(tags.get("service", ""), 1.0)
    if road_class is not RoadClass.TRACK:
        return 1.0
    firm = tags.get("tracktype", "grade1") == "grade1" and tags.get("surface") in PAVED
    return PAVED_TRACK_PACE if firm else TRACK_PACE.get(tags.get("tracktype", ""), 0.8)
