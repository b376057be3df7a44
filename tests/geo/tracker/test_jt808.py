"""JT/T 808: published frames say what they say, and what a terminal writes is read back."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from published_messages import (
    ANSWER_2019,
    AUTHENTICATION_2013,
    HEARTBEAT_2013,
    HEARTBEAT_2019,
    KMH_MPS,
    LOCATION_2019,
    LOCATIONS,
    LOCATIONS_2013,
    LOCATIONS_2019,
    NO_FIX,
    REGISTERED_2019,
    REGISTRATION_2013,
    REGISTRATION_2019,
    WRONG_CHECK,
    utc,
)
from terminal import Terminal, body_of, bulk, digits, framed, location, word

from geo.errors import BadValue
from geo.tracker import jt808_message
from geo.tracker.jt808_frame import (
    MOST_RAW,
    Frame,
    FrameCutter,
    Header,
    PartJoiner,
    escaped,
    read_frame,
    unescaped,
    write_frame,
)
from geo.tracker.jt808_message import Message, Result, read_code, read_locations
from geo.tracker.source import fix_of, standard_sources

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
JT808 = standard_sources()["jt808"]


def frame_of(hex_text: str) -> Frame:
    [raw] = FrameCutter().cut(bytes.fromhex(hex_text))
    return read_frame(raw)


@pytest.mark.parametrize("frame", LOCATIONS)
def test_a_published_location_is_read(frame):
    phone, lon_lat, time, kmh = LOCATIONS[frame]
    [report] = read_locations(frame_of(frame)).reports
    assert report.device == phone
    assert report.positioned
    fix = fix_of(report, "P1", JT808, now=NOW)
    assert fix.lon_lat == pytest.approx(lon_lat, abs=1e-9)
    assert fix.time == time
    assert fix.speed_mps == pytest.approx(kmh * KMH_MPS)


def test_published_locations_in_bulk_are_read():
    first, second, third = read_locations(frame_of(LOCATIONS_2013)).reports
    assert first.lon_lat == pytest.approx((-7.535516, 33.576916))
    assert [fix_of(one, "P1", JT808, now=NOW).time for one in (first, second, third)] == [
        utc(2020, 9, 2, 7, 23, second) for second in (3, 8, 13)
    ]
    assert (first.speed, second.speed, third.speed) == (37.0, 31.0, 21.0)
    assert (first.heading_deg, second.heading_deg, third.heading_deg) == (242.0, 238.0, 236.0)


def test_terminals_that_know_no_place_say_so():
    assert not read_locations(frame_of(NO_FIX)).reports[0].positioned
    assert [one.positioned for one in read_locations(frame_of(LOCATIONS_2019)).reports] == [
        False
    ] * 2


def test_headers_of_2013_and_2019_are_told_apart():
    assert frame_of(HEARTBEAT_2013).header == Header(
        Message.HEARTBEAT, "43048325465", bytes.fromhex("043048325465"), None, 0xB7
    )
    head = frame_of(HEARTBEAT_2019).header
    assert (head.phone, head.version, head.serial) == ("61316263600001", 1, 3)
    assert frame_of(REGISTRATION_2013).header.message == Message.REGISTRATION
    assert frame_of(REGISTRATION_2019).header.phone == "17299841738"
    assert read_code(frame_of(AUTHENTICATION_2013)) == "authentication"


def test_answers_are_the_published_ones():
    asked = Frame(Header(0x0200, "13912344329", bytes.fromhex("00000000013912344329"), 1, 111), b"")
    assert jt808_message.answer(asked, Result.DONE, 0).hex() == ANSWER_2019
    head = frame_of(REGISTRATION_2019).header
    registration = Frame(Header(0x0100, head.phone, head.digits, 1, 0), b"")
    assert jt808_message.registered(registration, "17299841738", 0).hex() == REGISTERED_2019


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (WRONG_CHECK, "check byte"),
        ("7e00027e", "check byte"),
        ("7e0002000004304832546500b77d037e", "escape"),
        (framed(word(2) + word(5) + digits("1", 6) + word(0)).hex(), "as long as"),
        (framed(word(2) + word(0)).hex(), "shorter than its header"),
        (framed(word(2) + word(0) + b"\xab" * 6 + word(0)).hex(), "are not digits"),
        (
            framed(word(2) + word(0x2000) + digits("1", 6) + word(0) + word(2) + word(3)).hex(),
            "3 of 2",
        ),
    ],
)
def test_a_frame_that_is_none_is_refused_in_a_sentence(frame, says):
    with pytest.raises(BadValue, match=says):
        frame_of(frame)


PHONES = st.text("0123456789", min_size=1, max_size=12).filter(lambda text: text.strip("0") != "")


@given(PHONES, st.booleans(), st.binary(max_size=300), st.lists(st.integers(1, 40)))
def test_what_a_terminal_writes_is_read_however_it_is_cut(phone, of_2019, body, cuts):
    terminal = Terminal(phone, of_2019)
    written = b"noise" + terminal.message(0x0900, body) + terminal.message(0x0002)
    cutter, raws, at = FrameCutter(), [], 0
    for step in [*cuts, len(written)]:
        raws += cutter.cut(written[at : at + step])
        at += step
    first, second = map(read_frame, raws)
    assert (first.header.phone, first.body) == (phone.lstrip("0"), body)
    assert (second.header.message, second.header.serial) == (2, 1)
    assert cutter.lost == len(b"noise")


@given(st.binary(max_size=200))
def test_escapes_are_undone_and_leave_no_flag(plain):
    assert unescaped(escaped(plain)) == plain
    assert b"\x7e" not in escaped(plain)


@given(PHONES, st.booleans(), st.binary(max_size=200), st.integers(0, 0xFFFF))
def test_what_is_answered_is_what_the_terminal_reads(phone, of_2019, body, serial):
    [raw] = FrameCutter().cut(Terminal(phone, of_2019).heartbeat())
    to = read_frame(raw).header
    [back] = FrameCutter().cut(write_frame(to, 0x8001, body, serial))
    frame = read_frame(back)
    assert (frame.header.digits, frame.header.serial, frame.body) == (to.digits, serial, body)
    assert body_of(unescaped(back)[:-1]) == (0x8001, body)


def test_noise_without_end_is_not_kept():
    cutter = FrameCutter()
    for _ in range(50):
        assert list(cutter.cut(b"\x7e" + b"x" * 5 * MOST_RAW)) == []
    assert cutter.lost >= 49 * 5 * MOST_RAW
    assert [*cutter.cut(Terminal("1").heartbeat())]


@given(
    st.floats(-180, 180),
    st.floats(-90, 90),
    st.integers(1, 3_000_000_000),
    st.floats(0, 300),
    st.integers(0, 359),
)
def test_a_location_is_read_as_it_was_written(lon, lat, at, kmh, heading):
    at = utc(2000, 1, 2) + timedelta(seconds=at)
    item = location(lon, lat, at, kmh=kmh, heading=heading)
    written = Terminal("13800000001").message(0x0200, item)
    [report] = read_locations(frame_of(written.hex())).reports
    fix = fix_of(report, "P1", JT808, now=NOW)
    assert fix.lon_lat == pytest.approx((lon, lat), abs=5.1e-7)
    assert (fix.time, fix.heading_deg) == (at, heading)
    assert fix.speed_mps == pytest.approx(kmh * KMH_MPS, abs=0.02)


def test_of_many_locations_one_that_is_none_leaves_the_others():
    good = location(109.1, 21.4, NOW)
    bad = good[:-6] + b"\x26\x13\x40\x00\x00\x00"
    found = read_locations(frame_of(Terminal("7").locations(good, bad, b"short", good).hex()))
    assert len(found.reports) == 2
    assert len(found.flaws) == 2
    assert "261340000000" in found.flaws[0]
    cut_short = Terminal("7").message(0x0704, bulk(good, good)[:-4])
    found = read_locations(frame_of(cut_short.hex()))
    assert (len(found.reports), found.flaws) == (1, ("The message ends within location 2 of 2.",))
    assert read_locations(frame_of(Terminal("7").message(0x0704).hex())).flaws


@given(st.permutations(range(5)), st.booleans())
def test_packages_are_joined_in_whatever_order_they_come(order, of_2019):
    body = bulk(*(location(109.1, 21.4, NOW) for _ in range(20)))
    parts = Terminal("7", of_2019, serial=0xFFFE).in_parts(0x0704, body, 130)
    frames = [read_frame(raw) for part in parts for raw in FrameCutter().cut(part)]
    assert len(frames) == 5
    joiner = PartJoiner()
    joined = [joiner.join(frames[place]) for place in order]
    assert joined[:-1] == [None] * 4
    assert joined[-1].body == body
    assert len(read_locations(joined[-1]).reports) == 20


def test_packages_that_never_become_whole_make_room():
    joiner, terminal = PartJoiner(), Terminal("7")
    for _ in range(50):
        [raw] = FrameCutter().cut(terminal.message(0x0704, b"x" * 900, split=(3, 1)))
        assert joiner.join(read_frame(raw)) is None
    assert joiner.given_up == 50 - joiner.most_waiting
    [raw] = FrameCutter().cut(terminal.message(0x0704, b"x", split=(65000, 1)))
    with pytest.raises(BadValue, match="65000 packages"):
        joiner.join(read_frame(raw))


@pytest.mark.parametrize("of_2019", [True, False])
def test_the_code_of_an_authentication_is_read_in_both_versions(of_2019):
    written = Terminal("7", of_2019).authentication("c0de")
    assert read_code(frame_of(written.hex())) == "c0de"


def test_a_body_that_is_encrypted_is_known_to_be():
    plain = word(0x0200) + struct.pack(">H", 3 | 1 << 10) + digits("7", 6) + word(0) + b"abc"
    assert frame_of(framed(plain).hex()).encrypted
    assert not frame_of(LOCATION_2019).encrypted
