"""Road networks that are measured: New York as it is, and with the turn rules of a real city."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.road.arcs import Arcs
from geo.road.network import RoadNetwork, assemble
from geo.road.read_arrays import read_arrays
from geo.road.read_network import read_streets
from geo.road.road_class import Mode
from geo.road.streets import CLOSED, Streets, TurnRule
from geo.road.turning_back import turning_back_rules


@cache
def new_york_streets(data: Path) -> Streets:
    """Streets of New York, weights in milliseconds, no turn rules."""
    return read_arrays(data / "roads" / "new-york.npz")


@cache
def new_york(data: Path) -> RoadNetwork:
    """New York with node-based weights, so that peers can be asked the same."""
    return assemble(new_york_streets(data), mode=Mode.CAR)


@cache
def beijing(data: Path) -> RoadNetwork:
    """Roads of Beijing from a line layer."""
    return assemble(
        read_streets(data / "roads" / "beijing-ways.gpkg", mode=Mode.CAR), mode=Mode.CAR
    )


@cache
def new_york_with_turns(data: Path) -> RoadNetwork:
    """New York with as many turn rules for each junction as Helsinki has."""
    helsinki = data / "roads" / "helsinki.osm.pbf"
    example = assemble(read_streets(helsinki, mode=Mode.CAR), mode=Mode.CAR)
    density = example.n_rules / example.n_nodes
    return assemble(with_turn_rules(new_york_streets(data), density, seed=3), mode=Mode.CAR)


def with_turn_rules(streets: Streets, per_junction: float, *, seed: int) -> Streets:
    """
    Ban turns at random, and charge for turning back nearby as the OpenStreetMap reader does.

    A ban leads from one street into another, at a junction where three or more meet.
    """
    arcs, rng = Arcs(streets), np.random.default_rng(seed)
    n_nodes = len(streets.node_lon_lat)
    degree = np.bincount(np.r_[streets.tail, streets.head], minlength=n_nodes)
    rules: dict[tuple[int, ...], TurnRule] = {}
    for enters in _open_arcs(streets, rng):
        junction = arcs.end(enters)
        leaving = [ref for ref in arcs.leaving(junction) if ref != enters ^ 1]
        if len(rules) >= per_junction * n_nodes:
            break
        if degree[junction] > 2 and leaving:
            ban = TurnRule((enters, int(rng.choice(leaving))))
            charged = turning_back_rules([ban], arcs)
            rules |= {rule.refs: rule for rule in (ban, *charged)}
    return replace(streets, turn_rules=tuple(rules.values()))


def _open_arcs(streets: Streets, rng: np.random.Generator) -> list[int]:
    """Directions that may be driven, in random order."""
    ms: NDArray[np.int64] = np.stack([streets.forward_ms, streets.backward_ms], axis=1).ravel()
    return [int(ref) for ref in rng.permutation(np.flatnonzero(ms != CLOSED))]
