"""Correcting: what was reported is put right, with a reason and on record; the door commits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.city import City
from dispatch.handling import take_up
from dispatch.incident import Change, Edit, Incident
from dispatch.incident_state import ENDED, WAITS
from dispatch.matter import CaseScale
from dispatch.sight import filed_under
from dispatch.store.incidents import get_incident, rewrite_incident
from dispatch.store.ledger import record
from dispatch.store.transitions import add_edit
from geo.errors import BadValue, Conflict, Outdated


@dataclass(frozen=True, slots=True)
class Correction:
    """
    What is to be put right; None leaves a field as it is.

    Attributes
    ----------
    reason
        Why, in words.
    lon_lat
        Where it is, WGS-84 degrees.
    matters
        Codes of its matters.
    text
        What was said.
    scale
        Whether it is daily work or a major case.
    case_number
        Statutory number of the case; empty takes it away.
    """

    reason: str
    lon_lat: tuple[float, float] | None = None
    matters: tuple[str, ...] | None = None
    text: str | None = None
    scale: CaseScale | None = None
    case_number: str | None = None


def correct(  # noqa: PLR0913 -- what is put right, by whom and when, as keywords
    session: Session,
    number: str,
    correction: Correction,
    city: City,
    *,
    version: int,
    by: str,
    now: datetime,
) -> Incident:
    """
    Put an incident right, until somebody is sent to it; its case number until it has ended.

    Parameters
    ----------
    session
        A session that may write.
    number
        Id of the incident.
    correction
        What is to be put right.
    city
        The city.
    version
        Version of the incident that was looked at.
    by
        Account of whoever corrects it.
    now
        The present, with offset.

    Returns
    -------
    incident
        As it is then.

    Raises
    ------
    UnknownName
        There is no such incident, or a matter is not in the list of powers.
    BadValue
        There is no reason, or the place is no place on Earth.
    Conflict
        Somebody has been sent, or the incident has ended.
    Outdated
        It was changed since it was looked at.
    """
    incident, at = take_up(session, number, now=now)
    if incident.version != version:
        raise Outdated(_changed(incident, version))
    if not correction.reason.strip():
        raise BadValue(f"Incident {number} cannot be corrected without a reason: give one.")
    corrected = _corrected(incident, correction, city)
    place = city.place_index.locate(corrected.lon_lat)
    changes = tuple(_changes(incident, corrected))
    if not changes:
        return incident
    _must_be_open_to(incident, changes)
    if not rewrite_incident(session, corrected, filed_under=filed_under(place, city.chains)):
        raise Outdated(_changed(get_incident(session, number), version))
    add_edit(session, number, Edit(at, by, correction.reason, changes))
    detail = {"fields": [change.field for change in changes]}
    record(session, now=at, by=by, act="correct_incident", about=number, detail=detail)
    return get_incident(session, number)


def _corrected(incident: Incident, correction: Correction, city: City) -> Incident:
    """The incident as it should be; what is said of it has to exist."""
    for code in correction.matters or ():
        city.matter(code)
    number = incident.case_number if correction.case_number is None else correction.case_number
    return replace(
        incident,
        lon_lat=correction.lon_lat or incident.lon_lat,
        matters=incident.matters if correction.matters is None else correction.matters,
        text=incident.text if correction.text is None else correction.text,
        scale=correction.scale or incident.scale,
        case_number=number or None,
    )


def _changes(before: Incident, after: Incident) -> Iterator[Change]:
    """Fields that differ, in words."""
    for field in ("lon_lat", "matters", "text", "scale", "case_number"):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield Change(field, _in_words(old), _in_words(new))


def _in_words(value: object) -> str:
    """A value of a field."""
    if isinstance(value, tuple):
        return ",".join(str(one) for one in value)
    return "" if value is None else str(value)


def _must_be_open_to(incident: Incident, changes: tuple[Change, ...]) -> None:
    """Refuse to change what has been acted on."""
    state, fields = incident.state, {change.field for change in changes}
    if state in ENDED:
        raise Conflict(f"Incident {incident.id} is {state}: nothing about it can be corrected.")
    if fields != {"case_number"} and state not in WAITS:
        said = ", ".join(sorted(fields - {"case_number"}))
        raise Conflict(
            f"Incident {incident.id} is {state}: {said} can be corrected until somebody is sent."
        )


def _changed(incident: Incident, version: int) -> str:
    """Say that somebody else was quicker."""
    return (
        f"Incident {incident.id} was changed since: it is version {incident.version}, not "
        f"{version}. Read it again and decide anew."
    )
