"""
A second try of what failed for no fault of its own, before anything is answered.

A transaction that the store gave up so that another could go on has left nothing behind, and
a question that a road engine could not answer is one for the straight line.  Both are asked again
once, by whoever knows best that nothing has come of the first time: the handler of the error.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATE = "grid_dispatch.try"

MOST_KEPT_BYTES = 8 * 1024 * 1024
"""More of a body than this is not kept for a second try."""


@dataclass(slots=True)
class Try:
    """
    One of at most two.

    Attributes
    ----------
    last
        Whether this one's answer is given, whatever it is.
    failed
        Whether nothing has come of it, and the next may do better.
    """

    last: bool
    failed: bool = False


def try_again(request: Request) -> None:
    """
    Ask for a second try, unless this is the second.

    Parameters
    ----------
    request
        A request of which nothing has come; its answer is given if there is no other try.
    """
    state: Try | None = request.scope.get(STATE)
    if state is not None:
        state.failed = not state.last


@dataclass(slots=True)
class _Heard:
    """What is received by the first try, to be heard by the second."""

    receive: Receive
    state: Try
    kept: list[Message] = field(default_factory=list)
    kept_bytes: int = 0

    async def first(self) -> Message:
        """Receive, and keep a part of the body; whoever sends a file has one try."""
        message = await self.receive()
        if message["type"] == "http.request":
            self.kept.append(message)
            self.kept_bytes += len(message.get("body", b""))
        if self.kept_bytes > MOST_KEPT_BYTES:
            self.kept.clear()
            self.state.last = True
        return message

    async def second(self) -> Message:
        """Hear what was kept, then go on receiving."""
        return self.kept.pop(0) if self.kept else await self.receive()


class SecondTry:
    """
    ASGI middleware that lets a request be tried twice.

    Parameters
    ----------
    app
        The application behind it; bodies are limited before they come here.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; an answer to a try that failed is dropped."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = Try(last=False)
        heard = _Heard(receive, state)

        async def unless_failed(message: Message) -> None:
            if not state.failed:
                await send(message)

        scope[STATE] = state
        await self._app(scope, heard.first, unless_failed)
        if state.failed:
            scope[STATE] = Try(last=True)
            await self._app(scope, heard.second, send)
