"""Second thoughts in the store, and the incidents that wait for somebody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from dispatch.reconsidering import SecondThought, Watched
from dispatch.second_thoughts import Outlook, Trigger
from dispatch.store.assignments import all_assignments
from dispatch.store.incidents import get_incident
from dispatch.store.order_tables import SECOND_THOUGHTS
from dispatch.store.suggestions import get_suggestion
from dispatch.store.tables import SUGGESTIONS


def add_thought(session: Session, thought: SecondThought) -> None:
    """
    Record that a dispatch was suggested anew.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    thought
        Why, and how it stood.
    """
    outlook = thought.outlook
    row = insert(SECOND_THOUGHTS).values(
        incident=thought.incident,
        assignment=thought.assignment,
        at=thought.at,
        why=thought.why,
        before=thought.before,
        after=thought.after,
        crew=outlook.crew,
        eta_s=outlook.eta_s,
        due_s=outlook.due_s,
        best_crew=outlook.best_crew,
        best_eta_s=outlook.best_eta_s,
    )
    session.execute(row)


def thoughts_of(session: Session, incident: str) -> tuple[SecondThought, ...]:
    """
    Read all second thoughts about an incident.

    Parameters
    ----------
    session
        A session.
    incident
        Its id.

    Returns
    -------
    thoughts
        The oldest first.
    """
    query = select(SECOND_THOUGHTS).where(SECOND_THOUGHTS.c.incident == incident)
    return tuple(
        SecondThought(
            incident=row.incident,
            assignment=row.assignment,
            at=row.at,
            why=tuple(map(Trigger, row.why)),
            before=row.before,
            after=row.after,
            outlook=Outlook(
                crew=row.crew,
                eta_s=row.eta_s,
                due_s=row.due_s,
                best_crew=row.best_crew,
                best_eta_s=row.best_eta_s,
                under_way=row.assignment is not None,
            ),
        )
        for row in session.execute(query.order_by(SECOND_THOUGHTS.c.fid))
    )


def suggestions_of(session: Session, incident: str) -> tuple[str, ...]:
    """
    List the suggestions that were made for an incident.

    Parameters
    ----------
    session
        A session.
    incident
        Its id.

    Returns
    -------
    numbers
        Their ids, the oldest first.
    """
    query = select(SUGGESTIONS.c.id).where(SUGGESTIONS.c.incident == incident)
    return tuple(session.scalars(query.order_by(SUGGESTIONS.c.fid)))


def recently_suggested(session: Session, *, since: datetime) -> tuple[str, ...]:
    """
    List the incidents for which somebody has been suggested lately.

    Parameters
    ----------
    session
        A session.
    since
        From when on, with offset.

    Returns
    -------
    incidents
        Ids of incidents, the longest unlooked-at suggestion first.
    """
    newest = func.max(SUGGESTIONS.c.fid)
    asked = (SUGGESTIONS.c.incident.is_not(None), SUGGESTIONS.c.made_at >= since)
    query = select(SUGGESTIONS.c.incident).where(*asked).group_by(SUGGESTIONS.c.incident)
    return tuple(session.scalars(query.order_by(newest)))


def read_watched(session: Session, incident: str) -> Watched:
    """
    Read all that a look at an incident needs.

    Parameters
    ----------
    session
        A session.
    incident
        Id of an incident for which somebody has been suggested.

    Returns
    -------
    watched
        With the suggestion in force: the last one.
    """
    number = suggestions_of(session, incident)[-1]
    thoughts = thoughts_of(session, incident)
    return Watched(
        incident=get_incident(session, incident),
        suggestion=get_suggestion(session, number),
        number=number,
        assignments=all_assignments(session, incident=incident),
        last=thoughts[-1] if thoughts else None,
    )
