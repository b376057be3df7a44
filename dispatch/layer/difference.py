"""Difference of a layer to what is published: added, removed, moved by how much, changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.plane import Plane
from geo.zone import UnitGrid, Zone

MOVED_M: Final = 0.01
"""Less is rounding."""


@dataclass(frozen=True, slots=True)
class Moved:
    """
    A shape that is elsewhere, or another.

    Attributes
    ----------
    code
        What names it.
    by_m
        How far its farthest point is from what is published.
    """

    code: str
    by_m: float


@dataclass(frozen=True, slots=True)
class Altered:
    """
    An attribute that is another.

    Attributes
    ----------
    code
        What names the row.
    column
        The attribute.
    was, is_now
        As it is published, and as the layer has it.
    """

    code: str
    column: str
    was: str
    is_now: str


@dataclass(frozen=True, slots=True)
class LayerDifference:
    """
    What would be other than it is published.

    Attributes
    ----------
    added, removed
        Codes.
    moved
        Shapes, the farthest first.
    altered
        Attributes, by code.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[Moved, ...] = ()
    altered: tuple[Altered, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything would be."""
        return bool(self.added or self.removed or self.moved or self.altered)


@dataclass(frozen=True, slots=True)
class Rezoned:
    """
    An incident that would lie in another zone.

    Attributes
    ----------
    incident
        Its number.
    was, is_now
        Codes of the zones; None outside every zone.
    """

    incident: str
    was: str | None
    is_now: str | None


def difference(published: Iterable[Any], values: Iterable[Any], key: str) -> LayerDifference:
    """
    Compare a layer with what is published.

    Parameters
    ----------
    published, values
        Values of one kind.
    key
        Attribute that names one.

    Returns
    -------
    difference
        Codes in their order.
    """
    before = {str(getattr(one, key)): one for one in published}
    after = {str(getattr(one, key)): one for one in values}
    both = sorted(before.keys() & after.keys())
    moved, altered = [], []
    for code in both:
        was, is_now = _cells(before[code]), _cells(after[code])
        for name in was:
            if isinstance(was[name], BaseGeometry):
                by_m = _moved_m(was[name], is_now[name])
                moved += [Moved(code, by_m)] if by_m > MOVED_M else []
            elif was[name] != is_now[name]:
                altered.append(Altered(code, name, _told(was[name]), _told(is_now[name])))
    return LayerDifference(
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
        tuple(sorted(moved, key=lambda one: (-one.by_m, one.code))),
        tuple(altered),
    )


def rezoned(
    incidents: Mapping[str, tuple[float, float]], before: Sequence[Zone], after: Sequence[Zone]
) -> list[Rezoned]:
    """
    Find the incidents that would lie in another zone.

    Parameters
    ----------
    incidents
        Where each is, WGS-84 degrees, by its number.
    before, after
        Zones as they are, and as they would be.

    Returns
    -------
    rezoned
        By number.
    """
    places = shapely.points(np.array(list(incidents.values())).reshape(-1, 2))
    was, is_now = _zones_of(places, before), _zones_of(places, after)
    return [
        Rezoned(incident, old, new)
        for incident, old, new in sorted(zip(incidents, was, is_now, strict=True))
        if old != new
    ]


def in_zones(grids: Sequence[UnitGrid], zones: Sequence[Zone]) -> list[UnitGrid]:
    """
    Give unit grids the zones that they lie in.

    Parameters
    ----------
    grids
        Unit grids.
    zones
        Zones as they would be.

    Returns
    -------
    grids
        Each with the zone of a place inside it, or with none.
    """
    inside = shapely.point_on_surface(np.array([grid.polygon for grid in grids], dtype=object))
    found = _zones_of(inside, zones)
    return [replace(grid, zone=zone) for grid, zone in zip(grids, found, strict=True)]


def _zones_of(places: Any, zones: Sequence[Zone]) -> list[str | None]:  # noqa: ANN401 -- shapely calls an array of shapes a shape
    """Code of the zone of each place, the lowest where borders meet."""
    ordered = sorted(zones, key=lambda zone: zone.code)
    tree = shapely.STRtree(np.array([zone.polygon for zone in ordered], dtype=object))
    found: list[str | None] = [None] * len(places)
    pairs = tree.query(places, predicate="intersects").T.tolist()
    for place, zone in sorted(pairs, reverse=True):
        found[place] = ordered[zone].code
    return found


def _cells(value: object) -> dict[str, Any]:
    """Attributes of a value."""
    return {one.name: getattr(value, one.name) for one in fields(value)}  # type: ignore[arg-type]  # every value is a dataclass


def _moved_m(was: BaseGeometry, is_now: BaseGeometry) -> float:
    """How far two shapes are apart where they are farthest, in metres."""
    if was.equals_exact(is_now, 1e-9):
        return 0.0
    middle = was.centroid
    plane = Plane((middle.x, middle.y))
    one, other = (shapely.transform(shape, plane.to_xy) for shape in (was, is_now))
    return float(shapely.hausdorff_distance(one, other))


def _told(value: object) -> str:
    """An attribute in words."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ";".join(map(str, value))
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
