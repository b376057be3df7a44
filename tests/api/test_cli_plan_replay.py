"""`plan replay` on demo cities, whose history another model made: passed, kept, or the reason."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from demo_service import make_store
from sqlalchemy import delete

from api.cli import EXIT_BAD_INPUT, run
from api.plan_gate import GateQuestion, kept_gate, said_of, told_of
from api.plan_question import tables_folder
from dispatch.store.cities import read_city
from dispatch.store.city_folder import load_city_folder
from dispatch.store.engine import open_store
from dispatch.store.past_incidents import PAST_INCIDENTS
from fixtures.demo_city import write_demo_city
from fixtures.preset import Preset

AT = ("--at", "2026-11-02T09:00:00+08:00")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return make_store(tmp_path_factory.mktemp("replayed"))


def ask(capsys, store, *arguments: object):
    """Exit code, and what was said."""
    capsys.readouterr()
    code = run(["plan", "replay", "--store", f"sqlite:///{store}", *AT, *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


def check(record, zones):
    """What a record of the gate holds, whatever the city."""
    assert record["passed"], [one["en"] for one in record["why"]]
    figures = {(one["figure"], one["zone"]): one for one in record["figures"]}
    assert {("median_s", None), ("p90_s", None)} <= set(figures)
    assert {zone for _, zone in figures} - {None} <= zones
    for one in record["figures"]:
        assert one["low"] <= one["simulated"] <= one["high"]
        assert one["low"] <= one["recorded"] <= one["high"]
    assert record["nobody_came"] < 0.001
    assert all(one["zh"] and one["en"] for one in record["notes"])


ZONES = {f"Z{number:02d}" for number in range(1, 15)}


def test_the_small_city_is_replayed_and_the_verdict_is_kept(capsys, store):
    code, out, err = ask(capsys, store, "--json")
    assert code == 0, (out, err)
    record = json.loads(out)
    check(record, ZONES)
    assert not record["kept"]
    with closing(open_store(f"sqlite:///{store}")) as opened:
        kept = tables_folder(opened) / f"replay-{record['digest']}.json"
        city = read_city(opened)
        assert kept_gate(opened, city) == record | {"kept": True}
        assert kept_gate(opened, city, GateQuestion(seed=2)) is None
    assert kept.is_file()
    code, out, _ = ask(capsys, store, "--json")
    assert (code, json.loads(out)) == (0, record | {"kept": True})
    assert told_of(record)["passed"] is True
    span = [record["judged"][name][:10] for name in ("from", "to")]
    assert all(day in told_of(record)[language] for day in span for language in ("zh", "en"))
    failed = record | {"passed": False}
    assert told_of(failed)["passed"] is False
    assert "judge no draft by it" in told_of(failed)["en"]
    kept.write_text(json.dumps(failed), encoding="utf-8")
    code, out, _ = ask(capsys, store)
    assert code == 1
    assert out.splitlines() == said_of(failed)
    assert out.startswith("Replay of today's plan: not passed.")
    kept.unlink()


def test_what_cannot_be_replayed_is_said_in_one_sentence(capsys, store, tmp_path):
    code, _, err = ask(capsys, store, "--history", tmp_path / "none.parquet")
    assert code == EXIT_BAD_INPUT
    assert "none.parquet cannot be read" in err
    code, _, err = ask(capsys, store, "--weeks", 60)
    assert code == EXIT_BAD_INPUT
    assert "cover 54 week(s)" in err
    with closing(open_store(f"sqlite:///{store}")) as opened, opened.session() as session:
        session.execute(delete(PAST_INCIDENTS))
        session.commit()
    code, _, err = ask(capsys, store)
    assert code == EXIT_BAD_INPUT
    assert "nobody to send" in err  # its open incidents are left, which nobody went to


@pytest.mark.verify
def test_the_standard_city_is_replayed(capsys, tmp_path):
    """A year of 558,000 incidents: median, ninth decile and all 14 zones lie inside."""
    city = write_demo_city(tmp_path / "city", preset=Preset.STANDARD)
    path = tmp_path / "standard.gpkg"
    with closing(open_store(f"sqlite:///{path}", create=True)) as made, made.session() as session:
        load_city_folder(city, session)
        session.commit()
    code, out, err = ask(capsys, path, "--json")
    assert code == 0, (out, err)
    record = json.loads(out)
    check(record, ZONES)
    assert {one["zone"] for one in record["figures"]} == {None, *ZONES}
    median, *_ = record["figures"]
    assert median["high"] - median["low"] < 0.1 * median["recorded"]
