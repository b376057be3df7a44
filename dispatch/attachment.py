"""Attachment: a photo that was handed in with a report or with a result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_OF_INCIDENT = 40
"""Photos of one incident, so that nobody fills the store through it."""

MOST_OF_RECEIPT = 5
"""Photos that go with one receipt."""


class Purpose(StrEnum):
    """With what a photo was handed in."""

    REPORT = "report"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class Photo:
    """
    A photo as it is kept: drawn anew, so that nothing of the camera's notes is left.

    Attributes
    ----------
    content
        The bytes.
    media_type
        What they are.
    width_px, height_px
        Its size in pixels, upright.
    digest
        SHA-256 of the bytes, in hexadecimal digits.
    """

    content: bytes
    media_type: str
    width_px: int
    height_px: int
    digest: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """
    A photo on record, without its bytes.

    Attributes
    ----------
    number
        Its number.
    incident
        Id of the incident.
    purpose
        With what it was handed in.
    by
        Account of whoever handed it in, or the public.
    made_at
        When, with offset.
    receipt
        The receipt with which it came, or None.
    media_type, width_px, height_px, size_bytes, digest
        What it is, how large, and the SHA-256 of its bytes.
    """

    number: int
    incident: str
    purpose: Purpose
    by: str
    made_at: datetime
    receipt: str | None
    media_type: str
    width_px: int
    height_px: int
    size_bytes: int
    digest: str
