"""Signing in: by password and second factor, or by a one-time link; and signing out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from api.errors import LinkSpent, SignInFailed
from api.secret import draw_secret, hash_password, is_password
from dispatch.account import (
    Account,
    CredentialKind,
    WrongCode,
    require_good_password,
    totp_step,
)
from dispatch.store import ledger
from dispatch.store.accounts import begin_try, change_account, end_try
from dispatch.store.credentials import (
    add_credential,
    drop_run_out,
    end_credential,
    end_credentials,
    find_credential,
)
from dispatch.store.engine import Store

SESSION = timedelta(hours=12)
"""A shift: whoever stays longer signs in again."""

LINK = timedelta(hours=24)
"""How long a one-time link can be used."""

_PAGE_AND_PROGRAM = (CredentialKind.SESSION,)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """
    A session that has begun.

    Attributes
    ----------
    account
        Whose it is.
    secret
        What its cookie or bearer token carries.
    until
        When it ends by itself; None for people of the demo.
    """

    account: Account
    secret: str
    until: datetime | None


def sign_in(store: Store, name: str, password: str, code: str | None, *, now: datetime) -> SignedIn:
    """
    Begin a session.

    A try counts as failed before the password is looked at, so that a thousand at once get no
    further than one after the other.

    Parameters
    ----------
    store
        The store.
    name, password
        As typed.
    code
        Six digits of the second factor, or None.
    now
        The present.

    Returns
    -------
    signed_in
        The session, with a secret of its own.

    Raises
    ------
    SignInFailed
        Something is not right; the sentence does not say what.
    """
    account, step = recognise(store, name, password, code, now=now)
    with store.session() as session:
        if not end_try(session, name, totp_step=step):
            raise SignInFailed
        begun = begin_session(session, account, now=now)
        ledger.record(session, now=now, by=name, act="signed_in", about=name)
        session.commit()
    return begun


def recognise(
    store: Store, name: str, password: str, code: str | None, *, now: datetime
) -> tuple[Account, int | None]:
    """
    Recognise somebody; who calls ends the try (`end_try`) together with what follows from it.

    Parameters
    ----------
    store
        The store.
    name, password
        As typed.
    code
        Six digits of the second factor, or None.
    now
        The present.

    Returns
    -------
    account, step
        Whose it is, and the time step of the code, None without a second factor.

    Raises
    ------
    SignInFailed
        Something is not right; the sentence does not say what.
    """
    with store.session() as session:
        account = begin_try(session, name, now=now)
        session.commit()
    right = is_password(password, account.password if account else None)
    if account is None or not right:
        raise SignInFailed
    return account, _second_factor(account, code, now)


def begin_session(session: Session, account: Account, *, now: datetime) -> SignedIn:
    """
    Begin the session of somebody who has been recognised.

    Parameters
    ----------
    session
        A session of the store that may write.
    account
        Whose.
    now
        The present.

    Returns
    -------
    signed_in
        The session.
    """
    drop_run_out(session, now=now)
    secret, until = draw_secret(), now + SESSION
    add_credential(
        session,
        secret,
        account=account.name,
        kind=CredentialKind.SESSION,
        now=now,
        until=until,
    )
    return SignedIn(account, secret, until)


def make_link(session: Session, account: str, *, now: datetime) -> str:
    """
    Make the one link by which somebody sets a password.

    Parameters
    ----------
    session
        A session of the store that may write.
    account
        Whose.
    now
        The present.

    Returns
    -------
    secret
        Good once, for a day; links made before are not good any more.
    """
    end_credentials(session, account, kinds=[CredentialKind.LINK])
    secret = draw_secret()
    add_credential(
        session,
        secret,
        account=account,
        kind=CredentialKind.LINK,
        now=now,
        until=now + LINK,
    )
    return secret


def use_link(store: Store, link: str, password: str, *, now: datetime) -> SignedIn:
    """
    Set a password by a one-time link, and begin a session.

    Parameters
    ----------
    store
        The store.
    link
        Secret of the link.
    password
        The new password.
    now
        The present.

    Returns
    -------
    signed_in
        The session.

    Raises
    ------
    LinkSpent
        The link is not known, used or too old.
    """
    with store.reading() as reading:
        found = find_credential(reading, link, now=now, kinds=[CredentialKind.LINK])
    if found is None:
        raise LinkSpent
    account, credential = found
    require_good_password(password, account.name)
    hashed = hash_password(password)
    with store.session() as session:
        if not end_credential(session, credential.number):
            raise LinkSpent  # somebody else has just used it
        account = replace(account, password=hashed, failures=0, locked_until=None)
        begun = set_password(session, account, now=now, by=account.name)
        session.commit()
    return begun


def change_password(
    store: Store, account: Account, old: str, new: str, *, now: datetime
) -> SignedIn:
    """
    Change one's own password; every other session of the account ends.

    Parameters
    ----------
    store
        The store.
    account
        Whose.
    old, new
        As typed.
    now
        The present.

    Returns
    -------
    signed_in
        A new session.

    Raises
    ------
    SignInFailed
        The old password is not right.
    """
    with store.session() as session:
        tried = begin_try(session, account.name, now=now)
        session.commit()
    if tried is None or not is_password(old, tried.password):
        raise SignInFailed
    require_good_password(new, account.name)
    changed = replace(tried, password=hash_password(new), failures=0, locked_until=None)
    with store.session() as session:
        begun = set_password(session, changed, now=now, by=account.name)
        session.commit()
    return begun


def set_password(session: Session, account: Account, *, now: datetime, by: str) -> SignedIn:
    """
    Put a password in force, end every session, and begin one.

    Parameters
    ----------
    session
        A session of the store that may write.
    account
        With the new password.
    now
        The present.
    by
        Who sets it.

    Returns
    -------
    signed_in
        The new session.
    """
    change_account(session, account)
    end_credentials(session, account.name, kinds=_PAGE_AND_PROGRAM)
    begun = begin_session(session, account, now=now)
    ledger.record(session, now=now, by=by, act="password_set", about=account.name)
    return begun


def require_code(secret: str, code: str, *, now: datetime, after: int) -> int:
    """
    Refuse a code of the second factor that is wrong.

    Parameters
    ----------
    secret
        The shared secret.
    code
        As typed.
    now
        The present.
    after
        Step of the last code that was taken.

    Returns
    -------
    step
        Its time step.

    Raises
    ------
    WrongCode
        It is wrong, too old, or was taken before.
    """
    step = totp_step(secret, code, now=now, after=after)
    if step is None:
        raise WrongCode("This code is not the present one: look at the telephone's clock.")
    return step


def _second_factor(account: Account, code: str | None, now: datetime) -> int | None:
    """Time step of the code, None without a second factor; refuses what does not fit."""
    if account.totp_secret is None:
        return None
    step = totp_step(account.totp_secret, code or "", now=now, after=account.totp_step)
    if step is None:
        raise SignInFailed
    return step
