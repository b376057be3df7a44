"""An incident from report to rating over HTTP, and every way that leads elsewhere."""

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

MINUTE = timedelta(minutes=1)


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


def bearer(role: str) -> dict[str, str]:
    return {"authorization": f"Bearer demo-{role}"}


def ask(client, number: str, to: str, *, role: str = "dispatcher", **more: object):
    return client.post(
        f"/api/v1/incidents/{number}/transitions", json={"to": to} | more, headers=bearer(role)
    )


def move(client, number: str, to: str, **more: object) -> dict:
    answer = ask(client, number, to, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def send(client, number: str, **whom: object) -> dict:
    suggestion = asked(client, number)
    return move(client, number, "dispatched", suggestion=suggestion["id"], **whom)


def assignments(client, number: str) -> list[dict]:
    return client.get("/api/v1/assignments", params={"incident": number}).json()["items"]


def states(client, number: str) -> list[str]:
    entries = client.get(f"/api/v1/incidents/{number}/timeline").json()
    return [entry["state"] for entry in entries if entry["state"]]


def test_an_incident_from_report_to_rating(client, clock):
    number = reported(client)
    assert move(client, number, "accepted")["may_follow"][0] == "dispatched"
    assert send(client, number, rank=1)["state"] == "dispatched"
    for minute, to in enumerate(["acknowledged", "en_route", "on_scene"], start=1):
        clock.now = SEVEN + minute * MINUTE
        assert move(client, number, to, lon_lat=RIVER.lon_lat["3"])["state"] == to
    for to in ("handled", "feedback", "verified", "closed"):
        clock.now += MINUTE
        assert move(client, number, to)["state"] == to
    assert move(client, number, "rated", rating=5)["may_follow"] == []
    (sent,) = assignments(client, number)
    assert (sent["unit"], sent["outcome"]) == ("K2", "done")
    clocks = ("acknowledged_at", "departed_at", "arrived_at")
    assert [sent[name] for name in clocks] == [f"2026-11-19T23:0{n}:00Z" for n in (1, 2, 3)]
    whole = ["reported", "accepted", "dispatched", "acknowledged", "en_route", "on_scene"]
    whole += ["handled", "feedback", "verified", "closed", "rated"]
    assert states(client, number) == whole
    progress = client.get(f"/api/v1/incidents/{number}/progress").json()
    assert [one["state"] for one in progress] == whole
    assert "demo-dispatcher" not in str(progress)
    assert "K2" not in str(progress)


def test_a_crew_sent_to_what_nobody_has_accepted_accepts_it(client):
    number = reported(client)
    body = {"suggestion": asked(client, number)["id"], "rank": 1}
    assert client.post("/api/v1/assignments", json=body).status_code == 201
    assert states(client, number) == ["reported", "accepted", "dispatched"]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("done", "handled"),
        ("refused", "accepted"),
        ("silent", "accepted"),
        ("called_off", "accepted"),
        ("mistake", "accepted"),
    ],
)
def test_what_setting_a_crew_free_means(client, outcome, state):
    number = reported(client)
    send(client, number, rank=1)
    (sent,) = assignments(client, number)
    client.post(f"/api/v1/assignments/{sent['id']}/release", json={"outcome": outcome})
    assert client.get(f"/api/v1/incidents/{number}").json()["state"] == state
    assert client.get(f"/api/v1/incidents/{number}/timeline").json()[-1]["reason"] == outcome


def test_a_case_is_handled_when_its_last_crew_is_free(client):
    number = reported(client)
    send(client, number, unit="K2")
    move(client, number, "on_scene")
    move_state = send(client, number, unit="K4", reinforces=True)["state"]
    assert move_state == "on_scene", "the first crew leads"
    second, first = assignments(client, number)
    ambiguous = ask(client, number, "handled", role="auditor")
    assert ambiguous.status_code == 403
    client.post(f"/api/v1/assignments/{first['id']}/release", json={"outcome": "done"})
    assert client.get(f"/api/v1/incidents/{number}").json()["state"] == "dispatched"
    client.post(f"/api/v1/assignments/{second['id']}/release", json={"outcome": "called_off"})
    assert client.get(f"/api/v1/incidents/{number}").json()["state"] == "handled"


def test_with_several_crews_one_says_whose_step_it_is(client):
    number = reported(client)
    send(client, number, unit="K2")
    send(client, number, unit="K4", reinforces=True)
    refused = ask(client, number, "acknowledged")
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_value")
    assert "Say which assignment" in refused.json()["detail"]
    second, first = assignments(client, number)
    assert move(client, number, "en_route", assignment=second["id"])["state"] == "en_route"
    assert move(client, number, "acknowledged")["state"] == "en_route", "the other one"
    late = ask(client, number, "acknowledged", assignment=second["id"])
    assert (late.status_code, "is en_route already" in late.json()["detail"]) == (409, True)
    assert first["id"] != second["id"]


