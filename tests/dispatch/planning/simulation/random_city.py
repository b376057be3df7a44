"""A city on a checkerboard with crews of every kind, and random situations in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from shapely import box

from dispatch.arrival_chance import ArrivalModel, prior
from dispatch.authority import AuthorityRow
from dispatch.city import City
from dispatch.incident import IncidentKind
from dispatch.matter import Domain, Matter, MatterKind, Triage
from dispatch.planning.simulation.world import UNREACHABLE_S, IncidentType
from dispatch.run_card import RunCard, Step
from dispatch.unit import DutyStatus, Officer, Unit, UnitKind
from dispatch.whereabouts import Whereabouts, locate_officers
from geo.area import Area, Tier
from geo.position import Fix, Positions
from geo.road.road_class import Mode
from geo.road.snap import Joins
from geo.road.straight_line import StraightLineTravelTimes
from geo.road.travel_time import UNREACHABLE_MS
from geo.zone import UnitGrid, Zone

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SIDE = 4  # grids along each side
STEP = 0.01
MODES = (Mode.CAR, Mode.EBIKE, Mode.FOOT)
ZONES = ("Z1", "Z2", "Z3", "Z4")

MATTERS = {
    matter.code: matter
    for matter in (
        Matter("H1", "占道", "stall", "H", MatterKind.PENALTY, 2, Triage.SIMPLE),
        Matter("H2", "违建", "shed", "H", MatterKind.PENALTY, 3, Triage.GENERAL),
        Matter("T1", "超载", "overload", "T", MatterKind.PENALTY, 4, Triage.GENERAL),
        Matter("E1", "扬尘", "dust", "E", MatterKind.PENALTY, 3, Triage.SIMPLE),
        Matter("E2", "排污", "sewage", "E", MatterKind.PENALTY, 5, Triage.COMPLEX),
        Matter("C1", "拆除", "demolish", "H", MatterKind.COMPULSORY, 5, Triage.COMPLEX),
        Matter("N1", "无主", "nobody's", "N", MatterKind.PENALTY, 1, Triage.SIMPLE),
    )
}
TYPES = (
    *(IncidentType((code,)) for code in sorted(MATTERS)),
    IncidentType(("E1", "H1")),
    IncidentType(("E2", "T1")),
    IncidentType(("H1", "H2")),
    IncidentType(("E1", "H1"), IncidentKind.VISIT),
    IncidentType(()),
)


class TableTimes(StraightLineTravelTimes):
    """Travel times that a table tells; places are looked up in it."""

    def __init__(self, places: NDArray[np.float64], travel_s: NDArray[np.int64]) -> None:
        super().__init__(speed_mps=1.0, why="")
        self.degraded = None
        self.row_of = {_key(place): row for row, place in enumerate(places)}
        self.travel_s = travel_s

    def pinned(self) -> TableTimes:
        return self

    def matrix(self, origins: Joins, destinations: Joins) -> NDArray[np.int64]:
        start, end = (
            np.array([self.row_of[_key(at)] for at in one.lon_lat], dtype=np.int64)
            for one in (origins, destinations)
        )
        way_s = self.travel_s[start[:, None], end[None, :]]
        return np.where(way_s == UNREACHABLE_S, UNREACHABLE_MS, 1000 * way_s)

    def nearest(self, units, incident, *, k, within_s=None, eligible=None):
        found = super().nearest(units, incident, k=10**6, within_s=within_s, eligible=eligible)
        return [one for one in found if one.travel_time_ms >= 0][:k]


def _key(lon_lat: NDArray[np.float64]) -> tuple[int, int]:
    return round(lon_lat[0] * 1e7), round(lon_lat[1] * 1e7)


@dataclass(frozen=True)
class RandomCity:
    """The city, a place in each grid in the order of codes, and seconds by mode."""

    city: City
    lon_lat: NDArray[np.float64]
    travel_s: dict[Mode, NDArray[np.int64]]


def random_city(
    rng: np.random.Generator, *, n_crews: int = 40, model: ArrivalModel | None = None
) -> RandomCity:
    """Draw crews, skills and travel times; areas, matters and lists are always the same."""
    corners = [(column * STEP, row * STEP) for row in range(SIDE) for column in range(SIDE)]
    cells = [box(x, y, x + STEP, y + STEP) for x, y in corners]
    lon_lat = np.array([(x + STEP / 2, y + STEP / 2) for x, y in corners])
    codes = [f"G{row:02d}" for row in range(len(cells))]
    town_of = [1 + int(x >= 2 * STEP) for x, _ in corners]
    zone_of = [int(x >= 2 * STEP) + 2 * int(y >= 2 * STEP) for x, y in corners]
    travel_s = {
        mode: _times(rng, lon_lat, slow) for mode, slow in zip(MODES, (1, 1.7, 5), strict=True)
    }
    half = 2 * STEP
    areas = (
        Area("C", "市", Tier.CITY, None, box(0, 0, 2 * half, 2 * half)),
        Area("D", "区", Tier.DISTRICT, "C", box(0, 0, 2 * half, 2 * half)),
        Area("T1", "东镇", Tier.TOWNSHIP, "D", box(0, 0, half, 2 * half)),
        Area("T2", "西镇", Tier.TOWNSHIP, "D", box(half, 0, 2 * half, 2 * half)),
        *(
            Area(f"K{row:02d}", "村", Tier.COMMUNITY, f"T{town}", cell)
            for row, (town, cell) in enumerate(zip(town_of, cells, strict=True))
        ),
    )
    zones = tuple(
        Zone(
            code,
            code,
            f"B{row + 1}" if row < 3 else None,
            box((row % 2) * half, (row // 2) * half, (row % 2 + 1) * half, (row // 2 + 1) * half),
            (900, 600, 900, 300)[row],
        )
        for row, code in enumerate(ZONES)
    )
    grids = tuple(
        UnitGrid(code, f"K{row:02d}", ZONES[zone_of[row]], cells[row], 10)
        for row, code in enumerate(codes)
    )
    units, officers = _force(rng, n_crews)
    city = City(
        code="R",
        name="随机",
        name_en="random",
        lon_lat=(half, half),
        areas=areas,
        zones=zones,
        grids=grids,
        domains={code: Domain(code, code, code) for code in "HTEN"},
        matters=MATTERS,
        authority=_authority(),
        units=units,
        officers=officers,
        travel_times={mode: TableTimes(lon_lat, travel_s[mode]) for mode in MODES},
        run_cards=_cards(),
        arrival_model=model,
    )
    return RandomCity(city, lon_lat, travel_s)


def _times(
    rng: np.random.Generator, lon_lat: NDArray[np.float64], slow: float
) -> NDArray[np.int64]:
    """Seconds between places, not symmetric, with ties and islands."""
    n = len(lon_lat)
    way = np.abs(lon_lat[:, None] - lon_lat[None, :]).sum(axis=2) / STEP
    seconds = np.rint(slow * (60 + 150 * way + rng.integers(0, 4, (n, n)) * 30)).astype(np.int64)
    return np.where(rng.random((n, n)) < 0.03, UNREACHABLE_S, seconds)


def _force(rng: np.random.Generator, n_crews: int) -> tuple[dict[str, Unit], tuple[Officer, ...]]:
    """Three grid brigades, two squads, a post, and crews of one to four officers."""
    parents = ("B1", "B2", "B3", "P1", "S1", "S2")
    units = [
        *(Unit(f"B{n}", "队", "b", UnitKind.GRID_BRIGADE, zone=ZONES[n - 1]) for n in (1, 2, 3)),
        Unit("P1", "点", "p", UnitKind.VILLAGE_POST, "B1"),
        Unit("S1", "专", "s", UnitKind.SPECIALIST_SQUAD, domains=("T", "E")),
        Unit("S2", "专", "s", UnitKind.SPECIALIST_SQUAD, domains=("H", "E")),
    ]
    officers = []
    for number in range(n_crews):
        code, mode = f"K{number:03d}", MODES[int(rng.choice(3, p=[0.6, 0.3, 0.1]))]
        gear = ("scale",) if rng.random() < 0.3 else ()
        parent = parents[int(rng.integers(len(parents)))]
        units.append(Unit(code, "组", "c", UnitKind.CREW, parent, mode=mode, equipment=gear))
        for member in range(int(rng.integers(1, 5))):
            skills = tuple(one for one in ("dust", "haul") if rng.random() < 0.4)
            certified = bool(rng.random() < 0.85)
            officers.append(Officer(f"{code}-{member}", "", code, certified, skills))
    return {unit.code: unit for unit in units}, tuple(officers)


def _authority() -> tuple[AuthorityRow, ...]:
    """Rows with needs, targets, assisting bodies, towns of their own, and contenders."""
    district = Tier.DISTRICT
    return (
        AuthorityRow("1", "H1", "D", district, "区局"),
        AuthorityRow("2", "H2", "D", district, "区局", excluding=("T2",)),
        AuthorityRow("3", "H2", "T2", Tier.TOWNSHIP, "镇", min_certified=3, arrival_target_s=480),
        AuthorityRow("4", "T1", "D", district, "交通", assisting=("警",), skills=("haul",)),
        AuthorityRow("5", "E1", "D", district, "环保", skills=("dust",)),
        AuthorityRow("6", "E2", "D", district, "环保", skills=("dust",), equipment=("scale",)),
        AuthorityRow("7", "C1", "D", district, "区局", secure_target_s=300),
        AuthorityRow("8", "C1", "D", district, "住建"),
    )


def _cards() -> tuple[RunCard, ...]:
    """A card for one matter in the city, another in one town."""
    squad = Step("专", "squad", kind=UnitKind.SPECIALIST_SQUAD, domains=("T",))
    own = Step("本", "own", responsible=True)
    return (
        RunCard("R1", "E1", "尘", "dust", (own, squad)),
        RunCard("R2", "E1", "尘", "dust", (squad, own), area="T1"),
        RunCard("R3", "H1", "占", "stall", (Step("二", "two", units=("B2", "K001")),), area="T2"),
    )


def random_whereabouts(
    drawn: RandomCity, rng: np.random.Generator, *, now: datetime
) -> tuple[Whereabouts, NDArray[np.int64], NDArray[np.bool_]]:
    """Crews in random grids, officers free or off duty; grid of each crew, and who is free."""
    city = drawn.city
    grid_of = rng.integers(0, len(drawn.lon_lat), len(city.roster.crews))
    free = rng.random(len(city.roster.officers)) < rng.choice([0.3, 0.7, 0.95])
    fixes, statuses = [], {}
    for row, officer in enumerate(city.roster.officers):
        lon, lat = drawn.lon_lat[grid_of[city.roster.crew_of[row]]]
        fixes.append(Fix(officer.id, (float(lon), float(lat)), now - timedelta(seconds=0)))
        statuses[officer.id] = DutyStatus.AVAILABLE if free[row] else DutyStatus.OFF_DUTY
    positions, _ = Positions().updated(fixes, now=now)
    return locate_officers(city, positions, statuses), grid_of, free


def fast_model() -> ArrivalModel:
    """The prior with a pace and turn-out of each mode, so that eta and way rank differently."""
    model = prior()
    pace = model.pace * np.array([1.0, 0.8, 1.1])[:, None] * np.linspace(0.8, 1.3, 168)
    return ArrivalModel(
        turn_out_s=np.array([90.0, 30.0, 10.0]),
        pace=pace,
        log_ratio=model.log_ratio.copy(),
        n_arrivals=(0, 0, 0),
    )
