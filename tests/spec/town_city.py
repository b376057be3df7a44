"""A drawn town as a city with crews, so that a suggestion can be read off a drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from shapely import box
from spec.town import Town

from dispatch.arrival_chance import ArrivalModel
from dispatch.authority import AuthorityRow
from dispatch.city import City
from dispatch.incident import Incident, IncidentKind
from dispatch.matter import Domain, Matter, MatterKind, Triage
from dispatch.suggestion import Suggestion, suggest
from dispatch.unit import DutyStatus, Officer, Unit, UnitKind
from dispatch.whereabouts import Whereabouts, locate_officers
from geo.area import Area, Tier
from geo.no_fly import NoFly
from geo.position import Fix, Positions
from geo.road.network import RoadNetwork
from geo.road.road_class import Mode
from geo.road.travel_time import NetworkTravelTimes
from geo.zone import UnitGrid, Zone

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

DOMAINS = {code: Domain(code, code, code) for code in ("HOUSING", "TRANSPORT", "ECOLOGY")}
MATTERS = {
    matter.code: matter
    for matter in (
        Matter("H1", "占道", "stall", "HOUSING", MatterKind.PENALTY, 2, Triage.SIMPLE),
        Matter("H2", "违建", "shed", "HOUSING", MatterKind.PENALTY, 3, Triage.GENERAL),
        Matter("T1", "超载", "overload", "TRANSPORT", MatterKind.PENALTY, 4, Triage.GENERAL),
        Matter("E1", "扬尘", "dust", "ECOLOGY", MatterKind.PENALTY, 3, Triage.SIMPLE),
        Matter("C1", "拆除", "demolish", "HOUSING", MatterKind.COMPULSORY, 5, Triage.COMPLEX),
    )
}


@dataclass(frozen=True)
class Crew:
    """A crew at a junction; two certified officers, free and just located, unless said."""

    certified: int = 2
    auxiliaries: int = 0
    skills: Sequence[str] = ()
    status: DutyStatus = DutyStatus.AVAILABLE
    position_age_s: float | None = 10.0
    mode: Mode = Mode.CAR
    equipment: Sequence[str] = ()  # of its vehicle


@dataclass(frozen=True)
class TownCity:
    """
    A drawn town with its crews.

    `home` crews belong to the grid brigade HOME of the only zone, `next_door` crews to the
    grid brigade NEXT, `squad` crews to the specialist squad SQUAD (transport and ecology);
    each is a string of junctions at which a crew of that name stands.
    """

    town: Town
    home: str = ""
    next_door: str = ""
    squad: str = ""
    crews: Mapping[str, Crew] = field(default_factory=dict)
    standing: Mapping[str, str] = field(default_factory=dict)  # officers away from their crew
    skills: Mapping[str, Sequence[str]] = field(default_factory=dict)  # of single officers
    carried: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by single officers
    off_duty: Sequence[str] = ()  # officers
    authority: Sequence[AuthorityRow] = ()
    network: RoadNetwork | None = None
    arrival_target_s: int = 900
    arrival_model: ArrivalModel | None = None  # without one an ETA is the travel time
    grids: str = ""  # junctions round which a unit grid lies
    people: Mapping[str, int] = field(default_factory=dict)  # of unit grids
    base: str | None = None  # junction at which the home brigade has its base
    posts: Mapping[str, str] = field(default_factory=dict)  # village post of a crew
    drones: Sequence[Unit] = ()
    no_fly: Sequence[NoFly] = ()

    def crew(self, name: str) -> Crew:
        return self.crews.get(name, Crew())

    def units(self) -> dict[str, Unit]:
        grid, squad = UnitKind.GRID_BRIGADE, UnitKind.SPECIALIST_SQUAD
        base = None if self.base is None else self.town.lon_lat[self.base]
        units = [
            Unit("HOME", "本区大队", "home brigade", grid, zone="Z1", lon_lat=base),
            Unit("NEXT", "邻区大队", "next brigade", grid, zone="Z2"),
            Unit("SQUAD", "专业大队", "squad", squad, domains=("TRANSPORT", "ECOLOGY")),
        ]
        for names, parent in ((self.home, "HOME"), (self.next_door, "NEXT"), (self.squad, "SQUAD")):
            units += [
                Unit(
                    post, post, post, UnitKind.VILLAGE_POST, parent, lon_lat=self.town.lon_lat[name]
                )
                for name, post in self.posts.items()
                if name in names
            ]
            units += [
                Unit(
                    name,
                    name,
                    name,
                    UnitKind.CREW,
                    parent=self.posts.get(name, parent),
                    mode=self.crew(name).mode,
                    equipment=tuple(self.crew(name).equipment),
                )
                for name in names
            ]
        return {unit.code: unit for unit in (*units, *self.drones)}

    def officers(self) -> tuple[Officer, ...]:
        officers = []
        for name in self.home + self.next_door + self.squad:
            crew = self.crew(name)
            certified = [f"{name}-{number}" for number in range(crew.certified)]
            auxiliaries = [f"{name}-aux{number}" for number in range(crew.auxiliaries)]
            for officer in certified + auxiliaries:
                skills = tuple(self.skills.get(officer, crew.skills))
                carried = tuple(self.carried.get(officer, ()))
                officers.append(
                    Officer(officer, "", name, officer in certified, skills, "", carried)
                )
        return tuple(officers)

    def grid(self, name: str) -> UnitGrid:
        lon, lat = self.town.lon_lat[name]
        polygon = box(lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4)
        return UnitGrid(name, "T", "Z1", polygon, self.people.get(name))

    def city(self) -> City:
        everywhere = box(108, -1, 111, 1)
        areas = (
            Area("C", "市", Tier.CITY, None, everywhere),
            Area("D", "区", Tier.DISTRICT, "C", everywhere),
            Area("T", "镇", Tier.TOWNSHIP, "D", everywhere),
        )
        rows = [AuthorityRow(f"{code}@D", code, "D", Tier.DISTRICT, "区执法局") for code in MATTERS]
        own = {row.matter for row in self.authority}
        network = self.network or self.town.network()
        return City(
            code="TOWN",
            name="图上小镇",
            name_en="drawn town",
            lon_lat=(109.1, 0.0),
            areas=areas,
            zones=(Zone("Z1", "一区", "HOME", everywhere, self.arrival_target_s),),
            grids=tuple(map(self.grid, self.grids)),
            domains=DOMAINS,
            matters=MATTERS,
            authority=(*(row for row in rows if row.matter not in own), *self.authority),
            units=self.units(),
            officers=self.officers(),
            travel_times={mode: NetworkTravelTimes(replace(network, mode=mode)) for mode in Mode},
            no_fly=tuple(self.no_fly),
            arrival_model=self.arrival_model,
        )

    def whereabouts(self) -> Whereabouts:
        city = self.city()
        fixes, statuses = [], {}
        for officer in city.officers:
            crew = self.crew(officer.crew)
            away = officer.id in self.off_duty
            statuses[officer.id] = DutyStatus.OFF_DUTY if away else crew.status
            if crew.position_age_s is not None:
                time = NOW - timedelta(seconds=crew.position_age_s)
                place = self.standing.get(officer.id, officer.crew)
                fixes.append(Fix(officer.id, self.town.lon_lat[place], time))
        positions, _ = Positions().updated(fixes, now=NOW)
        return locate_officers(city, positions, statuses)

    def suggest(
        self,
        at: str,
        *matters: str,
        kind: IncidentKind = IncidentKind.REPORT,
        k: int = 8,
        reported_at: datetime = NOW,
    ) -> Suggestion:
        incident = Incident(self.town.lon_lat[at], matters or ("H1",), reported_at, kind)
        return suggest(incident, self.whereabouts(), now=NOW, k=k)


def proposals(suggestion: Suggestion, kind: str | None = None) -> str:
    """Proposals as text: ``1 after 60 s, 2 after 180 s late aid``."""
    return ", ".join(
        f"{proposal.unit} after {proposal.eta_s:g} s"
        + ("" if proposal.meets_target else " late")
        + (" aid" if proposal.mutual_aid else "")
        for proposal in suggestion.proposals
        if kind is None or proposal.kind == kind
    )


def passed_over(suggestion: Suggestion) -> str:
    """Crews passed over as text: ``3 busy, 4 stale_position``."""
    return ", ".join(f"{entry.unit} {entry.reason.code}" for entry in suggestion.passed_over)
