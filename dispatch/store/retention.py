"""Retention: what a store forgets when it is no longer needed, and that it did so."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, not_, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Delete, Update

from dispatch.contact import Whose
from dispatch.incident_state import ENDED
from dispatch.store.account_tables import ACCOUNTS
from dispatch.store.audit import drop_links
from dispatch.store.bulletin_tables import BULLETINS
from dispatch.store.contacts import CONTACTS
from dispatch.store.credentials import drop_run_out
from dispatch.store.events import drop_events
from dispatch.store.intake_tables import ORIGINS
from dispatch.store.ledger import record, take_turn
from dispatch.store.ledger_tables import AUDIT, OUTBOX
from dispatch.store.refused_fixes import REFUSED
from dispatch.store.suggestions import prune_tracks
from dispatch.store.tables import INCIDENTS, OFFICERS, POSITIONS
from dispatch.store.transitions import TRANSITIONS

ACT = "prune_store"
"""What the audit calls it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """
    For how many days something is kept.

    Attributes
    ----------
    tracks_d
        The last place of an officer.
    reporters_d
        Name and phone of a reporter, from the end of the case on.
    snapshots_d
        Where everybody was when a suggestion was made.
    events_d
        Live events, and messages that have gone out.
    audit_d
        Entries of the audit; half a year at least.
    """

    tracks_d: float
    reporters_d: float
    snapshots_d: float
    events_d: float
    audit_d: float


@dataclass(frozen=True, slots=True)
class Forgotten:
    """
    How much has gone, in rows.

    Attributes
    ----------
    tracks
        Positions of officers.
    refused
        Devices and reasons for which positions were refused.
    reporters
        Incidents whose reporter's name and phone are gone.
    snapshots
        Packed parts of frozen whereabouts.
    events
        Live events.
    messages
        Messages sent long ago.
    contacts
        Ways to reach officers and holders of accounts that are no more.
    credentials
        Sessions, links and keys that have run out.
    audit
        Entries of the audit; the chain itself says up to where.
    """

    tracks: int
    refused: int
    reporters: int
    snapshots: int
    events: int
    messages: int
    contacts: int
    credentials: int
    audit: int


def forget(session: Session, kept: Kept, *, now: datetime, by: str) -> Forgotten:
    """
    Forget what is older than it is kept, and put on record how much it was.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    kept
        For how long.
    now
        The present.
    by
        Who asks.

    Returns
    -------
    forgotten
        How much has gone.
    """
    take_turn(session)  # before any row: entries are made in between
    since_event = now - timedelta(days=kept.events_d)
    since_track = now - timedelta(days=kept.tracks_d)
    forgotten = Forgotten(
        tracks=_change(session, delete(POSITIONS).where(POSITIONS.c.time < since_track)),
        refused=_change(session, delete(REFUSED).where(REFUSED.c.last_at < since_track)),
        reporters=_forget_reporters(session, ended_before=now - timedelta(days=kept.reporters_d)),
        snapshots=prune_tracks(session, before=now - timedelta(days=kept.snapshots_d)),
        events=drop_events(session, before=since_event, now=now, by=by),
        messages=_change(session, delete(OUTBOX).where(_is_over(since_event))),
        contacts=_change(session, delete(CONTACTS).where(_has_left())),
        credentials=drop_run_out(session, now=now),
        audit=drop_links(session, before=now - timedelta(days=kept.audit_d), now=now, by=by),
    )
    record(session, now=now, by=by, act=ACT, about="store", detail=asdict(forgotten))
    return forgotten


def last_forgotten(session: Session) -> datetime | None:
    """
    Tell when something was forgotten last.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    at
        As the audit has it; None where it never was.
    """
    at: datetime | None = session.scalar(select(func.max(AUDIT.c.at)).where(AUDIT.c.act == ACT))
    return at


def _is_over(since: datetime) -> ColumnElement[bool]:
    """Messages sent, gone on by another channel, or given up and of no use to anybody, long ago."""
    went_on = OUTBOX.c.passed_to.is_not(None)
    of_report = OUTBOX.c.about.in_(select(BULLETINS.c.id))  # it is there to be read all the same
    named = OUTBOX.c.about.in_(
        select(INCIDENTS.c.id).where(INCIDENTS.c.reporter_phone.is_not(None))
    )
    to_reporter = OUTBOX.c.addressee.startswith(f"{Whose.REPORTER}:")
    useless = or_(went_on, of_report, and_(to_reporter, not_(named)))
    return or_(OUTBOX.c.sent_at < since, and_(useless, OUTBOX.c.given_up_at < since))


def _has_left() -> ColumnElement[bool]:
    """Contacts of officers who are on no list any more, and of accounts that there are not."""
    officers = select(f"{Whose.OFFICER}:" + OFFICERS.c.id).where(OFFICERS.c.listed)
    accounts = select(f"{Whose.ACCOUNT}:" + ACCOUNTS.c.name)
    person = CONTACTS.c.person
    return or_(
        and_(person.startswith(f"{Whose.OFFICER}:"), person.not_in(officers)),
        and_(person.startswith(f"{Whose.ACCOUNT}:"), person.not_in(accounts)),
    )


def _forget_reporters(session: Session, *, ended_before: datetime) -> int:
    """Take name and phone off cases that ended long ago and have not begun anew."""
    of_case = TRANSITIONS.c.incident == INCIDENTS.c.id
    last_step = select(func.max(TRANSITIONS.c.at)).where(of_case).scalar_subquery()
    known = or_(INCIDENTS.c.reporter_name.is_not(None), INCIDENTS.c.reporter_phone.is_not(None))
    ended = INCIDENTS.c.state.in_(ENDED)
    over = select(INCIDENTS.c.id).where(ended, last_step < ended_before)
    nobody = {"reporter_name": None, "reporter_phone": None}
    joined = or_(ORIGINS.c.reporter_name.is_not(None), ORIGINS.c.reporter_phone.is_not(None))
    return _change(
        session, update(INCIDENTS).where(known, INCIDENTS.c.id.in_(over)).values(nobody)
    ) + _change(session, update(ORIGINS).where(joined, ORIGINS.c.incident.in_(over)).values(nobody))


def _change(session: Session, statement: Delete | Update) -> int:
    """Run a statement; answers how many rows it took."""
    done = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(done, CursorResult)
    return int(done.rowcount)
