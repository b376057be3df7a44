"""
Addressing: who is told of a message and by which channel; the door that calls it commits.

A message names a unit, a command room or somebody beside it.  Its rule says which of them are told,
the city and the accounts who that is, and their contacts how.  Each person has one letter at a
time: if a channel does not take it, the next one follows, and in the end somebody calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.city import City
from dispatch.contact import ChannelKind, Contact, Language, Whose, ways_to, whose_is
from dispatch.notice_rules import NoticeRule, Told, notices_of
from dispatch.notify import NOBODY, Message
from dispatch.store.accounts import accounts_in, find_account
from dispatch.store.contacts import contacts_of
from dispatch.store.incidents import get_incident
from dispatch.store.letters import (
    add_letter,
    claim_addressing,
    end_for,
    is_written,
    letter_key,
)
from dispatch.unit import UnitKind
from geo.errors import UnknownName

REPORTER = "reporter"
"""To whom a message is that goes to whoever reported the incident that it is about."""

Kinds = Mapping[str, ChannelKind]
"""The channels that there are, by name."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """
    A letter ready to be sent.

    Attributes
    ----------
    channel
        By which channel.
    address
        Where to.
    title, text
        What it says, in the language of whoever reads it.
    """

    channel: str
    address: str
    title: str
    text: str


def address(session: Session, message: Message, city: City, kinds: Kinds, *, now: datetime) -> bool:
    """
    Write the first letter of a message to each person whom it concerns, once.

    Parameters
    ----------
    session
        A session that may write.
    message
        The message.
    city
        The city, with its rules.
    kinds
        The channels that there are.
    now
        The present, with offset.

    Returns
    -------
    addressed
        False if that was done before.
    """
    if not claim_addressing(session, message, now=now):
        return False
    rules = notices_of(city)
    rule = rules.rule(message.said.code)
    from_at = rules.held_until(rule, now)
    for named in _named(message, rule):
        people = list(_people(session, named, message, city))
        reached = False
        for person in people:
            for way in _ways(session, person, message.about, rule, city, kinds)[:1]:
                add_letter(session, message, person, way.channel, from_at=from_at)
                reached = True
        if not reached and rule.by:
            add_letter(session, message, people[-1], NOBODY, from_at=now)
    return True


def next_channel(session: Session, letter: Message, city: City, kinds: Kinds) -> str | None:
    """
    Tell by which channel a letter goes on if its own does not take it.

    Parameters
    ----------
    session
        A session.
    letter
        The letter.
    city
        The city, with its rules.
    kinds
        The channels that there are.

    Returns
    -------
    channel
        The next one by which nothing has been sent of this message; None after the last.
    """
    rule = notices_of(city).rule(letter.said.code)
    ways = [one.channel for one in _ways(session, letter.to, letter.about, rule, city, kinds)]
    later = ways[ways.index(letter.channel) + 1 :] if letter.channel in ways else ways
    of = letter.letter_of or letter.dedupe_key
    unused = (one for one in later if not is_written(session, letter_key(of, letter.to, one)))
    return next(unused, None)


def pass_on(  # noqa: PLR0913 -- which letter goes where, when, and why
    session: Session,
    letter: Message,
    channel: str,
    city: City,
    *,
    now: datetime,
    failure: str | None,
) -> None:
    """
    Let a letter go on by the next channel.

    Parameters
    ----------
    session
        A session that may write.
    letter
        As it was taken out.
    channel
        The next one.
    city
        The city, with its rules.
    now
        The present, with offset.
    failure
        Why it was not taken.
    """
    rules = notices_of(city)
    if end_for(session, letter, channel, now=now, failure=failure):
        from_at = rules.held_until(rules.rule(letter.said.code), now)
        add_letter(session, letter, letter.to, channel, from_at=from_at)


def seal(session: Session, letter: Message, city: City, kinds: Kinds) -> Sealed | None:
    """
    Put a letter into words and look up where it goes.

    Parameters
    ----------
    session
        A session.
    letter
        The letter.
    city
        The city, with its rules.
    kinds
        The channels that there are.

    Returns
    -------
    sealed
        None where the person has no address on its channel any more.
    """
    rule = notices_of(city).rule(letter.said.code)
    ways = _ways(session, letter.to, letter.about, rule, city, kinds)
    way = next((one for one in ways if one.channel == letter.channel), None)
    if way is None:
        return None
    title = city.name_en if way.language == Language.EN else city.name
    text = rule.text(letter.said, way.language, incident=letter.about, city=title)
    return Sealed(way.channel, way.address, title, text)


def _named(message: Message, rule: NoticeRule) -> Iterator[str]:
    """Whom of those that a message names its rule tells, each once."""
    to = (message.to,) if Told.TO in rule.tells else ()
    also = message.also if Told.ALSO in rule.tells else ()
    yield from dict.fromkeys((*to, *also))


def _people(session: Session, named: str, message: Message, city: City) -> Iterator[str]:
    """Persons, units and rooms behind a name; that of the thing itself comes last."""
    if named == REPORTER:
        yield f"{Whose.REPORTER}:{message.about}"
    elif named in city.roster.officer_row:
        yield f"{Whose.OFFICER}:{named}"
    elif named in city.units:
        yield from _crew(named, city)
        yield f"{Whose.UNIT}:{named}"
    elif named in city.chains:
        roles = notices_of(city).roles_of(city.chain_of(named)[-1])
        for account in accounts_in(session, named):
            if account.roles & roles and not account.locked:
                yield f"{Whose.ACCOUNT}:{account.name}"
        yield f"{Whose.AREA}:{named}"
    else:
        yield f"{Whose.BODY}:{named}"


def _crew(code: str, city: City) -> Iterator[str]:
    """Officers of a crew; a brigade or squad is told as a whole."""
    if city.units[code].kind == UnitKind.CREW and code in city.roster.crew_row:
        for row in city.roster.members(city.roster.crew_row[code]):
            yield f"{Whose.OFFICER}:{city.roster.officers[row].id}"


def _ways(  # noqa: PLR0913, PLR0917 -- whom, about what, and by which channels
    session: Session, person: str, about: str, rule: NoticeRule, city: City, kinds: Kinds
) -> tuple[Contact, ...]:
    """The ways by which somebody is told of something."""
    contacts, implied = contacts_of(session, person), {}
    whose, name = whose_is(person)
    if whose == Whose.ACCOUNT:
        account = find_account(session, name)
        name = (account and account.officer) or ""
        contacts = contacts or contacts_of(session, f"{Whose.OFFICER}:{name}")
    if whose in {Whose.OFFICER, Whose.ACCOUNT} and name in city.roster.officer_row:
        phone = city.roster.officers[city.roster.officer_row[name]].phone
        implied = {ChannelKind.SMS: phone, ChannelKind.PHONE: phone}
    elif whose == Whose.UNIT and name in city.units:
        implied = {ChannelKind.PHONE: city.units[name].phone}
    elif whose == Whose.REPORTER:
        phone = _phone_of_reporter(session, about)
        implied = {ChannelKind.SMS: phone, ChannelKind.PHONE: phone}
    return ways_to(contacts, implied, person, rule.by, kinds)


def _phone_of_reporter(session: Session, incident: str) -> str:
    """As it was given, and until it is forgotten."""
    try:
        reporter = get_incident(session, incident).reporter
    except UnknownName:
        return ""
    return "" if reporter is None else reporter.phone
