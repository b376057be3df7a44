"""The documents say what is there: every command, setting, error, path and link."""

from __future__ import annotations

import importlib
import pkgutil
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

import api
import api.cli
from api.app import create_app
from api.errors import status_of
from api.layer_kinds import kind_page
from api.settings import Settings
from dispatch.layer.kinds import KINDS
from geo.errors import GridDispatchError
from geo.grid_code import CodeFlawKind
from geo.road.street_check import StreetFlawKind
from geo.shape_check import ShapeFlawKind
from geo.tiling import FlawKind

FLOORS = ("api", "dispatch", "geo", "fixtures", "tests")
FLAWS = (ShapeFlawKind, CodeFlawKind, StreetFlawKind)

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
TEXT = {page: page.read_text(encoding="utf-8") for page in PAGES}
COMMAND = typer.main.get_command(api.cli.app)

MACHINE_PATH = re.compile(r"(?<![\w.])/(work|home|root|Users|mnt)/\w")
REGISTRY = re.compile(
    r"\b(pypi\.org|pythonhosted\.org|npmjs\.(org|com)|debian\.org|npmmirror\.com)\b"
)


def test_the_commands_page_is_what_help_says():
    command = [sys.executable, "-m", "typer", "api.cli", "utils", "docs", "--name", "grid-dispatch"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert (ROOT / "docs/commands.md").read_text(encoding="utf-8").strip() == run.stdout.strip(), (
        "docs/commands.md is out of date: run `make docs`."
    )


def test_every_command_shown_exists_with_its_options():
    shown = [line for page in PAGES for line in command_lines(TEXT[page])]
    assert len(shown) > 10
    assert not [finding for line in shown for finding in wrong_with(line)]


@pytest.mark.parametrize(
    "line", ["grid-dispatch fly", "grid-dispatch network build x --no-such-option"]
)
def test_a_wrong_command_is_caught(line):
    assert wrong_with(line)


def test_the_page_of_layers_tells_of_every_column_as_the_verb_does():
    shown = TEXT[ROOT / "docs/layers.md"].partition("<!-- kinds -->\n")[2]
    kinds = "\n\n".join(map(kind_page, KINDS.values()))
    assert shown.partition("<!-- end of kinds -->")[0].strip() == kinds, (
        "docs/layers.md is out of date: put in what `grid-dispatch layer kinds --markdown` says."
    )


def test_every_finding_of_a_layer_is_explained():
    explained = TEXT[ROOT / "docs/layers.md"]
    told = {str(code) for kind in FLAWS for code in kind} | {f"tiling_{kind}" for kind in FlawKind}
    for module in (ROOT / "dispatch/layer").glob("*.py"):
        told |= set(re.findall(r'Remark\(\s*"([a-z_]+)"', module.read_text(encoding="utf-8")))
    told.remove(CodeFlawKind.TWICE)  # every kind of layer is told of that, as duplicate_code
    assert len(told) > 40
    assert not [code for code in sorted(told) if f"`{code}`" not in explained]


def test_every_setting_is_explained():
    named = {f"GRID_DISPATCH_{name.upper()}" for name in Settings.model_fields}
    sources = [path for part in ("api", "tests", "Makefile") for path in files_below(ROOT / part)]
    for path in sources:
        named |= set(re.findall(r"\bGRID_DISPATCH_[A-Z_]*[A-Z]\b", path.read_text("utf-8")))
    explained = TEXT[ROOT / "docs/operator.md"]
    assert not {name for name in named if f"`{name}`" not in explained}


def test_every_error_is_explained_with_its_status():
    for module in pkgutil.walk_packages(api.__path__, "api."):
        importlib.import_module(module.name)
    page = TEXT[ROOT / "docs/operator.md"]
    kinds = descendants(GridDispatchError)
    assert len(kinds) > 5
    rows = [f"| `{kind.code}` | {status_of(kind.__new__(kind))} |" for kind in kinds]
    assert not [row for row in rows if f"\n{row}" not in page]


def test_every_http_path_is_listed():
    paths = create_app(Settings()).openapi()["paths"]
    served = {f"{verb.upper()} {path}" for path, verbs in paths.items() for verb in verbs}
    listed = re.findall(r"^\| `([A-Z]+ /\S+)` \|", TEXT[ROOT / "docs/operator.md"], re.MULTILINE)
    assert served == set(listed)


def test_every_make_target_named_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {name for text in TEXT.values() for name in re.findall(r"`make ([a-z]+)`", text)}
    assert {"run", "test", "verify", "bench", "soak", "screenshots"} <= named
    assert not named - targets


def test_continuous_integration_runs_what_the_readme_says():
    assert re.search(r"^make test\b", TEXT[ROOT / "README.md"], re.MULTILINE)
    assert re.search(r"^exec make test$", (ROOT / ".ci/run").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "docs/rooms.md", "docs/choices.md"])
def test_every_room_named_is_there(name):
    floors = [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py")]
    written = " ".join(path.read_text("utf-8") for path in floors)
    there = set(re.findall(r"\w+", written + " ".join(map(str, floors))))
    named = {
        word
        for quoted in re.findall(r"`([^`]+)`", TEXT[ROOT / name])
        for word in re.findall(r"\b[a-zA-Z_]\w+\b(?!…)", quoted)
    }
    assert not named - there


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)#\s]+)", TEXT[page])
    here = [target for target in targets if "://" not in target]
    assert not [target for target in here if not (page.parent / target).exists()]


def test_no_file_names_a_machine_or_a_registry():
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in published_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if MACHINE_PATH.search(line) or REGISTRY.search(line)
    ]
    assert not found


@pytest.mark.parametrize("line", ["see /ho" + "me/me/x", 'from "https://reg.npm' + 'js.org/x"'])
def test_a_machine_or_registry_is_caught(line):
    assert MACHINE_PATH.search(line) or REGISTRY.search(line)


def command_lines(text: str) -> list[str]:
    """Lines of a document's code blocks that call the command, continuation lines joined."""
    blocks = re.findall(r"^```\w*\n(.*?)^```|((?:^    .+\n)+)", text, re.MULTILINE | re.DOTALL)
    code = "\n".join("".join(pair) for pair in blocks).replace("\\\n", " ")
    lines = [line.strip() for line in code.splitlines()]
    calls = [re.sub(r"^(\$ |\.venv/bin/)", "", line) for line in lines]
    return [line for line in calls if line.startswith("grid-dispatch ") and "COMMAND" not in line]


def wrong_with(line: str) -> list[str]:
    """Verbs and options of a command line that do not exist."""
    words = shlex.split(line, comments=True)[1:]
    command = COMMAND
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return [f"{line}: there is no {words[0]}"]
        command = command.commands[words.pop(0)]
    known = {"--help"} | {name for param in command.params for name in param.opts}
    given = {word.split("=")[0] for word in words if re.match(r"-{1,2}[a-z]", word)}
    return [f"{line}: there is no {option}" for option in sorted(given - known)]


def descendants(kind: type[GridDispatchError]) -> list[type[GridDispatchError]]:
    """A class of errors and everything below it."""
    return [kind, *(below for child in kind.__subclasses__() for below in descendants(child))]


def files_below(path: Path) -> list[Path]:
    """A file, or the Python files below a folder."""
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def published_files() -> list[Path]:
    """Every text file of the project that Git keeps or would keep."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in names.split("\0") if name]
    return [path for path in paths if path.is_file() and path.suffix not in {".png", ".pbf"}]
