"""Origins in the store: how each report came in; a report that is sent again is known."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, Integer, Row, Text, bindparam, insert, literal, or_, select
from sqlalchemy.orm import Session

from dispatch.incident import Incident, Reporter
from dispatch.incident_state import State
from dispatch.origin import Origin, OriginOnRecord, Source
from dispatch.store.column import SEPARATOR
from dispatch.store.incidents import incident_of_row
from dispatch.store.intake_tables import ORIGINS, VERDICTS
from dispatch.store.tables import INCIDENTS
from dispatch.store.transitions import TRANSITIONS
from dispatch.store.upsert import next_fid

MOST_NAMED = 500
"""Numbers that one question names."""

ESCAPE = "/"
"""What stands before a sign of a pattern that means itself."""


def add_origin(session: Session, incident: str, origin: Origin, *, by: str, now: datetime) -> None:
    """
    Record how a report came in.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    incident
        Id of the incident that it is of.
    origin
        What is said of it.
    by
        Account that hands it in.
    now
        The present, with offset.
    """
    row = insert(ORIGINS).values(
        fid=next_fid(session, ORIGINS),
        incident=incident,
        came_at=now,
        by=by,
        source=origin.source,
        sender=origin.sender,
        reference=origin.reference,
        confidence=origin.confidence,
        address=origin.address,
        address_code=origin.address_code,
        media_url=origin.media_url,
        text=origin.text,
        joined=origin.joined,
        reporter_name=origin.reporter.name if origin.reporter else None,
        reporter_phone=origin.reporter.phone if origin.reporter else None,
    )
    session.execute(row)


def sent_before(session: Session, sender: str, references: Collection[str]) -> dict[str, str]:
    """
    Find what a sender has sent already.

    Parameters
    ----------
    session
        A session.
    sender
        Whose numbers they are.
    references
        The numbers.

    Returns
    -------
    incidents
        Id of the incident of each that is known, by number.
    """
    known: dict[str, str] = {}
    asked = sorted(set(references))
    for start in range(0, len(asked), MOST_NAMED):
        part = asked[start : start + MOST_NAMED]
        query = select(ORIGINS.c.reference, ORIGINS.c.incident).where(
            ORIGINS.c.sender == sender, ORIGINS.c.reference.in_(part)
        )
        known |= {row.reference: row.incident for row in session.execute(query)}
    return known


def origins_of(session: Session, incident: str) -> list[OriginOnRecord]:
    """
    List how an incident was reported, with those that were merged into it.

    Parameters
    ----------
    session
        A session.
    incident
        Its id.

    Returns
    -------
    origins
        The oldest first.
    """
    numbers = {incident}
    wave = numbers
    while wave:  # one that was merged may have others in it
        merged = select(TRANSITIONS.c.incident).where(
            TRANSITIONS.c.after == State.MERGED, TRANSITIONS.c.about.in_(sorted(wave))
        )
        still = select(INCIDENTS.c.id).where(
            INCIDENTS.c.id.in_(merged), INCIDENTS.c.state == State.MERGED
        )
        wave = set(session.scalars(still)) - numbers
        numbers |= wave
    query = select(ORIGINS).where(ORIGINS.c.incident.in_(sorted(numbers))).order_by(ORIGINS.c.fid)
    return [_origin(row) for row in session.execute(query)]


def first_origins(session: Session, incidents: Collection[str]) -> dict[str, Origin]:
    """
    Read how incidents were first reported.

    Parameters
    ----------
    session
        A session.
    incidents
        Their ids.

    Returns
    -------
    origins
        By incident; none of one that was there before any was kept.
    """
    first: dict[str, Origin] = {}
    asked = sorted(incidents)
    for start in range(0, len(asked), MOST_NAMED):
        named = ORIGINS.c.incident.in_(asked[start : start + MOST_NAMED])
        for row in session.execute(select(ORIGINS).where(named).order_by(ORIGINS.c.fid)):
            first.setdefault(row.incident, _origin(row).origin)
    return first


def waiting_for_verdict(
    session: Session, *, since: datetime, limit: int, but: Collection[str] = ()
) -> list[tuple[Incident, Origin]]:
    """
    List incidents that nobody has taken up and no rule has judged yet.

    Parameters
    ----------
    session
        A session.
    since
        Only those that came in since then.
    limit
        How many at most.
    but
        Ids of incidents that are passed over.

    Returns
    -------
    waiting
        Each with how it came in, the oldest first.
    """
    origin = select(ORIGINS.c.incident).where(
        ORIGINS.c.came_at >= since, ORIGINS.c.joined.is_(False)
    )
    judged = select(VERDICTS.c.incident).where(VERDICTS.c.judged_at >= since)
    query = (
        select(INCIDENTS)
        .where(INCIDENTS.c.id.in_(origin), INCIDENTS.c.state == State.REPORTED)
        .where(INCIDENTS.c.id.not_in(judged), INCIDENTS.c.id.not_in(sorted(but)))
        .order_by(INCIDENTS.c.fid)
        .limit(limit)
    )
    found = [incident_of_row(row) for row in session.execute(query)]
    origins = first_origins(session, [str(one.id) for one in found])
    return [(one, origins[str(one.id)]) for one in found]


def recent_of_matters(
    session: Session, matters: Collection[str], *, before: str, looked_at: int
) -> list[Incident]:
    """
    List the newest incidents that share a matter.

    Parameters
    ----------
    session
        A session.
    matters
        Codes.
    before
        Id of the incident that they should be older than.
    looked_at
        Among how many of those.

    Returns
    -------
    incidents
        The newest first.
    """
    if not matters:
        return []
    named = {
        f"matter_{at}": f"%{SEPARATOR}{_escaped(code)}{SEPARATOR}%"
        for at, code in enumerate(matters)
    }
    asked = named | {"before": before, "looked_at": looked_at}
    return [incident_of_row(row) for row in session.execute(_sharing(len(named)), asked)]


@cache
def _sharing(n_matters: int) -> Executable:
    """The statement of `recent_of_matters`, which takes longer to write than to run."""
    end = literal(SEPARATOR)
    said = end + INCIDENTS.c.matters.cast(Text) + end
    shared = [said.like(bindparam(f"matter_{at}"), escape=ESCAPE) for at in range(n_matters)]
    fid = select(INCIDENTS.c.fid).where(INCIDENTS.c.id == bindparam("before")).scalar_subquery()
    return (
        select(INCIDENTS)
        .where(INCIDENTS.c.fid < fid)
        .where(INCIDENTS.c.fid >= fid - bindparam("looked_at", type_=Integer))
        .where(or_(*shared))
        .order_by(INCIDENTS.c.fid.desc())
    )


def _escaped(code: str) -> str:
    """A code in which nothing stands for anything else in a pattern."""
    for special in (ESCAPE, "%", "_"):
        code = code.replace(special, ESCAPE + special)
    return code


def _origin(row: Row[Any]) -> OriginOnRecord:
    """Read an origin."""
    known = row.reporter_name is not None or row.reporter_phone is not None
    origin = Origin(
        source=Source(row.source),
        sender=row.sender,
        reference=row.reference,
        confidence=row.confidence,
        address=row.address,
        address_code=row.address_code,
        media_url=row.media_url,
        text=row.text,
        joined=row.joined,
        reporter=Reporter(row.reporter_name or "", row.reporter_phone or "") if known else None,
    )
    return OriginOnRecord(row.incident, row.came_at, row.by, origin)
