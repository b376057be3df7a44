"""
Incidents of past years in the store: those of a city folder, packed, and its own.

What a city brings along is kept as it came, in parts of `ROWS_A_PART` incidents of compressed
columns, so that half a million are read in a second and no table of half a million rows is in the
way of the present.  Incidents that the store itself has seen are read from its tables.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from sqlalchemy import Column, Integer, LargeBinary, Select, func, select
from sqlalchemy.orm import Session

from dispatch.choice import ProposalKind
from dispatch.incident import IncidentKind
from dispatch.incident_state import State
from dispatch.planning.incident_history import (
    IncidentHistory,
    code_words,
    joined,
    longest_stretch,
)
from dispatch.store.column import Instant
from dispatch.store.declare import table, text
from dispatch.store.history_file import STAMPS, history_of
from dispatch.store.order_tables import ASSIGNMENTS
from dispatch.store.tables import INCIDENTS
from dispatch.store.transitions import TRANSITIONS
from dispatch.store.upsert import insert_or_ignore
from geo.errors import UnreadableFile

PAST_INCIDENTS = table(
    "past_incidents",
    "历史事件 / Incidents of past years that a city brought along, in packed parts",
    text("digest", unique=True),
    Column("first", Instant, nullable=False),
    Column("last", Instant, nullable=False),
    Column("incidents", Integer, nullable=False),
    Column("part", LargeBinary, nullable=False),
)

ROWS_A_PART = 50_000
"""A part is two megabytes then, which no server minds."""

AT_ONCE = 5_000
"""Rows that are asked of a store at once."""

NOT_DEMAND = (State.CANCELLED, State.MERGED)
"""An incident that was taken back or merged is nobody's work, or another's."""

Told = Callable[[float], None]


def keep_past_incidents(session: Session, incidents: pa.Table) -> int:
    """
    Keep incidents of past years.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    incidents
        Columns as `dispatch.store.history_file.read_history` names them; parts that the store has
        already are not written again.

    Returns
    -------
    n_kept
        How many were written.

    Raises
    ------
    UnreadableFile
        Its instants have no offset, or an incident has no report.
    MissingColumn
        A column that must be there is not.
    """
    if not len(incidents):
        return 0
    history_of(incidents, "The history")  # or it says what is wrong
    incidents = incidents.sort_by("reported_at")
    n_kept = 0
    for first in range(0, len(incidents), ROWS_A_PART):
        rows = incidents.slice(first, ROWS_A_PART)
        stamps = rows["reported_at"].cast(pa.timestamp("ms", "UTC"))
        packed = _pack(rows)
        kept = {
            "digest": hashlib.blake2b(packed, digest_size=16).hexdigest(),
            "first": stamps[0].as_py(),
            "last": stamps[-1].as_py(),
            "incidents": len(rows),
            "part": packed,
        }
        n_kept += len(rows) if insert_or_ignore(session, PAST_INCIDENTS, kept) else 0
    return n_kept


def read_past_incidents(session: Session, *, told: Told | None = None) -> IncidentHistory | None:
    """
    Read every incident of past years that a store knows of.

    Parameters
    ----------
    session
        A session.
    told
        Told how far the work is, 0…1.

    Returns
    -------
    history
        What its city brought along, and what was reported since, as far as there is no long
        silence between; None of none.

    Raises
    ------
    UnreadableFile
        A part is damaged.
    """
    told = told or (lambda _: None)
    total = session.scalar(select(func.sum(PAST_INCIDENTS.c.incidents))) or 0
    own = session.scalar(select(func.count()).select_from(INCIDENTS)) or 0
    parts, done = [], 0
    for part in read_parts(session):
        parts.append(part)
        done += len(part)
        told(done / (total + own))
    if own:
        parts.append(_own_incidents(session))
    told(1.0)
    parts = [part for part in parts if len(part)]
    return longest_stretch(joined(parts)) if parts else None


def read_parts(session: Session) -> Iterator[IncidentHistory]:
    """
    Read what a city brought along, part by part.

    Parameters
    ----------
    session
        A session.

    Yields
    ------
    history
        Each in order of time; parts in the order of their first report.

    Raises
    ------
    UnreadableFile
        A part is damaged.
    """
    query = select(PAST_INCIDENTS.c.digest, PAST_INCIDENTS.c.part)
    rows = session.execute(query.order_by(PAST_INCIDENTS.c.first, PAST_INCIDENTS.c.fid))
    for row in rows.yield_per(1):
        yield history_of(_unpack(row.part, row.digest), "The history of the store")


def past_incidents_digest(session: Session) -> str:
    """
    Name what `read_past_incidents` would read, without reading it.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    digest
        Sixteen hexadecimal digits; another once anything was added or a step was taken.
    """
    digest = hashlib.blake2b(parts_digest(session).encode(), digest_size=8)
    for each in (INCIDENTS, TRANSITIONS):
        digest.update(repr(session.scalar(select(func.max(each.c.fid)))).encode())
    return digest.hexdigest()


def parts_digest(session: Session) -> str:
    """
    Name what a city brought along, without reading it.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    digest
        Sixteen hexadecimal digits; another once a part was added.
    """
    digest = hashlib.blake2b(digest_size=8)
    for part in session.scalars(select(PAST_INCIDENTS.c.digest).order_by(PAST_INCIDENTS.c.fid)):
        digest.update(part.encode())
    return digest.hexdigest()


def _pack(incidents: pa.Table) -> bytes:
    """Columns of a part as a Parquet file in memory."""
    sink = io.BytesIO()
    pq.write_table(incidents, sink, compression="zstd")
    return sink.getvalue()


def _unpack(part: bytes, digest: str) -> pa.Table:
    """Columns of a part."""
    try:
        return pq.read_table(io.BytesIO(part))
    except (OSError, pa.ArrowException) as error:
        raise UnreadableFile(
            f"Part {digest} of the past incidents is damaged: {error}; restore a backup."
        ) from error


def _own_incidents(session: Session) -> IncidentHistory:
    """Incidents of the store's own tables, with the first crew that was sent for the case."""
    query = select(
        INCIDENTS.c.id, INCIDENTS.c.kind, INCIDENTS.c.matters, INCIDENTS.c.reported_at,
        INCIDENTS.c.place,
    ).where(INCIDENTS.c.state.not_in(NOT_DEMAND))  # fmt: skip
    rows = list(session.execute(query.order_by(INCIDENTS.c.reported_at, INCIDENTS.c.fid)))
    ids = [row.id for row in rows]
    sent, first_there = _sent(session)
    crews, crew = code_words(sent[number][0] if number in sent else None for number in ids)
    matters, matter = code_words(row.matters[0] if row.matters else None for row in rows)
    n = len(rows)
    nowhere = np.full(n, -1, dtype=np.int32)
    stamps = {
        "reported_s": np.array([row.reported_at.timestamp() for row in rows], dtype=np.float64),
        "dispatched_s": _seconds(sent[number][1] if number in sent else None for number in ids),
        "first_on_scene_s": _seconds(map(first_there.get, ids)),
        "arrived_s": _seconds(sent[number][2] if number in sent else None for number in ids),
        "handled_s": _seconds(map(_reached(session, State.HANDLED).get, ids)),
        "closed_s": _seconds(map(_reached(session, State.CLOSED).get, ids)),
    }
    assert stamps.keys() == STAMPS.keys()
    return IncidentHistory(
        grids=(), matters=matters, crews=crews, modes=(),
        grid=nowhere, matter=matter, crew=crew, mode=nowhere,
        lon_lat=np.array([(row.place.x, row.place.y) for row in rows]).reshape(-1, 2),
        **stamps,
        estimated_s=np.full(n, np.nan),
        from_lon_lat=np.full((n, 2), np.nan),
        several=np.array([len(row.matters) > 1 for row in rows], dtype=bool),
        visit=np.array([row.kind == IncidentKind.VISIT for row in rows], dtype=bool),
    )  # fmt: skip


