"""Tables of bulletins: reports as they were issued, signatures, appeals and rulings."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Text, UniqueConstraint

from dispatch.store.append_only import OnlyAdded
from dispatch.store.column import Instant
from dispatch.store.declare import table, text

BULLETINS = table(
    "bulletins",
    "通报 / Weekly, monthly and yearly reports and packs for consultation, as they were issued",
    text("id", unique=True),
    text("kind"),
    text("area"),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("known_at", Instant, nullable=False),
    Column("issue", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    text("by"),
    text("digest"),
    text("content"),
    UniqueConstraint("kind", "area", "since", "until", "issue"),
    kept=OnlyAdded(offered_again=True),
)

BULLETIN_SIGNATURES = table(
    "bulletin_signatures",
    "签阅 / Who signed a bulletin, when, and the digest of what was signed",
    Column("bulletin", Text, ForeignKey(BULLETINS.c.id), nullable=False, index=True),
    text("digest"),
    Column("at", Instant, nullable=False),
    text("by"),
    text("note"),
    UniqueConstraint("bulletin", "by"),
    kept=OnlyAdded(offered_again=True),
)

APPEALS = table(
    "appeals",
    "申诉 / Objections to a figure of a bulletin or to a case behind it",
    text("id", unique=True),
    Column("bulletin", Text, ForeignKey(BULLETINS.c.id), nullable=False, index=True),
    text("figure"),
    text("incident", nullable=True),
    Column("at", Instant, nullable=False),
    text("by"),
    text("reason"),
    kept=OnlyAdded(),
)

APPEAL_RULINGS = table(
    "appeal_rulings",
    "申诉裁定 / What was decided on an appeal, by whom and why",
    Column("appeal", Text, ForeignKey(APPEALS.c.id), nullable=False),
    Column("at", Instant, nullable=False),
    text("by"),
    Column("upheld", Boolean, nullable=False),
    text("reason"),
    UniqueConstraint("appeal"),
    kept=OnlyAdded(offered_again=True),
)
