"""The examples for those who run the service parse, and call what exists."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest
import typer.main
import yaml

from api.cli import app

DEPLOY = Path(__file__).resolve().parent.parent / "docs" / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_are_what_systemd_takes(unit, tmp_path, need_program):
    """Checked by systemd itself, with programs that stand where the units expect them."""
    program = need_program("systemd-analyze")
    true = shutil.which("true")
    text = re.sub(r"/opt/grid-dispatch/bin/grid-dispatch", str(true), unit.read_text("utf-8"))
    for other in UNITS:
        shutil.copy(other, tmp_path)
    (tmp_path / unit.name).write_text(text, encoding="utf-8")
    command = [program, "verify", "--man=no", str(tmp_path / unit.name)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    complaints = [line for line in ran.stderr.splitlines() if str(tmp_path / unit.name) in line]
    assert not complaints


def test_the_service_is_started_by_a_verb_with_options_that_exist():
    parser = ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign] -- names keep their case
    parser.read(DEPLOY / "grid-dispatch.service", encoding="utf-8")
    _, verb, *words = parser["Service"]["ExecStart"].split()
    command = typer.main.get_command(app).commands[verb]
    known = {name for param in command.params for name in param.opts}
    assert {word for word in words if word.startswith("--")} <= known
    assert parser["Service"]["ExecReload"].endswith("-HUP $MAINPID")


def test_the_compose_file_has_a_durable_postgis_for_this_machine_only():
    told = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    database = told["services"]["database"]
    assert {"fsync=on", "synchronous_commit=on", "full_page_writes=on"} <= set(database["command"])
    assert all(port.startswith("127.0.0.1:") for port in database["ports"])
    assert set(database["secrets"]) <= told["secrets"].keys()


def test_the_proxy_says_who_asks_and_buffers_no_stream():
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    assert text.count("{") == text.count("}")
    assert text.count("X-Forwarded-For $remote_addr") == text.count("proxy_pass")
    assert "proxy_buffering off" in text
