"""What the doors say of messages to the outside: what became of each."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from api.schemas import ReasonOut
from dispatch.notify import Message, MessageState


class MessageOut(BaseModel):
    """A message; the same in lists, answers and on the live stream."""

    id: int
    state: MessageState
    to: str = Field(
        description="Code of the unit, or of the area whose command room is told; of a letter, "
        "kind and name of the person."
    )
    said: ReasonOut
    about: str = Field(description="Incident that it is about.")
    key: str = Field(description="By which a receiver knows it again.")
    posted_at: datetime
    tries: int = Field(description="How often it was tried since it was posted or sent again.")
    due_at: datetime | None = Field(description="When it is tried next; null once that is over.")
    sent_at: datetime | None
    given_up_at: datetime | None
    failure: str | None = Field(description="Why it was not taken last time.")
    channel: str | None = Field(description="By which a letter goes; null for a message.")
    letter_of: str | None = Field(description="Key of the message whose letter it is.")
    passed_to: str | None = Field(description="Channel by which another letter followed.")

    @classmethod
    def of(cls, message: Message) -> MessageOut:
        """Copy a message."""
        return cls(
            id=message.number,
            state=message.state,
            to=message.to,
            said=ReasonOut.of(message.said),
            about=message.about,
            key=message.dedupe_key,
            posted_at=message.posted_at,
            tries=message.tries,
            due_at=message.due_at,
            sent_at=message.sent_at,
            given_up_at=message.given_up_at,
            failure=message.failure,
            channel=message.channel,
            letter_of=message.letter_of,
            passed_to=message.passed_to,
        )
