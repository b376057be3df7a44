"""The embedded store: durable, a valid GeoPackage, and never another program's file."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box
from sqlalchemy import text

from dispatch.store import geopackage
from dispatch.store.engine import Store, open_store
from geo.errors import UnreadableFile

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


def test_a_commit_is_on_disk_before_it_returns(embedded: Store):
    with embedded.session() as session:
        pragmas = {
            name: session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


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
