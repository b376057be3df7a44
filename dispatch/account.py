"""
Accounts: who may sign in, how tries are slowed down, and the six digits of a second factor.

Secrets are drawn and passwords hashed at the door; here are the rules, as pure functions.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.access import APART, Act, Person, Role, areas_seen
from dispatch.city import City
from geo.errors import BadValue, UnknownName

FREE_TRIES = 4
"""Wrong passwords in a row that cost nothing but themselves."""

FIRST_WAIT = timedelta(seconds=30)
"""Wait after the next wrong one; it doubles with each."""

LONGEST_WAIT = timedelta(hours=1)
SHORTEST_PASSWORD = 10
TOTP_STEP_S = 30
TOTP_DIGITS = 6
TOTP_DRIFT = 1
"""Steps before and after the present whose code is taken, for clocks that go wrong."""


class CredentialKind(StrEnum):
    """What a secret is good for."""

    SESSION = "session"
    KEY = "key"
    LINK = "link"


class WeakPassword(BadValue):
    """A new password that is guessed at once."""

    code = "weak_password"


class WrongCode(BadValue):
    """Six digits that are not those of a second factor now."""

    code = "wrong_code"


@dataclass(frozen=True, slots=True)
class Account:
    """
    An account of a person or a machine.

    Attributes
    ----------
    name
        Unique; what records name.
    roles, areas, officer
        As of a `Person`.
    password
        Hash of the password, or None while there is none.
    failures
        Wrong tries since the last right one.
    locked_until
        Until when no try is taken, or None.
    locked
        Whether an administrator has locked it.
    totp_secret, totp_pending
        Secret of the second factor in force, and one that is not confirmed yet.
    totp_step
        Time step of the last code that was taken; none is taken twice.
    subject
        ``issuer subject`` at an identity provider, or None.
    """

    name: str
    roles: frozenset[Role]
    areas: frozenset[str]
    officer: str | None = None
    password: str | None = None
    failures: int = 0
    locked_until: datetime | None = None
    locked: bool = False
    totp_secret: str | None = None
    totp_pending: str | None = None
    totp_step: int = 0
    subject: str | None = None

    def person(self, scope: frozenset[Act] | None = None) -> Person:
        """
        Give whoever uses the account.

        Parameters
        ----------
        scope
            The only acts that the key in use is good for, or None.

        Returns
        -------
        person
            The same for access.
        """
        return Person(self.name, self.roles, self.areas, self.officer, scope)


@dataclass(frozen=True, slots=True)
class Credential:
    """
    A secret that stands for an account; the store has its digest alone.

    Attributes
    ----------
    number
        Its number, by which it can be ended.
    account
        Name of the account.
    kind
        Session of a page or program, key of a machine, or link that sets a password once.
    label
        What the key is for.
    scope
        Acts that it is good for, or None for all of the account's.
    made_at, until
        From when and until when; None for a key without end.
    """

    number: int
    account: str
    kind: CredentialKind
    label: str
    scope: frozenset[Act] | None
    made_at: datetime
    until: datetime | None


def wait_after(failures: int) -> timedelta:
    """
    Say how long the next try has to wait.

    Parameters
    ----------
    failures
        Wrong tries in a row.

    Returns
    -------
    wait
        Nothing for the first few, then doubling up to an hour.
    """
    if failures <= FREE_TRIES:
        return timedelta(0)
    doublings = min(failures - FREE_TRIES - 1, 16)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def may_try(account: Account, now: datetime) -> bool:
    """
    Tell whether an account takes a password now.

    Parameters
    ----------
    account
        The account.
    now
        The present.

    Returns
    -------
    may
        False while it is locked, or waits after too many wrong tries.
    """
    return not account.locked and (account.locked_until is None or now >= account.locked_until)


def subject_at(issuer: str, subject: str) -> str:
    """
    Write down who somebody is at an identity provider.

    Parameters
    ----------
    issuer
        Address of the provider, which holds no space.
    subject
        As the provider calls them, for good.

    Returns
    -------
    subject
        ``issuer subject``; nobody else has it.
    """
    return f"{issuer} {subject}"


def require_sound(account: Account, city: City, by: Person | None = None) -> None:
    """
    Refuse an account that could not mean what it says.

    Parameters
    ----------
    account
        New, or as it would be after a change.
    city
        The city.
    by
        Who makes it; None for the command line and the first start.

    Raises
    ------
    BadValue
        It has no role, two roles that no one holds together, or areas beyond those of its maker.
    UnknownName
        There is no such area or officer.
    """
    if not account.roles:
        raise BadValue(f"The account {account.name} needs a role: {', '.join(Role)}.")
    for pair in APART:
        if pair <= account.roles:
            raise BadValue(f"Nobody is {' and '.join(sorted(pair))} at once: make two accounts.")
    if unknown := sorted(account.areas - city.areas_below.keys()):
        raise UnknownName(f"The city {city.name_en} has no area {unknown[0]!r}.")
    if account.officer is not None and account.officer not in city.roster.officer_row:
        raise UnknownName(f"There is no officer {account.officer!r} in this city.")
    if by is not None and (beyond := sorted(account.areas - areas_seen(by, city))):
        raise BadValue(f"Area {beyond[0]} is not below yours: its own administrator gives it.")


def require_good_password(password: str, name: str) -> None:
    """
    Refuse a password that is guessed at once.

    Parameters
    ----------
    password
        As typed.
    name
        Name of the account.

    Raises
    ------
    WeakPassword
        It is short, all of one letter, or the name again.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise WeakPassword(f"Choose a password of {SHORTEST_PASSWORD} characters or more.")
    if len(set(password)) < 4 or name.casefold() in password.casefold():
        raise WeakPassword(
            "Choose a password that is not the name and has four different characters."
        )


def totp_code(secret: str, step: int) -> str:
    """
    Compute the six digits of a time step (RFC 6238 with SHA-1, as telephones do).

    Parameters
    ----------
    secret
        The shared secret, base 32.
    step
        Count of half minutes since 1970.

    Returns
    -------
    code
        Six digits.
    """
    key = base64.b32decode(secret)
    digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**TOTP_DIGITS:0{TOTP_DIGITS}d}"


def totp_step(secret: str, code: str, *, now: datetime, after: int = 0) -> int | None:
    """
    Find the time step that a code belongs to.

    Parameters
    ----------
    secret
        The shared secret, base 32.
    code
        As typed.
    now
        The present.
    after
        Step of the last code that was taken.

    Returns
    -------
    step
        One near the present and later than the last, or None: wrong, too old, or used before.
    """
    present = int(now.timestamp()) // TOTP_STEP_S
    for step in range(max(present - TOTP_DRIFT, after + 1), present + TOTP_DRIFT + 1):
        if hmac.compare_digest(totp_code(secret, step).encode(), code.encode()):
            return step
    return None
