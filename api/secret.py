"""Secrets: drawn here, for nothing below draws at random; and passwords, hashed by Argon2."""

from __future__ import annotations

import base64
import secrets
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

_PASSWORDS = PasswordHash((Argon2Hasher(),))
_AT_ONCE = BoundedSemaphore(2)
"""Argon2 takes memory on purpose: many who try at once wait for each other, not for others."""


def draw_secret() -> str:
    """
    Draw a secret that nobody guesses.

    Returns
    -------
    secret
        256 bits, fit for an address.
    """
    return secrets.token_urlsafe(32)


def draw_totp_secret() -> str:
    """
    Draw what a telephone and the service share.

    Returns
    -------
    secret
        160 bits, base 32.
    """
    return base64.b32encode(secrets.token_bytes(20)).decode()


def hash_password(password: str) -> str:
    """
    Hash a password for the store.

    Parameters
    ----------
    password
        As typed.

    Returns
    -------
    hashed
        With salt and costs.
    """
    with _AT_ONCE:
        return _PASSWORDS.hash(password)


def is_password(password: str, hashed: str | None) -> bool:
    """
    Compare a password, at the same cost whether there is one or not.

    Parameters
    ----------
    password
        As typed.
    hashed
        From the store, or None where there is no such account or no password.

    Returns
    -------
    same
        Whether it is the one.
    """
    with _AT_ONCE:
        same = _PASSWORDS.verify(password, hashed or _NOBODYS)
    return same and hashed is not None


_NOBODYS = (
    "$argon2id$v=19$m=65536,t=3,p=4$c2FsdCBvZiBub2JvZHk$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI"
)
"""Hash of no password at all, with the costs of any other."""
