"""Tables of layers that are handed in: drafts, and what each source calls our columns."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, UniqueConstraint

from dispatch.store.column import Instant
from dispatch.store.declare import table, text

LAYER_DRAFTS = table(
    "layer_drafts",
    "图层草稿 / Layers handed in, until and after they are published",
    text("id", unique=True),
    text("kind"),
    text("file"),
    text("source"),
    text("state"),
    text("crs"),
    Column("row_count", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("warnings", Integer, nullable=False),
    Column("notes", Integer, nullable=False),
    text("against", nullable=True),
    Column("content", LargeBinary),
    Column("loaded_at", Instant, nullable=False),
    text("loaded_by"),
    Column("version", Integer, nullable=False),
    text("hands"),
    Column("reviewed_at", Instant),
    text("reviewed_by", nullable=True),
    text("remark", nullable=True),
    Column("dropped_at", Instant),
    text("dropped_by", nullable=True),
)

LAYER_COLUMNS = table(
    "layer_columns",
    "图层列对应 / What each source calls our columns",
    text("source"),
    text("kind"),
    text("name"),
    text("theirs"),
    UniqueConstraint("source", "kind", "name"),
)

CITY_VERSIONS = table(
    "city_versions",
    "城市版本 / Versions of the city, those that were replaced, too",
    Column("number", Integer, unique=True, nullable=False),
    text("city"),
    text("contents"),
    text("drafts"),
    text("why"),
    Column("published_at", Instant, nullable=False),
    text("published_by"),
    Column("back_to", Integer),
)

CITY_CONTENTS = table(
    "city_contents",
    "版本内容 / Tables of city versions, each content once",
    text("digest", unique=True),
    Column("content", LargeBinary, nullable=False),
)

CITY_PLANS = table(
    "city_plans",
    "定时发布 / Sets of drafts that are to be published at a time",
    text("id", unique=True),
    text("drafts"),
    text("why"),
    Column("due_at", Instant, nullable=False, index=True),
    text("state"),
    text("said", nullable=True),
    Column("version", Integer),
    Column("planned_at", Instant, nullable=False),
    text("planned_by"),
)
