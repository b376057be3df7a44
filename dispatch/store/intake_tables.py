"""Tables of intake: how each report came in, what was decided by rule, and where that is off."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Text, UniqueConstraint

from dispatch.store.column import Instant
from dispatch.store.declare import table, text
from dispatch.store.tables import INCIDENTS

ORIGINS = table(
    "origins",
    "事件来源 / How each report came in",
    Column("incident", Text, ForeignKey(INCIDENTS.c.id), nullable=False, index=True),
    Column("came_at", Instant, nullable=False),
    text("by"),
    text("source"),
    text("sender"),
    text("reference", nullable=True),
    Column("confidence", Double),
    text("address"),
    text("address_code"),
    text("media_url"),
    text("text"),
    Column("joined", Boolean, nullable=False),
    text("reporter_name", nullable=True),
    text("reporter_phone", nullable=True),
    UniqueConstraint("sender", "reference", name="origins_sent_once"),
    Index("origins_came_at", "came_at"),
)

VERDICTS = table(
    "automatic_verdicts",
    "自动派单结论 / What a rule decided of an incident, or why it is left to a person",
    Column("incident", Text, ForeignKey(INCIDENTS.c.id), nullable=False, unique=True),
    Column("judged_at", Instant, nullable=False),
    text("source"),
    text("triage", nullable=True),
    text("zone", nullable=True),
    text("rule", nullable=True),
    text("code"),
    text("zh"),
    text("en"),
    text("suggestion", nullable=True),
    text("assignment", nullable=True),
    Index("automatic_verdicts_judged_at", "judged_at"),
)

SWITCHED_OFF = table(
    "automatic_off",
    "停用自动处置的责任区 / Zones in which nothing is done by rule",
    text("zone", unique=True),
    Column("since", Instant, nullable=False),
    text("by"),
    text("why"),
)
