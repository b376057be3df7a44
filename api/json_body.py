"""
Refuses bodies that no parser should be given: nested deeply, or with numbers that are none.

A body is read before anybody works on the request, so that a line that stalls keeps no seat that
others wait for; files that are sent up are read where they go.

A body is looked over before it is parsed.  What is left of it without its strings shows how deep
it goes and whether it says NaN or Infinity, which Python's parser takes and JSON does not know.
"""

from __future__ import annotations

import asyncio
import codecs
import re
from itertools import accumulate
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem

DEEPEST = 32
"""Levels of lists and objects that a body may have."""

READ_WITHIN_S = 30.0
"""A body that has not come by then is waited for no longer."""

NO_BODY = frozenset({"GET", "HEAD", "OPTIONS"})

TOO_SLOW = f"The body has not come within {READ_WITHIN_S:g} s; send it again."

_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_BRACKETS = bytes(set(range(256)) - _STEPS.keys())
_NO_NUMBERS = (b"NaN", b"Infinity")
_LONG_NUMBER = re.compile(rb"[0-9]{400}")


class JsonBody:
    """
    ASGI middleware that reads bodies, and looks over those that are JSON.

    Parameters
    ----------
    app
        The application behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 400, or 408 where the body does not come."""
        if scope["type"] != "http" or scope["method"] in NO_BODY or _is_file(scope):
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(READ_WITHIN_S):
                body = await _read(receive)
        except TimeoutError:
            await problem(408, "too_slow", TOO_SLOW)(scope, receive, send)
            return
        if body is None:
            return  # the client has gone
        flaw = flaw_of(body) if _is_json(scope) else form_flaw_of(body) if _is_form(scope) else None
        if flaw is not None:
            await problem(400, "malformed", flaw)(scope, receive, send)
            return
        given = False

        async def again() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, again, send)


async def _read(receive: Receive) -> bytes | None:
    """Read a whole body; None if the client goes away meanwhile."""
    body = bytearray()
    last: Message = {"more_body": True}
    while last.get("more_body", False):
        last = await receive()
        if last["type"] != "http.request":
            return None
        body += last.get("body", b"")
    return bytes(body)


def flaw_of(body: bytes) -> str | None:
    """
    Name what keeps a body from being parsed.

    Parameters
    ----------
    body
        What was sent as JSON.

    Returns
    -------
    flaw
        A sentence, or None; what else is wrong with it the parser will say.
    """
    if b"\0" in body or body.startswith(codecs.BOM_UTF8):
        return "JSON is UTF-8 without a mark at its beginning and without NUL."
    if not _is_utf_8(body):
        return "JSON is UTF-8; this is another encoding, such as GBK."
    bare = _without_strings(body)
    if any(word in bare for word in _NO_NUMBERS):
        return "NaN and Infinity are no JSON; leave out what is not known."
    if _LONG_NUMBER.search(bare):
        return "A number has hundreds of digits; nothing here is so large or so exact."
    if _deeper_than(bare, DEEPEST):
        return f"The body is nested more than {DEEPEST} levels deep; nothing here needs that."
    return None


def form_flaw_of(body: bytes) -> str | None:
    """
    Name what keeps a form from being understood: a parser puts marks where it cannot read.

    Parameters
    ----------
    body
        What was sent as ``application/x-www-form-urlencoded``.

    Returns
    -------
    flaw
        A sentence, or None.
    """
    if _is_utf_8(unquote_to_bytes(body)):
        return None
    return "A form is UTF-8; this is another encoding, such as GBK."


def _is_utf_8(body: bytes) -> bool:
    """Whether bytes are text as the web writes it."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _without_strings(body: bytes) -> bytes:
    """What stands outside of quotes; of a quote that is never closed the parser will say."""
    without_escapes = body.replace(rb"\\", b"").replace(rb"\"", b"")
    return b"".join(without_escapes.split(b'"')[::2])


def _deeper_than(bare: bytes, levels: int) -> bool:
    """Whether brackets are nested more deeply than so many levels."""
    brackets = bare.translate(None, _NO_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > levels


def _is_json(scope: Scope) -> bool:
    """Whether a request says that its body is JSON."""
    kind = _kind(scope)
    return kind == "application/json" or kind.endswith("+json")


def _is_form(scope: Scope) -> bool:
    """Whether a request sends a form without files."""
    return _kind(scope) == "application/x-www-form-urlencoded"


def _is_file(scope: Scope) -> bool:
    """Whether a request sends files up."""
    return _kind(scope) == "multipart/form-data"


def _kind(scope: Scope) -> str:
    """What a request says that its body is."""
    return Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
