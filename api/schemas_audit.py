"""What the doors say of the audit: entries, and the head that is kept elsewhere."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from api.schemas import ReasonOut
from dispatch.audit_chain import Break, Head, Link
from geo.errors import UnreadableFile


class LinkOut(BaseModel):
    """One entry of the audit, with its digest and that of the entry before."""

    seq: int
    at: datetime
    by: str = Field(description="Account of whoever did it.")
    act: str
    about: str
    detail: dict[str, Any] | None
    previous: str
    hash: str

    @classmethod
    def of(cls, link: Link) -> LinkOut:
        """Copy an entry."""
        return cls(
            seq=link.seq,
            at=link.at,
            by=link.by,
            act=link.act,
            about=link.about,
            detail=None if link.detail is None else json.loads(link.detail),
            previous=link.previous,
            hash=link.hash,
        )


class HeadOut(BaseModel):
    """Where the audit ends; kept elsewhere, it shows later whether the chain still leads here."""

    seq: int = Field(ge=0)
    hash: str = Field(pattern="^[0-9a-f]{64}$")
    at: datetime | None = Field(description="When the last entry was written; null without any.")

    @classmethod
    def of(cls, head: Head) -> HeadOut:
        """Copy a head."""
        return cls(seq=head.seq, hash=head.hash, at=head.at)

    @classmethod
    def read(cls, path: Path) -> Head:
        """Read a head that was kept in a file, or say that the file holds none."""
        try:
            kept = cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise UnreadableFile(
                f"{path} holds no head of an audit; `grid-dispatch audit head --out` writes one."
            ) from error
        return Head(kept.seq, kept.hash, kept.at)


class AuditVerdictOut(BaseModel):
    """Whether the audit is as it was written, and from where on it isn't."""

    holds: bool
    first_broken: int | None = Field(description="Number of the first entry that is not right.")
    why: ReasonOut | None
    anchored: bool = Field(
        description="Whether a head that was kept elsewhere was held against it."
    )
    head: HeadOut

    @classmethod
    def of(cls, found: Break | None, head: Head, *, anchored: bool) -> AuditVerdictOut:
        """Copy a verdict."""
        return cls(
            holds=found is None,
            first_broken=None if found is None else found.seq,
            why=None if found is None else ReasonOut.of(found.why),
            anchored=anchored,
            head=HeadOut.of(head),
        )
