"""Receipts in the store."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from dispatch.power import local_date
from dispatch.receipt import Receipt
from dispatch.store.ledger import record
from dispatch.store.numbered import row_of
from dispatch.store.report_tables import RECEIPTS
from dispatch.store.upsert import next_fid


def add_receipt(  # noqa: PLR0913 -- of what, by which secret, by whom and when, as keywords
    session: Session,
    *,
    incident: str,
    digest: str,
    joined: bool,
    text: str,
    by: str,
    now: datetime,
) -> Receipt:
    """
    Give a receipt.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    incident
        Id of the incident.
    digest
        Digest of its secret.
    joined
        Whether the incident was there already.
    text
        What was said besides.
    by
        Who asks for it.
    now
        The present, with offset.

    Returns
    -------
    receipt
        With its number; the audit has a link for it.
    """
    fid = next_fid(session, RECEIPTS)
    number = f"R{local_date(now):%Y%m%d}-{fid:06d}"
    row = {
        "fid": fid,
        "id": number,
        "incident": incident,
        "secret": digest,
        "made_at": now,
        "joined": joined,
        "text": text,
    }
    session.execute(insert(RECEIPTS).values(row))
    detail = {"receipt": number, "joined": joined}
    record(session, now=now, by=by, act="give_receipt", about=incident, detail=detail)
    return get_receipt(session, number)


def get_receipt(session: Session, number: str) -> Receipt:
    """
    Look up a receipt.

    Parameters
    ----------
    session
        A session.
    number
        Its number.

    Returns
    -------
    receipt
        The receipt.

    Raises
    ------
    UnknownName
        There is none with this number.
    """
    return _receipt(row_of(session, RECEIPTS, number, "receipt"))


def receipts_of(session: Session, incident: str) -> list[Receipt]:
    """
    List the receipts of an incident.

    Parameters
    ----------
    session
        A session.
    incident
        Id of the incident.

    Returns
    -------
    receipts
        The oldest first.
    """
    query = select(RECEIPTS).where(RECEIPTS.c.incident == incident).order_by(RECEIPTS.c.fid)
    return [_receipt(row) for row in session.execute(query)]


def _receipt(row: Row[Any]) -> Receipt:
    """Read a receipt."""
    return Receipt(row.id, row.incident, row.secret, row.made_at, row.joined, row.text)
