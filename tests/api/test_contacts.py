"""The doors of contacts, channels and calls: who enters them, who sees them, what is on record."""

from __future__ import annotations

import asyncio
import json
from itertools import chain as joined

import pytest
import requests
from spec.served_town import MovedClock, copy_town, reported, served, write_town

from api.channel_file import open_channels, read_channels
from api.channels import FAILURES
from api.cli import run
from api.routes import contacts as contact_routes
from dispatch.addressing import Sealed
from dispatch.notify import PHONE, TAKEN, Delivery
from dispatch.store.audit import read_chain
from dispatch.store.ledger import post
from dispatch.store.letters import add_letter
from dispatch.store.outbox import list_messages
from geo.errors import BadValue, UnreadableFile
from geo.remark import Remark

ADMIN = {"authorization": "Bearer demo-admin"}
NUMBER = "13612345678"
ME = "/api/v1/contacts/officer:K1a"
FILE = (
    '[channel.sms]\nkind = "sms"\nurl = "json://user:s3cret@127.0.0.1:9/sms?:to={address}&cto=1"\n'
)


@pytest.fixture(scope="module")
def town_store(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def client(town_url):
    with served(town_url, MovedClock()) as client:
        yield client


def channel_file(folder, content=FILE, mode=0o600):
    file = folder / "channels.toml"
    file.touch(mode=mode)
    file.write_text(content, "utf-8")
    return file


def entered(client, **more: object):
    body = {"ways": [{"channel": "sms", "address": NUMBER}], **more}
    answer = client.put(ME, json=body, headers=ADMIN)
    assert answer.status_code == 200, answer.text
    return answer.json()


def chain(client) -> list:
    with client.app.state.service.store.reading() as session:
        return [link for link in read_chain(session) if "contact" in link.act or "call" in link.act]


def test_who_administers_enters_contacts_and_sees_stars(client):
    shown = entered(client)
    assert shown == {
        "person": "officer:K1a",
        "language": "zh",
        "ways": [{"channel": "sms", "address": "*******5678"}],
        "masked": True,
    }
    assert client.get("/api/v1/contacts", headers=ADMIN).json()["items"] == [shown]
    assert client.get(ME, headers=ADMIN).status_code == 403


def test_who_dispatches_sees_the_address_and_the_look_is_on_record_without_it(client):
    entered(client)
    shown = client.get(ME).json()
    assert (shown["ways"][0]["address"], shown["masked"]) == (NUMBER, False)
    assert [(link.act, link.by, link.about) for link in chain(client)] == [
        ("contact_set", "demo-admin", "officer:K1a"),
        ("saw_contact", "demo-dispatcher", "officer:K1a"),
    ]
    assert NUMBER not in str(chain(client))


def test_what_is_forgotten_is_gone_and_the_audit_never_had_it(client):
    entered(client)
    assert client.delete(ME, headers=ADMIN).json()["ways"] == []
    assert client.get("/api/v1/contacts", headers=ADMIN).json()["items"] == []
    assert NUMBER not in str(chain(client))


@pytest.mark.parametrize(
    ("person", "ways", "why"),
    [
        ("officer:NONE", ["sms"], "no officer"),
        ("unit:NONE", ["sms"], "no unit"),
        ("account:none", ["sms"], "no account"),
        ("reporter:E1", ["sms"], "number of the report"),
        ("nobody", ["sms"], "names nobody"),
        ("officer:K1a", ["sms", "sms"], "named once"),
    ],
)
def test_a_contact_of_nobody_is_refused_without_repeating_the_address(client, person, ways, why):
    body = {"ways": [{"channel": one, "address": NUMBER} for one in ways]}
    answer = client.put(f"/api/v1/contacts/{person}", json=body, headers=ADMIN)
    assert answer.status_code == 422, answer.text
    assert why in answer.json()["en"]
    assert NUMBER not in answer.text


@pytest.fixture
def call(client) -> int:
    """Somebody who is to be called."""
    entered(client, ways=[{"channel": "phone", "address": NUMBER}])
    about, service = reported(client), client.app.state.service
    with service.store.session() as session:
        said = Remark("order_sent", "请出发", "Go.")
        post(session, now=service.clock(), to="K1", said=said, dedupe_key="k", about=about)
        session.flush()
        message = next(one for one in list_messages(session, limit=9) if one.dedupe_key == "k")
        add_letter(session, message, "officer:K1a", PHONE, from_at=service.clock())
        session.commit()
    (row,) = client.get("/api/v1/calls").json()["items"]
    return row["id"]


def test_whom_to_call_is_a_list_in_stars_and_one_look_at_a_time_in_full(client, call):
    (row,) = client.get("/api/v1/calls").json()["items"]
    assert (row["person"], row["phone"], row["text"]) == ("officer:K1a", "*******5678", "请出发")
    shown = client.get(f"/api/v1/calls/{call}").json()
    assert (shown["phone"], shown["masked"]) == (NUMBER, False)
    looks = [link for link in chain(client) if link.act == "saw_contact"]
    assert [(link.by, link.about) for link in looks] == [("demo-dispatcher", row["about"])]
    assert NUMBER not in str(looks)


def test_who_was_reached_goes_off_the_list_and_that_is_on_record(client, call):
    missed = client.post(f"/api/v1/calls/{call}/done", json={"reached": False})
    assert (missed.status_code, missed.json()["calls"]) == (200, 1)
    keyed = {"idempotency-key": "once"}
    for _ in range(2):
        done = client.post(f"/api/v1/calls/{call}/done", json={"reached": True}, headers=keyed)
        assert done.status_code == 200
    assert client.get("/api/v1/calls").json()["items"] == []
    again = client.post(f"/api/v1/calls/{call}/done", json={"reached": True})
    assert again.status_code == 409
    reached = [json.loads(link.detail)["reached"] for link in chain(client) if link.act == "called"]
    assert reached == [False, True]


def test_channels_say_how_they_do_and_a_test_says_what_became_of_it(client, tmp_path):
    service = client.app.state.service
    assert (
        client.post(
            "/api/v1/channels/sms/test", json={"address": NUMBER}, headers=ADMIN
        ).status_code
        == 404
    )
    service.channels = open_channels(channel_file(tmp_path))
    became = client.post("/api/v1/channels/sms/test", json={"address": NUMBER}, headers=ADMIN)
    assert became.json() == {"taken": False, "failure": "No connection, or no answer in time."}
    rows = client.get("/api/v1/channels", headers=ADMIN)
    assert [(row["name"], row["kind"]) for row in rows.json()] == [
        ("sms", "sms"),
        ("phone", "phone"),
    ]
    assert "s3cret" not in rows.text + became.text
    with service.store.reading() as session:
        assert NUMBER not in str(list(read_chain(session)))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (FILE.replace("sms", "phone"), "phone is the list of calls"),
        (FILE.replace('kind = "sms"', 'kind = "fax"'), "flawed at kind"),
        (FILE.replace("url =", "uri ="), "flawed at url, uri"),
        (FILE.replace("json:", "none-such:"), "apprise knows no such address"),
        ("s3cret = 1", "nothing else"),
        ("s3cret", "no TOML"),
    ],
)
def test_a_flawed_file_of_channels_is_refused_and_its_secrets_are_not_said(tmp_path, content, why):
    with pytest.raises(BadValue, match=why) as refused:
        open_channels(channel_file(tmp_path, content))
    assert "s3cret" not in str(refused.value)


