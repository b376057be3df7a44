"""
The published list of officers: nobody is ever erased, for records hang on everybody.

Whoever the list names is of the city; whoever it leaves out stays in the store, is off duty and
no longer read as an officer of the city, until a list names them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dispatch.store.order_tables import BINDINGS, OFFICER
from dispatch.store.tables import OFFICERS
from dispatch.store.upsert import upsert
from dispatch.unit import DutyStatus
from geo.errors import Conflict


def put_officers(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """
    Put a list of officers in the place of the one that is published.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    rows
        Values by column, without what changes by the hour; an officer who is new, or comes back, is
        off duty.

    Raises
    ------
    Conflict
        Somebody who would be left out is bound to an incident; the sentence names who.
    """
    session.execute(update(OFFICERS).values(listed=False))  # from here on nobody changes them
    known = session.execute(select(OFFICERS.c.id, OFFICERS.c.status))
    status_of = {row.id: row.status for row in known}
    told = [
        {**row, "listed": True, "status": status_of.get(row["id"], DutyStatus.OFF_DUTY)}
        for row in rows
    ]
    upsert(session, OFFICERS, "id", told)
    left_out = update(OFFICERS).where(~OFFICERS.c.listed)
    session.execute(left_out.values(status=DutyStatus.OFF_DUTY))
    _refuse_bound(session)  # after: whoever is binding them has waited for these rows, or we did


def refuse_left_out(session: Session, officers: Sequence[str]) -> None:
    """
    Refuse to bind somebody whom the published list leaves out by now.

    Parameters
    ----------
    session
        A session that has just changed the rows of these officers, so that no other can.
    officers
        Their ids.

    Raises
    ------
    Conflict
        The list leaves one of them out; the sentence names who.
    """
    left_out = select(OFFICERS.c.id).where(OFFICERS.c.id.in_(officers), ~OFFICERS.c.listed)
    gone = session.scalars(left_out.order_by(OFFICERS.c.id)).first()
    if gone is not None:
        raise Conflict(f"Officer {gone} has left the city's roster: ask for a new suggestion.")


def _refuse_bound(session: Session) -> None:
    """Refuse a list that leaves out somebody who is bound."""
    of_officer = BINDINGS.join(OFFICERS, BINDINGS.c.member == OFFICERS.c.id)
    bound = (
        select(BINDINGS.c.member, BINDINGS.c.assignment)
        .select_from(of_officer)
        .where(BINDINGS.c.what == OFFICER, BINDINGS.c.released_at.is_(None), ~OFFICERS.c.listed)
    )
    found = session.execute(bound.order_by(BINDINGS.c.member)).first()
    if found is not None:
        raise Conflict(
            f"Officer {found.member} is bound by assignment {found.assignment} and would leave the "
            "city's roster: release the assignment first."
        )
