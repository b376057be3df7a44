"""Terminals on the command line: given, taken back, imported and exported; sources; what failed."""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from spec.served_town import RIVER, MovedClock, served, write_town

from api.cli import run
from geo.errors import BadInput

CREWS = {"K1": "1", "K2": "2"}


class ServedDoor:
    """The door of a town that is served already: a service for each verb would take seconds."""

    served = True

    def __init__(self, client, role: str) -> None:
        self._client, self._headers = client, {"authorization": f"Bearer demo-{role}"}

    def ask(self, method: str, path: str, body: object = None, query: object = None) -> object:
        asked = {"json": body, "params": query, "headers": self._headers}
        answer = self._client.request(method, f"/api/v1/{path}", **asked)
        if not answer.is_success:
            raise BadInput(answer.json()["en"])
        return answer.json() if answer.content else None

    def ask_all(self, path: str) -> list:
        return self.ask("GET", path, query={"limit": 1000})["items"]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    store = write_town(tmp_path_factory.mktemp("town"), crews=CREWS)
    with served(store, MovedClock()) as client:
        yield client


@pytest.fixture
def tracker(client, capsys, monkeypatch):
    """Run a verb of `tracker` and read its JSON, or what it complains of."""

    @contextmanager
    def open_door(
        store: object, *, token: object, role: str = "dispatcher"
    ) -> Iterator[ServedDoor]:
        assert (store, token) == (None, None)
        yield ServedDoor(client, role)

    def tell(verb: str, *arguments: str, code: int = 0) -> object:
        with monkeypatch.context() as patched:
            patched.delenv("GRID_DISPATCH_TOKEN", raising=False)
            patched.setattr("api.cli_tracker.open_door", open_door)
            assert run(["tracker", verb, *arguments, "--json"]) == code, capsys.readouterr().err
        said = capsys.readouterr()
        return json.loads(said.out) if said.out else said.err

    return tell


def test_devices_are_given_and_taken_back(tracker):
    given = tracker("give", "radio-1", "K1a", "--source", "jt808")
    assert (given["stated"], given["devices"][0]["officer"]) == (1, "K1a")
    taken = tracker("take", "radio-1", "--source", "jt808")
    assert taken["devices"][0]["officer"] is None
    (listed,) = [row for row in tracker("devices") if row["device"] == "radio-1"]
    assert (listed["device"], listed["officer"]) == ("radio-1", None)
    assert "nobody" in tracker("give", "x", "nobody", "--source", "jt808", code=2)
    assert "mars" in tracker("give", "x", "K1a", "--source", "mars", code=2)


def test_a_file_of_devices_is_taken_over_whole_and_written_back(tracker, tmp_path):
    file, out = tmp_path / "devices.csv", tmp_path / "out.csv"
    rows = [
        ["source", "device", "officer", "since", "until"],
        ["jt808", "13800000001", "K1a", "2026-01-01T08:00:00+08:00", "2026-02-01T08:00:00+08:00"],
        ["jt808", "13800000001", "K1b", "2026-02-01T08:00:00+08:00", ""],
        ["owntracks", "owntracks/li/电话", "K2a", "2026-01-01T08:00:00+08:00", ""],
    ]
    write_rows(file, rows)
    assert tracker("import", str(file))["stated"] == 3
    assert tracker("import", str(file))["stated"] == 0
    assert tracker("export", str(out))["terms"] == 3
    with out.open(encoding="utf-8", newline="") as written:
        back = list(csv.DictReader(written))
    assert [(row["device"], row["officer"]) for row in back] == [
        ("13800000001", "K1a"),
        ("13800000001", "K1b"),
        ("owntracks/li/电话", "K2a"),
    ]
    assert tracker("import", str(out))["stated"] == 0
    out.write_bytes(out.read_bytes().decode().encode("gb18030"))  # as spreadsheets write it here
    assert tracker("import", str(out))["stated"] == 0
    write_rows(file, [*rows[:2], ["jt808", "13900000000", "nobody", "", ""]])
    assert "nobody" in tracker("import", str(file), code=2)
    assert "13900000000" not in {row["device"] for row in tracker("devices")}
    write_rows(file, [["device", "officer"], ["1", "K1a"]])
    assert "no column 'source'" in tracker("import", str(file), code=2)


def write_rows(file, rows) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows(rows)


def test_sources_are_entered_changed_and_taken_out(tracker, client):
    asked = ("source", "wechat", "--protocol", "osmand", "--crs", "gcj02")
    assert "needs an account" in tracker(*asked, code=2)
    body = {"name": "wechat", "roles": ["dispatcher"], "areas": ["C"]}
    admin = {"authorization": "Bearer demo-admin"}
    assert client.post("/api/v1/users", json=body, headers=admin).status_code == 201
    entered = tracker(*asked, "--account", "wechat")
    assert (entered["crs"], entered["speed_unit"]) == ("gcj02", "knots")
    changed = tracker("source", "wechat", "--clock-ahead-s", "-3", "--speed-unit", "mps")
    assert (changed["crs"], changed["clock_ahead_s"], changed["speed_unit"]) == ("gcj02", -3, "mps")
    assert tracker("source", "wechat", "--clock-ahead-s", "0")["clock_ahead_s"] == 0
    assert len(tracker("sources")) == 6
    assert tracker("source", "wechat", "--drop") == {"dropped": "wechat"}
    assert "protocol" in tracker("source", "new", "--crs", "bd09", code=2)


def test_what_was_refused_is_listed_with_its_reason(tracker, client):
    assert tracker("refused") == []
    lon, lat = RIVER.lon_lat["1"]
    client.get("/intake/osmand", params={"id": "lost", "lon": lon, "lat": lat})
    (row,) = tracker("refused", code=1)
    assert (row["source"], row["device"], row["count"]) == ("osmand", "lost", 1)
    assert row["reason"]["code"] == "unknown_device"
