"""Obstacles: why an officer or a crew can't go."""

from __future__ import annotations

from enum import StrEnum


class Obstacle(StrEnum):
    """Why a crew can't go; the first that applies, in this order."""

    TOO_FEW_CERTIFIED = "too_few_certified"
    LACKS_SKILL = "lacks_skill"
    LACKS_EQUIPMENT = "lacks_equipment"
    OFF_DUTY = "off_duty"
    OFF_SHIFT = "off_shift"
    RESTING = "resting"
    ENGAGED = "engaged"
    BUSY = "busy"
    NO_POSITION = "no_position"
    STALE_POSITION = "stale_position"
    OFF_ROAD = "off_road"
    UNREACHABLE = "unreachable"


OBSTACLES: tuple[Obstacle | None, ...] = (None, *Obstacle)
"""Obstacles in a fixed order; arrays hold the position in this tuple, 0 for none."""
