"""Growth: from a town to nine times New York, built, stored, opened and asked."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.bench._growth_step import SIZES
from tests.bench._report import Report, figure, mark, table

ROOT = Path(__file__).resolve().parents[2]
OFFICERS = (50, 500, 5_000, 25_000)
QUESTIONS = 200
BUILD_SLACK = 0.05
"""Timing noise: how far the fitted power of n log n may lie above 1."""

Step = dict[str, float]


def measure(data: Path) -> Report:
    """Build and ask every size, fit how each figure grows, and draw it."""
    steps = [one_size(data, size, OFFICERS, QUESTIONS) for size in SIZES]
    return reported(steps, OFFICERS)


def one_size(data: Path, size: str, officers: Sequence[int], questions: int) -> Step:
    """Build a size in one process, open and ask it in another."""
    print(f"  {size}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        stored = f"{folder}/network"
        built = _step("build", str(data), stored, size)
        return built | _step("ask", stored, ",".join(map(str, officers)), str(questions))


def reported(steps: Sequence[Step], officers: Sequence[int]) -> Report:
    """Write the tables and draw the plot."""
    lead = (
        "Cut out of New York, New York itself, and New York tiled 2 × 2 and 3 × 3 with sixty "
        "joining roads across every border. Each size is built in one process and opened, mapped "
        "from disk, in another; CPU time, medians. *Peak* is the memory of the whole process that "
        "builds, *added* what building raised it by; *mapped* is what processes that ask share, "
        "*opened* and *asked* what one holds after opening, and after all questions, the *index* "
        "of streets for places among it. S is one search of all nodes by scipy."
    )
    parts = [lead, _building(steps), _asking(steps, officers), "![Growth](growth.svg)"]
    powers = _powers(steps, officers)
    smallest, largest = (f"{step['nodes']:,}" for step in (steps[0], steps[-1]))
    short = table((f"growth from {smallest} to {largest} nodes", "", "to reach", ""), powers)
    judged = table(("what", "power", "to reach", ""), powers)
    fitted = "Powers fitted over all sizes: of n log n for building, of n for the rest."
    text = "\n\n".join([*parts[:3], fitted, judged, parts[3]])
    return Report(text, short, {"growth.svg": _drawn(steps, officers)})


BUILD, FULL = "order and topology", "8 nearest of as many officers as fit the city"


def _building(steps: Sequence[Step]) -> str:
    head = (
        "nodes", "edges", "assemble s", "graph s", "order s", "topology s", "weigh s", "store s",
        "peak MB", "added MB", "on disk MB", "open s", "mapped MB", "opened MB", "index s",
        "asked MB",
    )  # fmt: skip
    rows = [
        [
            f"{step['nodes']:,}",
            f"{step['edges']:,}",
            *(
                figure(step[f"{name}_s"])
                for name in ("assemble", "graph", "order", "topology", "weigh", "store")
            ),
            f"{step['peak_mb']:,.0f}",
            f"{step['added_mb']:,.0f}",
            f"{step['disk_mb']:,.0f}",
            figure(step["open_s"]),
            f"{step['mapped_mb']:,.0f}",
            f"{step['opened_mb']:,.0f}",
            figure(step["index_s"]),
            f"{step['resident_mb']:,.0f}",
        ]
        for step in steps
    ]
    return table(head, rows, left=0)


def _asking(steps: Sequence[Step], officers: Sequence[int]) -> str:
    ways = ("chosen", "search", "hierarchy")
    names = {f"nearest_{way}_{n}_ms": f"8 of {n:,}: {way}" for n in officers for way in ways}
    names |= {"route_ms": "route", "matrix_ms": "matrix 100 × 100", "s_ms": "S"}
    rows = [
        [name, *(figure(step[key]) if key in step else "–" for step in steps)]
        for key, name in names.items()
    ]
    return table(("ms, by nodes", *(f"{step['nodes']:,}" for step in steps)), rows)


def _powers(steps: Sequence[Step], officers: Sequence[int]) -> list[list[str]]:
    """Judge how build time and questions grow."""
    n = np.array([step["nodes"] for step in steps])
    rows = []
    built = np.array([sum(step[f"{name}_s"] for name in ("order", "topology")) for step in steps])
    weighed = np.array([step["weigh_s"] for step in steps])
    for name, taken in ((BUILD, built), ("weigh", weighed)):
        power = fitted_power(n * np.log(n), taken)
        good = power <= 1 + BUILD_SLACK
        rows.append([name, f"(n log n)^{power:.2f}", "n log n", mark(good=good)])
    asked = {FULL: np.array([step[_fitting(step, n, officers)] for step in steps])}
    for count in officers:
        asked[f"8 nearest of {count:,}"] = _column(steps, f"nearest_chosen_{count}_ms")
    asked["route"] = _column(steps, "route_ms")
    asked["matrix 100 × 100"] = _column(steps, "matrix_ms")
    for name, taken in asked.items():
        power = fitted_power(n, taken)
        rows.append([name, f"n^{power:.2f}", "below n^0.5", mark(good=power < 0.5)])
    return rows


def fitted_power(size: np.ndarray, taken: np.ndarray) -> float:
    """Fit the power of a size by which a time grows, on logarithms."""
    return float(np.polyfit(np.log(size), np.log(taken), 1)[0])


def _column(steps: Sequence[Step], key: str) -> np.ndarray:
    return np.array([step[key] for step in steps])


def _fitting(step: Step, sizes: np.ndarray, officers: Sequence[int]) -> str:
    """Pick the number of officers that grows with the city: fewest in the smallest."""
    rank = int(np.searchsorted(np.sort(sizes), step["nodes"]))
    at = round(rank * (len(officers) - 1) / max(len(sizes) - 1, 1))
    return f"nearest_chosen_{officers[at]}_ms"


def _drawn(steps: Sequence[Step], officers: Sequence[int]) -> bytes:
    """Draw three kinds of growth on logarithmic axes, as SVG that repeats byte by byte."""
    n = _column(steps, "nodes")
    picture = Figure(figsize=(14, 4), layout="constrained")
    building, holding, asking = picture.subplots(1, 3)
    for name in ("order", "topology", "weigh", "graph", "assemble"):
        building.plot(n, _column(steps, f"{name}_s"), marker="o", label=name)
    _guide(building, n, n * np.log(n), _column(steps, "order_s")[0], "n log n")
    for count in officers:
        asking.plot(
            n, _column(steps, f"nearest_chosen_{count}_ms"), marker="o", label=f"8 of {count:,}"
        )
    asking.plot(n, _column(steps, "route_ms"), marker="o", label="route")
    asking.plot(n, _column(steps, "matrix_ms"), marker="o", label="matrix 100 × 100")
    _guide(asking, n, np.sqrt(n), _column(steps, "route_ms")[0], "√n")
    memory = {"added_mb": "added by building", "disk_mb": "on disk", "resident_mb": "held, asked"}
    for key, name in memory.items():
        holding.plot(n, _column(steps, key), marker="o", label=name)
    for axes, unit in ((building, "s"), (holding, "MB"), (asking, "ms")):
        axes.set(xscale="log", yscale="log", xlabel="nodes", title=unit)
        axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    file = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "growth", "svg.fonttype": "none"}):
        picture.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def _guide(axes: Axes, n: np.ndarray, shape: np.ndarray, start: float, name: str) -> None:
    axes.plot(n, start * shape / shape[0], linestyle=":", color="grey", label=name)


def _step(*arguments: str) -> Step:
    command = [sys.executable, "-m", "tests.bench._growth_step", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: Step = json.loads(done.stdout.splitlines()[-1])
    return found
