"""The house keeps its rules, and each rule catches the offender it was made for."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

import house_rules as rules
import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = rules.read_modules(ROOT, "geo", "dispatch", "api", "fixtures")
TESTS = rules.read_modules(ROOT, "tests")

OFFENDERS = [
    (rules.imports_point_downwards, "geo/snap.py", "from dispatch.unit import Crew"),
    (rules.imports_point_downwards, "geo/snap.py", "import api.app"),
    (rules.imports_point_downwards, "dispatch/desk.py", "from api import settings"),
    (rules.imports_point_downwards, "dispatch/desk.py", "import fixtures.city"),
    (rules.imports_point_downwards, "fixtures/history.py", "from dispatch import unit"),
    (rules.imports_point_downwards, "api/app.py", "from fixtures.city import generate"),
    (rules.imports_point_downwards, "geo/snap.py", "importlib.import_module('dispatch.unit')"),
    (rules.imports_point_downwards, "api/app.py", "from tests.conftest import ROOT"),
    (rules.no_clock, "geo/a.py", "from datetime import datetime\nx = datetime.now(UTC)"),
    (rules.no_clock, "dispatch/a.py", "import datetime as dt\nx = dt.datetime.utcnow()"),
    (rules.no_clock, "dispatch/a.py", "from datetime import date\nf(default=date.today)"),
    (rules.no_clock, "fixtures/a.py", "import time\nx = time.time()"),
    (rules.no_clock, "fixtures/a.py", "from time import perf_counter\nx = perf_counter()"),
    (rules.no_clock, "geo/a.py", "import pandas as pd\nx = pd.Timestamp.now()"),
    (rules.no_clock, "geo/a.py", "import numpy as np\nx = np.datetime64('now')"),
    (rules.no_unseeded_randomness, "geo/a.py", "import random\nx = random.random()"),
    (rules.no_unseeded_randomness, "geo/a.py", "from random import shuffle\nshuffle(x)"),
    (rules.no_unseeded_randomness, "geo/a.py", "import random\nx = random.Random()"),
    (rules.no_unseeded_randomness, "dispatch/a.py", "import numpy as np\nnp.random.seed(1)"),
    (rules.no_unseeded_randomness, "fixtures/a.py", "import numpy as np\nnp.random.default_rng()"),
    (
        rules.no_unseeded_randomness,
        "fixtures/a.py",
        "from numpy.random import default_rng\ndefault_rng(None)",
    ),
    (rules.no_unseeded_randomness, "dispatch/a.py", "from uuid import uuid4\nx = uuid4()"),
    (rules.nothing_read_at_import, "api/a.py", "TEXT = open('a.txt').read()"),
    (rules.nothing_read_at_import, "api/a.py", "TEXT = Path('a').read_text()"),
    (rules.nothing_read_at_import, "api/a.py", "import os\nHOST = os.environ.get('HOST')"),
    (rules.nothing_read_at_import, "geo/a.py", "import logging\nlogging.basicConfig()"),
    (rules.nothing_read_at_import, "api/a.py", "settings = Settings()"),
    (rules.nothing_read_at_import, "api/a.py", "def f(settings=Settings()): pass"),
    (rules.nothing_read_at_import, "api/a.py", "class A:\n    X = open('a')"),
    (rules.web_libraries_stay_in_api, "dispatch/a.py", "from pydantic import BaseModel"),
    (rules.web_libraries_stay_in_api, "geo/a.py", "import fastapi"),
    (rules.sql_stays_in_the_store, "dispatch/a.py", "import sqlalchemy as sa"),
    (rules.sql_stays_in_the_store, "dispatch/a.py", "x = 'WHERE ST_Contains(zone, p)'"),
    (rules.sql_stays_in_the_store, "api/a.py", "x = func.ST_Within(a, b)"),
    (rules.the_door_commits, "dispatch/desk.py", "session.commit()"),
    (rules.the_door_commits, "dispatch/store/city.py", "session.commit()"),
    (rules.the_record_is_only_added_to, "dispatch/a.py", "update(TRANSITIONS).values(at=now)"),
    (
        rules.the_record_is_only_added_to,
        "dispatch/a.py",
        "import sqlalchemy\nsqlalchemy.delete(EDITS)",
    ),
    (rules.the_record_is_only_added_to, "dispatch/store/a.py", "TRANSITIONS.delete()"),
    (rules.no_error_swallowed, "geo/a.py", "try:\n    f()\nexcept ValueError:\n    pass"),
    (rules.no_error_swallowed, "geo/a.py", "try:\n    f()\nexcept:\n    g()"),
    (rules.no_error_swallowed, "geo/a.py", "try:\n    f()\nexcept E:\n    'never mind'"),
    (
        rules.no_error_swallowed,
        "geo/a.py",
        "from contextlib import suppress\nwith suppress(Exception): f()",
    ),
    (
        rules.prepared_polygons_have_a_lock,
        "geo/a.py",
        "import shapely\ndef f(shape):\n    shapely.prepare(shape)\n    return shape",
    ),
    (
        rules.prepared_polygons_have_a_lock,
        "dispatch/a.py",
        "import shapely\ndef f(self):\n    shapely.prepare(self.shape)",
    ),
    (
        rules.prepared_polygons_have_a_lock,
        "api/a.py",
        "from shapely import prepare\ndef f(self, one):\n    prepare(one)\n    self.one = one",
    ),
    (rules.nothing_unfinished, "geo/a.py", "# TODO later"),
    (rules.nothing_unfinished, "geo/a.py", "def f():\n    'FIXME: all of it'"),
    (rules.nothing_unfinished, "geo/a.py", "raise NotImplementedError"),
    (rules.names_name_something, "geo/utils.py", ""),
    (rules.names_name_something, "api/helpers.py", ""),
    (rules.names_name_something, "api/a.py", "class SessionManager: pass"),
    (rules.exceptions_to_the_lint_say_why, "geo/a.py", "import x  # noqa: F401"),
    (rules.exceptions_to_the_lint_say_why, "geo/a.py", "import x  # noqa"),
    (rules.exceptions_to_the_lint_say_why, "geo/a.py", "x = f()  # type: ignore[misc]"),
    (rules.no_test_is_skipped_in_silence, "tests/test_a.py", "import pytest\npytest.skip('x')"),
    (
        rules.no_test_is_skipped_in_silence,
        "tests/test_a.py",
        "import pytest\n@pytest.mark.skipif(True, reason='x')\ndef test_a(): f()",
    ),
]

INNOCENT = [
    (rules.imports_point_downwards, "api/cli_city.py", "from fixtures.city import generate"),
    (rules.imports_point_downwards, "dispatch/desk.py", "from geo.zone import Zone"),
    (rules.no_clock, "api/clock.py", "from datetime import datetime\nx = datetime.now(UTC)"),
    (rules.no_clock, "geo/a.py", "def travel_time(time): return time.time_s"),
    (rules.no_unseeded_randomness, "geo/a.py", "import numpy as np\nnp.random.default_rng(seed)"),
    (rules.nothing_read_at_import, "api/a.py", "def read(path): return path.read_text()"),
    (rules.the_record_is_only_added_to, "dispatch/store/a.py", "update(DEADLINES).values(told=1)"),
    (rules.the_door_commits, "dispatch/store/session.py", "session.commit()"),
    (rules.no_error_swallowed, "geo/a.py", "try:\n    f()\nexcept KeyError:\n    g()"),
    (
        rules.prepared_polygons_have_a_lock,
        "geo/a.py",
        "from shapely import prepare\ndef f(a):\n    prepare(a)\n    b = g(a)\n    return b",
    ),
    (rules.nothing_unfinished, "geo/a.py", "word = 'FIXME'  # a class in somebody's layer"),
    (
        rules.exceptions_to_the_lint_say_why,
        "geo/a.py",
        "import x  # noqa: F401 - registers the kernels",
    ),
    (
        rules.exceptions_to_the_lint_say_why,
        "geo/a.py",
        "x = f()  # type: ignore[misc]  # the stubs lag behind",
    ),
]


@pytest.mark.parametrize("rule", rules.RULES_OF_THE_CODE, ids=lambda rule: rule.__name__)
def test_the_code_keeps_the_rule(rule):
    assert not [finding for module in CODE for finding in rule(module)]


@pytest.mark.parametrize("rule", rules.RULES_OF_THE_TESTS, ids=lambda rule: rule.__name__)
def test_the_tests_keep_the_rule(rule):
    assert not [finding for module in TESTS for finding in rule(module)]


@pytest.mark.parametrize(("rule", "path", "source"), OFFENDERS)
def test_a_planted_offender_is_caught(rule, path, source):
    assert rule(rules.Module(path, source))


@pytest.mark.parametrize(("rule", "path", "source"), INNOCENT)
def test_what_is_allowed_is_let_through(rule, path, source):
    assert not rule(rules.Module(path, source))


def test_every_rule_has_an_offender():
    shown = {rule for rule, _, _ in OFFENDERS}
    assert shown == {*rules.RULES_OF_THE_CODE, *rules.RULES_OF_THE_TESTS}


def test_every_exception_in_pyproject_says_why():
    """Each ignored lint, mypy override and numpydoc check carries a comment."""
    lists = re.findall(
        r"^(?:ignore|module|checks|\"tests/[^\"]*\") = \[\n(.*?)^\]",
        (ROOT / "pyproject.toml").read_text(encoding="utf-8"),
        flags=re.MULTILINE | re.DOTALL,
    )
    lines = [line for block in lists for line in block.splitlines()]
    assert len(lines) > 20
    assert not [line for line in lines if not re.search(r"#\s*\S+", line)]


def test_pages_hold_no_unfinished_work():
    sources = [*(ROOT / "api/web/src").rglob("*.ts"), *(ROOT / "api/web/src").rglob("*.tsx")]
    assert sources
    assert not [path for path in sources if rules.UNFINISHED.search(path.read_text("utf-8"))]


def test_module_sizes_are_printed(record_property):
    """A table to look at, not a limit: past 500 lines a file is mostly two rooms."""
    lines = {module.path: module.source.count("\n") for module in CODE}
    sizes = sorted(lines.values())
    assert sizes
    largest = sorted(lines, key=lambda path: (-lines[path], path))[:8]
    rows = [f"  {lines[path]:5d}  {path}" for path in largest]
    head = (
        f"module sizes in lines: {len(sizes)} modules, median {statistics.median(sizes):.0f}, "
        f"nine in ten under {sizes[len(sizes) * 9 // 10]}; the largest:"
    )
    record_property("table", "\n".join([head, *rows]))
