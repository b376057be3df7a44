"""Files of layers: how long zones take to check, a million places to draft, and what memory."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyogrio.raw
import shapely
from numpy.typing import NDArray

from dispatch.store.city_folder import load_city_folder
from dispatch.store.engine import open_store
from fixtures.demo_city import Preset, cached_demo_city
from tests.bench._report import Report, mark, table
from tests.bench._roads import new_york
from tests.bench._yardstick import QUIET_S_MS, Yardstick

WEST, SOUTH, SIDE_DEG = 108.9, 21.3, 0.004
"""Where the files lie, and how long the side of a zone is."""

WOBBLES = 12
"""Corners along each border between two zones."""

MOST_MEGABYTES = 2_000.0


@dataclass(frozen=True)
class Step:
    """What one step took, and what the yardstick took about it."""

    name: str
    seconds: float
    megabytes: float
    said: int
    s_ms: float
    goal_s: float | None = None

    def row(self) -> list[str]:
        """Write a line of the table."""
        quiet = self.seconds * QUIET_S_MS / self.s_ms
        goal = "" if self.goal_s is None else f"{self.goal_s:g} s"
        good = self.goal_s is None or (quiet <= self.goal_s and self.megabytes < MOST_MEGABYTES)
        judged = "" if self.goal_s is None else mark(good=good)
        figures = [f"{self.seconds:.1f} s", f"{quiet:.1f} s", goal, judged]
        return [self.name, *figures, f"{self.megabytes:,.0f} MB", f"{self.said:,}"]


def measure(data: Path) -> Report:
    """Check, draft and export files of several sizes, each in a process of its own."""
    yardstick = Yardstick(new_york(data))
    with TemporaryDirectory(prefix="grid-dispatch-bench-") as folder:
        return told([*steps(Path(folder), yardstick)])


def steps(
    folder: Path, yardstick: Yardstick, *, zones: tuple[int, ...] = (45, 142), rows: int = 10**6
) -> list[Step]:
    """Handle zones in squares of so many a side, and so many places."""
    taken = []
    for side, goal_s in zip(zones, (1.0, 10.0), strict=True):
        file = write_zones(folder / f"zones-{side}.gpkg", side)
        name = f"check {side * side:,} zones of {4 * WOBBLES} corners"
        taken.append(step(yardstick, name, goal_s, "check", str(file), "zones"))
    file = write_places(folder / "places.gpkg", rows)
    name = f"read, check and draft {rows:,} places"
    taken.append(step(yardstick, name, 60.0, "draft", str(file), "places", store(folder)))
    for ending in ("fgb", "geojson"):
        for count in (rows // 100, rows // 10):
            name = f"export {count:,} places as .{ending}"
            out = str(folder / f"out-{count}.{ending}")
            taken.append(step(yardstick, name, None, "export", out, str(count)))
    return taken


def step(yardstick: Yardstick, name: str, goal_s: float | None, *words: str) -> Step:
    """Run one step in a process of its own."""
    before = yardstick.ms()
    command = [sys.executable, "-m", "tests.bench._layer_step", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    s_ms = float(np.median([*before, *yardstick.ms()]))
    return Step(name, **json.loads(done.stdout), s_ms=s_ms, goal_s=goal_s)


def store(folder: Path) -> str:
    """A store with the small demo city."""
    url = f"sqlite:///{folder / 'city.gpkg'}"
    with closing(open_store(url, create=True)) as opened, opened.session() as session:
        load_city_folder(cached_demo_city(folder, preset=Preset.SMALL), session)
        session.commit()
    return url


def write_zones(out: Path, side: int) -> Path:
    """Write a square of zones without a gap, whose borders are crooked."""
    rng = np.random.default_rng(side)
    bend = SIDE_DEG / 60  # less than half of what lies between two corners
    east = rng.uniform(-bend, bend, (side + 1, side, WOBBLES, 2))
    north = rng.uniform(-bend, bend, (side, side + 1, WOBBLES, 2))
    polygons = [zone(column, row, east, north) for row in range(side) for column in range(side)]
    codes = [f"Z{number:05}" for number in range(len(polygons))]
    columns = {"code": codes, "name": [f"责任区{code}" for code in codes]}
    return write(out, "zones", columns, np.array(polygons), "Polygon")


def zone(
    column: int, row: int, east: NDArray[np.float64], north: NDArray[np.float64]
) -> shapely.Polygon:
    """One zone: a square whose four borders bend, each point by point as its neighbour has it."""
    south, top = (border(column, at, (1, 0), north[column, at]) for at in (row, row + 1))
    west, eastern = (border(at, row, (0, 1), east[at, row]) for at in (column, column + 1))
    end = corner(column + 1, row + 1)[None]
    return shapely.Polygon(np.r_[south, eastern, end, top[:0:-1], top[:1], west[:0:-1]])


def border(
    column: int, row: int, way: tuple[int, int], bends: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Points of a border from its first corner on, without the last; the corner stays in place."""
    along = (np.arange(WOBBLES) / WOBBLES)[:, None] * np.array(way) * SIDE_DEG
    fixed = np.r_[0.0, np.ones(WOBBLES - 1)][:, None]
    return corner(column, row) + along + bends * fixed


def corner(column: int, row: int) -> NDArray[np.float64]:
    """Where four zones meet."""
    return np.array([WEST, SOUTH]) + SIDE_DEG * np.array([column, row])


def write_places(out: Path, rows: int) -> Path:
    """Write places at random."""
    lon_lat = np.array([WEST, SOUTH]) + np.random.default_rng(1).random((rows, 2)) * 0.4
    columns = {
        "code": [f"P{row:07}" for row in range(rows)],
        "name": [f"地名{row}号" for row in range(rows)],
        "address": [f"某路{row % 999}号" for row in range(rows)],
    }
    return write(out, "places", columns, shapely.points(lon_lat), "Point")


def write(
    out: Path,
    layer: str,
    columns: dict[str, list[str]],
    shapes: NDArray[np.object_],
    geometry_type: str,
) -> Path:
    """Write a GeoPackage."""
    cells = pa.table(columns | {"geometry": pa.array(shapely.to_wkb(shapes), pa.binary())})
    pyogrio.raw.write_arrow(
        cells,
        out,
        layer=layer,
        driver="GPKG",
        geometry_name="geometry",
        geometry_type=geometry_type,
        crs="EPSG:4490",
    )
    return out


def told(taken: list[Step]) -> Report:
    """Lay the figures out."""
    head = ["", "took", "quiet", "to reach", "", "at most", "findings or rows"]
    s_ms = float(np.median([one.s_ms for one in taken]))
    lead = (
        "Each step runs in a process of its own, reading in another, walled in; *at most* is the "
        f"larger one's memory, to stay below {MOST_MEGABYTES:,.0f} MB. S, one search of all nodes "
        "of New York by scipy, "
        f"took {s_ms:.0f} ms; *quiet* is what the step would take where S is {QUIET_S_MS:.0f} ms."
    )
    return Report(f"{lead}\n\n{table(head, [one.row() for one in taken])}")
