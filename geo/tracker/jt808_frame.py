"""
Frames of JT/T 808: flags, escapes, check byte, header, and messages in several packages.

A message stands between two bytes 0x7e; inside, 0x7e is written 0x7d 0x02 and 0x7d is written
0x7d 0x01.  The last byte is the exclusive or of all before it.  Bit 14 of the attributes tells the
header of 2019, with a version and a phone of ten bytes, from that of 2011 and 2013 with six.

References
----------
JT/T 808-2019, 4.4 (structure of messages) and table 2 (header).
"""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import xor

from geo.errors import BadValue

FLAG = 0x7E
ESCAPE = 0x7D
MOST_BODY = 0x3FF
MOST_RAW = 2 * (MOST_BODY + 32)
"""Longest frame between its flags, if each of its bytes were escaped."""

_SPLIT, _OF_2019 = 1 << 13, 1 << 14
_PHONE_2013, _PHONE_2019 = 6, 10
_NIBBLES = "0123456789"


@dataclass(frozen=True, slots=True)
class Header:
    """
    From whom a message is, and which.

    Attributes
    ----------
    message
        Its id, such as 0x0200.
    phone
        Digits of the terminal's number, without zeros before it.
    digits
        The same as the header writes it, in bytes of two digits.
    version
        Version of the protocol, or None before 2019.
    serial
        Number of the message.
    """

    message: int
    phone: str
    digits: bytes
    version: int | None
    serial: int


@dataclass(frozen=True, slots=True)
class Frame:
    """
    One package as it came.

    Attributes
    ----------
    header
        From whom, and which.
    body
        What it says; of a message in several packages a part.
    parts, part
        How many packages the message has, and which this is, from 1.
    encrypted
        Whether the body is, which nobody here can read.
    """

    header: Header
    body: bytes
    parts: int = 1
    part: int = 1
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """
    Packages of a message that have not come.

    Attributes
    ----------
    first_serial
        Number of its first package.
    parts
        Which, from 1.
    """

    first_serial: int
    parts: tuple[int, ...]


def read_frame(raw: bytes) -> Frame:
    """
    Read one frame.

    Parameters
    ----------
    raw
        What stands between two flags.

    Returns
    -------
    frame
        Header and body.

    Raises
    ------
    BadValue
        It is cut short, its escapes, check byte or lengths are wrong, or its phone is no number.
    """
    plain = unescaped(raw)
    if len(plain) < 2 or reduce(xor, plain) != 0:
        raise BadValue("The check byte of the frame does not fit what stands before it.")
    try:
        return _parsed(plain[:-1])
    except struct.error as error:
        raise BadValue("The frame is shorter than its header.") from error


def write_frame(to: Header, message: int, body: bytes, serial: int) -> bytes:
    """
    Write a frame to a terminal, in the version that it speaks.

    Parameters
    ----------
    to
        Header of what the terminal has sent.
    message
        Id of the message.
    body
        What it says, `MOST_BODY` bytes at most.
    serial
        Its own number.

    Returns
    -------
    frame
        With its flags.
    """
    if to.version is None:
        version, attributes = b"", len(body)
    else:
        version, attributes = bytes([to.version]), len(body) | _OF_2019
    plain = struct.pack(">HH", message, attributes) + version + to.digits
    plain += struct.pack(">H", serial & 0xFFFF) + body
    plain += bytes([reduce(xor, plain)])
    return bytes([FLAG]) + escaped(plain) + bytes([FLAG])


def escaped(plain: bytes) -> bytes:
    """
    Write bytes so that none of them is a flag.

    Parameters
    ----------
    plain
        Any.

    Returns
    -------
    raw
        Without 0x7e.
    """
    return plain.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02")


def unescaped(raw: bytes) -> bytes:
    """
    Undo `escaped`.

    Parameters
    ----------
    raw
        What stands between two flags.

    Returns
    -------
    plain
        As it was.

    Raises
    ------
    BadValue
        An escape is followed by something else than 1 or 2.
    """
    first, *rest = raw.split(b"\x7d")
    for piece in rest:
        if piece[:1] not in (b"\x01", b"\x02"):
            raise BadValue("The frame holds an escape (0x7d) that is none.")
    ends = {1: b"\x7d", 2: b"\x7e"}
    return first + b"".join(ends[piece[0]] + piece[1:] for piece in rest)


