"""The published city beside which a layer is checked, and that city with the layer in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from dispatch.base import Base
from dispatch.city import City
from dispatch.duty import DutyBook
from dispatch.layer.difference import in_zones
from dispatch.layer.kind import KindName
from dispatch.matter import Domain, Matter
from dispatch.store.city_contents import CityContents, PostedOfficer
from dispatch.unit import DutyStatus
from geo.area import Area, Tier
from geo.datum_guess import KnownLines
from geo.road.closure import Closure
from geo.road.network import RoadNetwork
from geo.road.travel_time import NetworkTravelTimes
from geo.shape_check import Dimension

MOST_LINES: Final = 60_000
"""Streets that a datum is guessed by; more make it no surer."""


@dataclass(frozen=True, eq=False)
class Published:
    """
    What is published.

    Attributes
    ----------
    city
        The city.
    duty
        Its rosters and calendars.
    incidents
        Where its open incidents are, WGS-84 degrees, by their numbers.
    closures
        Closures and slow zones that are not over.
    now
        The instant for which that holds, or None.
    replaced
        What would be published, or None for what is.
    """

    city: City
    duty: DutyBook
    incidents: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    closures: tuple[Closure, ...] = ()
    now: datetime | None = None
    replaced: CityContents | None = None

    @cached_property
    def contents(self) -> CityContents:
        """The city as the contents of a city folder, or what is put in their place."""
        if self.replaced is not None:
            return self.replaced
        city = self.city
        return CityContents(
            about=None,
            areas=city.areas,
            zones=city.zones,
            grids=city.grids,
            backdrop=(),
            domains=tuple(city.domains.values()),
            matters=tuple(city.matters.values()),
            authority=city.authority,
            units=tuple(city.units.values()),
            officers=tuple(PostedOfficer(one, DutyStatus.OFF_DUTY, None) for one in city.officers),
            partners=city.partners,
            incidents=(),
            networks=self.networks,
            no_fly=city.no_fly,
            places=city.places,
            run_cards=city.run_cards,
            demand=city.demand,
            duty=replace(self.duty, jobs=()),  # records, which outlive officers and are no layer
        )

    @cached_property
    def networks(self) -> dict[Any, RoadNetwork]:
        """Roads by mode, of those that can be read."""
        engines = self.city.travel_times.items()
        return {
            mode: times.network for mode, times in engines if isinstance(times, NetworkTravelTimes)
        }

    @cached_property
    def ground(self) -> BaseGeometry | None:
        """What zones and unit grids should fill: the areas that lie in no other."""
        roots = [area.polygon for area in self.contents.areas if area.parent is None]
        return shapely.union_all(roots) if roots else None

    def known_lines(self, dimension: Dimension | None) -> Iterator[KnownLines]:
        """
        Draw lines of which the place is known, those that say most of a layer first.

        Parameters
        ----------
        dimension
            Of the layer's shapes: polygons border where others border, all else follows streets.

        Yields
        ------
        lines
            Borders of areas, zones and unit grids, and streets; none where nothing is published.
        """
        if dimension is Dimension.POLYGON:
            yield from self._known_borders
            yield from self._known_streets
        else:
            yield from self._known_streets or self._known_borders

    @cached_property
    def _known_borders(self) -> tuple[KnownLines, ...]:
        """Borders of areas, zones and unit grids."""
        held = self.city.areas, self.city.zones, self.city.grids
        borders = [one.polygon for table in held for one in table]
        return (KnownLines(borders),) if borders else ()

    @cached_property
    def _known_streets(self) -> tuple[KnownLines, ...]:
        """Streets, of a large network some of them."""
        for network in self.networks.values():
            step = -(-network.n_streets // MOST_LINES)
            chosen = range(0, network.n_streets, step)
            points = [network.point[slice(*network.first_point[at : at + 2])] for at in chosen]
            return (KnownLines([shapely.LineString(one) for one in points if len(one) > 1]),)
        return ()


def contents_with(contents: CityContents, kind: KindName, values: Sequence[Any]) -> CityContents:
    """
    Put the values of a layer in the place of those that are published.

    Parameters
    ----------
    contents
        What is published.
    kind
        Kind of the layer.
    values
        What its rows became.

    Returns
    -------
    contents
        With the layer; the same for kinds that no other refers to.
    """
    return PUT[kind](contents, tuple(values))


def beside(published: Published, layers: Mapping[KindName, Sequence[Any]]) -> Published:
    """
    Make what would be published with some layers in it.

    Parameters
    ----------
    published
        What is published.
    layers
        Values of each layer, by its kind.

    Returns
    -------
    published
        With all of them.
    """
    contents = published.contents
    for kind, values in layers.items():
        contents = contents_with(contents, kind, values)
    return replace(published, replaced=contents)


def contents_after(published: Published, layers: Mapping[KindName, Sequence[Any]]) -> CityContents:
    """
    Make what the city would hold once some layers are published.

    Parameters
    ----------
    published
        What is published.
    layers
        Values of each layer, by its kind.

    Returns
    -------
    contents
        With all of them; where zones are among them, unit grids have the zone they lie in.
    """
    contents = beside(published, layers).contents
    if KindName.ZONES in layers:
        contents = replace(contents, grids=tuple(in_zones(contents.grids, contents.zones)))
    return contents


def _with_boundary(contents: CityContents, values: tuple[Area, ...]) -> CityContents:
    """Give the city area another border; a city without one gets it."""
    others = tuple(area for area in contents.areas if area.tier is not Tier.CITY)
    return replace(contents, areas=(*values, *others))


def _with_bases(contents: CityContents, values: tuple[Base, ...]) -> CityContents:
    """Have units set out from the bases that name them."""
    base_of = {unit: base.lon_lat for base in values for unit in base.units}
    units = tuple(
        replace(unit, lon_lat=base_of.get(unit.code, unit.lon_lat)) for unit in contents.units
    )
    return replace(contents, units=units)


def _as_they_are(contents: CityContents, _: tuple[Any, ...]) -> CityContents:
    """Leave contents alone to which no other layer refers."""
    return contents


def _with_matters(contents: CityContents, values: tuple[Matter, ...]) -> CityContents:
    """Put other matters in place; the first ones of a city bring their domains, named by codes."""
    named = sorted({matter.domain for matter in values})
    domains = contents.domains or tuple(Domain(code, code, code) for code in named)
    return replace(contents, matters=values, domains=domains)


def _of_field(name: str) -> Callable[[CityContents, tuple[Any, ...]], CityContents]:
    return lambda contents, values: replace(contents, **{name: values})  # type: ignore[arg-type]  # the field of that kind


PUT: Final[Mapping[KindName, Callable[[CityContents, tuple[Any, ...]], CityContents]]] = {
    KindName.AREAS: _of_field("areas"),
    KindName.ZONES: _of_field("zones"),
    KindName.GRIDS: _of_field("grids"),
    KindName.UNITS: _of_field("units"),
    KindName.OFFICERS: _of_field("officers"),
    KindName.MATTERS: _with_matters,
    KindName.AUTHORITY: _of_field("authority"),
    KindName.NO_FLY: _of_field("no_fly"),
    KindName.DEMAND: _of_field("demand"),
    KindName.PLACES: _of_field("places"),
    KindName.BOUNDARY: _with_boundary,
    KindName.ROADS: _as_they_are,  # networks are built when all is sound
    KindName.CLOSURES: _as_they_are,
    KindName.BASES: _with_bases,
    KindName.ROSTERS: lambda contents, values: replace(
        contents, duty=replace(contents.duty, shifts=values)
    ),
    KindName.CALENDARS: lambda contents, values: replace(
        contents, duty=replace(contents.duty, calendar=values)
    ),
}


def published_values(published: Published, kind: KindName) -> tuple[Any, ...] | None:
    """
    Find what is published of a kind.

    Parameters
    ----------
    published
        What is published.
    kind
        A kind.

    Returns
    -------
    values
        As rows of that kind become; None for kinds of which the city keeps no list.
    """
    contents = published.contents
    simple = {
        KindName.AREAS: contents.areas,
        KindName.ZONES: contents.zones,
        KindName.GRIDS: contents.grids,
        KindName.UNITS: contents.units,
        KindName.MATTERS: contents.matters,
        KindName.AUTHORITY: contents.authority,
        KindName.NO_FLY: contents.no_fly,
        KindName.DEMAND: contents.demand,
        KindName.PLACES: contents.places,
        KindName.ROSTERS: contents.duty.shifts,
        KindName.CALENDARS: contents.duty.calendar,
        KindName.OFFICERS: tuple(row.officer for row in contents.officers),
        KindName.BOUNDARY: tuple(one for one in contents.areas if one.tier is Tier.CITY),
    }
    return simple.get(kind)


def lowest_areas(areas: Sequence[Area]) -> tuple[Area, ...]:
    """
    List the areas that no other lies in.

    Parameters
    ----------
    areas
        Areas of a city.

    Returns
    -------
    areas
        As a rule its communities.
    """
    parents = {area.parent for area in areas}
    return tuple(area for area in areas if area.code not in parents)
