"""Duty through the doors: signing on and off, and what rosters do to who is suggested."""

import json
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta

import pytest
from spec.served_town import (
    RIVER,
    SEVEN,
    MovedClock,
    asked,
    reported,
    served,
    write_town,
)
from sqlalchemy import insert

from api.cli import run
from dispatch.duty_days import DaySpan, read_time
from dispatch.duty_job import Job
from dispatch.duty_shift import ShiftEntry, ShiftKind, ShiftPattern
from dispatch.store.cities import read_statuses
from dispatch.store.duty import add_shift, note_duty_change
from dispatch.store.duty_tables import JOBS
from dispatch.store.engine import open_store
from dispatch.unit import DutyStatus

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def town_store(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def clock():
    return MovedClock()


@pytest.fixture
def client(town_url, clock):
    with served(town_url, clock) as client:
        yield client


def enter(town_url, *values: ShiftEntry | Job) -> None:
    """Write into the store as another process would."""
    with closing(open_store(town_url)) as store, store.session() as session:
        for value in values:
            if isinstance(value, Job):
                session.execute(insert(JOBS).values(asdict(value) | {"id": "J1"}))
                note_duty_change(session)
            else:
                add_shift(session, value)
        session.commit()


def shift(crew: str, starts: str, ends: str) -> ShiftEntry:
    hours = DaySpan(read_time(starts), read_time(ends))
    return ShiftEntry("", None, crew, ShiftPattern(ShiftKind.WEEKLY, hours))


def reasons(suggestion) -> dict[str, str]:
    return {entry["unit"]: entry["reason"]["code"] for entry in suggestion["passed_over"]}


def units(suggestion) -> list[str]:
    return [proposal["unit"] for proposal in suggestion["proposals"]]


def test_who_signs_off_is_not_sent_and_who_signs_on_is(client):
    incident = reported(client)
    assert units(asked(client, incident))[0] == "K2"
    off = client.put("/api/v1/officers/K2a/duty", json={"on": False})
    assert off.status_code == 200
    assert (off.json()["status"], off.json()["may_be_sent"]) == ("off_duty", False)
    assert off.json()["obstacle"]["en"] == "Off duty."
    later = asked(client, incident)
    assert "K2" not in units(later)
    assert reasons(later)["K2"] == "off_duty"
    on = client.put("/api/v1/officers/K2a/duty", json={"on": True})
    assert on.json()["may_be_sent"]
    assert units(asked(client, incident))[0] == "K2"


def test_what_somebody_else_signed_is_marked_until_the_officer_signs(client):
    own = client.get(
        "/api/v1/officers/me/job", headers={"authorization": "Bearer demo-officer"}
    ).json()
    officer = own["officer"]

    def marks(answer) -> tuple[str | None, str | None, bool]:
        listed = client.get("/api/v1/duty").json()["items"]
        officers = client.get("/api/v1/officers").json()["items"]
        return (
            answer.json()["signed_by"],
            next(one["signed_by"] for one in listed if one["officer"] == officer),
            next(one["by_hand"] for one in officers if one["id"] == officer),
        )

    address = f"/api/v1/officers/{officer}/duty"
    assert marks(client.get(address)) == (None, None, False)
    put = client.put(address, json={"on": False})
    assert marks(put) == ("demo-dispatcher", "demo-dispatcher", True)
    himself = {"authorization": "Bearer demo-officer"}
    assert marks(client.put(address, json={"on": True}, headers=himself)) == (None, None, False)


def test_a_roster_written_by_another_process_counts_at_the_next_beat(client, town_url, clock):
    incident = reported(client)
    enter(town_url, shift("K2", "08:00", "16:00"))
    client.app.state.service.keep_duty()
    assert reasons(asked(client, incident))["K2"] == "off_shift", "it is seven in the morning"
    clock.now = SEVEN + HOUR
    client.app.state.service.keep_duty()
    duty = client.get("/api/v1/officers/K2a/duty").json()
    assert (duty["shift_from"], duty["shift_to"]) == (
        "2026-11-20T08:00:00+08:00",
        "2026-11-20T16:00:00+08:00",
    )
    assert duty["may_be_sent"]


def test_an_extra_shift_lets_an_officer_be_sent_outside_the_roster(client, town_url, clock):
    enter(town_url, shift("K2", "08:00", "16:00"))
    client.app.state.service.keep_duty()
    signed = client.put("/api/v1/officers/K2a/duty", json={"on": True}).json()
    assert signed["obstacle"]["code"] == "off_shift", "signing on does not undo the roster"
    until = (SEVEN + 0.5 * HOUR).isoformat()
    extra = client.put("/api/v1/officers/K2a/duty", json={"on": True, "until": until}).json()
    assert extra["may_be_sent"]
    assert extra["shift_to"] == "2026-11-20T07:30:00+08:00"
    clock.now = SEVEN + 0.5 * HOUR
    client.app.state.service.keep_duty()
    assert not client.get("/api/v1/officers/K2a/duty").json()["may_be_sent"]


def test_a_job_in_hand_keeps_an_officer_and_says_until_when(client, town_url):
    enter(town_url, Job("", "K2a", SEVEN - HOUR, SEVEN + HOUR))
    client.app.state.service.keep_duty()
    duty = client.get("/api/v1/officers/K2a/duty").json()
    assert duty["obstacle"]["code"] == "busy"
    assert duty["job_until"] == "2026-11-20T08:00:00+08:00"
    assert duty["work_s"] == 7200
    assert reasons(asked(client, reported(client)))["K2"] == "busy"


def test_an_assignment_is_a_job_until_it_ends(client, clock):
    suggestion = asked(client, reported(client))
    sent = client.post(
        "/api/v1/assignments", json={"suggestion": suggestion["id"], "rank": 1}
    ).json()
    duty = client.get("/api/v1/officers/K2a/duty").json()
    assert (duty["status"], duty["obstacle"]["code"]) == ("busy", "busy")
    assert duty["job_until"] is not None
    assert client.put("/api/v1/officers/K2a/duty", json={"on": False}).status_code == 409
    clock.now = SEVEN + HOUR
    released = client.post(f"/api/v1/assignments/{sent['id']}/release", json={"outcome": "done"})
    assert released.status_code == 200, released.text
    duty = client.get("/api/v1/officers/K2a/duty").json()
    assert (duty["may_be_sent"], duty["job_until"], duty["work_s"]) == (True, None, 3600)


def test_duty_is_listed_page_by_page_and_only_the_free_if_asked(client):
    client.put("/api/v1/officers/K1a/duty", json={"on": False})
    first = client.get("/api/v1/duty", params={"limit": 2}).json()
    assert [item["officer"] for item in first["items"]] == ["K1a", "K1b"]
    free = client.get("/api/v1/duty", params={"limit": 2, "free": True}).json()
    assert [item["officer"] for item in free["items"]] == ["K1b", "K2a"]


@pytest.mark.parametrize(
    ("officer", "body", "role", "status"),
    [
        ("nobody", {"on": True}, "dispatcher", 404),
        ("K1a", {"on": False, "until": "2026-11-20T08:00:00+08:00"}, "officer", 422),
        ("K1a", {"on": True, "until": "2026-11-19T08:00:00+08:00"}, "officer", 422),
        ("K1a", {"on": True, "until": "2026-11-22T08:00:00+08:00"}, "officer", 422),
        ("K1a", {"on": True, "until": "2026-11-20T08:00:00"}, "officer", 422),
        ("K1a", {"on": True}, "auditor", 403),
    ],
)
def test_what_cannot_be_signed_is_refused(client, officer, body, role, status):
    headers = {"authorization": f"Bearer demo-{role}"}
    answer = client.put(f"/api/v1/officers/{officer}/duty", json=body, headers=headers)
    assert answer.status_code == status, answer.text


class TestCommandLine:
    """`grid-dispatch duty on|off|list`."""

    @pytest.fixture
    def verb(self, town_url, capsys):
        """Run a verb at seven in the morning; answers exit code and JSON."""

        def run_verb(*words: str, now: str = SEVEN.isoformat()) -> tuple[int, object]:
            options = ["--store", town_url, "--now", now, "--json"]
            code = run(["duty", *words, *options])
            said = capsys.readouterr()
            return code, json.loads(said.out) if said.out else said.err

        return run_verb

    def test_off_and_on_change_the_store(self, verb, town_url):
        code, duty = verb("off", "K1a")
        assert (code, duty["status"]) == (0, "off_duty")
        with closing(open_store(town_url)) as store, store.reading() as session:
            assert read_statuses(session)["K1a"] == DutyStatus.OFF_DUTY
        code, duty = verb("on", "K1a")
        assert (code, duty["status"], duty["may_be_sent"]) == (0, "available", True)

    def test_the_answer_is_no_when_something_still_keeps_the_officer(self, verb, town_url):
        enter(town_url, shift("K1", "08:00", "16:00"))
        code, duty = verb("on", "K1a")
        assert (code, duty["obstacle"]["code"]) == (1, "off_shift")
        code, duty = verb("on", "K1a", "--until", (SEVEN + HOUR).isoformat())
        assert (code, duty["may_be_sent"]) == (0, True)

    def test_everybody_is_listed_with_what_keeps_them(self, verb, town_url):
        enter(town_url, shift("K1", "08:00", "16:00"))
        code, listed = verb("list")
        kept = {one["officer"]: one["obstacle"]["code"] for one in listed if one["obstacle"]}
        assert (code, kept) == (0, {"K1a": "off_shift", "K1b": "off_shift"})
        _, free = verb("list", "--free")
        assert len(free) == len(listed) - 2

    def test_the_answer_is_no_when_nobody_is_left(self, verb, town_url):
        enter(town_url, *(shift(crew, "08:00", "16:00") for crew in ("K1", "K2", "K4", "K5")))
        enter(town_url, shift("S1", "08:00", "16:00"))
        assert verb("list", "--free") == (1, [])

    def test_the_list_is_a_table_for_people(self, town_url, capsys):
        options = ["--store", town_url, "--now", SEVEN.isoformat()]
        enter(town_url, shift("K1", "08:00", "16:00"))
        assert run(["duty", "list", *options]) == 0
        shown = capsys.readouterr().out
        assert "K1a" in shown
        assert "always" in shown

    def test_a_stranger_is_named(self, verb):
        code, said = verb("on", "Z9")
        assert (code, said) == (2, "grid-dispatch: There is no officer 'Z9' in this city.\n")

    def test_suggest_reads_the_roster_too(self, town_url, capsys):
        enter(town_url, shift("K2", "08:00", "16:00"))
        lon_lat = ",".join(map(str, RIVER.lon_lat["x"]))
        options = ["--store", town_url, "--json", "--matter", "H1"]
        asked_at = (SEVEN.isoformat(), (SEVEN + HOUR).isoformat())
        for now, code in zip(asked_at, ("off_shift", None), strict=True):
            run(["suggest", "--at", lon_lat, "--now", now, *options])
            answer = json.loads(capsys.readouterr().out)
            assert reasons(answer).get("K2") == (code or "stale_position")
