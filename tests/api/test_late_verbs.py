"""Verbs are imported when they are called: help answers at once and says what the verbs say."""

import subprocess
import sys

import pytest
import typer.main

from api.cli import NETWORK_VERBS, VERBS, app
from api.late_verbs import Late, late_group

HEAVY = {"numpy", "fastapi", "sqlalchemy", "shapely", "numba", "fixtures"}


@pytest.mark.parametrize("help_of", [["--help"], ["network", "--help"]])
def test_help_imports_nothing_that_is_slow(help_of):
    code = (
        "import sys; from api.cli import run; run(sys.argv[1:]);"
        "sys.stderr.write(' '.join(sys.modules))"
    )
    command = [sys.executable, "-c", code, *help_of]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Commands:" in ran.stdout
    assert not HEAVY & set(ran.stderr.split())


@pytest.mark.parametrize(
    ("name", "late"), [*VERBS.items(), *NETWORK_VERBS.items()], ids=lambda value: str(value)[:20]
)
def test_every_verb_is_there_and_its_help_begins_with_the_same_word(name, late):
    command = late.load(name)
    assert command.name == name
    first = late.help.split()[0].strip(":.,")
    assert first in (command.help or "").split("\n\n")[0]


def test_verbs_added_as_usual_come_after_the_late_ones():
    own = typer.Typer(cls=late_group({"late": Late("api.cli_policies:policies_verb", "Late.")}))

    @own.command("early")
    def early() -> None:
        """Be here already."""

    @own.callback()
    def root() -> None:
        """Two verbs."""

    group = typer.main.get_command(own)
    assert list(group.commands) == ["late", "early"]
    assert "late" in group.commands
    assert "never" not in group.commands
    assert len(group.commands) == 2


def test_an_unknown_verb_is_refused_and_a_near_one_offered(capsys):
    group = typer.main.get_command(app)
    with pytest.raises(SystemExit):
        group(["serv"], standalone_mode=True)
    assert "serve" in capsys.readouterr().err
