"""
Appeals against bulletins: objected to by those who stand in them, decided by those above.

What was issued stays as it is; the next issue leaves out what an upheld appeal names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.bulletin_desk import open_figure
from dispatch.store.appeals import Appeal, Ruling, add_appeal, add_ruling, get_appeal
from dispatch.store.bulletin_evidence import Sources
from dispatch.store.bulletins import get_bulletin
from dispatch.store.ledger import record
from geo.errors import Conflict, UnknownName


@dataclass(frozen=True, slots=True)
class Objection:
    """
    What is objected to.

    Attributes
    ----------
    bulletin
        Id of the bulletin.
    figure
        Name of the figure.
    incident
        Number of the case that should not count there; None for the figure itself.
    reason
        Why.
    """

    bulletin: str
    figure: str
    incident: str | None
    reason: str


def check_objection(session: Session, against: Objection, sources: Sources) -> None:
    """
    Refuse an objection to what a bulletin does not say.

    To look takes seconds in a large city, so it is done before anything is written; what was
    issued does not change meanwhile.

    Parameters
    ----------
    session
        A session.
    against
        What is objected to.
    sources
        The city as it is now, and what it brought along.

    Raises
    ------
    UnknownName
        There is no such bulletin, no such figure in it, or no such case behind the figure.
    """
    number, figure, incident = against.bulletin, against.figure, against.incident
    opened = open_figure(session, number, figure, sources)
    if incident is not None and incident not in opened.book.ids[opened.rows].tolist():
        raise UnknownName(f"Incident {incident!r} does not stand behind {figure!r} of {number}.")


def appeal_against(session: Session, against: Objection, *, now: datetime, by: str) -> Appeal:
    """
    Object to a figure of a bulletin, or to a case behind it.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    against
        What is objected to, and why; `check_objection` has looked whether it is there.
    now
        The present, with offset.
    by
        Account of whoever objects.

    Returns
    -------
    appeal
        As the store has it.

    Raises
    ------
    UnknownName
        There is no such bulletin.
    """
    number, figure, incident = against.bulletin, against.figure, against.incident
    get_bulletin(session, number)
    made = add_appeal(session, Appeal("", number, figure, incident, now, by, against.reason))
    detail = {"report": number, "figure": figure, "incident": incident}
    record(session, now=now, by=by, act="report_appealed", about=made.id, detail=detail)
    return made


def rule_on(  # noqa: PLR0913 -- on what, how, why, by whom and when
    session: Session, appeal: str, *, upheld: bool, reason: str, now: datetime, by: str
) -> Appeal:
    """
    Decide on an appeal.

    The next issue of a bulletin leaves the case out of the figure if the appeal is upheld; what was
    issued stays as it is.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    appeal
        Its id.
    upheld
        Whether it is right.
    reason
        Why.
    now
        The present, with offset.
    by
        Account of whoever decides.

    Returns
    -------
    appeal
        With the ruling.

    Raises
    ------
    UnknownName
        There is no such appeal.
    Conflict
        Whoever objected would decide, or somebody has decided already.
    """
    made = get_appeal(session, appeal)
    if made.by == by:
        raise Conflict(f"{by} has made the appeal {appeal}: somebody else decides on it.")
    if not add_ruling(session, appeal, Ruling(now, by, upheld, reason)):
        raise Conflict(f"The appeal {appeal} is decided already.")
    detail = {"upheld": upheld, "report": made.bulletin}
    record(session, now=now, by=by, act="appeal_ruled", about=appeal, detail=detail)
    return get_appeal(session, appeal)
