"""What is left for people as a case goes its way: orders, their end, whistles, reminders."""

from __future__ import annotations

from datetime import timedelta

import pytest
from spec.served_town import (
    RIVER,
    SEVEN,
    MovedClock,
    asked,
    copy_town,
    reported,
    served,
    write_town,
)

from api.deadline_watch import DeadlineWatch
from dispatch.store.outbox import list_messages

PHONE = "13612345678"


@pytest.fixture(scope="module")
def town_store(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def clock():
    return MovedClock()


@pytest.fixture
def client(town_store, tmp_path, clock):
    with served(copy_town(town_store, tmp_path), clock) as client:
        yield client


def sent(client, incident: str, **more: object) -> dict:
    first = asked(client, incident)
    taken = {"suggestion": first["id"], "rank": 1, "kind": first["proposals"][0]["kind"]}
    answer = client.post("/api/v1/assignments", json=taken | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def left(client, code: str) -> list:
    with client.app.state.service.store.reading() as session:
        return [one for one in list_messages(session, limit=99) if one.said.code == code]


def test_a_crew_that_is_sent_has_its_order_and_whoever_is_called_off_hears_of_it(client):
    incident = reported(client)
    crew = sent(client, incident)
    (order,) = left(client, "order_sent")
    assert (order.to, order.also) == (crew["unit"], tuple(crew["crew"]))
    assert (order.about, order.dedupe_key) == (incident, f"order:{crew['id']}")
    assert incident in order.said.zh
    assert incident in order.said.en
    assert left(client, "order_ended") == []
    body = {"outcome": "called_off", "reason": "elsewhere"}
    path = f"/api/v1/assignments/{crew['id']}/release"
    assert client.post(path, json=body).status_code == 200
    (ended,) = left(client, "order_ended")
    assert (ended.to, ended.also) == (order.to, order.also)


def test_a_crew_that_refuses_need_not_be_told_so(client):
    crew = sent(client, reported(client))
    body = {"outcome": "refused", "reason": "ill"}
    path = f"/api/v1/assignments/{crew['id']}/release"
    assert client.post(path, json=body).status_code == 200
    assert left(client, "order_ended") == []


def test_a_reporter_hears_how_far_it_is_if_there_is_a_number(client):
    body = {
        "lon_lat": RIVER.lon_lat["x"],
        "matters": ["H1"],
        "reporter": {"name": "甲", "phone": PHONE},
    }
    incident = client.post("/api/v1/incidents", json=body).json()["id"]
    sent(client, incident)
    sent(client, reported(client, at="d"))
    (told,) = left(client, "report_accepted")
    assert (told.to, told.about) == ("reporter", incident)
    assert PHONE not in str(told)


def test_a_reminder_names_the_officers_who_were_sent_and_what_is_missed_whoever_had_to_act(
    client, clock
):
    crew = sent(client, reported(client))
    watch = DeadlineWatch(client.app.state.service)
    clock.now += timedelta(seconds=31)
    watch.beat()
    (reminder,) = left(client, "deadline_remind")
    assert (reminder.to, reminder.also) == (crew["unit"], tuple(crew["crew"]))
    clock.now += timedelta(seconds=30)
    watch.beat()
    (missed,) = left(client, "deadline_missed")
    assert missed.to in {area.code for area in client.app.state.service.city.areas}
    assert missed.also == tuple(crew["crew"])
    (ended,) = left(client, "order_ended")
    assert ended.about == crew["incident"], "a silent crew hears that it is not expected any more"


def test_whoever_is_called_by_a_whistle_hears_of_it_and_so_on_to_the_city_if_silent(client, clock):
    """Called, reminded half-way, and then the command centre above both."""
    body = {"incident": reported(client, "H1", "T1"), "by": "T"}
    called = client.post("/api/v1/whistles", json=body)
    assert called.status_code == 201, called.text
    (told,) = left(client, "whistle")
    assert (told.to, told.about) == ("SQ", body["incident"])
    for minutes, code, to, also in (
        (16, "deadline_remind", "SQ", ("SQ",)),
        (31, "deadline_missed", "C", ("SQ",)),
    ):
        clock.now = SEVEN + timedelta(minutes=minutes)
        DeadlineWatch(client.app.state.service).beat()
        (step,) = left(client, code)
        assert (step.to, step.also) == (to, also)
