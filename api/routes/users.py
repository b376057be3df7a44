"""Users: accounts, made and changed by administrators of their areas."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Response
from sqlalchemy.orm import Session

from api.access import may
from api.errors import NotFound
from api.paging import CutDep
from api.schemas import Page
from api.schemas_account import UserChange, UserIn, UserOut
from api.service import Service, ServiceDep
from api.sign_in import make_link
from dispatch.access import Act, Person, areas_seen
from dispatch.account import Account, CredentialKind, require_sound, subject_at
from dispatch.store import ledger
from dispatch.store.accounts import add_account, change_account, find_account, list_accounts
from dispatch.store.credentials import end_credentials
from geo.errors import BadValue, Conflict

router = APIRouter(prefix="/api/v1/users", tags=["users"])

ManageUsersDep = Annotated[Person, Depends(may(Act.MANAGE_USERS))]


@router.get("")
def list_all(service: ServiceDep, cut: CutDep, person: ManageUsersDep) -> Page[UserOut]:
    """Accounts that belong to one's own areas and below, by name."""
    with service.store.reading() as session:
        every = list_accounts(session, after=cut.cursor)
    own = [account for account in every if _is_own(account, person, service)]
    shown = [UserOut.of(account) for account in own[: cut.limit]]
    return Page(items=shown, next=shown[-1].name if len(own) > cut.limit else None)


@router.post("", status_code=201)
def add(asked: UserIn, response: Response, service: ServiceDep, person: ManageUsersDep) -> UserOut:
    """Make an account; its one-time link is shown once."""
    account = Account(
        asked.name,
        frozenset(asked.roles),
        frozenset(asked.areas),
        officer=asked.officer,
        subject=_subject(asked.subject, service),
    )
    require_sound(account, service.city, person)
    now = service.clock()
    with service.store.session() as session:
        ledger.take_turn(session)  # of two who name one subject, one wins
        add_account(session, account)
        link = make_link(session, account.name, now=now)
        detail = {"roles": sorted(account.roles), "areas": sorted(account.areas)}
        ledger.record(
            session, now=now, by=person.name, act="user_added", about=account.name, detail=detail
        )
        session.commit()
    response.headers["location"] = f"/api/v1/users/{quote(account.name, safe='')}"
    return UserOut.of(account, link)


@router.get("/{name}")
def read(name: str, service: ServiceDep, person: ManageUsersDep) -> UserOut:
    """Read one account."""
    with service.store.reading() as session:
        return UserOut.of(_own(session, name, person, service))


@router.patch("/{name}")
def change(name: str, asked: UserChange, service: ServiceDep, person: ManageUsersDep) -> UserOut:
    """Change roles, areas, officer or subject, lock or unlock; whoever is locked is signed out."""
    now = service.clock()
    if name == person.name:
        raise Conflict("Nobody changes their own account: another administrator does.")
    with service.store.session() as session:
        ledger.take_turn(session)
        account = _changed(_own(session, name, person, service), asked, service)
        require_sound(account, service.city, person)
        change_account(session, account)
        if account.locked:
            end_credentials(session, name, kinds=[CredentialKind.SESSION, CredentialKind.LINK])
        detail = {
            "roles": sorted(account.roles),
            "areas": sorted(account.areas),
            "locked": account.locked,
        }
        ledger.record(
            session, now=now, by=person.name, act="user_changed", about=name, detail=detail
        )
        session.commit()
    return UserOut.of(account)


@router.post("/{name}/link")
def new_link(name: str, service: ServiceDep, person: ManageUsersDep) -> UserOut:
    """Make another one-time link, by which its holder sets a new password."""
    now = service.clock()
    with service.store.session() as session:
        account = _own(session, name, person, service)
        link = make_link(session, name, now=now)
        ledger.record(session, now=now, by=person.name, act="link_made", about=name)
        session.commit()
    return UserOut.of(account, link)


def _own(session: Session, name: str, person: Person, service: Service) -> Account:
    """An account below the administrator's areas; any other one is not there."""
    account = find_account(session, name)
    if account is None or not _is_own(account, person, service):
        raise NotFound(f"There is no account {name!r} in your areas.")
    return account


def _is_own(account: Account, person: Person, service: Service) -> bool:
    """Whether all areas of an account are the administrator's; who has none is the city's."""
    return (account.areas or service.city.roots) <= areas_seen(person, service.city)


def _subject(subject: str | None, service: Service) -> str | None:
    """Who somebody is at the identity provider that is set."""
    if subject is None:
        return None
    if service.provider is None:
        raise BadValue("No identity provider is set here, so nobody has a subject there.")
    return subject_at(service.provider.issuer, subject)


def _changed(account: Account, asked: UserChange, service: Service) -> Account:
    """An account with what is asked for."""
    given = asked.model_fields_set
    changes: dict[str, object] = {}
    if asked.roles is not None:
        changes["roles"] = frozenset(asked.roles)
    if asked.areas is not None:
        changes["areas"] = frozenset(asked.areas)
    if "officer" in given:
        changes["officer"] = asked.officer
    if "subject" in given:
        changes["subject"] = _subject(asked.subject, service)
    if asked.locked is not None:
        changes |= {"locked": asked.locked, "failures": 0, "locked_until": None}
    return replace(account, **changes)  # type: ignore[arg-type]  # values by their fields
