"""Devices in the store: who carries which from when on, and in which terms sources speak."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Double, ForeignKey, Index, Text, delete, insert, select
from sqlalchemy.orm import Session

from dispatch.device_book import DeviceBook, Handout
from dispatch.store.append_only import OnlyAdded
from dispatch.store.column import Instant
from dispatch.store.declare import table, text
from dispatch.store.ledger import record
from dispatch.store.tables import OFFICERS
from dispatch.store.upsert import upsert
from geo.tracker.report import SpeedUnit
from geo.tracker.source import Protocol, Source

HANDOUTS = table(
    "device_handouts",
    "终端领用 / Who carries which device from when on, as it was stated",
    text("source"),
    text("device"),
    Column("officer", Text, ForeignKey(OFFICERS.c.id), nullable=True),
    Column("since", Instant, nullable=False),
    text("by"),
    Column("at", Instant, nullable=False),
    kept=OnlyAdded(),
)

HANDOUTS_OF_DEVICE = Index("handouts_of_device", HANDOUTS.c.source, HANDOUTS.c.device)

SOURCES = table(
    "position_sources",
    "定位来源 / Datum, clock and units of each source of positions",
    text("code", unique=True),
    text("protocol"),
    text("crs"),
    Column("clock_ahead_s", Double, nullable=False),
    Column("utc_offset_s", Double, nullable=False),
    text("speed_unit"),
    text("account", nullable=True),
)


def read_device_book(session: Session) -> DeviceBook:
    """
    Read the book.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    book
        All statements, and the sources that were entered.
    """
    rows = session.execute(select(HANDOUTS).order_by(HANDOUTS.c.fid))
    handouts = [
        Handout(row.source, row.device, row.officer, row.since, row.by, row.at) for row in rows
    ]
    sources = [
        Source(
            code=row.code,
            protocol=Protocol(row.protocol),
            crs=row.crs,
            clock_ahead_s=row.clock_ahead_s,
            utc_offset_s=row.utc_offset_s,
            speed_unit=SpeedUnit(row.speed_unit),
            account=row.account,
        )
        for row in session.execute(select(SOURCES).order_by(SOURCES.c.code))
    ]
    return DeviceBook.of(handouts, sources)


def add_handouts(session: Session, handouts: Sequence[Handout], *, now: datetime, by: str) -> None:
    """
    State who carries devices.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    handouts
        In the order in which they count.
    now
        The present, with offset.
    by
        Who states it.
    """
    names = ("source", "device", "officer", "since", "by", "at")
    rows = [{name: getattr(one, name) for name in names} for one in handouts]
    if not rows:
        return
    session.execute(insert(HANDOUTS), rows)
    detail = {"devices": len({one.key for one in handouts}), "statements": len(rows)}
    # A device may be called as a telephone number, which a chain could not forget.
    record(session, now=now, by=by, act="devices_given", about="devices", detail=detail)


def set_source(session: Session, source: Source, *, now: datetime, by: str) -> None:
    """
    Enter a source, or change it.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    source
        How it speaks.
    now
        The present, with offset.
    by
        Who sets it.
    """
    row = {
        "code": source.code,
        "protocol": source.protocol.value,
        "crs": source.crs,
        "clock_ahead_s": source.clock_ahead_s,
        "utc_offset_s": source.utc_offset_s,
        "speed_unit": source.speed_unit.value,
        "account": source.account,
    }
    upsert(session, SOURCES, "code", [row])
    record(session, now=now, by=by, act="position_source_set", about=source.code, detail=row)


def drop_source(session: Session, code: str, *, now: datetime, by: str) -> None:
    """
    Take a source out; a standard one is then as the program has it.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    code
        Its code.
    now
        The present, with offset.
    by
        Who takes it out.
    """
    session.execute(delete(SOURCES).where(SOURCES.c.code == code))
    record(session, now=now, by=by, act="position_source_dropped", about=code)
