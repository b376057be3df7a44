"""What rules decided of incidents, and where nothing is done by rule, in the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from dispatch.automatic_verdict import AutomaticVerdict, SwitchedOff
from dispatch.matter import Triage
from dispatch.origin import Source
from dispatch.sight import Sight
from dispatch.store.intake_tables import SWITCHED_OFF, VERDICTS
from dispatch.store.ledger import record
from dispatch.store.seen import place_seen
from dispatch.store.upsert import insert_or_ignore, next_fid, upsert
from geo.remark import Remark

MOST_NAMED = 500
"""Incidents that one question names."""


def add_verdict(session: Session, verdict: AutomaticVerdict) -> bool:
    """
    Keep what was decided of an incident; one that is judged already stays as it is.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    verdict
        What was decided.

    Returns
    -------
    kept
        Whether it was the first.
    """
    row = {
        "fid": next_fid(session, VERDICTS),
        "incident": verdict.incident,
        "judged_at": verdict.judged_at,
        "source": verdict.source,
        "triage": verdict.triage,
        "zone": verdict.zone,
        "rule": verdict.rule,
        "code": verdict.said.code,
        "zh": verdict.said.zh,
        "en": verdict.said.en,
        "suggestion": verdict.suggestion,
        "assignment": verdict.assignment,
    }
    return insert_or_ignore(session, VERDICTS, row) is not None


def verdicts_of(session: Session, incidents: Collection[str]) -> Mapping[str, AutomaticVerdict]:
    """
    Read what was decided of incidents.

    Parameters
    ----------
    session
        A session.
    incidents
        Their ids.

    Returns
    -------
    verdicts
        By incident; none of those that no rule has looked at.
    """
    asked = sorted(incidents)
    found: dict[str, AutomaticVerdict] = {}
    for start in range(0, len(asked), MOST_NAMED):
        named = VERDICTS.c.incident.in_(asked[start : start + MOST_NAMED])
        rows = session.execute(select(VERDICTS).where(named))
        found |= {row.incident: _verdict(row) for row in rows}
    return found


def list_verdicts(
    session: Session,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    sight: Sight | None = None,
) -> list[AutomaticVerdict]:
    """
    List what was decided in a period.

    Parameters
    ----------
    session
        A session.
    since, until
        From when, and before when; None for no bound.
    sight
        Only of incidents whose place is within it; None for the whole city.

    Returns
    -------
    verdicts
        The oldest first.
    """
    query = select(VERDICTS).order_by(VERDICTS.c.fid)
    if since is not None:
        query = query.where(VERDICTS.c.judged_at >= since)
    if until is not None:
        query = query.where(VERDICTS.c.judged_at < until)
    if sight is not None:
        query = query.where(place_seen(sight, VERDICTS.c.incident))
    return [_verdict(row) for row in session.execute(query)]


def read_switched_off(session: Session) -> Mapping[str, SwitchedOff]:
    """
    Read where nothing is done by rule.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    off
        By zone, in the order of their codes.
    """
    rows = session.execute(select(SWITCHED_OFF).order_by(SWITCHED_OFF.c.zone))
    return {row.zone: SwitchedOff(row.zone, row.since, row.by, row.why) for row in rows}


def is_switched_off(session: Session, zone: str | None) -> bool:
    """
    Tell whether nothing is done by rule in a zone.

    Parameters
    ----------
    session
        A session.
    zone
        Its code; None outside every zone, where a switch has no say.

    Returns
    -------
    off
        Whether it was switched off.
    """
    asked = select(SWITCHED_OFF.c.fid).where(SWITCHED_OFF.c.zone == zone)
    return zone is not None and session.scalar(asked) is not None


def switch(  # noqa: PLR0913 -- where, which way, by whom, when and why, as keywords
    session: Session, zone: str, *, on: bool, now: datetime, by: str, why: str = ""
) -> None:
    """
    Switch everything that is done by rule in a zone on or off.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    zone
        Code of the zone.
    on
        Whether rules are to decide there.
    now
        The present, with offset.
    by
        Who does it.
    why
        The reason, in words.
    """
    if on:
        session.execute(delete(SWITCHED_OFF).where(SWITCHED_OFF.c.zone == zone))
    else:
        row = {"zone": zone, "since": now, "by": by, "why": why}
        upsert(session, SWITCHED_OFF, "zone", [row])
    record(session, now=now, by=by, act="switch_automation", about=zone, detail={"on": on})


def _verdict(row: Row[Any]) -> AutomaticVerdict:
    """Read a verdict."""
    return AutomaticVerdict(
        incident=row.incident,
        judged_at=row.judged_at,
        source=Source(row.source),
        triage=None if row.triage is None else Triage(row.triage),
        zone=row.zone,
        rule=row.rule,
        said=Remark(row.code, row.zh, row.en),
        suggestion=row.suggestion,
        assignment=row.assignment,
    )
