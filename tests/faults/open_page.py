"""Open pages on the live stream of a served process: who reads on, who dozes, who never reads."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Event, Thread

from faults.running_server import DISPATCHER, PATIENCE_S, RunningServer

NUMBERED_NO_EVENT = {"beat", "reset"}
"""They say up to where a page knows all, and are nothing that could be lost."""

LISTENERS = "grid_dispatch_stream_listeners"
HEADS = {b"event", b"id"}

GLANCE = 4096
"""So many bytes a dozing page reads between two naps."""

SMALL_BUFFER, SMALL_PIECE = 4096, 536
"""Of a page that doesn't read: what waits for it waits in the server, not in the kernel."""


@dataclass(eq=False)
class OpenPage:
    """
    A page that connects again whenever it is let go, and resumes where it was.

    Attributes
    ----------
    server
        Whose live stream it reads.
    nap_s
        How long it dozes after each glance; 0 for a page that reads on.
    heard
        Numbers of the events that it was told, in order.
    let_go, resets
        How often its stream was ended by the server, and how often it had missed too much.
    """

    server: RunningServer
    nap_s: float = 0.0
    heard: list[int] = field(default_factory=list)
    let_go: int = 0
    resets: int = 0
    broken: list[str] = field(default_factory=list)
    _last: str = ""
    _awake: Event = field(default_factory=Event)
    _gone: Event = field(default_factory=Event)
    _connected: Event = field(default_factory=Event)
    _line: HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        """Open the page; it is connected when this returns."""
        self._thread = Thread(target=self._keep_reading, daemon=True)
        self._thread.start()
        assert self._connected.wait(PATIENCE_S), self.server.said()

    def wake_up(self) -> None:
        """Doze no more."""
        self._awake.set()

    def wait_until_it_knows(self, number: int) -> None:
        """Wait until it was told of an event, or that it had missed too much, and close it."""
        until = time.monotonic() + PATIENCE_S
        while int(self._last or 0) < number and not self.broken:
            assert time.monotonic() < until, f"it knows {self._last}, not {number}"
            time.sleep(0.05)
        self._gone.set()
        with suppress(OSError, AttributeError):  # it may be about to connect again
            self._line.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE_S)

    def _keep_reading(self) -> None:
        while not self._gone.is_set():
            try:
                self._read_until_it_ends()
            except (OSError, HTTPException, AssertionError) as error:
                if not self._gone.is_set():
                    self.broken.append(f"{type(error).__name__}: {error}")
                return
            self.let_go += not self._gone.is_set()

    def _read_until_it_ends(self) -> None:
        line = self._line = HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE_S)
        resume = {"last-event-id": self._last} if self._last else {}
        try:
            line.request(
                "GET", "/api/v1/events", headers={"authorization": f"Bearer {DISPATCHER}"} | resume
            )
            answer = line.getresponse()
            assert answer.status == 200, answer.status
            self._connected.set()
            for event in events_of(self._glances(answer)):
                self._note(event)
                if self._gone.is_set():
                    return
        finally:
            line.close()

    def _glances(self, answer: HTTPResponse) -> Iterator[bytes]:
        """What comes, as far as the page looks."""
        while seen := answer.read1(GLANCE):
            yield seen
            if self.nap_s:
                self._awake.wait(self.nap_s)

    def _note(self, event: dict[str, str]) -> None:
        kind, number = event.get("event", ""), event.get("id", "")
        self.resets += kind == "reset"
        if not number:
            return
        self._last = number
        if kind not in NUMBERED_NO_EVENT:
            self.heard.append(int(number))


def events_of(pieces: Iterator[bytes]) -> Iterator[dict[str, str]]:
    """Cut a stream into events: name and number of each."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n\n")
        for text in whole:
            fields = (line.partition(b": ") for line in text.split(b"\n"))
            yield {
                name.decode(): of.decode() for name, _, of in fields if name in {b"event", b"id"}
            }


def never_read(server: RunningServer) -> socket.socket:
    """Open a page that never reads what it is sent."""
    page = socket.socket()
    page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
    page.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SMALL_PIECE)
    page.connect(("127.0.0.1", server.port))
    page.sendall(
        b"GET /api/v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer "
        + DISPATCHER.encode()
        + b"\r\n\r\n"
    )
    return page


def pages_open(server: RunningServer) -> int:
    """How many pages the server tells of what happens."""
    with server.caller("admin") as caller:
        said: str = caller.get("/metrics").body
    [line] = [row for row in said.splitlines() if row.startswith(f"{LISTENERS} ")]
    return int(float(line.split()[1]))
