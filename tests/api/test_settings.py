"""Settings: to whom the service opens itself."""

import pytest

from api.access_from_outside import require_safe_host, tls_files, trusted_names
from api.settings import Settings, demo_store_url
from geo.errors import BadValue, UnreadableFile

OUTSIDE = ["0.0.0.0", "192.168.1.5", "::", "city.example"]  # noqa: S104 -- hosts that others reach
SAFE = {"tls_cert": "cert.pem", "tls_key": "key.pem", "hosts": "dispatch.example"}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1"])
@pytest.mark.parametrize("invented", [True, False])
def test_this_machine_may_always_connect(host, invented):
    require_safe_host(host, Settings(), invented=invented)


@pytest.mark.parametrize("host", OUTSIDE)
def test_nobody_else_reaches_the_demo_however_it_is_set_up(host):
    with pytest.raises(BadValue, match=r"use 127\.0\.0\.1"):
        require_safe_host(host, Settings(**SAFE), invented=True)


@pytest.mark.parametrize("host", OUTSIDE)
def test_others_reach_a_real_city_by_tls_here_or_at_a_proxy_under_a_name(host):
    require_safe_host(host, Settings(**SAFE), invented=False)
    require_safe_host(host, Settings(proxies="10.0.0.2", hosts="dispatch.example"), invented=False)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "--tls-cert"),
        ({"hosts": "dispatch.example"}, "--proxy"),
        ({"proxies": "10.0.0.2"}, "GRID_DISPATCH_HOSTS"),
        ({"tls_cert": "cert.pem", "tls_key": "key.pem"}, "GRID_DISPATCH_HOSTS"),
    ],
)
def test_what_is_missing_is_named(given, named):
    with pytest.raises(BadValue, match=named):
        require_safe_host("10.0.0.8", Settings(**given), invented=False)


def test_certificate_and_key_go_together_and_are_there(tmp_path):
    assert tls_files(Settings()) is None
    with pytest.raises(BadValue, match="--tls-key"):
        tls_files(Settings(tls_cert="cert.pem"))
    with pytest.raises(UnreadableFile, match=r"cert\.pem"):
        tls_files(Settings(tls_cert="cert.pem", tls_key="key.pem"))
    both = [tmp_path / "cert.pem", tmp_path / "key.pem"]
    for path in both:
        path.touch()
    assert tls_files(Settings(tls_cert=both[0], tls_key=both[1])) == tuple(both)


def test_a_page_under_another_name_is_no_page_of_ours():
    names = trusted_names(Settings(hosts="dispatch.example, 10.0.0.8"))
    assert names == ["127.0.0.1", "localhost", "[::1]", "dispatch.example", "10.0.0.8"]
    assert "evil.example" not in names


def test_the_demo_lives_in_the_folder_that_the_environment_names(monkeypatch, tmp_path):
    monkeypatch.setenv("GRID_DISPATCH_HOME", str(tmp_path))
    assert demo_store_url() == f"sqlite:///{tmp_path}/demo.gpkg"


def test_a_setting_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("GRID_DISPATCH_STORE", "sqlite:///x.gpkg")
    assert Settings().store == "sqlite:///x.gpkg"
