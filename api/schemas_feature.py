"""Features as programs send them to be kept, and as they hear what was kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import numpy as np
import shapely
from pydantic import BaseModel, ConfigDict, Field
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from api.schemas import Text
from geo.errors import BadValue
from geo.registry_crs import RegistryCrs

SHAPES: Final = frozenset(
    {
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
    }
)
"""What GeoJSON calls geometries."""

Cell = Text | int | float | bool | None
Geometry = Annotated[
    dict[str, Any] | None, Field(description="GeoJSON, in the system that Content-Crs names.")
]
Properties = Annotated[
    dict[Text, Cell | list[Cell]],
    Field(description="Our columns to what stands in them; several codes as a list, or with `;`."),
]


class FeatureIn(BaseModel):
    """A whole feature as GeoJSON; members that are not named here, and its id, are passed over."""

    model_config = ConfigDict(extra="ignore")

    type: Literal["Feature"]
    geometry: Geometry = None
    properties: Properties | None = None


class FeaturePatch(BaseModel):
    """Parts of a feature, as RFC 7396 merges them: null empties, what is not named stays."""

    model_config = ConfigDict(extra="ignore")

    id: Text | int | None = Field(None, description="Can't be changed.")
    geometry: Geometry = None
    properties: Properties = {}


class FeatureOut(BaseModel):
    """A feature as it is kept, in CRS84."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]
    links: list[dict[str, str]]


def shape_of(geometry: Mapping[str, Any] | None, crs: RegistryCrs) -> BaseGeometry | None:
    """
    Read a geometry.

    Parameters
    ----------
    geometry
        As GeoJSON has it, or None.
    crs
        The system that it is written in.

    Returns
    -------
    shape
        In WGS-84 longitude and latitude.

    Raises
    ------
    BadValue
        It is no geometry, has no coordinates, or lies where the system has no place.
    """
    if geometry is None:
        return None
    named = geometry.get("type")
    if not isinstance(named, str) or named not in SHAPES:
        raise BadValue("A geometry says its type, one of those of GeoJSON.")
    try:
        drawn = shapely.force_2d(shapely.from_geojson(json.dumps(dict(geometry))))
    except GEOSException as error:
        raise BadValue(f"The geometry cannot be read: {str(error).rstrip('.')}.") from error
    if drawn.is_empty:
        raise BadValue("The geometry has no coordinates; a feature without a place has null.")
    placed: BaseGeometry = shapely.transform(drawn, crs.to_lon_lat)
    if shapely.is_missing(placed) or not _is_finite(placed):
        raise BadValue(f"The geometry has a position that is none in {crs.uri}.")
    return placed


def _is_finite(shape: BaseGeometry) -> bool:
    """Whether every corner is somewhere; bounds would pass over those of no numbers."""
    corners = shapely.get_coordinates(shape)
    return bool((np.abs(corners) <= 360).all())  # not of NaN
