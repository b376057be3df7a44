"""Accounts in the store."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Text, cast, func, insert, select, update
from sqlalchemy.orm import Session

from dispatch.access import Role
from dispatch.account import Account, may_try, wait_after
from dispatch.store.account_tables import ACCOUNTS
from dispatch.store.ledger import SYSTEM, record
from geo.errors import Conflict, UnknownName


def add_account(session: Session, account: Account) -> None:
    """
    Add an account.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    account
        The account.

    Raises
    ------
    Conflict
        There is one of this name, or of this subject.
    """
    if find_account(session, account.name) is not None:
        raise Conflict(f"There is an account {account.name} already; take another name.")
    _require_own_subject(session, account)
    session.execute(insert(ACCOUNTS).values(_columns(account)))


def change_account(session: Session, account: Account) -> None:
    """
    Put an account in the place of the one of the same name.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    account
        As it is to be.

    Raises
    ------
    Conflict
        Somebody else has its subject.
    """
    _require_own_subject(session, account)
    row = update(ACCOUNTS).where(ACCOUNTS.c.name == account.name).values(_columns(account))
    session.execute(row)


def find_account(session: Session, name: str) -> Account | None:
    """
    Look an account up.

    Parameters
    ----------
    session
        A session.
    name
        Its name.

    Returns
    -------
    account
        The account, or None.
    """
    row = session.execute(select(ACCOUNTS).where(ACCOUNTS.c.name == name)).one_or_none()
    return None if row is None else _account(row)


def get_account(session: Session, name: str) -> Account:
    """
    Read an account.

    Parameters
    ----------
    session
        A session.
    name
        Its name.

    Returns
    -------
    account
        The account.

    Raises
    ------
    UnknownName
        There is none of this name.
    """
    account = find_account(session, name)
    if account is None:
        raise UnknownName(f"There is no account {name!r}.")
    return account


def account_of_subject(session: Session, subject: str) -> Account | None:
    """
    Look up whose account an identity provider means.

    Parameters
    ----------
    session
        A session.
    subject
        ``issuer subject``.

    Returns
    -------
    account
        The account, or None.
    """
    row = session.execute(select(ACCOUNTS).where(ACCOUNTS.c.subject == subject)).one_or_none()
    return None if row is None else _account(row)


def list_accounts(session: Session, *, after: str = "", limit: int | None = None) -> list[Account]:
    """
    List accounts by name.

    Parameters
    ----------
    session
        A session.
    after
        Name of the last one of the page before.
    limit
        How many at most; None for all.

    Returns
    -------
    accounts
        One page.
    """
    query = select(ACCOUNTS).where(ACCOUNTS.c.name > after).order_by(ACCOUNTS.c.name).limit(limit)
    return [_account(row) for row in session.execute(query)]


def accounts_in(session: Session, area: str) -> list[Account]:
    """
    List the accounts that belong to an area itself, neither above nor below it.

    Parameters
    ----------
    session
        A session.
    area
        Its code.

    Returns
    -------
    accounts
        By name.
    """
    said = cast(ACCOUNTS.c.areas, Text).contains(area, autoescape=True)
    rows = session.execute(select(ACCOUNTS).where(said).order_by(ACCOUNTS.c.name))
    return [account for account in map(_account, rows) if area in account.areas]


def has_accounts(session: Session) -> bool:
    """
    Tell whether anybody has an account.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    any
        Whether there is one.
    """
    return bool(session.scalar(select(func.count()).select_from(ACCOUNTS)))


def give_areas(session: Session, areas: frozenset[str], *, now: datetime) -> None:
    """
    Let accounts that were made before there were any areas belong to the whole city.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    areas
        Codes of the areas that lie in no other.
    now
        The present, with offset.
    """
    for account in list_accounts(session):
        if account.roles and not account.areas:
            change_account(session, replace(account, areas=areas))
            detail = {"areas": sorted(areas)}
            record(
                session, now=now, by=SYSTEM, act="user_changed", about=account.name, detail=detail
            )


def begin_try(session: Session, name: str, *, now: datetime) -> Account | None:
    """
    Count a try to sign in as failed before it is looked at.

    So however many try at once, no more passwords are compared than were counted; a right one
    takes its count back (`end_try`).

    Parameters
    ----------
    session
        A session that may write; the caller commits before it compares.
    name
        Name of the account.
    now
        The present.

    Returns
    -------
    account
        As it was before the try, or None where no try is taken.
    """
    query = select(ACCOUNTS).where(ACCOUNTS.c.name == name).with_for_update()
    row = session.execute(query).one_or_none()
    account = None if row is None else _account(row)
    if account is None or not may_try(account, now):
        return None
    failures = account.failures + 1
    wait = wait_after(failures)
    waits = {"failures": failures, "locked_until": now + wait if wait else None}
    session.execute(update(ACCOUNTS).where(ACCOUNTS.c.name == name).values(waits))
    return account


def end_try(session: Session, name: str, *, totp_step: int | None = None) -> bool:
    """
    Take the count of a try back that was right.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    name
        Name of the account.
    totp_step
        Time step of the code of the second factor, or None.

    Returns
    -------
    taken
        False if the code has been taken before.
    """
    row = update(ACCOUNTS).where(ACCOUNTS.c.name == name)
    values: dict[str, object] = {"failures": 0, "locked_until": None}
    if totp_step is not None:
        row = row.where(ACCOUNTS.c.totp_step < totp_step)
        values["totp_step"] = totp_step
    done = session.execute(row.values(values).returning(ACCOUNTS.c.fid))
    return done.one_or_none() is not None


def _require_own_subject(session: Session, account: Account) -> None:
    """Refuse a second account of one subject."""
    if account.subject is None:
        return
    other = account_of_subject(session, account.subject)
    if other is not None and other.name != account.name:
        raise Conflict(f"The account {other.name} is this subject's already; take it off there.")


def _columns(account: Account) -> dict[str, object]:
    """Columns of an account."""
    texts = {"roles": tuple(sorted(account.roles)), "areas": tuple(sorted(account.areas))}
    return asdict(account) | texts


def _account(row: Row[Any]) -> Account:
    """Read an account from its columns."""
    columns = {name: value for name, value in row._mapping.items() if name != "fid"}  # noqa: SLF001 -- public in SQLAlchemy despite its name
    sets = {"roles": frozenset(map(Role, row.roles)), "areas": frozenset(row.areas)}
    return Account(**columns | sets)
