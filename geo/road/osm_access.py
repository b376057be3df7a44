"""
What OpenStreetMap's tags permit: who may use a way, in which direction, past which barrier.

The choices that the tags leave open are made for officers on duty:

- ``destination``, ``delivery`` and ``customers`` let them in, since the incident *is*
  their destination; ``private``, ``agricultural``, ``forestry`` and ``no`` do not.
- An e-bike counts as a bicycle, as in Chinese law (a light electric bicycle is no motor
  vehicle): it follows ``bicycle``, may use cycleways and keeps off motor roads.  A crew
  on motorcycles travels as a car.
- A road reversed by the hour is left out, for nobody can tell its direction here.
- A ferry carries people on foot and e-bikes unless it says otherwise, but cars only
  where ``motor_vehicle``, ``motorcar`` or ``vehicle`` says so.
- The outline of a square (``area=yes``) is walked along, never driven.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from geo.road.class_word import road_class
from geo.road.limit import parse_limit_kph
from geo.road.osm_pace import pace
from geo.road.road_class import Mode, RoadClass
from geo.road.speed import SPEED_KPH

Tags = Mapping[str, str]

ACCESS_KEYS = {
    Mode.CAR: ("motorcar", "motor_vehicle", "vehicle", "access"),
    Mode.EBIKE: ("electric_bicycle", "bicycle", "vehicle", "access"),
    Mode.FOOT: ("foot", "access"),
}
"""Keys that speak of a mode, the most particular first; the first that says something holds."""

OWN_KEYS = {
    Mode.CAR: {"motorcar", "motor_vehicle"},
    Mode.EBIKE: {"electric_bicycle", "bicycle"},
    Mode.FOOT: {"foot"},
}
"""Keys that speak of this mode alone: they may open a class that is closed to it."""

PERMITTING = {
    "yes", "designated", "permissive", "destination", "delivery", "customers", "official",
    "permit", "public",
}  # fmt: skip
FORBIDDING = {
    "no", "private", "agricultural", "forestry", "use_sidepath", "dismount", "military",
    "emergency", "restricted",
}  # fmt: skip

ONEWAY_KEYS = {
    Mode.CAR: ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway"),
    Mode.EBIKE: ("oneway:electric_bicycle", "oneway:bicycle", "oneway:vehicle", "oneway"),
    Mode.FOOT: ("oneway:foot",),
}
FORWARD_ONLY = {"yes", "true", "1"}
BACKWARD_ONLY = {"-1", "reverse"}
BOTH_WAYS = {"no", "false", "0", "alternating"}
REVERSED_BY_HOUR = {"reversible"}
CONTRAFLOW_KEYS = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")

STOPS_ALL = {"fence", "wall", "city_wall", "retaining_wall", "hedge", "guard_rail", "ditch"}
STOPS_BIKES = STOPS_ALL | {"stile", "kissing_gate", "turnstile", "full-height_turnstile", "log"}
STOPS_CARS = STOPS_BIKES | {
    "bollard", "block", "cycle_barrier", "motorcycle_barrier", "jersey_barrier", "horse_stile",
    "chain", "rope", "planter", "debris", "bus_trap", "sump_buster", "wicket_gate",
    "barrier_board", "hampshire_gate",
}  # fmt: skip
STOPPED_BY = {Mode.CAR: STOPS_CARS, Mode.EBIKE: STOPS_BIKES, Mode.FOOT: STOPS_ALL}
"""Barriers that close a way where nothing else is said; gates and toll booths are open."""

HOURS_MINUTES = re.compile(r"(?:(\d+):)?(\d+)(?::(\d+))?")
ISO_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


class LeftOut(StrEnum):
    """Why a way is not used, in words for the person who imports."""

    NO_ROAD = "ways of a kind that is no road"
    CLOSED_CLASS = "ways of a class that is closed to the mode"
    NO_ACCESS = "ways without access"
    AREA = "ways that are areas"
    REVERSED_BY_HOUR = "ways reversed by the hour"


@dataclass(frozen=True, slots=True)
class Passage:
    """
    What the tags of one way permit to one mode.

    Attributes
    ----------
    road_class
        Its class.
    forward, backward
        Whether each direction is open.
    forward_limit_kph, backward_limit_kph
        Speed limits, NaN where there is none.
    pace
        Factor on the speed of its class.
    duration_s
        How long a ferry takes from end to end, NaN where it does not say.
    """

    road_class: RoadClass
    forward: bool
    backward: bool
    forward_limit_kph: float
    backward_limit_kph: float
    pace: float
    duration_s: float


def passage(tags: Tags, mode: Mode) -> Passage | LeftOut:
    """
    Judge a way.

    Parameters
    ----------
    tags
        Its tags.
    mode
        Who wants to pass.

    Returns
    -------
    passage
        What is permitted, or why the way is left out.
    """
    kind = RoadClass.FERRY if tags.get("route") == "ferry" else road_class(tags.get("highway", ""))
    if kind is None:
        return LeftOut.NO_ROAD
    if not _class_is_open(tags, kind, mode):
        return LeftOut.CLOSED_CLASS
    if tags.get("area") == "yes" and mode is not Mode.FOOT:
        return LeftOut.AREA
    directions = _directions(tags, kind, mode)
    if directions is None:
        return LeftOut.REVERSED_BY_HOUR
    forward, backward = (
        open_by_oneway and permission(tags, mode, direction) is not False
        for open_by_oneway, direction in zip(directions, ("forward", "backward"), strict=True)
    )
    if not (forward or backward) or tags.get("service") == "emergency_access":
        return LeftOut.NO_ACCESS
    return Passage(
        road_class=kind,
        forward=forward,
        backward=backward,
        forward_limit_kph=_limit_kph(tags, "forward"),
        backward_limit_kph=_limit_kph(tags, "backward"),
        pace=pace(tags, kind, mode),
        duration_s=parse_duration_s(tags.get("duration")) if kind is RoadClass.FERRY else np.nan,
    )


def permission(tags: Tags, mode: Mode, direction: str = "") -> bool | None:
    """
    Ask the access tags about a mode.

    Parameters
    ----------
    tags
        Tags of a way or a barrier.
    mode
        Who wants to pass.
    direction
        ``forward``, ``backward``, or neither.

    Returns
    -------
    permitted
        None where no key says anything that is understood.
    """
    for key in ACCESS_KEYS[mode]:
        for asked in (f"{key}:{direction}", key):
            answer = _answer(tags.get(asked, ""))
            if answer is not None:
                return answer
    return None


def stops(tags: Tags, mode: Mode) -> bool:
    """
    Judge a barrier.

    Parameters
    ----------
    tags
        Tags of the node, ``barrier`` among them.
    mode
        Who wants to pass.

    Returns
    -------
    stops
        Whether it closes the way.
    """
    permitted = permission(tags, mode)
    if permitted is not None:
        return not permitted
    if tags.get("locked") == "yes":
        return True
    sinks = tags.get("bollard") == "rising" and tags["barrier"] == "bollard"
    return tags["barrier"] in STOPPED_BY[mode] and not sinks


def parse_duration_s(text: str | None) -> float:
    """
    Read how long a ferry takes.

    Parameters
    ----------
    text
        ``00:20``, ``1:30:00``, minutes as in ``20``, or ``PT1H20M``.

    Returns
    -------
    duration_s
        Seconds; NaN where it is not understood or is nothing.
    """
    word = (text or "").strip()
    found = HOURS_MINUTES.fullmatch(word) or ISO_DURATION.fullmatch(word)
    if not found:
        return np.nan
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float(hours * 3600 + minutes * 60 + seconds) or np.nan


def _answer(value: str) -> bool | None:
    """Understand a value; of several with ``;`` one that permits is enough."""
    words = {word.strip() for word in value.split(";")}
    if words & PERMITTING:
        return True
    return False if words & FORBIDDING else None


def _class_is_open(tags: Tags, kind: RoadClass, mode: Mode) -> bool:
    """Tell whether the class, or a key that speaks of this mode alone, lets it in."""
    if tags.get("motorroad") == "yes" and mode is not Mode.CAR:
        return False
    keys = OWN_KEYS[mode] | ({"vehicle"} if kind is RoadClass.FERRY else set())
    opened = any(_answer(tags.get(key, "")) for key in keys)
    if kind is RoadClass.FERRY and mode is Mode.CAR:
        return opened
    return kind in SPEED_KPH[mode] or opened


def _directions(tags: Tags, kind: RoadClass, mode: Mode) -> tuple[bool, bool] | None:
    """Read one-way tags; None for a road reversed by the hour."""
    if mode is Mode.EBIKE and any(
        tags.get(key, "").startswith("opposite") for key in CONTRAFLOW_KEYS
    ):
        return True, True
    for key in ONEWAY_KEYS[mode]:
        value = tags.get(key, "")
        if value in REVERSED_BY_HOUR:
            return None
        if value in FORWARD_ONLY | BACKWARD_ONLY | BOTH_WAYS:
            return value not in BACKWARD_ONLY, value not in FORWARD_ONLY
    circles = tags.get("junction") in {"roundabout", "circular"}
    implied = mode is not Mode.FOOT and (circles or kind is RoadClass.MOTORWAY)
    return True, not implied


def _limit_kph(tags: Tags, direction: str) -> float:
    """Read the limit of one direction."""
    own = parse_limit_kph(tags.get(f"maxspeed:{direction}"))
    return parse_limit_kph(tags.get("maxspeed")) if np.isnan(own) else own
