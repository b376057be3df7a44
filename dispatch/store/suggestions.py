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
from dispatch.deadline import Clock, ClockKind, ClockStart
from dispatch.hand_off import HandOff
from dispatch.incident import IncidentKind
from dispatch.jurisdiction import Holder
from dispatch.matter import CaseScale, Triage
from dispatch.proposal import Proposal
from dispatch.routing import CaseKind
from dispatch.store.tables import SUGGESTIONS
from dispatch.suggestion import AreaName, Degraded, Suggestion, ZoneName
from dispatch.whistle import Whistle
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
    return json.dumps(
        asdict(suggestion),
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        default=datetime.isoformat,
    )


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
            "grounds": tuple(Remark(**ground) for ground in record["grounds"]),
            "clocks": tuple(map(_clock, record["clocks"])),
            "whistle": record["whistle"] and _whistle(record["whistle"]),
            "hand_off": record["hand_off"] and _hand_off(record["hand_off"]),
            "findings": tuple(Remark(**finding) for finding in record["findings"]),
            "degraded": None if degraded is None else Degraded(**degraded),
        }
    )


def _holder(record: Record) -> Holder:
    tier, scale, triage = record["tier"], record["scale"], record["triage"]
    return Holder(
        **record
        | {
            "tier": None if tier is None else Tier(tier),
            "rule": Remark(**record["rule"]),
            "assisting": tuple(record["assisting"]),
            "scale": None if scale is None else CaseScale(scale),
            "triage": None if triage is None else Triage(triage),
            "contenders": tuple(record["contenders"]),
        }
    )


def _clock(record: Record) -> Clock:
    kind, starts = ClockKind(record["kind"]), ClockStart(record["starts"])
    return Clock(**record | {"kind": kind, "starts": starts, "rule": Remark(**record["rule"])})


def _whistle(record: Record) -> Whistle:
    return Whistle(
        **record
        | {
            "units": tuple(record["units"]),
            "bodies": tuple(record["bodies"]),
            "raised_at": datetime.fromisoformat(record["raised_at"]),
            "answer_by": datetime.fromisoformat(record["answer_by"]),
            "rule": Remark(**record["rule"]),
            "silence": Remark(**record["silence"]),
        }
    )


def _hand_off(record: Record) -> HandOff:
    return HandOff(
        **record
        | {
            "lon_lat": tuple(record["lon_lat"]),
            "matters": tuple(record["matters"]),
            "made_at": datetime.fromisoformat(record["made_at"]),
            "reason": Remark(**record["reason"]),
        }
    )


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
