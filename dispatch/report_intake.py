"""
Report intake: use cases of reports that others send; the door that calls them commits.

What is sent again under the same number is the same report.  Whoever sends may say of which
incident it is one report more; then that incident stays as it is, and the origin says what was
added.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import desk
from dispatch.city import City
from dispatch.incident import Incident
from dispatch.origin import Origin
from dispatch.public_report import nearby
from dispatch.store.incidents import get_incident, lock_incidents
from dispatch.store.ledger import record, take_turn
from dispatch.store.origins import add_origin, sent_before
from geo.errors import BadValue, Conflict


@dataclass(frozen=True, slots=True)
class TakenIn:
    """
    What became of a report.

    Attributes
    ----------
    incident
        New, or the one that was there.
    known
        Whether the same was sent before.
    joined
        Whether it is one report more of an incident that was there.
    """

    incident: Incident
    known: bool = False
    joined: bool = False


def take_in(  # noqa: PLR0913 -- what is sent, how, by whom and when
    session: Session,
    incident: Incident,
    origin: Origin,
    city: City,
    *,
    by: str,
    now: datetime,
    joins: str | None = None,
) -> TakenIn:
    """
    Take a report in that another system sends.

    Parameters
    ----------
    session
        A session that may write.
    incident
        What is reported, and where.
    origin
        By which way it comes in, and under which number.
    city
        The city.
    by
        Account of whoever sends it.
    now
        The present, with offset.
    joins
        Id of the incident that somebody says it is, or None.

    Returns
    -------
    taken
        The incident, and whether it is new.

    Raises
    ------
    BadValue
        The place lies outside the city, or nothing is said of what is there.
    UnknownName
        A matter is not in the list of powers.
    Conflict
        What it would join is not near, or is over.
    """
    require_sense(incident, city)
    take_turn(session)  # before the first look: the same may be sent twice at once
    if origin.reference is not None:
        known = sent_before(session, origin.sender, [origin.reference]).get(origin.reference)
        if known is not None:
            return TakenIn(get_incident(session, known), known=True)
    if joins is not None:
        return _join(session, incident, origin, city, joins, by=by, now=now)
    return TakenIn(desk.receive(session, incident, city, by=by, origin=origin))


def require_sense(incident: Incident, city: City) -> None:
    """
    Refuse a report with which nobody could do anything.

    Parameters
    ----------
    incident
        What is reported, and where.
    city
        The city.

    Raises
    ------
    BadValue
        The place lies outside the city, or nothing is said of what is there.
    """
    if not incident.matters and not incident.text.strip():
        raise BadValue("Say in a few words what is there, or name a matter.")
    if not city.place_index.locate(incident.lon_lat).areas:
        raise BadValue(f"This place lies outside {city.name_en or city.name}: check its system.")


def _join(  # noqa: PLR0913 -- as above
    session: Session,
    incident: Incident,
    origin: Origin,
    city: City,
    joins: str,
    *,
    by: str,
    now: datetime,
) -> TakenIn:
    """Add a report to the incident that somebody says it is, if that is near and open."""
    lock_incidents(session, joins)
    close = nearby(session, city, lon_lat=incident.lon_lat, matters=incident.matters, now=now)
    if joins not in {one.incident.id for one in close}:
        raise Conflict(
            f"{joins} is not a report nearby, or has ended: send this as a report of its own."
        )
    more = replace(origin, joined=True, text=incident.text, reporter=incident.reporter)
    add_origin(session, joins, more, by=by, now=now)
    detail = {"source": origin.source}
    record(session, now=now, by=by, act="join_report", about=joins, detail=detail)
    return TakenIn(get_incident(session, joins), joined=True)
