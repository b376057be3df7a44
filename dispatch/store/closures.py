"""Closures in the store: none is ever erased, a lifted one keeps its record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.orm import Session

from dispatch.power import local_date
from dispatch.store.ledger import record
from dispatch.store.numbered import newest_first, row_of
from dispatch.store.tables import CLOSURES
from dispatch.store.upsert import next_fid
from geo.road.closure import Closure
from geo.road.extent import Direction, Extent
from geo.road.road_class import Mode

MOST_LISTED = 100
"""Closures on one page of a list, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class ClosureRecord:
    """
    A closure and who had to do with it.

    Attributes
    ----------
    closure
        The closure.
    created_at, created_by
        When it was entered, and by whom.
    lifted_by
        Who lifted it by hand, or None.
    """

    closure: Closure
    created_at: datetime
    created_by: str
    lifted_by: str | None = None


def add_closure(session: Session, closure: Closure, *, now: datetime, by: str) -> ClosureRecord:
    """
    Record a closure.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    closure
        The closure; its id is replaced by the next number of the day.
    now
        The present, with offset.
    by
        Name of whoever enters it.

    Returns
    -------
    record
        As the store has it.
    """
    extent = closure.extent
    fid = next_fid(session, CLOSURES)
    number = f"C{local_date(now):%Y%m%d}-{fid:06d}"
    row = insert(CLOSURES).values(
        fid=fid,
        id=number,
        reason=closure.reason,
        modes=closure.modes,
        ways=tuple(map(str, extent.ways)),
        edges=tuple(map(str, extent.edges)),
        network=extent.network,
        direction=extent.direction,
        speed_factor=closure.speed_factor,
        speed_cap_mps=closure.speed_cap_mps,
        starts=closure.starts,
        ends=closure.ends,
        created_at=now,
        created_by=by,
        polygon=extent.polygon,
    )
    session.execute(row)
    record(session, now=now, by=by, act="close_street", about=number)
    return get_closure(session, number)


def lift_closure(session: Session, number: str, *, now: datetime, by: str) -> ClosureRecord:
    """
    Lift a closure before its time; one that is over already stays as it is.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    now
        The present, with offset.
    by
        Name of whoever lifts it.

    Returns
    -------
    record
        As the store has it.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    not_over = (CLOSURES.c.id == number, CLOSURES.c.lifted_at.is_(None), _ends_after(now))
    session.execute(update(CLOSURES).where(*not_over).values(lifted_at=now, lifted_by=by))
    lifted = get_closure(session, number)
    record(session, now=now, by=by, act="lift_closure", about=number)
    return lifted


def get_closure(session: Session, number: str) -> ClosureRecord:
    """
    Look up a closure.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    record
        The closure and its record.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    return _record(row_of(session, CLOSURES, number, "closure"))


def list_closures(
    session: Session,
    *,
    before: str | None = None,
    limit: int | None = MOST_LISTED,
    not_over_at: datetime | None = None,
) -> list[ClosureRecord]:
    """
    List closures, the newest record first.

    Parameters
    ----------
    session
        A session.
    before
        Id of the last closure of the page before, or None for the first page.
    limit
        How many at most; None for all.
    not_over_at
        Leave out those that are over at this instant.

    Returns
    -------
    records
        One page.

    Raises
    ------
    UnknownName
        There is no closure ``before``.
    """
    query = newest_first(session, CLOSURES, "closure", before=before, limit=limit)
    if not_over_at is not None:
        query = query.where(_ends_after(not_over_at), _lifted_after(not_over_at))
    return [_record(row) for row in session.execute(query)]


def closures_at(session: Session, now: datetime) -> tuple[Closure, ...]:
    """
    Read every closure that is in force at an instant or comes into force later.

    Parameters
    ----------
    session
        A session.
    now
        The instant, with offset.

    Returns
    -------
    closures
        In the order of their entry.
    """
    query = select(CLOSURES).where(_ends_after(now), _lifted_after(now)).order_by(CLOSURES.c.fid)
    return tuple(_record(row).closure for row in session.execute(query))


def closures_named(session: Session, numbers: Iterable[str]) -> tuple[Closure, ...]:
    """
    Read some closures, over or not.

    Parameters
    ----------
    session
        A session.
    numbers
        Their ids.

    Returns
    -------
    closures
        In the order given.

    Raises
    ------
    UnknownName
        There is none with one of these ids.
    """
    return tuple(get_closure(session, number).closure for number in numbers)


def _ends_after(now: datetime) -> Any:  # noqa: ANN401 -- SQLAlchemy's expressions have no one type
    """Whether a closure's planned end is open or still to come."""
    return or_(CLOSURES.c.ends.is_(None), CLOSURES.c.ends > now)


def _lifted_after(now: datetime) -> Any:  # noqa: ANN401 -- as above
    """Whether nobody has lifted a closure by then."""
    return or_(CLOSURES.c.lifted_at.is_(None), CLOSURES.c.lifted_at > now)


def _record(row: Row[Any]) -> ClosureRecord:
    closure = Closure(
        id=row.id,
        extent=Extent(
            polygon=row.polygon,
            ways=tuple(map(int, row.ways)),
            edges=tuple(map(int, row.edges)),
            direction=None if row.direction is None else Direction(row.direction),
            network=row.network,
        ),
        starts=row.starts,
        ends=row.ends,
        modes=tuple(map(Mode, row.modes)),
        speed_factor=row.speed_factor,
        speed_cap_mps=row.speed_cap_mps,
        reason=row.reason,
        lifted_at=row.lifted_at,
    )
    return ClosureRecord(closure, row.created_at, row.created_by, row.lifted_by)
