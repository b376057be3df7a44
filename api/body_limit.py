"""Refuses request bodies that are longer than the service is willing to read."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem


class _TooLong(Exception):
    """More of the body arrived than is read."""


class BodyLimit:
    """
    ASGI middleware that reads at most so many bytes of a body.

    Parameters
    ----------
    app
        The application behind it.
    most_bytes
        Longest body, whatever its declared length.
    more_at
        The same for single addresses that take files.
    """

    def __init__(
        self, app: ASGIApp, *, most_bytes: int, more_at: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._more_at = dict(more_at or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most_bytes = self._more_at.get(scope["path"], self._most_bytes)
        if _declared(scope) > most_bytes:
            await _refuse(most_bytes, scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most_bytes:
                raise _TooLong
            return message

        async def unless_too_long(message: Message) -> None:
            # The application turns what `counted` raises into an answer of its own.
            if read <= most_bytes:
                await send(message)

        with suppress(_TooLong):
            await self._app(scope, counted, unless_too_long)
        if read > most_bytes:
            await _refuse(most_bytes, scope, receive, send)


async def _refuse(most_bytes: int, scope: Scope, receive: Receive, send: Send) -> None:
    sentence = f"The body is longer than {most_bytes} bytes; send it in parts."
    await problem(413, "too_large", sentence)(scope, receive, send)


def _declared(scope: Scope) -> int:
    """Length that the request says it has, 0 where it says none that can be read."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