_Sent = tuple[str, datetime, datetime | None]


def _sent(session: Session) -> tuple[dict[str, _Sent], dict[str, datetime]]:
    """First crew sent for each case, when it was dispatched and there; who was there first."""
    sent: dict[str, _Sent] = {}
    first_there: dict[str, datetime] = {}
    query = select(
        ASSIGNMENTS.c.incident, ASSIGNMENTS.c.unit, ASSIGNMENTS.c.kind, ASSIGNMENTS.c.reinforces,
        ASSIGNMENTS.c.dispatched_at, ASSIGNMENTS.c.arrived_at,
    ).order_by(ASSIGNMENTS.c.fid)  # fmt: skip
    for row in _rows(session, query):
        if row.arrived_at is not None:
            before = first_there.get(row.incident, row.arrived_at)
            first_there[row.incident] = min(before, row.arrived_at)
        for_case = row.kind in {ProposalKind.GRID, ProposalKind.SPECIALIST} and not row.reinforces
        if for_case and (row.incident not in sent or sent[row.incident][2] is None):
            sent[row.incident] = (row.unit, row.dispatched_at, row.arrived_at)
    return sent, first_there


def _reached(session: Session, state: State) -> dict[str, datetime]:
    """When each incident last came to a state."""
    query = select(TRANSITIONS.c.incident, TRANSITIONS.c.at).where(TRANSITIONS.c.after == state)
    return {row.incident: row.at for row in _rows(session, query.order_by(TRANSITIONS.c.fid))}


def _rows(session: Session, query: Select[Any]) -> Any:  # noqa: ANN401 -- rows of any query
    """Rows of a query, so many at a time."""
    return session.execute(query).yield_per(AT_ONCE)


def _seconds(moments: Any) -> NDArray[np.float64]:  # noqa: ANN401 -- any iterable of instants
    """Seconds since 1970; NaN for None."""
    seconds = [np.nan if moment is None else moment.timestamp() for moment in moments]
    return np.array(seconds, dtype=np.float64)
