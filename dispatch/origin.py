"""
Origin (来源): by which way a report came in, and what its sender said of it besides the incident.

Every report has one, also one that somebody says is of an incident that is there already.  A sender
that numbers what it sends may send it again: it is the same report.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch.incident import Reporter
from geo.errors import BadValue


class Source(StrEnum):
    """By which way a report comes in."""

    DESK = "desk"
    PUBLIC = "public"
    OPEN311 = "open311"
    HOTLINE = "hotline"
    PATROL = "patrol"
    CAMERA = "camera"
    DRONE = "drone"


FINDERS = (Source.PATROL, Source.CAMERA, Source.DRONE)
"""Those that look for themselves, and may be less than sure of what they see."""


@dataclass(frozen=True, slots=True)
class Origin:
    """
    What is said of how a report came in.

    Attributes
    ----------
    source
        By which way.
    sender
        Whose numbers ``reference`` is among: an account, or the hotline.
    reference
        The sender's own number of it, or None.
    confidence
        How sure the sender is, from 0 to 1; None for people, who do not say.
    address
        The place in words, as it was given.
    address_code
        Entry of the gazetteer that was meant by it; empty where the place was pointed at.
    media_url
        Address of a picture elsewhere; it is shown, never fetched.
    text
        What was said, where the incident was there already; else the incident says it.
    joined
        Whether the incident was there already.
    reporter
        Who reported, where the incident was there already; else the incident says it.
    """

    source: Source
    sender: str = ""
    reference: str | None = None
    confidence: float | None = None
    address: str = ""
    address_code: str = ""
    media_url: str = ""
    text: str = ""
    joined: bool = False
    reporter: Reporter | None = None

    def __post_init__(self) -> None:
        """Refuse a confidence that is no share."""
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise BadValue(f"Confidence is {self.confidence}; it goes from 0 to 1.")


@dataclass(frozen=True, slots=True)
class OriginOnRecord:
    """
    An origin as it is kept.

    Attributes
    ----------
    incident
        Id of the incident that it was reported as, or joined.
    came_at
        When it came in, with offset.
    by
        Account that handed it in.
    origin
        What was said.
    """

    incident: str
    came_at: datetime
    by: str
    origin: Origin


DESK = Origin(Source.DESK)
"""Taken down by whoever works here."""
