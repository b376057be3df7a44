"""A report: what a terminal says of its place, before anybody knows whose it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from geo.errors import BadValue

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


@dataclass(frozen=True, slots=True)
class Unread:
    """
    A position that is none, of a terminal that is known.

    Attributes
    ----------
    device
        What the terminal calls itself.
    said
        Why, in one sentence.
    """

    device: str
    said: str


def read_of(device: str, read: Callable[[], Report]) -> Report | Unread:
    """
    Read one position, so that one that is none keeps no other of its terminal back.

    Parameters
    ----------
    device
        What the terminal calls itself.
    read
        Reads it, or raises `geo.errors.BadValue`.

    Returns
    -------
    report
        Or why there is none.
    """
    try:
        return read()
    except BadValue as error:
        return Unread(device, str(error))
