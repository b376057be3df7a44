"""Other engines on the same question, the same roads and, where they take them, our weights."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from geo.road import nearest, port
from geo.road.customise import NEVER
from geo.road.metric import reweigh, weigh
from geo.road.network import LONGEST_EDGE_MS, RoadNetwork
from geo.road.prepared import prepare
from geo.road.snap import join_nodes
from geo.road.travel_time import NetworkTravelTimes
from geo.road.warm import warm_kernels
from tests.bench import _valhalla
from tests.bench._inside import Inside
from tests.bench._report import Report, figure, mark, table
from tests.bench._roads import new_york
from tests.bench._yardstick import fastest_edges
from tests.bench.peer import osrm, valhalla
from tests.bench.peer.asking import Graph, Nodes, Outcome, Task, Times, load_outcome, run
from tests.bench.peer.install import environment
from tests.bench.peer.libraries import LIBRARIES
from tests.bench.peer.server import PATIENCE_S as GIVEN_UP_S

ROOT = Path(__file__).resolve().parents[2]
OFFICERS = (7, 50, 500, 5_000, 25_000)
INCIDENTS, SIDE = 200, 1_000
CLOSURES, CLOSED = 5, 100
BUDGET_S = 4.0
"""How long one cell of the table may take, but for the three questions that it needs."""

PATIENCE_S = 600
"""How long one library may take in all."""

OURS = "**grid-dispatch**"
WEIGHTS_AS_THEY_ARE = ("networkit", "igraph", "scipy", "rustworkx", "networkx")
"""Libraries that search the weights themselves: there is nothing to build anew."""

LEAD = (
    "Question A: the 8 nearest of N officers at random junctions to a random incident, officer to "
    "incident, on {size}; no turn rules. Medians in ms, one thread each. Ours is asked through "
    "`TravelTimes`, in Python; libraries through their Python packages, in CPU time; OSRM and "
    "Valhalla over HTTP on this machine, by the clock. OSRM drives every edge in our milliseconds "
    "by a profile of its own. ≠: Valhalla takes no weights from outside; it has the same roads, "
    "priced by its own costs at whole km/h. *Same*: of all questions asked, those whose eight "
    "times equal ours to the millisecond. A question that takes more than 30 s is given up."
)


@dataclass(frozen=True)
class Row:
    """One engine's line: what it answered, or why it could not be asked."""

    name: str
    outcome: Outcome | None
    why: str = ""
    own_costs: bool = False
    renewed: str = ""


def measure(data: Path) -> Report:
    """Ask every engine that can be had."""
    network = new_york(data)
    task = drawn_task(network, OFFICERS, INCIDENTS, SIDE, BUDGET_S)
    return compared(network, task, [*_servers(network, task), *_libraries(task)])


def compared(network: RoadNetwork, task: Task, others: list[Row]) -> Report:
    """Set the engines beside ours."""
    ours = run(task, lambda _: Ours(network), time.process_time)
    inside = Inside()
    with inside.watching(nearest, port):
        kernel = run(task, lambda _: InKernel(network), inside.clock)
    size = f"New York ({network.n_nodes:,} nodes, {network.n_edges:,} edges)"
    rows = [Row(OURS, ours), Row(f"{OURS}, kernel alone", kernel), *others]
    cells = [str(n) for n in sorted(task.officers)]
    head = [f"{'N = ' if not at else ''}{int(cell):,}" for at, cell in enumerate(cells)]
    side = f"matrix {len(task.origins):,} × {len(task.destinations):,}"
    changes = ["all weights new", f"{task.closed.shape[1]} edges closed"]
    times = table(
        ["engine", *head, side, *changes, "same"],
        [[row.name, *_times(row, cells), same(row, ours)] for row in rows],
    )
    ratios = table(
        ["engine", *head, side, "we are ahead"],
        [[row.name, *_ratios(row, ours, cells), _ahead(row, ours, cells)] for row in others],
    )
    s_ms = np.median([value for row in rows if row.outcome for value in row.outcome.s_ms.values()])
    lead = f"{LEAD.format(size=size)} S was {s_ms:.1f} ms; ratios are those of shares of S."
    told = "How many times as long as ours the others take:"
    short = table(
        ["engine", *head],
        [[row.name, *_ratios(row, ours, cells)[:-1]] for row in others if row.outcome],
    )
    lacking = [f"- {row.name}: {row.why}" for row in others if row.outcome is None]
    return Report("\n\n".join([lead, times, told, ratios, "\n".join(lacking)]).strip(), short)


