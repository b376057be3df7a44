"""Sessions, keys and one-time links in the store, by the digest of their secret."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select
from sqlalchemy.orm import Session

from dispatch.access import Act
from dispatch.account import Account, Credential, CredentialKind
from dispatch.store.account_tables import CREDENTIALS
from dispatch.store.accounts import get_account


def add_credential(  # noqa: PLR0913 -- whose, what for, from when until when
    session: Session,
    secret: str,
    *,
    account: str,
    kind: CredentialKind,
    now: datetime,
    until: datetime | None,
    label: str = "",
    scope: Iterable[Act] | None = None,
) -> Credential:
    """
    Let a secret stand for an account.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    secret
        Drawn at random; the store keeps its digest alone.
    account
        Name of the account.
    kind
        What it is good for.
    now, until
        From when and until when; None for a key without end.
    label
        What the key is for.
    scope
        The only acts that it is good for, or None for all of the account's.

    Returns
    -------
    credential
        As the store has it.
    """
    columns = {
        "digest": _digest(secret),
        "account": account,
        "kind": kind,
        "label": label,
        "scope": None if scope is None else tuple(sorted(scope)),
        "made_at": now,
        "until": until,
    }
    row = insert(CREDENTIALS).values(columns).returning(CREDENTIALS)
    return _credential(session.execute(row).one())


def find_credential(
    session: Session, secret: str, *, now: datetime, kinds: Iterable[CredentialKind]
) -> tuple[Account, Credential] | None:
    """
    Find out what a secret stands for.

    Parameters
    ----------
    session
        A session.
    secret
        As it was sent.
    now
        The present.
    kinds
        What it has to be good for.

    Returns
    -------
    account, credential
        Or None: unknown, run out, ended, or of an account that is locked.
    """
    query = select(CREDENTIALS).where(
        CREDENTIALS.c.digest == _digest(secret),
        CREDENTIALS.c.kind.in_(tuple(kinds)),
        or_(CREDENTIALS.c.until.is_(None), CREDENTIALS.c.until > now),
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    account = get_account(session, row.account)
    return None if account.locked else (account, _credential(row))


def end_credential(session: Session, number: int) -> bool:
    """
    End one.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its number.

    Returns
    -------
    ended
        False if there is none: of two who use a link, one wins.
    """
    row = delete(CREDENTIALS).where(CREDENTIALS.c.fid == number).returning(CREDENTIALS.c.fid)
    return session.execute(row).one_or_none() is not None


def end_credentials(
    session: Session, account: str, *, kinds: Iterable[CredentialKind], but: int | None = None
) -> None:
    """
    End all of an account.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    account
        Name of the account.
    kinds
        Which.
    but
        Number of one that goes on, or None.
    """
    rows = delete(CREDENTIALS).where(
        CREDENTIALS.c.account == account, CREDENTIALS.c.kind.in_(tuple(kinds))
    )
    session.execute(rows if but is None else rows.where(CREDENTIALS.c.fid != but))


def drop_run_out(session: Session, *, now: datetime) -> int:
    """
    Delete what has run out.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    now
        The present.

    Returns
    -------
    dropped
        Number of credentials.
    """
    gone = delete(CREDENTIALS).where(CREDENTIALS.c.until <= now).returning(CREDENTIALS.c.fid)
    return len(session.execute(gone).all())


def list_keys(session: Session, *, after: int = 0, limit: int | None = None) -> list[Credential]:
    """
    List the keys of machines, the oldest first.

    Parameters
    ----------
    session
        A session.
    after
        Number of the last one of the page before.
    limit
        How many at most; None for all.

    Returns
    -------
    keys
        One page.
    """
    query = (
        select(CREDENTIALS)
        .where(CREDENTIALS.c.kind == CredentialKind.KEY, CREDENTIALS.c.fid > after)
        .order_by(CREDENTIALS.c.fid)
        .limit(limit)
    )
    return [_credential(row) for row in session.execute(query)]


def _digest(secret: str) -> str:
    """Digest of a secret; it is long and random, so that no salt is needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _credential(row: Row[Any]) -> Credential:
    """Read a credential from its columns."""
    return Credential(
        number=row.fid,
        account=row.account,
        kind=CredentialKind(row.kind),
        label=row.label,
        scope=None if row.scope == () else frozenset(map(Act, row.scope)),
        made_at=row.made_at,
        until=row.until,
    )
