"""How long incidents take from one step to another, read off their steps as they come in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.incident_state import State
from dispatch.store.transitions import TRANSITIONS

MOST_READ = 2_000
"""Steps that are looked at in one go."""

MEASURED = (
    ("report_to_dispatch", State.REPORTED, State.DISPATCHED),
    ("dispatch_to_acknowledge", State.DISPATCHED, State.ACKNOWLEDGED),
    ("acknowledge_to_arrive", State.ACKNOWLEDGED, State.ON_SCENE),
    ("dispatch_to_arrive", State.DISPATCHED, State.ON_SCENE),
)
"""What is measured: its name, where it begins, and the step at which it is known."""


@dataclass(frozen=True, slots=True)
class Interval:
    """
    Time from one step of an incident to a later one.

    Attributes
    ----------
    name
        Which one, see `MEASURED`.
    took_s
        Seconds.
    """

    name: str
    took_s: float


def latest_step(session: Session) -> int:
    """
    Number the latest step on record.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    step
        0 if there is none.
    """
    return session.scalar(select(func.max(TRANSITIONS.c.fid))) or 0


def steps_after(session: Session, step: int) -> list[int]:
    """
    List the steps that have larger numbers.

    Parameters
    ----------
    session
        A session.
    step
        Number of a step.

    Returns
    -------
    steps
        Their numbers, the smallest first.
    """
    later = select(TRANSITIONS.c.fid).where(TRANSITIONS.c.fid > step)
    return list(session.scalars(later.order_by(TRANSITIONS.c.fid)))


def intervals_of(session: Session, steps: Sequence[int]) -> list[Interval]:
    """
    Measure what came to its end with some steps.

    Parameters
    ----------
    session
        A session.
    steps
        Their numbers.

    Returns
    -------
    intervals
        Each begins at the latest step that can.
    """
    intervals: list[Interval] = []
    for first in range(0, len(steps), MOST_READ):
        intervals += _ended_with(session, set(steps[first : first + MOST_READ]))
    return intervals


def _ended_with(session: Session, steps: Collection[int]) -> Iterator[Interval]:
    """Measure what came to its end with steps that can be asked for in one go."""
    incidents = select(TRANSITIONS.c.incident).where(TRANSITIONS.c.fid.in_(steps))
    columns = (TRANSITIONS.c.fid, TRANSITIONS.c.incident, TRANSITIONS.c.after, TRANSITIONS.c.at)
    rows = select(*columns).where(TRANSITIONS.c.incident.in_(incidents))
    latest: dict[tuple[str, str], datetime] = {}
    for row in session.execute(rows.order_by(TRANSITIONS.c.fid)):
        for name, begins, ends in MEASURED:
            begun = latest.get((row.incident, begins))
            if row.fid in steps and row.after == ends and begun is not None:
                yield Interval(name, (row.at - begun).total_seconds())
        latest[row.incident, row.after] = row.at
