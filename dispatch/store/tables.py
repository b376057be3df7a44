"""Tables of the store; every one is a layer or an attribute table of the GeoPackage."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
)

from dispatch.store.append_only import OnlyAdded
from dispatch.store.column import Codes, Filings, Instant, Shape
from dispatch.store.declare import table as _table
from dispatch.store.declare import text as _text
from geo.road import hourly_speed, measured_speed

META = _table("meta", "What this store holds", _text("name", unique=True), _text("value"))

AREAS = _table(
    "areas",
    "行政区划 / Administrative areas",
    _text("code", unique=True),
    _text("name"),
    _text("name_en"),
    _text("tier"),
    _text("parent", nullable=True),
    Column("polygon", Shape("MULTIPOLYGON"), nullable=False),
)

ZONES = _table(
    "zones",
    "责任区 / Responsibility zones",
    _text("code", unique=True),
    _text("name"),
    _text("name_en"),
    _text("brigade", nullable=True),
    Column("arrival_target_s", Integer, nullable=False),
    Column("acknowledge_within_s", Integer),
    Column("polygon", Shape("MULTIPOLYGON"), nullable=False),
)

GRIDS = _table(
    "grids",
    "单元网格 / Unit grids",
    _text("code", unique=True),
    _text("community"),
    _text("zone", nullable=True),
    Column("population", Integer),
    Column("polygon", Shape("MULTIPOLYGON"), nullable=False),
)

BACKDROP = _table(
    "backdrop",
    "底图 / Sea, rivers and parks, for the map only",
    _text("kind"),
    _text("name"),
    Column("polygon", Shape("MULTIPOLYGON"), nullable=False),
)

DOMAINS = _table(
    "domains",
    "执法领域 / Fields of enforcement",
    _text("code", unique=True),
    _text("name"),
    _text("name_en"),
    _text("kept_at", nullable=True),
)

MATTERS = _table(
    "matters",
    "执法事项 / List of powers",
    _text("code", unique=True),
    _text("name"),
    _text("name_en"),
    _text("domain"),
    _text("kind"),
    Column("gravity", Integer, nullable=False),
    _text("triage"),
)

AUTHORITY = _table(
    "authority",
    "权责清单 / Who holds which matter where",
    _text("id", unique=True),
    _text("matter"),
    _text("area"),
    _text("tier"),
    _text("acting_body"),
    _text("lead", nullable=True),
    Column("assisting", Codes, nullable=False),
    _text("legal_basis"),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("min_certified", Integer, nullable=False),
    Column("skills", Codes, nullable=False),
    Column("excluding", Codes, nullable=False),
    _text("scale", nullable=True),
    _text("triage", nullable=True),
    Column("arrival_target_s", Integer),
    Column("secure_target_s", Integer),
    Column("handle_within_s", Integer),
    Column("answer_within_s", Integer),
    Column("equipment", Codes, nullable=False),
)

PARTNERS = _table(
    "partners",
    "对口城市 / Partner cities",
    _text("code", unique=True),
    _text("name"),
    _text("name_en"),
    _text("desk"),
    _text("phone"),
    Column("polygon", Shape("MULTIPOLYGON"), nullable=False),
)

NO_FLY = _table(
    "no_fly",
    "禁飞区 / No-fly polygons",
    _text("code", unique=True),
    _text("name"),
    _text("name_en"),
    Column("polygon", Shape("MULTIPOLYGON"), nullable=False),
)

DEMAND = _table(
    "demand",
    "需求点 / Places at which demand is stated",
    _text("id", unique=True),
    Column("weight", Double, nullable=False),
    Column("place", Shape("POINT"), nullable=False),
)

UNITS = _table(
    "units",
    "执法单元 / Brigades, squads, posts, crews and drones",
    _text("code", unique=True),
    _text("name"),
    _text("name_en"),
    _text("kind"),
    _text("parent", nullable=True),
    _text("zone", nullable=True),
    Column("domains", Codes, nullable=False),
    _text("mode", nullable=True),
    _text("call_sign"),
    _text("phone"),
    Column("equipment", Codes, nullable=False),
    Column("air_speed_mps", Double),
    Column("range_m", Double),
    Column("launch_s", Double),
    Column("base", Shape("POINT")),
)

PLACES = _table(
    "places",
    "地名地址 / Gazetteer: places and addresses",
    _text("code", unique=True),
    _text("name"),
    _text("name_en"),
    _text("address"),
    _text("kind"),
    Column("also", Codes, nullable=False),
    Column("place", Shape("POINT"), nullable=False),
)

OFFICERS = _table(
    "officers",
    "执法队员 / Officers",
    _text("id", unique=True),
    _text("name"),
    _text("crew"),
    Column("certified", Boolean, nullable=False),
    Column("skills", Codes, nullable=False),
    _text("phone"),
    Column("equipment", Codes, nullable=False),
    _text("status"),
    Column("listed", Boolean, nullable=False),
)

POSITIONS = _table(
    "positions",
    "定位 / Latest believed fix of each officer",
    Column("officer", Text, ForeignKey(OFFICERS.c.id), unique=True, nullable=False),
    Column("lon", Double, nullable=False),
    Column("lat", Double, nullable=False),
    Column("time", Instant, nullable=False),
    Column("accuracy_m", Double),
    Column("speed_mps", Double),
    Column("heading_deg", Double),
    Column("by_hand", Boolean, nullable=False),
)

INCIDENTS = _table(
    "incidents",
    "事件 / Incidents",
    _text("id", unique=True),
    _text("kind"),
    Column("matters", Codes, nullable=False),
    _text("text"),
    Column("reported_at", Instant, nullable=False),
    _text("state"),
    _text("resumes_to", nullable=True),
    Column("version", Integer, nullable=False),
    _text("case_number", nullable=True),
    _text("reporter_name", nullable=True),
    _text("reporter_phone", nullable=True),
    _text("scale", nullable=True),
    Column("filings", Filings, nullable=False),
    Column("place", Shape("POINT"), nullable=False),
)

INCIDENT_AREAS = _table(
    "incident_areas",
    "事件所属区划 / Areas under which incidents are filed: what holds the place, and all above",
    Column("incident", Integer, ForeignKey(INCIDENTS.c.fid), nullable=False, index=True),
    _text("area"),
)

FILED_IN_AREA = Index(
    "filed_in_area", INCIDENT_AREAS.c.area, INCIDENT_AREAS.c.incident, unique=True
)

SUGGESTIONS = _table(
    "suggestions",
    "派单建议 / Suggestions as they were given",
    _text("id", unique=True),
    _text("incident", nullable=True),
    Column("made_at", Instant, nullable=False),
    _text("record"),
    _text("question"),
    _text("snapshot"),
    _text("counted", nullable=True),
    kept=OnlyAdded(offered_again=True),
)

FROZEN = _table(
    "frozen",
    "冻结实况 / Where everybody was when suggestions were made, in packed parts",
    _text("digest", unique=True),
    Column("part", LargeBinary, nullable=False),
)

ARRIVAL_MODELS = _table(
    "arrival_models",
    "到场模型 / Models of arrivals, those of earlier suggestions too",
    _text("version", unique=True),
    _text("record"),
)

CLOSURES = _table(
    "closures",
    "封路与限速 / Closures and slow zones, past ones too",
    _text("id", unique=True),
    _text("reason"),
    Column("modes", Codes, nullable=False),
    Column("ways", Codes, nullable=False),
    Column("edges", Codes, nullable=False),
    _text("network", nullable=True),
    _text("direction", nullable=True),
    Column("speed_factor", Double),
    Column("speed_cap_mps", Double),
    Column("starts", Instant, nullable=False),
    Column("ends", Instant),
    Column("created_at", Instant, nullable=False),
    _text("created_by"),
    Column("lifted_at", Instant),
    _text("lifted_by", nullable=True),
    Column("polygon", Shape("MULTIPOLYGON")),
)

WEIGHTS = _table(
    "weights",
    "路网权重状态 / States of road weights, by the number that answers name",
    _text("network"),
    _text("state", unique=True),
    Column("first_seen", Instant, nullable=False),
)

HOURLY_SPEEDS = _table(
    "hourly_speeds",
    "分时车速 / Speeds by hour of the week",
    *(_text(name) for name in hourly_speed.COLUMNS),
)

MEASURED_SPEEDS = _table(
    "measured_speeds",
    "实测车速 / Measured speeds of streets",
    *(_text(name) for name in measured_speed.COLUMNS),
)
