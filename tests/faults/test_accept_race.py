"""
G2: of 200 who send the same crew at once exactly one does, and the others hear who has it.

Every one of them has an incident of their own, so that nothing but the crew is wanted twice.  Seen
to fail on PostgreSQL with the index ``one_job_at_a_time`` of `order_tables` dropped: 5 to 12 of 40
won.  An embedded store has one writer at a time, and a decision looks at who is bound in the
transaction that binds (`bound_officers`): there one won without the index, too, and it keeps
whoever writes past that look.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from faults.running_server import Answer, Caller, RunningServer, running
from faults.test_kill import report
from sqlalchemy import select

from dispatch.store.engine import open_store
from dispatch.store.order_tables import BINDINGS

CREWS = ("K1", "K2", "K4", "K5")


def test_one_of_many_who_send_the_same_crew_at_once_does(store_url, tmp_path, count):
    rounds = count(reduced=2, full=50, long=1_000)
    with (
        running(store_url, tmp_path) as server,
        rivals(server, count(reduced=24, full=200)) as race,
    ):
        for number in range(rounds):
            crew = CREWS[number % len(CREWS)]
            answers = race.send(unit=crew)
            assert [answer.status for answer in answers if answer.good] == [201]
            winner = next(answer.body for answer in answers if answer.good)
            for answer in answers:
                assert answer.good or names_the_holder(answer, winner), answer
            assert bound_to(store_url) == {(one, winner["id"]) for one in winner["crew"]}
            race.give_back(winner)


def names_the_holder(answer: Answer, winner: dict[str, str]) -> bool:
    """Whether a refusal says which assignment, and so who, has the crew."""
    said = answer.body["detail"]
    return answer.status == 409 and winner["id"] in said and winner["incident"] in said


def bound_to(url: str) -> set[tuple[str, str]]:
    """Who is bound, and by which assignment."""
    with closing(open_store(url)) as store, store.reading() as session:
        bound = select(BINDINGS.c.member, BINDINGS.c.assignment)
        rows = session.execute(bound.where(BINDINGS.c.released_at.is_(None)))
        return {(row.member, row.assignment) for row in rows}


@dataclass(slots=True)
class Race:
    """Callers with an incident each, who all want the same crew at the same moment."""

    callers: list[Caller]
    wanted: list[dict[str, str]]

    def send(self, **whom: object) -> list[Answer]:
        """Let all of them send the same, each to the incident of their own."""
        gate = threading.Barrier(len(self.callers))

        def send(caller: Caller, suggestion: dict[str, str]) -> Answer:
            gate.wait()
            return caller.insist("/api/v1/assignments", {"suggestion": suggestion["id"], **whom})

        with ThreadPoolExecutor(len(self.callers)) as together:
            return list(together.map(send, self.callers, self.wanted))

    def give_back(self, winner: dict[str, str]) -> None:
        """Release the crew; whoever had it goes on with a new incident."""
        done = {"outcome": "done"}
        assert self.callers[0].post(f"/api/v1/assignments/{winner['id']}/release", done).good
        row = [wanted["id"] for wanted in self.wanted].index(winner["suggestion"])
        self.wanted[row] = suggestion_of_new(self.callers[0])


@contextmanager
def rivals(server: RunningServer, many: int) -> Iterator[Race]:
    """Give so many callers an incident and a suggestion each."""
    with ExitStack() as stack:
        callers = [stack.enter_context(server.caller()) for _ in range(many)]
        yield Race(callers, [suggestion_of_new(caller) for caller in callers])


def suggestion_of_new(caller: Caller) -> dict[str, str]:
    """Report an incident and ask who could go."""
    asked = caller.insist(f"/api/v1/incidents/{report(caller)}/suggestions", {})
    assert asked.good, asked.body
    suggestion: dict[str, str] = asked.body
    return suggestion
