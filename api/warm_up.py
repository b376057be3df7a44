"""Warms the road engine, so that the first dispatcher does not wait for compilers."""

from __future__ import annotations

import logging
import time
from datetime import datetime

from dispatch.incident import Incident
from dispatch.suggestion import suggest
from dispatch.whereabouts import Whereabouts

logger = logging.getLogger(__name__)


def warm_up(whereabouts: Whereabouts, *, now: datetime) -> None:
    """
    Ask one question whose answer nobody reads.

    Parameters
    ----------
    whereabouts
        The city and where its officers are.
    now
        The present.
    """
    place = _somewhere(whereabouts)
    if place is None:
        logger.warning("No officer has a position on a road: the engine stays cold.")
        return
    matters = tuple(sorted(whereabouts.city.matters))[:1]
    started = time.perf_counter()
    suggest(Incident(place, matters, now), whereabouts, now=now)
    logger.info("The road engine is warm after %.1f s", time.perf_counter() - started)


def _somewhere(whereabouts: Whereabouts) -> tuple[float, float] | None:
    """A place that is surely near a road: where the first officer on a road stands."""
    for row in whereabouts.on_road.nonzero()[0]:
        fix = whereabouts.fix_of(int(row))
        if fix is not None:
            return fix.lon_lat
    return None
