"""Incidents of past years: what a city brings along, and what the store has seen itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rows_by_hand import a_row
from sqlalchemy import func, insert, select, text, update
from store_servers import load_city

from dispatch.incident import Incident, IncidentKind
from dispatch.incident_state import State
from dispatch.store import past_incidents
from dispatch.store.city_folder import load_city_folder
from dispatch.store.history_file import read_history
from dispatch.store.incidents import add_incident, move_incident
from dispatch.store.order_tables import ASSIGNMENTS
from dispatch.store.past_incidents import (
    PAST_INCIDENTS,
    keep_past_incidents,
    past_incidents_digest,
    read_past_incidents,
)
from dispatch.store.transitions import TRANSITIONS
from geo.errors import FlawedData, MissingColumn, UnreadableFile

START = datetime(2026, 1, 5, tzinfo=UTC)


def columns(n: int, **given: object) -> pa.Table:
    """Incidents a minute apart; the fifth has no arrival, the third no crew."""
    reported = [START + timedelta(minutes=row) for row in range(n)]
    arrived = [None if row == 4 else at + timedelta(minutes=9) for row, at in enumerate(reported)]
    stamps = {"reported_at": reported, "arrived_at": arrived}
    values: dict[str, object] = {
        name: pa.array(moments, pa.timestamp("s", tz="UTC")) for name, moments in stamps.items()
    }
    values |= {
        "lon": pa.array([121.0 + row / 1_000 for row in range(n)]),
        "lat": pa.array([30.0] * n),
        "grid": pa.array([f"g{row % 3}" for row in range(n)]).dictionary_encode(),
        "matters": pa.array(["M2;M1" if row % 2 else "M1" for row in range(n)]),
        "crew": pa.array([None if row == 2 else "k1" for row in range(n)]),
        "kind": pa.array(["visit" if row == 1 else "report" for row in range(n)]),
    }
    return pa.table(values | given)


def test_what_was_kept_is_read_again(empty_store, monkeypatch):
    monkeypatch.setattr(past_incidents, "ROWS_A_PART", 4)
    shuffled = columns(10).take(pa.array(np.random.default_rng(1).permutation(10)))
    with empty_store.session() as session:
        assert read_past_incidents(session) is None
        before = past_incidents_digest(session)
        assert keep_past_incidents(session, shuffled) == 10
        assert keep_past_incidents(session, shuffled) == 0
        session.commit()
    shares: list[float] = []
    with empty_store.reading() as session:
        history = read_past_incidents(session, told=shares.append)
        assert session.scalar(select(func.count()).select_from(PAST_INCIDENTS)) == 3
        assert past_incidents_digest(session) != before
    assert history is not None
    np.testing.assert_allclose(np.diff(history.reported_s), 60)
    assert history.grids == ("g0", "g1", "g2")
    assert [history.grids[row] for row in history.grid[:4]] == ["g0", "g1", "g2", "g0"]
    assert history.matters == ("M1", "M2")
    assert [history.matters[row] for row in history.matter[:2]] == ["M1", "M2"]
    assert history.several.tolist() == [row % 2 == 1 for row in range(10)]
    assert np.flatnonzero(history.visit).tolist() == [1]
    assert np.flatnonzero(history.crew < 0).tolist() == [2]
    assert np.flatnonzero(np.isnan(history.arrived_s)).tolist() == [4]
    assert np.isnan(history.handled_s).all()
    assert shares == [0.4, 0.8, 1.0, 1.0]


def test_what_the_store_has_seen_itself_is_history_too(store):
    """The second crew is a reinforcement; the third one secures the place, and is there first."""
    with store.session() as session:
        known = read_past_incidents(session)
        n_known = 0 if known is None else len(known)
        for number, kind in (("E1", IncidentKind.REPORT), ("E2", IncidentKind.VISIT)):
            incident = Incident((121.4, 31.2), ("M9", "M8"), START, kind=kind, id=number)
            add_incident(session, incident, filed_under=())
        taken_back = Incident((121.4, 31.2), (), START, id="E3")
        add_incident(session, taken_back, filed_under=())
        move_incident(session, "E3", State.REPORTED, State.CANCELLED, None)
        for row, (kind, reinforces, unit, minutes) in enumerate(
            [("specialist", False, "k1", 12), ("grid", True, "k2", 5), ("secure", False, "k3", 4)]
        ):
            times = {"dispatched_at": START, "arrived_at": START + timedelta(minutes=minutes)}
            given = {"kind": kind, "reinforces": reinforces, "unit": unit, "incident": "E1"}
            sent = a_row(ASSIGNMENTS, fid=row + 1, id=f"A{row}", **given, **times)
            put(session, ASSIGNMENTS, sent)
        for row, state in enumerate((State.HANDLED, State.CLOSED)):
            step = {"incident": "E1", "after": state, "at": START + timedelta(hours=row + 1)}
            put(session, TRANSITIONS, a_row(TRANSITIONS, fid=row + 1, **step))
        history = read_past_incidents(session)
    assert history is not None
    assert len(history) == n_known + 2
    seconds = {
        name: getattr(history, name)[history.crew >= 0].tolist()
        for name in ("dispatched_s", "first_on_scene_s", "arrived_s", "handled_s", "closed_s")
    }
    after = {name: (at[0] - START.timestamp()) / 60 for name, at in seconds.items()}
    assert after == {
        "dispatched_s": 0, "first_on_scene_s": 4, "arrived_s": 12, "handled_s": 60, "closed_s": 120,
    }  # fmt: skip
    mine = np.flatnonzero(history.reported_s == START.timestamp())
    assert [history.matters[history.matter[row]] for row in mine] == ["M9", "M9"]
    assert history.visit[mine].tolist() == [False, True]
    np.testing.assert_allclose(history.lon_lat[mine], [[121.4, 31.2]] * 2)


def put(session, table, row):
    """A row, whatever other tables say of what it names."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
    session.execute(insert(table).values(row))


