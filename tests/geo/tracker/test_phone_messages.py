"""Traccar, OsmAnd and OwnTracks: published messages say what they say, in our units and datum."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from published_messages import (
    KNOT_MPS,
    OSMAND_ADDRESSES,
    OSMAND_JSON,
    OSMAND_MOVING,
    OSMAND_UNKNOWN_SPEED,
    OWNTRACKS,
    TRACCAR,
    TRACCAR_2018,
    utc,
)

from geo.datum import from_wgs84
from geo.errors import BadValue, UnknownCrs
from geo.tracker.osmand import read_fields, read_json
from geo.tracker.owntracks import OtherMessage, read_owntracks
from geo.tracker.report import Report, SpeedUnit, Unread
from geo.tracker.source import Protocol, Source, fix_of, standard_sources
from geo.tracker.traccar import read_traccar

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TIANANMEN = (116.397128, 39.916527)


def check(report: Report, source: str, expected: tuple) -> None:
    device, lon_lat, time, speed_mps = expected
    fix = fix_of(report, "P1", standard_sources()[source], now=NOW)
    assert (report.device, fix.lon_lat, fix.time) == (device, lon_lat, time)
    assert fix.speed_mps == (None if speed_mps is None else pytest.approx(speed_mps, rel=1e-9))


def test_a_forwarded_position_of_traccar():
    expected = ("860000000000001", (-89.9885, 14.6335), utc(2026, 9, 20, 23, 37, 57))
    report = read_traccar(json.dumps(TRACCAR).encode())
    check(report, "traccar", (*expected, 10.000003640000001 * KNOT_MPS))
    assert report.heading_deg == 0.0
    earlier = ("q54", (8.3975169, 49.0156556), utc(2018, 9, 14, 15, 34, 17), None)
    check(read_traccar(json.dumps(TRACCAR_2018).encode()), "traccar", earlier)


def test_traccar_says_whether_the_terminal_knew_its_place_and_0_for_no_accuracy():
    position = TRACCAR["position"] | {"valid": False, "accuracy": 0.0, "fixTime": None}
    report = read_traccar(json.dumps(TRACCAR | {"position": position}).encode())
    assert (report.positioned, report.accuracy_m) == (False, None)
    assert report.time == utc(2026, 9, 20, 23, 37, 57)  # the device's


@pytest.mark.parametrize("address", OSMAND_ADDRESSES)
def test_an_address_of_osmand(address):
    check(read_fields(dict(parse_qsl(address))), "osmand", OSMAND_ADDRESSES[address])


def test_traccar_forwards_by_address_in_the_same_names():
    said = "uniqueId=7&fixTime=1609459200000&latitude=48.85&longitude=2.35&speed=2&course=90"
    report = read_fields(dict(parse_qsl(f"{said}&valid=false")))
    check(report, "traccar", ("7", (2.35, 48.85), utc(2021, 1, 1), 2 * KNOT_MPS))
    assert (report.positioned, report.heading_deg) == (False, 90.0)


def test_a_phone_that_sends_no_time_means_now():
    report = read_fields({"deviceid": "123456", "lat": "60.0", "lon": "30.0"})
    assert fix_of(report, "P1", standard_sources()["osmand"], now=NOW).time == NOW


def test_json_of_the_client_is_in_metres_per_second_and_minus_one_is_not_known():
    [still] = read_json(OSMAND_JSON.encode())
    check(still, "osmand", ("48241179", (-122.084, 37.4219983), STILL_AT, 0.0))
    assert (still.heading_deg, still.accuracy_m) == (None, 5.0)
    [unknown] = read_json(OSMAND_UNKNOWN_SPEED.encode())
    assert (unknown.speed, unknown.heading_deg) == (None, None)
    [moving] = read_json(OSMAND_MOVING.encode())
    time = utc(2021, 7, 21, 8, 6, 34) + timedelta(milliseconds=444)
    check(moving, "osmand", ("8737767034", (106.6837015, -6.1148096), time, 18.67))
    assert moving.heading_deg == 63.0


STILL_AT = utc(2025, 6, 15, 13, 45, 12) + timedelta(milliseconds=862)


def test_a_client_that_was_offline_sends_a_list():
    given = json.loads(OSMAND_JSON)
    given["location"] = [given["location"], json.loads(OSMAND_MOVING)["location"]]
    assert [one.speed for one in read_json(json.dumps(given).encode())] == [0.0, 18.67]


@pytest.mark.parametrize("message", OWNTRACKS)
def test_a_location_of_owntracks(message):
    check(read_owntracks(message.encode()), "owntracks", OWNTRACKS[message])


def test_owntracks_is_known_by_topic_then_headers_then_two_letters():
    message = {"_type": "location", "lat": 1, "lon": 2, "tst": 1497349316, "tid": "JJ"}
    headers = {"user": "jane", "device": "phone"}
    told = message | {"topic": "owntracks/li/phone"}
    assert read_owntracks(json.dumps(told).encode(), **headers).device == "owntracks/li/phone"
    assert read_owntracks(json.dumps(message).encode(), **headers).device == "owntracks/jane/phone"
    assert read_owntracks(json.dumps(message).encode()).device == "JJ"


@pytest.mark.parametrize("kind", ["waypoint", "transition", "lwt", "card", "encrypted", "cmd"])
def test_other_messages_of_owntracks_say_what_they_are(kind):
    message = json.dumps({"_type": kind, "tid": "JJ", "tst": 1}).encode()
    assert read_owntracks(message) == OtherMessage(kind, "JJ")
    assert read_owntracks(b"") == OtherMessage("empty", "")


@pytest.mark.parametrize(
    ("read", "message", "says"),
    [
        (read_traccar, b"{", "no JSON"),
        (read_traccar, b"[1]", "no object"),
        (read_traccar, b"{}", "`position` and `device`"),
        (read_traccar, b'{"position": {}, "device": 1}', "`device` is no object"),
        (read_traccar, b'{"position": {"latitude": NaN}, "device": {}}', "no JSON"),
        (read_traccar, b'{"position": {}, "device": {"uniqueId": ""}}', "which device"),
        (read_traccar, b"[" * 5000 + b"]" * 5000, "no JSON"),
        (read_json, b'{"device_id": "a"}', "no `location`"),
        (read_json, b'{"device_id": "a", "location": []}', "from 1 to 5000"),
        (read_json, b'{"device_id": "a\\u0000", "location": {}}', "letters and digits"),
        (read_owntracks, b'{"lat": 1}', "no `_type`"),
        (read_owntracks, b'{"_type": "location", "tst": 1497349316}', "which device"),
    ],
)
def test_a_message_that_is_none_is_refused_in_a_sentence(read, message, says):
    with pytest.raises(BadValue, match=says):
        read(message)


@pytest.mark.parametrize(
    ("read", "message", "says"),
    [
        (read_traccar, b'{"position": {}, "device": {"uniqueId": "a"}}', "names no place"),
        (read_owntracks, b'{"_type": "location", "tid": "a"}', "no `tst`"),
        (read_owntracks, b'{"_type": "location", "tst": 1, "tid": "a"}', "no time"),
        (read_owntracks, b'{"_type": "location", "tst": true, "tid": "a"}', "no time"),
    ],
)
def test_a_position_that_is_none_has_a_sender_and_a_sentence(read, message, says):
    found = read(message)
    assert isinstance(found, Unread)
    assert found.device == "a"
    assert says in found.said


def test_of_a_list_the_good_locations_count_and_the_bad_ones_say_why():
    given = json.loads(OSMAND_JSON)
    good = given["location"]
    bad = [{"coords": [1]}, good | {"timestamp": "1970-01-01T00:00:00Z"}, 7]
    given["location"] = [good, *bad, good]
    first, *unread, last = read_json(json.dumps(given).encode())
    assert isinstance(first, Report)
    assert first == last
    assert {one.device for one in unread} == {"48241179"}
    assert [one.said for one in unread] == [
        "`location.coords` is no object with named fields.",
        "'1970-01-01T00:00:00Z' is no time of this century or the next.",
        "`location` is no object with named fields.",
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"lat": "north"}, "latitude 'north' is no number"),
        ({"lat": "nan"}, "is no number"),
        ({"lon": ""}, "names no place"),
        ({"timestamp": "yesterday"}, "no time"),
        ({"timestamp": "9" * 400}, "no time"),
        ({"timestamp": "1970-01-01T00:00:00Z"}, "no time of this century"),
    ],
)
def test_a_field_that_is_none_is_told_in_a_sentence(change, says):
    found = read_fields({"id": "1", "lat": "1", "lon": "2", "timestamp": "1377177267"} | change)
    assert isinstance(found, Unread)
    assert says in found.said


def test_named_fields_that_name_no_device_are_refused():
    with pytest.raises(BadValue, match="letters and digits"):
        read_fields({"id": "x" * 129, "lat": "1", "lon": "2"})


@pytest.mark.parametrize("crs", ["gcj02", "bd09", "wgs84", "cgcs2000", "EPSG:4490"])
def test_each_source_speaks_in_its_own_datum(crs):
    lon, lat = from_wgs84([TIANANMEN], crs)[0]
    source = Source("phones", Protocol.OSMAND, crs=crs)
    fix = fix_of(Report("a", (lon, lat), NOW), "P1", source, now=NOW)
    assert fix.lon_lat == pytest.approx(TIANANMEN, abs=1e-8)


def test_each_source_has_its_own_clock_and_unit():
    source = Source(
        "boxes", Protocol.OSMAND, clock_ahead_s=90, utc_offset_s=28_800, speed_unit=SpeedUnit.KMH
    )
    report = Report("a", (1, 2), NOW.replace(tzinfo=None), speed=36)
    fix = fix_of(report, "P1", source, now=NOW)
    assert fix.time == NOW - timedelta(hours=8, seconds=90)
    assert fix.speed_mps == pytest.approx(10)
    said = fix_of(replace(report, time=NOW, speed_unit=SpeedUnit.MPS), "P1", source, now=NOW)
    assert (said.time, said.speed_mps) == (NOW - timedelta(seconds=90), 36)


@pytest.mark.parametrize("change", [{"utc_offset_s": 60_000}, {"clock_ahead_s": float("nan")}])
def test_a_source_that_cannot_be_is_refused(change):
    with pytest.raises(BadValue, match="of source boxes lies from"):
        Source("boxes", Protocol.OSMAND, **change)
    with pytest.raises(UnknownCrs):
        Source("boxes", Protocol.OSMAND, crs="mars")


def test_a_place_outside_the_datum_is_refused():
    source = Source("phones", Protocol.OSMAND, crs="gcj02")
    with pytest.raises(BadValue):
        fix_of(Report("a", (500, 2), NOW), "P1", source, now=NOW)
