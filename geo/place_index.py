"""
Place index: point → chain of areas, zone and unit grid, through an R-tree.

The rule at borders, said once: an area, zone or grid that holds the point properly inside
comes before one that is only touched, one that lies in what was found above it (its parent
area; for a grid its zone, then its community) comes before one that does not, and among the
rest the lowest code wins.  Whatever else holds or touches the point is named in a remark, and
so is being outside.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TypeVar
from weakref import proxy

import numpy as np
import shapely
from numpy.typing import NDArray
from rtree import index
from shapely import MultiPolygon, Point, Polygon

from geo.area import TIERS, Area, Tier
from geo.errors import BadValue
from geo.remark import Remark
from geo.zone import UnitGrid, Zone

Located = TypeVar("Located", Area, Zone, UnitGrid)

REMEMBERED = 4096
"""Of so many points it is remembered where they lie: of a case it is asked at every step."""

LAYER_NAMES = {
    Tier.CITY: ("市级行政区", "city area"),
    Tier.DISTRICT: ("区县", "district"),
    Tier.TOWNSHIP: ("镇街", "township"),
    Tier.COMMUNITY: ("村社区", "community"),
    "zone": ("责任区", "zone"),
    "grid": ("单元网格", "unit grid"),
    "area": ("行政区划", "area"),
}
"""What remarks call each layer, in Chinese and in English."""


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where a point lies.

    Attributes
    ----------
    lon_lat
        The point, WGS-84 degrees.
    areas
        Areas from the city down to the community; empty outside every area.
    zone
        The zone, or None outside every zone.
    grid
        The unit grid, or None outside every grid.
    remarks
        What must be known about the answer: ``on_border``, ``overlap``, ``outside``.
    overlapping
        Areas outside the chain that hold the point properly inside, from the city down.
    bordering
        Areas outside the chain that are only touched, from the city down.
    """

    lon_lat: tuple[float, float]
    areas: tuple[Area, ...]
    zone: Zone | None
    grid: UnitGrid | None
    remarks: tuple[Remark, ...] = ()
    overlapping: tuple[Area, ...] = ()
    bordering: tuple[Area, ...] = ()

    def area_at(self, tier: Tier) -> Area | None:
        """
        Pick the area of one tier out of the chain.

        Parameters
        ----------
        tier
            The tier.

        Returns
        -------
        area
            The area, or None where the chain skips that tier.
        """
        return next((area for area in self.areas if area.tier == tier), None)


class PlaceIndex:
    """
    R-tree over areas, zones and unit grids.

    Parameters
    ----------
    areas, zones, grids
        What a point can lie in; codes are unique within each kind.

    Raises
    ------
    BadValue
        Two areas, zones or grids share a code.

    Notes
    -----
    A prepared polygon builds its own index at the first question that meets it, so two threads
    that are the first to ask would build it twice and ruin the heap; an R-tree of libspatialindex
    shares its pools between questions.  Hence the polygons are copies that nobody else asks, and
    one thread at a time asks tree and polygons; it takes microseconds.
    """

    def __init__(
        self, areas: Sequence[Area], zones: Sequence[Zone], grids: Sequence[UnitGrid]
    ) -> None:
        for kind, things in (("area", areas), ("zone", zones), ("unit grid", grids)):
            _check_codes(kind, [thing.code for thing in things])
        self._things: list[Area | Zone | UnitGrid] = [*areas, *zones, *grids]
        self._polygons = _prepared([thing.polygon for thing in self._things])
        self._tree = _tree(self._polygons)
        self._lock = Lock()
        self._has_grids = bool(grids)
        # By a proxy: in a circle with its own memory, an index that is replaced would linger.
        own: PlaceIndex = proxy(self)
        self._remembered = lru_cache(maxsize=REMEMBERED)(
            lambda lon, lat: PlaceIndex._look_up(own, lon, lat)
        )

    def locate(self, lon_lat: tuple[float, float]) -> Place:
        """
        Tell where a point lies.

        Parameters
        ----------
        lon_lat
            The point, WGS-84 degrees.

        Returns
        -------
        place
            Its areas, zone and unit grid, with remarks on borders, overlaps and gaps.

        Raises
        ------
        BadValue
            The point is not a finite longitude and latitude.
        """
        lon, lat = lon_lat
        return self._remembered(lon, lat)

    def _look_up(self, lon: float, lat: float) -> Place:
        """Find a point in the tree."""
        held, inside = self._holding(_point((lon, lat)))
        remarks: list[Remark] = []
        in_areas = [thing for thing in held if isinstance(thing, Area)]
        areas = _chain(in_areas, inside, remarks)
        if not areas:
            remarks.append(_outside("area"))
        codes = {area.code for area in areas}
        zones = [thing for thing in held if isinstance(thing, Zone)]
        zone = _pick("zone", zones, inside, lambda _: (), remarks)
        if zone is None:
            remarks.append(_outside("zone"))
        grids = [thing for thing in held if isinstance(thing, UnitGrid)]
        zone_code = zone.code if zone else None
        grid = _pick(
            "grid",
            grids,
            inside,
            lambda grid: (grid.zone != zone_code, grid.community not in codes),
            remarks,
        )
        if grid is None and self._has_grids:
            remarks.append(_outside("grid"))
        others = sorted(
            (area for area in in_areas if area.code not in codes),
            key=lambda area: (TIERS.index(area.tier), area.code),
        )
        return Place(
            lon_lat=(float(lon), float(lat)),
            areas=areas,
            zone=zone,
            grid=grid,
            remarks=tuple(remarks),
            overlapping=tuple(area for area in others if id(area) in inside),
            bordering=tuple(area for area in others if id(area) not in inside),
        )

    def _holding(self, point: Point) -> tuple[list[Area | Zone | UnitGrid], set[int]]:
        """Everything that covers a point, and the ids of those that hold it properly inside."""
        with self._lock:
            rows = np.array(sorted(self._tree.intersection(point.bounds)), dtype=np.intp)
            rows = rows[shapely.covers(self._polygons[rows], point)]
            proper = shapely.contains_properly(self._polygons[rows], point)
        held = [self._things[row] for row in rows]
        return held, {id(thing) for thing, is_in in zip(held, proper, strict=True) if is_in}