def drawn_task(
    network: RoadNetwork, officers: tuple[int, ...], incidents: int, side: int, budget_s: float
) -> Task:
    """Draw officers, incidents, a matrix and changes."""
    rng, edges = np.random.default_rng(11), fastest_edges(network)
    ms = network.edge_ms[edges].astype(np.int64)
    ends = (column[edges].astype(np.int64) for column in (network.edge_tail, network.edge_head))
    n_nodes = network.n_nodes
    return Task(
        graph=Graph(*ends, ms, network.node_lon_lat),
        officers={n: rng.choice(n_nodes, n, replace=False) for n in officers},
        incidents=rng.integers(0, n_nodes, incidents),
        origins=rng.choice(n_nodes, side, replace=False),
        destinations=rng.choice(n_nodes, side, replace=False),
        renewed_ms=ms * rng.integers(1, 4, len(edges)),
        closed=rng.choice(
            len(edges), (CLOSURES, min(CLOSED, len(edges) // CLOSURES)), replace=False
        ),
        closed_ms=LONGEST_EDGE_MS,
        budget_s=budget_s,
    )


class Ours:
    """This project's engine, asked like the others."""

    def __init__(self, network: RoadNetwork) -> None:
        self._network, self._edges = network, fastest_edges(network)
        warm_kernels()
        self._roads = prepare(network)
        self._times = NetworkTravelTimes(network, roads=self._roads)

    def gather(self, officers: Nodes) -> None:
        """Hang them on the roads."""
        self._fleet = self._times.fleet(join_nodes(self._network, officers))

    def ask(self, incident: int) -> Times:
        """Ask for the eight nearest."""
        place = join_nodes(self._network, np.array([incident]))
        found = self._times.nearest(self._fleet, place, k=8)
        return np.array([arrival.travel_time_ms for arrival in found], dtype=np.float64)

    def matrix(self, origins: Nodes, destinations: Nodes) -> Times:
        """Ask for the matrix."""
        ends = (join_nodes(self._network, nodes) for nodes in (origins, destinations))
        return self._times.matrix(*ends).astype(np.float64)

    def renew(self, ms: Nodes) -> None:
        """Weigh all edges; slower parallel ones, which others do not see, are closed."""
        edge_ms = np.full(self._network.n_edges, int(NEVER))
        edge_ms[self._edges] = ms
        self._times.swap(weigh(self._roads, edge_ms, version="renewed"))

    def change(self, arcs: Nodes, ms: int) -> None:
        """Weigh a few edges."""
        edge_ms = np.full(len(arcs), ms)
        old, edges = self._times.metric, self._edges[arcs]
        self._times.swap(reweigh(self._roads, old, edges, edge_ms, version="closed"))


class InKernel(Ours):
    """Question A only, for the time inside compiled code."""

    matrix = None
    renew = None
    change = None


def _servers(network: RoadNetwork, task: Task) -> Iterator[Row]:
    """OSRM and Valhalla, on roads that were prepared once."""
    asked: dict[str, Callable[[], Row]] = {
        f"OSRM table ({method})": partial(_osrm, network, task, method) for method in osrm.STEPS
    }
    asked[f"Valhalla {_valhalla.VERSION} matrix ≠"] = partial(_valhalla_row, network, task)
    for name, ask in asked.items():
        print(f"  {name}", flush=True)
        try:
            yield replace(ask(), name=name)
        except (OSError, subprocess.CalledProcessError, RuntimeError) as error:
            yield Row(name, None, f"{type(error).__name__}: {error}")


def _osrm(network: RoadNetwork, task: Task, method: str) -> Row:
    roads, took = osrm.prepared(network, method)
    with osrm.served(roads, method) as server:
        outcome = run(task, lambda _: osrm.Osrm(server, network.node_lon_lat), time.perf_counter)
    return Row("", outcome, renewed=f"{took[osrm.STEPS[method][-1]]:,.0f} s")


def _valhalla_row(network: RoadNetwork, task: Task) -> Row:
    config, took = valhalla.prepared(network)
    with _valhalla.server(config) as server:
        peer = valhalla.Valhalla(server, network.node_lon_lat)
        outcome = run(task, lambda _: peer, time.perf_counter)
    return Row("", outcome, own_costs=True, renewed=f"{took['tiles']:,.0f} s")


def _libraries(task: Task) -> Iterator[Row]:
    """Python packages, each in a process of the peers' environment."""
    python, lacking = environment()
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder, "task.npz"), Path(folder, "outcome.npz")
        task.save(paths[0])
        for name, library in LIBRARIES.items():
            print(f"  {name}", flush=True)
            version = library.requirement.split("==")[1]
            why = lacking.get(library.requirement) or _asked(python, name, *paths)
            outcome = None if why else load_outcome(paths[1])
            unchanging = name.startswith(WEIGHTS_AS_THEY_ARE)
            yield Row(f"{name} {version}", outcome, why, renewed="none" if unchanging else "")


def _asked(python: Path, name: str, task: Path, outcome: Path) -> str:
    """Ask one library; why that failed, or nothing."""
    command = [str(python), "-m", "tests.bench.peer.libraries", name, str(task), str(outcome)]
    try:
        done = subprocess.run(
            command, cwd=ROOT, timeout=PATIENCE_S, capture_output=True, text=True, check=False
        )
    except subprocess.TimeoutExpired:
        return f"took more than {PATIENCE_S} s"
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    return ""


def _times(row: Row, cells: list[str]) -> list[str]:
    """Milliseconds by cell, or why there are none."""
    if row.outcome is None:
        return ["n/a"] * (len(cells) + 3)
    taken, said = row.outcome.taken_ms, row.outcome.said
    given = [
        figure(float(np.median(taken[cell]))) if cell in taken else said.get(cell, "–")
        for cell in [*cells, "matrix", "renewed", "closed"]
    ]
    if "renewed" not in taken:
        given[-2:] = [row.renewed or "–"] * 2
    return given


def _ratio(row: Row, ours: Outcome, cell: str) -> tuple[float, bool]:
    """How many times as long as ours, and whether that is a lower bound; NaN for unknown."""
    if row.outcome is None or cell not in ours.taken_ms:
        return np.nan, False
    our_share = float(np.median(ours.taken_ms[cell])) / ours.s_ms[cell]
    if cell in row.outcome.taken_ms:
        theirs = float(np.median(row.outcome.taken_ms[cell])) / row.outcome.s_ms[cell]
        return theirs / our_share, False
    if cell in row.outcome.said:
        return 1000 * GIVEN_UP_S / ours.s_ms[cell] / our_share, True
    return np.nan, False


def _ratios(row: Row, ours: Outcome, cells: list[str]) -> list[str]:
    """Ratios as text, the matrix last."""
    found = [_ratio(row, ours, cell) for cell in [*cells, "matrix"]]
    return [
        "–" if np.isnan(ratio) else f"{'> ' if bound else ''}{_times_as_long(ratio)}"
        for ratio, bound in found
    ]


def _times_as_long(ratio: float) -> str:
    return f"{ratio:,.0f} ×" if ratio >= 10 else f"{ratio:.1f} ×"


def _ahead(row: Row, ours: Outcome, cells: list[str]) -> str:
    """Whether ours is faster wherever both were asked."""
    found = [ratio for cell in [*cells, "matrix"] if (ratio := _ratio(row, ours, cell)[0]) > 0]
    return mark(good=bool(found) and min(found) > 1) if found else "n/a"


def same(row: Row, ours: Outcome) -> str:
    """How many answers equal ours, and how far off the others are."""
    if row.outcome is None or row.own_costs or row.name.startswith(OURS):
        return "≠" if row.own_costs else ""
    equal, asked, off_ms = 0, 0, 0.0
    for cell, theirs in row.outcome.best_ms.items():
        expected = ours.best_ms[cell][: len(theirs)]
        apart = np.abs(np.where(theirs == expected, 0.0, theirs - expected)).max(axis=1)
        equal, asked = equal + int((apart == 0).sum()), asked + len(apart)
        off_ms = max(off_ms, float(apart.max()))
    if equal == asked:
        return f"all of {asked:,}"
    return f"{equal:,} of {asked:,}, up to {off_ms:,.0f} ms off"
