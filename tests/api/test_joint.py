"""Joint operations through the doors: 102 and 120 officers to six sites, and what is missing."""

import json
from datetime import timedelta

import numpy as np
import pytest
from demo_service import client_of, copy_of, make_store

from api.cli import run
from fixtures.demo_city import AS_OF

SITES = [
    {"id": f"S{zone:02d}", "zone": f"Z{zone:02d}", "officers": 17, "skills": {}}
    for zone in (1, 3, 5, 7, 9, 11)
]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A small city with six hundred officers."""
    return make_store(tmp_path_factory.mktemp("manned-city"), officers=600)


@pytest.fixture(scope="module")
def manned(store, tmp_path_factory):
    with client_of(copy_of(store, tmp_path_factory.mktemp("manned-served"))) as client:
        yield client


@pytest.fixture(scope="module")
def places(manned) -> dict[str, list[float]]:
    layer = manned.get("/api/v1/layers/zones/published").json()
    return {f["properties"]["code"]: f["properties"]["label_lon_lat"] for f in layer["features"]}


def asked(
    places, *, officers: int = 17, skills: dict[str, int] | None = None, **more: object
) -> dict:
    sites = [
        {
            "id": site["id"],
            "lon_lat": places[site["zone"]],
            "officers": officers,
            "skills": skills or {},
        }
        for site in SITES
    ]
    return {"sites": sites, **more}


@pytest.mark.parametrize("officers", [17, 20])
def test_102_and_120_officers_go_to_six_sites(manned, places, officers):
    answer = manned.post("/api/v1/joint-operations", json=asked(places, officers=officers)).json()
    assert answer["feasible"]
    assert answer["proven"]
    assert [party["site"] for party in answer["parties"]] == [site["id"] for site in SITES]
    sent = [who["officer"] for party in answer["parties"] for who in party["officers"]]
    assert len(sent) == len(set(sent)) == 6 * officers
    etas = [who["eta_s"] for party in answer["parties"] for who in party["officers"]]
    assert max(etas) == answer["last_arrival_s"]
    known = {row["id"]: row for row in officers_of(manned)}
    assert all(known[officer]["certified"] for officer in sent)
    assert all(known[officer]["status"] == "available" for officer in sent)
    given = sum(zone["before"] - zone["after"] for zone in answer["zones"])
    assert 0 < given <= len(sent)
    assert answer["degraded"] is None
    assert answer["available"] + sum(answer["left_out"].values()) == sum(
        row["certified"] for row in known.values()
    )


def officers_of(client) -> list[dict]:
    return client.get("/api/v1/officers", params={"limit": 1000}).json()["items"]


def test_what_is_missing_is_named_by_site_and_skill(manned, places):
    skills = sorted({skill for row in officers_of(manned) for skill in row["skills"]})
    holders = {s: sum(s in row["skills"] for row in officers_of(manned)) for s in skills}
    rarest = min(skills, key=lambda skill: (holders[skill], skill))
    each = holders[rarest] // 6 + 1
    body = asked(places, officers=each + 2, skills={rarest: each})
    answer = manned.post("/api/v1/joint-operations", json=body).json()
    assert not answer["feasible"]
    assert {short["skill"] for short in answer["shortages"]} == {rarest}
    missing = sum(short["missing"] for short in answer["shortages"])
    able = {short["able"] for short in answer["shortages"]}
    assert missing == 6 * each - min(able) > 0
    for short in answer["shortages"]:
        assert rarest in short["reason"]["en"]
        assert str(short["missing"]) in short["reason"]["zh"]
        assert short["site"] in short["reason"]["en"]


def test_squads_of_one_domain_are_called_up(manned, places):
    units = {
        unit["code"]: unit
        for unit in manned.get("/api/v1/units", params={"limit": 1000}).json()["items"]
    }
    domain = next(
        unit["domains"][0]
        for _, unit in sorted(units.items())
        if unit["kind"] == "specialist_squad"
    )
    body = asked(places, officers=1, domains=[domain])
    answer = manned.post("/api/v1/joint-operations", json=body).json()
    assert answer["feasible"]
    for party in answer["parties"]:
        for who in party["officers"]:
            assert domain in units[units[who["unit"]]["parent"]]["domains"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"sites": []}, 422, "invalid"),
        ({"arrive_by": "2020-01-01T00:00:00+08:00"}, 422, "bad_value"),
        ({"arrive_by": "2020-01-01T00:00:00"}, 422, "invalid"),
        ({"keep": {"Z99": 1}}, 422, "unknown_name"),
        ({"domains": ["NONE"]}, 422, "unknown_name"),
        ({"crs": "mars"}, 422, "unknown_crs"),
        ({"sites": [{"id": "far", "lon_lat": [0, 0], "officers": 1}]}, 422, "outside_network"),
        ({"sites": [{"id": "a", "lon_lat": [109.1, 21.5], "officers": 1}] * 2}, 422, "bad_value"),
        ({"color": "red"}, 422, "invalid"),
    ],
)
def test_what_cannot_be_meant_is_a_problem_with_a_code(manned, places, change, status, code):
    response = manned.post("/api/v1/joint-operations", json=asked(places) | change)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_an_officer_in_the_field_may_not_plan(manned, places):
    headers = {"authorization": "Bearer demo-officer"}
    response = manned.post("/api/v1/joint-operations", json=asked(places), headers=headers)
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")


@pytest.fixture
def joint(store, tmp_path, capsys):
    """Run the verb on a body; gives exit code and what it said."""

    def ask(body: dict, *options: str) -> tuple[int, str, str]:
        path = tmp_path / "operation.json"
        path.write_text(json.dumps(body), encoding="utf-8")
        now = AS_OF.isoformat()
        code = run(["joint", str(path), "--store", f"sqlite:///{store}", "--now", now, *options])
        heard = capsys.readouterr()
        return code, heard.out, heard.err

    return ask


def test_the_verb_gives_the_same_plan_as_json_and_as_a_table(joint, places):
    by = (AS_OF + timedelta(hours=3)).isoformat()
    code, out, _ = joint(asked(places, arrive_by=by), "--json")
    answer = json.loads(out)
    assert (code, answer["feasible"], answer["proven"]) == (0, True, True)
    assert sum(len(party["officers"]) for party in answer["parties"]) == 102
    code, out, _ = joint(asked(places, arrive_by=by))
    assert (code, "Feasible" in out, "Z07" in out) == (0, True, True)


def test_too_soon_exits_1_and_says_how_many_are_missing_and_when_it_could_be(joint, places):
    by = (AS_OF + timedelta(seconds=240)).isoformat()
    code, out, _ = joint(asked(places, arrive_by=by), "--json")
    answer = json.loads(out)
    assert (code, answer["feasible"]) == (1, False)
    assert all(0 < short["missing"] <= short["needed"] for short in answer["shortages"])
    assert answer["last_arrival_s"] > 240
    assert np.isclose(
        max(party["last_arrival_s"] for party in answer["parties"]), answer["last_arrival_s"]
    )
    code, out, _ = joint(asked(places, arrive_by=by))
    assert code == 1
    assert f"{answer['shortages'][0]['missing']} are missing" in " ".join(out.split())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("not json", "not JSON"),
        ('{"sites": []}', "sites"),
        ('{"sites": [{"id": "a", "lon_lat": [109.1, 21.5]}]}', "sites.0.officers"),
    ],
)
def test_a_wrong_file_is_one_sentence_and_exit_2(text, named, tmp_path, capsys):
    path = tmp_path / "operation.json"
    path.write_text(text, encoding="utf-8")
    assert run(["joint", str(path)]) == 2
    assert named in capsys.readouterr().err
    assert run(["joint", str(tmp_path / "missing.json")]) == 2
