"""
`plan evaluate`, `plan propose` and `plan simulate` say the same bytes wherever work is done.

At reduced counts each verb goes to one other place, processes and the cluster in turn.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from dask_here import dask_here
from demo_service import copy_of

from api.cli import EXIT_BAD_INPUT, run
from api.spread import Place, spread_at
from dispatch.planning import rezoning_options
from dispatch.planning.rezoning_problem import PlainGraph, plain_problem
from dispatch.planning.rezoning_search import Effort, Watch, search

AT = "2026-11-02T09:00:00+08:00"


@pytest.fixture(scope="module")
def store(small_store, tmp_path_factory):
    return copy_of(small_store, tmp_path_factory.mktemp("spread"))


@pytest.fixture(scope="module")
def cluster():
    with dask_here() as address:
        yield address


@pytest.fixture
def places(request, count):
    """Options of places beside this process: the one that is named first, or every one."""

    def named(first: str) -> list[list[str]]:
        names = sorted(("--workers", "--dask"), key=lambda name: name != first)
        options = {"--workers": lambda: "2", "--dask": lambda: request.getfixturevalue("cluster")}
        return [[name, options[name]()] for name in names[: count(reduced=1, full=2)]]

    return named


def said(capsys, *words: str) -> str:
    capsys.readouterr()
    code = run(["plan", *words])
    out, err = capsys.readouterr()
    assert code == 0, err
    return out


def assert_same(capsys, asked, places):
    here = said(capsys, *asked)
    for place in places:
        assert said(capsys, *asked, *place) == here


def test_evaluations_are_the_same_bytes(capsys, monkeypatch, store, places):
    monkeypatch.setattr("api.cli_plan_evaluate.system_clock", lambda: datetime.fromisoformat(AT))
    asked = ("evaluate", "--store", f"sqlite:///{store}", "--at", AT, "--json")
    assert_same(capsys, asked, places("--dask"))


@pytest.mark.verify
def test_proposals_of_a_city_are_the_same_bytes(capsys, monkeypatch, store, places, count):
    monkeypatch.setattr(rezoning_options, "STEPS_A_GRID", count(reduced=200, full=4_000))
    asked = ("propose", "--balance", "0.9", "--store", f"sqlite:///{store}", "--at", AT, "--json")
    assert_same(capsys, asked, places("--workers"))


@pytest.mark.verify
def test_simulated_years_are_the_same_bytes(capsys, store, places):
    asked = ("simulate", "--runs", "3", "--incidents-per-year", "5000", "--json")
    assert_same(capsys, (*asked, "--store", f"sqlite:///{store}", "--at", AT), places("--dask"))


def test_zones_of_a_graph_are_the_same(cluster, count):
    side = 8
    at = np.arange(side * side).reshape(side, side)
    across = np.stack([at[:, :-1].ravel(), at[:, 1:].ravel()], axis=1)
    down = np.stack([at[:-1].ravel(), at[1:].ravel()], axis=1)
    names = tuple(map(str, range(side * side)))
    graph = PlainGraph(names, 1.0 + at.ravel() % 3, np.concatenate([across, down]))
    problem = plain_problem(graph, 4, 0.05)
    found = []
    places = (Place(), Place(dask=cluster), Place(2))
    for place in places[: count(reduced=2, full=3)]:
        with spread_at(place) as spread:
            watch = Watch(workers=spread)
            searched = search(problem, Effort(6, steps=2_000), seed=1, watch=watch)
        assert searched.best is not None
        found.append((searched.best.zone_of.tobytes(), searched.best.cost, searched.blocks))
    assert found == [found[0]] * len(found)


@pytest.mark.parametrize("verb", ["evaluate", "propose", "simulate"])
def test_a_place_that_is_none_is_refused_before_anything_is_read(capsys, verb):
    for place, why in (
        (["--workers", "0"], "--workers is 0"),
        (["--dask", "tcp://127.0.0.1:1"], "No Dask scheduler answered at tcp://127.0.0.1:1"),
        (["--dask", "127.0.0.1:8786"], "write tcp://HOST:PORT"),
    ):
        assert run(["plan", verb, "--store", "sqlite:///nowhere.gpkg", *place]) == EXIT_BAD_INPUT
        assert why in capsys.readouterr().err
