"""A city that has a history comes with a model fitted to it; every model is kept by version."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from spec.made_arrivals import made_arrivals
from store_servers import load_city

from dispatch.arrival_chance import MODES, prior
from dispatch.arrival_fit import fit
from dispatch.store.arrival_history import read_arrivals
from dispatch.store.arrival_models import get_arrival_model, in_force, put_in_force
from dispatch.store.cities import read_city
from dispatch.store.engine import Store
from geo.errors import BadValue, FlawedData, MissingColumn, UnknownName, UnreadableFile

MADE = made_arrivals(500, seed=1)


def history(**changed: pa.Array) -> pa.Table:
    """Made arrivals as a history, the last of them without a recorded arrival."""
    moments = [datetime.fromtimestamp(second, UTC) for second in MADE.dispatched_s]
    arrived = [
        moment + timedelta(milliseconds=round(taken * 1000))
        for moment, taken in zip(moments, MADE.taken_s, strict=True)
    ]
    stamp = pa.timestamp("ms", "UTC")
    columns = {
        "mode": pa.array([MODES[row] for row in MADE.mode]).dictionary_encode(),
        "dispatched_at": pa.array(moments, stamp),
        "arrived_at": pa.array([*arrived[:-1], None], stamp),
        "estimated_s": pa.array(MADE.travel_time_s.astype(np.int32)),
        "rating": pa.array(np.zeros(len(MADE))),
    }
    return pa.table(columns | changed)


def test_columns_come_out_of_the_file_as_they_went_in(tmp_path):
    pq.write_table(history(), tmp_path / "h.parquet")
    found = read_arrivals(tmp_path / "h.parquet")
    assert found.left_out == 1
    for name in ("mode", "dispatched_s", "travel_time_s"):
        np.testing.assert_array_equal(getattr(found, name), getattr(MADE, name)[:-1])
    np.testing.assert_allclose(found.taken_s, MADE.taken_s[:-1], atol=1e-3)


@pytest.mark.parametrize(
    ("table", "error", "why"),
    [
        (history().drop_columns("mode"), MissingColumn, "lacks the column 'mode'"),
        (history(mode=pa.array(["horse"] * 500)), BadValue, "no mode 'horse'"),
        (
            history(arrived_at=pa.array([datetime(2026, 1, 1)] * 500)),  # noqa: DTZ001 -- as found
            UnreadableFile,
            "offset",
        ),
    ],
)
def test_a_history_that_cannot_be_used_says_why(tmp_path, table, error, why):
    pq.write_table(table, tmp_path / "h.parquet")
    with pytest.raises(error, match=why):
        read_arrivals(tmp_path / "h.parquet")


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "h.parquet").write_text("id,mode\n", encoding="utf-8")
    for name in ("h.parquet", "none.parquet"):
        with pytest.raises(UnreadableFile, match="cannot be read"):
            read_arrivals(tmp_path / name)


def test_a_city_without_a_history_has_the_prior(store: Store):
    assert read_city(store).arrival_model.version == prior().version


def test_a_city_with_a_history_has_a_model_fitted_to_it(empty_store: Store, city_folder: Path):
    pq.write_table(history(), city_folder / "history.parquet")
    load_city(city_folder, empty_store)
    model = read_city(empty_store).arrival_model
    assert model.version == fit(read_arrivals(city_folder / "history.parquet")).version
    assert sum(model.n_arrivals) == 499


def test_a_broken_history_is_a_finding_and_nothing_is_loaded(empty_store: Store, city_folder: Path):
    (city_folder / "history.parquet").write_text("no", encoding="utf-8")
    with pytest.raises(FlawedData) as caught:
        load_city(city_folder, empty_store)
    assert "history.parquet" in str(caught.value)


def test_an_earlier_model_can_be_read_again_after_another_is_put_in_force(store: Store):
    newer = fit(MADE)
    with store.session() as session:
        first = in_force(session)
        put_in_force(session, newer)
        put_in_force(session, newer)
        session.commit()
    with store.reading() as session:
        assert in_force(session).version == newer.version
        assert get_arrival_model(session, first.version).to_text() == first.to_text()
        with pytest.raises(UnknownName, match="no model of arrivals 'x'"):
            get_arrival_model(session, "x")
