"""An OpenID provider of the tests' own, on this machine; each thing that it says can be twisted."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from api.clock import system_clock

CLIENT, SECRET = "grid-dispatch", "a secret: 50 %"


@dataclass
class Granted:
    """What a code stands for."""

    asked: dict[str, str]
    claims: dict[str, Any]
    key: RSAKey


@dataclass
class OpenIdProvider:
    """What the provider knows; `issuer` is where it is asked."""

    issuer: str
    keys: list[RSAKey]
    calls_itself: str
    granted: dict[str, Granted] = field(default_factory=dict)
    codes: Iterator[int] = field(default_factory=count)
    down: bool = False
    token: str | None = None
    """Handed out in place of one that is signed."""
    clock: Callable[[], datetime] = system_clock
    """By which somebody signs in on the page."""
    subject: str = "4711"
    """Who is at the page."""

    def sign_in(
        self, address: str, now: datetime, *, key: RSAKey | None = None, **claims: object
    ) -> dict[str, str]:
        """Somebody signs in on the provider's page; what the address of the way back says."""
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert address.startswith(f"{self.issuer}/authorize?")
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256"
        told = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "4711",
            "nonce": asked["nonce"],
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + 300,
        }
        said = {name: one for name, one in (told | claims).items() if one is not None}
        code = f"code-{next(self.codes)}"
        self.granted[code] = Granted(asked, said, key or self.keys[-1])
        return {"code": code, "state": asked["state"]}

    def rotate(self) -> None:
        """Sign with another key from now on; the one before is still published."""
        self.keys = [self.keys[-1], new_key(f"key-{next(self.codes)}")]

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, object]:
        """Status and body of an answer."""
        if self.down:
            return 500, {"error": "down"}
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.calls_itself,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        if path.startswith("/authorize?"):
            return 200, self._page(path)
        if path == "/keys":
            return 200, KeySet(list(self.keys)).as_dict(private=False)
        return self._token(form, authorization)

    def _page(self, path: str) -> str:
        """The page at which somebody signs in by one click."""
        brought = self.sign_in(f"{self.issuer}{path}", self.clock(), sub=self.subject)
        back = self.granted[brought["code"]].asked["redirect_uri"]
        address = escape(f"{back}?{urlencode(brought)}")
        return f'<!doctype html><title>Provider</title><a href="{address}">It is me</a>'

    def _token(self, form: dict[str, str], authorization: str) -> tuple[int, object]:
        """Hand a token out for a code, once, to whoever can show what belongs to it."""
        client = base64.b64encode(b"grid-dispatch:a%20secret%3A%2050%20%25").decode()
        if authorization != f"Basic {client}":
            return 401, {"error": "invalid_client"}
        one = self.granted.pop(form["code"], None)
        if one is None or one.asked["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if challenge != one.asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        signed = jwt.encode({"alg": "RS256", "kid": one.key.kid}, one.claims, one.key)
        return 200, {
            "token_type": "Bearer",
            "access_token": "none",
            "id_token": self.token or signed,
        }


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


@contextmanager
def provided(host: str = "127.0.0.1") -> Iterator[OpenIdProvider]:
    """Let a provider run on a port of its own; to a browser another host is another site."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say()

        def do_POST(self) -> None:
            self._say()

        def _say(self) -> None:
            length = int(self.headers.get("content-length", 0))
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length)).items()}
            plain = {name.decode(): value.decode() for name, value in form.items()}
            status, said = provider.answer(self.path, plain, self.headers.get("authorization", ""))
            page = isinstance(said, str)
            body = said.encode() if page else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "text/html" if page else "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = f"http://{host}:{server.server_port}"
    provider = OpenIdProvider(issuer, [new_key("key-first")], issuer)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
