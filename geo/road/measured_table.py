"""Measured tables: all measurements of one network, found once and sorted by when they count."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from geo.errors import UnknownName
from geo.road.extent import Extent
from geo.road.measured_speed import MeasuredSpeed
from geo.road.road_class import Mode
from geo.road.week import next_hour

Find = Callable[[Extent], NDArray[np.int32]]
"""Gives the edges that an extent covers."""


class MeasuredTable:
    """
    The measurements that touch one network.

    Parameters
    ----------
    lines
        All measurements; a later one outranks those before it.
    mode
        Who travels on the network.
    length_m
        Lengths of its edges, float64[n_edges].
    find
        Gives the edges that an extent covers.

    Notes
    -----
    Tens of thousands of lines share few calendars (instants and hours in which they count),
    so what is in force is named by the digest of the table and the numbers of calendars, not
    line by line.
    """

    def __init__(
        self, lines: Sequence[MeasuredSpeed], mode: Mode, length_m: NDArray[np.float64], find: Find
    ) -> None:
        found: dict[Extent, NDArray[np.int32]] = {}
        touching: list[tuple[MeasuredSpeed, NDArray[np.int32]]] = []
        for line in lines:
            if line.concerns(mode):
                edge = found.get(line.extent)
                found[line.extent] = edge = find(line.extent) if edge is None else edge
                touching += [(line, edge)] if len(edge) else []
        self.n_lines = len(touching)
        by_calendar = {line.calendar: line for line, _ in touching}
        number = {calendar: row for row, calendar in enumerate(by_calendar)}
        self._calendars = list(by_calendar.values())
        self._calendar = np.repeat(
            np.array([number[line.calendar] for line, _ in touching], dtype=np.int64),
            [len(edge) for _, edge in touching],
        )
        self._edge = np.concatenate([np.zeros(0, np.int32), *(edge for _, edge in touching)])
        ms = [line.edge_ms(length_m[edge]) for line, edge in touching]
        self._ms = np.concatenate([np.zeros(0), *ms])
        ids = ",".join(line.id for line, _ in touching)
        self.digest = hashlib.blake2b(ids.encode(), digest_size=6).hexdigest()

    def in_force(self, now: datetime) -> tuple[str, ...]:
        """
        Name what is in force at an instant.

        Parameters
        ----------
        now
            The instant.

        Returns
        -------
        named
            Digest of the table and the calendars in force; empty where none is.
        """
        numbers = [str(number) for number, line in enumerate(self._calendars) if line.in_force(now)]
        return (self.digest, *numbers) if numbers else ()

    def next_change(self, now: datetime) -> datetime | None:
        """
        Tell until when the same measurements stay in force.

        Parameters
        ----------
        now
            The instant.

        Returns
        -------
        change
            None for ever; where hours are named, at most to the next full hour.
        """
        ends = [end for line in self._calendars for end in (line.starts, line.ends)]
        later = [end for end in ends if end is not None and end > now]
        if any(line.hours is not None for line in self._calendars):
            later.append(next_hour(now))
        return min(later, default=None)

    def priced(self, named: tuple[str, ...]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """
        Price the edges that were measured.

        Parameters
        ----------
        named
            What is in force, as `in_force` names it.

        Returns
        -------
        edge, ms
            int32[n] and milliseconds, float64[n]; an edge may be there several times, and the
            last counts.

        Raises
        ------
        UnknownName
            It was said of other measurements.
        """
        if named and named[0] != self.digest:
            raise UnknownName(
                f"The measured speeds {named[0]} are no longer there; these are {self.digest}."
            )
        on = np.zeros(len(self._calendars), dtype=np.bool_)
        on[[int(number) for number in named[1:]]] = True
        row = on[self._calendar]
        return self._edge[row], self._ms[row]
