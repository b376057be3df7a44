"""Collections of what is published: laid out once for each version of the city."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from shapely import Point
from shapely.geometry.base import BaseGeometry

from api.ogc.collection import Collection, Extent, JsonType, Property, columns_of, properties_of
from api.service import Service
from dispatch.access import Act, Person
from dispatch.city import City
from dispatch.layer.force_kinds import UNITS
from dispatch.layer.ground_kinds import AREAS, GRIDS, NO_FLY, PLACES, ZONES
from dispatch.layer.kind import Kind
from geo.feature_table import FeatureTable, lay_out
from geo.road.exchange import to_geodataframe
from geo.road.network import RoadNetwork
from geo.road.road_class import Mode
from geo.road.travel_time import NetworkTravelTimes
from geo.shape_check import Dimension

SEE_CITY = frozenset({Act.SEE_CITY})

ROADS = Collection(
    name="roads",
    zh="道路",
    en="Roads",
    zh_about="机动车路网，每个方向一条边。",
    en_about="Edges of the road network for cars, one for each direction.",
    columns=(
        Property("from_node", "起点编号", "node it leaves", JsonType.INTEGER),
        Property("to_node", "终点编号", "node it leads to", JsonType.INTEGER),
        Property("class", "道路等级", "class, in the words of OpenStreetMap"),
        Property("name", "道路名称", "its name"),
        Property("length_m", "长度（米）", "length, metres", JsonType.NUMBER),
        Property(
            "travel_time_s",
            "行程时间（秒），不计封路与时段",
            "travel time without closures and hours, seconds",
            JsonType.NUMBER,
        ),
    ),
    dimension=Dimension.LINE,
    acts=SEE_CITY,
    table=lambda service, _: _roads(service),
    extent=lambda service, _: _extent_of_roads(service),
)


def city_collections(city: City) -> tuple[Collection, ...]:
    """
    List the collections that the tables of a city make.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    collections
        Roads among them where the city has a network for cars.
    """
    drives = isinstance(city.travel_times.get(Mode.CAR), NetworkTravelTimes)
    return (*_PUBLISHED, ROADS) if drives else _PUBLISHED


def _extent_of_roads(service: Service) -> Extent | None:
    """Bounds of the network, for which nothing has to be laid out."""
    points = _network(service).point
    if not len(points):
        return None
    (west, south), (east, north) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return west, south, east, north


def _network(service: Service) -> RoadNetwork:
    engine = service.city.travel_times[Mode.CAR]
    assert isinstance(engine, NetworkTravelTimes)  # else there is no such collection
    return engine.network


def _polygon(thing: Any) -> BaseGeometry:  # noqa: ANN401 -- an area, zone, grid or no-fly area
    """Ground that a thing covers."""
    polygon: BaseGeometry = thing.polygon
    return polygon


def _point(thing: Any) -> BaseGeometry | None:  # noqa: ANN401 -- a unit, or a place
    """Where a place is, or a unit sets out from."""
    return None if thing.lon_lat is None else Point(thing.lon_lat)


def _published(  # noqa: PLR0913 -- a line of the table below
    kind: Kind,
    en: str,
    rows: Callable[[City], Iterable[Any]],
    *,
    columns: tuple[Property, ...] = (),
    shape: Callable[[Any], BaseGeometry | None] = _polygon,
    act: Act = Act.SEE_CITY,
) -> Collection:
    """A collection in the words of the kind that it is published from."""
    name, shown = str(kind.name), columns or properties_of(kind)
    laid_out = partial(_table, name, shown, rows, shape)
    return Collection(
        name=name,
        zh=kind.zh.partition("（")[0],
        en=en,
        zh_about=f"{kind.zh}。",
        en_about=f"{kind.en[:1].upper()}{kind.en[1:]}.",
        columns=shown,
        dimension=kind.dimension,
        acts=frozenset({act}),
        table=laid_out,
        extent=lambda service, person: laid_out(service, person).extent,
    )


def _table(
    name: str,
    columns: tuple[Property, ...],
    rows: Callable[[City], Iterable[Any]],
    shape: Callable[[Any], BaseGeometry | None],
    service: Service,
    _: Person,
) -> FeatureTable:
    """Lay a table of the city out, once for each of its versions."""
    city = service.city

    def laid_out() -> FeatureTable:
        things = list(rows(city))
        ids = [thing.code for thing in things]
        return lay_out(city.version, ids, [*map(shape, things)], columns_of(things, columns))

    return service.feature_tables.of(name, city.version, laid_out)


def _roads(service: Service) -> FeatureTable:
    """Lay the edges of the network for cars out, once for each network."""
    network = _network(service)

    def laid_out() -> FeatureTable:
        _, edges = to_geodataframe(network)
        edges = edges.rename(columns={"road_class": "class"})
        columns = {column.name: edges[column.name].tolist() for column in ROADS.columns}
        columns["class"] = [*map(str, columns["class"])]
        ids = [*map(str, edges["edge_id"].tolist())]
        return lay_out(network.version, ids, edges.geometry.to_numpy(), columns)

    return service.feature_tables.of(ROADS.name, network.version, laid_out)


UNIT_COLUMNS = properties_of(
    UNITS, "code", "name", "name_en", "kind", "parent", "zone", "domains", "mode", "call_sign",
    "equipment",
)  # fmt: skip
"""Without telephone numbers: whose these are to see, the list of units says."""

_PUBLISHED = (
    _published(AREAS, "Areas", lambda city: city.areas),
    _published(ZONES, "Zones", lambda city: city.zones),
    _published(GRIDS, "Unit grids", lambda city: city.grids),
    _published(NO_FLY, "No-fly areas", lambda city: city.no_fly),
    _published(
        UNITS,
        "Units",
        lambda city: city.units.values(),
        columns=UNIT_COLUMNS,
        shape=_point,
        act=Act.SEE_UNITS,
    ),
    _published(PLACES, "Places", lambda city: city.places, shape=_point),
)
