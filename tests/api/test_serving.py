"""Serving: connections at the level of the socket."""

from __future__ import annotations

import select
import socket
from contextlib import closing

from api import serving

CHUNK = b"x" * 65_536
MOST_S = 60


def test_whoever_takes_nothing_for_long_loses_the_connection(monkeypatch):
    """Seen to fail without the option: the connection stays for as long as the other end likes."""
    monkeypatch.setattr(serving, "UNREAD_S", 1.0)
    with (
        closing(serving.listen_on("127.0.0.1", 0)) as listener,
        closing(socket.socket()) as page,
    ):
        listener.listen(1)
        page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        page.connect(listener.getsockname())
        connection, _ = listener.accept()
        with closing(connection):
            fill(connection)
            ended = select.poll()
            ended.register(connection, select.POLLERR | select.POLLHUP)
            assert ended.poll(1000 * MOST_S), "the connection is still there"
            assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


def fill(connection: socket.socket) -> None:
    """Send until no more is taken."""
    connection.settimeout(0)
    while True:
        try:
            connection.send(CHUNK)
        except BlockingIOError:
            more = select.poll()
            more.register(connection, select.POLLOUT)
            if not more.poll(200):
                return
