"""
Overload: bounded rooms for what is asked, so that what matters most is turned away last.

Positions are shed first: a terminal sends its place again in a few seconds.  Then come questions:
lists, maps, suggestions.  What may take seconds, for many incidents or from the past, waits apart
from these.  What people report and do has a room of its own, with threads that no question can
take, and waits there longest.  Whoever is turned away is told when to come again.

Seats are few: Python computes for one at a time, and whoever shares that one turn with many holds
up all of them, and the store's writers besides.  So nobody sits there who only waits: bodies are
read before, answers are sent after, and signing in, which may wait for another service, has a room
of its own.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem
from api.metrics import Figures

ASKING = "/api/v1/suggestions"
"""Questions that are asked by POST; an incident's own suggestions are among them, too."""

LONG = (
    "/suggestions/batch",
    "/joint-operations",
    "/move-ups",
    "/coverage",
    "/reach",
    "/reports/",
    "/replay",
    "/why-not/",
)
"""Questions that may take seconds, by what is in their addresses."""

POSITIONS = "/api/v1/positions"
INTAKE = ("/intake/traccar", "/intake/osmand", "/intake/owntracks", "/intake/jt808")
"""Terminals and phones of others, some of which send by GET."""

PUBLIC = "/api/v1/public/"
"""What anybody may ask without an account; it takes no seat of those who are at work."""

SIGNING_IN = "/api/v1/session"
"""Passwords are slow on purpose, and a provider of identities is somebody else's."""

NEVER_TURNED_AWAY = (
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/v1/events",
    "/assets/",
    "/sign-in",
    "/account",
    "/session.js",
)
"""What an operator looks at in an overload, pages without data, and streams, which stay open."""


@dataclass(slots=True, eq=False)
class Room:
    """
    Requests of one kind: some under way, some waiting, no more.

    Attributes
    ----------
    name
        What is asked there.
    under_way
        Most requests under way.
    most_waiting
        Most that wait for one of these to end.
    patience_s
        Longest wait.
    status
        What the others are told.
    """

    name: str
    under_way: int
    most_waiting: int
    patience_s: float
    status: int
    _waiting: int = 0
    _seats: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        """Put up the seats."""
        self._seats = asyncio.Semaphore(self.under_way)

    async def enter(self) -> bool:
        """
        Wait for a seat.

        Returns
        -------
        entered
            Whether there is one, to be given back by `leave`.
        """
        if self._seats.locked() and self._waiting >= self.most_waiting:
            return False
        self._waiting += 1
        try:
            async with asyncio.timeout(self.patience_s):
                await self._seats.acquire()
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1
        return True

    def leave(self) -> None:
        """Give a seat back."""
        self._seats.release()


def standard_rooms() -> dict[str, Room]:
    """
    Lay out the rooms of a process, which has forty threads; positions take none.

    Returns
    -------
    rooms
        By name.
    """
    rooms = (
        Room("positions", under_way=400, most_waiting=200, patience_s=1, status=429),
        Room("questions", under_way=2, most_waiting=200, patience_s=3, status=503),
        Room("plans", under_way=2, most_waiting=40, patience_s=20, status=503),
        Room("public", under_way=2, most_waiting=100, patience_s=5, status=429),
        Room("signing_in", under_way=6, most_waiting=200, patience_s=10, status=503),
        Room("acts", under_way=3, most_waiting=600, patience_s=10, status=503),
    )
    return {room.name: room for room in rooms}


class Overload:
    """
    ASGI middleware that lets requests into their rooms.

    Parameters
    ----------
    app
        The application behind it.
    figures
        Where those turned away are counted.
    rooms
        The rooms by name.
    """

    def __init__(
        self, app: ASGIApp, *, figures: Figures, rooms: dict[str, Room] | None = None
    ) -> None:
        self._app = app
        self._figures = figures
        self._rooms = standard_rooms() if rooms is None else rooms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or turn it away."""
        name = room_of(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if name is None:
            await self._app(scope, receive, send)
            return
        room = self._rooms[name]
        if (name == "positions" and _intake_is_full(scope)) or not await room.enter():
            self._figures.turned_away(name)
            await _refuse(room, scope, receive, send)
            return
        seat = _Seat(room, send)
        try:
            await self._app(scope, receive, seat.send)
        finally:
            seat.leave()


@dataclass(slots=True, eq=False)
class _Seat:
    """A seat in a room, given back when the answer begins: who reads it slowly holds up nobody."""

    room: Room
    onward: Send
    taken: bool = True

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            self.leave()
        await self.onward(message)

    def leave(self) -> None:
        """Give the seat back, once."""
        if self.taken:
            self.taken = False
            self.room.leave()


def room_of(method: str, path: str) -> str | None:
    """
    Say where a request waits.

    Parameters
    ----------
    method, path
        What is asked.

    Returns
    -------
    name
        Name of a room, or None for what is never turned away.
    """
    if path == "/" or path.startswith(NEVER_TURNED_AWAY):
        return None
    looks = method in {"GET", "HEAD", "OPTIONS"}
    rules = {
        "public": path.startswith(PUBLIC),
        "signing_in": path.startswith(SIGNING_IN),
        "plans": any(part in path for part in LONG),
        "positions": path.startswith(INTAKE) or (path.startswith(POSITIONS) and not looks),
        "questions": looks
        or path.startswith(ASKING)
        or path.endswith(("/suggestions", "/figures")),
    }
    return next((name for name, fits in rules.items() if fits), "acts")


def _intake_is_full(scope: Scope) -> bool:
    """Whether so many positions wait that a body need not even be read."""
    service = getattr(scope["app"].state, "service", None)
    return service is not None and service.intake.full


async def _refuse(room: Room, scope: Scope, receive: Receive, send: Send) -> None:
    """Turn a request away, and say when to come again."""
    sentence = f"Too much is asked at the moment ({room.name}); come again in a few seconds."
    response = problem(room.status, "overloaded", sentence)
    response.headers["retry-after"] = str(max(1, round(room.patience_s)))
    await response(scope, receive, send)
