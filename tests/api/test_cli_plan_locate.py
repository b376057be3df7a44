"""`plan locate` on files: the answer of the contract, why there is none, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from median_instances import SHAPES, median_instance

from api.cli import EXIT_BAD_INPUT, run

STREET = {"a": (0, 60, 120), "b": (60, 0, 60), "c": (120, 60, 0)}
"""Three sites along a street, and demand points x, y and z at the same places."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_matrix(tmp_path / "M.csv", STREET)
    (tmp_path / "W.csv").write_text("id,weight\nx,1\ny,1\nz,5\n")
    return tmp_path


def write_matrix(path, times) -> None:
    rows = [
        f"{site},{point},{time_s},{'' if time_s == '' else 1}"
        for site, row in times.items()
        for point, time_s in zip("xyz", row, strict=True)
    ]
    path.write_text("\n".join(["from_id,to_id,travel_time_s,length_m", *rows]) + "\n")


def ask(capsys, *arguments: object, code: int = 0):
    capsys.readouterr()
    ended = run(["plan", "locate", *map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    assert ended == code, out + err
    return json.loads(out)


def refusal(capsys, *arguments: object) -> str:
    capsys.readouterr()
    ended = run(["plan", "locate", *map(str, arguments)])
    out, err = capsys.readouterr()
    assert ended == EXIT_BAD_INPUT, out + err
    assert err.startswith("grid-dispatch: ")
    assert len(err.strip().splitlines()) == 1
    return err


def test_the_answer_has_what_the_contract_says(capsys, folder):
    asked = ("--matrix", folder / "M.csv", "--weights", "W.csv")
    answer = ask(capsys, *asked, "--problem", "p-median", "-p", 1)
    assert answer["sites"] == ["c"]
    assert answer["assignment"] == {"x": "c", "y": "c", "z": "c"}
    assert answer["objective"] == answer["bound"] == 180
    assert answer["proven"] is True
    assert answer["seconds"] >= 0


def test_instances_of_or_librarys_shapes_are_within_a_thousandth_of_the_bound_in_a_minute(
    capsys, folder, count
):
    """The fifth alone, or all forty; seen to be proven, each in less than 7 s of one core."""
    for number in range(1, 41) if count(reduced=0, full=1) else [5]:
        nodes, p = SHAPES[number - 1]
        cost = median_instance(nodes, number)
        np.save("M.npy", cost)
        rows = "".join(f"{node},1\n" for node in range(nodes))
        (folder / "W.csv").write_text(f"id,weight\n{rows}")
        asked = ("--matrix", "M.npy", "--weights", "W.csv", "--problem", "p-median", "-p", p)
        answer = ask(capsys, *asked)
        assert len(answer["sites"]) == p
        assert answer["objective"] <= 1.001 * answer["bound"]
        assert answer["objective"] == cost[answer["sites"]].min(axis=0).sum()
        assert answer["seconds"] <= 60


@pytest.mark.parametrize(
    ("options", "sites"),
    [
        ("--problem p-center -p 1", ["b"]),
        ("--problem lscp --radius 60", ["b"]),
        ("--problem mclp -p 1 --radius 0", ["c"]),
        ("--problem backup -p 2 --radius 60", ["b", "c"]),
        ("--problem mexclp -p 2 --radius 0 --busy 0.5", ["c", "c"]),
        ("--problem p-median -p 2 --fixed a", ["a", "c"]),
        ("--problem p-median -p 1 --closable a,b --most-closed 1", ["b"]),
        ("--problem p-median -p 2 --capacities C.csv", ["a", "c"]),
    ],
)
def test_every_problem_and_rule_of_sites_can_be_asked(capsys, folder, options, sites):
    (folder / "C.csv").write_text("id,capacity\nb,0\n")
    answer = ask(capsys, "--matrix", "M.csv", "--weights", "W.csv", *options.split())
    assert answer["sites"] == sites
    assert answer["proven"]


def test_an_array_has_positions_for_ids(capsys, folder):
    np.save("M.npy", np.array(list(STREET.values()), dtype=np.float64))
    (folder / "W.csv").write_text("id,weight\n0,1\n1,1\n2,5\n")
    answer = ask(
        capsys, "--matrix", "M.npy", "--weights", "W.csv", "--problem", "p-median", "-p", 1
    )
    assert answer["sites"] == [2]
    assert answer["assignment"] == {"0": 2, "1": 2, "2": 2}


def test_the_largest_number_of_a_matrix_that_network_wrote_is_no_road(capsys, folder):
    np.save(folder / "M.npy", np.array([[0, 65_535], [5, 65_535]], dtype=np.uint16))
    answer = ask(capsys, "--matrix", "M.npy", "--problem", "p-median", "-p", 1, code=1)
    assert answer["why_not_code"] == "unreachable_demand"


def test_demand_that_no_road_leads_to_is_named(capsys, folder):
    write_matrix(folder / "M.csv", {"a": (0, 60, ""), "b": (60, 0, "")})
    answer = ask(capsys, "--matrix", "M.csv", "--problem", "p-median", "-p", 2, code=1)
    assert "demand z;" in answer["why_not"]
    assert answer["objective"] is None
    assert answer["sites"] == []


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("--problem lscp --radius 59 -p 2", "too_few_sites"),
        ("--problem p-median -p 1 --capacities C.csv", "too_little_capacity"),
        ("--problem p-median -p 1 --fixed a --closable b --most-closed 0", "too_many_to_keep"),
    ],
)
def test_what_cannot_be_is_explained(capsys, folder, options, code):
    (folder / "C.csv").write_text("id,capacity\na,6\nb,6\nc,6\n")
    answer = ask(capsys, "--matrix", "M.csv", "--weights", "W.csv", *options.split(), code=1)
    assert answer["why_not_code"] == code
    assert answer["why_not_zh"]
    assert answer["proven"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"M.csv": "from_id,to_id,travel_time_s\na,x,nan\n"}, "travel time of nan"),
        ({"M.csv": "from_id,to_id,travel_time_s\na,x,-1\n"}, "travel time of -1"),
        ({"M.csv": "from_id,to_id,travel_time_s\na,x,soon\n"}, "no table of travel times"),
        ({"M.csv": "from_id,to_id,travel_time_s\na,x,1\nb,y,2\n"}, "no row from a to y"),
        ({"M.csv": "from_id,to_id,travel_time_s\na,x,1\na,x,2\n"}, "more than one row"),
        ({"M.csv": "from_id,to_id\na,x\n"}, "no column travel_time_s"),
        ({"M.csv": "from_id,to_id,travel_time_s\n"}, "no rows"),
        ({"W.csv": "id,weight\nx,1\ny,1\n"}, "no weight for z"),
        ({"W.csv": "id,weight\nx,1\ny,1\nz,1\nq,1\n"}, "no 'q' in the matrix"),
        ({"W.csv": "id,weight\nx,1\ny,1\nz,-1\n"}, "no number from 0 on"),
        ({"W.csv": "id,weight\nx,1\ny,1\nz,nan\n"}, "no number from 0 on"),
        ({"W.csv": "id,weight\nx,1\nx,1\nz,1\n"}, "stands twice"),
    ],
)
def test_bad_files_are_refused_in_one_sentence(capsys, folder, change, said):
    for name, text in change.items():
        (folder / name).write_text(text)
    assert said in refusal(capsys, "--matrix", "M.csv", "--weights", "W.csv", "-p", 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("-p 4", "there are 3"),
        ("-p 0", "0 sites"),
        ("", "needs the number of sites"),
        ("--problem mclp -p 1", "needs --radius"),
        ("-p 1 --fixed q", "no such site"),
        ("-p 1 --fixed a,b", "2 sites are fixed"),
        ("-p 2 --fixed a --closable a", "fixed and closable"),
        ("--problem mexclp -p 1 --radius 9 --busy 1", "busy share"),
        ("--problem mexclp -p 1 --radius 9 --capacities C.csv", "knows no capacities"),
        ("-p 1 --seconds 0", "--seconds"),
    ],
)
def test_questions_that_make_no_sense_are_refused(capsys, folder, options, said):
    (folder / "C.csv").write_text("id,capacity\na,6\n")
    assert said in refusal(capsys, "--matrix", "M.csv", "--weights", "W.csv", *options.split())


def test_the_model_is_written_out_when_asked(capsys, folder):
    answer = ask(capsys, "--matrix", folder / "M.csv", "-p", 1, "--explain")
    assert "minimise  sum w[i] t[j,i] x[j,i]" in answer["explain"]
    assert "Hakimi" in answer["explain"]
