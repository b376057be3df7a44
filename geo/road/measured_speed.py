"""Measured speeds: what streets really take, in the place of what their class would say."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue
from geo.road.extent import Direction, Extent
from geo.road.road_class import Mode
from geo.road.speed import LEAST_KPH, LEAST_MPS, MOST_KPH, MOST_MPS
from geo.road.speed_table import read_modes, read_table
from geo.road.week import hour_of_week, read_hours

COLUMNS = (
    "mode", "way", "edge", "direction", "speed_kph", "travel_time_s", "starts", "ends",
    "days", "hours",
)  # fmt: skip

LEAST_S, MOST_S = 0.1, 86_400.0
"""A travel time over a way outside is a unit mistaken."""


@dataclass(frozen=True, slots=True)
class MeasuredSpeed:
    """
    A measurement of some streets.

    Attributes
    ----------
    extent
        Which streets, by way or by edge.
    modes
        Who travels.
    speed_mps
        Metres a second; or None.
    travel_time_s
        Seconds over all of the streets together; or None.
    starts, ends
        Between which instants it counts; None for open.
    hours
        In which hours of the week it counts; None for all.
    id
        Digest of the content.
    """

    extent: Extent
    modes: tuple[Mode, ...]
    speed_mps: float | None = None
    travel_time_s: float | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    hours: frozenset[int] | None = None
    id: str = field(init=False)

    def __post_init__(self) -> None:
        """Refuse figures that are no speed, and times without offset; name the content."""
        figures = [figure for figure in (self.speed_mps, self.travel_time_s) if figure is not None]
        if len(figures) != 1:
            raise BadValue("A measured speed has either a speed or a travel time.")
        if self.speed_mps is not None and not LEAST_MPS <= self.speed_mps <= MOST_MPS:
            raise BadValue(
                f"A measured speed of {self.speed_mps * 3.6:g} km/h is not between {LEAST_KPH} "
                f"and {MOST_KPH}."
            )
        if self.travel_time_s is not None and not LEAST_S <= self.travel_time_s <= MOST_S:
            raise BadValue(
                f"A measured travel time of {self.travel_time_s:g} s is not between {LEAST_S:g} "
                f"and {MOST_S:g}."
            )
        if self.travel_time_s is not None and self.extent.ways and self.extent.direction is None:
            raise BadValue("A travel time over a way was measured in one direction: name it.")
        for instant in (self.starts, self.ends):
            if instant is not None and instant.utcoffset() is None:
                raise BadValue(f"The time {instant.isoformat()} has no offset from UTC.")
        if self.extent.edges and len(self.modes) != 1:
            raise BadValue("Edges belong to the network of one mode: name exactly that mode.")
        content = (
            self.extent.ways, self.extent.edges, self.extent.direction, self.modes,
            None if self.hours is None else sorted(self.hours),
            self.speed_mps, self.travel_time_s, self.starts, self.ends,
        )  # fmt: skip
        digest = hashlib.blake2b(repr(content).encode(), digest_size=6).hexdigest()
        object.__setattr__(self, "id", digest)

    @property
    def calendar(self) -> tuple[datetime | None, datetime | None, frozenset[int] | None]:
        """When it counts: equal calendars come into force and go together."""
        return self.starts, self.ends, self.hours

    def in_force(self, now: datetime) -> bool:
        """
        Tell whether it counts at an instant.

        Parameters
        ----------
        now
            The instant.

        Returns
        -------
        in_force
            From its start on, no longer at its end, and in its hours only.
        """
        if self.hours is not None and hour_of_week(now) not in self.hours:
            return False
        return (self.starts is None or self.starts <= now) and (
            self.ends is None or now < self.ends
        )

    def concerns(self, mode: Mode) -> bool:
        """
        Tell whether it was measured for a mode.

        Parameters
        ----------
        mode
            Who travels.

        Returns
        -------
        concerned
            Whether the mode is named.
        """
        return mode in self.modes

    def edge_ms(self, length_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """
        Price the edges that were measured.

        Parameters
        ----------
        length_m
            Their lengths, float64[n]; a travel time is shared among them by length.

        Returns
        -------
        ms
            Milliseconds, float64[n].
        """
        if self.speed_mps is not None:
            return length_m / self.speed_mps * 1000.0
        whole_m = float(length_m.sum())
        share = length_m / whole_m if whole_m > 0 else np.full(len(length_m), 1 / len(length_m))
        return share * float(self.travel_time_s or 0.0) * 1000.0


def measured_speed(row: Mapping[str, str]) -> MeasuredSpeed:
    """
    Read one line of a table.

    Parameters
    ----------
    row
        Texts by column: ``mode`` (several with ``;``, empty for all), ``way`` with
        ``direction`` (forward or backward), or ``edge``; ``speed_kph`` or ``travel_time_s``;
        ``starts`` and ``ends`` (ISO 8601 with offset), ``days`` and ``hours`` (see
        `geo.road.week.read_hours`), all four empty for always.

    Returns
    -------
    measured
        The line.

    Raises
    ------
    BadValue
        A figure is none, or the line contradicts itself.
    """
    try:
        speed_kph = float(row["speed_kph"]) if row["speed_kph"] else None
        timed = row["days"] or row["hours"]
        return MeasuredSpeed(
            extent=Extent(
                ways=(int(row["way"]),) if row["way"] else (),
                edges=(int(row["edge"]),) if row["edge"] else (),
                direction=Direction(row["direction"]) if row["direction"] else None,
            ),
            modes=read_modes(row["mode"]),
            speed_mps=None if speed_kph is None else speed_kph / 3.6,
            travel_time_s=float(row["travel_time_s"]) if row["travel_time_s"] else None,
            starts=datetime.fromisoformat(row["starts"]) if row["starts"] else None,
            ends=datetime.fromisoformat(row["ends"]) if row["ends"] else None,
            hours=read_hours(row["days"], row["hours"]) if timed else None,
        )
    except ValueError as error:
        raise BadValue(f"{error}.") from error


def read_measured_speeds(path: Path) -> tuple[MeasuredSpeed, ...]:
    """
    Read a table of measured speeds.

    Parameters
    ----------
    path
        CSV in UTF-8 with the columns of `COLUMNS`, see `measured_speed`.

    Returns
    -------
    measured
        In the order of the file; a later line outranks those before it.

    Raises
    ------
    UnreadableFile, MissingColumn
        There is no such table.
    BadValue
        A line cannot be used; the sentence names it.
    """
    return tuple(read_table(path, COLUMNS, measured_speed))