def _chain(held: Iterable[Area], inside: set[int], remarks: list[Remark]) -> tuple[Area, ...]:
    """Pick an area at each tier, from the city down; below an area, one that lies in it."""
    chain: list[Area] = []
    by_tier: dict[Tier, list[Area]] = {tier: [] for tier in TIERS}
    for area in held:
        by_tier[area.tier].append(area)
    for tier in TIERS:
        above = chain[-1].code if chain else None

        def strays(area: Area, above: str | None = above) -> tuple[bool, ...]:
            return (area.parent != above,)

        chosen = _pick(tier, by_tier[tier], inside, strays, remarks)
        if chosen is not None:
            chain.append(chosen)
    return tuple(chain)


def _pick(
    layer: str,
    held: list[Located],
    inside: set[int],
    strays: Callable[[Located], tuple[bool, ...]],
    remarks: list[Remark],
) -> Located | None:
    """Apply the rule of this module to one layer and remark on what else was there."""
    if not held:
        return None
    ranked = sorted(held, key=lambda thing: (id(thing) not in inside, strays(thing), thing.code))
    chosen, others = ranked[0], ranked[1:]
    overlapping = [thing.code for thing in others if id(thing) in inside]
    touched = [thing.code for thing in others if id(thing) not in inside]
    if overlapping:
        remarks.append(_overlap(layer, chosen.code, overlapping))
    if touched:
        remarks.append(_on_border(layer, chosen.code, touched))
    return chosen


def _on_border(layer: str, chosen: str, others: list[str]) -> Remark:
    zh, en = LAYER_NAMES[layer]
    named = sorted(others)
    return Remark(
        "on_border",
        f"落点在{zh} {chosen} 与 {'、'.join(named)} 的边界上，按规则归 {chosen}。",
        f"The point is on the border of {en} {chosen} with {', '.join(named)}; "
        f"by rule it counts to {chosen}.",
    )


def _overlap(layer: str, chosen: str, others: list[str]) -> Remark:
    zh, en = LAYER_NAMES[layer]
    named = sorted([chosen, *others])
    return Remark(
        "overlap",
        f"落点同时位于重叠的{zh} {'、'.join(named)} 之内，按规则归 {chosen}。",
        f"The point lies in overlapping layers of kind {en}: {', '.join(named)}; "
        f"by rule it counts to {chosen}.",
    )


def _outside(layer: str) -> Remark:
    zh, en = LAYER_NAMES[layer]
    return Remark("outside", f"落点不在任何{zh}之内。", f"The point is outside every {en}.")


def _check_codes(kind: str, codes: list[str]) -> None:
    """Refuse a layer in which a code stands twice."""
    twice = sorted(code for code, count in Counter(codes).items() if count > 1)
    if twice:
        raise BadValue(f"The code of {kind} {', '.join(twice[:5])} is used more than once.")


def _point(lon_lat: tuple[float, float]) -> Point:
    """Turn a longitude and latitude into a point, or refuse it."""
    lon, lat = lon_lat
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise BadValue(
            f"{lon:g},{lat:g} is not a longitude (-180…180) and latitude (-90…90); "
            "the order is lon,lat."
        )
    return Point(lon, lat)


def _prepared(polygons: list[Polygon | MultiPolygon]) -> NDArray[np.object_]:
    """Copy polygons into an array and prepare the copies for repeated questions."""
    array = np.empty(len(polygons), dtype=object)
    array[:] = polygons
    copies: NDArray[np.object_] = np.asarray(shapely.force_2d(array))
    shapely.prepare(copies)
    return copies


def _tree(polygons: NDArray[np.object_]) -> index.Index:
    """Fill an R-tree with the bounds of polygons under their row numbers."""
    if not len(polygons):
        return index.Index()
    return index.Index(
        (row, tuple(bounds), None) for row, bounds in enumerate(shapely.bounds(polygons).tolist())
    )
