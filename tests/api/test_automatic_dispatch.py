"""What a rule dispatches without a person, what it leaves and why, and how it is switched off."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from spec.served_town import (
    RIVER,
    SEVEN,
    MovedClock,
    asked,
    copy_town,
    reported,
    seen,
    served,
    write_town,
)

from api.automatic_dispatch import AutomaticDispatch
from api.cli import run
from api.telling import tell_moves
from dispatch.automatic import judge
from dispatch.automation import object_to
from dispatch.automation_file import read_automation, standard_automation
from dispatch.desk import Draft
from dispatch.incident import Incident
from dispatch.origin import DESK
from dispatch.policy import Policy
from dispatch.policy_file import as_policy
from dispatch.store.audit import read_chain
from geo.remark import Remark

ZONE = "Z1"
PATH = f"/api/v1/automation/zones/{ZONE}"


@pytest.fixture(scope="module")
def town_store(tmp_path_factory) -> Path:
    return write_town(tmp_path_factory.mktemp("town"))


class Room:
    """A command room whose rules are looked at when the test says so."""

    def __init__(self, client, clock: MovedClock) -> None:
        self.client, self.clock = client, clock
        self.service = client.app.state.service
        self.rules = standard_automation()

    def judge(self) -> None:
        AutomaticDispatch(self.service, self.rules).beat()

    def report(self, *matters: str, at: str = "x", **more: object) -> str:
        body = {"lon_lat": RIVER.lon_lat[at], "matters": matters} | more
        answer = self.client.post("/api/v1/incidents", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def judged(self, *matters: str, **more: object) -> dict:
        number = self.report(*matters, **more)
        self.judge()
        return self.shown(number)

    def shown(self, number: str) -> dict:
        return self.client.get(f"/api/v1/incidents/{number}").json()

    def sent(self, number: str) -> list[dict]:
        listed = self.client.get("/api/v1/assignments", params={"incident": number})
        return listed.json()["items"]

    def free_everybody(self) -> None:
        bound = self.client.get("/api/v1/assignments", params={"bound": True}).json()["items"]
        for one in bound:
            path = f"/api/v1/assignments/{one['id']}/release"
            assert self.client.post(path, json={"outcome": "done"}).status_code == 200


@pytest.fixture(scope="module")
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture(scope="module")
def client(town_store, clock, tmp_path_factory):
    with served(copy_town(town_store, tmp_path_factory.mktemp("served")), clock) as client:
        yield client


@pytest.fixture
def room(client, clock):
    """A day after the test before, everybody seen where they stood and free."""
    clock.now += timedelta(days=2)
    room = Room(client, clock)
    room.free_everybody()
    seen(client, clock, K1="1", K2="2", K4="4", K5="5")
    return room


def test_a_simple_case_is_dispatched_by_its_rule_on_both_stores(each_town_url, clock):
    with served(each_town_url, clock) as client:
        room = Room(client, clock)
        seen(client, clock, K1="1", K2="2", K4="4", K5="5")
        told = room.judged("H1")
        assert told["state"] == "dispatched"
        verdict = told["automatic"]
        assert (verdict["dispatched"], verdict["rule"]) == (True, "simple_reports")
        assert verdict["said"]["en"] == "K2 (rank 1) was sent by the rule “Simple cases”."
        (sent,) = room.sent(told["id"])
        assert (sent["unit"], sent["by_rule"], sent["departure"]) == ("K2", True, "followed")
        with room.service.store.reading() as session:
            acts = [(one.act, one.by) for one in read_chain(session)][-3:]
        assert ("dispatch_crew", "rule:simple_reports") in acts
        timeline = client.get(f"/api/v1/incidents/{told['id']}/timeline").json()
        assert "dispatched_by_rule" in [one["said"]["code"] for one in timeline]


@pytest.mark.parametrize(
    ("matters", "more", "why"),
    [
        (["H5"], {}, "not_simple"),
        (["T1"], {}, "not_simple"),
        (["H1", "H5"], {}, "not_simple"),
        ([], {"text": "有人占道"}, "no_matter"),
        (["H1"], {"kind": "visit"}, "planned_visit"),
        (["H1"], {"lon_lat": [100.0, 0.0]}, "outside_zones"),
    ],
)
def test_the_rest_is_left_to_a_person_with_the_reason(room, matters, more, why):
    told = room.judged(*matters, **more)
    assert told["state"] == "reported"
    assert told["automatic"]["dispatched"] is False
    assert told["automatic"]["said"]["code"] == why
    assert room.sent(told["id"]) == []
    timeline = room.client.get(f"/api/v1/incidents/{told['id']}/timeline").json()
    assert timeline[-1]["said"]["code"] == why


def test_what_may_be_a_report_again_is_compared_by_a_person(room):
    first = room.judged("H1")
    again = room.judged("H1")
    assert first["state"] == "dispatched"
    assert again["automatic"]["said"]["code"] == "maybe_known"
    assert first["id"] in again["automatic"]["said"]["en"]


def test_a_report_that_waited_too_long_is_a_persons(room):
    number = room.report("H1")
    room.clock.now += timedelta(minutes=16)
    seen(room.client, room.clock, K4="4")
    room.judge()
    assert room.shown(number)["automatic"]["said"]["code"] == "waited_too_long"


def test_an_incident_that_somebody_has_taken_up_stays_theirs(room):
    number = room.report("H1")
    path = f"/api/v1/incidents/{number}/transitions"
    assert room.client.post(path, json={"to": "accepted"}).status_code == 200
    room.judge()
    assert (room.shown(number)["state"], room.sent(number)) == ("accepted", [])


def test_an_officer_whom_a_person_has_just_taken_stays_and_the_next_goes(room, monkeypatch):
    """Between the suggestion and the order a dispatcher takes the crew that was proposed first."""
    number = room.report("H1")
    by_hand = reported(room.client, "T1", at="2")
    suggestion = asked(room.client, by_hand)
    body = {"suggestion": suggestion["id"], "unit": "K2", "reason": "other", "note": "熟悉"}

    def draw_up_slowly(*asked: object) -> Draft | None:
        draft = dispatcher.draw_up(*asked)
        assert room.client.post("/api/v1/assignments", json=body).status_code == 201
        return draft

    dispatcher = AutomaticDispatch(room.service, room.rules)
    slow = AutomaticDispatch(room.service, room.rules)
    monkeypatch.setattr(slow, "draw_up", draw_up_slowly)
    slow.beat()
    told = room.shown(number)
    (sent,) = room.sent(number)
    assert (sent["unit"], sent["rank"], sent["departure"]) == ("K4", 2, "lower_rank")
    assert told["state"] == "dispatched"


def test_nobody_is_sent_twice_while_rules_and_people_reach_for_the_same(room):
    """Each crew has one incident at the end, whoever was first."""
    numbers = [room.report("H1", at=at) for at in ("1", "3", "5")]
    by_hand = [reported(room.client, "T1", at=at) for at in ("2", "4")]
    asked_for = [asked(room.client, one)["id"] for one in by_hand]
    taken: list[int] = []

    def dispatch(suggestion: str) -> None:
        body = {"suggestion": suggestion, "rank": 1}
        taken.append(room.client.post("/api/v1/assignments", json=body).status_code)

    threads = [threading.Thread(target=dispatch, args=(one,)) for one in asked_for]
    threads.append(threading.Thread(target=room.judge))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    room.judge()
    assert set(taken) <= {201, 409}
    bound = room.client.get("/api/v1/assignments", params={"bound": True}).json()["items"]
    officers = [officer for one in bound for officer in one["crew"]]
    assert len(officers) == len(set(officers))
    assert all(room.shown(one)["automatic"] is not None for one in numbers)


def test_once_all_are_taken_a_person_decides(room):
    for at in ("1", "2", "3", "4", "5"):
        room.clock.now += timedelta(seconds=1)
        last = room.judged("H1", at=at)
    assert last["automatic"]["said"]["code"] in {"nobody", "all_taken"}
    assert last["state"] == "reported"


def test_all_that_wait_are_sent_together_and_nobody_twice(room):
    """Several in one transaction, from one snapshot in which all are free."""
    numbers = [room.report("H1", at=at) for at in ("1", "5")]
    room.judge()
    crews = [one["unit"] for number in numbers for one in room.sent(number)]
    assert sorted(crews) == ["K1", "K5"]
    busy = {officer for officer, status in statuses(room).items() if status == "busy"}
    bound = room.client.get("/api/v1/assignments", params={"bound": True}).json()["items"]
    assert {officer for one in bound for officer in one["crew"]} == busy


def statuses(room: Room) -> dict[str, str]:
    return room.service.live.present.statuses()


def test_one_that_fails_stops_no_other_and_is_tried_after_ever_longer_pauses(room, monkeypatch):
    failing, other = room.report("H1", at="1"), room.report("H1", at="5")
    dispatcher = AutomaticDispatch(room.service, room.rules)
    draw_up, tried = dispatcher.draw_up, []

    def draw_up_unless_it_fails(incident: Incident, policy: Policy) -> Draft | None:
        if incident.id == failing and len(tried) < 3:
            tried.append(room.clock.now)
            raise RuntimeError("a fault")
        return draw_up(incident, policy)

    monkeypatch.setattr(dispatcher, "draw_up", draw_up_unless_it_fails)
    begun = room.clock.now
    for _ in range(16):
        dispatcher.beat()
        room.clock.now += timedelta(seconds=0.25)
    assert room.shown(other)["state"] == "dispatched"
    assert [(at - begun).total_seconds() for at in tried] == [0.0, 0.5, 1.5]
    assert room.shown(failing)["state"] == "dispatched"


def test_one_that_fails_in_the_store_undoes_those_with_it_and_they_go_without_it(room, monkeypatch):
    numbers = [room.report("H1", at=at) for at in ("1", "5")]
    dispatcher = AutomaticDispatch(room.service, room.rules)
    failing = iter([True, True])

    def tell_or_fail(*given: object, **more: object) -> None:
        told = {one.incident for one in given[1]}
        if numbers[1] in told and next(failing, False):
            raise RuntimeError("a fault")
        tell_moves(*given, **more)

    monkeypatch.setattr("api.automatic_dispatch.tell_moves", tell_or_fail)
    for _ in range(2):
        dispatcher.beat()
        assert [len(room.sent(number)) for number in numbers] == [1, 0]
    room.clock.now += timedelta(seconds=1)
    dispatcher.beat()
    assert [len(room.sent(number)) for number in numbers] == [1, 1]


def rules(**changed: str) -> str:
    keys = {"triage": '["simple"]', "title_zh": '"甲"', "title_en": '"A"'} | changed
    lines = "\n".join(f"{key} = {value}" for key, value in keys.items())
    return f"[judging]\nwithin_s = 900\n[rule.a]\n{lines}\n"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"sources": '["camera"]'}, "other_source"),
        ({"matters": '["T*"]'}, "other_matter"),
        ({"matters": '["H*"]'}, None),
        ({"domains": '["T"]'}, "other_matter"),
        ({"gravest": "1"}, "too_grave"),
        ({"hours": '["08:00-12:00"]'}, "outside_hours"),
        ({"hours": '["22:00-07:30"]'}, None),
        ({"triage": '["general", "complex"]'}, "not_simple"),
    ],
)
def test_a_rule_says_which_matters_hours_and_sources(client, changed, why):
    """A report at seven in the morning in China."""
    service, own = client.app.state.service, read_automation(rules(**changed))
    incident = Incident(RIVER.lon_lat["x"], ("H1",), SEVEN, id="20261119-999999")
    with service.store.reading() as session:
        judged = judge(session, incident, DESK, service.city, own, off={}, now=SEVEN)
    decided = judged.decided
    assert (decided.code if isinstance(decided, Remark) else None) == why


def test_an_operators_file_is_refused_with_every_finding_at_once():
    flawed = rules(hours='["7-8", "x"]', gravest="9", sources='["radio"]', triage="[]", more="1")
    with pytest.raises(Exception, match="5 finding") as refused:
        read_automation(flawed, "own.toml")
    assert {one.feature for one in refused.value.findings} == {
        f"rule.a.{key}" for key in ("hours", "gravest", "sources", "triage", "more")
    }


def test_a_proposal_that_is_late_is_a_persons_where_the_rule_asks_for_the_target(room):
    incident = Incident(RIVER.lon_lat["x"], ("H1",), room.clock.now)
    draft = AutomaticDispatch(room.service, room.rules).draw_up(incident, as_policy("nearest"))
    own = read_automation(rules(in_target="true")).rules[0]
    assert object_to(own, draft.suggestion) is None
    first, *others = draft.suggestion.proposals
    missed = replace(first, meets_target=False)
    late = replace(draft.suggestion, proposals=(missed, *others))
    assert object_to(own, late).code == "late"
    assert object_to(replace(own, in_target=False), late) is None
    assert object_to(own, replace(late, proposals=())).code == "nobody"


def test_rules_that_nobody_wrote_leave_everything_to_people(room):
    room.rules = replace(room.rules, rules=())
    assert room.judged("H1")["automatic"]["said"]["code"] == "no_rule"


def test_a_zone_that_is_switched_off_at_the_last_moment_is_a_persons(room, monkeypatch):
    """Between the suggestion and the order; seen to fail where the switch is read only before."""
    number = room.report("H1")
    drawing = AutomaticDispatch(room.service, room.rules)
    slow = AutomaticDispatch(room.service, room.rules)

    def draw_up_slowly(*asked: object) -> Draft | None:
        draft = drawing.draw_up(*asked)
        assert room.client.put(PATH, json={"on": False, "why": "台风"}).status_code == 200
        return draft

    monkeypatch.setattr(slow, "draw_up", draw_up_slowly)
    slow.beat()
    assert room.client.put(PATH, json={"on": True}).status_code == 200
    assert room.sent(number) == []
    assert room.shown(number)["automatic"]["said"]["code"] == "switched_off"


def test_a_zone_is_switched_off_in_one_call_and_stays_so_after_a_restart(
    town_store, tmp_path, clock
):
    store = copy_town(town_store, tmp_path)
    clock.now += timedelta(days=2)
    with served(store, clock) as client:
        seen(client, clock, K1="1", K2="2", K4="4", K5="5")
        off = client.put(PATH, json={"on": False, "why": "台风"})
        assert off.status_code == 200, off.text
        assert [(one["zone"], one["on"], one["why"]) for one in off.json()["zones"]] == [
            (ZONE, False, "台风")
        ]
        with client.app.state.service.store.reading() as session:
            last = list(read_chain(session))[-1]
        assert (last.act, last.about, last.by) == ("switch_automation", ZONE, "demo-dispatcher")
    with served(store, clock) as client:
        room = Room(client, clock)
        assert room.judged("H1")["automatic"]["said"]["code"] == "switched_off"
        assert client.put(PATH, json={"on": True}).json()["zones"][0]["on"]
        clock.now += timedelta(days=1, minutes=1)
        seen(client, clock, K1="1", K2="2", K4="4", K5="5")
        assert room.judged("H1")["state"] == "dispatched"
        assert client.put("/api/v1/automation/zones/NONE", json={"on": True}).status_code == 404


def test_the_verb_shows_and_switches(town_store, tmp_path, capsys):
    store = ["--store", f"sqlite:///{copy_town(town_store, tmp_path)}"]
    assert run(["automation", "--zone", ZONE, "--switch", "off", "--why", "台风", *store]) == 0
    assert run(["automation", *store]) == 0
    assert "Z1: off" in capsys.readouterr().out
    assert run(["automation", "--switch", "off", *store]) == 2
    assert run(["report", "automation", "--json", *store]) == 0


def test_the_share_of_each_is_reported(client, room):
    since = room.clock.now.isoformat()
    for matters in (["H1"], ["H5"], []):
        room.judged(*matters)
    told = client.get("/api/v1/reports/automation", params={"since": since}).json()
    assert (told["dispatched"]["hits"], told["dispatched"]["of"]) == (1, 3)
    shares = {name: (one["hits"], one["of"]) for name, one in told["by_triage"].items()}
    assert shares == {"simple": (1, 1), "complex": (0, 1), "none": (0, 1)}
    assert told["by_rule"] == {"simple_reports": 1}
    assert {one["code"]: one["count"] for one in told["left"]} == {"not_simple": 1, "no_matter": 1}
    assert told["by_zone"][ZONE]["of"] == 3
    assert told["by_source"]["desk"]["of"] == 3


def test_the_share_is_of_thirty_days_unless_another_span_is_asked_for(client, room):
    path = "/api/v1/reports/automation"
    told = client.get(path).json()
    since, until = (datetime.fromisoformat(told[name]) for name in ("since", "until"))
    assert (until, until - since) == (room.clock.now, timedelta(days=30))
    assert client.get(path, params={"since": "2020-01-01T00:00:00Z"}).status_code == 422
    assert client.get(path, params={"until": "2020-01-01T00:00:00Z"}).status_code == 200


def test_a_service_that_is_told_so_dispatches_by_itself(town_store, tmp_path, clock, monkeypatch):
    monkeypatch.setenv("GRID_DISPATCH_AUTOMATIC", "true")
    clock.now += timedelta(days=1)
    with served(copy_town(town_store, tmp_path), clock) as client:
        seen(client, clock, K1="1", K2="2", K4="4", K5="5")
        number = reported(client)
        assert eventually(lambda: Room(client, clock).shown(number)["state"] == "dispatched")


def eventually(holds: Callable[[], bool]) -> bool:
    waiting = threading.Event()
    return any(holds() or waiting.wait(0.05) for _ in range(200) if not waiting.is_set())
