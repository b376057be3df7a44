"""
Reads while the store is down: what is known is said, and said to be stale.

Much is answered from memory: the city, units, positions.  What only the store knows is answered as
it was answered last, to the same caller at the same address.  Either way header and body say since
when the store has been down; what nobody asked before is a 503.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.store_watch import BEGUN, StoreWatch

MOST_KEPT = 500
"""Answers that are remembered, the latest asked."""

LONGEST_KEPT = 512 * 1024
"""Longest answer that is remembered, in bytes."""

HEADER = "x-stale-since"

BELOW = ("/api/", "/ogc/")
"""Where reads are looked after."""


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer that was given in full."""

    start: Message
    body: bytes

    @property
    def status(self) -> int:
        """Its status."""
        return int(self.start["status"])


class StaleReads:
    """
    ASGI middleware that answers reads while the store is down.

    Parameters
    ----------
    app
        The application behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: OrderedDict[bytes, _Said] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; a list or object that is read goes through our hands."""
        watch = _watch(scope)
        if watch is not None:
            scope[BEGUN] = watch.returns
        path = scope.get("path", "")
        read = scope["type"] == "http" and scope["method"] == "GET"
        if watch is None or not read or not path.startswith(BELOW):
            await self._app(scope, receive, send)
            return
        said = _Listening(send)
        await self._app(scope, receive, said)
        if said.whole is not None:
            answer = self._best(_asked(scope), said.whole, watch.down_since)
            await send(answer.start)
            await send({"type": "http.response.body", "body": answer.body})

    def _best(self, asked: bytes, said: _Said, down_since: datetime | None) -> _Said:
        """What to answer: what was said, or what was said before the store went down."""
        if said.status == 200:
            if down_since is None and len(said.body) <= LONGEST_KEPT:
                self._keep(asked, said)
            return said if down_since is None else _marked(said, down_since)
        known = self._kept.get(asked)
        if said.status == 503 and down_since is not None and known is not None:
            return _marked(known, down_since)
        return said

    def _keep(self, asked: bytes, said: _Said) -> None:
        """Remember an answer, and forget the one that was asked for the longest ago."""
        self._kept[asked] = said
        self._kept.move_to_end(asked)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)


class _Listening:
    """Holds an answer of JSON back until it is whole; any other goes straight out."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()
        self.whole: _Said | None = None

    async def __call__(self, message: Message) -> None:
        """Take one message of the answer."""
        if message["type"] == "http.response.start" and "json" in Headers(
            raw=message["headers"]
        ).get("content-type", ""):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                self.whole = _Said(self._start, bytes(self._body))


def _marked(said: _Said, since: datetime) -> _Said:
    """Say that an answer is stale, by header and in an object's body; no ETag names it so."""
    told, body = since.isoformat(), json.loads(said.body)
    if isinstance(body, dict):
        body["stale"] = {"code": "store_down", "since": told}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    start = {**said.start, "headers": list(said.start["headers"])}
    headers = MutableHeaders(scope=start)
    headers[HEADER] = told
    del headers["etag"]
    headers["content-length"] = str(len(text))
    return _Said(start, text)


def _asked(scope: Scope) -> bytes:
    """Digest of address, caller and format: an answer is heard again by whoever heard it first."""
    headers = Headers(scope=scope)
    digest = hashlib.sha256()
    for part in (
        scope["path"].encode(),
        scope["query_string"],
        headers.get("accept", "").encode(),
        headers.get("authorization", "").encode(),
        headers.get("cookie", "").encode(),
        headers.get("receipt-secret", "").encode(),
    ):
        digest.update(len(part).to_bytes(8) + part)
    return digest.digest()


def _watch(scope: Scope) -> StoreWatch | None:
    """The watch of the service that a request comes to."""
    app = scope.get("app")
    service = getattr(app.state, "service", None) if app is not None else None
    return None if service is None else service.store_watch
