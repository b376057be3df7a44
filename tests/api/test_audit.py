"""The audit at the doors: for auditors over HTTP, for operators on the command line."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime

import pytest
from rows_by_hand import without_guard
from sqlalchemy import delete, update
from typer.testing import CliRunner

from api.cli import app
from dispatch.store import ledger
from dispatch.store.engine import open_store
from dispatch.store.ledger_tables import AUDIT

AUDITOR = {"authorization": "Bearer demo-auditor"}
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def url(tmp_path) -> str:
    """A store whose audit has three entries."""
    address = f"sqlite:///{tmp_path / 'audit.gpkg'}"
    with closing(open_store(address, create=True)) as store, store.session() as session:
        for number in (1, 2, 3):
            ledger.record(session, now=NOW, by="demo-gis", act="close_street", about=f"C{number}")
        session.commit()
    return address


def test_an_auditor_reads_page_by_page_and_nobody_else_does(client):
    service = client.app.state.service
    with service.store.session() as session:
        for number in range(3):
            detail = {"rank": number}
            ledger.record(session, now=NOW, by="x", act="send", about="E-audit", detail=detail)
        session.commit()
    asked = {"about": "E-audit", "limit": 2}
    first = client.get("/api/v1/audit", params=asked, headers=AUDITOR).json()
    rest = client.get("/api/v1/audit", params=asked | {"cursor": first["next"]}, headers=AUDITOR)
    ranks = [row["detail"]["rank"] for row in first["items"] + rest.json()["items"]]
    assert ranks == [2, 1, 0]
    assert rest.json()["next"] is None
    assert first["items"][0]["previous"] == first["items"][1]["hash"]
    for name in ("demo-dispatcher", "demo-admin", "demo-leader"):
        for path in ("/api/v1/audit", "/api/v1/audit/head"):
            refused = client.get(path, headers={"authorization": f"Bearer {name}"})
            assert refused.status_code == 403


@pytest.mark.parametrize("cursor", ["x", "-1", "1e3", "9" * 30])
def test_a_cursor_that_is_none_is_refused(client, cursor):
    answer = client.get("/api/v1/audit", params={"cursor": cursor}, headers=AUDITOR)
    assert answer.status_code == 422


def test_the_head_over_http_is_one_that_verify_takes(client, tmp_path):
    service = client.app.state.service
    head = client.get("/api/v1/audit/head", headers=AUDITOR)
    kept = tmp_path / "head.json"
    kept.write_bytes(head.content)
    code, said = run("verify", "--store", service.store.url, "--head", str(kept), "--json")
    assert (code, json.loads(said)["holds"], json.loads(said)["anchored"]) == (0, True, True)


def test_verify_names_the_first_entry_that_was_edited(url):
    assert run("verify", "--store", url)[0] == 0
    change(url, update(AUDIT).where(AUDIT.c.seq == 2).values(by="somebody-else"))
    code, said = run("verify", "--store", url, "--json")
    answer = json.loads(said)
    assert (code, answer["first_broken"], answer["why"]["code"]) == (1, 2, "audit_edited")
    assert "entry 2" in run("verify", "--store", url)[1]


def test_verify_finds_a_cut_tail_by_a_head_that_was_kept(url, tmp_path):
    kept = tmp_path / "head.json"
    assert run("head", "--store", url, "--out", str(kept))[0] == 0
    assert json.loads(kept.read_text())["seq"] == 3
    change(url, delete(AUDIT).where(AUDIT.c.seq == 3))
    assert run("verify", "--store", url)[0] == 0
    code, said = run("verify", "--store", url, "--head", str(kept), "--json")
    assert (code, json.loads(said)["first_broken"]) == (1, 3)


@pytest.mark.parametrize("text", [None, "", "[]", '{"seq": 1, "hash": "x", "at": null}'])
def test_a_file_that_holds_no_head_is_refused(url, tmp_path, text):
    kept = tmp_path / "head.json"
    if text is not None:
        kept.write_text(text)
    result = CliRunner().invoke(app, ["audit", "verify", "--store", url, "--head", str(kept)])
    assert "holds no head of an audit" in str(result.exception)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["audit", *map(str, arguments)], standalone_mode=False)
    assert result.exception is None, result.exception
    return int(result.return_value or 0), result.stdout


def change(url: str, statement) -> None:
    """Change the table by hand, as whoever has the file can."""
    with closing(open_store(url)) as store, store.session() as session:
        without_guard(session, "audit")
        session.execute(statement)
        session.commit()
