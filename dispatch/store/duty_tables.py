"""Tables of duty: rosters, calendars, rest rules, special days, jobs, and who signed on."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Double, ForeignKey, Index, Text

from dispatch.store.column import Instant
from dispatch.store.declare import table, text
from dispatch.store.tables import OFFICERS


def _officer(*, nullable: bool) -> Column[object]:
    """Declare a column that names an officer."""
    return Column("officer", Text, ForeignKey(OFFICERS.c.id), nullable=nullable, index=True)


ROSTERS = table(
    "rosters",
    "班次 / Shifts by week, by date and extra",
    text("id", unique=True),
    _officer(nullable=True),
    text("crew", nullable=True),
    text("kind"),
    text("days"),
    text("starts", nullable=True),
    text("ends", nullable=True),
    Column("valid_from", Date),
    Column("valid_to", Date),
)

CALENDARS = table(
    "calendars",
    "日程：常驻、轮驻、预约 / Residents, rotas and appointments",
    text("id", unique=True),
    _officer(nullable=True),
    text("crew", nullable=True),
    text("kind"),
    text("place"),
    text("days"),
    text("starts", nullable=True),
    text("ends", nullable=True),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("from_time", Instant),
    Column("to_time", Instant),
    Column("may_be_sent", Boolean, nullable=False),
)

REST_RULES = table(
    "rest_rules",
    "休息规定 / How much rest officers must have, by unit",
    text("unit", nullable=True, unique=True),
    Column("between_shifts_s", Double, nullable=False),
    Column("most_work_s", Double, nullable=False),
    Column("long_job_s", Double, nullable=False),
    Column("break_s", Double, nullable=False),
)

SPECIAL_DAYS = table(
    "special_days",
    "节假日与调休 / Holidays and moved working days",
    Column("date", Date, nullable=False, unique=True),
    Column("working", Boolean, nullable=False),
    text("name"),
)

JOBS = table(
    "jobs",
    "在办任务 / What officers have in hand besides assignments, and until when",
    text("id", unique=True),
    _officer(nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("expected_end", Instant, nullable=False),
    Column("ended_at", Instant),
    text("incident", nullable=True),
)

JOBS_BY_END = Index("jobs_by_end", JOBS.c.ended_at)

SIGN_ONS = table(
    "sign_ons",
    "签到签退 / Who signed on and off, when, and by whose hand",
    _officer(nullable=False),
    text("signed"),
    Column("at", Instant, nullable=False),
    Column("until", Instant),
    text("by"),
    Column("by_hand", Boolean, nullable=False),
)

SIGN_ONS_BY_OFFICER = Index("sign_ons_by_officer", SIGN_ONS.c.officer, SIGN_ONS.c.fid)
