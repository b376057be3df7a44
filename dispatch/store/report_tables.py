"""Tables of what is handed in beside a report: receipts of the public, and photos."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, Text

from dispatch.store.column import Instant
from dispatch.store.declare import table, text
from dispatch.store.tables import INCIDENTS


def _of_incident() -> Column[object]:
    """Declare the column that names the incident."""
    return Column("incident", Text, ForeignKey(INCIDENTS.c.id), nullable=False, index=True)


RECEIPTS = table(
    "receipts",
    "举报回执 / Receipts of reports that were made without an account",
    text("id", unique=True),
    _of_incident(),
    text("secret"),
    Column("made_at", Instant, nullable=False),
    Column("joined", Boolean, nullable=False),
    text("text"),
)

ATTACHMENTS = table(
    "attachments",
    "附件照片 / Photos handed in with reports and with results",
    _of_incident(),
    text("purpose"),
    text("by"),
    Column("made_at", Instant, nullable=False),
    text("receipt", nullable=True),
    text("media_type"),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    text("digest"),
    Column("content", LargeBinary, nullable=False),
)
