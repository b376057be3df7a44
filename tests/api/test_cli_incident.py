"""Hard cases on the command line: a whistle unanswered, yesterday's disputed dispatch reopened."""

import json
from datetime import timedelta

import pytest
from spec.served_town import RIVER, SEVEN, MovedClock, copy_town, served, write_town

from api.cli import run

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def town_store(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def store(town_store, tmp_path):
    return copy_town(town_store, tmp_path)


@pytest.fixture
def told(store, capsys):
    """Run a verb of `incident` at so many minutes past seven, and read its JSON."""

    def tell(*arguments: str, minutes: float | None = None) -> dict:
        now = [] if minutes is None else ["--now", (SEVEN + minutes * MINUTE).isoformat()]
        code = run([*arguments, "--store", f"sqlite:///{store}", "--json", *now])
        said = capsys.readouterr()
        assert code == 0, said.err
        return json.loads(said.out)

    return tell


def report_it(told, *matters: str) -> str:
    lon, lat = RIVER.lon_lat["x"]
    codes = ",".join(matters)
    reported = told("incident", "report", "--at", f"{lon},{lat}", "--matter", codes, minutes=0)
    return reported["id"]


def test_whistle_unanswered(told):
    """The town calls the city's squad; after half an hour of silence the city takes it up."""
    incident = report_it(told, "H1", "T1")
    whistle = told("incident", "whistle", incident, "--area", "T", "--by", "li", minutes=1)
    assert (whistle["units"], whistle["state"], whistle["raised_by"]) == (["SQ"], "awaited", "li")
    assert told("incident", "escalate", minutes=30) == []
    (silent,) = told("incident", "escalate", minutes=32)
    assert (silent["state"], [step["to"] for step in silent["escalations"]]) == ("silent", ["C"])
    assert silent["clocks"]["answer_left_s"] == -60
    assert silent["clocks"]["waiting_s"] == 32 * 60
    assert told("incident", "escalate", minutes=33) == [], "each step is told once"
    late = told("incident", "answer", whistle["id"], "--party", "SQ", minutes=34)
    assert (late["state"], late["answers"][0]["late"]) == ("coming", True)


def test_yesterdays_disputed_dispatch_reopened(told, store):
    """A day later all is there: what was suggested and why, who decided otherwise, and why."""
    incident = report_it(told, "H1")
    given = told("incident", "suggest", incident, minutes=1)
    sent = told(
        "incident", "dispatch", given["id"], "--unit", "S1", "--by", "wang",
        "--reason", "knows_the_case", "--note", "上月同一当事人", minutes=2,
    )  # fmt: skip
    told("incident", "arrive", sent["id"], minutes=30)
    told("incident", "release", sent["id"], "--by", "wang", minutes=60)
    entries = told("incident", "show", incident)
    assert [entry["said"]["code"] for entry in entries] == [
        "reported", "suggested", "crew_sent", "accepted", "dispatched",
        "crew_arrived", "on_scene", "crew_released", "handled",
    ]  # fmt: skip
    assert [entry["state"] for entry in entries if entry["state"]] == [
        "reported", "accepted", "dispatched", "on_scene", "handled",
    ]  # fmt: skip
    _, suggested, decided, _, _, arrived, *_ = entries
    assert (suggested["about"], decided["about"]) == (given["id"], sent["id"])
    first = given["proposals"][0]
    assert f"{first['unit']} first" in suggested["said"]["en"]
    assert [why for why in suggested["because"] if why in first["reasons"]] == first["reasons"]
    assert (decided["by"], sent["departure"]) == ("wang", "override")
    assert "an override (knows_the_case): 上月同一当事人" in decided["said"]["en"]
    assert "late" in arrived["said"]["en"], "the dispute: it took 28 minutes"
    clock = MovedClock()
    clock.now = SEVEN + timedelta(days=1)
    with served(store, clock) as client:
        assert client.get(f"/api/v1/suggestions/{given['id']}").json() == given, "as it was given"
        assert client.get(f"/api/v1/incidents/{incident}/timeline").json() == entries
        assert client.get("/api/v1/incidents/none/timeline").status_code == 404
    rates = told("report", "overrides", "--since", SEVEN.isoformat())["total"]
    assert rates["overridden"]["hits"] == rates["overridden"]["of"] == 1


def test_what_is_said_to_people_and_what_is_refused(store, capsys):
    where = ["--store", f"sqlite:///{store}", "--now", SEVEN.isoformat()]
    lon, lat = RIVER.lon_lat["x"]
    at = ["--at", f"{lon},{lat}", "--matter", "H1"]
    assert run(["incident", "report", *at, *where]) == 0
    incident = capsys.readouterr().out.split()[-1]
    assert run(["incident", "suggest", incident, *where]) == 0
    suggestion = capsys.readouterr().out.split()[1].rstrip(":")
    assert run(["incident", "dispatch", suggestion, "--unit", "S1", *where]) == 2
    assert "An override needs a reason" in capsys.readouterr().err
    assert run(["incident", "dispatch", suggestion, "--rank", "1", *where]) == 0
    assert "K2 sent, followed" in capsys.readouterr().out
    assert run(["incident", "dispatch", suggestion, "--rank", "1", *where]) == 2
    assert "is bound to incident" in capsys.readouterr().err
    assert run(["incident", "list", "--store", f"sqlite:///{store}"]) == 0
    listed = capsys.readouterr().out
    assert "acknowledge (K2) by 2026-11-19T23:01:00+00:00; then remind to K2 at" in listed
    assert run(["incident", "show", incident, "--store", f"sqlite:///{store}"]) == 0
    assert "派出 K2" in capsys.readouterr().out
    assert run(["report", "overrides", "--store", f"sqlite:///{store}"]) == 0
    assert "0 of 1, 0%" in capsys.readouterr().out
