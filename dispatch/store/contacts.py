"""
Contacts in the store: how people, units and command rooms are reached, in the order to be tried.

Addresses stand here and nowhere else: messages name a person and a channel, the audit the person.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Column, Integer, Row, UniqueConstraint, delete, insert, select
from sqlalchemy.orm import Session

from dispatch.contact import Contact, Language
from dispatch.store.declare import table, text

CONTACTS = table(
    "contacts",
    "联系方式 / How people, units and command rooms are reached",
    text("person"),
    text("channel"),
    text("address"),
    text("language"),
    Column("rank", Integer, nullable=False),
    UniqueConstraint("person", "channel"),
)


def contacts_of(session: Session, person: str) -> tuple[Contact, ...]:
    """
    Read how somebody is reached.

    Parameters
    ----------
    session
        A session.
    person
        Kind and name, such as ``officer:P0007``.

    Returns
    -------
    contacts
        In the order in which they are to be tried.
    """
    query = select(CONTACTS).where(CONTACTS.c.person == person).order_by(CONTACTS.c.rank)
    return tuple(map(_contact, session.execute(query)))


def list_contacts(
    session: Session, *, after: str = "", limit: int
) -> list[tuple[str, tuple[Contact, ...]]]:
    """
    List how people are reached, a part at a time.

    Parameters
    ----------
    session
        A session.
    after
        Kind and name of the last person of the part before; empty for the first.
    limit
        How many people at most.

    Returns
    -------
    people
        Kind and name, and contacts in the order in which they are to be tried.
    """
    people = select(CONTACTS.c.person).where(CONTACTS.c.person > after).distinct()
    people = people.order_by(CONTACTS.c.person).limit(limit)
    query = select(CONTACTS).where(CONTACTS.c.person.in_(people.scalar_subquery()))
    found = session.execute(query.order_by(CONTACTS.c.person, CONTACTS.c.rank))
    by_person = groupby(map(_contact, found), key=attrgetter("person"))
    return [(person, tuple(contacts)) for person, contacts in by_person]


def set_contacts(session: Session, person: str, contacts: Sequence[Contact]) -> None:
    """
    Say how somebody is reached from now on, in the place of all that was said before.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    person
        Kind and name.
    contacts
        In the order in which they are to be tried, one for each channel; none forgets the person.
    """
    session.execute(delete(CONTACTS).where(CONTACTS.c.person == person))
    rows = [
        {
            "person": person,
            "channel": one.channel,
            "address": one.address,
            "language": one.language,
            "rank": rank,
        }
        for rank, one in enumerate(contacts)
    ]
    if rows:
        session.execute(insert(CONTACTS), rows)


def _contact(row: Row[Any]) -> Contact:
    """Read a contact."""
    return Contact(row.person, row.channel, row.address, Language(row.language))
