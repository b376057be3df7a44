"""The hard file, from the office that drew it to the published version, by both doors."""

from __future__ import annotations

import json
from collections import Counter

import geopandas as gpd
import pytest
from demo_service import client_of, copy_of
from spec.hard_file import PLANTED, write_hard_file

from api.cli import run

ONLY_SAID = {"crs_not_said", "encoding_not_said", "serial_left_out"}
"""Findings that say what was concluded, and have no fix."""

AUTHORIZED = {"authorization": "Bearer demo-gis"}


@pytest.fixture
def store(small_store, tmp_path):
    return copy_of(small_store, tmp_path)


@pytest.fixture
def file(store, tmp_path):
    frame = gpd.read_file(store, layer="grids")[["code", "community", "zone", "geometry"]]
    return write_hard_file(frame, tmp_path)


@pytest.fixture
def ask(capsys, store, monkeypatch):
    """Run a layer verb on the store: exit code and what it printed."""
    monkeypatch.setenv("GRID_DISPATCH_STORE", f"sqlite:///{store}")

    def run_verb(*options: object) -> tuple[int, str]:
        capsys.readouterr()
        code = run(["layer", *map(str, options)])
        out, err = capsys.readouterr()
        return code, out or err

    return run_verb


def assert_planted(findings):
    """Nothing but what was planted, and a fix for all that can be fixed."""
    found = Counter((one["severity"], one["code"]) for one in findings)
    assert found == PLANTED
    assert {one["code"] for one in findings if one["fix"] is None} == ONLY_SAID
    first = findings[0]
    assert first["code"] == "datum_other"
    assert first["fix"] == [{"feature": None, "column": "crs", "from": "wgs84", "to": "bd09"}]
    missing = next(one for one in findings if one["code"] == "tiling_missing")
    assert missing["feature"] == missing["fix"][1]["to"]
    assert missing["fix"][0]["to"]["type"] == "MultiPolygon"


def test_by_the_command_line(ask, file, tmp_path):
    code, said = ask("check", file, "--kind", "grids", "--json")
    assert code == 1
    assert_planted(json.loads(said)["findings"])
    fixed = tmp_path / "fixed.gpkg"
    said = ask("check", file, "--kind", "grids", "--fix-to", fixed)[1]
    assert "6 fixed, read as bd09, 1 finding(s) left" in said, "how the file was written, it was"
    code, said = ask("check", fixed, "--kind", "grids", "--json")
    assert code == 0
    report = json.loads(said)
    assert not report["findings"]
    assert not any(report["difference"].values())


def test_as_a_draft_by_the_command_line(ask, file):
    assert ask("load", file, "--kind", "grids")[0] == 1
    (draft,) = json.loads(ask("drafts", "--json")[1])["drafts"]
    assert not draft["may_be_published"]
    code, said = ask("fix", draft["id"], "--json")
    fixed = json.loads(said)
    assert (code, fixed["crs"], fixed["may_be_published"]) == (0, "bd09", True)
    assert (fixed["rows"], fixed["version"]) == (draft["rows"] + 1, 2)
    assert ask("publish", draft["id"], "--why", "改绘")[0] == 0
    newest = json.loads(ask("versions", "--json")[1])["versions"][0]
    assert (newest["drafts"], newest["why"]) == ([draft["id"]], "改绘")


@pytest.mark.verify
def test_over_http(store, file):
    with client_of(store) as client:
        client.headers.update(AUTHORIZED)
        answer = client.post(
            "/api/v1/layers", data={"kind": "grids"}, files={"file": (file.name, file.read_bytes())}
        )
        draft = answer.json()["id"]
        address = f"/api/v1/layers/{draft}"
        assert_planted(client.get(f"{address}/report").json()["findings"])
        set_of = {"drafts": [draft], "why": "改绘"}
        refused = client.post("/api/v1/city/versions", json=set_of)
        assert refused.status_code == 422
        stale = client.post(f"{address}/fixes", headers={"If-Match": '"9"'})
        assert stale.status_code == 412
        fixed = client.post(f"{address}/fixes")
        assert fixed.json()["may_be_published"], fixed.text
        assert client.get(f"{address}/report").json()["difference"] == {
            "added": [], "removed": [], "moved": [], "altered": []
        }  # fmt: skip
        published = client.post("/api/v1/city/versions", json=set_of)
        assert published.status_code == 201, published.text
        assert published.json()["drafts"] == [draft]
