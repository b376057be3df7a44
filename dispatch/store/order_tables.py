"""Tables of what follows a suggestion: who was sent, who was called, and second thoughts."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, Text, UniqueConstraint

from dispatch.store.append_only import OnlyAdded
from dispatch.store.column import Codes, Instant, Remarks
from dispatch.store.declare import table, text
from dispatch.store.tables import INCIDENTS, SUGGESTIONS


def _of(name: str, key: Column[str], *, nullable: bool = False) -> Column[object]:
    """Declare a column that names a row of another table."""
    return Column(name, Text, ForeignKey(key), nullable=nullable, index=True)


ASSIGNMENTS = table(
    "assignments",
    "派单 / Who was sent to which incident, by whom and why",
    text("id", unique=True),
    _of("incident", INCIDENTS.c.id),
    _of("suggestion", SUGGESTIONS.c.id),
    text("kind"),
    text("unit"),
    Column("officers", Codes, nullable=False),
    text("departure"),
    Column("rank", Integer),
    Column("eta_s", Double),
    Column("against", Remarks, nullable=False),
    Column("decided_at", Instant, nullable=False),
    text("decided_by"),
    Column("by_rule", Boolean, nullable=False),
    text("reason", nullable=True),
    text("note"),
    Column("received_at", Instant, nullable=False),
    Column("dispatched_at", Instant, nullable=False),
    Column("target_s", Double, nullable=False),
    Column("expected_end", Instant, nullable=False),
    text("policy"),
    text("routing"),
    Column("matters", Codes, nullable=False),
    Column("reinforces", Boolean, nullable=False),
    text("run_card", nullable=True),
    text("instead_of", nullable=True),
    Column("acknowledged_at", Instant),
    Column("departed_at", Instant),
    Column("arrived_at", Instant),
    Column("released_at", Instant),
    text("outcome", nullable=True),
    text("released_by", nullable=True),
)

ONE_CREW_FOR_EACH_PURPOSE = Index(
    "one_crew_for_each_purpose",
    ASSIGNMENTS.c.incident,
    ASSIGNMENTS.c.kind,
    unique=True,
    sqlite_where=(ASSIGNMENTS.c.released_at.is_(None) & ASSIGNMENTS.c.reinforces.is_(False)),
    postgresql_where=(ASSIGNMENTS.c.released_at.is_(None) & ASSIGNMENTS.c.reinforces.is_(False)),
)

BOUND_UNITS = Index(
    "bound_units",
    ASSIGNMENTS.c.unit,
    sqlite_where=ASSIGNMENTS.c.released_at.is_(None),
    postgresql_where=ASSIGNMENTS.c.released_at.is_(None),
)

OFFICER, DRONE = "officer", "drone"
"""What a binding binds."""

BINDINGS = table(
    "bindings",
    "派单队员 / Officers and drones of each assignment; bound to one at a time",
    _of("assignment", ASSIGNMENTS.c.id),
    text("what"),
    text("member"),
    Column("released_at", Instant),
)

ONE_JOB_AT_A_TIME = Index(
    "one_job_at_a_time",
    BINDINGS.c.what,
    BINDINGS.c.member,
    unique=True,
    sqlite_where=BINDINGS.c.released_at.is_(None),
    postgresql_where=BINDINGS.c.released_at.is_(None),
)

WHISTLES = table(
    "whistles",
    "吹哨 / Calls of a lower tier for units that it does not command",
    text("id", unique=True),
    _of("incident", INCIDENTS.c.id),
    text("by"),
    Column("units", Codes, nullable=False),
    Column("bodies", Codes, nullable=False),
    Column("raised_at", Instant, nullable=False),
    text("raised_by"),
    Column("answer_by", Instant, nullable=False),
    text("escalates_to"),
    Column("said", Remarks, nullable=False),
    Column("closed_at", Instant),
    text("closed_by", nullable=True),
    text("closed_as", nullable=True),
    text("note"),
)

ONE_OPEN_CALL = Index(
    "one_open_call",
    WHISTLES.c.incident,
    WHISTLES.c.by,
    unique=True,
    sqlite_where=WHISTLES.c.closed_at.is_(None),
    postgresql_where=WHISTLES.c.closed_at.is_(None),
)

WHISTLE_ANSWERS = table(
    "whistle_answers",
    "吹哨应答 / Who answered a call, and what",
    _of("whistle", WHISTLES.c.id),
    text("party"),
    text("says"),
    Column("at", Instant, nullable=False),
    text("by"),
    text("note"),
    kept=OnlyAdded(),
)

ESCALATIONS = table(
    "escalations",
    "逾期上报 / Calls taken to a higher command centre, each step once",
    _of("whistle", WHISTLES.c.id),
    Column("step", Integer, nullable=False),
    text("to"),
    Column("at", Instant, nullable=False),
    Column("told_at", Instant, nullable=False),
    Column("said", Remarks, nullable=False),
    UniqueConstraint("whistle", "step"),
    kept=OnlyAdded(offered_again=True),
)

SECOND_THOUGHTS = table(
    "second_thoughts",
    "复议派单 / When a dispatch was suggested anew, and why",
    _of("incident", INCIDENTS.c.id),
    _of("assignment", ASSIGNMENTS.c.id, nullable=True),
    Column("at", Instant, nullable=False),
    Column("why", Codes, nullable=False),
    _of("before", SUGGESTIONS.c.id),
    _of("after", SUGGESTIONS.c.id),
    text("crew"),
    Column("eta_s", Double),
    Column("due_s", Double, nullable=False),
    text("best_crew", nullable=True),
    Column("best_eta_s", Double),
    kept=OnlyAdded(),
)