def test_a_file_of_secrets_that_others_may_read_is_refused(tmp_path):
    with pytest.raises(BadValue, match="chmod 600"):
        read_channels(channel_file(tmp_path, mode=0o644))
    with pytest.raises(UnreadableFile):
        read_channels(tmp_path / "none.toml")


def test_an_address_stays_in_its_place(tmp_path):
    channel = read_channels(channel_file(tmp_path))["sms"]
    assert channel.url_to("1&verify=no") == channel.url.replace("{address}", "1%26verify%3Dno")
    assert "s3cret" not in repr(channel)


def test_a_channel_that_fails_again_and_again_is_left_alone_for_a_while(tmp_path, monkeypatch):
    monkeypatch.setattr("api.channels.FAILURES", 2)
    channels = open_channels(channel_file(tmp_path))
    tried: list[str] = []

    def fails(_channel, letter: Sealed) -> Delivery:
        tried.append(letter.address)
        return Delivery("HTTP 500", of_channel=True)

    monkeypatch.setattr(channels, "_try", fails)

    async def story() -> list[Delivery]:
        return [
            await channels.deliver(f"k{row}", Sealed("sms", str(row), "t", "x")) for row in range(4)
        ]

    deliveries = asyncio.run(story())
    assert tried == ["0", "1"]
    assert "left alone" in deliveries[-1].failure
    monkeypatch.setattr("api.channels.time.monotonic", lambda: float("inf"))
    monkeypatch.setattr(channels, "_try", lambda *_: TAKEN)
    assert asyncio.run(channels.deliver("k9", Sealed("sms", "9", "t", "x"))) == TAKEN
    assert asyncio.run(channels.deliver("k", Sealed("none", "9", "t", "x"))).for_good
    channels.close()


