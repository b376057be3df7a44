"""Pieces of work give the same answers in this process, in two, and on a Dask cluster."""

from __future__ import annotations

import os
import socket
import sys
import time

import numpy as np
import pytest
from dask_here import dask_here
from spread_tasks import Sums, ends_its_process, fails_at_three, lasts

from api import spread_dask
from api.spread import CARRIED_BYTES, Place, spread_at
from geo.errors import BadValue, Unavailable

PIECES = range(9)


@pytest.fixture(scope="module")
def cluster():
    with dask_here() as address:
        yield address


@pytest.fixture(params=["this process", "two processes", "dask"])
def place(request):
    if request.param == "dask":
        return Place(dask=request.getfixturevalue("cluster"))
    return Place(2 if request.param == "two processes" else 1)


@pytest.fixture(scope="module")
def sums():
    held = np.random.default_rng(1).normal(size=CARRIED_BYTES)
    return Sums(held), [(piece, np.cumsum(held[piece::7]).tobytes()) for piece in PIECES]


def test_answers_are_the_same_bytes_in_the_order_of_the_pieces(place, sums):
    task, expected = sums
    shares = []
    with spread_at(place) as spread:
        assert list(spread(task, PIECES, shares.append)) == expected
        assert list(spread(fails_at_three, [5, 4])) == [5, 4]  # open for the next round
    assert shares == [done / len(PIECES) for done in range(1, len(PIECES) + 1)]


def test_no_pieces_give_no_answers(place):
    with spread_at(place) as spread:
        assert list(spread(fails_at_three, [])) == []


def test_what_a_task_raises_is_raised_here(place):
    answers = []
    with spread_at(place) as spread, pytest.raises(BadValue, match="Piece 3 is bad"):
        answers.extend(spread(fails_at_three, PIECES))


def test_when_it_is_enough_what_is_done_is_given_and_the_rest_is_left(place):
    # Processes are ended; what a worker of Dask is at, it finishes, and nobody waits for it.
    longer_s = 60 if place.workers > 1 else 1
    enough = []
    start = time.monotonic()
    with spread_at(place, stop=lambda: bool(enough)) as spread:
        answers = []
        for answer in spread(lasts, [0, longer_s]):
            answers.append(answer)
            enough.append(True)
    assert answers == [0]
    assert time.monotonic() - start < 30.0


def test_the_first_piece_is_always_done(place):
    with spread_at(place, stop=lambda: True) as spread:
        assert list(spread(fails_at_three, [1, 2])) == [1]


def test_a_process_that_ends_is_said_in_one_sentence():
    with spread_at(Place(2)) as spread, pytest.raises(Unavailable, match=r"fewer --workers\.$"):
        list(spread(ends_its_process, [1, 2]))


def test_processes_run_in_processes_of_their_own():
    with spread_at(Place(2)) as spread:
        assert os.getpid() not in set(spread(_its_process, PIECES))


def _its_process(_piece) -> int:
    return os.getpid()


@pytest.mark.parametrize(
    ("workers", "dask", "why"),
    [
        (0, None, "--workers is 0"),
        (1_000, None, "--workers is 1000"),
        (2, "tcp://127.0.0.1:8786", "workers of its own"),
        (1, "127.0.0.1:8786", "write tcp://HOST:PORT"),
        (1, "tcp://127.0.0.1", "write tcp://HOST:PORT"),
        (1, "tcp://127.0.0.1:99999", "write tcp://HOST:PORT"),
        (1, "http://127.0.0.1:8786", "write tcp://HOST:PORT"),
        (1, "tcp://127.0.0.1:8786/status", "write tcp://HOST:PORT"),
    ],
)
def test_a_place_that_is_none_is_refused(workers, dask, why):
    with pytest.raises(BadValue, match=why):
        Place(workers, dask)


def test_an_address_where_nobody_answers_is_given_up_soon():
    with socket.socket() as taken:  # bound and silent
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        start = time.monotonic()
        with (
            pytest.raises(Unavailable, match=r"No Dask scheduler answered at tcp://127"),
            spread_dask.open_cluster(address, within_s=0.5),
        ):
            pytest.fail("there is nobody")
    assert time.monotonic() - start < 10.0


def test_a_cluster_without_workers_is_said():
    with (
        dask_here(workers=0) as address,
        pytest.raises(Unavailable, match="has no workers"),
        spread_dask.open_cluster(address, within_s=0.5),
    ):
        pytest.fail("there are no workers")


def test_a_worker_of_another_version_is_refused(cluster, monkeypatch):
    monkeypatch.setattr(spread_dask, "version", lambda _package: "1.0")
    with (
        pytest.raises(Unavailable, match=r"numpy 1\.0.*could differ"),
        spread_at(Place(1, cluster)),
    ):
        pytest.fail("answers could differ")


def test_without_the_package_it_is_said_what_to_install(monkeypatch):
    monkeypatch.delitem(sys.modules, "api.spread_dask")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(BadValue, match=r"pip install 'grid-dispatch\[cluster\]'"),
        spread_at(Place(dask="tcp://127.0.0.1:8786")),
    ):
        pytest.fail("there is no such package")
