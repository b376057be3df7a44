"""A process walled in: what it can't see, reach, keep or use up."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from api import confined
from api.confined import Ending, Errand, Limits, Walls, given_as, run_confined, walls

DEEDS = "tests.api.confined_deeds"


@pytest.fixture
def do(tmp_path: Path) -> Callable[..., tuple[Ending, str]]:
    """Have a deed done behind the walls; answers its ending and what it wrote."""
    given, result = tmp_path / "layer.geojson", tmp_path / "result"
    given.write_text("北海", encoding="utf-8")
    result.mkdir()

    def run(deed: str, *more: str, limits: Limits | None = None) -> tuple[Ending, str]:
        told = (deed, given_as(given), *more, "/result/said")
        done = run_confined(Errand(DEEDS, told, given, result), limits)
        said = result / "said"
        return done.ending, said.read_text(encoding="utf-8") if said.exists() else done.said

    return run


@pytest.fixture
def walled(leave_out: Callable[[str], NoReturn]) -> None:
    """Only bubblewrap hides files; .ci/debian installs it."""
    if walls() is not Walls.BUBBLEWRAP:
        leave_out("bubblewrap, and a kernel that allows it")


def test_it_reads_the_file_it_is_given(do):
    assert do("read") == (Ending.DONE, "北海")


@pytest.mark.usefixtures("walled")
def test_no_network_leads_out_not_even_to_this_machine(do):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert do("call out", str(port)) == (Ending.DONE, "ConnectionRefusedError")
        listening.settimeout(0)
        with pytest.raises(BlockingIOError):
            listening.accept()


@pytest.mark.usefixtures("walled")
@pytest.mark.parametrize("path", ["/etc/passwd", "/root/.ssh", "/home", "/var", "/proc/1"])
def test_it_sees_nothing_of_the_machine(do, path):
    assert do("look", path) == (Ending.DONE, "not there")


@pytest.mark.usefixtures("walled")
def test_it_can_change_neither_the_file_nor_the_program(do, tmp_path):
    assert do("write", "/given/layer.geojson")[1] == "OSError"
    assert do("write", str(confined.PROGRAM / "api" / "app.py"))[1] == "OSError"
    assert (tmp_path / "layer.geojson").read_text(encoding="utf-8") == "北海"


def test_secrets_of_the_environment_stay_here(do, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_SERVICE", "tell nobody")
    assert do("environment", "SECRET_OF_THE_SERVICE") == (Ending.DONE, "not set")


def test_who_devours_memory_is_stopped(do):
    assert do("devour")[0] is Ending.OUT_OF_MEMORY


def test_who_grinds_on_is_stopped_by_processor_time_and_by_the_clock(do):
    assert do("grind", limits=Limits(cpu_s=1))[0] is Ending.OUT_OF_TIME
    assert do("grind", limits=Limits(within_s=2))[0] is Ending.OUT_OF_TIME


def test_who_falls_takes_nobody_along(do):
    assert do("fall")[0] is Ending.FAILED
