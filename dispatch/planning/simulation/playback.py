"""Playback: the events of a run in order of time, for a map that shows crews move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation import layout
from dispatch.planning.simulation.outcome import Outcome

EVENTS: Final = ("called_off", "done", "arrived", "secured", "waits", "sent")
"""What happens, in the order in which it is told of one instant."""

_CALLED_OFF, _DONE, _ARRIVED, _SECURED, _WAITS, _SENT = range(6)


def events(outcome: Outcome) -> NDArray[np.int64]:
    """
    List the events of a run.

    Parameters
    ----------
    outcome
        The run.

    Returns
    -------
    events
        Time in milliseconds, position in `EVENTS`, crew, place it comes from, unit grid and
        incident, int64[n, 6], by time; -1 for what an event has not.  Of a crew that was called
        off the way before is not listed, only the instant at which it turned.
    """
    times_ms, facts = outcome.times_ms, outcome.facts
    incident = np.arange(len(outcome))
    none = np.full(len(outcome), -1)
    crew, origin, grid = (facts[:, one] for one in (layout.CREW, layout.SET_OUT, layout.GRID))
    sent, guard = outcome.sent, facts[:, layout.GUARD]
    waited = times_ms[:, layout.SENT] != times_ms[:, layout.REPORTED]
    parts = [
        (_WAITS, waited, times_ms[:, layout.REPORTED], none, none),
        (_SENT, sent, times_ms[:, layout.SENT], crew, origin),
        (_ARRIVED, sent, times_ms[:, layout.ARRIVES], crew, origin),
        (_DONE, sent, times_ms[:, layout.DONE], crew, grid),
        (_SECURED, guard >= 0, times_ms[:, layout.SECURED], guard, none),
    ]
    rows = [
        np.stack(
            [time[some], np.full(some.sum(), what), who[some], whence[some], grid[some],
             incident[some]], axis=1,
        )
        for what, some, time, who, whence in parts
    ]  # fmt: skip
    called = outcome.calls
    off = np.full(len(called), _CALLED_OFF)
    rows.append(
        np.stack(
            [called[:, 0], off, called[:, 1], called[:, 3], grid[called[:, 2]], called[:, 2]],
            axis=1,
        )
    )
    listed = np.concatenate(rows).astype(np.int64)
    listed = listed[listed[:, 0] < outcome.world.reports.end_ms]
    return listed[np.lexsort((listed[:, 5], listed[:, 1], listed[:, 0]))]


def lines(outcome: Outcome, start: datetime) -> Iterator[dict[str, Any]]:
    """
    Give the events of a run in words.

    Parameters
    ----------
    outcome
        The run.
    start
        Instant at which the simulated time begins, with offset.

    Yields
    ------
    line
        ``time``, ``event``, ``crew``, ``from``, ``to`` and ``incident``; a crew that is done drives
        back to its base, which begins with ``base:``.
    """
    world = outcome.world
    places = (*world.grids, *(f"base:{code}" for code in world.crews.codes))
    for time_ms, what, crew, origin, grid, incident in events(outcome).tolist():
        line: dict[str, Any] = {
            "time": (start + timedelta(milliseconds=time_ms)).isoformat(timespec="milliseconds"),
            "event": EVENTS[what],
            "incident": incident,
            "to": world.grids[grid],
        }
        if crew >= 0:
            line["crew"] = world.crews.codes[crew]
        if origin >= 0:
            line["from"] = places[origin]
        if what == _DONE and world.rules.returns:
            line["to"] = f"base:{world.crews.codes[crew]}"
        yield line
