"""
G4, outside: whoever is killed (kill -9) while it sends, every message arrives, known by its key.

The receiver has each message before it answers, and holds the answer back until the sender is dead:
so it was sent, and nobody noted it.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from faults.posting import post_to
from faults.running_server import PATIENCE_S, running

from api.clock import system_clock
from dispatch.incident import Incident
from dispatch.notify import MessageState
from dispatch.store import ledger
from dispatch.store.engine import open_store
from dispatch.store.incidents import add_incident
from dispatch.store.outbox import list_messages
from geo.remark import Remark

SAID = Remark("deadline_missed", "超时", "Late.")


class Receiver(ThreadingHTTPServer):
    """Keeps the bodies by key; from some request on it answers nobody until it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.bodies: dict[str, list[bytes]] = defaultdict(list)
        self.lock = threading.Lock()
        self.open = threading.Event()
        self.arrived = threading.Semaphore(0)
        self.open.set()

    def take(self, key: str, body: bytes) -> None:
        with self.lock:
            self.bodies[key].append(body)
        self.arrived.release()
        assert self.open.wait(PATIENCE_S)

    def handle_error(self, *_: object) -> None:
        """Whoever asked is dead."""


class Answering(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        body = self.rfile.read(length)
        if len(body) < length:
            return  # the sender was killed in the middle
        self.server.take(self.headers["webhook-id"], body)
        with suppress(OSError):  # whoever asked is dead
            self.send_response(204)
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """The test looks for itself."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.open.set()
        receiver.shutdown()
        thread.join()
        receiver.server_close()


def test_every_message_arrives_whoever_is_killed_and_is_known_again(store_url, tmp_path, count):
    messages, kills = count(reduced=30, full=600), count(reduced=1, full=12)
    keys = [f"deadline:{number}:1" for number in range(messages)]
    post(store_url, keys)
    with receiving() as receiver:
        sender = partial(post_to, f"http://127.0.0.1:{receiver.server_port}/hook")
        for _ in range(kills):
            receiver.open.clear()
            with running(store_url, tmp_path, warm=False, weakened=sender) as server:
                assert receiver.arrived.acquire(timeout=PATIENCE_S), server.said()
            receiver.open.set()
        lost = set(receiver.bodies)
        assert lost
        assert not set(sent(store_url)) & lost, "nobody was left to note it"
        with running(store_url, tmp_path, warm=False, weakened=sender) as server:
            until = time.monotonic() + PATIENCE_S
            while len(sent(store_url)) < messages:
                assert time.monotonic() < until, server.said()
                time.sleep(0.05)
    assert Counter(sent(store_url)) == Counter(keys)
    assert receiver.bodies.keys() == set(keys)
    assert all(len(receiver.bodies[key]) > 1 for key in lost), "sent again under the same key"
    assert all(len(set(bodies)) == 1 for bodies in receiver.bodies.values())


def post(url: str, keys: list[str]) -> None:
    now = system_clock()
    with closing(open_store(url)) as store, store.session() as session:
        about = add_incident(session, Incident((0.0, 0.0), (), now), filed_under=()).id
        for key in keys:
            ledger.post(session, now=now, to="B1", said=SAID, dedupe_key=key, about=about)
        session.commit()


def sent(url: str) -> list[str]:
    with closing(open_store(url)) as store, store.reading() as session:
        rows = list_messages(session, state=MessageState.SENT, limit=9_999)
    return [row.dedupe_key for row in rows]
