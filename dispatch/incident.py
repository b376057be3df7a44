"""Incident: something reported at a place, or a visit planned there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch.incident_state import State
from dispatch.matter import CaseScale


class IncidentKind(StrEnum):
    """What brings officers to a place."""

    REPORT = "report"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class Reporter:
    """
    Who reported; personal data, shown only to those who may see it.

    Attributes
    ----------
    name, phone
        As given.
    """

    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Filing:
    """
    A body has filed the case (立案); of several holders the first to file has it.

    Attributes
    ----------
    body
        The body, as the authority list names it.
    filed_at
        When, with offset.
    """

    body: str
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """
    An incident (事件、线索).

    Attributes
    ----------
    lon_lat
        Where, WGS-84 degrees.
    matters
        Codes of its matters; empty while nobody has named one.
    reported_at
        When it came in, with offset.
    kind
        A report, or a planned visit (综合查一次), which is never cross-domain.
    text
        What was said.
    id
        Its number, or None for a question about a place without a record.
    state
        Where it stands in its life cycle.
    reporter
        Who reported, or None.
    scale
        Whether it is daily work or a major case; None while nobody has said so.
    filings
        Bodies that have filed the case.
    case_number
        Statutory number of the case (立案号), given by the system that files it, or None.
    resumes_to
        Where it stood when it was suspended; None while it is not.
    version
        Grows with every step and every correction.
    """

    lon_lat: tuple[float, float]
    matters: tuple[str, ...]
    reported_at: datetime
    kind: IncidentKind = IncidentKind.REPORT
    text: str = ""
    id: str | None = None
    state: State = State.REPORTED
    reporter: Reporter | None = None
    scale: CaseScale | None = None
    filings: tuple[Filing, ...] = ()
    case_number: str | None = None
    resumes_to: State | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Change:
    """
    One field of an incident that was corrected.

    Attributes
    ----------
    field
        Its name.
    before, after
        Its values, in words.
    """

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Edit:
    """
    A correction on record.

    Attributes
    ----------
    at
        When, with offset.
    by
        Account of whoever made it.
    reason
        Why, in words.
    changes
        What was changed.
    """

    at: datetime
    by: str
    reason: str
    changes: tuple[Change, ...]
