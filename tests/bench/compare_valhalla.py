"""Are the roads read rightly?  Car travel times beside Valhalla's on the same extracts."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.stats import rankdata, spearmanr

from geo.road.network import RoadNetwork, assemble
from geo.road.read_network import read_streets
from geo.road.road_class import Mode
from geo.road.travel_time import NetworkTravelTimes
from tests.bench._report import Report, mark, table
from tests.bench._valhalla import VERSION, drive, served, tiles

CITIES = ("helsinki", "liechtenstein")
PAIRS = 500
WORST = 10
LEAST_CORRELATION = 0.97


@dataclass(frozen=True)
class Comparison:
    """Times of both engines for pairs of junctions."""

    city: str
    places: NDArray[np.float64]
    ours_s: NDArray[np.float64]
    ours_m: NDArray[np.float64]
    theirs_s: NDArray[np.float64]
    theirs_m: NDArray[np.float64]

    @property
    def both(self) -> NDArray[np.int64]:
        """Pairs for which both find a way."""
        return np.flatnonzero(np.isfinite(self.ours_s) & np.isfinite(self.theirs_s))

    @property
    def correlation(self) -> float:
        """Spearman's rank correlation over those pairs."""
        return float(spearmanr(self.ours_s[self.both], self.theirs_s[self.both]).statistic)

    @property
    def good(self) -> bool:
        """Whether the ranks agree well enough."""
        return self.correlation >= LEAST_CORRELATION

    def worst(self) -> NDArray[np.int64]:
        """Pairs whose ranks lie farthest apart."""
        ours, theirs = (rankdata(times[self.both]) for times in (self.ours_s, self.theirs_s))
        return self.both[np.argsort(-np.abs(ours - theirs), kind="stable")[:WORST]]


def measure(data: Path) -> Report:
    """Compare both extracts and list the pairs that differ most."""
    sources = [data / "roads" / f"{city}.osm.pbf" for city in CITIES]
    found = [compare(source, PAIRS, seed=1) for source in sources]
    lead = f"Valhalla {VERSION}, its own car profile, {PAIRS} random pairs of junctions each."
    return Report("\n\n".join([lead, *map(_report, found)]), _short(found))


def compare(source: Path, pairs: int, *, seed: int) -> Comparison:
    """Ask both engines for random pairs within the largest part of our network."""
    network = assemble(read_streets(source, mode=Mode.CAR), mode=Mode.CAR)
    drawn = np.random.default_rng(seed).choice(_largest_part(network), (pairs, 2))
    places = network.node_lon_lat[drawn]
    times = NetworkTravelTimes(network)
    ours = np.full((pairs, 2), np.nan)
    theirs = np.full((pairs, 2), np.nan)
    with tempfile.TemporaryDirectory() as folder, served(tiles(source, Path(folder))) as port:
        for row, (start, end) in enumerate(places):
            way = times.route(times.join(start[None]), times.join(end[None]))
            if way is not None:
                ours[row] = way.travel_time_ms / 1000, way.length_m
            theirs[row] = drive(port, tuple(start.tolist()), tuple(end.tolist()))
    return Comparison(source.name.split(".")[0], places, *ours.T, *theirs.T)


def _largest_part(network: RoadNetwork) -> NDArray[np.int64]:
    ones = np.ones(network.n_edges, dtype=np.int8)
    shape = (network.n_nodes, network.n_nodes)
    graph = coo_array((ones, (network.edge_tail, network.edge_head)), shape=shape).tocsr()
    _, part = connected_components(graph, directed=True, connection="strong")
    return np.flatnonzero(part == np.bincount(part).argmax())


def _short(found: list[Comparison]) -> str:
    goal = str(LEAST_CORRELATION)
    rows = [
        (one.city.capitalize(), f"{one.correlation:.3f}", goal, mark(good=one.good))
        for one in found
    ]
    return table(("rank correlation with Valhalla", "", "to reach", ""), rows)


def _report(found: Comparison) -> str:
    ratio = np.median(found.ours_s[found.both] / found.theirs_s[found.both])
    lost = [int(np.isnan(times).sum()) for times in (found.ours_s, found.theirs_s)]
    goal = f"(to reach {LEAST_CORRELATION}) {mark(good=found.good)}"
    said = f"rank correlation {found.correlation:.4f} {goal}"
    pace = f"ours takes {ratio:.2f} times theirs in the median"
    missed = f"no way found by us for {lost[0]} pairs, by Valhalla for {lost[1]}"
    lines = [
        f"**{found.city.capitalize()}**: {said}; {pace}; {missed}.",
        "",
        "| from | to | ours s | theirs s | ours m | theirs m |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for row in found.worst():
        start, end = (f"{lon:.5f},{lat:.5f}" for lon, lat in found.places[row])
        figures = (found.ours_s, found.theirs_s, found.ours_m, found.theirs_m)
        cells = " | ".join(f"{values[row]:,.0f}" for values in figures)
        lines.append(f"| {start} | {end} | {cells} |")
    return "\n".join(lines)
