"""
The hard file, from the office that drew it to the published version, by both doors.

The unit grids of the demo city as a Shapefile in GBK that says neither so nor in which datum it is;
that is BD-09.  A strip of 3 m between two grids, one that reaches into its neighbour, one that is
gone, and a code of each of the schemes of 14 and 16 digits among those of 15.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from zipfile import ZipFile

import geopandas as gpd
import numpy as np
import pytest
import shapely
from demo_service import client_of, copy_of

from api.cli import run
from geo.datum import from_wgs84
from geo.plane import Plane

PLANTED = {
    ("error", "datum_other"): 1,
    ("error", "tiling_overlap"): 1,
    ("error", "tiling_missing"): 1,
    ("warning", "crs_not_said"): 1,
    ("warning", "encoding_not_said"): 1,
    ("warning", "tiling_sliver"): 1,
    ("warning", "code_other_scheme"): 2,
    ("note", "serial_left_out"): 1,
}
ONLY_SAID = {"crs_not_said", "encoding_not_said", "serial_left_out"}
"""Findings that say what was concluded, and have no fix."""

AUTHORIZED = {"authorization": "Bearer demo-gis"}


@pytest.fixture
def store(small_store, tmp_path):
    return copy_of(small_store, tmp_path)


@pytest.fixture
def file(store, tmp_path):
    """The hard file, zipped."""
    frame = gpd.read_file(store, layer="grids")[["code", "community", "zone", "geometry"]]
    plane = Plane((109.12, 21.45))
    shapes = shapely.transform(np.array(frame.geometry), plane.to_xy)
    tree = shapely.STRtree(shapes)
    codes, gone = list(frame["code"]), None
    pairs = pairs_apart(shapes, tree, list(frame["community"]))
    for turn, (one, other) in enumerate(islice(pairs, 4)):
        if turn == 0:
            shapes[other] = shapely.difference(shapes[other], strip_of(shapes, one, other, 3.0))
        elif turn == 1:
            shapes[one] = shapely.union(shapes[one], strip_of(shapes, one, other, 15.0))
        elif turn == 2:
            gone = one
        else:
            codes[one] = codes[one][:12] + codes[one][13:]
            codes[other] = f"{codes[other][:12]}0{codes[other][12:]}"
    written = shapely.transform(shapes, lambda xy: from_wgs84(plane.to_lon_lat(xy), "bd09"))
    columns = {"网格编码": codes, "所属社区": frame["community"], "责任区": frame["zone"]}
    columns["备注"] = ["临澜市测绘院"] * len(frame)
    drawn = gpd.GeoDataFrame(columns, geometry=written).drop(index=gone)
    with pytest.warns(UserWarning, match="crs"):
        drawn.to_file(tmp_path / "网格.shp", encoding="GB18030")
    with ZipFile(tmp_path / "网格.zip", "w") as archive:
        for end in ("shp", "shx", "dbf"):
            archive.write(tmp_path / f"网格.{end}", f"网格.{end}")
    return tmp_path / "网格.zip"


def strip_of(shapes, one, other, width_m):
    """Of the one, along the other's border, in one piece."""
    border = shapely.line_merge(shapely.intersection(shapes[one], shapes[other]))
    along = shapely.buffer(border, width_m, cap_style="flat", join_style="mitre")
    pieces = shapely.get_parts(shapely.intersection(along, shapes[other]))
    return max(pieces, key=shapely.area)


def pairs_apart(shapes, tree, communities):
    """Pairs of grids of one community that lie amid others, no two pairs beside each other."""
    taken = set()
    for one, shape in enumerate(shapes):
        beside = sorted(set(tree.query(shape, predicate="touches").tolist()) - {one})
        for other in beside:
            around = {one, *beside, *tree.query(shapes[other], predicate="touches").tolist()}
            border = shapely.line_merge(shapely.intersection(shape, shapes[other]))
            amid = shapely.contains_properly(shapely.union_all(shapes[list(around)]), border)
            alike = {communities[at] for at in (one, other)}
            if amid and border.geom_type == "LineString" and len(alike) == 1 and not around & taken:
                taken |= around
                yield one, other
                break


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
