"""`plan propose --graph`: the contract of its answer, and one sentence for what cannot be used."""

from __future__ import annotations

import json

import numpy as np
import pytest
from spec.county_graphs import county

from api import cli
from api.cli import run
from api.interrupt import Begun

RING = {
    "nodes": [{"id": name, "weight": 1, "lon": 109.0, "lat": 21.0} for name in "ABCDEF"],
    "edges": [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 0]],
}


@pytest.fixture
def asked(tmp_path, capsys):
    """Ask for zones of a graph: exit code, and the answer or the sentence."""

    def ask(graph, *options: str, zones="2") -> tuple[int, str]:
        path = tmp_path / "G.json"
        path.write_text(graph if isinstance(graph, str) else json.dumps(graph), encoding="utf-8")
        code = run(["plan", "propose", "--graph", str(path), "-k", zones, *options])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out or said.err

    return ask


def test_a_ring_is_cut_twice_and_the_same_seed_gives_the_same_bytes(asked):
    options = ("--balance", "0.005", "--objective", "cut-edges", "--seconds", "30", "--seed", "1")
    code, first = asked(RING, *options, "--json")
    assert code == 0
    answer = json.loads(first)
    assert answer["objective"] == 2
    assert 0 < answer["bound"] <= 2
    assert answer["feasible"] is True
    assert answer["max_deviation"] == 0
    assert answer["why_not"] is None
    assert sorted(answer["zone_of"]) == [0, 0, 0, 1, 1, 1]
    assert asked(RING, *options, "--json")[1] == first


def test_a_county_with_dead_ends_is_divided_as_planted(asked, count):
    """The question of the contract; one graph, or a few large ones with the full ten seconds."""
    for which in range(1, 18, 8)[: count(reduced=1, full=3)]:
        drawn = county(which)
        nodes = [
            {"id": name, "weight": int(weight), "lon": 109 + lon, "lat": 21 + lat}
            for name, weight, (lon, lat) in zip(
                drawn.graph.names, drawn.graph.weight, drawn.lon_lat.tolist(), strict=True
            )
        ]
        told = {"nodes": nodes, "edges": drawn.graph.edges.tolist()}
        seconds = str(count(reduced=3, full=10))
        options = ("--balance", "0.01", "--objective", "cut-edges", "--seconds", seconds)
        code, said = asked(told, *options, "--seed", "1", "--json", zones=str(drawn.zones))
        answer = json.loads(said)
        assert (code, answer["feasible"]) == (0, True)
        assert answer["max_deviation"] <= 0.01
        assert answer["objective"] <= drawn.planted_cut
        zone_of = np.array(answer["zone_of"])
        one, other = drawn.graph.edges.T
        assert (zone_of[one] != zone_of[other]).sum() == answer["objective"]


def test_the_time_that_starting_up_took_counts(asked, monkeypatch):
    """A block is done in any case, so that there is an answer."""
    monkeypatch.setattr(cli, "Begun", lambda now_s: Begun(now_s - 100.0))
    squares = {
        "nodes": [{"id": str(at), "weight": 1} for at in range(36)],
        "edges": [[at, at + 1] for at in range(35) if at % 6 < 5]
        + [[at, at + 6] for at in range(30)],
    }
    code, said = asked(squares, "--seconds", "10", "--json", zones="4")
    answer = json.loads(said)
    assert (code, answer["blocks"], answer["stopped"]) == (0, 1, "time")
    assert answer["zone_of"] is not None


def test_travel_counts_seconds_from_the_best_node_of_each_zone(asked, tmp_path):
    apart = np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    np.save(tmp_path / "M.npy", 10.0 * np.minimum(apart, 6 - apart))
    npy = ("--objective", "travel", "--matrix", str(tmp_path / "M.npy"), "--seconds", "4")
    code, said = asked(RING, *npy, "--json")
    answer = json.loads(said)
    assert (code, answer["objective"]) == (0, 40.0)
    assert answer["bound"] <= 40.0
    rows = [
        f"{one},{other},{10 * min(abs(i - j), 6 - abs(i - j))}"
        for i, one in enumerate("ABCDEF")
        for j, other in enumerate("ABCDEF")
    ]
    table = tmp_path / "M.csv"
    table.write_text("\n".join(["from_id,to_id,travel_time_s", *rows]), encoding="utf-8")
    csv = ("--objective", "travel", "--matrix", str(table), "--seconds", "4", "--json")
    assert json.loads(asked(RING, *csv)[1])["zone_of"] == answer["zone_of"]


def test_the_impossible_exits_1_and_names_the_grid(asked):
    heavy = {**RING, "nodes": [*RING["nodes"][:5], {"id": "HEAVY", "weight": 50}]}
    code, said = asked(heavy, "--json")
    answer = json.loads(said)
    assert (code, answer["feasible"]) == (1, False)
    assert "HEAVY" in answer["why_not"]


def test_a_plan_is_written_and_told_to_people(asked, tmp_path):
    code, said = asked(RING, "--out", str(tmp_path / "P.csv"), "--seconds", "1")
    assert code == 0
    assert "2 cut edges" in said
    rows = (tmp_path / "P.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "grid,zone"
    assert [row.split(",")[0] for row in rows[1:]] == list("ABCDEF")


BAD = {
    "no JSON": ("{", (), "cannot be read as JSON"),
    "no nodes": ({"edges": []}, (), 'needs "nodes" and "edges"'),
    "an edge out of range": ({**RING, "edges": [[0, 6]]}, (), "no pair of positions from 0 to 5"),
    "a weight below nothing": (
        {"nodes": [{"id": "A", "weight": -1}], "edges": []}, (), "the weight of node A is -1",
    ),
    "one id twice": ({"nodes": [RING["nodes"][0]] * 2, "edges": []}, (), "A stands twice"),
    "travel without a matrix": (RING, ("--objective", "travel"), "needs --matrix"),
    "an unknown objective": (RING, ("--objective", "votes"), "votes"),
    "an odd balance": (RING, ("--balance", "7"), "--balance is 7"),
    "no time": (RING, ("--seconds", "0"), "--seconds is 0"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_exits_2_with_one_sentence(asked, case):
    graph, options, sentence = BAD[case]
    code, said = asked(graph, *options)
    assert code == 2
    assert sentence in said
