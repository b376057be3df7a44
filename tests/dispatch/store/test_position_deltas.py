"""Who moved, told by one process to the others on the same store."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

import numpy as np

from dispatch.fix_columns import fix_row
from dispatch.store.engine import open_store
from dispatch.store.position_deltas import (
    deltas_of_others,
    drop_deltas,
    read_deltas,
    write_delta,
)
from geo.position import Fix

SEVEN = datetime(2026, 11, 19, 23, 0, 0, 123_457, tzinfo=UTC)
FIXES = [
    Fix("李-1", (109.1, 21.5), SEVEN, 8.0, 1.25, 359.9),
    Fix("b\n2", (109.123456789, 21.4), SEVEN + timedelta(seconds=1)),
    Fix("c", (109.1, 21.4), SEVEN, by_hand=True),
]


def test_fixes_are_read_by_others_as_they_were_told_and_by_nobody_twice(new_store_url):
    with closing(open_store(new_store_url, create=True)) as store, store.session() as session:
        ids, table = [fix.officer for fix in FIXES], np.array([fix_row(fix) for fix in FIXES])
        write_delta(session, ids, table, process="here", now=SEVEN)
        session.commit()
        assert deltas_of_others(session, process="here") == frozenset()
        numbers = deltas_of_others(session, process="there")
        assert read_deltas(session, numbers) == FIXES
        assert read_deltas(session, numbers - numbers) == []
        drop_deltas(session, before=SEVEN + timedelta(seconds=1), process="here")
        assert deltas_of_others(session, process="there") == frozenset()
