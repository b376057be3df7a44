"""
Letters to people against gateways that fail, hang, answer 429 and come back, across a restart.

The gateway speaks HTTP on a port of this machine and is asked by apprise, as a real one is.

Seen to fail with the guard taken out: with a `pass_on` that writes no second letter people are
lost; with a `Channels` that sends again what has not come back somebody is told twice; with a call
list that counts for nothing the alarm is silent.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from spec.served_town import SEVEN, MovedClock, write_town

from api.post_office import PostOffice
from api.routes import health
from api.settings import Settings
from api.starting import start_service
from dispatch.contact import Contact, Language
from dispatch.incident import Incident, Reporter
from dispatch.notify import MessageState, SendingTerms
from dispatch.store import ledger
from dispatch.store.contacts import set_contacts
from dispatch.store.incidents import add_incident
from dispatch.store.letters import note_call
from dispatch.store.outbox import list_messages, read_outbox, send_again
from geo.errors import Conflict
from geo.remark import Remark

PATIENCE_S = 60
TERMS = SendingTerms(most_tries=5, send_within_s=30)
IMPATIENT = SendingTerms(most_tries=5, send_within_s=0.6)
SECRET = "s3cret-token"  # noqa: S105 -- a word to look for


@pytest.fixture(scope="module")
def town_store(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


class Gateway(ThreadingHTTPServer):
    """Does with each letter what the test says, and keeps those that it has taken."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.does: Callable[[str, str], int] = lambda _channel, _address: 200
        self.taken: list[tuple[str, str, str]] = []
        self.asked: Counter[str] = Counter()
        self.go_on = threading.Event()
        self.lock = threading.Lock()

    def handle_error(self, *_: object) -> None:
        """Whoever asked has gone."""


HANGS = 0


class Answering(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["content-length"])))
        channel, address = self.path.split("/")[-1].split("?")[0], said["to"]
        with self.server.lock:
            self.server.asked[channel] += 1
        status = self.server.does(channel, address)
        if status == HANGS:
            self.server.go_on.wait(PATIENCE_S)
            status = 200
        with self.server.lock, suppress(OSError):
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()
            if status == 200:
                self.server.taken.append((channel, address, said["message"]))

    def log_message(self, *_: object) -> None:
        """The test looks for itself."""


