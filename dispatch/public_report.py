"""
Reports of the public: handed in without an account, followed by a receipt and its secret.

Nothing of a person is asked for.  Whoever reports may join a report that is there already; then
the incident stays as it is, and the receipt says what was added.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import desk
from dispatch.city import City
from dispatch.duplicates import Duplicate, find_duplicates, standard_rule
from dispatch.incident import Incident, Reporter
from dispatch.origin import Origin, Source
from dispatch.receipt import Receipt, digest_of
from dispatch.store.incidents import get_incident, list_incidents, lock_incidents
from dispatch.store.ledger import take_turn
from dispatch.store.origins import add_origin
from dispatch.store.receipts import add_receipt, get_receipt
from geo.errors import BadValue, Conflict, UnknownName

PUBLIC = "public:report"
"""In whose name it is on record; no account can be called so."""


@dataclass(frozen=True, slots=True)
class Report:
    """
    What somebody reports.

    Attributes
    ----------
    lon_lat
        Where, WGS-84 degrees.
    matters
        Codes of matters; empty where they named none.
    text
        In their own words.
    secret
        Drawn by whoever reports; the store keeps its digest.
    reporter
        Name and phone, if they gave them.
    joins
        Id of the incident that they say it is, or None.
    """

    lon_lat: tuple[float, float]
    matters: tuple[str, ...]
    text: str
    secret: str
    reporter: Reporter | None = None
    joins: str | None = None


def nearby(
    session: Session,
    city: City,
    *,
    lon_lat: tuple[float, float],
    matters: Collection[str],
    now: datetime,
) -> tuple[Duplicate, ...]:
    """
    Find reports on record that may be of the same thing.

    Parameters
    ----------
    session
        A session.
    city
        The city.
    lon_lat
        Where something is reported, WGS-84 degrees.
    matters
        Codes of its matters; empty while nobody has named one.
    now
        The present, with offset.

    Returns
    -------
    duplicates
        The likest first.
    """
    rule = standard_rule()
    return find_duplicates(
        list_incidents(session, limit=rule.shown.looked_at),
        lon_lat=lon_lat,
        matters=matters,
        known=city.matters,
        now=now,
        rule=rule,
    )


def hand_in(
    session: Session, report: Report, city: City, *, now: datetime
) -> tuple[Receipt, Incident]:
    """
    Take a report of the public in, and give its receipt.

    Parameters
    ----------
    session
        A session that may write.
    report
        What is reported.
    city
        The city.
    now
        The present, with offset.

    Returns
    -------
    receipt
        With its number.
    incident
        New, or the one that was joined.

    Raises
    ------
    BadValue
        The place lies outside the city, or nothing is said of what is there.
    UnknownName
        A matter is not in the list of powers.
    Conflict
        What it would join is not near, or is over.
    """
    if not report.matters and not report.text.strip():
        raise BadValue("Say in a few words what is there, or choose a matter.")
    if not city.place_index.locate(report.lon_lat).areas:
        raise BadValue(f"This place lies outside {city.name_en or city.name}: choose one within.")
    take_turn(session)  # before the first row: a receipt is written after the report's own entries
    incident = (
        _joined(session, report, city, now) if report.joins else _new(session, report, city, now)
    )
    receipt = add_receipt(
        session,
        incident=str(incident.id),
        digest=digest_of(report.secret),
        joined=report.joins is not None,
        text=report.text if report.joins is not None else "",
        by=PUBLIC,
        now=now,
    )
    return receipt, incident


def open_receipt(session: Session, number: str, secret: str) -> Receipt:
    """
    Find a receipt by its number and its secret.

    Parameters
    ----------
    session
        A session.
    number
        Its number.
    secret
        Its secret, as somebody typed it.

    Returns
    -------
    receipt
        The receipt.

    Raises
    ------
    UnknownName
        There is none, or the secret is another one's: which of both, nobody is told.
    """
    said = "No receipt has this number and this secret: check both."
    try:
        receipt = get_receipt(session, number.strip().upper())
    except UnknownName as error:
        raise UnknownName(said) from error
    if not receipt.opens_with(secret):
        raise UnknownName(said)
    return receipt


def _new(session: Session, report: Report, city: City, now: datetime) -> Incident:
    """Take in what nobody has reported yet."""
    incident = Incident(
        lon_lat=report.lon_lat,
        matters=report.matters,
        reported_at=now,
        text=report.text,
        reporter=report.reporter,
    )
    return desk.receive(session, incident, city, by=PUBLIC, origin=Origin(Source.PUBLIC))


def _joined(session: Session, report: Report, city: City, now: datetime) -> Incident:
    """The incident that is joined, if it is one that was shown for this place and matter."""
    number = str(report.joins)
    lock_incidents(session, number)
    close = nearby(session, city, lon_lat=report.lon_lat, matters=report.matters, now=now)
    if number not in {one.incident.id for one in close}:
        raise Conflict(
            "The report that you would join is not near any more, or has ended: "
            "send yours as a new one."
        )
    add_origin(session, number, Origin(Source.PUBLIC, joined=True), by=PUBLIC, now=now)
    return get_incident(session, number)
