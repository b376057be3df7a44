"""What the doors say of contacts, channels and calls: addresses in stars, but for whoever calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.schemas import Asked, ReasonOut, Text
from dispatch.addressing import Sealed
from dispatch.contact import LONGEST_ADDRESS, ChannelKind, Contact, Language, masked_address
from dispatch.notify import Message
from dispatch.store.letters import ChannelFigures

ChannelName = Annotated[Text, Field(min_length=1, max_length=64, examples=["wecom"])]
Address = Annotated[Text, Field(min_length=1, max_length=LONGEST_ADDRESS, pattern=r"^\S+$")]


class WayIn(Asked):
    """One way to reach somebody."""

    channel: ChannelName
    address: Address


class ContactIn(Asked):
    """How somebody is reached, in the order in which it is tried."""

    ways: Annotated[list[WayIn], Field(max_length=12)]
    language: Language = Language.ZH


class WayOut(BaseModel):
    """One way to reach somebody."""

    channel: str
    address: str


class ContactOut(BaseModel):
    """How somebody is reached, in the order in which it is tried."""

    person: str = Field(description="Kind and name, such as `officer:P0007` or `area:330206`.")
    language: Language
    ways: list[WayOut]
    masked: bool = Field(description="Whether the addresses are in stars.")

    @classmethod
    def of(cls, person: str, contacts: Sequence[Contact], *, masked: bool) -> ContactOut:
        """Show the contacts of one person."""
        return cls(
            person=person,
            language=contacts[0].language if contacts else Language.ZH,
            ways=[
                WayOut(
                    channel=one.channel,
                    address=masked_address(one.address) if masked else one.address,
                )
                for one in contacts
            ],
            masked=masked,
        )


class CallOut(BaseModel):
    """Somebody who is to be called by phone, because nothing else has reached them."""

    id: int
    person: str = Field(description="Kind and name, such as `officer:P0007`.")
    phone: str | None = Field(description="In stars in lists; null where none is known.")
    text: str = Field(description="What to tell, in their language.")
    said: ReasonOut
    about: str = Field(description="Incident that it is about.")
    waits_since: datetime
    calls: int = Field(description="How often somebody called without reaching them.")
    masked: bool

    @classmethod
    def of(cls, letter: Message, sealed: Sealed | None, *, masked: bool) -> CallOut:
        """Show an entry of the list."""
        phone = None if sealed is None else sealed.address
        return cls(
            id=letter.number,
            person=letter.to,
            phone=masked_address(phone) if phone and masked else phone,
            text=letter.said.zh if sealed is None else sealed.text,
            said=ReasonOut.of(letter.said),
            about=letter.about,
            waits_since=letter.posted_at,
            calls=letter.tries,
            masked=masked,
        )


class CallDone(Asked):
    """What came of a call."""

    reached: bool = Field(description="Whether they have heard it; else they stay on the list.")


class ChannelOut(BaseModel):
    """A channel and how it does; nothing of where it sends."""

    name: str
    kind: ChannelKind
    rests: bool = Field(description="Left alone by this process, because it fails.")
    waiting: int
    sent: int = Field(description="Within the days for which sent messages are kept.")
    passed_on: int = Field(description="Went on by the next channel.")
    dead: int
    last_failure: str | None

    @classmethod
    def of(
        cls, name: str, kind: ChannelKind, figures: ChannelFigures, *, rests: bool
    ) -> ChannelOut:
        """Show a channel."""
        return cls(
            name=name,
            kind=kind,
            rests=rests,
            waiting=figures.waiting,
            sent=figures.sent,
            passed_on=figures.passed_on,
            dead=figures.dead,
            last_failure=figures.last_failure,
        )


class TestAsk(Asked):
    """Where a test goes."""

    __test__ = False

    address: Address
    language: Language = Language.ZH


class TestOut(BaseModel):
    """What became of a test."""

    __test__ = False

    taken: bool
    failure: str | None
