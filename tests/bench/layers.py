"""
Layers of a city as others read them: tiles and pages of features, on both stores, beside tipg.

`ROWS` names the groups of rows; each is a function that is given a `Bench` and yields `Row`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from api.tile import TableTiles
from dispatch.store.cities import read_city
from dispatch.store.engine import open_store
from fixtures.demo_city import Preset, cached_demo_city
from geo.datum import from_wgs84, to_wgs84
from geo.feature_table import FeatureTable, lay_out
from geo.tile_matrix import TILE_MATRIX_SETS, WEB_MERCATOR_QUAD, TileMatrixSet
from tests.bench._report import Report, figure, mark, table, with_goals
from tests.bench._roads import new_york
from tests.bench._yardstick import QUIET_S_MS, Yardstick, share, taken_ms
from tests.bench.load import database, fill, served, until_it_answers
from tests.bench.peer.tipg import tipg

TILE_COLD_MS, TILE_WARM_MS, PAGE_MS, GCJ02_MS = 60.0, 3.0, 60.0, 30.0
"""To be reached on a quiet machine."""

NODES, OFFICERS = 5_000, 100
"""The city has 2,000 unit grids however few roads and officers."""

COLD, WARM, PAGES, POINTS = 7, 100, 20, 100_000
PAGE = 1_000
BEARER = {"authorization": "Bearer demo-gis"}

Place = tuple[int, int, int]
"""Level, row and column of a tile."""


@dataclass(frozen=True)
class Row:
    """A line of the table: what was asked, what it took, S beside it, what was to be reached."""

    name: str
    ms: float
    s_ms: float
    goal_ms: float | None = None

    @property
    def cells(self) -> list[str]:
        """The line as it is written."""
        of_s = self.ms / self.s_ms
        quiet_ms = of_s * QUIET_S_MS
        goal = self.goal_ms
        judged = ["", ""] if goal is None else [figure(goal), mark(good=quiet_ms <= goal)]
        return [self.name, figure(self.ms), share(of_s), figure(quiet_ms), *judged]


@dataclass(frozen=True)
class Bench:
    """What is measured on: stores by name, the yardstick, and a folder for logs."""

    stores: Mapping[str, str]
    yardstick: Yardstick
    folder: Path

    def worked(self, times: int, ask: Callable[[], object]) -> tuple[float, float]:
        """Median milliseconds of the processor, the first asking apart, and S beside them."""
        ask()
        before = self.yardstick.ms()
        taken = [taken_ms(ask) for _ in range(times)]
        return float(np.median(taken)), float(np.median([*before, *self.yardstick.ms()]))

    def waited(self, times: int, ask: Callable[[], object]) -> tuple[float, float]:
        """Median milliseconds by the clock, the first asking apart, and S by the clock."""
        ask()
        before = self.s_by_clock()
        taken = [clocked_ms(ask) for _ in range(times)]
        return float(np.median(taken)), float(np.median([*before, *self.s_by_clock()]))

    def s_by_clock(self) -> list[float]:
        """S as somebody waits for it."""
        return [clocked_ms(lambda: self.yardstick.ms(1)) for _ in range(5)]


def measure(data: Path) -> Report:
    """Measure tiles, pages and positions."""
    with (
        TemporaryDirectory(prefix="grid-dispatch-bench-") as folder,
        stores(Path(folder)) as urls,
    ):
        bench = Bench(urls, Yardstick(new_york(data)), Path(folder))
        rows = [row for group in ROWS for row in group(bench)]
    return told(rows)


def told(rows: list[Row]) -> Report:
    """Lay the figures out."""
    lines = [row.cells for row in rows]
    lead = (
        "A city of 2,000 unit grids, which stand for 2,000 zones. A tile holds all of them; cold "
        "is a tile of a table that has just been laid out, cut for the first time; warm is the "
        "whole request over HTTP on one connection, who asks looked up. Requests are timed by the "
        "clock, all else by the processor. Tipg 1.6.0 reads the same table of the same PostgreSQL. "
        "S is one search of all nodes of New York by scipy, timed alike before and after each row; "
        f"*quiet* is × {QUIET_S_MS:.0f} ms / S, which is judged."
    )
    head = ["", "ms", "of S", "ms, quiet", "to reach", ""]
    return Report(f"{lead}\n\n{table(head, lines)}", with_goals(lines, title="layers"))


@contextmanager
def stores(folder: Path) -> Iterator[dict[str, str]]:
    """The city in each store."""
    city = cached_demo_city(folder, preset=Preset.STANDARD, nodes=NODES, officers=OFFICERS, years=1)
    with database() as postgresql:
        urls = {"embedded": f"sqlite:///{folder / 'city.gpkg'}"}
        urls |= {} if postgresql is None else {"PostgreSQL": postgresql}
        for url in urls.values():
            fill(url, city)
        yield urls


def tiles_cut(bench: Bench) -> Iterator[Row]:
    """Tiles that hold every grid, cut anew."""
    for name, url in bench.stores.items():
        grids = grids_of(url)
        for matrix in TILE_MATRIX_SETS.values():
            cold = partial(cut_anew, grids, matrix, around(grids, matrix))
            ms, s_ms = bench.worked(COLD, cold)
            size = f"{len(cold()) / 1000:,.0f} kB"
            title = f"{name}: tile of {len(grids):,} zones, cold, {matrix.name} ({size})"
            yield Row(title, ms, s_ms, TILE_COLD_MS)


def cut_anew(grids: FeatureTable, matrix: TileMatrixSet, place: Place) -> bytes:
    """Cut a tile of a table from which none was cut before."""
    return TableTiles("grids", grids).tile_in(matrix, *place)


def requests(bench: Bench) -> Iterator[Row]:
    """A tile and a page of features of our own server, on each store."""
    for name, url in bench.stores.items():
        place = "/".join(map(str, around(grids_of(url), WEB_MERCATOR_QUAD)))
        with served(url, bench.folder / f"{name}.log") as port:
            base = f"http://127.0.0.1:{port}/ogc/collections/grids"
            tile, page = f"{base}/tiles/WebMercatorQuad/{place}", f"{base}/items?limit={PAGE}"
            with asking(base) as ask:
                first = clocked_ms(partial(ask, tile))
                s_ms = float(np.median(bench.s_by_clock()))
                yield Row(f"{name}: that tile from a server that has just started", first, s_ms)
                ms, s_ms = bench.waited(WARM, partial(ask, tile))
                yield Row(f"{name}: that tile, warm, the whole request", ms, s_ms, TILE_WARM_MS)
                ms, s_ms = bench.waited(PAGES, partial(ask, page))
                title = f"{name}: page of {PAGE:,} features, the whole request"
                yield Row(title, ms, s_ms, PAGE_MS)


def beside_tipg(bench: Bench) -> Iterator[Row]:
    """The same tile and page of tipg, where there is PostgreSQL."""
    if "PostgreSQL" not in bench.stores:
        return
    url = bench.stores["PostgreSQL"]
    place = around(grids_of(url), WEB_MERCATOR_QUAD)
    with tipg(url, bench.folder / "tipg.log") as server:
        if "://" not in server:
            print(f"tipg is left out: {server}", flush=True)
            return
        until_it_answers(f"{server}/healthz")
        base = f"{server}/collections/public.grids"
        with asking(server) as ask:
            described = json.loads(ask(f"{base}/tiles/WebMercatorQuad/tilejson.json"))
            address = filled(described["tiles"][0], *place)
            ms, s_ms = bench.waited(PAGES, partial(ask, address))
            yield Row(f"tipg: tile of 2,000 zones ({len(ask(address)) / 1000:,.0f} kB)", ms, s_ms)
            page = f"{base}/items?limit={PAGE}"
            ms, s_ms = bench.waited(PAGES, partial(ask, page))
            count = json.loads(ask(page))["numberReturned"]
            yield Row(f"tipg: page of {count:,} features", ms, s_ms)


def positions(bench: Bench) -> Iterator[Row]:
    """Positions of phone maps."""
    rng = np.random.default_rng(1)
    places: NDArray[np.float64] = rng.uniform([109.0, 21.0], [110.0, 22.0], (POINTS, 2))
    for said, turn in (("to", from_wgs84), ("from", to_wgs84)):
        ms, s_ms = bench.worked(COLD, partial(turn, places, "gcj02"))
        yield Row(f"{POINTS:,} points {said} GCJ-02", ms, s_ms, GCJ02_MS)


ROWS: tuple[Callable[[Bench], Iterator[Row]], ...] = (tiles_cut, requests, beside_tipg, positions)
"""Groups of rows, in the order of the table."""


def grids_of(url: str) -> FeatureTable:
    """The unit grids of a store, laid out as their collection is."""
    with closing(open_store(url)) as store:
        city = read_city(store, or_by_air=True)
    columns = {name: [getattr(grid, name) for grid in city.grids] for name in ("code", "zone")}
    codes = [grid.code for grid in city.grids]
    return lay_out(city.version, codes, [grid.polygon for grid in city.grids], columns)


def around(features: FeatureTable, matrix: TileMatrixSet) -> Place:
    """Find the deepest tile that holds everything."""
    assert features.extent is not None
    for zoom in range(15, -1, -1):
        limits = matrix.limits(zoom, features.extent)
        rows, columns = limits.last_row - limits.first_row, limits.last_column - limits.first_column
        if rows == columns == 0:
            return zoom, limits.first_row, limits.first_column
    raise SystemExit("No tile holds the whole city.")


def filled(template: str, zoom: int, row: int, column: int) -> str:
    """Address of a tile, from a template."""
    for name, number in (("z", zoom), ("y", row), ("x", column)):
        template = template.replace(f"{{{name}}}", str(number))
    return template


@contextmanager
def asking(server: str) -> Iterator[Callable[[str], bytes]]:
    """Ask a server on one connection."""
    with closing(HTTPConnection(urlsplit(server).netloc, timeout=60)) as connection:

        def ask(address: str) -> bytes:
            parts = urlsplit(address)
            connection.request("GET", f"{parts.path}?{parts.query}", headers=BEARER)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != 200:
                raise SystemExit(f"{address} answers {answer.status}: {content[:300]!r}")
            return content

        yield ask


def clocked_ms(ask: Callable[[], object]) -> float:
    """Milliseconds by the clock."""
    start = time.perf_counter_ns()
    ask()
    return (time.perf_counter_ns() - start) / 1e6
