"""The life of an incident on the command line, without a server."""

import json
from datetime import timedelta

import pytest
from spec.served_town import RIVER, SEVEN, copy_town, write_town

from api.cli import run


@pytest.fixture
def told(tmp_path_factory, tmp_path, capsys):
    """Run verbs of `incident` a minute apart, and read their JSON."""
    store = copy_town(write_town(tmp_path_factory.mktemp("town")), tmp_path)
    minutes = iter(range(1000))

    def tell(verb: str, *arguments: str, code: int = 0) -> dict:
        line = ["incident", verb, *arguments, "--store", f"sqlite:///{store}", "--json"]
        if verb not in {"list", "show"}:
            line += ["--now", (SEVEN + timedelta(minutes=next(minutes))).isoformat()]
        if verb not in {"list", "show", "suggest"}:
            line += ["--by", "li"]
        assert run(line) == code
        said = capsys.readouterr()
        return json.loads(said.out) if code == 0 else {"error": said.err}

    return tell


def report(told) -> str:
    lon, lat = RIVER.lon_lat["x"]
    return told("report", "--at", f"{lon},{lat}", "--matter", "H1")["id"]


def test_every_step_has_its_verb(told):
    number = report(told)
    assert told("accept", number)["state"] == "accepted"
    assert told("suspend", number, "--reason", "等材料")["state"] == "suspended"
    assert told("resume", number)["state"] == "accepted"
    assert "not suspended" in told("resume", number, code=2)["error"]
    assert told("return", number, "--reason", "地址不详")["state"] == "returned"
    told("accept", number)
    suggestion = told("suggest", number)["id"]
    sent = told("dispatch", suggestion, "--rank", "1")
    assert told("acknowledge", number)["state"] == "acknowledged"
    assert told("depart", number, "--assignment", sent["id"])["state"] == "en_route"
    told("arrive", sent["id"])
    for verb, state in (
        ("handle", "handled"),
        ("feedback", "feedback"),
        ("verify", "verified"),
        ("close", "closed"),
    ):
        assert told(verb, number)["state"] == state
    assert told("rate", number, "5")["state"] == "rated"
    assert (
        "is rated and cannot become cancelled"
        in told("cancel", number, "--reason", "x", code=2)["error"]
    )
    steps = [entry for entry in told("show", number) if entry["state"]]
    assert {entry["by"] for entry in steps} == {"li"}
    assert " ".join(entry["state"] for entry in steps) == (
        "reported accepted suspended accepted returned accepted dispatched acknowledged en_route "
        "on_scene handled feedback verified closed rated"
    )


def test_what_is_no_case_of_ours_is_merged_handed_off_or_cancelled(told):
    first, second, third = report(told), report(told), report(told)
    assert told("merge", first, "--into", second, "--reason", "同一事件")["state"] == "merged"
    assert told("cancel", third, "--reason", "误报")["state"] == "cancelled"
    assert "lies in no partner city" in told("hand-off", second, "--reason", "x", code=2)["error"]
    assert [one["id"] for one in told("list", "--state", "merged")] == [first]
    assert {one["id"] for one in told("list")} >= {first, second, third}
