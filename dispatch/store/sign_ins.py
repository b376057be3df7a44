"""Sign-ins under way at an identity provider, by the digest of their state."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from dispatch.store.account_tables import SIGN_INS


@dataclass(frozen=True, slots=True)
class SignIn:
    """
    What has to come back from the provider, and what proves that it was asked for here.

    Attributes
    ----------
    nonce
        Stands in the ID token.
    verifier
        Shown to the provider together with the code (PKCE).
    redirect
        Address to which the provider sends the browser back.
    """

    nonce: str
    verifier: str
    redirect: str


@dataclass(frozen=True, slots=True)
class Return:
    """
    Somebody who comes back from the provider.

    Attributes
    ----------
    sign_in
        As it was begun.
    uses
        How often its state has come back, this time included.
    same_browser
        Whether it comes from the browser in which it was begun.
    """

    sign_in: SignIn
    uses: int
    same_browser: bool


def add_sign_in(  # noqa: PLR0913 -- what, by which secrets, from when until when
    session: Session, sign_in: SignIn, *, state: str, browser: str, now: datetime, until: datetime
) -> None:
    """
    Remember a sign-in that begins, and forget those that have run out.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    sign_in
        What has to come back.
    state, browser
        Secrets that go to the provider and to the browser; the store keeps their digests.
    now, until
        From when and until when it may come back.
    """
    session.execute(delete(SIGN_INS).where(SIGN_INS.c.until <= now))
    columns = {
        "state": _digest(state),
        "browser": _digest(browser),
        "nonce": sign_in.nonce,
        "verifier": sign_in.verifier,
        "redirect": sign_in.redirect,
        "uses": 0,
        "until": until,
    }
    session.execute(insert(SIGN_INS).values(columns))


def use_sign_in(session: Session, *, state: str, browser: str, now: datetime) -> Return | None:
    """
    Count that a state has come back.

    Parameters
    ----------
    session
        A session that may write; the caller commits, whatever comes of it.
    state, browser
        As they came back.
    now
        The present.

    Returns
    -------
    return
        The first of many at once has one use; None for a state that nobody began, or long ago.
    """
    row = (
        update(SIGN_INS)
        .where(SIGN_INS.c.state == _digest(state), SIGN_INS.c.until > now)
        .values(uses=SIGN_INS.c.uses + 1)
        .returning(SIGN_INS)
    )
    found = session.execute(row).one_or_none()
    if found is None:
        return None
    begun = SignIn(found.nonce, found.verifier, found.redirect)
    return Return(begun, found.uses, found.browser == _digest(browser))


def _digest(secret: str) -> str:
    """Digest of a secret that is long and random."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
