"""Contacts: how people, units and command rooms are reached; entered by administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy.orm import Session

from api.access import may
from api.idempotency import EffectDep
from api.named_thing import Thing, sees_contact
from api.paging import CutDep
from api.schemas import Page
from api.schemas_contact import ContactIn, ContactOut
from api.service import ServiceDep
from dispatch.access import Act, Person
from dispatch.contact import Contact, Whose, whose_is
from dispatch.store.accounts import get_account
from dispatch.store.contacts import contacts_of, list_contacts, set_contacts
from dispatch.store.ledger import record
from geo.errors import BadValue, UnknownName

router = APIRouter(prefix="/api/v1/contacts", tags=["messages"])

ManageUsersDep = Annotated[Person, Depends(may(Act.MANAGE_USERS))]
EnterDep = Annotated[Person, Depends(may(Act.MANAGE_USERS, Thing.CONTACT))]
SeePhonesDep = Annotated[Person, Depends(may(Act.SEE_PHONES, Thing.CONTACT))]
Named = Annotated[str, Path(max_length=160, examples=["officer:P0007"])]


@router.get("")
def list_all(service: ServiceDep, cut: CutDep, person: ManageUsersDep) -> Page[ContactOut]:
    """Contacts of one's own areas by person, in stars."""
    shown: list[ContactOut] = []
    with service.store.reading() as session:
        more = list_contacts(session, after=cut.cursor, limit=cut.limit + 1)
        while more and len(shown) <= cut.limit:
            shown += [
                ContactOut.of(who, contacts, masked=True)
                for who, contacts in more
                if sees_contact(session, who, person, service.city)
            ]
            more = list_contacts(session, after=more[-1][0], limit=cut.limit + 1)
    kept = shown[: cut.limit]
    return Page(items=kept, next=kept[-1].person if len(shown) > cut.limit else None)


@router.get("/{person}")
def read(person: Named, service: ServiceDep, asking: SeePhonesDep) -> ContactOut:
    """How somebody is reached, in full; the look is on record."""
    whose_is(person)
    with service.store.session() as session:
        shown = ContactOut.of(person, contacts_of(session, person), masked=False)
        now, by = service.clock(), asking.name
        record(session, now=now, by=by, act="saw_contact", about=person)
        session.commit()
    return shown


@router.put("/{person}")
def enter(person: Named, asked: ContactIn, service: ServiceDep, asking: EnterDep) -> ContactOut:
    """Say how somebody is reached, in the order in which it is tried, instead of what was said."""
    contacts = [Contact(person, one.channel, one.address, asked.language) for one in asked.ways]
    channels = [one.channel for one in contacts]
    if len(set(channels)) < len(channels):
        raise BadValue("Each channel is named once: a person has one address on it.")
    if service.channels is not None and (unknown := set(channels) - service.kinds.keys()):
        known = ", ".join(service.kinds)
        raise UnknownName(f"There is no channel {min(unknown)!r}; there are {known}.")
    with service.store.session() as session:
        _must_be(session, person, service)
        _keep(session, person, contacts, service, asking)
        session.commit()
    return ContactOut.of(person, contacts, masked=True)


@router.delete("/{person}")
def forget(person: Named, effect: EffectDep, service: ServiceDep, asking: EnterDep) -> ContactOut:
    """Forget how somebody is reached."""
    whose_is(person)
    with effect.begin() as session:
        _keep(session, person, [], service, asking)
        return effect.commit(ContactOut.of(person, [], masked=True))


def _keep(
    session: Session,
    person: str,
    contacts: list[Contact],
    service: ServiceDep,
    asking: Person,
) -> None:
    """Keep contacts, and put on record by which channels, without the addresses."""
    set_contacts(session, person, contacts)
    detail = {"channels": [one.channel for one in contacts]}
    now, by = service.clock(), asking.name
    record(session, now=now, by=by, act="contact_set", about=person, detail=detail)


def _must_be(session: Session, person: str, service: ServiceDep) -> None:
    """Refuse a contact of somebody whom nothing could mean."""
    whose, name = whose_is(person)
    city = service.city
    known = {
        Whose.OFFICER: city.roster.officer_row,
        Whose.UNIT: city.units,
        Whose.AREA: city.chains,
    }
    if whose == Whose.REPORTER:
        raise BadValue("A reporter is reached by the number of the report: correct it there.")
    if whose == Whose.ACCOUNT:
        get_account(session, name)
    elif whose in known and name not in known[whose]:
        raise UnknownName(f"The city has no {whose} {name!r}.")
