"""The sheet of one shift to the next: what stands open now, and the same as a page to be kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from api.named_thing import sees_assignment
from api.plan_document import Cell, DocumentTable, PlanDocument, Said
from api.schemas_closure import ClosureOut
from api.schemas_handover import (
    ClosureLeft,
    HandoverRecordOut,
    IncidentLeft,
    OverrideLeft,
    PromiseLeft,
    SheetOut,
    UnitOut,
)
from dispatch.access import Person
from dispatch.assignment import Departure
from dispatch.city import City
from dispatch.incident_state import ENDED, State
from dispatch.sight import Sight, sight_of
from dispatch.store.assignments import all_assignments, list_assignments
from dispatch.store.closures import list_closures
from dispatch.store.deadlines import list_deadlines
from dispatch.store.incidents import list_incidents
from geo.road.week import CITY_TIME

SHIFT = timedelta(hours=12)
"""How long a shift is taken to be: that far back without an earlier handover, that far ahead."""

OPEN = tuple(state for state in State if state not in ENDED)


def sheet_of(
    session: Session, person: Person, city: City, *, since: datetime, now: datetime
) -> SheetOut:
    """
    Draw up what one shift leaves to the next, as far as somebody sees.

    Parameters
    ----------
    session
        A session.
    person
        Whose sight counts.
    city
        The city.
    since
        Beginning of the shift, with offset.
    now
        The present, with offset.

    Returns
    -------
    sheet
        Open incidents, promises of the next shift, units out, closures, overrides of this one.
    """
    sight, until = sight_of(person, city), now + SHIFT
    return SheetOut(
        since=since,
        at=now,
        until=until,
        city_version=city.version,
        incidents=_incidents(session, sight, city),
        promises=_promises(session, sight, now=now, until=until),
        units=[
            UnitOut(
                unit=one.picked.unit,
                incident=one.incident,
                assignment=one.id or "",
                dispatched_at=one.decision.at,
                arrived_at=one.arrived_at,
            )
            for one in list_assignments(session, bound=True, sight=sight, limit=None)
        ],
        closures=_closures(session, now),
        overrides=[
            OverrideLeft(
                assignment=one.id or "",
                incident=one.incident,
                unit=one.picked.unit,
                departure=one.picked.departure,
                reason=one.decision.reason,
                decided_by=one.decision.by,
                decided_at=one.decision.at,
            )
            for one in all_assignments(session, since=since, until=now)
            if one.picked.departure != Departure.FOLLOWED
            and sees_assignment(session, one, person, city)
        ],
    )


def document_of(handover: HandoverRecordOut, city: City) -> PlanDocument:
    """
    Lay a handover out as a page.

    Parameters
    ----------
    handover
        With its sheet and signatures.
    city
        The city.

    Returns
    -------
    document
        For `api.plan_document.write_document`.
    """
    taken = "—" if handover.taken_at is None else _signed(handover.taken_by, handover.taken_at)
    facts = [
        (Said("编号", "number"), handover.id),
        (Said("班次", "shift"), f"{_clock(handover.since)} – {_clock(handover.at)}"),
        (Said("交班人（已签）", "handed over by"), _signed(handover.by, handover.at)),
        (Said("接班人（已签）", "taken over by"), taken),
        (Said("交接事项", "notes"), handover.notes or "—"),
    ]
    if city.invented:
        facts.insert(0, (Said("注意", "note"), "虚构城市 invented city"))
    return PlanDocument(
        title=Said(f"{city.name} 交接班记录", f"{city.name_en}: shift handover"),
        written_at=handover.at,
        facts=tuple(facts),
        tables=_tables(handover.sheet),
    )


def _incidents(session: Session, sight: Sight | None, city: City) -> list[IncidentLeft]:
    """Open incidents, the oldest first."""
    rows = list_incidents(session, states=OPEN, sight=sight, limit=None)
    zones = (city.place_index.locate(one.lon_lat).zone for one in rows)
    left = [
        IncidentLeft(
            id=str(one.id),
            matters=list(one.matters),
            zone=None if zone is None else zone.code,
            state=one.state,
            reported_at=one.reported_at,
        )
        for one, zone in zip(rows, zones, strict=True)
    ]
    return sorted(left, key=lambda one: (one.reported_at, one.id))


def _promises(
    session: Session, sight: Sight | None, *, now: datetime, until: datetime
) -> list[PromiseLeft]:
    """Deadlines that are missed or fall due in the next shift, the soonest first."""
    running = list_deadlines(session, running=True, sight=sight, limit=None)
    left = [
        PromiseLeft(
            incident=one.incident,
            kind=one.kind,
            unit=one.unit,
            due_at=one.due_at,
            missed=one.due_at <= now,
        )
        for one in running
        if one.due_at <= until and one.left is None
    ]
    return sorted(left, key=lambda one: (one.due_at, one.incident, one.kind))


def _closures(session: Session, now: datetime) -> list[ClosureLeft]:
    """Closures in force and to come: everybody's to see."""
    shown = (
        ClosureOut.of(record, {}, now=now)
        for record in list_closures(session, not_over_at=now, limit=None)
    )
    return [
        ClosureLeft(
            id=one.id,
            kind=one.kind,
            state=one.state,
            reason=one.reason,
            starts=one.starts,
            ends=one.ends,
        )
        for one in shown
    ]


