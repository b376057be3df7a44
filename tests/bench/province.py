"""A province: 14 cities evaluated, proposed for and simulated by one process, two, and Dask."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from hashlib import blake2b
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from api.spread import Place, Spread, spread_at
from dispatch.duty import DutyBook
from dispatch.planning.hour_scores import PlanTask, evaluate_task
from dispatch.planning.plan_ground import PlanGround, plan_ground
from dispatch.planning.plan_score import plan_tasks
from dispatch.planning.plan_setting import SettingChoice, plan_setting
from dispatch.planning.rezoning_city import CityLoads, CityRules, city_loads
from dispatch.planning.rezoning_options import STEPS, AimTask, aims_of, propose_option
from dispatch.planning.simulation.build import CityInput, build_world
from dispatch.planning.simulation.runs import Years
from dispatch.planning.simulation.world import World
from dispatch.planning.zone_crews import zone_crews
from dispatch.planning.zone_plan import ZonePlan
from dispatch.policy import policy_named
from dispatch.policy_file import known_policies
from dispatch.store.cities import read_city
from dispatch.store.city_folder import load_city_folder
from dispatch.store.duty import read_duty
from dispatch.store.engine import open_store
from fixtures.demo_city import AS_OF
from fixtures.hourly_speeds import believed_speeds
from fixtures.preset import Preset
from fixtures.province import CITIES, ProvinceCity, province_cities, write_city
from geo.road.layered_weights import WeightLayers
from tests.bench._report import Report, table
from tests.dask_here import dask_here

RUNS, BLOCKS = 4, 2

PRESET = Preset.SMALL
"""Size around which the cities lie: standard ones take the better part of an hour."""


@dataclass(frozen=True)
class Judged:
    """A city with what is asked of it."""

    name: str
    ground: PlanGround
    plan: ZonePlan
    loads: CityLoads
    world: World


@dataclass(frozen=True)
class Effort:
    """How much is asked of every city: simulated years, and the search of a proposal."""

    runs: int = RUNS
    blocks: int = BLOCKS
    steps: int = STEPS


def measure(_data: Path) -> Report:
    """Time the province on each place."""
    with TemporaryDirectory(prefix="grid-dispatch-province-") as folder, dask_here() as address:
        return measured(
            province_cities(CITIES, preset=PRESET),
            Path(folder),
            {"1 process": Place(), "2 processes": Place(2), "Dask, 2 workers": Place(dask=address)},
            Effort(),
        )


def measured(
    cities: Sequence[ProvinceCity], folder: Path, places: dict[str, Place], effort: Effort
) -> Report:
    """Do all work of the cities at every place, one city after the other."""
    took = {name: dict.fromkeys(JOBS, 0.0) for name in places}
    said: dict[str, list[bytes]] = {name: [] for name in places}
    with ExitStack() as open_places:
        spreads = {name: open_places.enter_context(spread_at(at)) for name, at in places.items()}
        for city in cities:
            print(f"  {city.name}: {city.officers} officers, {city.nodes:,} nodes", flush=True)
            judged = read_judged(city, folder)
            for (name, spread), (job, work) in product(spreads.items(), JOBS.items()):
                start = time.perf_counter()
                said[name] += work(judged, effort, spread)
                took[name][job] += time.perf_counter() - start
    first = next(iter(said.values()))
    rows = [
        [name, *(f"{took[name][job]:.1f}" for job in JOBS), "yes" if said[name] == first else "NO"]
        for name in places
    ]
    lead = (
        f"{len(cities)} generated cities with {sum(city.officers for city in cities):,} officers "
        f"on {sum(city.nodes for city in cities):,} road nodes. Each is evaluated by period of the "
        f"week, gets proposals of {effort.blocks} blocks for every aim, and {effort.runs} "
        "simulated years. Seconds of all cities; sending a city is counted."
    )
    return Report(f"{lead}\n\n{table(['', *JOBS, 'the same bytes'], rows)}")


def read_judged(city: ProvinceCity, folder: Path) -> Judged:
    """Generate a city, and lay it out for all three questions."""
    path = folder / f"{city.name}.gpkg"
    made = write_city(city, folder)
    with closing(open_store(f"sqlite:///{path}", create=True)) as store:
        with store.session() as session:
            load_city_folder(made, session)
            session.commit()
        known = read_city(store)
        with store.reading() as session:
            book = read_duty(session, now=AS_OF)
    choice = SettingChoice(AS_OF, per_year=city.incidents_per_year)
    crews = zone_crews(known, DutyBook(), at=AS_OF)
    setting = plan_setting(known, WeightLayers(believed_speeds()), crews, choice)
    ground = plan_ground(setting)
    policy = policy_named("nearest", known_policies(None))
    world = build_world(CityInput(setting, book, choice), policy)
    return Judged(
        city.name, ground, setting.published, city_loads(ground, setting.published), world
    )


def evaluate(judged: Judged, _effort: Effort, spread: Spread) -> list[bytes]:
    """City × period."""
    return list(spread(scored, plan_tasks(judged.ground, judged.plan)))


def propose(judged: Judged, effort: Effort, spread: Spread) -> list[bytes]:
    """City × aim, a block of seeds each."""
    tasks = [
        AimTask(judged.loads, aim, at, effort.blocks, effort.steps)
        for at, aim in enumerate(aims_of(judged.loads, CityRules()))
    ]
    return list(spread(proposed, tasks))


def simulate(judged: Judged, effort: Effort, spread: Spread) -> list[bytes]:
    """City × run."""
    return list(spread(Counted(Years([judged.world], seed=1)), range(effort.runs)))


JOBS: dict[str, Callable[[Judged, Effort, Spread], list[bytes]]] = {
    "evaluate, s": evaluate,
    "propose, s": propose,
    "simulate, s": simulate,
}


def scored(task: PlanTask) -> bytes:
    """Score a period, to a digest."""
    return evaluate_task(task).table.tobytes()


def proposed(task: AimTask) -> bytes:
    """Propose a plan, to its zones."""
    plan = propose_option(task).plan
    return b"" if plan is None else plan.zone_of.tobytes()


@dataclass(frozen=True)
class Counted:
    """Simulated years, to digests of their counts."""

    years: Years

    def __call__(self, run: int) -> bytes:
        """Simulate one."""
        (tally,) = self.years(run)
        return blake2b(b"".join(_arrays(tally)), digest_size=16).digest()


def _arrays(tally: object) -> Iterator[bytes]:
    """All counts of a tally, as bytes."""
    for name in sorted(type(tally).__slots__):  # type: ignore[attr-defined]  # tallies have slots
        value = getattr(tally, name)
        yield value.tobytes() if hasattr(value, "tobytes") else repr(value).encode()
