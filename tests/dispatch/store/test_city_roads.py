"""Roads are published as layers are: built aside, kept while a version names them, gone back to."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, datetime

import numpy as np
import pytest
from shapely import LineString
from spec.city_files import STREET
from spec.layer_table import BEIHAI, layer

from dispatch import desk
from dispatch.atlas import publish_drafts, read_published
from dispatch.incident import Incident
from dispatch.layer.check import check_against, check_file
from dispatch.layer.coverage_change import coverage_change
from dispatch.layer.rows import LayerRows
from dispatch.replay import Replay, reopen, replay
from dispatch.store.backup import back_up, bring_back, use_roads
from dispatch.store.cities import read_city, read_statuses
from dispatch.store.city_versions import CityVersion, Publishing, go_back
from dispatch.store.engine import Store
from dispatch.store.layer_drafts import add_draft, read_draft_rows
from dispatch.store.positions import read_positions
from dispatch.store.road_folders import road_folder, roads_published
from dispatch.unit import DutyStatus
from dispatch.whereabouts import locate_officers
from geo.errors import FlawedData, UnreadableFile
from geo.road.road_class import Mode

NOW = datetime(2026, 11, 20, 2, 0, 30, tzinfo=UTC)
PLACE = STREET.lon_lat["x"]


def street(*ways: str, kind: str = "支路"):
    """Straight roads from junction to junction of the street, each numbered by its place."""
    lines = [LineString(BEIHAI.to_xy(STREET.places(way))) for way in ways]
    columns = {"class": [kind] * len(ways), "id": [str(at) for at in range(len(ways))]}
    return layer("roads", columns, lines)


def publish(store: Store, *layers: LayerRows) -> CityVersion:
    city = read_city(store)
    with store.session() as session:
        drafts = [
            add_draft(session, check_file(rows), source="路政", against=None, now=NOW, by="gis")
            for rows in layers
        ]
        numbers = tuple(draft.id for draft in drafts)
        published = publish_drafts(session, city, Publishing(NOW, "gis", "新路", numbers))
        session.commit()
    return published.version


def roads_of(store: Store) -> dict[Mode, str]:
    """Versions of the networks, and the engines have no others."""
    with store.reading() as session:
        named = dict(roads_published(session))
    engines = read_city(store).travel_times
    assert {mode: times.network.version for mode, times in engines.items()} == named
    return named


def ask(store: Store) -> str:
    city = read_city(store)
    with store.session() as session:
        found = locate_officers(city, read_positions(session), read_statuses(session))
        free = found.with_status(dict.fromkeys(("001", "002"), DutyStatus.AVAILABLE))
        number, _ = desk.keep(session, desk.draw_up(Incident(PLACE, ("H1",), NOW), free, now=NOW))
        session.commit()
    return number


def again(store: Store, number: str) -> Replay:
    city = read_city(store)
    with store.reading() as session:
        return replay(reopen(session, number, city))


def to_x_s(store: Store) -> float:
    """Seconds by car from the first junction of the street to x."""
    times = read_city(store).travel_times[Mode.CAR]
    route = times.route(times.join(STREET.places("1")), times.join(STREET.places("x")))
    assert route is not None
    return route.travel_time_ms / 1000


def test_roads_are_built_for_every_mode_and_gone_back_from(store: Store):
    loaded, drawn_s = roads_of(store), to_x_s(store)
    version = publish(store, street("12", "2x", "x3"))
    built = roads_of(store)
    assert built.keys() == loaded.keys() == {Mode.CAR, Mode.FOOT}
    assert not set(built.values()) & set(loaded.values())
    assert to_x_s(store) != drawn_s
    assert read_city(store).travel_times[Mode.CAR].network.street_way_id.tolist() == [0, 1, 2]
    with store.session() as session:
        go_back(session, None, Publishing(NOW, "gis"))
        session.commit()
    assert (roads_of(store), to_x_s(store)) == (loaded, drawn_s)
    with store.session() as session:
        go_back(session, version.number, Publishing(NOW, "gis"))
        session.commit()
    assert roads_of(store) == built


def test_a_suggestion_on_the_roads_of_before_is_made_again_on_them(store: Store):
    before = ask(store)
    publish(store, street("12", "2x", "x3"))
    after = ask(store)
    assert after != before
    assert again(store, before) == Replay(before, same=True)
    assert again(store, after) == Replay(after, same=True)


def test_roads_that_are_gone_are_said_to_be_and_are_not_gone_back_to(store: Store):
    number, loaded = ask(store), roads_of(store)
    publish(store, street("12", "2x", "x3"))
    with store.session() as session:
        folder = road_folder(session, Mode.CAR, loaded[Mode.CAR])
        shutil.rmtree(folder)
        with pytest.raises(UnreadableFile, match=f"roads for car of version {loaded[Mode.CAR]}"):
            go_back(session, None, Publishing(NOW, "gis"))
    gone = again(store, number).gone
    assert gone.code == "roads_gone"
    assert loaded[Mode.CAR] in gone.en


def test_a_layer_that_makes_no_roads_for_a_mode_changes_nothing(store: Store):
    loaded = roads_of(store)
    with pytest.raises(FlawedData, match="makes no roads for foot"):
        publish(store, street("12", "2x", kind="高速公路"))
    assert roads_of(store) == loaded


def test_nothing_is_published_with_a_transaction_that_is_undone(embedded: Store):
    loaded, city = roads_of(embedded), read_city(embedded)
    with embedded.session() as session:
        rows = check_file(street("12", "2x"))
        draft = add_draft(session, rows, source="路政", against=None, now=NOW, by="gis")
        publish_drafts(session, city, Publishing(NOW, "gis", "", (draft.id,)))
        session.rollback()
    assert roads_of(embedded) == loaded


def test_a_backup_has_the_roads_of_every_version(store: Store, elsewhere: str, tmp_path):
    number, loaded = ask(store), roads_of(store)
    publish(store, street("12", "2x", "x3"))
    built = roads_of(store)
    back_up(store, tmp_path / "backup")
    with closing(bring_back(tmp_path / "backup", elsewhere)) as back:
        roads = tmp_path / "their-roads" if back.path is None else None
        with back.session() as session:
            use_roads(session, tmp_path / "backup", keep_roads_in=roads)
            session.commit()
        assert roads_of(back) == built
        assert again(back, number).same
        with back.session() as session:
            go_back(session, None, Publishing(NOW, "gis"))
            session.commit()
        assert roads_of(back) == loaded


def test_the_same_layer_makes_the_same_networks_whoever_publishes_it(embedded: Store):
    publish(embedded, street("12", "2x"))
    first = roads_of(embedded)
    publish(embedded, street("12", "2x", "x3"))
    publish(embedded, street("12", "2x"))
    assert roads_of(embedded) == first
    assert np.array_equal(
        read_city(embedded).travel_times[Mode.CAR].network.street_way_id, np.array([0, 1])
    )


def test_a_draft_of_roads_tells_coverage_before_and_after_and_publishes_none(store: Store):
    """A street to the middle of grid G1, where 120 of 200 people live; half an hour on foot."""
    loaded, published = roads_of(store), read_published(store, now=NOW)
    longer = np.concatenate([[(109.075, 0.0)], STREET.places("12x3")])
    rows = layer("roads", {"class": ["支路"], "id": ["1"]}, [LineString(BEIHAI.to_xy(longer))])
    with store.session() as session:
        draft = add_draft(session, check_file(rows), source="", against=None, now=NOW, by="gis")
        session.commit()
        rows = read_draft_rows(session, draft.id)
    change = coverage_change(check_against(rows, published), published)
    covered = (change.before, change.after)
    assert [round(one.share(one.in_time), 6) for one in covered] == [0.0, 0.6]
    assert [one.share(one.unreachable) for one in covered] == [0.4, 0.4]
    assert (change.lost, change.gained) == ((), ("G1",))
    assert roads_of(store) == loaded