def _tables(sheet: SheetOut) -> tuple[DocumentTable, ...]:
    """All tables of the page."""
    incident, unit = Said("事件", "incident"), Said("单元", "unit")
    return (
        _table(
            Said("未结事件", "Open incidents"),
            (incident, Said("事项", "matters"), Said("责任区", "zone"), Said("状态", "state"),
             Said("受理时间", "reported")),
            [(one.id, ", ".join(one.matters), one.zone, one.state, _clock(one.reported_at))
             for one in sheet.incidents],
        ),
        _table(
            Said("下一班到期时限", "Promises due in the next shift"),
            (incident, Said("时限", "what"), unit, Said("到期", "due"), Said("逾期", "missed")),
            [(one.incident, one.kind, one.unit, _clock(one.due_at), "是 yes" if one.missed else "")
             for one in sheet.promises],
        ),
        _table(
            Said("在外单元", "Units out"),
            (unit, incident, Said("派单", "assignment"), Said("派出", "dispatched"),
             Said("到场", "arrived")),
            [(one.unit, one.incident, one.assignment, _clock(one.dispatched_at),
              _clock(one.arrived_at)) for one in sheet.units],
        ),
        _table(
            Said("封路与限速", "Closures and slow zones"),
            (Said("编号", "number"), Said("类型", "kind"), Said("事由", "why"),
             Said("开始", "from"), Said("结束", "to")),
            [(one.id, one.kind, one.reason, _clock(one.starts), _clock(one.ends))
             for one in sheet.closures],
        ),
        _table(
            Said("本班改派", "Overrides of this shift"),
            (incident, unit, Said("方式", "how"), Said("理由", "reason"), Said("决定人", "by"),
             Said("时间", "at")),
            [(one.incident, one.unit, one.departure, one.reason, one.decided_by,
              _clock(one.decided_at)) for one in sheet.overrides],
        ),
    )  # fmt: skip


def _table(title: Said, heads: tuple[Said, ...], rows: list[tuple[Cell, ...]]) -> DocumentTable:
    """One table."""
    return DocumentTable(title, heads, tuple(rows))


def _signed(by: str | None, at: datetime) -> str:
    """A signature."""
    return f"{by} · {_clock(at)}"


def _clock(instant: datetime | None) -> str:
    """An instant by the city's clock; a dash for none."""
    return "—" if instant is None else f"{instant.astimezone(CITY_TIME):%Y-%m-%d %H:%M}"
