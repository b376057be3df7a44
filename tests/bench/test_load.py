"""The generator of load: what it offers is answered and counted, what fails is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.bench import load
from tests.bench._load_generator import Kind
from tests.free_port import free_port

OFFERED = {
    name: load.kind(path, 20.0, [{"text": "x", "time": "NOW"}])
    for name, path in (("suggestions", "a"), ("reports", "b"), ("positions", "c"))
}


def test_a_stub_answers_what_is_offered_and_the_table_says_so():
    with load.stubbed() as port:
        outcome = load.offer(port, OFFERED, seconds=1.0, pages=0, warm_s=0.2)
    assert {name: len(of["ms"]) for name, of in outcome.kinds.items()} == dict.fromkeys(OFFERED, 20)
    assert not any(of["refused"] for of in outcome.kinds.values())
    outcomes = {"embedded": replace(outcome), "bare stub": outcome}
    text = load.told(outcomes, seconds=1.0).text
    line = next(line for line in text.splitlines() if line.startswith("| embedded, reports"))
    assert "| 1.0 | 20.0/s | none |" in line


def test_what_nobody_answers_is_counted_as_refused():
    port = free_port()
    outcome = load.offer(port, OFFERED, seconds=0.5, pages=0, warm_s=0.0)
    assert all(of["refused"] == {"ConnectionRefusedError": 10} for of in outcome.kinds.values())
    assert outcome.p("reports", 99) == float("inf")


def test_bodies_come_in_turn_and_tell_the_present():
    bodies = Kind("/", 1.0, [{"n": 1, "time": "NOW"}, {"n": 2}]).drawn()
    drawn = [next(bodies) for _ in range(4)]
    assert Counter(body[:7] for body in drawn) == {b'{"n": 1': 2, b'{"n": 2': 2}
    assert b"NOW" not in b"".join(drawn)