@pytest.mark.parametrize(
    ("schema", "status", "rests"),
    [
        ("json", 400, False),
        ("json", 404, False),
        ("json", 422, False),
        ("json", 401, True),
        ("json", 429, True),
        ("json", 503, True),
        ("wecombot", 403, False),
        ("wecombot", 429, False),
        ("wecombot", 502, True),
    ],
)
def test_addresses_that_are_refused_do_not_silence_a_channel_for_everybody(
    tmp_path, monkeypatch, schema, status, rests
):
    """Seen to fail: six wrong numbers, and nobody was told anything for twenty seconds."""
    url = {"json": "json://127.0.0.1:9/sms?:to={address}", "wecombot": "wecombot://{address}"}
    content = f'[channel.it]\nkind = "message"\nurl = "{url[schema]}"\n'
    channels = open_channels(channel_file(tmp_path, content))
    answer = requests.Response()
    answer.status_code, answer._content = status, b"no"
    monkeypatch.setattr("requests.request", lambda *_, **__: answer)

    async def story() -> None:
        for row in range(FAILURES):
            await channels.deliver(f"k{row}", Sealed("it", f"1380000000{row}", "t", "x"))

    asyncio.run(story())
    assert channels.rests("it") == rests
    channels.close()


def test_contacts_are_listed_a_page_at_a_time_and_read_no_further(client, monkeypatch):
    officers = [f"K{crew}{one}" for crew in (1, 2, 4, 5) for one in "ab"]
    body = {"ways": [{"channel": "sms", "address": NUMBER}]}
    for officer in officers:
        path = f"/api/v1/contacts/officer:{officer}"
        assert client.put(path, json=body, headers=ADMIN).status_code == 200
    asked = []
    whole = contact_routes.list_contacts

    def counted(session, *, after: str = "", limit: int) -> list:
        asked.append(found := whole(session, after=after, limit=limit))
        return found

    monkeypatch.setattr(contact_routes, "list_contacts", counted)
    seen, cursor = [], ""
    while cursor is not None:
        query = {"limit": 3, "cursor": cursor}
        page = client.get("/api/v1/contacts", params=query, headers=ADMIN).json()
        seen.append([one["person"] for one in page["items"]])
        cursor = page["next"]
    assert [len(one) for one in seen] == [3, 3, 2]
    assert list(joined.from_iterable(seen)) == [f"officer:{one}" for one in officers]
    assert max(map(len, asked)) <= 4


ROBOTS = {
    "wecombot": ("wecombot://key-of-a-group", '{"errcode": 45009, "errmsg": "limit"}'),
    "dingtalk": ("dingtalk://tokenofagroup", '{"errcode": 130101, "errmsg": "too fast"}'),
    "feishu": ("feishu://token-of-a-group", '{"code": 11232, "msg": "limit"}'),
    "sms": ("json://127.0.0.1:9/sms?:to={address}", '{"state": "balance"}'),
}


@pytest.mark.parametrize("schema", ROBOTS)
def test_a_gateway_that_refuses_in_its_body_has_not_taken_it(tmp_path, monkeypatch, schema):
    """Answers as the robots of WeCom, DingTalk and Feishu give them, with status 200."""
    url, refused = ROBOTS[schema]
    taken = '{"state": "sent"}' if schema == "sms" else '{"errcode": 0, "code": 0}'
    content = f'[channel.it]\nkind = "message"\nurl = "{url}"\n'
    if schema == "sms":
        content += """expects = '"state": "sent"'\n"""
    channels = open_channels(channel_file(tmp_path, content))
    became = {}
    for body in (refused, taken):
        answer = requests.Response()
        answer.status_code, answer._content = 200, body.encode()
        monkeypatch.setattr("requests.request", lambda *_, answer=answer, **__: answer)
        became[body] = channels.test(Sealed("it", "13800000000", "title", "text"))
    channels.close()
    assert became[taken] == TAKEN
    assert became[refused].failure.startswith(("Refused with code", "The answer does not say"))


def test_the_verb_enters_a_file_as_spreadsheets_write_it(town_store, tmp_path, monkeypatch, capsys):
    """Seen to fail with UTF-8 alone: ``'utf-8' codec can't decode byte``."""
    monkeypatch.setenv("GRID_DISPATCH_CHANNELS", str(channel_file(tmp_path)))
    store = ["--store", f"sqlite:///{copy_town(town_store, tmp_path)}"]
    file = tmp_path / "contacts.csv"
    file.write_bytes("person,channel,address\nbody:住建局,sms,13800000000\n".encode("gb18030"))
    assert run(["contact", "load", str(file), *store, "--json"]) == 0
    assert "body:住建局" in capsys.readouterr().out
    file.write_bytes(b"\xff\xfe\x00\x81")
    assert run(["contact", "load", str(file), *store]) == 2
    assert run(["contact", "load", str(tmp_path / "none.csv"), *store]) == 2
    said = capsys.readouterr().err
    assert "codec" not in said
    assert "Errno" not in said
