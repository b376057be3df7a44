"""Signing in by an OpenID provider: sent there with a state, and let in when one comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from api.errors import SignInRefused
from api.oidc import Provider
from api.oidc_claims import ClaimRules
from api.oidc_token import UnknownKey, Wanted, claims_of
from api.secret import draw_secret
from api.sign_in import SignedIn, begin_session
from dispatch.account import Account, require_sound, subject_at
from dispatch.city import City
from dispatch.store import ledger
from dispatch.store.accounts import account_of_subject, add_account, change_account, find_account
from dispatch.store.engine import Store
from dispatch.store.sign_ins import Return, SignIn, add_sign_in, use_sign_in
from geo.errors import BadValue

UNDER_WAY = timedelta(minutes=10)
"""How long somebody may take at the provider."""

BY = "identity provider"
"""In whose name accounts are made and changed after claims."""


@dataclass(frozen=True, slots=True)
class Came:
    """
    What a browser brings back from the provider.

    Attributes
    ----------
    state, code
        Of the address; empty where it has none.
    browser
        Of the cookie that the sign-in left; empty without one.
    redirect
        Address at which it came back.
    issuer
        Who says to have sent it, or None where the address does not say.
    error
        What the provider says went wrong, or None.
    """

    state: str
    code: str
    browser: str
    redirect: str
    issuer: str | None = None
    error: str | None = None


def send_away(store: Store, provider: Provider, redirect: str, *, now: datetime) -> tuple[str, str]:
    """
    Begin a sign-in.

    Parameters
    ----------
    store
        The store.
    provider
        Where to.
    redirect
        Where the provider sends the browser back to.
    now
        The present.

    Returns
    -------
    address, browser
        The provider's page, and the secret by which the browser is known again.
    """
    sign_in = SignIn(nonce=draw_secret(), verifier=draw_secret(), redirect=redirect)
    state, browser = draw_secret(), draw_secret()
    address = provider.sign_in_address(sign_in, state, now=now)
    with store.session() as session:
        add_sign_in(session, sign_in, state=state, browser=browser, now=now, until=now + UNDER_WAY)
        session.commit()
    return address, browser


def let_in(  # noqa: PLR0913 -- who came, from whom, into what, by which rules, when
    store: Store, provider: Provider, came: Came, city: City, rules: ClaimRules, *, now: datetime
) -> SignedIn:
    """
    Begin the session of somebody who comes back; a refusal is on record.

    Parameters
    ----------
    store
        The store.
    provider
        From where.
    came
        What the browser brings.
    city
        The city, whose areas claims may name.
    rules
        What claims mean.
    now
        The present.

    Returns
    -------
    signed_in
        The session.

    Raises
    ------
    SignInRefused
        Something does not hold, or nobody here knows who it is.
    """
    with store.session() as session:
        back = use_sign_in(session, state=came.state, browser=came.browser, now=now)
        session.commit()
    if back is None:
        raise SignInRefused(
            "state", "This sign-in was not begun here, or too long ago: begin anew."
        )
    try:
        _require_first(back)
        claims = _claims(provider, came, back.sign_in, now=now)
        return _begin(store, claims, provider.issuer, city, rules, now=now)
    except SignInRefused as refused:
        if back.uses <= 2:  # whoever goes on repeating it fills no chain
            _put_on_record(store, refused, provider.issuer, now=now)
        raise


def _require_first(back: Return) -> None:
    """Refuse whoever comes back a second time, or never went."""
    if back.uses > 1:
        raise SignInRefused("replayed", "This sign-in has come back before: begin anew.")
    if not back.same_browser:
        raise SignInRefused("browser", "This sign-in was begun in another browser: begin anew.")


def _claims(provider: Provider, came: Came, sign_in: SignIn, *, now: datetime) -> Mapping[str, Any]:
    """What the provider says of whoever comes back, once all of it holds."""
    if came.redirect != sign_in.redirect:
        raise SignInRefused(
            "redirect", "This sign-in comes back to another address than it was begun for."
        )
    if came.issuer not in {None, provider.issuer}:
        raise SignInRefused("iss", "This sign-in comes back from another identity provider.")
    if came.error is not None or not came.code:
        raise SignInRefused("denied", "The identity provider did not let you in.")
    token = provider.id_token(came.code, sign_in, now=now)
    wanted = Wanted(provider.issuer, provider.client_id, sign_in.nonce)
    try:
        return claims_of(token, provider.keys(now=now), wanted, now=now)
    except UnknownKey:
        return claims_of(token, provider.keys(now=now, anew=True), wanted, now=now)


def _begin(  # noqa: PLR0913 -- as above
    store: Store,
    claims: Mapping[str, Any],
    issuer: str,
    city: City,
    rules: ClaimRules,
    *,
    now: datetime,
) -> SignedIn:
    """Begin the session of the account that is meant."""
    with store.session() as session:
        ledger.take_turn(session)  # two may come back at once who have no account yet
        account = _account(session, claims, subject_at(issuer, claims["sub"]), rules, now=now)
        account = _as_claimed(session, account, claims, city, rules, now=now)
        if account.locked:
            raise SignInRefused(
                "locked", "This account is locked: ask an administrator.", account.name
            )
        if account.roles:
            begun = begin_session(session, account, now=now)
            name, detail = account.name, {"how": "openid"}
            ledger.record(session, now=now, by=name, act="signed_in", about=name, detail=detail)
        session.commit()
    if not account.roles:
        raise SignInRefused(
            "roles",
            f"The account {account.name} has no role yet: ask an administrator to give it one.",
            account.name,
        )
    return begun


def _account(
    session: Session, claims: Mapping[str, Any], subject: str, rules: ClaimRules, *, now: datetime
) -> Account:
    """The account of a subject, made where that is wanted."""
    account = account_of_subject(session, subject)
    if account is not None:
        return account
    if not rules.add_unknown:
        raise SignInRefused(
            "unknown",
            f"No account here is that of {claims['sub']!r}: ask an administrator to give this "
            "subject to yours.",
        )
    name = rules.name_in(claims, subject)
    if find_account(session, name) is not None:
        name = rules.name_in(claims, subject, taken=True)
    account = Account(name, frozenset(), frozenset(), subject=subject)
    add_account(session, account)
    ledger.record(session, now=now, by=BY, act="user_added", about=name)
    return account


def _as_claimed(  # noqa: PLR0913 -- whose, what is said of them, and how it is read
    session: Session,
    account: Account,
    claims: Mapping[str, Any],
    city: City,
    rules: ClaimRules,
    *,
    now: datetime,
) -> Account:
    """The account with the roles and areas that the claims say, where they say any."""
    roles, areas = rules.roles_in(claims), rules.areas_in(claims, city.areas_below)
    changed = replace(
        account,
        roles=account.roles if roles is None else roles,
        areas=account.areas if areas is None else areas,
    )
    if changed == account:
        return account
    try:
        if changed.roles:
            require_sound(changed, city)
    except BadValue as error:
        raise SignInRefused("roles", str(error), account.name) from error
    change_account(session, changed)
    detail = {"roles": sorted(changed.roles), "areas": sorted(changed.areas)}
    ledger.record(session, now=now, by=BY, act="user_changed", about=account.name, detail=detail)
    return changed


def _put_on_record(store: Store, refused: SignInRefused, issuer: str, *, now: datetime) -> None:
    """Write a refusal down, without what the provider says of the person."""
    with store.session() as session:
        ledger.record(
            session,
            now=now,
            by=refused.account or BY,
            act="sign_in_refused",
            about=refused.account or issuer,
            detail={"why": refused.why},
        )
        session.commit()
