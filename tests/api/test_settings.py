"""Settings: the service opens itself to this machine only."""

import pytest

from api.settings import Settings, demo_store_url, require_loopback
from geo.errors import BadValue


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1"])
def test_this_machine_may_connect(host):
    require_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "city.example"])  # noqa: S104 -- hosts to refuse
def test_any_other_host_is_refused_with_a_way_out(host):
    with pytest.raises(BadValue, match=r"use 127\.0\.0\.1"):
        require_loopback(host)


def test_the_demo_lives_in_the_folder_that_the_environment_names(monkeypatch, tmp_path):
    monkeypatch.setenv("GRID_DISPATCH_HOME", str(tmp_path))
    assert demo_store_url() == f"sqlite:///{tmp_path}/demo.gpkg"


def test_a_setting_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("GRID_DISPATCH_STORE", "sqlite:///x.gpkg")
    assert Settings().store == "sqlite:///x.gpkg"