@pytest.fixture
def gateway(monkeypatch) -> Iterator[Gateway]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    gateway = Gateway()
    thread = threading.Thread(target=gateway.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield gateway
    gateway.go_on.set()
    gateway.shutdown()
    thread.join()
    gateway.server_close()


class Town:
    """A store with people to tell, and a service on it that may be started again."""

    def __init__(self, url: str, gateway: Gateway, folder: Path) -> None:
        self.clock, self.url = MovedClock(), url
        self.channels = folder / "channels.toml"
        self.channels.touch(mode=0o600)
        self.channels.write_text(
            "\n".join(
                f'[channel.{kind}]\nkind = "{kind}"\n'
                f'url = "json://user:{SECRET}@127.0.0.1:{gateway.server_port}/{kind}'
                '?:to={address}&rto=20&cto=5"'
                for kind in ("message", "sms")
            ),
            encoding="utf-8",
        )
        self.begin()

    def begin(self) -> None:
        self.service = start_service(Settings(store=self.url, channels=self.channels), self.clock)
        self.store = self.service.store

    def reach(self, person: str, *channels: str, language: Language = Language.ZH) -> None:
        contacts = [Contact(person, one, f"{one}-of-{person[-3:]}", language) for one in channels]
        with self.store.session() as session:
            set_contacts(session, person, contacts)
            session.commit()

    def post(self, *keys: str, to: str = "K1a", code: str = "order", phone: str = "") -> None:
        reporter = Reporter("", phone) if phone else None
        with self.store.session() as session:
            report = Incident((0.0, 0.0), (), SEVEN, reporter=reporter)
            about = add_incident(session, report, filed_under=()).id
            for key in keys:
                said = Remark(code, f"文 {key}", f"Word {key}")
                ledger.post(
                    session, now=self.clock(), to=to, said=said, dedupe_key=key, about=about
                )
            session.commit()

    def letters(self, state: MessageState | None = None) -> dict:
        with self.store.reading() as session:
            rows = list_messages(session, state=state, limit=9_999)
        return {one.dedupe_key: one for one in rows if one.channel is not None}

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not await asyncio.to_thread(holds):  # noqa: ASYNC110 -- the store tells nobody
                await asyncio.sleep(0.01)

    async def drained(self, office: PostOffice) -> None:
        """Try everything until nothing waits; the clock moves only while nothing is out."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                await asyncio.sleep(0.02)
                with self.store.reading() as session:
                    waiting = list_messages(session, state=MessageState.WAITING, limit=9_999)
                if not waiting and not office._under_way:
                    return
                due_at = max((one.due_at for one in waiting), default=self.clock())
                if not office._under_way and due_at > self.clock():
                    self.clock.now = due_at

    @asynccontextmanager
    async def sending(self, terms: SendingTerms = TERMS):
        office = PostOffice(self.service, terms, seed=1)
        office.start()
        try:
            yield office
        finally:
            await office.stop()

    def all_sent(self) -> None:
        async def story() -> None:
            async with self.sending() as office:
                await self.drained(office)

        asyncio.run(story())

    def alarm(self) -> str | None:
        with self.store.reading() as session:
            self.service.outbox = read_outbox(session)
        return health._wrong_with_messages(self.service)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("api.post_office.LOOK_S", 0.02)
    monkeypatch.setattr("api.post_office.STOPS_S", 30)
    monkeypatch.setattr("api.channels.REST_S", 0.02)


@pytest.fixture
def town(town_url, gateway, tmp_path):
    """On a store of each kind in `make verify`."""
    town = Town(town_url, gateway, tmp_path)
    yield town
    with closing(town.store):
        pass


def test_somebody_is_told_once_by_the_first_channel_in_their_language(town, gateway):
    town.reach("officer:K1a", "message", "sms", "phone")
    town.reach("officer:K1b", "sms", language=Language.EN)
    town.post("a")
    town.post("b", to="K1b")
    town.all_sent()
    assert sorted(gateway.taken) == [
        ("message", "message-of-K1a", "文 a"),
        ("sms", "sms-of-K1b", "Word b"),
    ]
    assert {one.state for one in town.letters().values()} == {MessageState.SENT}
    assert town.alarm() is None


def test_a_crew_is_its_officers_and_a_command_room_whoever_has_its_contact(town, gateway):
    for officer in "ab":
        town.reach(f"officer:K1{officer}", "message")
    town.reach("area:TC", "sms")
    town.post("crew", to="K1")
    town.post("room", to=town.service.city.areas[0].code)
    town.all_sent()
    assert [taken[1] for taken in sorted(gateway.taken)] == ["message-of-K1a", "message-of-K1b"]
    (dead,) = town.letters(MessageState.DEAD).values()
    assert dead.failure.startswith(f"No channel reaches area:{town.service.city.areas[0].code}")


def test_what_a_channel_does_not_take_goes_on_by_the_next_one(town, gateway):
    town.reach("officer:K1a", "message", "sms", "phone")
    gateway.does = lambda channel, _: 503 if channel == "message" else 200
    town.post("a")
    town.all_sent()
    assert gateway.taken == [("sms", "sms-of-K1a", "文 a")]
    assert gateway.asked["message"] == 3, "as often as the rules say"
    first = town.letters()["a>officer:K1a>message"]
    assert (first.state, first.failure, first.passed_to) == ("passed_on", "HTTP 503", "sms")
    assert town.alarm() is None


def test_in_the_end_somebody_calls_and_the_alarm_says_so_until_it_is_done(town, gateway):
    town.reach("officer:K1a", "message", "sms", "phone")
    gateway.does = lambda _channel, _address: 500
    town.post("a")
    town.all_sent()
    (call,) = town.letters(MessageState.TO_CALL).values()
    assert (call.to, call.channel, call.due_at) == ("officer:K1a", "phone", None)
    assert gateway.taken == []
    assert town.alarm() == "1 to be told by phone; see /api/v1/calls."
    with town.store.session() as session:
        assert note_call(session, call.number, now=town.clock(), reached=False).tries == 1
        assert note_call(session, call.number, now=town.clock(), reached=True).state == "sent"
        with pytest.raises(Conflict):
            note_call(session, call.number, now=town.clock(), reached=True)
        session.commit()
    town.all_sent()
    assert town.alarm() is None


def test_whoever_asks_to_be_left_alone_is_asked_again_later_and_once_it_takes_no_more(
    town, gateway
):
    town.reach("officer:K1a", "message")
    gateway.does = lambda _channel, _address: 429 if gateway.asked["message"] < 3 else 200
    town.post("a")
    town.all_sent()
    assert gateway.taken == [("message", "message-of-K1a", "文 a")]
    assert town.letters()["a>officer:K1a>message"].state == MessageState.SENT


def test_a_letter_that_hangs_is_not_sent_beside_itself_and_its_late_answer_counts(town, gateway):
    town.channels.write_text(town.channels.read_text("utf-8").replace("rto=20", "rto=60"), "utf-8")
    town.store.close()
    town.begin()
    town.reach("officer:K1a", "message")
    town.reach("officer:K1b", "sms")
    gateway.does = lambda channel, _: HANGS if channel == "message" else 200

    async def story() -> None:
        async with town.sending(IMPATIENT) as office:
            town.post("slow")
            await town.until(lambda: any(one.failure for one in town.letters().values()))
            town.post("quick", to="K1b")
            town.clock.now += timedelta(seconds=30)
            await town.until(lambda: gateway.taken)
            gateway.go_on.set()
            await town.drained(office)

    asyncio.run(story())
    assert sorted(taken[2] for taken in gateway.taken) == ["文 quick", "文 slow"]
    assert gateway.asked["message"] == 1
    assert not town.letters(MessageState.DEAD)


def test_nothing_is_lost_and_nobody_told_twice_whatever_the_gateway_does(town, gateway, count):
    """A gateway by chance, and the service started anew in the middle of it."""
    people, messages = ["K1a", "K2a", "K4a", "K5a"], count(reduced=6, full=100)
    for one in people:
        town.reach(f"officer:{one}", "message", "sms", "phone")
    drawn = random.Random(3)  # noqa: S311 -- a test's
    gateway.does = lambda _channel, _address: drawn.choice([200, 429, 500, 503])
    keys = {f"{one}-{number}": one for one in people for number in range(messages)}
    for key, one in keys.items():
        town.post(key, to=one)

    async def half() -> None:
        async with town.sending():
            await town.until(lambda: sum(gateway.asked.values()) >= len(keys) // 2)

    asyncio.run(half())
    town.store.close()
    town.begin()
    town.all_sent()
    told = Counter(text.removeprefix("文 ") for _, _, text in gateway.taken)
    to_call = {one.letter_of for one in town.letters(MessageState.TO_CALL).values()}
    assert told.keys() | to_call == keys.keys(), "lost"
    assert not told.keys() & to_call, "told by both"
    assert set(told.values()) == {1}, "told twice"
    assert not town.letters(MessageState.DEAD)
    assert bool(to_call) == (town.alarm() is not None)


def test_whom_nothing_reaches_is_a_dead_letter_that_goes_out_once_a_contact_is_there(town, gateway):
    town.post("a", to="Bureau of Weights")
    town.all_sent()
    (dead,) = town.letters(MessageState.DEAD).values()
    assert dead.failure == "No channel reaches body:Bureau of Weights: enter how."
    assert town.alarm() == "1 given up; see /api/v1/messages?state=dead."
    town.reach("body:Bureau of Weights", "message")
    with town.store.session() as session:
        send_again(session, dead.number, now=town.clock())
        session.commit()
    town.all_sent()
    assert [text for _, _, text in gateway.taken] == ["文 a"]
    assert town.alarm() is None


def test_quiet_hours_hold_back_what_can_wait_and_nothing_else(town, gateway):
    """SEVEN is seven in the morning; half past six is within the hours of the rules."""
    town.clock.now = SEVEN - timedelta(minutes=30)
    town.reach("officer:K1a", "message")
    town.post("order")
    town.post("told", to="reporter", code="report_closed", phone="13812345678")

    async def story() -> None:
        async with town.sending():
            await town.until(lambda: len(town.letters(MessageState.SENT)) == 1)
            await town.until(lambda: len(town.letters()) == 2)

    asyncio.run(story())
    (held,) = town.letters(MessageState.WAITING).values()
    assert held.due_at == SEVEN
    assert town.alarm() is None
    town.all_sent()
    assert ("sms", "13812345678", "文 told") in gateway.taken


def test_no_secret_address_or_text_is_in_the_log_or_beside_a_letter(town, gateway, caplog):
    caplog.set_level("DEBUG")
    town.reach("officer:K1a", "message")
    gateway.does = lambda _channel, _address: 500
    town.post("a")
    town.all_sent()
    kept = " ".join(str(one) for one in town.letters().values())
    for said in (caplog.text, kept):
        assert SECRET not in said
        assert "message-of-K1a" not in said
    assert "文 a" not in caplog.text
