"""A request that is sent again after the service fell has one effect and one answer."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from functools import partial
from http.client import HTTPException
from pathlib import Path

import pytest
from faults.running_server import RunningServer, running
from sqlalchemy import event, func, select
from sqlalchemy.orm import ORMExecuteState, Session

from api import idempotency
from dispatch.store.engine import open_store
from dispatch.store.idempotency import ANSWERS
from dispatch.store.tables import INCIDENTS

AT = "/api/v1/incidents"
TEXT = "渣土车遗撒"


def fall_after_commit(fuse: Path) -> None:
    """Kill the process once a keyed effect is durable and nothing is answered yet, once."""

    @event.listens_for(Session, "do_orm_execute")
    def mark(state: ORMExecuteState) -> None:
        if state.is_insert and getattr(state.statement, "table", None) is ANSWERS:
            state.session.info["keyed"] = True

    @event.listens_for(Session, "after_commit")
    def fall(session: Session) -> None:
        if session.info.get("keyed") and fuse.exists():
            fuse.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


def keep_no_answer(fuse: Path) -> None:
    """The same, and the answer isn't kept with the effect."""

    def without(session: Session, *_: object) -> None:
        session.info["keyed"] = True

    idempotency.keep_answer = without
    fall_after_commit(fuse)


def sent_through_a_fall(server: RunningServer, fuse: Path) -> list[str]:
    """Send a report until it is answered, then twice more; which incidents are named."""
    fuse.touch()
    with server.caller() as caller:
        report = {"lon_lat": caller.get("/api/v1/positions").body["items"][0], "text": TEXT}
        report["lon_lat"] = [report["lon_lat"]["lon"], report["lon_lat"]["lat"]]
        report["matters"] = []
        with pytest.raises((OSError, HTTPException)):
            caller.post(AT, report, idempotency_key="through a fall")
    server.kill()
    assert not fuse.exists()
    assert count_incidents(server.store) == 1
    server.start()
    with server.caller() as caller:
        retries = [caller.post(AT, report, idempotency_key="through a fall") for _ in range(3)]
    assert {retry.status for retry in retries} == {201}
    return [retry.body["id"] for retry in retries]


def test_killed_between_effect_and_answer_the_retry_hears_the_first_answer(store_url, tmp_path):
    """Seen to fail with the guard taken out, as the next test shows."""
    fuse = tmp_path / "fuse"
    with running(store_url, tmp_path, weakened=partial(fall_after_commit, fuse)) as server:
        named = sent_through_a_fall(server, fuse)
        assert len(set(named)) == 1
        assert count_incidents(store_url) == 1


def test_without_the_kept_answer_the_retry_is_a_second_report(embedded_url, tmp_path):
    fuse = tmp_path / "fuse"
    with running(embedded_url, tmp_path, weakened=partial(keep_no_answer, fuse)) as server:
        sent_through_a_fall(server, fuse)
        assert count_incidents(embedded_url) > 1


def count_incidents(url: str) -> int:
    with closing(open_store(url)) as opened, opened.reading() as session:
        wanted = select(func.count()).select_from(INCIDENTS).where(INCIDENTS.c.text == TEXT)
        return session.scalar(wanted) or 0
