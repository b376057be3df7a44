"""`grid-dispatch demo`: an invented city on the screen."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from api.access_from_outside import require_safe_host
from api.cli_serve import HostOption, PortOption, serve_store
from api.clock import system_clock
from api.lock_file import hold_store
from api.progress import progress_bar
from api.serving import address_of, listen_on
from api.settings import Settings, home_folder, remember_demo
from api.store_option import StoreOption
from dispatch.store.cities import holds_city, read_city
from dispatch.store.city_folder import load_city_folder
from dispatch.store.engine import open_store, spoken_address
from dispatch.store.migrate import newest_step
from dispatch.store.standstill import resume
from dispatch.unit import DutyStatus
from dispatch.whereabouts import STATUSES, Whereabouts
from fixtures.demo_city import cached_demo_city
from fixtures.patrol import PatrolOfficers, draw_patrol
from fixtures.preset import Preset
from geo.errors import BadValue
from geo.position import Fix
from geo.road.travel_time import NetworkTravelTimes

FIXES_A_SECOND = 1000
"""Larger patrols report in turns, as terminals do that send every few seconds."""

ACCURACY_M = 8.0
"""What the terminals of the demo city say of themselves."""


def demo(
    *,
    preset: Annotated[Preset, typer.Option(help="How large the city is.")] = Preset.STANDARD,
    officers: Annotated[int | None, typer.Option(help="Other number of officers.")] = None,
    nodes: Annotated[int | None, typer.Option(help="Other number of road nodes.")] = None,
    years: Annotated[int, typer.Option(min=1, help="Years of history.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same city.")] = 1,
    store: StoreOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Only make the store.")] = False,
) -> None:
    """Generate an invented city, load it and serve it."""
    generate = partial(
        cached_demo_city,
        home_folder(),
        preset=preset,
        officers=officers,
        nodes=nodes,
        years=years,
        seed=seed,
    )
    require_safe_host(host, Settings(), invented=True)
    address = None if no_serve else address_of(host, port)
    with nullcontext() if no_serve else closing(listen_on(host, port)) as listener:
        folder = _generate(generate)
        url = store or Settings().store or _own_store(folder)
        with hold_store(url, now=system_clock(), address=address) as lock:
            _load(folder, url)
            remember_demo(url)
            settings = Settings().model_copy(update={"store": url})
            if listener is None:
                typer.echo(f"The demo city (invented) is in {spoken_address(url)}")
            else:
                serve_store(settings, listener, lock, patrol=DemoPatrol)


def _own_store(folder: Path) -> str:
    """Name the demo's own store after its tables: one of other tables is left, not refused."""
    return f"sqlite:///{folder}-{newest_step()}.gpkg"


def _generate(generate: Callable[..., Path]) -> Path:
    """Generate a city unless it is there; answers its folder."""
    with progress_bar() as report:
        return generate(progress=lambda _, share: report("generating the city", share))


def _load(folder: Path, url: str) -> None:
    """Load a city into its store unless it is there, and let it go on where it stopped."""
    opened = open_store(url, create=True)
    try:
        with opened.reading() as session:
            loaded = holds_city(session)
        if loaded and not read_city(opened).invented:
            raise BadValue(
                f"The store {opened.name} holds a real city: give the demo a store of its own."
            )
        roads = None if opened.path is not None else home_folder() / "roads"
        with opened.session() as session:
            if not loaded:
                load_city_folder(folder, session, keep_roads_in=roads)
            resume(session, now=system_clock())
            session.commit()
    finally:
        opened.close()


class DemoPatrol:
    """
    Officers of the demo city on their beats, from where they were last seen.

    Parameters
    ----------
    whereabouts
        Where they were last seen; who is off duty stays away.
    now
        When the patrol sets out.
    """

    def __init__(self, whereabouts: Whereabouts, now: datetime) -> None:
        roster = whereabouts.city.roster
        off_duty = whereabouts.status == STATUSES.index(DutyStatus.OFF_DUTY)
        row = np.flatnonzero(whereabouts.on_road & ~off_duty)
        engines = whereabouts.city.travel_times
        networks = {
            mode: engine.network
            for mode, engine in engines.items()
            if isinstance(engine, NetworkTravelTimes)
        }
        crew = [roster.crews[of] for of in roster.crew_of[row].tolist()]
        officers = PatrolOfficers(
            row=row,
            lon_lat=whereabouts.joins.lon_lat[row],
            crew=np.array([unit.code for unit in crew], dtype=np.str_),
            mode=np.array([str(unit.mode) for unit in crew], dtype=np.str_),
        )
        self._patrol = draw_patrol(networks, officers, seed=1)
        self._ids = [roster.officers[one].id for one in row.tolist()]
        self._began = now
        self._turns = max(1, -(-len(row) // FIXES_A_SECOND))
        self._steps = 0

    def step(self, now: datetime) -> Iterator[Fix]:
        """
        Move everybody on.

        Parameters
        ----------
        now
            The present.

        Returns
        -------
        fixes
            Of those whose turn it is to report.
        """
        fixes = self._patrol.fixes((now - self._began).total_seconds())
        for one in range(self._steps % self._turns, len(self._ids), self._turns):
            lon, lat = fixes.lon_lat[one].tolist()
            yield Fix(
                officer=self._ids[one],
                lon_lat=(lon, lat),
                time=now,
                accuracy_m=ACCURACY_M,
                speed_mps=round(float(fixes.speed_mps[one]), 1),
                heading_deg=round(float(fixes.heading_deg[one]), 1),
            )
        self._steps += 1
