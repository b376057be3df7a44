"""API keys: bearer tokens of machines, for some acts and some time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy.orm import Session

from api.access import may
from api.errors import NotFound
from api.paging import CutDep
from api.schemas import Page
from api.schemas_account import KeyIn, KeyOut
from api.secret import draw_secret
from api.service import Service, ServiceDep
from dispatch.access import Act, Person, areas_seen
from dispatch.account import Credential, CredentialKind
from dispatch.store import ledger
from dispatch.store.accounts import find_account
from dispatch.store.credentials import add_credential, end_credential, list_keys
from geo.errors import BadValue, UnknownName

router = APIRouter(prefix="/api/v1/api-keys", tags=["users"])

ManageUsersDep = Annotated[Person, Depends(may(Act.MANAGE_USERS))]


@router.get("")
def list_all(service: ServiceDep, cut: CutDep, person: ManageUsersDep) -> Page[KeyOut]:
    """Keys of accounts in one's own areas, the oldest first, without their secrets."""
    with service.store.reading() as session:
        own = _own_keys(session, person, service)
    after = int(cut.cursor) if cut.cursor.isdecimal() else 0
    rows = [key for key in own if key.number > after]
    shown = [KeyOut.of(key) for key in rows[: cut.limit]]
    return Page(items=shown, next=str(shown[-1].number) if len(rows) > cut.limit else None)


@router.post("", status_code=201)
def add(asked: KeyIn, response: Response, service: ServiceDep, person: ManageUsersDep) -> KeyOut:
    """Make a key; it is shown once."""
    now, key = service.clock(), draw_secret()
    if asked.until is not None and asked.until <= now:
        raise BadValue("A key has to end after the present.")
    with service.store.session() as session:
        account = find_account(session, asked.account)
        seen = areas_seen(person, service.city)
        if account is None or not (account.areas or service.city.roots) <= seen:
            raise UnknownName(f"There is no account {asked.account!r} in your areas.")
        made = add_credential(
            session,
            key,
            account=account.name,
            kind=CredentialKind.KEY,
            now=now,
            until=asked.until,
            label=asked.label,
            scope=asked.scope,
        )
        ledger.record(
            session,
            now=now,
            by=person.name,
            act="key_made",
            about=account.name,
            detail={"key": made.number},
        )
        session.commit()
    response.headers["location"] = f"/api/v1/api-keys/{made.number}"
    return KeyOut.of(made, key)


@router.delete("/{number}", status_code=204)
def end(number: int, service: ServiceDep, person: ManageUsersDep) -> None:
    """End a key, at once."""
    now = service.clock()
    with service.store.session() as session:
        own = {key.number: key for key in _own_keys(session, person, service)}
        if number not in own:
            raise NotFound(f"There is no key {number} in your areas.")
        end_credential(session, number)
        detail = {"key": number}
        ledger.record(
            session,
            now=now,
            by=person.name,
            act="key_ended",
            about=own[number].account,
            detail=detail,
        )
        session.commit()


def _own_keys(session: Session, person: Person, service: Service) -> list[Credential]:
    """Keys of the accounts that the administrator's areas hold."""
    seen, own = areas_seen(person, service.city), []
    for key in list_keys(session):
        account = find_account(session, key.account)
        if account is not None and (account.areas or service.city.roots) <= seen:
            own.append(key)
    return own