def test_of_two_who_move_it_the_second_hears_where_it_stands(client):
    number = reported(client)
    move(client, number, "accepted")
    refused = ask(client, number, "accepted")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert f"Incident {number} is accepted and cannot become accepted" in refused.json()["detail"]


@pytest.mark.parametrize("to", ["returned", "suspended", "cancelled"])
def test_whoever_sends_it_back_says_why(client, to):
    number = reported(client)
    move(client, number, "accepted")
    refused = ask(client, number, to)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_value")
    assert move(client, number, to, reason="地址不详")["state"] == to
    assert client.get(f"/api/v1/incidents/{number}/timeline").json()[-1]["reason"] == "地址不详"


def test_suspended_it_keeps_its_crew_and_goes_on_where_that_is_by_then(client):
    number = reported(client)
    send(client, number, rank=1)
    move(client, number, "acknowledged")
    assert "acknowledged" in move(client, number, "suspended", reason="等待开锁")["may_follow"]
    (sent,) = assignments(client, number)
    client.post(f"/api/v1/assignments/{sent['id']}/arrival")
    assert client.get(f"/api/v1/incidents/{number}").json()["state"] == "suspended"
    assert ask(client, number, "dispatched").status_code == 409
    assert move(client, number, "acknowledged")["state"] == "on_scene"


def test_nobody_is_sent_to_a_case_that_rests_it_is_resumed_first(client):
    number = reported(client)
    send(client, number, rank=1)
    move(client, number, "suspended", reason="等待开锁")
    more = {"suggestion": asked(client, number)["id"], "unit": "K1", "reinforces": True}
    refused = ask(client, number, "dispatched", **more)
    assert refused.status_code == 409
    assert "resume it first" in refused.json()["detail"]
    assert move(client, number, "dispatched")["state"] == "dispatched"
    move(client, number, "dispatched", **more)
    assert len(assignments(client, number)) == 2


def test_a_duplicate_brings_its_crew_and_the_earlier_clock(client, clock):
    duplicate, number = reported(client), reported(client)
    send(client, duplicate, unit="K2")
    move(client, duplicate, "en_route")
    clock.now = SEVEN + 3 * MINUTE
    assert ask(client, duplicate, "merged", reason="同一事件").status_code == 422
    assert ask(client, duplicate, "merged", reason="同一", into=duplicate).status_code == 422
    assert move(client, duplicate, "merged", reason="同一事件", into=number)["state"] == "merged"
    (left,), (carried,) = assignments(client, duplicate), assignments(client, number)
    assert (left["outcome"], carried["instead_of"]) == ("merged", left["id"])
    assert carried["clock"]["dispatched_at"] == "2026-11-19T23:00:00Z"
    assert states(client, number) == ["reported", "accepted", "dispatched", "en_route"]
    gone = ask(client, number, "merged", reason="同一事件", into=duplicate)
    assert (gone.status_code, "nothing can be merged" in gone.json()["detail"]) == (409, True)
    entry = client.get(f"/api/v1/incidents/{duplicate}/timeline").json()[-2:]
    assert number in str(entry)


def test_officers_move_what_they_were_sent_to_and_nothing_else(client):
    number = reported(client)
    send(client, number, unit="K2")
    foreign = ask(client, number, "acknowledged", role="officer")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "forbidden")
    (sent,) = assignments(client, number)
    by_id = client.post(f"/api/v1/assignments/{sent['id']}/arrival", headers=bearer("officer"))
    assert by_id.status_code == 403
    own = reported(client, at="y")
    send(client, own, unit="K1")  # K1a is the demo's officer
    acknowledged = ask(client, own, "acknowledged", role="officer")
    assert acknowledged.json()["state"] == "acknowledged"
    assert ask(client, own, "cancelled", role="officer", reason="累了").status_code == 403
    assert ask(client, own, "cancelled", role="planner", reason="x").status_code == 403


def test_a_reporter_follows_and_rates_their_own_report_only(client):
    body = {"lon_lat": RIVER.lon_lat["x"], "matters": ["H1"]}
    mine = client.post("/api/v1/incidents", json=body, headers=bearer("reporter")).json()["id"]
    other = reported(client)
    path = "/api/v1/incidents/{}/{}".format
    assert client.get(path(mine, "progress"), headers=bearer("reporter")).status_code == 200
    assert client.get(path(other, "progress"), headers=bearer("reporter")).status_code == 404
    assert client.get(path(mine, "timeline"), headers=bearer("reporter")).status_code == 403
    early = client.post(path(mine, "rating"), json={"rating": 1}, headers=bearer("reporter"))
    assert early.status_code == 409
    send(client, mine, rank=1)
    for to in ("handled", "feedback", "verified", "closed"):
        move(client, mine, to)
    rated = client.post(path(mine, "rating"), json={"rating": 4}, headers=bearer("reporter"))
    assert (rated.status_code, rated.json()["state"]) == (200, "rated")
    again = client.post(path(mine, "rating"), json={"rating": 1}, headers=bearer("reporter"))
    assert again.status_code == 409


