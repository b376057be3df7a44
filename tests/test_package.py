"""The wheel and the source distribution hold what a user needs, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"geo", "dispatch", "api", "fixtures"}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build both distributions once, with the build packages that are installed."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


@pytest.fixture(scope="module")
def wheel_names(built):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def sdist_names(built):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def test_the_wheel_holds_the_four_packages_and_no_other(wheel_names):
    tops = {name.split("/")[0] for name in wheel_names if ".dist-info/" not in name}
    assert tops == PACKAGES


def test_the_wheel_holds_every_module(wheel_names):
    modules = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "node_modules" not in path.parts
    }
    assert modules
    assert not modules - wheel_names


def test_the_built_pages_travel(wheel_names, sdist_names):
    for names in (wheel_names, sdist_names):
        assert "api/web/dist/index.html" in names
        assert [name for name in names if name.startswith("api/web/dist/assets/")]


def test_sources_of_the_pages_stay_out_of_the_wheel(wheel_names):
    web = {name for name in wheel_names if name.startswith("api/web/")}
    assert not {name for name in web if not name.startswith("api/web/dist/")}


def test_the_source_distribution_can_be_tested_and_built(sdist_names):
    needed = {"pyproject.toml", "requirements.lock", "hatch_build.py", "Makefile", "LICENSE"}
    needed |= {"README.md", "ARCHITECTURE.md", "CHANGELOG.md", "tests/conftest.py", ".ci/run"}
    needed |= {"api/web/package-lock.json", "api/web/src"}
    names = sdist_names | {Path(name).parent.as_posix() for name in sdist_names}
    assert not needed - names
    assert not {name for name in sdist_names if "node_modules" in name}


def test_the_licence_travels(wheel_names):
    assert [name for name in wheel_names if name.endswith(".dist-info/licenses/LICENSE")]


def test_the_lock_pins_every_package_and_names_no_host():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.lstrip().startswith("#")]
    assert len(pins) > 50
    assert not [line for line in pins if "==" not in line]
    assert not [line for line in lines if "://" in line or line.startswith("-")]