def _parsed(plain: bytes) -> Frame:
    """Take a frame apart, its check byte gone."""
    message, attributes = struct.unpack_from(">HH", plain)
    at, version, width = 4, None, _PHONE_2013
    if attributes & _OF_2019:
        at, version, width = 5, struct.unpack_from(">B", plain, 4)[0], _PHONE_2019
    digits = plain[at : at + width]
    (serial,) = struct.unpack_from(">H", plain, at + width)
    at += width + 2
    parts, part = 1, 1
    if attributes & _SPLIT:
        parts, part = struct.unpack_from(">HH", plain, at)
        at += 4
    if len(plain) - at != attributes & MOST_BODY:
        raise BadValue("The frame is not as long as its header says.")
    if not 1 <= part <= parts:
        raise BadValue(f"The frame says that it is package {part} of {parts}.")
    header = Header(message, bcd(digits).lstrip("0"), digits, version, serial)
    return Frame(header, plain[at:], parts, part, encrypted=bool(attributes >> 10 & 7))


def bcd(digits: bytes) -> str:
    """
    Read digits that are written two in a byte.

    Parameters
    ----------
    digits
        The bytes.

    Returns
    -------
    text
        Twice as many digits.

    Raises
    ------
    BadValue
        Half of a byte is none.
    """
    text = digits.hex()
    if text.strip(_NIBBLES):
        raise BadValue(f"{text} are not digits written two in a byte.")
    return text


@dataclass(slots=True, eq=False)
class FrameCutter:
    """
    Cuts what a connection brings into frames, however it is split on the way.

    Attributes
    ----------
    lost
        Bytes that belonged to no frame: noise, or more than any frame has.
    """

    lost: int = 0
    _rest: bytearray = field(default_factory=bytearray)
    _inside: bool = False

    def cut(self, arrived: bytes) -> Iterator[bytes]:
        """
        Take in some bytes.

        Parameters
        ----------
        arrived
            What came.

        Yields
        ------
        raw
            What stands between two flags, as soon as it is whole.
        """
        pieces = arrived.split(bytes([FLAG]))
        for place, piece in enumerate(pieces):
            self._keep(piece)
            if place == len(pieces) - 1:
                return
            whole, self._rest, inside = bytes(self._rest), bytearray(), self._inside
            self._inside = True
            if inside and whole:
                yield whole

    def _keep(self, piece: bytes) -> None:
        """Keep what a frame may go on with; it never grows beyond the longest frame."""
        if not self._inside or len(self._rest) + len(piece) > MOST_RAW:
            self.lost += len(self._rest) + len(piece)
            self._rest, self._inside = bytearray(), False
            return
        self._rest += piece


@dataclass(slots=True, eq=False)
class PartJoiner:
    """
    Joins messages in several packages; what never becomes whole makes room for what comes later.

    Attributes
    ----------
    most_parts
        Packages of a message, at most.
    most_waiting
        Messages that wait for their other parts, at most.
    given_up
        Messages that never became whole.
    """

    most_parts: int = 64
    most_waiting: int = 4
    given_up: int = 0
    _waiting: OrderedDict[tuple[str, int, int], dict[int, Frame]] = field(
        default_factory=OrderedDict
    )

    def join(self, frame: Frame) -> Frame | None:
        """
        Take in one package.

        Parameters
        ----------
        frame
            As it came.

        Returns
        -------
        frame
            The whole message, with the header of its last package; None while parts are missing.

        Raises
        ------
        BadValue
            The message has more packages than are put together.
        """
        if frame.parts == 1:
            return frame
        if frame.parts > self.most_parts:
            raise BadValue(f"A message of {frame.parts} packages is longer than is read.")
        key = _message_of(frame)
        parts = self._waiting.setdefault(key, {})
        parts[frame.part] = frame
        if len(parts) < frame.parts:
            self._give_up_oldest()
            return None
        del self._waiting[key]
        body = b"".join(parts[number].body for number in sorted(parts))
        return replace(frame, body=body, parts=1, part=1)

    def missing(self, frame: Frame) -> Missing | None:
        """
        Say what has not come of a message, once its last package has.

        Parameters
        ----------
        frame
            A package that was just taken in.

        Returns
        -------
        missing
            None while more is to come by itself, and where nothing is missing.
        """
        here = self._waiting.get(_message_of(frame), {})
        if frame.part != frame.parts or not here:
            return None
        numbers = range(1, frame.parts + 1)
        return Missing(_message_of(frame)[2], tuple(one for one in numbers if one not in here))

    def _give_up_oldest(self) -> None:
        """Keep what waits within bounds."""
        while len(self._waiting) > self.most_waiting:
            self._waiting.popitem(last=False)
            self.given_up += 1


def _message_of(package: Frame) -> tuple[str, int, int]:
    """Which message a package is of: packages are numbered one after the other."""
    head = package.header
    return head.phone, head.message, (head.serial - package.part + 1) & 0xFFFF