def test_what_was_reported_is_put_right_with_the_version_that_was_read(client):
    number = reported(client)
    path = f"/api/v1/incidents/{number}"
    early = asked(client, number)
    read = client.get(path)
    correction = {"reason": "群众更正", "lon_lat": RIVER.lon_lat["y"], "case_number": "立〔2026〕7"}
    assert client.patch(path, json=correction).status_code == 428
    tag = {"if-match": read.headers["etag"]}
    corrected = client.patch(path, json=correction, headers=tag)
    assert corrected.status_code == 200, corrected.text
    assert corrected.json()["case_number"] == "立〔2026〕7"
    assert corrected.headers["etag"] != read.headers["etag"]
    stale = client.patch(path, json=correction, headers=tag)
    assert (stale.status_code, stale.json()["code"]) == (412, "outdated")
    entry = client.get(f"{path}/timeline").json()[-1]
    assert (entry["said"]["code"], entry["reason"]) == ("corrected", "群众更正")
    refused = ask(client, number, "dispatched", suggestion=early["id"], rank=1)
    assert (refused.status_code, "was corrected since" in refused.json()["detail"]) == (409, True)
    send(client, number, rank=1)
    late = client.get(path).headers["etag"]
    moved = {"reason": "x", "lon_lat": RIVER.lon_lat["x"]}
    assert client.patch(path, json=moved, headers={"if-match": late}).status_code == 409
    no_reason = {"reason": " ", "case_number": "1"}
    assert client.patch(path, json=no_reason, headers={"if-match": late}).status_code == 422


def test_a_case_beyond_the_border_needs_a_city_that_takes_it(client):
    number = reported(client)
    refused = ask(client, number, "handed_off", reason="辖区外")
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_value")
    unknown = ask(client, number, "handed_off", reason="辖区外", partner="NOWHERE")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_name")
    assert client.get(f"/api/v1/incidents/{number}/hand-offs").json() == []
    assert states(client, number) == ["reported"]


def test_lists_go_by_state(client):
    first, second = reported(client), reported(client, at="y")
    move(client, first, "accepted")
    by_state = client.get("/api/v1/incidents", params={"state": "accepted"}).json()["items"]
    assert [one["id"] for one in by_state] == [first]
    both = client.get("/api/v1/incidents?state=accepted&state=reported&limit=1").json()
    assert ([one["id"] for one in both["items"]], both["next"]) == ([second], second)
    assert client.get("/api/v1/incidents?state=asleep").status_code == 422


def test_what_belongs_to_another_step_is_refused(client):
    number = reported(client)
    assert ask(client, number, "accepted", rank=1).status_code == 422
    assert ask(client, number, "accepted", into="I").status_code == 422
    assert ask(client, number, "dispatched").json()["code"] == "bad_value"
    assert ask(client, "none", "accepted").status_code == 404
    assert client.get("/api/v1/incidents/none/progress").status_code == 404


def test_a_note_stays_as_it_was_written_and_changes_no_version(client):
    number = reported(client)
    path = f"/api/v1/incidents/{number}"
    before = client.get(path)
    noted = client.post(
        f"{path}/notes", json={"text": " 门卫说下午才开门 "}, headers=bearer("leader")
    )
    assert noted.status_code == 201, noted.text
    assert (noted.json()["said"]["zh"], noted.json()["by"]) == ("门卫说下午才开门", "demo-leader")
    entry = client.get(f"{path}/timeline").json()[-1]
    assert (entry, entry["said"]["code"]) == (noted.json(), "note")
    assert client.get(path).headers["etag"] == before.headers["etag"]
    move(client, number, "cancelled", reason="重复来电")
    late = client.post(f"{path}/notes", json={"text": "来电人致歉"}, headers=bearer("dispatcher"))
    assert late.status_code == 201
    assert [one["said"]["zh"] for one in client.get(f"{path}/timeline").json()][-1] == "来电人致歉"


def test_an_empty_note_is_refused_and_so_is_one_of_whoever_was_not_sent(client):
    number = reported(client)
    path = f"/api/v1/incidents/{number}/notes"
    assert client.post(path, json={"text": "  "}).status_code == 422
    assert client.post(path, json={"text": "x"}, headers=bearer("officer")).status_code == 403
    assert client.post(path, json={"text": "x"}, headers=bearer("auditor")).status_code == 403
    gone = "/api/v1/incidents/20991231-000001/notes"
    assert client.post(gone, json={"text": "x"}).status_code == 404
