"""City: everything a decision reads except the officers' whereabouts, immutable and versioned."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from dispatch.arrival_chance import MODES, ArrivalModel
from dispatch.authority import AuthorityRow, RowsByArea, index_rows
from dispatch.drone import Drones, muster_drones
from dispatch.gazetteer import Gazetteer
from dispatch.marks import Marks, mark_roster
from dispatch.matter import Domain, Matter
from dispatch.partner import PartnerCity
from dispatch.place_entry import PlaceEntry, StatedDemand
from dispatch.roster import Roster, muster
from dispatch.run_card import RunCard
from dispatch.unit import BRIGADES, Officer, Unit, UnitKind, commanding_brigade
from geo.air_path import AirSpace
from geo.area import Area, chains_of
from geo.errors import BadValue, UnknownName
from geo.no_fly import NoFly
from geo.place_index import PlaceIndex
from geo.road.road_class import Mode
from geo.road.travel_time import TravelTimes
from geo.zone import UnitGrid, Zone

if TYPE_CHECKING:
    from dispatch.deadline_terms import DeadlineTerms  # which asks for states, and so for a city
    from dispatch.notice_rules import NoticeRules  # likewise


@dataclass(frozen=True, eq=False)
class City:
    """
    A city as the command centre knows it at one version.

    Attributes
    ----------
    code, name, name_en
        What it is called.
    lon_lat
        Its centre, WGS-84 degrees.
    areas, zones, grids
        Its areas, its zones under the published plan, and its unit grids.
    domains, matters
        The fields of enforcement and the list of powers, by code.
    authority
        The authority list.
    units
        Units by code.
    officers
        Officers.
    travel_times
        The road engine of each mode.
    invented
        Whether it is a generated city, which every screen must say.
    partners
        Neighbouring cities with which cases are exchanged.
    no_fly
        Where drones may not fly.
    places
        Its gazetteer.
    run_cards
        Who goes first, second, third for named matters.
    demand
        Places at which demand is stated; none where only unit grids tell of it.
    arrival_model
        What is known of arrivals, or None: then an ETA is the bare travel time.  No part of
        the version, it has its own.
    deadlines
        Terms of the operator's own, or None for those of the program.  No part of the version.
    notices
        Rules of notices, likewise.
    """

    code: str
    name: str
    name_en: str
    lon_lat: tuple[float, float]
    areas: tuple[Area, ...]
    zones: tuple[Zone, ...]
    grids: tuple[UnitGrid, ...]
    domains: Mapping[str, Domain]
    matters: Mapping[str, Matter]
    authority: tuple[AuthorityRow, ...]
    units: Mapping[str, Unit]
    officers: tuple[Officer, ...]
    travel_times: Mapping[Mode, TravelTimes]
    invented: bool = False
    partners: tuple[PartnerCity, ...] = ()
    no_fly: tuple[NoFly, ...] = ()
    places: tuple[PlaceEntry, ...] = ()
    run_cards: tuple[RunCard, ...] = ()
    demand: tuple[StatedDemand, ...] = ()
    arrival_model: ArrivalModel | None = None
    deadlines: DeadlineTerms | None = None
    notices: NoticeRules | None = None

    def __post_init__(self) -> None:
        """Freeze the tables and refuse crews that no road engine serves."""
        for name in ("domains", "matters", "units", "travel_times"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        for mode in self.roster.mode_rows:
            if mode not in self.travel_times:
                raise BadValue(
                    f"Crews of {self.name_en} travel by {mode}, but it has no {mode} roads."
                )

    @cached_property
    def version(self) -> str:
        """Digest of every table; the roads are named by `weight_version` instead."""
        digest = hashlib.blake2b(digest_size=6)
        digest.update(repr((self.code, self.name, self.name_en, self.lon_lat)).encode())
        tables: tuple[Iterable[object], ...] = (
            self.areas,
            self.zones,
            self.grids,
            self.domains.values(),
            self.matters.values(),
            self.authority,
            self.units.values(),
            self.officers,
            self.partners,
            self.run_cards,
            self.no_fly,
            self.demand,
            self.places,
        )
        for table in tables:
            for row in sorted(map(_content, table)):
                digest.update(row)
        return digest.hexdigest()

    @property
    def weight_version(self) -> str:
        """Versions of the weights now in force on the roads, by mode."""
        return ",".join(
            f"{mode}={times.version}" for mode, times in sorted(self.travel_times.items())
        )

    @property
    def road_versions(self) -> tuple[str, ...]:
        """Versions of the road networks themselves, in the order of their modes."""
        engines = sorted(self.travel_times.items())
        return tuple(times.version.partition("+")[0] for _, times in engines)

    def pinned(self) -> City:
        """
        Give the same city with the weights now in force on its roads.

        Returns
        -------
        city
            All travel times come from the versions that its `weight_version` names, whatever
            comes into force later.
        """
        engines = {mode: times.pinned() for mode, times in self.travel_times.items()}
        return self.under(engines, self.arrival_model)

    def under(
        self, travel_times: Mapping[Mode, TravelTimes], arrival_model: ArrivalModel | None
    ) -> City:
        """
        Give the same city with other weights on its roads and another model of arrivals.

        Parameters
        ----------
        travel_times
            The engine of each mode; views on the networks that it has.
        arrival_model
            What is known of arrivals, or None.

        Returns
        -------
        city
            Of the same version.
        """
        for name in _MADE_ONCE:
            getattr(self, name)  # not by every copy
        twin = copy(self)
        object.__setattr__(twin, "travel_times", MappingProxyType(dict(travel_times)))
        object.__setattr__(twin, "arrival_model", arrival_model)
        return twin

    @cached_property
    def place_index(self) -> PlaceIndex:
        """Index that tells where a point lies."""
        return PlaceIndex(self.areas, self.zones, self.grids)

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """Its places laid out for searching; no decision asks it."""
        return Gazetteer(self.places, self.areas, self.zones)

    @cached_property
    def crew_modes(self) -> NDArray[np.int64]:
        """How each crew of the roster travels, as positions in `MODES`, int64[n_crews]."""
        modes = [crew.mode for crew in self.roster.crews if crew.mode is not None]
        return np.array([MODES.index(mode) for mode in modes], dtype=np.int64)

    @cached_property
    def roster(self) -> Roster:
        """Officers and crews as columns."""
        return muster(self.units, self.officers)

    @cached_property
    def drones(self) -> Drones:
        """Drones as columns."""
        return muster_drones(self.units)

    @cached_property
    def air_space(self) -> AirSpace:
        """The air in which they fly."""
        return AirSpace.over(self.lon_lat, self.no_fly)

    @cached_property
    def crews_under(self) -> Mapping[str, NDArray[np.int64]]:
        """Rows of the crews at or below each unit that has any, ascending, by code of the unit."""
        rows: dict[str, list[int]] = {}
        for row, crew in enumerate(self.roster.crews):
            above: Unit | None = crew
            while above is not None and row not in rows.setdefault(above.code, [])[-1:]:
                rows[above.code].append(row)
                above = self.units.get(above.parent or "")
        return MappingProxyType({code: np.array(under) for code, under in rows.items()})

    @cached_property
    def run_cards_of(self) -> Mapping[str, tuple[RunCard, ...]]:
        """Run cards by matter, in the order of their codes."""
        cards: dict[str, tuple[RunCard, ...]] = {}
        for card in sorted(self.run_cards, key=lambda card: card.code):
            cards[card.matter] = (*cards.get(card.matter, ()), card)
        return MappingProxyType(cards)

    @cached_property
    def marks(self) -> Marks:
        """Bits by which officers are told apart."""
        return mark_roster(self.roster, self.units)

    @cached_property
    def authority_of(self) -> Mapping[str, RowsByArea]:
        """Authority rows by matter, then by area."""
        return index_rows(self.authority)

    @cached_property
    def area_of(self) -> Mapping[str, Area]:
        """Areas by code."""
        return MappingProxyType({area.code: area for area in self.areas})

    @cached_property
    def chains(self) -> Mapping[str, tuple[Area, ...]]:
        """The chain of every area by its code, from the city down to itself."""
        return MappingProxyType(chains_of(self.areas))

    def chain_of(self, code: str) -> tuple[Area, ...]:
        """
        List an area and all that it lies in.

        Parameters
        ----------
        code
            Code of an area.

        Returns
        -------
        chain
            From the city down to the area itself.

        Raises
        ------
        UnknownName
            There is no such area.
        """
        if code not in self.chains:
            raise UnknownName(f"The city {self.name_en} has no area {code!r}.")
        return self.chains[code]

    @cached_property
    def roots(self) -> frozenset[str]:
        """Codes of the areas that lie in no other: as a rule the city alone."""
        return frozenset(area.code for area in self.areas if area.parent is None)

    @cached_property
    def areas_below(self) -> Mapping[str, frozenset[str]]:
        """Codes of each area and all that lie in it, by its code."""
        below: dict[str, set[str]] = {area.code: set() for area in self.areas}
        for code, chain in self.chains.items():
            for area in chain:
                below[area.code].add(code)
        return MappingProxyType({code: frozenset(codes) for code, codes in below.items()})

    @cached_property
    def home_areas(self) -> Mapping[str, frozenset[str]]:
        """Codes of the areas that each unit works for: its brigade's zone, or the whole city."""
        of_zone: dict[str | None, set[str]] = {}
        for grid in self.grids:
            of_zone.setdefault(grid.zone, set()).add(grid.community)
        homes: dict[str, frozenset[str]] = {}
        for code, unit in self.units.items():
            above = code if unit.kind in BRIGADES else commanding_brigade(unit, self.units)
            zone = None if above is None else self.units[above].zone
            homes[code] = frozenset(of_zone.get(zone, ()) if zone else ()) or self.roots
        return MappingProxyType(homes)

    @cached_property
    def squads_of(self) -> Mapping[str, tuple[Unit, ...]]:
        """Specialist squads by domain, in the order of their codes."""
        squads: dict[str, tuple[Unit, ...]] = {}
        for squad in self.units_of(UnitKind.SPECIALIST_SQUAD):
            for domain in squad.domains:
                squads[domain] = (*squads.get(domain, ()), squad)
        return MappingProxyType(squads)

    def matter(self, code: str) -> Matter:
        """
        Look up a matter.

        Parameters
        ----------
        code
            Its code.

        Returns
        -------
        matter
            The matter.

        Raises
        ------
        UnknownName
            The list of powers has no such code; the sentence names the nearest ones.
        """
        if code not in self.matters:
            near = get_close_matches(code, self.matters, n=3, cutoff=0.5)
            hint = f" Near it: {', '.join(near)}." if near else ""
            raise UnknownName(
                f"The list of powers has no matter {code!r}; it knows {len(self.matters)}.{hint}"
            )
        return self.matters[code]

    @cached_property
    def _by_kind(self) -> dict[UnitKind, tuple[Unit, ...]]:
        """Units of each kind, in the order of their codes."""
        of_kind: dict[UnitKind, list[Unit]] = {}
        for _, unit in sorted(self.units.items()):
            of_kind.setdefault(unit.kind, []).append(unit)
        return {kind: tuple(units) for kind, units in of_kind.items()}

    def units_of(self, kind: UnitKind) -> tuple[Unit, ...]:
        """
        List the units of one kind.

        Parameters
        ----------
        kind
            Grid brigades, specialist squads, or another kind.

        Returns
        -------
        units
            In the order of their codes.
        """
        return self._by_kind.get(kind, ())


_MADE_ONCE = tuple(
    name
    for name, member in vars(City).items()
    if isinstance(member, cached_property) and name != "gazetteer"
)
"""What a city derives from its tables when it is first asked for, for the sake of decisions."""


def _content(row: object) -> bytes:
    """Bytes that stand for everything in a row of a table."""
    values = [getattr(row, field.name) for field in fields(row)]  # type: ignore[arg-type]  # every row is a dataclass
    plain = [value.wkb if isinstance(value, BaseGeometry) else value for value in values]
    return repr(plain).encode()
