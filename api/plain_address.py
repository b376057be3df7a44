"""Refuses addresses with NUL, which is no text to any store, whatever door they would lead to."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import problem


class PlainAddress:
    """
    ASGI middleware that looks addresses over; `api.schemas.Text` does the same for bodies.

    Parameters
    ----------
    app
        The application behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 422."""
        if scope["type"] == "http" and holds_nul(scope["path"], scope["query_string"]):
            sentence = "The address holds a character that is no text (NUL); leave it out."
            await problem(422, "invalid", sentence)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def holds_nul(path: str, query: bytes) -> bool:
    """
    Tell whether an address holds NUL.

    Parameters
    ----------
    path
        Its path, decoded.
    query
        Its query, as it was sent.

    Returns
    -------
    holds_nul
        Whether it does, in the one or the other.
    """
    return "\0" in path or b"\0" in unquote_to_bytes(query)
