"""Refused fixes in the store: a row for each device and reason, counted on."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Column, Double, Integer, UniqueConstraint, delete, select
from sqlalchemy.orm import Session

from dispatch.refused_fix import UNKNOWN_DEVICE, RefusedFix
from dispatch.store.column import Instant, Remarks
from dispatch.store.declare import table, text
from dispatch.store.upsert import insert_into

REFUSED = table(
    "refused_fixes",
    "未采用的定位 / What came in of positions and could not be used, by device and reason",
    text("source"),
    text("device"),
    text("code"),
    Column("said", Remarks, nullable=False),
    text("officer", nullable=True),
    Column("times", Integer, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("fix_time", Instant),
    Column("lon", Double),
    Column("lat", Double),
    UniqueConstraint("source", "device", "code"),
)

_LATEST = ("said", "officer", "last_at", "fix_time", "lon", "lat")


def add_refused(session: Session, refused: Iterable[RefusedFix]) -> None:
    """
    Count what has been refused since the last time.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    refused
        One for each device and reason.
    """
    for one in sorted(refused, key=lambda each: each.key):  # in one order for all writers
        source, device, code = one.key
        lon, lat = one.lon_lat or (None, None)
        fresh = insert_into(session, REFUSED).values(
            source=source,
            device=device,
            code=code,
            said=(one.remark,),
            officer=one.officer,
            times=one.count,
            first_at=one.first_at,
            last_at=one.last_at,
            fix_time=one.fix_time,
            lon=lon,
            lat=lat,
        )
        latest = {name: fresh.excluded[name] for name in _LATEST}
        added = {"times": REFUSED.c.times + fresh.excluded.times}
        key = [REFUSED.c.source, REFUSED.c.device, REFUSED.c.code]
        session.execute(fresh.on_conflict_do_update(index_elements=key, set_=latest | added))


def read_refused(session: Session) -> list[RefusedFix]:
    """
    Read what has been refused.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    refused
        By source, device and reason.
    """
    columns = REFUSED.c
    rows = session.execute(select(REFUSED).order_by(columns.source, columns.device, columns.code))
    return [
        RefusedFix(
            source=row.source,
            device=row.device,
            remark=row.said[0],
            officer=row.officer,
            count=row.times,
            first_at=row.first_at,
            last_at=row.last_at,
            fix_time=row.fix_time,
            lon_lat=None if row.lon is None else (row.lon, row.lat),
        )
        for row in rows
    ]


def forget_unknown(session: Session, devices: Iterable[tuple[str, str]]) -> None:
    """
    Drop what was said of devices while nobody carried them.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    devices
        Source and name of each, which somebody carries now.
    """
    for source, device in devices:
        session.execute(
            delete(REFUSED).where(
                REFUSED.c.source == source,
                REFUSED.c.device == device,
                REFUSED.c.code == UNKNOWN_DEVICE,
            )
        )
