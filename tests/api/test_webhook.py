"""What goes to a webhook and what comes back, with a receiver on a port of this machine."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from free_port import free_port

from api.notifier import LogNotifier, notifier_of
from api.settings import Settings
from api.webhook import Webhook, retry_after_s, signed
from dispatch.notify import TAKEN, Delivery, Message
from geo.errors import BadValue
from geo.remark import Remark

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
MESSAGE = Message(
    number=12,
    dedupe_key="deadline:7:2",
    to="110101",
    said=Remark("deadline_missed", "超时", "Late."),
    about="20261122-000007",
    posted_at=NOW,
    tries=3,
)


class Receiver(ThreadingHTTPServer):
    """Keeps what it was sent, and answers as the test says."""

    daemon_threads = True

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.ends = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.server.got.append((self.path, headers, body))
                answer(self)

            def log_message(self, *_: object) -> None:
                """The test looks for itself."""

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?token=t"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@contextmanager
def receiving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[Receiver]:
    receiver = Receiver(answer)
    thread = threading.Thread(target=receiver.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.ends.set()
        receiver.shutdown()
        thread.join()
        receiver.server_close()


def answering(status: int, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("content-length", "0")
        request.end_headers()

    return answer


def delivered(url: str, message: Message = MESSAGE) -> Delivery:
    async def once() -> Delivery:
        webhook = Webhook(url, KEY)
        try:
            return await webhook.deliver(message, now=NOW)
        finally:
            await webhook.close()

    return asyncio.run(once())


def test_a_message_is_posted_once_with_its_key_and_a_signature_that_proves_it():
    with receiving(answering(204)) as receiver:
        assert delivered(receiver.url) == TAKEN
    ((path, headers, body),) = receiver.got
    assert path == "/hook?token=t"
    assert json.loads(body) == {
        "type": "message.deadline_missed",
        "timestamp": "2026-11-22T08:00:00+00:00",
        "data": {
            "number": 12,
            "to": "110101",
            "about": "20261122-000007",
            "said": {"code": "deadline_missed", "zh": "超时", "en": "Late."},
        },
    }
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == "deadline:7:2"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    said = f"deadline:7:2.{int(NOW.timestamp())}.".encode() + body
    proof = base64.b64encode(hmac.new(KEY, said, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{proof}"


def test_the_signature_is_that_of_the_published_example():
    """Key, id, time, body and signature as the libraries of Standard Webhooks test themselves."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', key)
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-signature"] == expected


@pytest.mark.parametrize("status", [302, 400, 404, 500, 503])
def test_whatever_is_no_success_is_a_failure_and_no_redirect_is_followed(status):
    with receiving(answering(status, location="/elsewhere")) as receiver:
        assert delivered(receiver.url) == Delivery(f"HTTP {status}")
    assert len(receiver.got) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_says_for_how_long_to_leave_it_alone(status):
    with receiving(answering(status, retry_after="120")) as receiver:
        assert delivered(receiver.url) == Delivery(f"HTTP {status}", 120.0)


@pytest.mark.parametrize(
    ("said", "after_s"),
    [
        ("30", 30.0),
        ("Sun, 22 Nov 2026 08:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 07:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2026 08:01:00 -0000", 60.0),
        ("", 0.0),
        ("-5", 0.0),
        ("soon", 0.0),
        ("²", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(said, after_s):
    assert retry_after_s(said, NOW) == after_s


def test_nobody_there_is_a_failure_that_does_not_tell_the_address():
    delivery = delivered(f"http://127.0.0.1:{free_port()}/hook?token=secret")
    assert delivery.failure.startswith("ConnectError")
    assert "secret" not in delivery.failure


def test_a_receiver_that_hangs_is_left(monkeypatch):
    monkeypatch.setattr("api.webhook.STEP_S", 0.2)
    with receiving(lambda request: request.server.ends.wait()) as receiver:
        assert delivered(receiver.url).failure.startswith("ReadTimeout")


def test_an_answer_of_any_length_is_not_read():
    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        request.wfile.write(b"x")
        request.wfile.flush()
        request.server.ends.wait()

    with receiving(endless) as receiver:
        assert delivered(receiver.url) == TAKEN


def test_without_an_address_messages_are_lines_of_the_log_without_their_texts(caplog):
    caplog.set_level("INFO")
    notifier = notifier_of(Settings())
    assert isinstance(notifier, LogNotifier)
    assert asyncio.run(notifier.deliver(MESSAGE, now=NOW)) == TAKEN
    assert caplog.messages == ["Message 12 to 110101: deadline_missed"]


@pytest.mark.parametrize(
    ("url", "secret", "why"),
    [
        ("https://example.org/hook", None, "SECRET has to be whsec_"),
        ("https://example.org/hook", SECRET.removeprefix("whsec_"), "SECRET has to be whsec_"),
        ("https://example.org/hook", "whsec_short", "SECRET has to be whsec_"),
        ("https://example.org/hook", "whsec_ÄÖÜ", "SECRET has to be whsec_"),
        ("http://example.org/hook", SECRET, "in the clear"),
        ("ftp://example.org/hook", SECRET, "no address of the web"),
        ("example.org", SECRET, "no address of the web"),
        ("https://", SECRET, "no address of the web"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_before_anything_starts(url, secret, why):
    with pytest.raises(BadValue, match=why):
        notifier_of(Settings(webhook_url=url, webhook_secret=secret))


def test_a_secret_is_shown_nowhere():
    settings = Settings(webhook_url="http://127.0.0.1:1/", webhook_secret=SECRET)
    assert isinstance(notifier_of(settings), Webhook)
    assert SECRET not in f"{settings!r} {settings.model_dump_json()}"