def test_a_city_folder_brings_its_history_along(city_folder, empty_store):
    pq.write_table(columns(7), city_folder / "history.parquet")
    with pytest.raises(FlawedData, match=r"history\.parquet"), empty_store.session() as session:
        load_city_folder(city_folder, session)  # arrivals need a mode and a prediction
    whole = columns(7, mode=pa.array(["car"] * 7), estimated_s=pa.array([300] * 7)).append_column(
        "dispatched_at", columns(7)["reported_at"]
    )
    pq.write_table(whole, city_folder / "history.parquet")
    load_city(city_folder, empty_store)
    with empty_store.reading() as session:
        history = read_past_incidents(session)
    assert history is not None
    assert (history.modes, np.isfinite(history.dispatched_s).sum()) == (("car",), 7)


def test_a_damaged_part_says_what_to_do(empty_file):
    with empty_file.session() as session:
        keep_past_incidents(session, columns(3))
        session.execute(update(PAST_INCIDENTS).values(part=b"no"))
        with pytest.raises(UnreadableFile, match="restore a backup"):
            read_past_incidents(session)


def test_columns_that_must_be_there_are_asked_for(empty_file, tmp_path):
    with empty_file.session() as session:
        with pytest.raises(MissingColumn, match="'lat'"):
            keep_past_incidents(session, columns(3).drop_columns("lat"))
        naive = pa.array([START.replace(tzinfo=None)] * 3, pa.timestamp("s"))
        with pytest.raises(UnreadableFile, match="offset"):
            keep_past_incidents(session, columns(3, reported_at=naive))
        nobody = pa.array([None] * 3, pa.timestamp("s", tz="UTC"))
        with pytest.raises(UnreadableFile, match="nobody reported"):
            keep_past_incidents(session, columns(3, reported_at=nobody))
        assert keep_past_incidents(session, columns(0)) == 0
    with pytest.raises(UnreadableFile):
        read_history(tmp_path / "none.parquet")
