"""The benchmark of the pages says what it measured; to measure takes a browser and minutes."""

import json
from urllib.request import urlopen

from tests.bench import pages


def opened(address: str):
    """Ask a server of this test."""
    return urlopen(address)  # noqa: S310 -- our own server


def test_what_is_missed_stays_in_the_table(tmp_path):
    (tmp_path / "assets").mkdir()
    for name in ("index-1.js", "Command-2.js", "Planner-3.js"):
        (tmp_path / "assets" / name).write_bytes(b"x" * 5_000)
    two = {"index-1.js", "Command-2.js", "style.css"}
    assert 0 < pages.script_kb(two, tmp_path) < 0.2

    crowd = pages.Crowd(9.5, with_waits_ms=20.0, longest_ms=12.0, growth=0.01, ticks=60, minutes=10)
    report = pages.report_of(pages.Looked(2.0, 90.0, 80.0, crowd, size_kb=400.0, s_ms=30.0))
    assert (report.text.count("✓"), report.text.count("✗")) == (6, 1)
    tick = "| 25,000 moving officers at 1 Hz: main thread a tick, median"
    assert f"{tick} | 9.5 ms | 8.9 ms | 8.0 ms | ✗ |" in report.short


def test_a_stream_of_many_is_told_as_the_service_tells_it():
    with pages.crowd_stream(3, (109.0, 21.4, 109.3, 21.6)) as at, opened(at) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        assert answer.readline() == b"event: positions\n"
        told = json.loads(answer.readline().removeprefix(b"data: "))
    assert told["complete"]
    assert [one["officer"] for one in told["items"]] == ["X00000", "X00001", "X00002"]
    assert all(108.9 < one["lon"] < 109.4 for one in told["items"])
