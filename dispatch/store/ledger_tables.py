"""Tables of what happened: the audit chain, live events, and messages that are to go out."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer

from dispatch.audit_chain import DROPPED
from dispatch.store.append_only import OnlyAdded
from dispatch.store.column import Codes, Instant, Remarks
from dispatch.store.declare import table, text

KEPT_DAYS = 183
"""No entry of the audit is dropped before half a year is over, whatever an operator sets."""

EVENTS_DROPPED = "drop_events"
"""Act of an entry that says up to which number live events go."""

AUDIT = table(
    "audit",
    "审计链 / Who did what to what, each entry chained to the one before",
    Column("seq", Integer, nullable=False, unique=True),
    Column("at", Instant, nullable=False),
    text("by"),
    text("act"),
    text("about"),
    text("detail", nullable=True),
    text("previous"),
    text("hash"),
    kept=OnlyAdded(dropped_by=DROPPED, number="seq", after_h=KEPT_DAYS * 24),
)

EVENTS = table(
    "events",
    "实时事件 / What open pages are told, in the order in which it was committed",
    Column("at", Instant, nullable=False),
    text("kind"),
    text("payload"),
    Column("areas", Codes, nullable=False),
    kept=OnlyAdded(dropped_by=EVENTS_DROPPED),
)

OUTBOX = table(
    "outbox",
    "待发通知 / Messages to the outside, sent at least once under one key each",
    text("dedupe_key", unique=True),
    text("addressee"),
    Column("said", Remarks, nullable=False),
    text("about"),
    Column("posted_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", Instant),
    Column("sent_at", Instant),
    Column("given_up_at", Instant),
    text("failure", nullable=True),
    Column("also", Codes, nullable=False),
    Column("addressed_at", Instant),
    text("channel", nullable=True),
    text("letter_of", nullable=True),
    text("passed_to", nullable=True),
    kept=OnlyAdded(
        fixed=(
            "fid",
            "dedupe_key",
            "addressee",
            "said",
            "about",
            "posted_at",
            "also",
            "channel",
            "letter_of",
        ),
        goes_if="OLD.sent_at IS NOT NULL OR OLD.given_up_at IS NOT NULL",
        offered_again=True,
    ),
)

MESSAGES_DUE = Index("messages_due", OUTBOX.c.due_at)

MESSAGES_UNSENT = Index(
    "messages_unsent",
    OUTBOX.c.posted_at,
    sqlite_where=OUTBOX.c.sent_at.is_(None),
    postgresql_where=OUTBOX.c.sent_at.is_(None),
)
