"""Every kind of question in every form that callers give it, and what that makes numba compile."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import numpy as np
from numba.core.dispatcher import Dispatcher

import geo.road
from geo.road.eligible import Wanted
from geo.road.fleet import Fleet
from geo.road.metric import reweigh, weigh
from geo.road.snap import Joins
from geo.road.teams import NO_TEAM, Teams, find_teams, in_time_from
from geo.road.travel_time import NetworkTravelTimes, open_travel_times
from geo.road.warm import warm_kernels


def compiled_after_warming(folder: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Types that each kernel is compiled for: once warmed, and once everything was asked."""
    warm_kernels()
    warmed = compiled()
    ask_everything(open_travel_times(folder))
    return warmed, compiled()


def compiled() -> dict[str, int]:
    """For how many combinations of types each kernel is compiled that no other kernel calls."""
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.iter_modules(geo.road.__path__, "geo.road.")
    ]
    kernels = {
        name: thing
        for module in modules
        for name, thing in vars(module).items()
        if isinstance(thing, Dispatcher)
    }
    inner = {name for thing in kernels.values() for name in thing.py_func.__code__.co_names}
    return {name: len(thing.signatures) for name, thing in kernels.items() if name not in inner}


def ask_everything(times: NetworkTravelTimes) -> None:
    """Ask for places at junctions and on streets, one and many, in slices and lists of rows."""
    network, roads = times.network, times.roads
    corner = network.node_lon_lat[:12]
    places = times.join(np.concatenate([corner, corner + 0.0003]))
    some, one = places.take(np.array([3, 20, 7])), places.take(slice(15, 16))
    edge_ms = network.edge_ms
    weights = [
        weigh(roads, edge_ms * 2, version="slow"),
        weigh(roads, edge_ms.astype(np.int32), version="again"),
        reweigh(roads, times.metric, np.array([5]), np.array([2**40]), version="closed"),
        reweigh(roads, times.metric, np.arange(9, dtype=np.int32), edge_ms[:9], version="same"),
        reweigh(roads, times.metric, np.arange(0), np.arange(0), version="nothing"),
    ]
    for metric in weights:
        times.swap(metric)
        for few in (some, one, places.take(slice(0, 24, 3)), places.take(places.node >= 0)):
            times.matrix(few, places)
            times.matrix(places, few)
            times.matrix_row(one, few)
            times.partition(few).serve(places)
            times.partition(places).serve(one)
            fleet = times.fleet(few)
            fleet.move(np.arange(len(few), dtype=np.int32)[::2], few.take(slice(0, None, 2)))
            fleet.mark(np.arange(len(few)), np.arange(len(few), dtype=np.uint64))
            find_teams_at(times, fleet, few)
            find_teams_at(times, fleet, places)
            all_but_one = np.arange(len(few)) > 0
            for units, eligible in (
                (few, None),
                (fleet, all_but_one),
                (fleet, all_but_one[::-1]),
                (fleet, Wanted(any_of=3, none_of=2**62)),
            ):
                for within_s in (None, 60, 90.0):
                    times.nearest(units, one, k=2, within_s=within_s, eligible=eligible)
            for row in range(len(few)):
                times.route(one, few.take([row]))
                times.reach(few.take(slice(row, row + 1)), [30, 60.0])


def find_teams_at(times: NetworkTravelTimes, fleet: Fleet, places: Joins) -> None:
    """Ask which units, each a team, are in time at some places, by both methods."""
    roads, metric, room = times.roads, times.metric, times.room
    teams = Teams(np.arange(len(fleet), dtype=np.int32), 1)
    for depth in (1, 3):
        found = np.full((len(places), depth), NO_TEAM, dtype=np.int32)
        limit_ms = np.full(len(places), 60_000)
        find_teams(roads, metric, fleet.hung, teams, places, limit_ms, found, room)
        in_time_from(roads, metric, places, places.take([0]), limit_ms[:1], room)
