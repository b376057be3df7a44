"""Flights in the store: which drones are out for an assignment, and when they are home."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispatch.drone import DroneColumns, Drones, at_their_bases
from dispatch.store.order_tables import ASSIGNMENTS, BINDINGS, DRONE

LOOK_BACK = timedelta(days=1)
"""A drone that was set free longer ago than this is home."""


def read_drones(session: Session, drones: Drones, *, now: datetime) -> DroneColumns:
    """
    Read where the drones of a city are.

    Parameters
    ----------
    session
        A session.
    drones
        The drones of the city.
    now
        The present, with offset.

    Returns
    -------
    columns
        Each at its base; one that is bound to an assignment is busy with no end known, and one
        that was set free until it has flown home.
    """
    flown = (
        select(BINDINGS.c.member, BINDINGS.c.released_at, ASSIGNMENTS.c.eta_s)
        .join(ASSIGNMENTS, ASSIGNMENTS.c.id == BINDINGS.c.assignment)
        .where(
            BINDINGS.c.what == DRONE,
            or_(BINDINGS.c.released_at.is_(None), BINDINGS.c.released_at > now - LOOK_BACK),
        )
        .order_by(BINDINGS.c.fid)
    )
    busy_until_s: dict[str, float] = {}
    for row in session.execute(flown):
        if row.member not in drones.row_of:
            continue
        until_s = math.inf
        if row.released_at is not None:
            flight = drones.flight[drones.row_of[row.member]]
            until_s = row.released_at.timestamp() + flight.home_after_s(row.eta_s)
        busy_until_s[row.member] = max(until_s, busy_until_s.get(row.member, -math.inf))
    return at_their_bases(drones).busy(drones, busy_until_s)
