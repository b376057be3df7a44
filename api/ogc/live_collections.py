"""Collections of what changes by itself: closures, officers, incidents, as a person sees them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Point
from shapely.geometry.base import BaseGeometry

from api.ogc.collection import Collection, JsonType, Property, columns_of, properties_of
from api.schemas_closure import ClosureOut
from api.schemas_suggestion import IncidentOut
from api.service import Service
from dispatch.access import Act, Person
from dispatch.incident_state import ENDED, State
from dispatch.layer.force_kinds import OFFICERS as OFFICERS_KIND
from dispatch.layer.ground_kinds import CLOSURES as CLOSURES_KIND
from dispatch.sight import officers_seen, sight_of
from dispatch.store.closures import list_closures
from dispatch.store.incidents import list_incidents
from dispatch.whereabouts import STATUSES
from geo.feature_table import FeatureTable, lay_out
from geo.shape_check import Dimension

STILL_OPEN = tuple(state for state in State if state not in ENDED)
"""States of the incidents that are shown."""

OFFICER_COLUMNS = (
    *properties_of(OFFICERS_KIND, "name", "crew", "certified", "skills", "equipment"),
)
STATUS_COLUMN = properties_of(OFFICERS_KIND, "status")
FIX_COLUMNS = (
    Property("time", "定位时刻", "when the officer was there", instant=True),
    Property("accuracy_m", "定位精度（米）", "accuracy of the fix, metres", JsonType.NUMBER),
    Property("speed_mps", "速度（米每秒）", "speed, metres per second", JsonType.NUMBER),
    Property("heading_deg", "航向（度）", "heading, degrees from north", JsonType.NUMBER),
)
CLOSURE_COLUMNS = (
    Property("kind", "封路或缓行", "closed or slow"),
    Property("state", "状态", "planned or in_force"),
    *properties_of(
        CLOSURES_KIND, "starts", "ends", "reason", "modes", "ways", "direction",
        "speed_factor", "speed_cap_kph",
    ),
)  # fmt: skip
INCIDENT_COLUMNS = (
    Property("state", "状态", "where it stands"),
    Property("kind", "上报或巡查", "report or visit"),
    Property("matters", "执法事项编码", "codes of its matters, semicolons between"),
    Property("text", "内容，手机号已隐去", "what was said, mobile numbers in stars"),
    Property("reported_at", "上报时刻", "when it came in", instant=True),
    Property("scale", "案件规模", "daily work or a major case"),
    Property("case_number", "立案号", "statutory number of the case"),
    Property("version", "版本", "grows with every step and correction", JsonType.INTEGER),
)


def _officers(service: Service, person: Person) -> FeatureTable:
    """Where the officers are whom a person sees, and what the list of officers says of them."""
    whereabouts = service.live.present
    roster, fixes = whereabouts.city.roster, whereabouts.positions.fixes
    ids = sorted(officers_seen(person, whereabouts.city) & fixes.keys() & roster.officer_row.keys())
    rows = [roster.officer_row[one] for one in ids]
    there = [fixes[one] for one in ids]
    status: list[object] = [str(STATUSES[code]) for code in whereabouts.status[rows].tolist()]
    lon_lat = np.array([one.lon_lat for one in there], dtype=np.float64).reshape(-1, 2)
    return _as_it_is(
        ids,
        np.asarray(shapely.points(lon_lat), dtype=object),
        columns_of([roster.officers[row] for row in rows], OFFICER_COLUMNS)
        | {"status": status}
        | columns_of(there, FIX_COLUMNS),
    )


def _closures(service: Service, _: Person) -> FeatureTable:
    """Closures and slow zones that are in force or planned."""
    now = service.clock()
    with service.store.reading() as session:
        records = list_closures(session, limit=None, not_over_at=now)
    shown = [ClosureOut.of(record, {}, now=now) for record in records]
    return _as_it_is(
        [one.id for one in shown],
        [record.closure.extent.polygon for record in records],
        columns_of(shown, CLOSURE_COLUMNS),
    )


def _incidents(service: Service, person: Person) -> FeatureTable:
    """Incidents that are open and within a person's sight."""
    sight = sight_of(person, service.city)
    with service.store.reading() as session:
        incidents = list_incidents(session, states=STILL_OPEN, sight=sight, limit=None)
    shown = [IncidentOut.of(one, ()) for one in incidents]
    return _as_it_is(
        [one.id for one in shown],
        [Point(one.lon_lat) for one in shown],
        columns_of(shown, INCIDENT_COLUMNS),
    )


def _as_it_is(
    ids: Sequence[str],
    shapes: Sequence[BaseGeometry | None] | NDArray[np.object_],
    columns: Mapping[str, Sequence[object]],
) -> FeatureTable:
    """Lay out what no version names: its version is a digest of all there is."""
    digest = hashlib.blake2b(digest_size=8)
    for part in (list(ids), shapely.to_wkb(shapes).tolist(), sorted(columns.items())):
        digest.update(repr(part).encode())
    return lay_out(digest.hexdigest(), ids, shapes, columns)


LIVE = (
    Collection(
        name="closures",
        zh="封路与缓行",
        en="Closures",
        zh_about="生效中和计划中的封路与缓行；按道路编号划定者无图形。",
        en_about="Closures and slow zones, in force or planned; those that name streets by their "
        "numbers have no shape.",
        columns=CLOSURE_COLUMNS,
        dimension=Dimension.POLYGON,
        acts=frozenset({Act.SEE_CLOSURES}),
        table=_closures,
        times=("starts", "ends"),
        live=True,
    ),
    Collection(
        name="officers",
        zh="执法队员位置",
        en="Officers",
        zh_about="本辖区内执法队员的当前位置与状态。",
        en_about="Where the officers within your sight are, and whether they are free.",
        columns=(*OFFICER_COLUMNS, *STATUS_COLUMN, *FIX_COLUMNS),
        dimension=Dimension.POINT,
        acts=frozenset({Act.SEE_POSITIONS, Act.SEE_UNITS}),
        table=_officers,
        times=("time", "time"),
        live=True,
    ),
    Collection(
        name="incidents",
        zh="未结事件",
        en="Open incidents",
        zh_about="本辖区内尚未结案的事件。",
        en_about="Incidents within your sight that are not closed yet.",
        columns=INCIDENT_COLUMNS,
        dimension=Dimension.POINT,
        acts=frozenset({Act.SEE_INCIDENTS}),
        table=_incidents,
        times=("reported_at", "reported_at"),
        live=True,
    ),
)
"""Who may see them is what the lists of the same things ask."""
