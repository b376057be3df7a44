"""Closures and slow zones: streets that nobody drives through for a time, or only slowly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue
from geo.road.extent import Extent
from geo.road.road_class import Mode
from geo.road.speed import LEAST_KPH, LEAST_MPS, MOST_KPH, MOST_MPS

LEAST_FACTOR = 0.02
"""Slower than this, a street is as good as closed."""


@dataclass(frozen=True, slots=True)
class Closure:
    """
    A closure, or a slow zone where it has a factor or a cap.

    Attributes
    ----------
    id
        Its name; whom it concerns, where and how much never changes under one name.
    extent
        Which streets.
    starts
        From when on it is in force, with offset.
    ends
        When it no longer is; None for open.
    modes
        Whom it concerns; nobody named means everybody.
    speed_factor
        In a slow zone, speed as a share of what it would be without it, below 1.
    speed_cap_mps
        In a slow zone, nobody goes faster than this, metres a second.
    reason
        Why, in words.
    lifted_at
        When somebody lifted it by hand, or None.
    """

    id: str
    extent: Extent
    starts: datetime
    ends: datetime | None = None
    modes: tuple[Mode, ...] = ()
    speed_factor: float | None = None
    speed_cap_mps: float | None = None
    reason: str = ""
    lifted_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse times without offset or out of order, and speeds that are none."""
        for instant in (self.starts, self.ends, self.lifted_at):
            if instant is not None and instant.utcoffset() is None:
                raise BadValue(f"The time {instant.isoformat()} has no offset from UTC.")
        if self.ends is not None and self.ends <= self.starts:
            raise BadValue("A closure ends after it starts, or has no end.")
        if self.speed_factor is not None and self.speed_cap_mps is not None:
            raise BadValue("A slow zone has a factor or a cap, not both.")
        if self.speed_factor is not None and not LEAST_FACTOR <= self.speed_factor < 1:
            raise BadValue(
                f"A factor of {self.speed_factor:g} is not from {LEAST_FACTOR:g} to below 1; give "
                "0.5 for half the speed."
            )
        if self.speed_cap_mps is not None and not LEAST_MPS <= self.speed_cap_mps <= MOST_MPS:
            raise BadValue(
                f"A cap of {self.speed_cap_mps * 3.6:g} km/h is not between {LEAST_KPH} and "
                f"{MOST_KPH}; a street that nobody drives through is closed."
            )
        if self.extent.edges and len(self.modes) != 1:
            raise BadValue("Edges belong to the network of one mode: name exactly that mode.")

    @property
    def closes(self) -> bool:
        """Whether nobody drives through at all."""
        return self.speed_factor is None and self.speed_cap_mps is None

    @property
    def until(self) -> datetime | None:
        """When it is over, by plan or by hand; None for open."""
        ends = [instant for instant in (self.ends, self.lifted_at) if instant is not None]
        return min(ends, default=None)

    def in_force(self, now: datetime) -> bool:
        """
        Tell whether it holds at an instant.

        Parameters
        ----------
        now
            The instant.

        Returns
        -------
        in_force
            From its start on, and no longer at its end.
        """
        return self.starts <= now and (self.until is None or now < self.until)

    def concerns(self, mode: Mode) -> bool:
        """
        Tell whether a mode is concerned.

        Parameters
        ----------
        mode
            Who travels.

        Returns
        -------
        concerned
            True for everybody unless modes are named.
        """
        return not self.modes or mode in self.modes

    def extra_ms(
        self, ms: NDArray[np.float64], length_m: NDArray[np.float64], share: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """
        Say how much longer edges take in a slow zone.

        Parameters
        ----------
        ms
            What they take without it, float64[n].
        length_m
            Their lengths, float64[n].
        share
            Which share of each lies inside, float64[n].

        Returns
        -------
        extra_ms
            Milliseconds, float64[n]; 0 where it makes no difference.
        """
        inside_ms = ms * share
        if self.speed_factor is not None:
            return inside_ms / self.speed_factor - inside_ms
        capped_ms = length_m * share / float(self.speed_cap_mps or np.inf) * 1000.0
        return np.maximum(capped_ms - inside_ms, 0.0)
