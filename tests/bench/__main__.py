"""
Runs the benchmarks and writes what they measured into docs/benchmarks.md.

``python -m tests.bench`` runs all, ``python -m tests.bench NAME …`` some.  A benchmark is
a module beside this one, no test, with ``measure(data)``: it is given the folder of real data and
returns Markdown.  The page has a place for each, between two comments; the text around
them, which explains the figures, is written by people and left as it is.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
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
        text = f"{machine()}\n\n{import_module(f'tests.bench.{name}').measure(data()).strip()}"
        print(text, flush=True)
        PAGE.write_text(placed(PAGE.read_text(encoding="utf-8"), name, text), encoding="utf-8")
    return 0


def known() -> list[str]:
    """Names of all benchmarks."""
    return sorted(
        path.stem for path in HERE.glob("*.py") if not path.stem.startswith(("_", "test_"))
    )


def data() -> Path:
    """Folder with real data."""
    return Path(os.environ.get("GRID_DISPATCH_DATA", ROOT.parent / "shared" / "data"))


def machine() -> str:
    """One line that dates the figures: when, on what, with which versions."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "scipy"))
    return (
        f"*{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({platform.machine()}), "
        f"{platform.system()}, Python {platform.python_version()}, {packages}*"
    )


def placed(page: str, name: str, text: str) -> str:
    """Put a text between the two comments that keep its place on the page."""
    opens, closes = OPENS.format(name), CLOSES.format(name)
    if opens not in page or closes not in page:
        raise SystemExit(f"docs/benchmarks.md has no place for {name}: add {opens} and {closes}.")
    head, rest = page.split(opens, maxsplit=1)
    return f"{head}{opens}\n{text}\n{closes}{rest.split(closes, maxsplit=1)[1]}"


if __name__ == "__main__":
    sys.exit(main())
