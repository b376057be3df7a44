"""Session: sign in and out, who am I, password and second factor."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response

from api.access import may
from api.auth import credential_in, forget_cookie, host, require_own_page, set_cookie
from api.demo_people import DEMO_PASSWORD, demo_person
from api.errors import Forbidden, SignInFailed
from api.schemas_account import PasswordAsk, SecondFactorAsk, SecondFactorOut, SessionOut, SignInAsk
from api.secret import draw_totp_secret, is_password
from api.service import Service, ServiceDep
from api.sign_in import SignedIn, change_password, require_code, sign_in, use_link
from dispatch.access import Act, Person, areas_seen
from dispatch.account import Account, CredentialKind
from dispatch.store import ledger
from dispatch.store.accounts import begin_try, change_account, end_try
from dispatch.store.credentials import end_credential
from geo.errors import BadValue, Conflict

router = APIRouter(prefix="/api/v1/session", tags=["session"])

HoldSessionDep = Annotated[Person, Depends(may(Act.HOLD_SESSION))]


@router.post("", status_code=201)
def begin(
    asked: SignInAsk, request: Request, response: Response, service: ServiceDep
) -> SessionOut:
    """Sign in, by cookie for a page or by bearer token for a program; an old session ends."""
    require_own_page(request)
    begun = _demo(asked, request, service) or _begun(asked, service)
    _end(request, service)
    return _deliver(begun, asked.deliver, request, response, service)


@router.get("")
def who_am_i(request: Request, service: ServiceDep, person: HoldSessionDep) -> SessionOut:
    """Say who is signed in, what they may do, and which areas they see."""
    held = credential_in(request)
    account, credential = (None, None) if held is None else held
    return SessionOut.of(
        person,
        areas_seen(person, service.city),
        second_factor=account is not None and account.totp_secret is not None,
        until=None if credential is None else credential.until,
    )


@router.delete("", status_code=204)
def end(request: Request, response: Response, service: ServiceDep, _: HoldSessionDep) -> None:
    """Sign out."""
    _end(request, service)
    forget_cookie(response)


@router.put("/password")
def put_password(
    asked: PasswordAsk,
    request: Request,
    response: Response,
    service: ServiceDep,
    _: HoldSessionDep,
) -> SessionOut:
    """Change one's own password; every other session of the account ends."""
    account = _own_account(request)
    begun = change_password(service.store, account, asked.old, asked.new, now=service.clock())
    deliver = "token" if "authorization" in request.headers else "cookie"
    return _deliver(begun, deliver, request, response, service)


@router.post("/second-factor")
def begin_second_factor(
    request: Request, service: ServiceDep, _: HoldSessionDep
) -> SecondFactorOut:
    """Draw a second factor; it is in force once its code has been confirmed."""
    account = _own_account(request)
    if account.totp_secret is not None:
        raise Conflict(f"The account {account.name} has a second factor: give it up first.")
    secret = draw_totp_secret()
    with service.store.session() as session:
        change_account(session, replace(account, totp_pending=secret))
        session.commit()
    label = quote(f"grid-dispatch:{account.name}")
    return SecondFactorOut(
        secret=secret, address=f"otpauth://totp/{label}?secret={secret}&issuer=grid-dispatch"
    )


@router.put("/second-factor")
def confirm_second_factor(
    asked: SecondFactorAsk, request: Request, service: ServiceDep, person: HoldSessionDep
) -> SessionOut:
    """Put the second factor in force, by its present code."""
    account, now = _own_account(request), service.clock()
    if account.totp_pending is None or asked.code is None:
        raise BadValue("Draw a second factor first, then send the code that it shows.")
    step = require_code(account.totp_pending, asked.code, now=now, after=0)
    confirmed = replace(
        account, totp_secret=account.totp_pending, totp_pending=None, totp_step=step
    )
    with service.store.session() as session:
        change_account(session, confirmed)
        ledger.record(session, now=now, by=person.name, act="totp_set", about=person.name)
        session.commit()
    return SessionOut.of(person, areas_seen(person, service.city), second_factor=True)


@router.post("/second-factor/end")
def drop_second_factor(
    asked: SecondFactorAsk, request: Request, service: ServiceDep, person: HoldSessionDep
) -> SessionOut:
    """Give the second factor up, by the password."""
    account, now = _own_account(request), service.clock()
    with service.store.session() as session:
        tried = begin_try(session, account.name, now=now)
        session.commit()
    if tried is None or not is_password(asked.password or "", tried.password):
        raise SignInFailed
    with service.store.session() as session:
        end_try(session, account.name)
        bare = replace(tried, totp_secret=None, totp_pending=None, failures=0, locked_until=None)
        change_account(session, bare)
        ledger.record(session, now=now, by=person.name, act="totp_dropped", about=person.name)
        session.commit()
    return SessionOut.of(person, areas_seen(person, service.city))


def _demo(asked: SignInAsk, request: Request, service: Service) -> SignedIn | None:
    """A person of the demo, if name and password are theirs."""
    if asked.name is None or asked.password != DEMO_PASSWORD:
        return None
    person = demo_person(asked.name, service.city, host=host(request))
    if person is None:
        return None
    account = Account(person.name, person.roles, person.areas, officer=person.officer)
    return SignedIn(account, person.name, None)


def _begun(asked: SignInAsk, service: Service) -> SignedIn:
    """Session of somebody with an account, by link or by name."""
    now = service.clock()
    if asked.link is not None:
        return use_link(service.store, asked.link, asked.password, now=now)
    if asked.name is not None:
        return sign_in(service.store, asked.name, asked.password, asked.code, now=now)
    raise BadValue("Give the name of the account, or a one-time link.")


def _own_account(request: Request) -> Account:
    """Account of whoever is signed in; a key of a machine may not change it."""
    held = credential_in(request)
    if held is None:
        raise Forbidden("People of the demo are as they are: make an account of your own.")
    account, credential = held
    if credential.kind != CredentialKind.SESSION:
        raise Forbidden("A key may not change its account: sign in.")
    return account


def _end(request: Request, service: Service) -> None:
    """End the session that a request comes with, if it does."""
    held = credential_in(request)
    if held is None or held[1].kind != CredentialKind.SESSION:
        return
    with service.store.session() as session:
        end_credential(session, held[1].number)
        session.commit()


def _deliver(
    begun: SignedIn, deliver: str, request: Request, response: Response, service: Service
) -> SessionOut:
    """Hand a session over, as a cookie or as a token."""
    person = begun.account.person()
    token = begun.secret if deliver == "token" else None
    if token is None:
        set_cookie(response, request, begun.secret)
    return SessionOut.of(
        person,
        areas_seen(person, service.city),
        second_factor=begun.account.totp_secret is not None,
        until=begun.until,
        token=token,
    )
