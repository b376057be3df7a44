"""Lint, types and docstrings are ordinary tests: a failure shows what the checker said."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import get_origin

import pytest
from numpydoc.hooks.validate_docstrings import parse_config
from numpydoc.validate import validate

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("geo", "dispatch", "api", "fixtures")
DOORS = re.compile(r"api\.(cli.*|routes\..*|schemas.*)")
"""Docstrings of commands, routes and schemas are the text of --help and OpenAPI, not numpydoc."""


@pytest.mark.parametrize("command", ["ruff check --no-cache .", "ruff format --no-cache --check ."])
def test_ruff_has_nothing_to_say(command):
    run = check(*command.split())
    assert run.returncode == 0, run.stdout + run.stderr


def test_mypy_has_nothing_to_say():
    run = check("mypy")
    if run.returncode != 0:  # its cache may be older than a module that was added since
        run = check("mypy", "--no-incremental")
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("package", PACKAGES)
def test_public_docstrings_are_numpydoc(package):
    checks = parse_config(ROOT)["checks"]
    found = [
        f"{name}: {code} {message}"
        for name, thing in public_things(package)
        if not described_elsewhere(name, thing)
        for code, message in validate(name)["errors"]
        if code in checks and not beside_the_point(code, thing)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_field_of_a_dataclass_is_described(package):
    missing = [
        f"{name}.{field.name}"
        for name, thing in public_things(package)
        if dataclasses.is_dataclass(thing)
        for field in dataclasses.fields(thing)
        if not field.name.startswith("_")
        and not re.search(rf"\b{field.name}\b", inspect.getdoc(thing) or "")
    ]
    assert not missing, "Attributes sections lack: " + ", ".join(missing)


def test_a_docstring_without_its_parameters_is_caught(tmp_path, monkeypatch):
    source = 'def length_m(edge):\n    """Length of an edge."""\n    return edge\n'
    (tmp_path / "planted_offender.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    codes = {code for code, _ in validate("planted_offender.length_m")["errors"]}
    assert codes & parse_config(ROOT)["checks"] >= {"PR01", "RT01"}


def check(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a checker over the whole project."""
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )


def beside_the_point(code: str, thing: object) -> bool:
    """Classes need not repeat fields, questions end with their mark, None is no return value."""
    if code == "SS03":
        return (inspect.getdoc(thing) or "").partition("\n")[0].endswith("?")
    if inspect.isclass(thing):
        return code == "PR01"
    return code == "RT01" and getattr(thing, "__annotations__", {}).get("return") == "None"


def described_elsewhere(name: str, thing: object) -> bool:
    """Whether the summary is enough: the member overrides one, or says which one it implements."""
    owner_name, _, member = name.rpartition(".")
    module_name, _, class_name = owner_name.rpartition(".")
    owner = getattr(sys.modules.get(module_name), class_name, None)
    inherited = inspect.isclass(owner) and any(hasattr(base, member) for base in owner.__bases__)
    pointer = re.search(r"; see `(?:([\w.]+)\.)?(\w+)\.(\w+)`\.$", inspect.getdoc(thing) or "")
    if pointer is None:
        return inherited
    return hasattr(
        getattr(importlib.import_module(pointer[1] or module_name), pointer[2]), pointer[3]
    )


def public_things(package: str) -> Iterator[tuple[str, object]]:
    """Public classes, methods, properties and functions below a package, by full name."""
    top = importlib.import_module(package)
    names = [info.name for info in pkgutil.walk_packages(top.__path__, f"{package}.")]
    for module_name in filter(lambda name: not DOORS.fullmatch(name), names):
        module = importlib.import_module(module_name)
        for name, thing in vars(module).items():
            here = getattr(thing, "__module__", None) == module_name and callable(thing)
            alias = get_origin(thing) is not None
            if here and not alias and not name.startswith("_"):
                yield f"{module_name}.{name}", thing
                yield from public_members(f"{module_name}.{name}", thing)


def public_members(owner: str, thing: object) -> Iterator[tuple[str, object]]:
    """Public methods and properties that a class itself defines."""
    kinds = (property, cached_property, classmethod, staticmethod)
    for name, member in vars(thing).items() if inspect.isclass(thing) else ():
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, kinds)):
            yield f"{owner}.{name}", member
