"""Tables of zone plans that are drawn, every step of the drawing, and simulations of them."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, LargeBinary, UniqueConstraint

from dispatch.store.column import Instant
from dispatch.store.declare import table, text

ZONE_PLANS = table(
    "zone_plans",
    "分区方案草稿 / Zone plans that are drawn, until and after they are published",
    text("id", unique=True),
    text("name"),
    text("state"),
    text("base"),
    text("digest"),
    Column("base_content", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("steps", Integer, nullable=False),
    text("hands"),
    Column("made_at", Instant, nullable=False),
    text("made_by"),
    Column("changed_at", Instant, nullable=False),
    text("changed_by"),
    text("evaluation", nullable=True),
    text("publishing", nullable=True),
    text("city_plan", nullable=True),
    Column("city_version", Integer),
)

ZONE_PLAN_STEPS = table(
    "zone_plan_steps",
    "分区方案的每一步修改 / Each edit of a zone plan, to be undone and done again",
    text("plan"),
    Column("number", Integer, nullable=False),
    text("edit"),
    Column("patch", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    text("by"),
    UniqueConstraint("plan", "number"),
)

SIMULATIONS = table(
    "simulations",
    "方案仿真 / Simulated years of zone plans: what was asked, how far it is, what came of it",
    text("id", unique=True),
    text("plan", nullable=True),
    text("digest"),
    text("asked"),
    text("state"),
    Column("share", Float, nullable=False),
    Column("left_s", Float),
    text("said", nullable=True),
    Column("result", LargeBinary),
    Column("made_at", Instant, nullable=False),
    text("made_by"),
    Column("ended_at", Instant),
)
