"""What has to hold of an ID token before anything it says is believed."""

from __future__ import annotations

import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from api.errors import SignInRefused

ALGORITHMS = frozenset(
    f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in ("256", "384", "512")
)
"""Signatures of which the service knows the public half alone; never a shared secret, or none."""

LEEWAY_S = 60
"""Clocks may differ by so much."""

LONGEST = 64 * 1024

_SENTENCES = {
    "iss": "The ID token was issued by somebody else than the identity provider that is set.",
    "aud": "The ID token was made for another service than this one.",
    "azp": "The ID token was made for another service than this one.",
    "nonce": "The ID token belongs to another sign-in: sign in again.",
}


class UnknownKey(SignInRefused):
    """The token names a key that is not among those that are known: they may have changed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    By whom, for whom and for which sign-in a token has to be made.

    Attributes
    ----------
    issuer, client_id, nonce
        Its ``iss``, one of its ``aud``, and its ``nonce``.
    """

    issuer: str
    client_id: str
    nonce: str


def claims_of(token: str, keys: KeySet, wanted: Wanted, *, now: datetime) -> Mapping[str, Any]:
    """
    Read an ID token that holds.

    Parameters
    ----------
    token
        As the provider gave it.
    keys
        Keys with which the provider signs.
    wanted
        What it has to say.
    now
        The present.

    Returns
    -------
    claims
        What it says; ``sub`` is a text that is not empty.

    Raises
    ------
    UnknownKey
        It is signed with a key that is not among them.
    SignInRefused
        Something of it does not hold.
    """
    _require_algorithm(token)
    registry = JWSRegistry(algorithms=sorted(ALGORITHMS), strict_check_header=False)
    try:
        claims = jwt.decode(token, keys, algorithms=sorted(ALGORITHMS), registry=registry).claims
    except InvalidKeyIdError as error:
        raise UnknownKey("key", "The ID token is signed with a key that is not known.") from error
    except (JoseError, ValueError, TypeError) as error:
        raise SignInRefused("signature", "The signature of the ID token is not right.") from error
    _require_claims(claims, wanted, now=now)
    return claims


def _require_claims(claims: dict[str, Any], wanted: Wanted, *, now: datetime) -> None:
    """Refuse a token by somebody else, for somebody else, of another time or another sign-in."""
    for_many = isinstance(claims.get("aud"), list) and len(claims["aud"]) > 1
    rules = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_S,
        iss={"essential": True, "value": wanted.issuer},
        aud={"essential": True, "value": wanted.client_id},
        azp={"essential": for_many, "value": wanted.client_id},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        nonce={"essential": True, "value": wanted.nonce},
    )
    try:
        rules.validate(claims)
    except ExpiredTokenError as error:
        raise SignInRefused("exp", "The ID token has run out: sign in again.") from error
    except ClaimError as error:
        claim = error.claim.split(",")[0]
        other = f"The ID token lacks a sound {claim}: look at the provider and at both clocks."
        raise SignInRefused(claim, _SENTENCES.get(claim, other)) from error


def _require_algorithm(token: str) -> None:
    """Refuse, before any key is looked up, a token that claims another kind of signature."""
    try:
        header = token[:LONGEST].partition(".")[0]
        algorithm = json.loads(urlsafe_b64decode(header.encode()))["alg"]
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise SignInRefused("token", "What the identity provider gave is no ID token.") from error
    if algorithm not in ALGORITHMS or len(token) > LONGEST:
        raise SignInRefused(
            "alg", "The ID token is not signed in a way that is taken here (RS, PS or ES)."
        )
