"""What a machine lacks is named at the end of a run, and fails it under CI."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
DEBIAN = Path(__file__).resolve().parent.parent / ".ci" / "debian"

ASKS_FOR_ROADS = """
    def test_roads_or_a_stand_in(roads_data):
        roads_data("atlantis.osm.pbf")

    def test_only_with_roads(need_roads_data):
        assert need_roads_data("atlantis.osm.pbf").is_file()
"""
ASKS_FOR_A_PROGRAM = """
    def test_with_a_program(need_program):
        assert need_program("no-such-program")
"""
HAS_LATER_TESTS = """
    import pytest

    @pytest.mark.verify
    def test_on_verify(): ...

    @pytest.mark.soak
    def test_on_soak(): ...

    def test_counts(count):
        assert count(reduced=1, full=20, long=300) == COUNT

    def test_lasting(lasting):
        assert lasting(reduced_s=1, full_s=20) == LASTING_S
        assert lasting(reduced_s=1, full_s=20, most_s=30) == min(LASTING_S, 30)
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run a test file in a project that has our conftest and nothing else."""
    monkeypatch.setenv("GRID_DISPATCH_DATA", str(pytester.path))
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest(CONFTEST.replace('pytest_plugins = ["pytester"]\n', ""))
    pytester.makeini("[pytest]\nmarkers =\n  verify: full counts\n  soak: long counts\n")

    def run(source: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(source)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)

    return run


def test_a_missing_file_is_named_at_the_end(run):
    result = run(ASKS_FOR_ROADS)
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*left out*", "real roads: atlantis.osm.pbf*: 2 test(s)*"])


def test_helsinki_is_always_there(run):
    result = run("def test_a(roads_data): assert roads_data('helsinki.osm.pbf').is_file()")
    result.assert_outcomes(passed=1)
    assert "left out" not in result.stdout.str()


def test_a_missing_program_is_named_at_the_end(run):
    result = run(ASKS_FOR_A_PROGRAM)
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*left out*", "outside program: no-such-program: 1 test(s)*"])


def test_a_missing_program_fails_under_ci(run, monkeypatch):
    monkeypatch.setenv("CI", "true")
    run(ASKS_FOR_A_PROGRAM).assert_outcomes(failed=1)


def test_a_wrong_data_folder_is_an_error(run, monkeypatch):
    monkeypatch.setenv("GRID_DISPATCH_DATA", "no/such/folder")
    run(ASKS_FOR_ROADS).assert_outcomes(errors=0, failed=2)


@pytest.mark.parametrize(
    ("counts", "number", "passed"), [("reduced", 1, 1), ("full", 20, 2), ("long", 300, 3)]
)
def test_counts_choose_what_runs(run, counts, number, passed):
    lasting_s = 36 if counts == "long" else number
    source = HAS_LATER_TESTS.replace("COUNT", str(number)).replace("LASTING_S", str(lasting_s))
    result = run(source, f"--counts={counts}", "--hours=0.01")
    result.assert_outcomes(passed=passed + 1, deselected=3 - passed)


@pytest.fixture
def install_debian(tmp_path):
    """Run .ci/debian on a machine that lacks every package, as a user without rights."""
    for name, body in {"dpkg-query": "exit 1", "id": "echo 1000", "sudo": "exit 1"}.items():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        program.chmod(0o755)

    def install(ci: str) -> subprocess.CompletedProcess[str]:
        path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
        environment = {"PATH": path, "CI": ci}
        return subprocess.run(
            [DEBIAN], env=environment, capture_output=True, text=True, check=False
        )

    return install


def test_packages_that_may_not_be_installed_are_named(install_debian):
    run = install_debian(ci="")
    assert run.returncode == 0
    assert "apt-get install chromium" in run.stderr


def test_packages_that_may_not_be_installed_fail_under_ci(install_debian):
    assert install_debian(ci="true").returncode == 1
