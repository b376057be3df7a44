"""Mutated messages: whatever comes in is read or refused in a sentence, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from urllib.parse import parse_qsl

from published_messages import (
    LOCATIONS,
    LOCATIONS_2013,
    LOCATIONS_2019,
    OSMAND_ADDRESSES,
    OSMAND_JSON,
    OSMAND_MOVING,
    OWNTRACKS,
    REGISTRATION_2019,
    TRACCAR,
)

from geo.errors import BadInput, BadValue
from geo.tracker.jt808_frame import FrameCutter, PartJoiner, escaped, read_frame, unescaped
from geo.tracker.jt808_message import Message, read_code, read_locations
from geo.tracker.osmand import read_fields, read_json
from geo.tracker.owntracks import OtherMessage, read_owntracks
from geo.tracker.report import Report, Unread
from geo.tracker.source import Source, fix_of, standard_sources
from geo.tracker.traccar import read_traccar

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
WORDS = [b"null", b"-1", b"1e999", b'"\\ud800"', b"[]", b"{}", b"true", b"9" * 50, b"\xff", b"\0"]
FRAMES = [bytes.fromhex(h) for h in (*LOCATIONS, LOCATIONS_2013, LOCATIONS_2019, REGISTRATION_2019)]


def mutated(message: bytes, chance: Random) -> bytes:
    """Some bytes changed, taken out, doubled or put in."""
    changed = bytearray(message)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        kind = chance.randrange(5)
        if kind == 0 and at < len(changed):
            changed[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del changed[at : at + chance.randint(1, 8)]
        elif kind == 2:
            changed[at:at] = chance.choice(WORDS)
        elif kind == 3:
            changed[at:at] = changed[at : at + chance.randint(1, 12)]
        else:
            changed[at : at + chance.randint(1, 6)] = chance.choice(WORDS)
    return bytes(changed)


def with_right_check(raw: bytes) -> bytes:
    """The same frame with the check byte that fits, so that what stands inside is looked at."""
    try:
        plain = unescaped(raw.replace(b"\x7e", b""))[:-1]
    except BadInput:
        plain = raw.replace(b"\x7e", b"").replace(b"\x7d", b"")
    check = 0
    for byte in plain:
        check ^= byte
    return b"\x7e" + escaped(plain + bytes([check])) + b"\x7e"


def as_fixes(reports: tuple[Report | Unread, ...], source: Source) -> None:
    for report in reports:
        if isinstance(report, Unread):
            raise BadValue(report.said)
        if report.positioned:
            fix = fix_of(report, "P1", source, now=NOW)
            assert fix.time.tzinfo is not None
            assert fix.lon_lat[0] == fix.lon_lat[0]


def read_stream(stream: bytes, joiner: PartJoiner) -> int:
    """All that a connection brings; each frame for itself, so that one that is bad harms none."""
    refused = 0
    for raw in FrameCutter().cut(stream):
        try:
            frame = joiner.join(read_frame(raw))
            if frame is None or frame.encrypted:
                continue
            if frame.header.message in {Message.LOCATION, Message.LOCATIONS}:
                found = read_locations(frame)
                refused += len(found.flaws)
                as_fixes(found.reports, standard_sources()["jt808"])
            else:
                read_code(frame)
        except BadInput:
            refused += 1
    return refused


READERS: dict[str, tuple[list[bytes], Callable[[bytes], object]]] = {
    "traccar": ([json.dumps(TRACCAR).encode()], lambda body: (read_traccar(body),)),
    "osmand": ([OSMAND_JSON.encode(), OSMAND_MOVING.encode()], read_json),
    "owntracks": ([text.encode() for text in OWNTRACKS], lambda body: (read_owntracks(body),)),
    "fields": (
        [text.encode() for text in OSMAND_ADDRESSES],
        lambda body: (read_fields(dict(parse_qsl(body.decode("utf-8", "replace")))),),
    ),
}


def test_mutated_messages_of_phones_are_read_or_refused(count):
    """A fifth of the 100,000 for each of four readers; the frames are the last fifth."""
    for name, (messages, read) in READERS.items():
        chance, refused = Random(f"mutated {name}"), []  # noqa: S311 -- no secret
        source = standard_sources()["osmand" if name == "fields" else name]
        for _ in range(count(reduced=500, full=20_000)):
            try:
                found = read(mutated(chance.choice(messages), chance))
                as_fixes(tuple(one for one in found if not isinstance(one, OtherMessage)), source)
            except BadInput as error:
                refused.append(str(error))
        assert refused
        assert all(said.endswith(".") and len(said) < 200 for said in refused)


def test_mutated_frames_are_read_or_refused_and_the_next_one_is_read_all_the_same(count):
    chance = Random("mutated frames")  # noqa: S311 -- no secret
    joiner, refused = PartJoiner(), 0
    sound = FRAMES[0]
    for _ in range(count(reduced=500, full=20_000)):
        bad = mutated(chance.choice(FRAMES), chance)
        bad = with_right_check(bad) if chance.random() < 0.7 else bad
        refused += read_stream(bad, joiner)
        [*_, last] = FrameCutter().cut(bad + sound)
        assert read_frame(last).body == read_frame(sound.strip(b"\x7e")).body
    assert refused > 0
