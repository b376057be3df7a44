"""
A zone plan as layers: zones with the polygons of their unit grids, and units whose zone has gone.

A plan is published by the door of layers, so this is what the door is handed.  Zones keep all that
is published of them but their extent.  A zone that is new takes its terms from whoever draws it:
without a brigade of its own it has that of the zone that most of its grids come from, and a
brigade that is not there yet is set up.  Units of a zone that goes belong to the zone that takes
most of its grids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from dispatch.city import City
from dispatch.layer.kind import KindName
from dispatch.layer.kinds import KINDS
from dispatch.layer.rows import LayerRows, as_text, read_rows
from dispatch.planning.zone_plan import ZonePlan
from dispatch.unit import Unit, UnitKind
from geo.errors import BadValue
from geo.layer_read import SHAPE, LayerNote
from geo.zone import ARRIVAL_TARGET_S, Zone

CRS: Final = "EPSG:4326"

UNIT_COLUMNS: Final = ("code", "name", "name_en", "kind", "parent", "zone")
"""Columns that a plan can change; units keep what else is published of them."""


@dataclass(frozen=True, slots=True)
class ZoneTerms:
    """
    What whoever draws a plan says of a zone; None leaves it as it is.

    Attributes
    ----------
    name, name_en
        Its names.
    brigade
        Code of the grid brigade that is responsible; one that is not there yet is set up.
    arrival_target_s
        Seconds from dispatch to arrival.
    """

    name: str | None = None
    name_en: str | None = None
    brigade: str | None = None
    arrival_target_s: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PlanLayers:
    """
    What a plan makes of a city.

    Attributes
    ----------
    zones
        Its zones, by code.
    units
        Units of the city, by code; None where no unit changes.
    appear, go
        Codes of zones that are not published, and that are and go.
    """

    zones: tuple[Zone, ...]
    units: tuple[Unit, ...] | None
    appear: tuple[str, ...]
    go: tuple[str, ...]

    def rows(self, file: str) -> list[LayerRows]:
        """
        Lay them out as layers that are handed in.

        Parameters
        ----------
        file
            What findings call them.

        Returns
        -------
        layers
            Zones, and units where some change.
        """
        columns = [column.name for column in KINDS[KindName.ZONES].columns]
        shapes = [zone.polygon for zone in self.zones]
        layers = [_rows(KindName.ZONES, file, columns, self.zones, shapes)]
        if self.units is not None:
            layers.append(_rows(KindName.UNITS, file, UNIT_COLUMNS, self.units, None))
        return layers


def plan_layers(city: City, plan: ZonePlan, terms: Mapping[str, ZoneTerms]) -> PlanLayers:
    """
    Make of a plan what is published of it.

    Parameters
    ----------
    city
        The city as it is published.
    plan
        The plan, over the unit grids of the city.
    terms
        What is said of zones, by code; of zones that the plan has not, nothing is used.

    Returns
    -------
    layers
        Zones and units.

    Raises
    ------
    BadValue
        The plan is of other unit grids, has no zone, or names a unit as a brigade that is none.
    """
    polygons = zone_polygons(city, plan)
    published = {zone.code: zone for zone in city.zones}
    before = {grid.code: grid.zone for grid in city.grids}
    moved = Counter(zip((before[code] for code in plan.grids), plan.zone_codes, strict=True))
    appear = tuple(code for code in polygons if code not in published)
    go = tuple(sorted(published.keys() - polygons.keys()))
    zones = tuple(
        _zone(city, code, polygon, terms.get(code, ZoneTerms()), _origin(moved, code))
        for code, polygon in polygons.items()
    )
    heirs = {code: _heir(moved, code, zones) for code in go}
    return PlanLayers(zones, _units(city, zones, heirs), appear, go)


def zone_polygons(city: City, plan: ZonePlan) -> dict[str, Polygon | MultiPolygon]:
    """
    Join the polygons of the unit grids of each zone.

    Parameters
    ----------
    city
        The city.
    plan
        A plan over its unit grids.

    Returns
    -------
    polygons
        In WGS-84, by code of the zone, ascending; zones without a grid have none.

    Raises
    ------
    BadValue
        The plan is of other unit grids, or has no zone.
    """
    ordered = sorted(city.grids, key=lambda grid: grid.code)
    if tuple(grid.code for grid in ordered) != plan.grids:
        raise BadValue(
            f"The plan is of {len(plan)} unit grids, the city has {len(ordered)} others; begin it "
            "from the plan that is published."
        )
    shapes = np.array([grid.polygon for grid in ordered], dtype=object)
    rows = {zone: plan.rows_in(zone) for zone in plan.zones}
    polygons: dict[str, Any] = {
        zone: shapely.union_all(shapes[own]) for zone, own in rows.items() if len(own)
    }
    if not polygons:
        raise BadValue("No unit grid of the plan is in a zone; a plan has one zone or more.")
    return polygons


Moved = Mapping[tuple[str | None, str | None], int]
"""How many grids go from which zone into which."""


def _origin(moved: Moved, zone: str) -> str | None:
    """The zone that most grids of one come from."""
    came = {was: count for (was, now), count in moved.items() if now == zone and was is not None}
    return min(came, key=lambda was: (-came[was], was)) if came else None


def _heir(moved: Moved, zone: str, zones: Sequence[Zone]) -> Zone:
    """The zone that takes most grids of one that goes; the first where nobody takes any."""
    by_code = {one.code: one for one in zones}
    took = {
        now: count
        for (was, now), count in moved.items()
        if was == zone and now is not None and now in by_code
    }
    if not took:
        return zones[0]
    return by_code[min(took, key=lambda now: (-took[now], now))]


def _zone(
    city: City, code: str, polygon: Polygon | MultiPolygon, terms: ZoneTerms, origin: str | None
) -> Zone:
    """A zone as it is published, with another extent; a new one as its terms have it."""
    published = {zone.code: zone for zone in city.zones}
    old = published.get(code)
    if old is None:
        parent = published.get(origin or "")
        brigade = None if parent is None else parent.brigade
        target_s = ARRIVAL_TARGET_S if parent is None else parent.arrival_target_s
        old = Zone(code, code, brigade, polygon, target_s)
    return replace(
        old,
        polygon=polygon,
        name=terms.name or old.name,
        name_en=old.name_en if terms.name_en is None else terms.name_en,
        brigade=terms.brigade or old.brigade,
        arrival_target_s=terms.arrival_target_s or old.arrival_target_s,
    )


def _units(city: City, zones: Sequence[Zone], heirs: Mapping[str, Zone]) -> tuple[Unit, ...] | None:
    """Units as they would be, if any changes."""
    units = {code: _inherited(unit, heirs) for code, unit in city.units.items()}
    for zone in zones:
        _require_brigade(city, zone)
        if zone.brigade is not None and zone.brigade not in units:
            name = f"{zone.name}网格执法大队"
            units[zone.brigade] = Unit(
                zone.brigade, name, f"{zone.name_en or zone.code} Grid Brigade",
                UnitKind.GRID_BRIGADE, zone=zone.code,
            )  # fmt: skip
    if units == dict(city.units):
        return None
    return tuple(unit for _, unit in sorted(units.items()))


def _require_brigade(city: City, zone: Zone) -> None:
    """Refuse a zone whose brigade is a unit of another kind."""
    unit = city.units.get(zone.brigade or "")
    if unit is not None and unit.kind is not UnitKind.GRID_BRIGADE:
        raise BadValue(
            f"Zone {zone.code} names {unit.code} as its brigade, which is a {unit.kind}; name a "
            "grid brigade, or a code that no unit has yet to set one up."
        )


def _inherited(unit: Unit, heirs: Mapping[str, Zone]) -> Unit:
    """A unit of a zone that goes, as one of the zone that takes most of it."""
    heir = heirs.get(unit.zone or "")
    return unit if heir is None else replace(unit, zone=heir.code)


def _rows(
    kind: KindName,
    file: str,
    columns: Sequence[str],
    values: Sequence[Any],
    shapes: Sequence[BaseGeometry] | None,
) -> LayerRows:
    """Values as a layer of a kind."""
    cells = {name: [as_text(getattr(one, name)) for one in values] for name in columns}
    table = pa.table({name: pa.array(column, pa.string()) for name, column in cells.items()})
    if shapes is not None:
        drawn = shapely.to_wkb(np.array(shapes, dtype=object))
        table = table.append_column(SHAPE, pa.array(drawn, pa.binary()))
    return read_rows(KINDS[kind], file, table, LayerNote("", (), CRS, None))
