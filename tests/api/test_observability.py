"""What an operator sees: health, figures, request ids, and a log without personal data."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from api import case_intervals
from api.case_intervals import CaseIntervals
from api.logs import LogFormat, log_handler
from api.metrics import Figures
from dispatch import desk
from dispatch.incident_state import State
from dispatch.step import Step
from dispatch.store.intervals import latest_step
from dispatch.store.transitions import TRANSITIONS, add_transition

ADMIN = {"authorization": "Bearer demo-admin"}
PHONE = "13912345678"
NAME = "李默然"


@pytest.fixture
def log():
    """Whatever the service logs meanwhile, as JSON lines."""
    handler = log_handler(LogFormat.JSON)
    handler.setStream(written := _Lines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


class _Lines:
    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        """Nothing is held back."""

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.text.splitlines()]


def figures(client) -> dict[tuple[str, frozenset], float]:
    answer = client.get("/metrics", headers=ADMIN)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_parts_are_named_with_what_is_wrong_with_them(client):
    answer = client.get("/readyz")
    while answer.status_code == 503:
        answer = client.get("/readyz")
    parts = {part["part"]: part for part in answer.json()["parts"]}
    assert parts.keys() == {"roads", "store", "intake", "messages"}
    assert all(part["ok"] for part in parts.values())
    service = client.app.state.service
    service.intake._waiting, before = 10**9, service.intake._waiting
    full = client.get("/readyz").json()
    service.intake._waiting = before
    assert full["status"] == "degraded"
    (intake,) = [part for part in full["parts"] if not part["ok"]]
    assert intake["part"] == "intake"
    assert intake["why"]


def test_figures_are_for_those_who_may_see_them(client):
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"authorization": ""}).status_code == 401


def test_requests_are_counted_by_route_and_never_by_address(client):
    name = "grid_dispatch_request_seconds_count"
    labels = {"method": "GET", "route": "/api/v1/incidents/{number}", "status": "404"}
    before = figures(client).get((name, frozenset(labels.items())), 0)
    for number in ("13900000001", "13900000002"):
        client.get(f"/api/v1/incidents/{number}")
    client.get("/no/such/13900000003")
    after = figures(client)
    assert after[name, frozenset(labels.items())] == before + 2
    assert not any("139" in value for _, said in after for _, value in said)


def test_present_values_are_read_off(client):
    seen = {name for name, _ in figures(client)}
    assert {
        "grid_dispatch_positions_waiting",
        "grid_dispatch_positions_turned_away_total",
        "grid_dispatch_stream_listeners",
        "grid_dispatch_store_down",
        "grid_dispatch_outbox_depth",
        "grid_dispatch_outbox_oldest_waiting_seconds",
        "grid_dispatch_outbox_dead_letters",
        "grid_dispatch_outbox_people_to_call",
        "grid_dispatch_ready",
        "grid_dispatch_degraded",
        "grid_dispatch_versions_info",
    } <= seen


def test_versions_are_those_that_are_in_force(client):
    (versions,) = [
        dict(labels) for name, labels in figures(client) if name == "grid_dispatch_versions_info"
    ]
    city = client.get("/api/v1/city").json()
    assert (versions["city"], versions["weights"]) == (city["city_version"], city["weight_version"])
    engines = client.app.state.service.city.travel_times
    roads = {f"roads_{mode}": engine.network.version for mode, engine in engines.items()}
    assert roads
    assert versions == {"city": versions["city"], "weights": versions["weights"]} | roads


def test_how_long_cases_take_is_counted_from_step_to_step(client):
    at = datetime.now(UTC)
    steps = (
        (State.REPORTED, 0),
        (State.DISPATCHED, 40),
        (State.ACKNOWLEDGED, 55),
        (State.ON_SCENE, 640),
    )
    service, counted = client.app.state.service, Figures()
    intervals = CaseIntervals(service, counted)
    place = client.get("/api/v1/positions").json()["items"][0]
    body = {"lon_lat": [place["lon"], place["lat"]], "matters": []}
    number = client.post("/api/v1/incidents", json=body).json()["id"]
    intervals.beat()
    with service.store.session() as session:
        for state, later_s in steps:
            step = Step(state, "demo-dispatcher", at + timedelta(seconds=later_s))
            add_transition(session, number, None, step)
        session.commit()
    intervals.beat()
    intervals.beat()
    sums = {
        sample.labels["interval"]: sample.value
        for family in text_string_to_metric_families(counted.written().decode())
        for sample in family.samples
        if sample.name == "grid_dispatch_interval_seconds_sum"
    }
    assert sums == {
        "report_to_dispatch": 40,
        "dispatch_to_acknowledge": 15,
        "acknowledge_to_arrive": 585,
        "dispatch_to_arrive": 600,
    }


def test_steps_that_come_on_record_late_are_counted_once_in_every_process(client, monkeypatch):
    """
    Two processes count alike; a step with a smaller number may be committed after a larger one.

    Seen to fail where only numbers above the largest one that was seen are looked at.
    """
    monkeypatch.setattr(case_intervals, "BEATS_LATE", 3)
    service = client.app.state.service
    here, there = Figures(), Figures()
    processes = [CaseIntervals(service, counted) for counted in (here, there)]
    place = client.get("/api/v1/positions").json()["items"][0]
    body = {"lon_lat": [place["lon"], place["lat"]], "matters": []}
    numbers = [client.post("/api/v1/incidents", json=body).json()["id"] for _ in range(2)]
    at = datetime.now(UTC)
    with service.store.session() as session:
        first = latest_step(session) + 1
    for late, number in ((1, numbers[1]), (0, numbers[0])):
        row = {"incident": number, "before": State.ACCEPTED, "after": State.DISPATCHED}
        row |= {"fid": first + late, "at": at + timedelta(seconds=90), "by": "li", "reason": ""}
        with service.store.session() as session:
            session.execute(insert(TRANSITIONS).values(row))
            session.commit()
        for process in processes:
            process.beat()
    for _ in range(5):
        processes[0].beat()
    for counted in (here, there):
        samples = {
            sample.name: sample.value
            for family in text_string_to_metric_families(counted.written().decode())
            for sample in family.samples
            if sample.labels.get("interval") == "report_to_dispatch"
        }
        assert samples["grid_dispatch_interval_seconds_count"] == 2


@pytest.mark.parametrize(
    ("given", "kept"),
    [("call-4711.a", True), ("short", False), ("with space in it", False), ("x" * 65, False)],
)
def test_a_request_keeps_a_plain_id_and_gets_one_otherwise(client, given, kept):
    answer = client.get("/api/v1/incidents/none", headers={"x-request-id": given})
    said = answer.headers["x-request-id"]
    assert (said == given) == kept
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", said)
    assert answer.json()["request_id"] == said


def test_every_line_of_a_request_names_it(client, log):
    client.get("/api/v1/city", headers={"x-request-id": "the-one-asked"})
    (line,) = [line for line in log.lines() if line.get("request_id") == "the-one-asked"]
    assert line["message"] == "GET /api/v1/city 200"
    assert (line["level"], line["route"], line["status"]) == ("info", "/api/v1/city", 200)
    assert line["took_ms"] > 0


def test_no_log_line_ever_holds_who_reported(client, log, monkeypatch):
    """The phone goes in by every door and through every kind of failure."""
    reporter = {"name": NAME, "phone": PHONE}
    body = {"lon_lat": [109.1, 21.5], "matters": [], "text": PHONE, "reporter": reporter}
    path = "/api/v1/incidents"
    assert client.post(path, json=body).status_code in {201, 422}
    client.post(path, json=body | {"matters": [PHONE]})
    client.post(path, json=body | {"kind": NAME})
    client.get(f"{path}/{PHONE}", params={"q": PHONE}, headers={"x-request-id": PHONE + " "})
    client.get(f"/{PHONE}")

    def fails(session, *_: object, **__: object) -> None:
        session.execute(desk_rows(), [{"phone": PHONE, "name": NAME}])

    with monkeypatch.context() as patch:
        patch.setattr(desk, "receive", fails)
        assert client.post(path, json=body).status_code >= 500
    assert len(log.lines()) >= 6
    assert PHONE not in log.text
    assert NAME not in log.text


def desk_rows():
    """A statement that the store refuses, with what was reported among its values."""
    from sqlalchemy import text  # noqa: PLC0415 -- only this failure needs it

    return text("INSERT INTO no_such_table (phone, name) VALUES (:phone, :name)")
