"""
The tables of the first release.

Written by `make migration` from the tables that `dispatch.store` declares; while nothing has been
released it is written anew whenever they change.
"""

import sqlalchemy as sa
from alembic import op

from dispatch.store.append_only import OnlyAdded
from dispatch.store.column import Codes, Filings, Instant, Remarks, Shape
from dispatch.store.declare import PLAIN_TEXT
from dispatch.store.embedded import list_table

revision = "0001_a32b8784"
down_revision = None


def upgrade() -> None:
    """Make every table, and list it in the contents of an embedded store."""
    store = op.get_bind()
    list_table(
        store,
        op.create_table(
            "accounts",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("name", PLAIN_TEXT, nullable=False),
            sa.Column("roles", Codes(), nullable=False),
            sa.Column("areas", Codes(), nullable=False),
            sa.Column("officer", PLAIN_TEXT, nullable=True),
            sa.Column("password", PLAIN_TEXT, nullable=True),
            sa.Column("failures", sa.Integer(), nullable=False),
            sa.Column("locked_until", Instant(), nullable=True),
            sa.Column("locked", sa.Boolean(), nullable=False),
            sa.Column("totp_secret", PLAIN_TEXT, nullable=True),
            sa.Column("totp_pending", PLAIN_TEXT, nullable=True),
            sa.Column("totp_step", sa.Integer(), nullable=False),
            sa.Column("subject", PLAIN_TEXT, nullable=True),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("name"),
            sa.UniqueConstraint("subject"),
            comment="账号 / Accounts",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "answers",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("request", PLAIN_TEXT, nullable=False),
            sa.Column("asked", PLAIN_TEXT, nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("status", sa.Integer(), nullable=False),
            sa.Column("headers", PLAIN_TEXT, nullable=False),
            sa.Column("body", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("request"),
            comment="已答复的请求 / Answers to requests that carried an idempotency key, for a few days",
            sqlite_autoincrement=True,
        ),
    )
    op.create_index("answers_by_age", "answers", ["at"], unique=False)
    list_table(
        store,
        op.create_table(
            "areas",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("code", PLAIN_TEXT, nullable=False),
            sa.Column("name", PLAIN_TEXT, nullable=False),
            sa.Column("name_en", PLAIN_TEXT, nullable=False),
            sa.Column("tier", PLAIN_TEXT, nullable=False),
            sa.Column("parent", PLAIN_TEXT, nullable=True),
            sa.Column("polygon", Shape("MULTIPOLYGON"), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("code"),
            comment="行政区划 / Administrative areas",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "arrival_models",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("version", PLAIN_TEXT, nullable=False),
            sa.Column("record", PLAIN_TEXT, nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("version"),
            comment="到场模型 / Models of arrivals, those of earlier suggestions too",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "audit",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("seq", sa.Integer(), nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.Column("act", PLAIN_TEXT, nullable=False),
            sa.Column("about", PLAIN_TEXT, nullable=False),
            sa.Column("detail", PLAIN_TEXT, nullable=True),
            sa.Column("previous", PLAIN_TEXT, nullable=False),
            sa.Column("hash", PLAIN_TEXT, nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("seq"),
            comment="审计链 / Who did what to what, each entry chained to the one before",
            info={
                "only_added": OnlyAdded(
                    fixed=(),
                    goes_if="",
                    dropped_by="drop_audit",
                    number="seq",
                    after_h=4392,
                    offered_again=False,
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "authority",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("matter", PLAIN_TEXT, nullable=False),
            sa.Column("area", PLAIN_TEXT, nullable=False),
            sa.Column("tier", PLAIN_TEXT, nullable=False),
            sa.Column("acting_body", PLAIN_TEXT, nullable=False),
            sa.Column("lead", PLAIN_TEXT, nullable=True),
            sa.Column("assisting", Codes(), nullable=False),
            sa.Column("legal_basis", PLAIN_TEXT, nullable=False),
            sa.Column("valid_from", sa.Date(), nullable=True),
            sa.Column("valid_to", sa.Date(), nullable=True),
            sa.Column("min_certified", sa.Integer(), nullable=False),
            sa.Column("skills", Codes(), nullable=False),
            sa.Column("excluding", Codes(), nullable=False),
            sa.Column("scale", PLAIN_TEXT, nullable=True),
            sa.Column("triage", PLAIN_TEXT, nullable=True),
            sa.Column("arrival_target_s", sa.Integer(), nullable=True),
            sa.Column("secure_target_s", sa.Integer(), nullable=True),
            sa.Column("handle_within_s", sa.Integer(), nullable=True),
            sa.Column("answer_within_s", sa.Integer(), nullable=True),
            sa.Column("equipment", Codes(), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="权责清单 / Who holds which matter where",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "automatic_off",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("zone", PLAIN_TEXT, nullable=False),
            sa.Column("since", Instant(), nullable=False),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.Column("why", PLAIN_TEXT, nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("zone"),
            comment="停用自动处置的责任区 / Zones in which nothing is done by rule",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "backdrop",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("kind", PLAIN_TEXT, nullable=False),
            sa.Column("name", PLAIN_TEXT, nullable=False),
            sa.Column("polygon", Shape("MULTIPOLYGON"), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            comment="底图 / Sea, rivers and parks, for the map only",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "bulletins",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("kind", PLAIN_TEXT, nullable=False),
            sa.Column("area", PLAIN_TEXT, nullable=False),
            sa.Column("since", Instant(), nullable=False),
            sa.Column("until", Instant(), nullable=False),
            sa.Column("known_at", Instant(), nullable=False),
            sa.Column("issue", sa.Integer(), nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.Column("digest", PLAIN_TEXT, nullable=False),
            sa.Column("content", PLAIN_TEXT, nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            sa.UniqueConstraint("kind", "area", "since", "until", "issue"),
            comment="通报 / Weekly, monthly and yearly reports and packs for consultation, as they were issued",
            info={
                "only_added": OnlyAdded(
                    fixed=(), goes_if="", dropped_by="", number="fid", after_h=0, offered_again=True
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "centre_policies",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("area", PLAIN_TEXT, nullable=False),
            sa.Column("policy", PLAIN_TEXT, nullable=False),
            sa.Column("chosen_at", Instant(), nullable=False),
            sa.Column("chosen_by", PLAIN_TEXT, nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("area"),
            comment="指挥室策略 / Ranking of each command room where a request names none",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "city_contents",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("digest", PLAIN_TEXT, nullable=False),
            sa.Column("content", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("digest"),
            comment="版本内容 / Tables of city versions, each content once",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "city_plans",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("drafts", PLAIN_TEXT, nullable=False),
            sa.Column("why", PLAIN_TEXT, nullable=False),
            sa.Column("due_at", Instant(), nullable=False),
            sa.Column("state", PLAIN_TEXT, nullable=False),
            sa.Column("said", PLAIN_TEXT, nullable=True),
            sa.Column("version", sa.Integer(), nullable=True),
            sa.Column("planned_at", Instant(), nullable=False),
            sa.Column("planned_by", PLAIN_TEXT, nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="定时发布 / Sets of drafts that are to be published at a time",
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(op.f("ix_city_plans_due_at"), "city_plans", ["due_at"], unique=False)
    list_table(
        store,
        op.create_table(
            "city_versions",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("number", sa.Integer(), nullable=False),
            sa.Column("city", PLAIN_TEXT, nullable=False),
            sa.Column("contents", PLAIN_TEXT, nullable=False),
            sa.Column("drafts", PLAIN_TEXT, nullable=False),
            sa.Column("why", PLAIN_TEXT, nullable=False),
            sa.Column("published_at", Instant(), nullable=False),
            sa.Column("published_by", PLAIN_TEXT, nullable=False),
            sa.Column("back_to", sa.Integer(), nullable=True),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("number"),
            comment="城市版本 / Versions of the city, those that were replaced, too",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "closures",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("reason", PLAIN_TEXT, nullable=False),
            sa.Column("modes", Codes(), nullable=False),
            sa.Column("ways", Codes(), nullable=False),
            sa.Column("edges", Codes(), nullable=False),
            sa.Column("network", PLAIN_TEXT, nullable=True),
            sa.Column("direction", PLAIN_TEXT, nullable=True),
            sa.Column("speed_factor", sa.Double(), nullable=True),
            sa.Column("speed_cap_mps", sa.Double(), nullable=True),
            sa.Column("starts", Instant(), nullable=False),
            sa.Column("ends", Instant(), nullable=True),
            sa.Column("created_at", Instant(), nullable=False),
            sa.Column("created_by", PLAIN_TEXT, nullable=False),
            sa.Column("lifted_at", Instant(), nullable=True),
            sa.Column("lifted_by", PLAIN_TEXT, nullable=True),
            sa.Column("polygon", Shape("MULTIPOLYGON"), nullable=True),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="封路与限速 / Closures and slow zones, past ones too",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "contacts",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("person", PLAIN_TEXT, nullable=False),
            sa.Column("channel", PLAIN_TEXT, nullable=False),
            sa.Column("address", PLAIN_TEXT, nullable=False),
            sa.Column("language", PLAIN_TEXT, nullable=False),
            sa.Column("rank", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("person", "channel"),
            comment="联系方式 / How people, units and command rooms are reached",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "credentials",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("digest", PLAIN_TEXT, nullable=False),
            sa.Column("account", PLAIN_TEXT, nullable=False),
            sa.Column("kind", PLAIN_TEXT, nullable=False),
            sa.Column("label", PLAIN_TEXT, nullable=False),
            sa.Column("scope", Codes(), nullable=True),
            sa.Column("made_at", Instant(), nullable=False),
            sa.Column("until", Instant(), nullable=True),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("digest"),
            comment="凭证 / Sessions, keys and one-time links, by digest",
            sqlite_autoincrement=True,
        ),
    )
    op.create_index("credentials_of_account", "credentials", ["account"], unique=False)
    list_table(
        store,
        op.create_table(
            "deadline_steps",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("deadline", sa.Integer(), nullable=False),
            sa.Column("step", sa.Integer(), nullable=False),
            sa.Column("tells", PLAIN_TEXT, nullable=False),
            sa.Column("to", PLAIN_TEXT, nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("told_at", Instant(), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("deadline", "step"),
            comment="催办督办 / What was told of a deadline, to whom and when, each step once",
            info={
                "only_added": OnlyAdded(
                    fixed=(),
                    goes_if="",
                    dropped_by="",
                    number="fid",
                    after_h=0,
                    offered_again=False,
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "deadlines",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("incident", PLAIN_TEXT, nullable=False),
            sa.Column("kind", PLAIN_TEXT, nullable=False),
            sa.Column("generation", sa.Integer(), nullable=False),
            sa.Column("about", PLAIN_TEXT, nullable=True),
            sa.Column("unit", PLAIN_TEXT, nullable=True),
            sa.Column("begins_at", Instant(), nullable=False),
            sa.Column("due_at", Instant(), nullable=False),
            sa.Column("counts", PLAIN_TEXT, nullable=False),
            sa.Column("amount", sa.Double(), nullable=False),
            sa.Column("plan", PLAIN_TEXT, nullable=False),
            sa.Column("told", sa.Integer(), nullable=False),
            sa.Column("next_at", Instant(), nullable=True),
            sa.Column("state", PLAIN_TEXT, nullable=False),
            sa.Column("ended_at", Instant(), nullable=True),
            sa.Column("left", sa.Double(), nullable=True),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("incident", "kind", "generation"),
            comment="办理时限 / What is to be done by when, and what is told next",
            sqlite_autoincrement=True,
        ),
    )
    op.create_index("next_told", "deadlines", ["next_at"], unique=False)
    list_table(
        store,
        op.create_table(
            "demand",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("weight", sa.Double(), nullable=False),
            sa.Column("place", Shape("POINT"), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="需求点 / Places at which demand is stated",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "domains",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("code", PLAIN_TEXT, nullable=False),
            sa.Column("name", PLAIN_TEXT, nullable=False),
            sa.Column("name_en", PLAIN_TEXT, nullable=False),
            sa.Column("kept_at", PLAIN_TEXT, nullable=True),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("code"),
            comment="执法领域 / Fields of enforcement",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "events",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("kind", PLAIN_TEXT, nullable=False),
            sa.Column("payload", PLAIN_TEXT, nullable=False),
            sa.Column("areas", Codes(), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            comment="实时事件 / What open pages are told, in the order in which it was committed",
            info={
                "only_added": OnlyAdded(
                    fixed=(),
                    goes_if="",
                    dropped_by="drop_events",
                    number="fid",
                    after_h=0,
                    offered_again=False,
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "frozen",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("digest", PLAIN_TEXT, nullable=False),
            sa.Column("part", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("digest"),
            comment="冻结实况 / Where everybody was when suggestions were made, in packed parts",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "grids",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("code", PLAIN_TEXT, nullable=False),
            sa.Column("community", PLAIN_TEXT, nullable=False),
            sa.Column("zone", PLAIN_TEXT, nullable=True),
            sa.Column("population", sa.Integer(), nullable=True),
            sa.Column("polygon", Shape("MULTIPOLYGON"), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("code"),
            comment="单元网格 / Unit grids",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "handovers",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("since", Instant(), nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.Column("areas", Codes(), nullable=False),
            sa.Column("notes", PLAIN_TEXT, nullable=False),
            sa.Column("sheet", PLAIN_TEXT, nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="交接班 / What one shift left to the next, as it was signed",
            info={
                "only_added": OnlyAdded(
                    fixed=(),
                    goes_if="",
                    dropped_by="",
                    number="fid",
                    after_h=0,
                    offered_again=False,
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "hourly_speeds",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("mode", PLAIN_TEXT, nullable=False),
            sa.Column("class", PLAIN_TEXT, nullable=False),
            sa.Column("days", PLAIN_TEXT, nullable=False),
            sa.Column("hours", PLAIN_TEXT, nullable=False),
            sa.Column("speed_factor", PLAIN_TEXT, nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            comment="分时车速 / Speeds by hour of the week",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "incidents",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("kind", PLAIN_TEXT, nullable=False),
            sa.Column("matters", Codes(), nullable=False),
            sa.Column("text", PLAIN_TEXT, nullable=False),
            sa.Column("reported_at", Instant(), nullable=False),
            sa.Column("state", PLAIN_TEXT, nullable=False),
            sa.Column("resumes_to", PLAIN_TEXT, nullable=True),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.Column("case_number", PLAIN_TEXT, nullable=True),
            sa.Column("reporter_name", PLAIN_TEXT, nullable=True),
            sa.Column("reporter_phone", PLAIN_TEXT, nullable=True),
            sa.Column("scale", PLAIN_TEXT, nullable=True),
            sa.Column("filings", Filings(), nullable=False),
            sa.Column("place", Shape("POINT"), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="事件 / Incidents",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "layer_columns",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("source", PLAIN_TEXT, nullable=False),
            sa.Column("kind", PLAIN_TEXT, nullable=False),
            sa.Column("name", PLAIN_TEXT, nullable=False),
            sa.Column("theirs", PLAIN_TEXT, nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("source", "kind", "name"),
            comment="图层列对应 / What each source calls our columns",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "layer_drafts",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("kind", PLAIN_TEXT, nullable=False),
            sa.Column("file", PLAIN_TEXT, nullable=False),
            sa.Column("source", PLAIN_TEXT, nullable=False),
            sa.Column("state", PLAIN_TEXT, nullable=False),
            sa.Column("crs", PLAIN_TEXT, nullable=False),
            sa.Column("row_count", sa.Integer(), nullable=False),
            sa.Column("errors", sa.Integer(), nullable=False),
            sa.Column("warnings", sa.Integer(), nullable=False),
            sa.Column("notes", sa.Integer(), nullable=False),
            sa.Column("against", PLAIN_TEXT, nullable=True),
            sa.Column("content", sa.LargeBinary(), nullable=True),
            sa.Column("loaded_at", Instant(), nullable=False),
            sa.Column("loaded_by", PLAIN_TEXT, nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.Column("hands", PLAIN_TEXT, nullable=False),
            sa.Column("reviewed_at", Instant(), nullable=True),
            sa.Column("reviewed_by", PLAIN_TEXT, nullable=True),
            sa.Column("remark", PLAIN_TEXT, nullable=True),
            sa.Column("dropped_at", Instant(), nullable=True),
            sa.Column("dropped_by", PLAIN_TEXT, nullable=True),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="图层草稿 / Layers handed in, until and after they are published",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "matters",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("code", PLAIN_TEXT, nullable=False),
            sa.Column("name", PLAIN_TEXT, nullable=False),
            sa.Column("name_en", PLAIN_TEXT, nullable=False),
            sa.Column("domain", PLAIN_TEXT, nullable=False),
            sa.Column("kind", PLAIN_TEXT, nullable=False),
            sa.Column("gravity", sa.Integer(), nullable=False),
            sa.Column("triage", PLAIN_TEXT, nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("code"),
            comment="执法事项 / List of powers",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "measured_speeds",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("mode", PLAIN_TEXT, nullable=False),
            sa.Column("way", PLAIN_TEXT, nullable=False),
            sa.Column("edge", PLAIN_TEXT, nullable=False),
            sa.Column("direction", PLAIN_TEXT, nullable=False),
            sa.Column("speed_kph", PLAIN_TEXT, nullable=False),
            sa.Column("travel_time_s", PLAIN_TEXT, nullable=False),
            sa.Column("starts", PLAIN_TEXT, nullable=False),
            sa.Column("ends", PLAIN_TEXT, nullable=False),
            sa.Column("days", PLAIN_TEXT, nullable=False),
            sa.Column("hours", PLAIN_TEXT, nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            comment="实测车速 / Measured speeds of streets",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "meta",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("name", PLAIN_TEXT, nullable=False),
            sa.Column("value", PLAIN_TEXT, nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("name"),
            comment="What this store holds",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "no_fly",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("code", PLAIN_TEXT, nullable=False),
            sa.Column("name", PLAIN_TEXT, nullable=False),
            sa.Column("name_en", PLAIN_TEXT, nullable=False),
            sa.Column("polygon", Shape("MULTIPOLYGON"), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("code"),
            comment="禁飞区 / No-fly polygons",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "officers",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("name", PLAIN_TEXT, nullable=False),
            sa.Column("crew", PLAIN_TEXT, nullable=False),
            sa.Column("certified", sa.Boolean(), nullable=False),
            sa.Column("skills", Codes(), nullable=False),
            sa.Column("phone", PLAIN_TEXT, nullable=False),
            sa.Column("equipment", Codes(), nullable=False),
            sa.Column("status", PLAIN_TEXT, nullable=False),
            sa.Column("listed", sa.Boolean(), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="执法队员 / Officers",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "outbox",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("dedupe_key", PLAIN_TEXT, nullable=False),
            sa.Column("addressee", PLAIN_TEXT, nullable=False),
            sa.Column("said", Remarks(), nullable=False),
            sa.Column("about", PLAIN_TEXT, nullable=False),
            sa.Column("posted_at", Instant(), nullable=False),
            sa.Column("tries", sa.Integer(), nullable=False),
            sa.Column("due_at", Instant(), nullable=True),
            sa.Column("sent_at", Instant(), nullable=True),
            sa.Column("given_up_at", Instant(), nullable=True),
            sa.Column("failure", PLAIN_TEXT, nullable=True),
            sa.Column("also", Codes(), nullable=False),
            sa.Column("addressed_at", Instant(), nullable=True),
            sa.Column("channel", PLAIN_TEXT, nullable=True),
            sa.Column("letter_of", PLAIN_TEXT, nullable=True),
            sa.Column("passed_to", PLAIN_TEXT, nullable=True),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("dedupe_key"),
            comment="待发通知 / Messages to the outside, sent at least once under one key each",
            info={
                "only_added": OnlyAdded(
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
                    dropped_by="",
                    number="fid",
                    after_h=0,
                    offered_again=True,
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    op.create_index("messages_due", "outbox", ["due_at"], unique=False)
    op.create_index(
        "messages_unsent",
        "outbox",
        ["posted_at"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    list_table(
        store,
        op.create_table(
            "partners",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("code", PLAIN_TEXT, nullable=False),
            sa.Column("name", PLAIN_TEXT, nullable=False),
            sa.Column("name_en", PLAIN_TEXT, nullable=False),
            sa.Column("desk", PLAIN_TEXT, nullable=False),
            sa.Column("phone", PLAIN_TEXT, nullable=False),
            sa.Column("polygon", Shape("MULTIPOLYGON"), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("code"),
            comment="对口城市 / Partner cities",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "past_incidents",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("digest", PLAIN_TEXT, nullable=False),
            sa.Column("first", Instant(), nullable=False),
            sa.Column("last", Instant(), nullable=False),
            sa.Column("incidents", sa.Integer(), nullable=False),
            sa.Column("part", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("digest"),
            comment="历史事件 / Incidents of past years that a city brought along, in packed parts",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "places",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("code", PLAIN_TEXT, nullable=False),
            sa.Column("name", PLAIN_TEXT, nullable=False),
            sa.Column("name_en", PLAIN_TEXT, nullable=False),
            sa.Column("address", PLAIN_TEXT, nullable=False),
            sa.Column("kind", PLAIN_TEXT, nullable=False),
            sa.Column("also", Codes(), nullable=False),
            sa.Column("place", Shape("POINT"), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("code"),
            comment="地名地址 / Gazetteer: places and addresses",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "position_deltas",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("process", PLAIN_TEXT, nullable=False),
            sa.Column("part", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            comment="定位增量 / Who moved within a second, told by one process to the others",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "position_sources",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("code", PLAIN_TEXT, nullable=False),
            sa.Column("protocol", PLAIN_TEXT, nullable=False),
            sa.Column("crs", PLAIN_TEXT, nullable=False),
            sa.Column("clock_ahead_s", sa.Double(), nullable=False),
            sa.Column("utc_offset_s", sa.Double(), nullable=False),
            sa.Column("speed_unit", PLAIN_TEXT, nullable=False),
            sa.Column("account", PLAIN_TEXT, nullable=True),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("code"),
            comment="定位来源 / Datum, clock and units of each source of positions",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "refused_fixes",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("source", PLAIN_TEXT, nullable=False),
            sa.Column("device", PLAIN_TEXT, nullable=False),
            sa.Column("code", PLAIN_TEXT, nullable=False),
            sa.Column("said", Remarks(), nullable=False),
            sa.Column("officer", PLAIN_TEXT, nullable=True),
            sa.Column("times", sa.Integer(), nullable=False),
            sa.Column("first_at", Instant(), nullable=False),
            sa.Column("last_at", Instant(), nullable=False),
            sa.Column("fix_time", Instant(), nullable=True),
            sa.Column("lon", sa.Double(), nullable=True),
            sa.Column("lat", sa.Double(), nullable=True),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("source", "device", "code"),
            comment="未采用的定位 / What came in of positions and could not be used, by device and reason",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "rest_rules",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("unit", PLAIN_TEXT, nullable=True),
            sa.Column("between_shifts_s", sa.Double(), nullable=False),
            sa.Column("most_work_s", sa.Double(), nullable=False),
            sa.Column("long_job_s", sa.Double(), nullable=False),
            sa.Column("break_s", sa.Double(), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("unit"),
            comment="休息规定 / How much rest officers must have, by unit",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "run_cards",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("code", PLAIN_TEXT, nullable=False),
            sa.Column("matter", PLAIN_TEXT, nullable=False),
            sa.Column("title_zh", PLAIN_TEXT, nullable=False),
            sa.Column("title_en", PLAIN_TEXT, nullable=False),
            sa.Column("area", PLAIN_TEXT, nullable=True),
            sa.Column("valid_from", sa.Date(), nullable=True),
            sa.Column("valid_to", sa.Date(), nullable=True),
            sa.Column("step", sa.Integer(), nullable=False),
            sa.Column("step_zh", PLAIN_TEXT, nullable=False),
            sa.Column("step_en", PLAIN_TEXT, nullable=False),
            sa.Column("units", Codes(), nullable=False),
            sa.Column("kind", PLAIN_TEXT, nullable=True),
            sa.Column("domains", Codes(), nullable=False),
            sa.Column("responsible", sa.Boolean(), nullable=False),
            sa.Column("skills", Codes(), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            comment="出动预案 / Who goes first, second, third for named matters, by step",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "sign_ins",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("state", PLAIN_TEXT, nullable=False),
            sa.Column("browser", PLAIN_TEXT, nullable=False),
            sa.Column("nonce", PLAIN_TEXT, nullable=False),
            sa.Column("verifier", PLAIN_TEXT, nullable=False),
            sa.Column("redirect", PLAIN_TEXT, nullable=False),
            sa.Column("uses", sa.Integer(), nullable=False),
            sa.Column("until", Instant(), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("state"),
            comment="登录中 / Sign-ins under way at an identity provider, by digest",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "simulations",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("plan", PLAIN_TEXT, nullable=True),
            sa.Column("digest", PLAIN_TEXT, nullable=False),
            sa.Column("asked", PLAIN_TEXT, nullable=False),
            sa.Column("state", PLAIN_TEXT, nullable=False),
            sa.Column("share", sa.Float(), nullable=False),
            sa.Column("left_s", sa.Float(), nullable=True),
            sa.Column("said", PLAIN_TEXT, nullable=True),
            sa.Column("result", sa.LargeBinary(), nullable=True),
            sa.Column("made_at", Instant(), nullable=False),
            sa.Column("made_by", PLAIN_TEXT, nullable=False),
            sa.Column("ended_at", Instant(), nullable=True),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="方案仿真 / Simulated years of zone plans: what was asked, how far it is, what came of it",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "special_days",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("date", sa.Date(), nullable=False),
            sa.Column("working", sa.Boolean(), nullable=False),
            sa.Column("name", PLAIN_TEXT, nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("date"),
            comment="节假日与调休 / Holidays and moved working days",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "suggestions",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("incident", PLAIN_TEXT, nullable=True),
            sa.Column("made_at", Instant(), nullable=False),
            sa.Column("record", PLAIN_TEXT, nullable=False),
            sa.Column("question", PLAIN_TEXT, nullable=False),
            sa.Column("snapshot", PLAIN_TEXT, nullable=False),
            sa.Column("counted", PLAIN_TEXT, nullable=True),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="派单建议 / Suggestions as they were given",
            info={
                "only_added": OnlyAdded(
                    fixed=(), goes_if="", dropped_by="", number="fid", after_h=0, offered_again=True
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "units",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("code", PLAIN_TEXT, nullable=False),
            sa.Column("name", PLAIN_TEXT, nullable=False),
            sa.Column("name_en", PLAIN_TEXT, nullable=False),
            sa.Column("kind", PLAIN_TEXT, nullable=False),
            sa.Column("parent", PLAIN_TEXT, nullable=True),
            sa.Column("zone", PLAIN_TEXT, nullable=True),
            sa.Column("domains", Codes(), nullable=False),
            sa.Column("mode", PLAIN_TEXT, nullable=True),
            sa.Column("call_sign", PLAIN_TEXT, nullable=False),
            sa.Column("phone", PLAIN_TEXT, nullable=False),
            sa.Column("equipment", Codes(), nullable=False),
            sa.Column("air_speed_mps", sa.Double(), nullable=True),
            sa.Column("range_m", sa.Double(), nullable=True),
            sa.Column("launch_s", sa.Double(), nullable=True),
            sa.Column("base", Shape("POINT"), nullable=True),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("code"),
            comment="执法单元 / Brigades, squads, posts, crews and drones",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "weights",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("network", PLAIN_TEXT, nullable=False),
            sa.Column("state", PLAIN_TEXT, nullable=False),
            sa.Column("first_seen", Instant(), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("state"),
            comment="路网权重状态 / States of road weights, by the number that answers name",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "zone_plan_steps",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("plan", PLAIN_TEXT, nullable=False),
            sa.Column("number", sa.Integer(), nullable=False),
            sa.Column("edit", PLAIN_TEXT, nullable=False),
            sa.Column("patch", sa.LargeBinary(), nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("plan", "number"),
            comment="分区方案的每一步修改 / Each edit of a zone plan, to be undone and done again",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "zone_plans",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("name", PLAIN_TEXT, nullable=False),
            sa.Column("state", PLAIN_TEXT, nullable=False),
            sa.Column("base", PLAIN_TEXT, nullable=False),
            sa.Column("digest", PLAIN_TEXT, nullable=False),
            sa.Column("base_content", sa.LargeBinary(), nullable=False),
            sa.Column("content", sa.LargeBinary(), nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.Column("step", sa.Integer(), nullable=False),
            sa.Column("steps", sa.Integer(), nullable=False),
            sa.Column("hands", PLAIN_TEXT, nullable=False),
            sa.Column("made_at", Instant(), nullable=False),
            sa.Column("made_by", PLAIN_TEXT, nullable=False),
            sa.Column("changed_at", Instant(), nullable=False),
            sa.Column("changed_by", PLAIN_TEXT, nullable=False),
            sa.Column("evaluation", PLAIN_TEXT, nullable=True),
            sa.Column("publishing", PLAIN_TEXT, nullable=True),
            sa.Column("city_plan", PLAIN_TEXT, nullable=True),
            sa.Column("city_version", sa.Integer(), nullable=True),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="分区方案草稿 / Zone plans that are drawn, until and after they are published",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "zones",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("code", PLAIN_TEXT, nullable=False),
            sa.Column("name", PLAIN_TEXT, nullable=False),
            sa.Column("name_en", PLAIN_TEXT, nullable=False),
            sa.Column("brigade", PLAIN_TEXT, nullable=True),
            sa.Column("arrival_target_s", sa.Integer(), nullable=False),
            sa.Column("acknowledge_within_s", sa.Integer(), nullable=True),
            sa.Column("polygon", Shape("MULTIPOLYGON"), nullable=False),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("code"),
            comment="责任区 / Responsibility zones",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "appeals",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("bulletin", sa.Text(), nullable=False),
            sa.Column("figure", PLAIN_TEXT, nullable=False),
            sa.Column("incident", PLAIN_TEXT, nullable=True),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.Column("reason", PLAIN_TEXT, nullable=False),
            sa.ForeignKeyConstraint(["bulletin"], ["bulletins.id"]),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="申诉 / Objections to a figure of a bulletin or to a case behind it",
            info={
                "only_added": OnlyAdded(
                    fixed=(),
                    goes_if="",
                    dropped_by="",
                    number="fid",
                    after_h=0,
                    offered_again=False,
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(op.f("ix_appeals_bulletin"), "appeals", ["bulletin"], unique=False)
    list_table(
        store,
        op.create_table(
            "assignments",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("incident", sa.Text(), nullable=False),
            sa.Column("suggestion", sa.Text(), nullable=False),
            sa.Column("kind", PLAIN_TEXT, nullable=False),
            sa.Column("unit", PLAIN_TEXT, nullable=False),
            sa.Column("officers", Codes(), nullable=False),
            sa.Column("departure", PLAIN_TEXT, nullable=False),
            sa.Column("rank", sa.Integer(), nullable=True),
            sa.Column("eta_s", sa.Double(), nullable=True),
            sa.Column("against", Remarks(), nullable=False),
            sa.Column("decided_at", Instant(), nullable=False),
            sa.Column("decided_by", PLAIN_TEXT, nullable=False),
            sa.Column("by_rule", sa.Boolean(), nullable=False),
            sa.Column("reason", PLAIN_TEXT, nullable=True),
            sa.Column("note", PLAIN_TEXT, nullable=False),
            sa.Column("received_at", Instant(), nullable=False),
            sa.Column("dispatched_at", Instant(), nullable=False),
            sa.Column("target_s", sa.Double(), nullable=False),
            sa.Column("expected_end", Instant(), nullable=False),
            sa.Column("policy", PLAIN_TEXT, nullable=False),
            sa.Column("routing", PLAIN_TEXT, nullable=False),
            sa.Column("matters", Codes(), nullable=False),
            sa.Column("reinforces", sa.Boolean(), nullable=False),
            sa.Column("run_card", PLAIN_TEXT, nullable=True),
            sa.Column("instead_of", PLAIN_TEXT, nullable=True),
            sa.Column("acknowledged_at", Instant(), nullable=True),
            sa.Column("departed_at", Instant(), nullable=True),
            sa.Column("arrived_at", Instant(), nullable=True),
            sa.Column("released_at", Instant(), nullable=True),
            sa.Column("outcome", PLAIN_TEXT, nullable=True),
            sa.Column("released_by", PLAIN_TEXT, nullable=True),
            sa.ForeignKeyConstraint(["incident"], ["incidents.id"]),
            sa.ForeignKeyConstraint(["suggestion"], ["suggestions.id"]),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="派单 / Who was sent to which incident, by whom and why",
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(
        "bound_units",
        "assignments",
        ["unit"],
        unique=False,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_index(op.f("ix_assignments_incident"), "assignments", ["incident"], unique=False)
    op.create_index(op.f("ix_assignments_suggestion"), "assignments", ["suggestion"], unique=False)
    op.create_index(
        "one_crew_for_each_purpose",
        "assignments",
        ["incident", "kind"],
        unique=True,
        sqlite_where=sa.text("released_at IS NULL AND reinforces IS 0"),
        postgresql_where=sa.text("released_at IS NULL AND reinforces IS false"),
    )
    list_table(
        store,
        op.create_table(
            "attachments",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("incident", sa.Text(), nullable=False),
            sa.Column("purpose", PLAIN_TEXT, nullable=False),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.Column("made_at", Instant(), nullable=False),
            sa.Column("receipt", PLAIN_TEXT, nullable=True),
            sa.Column("media_type", PLAIN_TEXT, nullable=False),
            sa.Column("width_px", sa.Integer(), nullable=False),
            sa.Column("height_px", sa.Integer(), nullable=False),
            sa.Column("size_bytes", sa.Integer(), nullable=False),
            sa.Column("digest", PLAIN_TEXT, nullable=False),
            sa.Column("content", sa.LargeBinary(), nullable=False),
            sa.ForeignKeyConstraint(["incident"], ["incidents.id"]),
            sa.PrimaryKeyConstraint("fid"),
            comment="附件照片 / Photos handed in with reports and with results",
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(op.f("ix_attachments_incident"), "attachments", ["incident"], unique=False)
    list_table(
        store,
        op.create_table(
            "automatic_verdicts",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("incident", sa.Text(), nullable=False),
            sa.Column("judged_at", Instant(), nullable=False),
            sa.Column("source", PLAIN_TEXT, nullable=False),
            sa.Column("triage", PLAIN_TEXT, nullable=True),
            sa.Column("zone", PLAIN_TEXT, nullable=True),
            sa.Column("rule", PLAIN_TEXT, nullable=True),
            sa.Column("code", PLAIN_TEXT, nullable=False),
            sa.Column("zh", PLAIN_TEXT, nullable=False),
            sa.Column("en", PLAIN_TEXT, nullable=False),
            sa.Column("suggestion", PLAIN_TEXT, nullable=True),
            sa.Column("assignment", PLAIN_TEXT, nullable=True),
            sa.ForeignKeyConstraint(["incident"], ["incidents.id"]),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("incident"),
            comment="自动派单结论 / What a rule decided of an incident, or why it is left to a person",
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(
        "automatic_verdicts_judged_at", "automatic_verdicts", ["judged_at"], unique=False
    )
    list_table(
        store,
        op.create_table(
            "bulletin_signatures",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("bulletin", sa.Text(), nullable=False),
            sa.Column("digest", PLAIN_TEXT, nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.Column("note", PLAIN_TEXT, nullable=False),
            sa.ForeignKeyConstraint(["bulletin"], ["bulletins.id"]),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("bulletin", "by"),
            comment="签阅 / Who signed a bulletin, when, and the digest of what was signed",
            info={
                "only_added": OnlyAdded(
                    fixed=(), goes_if="", dropped_by="", number="fid", after_h=0, offered_again=True
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(
        op.f("ix_bulletin_signatures_bulletin"), "bulletin_signatures", ["bulletin"], unique=False
    )
    list_table(
        store,
        op.create_table(
            "calendars",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("officer", sa.Text(), nullable=True),
            sa.Column("crew", PLAIN_TEXT, nullable=True),
            sa.Column("kind", PLAIN_TEXT, nullable=False),
            sa.Column("place", PLAIN_TEXT, nullable=False),
            sa.Column("days", PLAIN_TEXT, nullable=False),
            sa.Column("starts", PLAIN_TEXT, nullable=True),
            sa.Column("ends", PLAIN_TEXT, nullable=True),
            sa.Column("valid_from", sa.Date(), nullable=True),
            sa.Column("valid_to", sa.Date(), nullable=True),
            sa.Column("from_time", Instant(), nullable=True),
            sa.Column("to_time", Instant(), nullable=True),
            sa.Column("may_be_sent", sa.Boolean(), nullable=False),
            sa.ForeignKeyConstraint(["officer"], ["officers.id"]),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="日程：常驻、轮驻、预约 / Residents, rotas and appointments",
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(op.f("ix_calendars_officer"), "calendars", ["officer"], unique=False)
    list_table(
        store,
        op.create_table(
            "device_handouts",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("source", PLAIN_TEXT, nullable=False),
            sa.Column("device", PLAIN_TEXT, nullable=False),
            sa.Column("officer", sa.Text(), nullable=True),
            sa.Column("since", Instant(), nullable=False),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.ForeignKeyConstraint(["officer"], ["officers.id"]),
            sa.PrimaryKeyConstraint("fid"),
            comment="终端领用 / Who carries which device from when on, as it was stated",
            info={
                "only_added": OnlyAdded(
                    fixed=(),
                    goes_if="",
                    dropped_by="",
                    number="fid",
                    after_h=0,
                    offered_again=False,
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    op.create_index("handouts_of_device", "device_handouts", ["source", "device"], unique=False)
    list_table(
        store,
        op.create_table(
            "edits",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("incident", sa.Text(), nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.Column("reason", PLAIN_TEXT, nullable=False),
            sa.Column("record", PLAIN_TEXT, nullable=False),
            sa.ForeignKeyConstraint(["incident"], ["incidents.id"]),
            sa.PrimaryKeyConstraint("fid"),
            comment="更正记录 / What was corrected about incidents, append-only",
            info={
                "only_added": OnlyAdded(
                    fixed=(),
                    goes_if="",
                    dropped_by="",
                    number="fid",
                    after_h=0,
                    offered_again=False,
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(op.f("ix_edits_incident"), "edits", ["incident"], unique=False)
    list_table(
        store,
        op.create_table(
            "hand_offs",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("incident", sa.Text(), nullable=False),
            sa.Column("record", PLAIN_TEXT, nullable=False),
            sa.ForeignKeyConstraint(["incident"], ["incidents.id"]),
            sa.PrimaryKeyConstraint("fid"),
            comment="移送记录 / Records with which cases went to other cities, append-only",
            info={
                "only_added": OnlyAdded(
                    fixed=(),
                    goes_if="",
                    dropped_by="",
                    number="fid",
                    after_h=0,
                    offered_again=False,
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(op.f("ix_hand_offs_incident"), "hand_offs", ["incident"], unique=False)
    list_table(
        store,
        op.create_table(
            "handover_signatures",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("handover", sa.Text(), nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.ForeignKeyConstraint(["handover"], ["handovers.id"]),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("handover"),
            comment="接班签字 / Who took a shift over, and when",
            info={
                "only_added": OnlyAdded(
                    fixed=(), goes_if="", dropped_by="", number="fid", after_h=0, offered_again=True
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "incident_areas",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("incident", sa.Integer(), nullable=False),
            sa.Column("area", PLAIN_TEXT, nullable=False),
            sa.ForeignKeyConstraint(["incident"], ["incidents.fid"]),
            sa.PrimaryKeyConstraint("fid"),
            comment="事件所属区划 / Areas under which incidents are filed: what holds the place, and all above",
            sqlite_autoincrement=True,
        ),
    )
    op.create_index("filed_in_area", "incident_areas", ["area", "incident"], unique=True)
    op.create_index(
        op.f("ix_incident_areas_incident"), "incident_areas", ["incident"], unique=False
    )
    list_table(
        store,
        op.create_table(
            "jobs",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("officer", sa.Text(), nullable=False),
            sa.Column("started_at", Instant(), nullable=False),
            sa.Column("expected_end", Instant(), nullable=False),
            sa.Column("ended_at", Instant(), nullable=True),
            sa.Column("incident", PLAIN_TEXT, nullable=True),
            sa.ForeignKeyConstraint(["officer"], ["officers.id"]),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="在办任务 / What officers have in hand besides assignments, and until when",
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(op.f("ix_jobs_officer"), "jobs", ["officer"], unique=False)
    op.create_index("jobs_by_end", "jobs", ["ended_at"], unique=False)
    list_table(
        store,
        op.create_table(
            "origins",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("incident", sa.Text(), nullable=False),
            sa.Column("came_at", Instant(), nullable=False),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.Column("source", PLAIN_TEXT, nullable=False),
            sa.Column("sender", PLAIN_TEXT, nullable=False),
            sa.Column("reference", PLAIN_TEXT, nullable=True),
            sa.Column("confidence", sa.Double(), nullable=True),
            sa.Column("address", PLAIN_TEXT, nullable=False),
            sa.Column("address_code", PLAIN_TEXT, nullable=False),
            sa.Column("media_url", PLAIN_TEXT, nullable=False),
            sa.Column("text", PLAIN_TEXT, nullable=False),
            sa.Column("joined", sa.Boolean(), nullable=False),
            sa.Column("reporter_name", PLAIN_TEXT, nullable=True),
            sa.Column("reporter_phone", PLAIN_TEXT, nullable=True),
            sa.ForeignKeyConstraint(["incident"], ["incidents.id"]),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("sender", "reference", name="origins_sent_once"),
            comment="事件来源 / How each report came in",
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(op.f("ix_origins_incident"), "origins", ["incident"], unique=False)
    op.create_index("origins_came_at", "origins", ["came_at"], unique=False)
    list_table(
        store,
        op.create_table(
            "positions",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("officer", sa.Text(), nullable=False),
            sa.Column("lon", sa.Double(), nullable=False),
            sa.Column("lat", sa.Double(), nullable=False),
            sa.Column("time", Instant(), nullable=False),
            sa.Column("accuracy_m", sa.Double(), nullable=True),
            sa.Column("speed_mps", sa.Double(), nullable=True),
            sa.Column("heading_deg", sa.Double(), nullable=True),
            sa.Column("by_hand", sa.Boolean(), nullable=False),
            sa.ForeignKeyConstraint(["officer"], ["officers.id"]),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("officer"),
            comment="定位 / Latest believed fix of each officer",
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "receipts",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("incident", sa.Text(), nullable=False),
            sa.Column("secret", PLAIN_TEXT, nullable=False),
            sa.Column("made_at", Instant(), nullable=False),
            sa.Column("joined", sa.Boolean(), nullable=False),
            sa.Column("text", PLAIN_TEXT, nullable=False),
            sa.ForeignKeyConstraint(["incident"], ["incidents.id"]),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="举报回执 / Receipts of reports that were made without an account",
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(op.f("ix_receipts_incident"), "receipts", ["incident"], unique=False)
    list_table(
        store,
        op.create_table(
            "rosters",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("officer", sa.Text(), nullable=True),
            sa.Column("crew", PLAIN_TEXT, nullable=True),
            sa.Column("kind", PLAIN_TEXT, nullable=False),
            sa.Column("days", PLAIN_TEXT, nullable=False),
            sa.Column("starts", PLAIN_TEXT, nullable=True),
            sa.Column("ends", PLAIN_TEXT, nullable=True),
            sa.Column("valid_from", sa.Date(), nullable=True),
            sa.Column("valid_to", sa.Date(), nullable=True),
            sa.ForeignKeyConstraint(["officer"], ["officers.id"]),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="班次 / Shifts by week, by date and extra",
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(op.f("ix_rosters_officer"), "rosters", ["officer"], unique=False)
    list_table(
        store,
        op.create_table(
            "sign_ons",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("officer", sa.Text(), nullable=False),
            sa.Column("signed", PLAIN_TEXT, nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("until", Instant(), nullable=True),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.Column("by_hand", sa.Boolean(), nullable=False),
            sa.ForeignKeyConstraint(["officer"], ["officers.id"]),
            sa.PrimaryKeyConstraint("fid"),
            comment="签到签退 / Who signed on and off, when, and by whose hand",
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(op.f("ix_sign_ons_officer"), "sign_ons", ["officer"], unique=False)
    op.create_index("sign_ons_by_officer", "sign_ons", ["officer", "fid"], unique=False)
    list_table(
        store,
        op.create_table(
            "transitions",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("incident", sa.Text(), nullable=False),
            sa.Column("before", PLAIN_TEXT, nullable=True),
            sa.Column("after", PLAIN_TEXT, nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.Column("reason", PLAIN_TEXT, nullable=False),
            sa.Column("lon", sa.Double(), nullable=True),
            sa.Column("lat", sa.Double(), nullable=True),
            sa.Column("about", PLAIN_TEXT, nullable=True),
            sa.Column("rating", sa.Integer(), nullable=True),
            sa.ForeignKeyConstraint(["incident"], ["incidents.id"]),
            sa.PrimaryKeyConstraint("fid"),
            comment="办理过程 / Steps of incidents through their life cycle, append-only",
            info={
                "only_added": OnlyAdded(
                    fixed=(),
                    goes_if="",
                    dropped_by="",
                    number="fid",
                    after_h=0,
                    offered_again=False,
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(op.f("ix_transitions_incident"), "transitions", ["incident"], unique=False)
    list_table(
        store,
        op.create_table(
            "whistles",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("id", PLAIN_TEXT, nullable=False),
            sa.Column("incident", sa.Text(), nullable=False),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.Column("units", Codes(), nullable=False),
            sa.Column("bodies", Codes(), nullable=False),
            sa.Column("raised_at", Instant(), nullable=False),
            sa.Column("raised_by", PLAIN_TEXT, nullable=False),
            sa.Column("answer_by", Instant(), nullable=False),
            sa.Column("escalates_to", PLAIN_TEXT, nullable=False),
            sa.Column("said", Remarks(), nullable=False),
            sa.Column("closed_at", Instant(), nullable=True),
            sa.Column("closed_by", PLAIN_TEXT, nullable=True),
            sa.Column("closed_as", PLAIN_TEXT, nullable=True),
            sa.Column("note", PLAIN_TEXT, nullable=False),
            sa.ForeignKeyConstraint(["incident"], ["incidents.id"]),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("id"),
            comment="吹哨 / Calls of a lower tier for units that it does not command",
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(op.f("ix_whistles_incident"), "whistles", ["incident"], unique=False)
    op.create_index(
        "one_open_call",
        "whistles",
        ["incident", "by"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    list_table(
        store,
        op.create_table(
            "appeal_rulings",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("appeal", sa.Text(), nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.Column("upheld", sa.Boolean(), nullable=False),
            sa.Column("reason", PLAIN_TEXT, nullable=False),
            sa.ForeignKeyConstraint(["appeal"], ["appeals.id"]),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("appeal"),
            comment="申诉裁定 / What was decided on an appeal, by whom and why",
            info={
                "only_added": OnlyAdded(
                    fixed=(), goes_if="", dropped_by="", number="fid", after_h=0, offered_again=True
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    list_table(
        store,
        op.create_table(
            "bindings",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("assignment", sa.Text(), nullable=False),
            sa.Column("what", PLAIN_TEXT, nullable=False),
            sa.Column("member", PLAIN_TEXT, nullable=False),
            sa.Column("released_at", Instant(), nullable=True),
            sa.ForeignKeyConstraint(["assignment"], ["assignments.id"]),
            sa.PrimaryKeyConstraint("fid"),
            comment="派单队员 / Officers and drones of each assignment; bound to one at a time",
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(op.f("ix_bindings_assignment"), "bindings", ["assignment"], unique=False)
    op.create_index(
        "one_job_at_a_time",
        "bindings",
        ["what", "member"],
        unique=True,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
    list_table(
        store,
        op.create_table(
            "escalations",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("whistle", sa.Text(), nullable=False),
            sa.Column("step", sa.Integer(), nullable=False),
            sa.Column("to", PLAIN_TEXT, nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("told_at", Instant(), nullable=False),
            sa.Column("said", Remarks(), nullable=False),
            sa.ForeignKeyConstraint(["whistle"], ["whistles.id"]),
            sa.PrimaryKeyConstraint("fid"),
            sa.UniqueConstraint("whistle", "step"),
            comment="逾期上报 / Calls taken to a higher command centre, each step once",
            info={
                "only_added": OnlyAdded(
                    fixed=(), goes_if="", dropped_by="", number="fid", after_h=0, offered_again=True
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(op.f("ix_escalations_whistle"), "escalations", ["whistle"], unique=False)
    list_table(
        store,
        op.create_table(
            "second_thoughts",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("incident", sa.Text(), nullable=False),
            sa.Column("assignment", sa.Text(), nullable=True),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("why", Codes(), nullable=False),
            sa.Column("before", sa.Text(), nullable=False),
            sa.Column("after", sa.Text(), nullable=False),
            sa.Column("crew", PLAIN_TEXT, nullable=False),
            sa.Column("eta_s", sa.Double(), nullable=True),
            sa.Column("due_s", sa.Double(), nullable=False),
            sa.Column("best_crew", PLAIN_TEXT, nullable=True),
            sa.Column("best_eta_s", sa.Double(), nullable=True),
            sa.ForeignKeyConstraint(["after"], ["suggestions.id"]),
            sa.ForeignKeyConstraint(["assignment"], ["assignments.id"]),
            sa.ForeignKeyConstraint(["before"], ["suggestions.id"]),
            sa.ForeignKeyConstraint(["incident"], ["incidents.id"]),
            sa.PrimaryKeyConstraint("fid"),
            comment="复议派单 / When a dispatch was suggested anew, and why",
            info={
                "only_added": OnlyAdded(
                    fixed=(),
                    goes_if="",
                    dropped_by="",
                    number="fid",
                    after_h=0,
                    offered_again=False,
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(op.f("ix_second_thoughts_after"), "second_thoughts", ["after"], unique=False)
    op.create_index(
        op.f("ix_second_thoughts_assignment"), "second_thoughts", ["assignment"], unique=False
    )
    op.create_index(op.f("ix_second_thoughts_before"), "second_thoughts", ["before"], unique=False)
    op.create_index(
        op.f("ix_second_thoughts_incident"), "second_thoughts", ["incident"], unique=False
    )
    list_table(
        store,
        op.create_table(
            "whistle_answers",
            sa.Column("fid", sa.Integer(), nullable=False),
            sa.Column("whistle", sa.Text(), nullable=False),
            sa.Column("party", PLAIN_TEXT, nullable=False),
            sa.Column("says", PLAIN_TEXT, nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", PLAIN_TEXT, nullable=False),
            sa.Column("note", PLAIN_TEXT, nullable=False),
            sa.ForeignKeyConstraint(["whistle"], ["whistles.id"]),
            sa.PrimaryKeyConstraint("fid"),
            comment="吹哨应答 / Who answered a call, and what",
            info={
                "only_added": OnlyAdded(
                    fixed=(),
                    goes_if="",
                    dropped_by="",
                    number="fid",
                    after_h=0,
                    offered_again=False,
                )
            },
            sqlite_autoincrement=True,
        ),
    )
    op.create_index(
        op.f("ix_whistle_answers_whistle"), "whistle_answers", ["whistle"], unique=False
    )
