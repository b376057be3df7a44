"""
Messages of JT/T 808 that a command centre needs: who a terminal is, and where.

Latitudes and longitudes are in millionths of a degree and never negative: bits 2 and 3 of the
status say south and west, bit 1 that the terminal knows its place.  Speeds are tenths of km/h, and
times are six bytes of digits by the clock of the terminal, UTC+8 by the standard.

References
----------
JT/T 808-2019, 8.4 (packages again), 8.5 (registration), 8.8 (authentication), 8.12 (location) and
8.49 (locations in bulk).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from geo.errors import BadValue
from geo.tracker import field
from geo.tracker.jt808_frame import Frame, Header, Missing, bcd, write_frame
from geo.tracker.report import Report, SpeedUnit


class Message(IntEnum):
    """Ids of messages that are read or written."""

    TERMINAL_ANSWER = 0x0001
    HEARTBEAT = 0x0002
    SIGN_OFF = 0x0003
    REGISTRATION = 0x0100
    AUTHENTICATION = 0x0102
    LOCATION = 0x0200
    LOCATIONS = 0x0704
    ANSWER = 0x8001
    PACKAGES_AGAIN = 0x8003
    REGISTERED = 0x8100


class Result(IntEnum):
    """What a terminal is answered."""

    DONE = 0
    FAILED = 1
    WRONG = 2
    NOT_SUPPORTED = 3


_LOCATION = struct.Struct(">IIIIHHH6s")
_POSITIONED, _SOUTH, _WEST = 1 << 1, 1 << 2, 1 << 3
_DEGREE = 1e6
_TENTH = 10.0
_TEXT_OF_2019 = 1
"""Bytes before the code in an authentication of 2019: its length."""


@dataclass(frozen=True, slots=True)
class Locations:
    """
    What a message of locations says.

    Attributes
    ----------
    reports
        In the order given.
    flaws
        A sentence for each location that cannot be read; the others are none the worse for it.
    """

    reports: tuple[Report, ...]
    flaws: tuple[str, ...]


def read_locations(frame: Frame) -> Locations:
    """
    Read a message of one location or of many.

    Parameters
    ----------
    frame
        A whole message 0x0200 or 0x0704.

    Returns
    -------
    locations
        What could be read of it.
    """
    bulk = frame.header.message == Message.LOCATIONS
    items = _items(frame.body) if bulk else iter([frame.body])
    reports: list[Report] = []
    flaws: list[str] = []
    while True:
        try:
            reports.append(read_location(next(items), frame.header.phone))
        except StopIteration:
            return Locations(tuple(reports), tuple(flaws))
        except BadValue as error:
            flaws.append(str(error))


def read_location(item: bytes, phone: str) -> Report:
    """
    Read one location.

    Parameters
    ----------
    item
        28 bytes, and additional items that are passed over.
    phone
        Number of the terminal.

    Returns
    -------
    report
        Its time without offset.

    Raises
    ------
    BadValue
        It is shorter, or the terminal knows its place and not the time.
    """
    if len(item) < _LOCATION.size:
        raise BadValue(f"A location has {_LOCATION.size} bytes or more, not {len(item)}.")
    _, status, lat, lon, _, speed, heading, clock = _LOCATION.unpack_from(item)
    positioned = bool(status & _POSITIONED)
    south, west = -1 if status & _SOUTH else 1, -1 if status & _WEST else 1
    return Report(
        device=field.device(phone),
        lon_lat=(west * lon / _DEGREE, south * lat / _DEGREE),
        time=_time(clock) if positioned else None,
        speed=speed / _TENTH,
        speed_unit=SpeedUnit.KMH,
        heading_deg=field.heading_deg(heading),
        positioned=positioned,
    )


def read_code(frame: Frame) -> str:
    """
    Read the code by which a terminal says that it has registered.

    Parameters
    ----------
    frame
        A whole message 0x0102.

    Returns
    -------
    code
        As it was given out with the registration.

    Raises
    ------
    BadValue
        It is no text.
    """
    said = frame.body
    if frame.header.version is not None:
        said = said[_TEXT_OF_2019 : _TEXT_OF_2019 + (said[0] if said else 0)]
    try:
        return said.rstrip(b"\0").decode("gbk")
    except UnicodeDecodeError as error:
        raise BadValue("The code of the authentication is no text.") from error


def answer(frame: Frame, result: Result, serial: int) -> bytes:
    """
    Write the general answer 0x8001.

    Parameters
    ----------
    frame
        What is answered.
    result
        What became of it.
    serial
        Number of the answer.

    Returns
    -------
    frame
        With its flags.
    """
    head = frame.header
    body = struct.pack(">HHB", head.serial, head.message, result)
    return write_frame(head, Message.ANSWER, body, serial)


def registered(frame: Frame, code: str, serial: int) -> bytes:
    """
    Write the answer 0x8100 to a registration.

    Parameters
    ----------
    frame
        The registration.
    code
        With which the terminal authenticates itself from now on.
    serial
        Number of the answer.

    Returns
    -------
    frame
        With its flags.
    """
    head: Header = frame.header
    body = struct.pack(">HB", head.serial, Result.DONE) + code.encode("gbk")
    return write_frame(head, Message.REGISTERED, body, serial)


def packages_again(frame: Frame, missing: Missing, serial: int) -> bytes:
    """
    Write 0x8003, which asks for packages of a message once more.

    Parameters
    ----------
    frame
        One of its packages.
    missing
        Which have not come.
    serial
        Number of what is written.

    Returns
    -------
    frame
        With its flags; the count has a byte before 2019, and two since.
    """
    count = "B" if frame.header.version is None else "H"
    body = struct.pack(f">H{count}", missing.first_serial, len(missing.parts))
    body += b"".join(struct.pack(">H", part) for part in missing.parts)
    return write_frame(frame.header, Message.PACKAGES_AGAIN, body, serial)


def _items(body: bytes) -> Iterator[bytes]:
    """
    Cut a message of many locations.

    A generator that raises has ended; so a count that is wrong is the last flaw.
    """
    if len(body) < 3:
        raise BadValue("The message of locations is shorter than its count.")
    count, at = struct.unpack_from(">H", body)[0], 3
    for number in range(1, count + 1):
        end = at + 2 + (struct.unpack_from(">H", body, at)[0] if at + 2 <= len(body) else 0)
        if at + 2 > len(body) or end > len(body):
            raise BadValue(f"The message ends within location {number} of {count}.")
        yield body[at + 2 : end]
        at = end


def _time(clock: bytes) -> datetime:
    """Read year, month, day, hour, minute and second."""
    text = bcd(clock)
    try:
        return datetime.strptime(f"20{text}", "%Y%m%d%H%M%S")  # noqa: DTZ007 -- its source knows
    except ValueError as error:
        raise BadValue(f"{text} is no time of a terminal (YYMMDDhhmmss).") from error
