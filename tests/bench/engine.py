"""The travel-time engine on New York, in shares of the yardstick; with turn rules beside."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.road import nearest, port
from geo.road.customise import NEVER
from geo.road.eligible import Wanted
from geo.road.metric import RoadGraph, reweigh, weigh
from geo.road.network import RoadNetwork
from geo.road.prepared import prepare
from geo.road.reach import Reach, reach_from
from geo.road.snap import Joins, join_nodes
from geo.road.travel_time import NetworkTravelTimes
from geo.road.workspace import Workspace
from tests.bench._inside import Inside
from tests.bench._report import Report, figure, mark, table
from tests.bench._roads import new_york, new_york_with_turns
from tests.bench._yardstick import NOTE, QUIET_S_MS, Timed, Yardstick, share

OFFICERS = 25_000
MOST_QUESTIONS, FEW_QUESTIONS = 1_000, 7
WITH_TURNS = 3.0
"""Turn rules may cost this many times a goal, where they have none of their own."""

P99 = 2.0
"""The 99th percentile may be this many times the goal of the median, where it has one."""

REACH_S = 900
FIXES_GOAL = 0.2 * 1000 / QUIET_S_MS
"""A second's fixes may take a fifth of a second of one core."""

HEAD = ("question", "ms", "p99", "of S", "to reach", "", "with turns: ms", "of S", "to reach", "")


@dataclass(frozen=True)
class Question:
    """
    A question, how it is drawn, and what share of S it should take.

    ``inside`` counts the time inside compiled kernels only, ``p99`` judges that percentile
    too, and ``short`` names the question in the short table.
    """

    name: str
    ask: Callable[[Any], object]
    draw: Callable[[], Any]
    times: int
    goal: float | None = None
    goal_with_turns: float | None = None
    inside: bool = False
    p99: bool = False
    short: str = ""


@dataclass(frozen=True)
class Answer:
    """A question timed on one network, and its goal there."""

    question: Question
    timed: Timed
    goal: float | None

    @property
    def good(self) -> bool:
        """Whether the median, and the 99th percentile where it counts, reach the goal."""
        goal = np.inf if self.goal is None else self.goal
        tail = self.timed.p99_of_s <= P99 * goal or not self.question.p99
        return bool(self.timed.of_s <= goal and tail)

    def cells(self) -> list[str]:
        """Share of S, goal and mark."""
        if self.goal is None:
            return [share(self.timed.of_s), "", ""]
        return [share(self.timed.of_s), share(self.goal), mark(good=self.good)]


def measure(data: Path) -> Report:
    """Time every question on New York without and with turn rules."""
    plain, turns = new_york(data), new_york_with_turns(data)
    return compared(plain, turns, officers=OFFICERS, most=MOST_QUESTIONS, few=FEW_QUESTIONS)


def compared(
    plain: RoadNetwork, turns: RoadNetwork, *, officers: int, most: int, few: int
) -> Report:
    """Time every question on two networks that differ in their turn rules only."""
    columns = [_timed(network, plain, officers, most, few) for network in (plain, turns)]
    rows = []
    for answer, turned in zip(*(answers for _, answers in columns), strict=True):
        p99 = figure(answer.timed.p99_ms) if answer.question.times > 100 else ""
        first = [answer.question.name, figure(answer.timed.median_ms), p99, *answer.cells()]
        rows.append([*first, figure(turned.timed.median_ms), *turned.cells()])
    s_ms = float(np.median([answer.timed.s_ms for _, answers in columns for answer in answers]))
    lead = (
        f"{_size(plain)}; order and topology built in {columns[0][0]:.1f} s. With turns: "
        f"{turns.n_rules:,} rules, as many for each junction as Helsinki has, built in "
        f"{columns[1][0]:.1f} s. S was {s_ms:.1f} ms. {NOTE} *Kernel* is the time inside compiled "
        "code, everything else is asked through `TravelTimes`, in Python. Where the 99th "
        f"percentile counts (*p99*), it may be {P99:.0f} times the goal."
    )
    return Report(f"{lead}\n\n{table(HEAD, rows)}", _short([one for _, one in columns]))


def _short(columns: list[list[Answer]]) -> str:
    """Pick the rows of the short table."""
    rows = [
        [answer.question.short, *answer.cells(), share(turned.timed.of_s), mark(good=turned.good)]
        for answer, turned in zip(*columns, strict=True)
        if answer.question.short
    ]
    return table(("question", "takes", "to reach", "", "with turns", ""), rows)


def _timed(
    network: RoadNetwork, plain: RoadNetwork, officers: int, most: int, few: int
) -> tuple[float, list[Answer]]:
    """Seconds to build, and every question timed."""
    start = time.process_time()
    roads = prepare(network)
    built_s = time.process_time() - start
    yardstick, turned = Yardstick(plain), network.n_rules > 0
    answers = []
    for question in Asked(network, roads, officers, most, few).questions():
        goal = question.goal
        if turned and goal is not None:
            goal = question.goal_with_turns or WITH_TURNS * goal
        answers.append(Answer(question, _clocked(question, yardstick), goal))
        print(f"  {question.name}: {share(answers[-1].timed.of_s)}", flush=True)
    return built_s, answers


def _clocked(question: Question, yardstick: Yardstick) -> Timed:
    if not question.inside:
        return yardstick.beside(question.ask, question.draw, question.times)
    inside = Inside()
    with inside.watching(nearest, port):
        return yardstick.beside_clock(
            lambda drawn: inside.ms(lambda: question.ask(drawn)), question.draw, question.times
        )


