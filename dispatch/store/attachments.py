"""Photos in the store, kept with their incident."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from dispatch.attachment import (
    MOST_OF_INCIDENT,
    MOST_OF_RECEIPT,
    Attachment,
    Photo,
    Purpose,
)
from dispatch.store.incidents import lock_incidents
from dispatch.store.ledger import record
from dispatch.store.report_tables import ATTACHMENTS
from dispatch.store.upsert import next_fid
from geo.errors import Conflict, UnknownName

_KNOWN = tuple(column for column in ATTACHMENTS.c if column.name != "content")
"""All columns but the bytes, which a list does not read."""


def attach(  # noqa: PLR0913 -- what, to which incident, by whom and when, as keywords
    session: Session,
    photo: Photo,
    *,
    incident: str,
    purpose: Purpose,
    by: str,
    now: datetime,
    receipt: str | None = None,
) -> Attachment:
    """
    Keep a photo with its incident; the audit has its digest.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    photo
        The photo.
    incident
        Id of the incident.
    purpose
        With what it is handed in.
    by
        Account of whoever hands it in.
    now
        The present, with offset.
    receipt
        The receipt with which it comes, or None.

    Returns
    -------
    attachment
        As the store has it; the same photo of the same incident again is the one of before.

    Raises
    ------
    Conflict
        The incident, or the receipt, has as many photos as are kept.
    """
    lock_incidents(session, incident)
    known = list_attachments(session, incident)
    for one in known:
        if (one.digest, one.receipt) == (photo.digest, receipt):
            return one
    _refuse_too_many(known, incident, receipt)
    number = next_fid(session, ATTACHMENTS)
    row = {
        "fid": number,
        "incident": incident,
        "purpose": purpose,
        "by": by,
        "made_at": now,
        "receipt": receipt,
        "media_type": photo.media_type,
        "width_px": photo.width_px,
        "height_px": photo.height_px,
        "size_bytes": len(photo.content),
        "digest": photo.digest,
        "content": photo.content,
    }
    session.execute(insert(ATTACHMENTS).values(row))
    detail = {"attachment": number, "sha256": photo.digest, "purpose": purpose}
    record(session, now=now, by=by, act="attach_photo", about=incident, detail=detail)
    return get_attachment(session, incident, number)


def list_attachments(session: Session, incident: str) -> list[Attachment]:
    """
    List the photos of an incident.

    Parameters
    ----------
    session
        A session.
    incident
        Id of the incident.

    Returns
    -------
    attachments
        The oldest first, without their bytes.
    """
    of_incident = ATTACHMENTS.c.incident == incident
    query = select(*_KNOWN).where(of_incident).order_by(ATTACHMENTS.c.fid)
    return [_attachment(row) for row in session.execute(query)]


def get_attachment(session: Session, incident: str, number: int) -> Attachment:
    """
    Look up a photo of an incident.

    Parameters
    ----------
    session
        A session.
    incident
        Id of the incident.
    number
        Number of the photo.

    Returns
    -------
    attachment
        Without its bytes.

    Raises
    ------
    UnknownName
        The incident has none with this number.
    """
    row = session.execute(select(*_KNOWN).where(*_is(incident, number))).one_or_none()
    if row is None:
        raise UnknownName(_missing(incident, number))
    return _attachment(row)


def read_content(session: Session, incident: str, number: int) -> bytes:
    """
    Read the bytes of a photo.

    Parameters
    ----------
    session
        A session.
    incident
        Id of the incident.
    number
        Number of the photo.

    Returns
    -------
    content
        As it is kept.

    Raises
    ------
    UnknownName
        The incident has none with this number.
    """
    query = select(ATTACHMENTS.c.content).where(*_is(incident, number))
    content: bytes | None = session.scalar(query)
    if content is None:
        raise UnknownName(_missing(incident, number))
    return bytes(content)


def _refuse_too_many(known: list[Attachment], incident: str, receipt: str | None) -> None:
    """Say which has as many as it may."""
    if len(known) >= MOST_OF_INCIDENT:
        raise Conflict(f"Incident {incident} has {MOST_OF_INCIDENT} photos, which is the most.")
    if receipt is not None and sum(one.receipt == receipt for one in known) >= MOST_OF_RECEIPT:
        raise Conflict(f"Receipt {receipt} has {MOST_OF_RECEIPT} photos, which is the most.")


def _is(incident: str, number: int) -> tuple[Any, Any]:
    """Whether a photo is the one meant."""
    return ATTACHMENTS.c.fid == number, ATTACHMENTS.c.incident == incident


def _missing(incident: str, number: int) -> str:
    """Say that there is no such photo."""
    return f"Incident {incident} has no photo {number}."


def _attachment(row: Row[Any]) -> Attachment:
    """Read a photo without its bytes."""
    return Attachment(
        number=row.fid,
        incident=row.incident,
        purpose=Purpose(row.purpose),
        by=row.by,
        made_at=row.made_at,
        receipt=row.receipt,
        media_type=row.media_type,
        width_px=row.width_px,
        height_px=row.height_px,
        size_bytes=row.size_bytes,
        digest=row.digest,
    )
