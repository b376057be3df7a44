"""How long incidents take from one step to another, read off their steps as they come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.lifecycle import State
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


def intervals_after(session: Session, step: int) -> tuple[int, list[Interval]]:
    """
    Measure what has come to its end since a step.

    Parameters
    ----------
    session
        A session.
    step
        Number of the last step that was looked at.

    Returns
    -------
    step
        Number of the last step that has been looked at now.
    intervals
        In the order of the steps that end them; each begins at the latest step that can.
    """
    new = select(TRANSITIONS.c.fid, TRANSITIONS.c.incident).where(TRANSITIONS.c.fid > step)
    found = session.execute(new.order_by(TRANSITIONS.c.fid).limit(MOST_READ)).all()
    if not found:
        return step, []
    columns = (TRANSITIONS.c.fid, TRANSITIONS.c.incident, TRANSITIONS.c.after, TRANSITIONS.c.at)
    of_those = TRANSITIONS.c.incident.in_({row.incident for row in found})
    latest: dict[tuple[str, str], datetime] = {}
    intervals = []
    upto = found[-1].fid
    for row in session.execute(select(*columns).where(of_those).order_by(TRANSITIONS.c.fid)):
        for name, begins, ends in MEASURED:
            begun = latest.get((row.incident, begins))
            if step < row.fid <= upto and row.after == ends and begun is not None:
                intervals.append(Interval(name, (row.at - begun).total_seconds()))
        latest[row.incident, row.after] = row.at
    return upto, intervals
