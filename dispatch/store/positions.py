"""Positions in the store: a plain table of the latest believed fix of each officer."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.store.tables import POSITIONS
from dispatch.store.upsert import insert_into
from geo.position import Fix, Positions

_OF_FIX = ("time", "accuracy_m", "speed_mps", "heading_deg", "by_hand")


def write_positions(session: Session, fixes: Iterable[Fix]) -> None:
    """
    Keep fixes that have been believed, each in the place of the officer's one before.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    fixes
        Accepted fixes; of several of one officer the newest stays.
    """
    newest: dict[str, Fix] = {}
    for fix in fixes:
        known = newest.get(fix.officer)
        if known is None or known.time < fix.time:
            newest[fix.officer] = fix
    if not newest:
        return
    rows = [
        {"officer": fix.officer, "lon": fix.lon_lat[0], "lat": fix.lon_lat[1]}
        | {name: getattr(fix, name) for name in _OF_FIX}
        for _, fix in sorted(newest.items())  # in one order, or two writers wait for each other
    ]
    fresh = insert_into(session, POSITIONS)
    newer = fresh.on_conflict_do_update(
        index_elements=[POSITIONS.c.officer],
        set_={name: fresh.excluded[name] for name in ("lon", "lat", *_OF_FIX)},
        where=fresh.excluded.time >= POSITIONS.c.time,
    )
    session.execute(newer, rows)


def read_positions(session: Session) -> Positions:
    """
    Read the book of fixes, as after a restart.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    positions
        Latest believed fixes; nothing is set aside.
    """
    rows = session.execute(select(POSITIONS).order_by(POSITIONS.c.fid)).all()
    return Positions(
        MappingProxyType(
            {
                row.officer: Fix(
                    officer=row.officer,
                    lon_lat=(row.lon, row.lat),
                    time=row.time,
                    accuracy_m=row.accuracy_m,
                    speed_mps=row.speed_mps,
                    heading_deg=row.heading_deg,
                    by_hand=row.by_hand,
                )
                for row in rows
            }
        )
    )
