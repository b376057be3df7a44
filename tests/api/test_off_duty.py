"""Officers are tracked on duty only."""

from datetime import UTC, datetime

import pytest
from spec.served_town import RIVER, SEVEN, MovedClock, copy_town, served, write_town

ASIDE = (RIVER.lon_lat["1"][0] + 0.00005, RIVER.lon_lat["1"][1])
"""A few metres from where they were last seen."""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    (folder / "copy").mkdir()
    with served(copy_town(write_town(folder), folder / "copy"), MovedClock()) as client:
        yield client


def fix(officer, second):
    lon, lat = ASIDE
    time = datetime.fromtimestamp(SEVEN.timestamp() + second, UTC).isoformat()
    return {"officer": officer, "lon": lon, "lat": lat, "time": time}


def test_a_fix_of_somebody_who_signed_off_is_not_kept_and_spoils_no_batch(client):
    assert client.put("/api/v1/officers/K1a/duty", json={"on": False}).status_code == 200
    sent = client.post("/api/v1/positions", json=[fix("K1a", 20), fix("K1b", 20)])
    codes = [result["remark"]["code"] for result in sent.json()["results"]]
    assert codes == ["off_duty", "accepted"]
    shown = {row["officer"]: row for row in client.get("/api/v1/positions").json()["items"]}
    assert [shown["K1b"]["lon"], shown["K1b"]["lat"]] == pytest.approx(list(ASIDE), abs=1e-7)
    assert [shown["K1a"]["lon"], shown["K1a"]["lat"]] != pytest.approx(list(ASIDE), abs=1e-7)


def test_who_signs_on_again_is_tracked_again(client):
    assert client.put("/api/v1/officers/K1a/duty", json={"on": True}).status_code == 200
    sent = client.post("/api/v1/positions", json=fix("K1a", 40))
    assert sent.json()["accepted"] == 1
