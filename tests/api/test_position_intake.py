"""The intake of positions: bounded, in order, judged together, and the same after a restart."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from api.errors import Overloaded
from api.intake import PositionIntake
from api.position_saving import save_positions
from dispatch.store.positions import read_positions, write_positions
from geo.errors import Unavailable
from geo.position import Fix, FixResult, Positions

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
AT = "/api/v1/positions"


class Book:
    """Judges by the rules of positions, and remembers how often it was asked."""

    def __init__(self) -> None:
        self.positions = Positions()
        self.rounds: list[int] = []

    def judge(self, fixes: Sequence[Fix]) -> tuple[FixResult, ...]:
        self.rounds.append(len(fixes))
        self.positions, results = self.positions.updated(fixes, now=NOW)
        return results


def fix(officer: str, second: int, lon: float = 109.1) -> Fix:
    return Fix(officer, (lon, 21.5), NOW - timedelta(hours=1) + timedelta(seconds=second))


@pytest.fixture
def book() -> Book:
    return Book()


FIXES = st.builds(
    fix,
    st.sampled_from(["a", "b", "c"]),
    st.integers(-10, 4000),
    st.sampled_from([109.1, 109.1001, 109.2, 150.0, 500.0, float("nan")]),
)


@given(st.lists(st.lists(FIXES, max_size=6), max_size=12))
def test_batches_are_judged_as_if_one_after_the_other(batches: list[list[Fix]]):
    book, alone = Book(), Positions()
    intake = PositionIntake(book.judge, pace_s=0)
    intake.start()
    answers = [intake.offer(batch) for batch in batches]
    intake.stop()
    for batch, answer in zip(batches, answers, strict=True):
        alone, results = alone.updated(batch, now=NOW)
        assert [result.remark.code for result in answer.result(0)] == [
            result.remark.code for result in results
        ]
    assert book.positions.fixes == alone.fixes
    assert book.positions.set_aside == alone.set_aside


def test_what_waits_is_judged_in_one_round_and_answered_batch_by_batch(book: Book):
    begun, go_on = threading.Event(), threading.Event()

    def slow(fixes: Sequence[Fix]) -> tuple[FixResult, ...]:
        begun.set()
        go_on.wait(10)
        return book.judge(fixes)

    intake = PositionIntake(slow, pace_s=0)
    intake.start()
    first = intake.offer([fix("a", 0)])
    begun.wait(10)
    later = [intake.offer([fix("b", n), fix("c", n)]) for n in range(100)]
    go_on.set()
    intake.stop()
    assert first.result(0)[0].accepted
    assert [answer.result(0)[0].fix for answer in later] == [fix("b", n) for n in range(100)]
    assert book.rounds == [1, 200]


def test_over_the_bound_fixes_are_turned_away_at_once_and_then_taken_again(book: Book):
    go_on = threading.Event()

    def stuck(fixes: Sequence[Fix]) -> tuple[FixResult, ...]:
        go_on.wait(10)
        return book.judge(fixes)

    intake = PositionIntake(stuck, most_waiting=10, pace_s=0)
    intake.start()
    taken = intake.offer([fix("a", n) for n in range(10)])
    assert intake.full
    with pytest.raises(Overloaded):
        intake.offer([fix("a", 99)])
    assert (intake.waiting, intake.turned_away) == (10, 1)
    go_on.set()
    assert len(taken.result(10)) == 10
    assert intake.offer([fix("a", 100)]).result(10)[0].accepted
    intake.stop()


def test_a_batch_larger_than_the_bound_is_taken_when_nothing_waits(book: Book):
    intake = PositionIntake(book.judge, most_waiting=10)
    intake.start()
    assert len(intake.offer([fix("a", n) for n in range(50)]).result(10)) == 50
    intake.stop()


def test_a_round_that_fails_is_told_to_those_who_wait_and_the_next_goes_on(book: Book):
    asked: list[int] = []

    def fails_once(fixes: Sequence[Fix]) -> tuple[FixResult, ...]:
        asked.append(len(fixes))
        if len(asked) == 1:
            raise Unavailable("The roads are being swapped.")
        return book.judge(fixes)

    intake = PositionIntake(fails_once, pace_s=0)
    intake.start()
    with pytest.raises(Unavailable):
        intake.offer([fix("a", 0)]).result(10)
    assert intake.offer([fix("a", 1)]).result(10)[0].accepted
    intake.stop()


def test_nothing_is_taken_once_the_intake_is_closed(book: Book):
    intake = PositionIntake(book.judge)
    intake.start()
    intake.stop()
    with pytest.raises(Unavailable):
        intake.offer([fix("a", 0)])


def test_an_item_that_is_no_fix_never_fails_its_batch(client):
    known = client.get(AT, params={"limit": 1}).json()["items"][0]
    sound = {"officer": known["officer"], "lon": known["lon"], "lat": known["lat"]}
    at = datetime.fromisoformat(known["time"])
    items = [
        {**sound, "time": "gestern"},
        {"lon": 1},
        {**sound, "time": at.isoformat(), "lat": {"deg": 21}},
        {**sound, "time": "9999-12-31T23:59:59-14:00"},
        {**sound, "time": (at + timedelta(seconds=9)).isoformat()},
    ]
    answer = client.post(AT, json=items)
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["remark"]["code"] for result in results] == ["bad_value"] * 4 + ["accepted"]
    assert [result["time"] is None for result in results] == [True] * 4 + [False]


def test_over_the_bound_the_door_says_when_to_come_again(client):
    service = client.app.state.service
    known = client.get(AT, params={"limit": 1}).json()["items"][0]
    sent = {name: known[name] for name in ("officer", "time", "lon", "lat")}
    service.intake._most_waiting, service.intake._waiting = 5, 5
    try:
        refused = client.post(AT, json=[sent] * 3)
        reported = client.post(
            "/api/v1/incidents", json={"lon_lat": [sent["lon"], sent["lat"]], "matters": []}
        )
    finally:
        service.intake._most_waiting, service.intake._waiting = 20_000, 0
    assert (refused.status_code, refused.json()["code"]) == (429, "overloaded")
    assert int(refused.headers["retry-after"]) >= 1
    assert reported.status_code == 201
    assert client.post(AT, json=[sent] * 3).status_code == 200


def test_positions_that_could_not_be_saved_are_saved_the_next_time(client, monkeypatch):
    service = client.app.state.service
    known = client.get(AT, params={"limit": 1}).json()["items"][0]
    later = datetime.fromisoformat(known["time"]) + timedelta(seconds=30)
    moved = {
        "officer": known["officer"],
        "time": later.isoformat(),
        "lon": known["lon"],
        "lat": known["lat"],
    }
    assert client.post(AT, json=moved).json()["accepted"] == 1

    def broken(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr("api.position_saving.write_positions", broken)
        with pytest.raises(OSError, match="disk full"):
            save_positions(service)
    save_positions(service)
    with service.store.reading() as session:
        saved = read_positions(session)
    assert saved.fixes[known["officer"]].time == later


def test_a_save_that_ends_half_way_keeps_the_rest_for_the_next_time(client, monkeypatch):
    monkeypatch.setattr("api.position_saving.AT_A_TIME", 1)
    service = client.app.state.service
    save_positions(service)
    listed = client.get(AT, params={"limit": 3}).json()["items"]
    later = max(datetime.fromisoformat(one["time"]) for one in listed) + timedelta(seconds=30)
    moved = [
        {name: one[name] for name in ("officer", "lon", "lat")} | {"time": later.isoformat()}
        for one in listed
    ]
    assert client.post(AT, json=moved).json()["accepted"] == 3
    turns = iter([write_positions, write_positions])

    def until_the_disk_is_full(session: Session, fixes: list[Fix]) -> None:
        write = next(turns, None)
        if write is None:
            raise OSError("disk full")
        write(session, fixes)

    def saved_at() -> list[bool]:
        with service.store.reading() as session:
            kept = read_positions(session).fixes
        return [kept[one["officer"]].time == later for one in listed]

    with monkeypatch.context() as patch:
        patch.setattr("api.position_saving.write_positions", until_the_disk_is_full)
        with pytest.raises(OSError, match="disk full"):
            save_positions(service)
    assert saved_at() == [True, True, False]
    assert service.unsaved == 1
    save_positions(service)
    assert saved_at() == [True, True, True]


def test_many_terminals_at_once_are_all_answered(client, count: Callable[..., int]):
    listed = client.get(AT, params={"limit": 1000}).json()["items"]
    newest = max(datetime.fromisoformat(one["time"]) for one in listed)

    def send(turn: int) -> int:
        at = (newest + timedelta(milliseconds=turn + 1)).isoformat()
        fixes = [
            {"officer": one["officer"], "time": at, "lon": one["lon"], "lat": one["lat"]}
            for one in listed
        ]
        answer = client.post(AT, json=fixes)
        assert answer.status_code == 200
        return len(answer.json()["results"])

    turns = count(reduced=40, full=400)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(send, range(turns))) == turns * len(listed)
