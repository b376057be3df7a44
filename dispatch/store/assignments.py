"""Assignments in the store: none is ever erased, and nobody is bound twice at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from dispatch.assignment import ArrivalClock, Assignment, Decision, Departure, Outcome, Picked
from dispatch.choice import ProposalKind
from dispatch.incident_state import State
from dispatch.power import local_date
from dispatch.sight import Sight
from dispatch.store.duty import note_duty_change
from dispatch.store.numbered import newest_first, row_of
from dispatch.store.officer_list import refuse_left_out
from dispatch.store.order_tables import ASSIGNMENTS, BINDINGS, DRONE, OFFICER
from dispatch.store.seen import assignment_seen
from dispatch.store.tables import OFFICERS
from dispatch.store.upsert import insert_or_ignore, next_fid, unless_there
from dispatch.unit import DutyStatus
from geo.errors import Conflict

MOST_LISTED = 100
"""Assignments on one page of a list, unless told otherwise."""

_COLUMN_OF = {
    State.ACKNOWLEDGED: "acknowledged_at",
    State.EN_ROUTE: "departed_at",
    State.ON_SCENE: "arrived_at",
}


_ALL = select(ASSIGNMENTS).order_by(ASSIGNMENTS.c.fid)
_OF_INCIDENT = _ALL.where(ASSIGNMENTS.c.incident == bindparam("named"))


def add_assignment(session: Session, assignment: Assignment) -> Assignment:
    """
    Record an assignment and bind its officers, all of them or none.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    assignment
        The assignment; its id is the next number of its day.

    Returns
    -------
    assignment
        As the store has it.

    Raises
    ------
    Conflict
        Another crew is bound for the same purpose, an officer or the drone is bound to
        another incident, or an officer has left the city; the sentence names it.
    """
    fid = next_fid(session, ASSIGNMENTS)
    number = f"A{local_date(assignment.decision.at):%Y%m%d}-{fid:06d}"
    row = _columns(assignment) | {"fid": fid, "id": number}
    written = unless_there(session, ASSIGNMENTS, *ASSIGNMENTS.c.keys())
    while (kept := session.execute(written, row).one_or_none()) is None:
        _refuse_second_crew(session, assignment)  # passes if the first was released meanwhile
    picked = assignment.picked
    members = [(OFFICER, one) for one in picked.officers] or [(DRONE, picked.unit)]
    _bind(session, number, sorted(members))  # in one order, or two decisions wait for each other
    write_statuses(session, picked.officers, DutyStatus.BUSY)
    refuse_left_out(session, picked.officers)
    return _assignment(kept)


def release_assignment(
    session: Session, number: str, *, now: datetime, by: str, outcome: Outcome
) -> Assignment:
    """
    Set the officers of an assignment free.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    now
        The present, with offset.
    by
        Name of whoever says so.
    outcome
        How it ended.

    Returns
    -------
    assignment
        As the store has it.

    Raises
    ------
    UnknownName
        There is none with this id.
    Conflict
        It has ended already.
    """
    change = update(ASSIGNMENTS).where(*_is_bound(number))
    values = {"released_at": now, "released_by": by, "outcome": outcome}
    if session.execute(change.values(values).returning(ASSIGNMENTS.c.fid)).scalar() is None:
        raise Conflict(_over(get_assignment(session, number)))
    bound = (BINDINGS.c.assignment == number, BINDINGS.c.released_at.is_(None))
    session.execute(update(BINDINGS).where(*bound).values(released_at=now))
    released = get_assignment(session, number)
    write_statuses(session, released.picked.officers, DutyStatus.AVAILABLE, only=DutyStatus.BUSY)
    return released


def note_stage(session: Session, number: str, stage: State, *, now: datetime) -> Assignment:
    """
    Note how far the officers of an assignment are.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    stage
        Acknowledged, en route, or on the scene.
    now
        Since when, with offset.

    Returns
    -------
    assignment
        As the store has it; the first instant noted stays.

    Raises
    ------
    UnknownName
        There is none with this id.
    Conflict
        It has ended already.
    """
    column = _COLUMN_OF[stage]
    change = update(ASSIGNMENTS).where(*_is_bound(number), ASSIGNMENTS.c[column].is_(None))
    session.execute(change.values({column: now}))
    noted = get_assignment(session, number)
    if getattr(noted, column) is None:
        raise Conflict(_over(noted))
    return noted


def get_assignment(session: Session, number: str) -> Assignment:
    """
    Look up an assignment.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    assignment
        The assignment.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    return _assignment(row_of(session, ASSIGNMENTS, number, "assignment"))


