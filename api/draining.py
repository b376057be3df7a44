"""While a process stops, every answer asks its client to come back by another connection."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Draining:
    """
    Adds ``Connection: close`` to answers once the service is stopping.

    Parameters
    ----------
    app
        What is inside.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start" and _stops(scope):
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        await self._app(scope, receive, closing if scope["type"] == "http" else send)


def _stops(scope: Scope) -> bool:
    """Whether the process has been told to stop."""
    service = getattr(scope["app"].state, "service", None)
    return service is not None and service.stopping
