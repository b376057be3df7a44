"""Frozen whereabouts thaw as they were, and what has not changed is kept once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec.town import town
from spec.town_city import NOW, Crew, TownCity

from dispatch import frozen
from dispatch.drone import DroneColumns
from dispatch.duty_columns import DutyColumns
from dispatch.frozen import Freezing, freeze, thaw
from dispatch.unit import DutyStatus, Unit, UnitKind
from dispatch.whereabouts import Whereabouts, locate_officers
from geo.errors import UnreadableFile
from geo.position import Fix, Positions
from geo.road.road_class import Mode
from geo.road.snap import Joins

STREET = town("1---2---3---4---x")
CITY = TownCity(
    STREET,
    home="123",
    next_door="4",
    crews={"2": Crew(mode=Mode.FOOT), "3": Crew(auxiliaries=2), "4": Crew(position_age_s=None)},
    drones=[Unit(code, "", "", UnitKind.DRONE) for code in ("D1", "D2", "D3", "D4")],
)
OFFICERS = CITY.whereabouts()
IDS = [officer.id for officer in OFFICERS.city.roster.officers]
BEIJING = timezone(timedelta(hours=8))

LON_LATS = st.one_of(
    st.sampled_from([*STREET.lon_lat.values(), (110.9, 0.9)]),
    st.tuples(st.floats(109.1, 109.11), st.floats(-0.001, 0.001)),
)
MEASURED = st.none() | st.floats(0, 360)
TIMES = st.datetimes(
    datetime.fromisoformat("1931-01-01"),  # naive: the zone is drawn beside it
    datetime.fromisoformat("2222-01-01"),
    timezones=st.sampled_from([UTC, BEIJING]),
)
FIXES = st.builds(Fix, st.sampled_from(IDS), LON_LATS, TIMES, MEASURED, MEASURED, MEASURED)
SECONDS = st.floats(allow_nan=True, allow_infinity=True, width=64)


@st.composite
def snapshots(draw: st.DrawFn) -> Whereabouts:
    """Anything that can be said of the officers of the town."""
    fixes = {fix.officer: fix for fix in draw(st.lists(FIXES, max_size=8))}
    statuses = draw(st.dictionaries(st.sampled_from(IDS), st.sampled_from(DutyStatus)))
    columns = st.lists(SECONDS, min_size=len(IDS), max_size=len(IDS)).map(np.array)
    duty = DutyColumns(*(draw(columns) for _ in fields(DutyColumns)))
    of_drones = st.lists(SECONDS, min_size=4, max_size=4).map(np.array)
    at = np.column_stack([draw(of_drones), draw(of_drones)])
    drones = DroneColumns(at, draw(of_drones))
    located = locate_officers(OFFICERS.city, Positions(fixes), statuses)
    return located.with_duty(duty).with_drones(drones)


@pytest.fixture(autouse=True, scope="module")
def _small_chunks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(frozen, "CHUNK", 3)
        yield


def check_same(one: Whereabouts, other: Whereabouts) -> None:
    assert one.positions.fixes == other.positions.fixes
    assert one.statuses() == other.statuses()
    assert np.array_equal(one.fix_time_s, other.fix_time_s, equal_nan=True)
    for table, kind in (("joins", Joins), ("duty", DutyColumns), ("drones", DroneColumns)):
        for column in fields(kind):
            values = [getattr(getattr(each, table), column.name) for each in (one, other)]
            assert values[0].tobytes() == values[1].tobytes(), column.name


@given(snapshots())
def test_what_is_thawed_is_what_was_frozen(whereabouts):
    check_same(thaw(freeze(whereabouts).frozen, whereabouts.city), whereabouts)


@given(st.lists(snapshots(), min_size=2, max_size=4))
def test_frozen_on_from_the_last_the_bytes_are_those_frozen_anew(snapshots):
    last: Freezing | None = None
    for whereabouts in snapshots:
        last = freeze(whereabouts, last)
        anew = freeze(whereabouts).frozen
        assert last.frozen.digest == anew.digest
        assert last.frozen.chunks == anew.chunks
        assert last.frozen.parts == anew.parts


def test_fixes_taken_in_one_by_one_freeze_as_if_all_were_read_at_once():
    moved, last = OFFICERS, freeze(OFFICERS)
    for second, officer in enumerate(IDS, start=1):
        fix = Fix(officer, STREET.lon_lat["x"], NOW + timedelta(seconds=second), 5.0)
        moved, _ = moved.moved([fix], now=NOW + timedelta(seconds=60))
        last = freeze(moved, last)
    anew = locate_officers(moved.city, Positions(dict(moved.positions.fixes)), moved.statuses())
    assert last.frozen.digest == freeze(anew).frozen.digest
    check_same(thaw(last.frozen, moved.city), moved)


def parts_of(freezing: Freezing) -> Mapping[str, bytes]:
    return freezing.frozen.parts


def test_one_officer_who_moves_changes_one_chunk():
    before = freeze(OFFICERS)
    fix = Fix(IDS[4], STREET.lon_lat["x"], NOW)
    moved, _ = OFFICERS.moved([fix], now=NOW)
    after = freeze(moved, before)
    fresh = set(parts_of(after)) - set(parts_of(before))
    assert len(fresh) == 2, "the chunk of the officer, and the table of contents"
    assert after.frozen.chunks["fixes"][1] in fresh
    kept = [digest for digest in parts_of(after) if digest not in fresh]
    assert all(parts_of(after)[digest] is parts_of(before)[digest] for digest in kept)


def test_nothing_is_read_again_while_nobody_moves():
    before = freeze(OFFICERS)
    busy = OFFICERS.with_status({IDS[0]: DutyStatus.BUSY})
    after = freeze(busy, before)
    assert after.tables["fixes"] is before.tables["fixes"]
    assert after.frozen.digest != before.frozen.digest


def test_another_version_of_the_city_is_frozen_anew():
    smaller = TownCity(STREET, home="12").whereabouts()
    after = freeze(smaller, freeze(OFFICERS))
    assert after.frozen.digest == freeze(smaller).frozen.digest


def test_a_city_without_officers_can_be_frozen():
    nobody = TownCity(STREET).whereabouts()
    check_same(thaw(freeze(nobody).frozen, nobody.city), nobody)


@pytest.mark.parametrize("damage", [lambda part: part[:-1], lambda part: part[::-1]])
def test_damaged_bytes_are_refused(damage):
    whole = freeze(OFFICERS).frozen
    digest = whole.chunks["fixes"][0]
    parts = MappingProxyType({**whole.parts, digest: damage(whole.parts[digest])})
    with pytest.raises(UnreadableFile, match=f"Part {digest} of a frozen snapshot is damaged"):
        thaw(replace(whole, parts=parts), OFFICERS.city)


def test_the_snapshot_of_another_city_is_refused():
    with pytest.raises(UnreadableFile, match="holds 10 officers, not 4"):
        thaw(freeze(OFFICERS).frozen, TownCity(STREET, home="12").city())