def list_assignments(  # noqa: PLR0913 -- what to leave out, as keywords
    session: Session,
    *,
    incident: str | None = None,
    bound: bool = False,
    sight: Sight | None = None,
    before: str | None = None,
    limit: int | None = MOST_LISTED,
) -> list[Assignment]:
    """
    List assignments, the newest first.

    Parameters
    ----------
    session
        A session.
    incident
        Of one incident only.
    bound
        Leave out those that have ended.
    sight
        Only those within it; None for the whole city.
    before
        Id of the last one of the page before, or None for the first page.
    limit
        How many at most; None for all.

    Returns
    -------
    assignments
        One page.

    Raises
    ------
    UnknownName
        There is no assignment ``before``.
    """
    query = newest_first(session, ASSIGNMENTS, "assignment", before=before, limit=limit)
    if incident is not None:
        query = query.where(ASSIGNMENTS.c.incident == incident)
    if bound:
        query = query.where(ASSIGNMENTS.c.released_at.is_(None))
    if sight is not None:
        query = query.where(assignment_seen(sight))
    return [_assignment(row) for row in session.execute(query)]


def all_assignments(
    session: Session,
    *,
    incident: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Assignment, ...]:
    """
    Read all assignments to an incident, or all that were decided in a period.

    Parameters
    ----------
    session
        A session.
    incident
        Id of an incident, or None for all.
    since, until
        From when, and before when; None for no bound.

    Returns
    -------
    assignments
        The oldest first.
    """
    query, named = (_ALL, {}) if incident is None else (_OF_INCIDENT, {"named": incident})
    if since is not None:
        query = query.where(ASSIGNMENTS.c.decided_at >= since)
    if until is not None:
        query = query.where(ASSIGNMENTS.c.decided_at < until)
    return tuple(_assignment(row) for row in session.execute(query, named))


def assignment_of(session: Session, officer: str) -> Assignment | None:
    """
    Find what an officer is bound to now.

    Parameters
    ----------
    session
        A session.
    officer
        Id of the officer.

    Returns
    -------
    assignment
        None while he or she is free.
    """
    bound = (BINDINGS.c.what == OFFICER, BINDINGS.c.member == officer)
    query = select(BINDINGS.c.assignment).where(*bound, BINDINGS.c.released_at.is_(None))
    number = session.scalar(query)
    return None if number is None else get_assignment(session, number)


def write_statuses(
    session: Session,
    officers: Iterable[str],
    status: DutyStatus,
    *,
    only: DutyStatus | None = None,
) -> None:
    """
    Change who is free.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    officers
        Ids of officers.
    status
        Their new status.
    only
        Change only those who have this status now.
    """
    change = update(OFFICERS).where(OFFICERS.c.id.in_(tuple(officers)))
    if only is not None:
        change = change.where(OFFICERS.c.status == only)
    session.execute(change.values(status=status))
    note_duty_change(session)


def units_bound(session: Session, incidents: Collection[str]) -> dict[str, list[str]]:
    """
    Tell which units have crews bound to some incidents.

    Parameters
    ----------
    session
        A session.
    incidents
        Their ids.

    Returns
    -------
    units
        Codes by incident, where there are any.
    """
    asked = select(ASSIGNMENTS.c.incident, ASSIGNMENTS.c.unit).where(
        ASSIGNMENTS.c.incident.in_(tuple(incidents)), ASSIGNMENTS.c.released_at.is_(None)
    )
    units: dict[str, list[str]] = {}
    for incident, unit in session.execute(asked):
        units.setdefault(incident, []).append(unit)
    return units


def bound_officers(session: Session, among: Collection[str] | None = None) -> dict[str, str]:
    """
    Tell which assignment has whom.

    Parameters
    ----------
    session
        A session.
    among
        Ids of the officers that are asked for; None for all.

    Returns
    -------
    bound
        By officer, in words that go on after a name.
    """
    of_what = BINDINGS.join(ASSIGNMENTS, BINDINGS.c.assignment == ASSIGNMENTS.c.id)
    asked = select(
        BINDINGS.c.member, ASSIGNMENTS.c.incident, ASSIGNMENTS.c.id, ASSIGNMENTS.c.decided_by
    ).select_from(of_what)
    asked = asked.where(BINDINGS.c.what == OFFICER, BINDINGS.c.released_at.is_(None))
    if among is not None:
        asked = asked.where(BINDINGS.c.member.in_(sorted(among)))
    rows = session.execute(asked)
    return {member: _held_by(*held) for member, *held in rows}


def _held_by(incident: str, number: str, by: str) -> str:
    """Say which assignment has somebody."""
    return f"is bound to incident {incident} by assignment {number}, decided by {by}"


