"""The benchmark of intake draws its reports, has everybody on duty, and tells what it measured."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.bench import intake


def test_everybody_is_free_and_nobody_has_a_roster(tmp_path: Path):
    city = tmp_path / "city"
    city.mkdir()
    (city / "rosters.csv").write_text("id\n1\n", "utf-8")
    (city / "zones.csv").write_text("code\nZ1\n", "utf-8")
    (city / "officers.csv").write_text("id,status\n1,off_duty\n2,busy\n", "utf-8")
    free = intake.all_on_duty(city, tmp_path / "free")
    assert {path.name for path in free.iterdir()} == {"zones.csv", "officers.csv"}
    with (free / "officers.csv").open(encoding="utf-8") as rows:
        assert [row["status"] for row in csv.DictReader(rows)] == ["available", "available"]


def test_the_table_says_what_was_lost_and_what_was_late():
    taken = intake.Taken(
        offered=100,
        refused={"503": 1},
        incidents=98,
        acknowledged_ms=(10.0, 20.0),
        simple=50,
        simple_sent=40,
        sent=40,
        sent_after_s=(0.4, 1.4, 3.0),
        left={"not_simple": 48, "maybe_known": 10},
    )
    rows = [line.split("|") for line in intake.told(taken).text.splitlines() if "|" in line]
    cells = {row[1].strip(): row[2].strip() for row in rows}
    assert cells["reports lost"] == "1 of 100"
    assert cells["simple ones dispatched without a person"] == "40 of 50, 80.0%"
    assert cells["report → order sent, median"] == "1.40 s"
