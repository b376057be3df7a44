"""Outcome: what became of every incident and every crew in one run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation import layout
from dispatch.planning.simulation.incidents import Incidents
from dispatch.planning.simulation.tables import Tables
from dispatch.planning.simulation.world import World
from geo.road.frozen import freeze


class State(IntEnum):
    """Where an incident stands when the simulated time ends."""

    WAITING = 0
    UNDER_WAY = 1
    SERVED = 2
    NOBODY_EVER = 3
    LOST = 4


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """
    One run of one world; rows are those of its incidents.

    Attributes
    ----------
    tables
        What was simulated.
    incidents
        What came in.
    times_ms, facts
        Instants and facts of incidents, int64[n, 6] and int32[n, 11], columns as in
        `dispatch.planning.simulation.layout`; an instant after the end is when it was due.
    waiting
        How many waited at the beginning of each half-hour, int32[n_slots].
    calls
        Crews called off: when, which crew, from which incident, and whence it had come,
        int64[m, 4].
    crews
        Crews at the end, int64[30, n_crews], rows as in `dispatch.planning.simulation.layout`.
    """

    tables: Tables
    incidents: Incidents
    times_ms: NDArray[np.int64]
    facts: NDArray[np.int32]
    waiting: NDArray[np.int32]
    calls: NDArray[np.int64]
    crews: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    def __len__(self) -> int:
        """How many incidents came in."""
        return len(self.facts)

    @property
    def world(self) -> World:
        """What was simulated."""
        return self.tables.world

    @property
    def state(self) -> NDArray[np.int32]:
        """
        Where each incident stands at the end, positions in `State`, int32[n].

        ``NOBODY_EVER`` waits for nothing: nobody who may take it is ever on duty with what it
        needs, or no road leads there for any of them.
        """
        return self.facts[:, layout.STANDS]

    @property
    def sent(self) -> NDArray[np.bool_]:
        """To which a crew was sent, bool[n]."""
        sent: NDArray[np.bool_] = self.facts[:, layout.CREW] >= 0
        return sent

    @property
    def zone(self) -> NDArray[np.int32]:
        """Zone of each incident, int32[n]; -1 for none."""
        return self.world.zoning.zone_of[self.incidents.grid]

    @property
    def wait_ms(self) -> NDArray[np.int64]:
        """From report until a crew was sent, int64[n]; -1 where none was."""
        return self._since(layout.REPORTED, layout.SENT)

    @property
    def travel_ms(self) -> NDArray[np.int64]:
        """From dispatch until the crew was there, int64[n]; -1 where none was sent."""
        return self._since(layout.SENT, layout.ARRIVES)

    @property
    def response_ms(self) -> NDArray[np.int64]:
        """
        From report to arrival, int64[n]; -1 where no crew was sent.

        It is held against the arrival target: a crew is sent at once where one is free, so that
        waiting for one is the fault of staffing, not of whoever dispatches.
        """
        return self._since(layout.REPORTED, layout.ARRIVES)

    @property
    def target_ms(self) -> NDArray[np.int64]:
        """Arrival target of each incident, int64[n]."""
        return self.tables.settings[layout.FIRST_TARGET + self.facts[:, layout.ITS_TARGET]]

    @property
    def in_time(self) -> NDArray[np.bool_]:
        """Which were reached within their target, bool[n]."""
        timely: NDArray[np.bool_] = self.sent & (self.response_ms <= self.target_ms)
        return timely

    def _since(self, start: int, end: int) -> NDArray[np.int64]:
        """Milliseconds between two instants."""
        passed = self.times_ms[:, end] - self.times_ms[:, start]
        return np.where(self.sent, passed, -1)
