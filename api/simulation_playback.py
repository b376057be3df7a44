"""Playback of a simulated run: events of its first days with places, for a map that is played."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dispatch.city import City
from dispatch.planning.simulation.force import base_places
from dispatch.planning.simulation.outcome import Outcome
from dispatch.planning.simulation.playback import EVENTS, events

DAYS: Final = 7
MOST_EVENTS: Final = 20_000
"""What a page gets in one piece; a large city has fewer days of them."""

DAY_MS: Final = 86_400_000
HOME_S: Final = 900.0
"""A way home is drawn for as long at most; the log does not say when it ends."""

TIME, WHAT, CREW, FROM, GRID, INCIDENT = range(6)


def playback_of(
    outcome: Outcome, city: City, lon_lat: NDArray[np.float64], start: datetime
) -> dict[str, Any]:
    """
    Tell the first days of a run.

    Parameters
    ----------
    outcome
        The run.
    city
        Where crews have their bases.
    lon_lat
        A place inside each unit grid, float64[n_grids, 2].
    start
        Instant at which the simulated time begins, with offset.

    Returns
    -------
    told
        ``start``, ``hours`` and ``events`` in order of time: seconds from the start, what happens,
        and where as longitude and latitude.
    """
    listed = events(outcome)
    days = _days(listed)
    shown = listed[listed[:, TIME] < days * DAY_MS]
    until_s = _until_s(listed, len(shown))
    places = np.concatenate([lon_lat, base_places(city, lon_lat)]).round(6)
    crews, n_grids = outcome.world.crews.codes, len(lon_lat)
    told = []
    for (time_ms, what, crew, origin, grid, incident), until in zip(
        shown.tolist(), until_s, strict=True
    ):
        name = EVENTS[what]
        to = n_grids + crew if name == "done" and outcome.world.rules.returns else grid
        told.append(
            {
                "at_s": round(time_ms / 1000, 1),
                "event": name,
                "incident": incident,
                "crew": crews[crew] if crew >= 0 else None,
                "from": places[origin].tolist() if origin >= 0 else None,
                "to": places[to].tolist(),
                "to_s": until,
            }
        )
    return {"start": start.isoformat(), "hours": 24 * days, "events": told}


def _days(listed: NDArray[np.int64]) -> int:
    """As many days of a week as fit, and one at least."""
    fits = [
        day
        for day in range(1, DAYS + 1)
        if np.searchsorted(listed[:, TIME], day * DAY_MS) <= MOST_EVENTS
    ]
    return max(fits, default=1)


def _until_s(listed: NDArray[np.int64], count: int) -> list[float | None]:
    """When the crew of each of the first events comes to its next one: a way ends no later."""
    following: dict[int, float] = {}
    until: list[float | None] = [None] * count
    for row in range(len(listed) - 1, -1, -1):
        time_ms, what, crew = listed[row, :3].tolist()
        if crew < 0:
            continue
        time_s = time_ms / 1000
        if row < count:
            late = time_s + HOME_S if EVENTS[what] == "done" else float("inf")
            ends = min(following.get(crew, float("inf")), late)
            until[row] = None if ends == float("inf") else round(ends, 1)
        following[crew] = time_s
    return until