class Asked:
    """The questions, on one network."""

    def __init__(
        self, network: RoadNetwork, roads: RoadGraph, officers: int, most: int, few: int
    ) -> None:
        self.network, self.roads, self.most, self.few = network, roads, most, few
        self.rng = np.random.default_rng(7)
        self.times = NetworkTravelTimes(network, roads=roads)
        self.officers = self.nodes(officers)
        self.fleet = self.times.fleet(self.officers)

    def nodes(self, count: int) -> Joins:
        """Draw junctions."""
        return join_nodes(self.network, self.rng.integers(0, self.network.n_nodes, count))

    def questions(self) -> Iterator[Question]:
        """All of them, in the order of the table."""
        yield from self._nearest()
        yield Question(
            "route with geometry, random pair",
            lambda pair: self.times.route(*pair),
            lambda: (self.nodes(1), self.nodes(1)),
            self.most,
            1 / 150,
            short="route with geometry",
        )
        yield from self._matrices()
        yield from self._weights()
        room = Workspace(self.roads.graph.n_states)
        yield Question(
            "reach in 15 minutes, edges and shares of edges",
            lambda place: self._reached(place, room).stretches(REACH_S),
            lambda: self.nodes(1),
            self.few * 4,
            1 / 80,
            short="15-minute reach, edges",
        )
        yield Question(
            "reach in 15 minutes, with polygon",
            lambda place: self.times.reach(place, [REACH_S]),
            lambda: self.nodes(1),
            self.few * 4,
            1 / 80,
            short="15-minute reach, as a polygon",
        )
        yield Question(
            "nearest of 14 bases for every junction",
            self.times.partition,
            lambda: self.nodes(14),
            self.few * 4,
            1 / 3,
            short="nearest of 14 bases everywhere",
        )
        yield Question(
            "5,000 fixes joined and hung (a second's worth)",
            lambda near: self.fleet.move(np.arange(len(near)), self.times.join(near)),
            self._fixes,
            self.few,
            FIXES_GOAL,
            FIXES_GOAL,
            short="5,000 fixes taken in",
        )

    def _nearest(self) -> Iterator[Question]:
        everyone = len(self.officers)
        goals = ((everyone, 1 / 1000), (500, 1 / 80), (50, 1 / 150), (7, 1 / 400))
        for bit, (n_eligible, goal) in enumerate(goals):
            self._mark(n_eligible, bit)

            def ask(place: Joins, wanted: Wanted = Wanted(all_of=1 << bit)) -> object:  # noqa: B008 -- kept for this row
                return self.times.nearest(self.fleet, place, k=8, eligible=wanted)

            all_of_them = n_eligible == everyone
            who = "all" if all_of_them else f"{n_eligible} of them"
            name = f"8 nearest of {everyone:,}, {who} eligible"
            draw = lambda: self.nodes(1)  # noqa: E731 -- a draw is as short as that
            yield Question(
                f"kernel: {name}",
                ask,
                draw,
                self.most,
                goal,
                inside=True,
                p99=not all_of_them,
                short=f"kernel: {name}",
            )
            through, short = (1 / 100, name) if all_of_them else (None, "")
            yield Question(name, ask, draw, self.most, through, short=short)

    def _mark(self, count: int, bit: int) -> None:
        """Mark some officers, drawn at random, with one bit more."""
        everyone = len(self.officers)
        some = self.rng.choice(everyone, min(count, everyone), replace=False)
        self.fleet.mark(some, self.fleet.hung.bits[some] | np.uint64(1 << bit))

    def _matrices(self) -> Iterator[Question]:
        for rows, columns, goal in ((1_000, 1_000, 12.0), (25_000, 100, 4.0)):
            yield Question(
                f"matrix {rows:,} × {columns:,}",
                lambda places: self.times.matrix(*places),
                lambda rows=rows, columns=columns: (self.nodes(rows), self.nodes(columns)),
                self.few,
                goal,
                short=f"matrix {rows:,} × {columns:,}",
            )

    def _weights(self) -> Iterator[Question]:
        metric = weigh(self.roads, self.network.edge_ms, version="measured")
        yield Question(
            "all weights new",
            lambda ms: self.times.swap(weigh(self.roads, ms, version="new")),
            lambda: self.network.edge_ms * self.rng.integers(1, 4, self.network.n_edges),
            self.few,
            3.0,
            14.0,
            short="all weights new",
        )

        def close(edges: NDArray[np.int64]) -> None:
            never = np.full(len(edges), NEVER)
            self.times.swap(reweigh(self.roads, metric, edges, never, version="closed"))

        yield Question(
            "100 edges closed, until answers are right",
            close,
            lambda: self.rng.choice(self.network.n_edges, 100, replace=False),
            self.few * 4,
            1 / 8,
            short="100 edges closed",
        )
        self.times.swap(metric)

    def _reached(self, place: Joins, room: Workspace) -> Reach:
        """Search as far as the time allows."""
        return reach_from(self.roads, self.times.metric, place, REACH_S * 1000, room)

    def _fixes(self) -> NDArray[np.float64]:
        """Places some twenty metres off the roads."""
        here = self.rng.integers(0, self.network.n_nodes, min(5_000, len(self.officers)))
        return self.network.node_lon_lat[here] + self.rng.normal(0, 2e-4, (len(here), 2))


def _size(network: RoadNetwork) -> str:
    return f"New York, {network.n_nodes:,} nodes, {network.n_edges:,} edges"
