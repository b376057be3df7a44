"""The record of an incident in the store: everything that was kept about it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from dispatch.store.assignments import all_assignments
from dispatch.store.incidents import get_incident
from dispatch.store.second_thoughts import suggestions_of, thoughts_of
from dispatch.store.suggestions import get_suggestion
from dispatch.store.transitions import edits_of, transitions_of
from dispatch.store.verdicts import verdicts_of
from dispatch.store.whistles import list_calls, steps_of
from dispatch.timeline import Entry, Progress, progress, timeline


def read_timeline(session: Session, incident: str) -> tuple[Entry, ...]:
    """
    Read what happened to an incident.

    Parameters
    ----------
    session
        A session.
    incident
        Its id.

    Returns
    -------
    entries
        In the order of time.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    about = get_incident(session, incident)
    assignments = all_assignments(session, incident=incident)
    numbers = [*suggestions_of(session, incident), *(one.suggestion for one in assignments)]
    calls = reversed(list_calls(session, incident=incident, limit=None))
    return timeline(
        about,
        [(number, get_suggestion(session, number)) for number in dict.fromkeys(numbers)],
        assignments,
        [(call, steps_of(session, str(call.id))) for call in calls],
        thoughts_of(session, incident),
        transitions_of(session, incident),
        edits_of(session, incident),
        verdicts_of(session, [incident]).values(),
    )


def read_progress(session: Session, incident: str) -> tuple[Progress, ...]:
    """
    Read what a reporter may see of an incident.

    Parameters
    ----------
    session
        A session.
    incident
        Its id.

    Returns
    -------
    progress
        States and instants, the oldest first.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    return progress(get_incident(session, incident), transitions_of(session, incident))
