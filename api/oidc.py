"""An OpenID provider, asked over HTTP: what it says of itself, its keys, and tokens for codes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.errors import ProviderDown, SignInRefused
from api.settings import Settings, is_loopback
from dispatch.store.sign_ins import SignIn
from geo.errors import BadValue

PATIENCE_S = 5.0
"""A provider that is slower than this is down."""

AT_ONCE = 8
"""So many may wait for the provider; threads for everybody else are left."""

KEPT = timedelta(hours=1)
"""How long what a provider says of itself is believed; unknown keys are asked for at once."""

ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Provider:
    """
    The provider at which people may sign in.

    Parameters
    ----------
    issuer
        Its address; tokens and its own description have to name the same.
    client_id, client_secret
        As what the service is registered there; a public client has no secret.
    scope
        What is asked for, separated by spaces.

    Raises
    ------
    BadValue
        The issuer would be asked without TLS, or there is no client id.
    """

    def __init__(self, issuer: str, client_id: str, client_secret: str | None, scope: str) -> None:
        _require_tls(issuer, "GRID_DISPATCH_OIDC_ISSUER")
        if not client_id:
            raise BadValue(
                "GRID_DISPATCH_OIDC_ISSUER is set, and GRID_DISPATCH_OIDC_CLIENT_ID not."
            )
        self.issuer, self.client_id = issuer, client_id
        self._secret, self._scope = client_secret, scope
        local = is_loopback(urlsplit(issuer).hostname or "")
        self._client = httpx2.Client(timeout=PATIENCE_S, trust_env=not local)
        self._waiting = BoundedSemaphore(AT_ONCE)
        self._described: tuple[datetime, Mapping[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def sign_in_address(self, sign_in: SignIn, state: str, *, now: datetime) -> str:
        """
        Say where somebody signs in.

        Parameters
        ----------
        sign_in
            What has to come back.
        state
            By which it is found again.
        now
            The present.

        Returns
        -------
        address
            Of the provider's page.
        """
        endpoint = self._description(now)["authorization_endpoint"]
        challenge = hashlib.sha256(sign_in.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": sign_in.redirect,
            "scope": self._scope,
            "state": state,
            "nonce": sign_in.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    def id_token(self, code: str, sign_in: SignIn, *, now: datetime) -> str:
        """
        Take an ID token for a code.

        Parameters
        ----------
        code
            As the browser brought it.
        sign_in
            As it was begun.
        now
            The present.

        Returns
        -------
        token
            Not looked into yet.

        Raises
        ------
        SignInRefused
            The provider does not know the code, or no longer.
        """
        described = self._description(now)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": sign_in.redirect,
            "code_verifier": sign_in.verifier,
        }
        answer = self._ask("POST", described["token_endpoint"], **self._as_client(form, described))
        token = _object(answer).get("id_token") if answer.status_code == 200 else None
        if not isinstance(token, str):
            raise SignInRefused(
                "code", "The identity provider gives no ID token for this code: sign in again."
            )
        return token

    def keys(self, *, now: datetime, anew: bool = False) -> KeySet:
        """
        Give the keys with which the provider signs.

        Parameters
        ----------
        now
            The present.
        anew
            Ask again, for it has signed with one that is not among them.

        Returns
        -------
        keys
            At most an hour old.

        Raises
        ------
        ProviderDown
            What it says are no keys.
        """
        if not anew and self._keys is not None and now - self._keys[0] < KEPT:
            return self._keys[1]
        answer = self._ask("GET", self._description(now)["jwks_uri"])
        try:
            keys = KeySet.import_key_set(_object(answer))  # type: ignore[arg-type]  # looked at by it
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise ProviderDown("publishes no keys that can be read") from error
        self._keys = now, keys
        return keys

    def close(self) -> None:
        """Close the connections to it."""
        self._client.close()

    def _description(self, now: datetime) -> Mapping[str, Any]:
        """What the provider says of itself, an hour old at most."""
        if self._described is not None and now - self._described[0] < KEPT:
            return self._described[1]
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        described = _object(self._ask("GET", address))
        if described.get("issuer") != self.issuer:
            raise ProviderDown(f"does not call itself {self.issuer}")
        for endpoint in ENDPOINTS:
            if not isinstance(described.get(endpoint), str):
                raise ProviderDown(f"does not say its {endpoint}")
            _require_tls(described[endpoint], endpoint)
        self._described = now, described
        return described

    def _as_client(self, form: dict[str, str], described: Mapping[str, Any]) -> dict[str, Any]:
        """Say who asks: in the header, or in the form where the provider knows no other way."""
        if self._secret is None:
            return {"data": {**form, "client_id": self.client_id}}
        ways = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" not in ways:
            return {"data": {**form, "client_id": self.client_id, "client_secret": self._secret}}
        name, secret = quote(self.client_id, safe=""), quote(self._secret, safe="")
        return {"data": form, "auth": (name, secret)}

    def _ask(self, method: str, address: str, **more: Any) -> httpx2.Response:  # noqa: ANN401 -- as httpx2 takes them
        """Ask for something; only so many at once wait for an answer."""
        if not self._waiting.acquire(blocking=False):
            raise ProviderDown("is slow, and others are waiting for it")
        try:
            answer = self._client.request(method, address, **more)
        except httpx2.HTTPError as error:
            raise ProviderDown("cannot be reached") from error
        finally:
            self._waiting.release()
        if answer.status_code >= 500:
            raise ProviderDown(f"answers {answer.status_code}")
        return answer


def provider_of(settings: Settings) -> Provider | None:
    """
    Put the provider together that is set.

    Parameters
    ----------
    settings
        What the operator set.

    Returns
    -------
    provider
        None where people sign in with passwords alone.
    """
    if settings.oidc_issuer is None:
        return None
    secret = settings.oidc_client_secret
    return Provider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        None if secret is None else secret.get_secret_value(),
        settings.oidc_scope,
    )


def _object(answer: httpx2.Response) -> dict[str, Any]:
    """What an answer says, as an object of JSON."""
    try:
        said = answer.json()
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise ProviderDown("does not answer in JSON")
    return said


def _require_tls(address: str, name: str) -> None:
    """Refuse an address at which somebody else could listen in."""
    parts = urlsplit(address)
    local = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if not local and (parts.scheme != "https" or not parts.hostname):
        raise BadValue(f"{name} has to be an https address, which {address!r} is not.")
