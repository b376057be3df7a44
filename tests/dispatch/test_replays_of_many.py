"""Random suggestions, saved, are made again bit for bit by another process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from demo_service import copy_of, make_store
from shapely import Point

from api.weights_in_force import WeightsInForce
from dispatch import desk
from dispatch.city_coverage import CityCoverage, survey_city
from dispatch.demand_point import Ground, lay_out_demand
from dispatch.duty_columns import DutyColumns
from dispatch.frozen import Freezing, Frozen, freeze
from dispatch.incident import Incident, IncidentKind
from dispatch.matter import CaseScale
from dispatch.policy_file import standard_policies
from dispatch.store.cities import read_city, read_statuses
from dispatch.store.closures import add_closure, lift_closure
from dispatch.store.engine import Store, open_store
from dispatch.store.positions import read_positions
from dispatch.unit import DutyStatus
from dispatch.whereabouts import Whereabouts, locate_officers
from fixtures.demo_city import AS_OF
from geo.position import Fix
from geo.road.closure import Closure
from geo.road.extent import Extent

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("small-city"))


@pytest.fixture
def store(small_store: Path, tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{copy_of(small_store, tmp_path)}")) as opened:
        yield opened


@dataclass
class Shift:
    """A time in which everything happens that changes a suggestion."""

    store: Store
    weights: WeightsInForce
    whereabouts: Whereabouts
    rng: np.random.Generator
    now: datetime = AS_OF
    frozen: Freezing | None = None
    ground: Ground | None = None
    counted: CityCoverage | None = None

    def freezer(self, whereabouts: Whereabouts) -> Frozen:
        self.frozen = freeze(whereabouts, self.frozen)
        return self.frozen.frozen

    def place(self) -> tuple[float, float]:
        nodes = self.whereabouts.city.travel_times["car"].network.node_lon_lat
        lon, lat = nodes[self.rng.integers(len(nodes))] + self.rng.normal(0, 0.002, 2)
        return float(lon), float(lat)

    def officers(self, most: int) -> list[str]:
        ids = [officer.id for officer in self.whereabouts.city.officers]
        return self.rng.choice(ids, size=self.rng.integers(1, most), replace=False).tolist()

    def move(self) -> None:
        fixes = [
            Fix(officer, self.place(), self.now, *self.rng.choice([None, 3.5, 12.0], 2))
            for officer in self.officers(8)
        ]
        self.whereabouts, _ = self.whereabouts.moved(fixes, now=self.now)

    def change_status(self) -> None:
        statuses = self.rng.choice(list(DutyStatus), size=6, p=[0.7, 0.2, 0.1]).tolist()
        named = zip(self.officers(6), map(DutyStatus, statuses), strict=False)
        self.whereabouts = self.whereabouts.with_status(dict(named))

    def change_duty(self) -> None:
        n, at = len(self.whereabouts.status), self.now.timestamp()
        columns = [
            np.where(self.rng.random(n) < 0.05, at + self.rng.normal(0, 3600, n), np.nan)
            for _ in fields(DutyColumns)
        ]
        columns[-1] = self.rng.random(n) * 7200
        self.whereabouts = self.whereabouts.with_duty(DutyColumns(*columns))

    def close_a_street(self) -> None:
        factor = self.rng.choice([None, 0.5])
        extent = Extent(polygon=Point(self.place()).buffer(0.003))
        until = self.now + timedelta(minutes=20)
        closure = Closure("", extent, self.now, ends=until, speed_factor=factor, reason="works")
        with self.store.session() as session:
            record = add_closure(session, closure, now=self.now, by="test")
            if self.rng.random() < 0.2:
                lift_closure(session, record.closure.id, now=self.now, by="test")
            session.commit()
        self.weights.read_again(self.now)

    def go_on(self) -> None:
        self.now += timedelta(seconds=float(self.rng.integers(1, 90)))
        self.weights.apply(self.now)
        self.move()
        for change, chance in (
            (self.change_status, 0.3),
            (self.change_duty, 0.05),
            (self.close_a_street, 0.05),
        ):
            if self.rng.random() < chance:
                change()

    def question(self) -> Incident:
        matters = list(self.whereabouts.city.matters)
        named = self.rng.choice(matters, self.rng.integers(0, 3), replace=False)
        reported_at = self.now - timedelta(seconds=float(self.rng.integers(0, 300)))
        return Incident(
            lon_lat=self.place(),
            matters=tuple(named.tolist()),
            reported_at=reported_at,
            kind=IncidentKind.VISIT if self.rng.random() < 0.1 else IncidentKind.REPORT,
            scale=None if self.rng.random() < 0.7 else CaseScale(self.rng.choice(list(CaseScale))),
        )

    def covered(self) -> CityCoverage | None:
        """What is covered, counted on now and then, so that it is mostly of a moment ago."""
        if self.counted is None or self.rng.random() < 0.1:
            ground = self.ground or lay_out_demand(self.whereabouts.city)
            self.ground = ground
            self.counted = survey_city(ground, self.whereabouts, now=self.now, before=self.counted)
        return self.counted if self.rng.random() < 0.1 else None

    def suggest(self) -> str:
        areas = [None, *(area.code for area in self.whereabouts.city.areas)]
        with self.store.session() as session:
            draft = desk.draw_up(
                self.question(),
                self.whereabouts,
                now=self.now,
                k=int(self.rng.integers(1, 10)),
                arrival_target_s=self.rng.choice([None, 300.0, 900.0]),
                asked_by=self.rng.choice(areas),
                policy=str(self.rng.choice(list(standard_policies()))),
                covered=self.covered(),
                freezer=self.freezer,
            )
            number, _ = desk.keep(session, draft)
            session.commit()
        return number


def begin(store: Store, seed: int) -> Shift:
    city = read_city(store)
    weights = WeightsInForce(store, city)
    weights.read_again(AS_OF)
    with store.reading() as session:
        officers = locate_officers(city, read_positions(session), read_statuses(session))
    return Shift(store, weights, officers, np.random.default_rng(seed))


def test_random_suggestions_are_the_same_bytes_in_another_process(store, count):
    shift, numbers, weights = begin(store, seed=4), [], set()
    for _ in range(count(reduced=100, full=10_000)):
        shift.go_on()
        numbers.append(shift.suggest())
        weights.add(shift.whereabouts.city.weight_version)
    assert len(set(numbers)) == len(numbers)
    assert len(weights) > len(numbers) // 30, "streets were closed and opened"
    run = subprocess.run(
        [sys.executable, ROOT / "tests/spec/replay_every.py", f"sqlite:///{store.path}"],
        input="\n".join(numbers),
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        cwd=ROOT,
    )
    assert run.stdout.splitlines() == [f"replayed {len(numbers)}"], run.stderr[-2000:]
