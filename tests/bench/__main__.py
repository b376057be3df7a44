"""
Runs the benchmarks and writes what they measured into tests/bench/results.

``python -m tests.bench`` runs all, ``python -m tests.bench NAME …`` some.  A benchmark is
a module beside this one, no test, with ``measure(data)``: it is given the folder of real data and
returns a `Report`.  Its Markdown and pictures go into the folder of results, and its short
table, if it has one, into the place that one of the `PAGES` keeps for it between two comments.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from tests.bench._report import Report

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RESULTS = HERE / "results"
PAGES = (ROOT / "README.md", ROOT / "docs/benchmarks.md")
"""Where short tables stand: those by which the project is judged first, the others after them."""

OPENS, CLOSES = "<!-- measured: {} -->", "<!-- end of {} -->"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks named, or all; exit code 2 says that one is unknown."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known()))
    names = parser.parse_args(arguments).names or known()
    unknown = sorted(set(names) - set(known()))
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}; there are {', '.join(known())}.")
        return 2
    for name in names:
        print(f"# {name}", flush=True)
        start = time.monotonic()
        report = import_module(f"tests.bench.{name}").measure(data())
        print(report.text, flush=True)
        keep(name, report, title=title(name), seconds=time.monotonic() - start)
    return 0


def known() -> list[str]:
    """Names of all benchmarks."""
    return sorted(
        path.stem for path in HERE.glob("*.py") if not path.stem.startswith(("_", "test_"))
    )


def title(name: str) -> str:
    """Head of a benchmark's page: the first line of its module's docstring."""
    told = import_module(f"tests.bench.{name}").__doc__ or name
    return told.strip().splitlines()[0].rstrip(".")


def data() -> Path:
    """Folder with real data."""
    return Path(os.environ.get("GRID_DISPATCH_DATA", ROOT.parent / "shared" / "data"))


def keep(name: str, report: Report, *, title: str, seconds: float) -> None:
    """Write a report's page and pictures, and its short table where a page keeps a place."""
    RESULTS.mkdir(exist_ok=True)
    page = f"# {title}\n\n{machine(seconds)}\n\n{report.text.strip()}\n"
    (RESULTS / f"{name}.md").write_text(page, encoding="utf-8")
    for picture, content in report.pictures.items():
        (RESULTS / picture).write_bytes(content)
    if report.short:
        place(name, report.short)


def machine(seconds: float) -> str:
    """One line that dates the figures: when, on what, with which versions and data."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "scipy"))
    return (
        f"*{datetime.now(UTC):%Y-%m-%d}, {processor()}, {os.cpu_count()} cores "
        f"({platform.machine()}), {platform.system()}, Python {platform.python_version()}, "
        f"{packages}; measured in {seconds / 60:.1f} min*"
    )


def processor() -> str:
    """Name of the processor, where the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"


def place(name: str, text: str) -> None:
    """Put a short table between the two comments that keep its place on one of the pages."""
    opens, closes = OPENS.format(name), CLOSES.format(name)
    for page in PAGES:
        written = page.read_text(encoding="utf-8")
        if opens in written and closes in written:
            head, rest = written.split(opens, maxsplit=1)
            after = rest.split(closes, maxsplit=1)[1]
            page.write_text(f"{head}{opens}\n{text}\n{closes}{after}", encoding="utf-8")
            return
    names = " nor ".join(page.name for page in PAGES)
    raise SystemExit(f"Neither {names} has a place for {name}: add {opens} and {closes}.")


if __name__ == "__main__":
    sys.exit(main())
