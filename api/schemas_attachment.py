"""What the doors say of photos and of receipts, as JSON."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from api.schemas import Quoted
from dispatch.attachment import Attachment, Purpose
from dispatch.receipt import Receipt


class AttachmentOut(BaseModel):
    """A photo on record; its bytes stand under an address of their own."""

    id: int
    purpose: Purpose = Field(description="Handed in with a report, or with a result.")
    by: str
    made_at: datetime
    receipt: str | None = Field(description="The receipt with which it came, else null.")
    media_type: str
    width_px: int
    height_px: int
    size_bytes: int
    sha256: str

    @classmethod
    def of(cls, attachment: Attachment) -> AttachmentOut:
        """Copy a photo without its bytes."""
        return cls(
            id=attachment.number,
            purpose=attachment.purpose,
            by=attachment.by,
            made_at=attachment.made_at,
            receipt=attachment.receipt,
            media_type=attachment.media_type,
            width_px=attachment.width_px,
            height_px=attachment.height_px,
            size_bytes=attachment.size_bytes,
            sha256=attachment.digest,
        )


class ReceiptOut(BaseModel):
    """A receipt of an incident, as staff see it: without its secret."""

    receipt: str
    made_at: datetime
    joined: bool = Field(description="Whether the incident was there already.")
    text: Quoted = Field(description="What was added, where it was joined.")

    @classmethod
    def of(cls, receipt: Receipt) -> ReceiptOut:
        """Copy a receipt."""
        return cls(
            receipt=receipt.number,
            made_at=receipt.made_at,
            joined=receipt.joined,
            text=receipt.text,
        )
