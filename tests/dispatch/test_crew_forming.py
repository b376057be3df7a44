"""Officers brought together: the crew complete soonest, against trying every set of them."""

from __future__ import annotations

import itertools
from functools import reduce
from operator import or_

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.crew_forming import Formed, Hands, form_crew
from geo.errors import BadValue

CODES = {"lab": 1, "photo": 2, "gas": 4, "dog": 8}


def hands(text: str) -> Hands:
    """Read officers from rows of crew, minutes, codes; the row number is the officer's."""
    lines = [line.split() for line in text.strip().splitlines()]
    names = sorted({crew for crew, *_ in lines})
    return Hands(
        officer=np.arange(len(lines)),
        crew=np.array([names.index(crew) for crew, *_ in lines], dtype=np.int64),
        arrival_ms=np.array([int(minutes) * 60_000 for _, minutes, *_ in lines], dtype=np.int64),
        holds=np.array([sum(CODES[code] for code in codes) for _, _, *codes in lines]),
    )


def formed(text: str, *needed: str, certified: int = 2) -> str:
    """Write who goes as ``0+2 in 5 min, breaks up 1``."""
    made = form_crew(hands(text), certified=certified, needed=sum(CODES[code] for code in needed))
    if made is None:
        return "nobody"
    broken = ", breaks up " + "+".join(map(str, made.broken_up)) if made.broken_up else ""
    return f"{'+'.join(map(str, made.officers))} in {made.arrival_ms // 60_000} min{broken}"


@pytest.mark.parametrize(
    ("rule", "officers", "needed", "certified", "expected"),
    [
        ("the second to arrive completes", "a 3\nb 9\nc 5", "", 2, "0+2 in 5 min"),
        ("as many as the row asks for", "a 3\nb 9\nc 5", "", 3, "0+2+1 in 9 min"),
        ("one alone does not suffice", "a 3", "", 2, "nobody"),
        ("nobody holds it", "a 3\nb 4", "lab", 2, "nobody"),
        ("the skill is waited for", "a 3\nb 4\nc 9 lab", "lab", 2, "0+2 in 9 min"),
        ("two codes between them", "a 3 lab\nb 4\nc 9 gas", "lab gas", 2, "0+2 in 9 min"),
        ("a third where two lack a code", "a 3 lab\nb 4 gas\nc 5 dog", "lab gas dog", 2,
         "0+1+2 in 5 min"),
        ("few who hold much before many who hold little",
         "a 1 lab\nb 2 gas\nc 3 dog\nd 3 lab gas", "lab gas dog", 2, "2+3 in 3 min"),
        ("a whole crew of three spares one",
         "a 4\na 4\nb 5\nb 5\nb 5\nc 9 lab", "lab", 2, "2+5 in 9 min"),
        ("a crew that is broken already is broken no further",
         "a 4\na 4\nb 5\nc 9 lab", "lab", 2, "2+3 in 9 min"),
        ("better two of one crew than one of each of two",
         "a 3\na 3\na 3\nb 3\nb 3\nb 3\nb 3\nc 3 lab", "lab", 3, "3+4+7 in 3 min"),
        ("of equal sets that with less travel",
         "a 7\nb 4\nc 9 lab", "lab", 2, "1+2 in 9 min"),
        ("then the lowest rows", "a 4\nb 4\nc 4", "", 2, "0+1 in 4 min"),
        ("where it must be, a crew is broken up",
         "a 3\na 4\nb 9 lab", "lab", 2, "0+2 in 9 min, breaks up 0"),
    ],
)  # fmt: skip
def test_who_is_brought_together(rule, officers, needed, certified, expected):
    assert formed(officers, *needed.split(), certified=certified) == expected, rule


@st.composite
def asked(draw):
    n = draw(st.integers(0, 7))
    rows = draw(st.permutations(range(10, 10 + n)))
    some = Hands(
        officer=np.array(rows, dtype=np.int64),
        crew=np.array([draw(st.integers(0, 3)) for _ in rows], dtype=np.int64),
        arrival_ms=np.array([draw(st.integers(0, 4)) for _ in rows], dtype=np.int64),
        holds=np.array([draw(st.integers(0, 7)) for _ in rows], dtype=np.int64),
    )
    return some, draw(st.integers(1, 4)), draw(st.integers(0, 7))


def every_set(some: Hands, certified: int, needed: int):
    """All sets that suffice, with what the formulation compares them by."""
    every = range(len(some.officer))
    for n in range(certified, len(some.officer) + 1):
        for chosen in map(list, itertools.combinations(every, n)):
            if reduce(or_, (int(held) for held in some.holds[chosen]), 0) & needed != needed:
                continue
            crews = set(some.crew[chosen].tolist())
            whole = {crew: int((some.crew == crew).sum()) for crew in crews}
            left = {crew: whole[crew] - int((some.crew[chosen] == crew).sum()) for crew in crews}
            broken = sorted(crew for crew in crews if whole[crew] >= 2 > left[crew])
            yield (
                int(some.arrival_ms[chosen].max()),
                n,
                len(broken),
                len(crews),
                int(some.arrival_ms[chosen].sum()),
                sorted(some.officer[chosen].tolist()),
                sorted(crews),
                broken,
            )


@given(asked())
def test_it_is_the_best_of_trying_all(question):
    some, certified, needed = question
    best = min(every_set(some, certified, needed), default=None)
    made = form_crew(some, certified=certified, needed=needed)
    if best is None:
        assert made is None
        return
    assert made == Formed(
        officers=made.officers,
        crews=tuple(best[6]),
        broken_up=tuple(best[7]),
        arrival_ms=best[0],
    )
    assert sorted(made.officers) == best[5]
    arrival_ms = dict(zip(some.officer.tolist(), some.arrival_ms.tolist(), strict=True))
    assert list(made.officers) == sorted(made.officers, key=lambda row: (arrival_ms[row], row))


@given(asked())
def test_one_more_hand_never_makes_it_later(question):
    some, certified, needed = question
    fewer = Hands(*(getattr(some, name)[1:] for name in ("officer", "crew", "arrival_ms", "holds")))
    late = form_crew(fewer, certified=certified, needed=needed)
    if late is not None:
        made = form_crew(some, certified=certified, needed=needed)
        assert made is not None
        assert made.arrival_ms <= late.arrival_ms


def test_hands_that_make_no_sense_are_refused():
    one, two = np.zeros(1, dtype=np.int64), np.zeros(2, dtype=np.int64)
    with pytest.raises(BadValue, match="per officer"):
        Hands(one, two, one, one)
    with pytest.raises(BadValue, match="once"):
        Hands(two, two, two, two)
    with pytest.raises(BadValue, match="8 at most"):
        form_crew(Hands(one, one, one, one), certified=2, needed=2**9 - 1)
