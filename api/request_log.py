"""
One line of log and one count for each request.

A line holds method, route, status and duration.  It holds the template of the route and never the
address itself, its query, a header or a body: names and phone numbers stay out of the log.
"""

from __future__ import annotations

import logging
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Figures
from api.request_id import HEADER, begin_request

logger = logging.getLogger("api.requests")

NO_ROUTE = "(none)"
"""Stands for whatever address no route answers; or each would be a figure of its own."""


class RequestLog:
    """
    ASGI middleware that names, times, counts and logs requests.

    Parameters
    ----------
    app
        The application behind it.
    figures
        Where durations are counted.
    """

    def __init__(self, app: ASGIApp, *, figures: Figures) -> None:
        self._app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and tell of it once it is answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = begin_request(Headers(scope=scope).get(HEADER))
        began, status = time.perf_counter(), 500

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
                self._tell(scope, status, time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, named)

    def _tell(self, scope: Scope, status: int, took_s: float) -> None:
        """Count and log a request at the moment at which its answer begins."""
        method, route = scope["method"], template_of(scope)
        self._figures.request(method, route, status, took_s)
        logger.info(
            "%s %s %d",
            method,
            route,
            status,
            extra={
                "method": method,
                "route": route,
                "status": status,
                "took_ms": round(took_s * 1000, 1),
            },
        )


def template_of(scope: Scope) -> str:
    """
    Name the route that answers a request, without what the address fills in.

    Parameters
    ----------
    scope
        The request, once it has been routed.

    Returns
    -------
    template
        Such as ``/api/v1/incidents/{number}``.
    """
    route = scope.get("route")
    return str(getattr(route, "path", NO_ROUTE) or NO_ROUTE)
