"""
Contact: how a person, a unit or a command room is reached; personal data, never in the audit.

Whom it is of is named by a kind and a name, such as ``officer:P0007`` or ``area:330206``.  The
store keeps contacts apart from everything else, so that a letter names a person and a channel, and
the address is looked up only when it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dispatch.notify import PHONE
from dispatch.sight import masked_phone
from geo.errors import BadValue

LONGEST_ADDRESS = 254
"""As long as an address of mail may be; keys of group robots are shorter."""

_SOUND = re.compile(rf"[^\s\x00-\x1f\x7f]{{1,{LONGEST_ADDRESS}}}")


class Whose(StrEnum):
    """Of whom a contact is."""

    OFFICER = "officer"
    ACCOUNT = "account"
    UNIT = "unit"
    AREA = "area"
    BODY = "body"
    REPORTER = "reporter"


class ChannelKind(StrEnum):
    """What a channel carries, by which rules choose."""

    MESSAGE = "message"
    MAIL = "mail"
    SMS = "sms"
    PHONE = "phone"


class Language(StrEnum):
    """In which words somebody is told."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Contact:
    """
    One way to reach somebody.

    Attributes
    ----------
    person
        Kind and name, such as ``officer:P0007``.
    channel
        Name of the channel; ``phone`` is a number to be called.
    address
        Number, mail address, name or key of a group robot there.
    language
        In which words.
    """

    person: str
    channel: str
    address: str
    language: Language = Language.ZH

    def __post_init__(self) -> None:
        """Refuse what no channel could send to."""
        whose_is(self.person)
        if not _SOUND.fullmatch(self.address):
            raise BadValue(
                f"The address of {self.person} on {self.channel} is none: give up to "
                f"{LONGEST_ADDRESS} characters without blanks."
            )


def whose_is(person: str) -> tuple[Whose, str]:
    """
    Take the name of somebody apart.

    Parameters
    ----------
    person
        Kind and name, such as ``officer:P0007``.

    Returns
    -------
    whose, name
        Both.

    Raises
    ------
    BadValue
        There is no such kind, or no name.
    """
    kind, _, name = person.partition(":")
    if kind not in list(Whose) or not name:
        raise BadValue(f"{person!r} names nobody: write {', '.join(Whose)}, a colon and the name.")
    return Whose(kind), name


def masked_address(address: str) -> str:
    """
    Hide an address but for what tells its holder that it is the right one.

    Parameters
    ----------
    address
        Of any kind.

    Returns
    -------
    masked
        Digits but the last four in stars; of anything else the first letter, and the server of a
        mail address, stay.
    """
    if re.fullmatch(r"[\d\s+()-]+", address):
        digits = sum(letter.isdigit() for letter in address)
        return masked_phone(address) if digits > 4 else "****"
    name, at, server = address.rpartition("@")
    return f"{name[:1]}***@{server}" if at else f"{address[:1]}***"


def ways_to(
    contacts: Iterable[Contact],
    implied: Mapping[ChannelKind, str],
    person: str,
    by: Sequence[ChannelKind],
    channels: Mapping[str, ChannelKind],
) -> tuple[Contact, ...]:
    """
    List the ways by which somebody is told of something, the first one first.

    Parameters
    ----------
    contacts
        The person's own, in the order in which they are to be tried.
    implied
        Numbers that are known from elsewhere, by the kind of channel that would take them: of the
        roster, or of the report.  They come after the person's own.
    person
        Who it is.
    by
        Kinds of channels that may be used.
    channels
        The channels that there are, by name.

    Returns
    -------
    ways
        To be called by phone comes last: whoever stands on that list is tried no further.
    """
    own = [one for one in contacts if channels.get(one.channel) in by]
    language = own[0].language if own else Language.ZH
    has = {channels[one.channel] for one in own}
    for kind, address in implied.items():
        name = next((name for name, of in channels.items() if of == kind), None)
        if name is not None and kind in by and kind not in has and _SOUND.fullmatch(address):
            own.append(Contact(person, name, address, language))
    return tuple(sorted(own, key=lambda one: one.channel == PHONE))
