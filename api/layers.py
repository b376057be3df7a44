"""Map layers as GeoJSON: written once per city version, then served from memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from dispatch.city import City

Row = TypeVar("Row")

DECIMALS = 6
"""A tenth of a metre."""


class LayerKind(StrEnum):
    """Layers that the map draws."""

    ZONES = "zones"
    AREAS = "areas"
    GRIDS = "grids"
    BACKDROP = "backdrop"
    NO_FLY = "no-fly"


class Layers:
    """
    Layers of one city version.

    Parameters
    ----------
    city
        The city.
    backdrop
        Sea, rivers and parks: kind, name and polygon of each.
    """

    def __init__(self, city: City, backdrop: Iterable[tuple[str, str, BaseGeometry]]) -> None:
        self.version = city.version
        self.bounds = _bounds(city)
        self._backdrop = tuple(backdrop)
        self._city = city
        self._written: dict[LayerKind, bytes] = {}

    def of(self, city: City) -> Layers:
        """
        Lay out the layers of another version of the city.

        Parameters
        ----------
        city
            The city.

        Returns
        -------
        layers
            On the same backdrop.
        """
        return Layers(city, self._backdrop)

    def geojson(self, kind: LayerKind) -> bytes:
        """
        Write a layer, or hand out what was written before.

        Parameters
        ----------
        kind
            Which layer.

        Returns
        -------
        geojson
            A feature collection, UTF-8.
        """
        if kind not in self._written:
            self._written[kind] = json.dumps(
                {"type": "FeatureCollection", "features": self._features(kind)},
                ensure_ascii=False,
                separators=(",", ":"),
            ).encode()
        return self._written[kind]

    def _features(self, kind: LayerKind) -> list[dict[str, Any]]:
        """Features of a layer."""
        city = self._city
        if kind is LayerKind.ZONES:
            return _collect(
                city.zones,
                lambda zone: zone.polygon,
                lambda zone: {
                    "code": zone.code,
                    "name": zone.name,
                    "name_en": zone.name_en,
                    "brigade": zone.brigade,
                    "arrival_target_s": zone.arrival_target_s,
                    "label_lon_lat": _label(zone.polygon),
                },
            )
        if kind is LayerKind.AREAS:
            return _collect(
                city.areas,
                lambda area: area.polygon,
                lambda area: {
                    "code": area.code,
                    "name": area.name,
                    "name_en": area.name_en,
                    "tier": str(area.tier),
                    "parent": area.parent,
                },
            )
        if kind is LayerKind.GRIDS:
            return _collect(
                city.grids,
                lambda grid: grid.polygon,
                lambda grid: {"code": grid.code, "community": grid.community, "zone": grid.zone},
            )
        if kind is LayerKind.NO_FLY:
            return _collect(
                city.no_fly,
                lambda one: one.polygon,
                lambda one: {"code": one.code, "name": one.name, "name_en": one.name_en},
            )
        return _collect(
            self._backdrop, lambda row: row[2], lambda row: {"kind": row[0], "name": row[1]}
        )


def _collect(
    rows: Iterable[Row],
    geometry: Callable[[Row], BaseGeometry],
    properties: Callable[[Row], Mapping[str, object]],
) -> list[dict[str, Any]]:
    """One feature per row."""
    return [
        {
            "type": "Feature",
            "properties": dict(properties(row)),
            "geometry": json.loads(shapely.to_geojson(shapely.transform(geometry(row), _rounded))),
        }
        for row in rows
    ]


def _rounded(lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(lon_lat, DECIMALS)


def _label(polygon: BaseGeometry) -> list[float]:
    """Where a name is written: inside the largest part."""
    largest = max(shapely.get_parts(polygon).tolist(), key=shapely.area)
    point = shapely.maximum_inscribed_circle(largest, tolerance=0.002)
    return [round(float(value), DECIMALS) for value in shapely.get_coordinates(point)[0]]


def _bounds(city: City) -> tuple[float, float, float, float]:
    """West, south, east and north of the zones, or of a few kilometres without any."""
    if city.zones:
        extent = shapely.total_bounds(np.array([zone.polygon for zone in city.zones]))
    else:
        lon, lat = city.lon_lat
        extent = np.array([lon - 0.05, lat - 0.05, lon + 0.05, lat + 0.05])
    west, south, east, north = (round(float(value), DECIMALS) for value in extent)
    return west, south, east, north