def _bind(session: Session, number: str, members: Sequence[tuple[str, str]]) -> None:
    """Bind members unless one is bound already; the index decides, not a look."""
    rows = [{"assignment": number, "what": what, "member": member} for what, member in members]
    taken = session.execute(unless_there(session, BINDINGS, "what", "member"), rows)
    bound = {(row.what, row.member) for row in taken}
    for what, member in members:
        if (what, member) not in bound:
            _bind_yet(session, number, what, member)


def _bind_yet(session: Session, number: str, what: str, member: str) -> None:
    """Bind somebody who was bound a moment ago, or say to what."""
    row = {"assignment": number, "what": what, "member": member}
    held = (BINDINGS.c.what == what, BINDINGS.c.member == member)
    query = select(BINDINGS.c.assignment).where(*held, BINDINGS.c.released_at.is_(None))
    while True:
        other = session.scalar(query)
        if other is not None:
            holder = get_assignment(session, other)
            held_by = _held_by(holder.incident, other, holder.decision.by)
            raise Conflict(
                f"{what.capitalize()} {member} {held_by}: release it first, or send another."
            )
        if insert_or_ignore(session, BINDINGS, row) is not None:  # released meanwhile
            return


def _refuse_second_crew(session: Session, assignment: Assignment) -> None:
    """Say which crew is bound for the same purpose, if one is."""
    same = (
        ASSIGNMENTS.c.incident == assignment.incident,
        ASSIGNMENTS.c.kind == assignment.picked.kind,
        ASSIGNMENTS.c.released_at.is_(None),
        ASSIGNMENTS.c.reinforces.is_(False),
    )
    row = session.execute(select(ASSIGNMENTS).where(*same)).one_or_none()
    if row is None:
        return
    holder = _assignment(row)
    raise Conflict(
        f"Incident {assignment.incident} has crew {holder.picked.unit} by assignment {holder.id}, "
        f"decided by {holder.decision.by}: release it first, or send this one as reinforcement."
    )


def _over(assignment: Assignment) -> str:
    """Say that an assignment has ended."""
    return (
        f"Assignment {assignment.id} has ended already, as {assignment.outcome}, by "
        f"{assignment.released_by}."
    )


def _is_bound(number: str) -> tuple[Any, Any]:
    """Whether an assignment is the one meant, and has not ended."""
    return ASSIGNMENTS.c.id == number, ASSIGNMENTS.c.released_at.is_(None)


def _columns(assignment: Assignment) -> dict[str, object]:
    """Write an assignment."""
    picked, decision, clock = assignment.picked, assignment.decision, assignment.clock
    return {
        "incident": assignment.incident,
        "suggestion": assignment.suggestion,
        "kind": picked.kind,
        "unit": picked.unit,
        "officers": picked.officers,
        "departure": picked.departure,
        "rank": picked.rank,
        "eta_s": picked.eta_s,
        "against": picked.against,
        "decided_at": decision.at,
        "decided_by": decision.by,
        "by_rule": decision.by_rule,
        "reason": decision.reason,
        "note": decision.note,
        "received_at": clock.received_at,
        "dispatched_at": clock.dispatched_at,
        "target_s": clock.target_s,
        "expected_end": assignment.expected_end,
        "policy": assignment.policy,
        "routing": assignment.routing,
        "matters": assignment.matters,
        "reinforces": assignment.reinforces,
        "run_card": assignment.run_card,
        "instead_of": assignment.instead_of,
        "acknowledged_at": assignment.acknowledged_at,
        "departed_at": assignment.departed_at,
        "arrived_at": assignment.arrived_at,
    }


def _assignment(row: Row[Any]) -> Assignment:
    """Read an assignment."""
    return Assignment(
        incident=row.incident,
        suggestion=row.suggestion,
        picked=Picked(
            kind=ProposalKind(row.kind),
            unit=row.unit,
            officers=row.officers,
            departure=Departure(row.departure),
            rank=row.rank,
            eta_s=row.eta_s,
            against=row.against,
        ),
        decision=Decision(row.decided_at, row.decided_by, row.by_rule, row.reason, row.note),
        clock=ArrivalClock(row.received_at, row.dispatched_at, row.target_s),
        expected_end=row.expected_end,
        policy=row.policy,
        routing=row.routing,
        matters=row.matters,
        reinforces=row.reinforces,
        run_card=row.run_card,
        instead_of=row.instead_of,
        acknowledged_at=row.acknowledged_at,
        departed_at=row.departed_at,
        arrived_at=row.arrived_at,
        released_at=row.released_at,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        released_by=row.released_by,
        id=row.id,
    )
