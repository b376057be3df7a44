"""Lists of reports in the store, as those ask who have sent some."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, Text, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from dispatch.incident import Incident, IncidentKind
from dispatch.incident_state import State
from dispatch.origin import DESK, Origin, Source
from dispatch.sight import Sight
from dispatch.store.column import SEPARATOR
from dispatch.store.incidents import incident_of_row
from dispatch.store.intake_tables import ORIGINS
from dispatch.store.origins import first_origins
from dispatch.store.seen import incident_seen
from dispatch.store.tables import INCIDENTS
from dispatch.store.transitions import TRANSITIONS


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """
    Which reports are asked for; what is empty or None leaves nothing out.

    Attributes
    ----------
    numbers
        Ids of incidents; other bounds of time do not count then.
    matters
        Codes, one of which it has.
    since, until
        From when and up to when it was reported.
    states
        In one of which it is.
    sight
        What somebody sees who does not see the whole city.
    by
        Account that reported it, first or as one more.
    source
        By which way it came in.
    limit, offset
        How many at most, and how many are passed over.
    """

    numbers: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    states: tuple[State, ...] = ()
    sight: Sight | None = None
    by: str | None = None
    source: Source | None = None
    limit: int = 1000
    offset: int = 0

    def within(self, sight: Sight | None) -> ReportFilter:
        """
        Leave out what somebody does not see.

        Parameters
        ----------
        sight
            What they see; None for the whole city.

        Returns
        -------
        filter
            With it.
        """
        return replace(self, sight=sight)

    def reported_by(self, account: str) -> ReportFilter:
        """
        Leave out what others have reported.

        Parameters
        ----------
        account
            Whose are left.

        Returns
        -------
        filter
            With it.
        """
        return replace(self, by=account)

    def come_by(self, source: Source) -> ReportFilter:
        """
        Leave out what came in otherwise.

        Parameters
        ----------
        source
            The way.

        Returns
        -------
        filter
            With it.
        """
        return replace(self, source=source)


def list_reports(session: Session, wanted: ReportFilter) -> list[tuple[Incident, Origin]]:
    """
    List reports, the newest first.

    Parameters
    ----------
    session
        A session.
    wanted
        Which.

    Returns
    -------
    reports
        Each with how it came in.
    """
    query = _bounded(select(INCIDENTS), wanted).order_by(INCIDENTS.c.fid.desc())
    page = query.limit(wanted.limit).offset(wanted.offset)
    found = [incident_of_row(row) for row in session.execute(page)]
    origins = first_origins(session, [str(one.id) for one in found])
    return [(one, origins.get(str(one.id), DESK)) for one in found]


def first_told_by(session: Session, account: str, incidents: Collection[str]) -> set[str]:
    """
    Tell which incidents somebody reported first; what others said of the rest is not theirs.

    Parameters
    ----------
    session
        A session.
    account
        Whose reports.
    incidents
        Ids of incidents, a page of them.

    Returns
    -------
    numbers
        Those of them that the account reported.
    """
    own = select(ORIGINS.c.incident).where(
        ORIGINS.c.incident.in_(sorted(incidents)),
        ORIGINS.c.by == account,
        ORIGINS.c.joined.is_(False),
    )
    return set(session.scalars(own))


def last_steps(session: Session, incidents: Collection[str]) -> dict[str, datetime]:
    """
    Tell when incidents took their last step.

    Parameters
    ----------
    session
        A session.
    incidents
        Their ids, a page of them.

    Returns
    -------
    at
        By incident; none of one that came with the city and took none.
    """
    query = (
        select(TRANSITIONS.c.incident, func.max(TRANSITIONS.c.at).label("last"))
        .where(TRANSITIONS.c.incident.in_(sorted(incidents)))
        .group_by(TRANSITIONS.c.incident)
    )
    return {row.incident: row.last for row in session.execute(query)}


def _bounded(query: Select[tuple[object, ...]], wanted: ReportFilter) -> Select[tuple[object, ...]]:
    """Put the bounds of a filter into a query of incidents."""
    query = query.where(INCIDENTS.c.kind == IncidentKind.REPORT)
    if wanted.numbers:
        query = query.where(INCIDENTS.c.id.in_(wanted.numbers))
    elif wanted.since is not None and wanted.until is not None:
        at = INCIDENTS.c.reported_at
        query = query.where(at >= wanted.since, at <= wanted.until)
    if wanted.matters:
        end = literal(SEPARATOR)
        codes = end + INCIDENTS.c.matters.cast(Text) + end
        names = [f"{SEPARATOR}{code}{SEPARATOR}" for code in wanted.matters]
        query = query.where(or_(*(codes.contains(name, autoescape=True) for name in names)))
    if wanted.states:
        query = query.where(INCIDENTS.c.state.in_(wanted.states))
    if wanted.sight is not None:
        query = query.where(incident_seen(wanted.sight, INCIDENTS.c.id))
    if wanted.by is not None:
        sent = select(ORIGINS.c.incident).where(ORIGINS.c.by == wanted.by)
        query = query.where(INCIDENTS.c.id.in_(sent))
    if wanted.source is not None:
        first = and_(ORIGINS.c.joined.is_(False), ORIGINS.c.source == wanted.source)
        query = query.where(INCIDENTS.c.id.in_(select(ORIGINS.c.incident).where(first)))
    return query
