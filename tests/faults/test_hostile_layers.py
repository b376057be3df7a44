"""
Hostile layers, end to end: the right answer, nothing sent, nothing left, and the city as it was.

Each file of `hostile_layers` is handed to ``layer check``, ``layer load`` and ``POST
/api/v1/layers`` by a process in a network namespace of its own, in which every packet to anywhere
is counted.  That the count sees what it should is shown by one file and a reader without walls.
Making such a namespace takes root, or a kernel that lets users make them, and the programs
``unshare`` (util-linux) and ``ip`` (iproute2).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from faults.hostile_files import SECRET
from faults.hostile_hands import TIGHT, WAYS
from faults.hostile_layers import BROKEN, ELSEWHERE, HOSTILE, SWELLING

EXIT_DONE, EXIT_NO, EXIT_BAD_INPUT = 0, 1, 2
Told = Mapping[str, Any]


@pytest.fixture
def hand_in(
    told_by_hands: Callable[..., Told], embedded_url: str, tmp_path: Path
) -> Callable[[list[tuple[str, str]]], Told]:
    """Have hostile files handed in by some ways; answers what was told of it."""

    def run(pairs: list[tuple[str, str]]) -> Told:
        plan = [
            {
                "what": what,
                "way": way,
                "kind": HOSTILE[what].kind,
                "file": str(made(what, tmp_path)),
            }
            for what, way in pairs
        ]
        return told_by_hands(embedded_url, plan)

    return run


def made(what: str, folder: Path) -> Path:
    """Make a hostile file, unless it is there, in a folder of its own."""
    secret, hostile = folder / "secret.txt", HOSTILE[what]
    secret.write_text(SECRET, encoding="utf-8")
    path = folder / str(list(HOSTILE).index(what)) / hostile.name
    if not path.exists():
        path.parent.mkdir()
        path.write_bytes(hostile.content(str(secret)))
    return path


def test_files_that_would_have_others_fetched_send_nothing_and_are_answered(hand_in):
    """By each way in turn; `make verify` hands in every file by every way."""
    names = [name for name in ELSEWHERE if "fetched" in name]
    told = hand_in([(name, WAYS[at % 3]) for at, name in enumerate(names)])
    assert_unharmed(told)


@pytest.mark.verify
@pytest.mark.parametrize("group", [ELSEWHERE, SWELLING, BROKEN], ids=["others", "more", "broken"])
def test_every_hostile_file_has_the_right_answer_by_every_way(hand_in, group):
    assert_unharmed(hand_in([(name, way) for name in group for way in WAYS]))


def assert_unharmed(told: Told) -> None:
    """Every answer right, nothing sent, nothing kept or left, and the city as it was."""
    wrong = [one for one in told["answers"] if not is_right(**one)]
    assert not wrong
    assert SECRET not in str(told["answers"])
    assert told["packets"] == 0, "something was sent"
    assert told["packets_without_walls"] > 0, "the count sees nothing"
    assert told["after"] == told["before"]
    assert told["after"]["status"] == [200, 200]
    assert told["after"]["published"] == []
    assert told["left"] == []
    assert max(told["memory_mib"].values()) << 20 < TIGHT().memory_bytes


def is_right(what: str, way: str, code: int, said: str) -> bool:
    """Whether a file was answered as it should be: one sentence, or findings with their codes."""
    hostile = HOSTILE[what]
    errors = set(re.findall(r'"code": ?"(\w+)", ?"severity": ?"error"', said))
    if not hostile.taken:
        return is_refusal(way, code, said) and re.search(hostile.answer, said) is not None
    if way == "load":
        return code == (EXIT_NO if hostile.answer else EXIT_DONE)
    if code != {"check": EXIT_NO if hostile.answer else EXIT_DONE, "post": 201}[way]:
        return False
    if not hostile.answer:
        return not errors
    return any(re.fullmatch(hostile.answer, one) for one in errors)


def is_refusal(way: str, code: int, said: str) -> bool:
    """Whether an answer is one sentence that says no."""
    if way == "post":
        problem = json.loads(said)
        return code == 422 and problem["code"] in {"bad_input", "unreadable_file"} and problem["zh"]
    (line,) = [one for one in said.splitlines() if one.startswith("grid-dispatch: ")]
    return code == EXIT_BAD_INPUT and "fault of grid-dispatch" not in line
