"""A report: what a terminal says of its place, before anybody knows whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

KNOT_MPS = 1852 / 3600


class SpeedUnit(StrEnum):
    """In what a speed is stated."""

    MPS = "mps"
    KMH = "kmh"
    KNOTS = "knots"

    @property
    def mps(self) -> float:
        """One of it in metres per second."""
        return {"mps": 1.0, "kmh": 1 / 3.6, "knots": KNOT_MPS}[self.value]


@dataclass(frozen=True, slots=True)
class Report:
    """
    What a terminal says of its place, in its own datum and units.

    Attributes
    ----------
    device
        What the terminal calls itself.
    lon_lat
        Where, degrees in the datum of its source.
    time
        When: with offset; without one by the clock of its source; None for the moment at which
        it comes in.
    accuracy_m
        Radius within which the terminal believes itself, or None.
    speed
        Speed over ground, or None.
    speed_unit
        In what; None where the source says it.
    heading_deg
        Course, degrees clockwise from north, or None.
    positioned
        False where the terminal itself says that it does not know where it is.
    """

    device: str
    lon_lat: tuple[float, float]
    time: datetime | None = None
    accuracy_m: float | None = None
    speed: float | None = None
    speed_unit: SpeedUnit | None = None
    heading_deg: float | None = None
    positioned: bool = True
