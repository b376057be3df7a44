"""Suggestions in the store: each as the record that was given, under a digest of itself."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from dispatch.choice import PassedOver, ProposalKind
from dispatch.incident import IncidentKind
from dispatch.jurisdiction import CaseKind, Holder
from dispatch.proposal import Proposal
from dispatch.store.tables import SUGGESTIONS
from dispatch.suggestion import AreaName, Degraded, Suggestion, ZoneName
from geo.area import Tier
from geo.errors import UnknownName
from geo.remark import Remark

Record = dict[str, Any]


def save_suggestion(session: Session, suggestion: Suggestion) -> str:
    """
    Keep a suggestion.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    suggestion
        The suggestion.

    Returns
    -------
    number
        Its id, a digest of its record: the same answer has the same id.
    """
    record = to_text(suggestion)
    number = hashlib.blake2b(record.encode(), digest_size=8).hexdigest()
    row = insert(SUGGESTIONS).values(
        id=number, incident=suggestion.incident, made_at=suggestion.now, record=record
    )
    session.execute(row.on_conflict_do_nothing(index_elements=[SUGGESTIONS.c.id]))
    return number


def get_suggestion(session: Session, number: str) -> Suggestion:
    """
    Look up a suggestion.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    suggestion
        As it was given.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    record = session.scalar(select(SUGGESTIONS.c.record).where(SUGGESTIONS.c.id == number))
    if record is None:
        raise UnknownName(f"There is no suggestion {number!r}.")
    return from_text(record)


def to_text(suggestion: Suggestion) -> str:
    """
    Write a suggestion so that equal ones are equal bytes.

    Parameters
    ----------
    suggestion
        The suggestion.

    Returns
    -------
    record
        JSON with sorted keys.
    """
    record = asdict(suggestion) | {"now": suggestion.now.isoformat()}
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_text(text: str) -> Suggestion:
    """
    Read a suggestion.

    Parameters
    ----------
    text
        What `to_text` wrote.

    Returns
    -------
    suggestion
        Equal to the one written.
    """
    record: Record = json.loads(text)
    zone, degraded = record["zone"], record["degraded"]
    return Suggestion(
        **record
        | {
            "now": datetime.fromisoformat(record["now"]),
            "lon_lat": tuple(record["lon_lat"]),
            "matters": tuple(record["matters"]),
            "kind": IncidentKind(record["kind"]),
            "areas": tuple(
                AreaName(area["code"], area["name"], Tier(area["tier"])) for area in record["areas"]
            ),
            "zone": None if zone is None else ZoneName(**zone),
            "case": CaseKind(record["case"]),
            "routing": Remark(**record["routing"]),
            "holder": _holder(record["holder"]),
            "other_holders": tuple(map(_holder, record["other_holders"])),
            "proposals": tuple(map(_proposal, record["proposals"])),
            "passed_over": tuple(
                PassedOver(**entry | {"reason": Remark(**entry["reason"])})
                for entry in record["passed_over"]
            ),
            "findings": tuple(Remark(**finding) for finding in record["findings"]),
            "degraded": None if degraded is None else Degraded(**degraded),
        }
    )


def _holder(record: Record) -> Holder:
    tier = None if record["tier"] is None else Tier(record["tier"])
    return Holder(**record | {"tier": tier, "rule": Remark(**record["rule"])})


def _proposal(record: Record) -> Proposal:
    route = record["route"]
    return Proposal(
        **record
        | {
            "crew": tuple(record["crew"]),
            "kind": ProposalKind(record["kind"]),
            "reasons": tuple(Remark(**entry) for entry in record["reasons"]),
            "route": None if route is None else tuple((lon, lat) for lon, lat in route),
        }
    )
