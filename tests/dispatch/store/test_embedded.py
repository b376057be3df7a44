"""The embedded store: durable, a valid GeoPackage, and never another program's file."""

from __future__ import annotations

import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box
from sqlalchemy import column, delete, select, table, text, update

from dispatch.incident import Incident
from dispatch.store import geopackage
from dispatch.store.engine import Store, open_store
from dispatch.store.incidents import add_incident
from dispatch.store.tables import INCIDENTS
from geo.errors import UnreadableFile

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's GDAL is not in the virtual environment


def test_ogrinfo_lists_every_layer_without_a_complaint(embedded: Store, need_program):
    embedded.close()
    found = subprocess.run(
        [need_program("ogrinfo"), "-so", "-al", str(embedded.path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stderr == ""
    for layer in ("areas", "zones", "grids", "units", "incidents", "officers", "suggestions"):
        assert f"Layer name: {layer}\n" in found.stdout
    assert "Extent: (109.000000, -0.100000) - (109.300000, 0.100000)" in found.stdout


def test_the_validator_of_gdal_finds_nothing_wrong(embedded: Store, need_program, leave_out):
    need_program("ogrinfo")
    embedded.close()
    validator = "osgeo_utils.samples.validate_gpkg"
    python = [SYSTEM_PYTHON, "-m", validator, str(embedded.path)]
    found = subprocess.run(python, capture_output=True, text=True, check=False)
    if "No module named" in found.stderr:
        leave_out("GDAL's GeoPackage validator (Debian package python3-gdal)")
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_every_connection_syncs_what_it_commits(embedded: Store):
    """Seen to fail with ``synchronous = OFF``; without a word SQLite here falls back on FULL."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    wanted["recursive_triggers"] = 1  # what is replaced is seen to go
    embedded.engine.dispose()
    several = [work() for work in (embedded.session, embedded.reading, embedded.reading)]
    with several[1], several[2], several[0]:  # at the same time, so no connection serves twice
        for session in several[1:] + several[:1]:
            found = {name: session.execute(text(f"PRAGMA {name}")).scalar_one() for name in wanted}
            assert found == wanted


def test_sqlite_finds_the_file_sound(embedded: Store, need_program):
    embedded.close()
    asked = "PRAGMA integrity_check; SELECT code FROM zones"
    command = [need_program("sqlite3"), str(embedded.path), asked]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (found.stdout, found.stderr) == ("ok\nZ1\n", "")


def boxes(store: Store, layer: str) -> list[tuple[float, ...]]:
    """What the spatial index says of a layer, rounded as it rounds."""
    with store.reading() as session:
        index = table(f"rtree_{layer}", *map(column, ("id", "minx", "maxx", "miny", "maxy")))
        rows = session.execute(select(index).order_by(index.c.id))
        return [tuple(round(value, 3) for value in row) for row in rows]


def test_the_spatial_index_follows_every_change(embedded: Store):
    assert boxes(embedded, "zones_polygon") == [(1, 109.0, 109.3, -0.1, 0.1)]
    known = boxes(embedded, "incidents_place")
    with embedded.session() as session:
        added = add_incident(session, Incident((109.2, 0.05), (), NOW), filed_under=())
        session.commit()
    assert boxes(embedded, "incidents_place") == [*known, (2, 109.2, 109.2, 0.05, 0.05)]
    this = INCIDENTS.c.id == added.id
    changes = (
        (update(INCIDENTS).where(this).values(place=Point(109.1, 0.0)), [(2, 109.1, 109.1, 0, 0)]),
        (update(INCIDENTS).where(this).values(fid=7), [(7, 109.1, 109.1, 0, 0)]),
        (delete(INCIDENTS).where(this), []),
    )
    for change, left in changes:
        with embedded.session() as session:
            session.execute(change)
            session.commit()
        assert boxes(embedded, "incidents_place") == known + left


def test_gdal_asks_the_spatial_index(embedded: Store, need_program):
    embedded.close()
    for east, found in ((109.05, "Z1"), (108.9, None)):
        corner = [str(each) for each in (108.8, -0.05, east, 0.05)]
        asked = [need_program("ogrinfo"), "-q", str(embedded.path), "zones", "-spat", *corner]
        said = subprocess.run(asked, capture_output=True, text=True, check=True)
        assert said.stderr == ""
        assert ("code (String) = Z1" in said.stdout) == (found is not None)


def test_a_missing_store_says_how_to_make_one(tmp_path: Path):
    with pytest.raises(UnreadableFile, match="grid-dispatch demo"):
        open_store(f"sqlite:///{tmp_path / 'none.gpkg'}")
    with pytest.raises(UnreadableFile, match="no folder"):
        open_store(f"sqlite:///{tmp_path / 'none' / 'none.gpkg'}", create=True)
    assert list(tmp_path.iterdir()) == []


def test_a_foreign_file_is_not_touched(tmp_path: Path):
    noise, database = tmp_path / "noise.gpkg", tmp_path / "other.sqlite"
    noise.write_bytes(b"no database at all" * 100)
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    for path, sentence in ((noise, "is not a store"), (database, "not a store of grid-dispatch")):
        before = path.read_bytes()
        with pytest.raises(UnreadableFile, match=sentence):
            open_store(f"sqlite:///{path}", create=True)
        if path == noise:
            assert path.read_bytes() == before


@given(
    st.one_of(
        st.tuples(st.floats(-180, 180), st.floats(-90, 90)).map(Point),
        st.lists(st.integers(-80, 80), min_size=1, max_size=4).map(
            lambda corners: MultiPolygon([box(c, c, c + 1, c + 2) for c in corners])
        ),
    )
)
def test_a_geometry_survives_its_blob(shape):
    assert geopackage.from_blob(geopackage.to_blob(shape)).equals_exact(shape, 0)
