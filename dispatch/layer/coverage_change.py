"""What a layer would change of potential coverage: before, after, and which points are other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dispatch.base_coverage import BaseCoverage, base_modes, cover_from_bases
from dispatch.demand_point import points_of_demand
from dispatch.layer.check import CheckedLayer
from dispatch.layer.closure_findings import new_closures
from dispatch.layer.kind import KindName
from dispatch.layer.published import Published, contents_after
from dispatch.layer.road_build import build_roads
from dispatch.store.city_contents import CityContents
from geo.errors import FlawedData
from geo.remark import Remark
from geo.road.changing_weights import ChangingWeights
from geo.road.closure import Closure
from geo.road.layered_weights import WeightLayers
from geo.road.metric import weigh
from geo.road.road_class import Mode
from geo.road.travel_time import NetworkTravelTimes, TravelTimes

CHANGE_COVERAGE: Final = frozenset(
    {
        KindName.ZONES,  # arrival targets, and points where there are no unit grids
        KindName.GRIDS,
        KindName.DEMAND,
        KindName.UNITS,
        KindName.BASES,
        KindName.ROADS,
        KindName.CLOSURES,
    }
)
"""Kinds on which potential coverage depends."""

Roads = Mapping[Mode, TravelTimes]


@dataclass(frozen=True, slots=True, eq=False)
class CoverageChange:
    """
    Potential coverage before and after a layer.

    Attributes
    ----------
    before, after
        What is covered; or, where that can't be told, why.
    left_out
        Rows of the layer that are not sound, and not in it.
    """

    before: BaseCoverage | Remark
    after: BaseCoverage | Remark
    left_out: int = 0

    @property
    def lost(self) -> tuple[str, ...]:
        """Points that would not be reached in time any more, the heaviest first."""
        return _newly_in_time(self.after, self.before)

    @property
    def gained(self) -> tuple[str, ...]:
        """Points that would be reached in time and are not now, the heaviest first."""
        return _newly_in_time(self.before, self.after)


def coverage_change(checked: CheckedLayer, published: Published | None) -> CoverageChange | None:
    """
    Tell what a layer would change of potential coverage.

    Parameters
    ----------
    checked
        The layer; its sound rows count.
    published
        The city it is held against, or None.

    Returns
    -------
    change
        By roads at their own weights, so that nothing of the hour or of closures in force is in
        it; of a layer of closures, as if each of them were in force.  Roads are built, which
        takes seconds on a large network.  None for a kind that changes no coverage.
    """
    kind = checked.rows.kind
    if kind.name not in CHANGE_COVERAGE:
        return None
    left_out = len(checked.rows) - len(checked.values)
    if published is None:
        return CoverageChange(NO_CITY, NO_CITY, left_out)
    values = _each_once(list(checked.values.values()), kind.key)
    roads = {mode: _at_own_weights(times) for mode, times in published.city.travel_times.items()}
    before, after = published.contents, contents_after(published, {kind.name: values})
    roads_after: Roads | Remark = roads
    if kind.name is KindName.ROADS:
        roads_after = _built(checked, base_modes(_by_code(after)))
    elif kind.name is KindName.CLOSURES:
        roads_after = _closed(roads, new_closures(values, published))
    return CoverageChange(_covered(before, roads), _covered(after, roads_after), left_out)


def _covered(contents: CityContents, roads: Roads | Remark) -> BaseCoverage | Remark:
    """What a city of some contents covers on some roads."""
    if isinstance(roads, Remark):
        return roads
    points = points_of_demand(contents.grids, contents.zones, contents.demand)
    return cover_from_bases(points, _by_code(contents), roads)


def _by_code(contents: CityContents) -> dict[str, Any]:
    """Units by code."""
    return {unit.code: unit for unit in contents.units}


def _each_once(values: Sequence[Any], key: str) -> list[Any]:
    """Values of which no two have one code; roads have none."""
    if any(isinstance(one, Mapping) for one in values):
        return list(values)
    return list({getattr(one, key): one for one in values}.values())


def _at_own_weights(times: TravelTimes) -> TravelTimes:
    """An engine without anything laid over its roads."""
    if not isinstance(times, NetworkTravelTimes) or times.version == times.network.version:
        return times.pinned()
    own = weigh(times.roads, times.network.edge_ms, version=times.network.version)
    return times.under(own)


def _built(checked: CheckedLayer, modes: frozenset[Mode]) -> Roads | Remark:
    """Engines on the roads of a layer."""
    try:
        networks = build_roads(checked, modes)
    except FlawedData as error:
        return error.findings[0].message
    return {mode: NetworkTravelTimes(network) for mode, network in networks.items()}


def _closed(roads: Roads, closures: Sequence[Closure]) -> Roads:
    """Engines with closures in force, each as if its time had come."""
    if not closures:
        return roads
    now = max(one.starts for one in closures)
    in_force = tuple(
        replace(one, id=str(at), ends=None, lifted_at=None) for at, one in enumerate(closures)
    )
    laid: dict[Mode, TravelTimes] = {}
    for mode, times in roads.items():
        laid[mode] = times.pinned()
        if isinstance(times, NetworkTravelTimes):
            laid[mode] = view = times.pinned()
            ChangingWeights(view, WeightLayers(closures=in_force)).apply(now)
    return laid


def _newly_in_time(first: BaseCoverage | Remark, second: BaseCoverage | Remark) -> tuple[str, ...]:
    """Points of both that are reached in time in the second only, the heaviest first."""
    if isinstance(first, Remark) or isinstance(second, Remark):
        return ()
    before, now = _in_time(first), _in_time(second)
    names, weight = second.points.demand.points, second.points.demand.weight
    changed: list[int] = [
        row for row, name in enumerate(names) if now[name] and before.get(name) is False
    ]
    order: NDArray[np.int64] = np.argsort(-weight[changed], kind="stable")
    return tuple(names[changed[at]] for at in order.tolist())


def _in_time(covered: BaseCoverage) -> dict[str, bool]:
    """Whether each point is reached in time, by its code."""
    return dict(zip(covered.points.demand.points, covered.in_time.tolist(), strict=True))


NO_CITY = Remark(
    "no_city",
    "没有指定城市：用 --store 与已发布的城市比较。",
    "There is no city to hold it against; name one by --store.",
)
